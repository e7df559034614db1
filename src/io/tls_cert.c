#include "config.h"

#include "io/tls_priv.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/xalloc.h"

struct tls_cert_text {
	struct tls_cert cert;
	char *texts[9]; /* owned: what cert's single texts point to */
	size_t n_texts;
	char **names;   /* owned, each of them too */
	size_t *lens;   /* owned */
};

/* RFC 4514, but UTF-8 stays readable; what is no UTF-8 is shown by bytes. */
enum {
	NAME_FLAGS = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB,
	RAW_FLAGS = (XN_FLAG_RFC2253 & ~ASN1_STRFLGS_UTF8_CONVERT) |
	            ASN1_STRFLGS_IGNORE_TYPE,
};

/* Gives s to c; what cert points to. */
static const char *own(struct tls_cert_text *c, char *s)
{
	c->texts[c->n_texts++] = s;
	return s;
}

/* Not in the middle of a UTF-8 character. */
static size_t cut(const char *s, size_t len)
{
	if (len <= TLS_TEXT_MAX)
		return len;
	for (len = TLS_TEXT_MAX; len > TLS_TEXT_MAX - 4; len--)
		if (((unsigned char)s[len] & 0xc0) != 0x80)
			return len;
	return TLS_TEXT_MAX;
}

static char *hex_of(const unsigned char *bytes, size_t len)
{
	struct buf b = { 0 };

	if (len > TLS_TEXT_MAX / 2)
		len = TLS_TEXT_MAX / 2;
	for (size_t i = 0; i < len; i++)
		buf_addf(&b, "%02x", bytes[i]);
	return b.data ? buf_steal(&b) : xstrdup("");
}

/* What a BIO in memory holds, cut; frees it. */
static char *text_of(BIO *bio, size_t *len)
{
	const struct libcrypto *c = libcrypto();
	char *data = NULL;
	long n = c->BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
	char *text;

	*len = n > 0 ? cut(data, (size_t)n) : 0;
	text = xmemdup0(data ? data : "", *len);
	c->BIO_free(bio);
	return text;
}

static BIO *memory(void)
{
	BIO *bio = libcrypto()->BIO_new(libcrypto()->BIO_s_mem());

	if (!bio)
		abort(); /* only for want of memory, as xmalloc() */
	return bio;
}

static char *name_text(const X509_NAME *name)
{
	const struct libcrypto *c = libcrypto();
	BIO *bio = memory();
	size_t len;

	if (c->X509_NAME_print_ex(bio, name, 0, NAME_FLAGS) < 0) {
		c->BIO_free(bio);
		bio = memory();
		c->X509_NAME_print_ex(bio, name, 0, RAW_FLAGS);
	}
	return text_of(bio, &len);
}

/* RFC 3339; "" for what is no date. */
static char *date_text(const ASN1_TIME *t)
{
	struct tm tm;

	if (libcrypto()->ASN1_TIME_to_tm(t, &tm) != 1)
		return xstrdup("");
	return xasprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static char *serial_text(const ASN1_INTEGER *n)
{
	const struct libcrypto *c = libcrypto();
	int len = c->ASN1_STRING_length(n);
	char *hex = hex_of(c->ASN1_STRING_get0_data(n),
	    len > 0 ? (size_t)len : 0);
	char *text;

	if (c->ASN1_STRING_type(n) != V_ASN1_NEG_INTEGER)
		return hex;
	text = xasprintf("-%s", hex); /* RFC 5280 §4.1.2.2 forbids it */
	free(hex);
	return text;
}

static char *oid_text(const ASN1_OBJECT *o)
{
	char text[128];

	if (!o || libcrypto()->OBJ_obj2txt(text, sizeof text, o, 0) <= 0)
		return xstrdup("");
	return xstrdup(text);
}

/* "RSA 2048", "EC P-256", "ED25519"; the algorithm's name where the key
 * itself cannot be read. */
static char *key_text(X509 *x)
{
	const struct libcrypto *c = libcrypto();
	EVP_PKEY *key = c->X509_get0_pubkey(x);
	ASN1_OBJECT *algorithm = NULL;
	const char *type = key ? c->EVP_PKEY_get0_type_name(key) : NULL;
	char group[64];
	const char *curve;

	if (!type) {
		c->X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL,
		    c->X509_get_X509_PUBKEY(x));
		return oid_text(algorithm);
	}
	if (strncmp(type, "ED", 2) == 0)
		return xstrdup(type);
	if (strcmp(type, "EC") != 0 || c->EVP_PKEY_get_group_name(key, group,
	        sizeof group, NULL) != 1)
		return xasprintf("%s %d", type, c->EVP_PKEY_get_bits(key));
	curve = c->EC_curve_nid2nist(c->OBJ_sn2nid(group));
	return xasprintf("EC %s", curve ? curve : group);
}

/* "sha256WithRSAEncryption"; for RSA-PSS with its digest */
static char *signature_text(X509 *x)
{
	const struct libcrypto *c = libcrypto();
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *object = NULL;
	char *text, *with;
	int digest;

	c->X509_get0_signature(NULL, &algorithm, x);
	if (algorithm)
		c->X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	text = oid_text(object);
	if (strcmp(text, "rsassaPss") != 0 ||
	    c->X509_get_signature_info(x, &digest, NULL, NULL, NULL) != 1)
		return text;
	with = xasprintf("%s %s", text, c->OBJ_nid2sn(digest));
	free(text);
	return with;
}

static char *digest_text(X509 *x)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len;

	if (libcrypto()->X509_digest(x, libcrypto()->EVP_sha256(), digest,
	        &len) != 1)
		return xstrdup("");
	return hex_of(digest, len);
}

static char *spki_text(X509 *x)
{
	const struct libcrypto *c = libcrypto();
	unsigned char digest[EVP_MAX_MD_SIZE], *der = NULL;
	unsigned n = 0;
	int len = c->i2d_X509_PUBKEY(c->X509_get_X509_PUBKEY(x), &der);

	if (len > 0)
		c->EVP_Digest(der, (size_t)len, digest, &n, c->EVP_sha256(),
		    NULL);
	c->CRYPTO_free(der, __FILE__, __LINE__);
	return hex_of(digest, n);
}

/* "192.0.2.1" or "2001:db8::1"; NULL: of that length there is no address. */
static char *address_text(const unsigned char *p, size_t len)
{
	char text[INET6_ADDRSTRLEN];
	int family = len == 4 ? AF_INET : AF_INET6;

	if ((len != 4 && len != 16) || !inet_ntop(family, p, text, sizeof text))
		return NULL;
	return xstrdup(text);
}

/* A name and its length: DNS names and mailboxes as they are, the other kinds
 * with OpenSSL's word in front ("URI:", "DirName:"). Caller owns. */
static char *alt_name_text(GENERAL_NAME *g, size_t *len)
{
	const struct libcrypto *c = libcrypto();
	bool as_is = g->type == GEN_DNS || g->type == GEN_EMAIL;
	const ASN1_STRING *s = g->d.ia5;
	char *text = NULL;
	BIO *bio;

	if (as_is || g->type == GEN_IPADD) {
		const unsigned char *data = c->ASN1_STRING_get0_data(s);
		size_t n = (size_t)c->ASN1_STRING_length(s);

		*len = cut((const char *)data, n);
		text = as_is ? xmemdup0(data, *len) : address_text(data, n);
	}
	if (text) {
		if (!as_is)
			*len = strlen(text);
		return text;
	}
	bio = memory();
	c->GENERAL_NAME_print(bio, g);
	return text_of(bio, len);
}

static void describe_names(struct tls_cert_text *t, X509 *x)
{
	const struct libcrypto *c = libcrypto();
	OPENSSL_STACK *all = c->X509_get_ext_d2i(x, NID_subject_alt_name,
	    NULL, NULL);
	int n = all ? c->OPENSSL_sk_num(all) : 0;
	int take = n < TLS_NAMES_MAX ? n : TLS_NAMES_MAX;

	t->names = xcalloc((size_t)take + 1, sizeof *t->names);
	t->lens = xcalloc((size_t)take + 1, sizeof *t->lens);
	for (int i = 0; i < take; i++)
		t->names[i] = alt_name_text(c->OPENSSL_sk_value(all, i),
		    &t->lens[i]);
	t->cert.names = (const char *const *)t->names;
	t->cert.name_lens = t->lens;
	t->cert.n_names = (size_t)take;
	t->cert.more_names = (size_t)(n - take);
	c->GENERAL_NAMES_free((GENERAL_NAMES *)all);
}

struct tls_cert_text *tls_cert_describe_x509(X509 *x)
{
	const struct libcrypto *c = libcrypto();
	struct tls_cert_text *t = xcalloc(1, sizeof *t);
	struct tls_cert *cert = &t->cert;

	cert->subject = own(t, name_text(c->X509_get_subject_name(x)));
	cert->issuer = own(t, name_text(c->X509_get_issuer_name(x)));
	cert->not_before = own(t, date_text(c->X509_get0_notBefore(x)));
	cert->not_after = own(t, date_text(c->X509_get0_notAfter(x)));
	cert->sha256 = own(t, digest_text(x));
	cert->spki_sha256 = own(t, spki_text(x));
	cert->serial = own(t, serial_text(c->X509_get0_serialNumber(x)));
	cert->key = own(t, key_text(x));
	cert->signature = own(t, signature_text(x));
	describe_names(t, x);
	c->ERR_clear_error();
	return t;
}

struct tls_cert_text *tls_cert_describe(const void *der, size_t len)
{
	const unsigned char *p = der;
	struct tls_cert_text *t = NULL;
	X509 *x;

	if (!libcrypto() || len > LONG_MAX)
		return NULL;
	x = libcrypto()->d2i_X509(NULL, &p, (long)len);
	if (x)
		t = tls_cert_describe_x509(x);
	libcrypto()->X509_free(x);
	libcrypto()->ERR_clear_error();
	return t;
}

const struct tls_cert *tls_cert_of(const struct tls_cert_text *c)
{
	return &c->cert;
}

void tls_cert_free(struct tls_cert_text *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_texts; i++)
		free(c->texts[i]);
	for (size_t i = 0; i < c->cert.n_names; i++)
		free(c->names[i]);
	free(c->names);
	free(c->lens);
	free(c);
}
