/*
 * tls and certificates: the names they carry, what is thought of a chain, and
 * that each of OpenSSL's own test certificates can be described.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/tls_priv.h"
#include "knowledge/tables.h"
#include "tests/madecert.h"
#include "tests/pem.h"
#include "tests/tls_pair.h"
#include "util/xalloc.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- names ---- */

#define DNS(s) { MADE_DNS, s, sizeof s - 1 }
#define IP(s) { MADE_IP, s, sizeof s - 1 }

static const struct {
	struct made_name cn, sans[2];
	const char *wanted; /* reference name */
	const char *verify;
} name_rows[] = {
	{ { 0 }, { DNS("mx.example.org") }, "mx.example.org", "ok" },
	{ { 0 }, { DNS("mx.example.org") }, "MX.Example.ORG", "ok" },
	{ { 0 }, { DNS("a.example"), DNS("mx.example.org") },
	  "mx.example.org", "ok" },
	{ { 0 }, { DNS("mx.example.org") }, "mx2.example.org",
	  "name-mismatch" },
	/* a star is one whole label, the leftmost */
	{ { 0 }, { DNS("*.example.org") }, "mx.example.org", "ok" },
	{ { 0 }, { DNS("*.example.org") }, "a.mx.example.org",
	  "name-mismatch" },
	{ { 0 }, { DNS("*.example.org") }, "example.org", "name-mismatch" },
	{ { 0 }, { DNS("m*.example.org") }, "mx.example.org",
	  "name-mismatch" },
	{ { 0 }, { DNS("mx.*.org") }, "mx.example.org", "name-mismatch" },
	{ { 0 }, { DNS("*.org") }, "example.org", "name-mismatch" },
	{ { 0 }, { DNS("*") }, "example", "name-mismatch" },
	/* an address is no DNS name */
	{ { 0 }, { IP("\xc0\0\2\1") }, "192.0.2.1", "ok" },
	{ { 0 }, { IP("\xc0\0\2\1") }, "192.0.2.2", "name-mismatch" },
	{ { 0 }, { DNS("192.0.2.1") }, "192.0.2.1", "name-mismatch" },
	{ { 0 }, { IP("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1") },
	  "2001:db8::1", "ok" },
	{ { 0 }, { DNS("xn--mller-kva.example") }, "xn--mller-kva.example",
	  "ok" },
	{ { 0 }, { DNS("xn--*.example") }, "xn--mller-kva.example",
	  "name-mismatch" },
	/* the common name, where there is no other */
	{ DNS("mx.example.org"), { { 0 } }, "mx.example.org", "ok" },
	{ DNS("mx.example.org"), { DNS("a.example") }, "mx.example.org",
	  "name-mismatch" },
	/* what a careless reader would cut */
	{ { 0 }, { DNS("mx.example.org\0.evil.example") }, "mx.example.org",
	  "name-mismatch" },
	{ DNS("mx.example.org\0.evil.example"), { { 0 } }, "mx.example.org",
	  "name-mismatch" },
	{ { 0 }, { { 0 } }, "mx.example.org", "no-name" },
	{ { 0 }, { { 0 } }, NULL, "ok" },
};

/* What a client that trusts the certificate finds; the caller frees t. */
static struct tls *judge(struct tls_setup *s, const struct buf *der,
                         const char *wanted)
{
	struct tls *t = tls_new(s, &(struct tls_peer){
		.names = &wanted, .n_names = wanted ? 1 : 0 });
	struct tls_der chain = { (unsigned char *)der->data, der->len };

	assert_true(tls_examine(t, &chain, 1));
	return t;
}

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(name_rows); i++) {
		struct made_cert made = { .cn = name_rows[i].cn,
			.sans = name_rows[i].sans, .from_s = -60, .to_s = 60 };
		struct tls_setup *s = tls_test_setup(
		    &(struct tls_setup_config){ .ca_file = NULL });
		struct buf der = { 0 }, pem = { 0 };
		struct tls *t;

		while (made.n_sans < 2 && made.sans[made.n_sans].text)
			made.n_sans++;
		make_cert(&made, &der, &pem);
		assert_true(tls_setup_trust_pem(s, pem.data, pem.len));
		t = judge(s, &der, name_rows[i].wanted);
		if (strcmp(tls_facts(t)->verify, name_rows[i].verify) != 0)
			fail_msg("row %zu: %s", i, tls_facts(t)->verify);
		tls_free(t);
		tls_setup_free(s);
		buf_clear(&der);
		buf_clear(&pem);
	}
}

static void test_dates_and_trust(void **state)
{
	static const struct {
		long from_s, to_s;
		bool trusted;
		const char *wanted, *verify;
		size_t n_problems;
	} rows[] = {
		{ -60, 60, true, "mx.example.org", "ok", 0 },
		{ -60, 60, false, "mx.example.org", "self-signed", 1 },
		{ -60, -30, true, "mx.example.org", "expired", 1 },
		{ 30, 60, true, "mx.example.org", "not-yet-valid", 1 },
		{ -60, -30, false, "other.example", "self-signed", 3 },
		{ -60, -30, true, "other.example", "name-mismatch", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made_name san = DNS("mx.example.org");
		struct made_cert made = { .sans = &san, .n_sans = 1,
			.from_s = rows[i].from_s, .to_s = rows[i].to_s };
		struct tls_setup *s = tls_test_setup(
		    &(struct tls_setup_config){ .ca_file = NULL });
		struct buf der = { 0 }, pem = { 0 };
		struct tls *t;

		make_cert(&made, &der, &pem);
		if (rows[i].trusted)
			assert_true(tls_setup_trust_pem(s, pem.data, pem.len));
		t = judge(s, &der, rows[i].wanted);
		assert_string_equal(tls_facts(t)->verify, rows[i].verify);
		assert_int_equal(tls_facts(t)->n_problems,
		    rows[i].n_problems);
		assert_int_equal(tls_facts(t)->depth,
		    rows[i].n_problems ? 0 : -1);
		tls_free(t);
		tls_setup_free(s);
		buf_clear(&der);
		buf_clear(&pem);
	}
}

/* ---- texts ---- */

static struct tls_cert_text *describe(const struct made_cert *made)
{
	struct buf der = { 0 }, pem = { 0 };
	struct tls_cert_text *c;

	make_cert(made, &der, &pem);
	c = tls_cert_describe(der.data, der.len);
	assert_non_null(c);
	buf_clear(&der);
	buf_clear(&pem);
	return c;
}

static void test_texts_hide_nothing(void **state)
{
	static const struct made_name sans[] = {
		DNS("mx.example.org\0.evil.example"),
		DNS("\033[2Jx"),
		IP("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
		IP("\xc0\0\2\1\7"),
		{ MADE_EMAIL, "a@b.example", 11 },
		{ MADE_URI, "smtp:x", 6 },
	};
	static const char *const texts[] = { "mx.example.org\0.evil.example",
		"\033[2Jx", "2001:db8::1", NULL, "a@b.example",
		"URI:smtp:x" };
	struct tls_cert_text *c = describe(&(struct made_cert){
		.cn = DNS("a\0b\033,\xc3\xa4"), .sans = sans, .n_sans = 6,
		.to_s = 1 });
	const struct tls_cert *cert = tls_cert_of(c);

	(void)state;
	assert_string_equal(cert->subject, "CN=a\\00b\\1B\\,\xc3\xa4");
	assert_string_equal(cert->subject, cert->issuer);
	assert_int_equal(cert->n_names, 6);
	assert_int_equal(cert->name_lens[0], 28);
	for (size_t i = 0; i < 6; i++)
		if (texts[i])
			assert_memory_equal(cert->names[i], texts[i],
			    cert->name_lens[i]);
	assert_int_equal(strlen(cert->sha256), 64);
	assert_int_equal(strlen(cert->spki_sha256), 64);
	assert_int_equal(strlen(cert->not_after), 20);
	assert_int_equal(cert->not_after[10], 'T');
	assert_string_equal(cert->serial, "07");
	tls_cert_free(c);
}

static void test_texts_are_bounded(void **state)
{
	enum { MANY = 10000, LONG = 65536 };
	struct made_name *sans = xcalloc(MANY, sizeof *sans);
	char *text = xmalloc(LONG);
	struct tls_cert_text *c;
	const struct tls_cert *cert;

	(void)state;
	memset(text, 'x', LONG);
	for (int i = 0; i < MANY; i++)
		sans[i] = (struct made_name)DNS("mx.example.org");
	sans[0] = (struct made_name){ MADE_DNS, text, LONG };
	c = describe(&(struct made_cert){ .cn = { MADE_DNS, text, LONG },
		.sans = sans, .n_sans = MANY, .to_s = 1 });
	cert = tls_cert_of(c);
	assert_int_equal(cert->n_names, TLS_NAMES_MAX);
	assert_int_equal(cert->more_names, MANY - TLS_NAMES_MAX);
	assert_int_equal(cert->name_lens[0], TLS_TEXT_MAX);
	assert_int_equal(strlen(cert->subject), TLS_TEXT_MAX);
	tls_cert_free(c);
	free(sans);
	free(text);
}

static void test_each_word_has_a_text(void **state)
{
	const char *word;

	(void)state;
	for (int code = 0; code < 200; code++)
		assert_non_null(tls_reason_find(tls_verify_word(code)));
	assert_non_null(tls_reason_find("no-name"));
	assert_non_null(tls_reason_find("no-certificate"));
	assert_non_null(tls_reason_find("dane-unusable"));
	for (size_t i = 0; (word = tls_error_word_at(i)); i++)
		if (!tls_error_find(word))
			fail_msg("no text for %s", word);
}

/* Is id one that tls.c can say? */
static bool is_reason(const char *id)
{
	for (int code = 0; code < 200; code++)
		if (strcmp(tls_verify_word(code), id) == 0)
			return true;
	return strcmp(id, "no-name") == 0 ||
	       strcmp(id, "no-certificate") == 0 ||
	       strcmp(id, "dane-unusable") == 0;
}

static bool is_error(const char *id)
{
	const char *word;

	for (size_t i = 0; (word = tls_error_word_at(i)); i++)
		if (strcmp(word, id) == 0)
			return true;
	return false;
}

/* not-told: only a transcript leaves it open, no handshake does. */
static void test_no_text_is_without_its_word(void **state)
{
	const struct tls_word *w;

	(void)state;
	for (size_t i = 0; (w = tls_reason_at(i)); i++)
		if (!is_reason(w->id) && strcmp(w->id, "not-told") != 0)
			fail_msg("nobody says %s", w->id);
	for (size_t i = 0; (w = tls_error_at(i)); i++)
		if (!is_error(w->id))
			fail_msg("nobody says %s", w->id);
}

/* ---- OpenSSL's own ---- */

/* Authority, leaf and what the server sends with it; the word. */
static const struct {
	const char *root, *chain[3], *verify;
	int depth;
} chain_rows[] = {
	{ "root-cert", { "ee-cert", "ca-cert" }, "ok", -1 },
	{ "root-cert", { "ee-cert-8192", "ca-cert" }, "ok", -1 },
	{ "root-cert", { "goodcn1-cert", "ncca1-cert" }, "ok", -1 },
	{ "root-cert", { "alt3-cert", "ncca1-cert", "ncca3-cert" }, "ok", -1 },
	{ "root-cert", { "ee-cert-noncrit-unknown-ext", "ca-cert" }, "ok", -1 },
	{ "root-cert", { "ee-cert-ec-named-named", "ca-cert-ec-named" },
	  "ok", -1 },
	{ "rootCA", { "leaf", "interCA", "subinterCA" }, "ok", -1 },
	{ "cve-2026-28388-ca", { "cve-2026-28388-leaf" }, "ok", -1 },
	{ "root-cert", { "ee-cert" }, "unknown-issuer", 0 },
	{ "root-cert2", { "ee-cert", "ca-cert" }, "unknown-issuer", 1 },
	{ "root-cert", { "ee-cert2", "ca-cert" }, "unknown-issuer", 0 },
	{ "root-cert", { "ee-cert", "ca-cert", "root-cert2" }, "ok", -1 },
	{ "root-cert", { "wrongcert" }, "self-signed", 0 },
	{ "root-cert", { "ee-self-signed" }, "self-signed", 0 },
	{ "rootCA", { "many-names1", "many-constraints" }, "unknown-root", 1 },
	{ "root-cert", { "ee-expired", "ca-cert" }, "expired", 0 },
	{ "root-cert", { "ee-cert", "ca-expired" }, "expired", 1 },
	{ "root-expired", { "ee-cert", "ca-cert" }, "expired", 2 },
	{ "root-cert", { "ee-client", "ca-cert" }, "wrong-purpose", 0 },
	{ "croot-cert", { "ee-cert", "ca-cert" }, "wrong-purpose", 2 },
	{ "root-cert", { "ee-cert-md5", "ca-cert" }, "weak-digest", 0 },
	{ "root-cert", { "ee-cert", "ca-cert-md5" }, "weak-digest", 1 },
	{ "root-cert", { "ee-pss-sha1-cert", "ca-cert" }, "weak-digest", 0 },
	{ "root-cert", { "ee-cert-768", "ca-cert" }, "weak-key", 0 },
	{ "root-cert", { "ee-cert-1024", "ca-cert" }, "weak-key", 0 },
	{ "root-cert", { "ee-cert", "ca-nonca" }, "not-ca", 1 },
	{ "root-cert", { "ee-cert", "ca-nonbc" }, "not-ca", 1 },
	{ "root-cert", { "badalt1-cert", "ncca1-cert" },
	  "name-constraints", 0 },
	{ "root-cert", { "badalt2-cert", "ncca2-cert" },
	  "name-constraints", 0 },
	{ "root-cert", { "badalt6-cert", "ncca1-cert" },
	  "name-constraints", 0 },
	{ "root-cert", { "badcn1-cert", "ncca1-cert" },
	  "name-constraints", 0 },
	{ "root-cert", { "ee-cert-ec-explicit", "ca-cert-ec-named" },
	  "malformed", 0 },
	{ "root-cert", { "ee-cert-ec-named-explicit", "ca-cert-ec-explicit" },
	  "malformed", 1 },
	{ "root-cert", { "ee-cert-crit-unknown-ext", "ca-cert" },
	  "critical-extension", 0 },
	{ "many-constraints", { "many-names1" }, "other", 0 },
};

static char *shared_path(const char *name, const char *end)
{
	return xasprintf("%s/data/tls-certs-openssl/%s%s",
	    getenv("SMTPSCOPE_SHARED"), name, end);
}

/* system: the root is in the system's bundle, which is read another way */
static void check_chain(size_t row, bool system)
{
	char *root = shared_path(chain_rows[row].root, ".pem");
	struct tls_setup_config config = { .ca_file = system ? NULL : root };
	struct pem chain = { 0 };
	const struct tls_facts *f;
	struct tls_setup *s;
	struct tls *t;

	setenv("SSL_CERT_FILE", root, 1);
	s = tls_test_setup(&config);
	t = tls_new(s, NULL);
	unsetenv("SSL_CERT_FILE");
	for (size_t i = 0; i < 3 && chain_rows[row].chain[i]; i++) {
		char *path = shared_path(chain_rows[row].chain[i], ".pem");

		assert_true(pem_add_file(&chain, path));
		free(path);
	}
	assert_true(tls_examine(t, chain.der, chain.n));
	f = tls_facts(t);
	if (strcmp(f->verify, chain_rows[row].verify) != 0 ||
	    f->depth != chain_rows[row].depth)
		fail_msg("%s: %s at %d", chain_rows[row].chain[0], f->verify,
		    f->depth);
	assert_int_equal(f->n_chain, chain.n);
	assert_int_equal(*f->detail != '\0', f->depth >= 0);
	pem_clear(&chain);
	tls_free(t);
	tls_setup_free(s);
	free(root);
}

static bool have_shared(void)
{
	char *path = getenv("SMTPSCOPE_SHARED") ? shared_path("", "") : NULL;
	DIR *dir = path ? opendir(path) : NULL;

	free(path);
	if (!dir)
		return false;
	closedir(dir);
	return true;
}

static void test_chains_of_openssl(void **state)
{
	(void)state;
	if (!have_shared())
		skip();
	for (size_t i = 0; i < COUNT(chain_rows); i++)
		for (int system = 0; system < 2; system++)
			check_chain(i, system);
}

/* Each certificate of a file: described, and judged without a root. */
static size_t look_at(struct tls_setup *s, const char *name)
{
	char *path = shared_path(name, "");
	struct pem pem = { 0 };
	size_t n;

	assert_true(pem_add_file(&pem, path));
	for (n = 0; n < pem.n; n++) {
		struct tls_cert_text *c = tls_cert_describe(pem.der[n].data,
		    pem.der[n].len);

		if (!c)
			fail_msg("%s: %zu is not read", name, n);
		assert_int_equal(strlen(tls_cert_of(c)->sha256), 64);
		assert_true(*tls_cert_of(c)->key);
		assert_true(*tls_cert_of(c)->signature);
		assert_true(*tls_cert_of(c)->not_after);
		tls_cert_free(c);
	}
	if (pem.n) {
		struct tls *t = tls_new(s, NULL);

		assert_true(tls_examine(t, pem.der, pem.n));
		assert_non_null(tls_reason_find(tls_facts(t)->verify));
		tls_free(t);
	}
	pem_clear(&pem);
	free(path);
	return n;
}

static void test_each_certificate_of_openssl(void **state)
{
	struct tls_setup *s;
	struct dirent *e;
	size_t files = 0, certs = 0;
	char *path;
	DIR *dir;

	(void)state;
	if (!have_shared())
		skip();
	path = shared_path("", "");
	dir = opendir(path);
	s = tls_test_setup(&(struct tls_setup_config){ .ca_file = NULL });
	while ((e = readdir(dir)))
		if (strstr(e->d_name, ".pem")) {
			certs += look_at(s, e->d_name);
			files++;
		}
	assert_int_equal(files, 268);
	assert_true(certs > 190);
	closedir(dir);
	tls_setup_free(s);
	free(path);
}

static void test_certificates_from_files(void **state)
{
	static const struct {
		const char *cert, *key;
		const char *described; /* its key; NULL: refused */
	} rows[] = {
		{ "servercert.pem", "serverkey.pem", "RSA 2048" },
		{ "ee-cert-768.pem", "ee-key-768.pem", "RSA 768" },
		{ "server-ed25519-cert.pem", "server-ed25519-key.pem",
		  "ED25519" },
		{ "servercert.pem", "wrongkey.pem", NULL },
		{ "servercert.pem", "key-pass-12345.pem", NULL },
		{ "servercert.pem", "nonexistent.pem", NULL },
		{ "serverkey.pem", "serverkey.pem", NULL },
	};

	(void)state;
	if (!have_shared())
		skip();
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *cert = shared_path(rows[i].cert, "");
		char *key = shared_path(rows[i].key, "");
		struct tls_setup_config c = { .server = true,
			.cert_file = cert, .key_file = key };
		struct tls_pair p = { 0 };
		char *error = NULL;
		struct tls_setup *s = tls_setup_new(&c, &error);

		assert_int_equal(s != NULL, rows[i].described != NULL);
		assert_int_equal(error != NULL, rows[i].described == NULL);
		if (s) {
			tls_pair_init(&p, NULL, &c);
			tls_pair_connect(&p, &(struct tls_peer){ .sni = NULL });
			assert_int_equal(tls_status(p.client), TLS_UP);
			assert_string_equal(tls_facts(p.client)->chain[0].key,
			    rows[i].described);
			tls_pair_clear(&p);
		} else {
			assert_non_null(strstr(error, rows[i].key));
		}
		tls_setup_free(s);
		free(error);
		free(cert);
		free(key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dates_and_trust),
		cmocka_unit_test(test_texts_hide_nothing),
		cmocka_unit_test(test_texts_are_bounded),
		cmocka_unit_test(test_each_word_has_a_text),
		cmocka_unit_test(test_no_text_is_without_its_word),
		cmocka_unit_test(test_certificates_from_files),
		cmocka_unit_test(test_chains_of_openssl),
		cmocka_unit_test(test_each_certificate_of_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
