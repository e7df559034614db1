/* The system's authorities in one file, of which a chain wants one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pem.h"
#include "tests/tls_pair.h"
#include "util/buf.h"
#include "util/xalloc.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { A, B, OTHER, AUTHORITIES, FAR_S = 3600 };

static const char *const leaf_names[] = { "mx.example.org" };
static struct tls_setup *authorities[AUTHORITIES], *leaves[AUTHORITIES];
static char *path;

static int make_authorities(void **state)
{
	const struct tls_wish wish = { .names = leaf_names, .n = 1,
		.from_s = -FAR_S, .to_s = FAR_S };
	const struct tls_setup_config server = { .server = true };

	(void)state;
	for (int i = 0; i < AUTHORITIES; i++) {
		char name[] = { 'A', 'u', 't', 'h', ' ', (char)('A' + i), 0 };

		authorities[i] = tls_test_setup(&server);
		leaves[i] = tls_test_setup(&server);
		assert_true(tls_setup_authority(authorities[i], name, -FAR_S,
		    FAR_S));
		assert_true(tls_setup_issued(leaves[i], authorities[i],
		    &wish));
	}
	path = xasprintf("%s/bundle-XXXXXX",
	    getenv("HOME") ? getenv("HOME") : "/tmp");
	close(mkstemp(path));
	setenv("SSL_CERT_FILE", path, 1);
	setenv("SSL_CERT_DIR", "", 1);
	return 0;
}

static int drop_authorities(void **state)
{
	(void)state;
	for (int i = 0; i < AUTHORITIES; i++) {
		tls_setup_free(authorities[i]);
		tls_setup_free(leaves[i]);
	}
	unlink(path);
	free(path);
	return 0;
}

/* 'A', 'B': that authority; anything else goes in as it is. */
static void write_bundle(const char *const *parts, size_t n)
{
	struct buf text = { 0 };
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (size_t i = 0; i < n && parts[i]; i++)
		if (strlen(parts[i]) == 1)
			tls_setup_pem(authorities[*parts[i] - 'A'], &text);
		else
			buf_adds(&text, parts[i]);
	fwrite(buf_str(&text), 1, text.len, f);
	assert_int_equal(fclose(f), 0);
	buf_clear(&text);
}

/* What a client of that setup finds of a server that the authority signed. */
static void check(struct tls_setup *client, int authority, const char *wanted)
{
	struct tls_pair p = { .client_setup = client,
		.server_setup = leaves[authority] };

	tls_pair_connect(&p, NULL);
	assert_string_equal(tls_facts(p.client)->verify, wanted);
	tls_free(p.client);
	tls_free(p.server);
}

static void test_bundles(void **state)
{
	static const char key[] = "-----BEGIN EXAMPLE-----\nAAAA\n"
	    "-----END EXAMPLE-----\n";
	static const char damaged[] = "-----BEGIN CERTIFICATE-----\n"
	    "MAMCAQE=\n-----END CERTIFICATE-----\n";
	static const char cut[] = "-----BEGIN CERTIFICATE-----\nMIIB";
	static const struct {
		const char *parts[5];
		const char *a, *b;
	} rows[] = {
		{ { "A" }, "ok", "unknown-root" },
		{ { "B", "A" }, "ok", "ok" },
		{ { "A", "A", "B", "A" }, "ok", "ok" },
		{ { "# of all\n", "A", "\nWords\n\n", "B", "# end" },
		  "ok", "ok" },
		{ { "C" }, "unknown-root", "unknown-root" },
		{ { "# none" }, "unknown-root", "unknown-root" },
		{ { NULL }, "unknown-root", "unknown-root" },
		/* the library reads these, and takes what it takes */
		{ { key, "A", "B" }, "ok", "ok" },
		{ { "A", key }, "ok", "unknown-root" },
		{ { damaged, "A" }, "unknown-root", "unknown-root" },
		{ { cut }, "unknown-root", "unknown-root" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tls_setup *client;

		write_bundle(rows[i].parts, COUNT(rows[i].parts));
		client = tls_test_setup(&(struct tls_setup_config){ 0 });
		for (int again = 0; again < 2; again++) {
			check(client, A, rows[i].a);
			check(client, B, rows[i].b);
			check(client, OTHER, *rows[i].parts &&
			    !strcmp(rows[i].parts[0], "C") ? "ok"
			                                   : "unknown-root");
		}
		tls_setup_free(client);
	}
}

static void test_no_such_bundle(void **state)
{
	struct tls_setup *client;

	(void)state;
	setenv("SSL_CERT_FILE", "/nonexistent/bundle.pem", 1);
	client = tls_test_setup(&(struct tls_setup_config){ 0 });
	check(client, A, "unknown-root");
	tls_setup_free(client);
}

/* The bundle has the authority that signed, and who signed that one. */
static void test_authority_of_an_authority(void **state)
{
	static const char *const names[] = { "root-cert", "ca-cert",
		"ee-cert" };
	struct pem chain = { 0 };
	struct tls_setup *s;
	struct buf texts[3] = { { 0 } };
	struct tls *t;

	(void)state;
	for (int i = 0; i < 3; i++) {
		char *file = xasprintf("%s/data/tls-certs-openssl/%s.pem",
		    getenv("SMTPSCOPE_SHARED") ? getenv("SMTPSCOPE_SHARED")
		                               : "", names[i]);
		bool there = read_file(file, &texts[i]);

		free(file);
		if (!there)
			skip();
	}
	write_bundle((const char *[]){ texts[0].data, texts[1].data }, 2);
	pem_add(&chain, texts[2].data);
	s = tls_test_setup(&(struct tls_setup_config){ 0 });
	t = tls_new(s, NULL);
	assert_true(tls_examine(t, chain.der, chain.n));
	assert_string_equal(tls_facts(t)->verify, "ok");
	tls_free(t);
	tls_setup_free(s);
	pem_clear(&chain);
	for (int i = 0; i < 3; i++)
		buf_clear(&texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bundles),
		cmocka_unit_test(test_authority_of_an_authority),
		cmocka_unit_test(test_no_such_bundle),
	};

	return cmocka_run_group_tests(tests, make_authorities,
	    drop_authorities);
}
