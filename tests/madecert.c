#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/madecert.h"

static const struct {
	int type, string;
} kinds[] = {
	[MADE_DNS] = { GEN_DNS, V_ASN1_IA5STRING },
	[MADE_IP] = { GEN_IPADD, V_ASN1_OCTET_STRING },
	[MADE_EMAIL] = { GEN_EMAIL, V_ASN1_IA5STRING },
	[MADE_URI] = { GEN_URI, V_ASN1_IA5STRING },
};

static void add_sans(X509 *x, const struct made_cert *c)
{
	GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();

	for (size_t i = 0; i < c->n_sans; i++) {
		const struct made_name *n = &c->sans[i];
		GENERAL_NAME *g = GENERAL_NAME_new();
		ASN1_STRING *s = ASN1_STRING_type_new(kinds[n->kind].string);

		ASN1_STRING_set(s, n->text, (int)n->len);
		GENERAL_NAME_set0_value(g, kinds[n->kind].type, s);
		sk_GENERAL_NAME_push(all, g);
	}
	if (c->n_sans)
		assert_int_equal(X509_add1_ext_i2d(x, NID_subject_alt_name,
		    all, 0, 0), 1);
	GENERAL_NAMES_free(all);
}

static void add_subject(X509 *x, const struct made_cert *c)
{
	X509_NAME *name = X509_get_subject_name(x);
	const char *text = c->cn.text ? c->cn.text : "nobody";
	size_t len = c->cn.text ? c->cn.len : 6;

	/* a type of ASN.1: as it is, whatever its length */
	assert_int_equal(X509_NAME_add_entry_by_txt(name,
	    c->cn.text ? "CN" : "O", V_ASN1_UTF8STRING,
	    (const unsigned char *)text, (int)len, -1, 0), 1);
	X509_set_issuer_name(x, name);
}

void make_cert(const struct made_cert *c, struct buf *der, struct buf *pem)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	unsigned char *bytes = NULL;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;
	int len;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_gmtime_adj(X509_getm_notBefore(x), c->from_s);
	X509_gmtime_adj(X509_getm_notAfter(x), c->to_s);
	X509_set_pubkey(x, key);
	add_subject(x, c);
	add_sans(x, c);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	len = i2d_X509(x, &bytes);
	buf_add(der, bytes, (size_t)len);
	PEM_write_bio_X509(bio, x);
	n = BIO_get_mem_data(bio, &text);
	buf_add(pem, text, (size_t)n);
	BIO_free(bio);
	OPENSSL_free(bytes);
	X509_free(x);
	EVP_PKEY_free(key);
}
