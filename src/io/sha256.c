#include "config.h"

#include "io/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "util/xalloc.h"

struct sha256 {
	EVP_MD_CTX *ctx; /* NULL: libcrypto would not (no memory, FIPS) */
};

static void begin(struct sha256 *s)
{
	if (s->ctx && EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL) == 1)
		return;
	EVP_MD_CTX_free(s->ctx);
	s->ctx = NULL;
}

struct sha256 *sha256_new(void)
{
	struct sha256 *s = xmalloc(sizeof *s);

	s->ctx = EVP_MD_CTX_new();
	begin(s);
	return s;
}

void sha256_free(struct sha256 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	if (s->ctx)
		EVP_DigestUpdate(s->ctx, data, len);
}

void sha256_take(struct sha256 *s, char hex[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (s->ctx && EVP_DigestFinal_ex(s->ctx, md, &len) != 1)
		len = 0;
	for (unsigned i = 0; i < len; i++) {
		hex[2 * i] = digits[md[i] >> 4];
		hex[2 * i + 1] = digits[md[i] & 15];
	}
	hex[2 * (size_t)len] = '\0';
	begin(s);
}
