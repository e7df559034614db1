/*
 * sha256: the digest that the recording keeps of a message (design §6), after
 * FIPS 180-4. It names a message; nothing is secret and nothing is trusted
 * because of it. Ours, because loading libcrypto for it would cost a third of
 * a whole dialog's time, also in the sessions that send no message.
 */
#ifndef IO_SHA256_H
#define IO_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum {
	SHA256_HEX_SIZE = 65, /* 64 digits and a NUL */
	SHA256_BLOCK = 64,    /* octets */
};

struct sha256 {
	uint32_t state[8];
	uint64_t len; /* octets added so far */
	unsigned char block[SHA256_BLOCK]; /* len % SHA256_BLOCK in use */
};

void sha256_begin(struct sha256 *s); /* before the first byte of each digest */
void sha256_add(struct sha256 *s, const void *data, size_t len);
/* Lower-case hexadecimal of all that was added. s must be begun anew. */
void sha256_end(struct sha256 *s, char hex[SHA256_HEX_SIZE]);

#endif
