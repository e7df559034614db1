/*
 * sha256: the digest that the recording keeps of a message (design §6); the
 * one user of libcrypto until TLS comes. One digest belongs to one thread.
 *
 * libcrypto is initialised by the first sha256_new(), not at start-up.
 */
#ifndef IO_SHA256_H
#define IO_SHA256_H

#include <stddef.h>

enum { SHA256_HEX_SIZE = 65 }; /* 64 digits and a NUL */

struct sha256;

struct sha256 *sha256_new(void);
void sha256_free(struct sha256 *s);  /* NULL is fine */
void sha256_begin(struct sha256 *s); /* before the first byte of each digest */
void sha256_add(struct sha256 *s, const void *data, size_t len);
/* Lower-case hexadecimal of all that was added since sha256_begin(), once; ""
 * when libcrypto refused. */
void sha256_end(struct sha256 *s, char hex[SHA256_HEX_SIZE]);

#endif
