/* dane_find() over made-up facts, without a socket. */
#include "config.h"

#include "core/dane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "madefacts.h"
#include "util/buf.h"

#define MX "mx.test"
#define TLSA "_25._tcp.mx.test"
#define SHA256 \
	"0102030405060708090a0b0c0d0e0f10" \
	"1112131415161718191a1b1c1d1e1f20"
#define SHA512 SHA256 SHA256

/* The host has one address, and all is verified. */
#define A_OF(name) { name, "A", "AD 192.0.2.1" }, { name, "AAAA", "AD " }
#define HOST A_OF(MX)

enum { FACTS_MAX = 12 };

struct dane_case {
	const char *what;
	struct fact facts[FACTS_MAX];
	/* "usable base=mx.test next=test 3/1/1 !dane-form 3/1/1": the records
	 * in their order, those that are not used with the reason */
	const char *want;
};

static const struct dane_case cases[] = {
/* ---- what is asked for ---- */
{ "nothing is known", { { 0 } }, "needs mx.test/AAAA mx.test/A" },
{ "one address is known", { { MX, "A", "AD 192.0.2.1" } },
  "needs mx.test/AAAA" },
{ "the addresses are known", { HOST }, "needs _25._tcp.mx.test/TLSA" },
{ "behind an alias the last name is asked for first",
  { { MX, "A", "AD CNAME real.test" }, { MX, "A", "192.0.2.1" },
    { MX, "AAAA", "!nodata" } }, "needs _25._tcp.real.test/TLSA" },

/* ---- whether DANE is of use ---- */
{ "addresses that are not verified: TLSA is not even asked for, but whether "
  "the resolver verifies anything",
  { { MX, "A", "192.0.2.1" }, { MX, "AAAA", "AD " } }, "needs ./NS" },
{ "it verifies the root, so the zone is not signed",
  { { MX, "A", "192.0.2.1" }, { MX, "AAAA", "AD " },
    { ".", "NS", "AD ns.test" } },
  "insecure" },
{ "it does not even verify the root",
  { { MX, "A", "192.0.2.1" }, { MX, "AAAA", "AD " },
    { ".", "NS", "ns.test" } },
  "insecure unchecked" },
{ "the root cannot be looked up: nothing is said of the resolver",
  { { MX, "A", "192.0.2.1" }, { MX, "AAAA", "AD " },
    { ".", "NS", "!timeout" } },
  "insecure" },
{ "verified, says a resolver that is not trusted",
  { { MX, "A", "CLAIM 192.0.2.1" }, { MX, "AAAA", "CLAIM 2001:db8::1" } },
  "insecure untrusted" },
{ "one of the two is not verified",
  { { MX, "A", "AD 192.0.2.1" }, { MX, "AAAA", "2001:db8::1" },
    { ".", "NS", "AD ns.test" } }, "insecure" },
{ "no address at all", { { MX, "A", "AD " }, { MX, "AAAA", "AD " } },
  "insecure" },
{ "addresses that cannot be looked up",
  { { MX, "A", "!servfail" }, { MX, "AAAA", "AD " } }, "failed servfail" },
{ "no address of one kind, the other fails: those that are there count",
  { { MX, "A", "AD 192.0.2.1" }, { MX, "AAAA", "!timeout" },
    { TLSA, "TLSA", "AD " } }, "none" },
{ "no TLSA records, verified", { HOST, { TLSA, "TLSA", "AD " } }, "none" },
{ "TLSA records that are not verified",
  { HOST, { TLSA, "TLSA", "\\# 35 030101" SHA256 } }, "insecure" },
{ "TLSA: SERVFAIL", { HOST, { TLSA, "TLSA", "!servfail" } },
  "failed servfail" },
{ "TLSA: no answer", { HOST, { TLSA, "TLSA", "!timeout" } },
  "failed timeout" },
{ "TLSA: aliases that return", { HOST, { TLSA, "TLSA", "!loop" } },
  "failed loop" },

/* ---- which records are of use ---- */
{ "3 1 1", { HOST, { TLSA, "TLSA", "AD \\# 35 030101" SHA256 } },
  "usable base=mx.test 3/1/1" },
{ "2 1 1", { HOST, { TLSA, "TLSA", "AD \\# 35 020101" SHA256 } },
  "usable base=mx.test 2/1/1" },
{ "3 1 2", { HOST, { TLSA, "TLSA", "AD \\# 67 030102" SHA512 } },
  "usable base=mx.test 3/1/2" },
{ "3 0 0: the certificate itself",
  { HOST, { TLSA, "TLSA", "AD \\# 5 0300003000" } },
  "usable base=mx.test 3/0/0" },
{ "usages 0 and 1 are for others (RFC 7672 3.1.3)",
  { HOST, { TLSA, "TLSA", "AD \\# 35 000101" SHA256 },
    { TLSA, "TLSA", "\\# 35 010101" SHA256 } },
  "unusable base=mx.test 0/1/1!dane-usage 1/1/1!dane-usage" },
{ "one that is of use among others",
  { HOST, { TLSA, "TLSA", "AD \\# 35 010101" SHA256 },
    { TLSA, "TLSA", "\\# 35 030101" SHA256 },
    { TLSA, "TLSA", "\\# 35 040101" SHA256 } },
  "usable base=mx.test 1/1/1!dane-usage 3/1/1 4/1/1!dane-usage" },
{ "a digest of the wrong length",
  { HOST, { TLSA, "TLSA", "AD \\# 34 030101"
    "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" },
    { TLSA, "TLSA", "\\# 35 030102" SHA256 } },
  "unusable base=mx.test 3/1/1!dane-form 3/1/2!dane-form" },
{ "a selector and a matching type that nobody knows",
  { HOST, { TLSA, "TLSA", "AD \\# 35 030201" SHA256 },
    { TLSA, "TLSA", "\\# 35 030103" SHA256 } },
  "unusable base=mx.test 3/2/1!dane-form 3/1/3!dane-form" },
{ "three octets: no data",
  { HOST, { TLSA, "TLSA", "AD \\# 3 030101" } },
  "unusable base=mx.test 3/1/1!dane-form" },
{ "two octets", { HOST, { TLSA, "TLSA", "AD \\# 2 0301" } },
  "unusable base=mx.test 0/0/0!dane-form" },
{ "one octet", { HOST, { TLSA, "TLSA", "AD \\# 1 03" } },
  "unusable base=mx.test 0/0/0!dane-form" },
{ "none", { HOST, { TLSA, "TLSA", "AD \\# 0" } },
  "unusable base=mx.test 0/0/0!dane-form" },
{ "a stump does not spoil the others",
  { HOST, { TLSA, "TLSA", "AD \\# 1 03" },
    { TLSA, "TLSA", "\\# 35 030101" SHA256 } },
  "usable base=mx.test 0/0/0!dane-form 3/1/1" },

/* ---- under which name ---- */
{ "the end of the aliases has records",
  { { MX, "A", "AD CNAME real.test" }, { MX, "A", "192.0.2.1" },
    { MX, "AAAA", "AD " },
    { "_25._tcp.real.test", "TLSA", "AD \\# 35 030101" SHA256 } },
  "usable base=real.test 3/1/1" },
{ "the end of the aliases has none: the name itself",
  { { MX, "A", "AD CNAME real.test" }, { MX, "A", "192.0.2.1" },
    { MX, "AAAA", "AD " }, { "_25._tcp.real.test", "TLSA", "AD " },
    { TLSA, "TLSA", "AD \\# 35 030101" SHA256 } },
  "usable base=mx.test 3/1/1" },
{ "the end of the aliases cannot be asked: the name itself is no way out",
  { { MX, "A", "AD CNAME real.test" }, { MX, "A", "192.0.2.1" },
    { MX, "AAAA", "AD " }, { "_25._tcp.real.test", "TLSA", "!servfail" },
    { TLSA, "TLSA", "AD \\# 35 030101" SHA256 } }, "failed servfail" },
{ "a TLSA record behind an alias of its own",
  { HOST, { TLSA, "TLSA", "AD CNAME all.test" },
    { TLSA, "TLSA", "\\# 35 030101" SHA256 } },
  "usable base=mx.test 3/1/1" },
{ "a verified MX: the mail domain is a name, too",
  { HOST, { "test", "MX", "AD 10 mx.test" },
    { TLSA, "TLSA", "AD \\# 35 020101" SHA256 } },
  "usable base=mx.test next=test 2/1/1" },
{ "an MX that is not verified",
  { HOST, { "test", "MX", "10 mx.test" },
    { TLSA, "TLSA", "AD \\# 35 020101" SHA256 } },
  "usable base=mx.test 2/1/1" },
};

static void put_needs(struct buf *out, const struct dane *d)
{
	char text[DNS_NAME_TEXT_MAX], type[10];

	buf_adds(out, "needs");
	for (size_t i = 0; i < d->n_needs; i++)
		buf_addf(out, " %s/%s", dns_name_host(&d->needs[i].name, text),
		         dns_type_text(d->needs[i].type, type));
}

static void put_record(struct buf *out, const struct dane_record *r)
{
	buf_addf(out, " %u/%u/%u", r->usage, r->selector, r->matching);
	assert_int_equal(r->usable, r->why == NULL);
	if (r->why)
		buf_addf(out, "!%s", r->why);
}

static void put_dane(struct buf *out, const struct dane *d)
{
	static const char *const words[DANE_VERDICT_COUNT] = {
		"insecure", "none", "usable", "unusable", "failed",
	};
	static const char *const doubts[DANE_DOUBT_COUNT] = {
		[DANE_UNSIGNED] = "", [DANE_UNTRUSTED] = " untrusted",
		[DANE_UNCHECKED] = " unchecked",
	};

	if (d->n_needs) {
		put_needs(out, d);
		return;
	}
	buf_adds(out, words[d->verdict]);
	if (d->verdict == DANE_INSECURE)
		buf_adds(out, doubts[d->doubt]);
	if (d->verdict == DANE_FAILED)
		buf_addf(out, " %s", dns_status_name(d->cause));
	if (*d->base)
		buf_addf(out, " base=%s", d->base);
	if (*d->next_hop)
		buf_addf(out, " next=%s", d->next_hop);
	for (size_t i = 0; i < d->n_records; i++)
		put_record(out, &d->records[i]);
}

static void test_dane_find(void **state)
{
	const struct dane_query q = { .host = MX, .domain = "test",
		.port = 25 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct facts *facts = facts_of(cases[i].facts);
		struct buf got = { 0 };
		struct dane d;

		dane_find(&d, facts, &q);
		put_dane(&got, &d);
		if (strcmp(buf_str(&got), cases[i].want) != 0)
			print_error("%s\n  want %s\n  got  %s\n", cases[i].what,
			            cases[i].want, buf_str(&got));
		assert_string_equal(buf_str(&got), cases[i].want);
		buf_clear(&got);
		dane_clear(&d);
		facts_free(facts);
	}
}

/* With one family only its addresses are asked for, and count. */
static void test_dane_find_one_family(void **state)
{
	static const struct fact known[] = {
		{ MX, "A", "AD 192.0.2.1" }, { MX, "AAAA", "2001:db8::1" },
		{ TLSA, "TLSA", "AD " }, { ".", "NS", "AD ns.test" }, { 0 },
	};
	struct facts *facts = facts_of(known), *none = facts_new();
	struct dane_query q = { .host = MX, .port = 25, .family = 4 };
	struct buf got = { 0 };
	struct dane d;

	(void)state;
	dane_find(&d, facts, &q);
	assert_int_equal(d.verdict, DANE_NONE);
	dane_clear(&d);
	q.family = 6;
	dane_find(&d, facts, &q);
	assert_int_equal(d.verdict, DANE_INSECURE);
	dane_clear(&d);
	dane_find(&d, none, &q);
	put_dane(&got, &d);
	assert_string_equal(buf_str(&got), "needs mx.test/AAAA");
	buf_clear(&got);
	dane_clear(&d);
	facts_free(none);
	facts_free(facts);
}

/* More records than are kept, and what is kept of one: its data and text. */
static void test_dane_find_keeps_so_many(void **state)
{
	static const struct fact host[] = { HOST };
	struct fact many[DANE_RECORDS_MAX + 4] = { host[0], host[1] };
	char text[DANE_RECORDS_MAX + 1][32];
	const struct dane_query q = { .host = MX, .port = 25 };
	struct facts *facts;
	struct dane d;

	(void)state;
	for (size_t i = 0; i <= DANE_RECORDS_MAX; i++) {
		snprintf(text[i], sizeof text[i], "%s\\# 5 030000%04x",
		         i ? "" : "AD ", (unsigned)i);
		many[i + 2] = (struct fact){ TLSA, "TLSA", text[i] };
	}
	facts = facts_of(many);
	dane_find(&d, facts, &q);
	assert_int_equal(d.n_records, DANE_RECORDS_MAX);
	assert_int_equal(d.records[5].len, 2);
	assert_memory_equal(d.records[5].data, "\0\5", 2);
	assert_string_equal(d.records[5].text, "3 0 0 0005");
	dane_clear(&d);
	facts_free(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dane_find),
		cmocka_unit_test(test_dane_find_one_family),
		cmocka_unit_test(test_dane_find_keeps_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
