/*
 * sha256: the digest that the recording keeps of a message (design §6), by
 * OpenSSL's libcrypto. It names a message; nothing is trusted because of it.
 *
 * The library is loaded with the first digest, not at start: linking it costs
 * as much as a third of a whole dialog, and most sessions send no message.
 * Where it cannot be loaded the digest is empty. The worker's thread only.
 */
#ifndef IO_SHA256_H
#define IO_SHA256_H

#include <stddef.h>

enum { SHA256_HEX_SIZE = 65 }; /* 64 digits and a NUL */

struct sha256 {
	void *context; /* libcrypto's, owned; NULL: not begun, or no library */
};

void sha256_begin(struct sha256 *s); /* before the first byte of each digest */
void sha256_add(struct sha256 *s, const void *data, size_t len);
/* Lower-case hexadecimal of all that was added, "" without the library.
 * s must be begun anew. */
void sha256_end(struct sha256 *s, char hex[SHA256_HEX_SIZE]);
void sha256_clear(struct sha256 *s); /* a zeroed one is fine */

#endif
