/* dnsbl: lists that work, that do not, and what they say. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/dnsbl.h"
#include "checktest.h"
#include "util/xalloc.h"
#include "zonefile.h"

#define LEN(a) (sizeof(a) / sizeof *(a))
#define SENDER(ip) .seen = &(struct address_seen){ ADDRESS_GIVEN, ip, "" }, \
	.n_seen = 1

enum { FACTS_MAX = 14 };

#define BL(name) name ".bl.test"
#define T2 BL("2.0.0.127")
#define T1 BL("1.0.0.127")
#define ALIVE { T2, "A", "127.0.0.2" }, { T1, "A", "!nxdomain" }
#define X7 BL("7.2.0.192")
#define NIBBLES "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
#define T62 "2.0.0.0.0.0.f.7.f.f.f.f." NIBBLES ".bl.test"
#define T61 "1.0.0.0.0.0.f.7.f.f.f.f." NIBBLES ".bl.test"
#define ALIVE6 { T62, "A", "127.0.0.2" }, { T61, "A", "!nxdomain" }
#define X67 "7.0.0.0." NIBBLES ".8.b.d.0.1.0.0.2.bl.test"

static const struct {
	const char *ip;
	struct fact facts[FACTS_MAX];
	const char *want, *result;
} lists[] = {
	{ "192.0.2.7", { ALIVE }, "pass dnsbl-clean [192.0.2.7 bl.test]",
	  "clean" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.0.0.4" },
	    { X7, "A", "127.0.0.10" }, { X7, "TXT", "\"see \" \"x\"" } },
	  "bad dnsbl-listed [192.0.2.7 bl.test 127.0.0.4, 127.0.0.10 see x]",
	  "listed" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.0.0.4" },
	    { X7, "TXT", "\"a\"" }, { X7, "TXT", "\"b\"" } },
	  "bad dnsbl-listed [192.0.2.7 bl.test 127.0.0.4 a | b]", "listed" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.0.0.4" } },
	  "bad dnsbl-listed-mute [192.0.2.7 bl.test 127.0.0.4 ]", "listed" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.0.0.4" },
	    { X7, "TXT", "!servfail" } },
	  "bad dnsbl-listed-mute [192.0.2.7 bl.test 127.0.0.4 ]", "listed" },
	/* what is no listing */
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.255.255.252" } },
	  "unknown dnsbl-error-name [bl.test 127.255.255.252]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.255.255.254" } },
	  "unknown dnsbl-error-resolver [bl.test 127.255.255.254]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.255.255.255" } },
	  "unknown dnsbl-error-often [bl.test 127.255.255.255]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.255.255.7" } },
	  "unknown dnsbl-error [bl.test 127.255.255.7]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.0.0.4" },
	    { X7, "A", "127.255.255.255" } },
	  "unknown dnsbl-error-often [bl.test 127.0.0.4, 127.255.255.255]",
	  "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "127.0.0.1" } },
	  "unknown dnsbl-refused [bl.test 127.0.0.1]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "203.0.113.1" } },
	  "unknown dnsbl-parked [bl.test 203.0.113.1]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "!servfail" } },
	  "unknown lookup-failed [" X7 " A servfail]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "!refused" } },
	  "unknown lookup-failed [" X7 " A refused]", "error" },
	{ "192.0.2.7", { ALIVE, { X7, "A", "!loop" } },
	  "unknown lookup-failed [" X7 " A loop]", "error" },
	/* lists of no use: the address is not asked about */
	{ "192.0.2.7", { { 0 } }, "unknown dnsbl-dead [bl.test]",
	  "list-unusable" },
	{ "192.0.2.7", { { T2, "A", "127.0.0.2" }, { T1, "A", "127.0.0.2" } },
	  "unknown dnsbl-lists-all [bl.test]", "list-unusable" },
	{ "192.0.2.7", { { T1, "A", "127.0.0.2" } },
	  "unknown dnsbl-lists-all [bl.test]", "list-unusable" },
	{ "192.0.2.7", { { T2, "A", "203.0.113.1" },
	    { T1, "A", "203.0.113.1" } },
	  "unknown dnsbl-parked [bl.test 203.0.113.1]", "list-unusable" },
	{ "192.0.2.7", { { T2, "A", "127.0.0.2" }, { T1, "A", "203.0.113.1" } },
	  "unknown dnsbl-parked [bl.test 203.0.113.1]", "list-unusable" },
	{ "192.0.2.7", { { T2, "A", "127.255.255.254" },
	    { T1, "A", "127.255.255.254" } },
	  "unknown dnsbl-error-resolver [bl.test 127.255.255.254]",
	  "list-unusable" },
	{ "192.0.2.7", { { T2, "A", "127.0.0.1" }, { T1, "A", "127.0.0.1" } },
	  "unknown dnsbl-refused [bl.test 127.0.0.1]", "list-unusable" },
	{ "192.0.2.7", { { T2, "A", "!timeout" } },
	  "unknown lookup-failed [" T2 " A timeout]", "error" },
	{ "192.0.2.7", { { T2, "A", "127.0.0.2" }, { T1, "A", "!timeout" } },
	  "unknown lookup-failed [" T1 " A timeout]", "error" },
	/* IPv6 */
	{ "2001:db8::7", { ALIVE, ALIVE6 },
	  "pass dnsbl-clean [2001:db8::7 bl.test]", "clean" },
	{ "2001:db8::7", { ALIVE6 },
	  "pass dnsbl-clean [2001:db8::7 bl.test]", "clean" },
	{ "2001:db8::7", { ALIVE, ALIVE6, { X67, "A", "127.0.0.3" } },
	  "bad dnsbl-listed-mute [2001:db8::7 bl.test 127.0.0.3 ]", "listed" },
	{ "2001:db8::7", { ALIVE },
	  "note dnsbl-clean-unproved [2001:db8::7 bl.test]", "clean" },
	{ "2001:db8::7", { ALIVE, { X67, "A", "127.0.0.3" } },
	  "bad dnsbl-listed-mute [2001:db8::7 bl.test 127.0.0.3 ]", "listed" },
	{ "2001:db8::7", { ALIVE, { T61, "A", "127.0.0.2" } },
	  "unknown dnsbl-lists-all [bl.test]", "list-unusable" },
	{ "2001:db8::7", { ALIVE, { T62, "A", "!servfail" } },
	  "unknown lookup-failed [" T62 " A servfail]", "error" },
	{ "2001:db8::7", { { 0 } }, "unknown dnsbl-dead [bl.test]",
	  "list-unusable" },
	/* domains */
	{ "192.0.2.7", { { BL("test"), "A", "127.0.0.2" } },
	  "pass dnsbl-clean [sender.test bl.test]", "clean" },
	{ "192.0.2.7", { { BL("test"), "A", "127.0.0.2" },
	    { BL("sender.test"), "A", "127.0.1.2" },
	    { BL("sender.test"), "TXT", "\"phish\"" } },
	  "bad dnsbl-listed [sender.test bl.test 127.0.1.2 phish]", "listed" },
	{ "192.0.2.7", { { BL("test"), "A", "127.0.0.2" },
	    { BL("invalid"), "A", "127.0.0.2" } },
	  "unknown dnsbl-dead [bl.test]", "list-unusable" },
};

static void test_dnsbl_check_table(void **state)
{
	static const char *const zones[] = { "bl.test" };

	(void)state;
	for (size_t i = 0; i < LEN(lists); i++) {
		struct address_seen seen = { ADDRESS_GIVEN, lists[i].ip, "" };
		const struct check_query q = { .seen = &seen, .n_seen = 1,
			.dnsbls = zones, .n_dnsbls = 1,
			.mail_from = "u@sender.test" };
		char *want = xasprintf("%s | bl.test", lists[i].want);

		want_check(dnsbl_check, lists[i].facts, &q, want);
		free(want);
	}
}

static void test_dnsbl_check_of_what_cannot_be_asked(void **state)
{
	static const struct fact domains[] = {
		{ BL("test"), "A", "127.0.0.2" }, { 0 },
	};
	static const char *const zones[] = { "bl.test", "a..b", "dnswl.test" };
	struct check_query q = { SENDER("192.0.2.7"), .dnsbls = zones,
		.n_dnsbls = 3, .mail_from = "u@[192.0.2.9]" };

	(void)state;
	assert_int_equal(dnsbl_count(&q), 3);
	want_check(dnsbl_check, domains, &q,
	           "unknown dnsbl-no-domain [bl.test] | bl.test");
	q.mail_from = "u@a..b";
	want_check(dnsbl_check, domains, &q,
	           "unknown bad-name [a..b.bl.test] | bl.test");
	q.dnsbls = zones + 1;
	want_check(dnsbl_check, NULL, &q, "unknown bad-name [a..b] | a..b");
	q.n_seen = 0;
	q.dnsbls = zones;
	want_check(dnsbl_check, NULL, &q, "unknown no-address [] | bl.test");
}

static void test_dnsbl_check_of_a_list_of_good_senders(void **state)
{
	static const struct fact known[] = {
		{ "2.0.0.127.dnswl.test", "A", "127.0.0.2" },
		{ "7.2.0.192.dnswl.test", "A", "127.0.10.1" }, { 0 },
	};
	static const char *const zones[] = { "DNSWL.test" };
	struct check_query q = { SENDER("192.0.2.7"), .dnsbls = zones,
		.n_dnsbls = 1 };

	(void)state;
	want_check(dnsbl_check, known, &q, "note dnsbl-allowed [192.0.2.7 "
	           "DNSWL.test 127.0.10.1 ] | DNSWL.test");
	q.seen = &(struct address_seen){ ADDRESS_GIVEN, "192.0.2.8", "" };
	want_check(dnsbl_check, known, &q, "note dnsbl-not-allowed [192.0.2.8 "
	           "DNSWL.test] | DNSWL.test");
}

/* ---- nobody learns more than it must ---- */

static void test_dnsbl_asks_in_rounds(void **state)
{
	static const char *const zones[] = { "dnsbl.test",
		"dnsbl-parked.test" };
	const struct check_query q = { SENDER("192.0.2.1"), .dnsbls = zones,
		.n_dnsbls = 2 };
	struct check c = { 0 };
	struct zoneworld x;

	(void)state;
	if (!zoneworld_open(&x)) {
		zoneworld_close(&x);
		skip();
	}
	make_check(&c, dnsbl_check, &q, 0, &x.w);
	assert_string_equal(buf_str(&x.w.asked),
	    "2.0.0.127.dnsbl.test/A 1.0.0.127.dnsbl.test/A "
	    "1.2.0.192.dnsbl.test/A 1.2.0.192.dnsbl.test/TXT");
	check_clear(&c);
	buf_clear(&x.w.asked);
	make_check(&c, dnsbl_check, &q, 1, &x.w);
	assert_string_equal(buf_str(&x.w.asked),
	    "2.0.0.127.dnsbl-parked.test/A 1.0.0.127.dnsbl-parked.test/A");
	check_clear(&c);
	zoneworld_close(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dnsbl_check_table),
		cmocka_unit_test(test_dnsbl_check_of_what_cannot_be_asked),
		cmocka_unit_test(test_dnsbl_check_of_a_list_of_good_senders),
		cmocka_unit_test(test_dnsbl_asks_in_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
