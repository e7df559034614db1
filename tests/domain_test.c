/* Names as mail writes them, and the check "sender-domain". */
#include "config.h"

#include "check/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sendertest.h"
#include "util/buf.h"
#include "util/xalloc.h"

static void test_domain_parse(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: no name */
	} rows[] = {
		{ "a.test", "a.test" }, { "A.Test.", "A.Test" },
		{ "xn--bcher-kva.test", "xn--bcher-kva.test" },
		{ "b\xc3\xbc" "cher.test", "xn--bcher-kva.test" },
		{ "", NULL }, { ".", NULL }, { "a..b", NULL },
		{ "[192.0.2.1]", NULL }, { "\xff.test", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[DNS_NAME_TEXT_MAX];
		struct dns_name n;
		bool ok = domain_parse(&n, rows[i].text);

		assert_int_equal(ok, rows[i].want != NULL);
		if (ok)
			assert_string_equal(dns_name_host(&n, text),
			                    rows[i].want);
	}
}

static void test_domain_below_keeps_the_bounds_of_a_name(void **state)
{
	struct dns_name long_one, out, root;
	struct buf text = { 0 };

	(void)state;
	while (text.len < 248)
		buf_adds(&text, "a.");
	assert_int_equal(dns_name_parse(&long_one, buf_str(&text)),
	                 DNS_NAME_OK);
	assert_int_equal(long_one.len, 249);
	assert_false(domain_below(&out, "_dmarc", &long_one));
	dns_name_parent(&long_one);
	assert_false(domain_below(&out, "_dmarc", &long_one) &&
	             out.len > DNS_NAME_MAX);
	assert_true(domain_below(&out, "_dmar", &long_one));
	assert_int_equal(out.len, 253);
	assert_false(domain_below(&out, "a..b", &long_one));
	dns_name_parse(&root, ".");
	assert_true(domain_below(&out, "a.b", &root));
	assert_int_equal(dns_name_labels(&out), 2);
	buf_clear(&text);
}

static void test_domain_reserved(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "example", "example" }, { "mail.EXAMPLE", "example" },
		{ "host.home.arpa", "home.arpa" }, { "a.local", "local" },
		{ "example.org", NULL }, { "myexample", NULL },
		{ "test.de", NULL }, { "arpa", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct dns_name n;
		const char *got;

		dns_name_parse(&n, rows[i].text);
		got = domain_reserved(&n);
		assert_int_equal(got != NULL, rows[i].want != NULL);
		if (got)
			assert_string_equal(got, rows[i].want);
	}
}

#define MX "a.de MX 10 mx.a.de\n"
static const struct {
	const char *what, *zone, *from, *want; /* grade, result, sentence */
} cases[] = {
	{ "an MX", MX "mx.a.de A 192.0.2.1", "x@a.de", "pass mx sender-mx" },
	{ "one of two MX", MX "a.de MX 20 no.a.de\nmx.a.de AAAA 2001:db8::1",
	  "x@a.de", "pass mx sender-mx" },
	{ "an address, no MX", "a.de A 192.0.2.1", "x@a.de",
	  "note implicit sender-implicit" },
	{ "null MX", "a.de MX 0 .", "x@a.de", "bad null sender-null-mx" },
	{ "nothing", "a.de TXT x", "x@a.de", "bad none sender-nothing" },
	{ "no such domain", "b.de A 192.0.2.1", "x@a.de",
	  "bad nxdomain sender-nxdomain" },
	{ "a made-up one", "b.de A 192.0.2.1", "x@host.localdomain",
	  "bad nxdomain sender-reserved" },
	{ "a reserved one that is there", "a.test MX 1 m.a.test\n"
	  "m.a.test A 192.0.2.1", "x@a.test", "pass mx sender-mx" },
	{ "MX without an address", MX, "x@a.de",
	  "bad noaddress sender-noaddress" },
	{ "MX to an address", "a.de MX 10 192.0.2.1", "x@a.de",
	  "bad nohost sender-nohost" },
	{ "MX to this machine", "a.de MX 10 localhost", "x@a.de",
	  "bad nohost sender-nohost" },
	{ "a private address", MX "mx.a.de A 10.0.0.1", "x@a.de",
	  "bad mx sender-private" },
	{ "a loopback address without MX", "a.de A 127.0.0.1", "x@a.de",
	  "bad implicit sender-private" },
	{ "one public among private ones", MX "mx.a.de A 10.0.0.1\n"
	  "mx.a.de AAAA 2001:db8::1", "x@a.de", "pass mx sender-mx" },
	{ "aliases in a circle", "a.de CNAME b.de\nb.de CNAME a.de", "x@a.de",
	  "bad loop sender-loop" },
	{ "the MX cannot be looked up", "a.de MX !servfail", "x@a.de",
	  "unknown temp lookup-failed" },
	{ "its address cannot be looked up", MX "mx.a.de A !timeout", "x@a.de",
	  "unknown temp lookup-failed" },
	{ "the null sender", "a.de A 192.0.2.1", "", "note  sender-null" },
	{ "an address literal", "a.de A 192.0.2.1", "x@[192.0.2.1]",
	  "warn literal sender-literal" },
	{ "no name", "a.de A 192.0.2.1", "x@a..de",
	  "unknown badname bad-name" },
	{ "no domain", "a.de A 192.0.2.1", "x", "unknown badname bad-name" },
	{ "a name of its own script", "xn--bcher-kva.de A 192.0.2.1",
	  "x@b\xc3\xbc" "cher.de", "note implicit sender-implicit" },
};

static void test_sender_domain_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct check_query q = { .mail_from = cases[i].from,
			.helo = "h.test" };
		struct spfmap *m = map_of(cases[i].zone);
		struct check c = { .id = NULL };
		char *got;

		run_row(&c, m, "sender-domain", &q, 0);
		got = xasprintf("%s %s %s", grade_name(c.grade), c.result,
		                c.say);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].what, got);
		free(got);
		free(check_as_text(&c, "en"));
		free(check_as_text(&c, "de"));
		assert_int_equal(c.temporary,
		                 strcmp(c.say, "lookup-failed") == 0);
		check_clear(&c);
		spfmap_free(m);
	}
}

/* 100 hosts need more lookups than may be asked for at once. */
static void test_sender_domain_with_100_hosts_ends(void **state)
{
	const struct check_query q = { .mail_from = "x@a.de" };
	struct buf zone = { 0 };
	struct check c = { .id = NULL };
	struct spfmap *m;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_addf(&zone, "a.de MX %d m%d.a.de\n", i, i);
	buf_adds(&zone, "m99.a.de A 192.0.2.1");
	m = map_of(buf_str(&zone));
	run_row(&c, m, "sender-domain", &q, 0);
	assert_string_equal(c.say, "sender-mx");
	check_clear(&c);
	spfmap_free(m);
	buf_clear(&zone);
}

static void test_sender_domain_trace(void **state)
{
	const struct check_query q = { .mail_from = "x@a.de" };
	struct spfmap *m = map_of(
	    "a.de MX 10 mx1.a.de\na.de MX 20 mx2.a.de\n"
	    "mx1.a.de A 192.168.1.1\nmx2.a.de A 10.0.0.2");
	struct check c = { .id = NULL };

	(void)state;
	run_row(&c, m, "sender-domain", &q, 0);
	assert_golden(&c, "domain-private");
	check_clear(&c);
	spfmap_free(m);
}

static void test_sender_domain_count(void **state)
{
	(void)state;
	assert_int_equal(sender_domain_count(&(struct check_query){
		.helo = "h" }), 0);
	assert_int_equal(sender_domain_count(&(struct check_query){
		.mail_from = "" }), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domain_parse),
		cmocka_unit_test(test_domain_below_keeps_the_bounds_of_a_name),
		cmocka_unit_test(test_domain_reserved),
		cmocka_unit_test(test_sender_domain_check),
		cmocka_unit_test(test_sender_domain_with_100_hosts_ends),
		cmocka_unit_test(test_sender_domain_trace),
		cmocka_unit_test(test_sender_domain_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
