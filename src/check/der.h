/*
 * der: as much ASN.1 in DER (X.690) as a public key of DKIM needs. Pure; any
 * thread. Nothing is read past the length that was given.
 */
#ifndef CHECK_DER_H
#define CHECK_DER_H

#include <stddef.h>
#include <stdint.h>

enum der_key {
	DER_KEY_BROKEN,  /* none of these */
	DER_KEY_RSA,     /* SubjectPublicKeyInfo, rsaEncryption (RFC 3279
	                  * §2.3.1) */
	DER_KEY_RSA_BARE, /* RSAPublicKey alone (RFC 8017 §A.1.1): the letter
	                  * of RFC 6376 §3.6.1, which few verifiers read */
	DER_KEY_OTHER,   /* SubjectPublicKeyInfo of another algorithm */
};

/* Whole: octets behind the key make it broken. bits: of the modulus, without
 * leading zeros; 0 but for RSA. */
enum der_key der_public_key(const uint8_t *data, size_t len, size_t *bits);

#endif
