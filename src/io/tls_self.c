/* Certificates that a server makes for itself. */
#include "config.h"

#include "io/tls_priv.h"

#include <limits.h>
#include <string.h>

enum { CN_MAX = 64, DAY_S = 86400 }; /* RFC 5280 appendix A: ub-common-name */

/* "mx.example.org" or "192.0.2.1" as a name of a certificate; NULL: not. */
static GENERAL_NAME *general_name(const char *name)
{
	const struct libcrypto *c = libcrypto();
	GENERAL_NAME *g = c->GENERAL_NAME_new();
	ASN1_STRING *value = c->a2i_IPADDRESS(name);
	int type = value ? GEN_IPADD : GEN_DNS;

	if (!value) {
		c->ERR_clear_error();
		value = c->ASN1_STRING_type_new(V_ASN1_IA5STRING);
		if (value)
			c->ASN1_STRING_set(value, name, (int)strlen(name));
	}
	if (g && value)
		c->GENERAL_NAME_set0_value(g, type, value);
	return g;
}

static void free_name(void *g)
{
	libcrypto()->GENERAL_NAME_free(g);
}

/* What names[0] is called, where it is not too long. */
static bool set_subject(X509 *x, const char *const *names, size_t n)
{
	const struct libcrypto *c = libcrypto();

	return n == 0 || strlen(names[0]) > CN_MAX ||
	       c->X509_NAME_add_entry_by_txt(c->X509_get_subject_name(x), "CN",
	           MBSTRING_UTF8, (const unsigned char *)names[0], -1, -1,
	           0) == 1;
}

static bool set_names(X509 *x, const char *const *names, size_t n)
{
	const struct libcrypto *c = libcrypto();
	OPENSSL_STACK *all = c->OPENSSL_sk_new_null();
	bool ok = all;

	for (size_t i = 0; ok && i < n; i++)
		ok = c->OPENSSL_sk_push(all, general_name(names[i])) > 0;
	ok = ok && c->X509_add1_ext_i2d(x, NID_subject_alt_name, all, 0,
	    X509V3_ADD_DEFAULT) == 1;
	c->OPENSSL_sk_pop_free(all, free_name);
	return ok;
}

static bool add_extension(X509 *x, int nid, const char *text)
{
	const struct libcrypto *c = libcrypto();
	X509_EXTENSION *e = c->X509V3_EXT_nconf_nid(NULL, NULL, nid, text);
	bool ok = e && c->X509_add_ext(x, e, -1) == 1;

	c->X509_EXTENSION_free(e);
	return ok;
}

/* RFC 5280 §4.2.1.9, §4.2.1.3 */
static bool may_sign_others(X509 *x)
{
	return add_extension(x, NID_basic_constraints, "critical,CA:TRUE") &&
	       add_extension(x, NID_key_usage, "critical,keyCertSign,cRLSign");
}

static bool set_date(ASN1_TIME *t, int64_t from_now_s)
{
	return libcrypto()->X509_time_adj_ex(t, (int)(from_now_s / DAY_S),
	    (long)(from_now_s % DAY_S), NULL);
}

static bool set_serial(X509 *x)
{
	uint64_t serial;

	if (libcrypto()->RAND_bytes((unsigned char *)&serial,
	        sizeof serial) != 1)
		return false;
	return libcrypto()->ASN1_INTEGER_set_uint64(
	    libcrypto()->X509_get_serialNumber(x), (serial >> 1) | 1) == 1;
}

static bool set_body(X509 *x, EVP_PKEY *key, const struct tls_wish *wish)
{
	const struct libcrypto *c = libcrypto();

	return c->X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	       set_subject(x, wish->names, wish->n) &&
	       set_date(c->X509_getm_notBefore(x), wish->from_s) &&
	       set_date(c->X509_getm_notAfter(x), wish->to_s) &&
	       c->X509_set_pubkey(x, key) == 1;
}

/* Signs x, made with key; by: the authority, NULL is x itself. */
static bool sign(X509 *x, EVP_PKEY *key, const struct tls_setup *by)
{
	const struct libcrypto *c = libcrypto();
	X509 *issuer = by ? libssl()->SSL_CTX_get0_certificate(by->ctx) : x;

	if (by)
		key = libssl()->SSL_CTX_get0_privatekey(by->ctx);
	return issuer && key &&
	       c->X509_set_issuer_name(x,
	           c->X509_get_subject_name(issuer)) == 1 &&
	       c->X509_sign(x, key, c->EVP_sha256()) > 0;
}

static bool make(struct tls_setup *s, const struct tls_wish *wish,
                 const struct tls_setup *by, bool authority)
{
	const struct libcrypto *c = libcrypto();
	EVP_PKEY *key = c->EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *x = c->X509_new();
	bool ok = key && x && set_body(x, key, wish) &&
	          (authority ? may_sign_others(x)
	                     : set_names(x, wish->names, wish->n)) &&
	          sign(x, key, by) &&
	          libssl()->SSL_CTX_use_certificate(s->ctx, x) == 1 &&
	          libssl()->SSL_CTX_use_PrivateKey(s->ctx, key) == 1;

	c->X509_free(x);
	c->EVP_PKEY_free(key);
	c->ERR_clear_error();
	return ok;
}

bool tls_setup_self_signed(struct tls_setup *s, const char *const *names,
                           size_t n, int64_t from_s, int64_t to_s)
{
	const struct tls_wish wish = { names, n, from_s, to_s };

	return make(s, &wish, NULL, false);
}

bool tls_setup_authority(struct tls_setup *s, const char *name, int64_t from_s,
                         int64_t to_s)
{
	const struct tls_wish wish = { &name, 1, from_s, to_s };

	return make(s, &wish, NULL, true);
}

bool tls_setup_issued(struct tls_setup *s, const struct tls_setup *authority,
                      const struct tls_wish *wish)
{
	X509 *above = libssl()->SSL_CTX_get0_certificate(authority->ctx);

	return make(s, wish, authority, false) &&
	       libssl()->SSL_CTX_ctrl(s->ctx, SSL_CTRL_CHAIN_CERT, 1,
	           above) == 1;
}

bool tls_setup_spki_sha256(const struct tls_setup *s, unsigned char out[32])
{
	X509 *x = libssl()->SSL_CTX_get0_certificate(s->ctx);
	unsigned char *der = NULL;
	int len = x ? libcrypto()->i2d_X509_PUBKEY(
	    libcrypto()->X509_get_X509_PUBKEY(x), &der) : 0;
	bool ok = len > 0 && libcrypto()->EVP_Digest(der, (size_t)len, out,
	    NULL, libcrypto()->EVP_sha256(), NULL) == 1;

	libcrypto()->CRYPTO_free(der, __FILE__, __LINE__);
	return ok;
}

bool tls_setup_pem(const struct tls_setup *s, struct buf *out)
{
	const struct libcrypto *c = libcrypto();
	X509 *x = libssl()->SSL_CTX_get0_certificate(s->ctx);
	BIO *bio = x ? c->BIO_new(c->BIO_s_mem()) : NULL;
	bool ok = bio && c->PEM_write_bio_X509(bio, x) == 1;
	char part[1024];
	int n;

	while (ok && (n = c->BIO_read(bio, part, sizeof part)) > 0)
		buf_add(out, part, (size_t)n);
	c->BIO_free(bio);
	return ok;
}
