#include "config.h"

#include "io/tls_priv.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

struct authority {
	X509_NAME *subject;
	unsigned char *der; /* NULL: the store has it */
	long len;
};

struct tls_bundle {
	struct authority *all; /* room for TLS_BUNDLE_MAX */
	size_t n;
};

/* Enters the next element, or passes it; false: there is none. */
static bool step(const unsigned char **p, const unsigned char *end, bool in)
{
	long len;
	int tag, class;

	if (*p >= end || (libcrypto()->ASN1_get_object(p, &len, &tag, &class,
	                                               end - *p) & 0x80))
		return false;
	*p += in ? 0 : len;
	return true;
}

/* RFC 5280 §4.1: [version] serialNumber signature issuer validity subject */
static X509_NAME *subject_of(const unsigned char *der, long len)
{
	const unsigned char *p = der, *end = der + len;
	const unsigned char version = 0xa0;
	int before = 4;

	if (!step(&p, end, true) || !step(&p, end, true) || p >= end)
		return NULL;
	before += *p == version;
	while (before-- > 0)
		if (!step(&p, end, false))
			return NULL;
	return p < end ? libcrypto()->d2i_X509_NAME(NULL, &p, end - p) : NULL;
}

static bool add(struct tls_bundle *b, const char *label, unsigned char *der,
                long len)
{
	X509_NAME *subject = NULL;

	if (b->n < TLS_BUNDLE_MAX && strcmp(label, PEM_STRING_X509) == 0)
		subject = subject_of(der, len);
	if (!subject)
		return false;
	b->all[b->n++] = (struct authority){ subject, der, len };
	return true;
}

static bool read_all(struct tls_bundle *b, BIO *file)
{
	const struct libcrypto *c = libcrypto();
	char *label, *header;
	unsigned char *der;
	bool known = true;
	long len;

	c->ERR_clear_error();
	while (known && c->PEM_read_bio(file, &label, &header, &der, &len)) {
		known = add(b, label, der, len);
		if (!known)
			c->CRYPTO_free(der, __FILE__, __LINE__);
		c->CRYPTO_free(label, __FILE__, __LINE__);
		c->CRYPTO_free(header, __FILE__, __LINE__);
	}
	return known &&
	       ERR_GET_REASON(c->ERR_get_error()) == PEM_R_NO_START_LINE;
}

struct tls_bundle *tls_bundle_read(const char *path)
{
	BIO *file = libcrypto()->BIO_new_file(path, "r");
	struct tls_bundle *b = xcalloc(1, sizeof *b);
	bool ok;

	b->all = xcalloc(TLS_BUNDLE_MAX, sizeof *b->all);
	ok = file && read_all(b, file);
	libcrypto()->BIO_free(file);
	libcrypto()->ERR_clear_error();
	if (ok)
		return b;
	tls_bundle_free(b);
	return NULL;
}

void tls_bundle_free(struct tls_bundle *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++) {
		libcrypto()->X509_NAME_free(b->all[i].subject);
		libcrypto()->CRYPTO_free(b->all[i].der, __FILE__, __LINE__);
	}
	free(b->all);
	free(b);
}

/* Its certificate, once; NULL: it cannot be read. Caller owns. */
static X509 *take(struct authority *a)
{
	const struct libcrypto *c = libcrypto();
	const unsigned char *p = a->der;
	X509 *x = c->d2i_X509(NULL, &p, a->len);

	c->CRYPTO_free(a->der, __FILE__, __LINE__);
	a->der = NULL;
	return x;
}

/* As deep as authorities of the bundle are signed by others of it. */
void tls_bundle_trust(struct tls_bundle *b, const X509 *x, X509_STORE *store)
{
	const struct libcrypto *c = libcrypto();
	const X509_NAME *issuer = c->X509_get_issuer_name(x);

	for (size_t i = 0; i < b->n; i++) {
		X509 *found;

		if (!b->all[i].der ||
		    c->X509_NAME_cmp(b->all[i].subject, issuer) != 0)
			continue;
		found = take(&b->all[i]);
		if (!found)
			continue;
		c->X509_STORE_add_cert(store, found); /* may have it */
		tls_bundle_trust(b, found, store);
		c->X509_free(found);
	}
}
