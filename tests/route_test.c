/* route_mx() over made-up facts, without a socket. */
#include "config.h"

#include "core/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/finding.h"
#include "madefacts.h"
#include "util/buf.h"

enum { RECORDS_MAX = 130 };

static bool is_reason(const char *why)
{
#define REASON_ID(id) id,
	static const char *const ids[] = { ROUTE_REASONS(REASON_ID) };
#undef REASON_ID

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (strcmp(ids[i], why) == 0)
			return true;
	return false;
}

/* "10:mx1.test=192.0.2.1,2001:db8::1 20:mx2.test!mx-nodata" */
static void put_hosts(struct buf *out, const struct route *r)
{
	for (size_t i = 0; i < r->n_hosts; i++) {
		const struct route_host *h = &r->hosts[i];

		buf_addf(out, "%s%u:%s", i ? " " : "", h->preference, h->host);
		if (*h->why) {
			assert_true(is_reason(h->why));
			buf_addf(out, "!%s", h->why);
		}
		for (size_t k = 0; k < h->n_addresses; k++)
			buf_addf(out, "%c%s", k ? ',' : '=',
			         h->addresses[k].text);
	}
}

static void put_findings(struct buf *out, const struct route *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		buf_addf(out, "%s%s", i ? " " : "", r->findings[i].id);
		for (size_t k = 0; k < r->findings[i].n_args; k++)
			buf_addf(out, "%c%s", k ? ',' : '(',
			         r->findings[i].args[k]);
		buf_adds(out, ")");
		/* each id has its sentence in both languages */
		assert_non_null(finding_find(r->findings[i].id));
	}
}

static const struct row {
	const char *what;
	struct fact facts[8];
	int family;
	enum route_kind kind;
	enum dns_status cause;
	const char *hosts, *findings;
} rows[] = {
	{ "two preferences, families interleaved, IPv6 first",
	  { { "d.test", "MX", "20 b.test" }, { "d.test", "MX", "10 a.test" },
	    { "a.test", "A", "192.0.2.1" }, { "a.test", "A", "192.0.2.2" },
	    { "a.test", "AAAA", "2001:db8::1" }, { "b.test", "A", "!nodata" },
	    { "b.test", "AAAA", "2001:db8::2" } }, 0,
	  ROUTE_MX, DNS_NOERROR,
	  "10:a.test=2001:db8::1,192.0.2.1,192.0.2.2 20:b.test=2001:db8::2",
	  "" },
	{ "only IPv4 wanted",
	  { { "d.test", "MX", "10 a.test" }, { "d.test", "MX", "20 b.test" },
	    { "a.test", "A", "192.0.2.1" }, { "b.test", "A", "!nodata" } }, 4,
	  ROUTE_MX, DNS_NOERROR, "10:a.test=192.0.2.1 20:b.test!mx-family",
	  "mx-family(b.test)" },
	{ "no MX, so the name itself",
	  { { "d.test", "MX", "!nodata" }, { "d.test", "A", "192.0.2.1" },
	    { "d.test", "AAAA", "!nodata" } }, 0,
	  ROUTE_IMPLICIT, DNS_NOERROR, "0:d.test=192.0.2.1",
	  "implicit(d.test)" },
	{ "no MX and no address",
	  { { "d.test", "MX", "!nodata" }, { "d.test", "A", "!nodata" },
	    { "d.test", "AAAA", "!nodata" } }, 0,
	  ROUTE_NONE, DNS_NOERROR, "0:d.test!mx-nodata", "" },
	{ "no MX, addresses fail for now",
	  { { "d.test", "MX", "!nodata" }, { "d.test", "A", "!timeout" },
	    { "d.test", "AAAA", "!nodata" } }, 0,
	  ROUTE_TEMP, DNS_TIMEOUT, "0:d.test!mx-temp", "" },
	{ "no such domain", { { "d.test", "MX", "!nxdomain" } }, 0,
	  ROUTE_NXDOMAIN, DNS_NOERROR, "", "" },
	{ "never the address instead of an answer",
	  { { "d.test", "MX", "!servfail" }, { "d.test", "A", "192.0.2.1" },
	    { "d.test", "AAAA", "!nodata" } }, 0,
	  ROUTE_TEMP, DNS_SERVFAIL, "", "" },
	{ "refused", { { "d.test", "MX", "!refused" } }, 0,
	  ROUTE_TEMP, DNS_REFUSED, "", "" },
	{ "silence", { { "d.test", "MX", "!timeout" } }, 0,
	  ROUTE_TEMP, DNS_TIMEOUT, "", "" },
	{ "malformed", { { "d.test", "MX", "!malformed" } }, 0,
	  ROUTE_TEMP, DNS_MALFORMED, "", "" },
	{ "loop", { { "d.test", "MX", "!loop" } }, 0,
	  ROUTE_LOOP, DNS_NOERROR, "", "" },
	{ "a name that cannot be asked", { { "d.test", "MX", "!badname" } }, 0,
	  ROUTE_BADNAME, DNS_NOERROR, "", "" },
	{ "null MX",
	  { { "d.test", "MX", "0 ." }, { "d.test", "A", "192.0.2.1" } }, 0,
	  ROUTE_NULL, DNS_NOERROR, "0:.!mx-null", "" },
	{ "null MX with a preference", { { "d.test", "MX", "10 ." } }, 0,
	  ROUTE_NULL, DNS_NOERROR, "10:.!mx-null", "nullmx-pref(d.test)" },
	{ "null MX beside another",
	  { { "d.test", "MX", "0 ." }, { "d.test", "MX", "10 a.test" },
	    { "a.test", "A", "192.0.2.1" }, { "a.test", "AAAA", "!nodata" } },
	  0, ROUTE_MX, DNS_NOERROR, "0:.!mx-null 10:a.test=192.0.2.1",
	  "nullmx-mixed(d.test)" },
	{ "an address and localhost as exchange",
	  { { "d.test", "MX", "10 192.0.2.1" },
	    { "d.test", "MX", "20 LocalHost" },
	    { "d.test", "MX", "30 x.localhost" } }, 0,
	  ROUTE_NOHOST, DNS_NOERROR,
	  "10:192.0.2.1!mx-ip 20:LocalHost!mx-localhost "
	  "30:x.localhost!mx-localhost",
	  "mx-ip(192.0.2.1) mx-localhost(LocalHost) "
	  "mx-localhost(x.localhost)" },
	{ "all dangling: no implicit MX",
	  { { "d.test", "MX", "10 a.test" }, { "a.test", "A", "!nxdomain" },
	    { "a.test", "AAAA", "!nxdomain" }, { "d.test", "A", "192.0.2.1" } },
	  0, ROUTE_NOADDRESS, DNS_NOERROR, "10:a.test!mx-nxdomain",
	  "mx-nxdomain(a.test)" },
	{ "one for now, one for ever",
	  { { "d.test", "MX", "10 a.test" }, { "d.test", "MX", "20 b.test" },
	    { "a.test", "A", "!servfail" }, { "a.test", "AAAA", "!nodata" },
	    { "b.test", "A", "!loop" }, { "b.test", "AAAA", "!loop" } }, 0,
	  ROUTE_TEMP, DNS_SERVFAIL, "10:a.test!mx-temp 20:b.test!mx-loop",
	  "mx-temp(a.test,servfail) mx-loop(b.test)" },
	{ "one family is enough",
	  { { "d.test", "MX", "10 a.test" }, { "a.test", "A", "192.0.2.1" },
	    { "a.test", "AAAA", "!servfail" } }, 0,
	  ROUTE_MX, DNS_NOERROR, "10:a.test=192.0.2.1", "" },
	{ "twice the same, best preference counts",
	  { { "d.test", "MX", "20 A.test" }, { "d.test", "MX", "10 a.TEST" },
	    { "a.test", "A", "192.0.2.1" }, { "a.test", "AAAA", "!nodata" } },
	  0, ROUTE_MX, DNS_NOERROR, "10:a.TEST=192.0.2.1", "mx-dup(A.test)" },
	{ "one address under two names",
	  { { "d.test", "MX", "10 a.test" }, { "d.test", "MX", "20 b.test" },
	    { "a.test", "A", "192.0.2.1" }, { "a.test", "AAAA", "!nodata" },
	    { "b.test", "A", "192.0.2.1" }, { "b.test", "AAAA", "!nodata" } },
	  0, ROUTE_MX, DNS_NOERROR,
	  "10:a.test=192.0.2.1 20:b.test=192.0.2.1",
	  "same-addr(192.0.2.1,b.test,a.test)" },
	{ "aliases of the domain and of the exchange",
	  { { "d.test", "MX", "CNAME e.test." },
	  { "d.test", "MX", "10 a.test" },
	    { "a.test", "A", "CNAME z.test." }, { "a.test", "A", "192.0.2.1" },
	    { "a.test", "AAAA", "!nodata" } }, 0,
	  ROUTE_MX, DNS_NOERROR, "10:a.test=192.0.2.1",
	  "alias(d.test,e.test) mx-cname(a.test,z.test)" },
	{ "addresses that are asked about",
	  { { "d.test", "MX", "10 a.test" }, { "a.test", "A", "127.0.0.1" },
	    { "a.test", "A", "10.0.0.1" }, { "a.test", "A", "169.254.0.1" },
	    { "a.test", "A", "224.0.0.1" }, { "a.test", "A", "0.0.0.0" },
	    { "a.test", "AAAA", "fd00::1" } }, 0,
	  ROUTE_MX, DNS_NOERROR,
	  "10:a.test=fd00::1,127.0.0.1,10.0.0.1,169.254.0.1,224.0.0.1,0.0.0.0",
	  "addr-private(a.test,fd00::1) addr-loopback(a.test,127.0.0.1) "
	  "addr-linklocal(a.test,169.254.0.1) addr-multicast(a.test,224.0.0.1) "
	  "addr-unspecified(a.test,0.0.0.0)" },
	{ "a TTL of 0",
	  { { "d.test", "MX", "TTL0 10 a.test" },
	  { "a.test", "A", "192.0.2.1" },
	    { "a.test", "AAAA", "!nodata" } }, 0,
	  ROUTE_MX, DNS_NOERROR, "10:a.test=192.0.2.1", "ttl0(d.test)" },
};

static void check_row(const struct row *row, const struct facts *facts)
{
	struct route_query q = { .domain = "d.test", .kind = TARGET_DOMAIN,
		                 .family = row->family, .seed = 1 };
	struct buf hosts = { 0 }, findings = { 0 };
	struct route r;

	route_find(&r, facts, &q);
	assert_int_equal(r.n_needs, 0);
	put_hosts(&hosts, &r);
	put_findings(&findings, &r);
	assert_string_equal(buf_str(&hosts), row->hosts);
	assert_string_equal(buf_str(&findings), row->findings);
	assert_int_equal(r.kind, row->kind);
	assert_int_equal(r.cause, row->cause);
	route_clear(&r);
	buf_clear(&hosts);
	buf_clear(&findings);
}

static void test_route_each_case_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct facts *facts = facts_of(rows[i].facts);

		print_message("%s\n", rows[i].what);
		check_row(&rows[i], facts);
		facts_free(facts);
	}
}

static void needs(const struct facts *facts, const char *wanted)
{
	struct route_query q = { .domain = "d.test", .kind = TARGET_DOMAIN };
	struct buf text = { 0 };
	struct route r;
	char name[DNS_NAME_TEXT_MAX], type[10];

	route_find(&r, facts, &q);
	for (size_t i = 0; i < r.n_needs; i++)
		buf_addf(&text, "%s %s;",
		         dns_name_host(&r.needs[i].name, name),
		         dns_type_text(r.needs[i].type, type));
	assert_string_equal(buf_str(&text), wanted);
	buf_clear(&text);
	route_clear(&r);
}

static void test_route_asks_for_what_it_needs_and_no_more(void **state)
{
	static const struct fact mx[] = {
		{ "d.test", "MX", "20 b.test" },
		{ "d.test", "MX", "10 a.test" },
		{ "d.test", "MX", "30 192.0.2.9" }, { 0 },
	};
	static const struct fact v4[] = { { "a.test", "A", "192.0.2.1" },
		                          { 0 } };
	static const struct fact none[] = { { "d.test", "MX", "!nodata" },
		                            { 0 } };
	struct facts *facts = facts_new();

	(void)state;
	needs(facts, "d.test MX;");
	add_answer(facts, mx, 3);
	needs(facts, "a.test AAAA;a.test A;b.test AAAA;b.test A;");
	add_answer(facts, v4, 1);
	needs(facts, "a.test AAAA;b.test AAAA;b.test A;");
	assert_int_equal(facts_count(facts), 2);
	add_answer(facts, none, 1); /* a newer answer takes the place */
	assert_int_equal(facts_count(facts), 2);
	needs(facts, "d.test AAAA;d.test A;");
	facts_free(facts);
}

static void order(struct facts *facts, uint64_t seed, char out[8])
{
	struct route_query q = { .domain = "d.test", .kind = TARGET_DOMAIN,
		                 .seed = seed };
	struct route r;

	route_find(&r, facts, &q);
	assert_int_equal(r.n_hosts, 5);
	for (size_t i = 0; i < r.n_hosts; i++)
		out[i] = r.hosts[i].host[0];
	out[r.n_hosts] = '\0';
	route_clear(&r);
}

static void test_route_equal_preferences_are_shuffled_by_seed(void **state)
{
	static const struct fact one[] = {
		{ "d.test", "MX", "10 a" }, { "d.test", "MX", "10 b" },
		{ "d.test", "MX", "10 c" }, { "d.test", "MX", "5 z" },
		{ "d.test", "MX", "20 y" }, { 0 },
	};
	static const struct fact turned[] = {
		{ "d.test", "MX", "20 y" }, { "d.test", "MX", "10 c" },
		{ "d.test", "MX", "5 z" }, { "d.test", "MX", "10 b" },
		{ "d.test", "MX", "10 a" }, { 0 },
	};
	struct facts *f1 = facts_of(one), *f2 = facts_of(turned);
	unsigned first[3] = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 600; seed++) {
		char a[8], b[8];

		order(f1, seed, a);
		order(f2, seed, b);
		assert_string_equal(a, b); /* not by the order of the answer */
		assert_int_equal(a[0], 'z');
		assert_int_equal(a[4], 'y');
		first[a[1] - 'a']++;
	}
	/* 200 each; three standard deviations are 35 */
	for (size_t i = 0; i < 3; i++)
		assert_in_range(first[i], 150, 250);
	facts_free(f1);
	facts_free(f2);
}

static void test_route_many_hosts_are_listed_not_all_looked_up(void **state)
{
	static char texts[RECORDS_MAX][24];
	static struct fact mx[RECORDS_MAX + 1];
	struct facts *facts;
	struct route_query q = { .domain = "d.test", .kind = TARGET_DOMAIN };
	struct route r;

	(void)state;
	for (size_t i = 0; i < RECORDS_MAX; i++) {
		snprintf(texts[i], sizeof texts[i], "%zu h%zu.test", i, i);
		mx[i] = (struct fact){ "d.test", "MX", texts[i] };
	}
	facts = facts_of(mx);
	route_find(&r, facts, &q);
	assert_int_equal(r.n_hosts, RECORDS_MAX);
	assert_int_equal(r.n_needs, 2 * ROUTE_HOSTS_MAX);
	assert_string_equal(r.hosts[ROUTE_HOSTS_MAX].why, "mx-limit");
	assert_string_equal(r.findings[0].id, "mx-limit");
	assert_string_equal(r.findings[1].id, "many");
	assert_string_equal(r.findings[1].args[1], "130");
	route_clear(&r);
	facts_free(facts);
}

static void test_route_of_a_host_has_no_mx(void **state)
{
	static const struct fact host[] = {
		{ "h.test", "A", "192.0.2.1" }, { "h.test", "AAAA", "::1" },
		{ 0 },
	};
	static const struct fact gone[] = {
		{ "h.test", "A", "!nxdomain" },
		{ "h.test", "AAAA", "!nxdomain" },
		{ 0 },
	};
	struct route_query q = { .domain = "h.test", .kind = TARGET_HOST };
	struct facts *facts = facts_of(host);
	struct route r;

	(void)state;
	route_find(&r, facts, &q);
	assert_int_equal(r.kind, ROUTE_HOST);
	assert_int_equal(r.hosts[0].n_addresses, 2);
	assert_int_equal(r.hosts[0].addresses[0].class, ADDR_LOOPBACK);
	route_clear(&r);
	facts_free(facts);
	facts = facts_of(gone);
	route_find(&r, facts, &q);
	assert_int_equal(r.kind, ROUTE_NXDOMAIN);
	route_clear(&r);
	facts_free(facts);
}

static void test_route_of_a_literal_needs_nothing(void **state)
{
	struct route_query q = { .domain = "2001:db8::1",
		                 .kind = TARGET_LITERAL };
	struct target t = { .domain = (char[]){ "2001:db8::1" },
		            .untagged_v6 = true };
	struct event_builder b;
	struct event *e;
	struct route r;

	(void)state;
	route_find(&r, NULL, &q);
	route_note_target(&r, &t);
	assert_int_equal(r.kind, ROUTE_LITERAL);
	assert_int_equal(r.n_needs, 0);
	assert_string_equal(r.hosts[0].addresses[0].text, "2001:db8::1");
	assert_string_equal(r.findings[0].id, "v6-untagged");
	route_event(&b, &r);
	e = event_finish(&b);
	assert_int_equal(e->u.route.kind, ROUTE_LITERAL);
	assert_int_equal(e->u.route.hosts.len, 1);
	assert_string_equal(event_item_text(e, event_host(e, 0)->addresses, 0),
	                    "2001:db8::1");
	assert_false(event_host(e, 0)->unusable);
	free(e);
	route_finding_event(&b, &r, 0, 7);
	e = event_finish(&b);
	assert_int_equal(e->u.finding.about, 7);
	free(e);
	route_clear(&r);
}

static void test_address_classes_by_their_edges(void **state)
{
	static const struct {
		const char *text;
		enum address_class class;
	} rows_[] = {
		{ "0.0.0.0", ADDR_UNSPECIFIED },
		{ "0.255.255.255", ADDR_UNSPECIFIED },
		{ "1.0.0.0", ADDR_PUBLIC }, { "9.255.255.255", ADDR_PUBLIC },
		{ "10.0.0.0", ADDR_PRIVATE },
		{ "10.255.255.255", ADDR_PRIVATE },
		{ "11.0.0.0", ADDR_PUBLIC }, { "100.63.255.255", ADDR_PUBLIC },
		{ "100.64.0.0", ADDR_CGN }, { "100.127.255.255", ADDR_CGN },
		{ "100.128.0.0", ADDR_PUBLIC },
		{ "126.255.255.255", ADDR_PUBLIC },
		{ "127.0.0.0", ADDR_LOOPBACK },
		{ "127.255.255.255", ADDR_LOOPBACK },
		{ "128.0.0.0", ADDR_PUBLIC },
		{ "169.253.255.255", ADDR_PUBLIC },
		{ "169.254.0.0", ADDR_LINKLOCAL },
		{ "169.255.0.0", ADDR_PUBLIC },
		{ "172.15.255.255", ADDR_PUBLIC },
		{ "172.16.0.0", ADDR_PRIVATE },
		{ "172.31.255.255", ADDR_PRIVATE },
		{ "172.32.0.0", ADDR_PUBLIC },
		{ "192.167.255.255", ADDR_PUBLIC },
		{ "192.168.0.0", ADDR_PRIVATE },
		{ "192.169.0.0", ADDR_PUBLIC }, { "192.0.2.1", ADDR_PUBLIC },
		{ "223.255.255.255", ADDR_PUBLIC },
		{ "224.0.0.0", ADDR_MULTICAST },
		{ "255.255.255.255", ADDR_MULTICAST },
		{ "::", ADDR_UNSPECIFIED }, { "::1", ADDR_LOOPBACK },
		{ "::2", ADDR_UNSPECIFIED }, { "::7f00:1", ADDR_LOOPBACK },
		{ "::ffff:127.0.0.1", ADDR_LOOPBACK },
		{ "::ffff:10.0.0.1", ADDR_PRIVATE },
		{ "::ffff:192.0.2.1", ADDR_PUBLIC },
		{ "64:ff9b::10.1.2.3", ADDR_PRIVATE },
		{ "64:ff9b::192.0.2.1", ADDR_PUBLIC },
		{ "2002:7f00:1::", ADDR_LOOPBACK },
		{ "2002:c000:201::", ADDR_PUBLIC },
		{ "2001:db8::1", ADDR_PUBLIC }, { "fbff::", ADDR_PUBLIC },
		{ "fc00::", ADDR_ULA }, { "fdff:ffff::", ADDR_ULA },
		{ "fe00::", ADDR_PUBLIC }, { "fe80::", ADDR_LINKLOCAL },
		{ "febf:ffff::", ADDR_LINKLOCAL }, { "fec0::", ADDR_PRIVATE },
		{ "ff00::", ADDR_MULTICAST }, { "ff02::1", ADDR_MULTICAST },
		{ "", ADDR_INVALID }, { "localhost", ADDR_INVALID },
		{ "1.2.3", ADDR_INVALID }, { "[::1]", ADDR_INVALID },
		{ "0177.0.0.1", ADDR_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows_ / sizeof *rows_; i++)
		assert_string_equal(
		    address_class_name(address_classify(rows_[i].text)),
		    address_class_name(rows_[i].class));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route_each_case_has_its_verdict),
		cmocka_unit_test(test_route_asks_for_what_it_needs_and_no_more),
		cmocka_unit_test(
		    test_route_equal_preferences_are_shuffled_by_seed),
		cmocka_unit_test(
		    test_route_many_hosts_are_listed_not_all_looked_up),
		cmocka_unit_test(test_route_of_a_host_has_no_mx),
		cmocka_unit_test(test_route_of_a_literal_needs_nothing),
		cmocka_unit_test(test_address_classes_by_their_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
