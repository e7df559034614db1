/* Keys of DKIM: the record, the DER in it, the check "dkim". */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/der.h"
#include "check/dkim_key.h"
#include "check/taglist.h"
#include "sendertest.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/xalloc.h"

/* ---- DER, beside what libcrypto makes of it ---- */

static EVP_PKEY *rsa_key(int bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_true(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) > 0);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *other_key(int type)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(type, NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void test_der_reads_the_keys_of_libcrypto(void **state)
{
	static const int sizes[] = { 512, 1024, 1025, 1031, 1536, 2048, 3072 };

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		EVP_PKEY *key = rsa_key(sizes[i]);
		unsigned char *spki = NULL, *bare = NULL;
		int spki_len = i2d_PUBKEY(key, &spki);
		int bare_len = i2d_PublicKey(key, &bare);
		size_t bits;

		assert_int_equal(der_public_key(spki, (size_t)spki_len, &bits),
		                 DER_KEY_RSA);
		assert_int_equal(bits, sizes[i]);
		assert_int_equal(der_public_key(bare, (size_t)bare_len, &bits),
		                 DER_KEY_RSA_BARE);
		assert_int_equal(bits, sizes[i]);
		OPENSSL_free(spki);
		OPENSSL_free(bare);
		EVP_PKEY_free(key);
	}
}

static void test_der_knows_other_keys(void **state)
{
	EVP_PKEY *key = other_key(EVP_PKEY_ED25519);
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(key, &spki);
	size_t bits;

	(void)state;
	assert_int_equal(len, 44);
	assert_int_equal(der_public_key(spki, 44, &bits), DER_KEY_OTHER);
	assert_int_equal(bits, 0);
	OPENSSL_free(spki);
	EVP_PKEY_free(key);
}

/* What we call a key is one for libcrypto, and as long. */
static void compare(const unsigned char *data, size_t len)
{
	unsigned char *exact = xmalloc(len);
	const unsigned char *p = exact;
	size_t bits;

	if (len > 0)
		memcpy(exact, data, len);
	if (der_public_key(exact, len, &bits) == DER_KEY_RSA) {
		EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)len);

		assert_non_null(key);
		assert_int_equal(p - exact, len);
		assert_int_equal(EVP_PKEY_bits(key), bits);
		EVP_PKEY_free(key);
	}
	free(exact);
}

static void test_der_of_changed_keys_agrees_with_libcrypto(void **state)
{
	static const unsigned char bits[] = { 0x01, 0x80, 0x7f, 0xff };
	EVP_PKEY *key = rsa_key(512);
	unsigned char *spki = NULL;
	size_t len = (size_t)i2d_PUBKEY(key, &spki);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		compare(spki, i);
		for (size_t b = 0; b < sizeof bits; b++) {
			spki[i] ^= bits[b];
			compare(spki, len);
			spki[i] ^= bits[b];
		}
	}
	OPENSSL_free(spki);
	EVP_PKEY_free(key);
}

static void test_der_refuses_what_is_none(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
	} rows[] = {
		{ "", 0 },
		{ "\x30", 1 },
		{ "\x30\x80\x00\x00", 4 },             /* indefinite length */
		{ "\x30\x84\xff\xff\xff\xff\x02", 7 },
		{ "\x30\x85\x00\x00\x00\x00\x00", 7 },
		{ "\x30\x00", 2 },
		{ "\x30\x06\x02\x01\x05\x02\x01\x00", 8 }, /* exponent 0 */
		{ "\x30\x06\x02\x01\x00\x02\x01\x03", 8 }, /* modulus 0 */
		{ "\x30\x06\x02\x01\x85\x02\x01\x03", 8 }, /* negative */
		{ "\x30\x06\x02\x01\x05\x02\x01\x03x", 9 }, /* more behind */
		{ "\x30\x07\x02\x01\x05\x02\x01\x03x", 9 },
		{ "\x30\x05\x02\x00\x02\x01\x03", 7 },
	};
	size_t bits;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(der_public_key((const uint8_t *)rows[i].octets,
		                                rows[i].len, &bits),
		                 DER_KEY_BROKEN);
		assert_int_equal(bits, 0);
	}
	assert_int_equal(der_public_key((const uint8_t *)
	                     "\x30\x06\x02\x01\x05\x02\x01\x03", 8, &bits),
	                 DER_KEY_RSA_BARE);
	assert_int_equal(bits, 3);
}

/* ---- records ---- */

/* RFC 8463 §A.2 */
#define ED "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
/* 512 bit, made for this test */
#define RSA "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOPJgbJ9dG8/WajdVqtf1XYYRm/HCZtf" \
	"8BoKZAj2U14FDcKX82gh/mSAkTgQPxg/YWjgAJKXHstv8vrxCVC4Hu0CAwEAAQ=="

static const struct {
	const char *text;
	enum dkim_fault fault;
	size_t column;
} keys[] = {
	{ "v=DKIM1; k=ed25519; p=" ED, DKIM_OK, 21 },
	{ "k=ed25519; p=" ED, DKIM_OK, 12 },
	{ "v=DKIM1; k=ed25519; p=" ED ";", DKIM_OK, 21 },
	{ "v=DKIM1;;k=ed25519; p=" ED, DKIM_OK, 21 },
	{ " v = DKIM1 ; k = ed25519 ; p = 11qYAYKxCrfVS/7T yWQHOg7h\t"
	  "cvPapiMlrwIaaPcHURo=", DKIM_OK, 28 },
	{ "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7h\r\n cvPapiMlrwIaaPcHURo=",
	  DKIM_OK, 12 },
	{ "v=DKIM1; k=ed25519; x=1; n=a note; h=sha1:sha256; s=email:tlsrpt; "
	  "t=y : s:q; p=" ED, DKIM_OK, 78 },
	{ "v=DKIM1; k=ed25519; s=*; p=" ED, DKIM_OK, 26 },
	{ "v=DKIM1; p=" RSA, DKIM_SHORT, 10 },
	{ "v=DKIM1; k=rsa; p=" RSA, DKIM_SHORT, 17 },
	/* the version */
	{ "v=DKIM1.0; p=" ED, DKIM_VERSION, 1 },
	{ "v=dkim1; p=" ED, DKIM_VERSION, 1 },
	{ "v=; p=" ED, DKIM_VERSION, 1 },
	{ "k=ed25519; v=DKIM1; p=" ED, DKIM_VERSION, 12 },
	{ "v=spf1 -all", DKIM_VERSION, 1 },
	/* its form */
	{ "v=DKIM1; k=ed25519; p", DKIM_SYNTAX, 21 },
	{ "v=DKIM1; =x; p=" ED, DKIM_SYNTAX, 10 },
	{ "hello", DKIM_SYNTAX, 1 },
	{ "v=DKIM1; k=ed25519; p=" ED "; p=" ED, DKIM_TWICE, 69 },
	{ "v=DKIM1; k=rsa", DKIM_NO_KEY, 0 },
	{ "google-site-verification=x", DKIM_NO_KEY, 0 },
	{ "", DKIM_NO_KEY, 0 },
	{ "v=DKIM1; p=", DKIM_REVOKED, 10 },
	{ "v=DKIM1; k=x; p= \t", DKIM_REVOKED, 15 },
	/* what it is for */
	{ "v=DKIM1; k=RSA; p=" RSA, DKIM_TYPE, 10 },
	{ "v=DKIM1; k=; p=" RSA, DKIM_TYPE, 10 },
	{ "v=DKIM1; k=ed25519; s=tlsrpt; p=" ED, DKIM_SERVICE, 21 },
	{ "v=DKIM1; k=ed25519; h=sha1; p=" ED, DKIM_HASH, 21 },
	/* the key */
	{ "v=DKIM1; p=x", DKIM_BASE64, 10 },
	{ "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
	  DKIM_BASE64, 21 },
	{ "v=DKIM1; k=ed25519; p=\\" ED, DKIM_BASE64, 21 },
	{ "v=DKIM1; p=AAAA", DKIM_BROKEN, 10 },
	{ "v=DKIM1; p=" ED, DKIM_BROKEN, 10 },
	{ "v=DKIM1; k=ed25519; p=AAAA", DKIM_BROKEN, 21 },
	{ "v=DKIM1; k=ed25519; p=" RSA, DKIM_BROKEN, 21 },
	{ "v=DKIM1; k=ed25519; "
	  "p=MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	  DKIM_PACKED, 21 },
	{ "v=DKIM1; k=rsa; "
	  "p=MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	  DKIM_BROKEN, 17 },
};

static void test_dkim_key_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct dkim_key k;

		dkim_key_parse(&k, keys[i].text, strlen(keys[i].text));
		if (k.fault != keys[i].fault || k.column != keys[i].column)
			fail_msg("%s: fault %d at %zu, not %d at %zu",
			         keys[i].text, k.fault, k.column,
			         keys[i].fault, keys[i].column);
	}
}

static void test_dkim_key_flags(void **state)
{
	struct dkim_key k;

	(void)state;
	dkim_key_parse(&k, keys[6].text, strlen(keys[6].text));
	assert_true(k.testing && k.strict && k.ed25519);
	assert_int_equal(k.octets, DKIM_ED25519_SIZE);
	dkim_key_parse(&k, "v=DKIM1; t=Y:ss; p=", 19);
	assert_false(k.testing || k.strict || k.ed25519);
}

static void test_dkim_key_of_64_kib_is_bounded(void **state)
{
	static const char *const junk[] = { ";", "a=1;", "A", "A ", "t:", "=" };

	(void)state;
	for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
		struct buf text = { 0 };
		struct dkim_key k;

		buf_adds(&text, "v=DKIM1; p=");
		while (text.len < 65500)
			buf_adds(&text, junk[i]);
		dkim_key_parse(&k, buf_str(&text), text.len);
		assert_int_not_equal(k.fault, DKIM_OK);
		buf_clear(&text);
	}
}

/* ---- the check ---- */

static void run_dkim(struct check *c, const struct spfmap *m,
                     const char *selector, const char *domain)
{
	const struct check_query q = { .author = domain,
		.selectors = &selector, .n_selectors = 1 };

	run_row(c, m, "dkim", &q, 0);
}

/* What the check came to. */
static void assert_end(const struct check *c, enum grade g,
                       const char *result, const char *say)
{
	if (c->grade != g || strcmp(c->result, result) != 0 ||
	    strcmp(c->say, say) != 0)
		fail_msg("%s: %s %s %s, not %s %s %s", c->subject,
		         grade_name(c->grade), c->result, c->say,
		         grade_name(g), result, say);
}

/*
 * dns/expectations.tsv has these ten, by hand. Of "test" it looks at t= only:
 * its p=AAAA are three octets and no key, as those of "short" are none.
 */
static void test_dkim_rows_of_the_study(void **state)
{
	static const struct {
		const char *selector;
		enum grade grade;
		const char *result, *say;
	} rows[] = {
		{ "good", GRADE_WARN, "ok", "dkim-weak" },
		{ "revoked", GRADE_BAD, "revoked", "dkim-revoked" },
		{ "nop", GRADE_BAD, "syntax", "dkim-no-key" },
		{ "dup", GRADE_BAD, "undefined", "dkim-many" },
		{ "ed", GRADE_PASS, "ok", "dkim-good" },
		{ "alias", GRADE_WARN, "ok", "dkim-weak" },
		{ "late", GRADE_BAD, "syntax", "dkim-version" },
		{ "test", GRADE_BAD, "syntax", "dkim-broken" },
		{ "short", GRADE_BAD, "syntax", "dkim-broken" },
		{ "none", GRADE_BAD, "absent", "dkim-absent" },
	};
	struct spfmap *m = spfmap_new();

	(void)state;
	if (!map_add_zone(m, "t34-dkim.test")) {
		spfmap_free(m);
		skip();
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct check c = { .id = NULL };

		run_dkim(&c, m, rows[i].selector, "t34-dkim.test");
		assert_end(&c, rows[i].grade, rows[i].result, rows[i].say);
		if (strcmp(rows[i].selector, "good") == 0)
			assert_string_equal(c.args[1], "RSA-1024");
		if (strcmp(rows[i].selector, "alias") == 0)
			assert_golden(&c, "dkim-alias");
		check_clear(&c);
	}
	spfmap_free(m);
}

static char *made_record(int bits, bool bare, const char *tags)
{
	EVP_PKEY *key = rsa_key(bits);
	unsigned char *der = NULL;
	int len = bare ? i2d_PublicKey(key, &der) : i2d_PUBKEY(key, &der);
	struct buf text = { 0 };

	buf_adds(&text, tags);
	base64_encode(&text, der, (size_t)len);
	buf_str(&text);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return buf_steal(&text);
}

static void test_dkim_check_grades_the_size(void **state)
{
	static const struct {
		int bits;
		bool bare;
		const char *tags;
		enum grade grade;
		const char *result, *say;
	} rows[] = {
		{ 512, false, "p=", GRADE_BAD, "short", "dkim-short" },
		{ 1023, false, "p=", GRADE_BAD, "short", "dkim-short" },
		{ 1024, false, "p=", GRADE_WARN, "ok", "dkim-weak" },
		{ 2047, false, "p=", GRADE_WARN, "ok", "dkim-weak" },
		{ 2048, false, "p=", GRADE_PASS, "ok", "dkim-good" },
		{ 2048, false, "t=y; p=", GRADE_NOTE, "ok", "dkim-testing" },
		{ 2048, false, "t=s; p=", GRADE_PASS, "ok", "dkim-good" },
		{ 2048, true, "p=", GRADE_WARN, "ok", "dkim-bare" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *key = made_record(rows[i].bits, rows[i].bare,
		                        rows[i].tags);
		char *zone = xasprintf("s._domainkey.a.test TXT %s", key);
		struct spfmap *m = map_of(zone);
		struct check c = { .id = NULL };

		run_dkim(&c, m, "s", "a.test");
		assert_end(&c, rows[i].grade, rows[i].result, rows[i].say);
		free(check_as_text(&c, "de"));
		check_clear(&c);
		spfmap_free(m);
		free(zone);
		free(key);
	}
}

/* Every way to be no key has its sentence, in both languages. */
static void test_dkim_check_says_each_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		char *zone = xasprintf("s._domainkey.a.test TXT %s",
		                       keys[i].text);
		struct spfmap *m;
		struct check c = { .id = NULL };

		if (!strchr(keys[i].text, '\n')) { /* lines are the map's */
			m = map_of(zone);
			run_dkim(&c, m, "s", "a.test");
			assert_int_equal(c.grade == GRADE_BAD,
			                 keys[i].fault != DKIM_OK);
			free(check_as_text(&c, "en"));
			free(check_as_text(&c, "de"));
			check_clear(&c);
			spfmap_free(m);
		}
		free(zone);
	}
}

static void test_dkim_check_without_a_verdict(void **state)
{
	static const struct {
		const char *zone, *selector, *domain, *result, *say;
	} rows[] = {
		{ "s._domainkey.a.test TXT !timeout", "s", "a.test",
		  "temperror", "lookup-failed" },
		{ "a.test A 192.0.2.1", "", "a.test", "badname", "bad-name" },
		{ "a.test A 192.0.2.1", "a..b", "a.test", "badname",
		  "bad-name" },
		{ "a.test A 192.0.2.1", "s", "[192.0.2.1]", "badname",
		  "bad-name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spfmap *m = map_of(rows[i].zone);
		struct check c = { .id = NULL };

		run_dkim(&c, m, rows[i].selector, rows[i].domain);
		assert_end(&c, GRADE_UNKNOWN, rows[i].result, rows[i].say);
		check_clear(&c);
		spfmap_free(m);
	}
}

static void test_dkim_count(void **state)
{
	static const char *const names[] = { "a", "b" };
	struct check_query q = { .selectors = names, .n_selectors = 2,
		.mail_from = "x@a.test" };

	(void)state;
	assert_int_equal(dkim_count(&q), 2);
	q.mail_from = "";
	assert_int_equal(dkim_count(&q), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_der_reads_the_keys_of_libcrypto),
		cmocka_unit_test(test_der_knows_other_keys),
		cmocka_unit_test(
		    test_der_of_changed_keys_agrees_with_libcrypto),
		cmocka_unit_test(test_der_refuses_what_is_none),
		cmocka_unit_test(test_dkim_key_parse),
		cmocka_unit_test(test_dkim_key_flags),
		cmocka_unit_test(test_dkim_key_of_64_kib_is_bounded),
		cmocka_unit_test(test_dkim_rows_of_the_study),
		cmocka_unit_test(test_dkim_check_grades_the_size),
		cmocka_unit_test(test_dkim_check_says_each_fault),
		cmocka_unit_test(test_dkim_check_without_a_verdict),
		cmocka_unit_test(test_dkim_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
