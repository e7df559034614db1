#include "config.h"

#include "check/der.h"

#include <stdbool.h>
#include <string.h>

enum { INTEGER = 0x02, BIT_STRING = 0x03, OID = 0x06, SEQUENCE = 0x30 };

struct der {
	const uint8_t *at;
	size_t left;
};

/* The length octets; false: indefinite, or longer than what is left. */
static bool take_length(struct der *d, size_t *out)
{
	size_t n, len = 0;

	if (d->left == 0)
		return false;
	n = *d->at++;
	d->left--;
	if (n < 0x80) {
		*out = n;
		return n <= d->left;
	}
	n &= 0x7f;
	if (n == 0 || n > 4 || n > d->left)
		return false;
	for (size_t i = 0; i < n; i++)
		len = len << 8 | d->at[i];
	d->at += n;
	d->left -= n;
	*out = len;
	return len <= d->left;
}

/* One element of that tag; its content goes to out, and d behind it. */
static bool take(struct der *d, uint8_t tag, struct der *out)
{
	size_t len;

	if (d->left == 0 || *d->at != tag)
		return false;
	d->at++;
	d->left--;
	if (!take_length(d, &len))
		return false;
	*out = (struct der){ d->at, len };
	d->at += len;
	d->left -= len;
	return true;
}

/* 0: not a positive number, or a zero in front that need not be. */
static size_t bits_of(struct der number)
{
	size_t bits;

	if (number.left == 0 || *number.at & 0x80)
		return 0;
	if (*number.at == 0) {
		number.at++;
		number.left--;
		if (number.left == 0 || !(*number.at & 0x80))
			return 0;
	}
	bits = number.left * 8;
	for (unsigned top = *number.at; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static bool take_rsa(struct der d, size_t *bits)
{
	struct der key, modulus, exponent;

	if (!take(&d, SEQUENCE, &key) || d.left > 0 ||
	    !take(&key, INTEGER, &modulus) || !take(&key, INTEGER, &exponent) ||
	    key.left > 0 || bits_of(exponent) == 0)
		return false;
	*bits = bits_of(modulus);
	return *bits > 0;
}

/* NULL, as RFC 3279 §2.3.1 wants them, or left out, as some write it. */
static bool are_rsa_parameters(struct der d)
{
	return d.left == 0 || (d.left == 2 && d.at[0] == 0x05 && d.at[1] == 0);
}

enum der_key der_public_key(const uint8_t *data, size_t len, size_t *bits)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		                       0x01, 0x01 };
	struct der d = { data, len }, key, algorithm, oid, text;

	*bits = 0;
	if (take_rsa(d, bits))
		return DER_KEY_RSA_BARE;
	/* SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING } (RFC 5280
	 * §4.1), the first octet of which says that no bits are unused */
	if (!take(&d, SEQUENCE, &key) || d.left > 0 ||
	    !take(&key, SEQUENCE, &algorithm) ||
	    !take(&algorithm, OID, &oid) || !take(&key, BIT_STRING, &text) ||
	    key.left > 0 || text.left == 0 || *text.at != 0)
		return DER_KEY_BROKEN;
	if (oid.left != sizeof rsa || memcmp(oid.at, rsa, sizeof rsa) != 0)
		return DER_KEY_OTHER;
	text.at++;
	text.left--;
	return are_rsa_parameters(algorithm) && take_rsa(text, bits)
		? DER_KEY_RSA : DER_KEY_BROKEN;
}
