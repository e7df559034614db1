#include "config.h"

#include "io/sha256.h"

#include <stdio.h>

#include "io/openssl.h"

enum { DIGEST_BYTES = 32 };

void sha256_begin(struct sha256 *s)
{
	sha256_clear(s);
	if (!libcrypto())
		return;
	s->context = libcrypto()->EVP_MD_CTX_new();
	if (s->context && libcrypto()->EVP_DigestInit_ex(
	        s->context, libcrypto()->EVP_sha256(), NULL) != 1)
		sha256_clear(s);
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	if (s->context &&
	    libcrypto()->EVP_DigestUpdate(s->context, data, len) != 1)
		sha256_clear(s);
}

void sha256_end(struct sha256 *s, char hex[SHA256_HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	hex[0] = '\0';
	if (s->context &&
	    libcrypto()->EVP_DigestFinal_ex(s->context, digest, &len) == 1)
		for (unsigned i = 0; i < len && i < DIGEST_BYTES; i++)
			snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	sha256_clear(s);
}

void sha256_clear(struct sha256 *s)
{
	if (s->context)
		libcrypto()->EVP_MD_CTX_free(s->context);
	s->context = NULL;
}
