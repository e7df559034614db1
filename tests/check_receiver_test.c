/* MX, their PTR, DNSSEC and DANE over facts, without a socket. */
#include "config.h"

#include "check/receiver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/onetxt.h"
#include "checkseen.h"
#include "madefacts.h"
#include "pem.h"
#include "sharedzone.h"
#include "util/xalloc.h"

#define SHA256 \
	"0102030405060708090a0b0c0d0e0f10" \
	"1112131415161718191a1b1c1d1e1f20"
#define A(name, data) { name, "AAAA", "!nodata" }, { name, "A", data }
#define MX(data) { "test", "MX", data }
#define SIGNED_HOST MX("AD 10 mx.test"), { "mx.test", "AAAA", "AD " }, \
	{ "mx.test", "A", "AD 192.0.2.1" }
#define VALIDATED { ".", "NS", "AD ns.test" } /* the resolver does */
#define TLSA "_25._tcp.mx.test"

enum { FACTS_MAX = 10 };

typedef void check_fn(struct check *c, const struct facts *f,
                      const struct check_query *q, size_t i);
typedef size_t count_fn(const struct check_query *q);

struct receiver_case {
	const char *what;
	struct fact facts[FACTS_MAX];
	const char *want;
	bool untrusted;
};

static void make_route(struct route *r, struct facts *f, const char *domain)
{
	const struct route_query q = { .domain = domain,
		.kind = TARGET_DOMAIN };

	route_find(r, f, &q);
	assert_int_equal(r->n_needs, 0);
}

/* All of count(), with " | " between. */
static void put_all(struct buf *out, const struct receiver_case *k,
                    count_fn *count, check_fn *run)
{
	struct facts *f = facts_of(k->facts);
	struct check_query q = { .domain = "test", .trusted = !k->untrusted };
	struct route route;

	make_route(&route, f, "test");
	q.route = &route;
	for (size_t i = 0; i < count(&q); i++) {
		struct check c = { .id = NULL };

		run(&c, f, &q, i);
		buf_adds(out, i ? " | " : "");
		put_check(out, &c);
		check_clear(&c);
	}
	route_clear(&route);
	facts_free(f);
}

static void check_all(const struct receiver_case *list, size_t n,
                      count_fn *count, check_fn *run)
{
	for (size_t i = 0; i < n; i++) {
		struct buf got = { 0 };

		put_all(&got, &list[i], count, run);
		if (strcmp(buf_str(&got), list[i].want) != 0)
			print_error("%s\n  want %s\n  got  %s\n", list[i].what,
			            list[i].want, buf_str(&got));
		assert_string_equal(buf_str(&got), list[i].want);
		buf_clear(&got);
	}
}

/* ---- MX ---- */

static void test_mx_by_kind_of_route(void **state)
{
	static const struct receiver_case cases[] = {
	{ "one host is no fault", { MX("10 mx.test"),
	    A("mx.test", "192.0.2.1") }, "pass mx: mx-good test", 0 },
	{ "null MX is a right state", { MX("0 .") },
	  "pass null: mx-null-good test", 0 },
	{ "null MX with a preference", { MX("10 .") },
	  "warn null: mx-null-odd test", 0 },
	{ "null MX beside another", { MX("0 ."), MX("10 mx.test"),
	    A("mx.test", "192.0.2.1") }, "bad mx: mx-odd test", 0 },
	{ "none, but an address", { MX("!nodata"), A("test", "192.0.2.1") },
	  "note implicit: mx-implicit test", 0 },
	{ "none, and a private address", { MX("!nodata"),
	    A("test", "10.0.0.1") }, "warn implicit: mx-implicit-odd test", 0 },
	{ "nothing", { MX("!nodata"), A("test", "!nodata") },
	  "bad none: mx-none test", 0 },
	{ "no such domain", { MX("!nxdomain") },
	  "bad nxdomain: mx-no-domain test", 0 },
	{ "an alias", { MX("10 mx.test"),
	    { "mx.test", "AAAA", "CNAME a.test" },
	    { "mx.test", "AAAA", "2001:db8::1" },
	    { "mx.test", "A", "CNAME a.test" },
	    { "mx.test", "A", "192.0.2.1" } }, "warn mx: mx-odd test", 0 },
	{ "an address", { MX("10 192.0.2.1") }, "bad nohost: mx-no-host test",
	  0 },
	{ "no address", { MX("10 mx.test"), A("mx.test", "!nxdomain") },
	  "bad noaddress: mx-no-address test", 0 },
	{ "a private one", { MX("10 mx.test"), A("mx.test", "10.0.0.1") },
	  "warn mx: mx-odd test", 0 },
	{ "no answer", { MX("!timeout") },
	  "unknown temp: lookup-failed test MX timeout", 0 },
	{ "no answer about the hosts", { MX("10 mx.test"),
	    A("mx.test", "!servfail") }, "unknown temp: mx-temp-hosts test",
	  0 },
	{ "a circle", { MX("!loop") }, "bad loop: mx-alias-loop test", 0 },
	};

	(void)state;
	check_all(cases, sizeof cases / sizeof *cases, receiver_mx_count,
	          receiver_mx_check);
}

/* Findings are steps, answers are evidence, and no IPv6 is only remarked. */
static void test_mx_shows_answers_and_findings(void **state)
{
	static const struct fact facts[] = { MX("10 mx.test"),
		MX("20 no.test"), A("mx.test", "192.0.2.1"),
		A("no.test", "!nxdomain"), { 0 } };
	struct facts *f = facts_of(facts);
	struct check_query q = { .domain = "test" };
	struct check c = { .id = NULL };
	struct buf steps = { 0 };
	struct route route;

	(void)state;
	make_route(&route, f, "test");
	q.route = &route;
	receiver_mx_check(&c, f, &q, 0);
	assert_int_equal(c.grade, GRADE_WARN);
	put_steps(&steps, &c);
	assert_string_equal(buf_str(&steps),
	                    "mx-no-ipv6; mx-nxdomain no.test");
	assert_string_equal(c.steps[0].args[0], "test. 300 IN MX 10 mx.test.");
	assert_string_equal(c.steps[3].args[0], "mx.test. 300 IN A 192.0.2.1");
	buf_clear(&steps);
	check_clear(&c);
	route_clear(&route);
	facts_free(f);
}

/* ---- PTR ---- */

#define PTR "1.2.0.192.in-addr.arpa"
#define PLAIN_HOST MX("10 mx.test"), A("mx.test", "192.0.2.1")

static void test_mx_ptr(void **state)
{
	static const struct receiver_case cases[] = {
	{ "not known", { PLAIN_HOST }, "needs " PTR "/PTR", 0 },
	{ "the name is known", { PLAIN_HOST, { PTR, "PTR", "h.test" } },
	  "needs h.test/A", 0 },
	{ "there and back", { PLAIN_HOST, { PTR, "PTR", "mx.test" } },
	  "pass: mx-ptr-good test", 0 },
	{ "one of two leads back", { PLAIN_HOST, { PTR, "PTR", "h.test" },
	    { PTR, "PTR", "mx.test" }, { "h.test", "A", "!nxdomain" } },
	  "pass: mx-ptr-good test", 0 },
	{ "none", { PLAIN_HOST, { PTR, "PTR", "!nxdomain" } },
	  "note: mx-ptr-some-no 192.0.2.1", 0 },
	{ "elsewhere", { PLAIN_HOST, { PTR, "PTR", "h.test" },
	    { "h.test", "A", "192.0.2.2" } },
	  "warn: mx-ptr-some-lie 192.0.2.1", 0 },
	{ "no answer", { PLAIN_HOST, { PTR, "PTR", "!servfail" } },
	  "unknown: lookup-failed " PTR " PTR servfail", 0 },
	{ "no answer about the name", { PLAIN_HOST, { PTR, "PTR", "h.test" },
	    { "h.test", "A", "!timeout" } },
	  "unknown: lookup-failed h.test A timeout", 0 },
	{ "another host's addresses are not known", { MX("10 mx.test"),
	    MX("20 b.test"), A("mx.test", "192.0.2.1"),
	    A("b.test", "!timeout"), { PTR, "PTR", "mx.test" } },
	  "unknown: lookup-failed b.test A timeout", 0 },
	{ "nobody takes mail", { MX("0 .") }, "", 0 },
	};

	(void)state;
	check_all(cases, sizeof cases / sizeof *cases, receiver_ptr_count,
	          receiver_ptr_check);
}

/* ---- DNSSEC ---- */

#define ROOT(data) { ".", "NS", data }

static void test_dnssec(void **state)
{
	static const struct receiver_case cases[] = {
	{ "the root is asked for, too", { PLAIN_HOST }, "needs ./NS", 0 },
	{ "all verified", { SIGNED_HOST, ROOT("AD a.test") },
	  "pass secure: dnssec-secure test", 0 },
	{ "the host is not", { MX("AD 10 mx.test"), A("mx.test", "192.0.2.1"),
	    ROOT("AD a.test") }, "note secure: dnssec-partly test mx.test",
	  0 },
	{ "not signed", { PLAIN_HOST, ROOT("AD a.test") },
	  "note insecure: dnssec-insecure test", 0 },
	{ "nobody checks", { PLAIN_HOST, ROOT("a.test") },
	  "unknown: dnssec-no-validation", 0 },
	{ "SERVFAIL may be anything", { MX("!servfail"), ROOT("AD a.test") },
	  "unknown: dnssec-servfail test MX", 0 },
	{ "no answer", { MX("!timeout"), ROOT("AD a.test") },
	  "unknown: lookup-failed test MX timeout", 0 },
	{ "a host's SERVFAIL", { MX("AD 10 mx.test"), MX("20 b.test"),
	    { "mx.test", "AAAA", "AD " }, { "mx.test", "A", "AD 192.0.2.1" },
	    { "b.test", "AAAA", "!nodata" }, { "b.test", "A", "192.0.2.1" },
	    ROOT("AD a.test") },
	  "note secure: dnssec-partly test b.test", 0 },
	};

	(void)state;
	check_all(cases, sizeof cases / sizeof *cases, receiver_dnssec_count,
	          receiver_dnssec_check);
}

static void test_d18_ad_of_a_server_not_trusted_is_only_a_claim(void **state)
{
	static const struct receiver_case dnssec[] = {
	{ "it claims", { SIGNED_HOST, ROOT("AD a.test") },
	  "unknown: dnssec-untrusted test", true },
	{ "it denies", { PLAIN_HOST, ROOT("AD a.test") },
	  "unknown: dnssec-untrusted-no test", true },
	};

	(void)state;
	check_all(dnssec, sizeof dnssec / sizeof *dnssec, receiver_dnssec_count,
	          receiver_dnssec_check);
}

/* An Extended DNS Error says which of the two SERVFAIL means. */
static void test_dnssec_bogus_by_extended_error(void **state)
{
	struct dns_writer w;
	struct dns_name name;
	uint8_t wire[512];

	(void)state;
	dns_name_parse(&name, "test");
	for (int ede = 5; ede < 14; ede++) {
		static const struct fact root[] = { ROOT("AD a.test"),
			{ 0 } };
		struct facts *f = facts_of(root);
		struct dns_answer *a = answer_new(&name, RR_MX);
		struct check_query q = { .domain = "test", .trusted = true };
		struct check c = { .id = NULL };
		struct buf got = { 0 };
		struct route route;

		dns_write_begin(&w, wire, sizeof wire, 0, DNS_QR);
		dns_write_question(&w, &name, RR_MX);
		dns_write_rcode(&w, RCODE_SERVFAIL);
		dns_write_opt(&w, DNS_UDP_PAYLOAD, RCODE_SERVFAIL, ede, NULL);
		answer_fold(a, wire, w.len, true);
		facts_add(f, a);
		make_route(&route, f, "test");
		q.route = &route;
		receiver_dnssec_check(&c, f, &q, 0);
		put_check(&got, &c);
		assert_string_equal(buf_str(&got), ede >= 6 && ede <= 12
		                    ? "bad bogus: dnssec-bogus test MX"
		                    : "unknown: dnssec-servfail test MX");
		buf_clear(&got);
		check_clear(&c);
		route_clear(&route);
		facts_free(f);
	}
}

/* ---- DANE ---- */

static void check_dane(const struct receiver_case *list, size_t n)
{
	check_all(list, n, receiver_dane_count, receiver_dane_check);
}

static void test_dane_of_each_host(void **state)
{
	static const struct receiver_case cases[] = {
	{ "asks for its records", { SIGNED_HOST }, "needs " TLSA "/TLSA", 0 },
	{ "usable", { SIGNED_HOST,
	    { TLSA, "TLSA", "AD 3 1 1 " SHA256 } },
	  "pass usable: dane-usable mx.test mx.test", 0 },
	{ "none", { SIGNED_HOST, { TLSA, "TLSA", "AD " } },
	  "note none: dane-no-records mx.test", 0 },
	{ "not signed, none", { PLAIN_HOST, { TLSA, "TLSA", "!nxdomain" },
	    VALIDATED }, "note none: dane-no-records mx.test", 0 },
	{ "usage 1 alone", { SIGNED_HOST,
	    { TLSA, "TLSA", "AD 1 1 1 " SHA256 } },
	  "warn unusable: dane-all-unusable mx.test", 0 },
	{ "the host's lookup fails for DANE's part",
	  { MX("AD 10 mx.test"), MX("20 b.test"), A("b.test", "192.0.2.2"),
	    { "mx.test", "AAAA", "!servfail" },
	    { "mx.test", "A", "!servfail" },
	    { "_25._tcp.b.test", "TLSA", "!servfail" }, VALIDATED },
	  "note none: dane-no-records b.test", 0 },
	{ "null MX", { MX("0 .") }, "", 0 },
	};

	(void)state;
	check_dane(cases, sizeof cases / sizeof *cases);
}

static void test_d14_tlsa_stumps_are_shown_and_not_used(void **state)
{
	static const char *const stumps[] = { "AD \\# 0", "AD \\# 1 03",
		"AD \\# 2 0301", "AD \\# 3 030101" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct receiver_case k = { "stump", { SIGNED_HOST,
			{ TLSA, "TLSA", stumps[i] } },
			"warn unusable: dane-all-unusable mx.test", 0 };

		check_dane(&k, 1);
	}
}

static void test_d15_tlsa_of_unknown_form_is_not_used(void **state)
{
	static const struct receiver_case cases[] = {
	{ "usage", { SIGNED_HOST, { TLSA, "TLSA", "AD 4 1 1 " SHA256 } },
	  "warn unusable: dane-all-unusable mx.test", 0 },
	{ "selector", { SIGNED_HOST, { TLSA, "TLSA", "AD 3 2 1 " SHA256 } },
	  "warn unusable: dane-all-unusable mx.test", 0 },
	{ "matching", { SIGNED_HOST, { TLSA, "TLSA", "AD 3 1 3 " SHA256 } },
	  "warn unusable: dane-all-unusable mx.test", 0 },
	{ "length", { SIGNED_HOST, { TLSA, "TLSA", "AD 3 1 1 0102" } },
	  "warn unusable: dane-all-unusable mx.test", 0 },
	};

	(void)state;
	check_dane(cases, sizeof cases / sizeof *cases);
}

static void test_d16_tlsa_that_cannot_be_looked_up_stops_mail(void **state)
{
	static const struct receiver_case cases[] = {
	{ "SERVFAIL", { SIGNED_HOST, { TLSA, "TLSA", "!servfail" } },
	  "bad failed: dane-lookup mx.test servfail", 0 },
	{ "a server that does not know TLSA",
	  { SIGNED_HOST, { TLSA, "TLSA", "!notimp" } },
	  "bad failed: dane-lookup mx.test notimp", 0 },
	{ "no answer", { SIGNED_HOST, { TLSA, "TLSA", "!timeout" } },
	  "unknown failed: dane-lookup mx.test timeout", 0 },
	};

	(void)state;
	check_dane(cases, sizeof cases / sizeof *cases);
}

static void test_d17_tlsa_without_ad_is_ignored_and_told(void **state)
{
	static const struct receiver_case cases[] = {
	{ "the record", { SIGNED_HOST, { TLSA, "TLSA", "3 1 1 " SHA256 } },
	  "warn insecure: dane-unsigned mx.test", 0 },
	{ "the address", { PLAIN_HOST, { TLSA, "TLSA", "3 1 1 " SHA256 },
	    VALIDATED }, "warn insecure: dane-unsigned mx.test", 0 },
	{ "nobody verifies", { PLAIN_HOST, { TLSA, "TLSA", "3 1 1 " SHA256 },
	    { ".", "NS", "ns.test" } }, "unknown: dnssec-no-validation", 0 },
	};

	(void)state;
	check_dane(cases, sizeof cases / sizeof *cases);
}

/* ---- the zones and what they are to give ---- */

typedef void row_fn(char *const cell[], size_t n);

/* Rows of one kind; returns how many, 0 without the folder. */
static size_t each_expectation(const char *kind, row_fn *row)
{
	enum { CELLS = 4 };
	const char *shared = getenv("SMTPSCOPE_SHARED");
	char *path, *save, *cells;
	struct buf text = { 0 };
	size_t n = 0;

	if (!shared)
		return 0;
	path = xasprintf("%s/dns/expectations.tsv", shared);
	assert_true(read_file(path, &text));
	free(path);
	for (char *line = strtok_r(text.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *cell[CELLS];

		for (size_t i = 0; i < CELLS; i++)
			cell[i] = strtok_r(i ? NULL : line, "\t", &cells);
		if (strcmp(cell[0], kind) == 0) {
			row(cell, CELLS);
			n++;
		}
	}
	buf_clear(&text);
	return n;
}

/* "_mta-sts.mix.t33-sts.test": "t33-sts.test" */
static const char *zone_of(const char *name)
{
	const char *p = name + strlen(name), *dots = NULL;

	for (int n = 0; p > name && n < 2; p--)
		if (p[-1] == '.') {
			n++;
			dots = p;
		}
	return p == name ? name : dots;
}

static void onetxt_row(char *const cell[], size_t n)
{
	static const char *const words[] = {
		[ONETXT_ABSENT] = "absent", [ONETXT_OTHERS] = "absent",
		[ONETXT_ONE] = "one", [ONETXT_MANY] = "many",
	};
	char *begin = strchr(cell[2], '@');
	const struct onetxt_kind kind = { .begin = begin + 1, .like = "" };
	struct check c = { .id = NULL };
	struct facts *f = facts_new();
	struct sharedzone *z;
	struct dns_name name;
	struct onetxt t;

	(void)n;
	*begin = '\0';
	dns_name_parse(&name, cell[2]);
	z = sharedzone_load(zone_of(cell[2]));
	sharedzone_answer(z, f, &name, RR_TXT, ZONE_UNSIGNED);
	check_begin(&c, "mta-sts", cell[2]);
	onetxt_find(&t, &c, f, &name, &kind);
	assert_string_equal(words[t.status], cell[3]);
	onetxt_clear(&t);
	check_clear(&c);
	sharedzone_free(z);
	facts_free(f);
}

static void test_onetxt_of_the_zones(void **state)
{
	size_t n = each_expectation("onetxt", onetxt_row);

	(void)state;
	if (n == 0)
		skip();
	assert_int_equal(n, 9);
}

/* Looks everything up that is needed. */
static void look_up(const struct sharedzone *z, struct facts *f,
                    const char *domain, struct route *route,
                    enum zone_state state)
{
	const struct route_query q = { .domain = domain,
		.kind = TARGET_DOMAIN };

	route_find(route, f, &q);
	while (route->n_needs) {
		for (size_t i = 0; i < route->n_needs; i++)
			sharedzone_answer(z, f, &route->needs[i].name,
			                  route->needs[i].type, state);
		route_clear(route);
		route_find(route, f, &q);
	}
}

static void put_dane(const struct sharedzone *z, struct facts *f,
                     const struct check_query *q, size_t i,
                     enum zone_state state, struct check *c)
{
	for (;;) {
		receiver_dane_check(c, f, q, i);
		if (!c->n_needs)
			return;
		for (size_t n = 0; n < c->n_needs; n++)
			sharedzone_answer(z, f, &c->needs[n].name,
			                  c->needs[n].type, state);
		check_clear(c);
	}
}

static bool is_word(const struct check *c, const char *verdict)
{
	if (strcmp(verdict, "ignored") == 0)
		return strcmp(c->result, "insecure") == 0;
	return strcmp(c->result, verdict) == 0;
}

static void dane_row(char *const cell[], size_t n)
{
	bool bogus = strcmp(cell[1], "t29") == 0;
	enum zone_state state = bogus ? ZONE_BOGUS
		: strcmp(cell[1], "t30") == 0 ? ZONE_UNSIGNED : ZONE_SIGNED;
	const char *domain = zone_of(cell[2]);
	struct sharedzone *z = sharedzone_load(domain);
	struct facts *f = facts_of((const struct fact[]){ VALIDATED, { 0 } });
	struct check_query q = { .domain = domain, .trusted = true };
	struct check c = { .id = NULL };
	struct route route;
	size_t i = 0;

	(void)n;
	look_up(z, f, domain, &route, state);
	q.route = &route;
	if (bogus) { /* nobody knows whom to ask */
		assert_string_equal(cell[3], "temp");
		receiver_mx_check(&c, f, &q, 0);
		assert_string_equal(c.result, "temp");
		assert_true(c.temporary);
	} else {
		while (strcmp(receiver_host(&q, i)->host, cell[2]) != 0)
			i++;
		put_dane(z, f, &q, i, state, &c);
		if (!is_word(&c, cell[3]))
			fail_msg("%s: %s is not %s", cell[2], c.result,
			         cell[3]);
	}
	check_clear(&c);
	route_clear(&route);
	sharedzone_free(z);
	facts_free(f);
}

static void test_dane_of_the_zones(void **state)
{
	size_t n = each_expectation("dane", dane_row);

	(void)state;
	if (n == 0)
		skip();
	assert_int_equal(n, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mx_by_kind_of_route),
		cmocka_unit_test(test_mx_shows_answers_and_findings),
		cmocka_unit_test(test_mx_ptr),
		cmocka_unit_test(test_dnssec),
		cmocka_unit_test(
		    test_d18_ad_of_a_server_not_trusted_is_only_a_claim),
		cmocka_unit_test(test_dnssec_bogus_by_extended_error),
		cmocka_unit_test(test_dane_of_each_host),
		cmocka_unit_test(test_d14_tlsa_stumps_are_shown_and_not_used),
		cmocka_unit_test(test_d15_tlsa_of_unknown_form_is_not_used),
		cmocka_unit_test(
		    test_d16_tlsa_that_cannot_be_looked_up_stops_mail),
		cmocka_unit_test(test_d17_tlsa_without_ad_is_ignored_and_told),
		cmocka_unit_test(test_onetxt_of_the_zones),
		cmocka_unit_test(test_dane_of_the_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
