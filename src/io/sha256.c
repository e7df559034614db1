#include "config.h"

#include "io/sha256.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>

enum { DIGEST_BYTES = 32 };

/* The functions of libcrypto that a digest needs, by their names there. */
#define FUNCTIONS(X)                                                           \
	X(EVP_MD_CTX_new)                                                      \
	X(EVP_MD_CTX_free)                                                     \
	X(EVP_sha256)                                                          \
	X(EVP_DigestInit_ex)                                                   \
	X(EVP_DigestUpdate)                                                    \
	X(EVP_DigestFinal_ex)

static struct {
	bool tried, loaded;
#define POINTER(name) __typeof__(name) *p_##name;
	FUNCTIONS(POINTER)
#undef POINTER
} crypto;

/* dlsym() gives a data pointer; POSIX says that it may be a function's. */
static bool find(void *library, const char *name, void *function)
{
	*(void **)function = dlsym(library, name);
	return *(void **)function != NULL;
}

static bool load(void)
{
	void *library;

	if (crypto.tried)
		return crypto.loaded;
	crypto.tried = true;
	library = dlopen(LIBCRYPTO_SONAME, RTLD_NOW | RTLD_LOCAL);
	crypto.loaded = library;
#define FIND(name)                                                             \
	crypto.loaded = crypto.loaded &&                                       \
	                find(library, #name, &crypto.p_##name);
	FUNCTIONS(FIND)
#undef FIND
	return crypto.loaded;
}

void sha256_begin(struct sha256 *s)
{
	sha256_clear(s);
	if (!load())
		return;
	s->context = crypto.p_EVP_MD_CTX_new();
	if (s->context && crypto.p_EVP_DigestInit_ex(
	        s->context, crypto.p_EVP_sha256(), NULL) != 1)
		sha256_clear(s);
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	if (s->context &&
	    crypto.p_EVP_DigestUpdate(s->context, data, len) != 1)
		sha256_clear(s);
}

void sha256_end(struct sha256 *s, char hex[SHA256_HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	hex[0] = '\0';
	if (s->context &&
	    crypto.p_EVP_DigestFinal_ex(s->context, digest, &len) == 1)
		for (unsigned i = 0; i < len && i < DIGEST_BYTES; i++)
			snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	sha256_clear(s);
}

void sha256_clear(struct sha256 *s)
{
	if (s->context)
		crypto.p_EVP_MD_CTX_free(s->context);
	s->context = NULL;
}
