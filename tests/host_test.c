/* The checks of the sending host: reverse DNS, HELO name, blocklists. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/dnsbl.h"
#include "check/fcrdns.h"
#include "check/helo.h"
#include "checktest.h"
#include "core/route.h"
#include "util/i18n.h"
#include "util/xalloc.h"
#include "zonefile.h"

#define LEN(a) (sizeof(a) / sizeof *(a))
#define SENDER(ip) .seen = &(struct address_seen){ ADDRESS_GIVEN, ip, "" }, \
	.n_seen = 1

enum { FACTS_MAX = 14 };

/* ---- which names look like a provider's ---- */

static const struct {
	const char *name, *ip;
	bool generic;
} names[] = {
	{ "static-192-0-2-7.dyn.isp.test", "192.0.2.7", true },
	{ "192-0-2-7.isp.test", "192.0.2.7", true },
	{ "host-7-2-0-192.isp.test", "192.0.2.7", true },
	{ "static.7.2.0.192.clients.your-server.test", "192.0.2.7", true },
	{ "ec2-192-0-2-7.compute-1.cloud.test", "192.0.2.7", true },
	{ "192.0.2.7.bc.cloud.test", "192.0.2.7", true },
	{ "ip192_0_2_7.isp.test", "192.0.2.7", true },
	{ "192x0x2x7.static.isp.test", "192.0.2.7", true },
	{ "h192000002007.isp.test", "192.0.2.7", true },
	{ "192-000-002-007.isp.test", "192.0.2.7", true },
	{ "pc0000207.dip0.isp.test", "192.0.2.7", true },
	{ "p5B3C1A2F.dip0.isp.test", "192.0.2.7", true },
	{ "dsl-pool-17.isp.test", "192.0.2.7", true },
	{ "cable-4-3.isp.test", "192.0.2.7", true },
	{ "dyn7.isp.test", "192.0.2.7", true },
	{ "customer12.isp.test", "192.0.2.7", true },
	{ "2001-db8--7.v6.isp.test", "2001:db8::7", true },
	{ "2001-0db8-0000-0000-0000-0000-0000-0007.isp.test", "2001:db8::7",
	  true },
	{ "20010db8000000000000000000000007.isp.test", "2001:db8::7", true },
	{ "x0000000000000007.isp.test", "2001:db8::7", true },
	{ "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7."
	  "isp.test", "2001:db8::7", true },
	/* named for mail, whatever else is in it */
	{ "mail-192-0-2-7.example.test", "192.0.2.7", false },
	{ "mx7.dsl.example.test", "192.0.2.7", false },
	{ "smtp-out-17.pool.example.test", "192.0.2.7", false },
	{ "out4-smtp.example.test", "192.0.2.7", false },
	{ "mail-wr1-f41.example.test", "192.0.2.7", false },
	{ "a27-11.smtp-out.example.test", "192.0.2.7", false },
	{ "mx0.example.test", "192.0.2.7", false },
	/* numbers of something else */
	{ "server192.example.test", "192.0.2.7", false },
	{ "vps-7.example.test", "192.0.2.7", false },
	{ "v192-0-2-71.example.test", "192.0.2.7", false },
	{ "1192-0-2-7.example.test", "192.0.2.7", false },
	{ "node-c0000207f.example.test", "192.0.2.7", false },
	{ "198-51-100-7.example.test", "192.0.2.7", false },
	/* words without a number, or inside other words, or the owner's */
	{ "pool.example.test", "192.0.2.7", false },
	{ "carpool7.example.test", "192.0.2.7", false },
	{ "www7.dsl.test", "192.0.2.7", false },
	{ "dsl7.test", "192.0.2.7", true },
	{ "test", "192.0.2.7", false },
	{ "example.test", "192.0.2.7", false },
	{ "7.example.test", "2001:db8::7", false },
};

static void test_fcrdns_generic_names(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < LEN(names); i++) {
		struct dns_name name;
		struct ip ip;

		assert_int_equal(dns_name_parse(&name, names[i].name),
		                 DNS_NAME_OK);
		assert_true(ip_parse(&ip, names[i].ip));
		if (fcrdns_is_generic(&name, &ip) == names[i].generic)
			continue;
		print_error("%s of %s\n", names[i].name, names[i].ip);
		failed++;
	}
	assert_int_equal(failed, 0);
}

/* ---- reverse DNS ---- */

#define REV7 "7.2.0.192.in-addr.arpa"
#define PTR(data) { REV7, "PTR", data }
#define A7(name) { name, "A", "192.0.2.7" }

static const struct {
	const char *what;
	struct fact facts[FACTS_MAX];
	const char *want;
} ptrs[] = {
	{ "one good name", { PTR("mx.example.test."), A7("mx.example.test") },
	  "pass ptr-good [192.0.2.7 mx.example.test] | 192.0.2.7" },
	{ "several, all good", { PTR("a.test."), PTR("b.test."), A7("a.test"),
	    A7("b.test") },
	  "note ptr-several [192.0.2.7 a.test] | 192.0.2.7" },
	{ "several, the second good", { PTR("a.test."), PTR("b.test."),
	    { "a.test", "A", "192.0.2.8" }, A7("b.test") },
	  "warn ptr-some [192.0.2.7 b.test] | 192.0.2.7" },
	{ "good and failing: it is confirmed", { PTR("a.test."),
	    PTR("b.test."), { "a.test", "A", "!servfail" }, A7("b.test") },
	  "warn ptr-some [192.0.2.7 b.test] | 192.0.2.7" },
	{ "generic", { PTR("dsl7.isp.test."), A7("dsl7.isp.test") },
	  "warn ptr-generic [192.0.2.7 dsl7.isp.test] | 192.0.2.7" },
	{ "an alias for RFC 2317", { PTR("CNAME 7.0-63.2.0.192.in-addr.arpa."),
	    PTR("mx.example.test."), A7("mx.example.test") },
	  "pass ptr-good [192.0.2.7 mx.example.test] | 192.0.2.7" },
	{ "a name that is an alias", { PTR("mx.example.test."),
	    { "mx.example.test", "A", "CNAME real.test." },
	    A7("mx.example.test") },
	  "pass ptr-good [192.0.2.7 mx.example.test] | 192.0.2.7" },
	{ "none", { PTR("!nodata") },
	  "bad ptr-none [192.0.2.7] | 192.0.2.7" },
	{ "elsewhere", { PTR("mx.example.test."),
	    { "mx.example.test", "A", "192.0.2.8" } },
	  "bad ptr-mismatch [192.0.2.7 mx.example.test] | 192.0.2.7" },
	{ "localhost", { PTR("localhost."), A7("x.test") },
	  "bad ptr-no-host [192.0.2.7 localhost] | 192.0.2.7" },
	{ "like an address", { PTR("192.0.2.7.") },
	  "bad ptr-no-host [192.0.2.7 192.0.2.7] | 192.0.2.7" },
	{ "itself", { PTR(REV7 ".") },
	  "bad ptr-no-host [192.0.2.7 " REV7 "] | 192.0.2.7" },
	{ "hostile", { PTR("a\\027[2J\\000.test.") },
	  "bad ptr-no-host [192.0.2.7 a\\027[2J\\000.test] | 192.0.2.7" },
	{ "the reverse zone fails", { PTR("!servfail") },
	  "unknown lookup-failed [" REV7 " PTR servfail] | 192.0.2.7" },
	{ "the only name fails", { PTR("mx.example.test."),
	    { "mx.example.test", "A", "!timeout" } },
	  "unknown lookup-failed [mx.example.test A timeout] | 192.0.2.7" },
	{ "aliases without end", { PTR("!loop") },
	  "bad ptr-none [192.0.2.7] | 192.0.2.7" },
	{ "PTR records without a name in them", { PTR("\\# 1 ff") },
	  "unknown lookup-failed [" REV7 " PTR malformed] | 192.0.2.7" },
};

static void test_fcrdns_check_table(void **state)
{
	const struct check_query q = { SENDER("192.0.2.7") };

	(void)state;
	for (size_t i = 0; i < LEN(ptrs); i++) {
		print_message("%s\n", ptrs[i].what);
		want_check(fcrdns_check, ptrs[i].facts, &q, ptrs[i].want);
	}
}

static void test_fcrdns_check_without_an_address(void **state)
{
	const struct check_query q = { .n_seen = 0 };

	(void)state;
	want_check(fcrdns_check, NULL, &q, "unknown no-address [] | ");
}

/* Twelve names: ten are looked at, and the twelfth, a good one, is not. */
static void test_fcrdns_check_looks_at_ten_names(void **state)
{
	const struct check_query q = { SENDER("192.0.2.7") };
	struct fact facts[16] = { { 0 } };
	char text[13][24];

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		snprintf(text[i], sizeof text[i], "n%zu.test.", i);
		facts[i] = (struct fact)PTR(text[i]);
	}
	facts[12] = (struct fact)A7("n11.test");
	want_check(fcrdns_check, facts, &q,
	           "bad ptr-mismatch [192.0.2.7 n0.test] | 192.0.2.7");
	facts[12] = (struct fact)A7("n9.test");
	want_check(fcrdns_check, facts, &q,
	           "warn ptr-some [192.0.2.7 n9.test] | 192.0.2.7");
}

/* ---- the HELO name ---- */

#define H "mail.example.test"

static const struct {
	const char *helo, *ip; /* ip "" not known */
	struct fact facts[4];
	const char *want; /* without the subject, which is the name */
} helos[] = {
	{ H, "192.0.2.7", { A7(H) }, "pass helo-good [" H " 192.0.2.7]" },
	{ "MAIL.example.TEST", "192.0.2.7", { A7(H) },
	  "pass helo-good [MAIL.example.TEST 192.0.2.7]" },
	{ H, "2001:db8::7", { A7(H), { H, "AAAA", "2001:db8::7" } },
	  "pass helo-good [" H " 2001:db8::7]" },
	{ H, "::ffff:192.0.2.7", { A7(H) },
	  "pass helo-good [" H " ::ffff:192.0.2.7]" },
	{ H, "192.0.2.7", { A7(H), { H, "AAAA", "!servfail" } },
	  "pass helo-good [" H " 192.0.2.7]" },
	{ H, "192.0.2.7", { { H, "A", "CNAME b.test." }, A7(H) },
	  "warn helo-alias [" H " 192.0.2.7]" },
	{ H, "192.0.2.7", { { H, "A", "192.0.2.8" } },
	  "warn helo-elsewhere [" H " 192.0.2.7]" },
	{ H, "2001:db8::7", { A7(H), { H, "AAAA", "!nodata" } },
	  "warn helo-other-family [" H " 2001:db8::7]" },
	{ H, "2001:db8::7", { A7(H), { H, "AAAA", "!servfail" } },
	  "unknown lookup-failed [" H " AAAA servfail]" },
	{ H, "", { A7(H) }, "unknown helo-exists [" H "]" },
	{ H, "192.0.2.7", { { 0 } }, "bad helo-nxdomain [" H "]" },
	{ H, "", { { 0 } }, "bad helo-nxdomain [" H "]" },
	{ H, "192.0.2.7", { { H, "A", "!nodata" }, { H, "AAAA", "!nodata" } },
	  "bad helo-no-address [" H "]" },
	{ H, "192.0.2.7", { { H, "A", "!timeout" }, { H, "AAAA", "!timeout" } },
	  "unknown lookup-failed [" H " A timeout]" },
	{ "mx.taker.test", "192.0.2.7", { { "mx.taker.test", "A",
	    "192.0.2.25" } }, "bad helo-of-server [mx.taker.test]" },
	{ "taker.test", "192.0.2.7", { { "taker.test", "A", "192.0.2.25" } },
	  "bad helo-of-server [taker.test]" },
	{ "mx.taker.test", "", { { "mx.taker.test", "A", "192.0.2.25" } },
	  "warn helo-of-server [mx.taker.test]" },
	/* it is the server, writing to itself */
	{ "mx.taker.test", "192.0.2.7", { A7("mx.taker.test") },
	  "pass helo-good [mx.taker.test 192.0.2.7]" },
	/* nothing is asked for these */
	{ "", "192.0.2.7", { { 0 } }, "unknown helo-unknown []" },
	{ "mail", "192.0.2.7", { { 0 } }, "bad helo-single [mail]" },
	{ "localhost", "192.0.2.7", { { 0 } }, "bad helo-local [localhost]" },
	{ "a.localdomain", "192.0.2.7", { { 0 } },
	  "bad helo-local [a.localdomain]" },
	{ "pc.local", "192.0.2.7", { { 0 } }, "bad helo-local [pc.local]" },
	{ "pc.fritz.home.arpa", "", { { 0 } },
	  "bad helo-local [pc.fritz.home.arpa]" },
	{ "my_host.example.test", "", { { 0 } },
	  "bad helo-underscore [my_host.example.test]" },
	{ "my host.test", "", { { 0 } }, "bad helo-syntax [my host.test]" },
	{ "-a.test", "", { { 0 } }, "bad helo-syntax [-a.test]" },
	{ "a-.test", "", { { 0 } }, "bad helo-syntax [a-.test]" },
	{ "a..test", "", { { 0 } }, "bad helo-syntax [a..test]" },
	{ "a.test.", "", { { 0 } }, "bad helo-syntax [a.test.]" },
	{ ".", "", { { 0 } }, "bad helo-syntax [.]" },
	{ "m\xc3\xbcller.test", "", { { 0 } },
	  "bad helo-syntax [m\xc3\xbcller.test]" },
	{ "1.2.3", "", { { 0 } }, "bad helo-syntax [1.2.3]" },
	{ "192.0.2.7", "192.0.2.7", { { 0 } },
	  "bad helo-bare-address [192.0.2.7]" },
	{ "2001:db8::7", "", { { 0 } }, "bad helo-bare-address [2001:db8::7]" },
	{ "[192.0.2.7]", "192.0.2.7", { { 0 } },
	  "warn helo-literal [[192.0.2.7]]" },
	{ "[192.0.2.7]", "", { { 0 } }, "warn helo-literal [[192.0.2.7]]" },
	{ "[ipv6:2001:DB8::7]", "2001:db8::7", { { 0 } },
	  "warn helo-literal [[ipv6:2001:DB8::7]]" },
	{ "[192.0.2.8]", "192.0.2.7", { { 0 } },
	  "bad helo-literal-other [[192.0.2.8] 192.0.2.7]" },
	{ "[10.0.0.7]", "192.0.2.7", { { 0 } },
	  "bad helo-literal-private [[10.0.0.7]]" },
	{ "[2001:db8::7]", "2001:db8::7", { { 0 } },
	  "bad helo-literal-bad [[2001:db8::7]]" },
	{ "[IPv6:192.0.2.7]", "192.0.2.7", { { 0 } },
	  "bad helo-literal-bad [[IPv6:192.0.2.7]]" },
	{ "[192.0.2.7", "", { { 0 } }, "bad helo-literal-bad [[192.0.2.7]" },
	{ "[]", "", { { 0 } }, "bad helo-literal-bad [[]]" },
	{ "[", "", { { 0 } }, "bad helo-literal-bad [[]" },
	{ "[mail.example.test]", "", { { 0 } },
	  "bad helo-literal-bad [[mail.example.test]]" },
};

static void test_helo_check_table(void **state)
{
	struct route_host mx = { .host = (char *)"mx.taker.test" };
	const struct route route = { .hosts = &mx, .n_hosts = 1 };

	(void)state;
	for (size_t i = 0; i < LEN(helos); i++) {
		struct address_seen seen = { ADDRESS_GIVEN, helos[i].ip, "" };
		const struct check_query q = { .helo = helos[i].helo,
			.seen = &seen, .n_seen = *helos[i].ip != '\0',
			.domain = "taker.test", .route = &route };
		char *want = xasprintf("%s | %s", helos[i].want,
		                       helos[i].helo);

		want_check(helo_check, helos[i].facts, &q, want);
		free(want);
	}
}

/* ---- the zones of the study ---- */

/* The verdict of a row in our words: a result and what is in an argument. */
static void expect_fcrdns(struct zoneworld *x, char *const field[])
{
	static const char *const words[][2] = { { "pass", "pass" },
		{ "mismatch", "fail" }, { "no-ptr", "permerror" } };
	const struct address_seen seen = { ADDRESS_GIVEN, field[2], "" };
	const struct check_query q = { .seen = &seen, .n_seen = 1 };
	const char *want = NULL;
	struct check c = { 0 };

	for (size_t i = 0; i < LEN(words); i++)
		if (strcmp(words[i][0], field[3]) == 0)
			want = words[i][1];
	make_check(&c, fcrdns_check, &q, 0, &x->w);
	print_message("%s %s\n", field[2], c.result);
	assert_non_null(want);
	assert_string_equal(c.result, want);
	if (strcmp(field[4], "-") != 0)
		assert_string_equal(c.args[1], field[4]);
	check_clear(&c);
}

static void expect_codes(const struct check *c, const char *detail)
{
	static const char *const says[][2] = {
		{ "lists-127.0.0.1", "dnsbl-parked" },
		{ "test-entry-missing", "dnsbl-dead" },
		{ "servfail", "lookup-failed" },
	};

	for (size_t i = 0; i < LEN(says); i++)
		if (strcmp(says[i][0], detail) == 0) {
			assert_string_equal(c->say, says[i][1]);
			return;
		}
	for (const char *p = detail; *p && *p != '-';) {
		char *code = xmemdup0(p, strcspn(p, " "));

		assert_true(strstr(c->args[1], code) ||
		            strstr(c->args[2], code));
		p += strlen(code);
		p += *p == ' ';
		free(code);
	}
}

static void expect_dnsbl(struct zoneworld *x, char *const field[])
{
	char *at = strchr(field[2], '@');
	const char *const zones[] = { at + 1 };
	const struct address_seen seen = { ADDRESS_GIVEN, field[2], "" };
	const struct check_query q = { .seen = &seen, .n_seen = 1,
		.dnsbls = zones, .n_dnsbls = 1 };
	struct check c = { 0 };

	*at = '\0';
	make_check(&c, dnsbl_check, &q, 0, &x->w);
	print_message("%s at %s: %s\n", field[2], zones[0], c.result);
	assert_string_equal(c.result, field[3]);
	expect_codes(&c, field[4]);
	check_clear(&c);
}

typedef void expect_row(struct zoneworld *x, char *const field[]);

static size_t expect_rows(struct zoneworld *x, FILE *f, const char *kind,
                          expect_row *expect)
{
	char line[4096];
	size_t n = 0;

	rewind(f);
	while (fgets(line, sizeof line, f)) {
		char *field[5], *p = line;
		size_t i = 0;

		for (; i < LEN(field) && p; i++)
			field[i] = strsep(&p, "\t\n");
		if (i < LEN(field) || strcmp(field[0], kind) != 0)
			continue;
		expect(x, field);
		n++;
	}
	return n;
}

static void test_host_expectations_of_the_study(void **state)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	struct zoneworld x;
	char *path;
	FILE *f;

	(void)state;
	if (!zoneworld_open(&x)) {
		zoneworld_close(&x);
		skip();
	}
	path = xasprintf("%s/dns/expectations.tsv", shared);
	f = fopen(path, "r");
	free(path);
	assert_non_null(f);
	assert_int_equal(expect_rows(&x, f, "fcrdns", expect_fcrdns), 11);
	assert_int_equal(expect_rows(&x, f, "dnsbl", expect_dnsbl), 11);
	fclose(f);
	zoneworld_close(&x);
}

/* ---- what a person reads ---- */

#define BL(name) name ".bl.test"
#define X7 BL("7.2.0.192")

static void put_all(struct buf *out, const struct check_query *q,
                    struct checktest_world *w)
{
	static check_run *const runs[] = { fcrdns_check, helo_check,
		dnsbl_check };

	for (size_t i = 0; i < LEN(runs); i++) {
		struct check c = { 0 };

		make_check(&c, runs[i], q, 0, w);
		put_check(out, &c);
		check_clear(&c);
	}
}

static void test_host_checks_read_in_both_languages(void **state)
{
	static const struct fact known[] = {
		PTR("mx.example.test."), PTR("dsl-7.isp.test."),
		A7("mx.example.test"), { "dsl-7.isp.test", "A", "192.0.2.8" },
		{ "a.test", "A", "CNAME b.test." }, A7("a.test"),
		{ BL("2.0.0.127"), "A", "127.0.0.2" }, { X7, "A", "127.0.0.4" },
		{ X7, "TXT", "\"listed\\027[31m, see https://bl.test/\"" },
		{ 0 },
	};
	static const char *const zones[] = { "bl.test" };
	const struct check_query q = { SENDER("192.0.2.7"), .helo = "a.test",
		.dnsbls = zones, .n_dnsbls = 1 };
	struct buf got = { 0 };
	char *want;

	(void)state;
	for (int german = 0; german < 2; german++) {
		struct checktest_world w = { look_known, (void *)known,
			{ 0 } };

		i18n_set(german ? "de" : "en");
		put_all(&got, &q, &w);
		buf_clear(&w.asked);
	}
	i18n_set("en");
	want = read_data("host-checks.txt");
	if (strcmp(buf_str(&got), want) != 0)
		print_error("%s", buf_str(&got));
	assert_string_equal(buf_str(&got), want);
	free(want);
	buf_clear(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fcrdns_generic_names),
		cmocka_unit_test(test_fcrdns_check_table),
		cmocka_unit_test(test_fcrdns_check_without_an_address),
		cmocka_unit_test(test_fcrdns_check_looks_at_ten_names),
		cmocka_unit_test(test_helo_check_table),
		cmocka_unit_test(test_host_expectations_of_the_study),
		cmocka_unit_test(test_host_checks_read_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
