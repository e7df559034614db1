#include "config.h"

#include "io/sha256.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/xalloc.h"

struct sha256 {
	EVP_MD_CTX *ctx;
	bool good; /* false: libcrypto would not (no memory, a policy) */
};

struct sha256 *sha256_new(void)
{
	struct sha256 *s = xcalloc(1, sizeof *s);

	s->ctx = EVP_MD_CTX_new();
	return s;
}

void sha256_free(struct sha256 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}

void sha256_begin(struct sha256 *s)
{
	s->good = s->ctx &&
	          EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL) == 1;
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	s->good = s->good && EVP_DigestUpdate(s->ctx, data, len) == 1;
}

void sha256_end(struct sha256 *s, char hex[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!s->good || EVP_DigestFinal_ex(s->ctx, md, &len) != 1)
		len = 0;
	s->good = false;
	for (unsigned i = 0; i < len; i++) {
		hex[2 * i] = digits[md[i] >> 4];
		hex[2 * i + 1] = digits[md[i] & 15];
	}
	hex[2 * (size_t)len] = '\0';
}
