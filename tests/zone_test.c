#include "config.h"

#include "classroom/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct dns_name name(const char *text)
{
	struct dns_name n;

	assert_int_equal(dns_name_parse(&n, text), DNS_NAME_OK);
	return n;
}

static void must_add(struct zone *z, const char *line)
{
	char *error = zone_add(z, line);

	if (error)
		fail_msg("%s: %s", line, error);
}

static void test_zone_reads_each_type(void **state)
{
	static const struct {
		const char *line;
		uint16_t type;
		uint32_t ttl;
		const char *rdata;
		size_t len;
	} cases[] = {
		{ "A.Example. 60 IN A 192.0.2.1", RR_A, 60, "\300\0\2\1", 4 },
		{ "a.example. IN 60 a 192.0.2.1;x", RR_A, 60, "\300\0\2\1", 4 },
		{ "a.example. A 0.0.0.0", RR_A, ZONE_TTL, "\0\0\0\0", 4 },
		{ "a.example. AAAA ::1", RR_AAAA, ZONE_TTL,
		  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16 },
		{ "a.example. MX 10 b.", RR_MX, ZONE_TTL, "\0\12\1b\0", 5 },
		{ "a.example. MX 0 .", RR_MX, ZONE_TTL, "\0\0\0", 3 },
		{ "a.example. CNAME b.c.", RR_CNAME, ZONE_TTL, "\1b\1c\0", 5 },
		{ "a.example. NS b.", RR_NS, ZONE_TTL, "\1b\0", 3 },
		{ "a.example. PTR b.", RR_PTR, ZONE_TTL, "\1b\0", 3 },
		{ "a.example. TXT \"a b\" c \"\"", RR_TXT, ZONE_TTL,
		  "\3a b\1c\0", 7 },
		{ "a.example. TXT \"x;\\\"\" ; comment", RR_TXT, ZONE_TTL,
		  "\3x;\"", 4 },
		{ "a.example. SOA b. c. 1 2 3 4 4294967295", RR_SOA, ZONE_TTL,
		  "\1b\0\1c\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\377\377\377\377",
		  26 },
	};
	struct dns_name owner = name("a.example");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zone z = { 0 };
		const struct zone_rr *rr;
		size_t at = 0;

		must_add(&z, cases[i].line);
		rr = zone_next(&z, &owner, cases[i].type, &at);
		assert_non_null(rr);
		assert_int_equal(rr->ttl, cases[i].ttl);
		assert_int_equal(rr->rdata_len, cases[i].len);
		assert_memory_equal(rr->rdata, cases[i].rdata, cases[i].len);
		assert_null(zone_next(&z, &owner, RR_ANY, &at));
		zone_clear(&z);
	}
}

static void test_zone_bad_line_says_what_was_expected(void **state)
{
	static const struct { const char *line, *error; } cases[] = {
		{ " A 192.0.2.1", "a name at the start of the first record" },
		{ "a.example A 192.0.2.1", "a whole name with a dot" },
		{ "a..example. A 192.0.2.1", "a whole name" },
		{ "$ORIGIN example.", "every name in full" },
		{ "\"a.\" A 192.0.2.1", "every name in full" },
		{ "a.example.", "one of the types A, AAAA" },
		{ "a.example. 60 IN", "one of the types" },
		{ "a.example. SRV 1 2 3 b.", "found \"SRV\"" },
		{ "a.example. CH A 192.0.2.1", "found \"CH\"" },
		{ "a.example. A", "the form \"A 192.0.2.25\"" },
		{ "a.example. A 192.0.2", "the form \"A " },
		{ "a.example. A 192.0.2.1 x", "the form \"A " },
		{ "a.example. A \"192.0.2.1\"", "the form \"A " },
		{ "a.example. AAAA 192.0.2.1", "the form \"AAAA " },
		{ "a.example. MX b.", "the form \"MX 10 mx.example.\"" },
		{ "a.example. MX 65536 b.", "the form \"MX " },
		{ "a.example. MX 10 b", "the form \"MX " },
		{ "a.example. TXT", "the form \"TXT " },
		{ "a.example. TXT \"a", "the form \"TXT " },
		{ "a.example. SOA b. c. 1 2 3 4", "the form \"SOA " },
		{ "a.example. SOA b. c. ( 1 2 3 4 5 )", "the form \"SOA " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct zone z = { 0 };
		char *error = zone_add(&z, cases[i].line);

		if (!error || !strstr(error, cases[i].error))
			fail_msg("%s: %s", cases[i].line,
			         error ? error : "no error");
		assert_int_equal(z.n, 0);
		free(error);
		zone_clear(&z);
	}
}

static void test_zone_long_string_is_an_error(void **state)
{
	struct zone z = { 0 };
	char line[400] = "a.example. TXT \"";
	size_t n = strlen(line);
	char *error;

	(void)state;
	memset(line + n, 'x', 255);
	memcpy(line + n + 255, "\"", 2);
	must_add(&z, line);
	memcpy(line + n + 255, "x\"", 3);
	error = zone_add(&z, line);
	assert_non_null(error);
	free(error);
	zone_clear(&z);
}

static void test_zone_blank_owner_is_the_one_before(void **state)
{
	struct zone z = { 0 };
	struct dns_name a = name("A.example");
	size_t at = 0;

	(void)state;
	must_add(&z, "a.example. A 192.0.2.1");
	must_add(&z, "\tA 192.0.2.2");
	must_add(&z, "; only a comment");
	must_add(&z, "");
	assert_non_null(zone_next(&z, &a, RR_A, &at));
	assert_non_null(zone_next(&z, &a, RR_A, &at));
	assert_null(zone_next(&z, &a, RR_A, &at));
	zone_clear(&z);
}

static void test_zone_cname_stands_alone(void **state)
{
	struct zone z = { 0 };
	char *error;

	(void)state;
	must_add(&z, "a.example. CNAME b.example.");
	error = zone_add(&z, "A.example. A 192.0.2.1");
	assert_non_null(strstr(error, "RFC 1034"));
	free(error);
	must_add(&z, "b.example. A 192.0.2.1");
	error = zone_add(&z, "b.example. CNAME c.example.");
	assert_non_null(error);
	free(error);
	zone_clear(&z);
}

static void test_zone_knows_names_and_soa(void **state)
{
	struct zone z = { 0 };
	struct dns_name deep = name("x.y.sub.a.example");
	struct dns_name empty = name("sub.a.example");
	struct dns_name other = name("b.example");
	struct dns_name like = name("ba.example");
	struct dns_name sub = name("www.c.a.example");

	(void)state;
	must_add(&z, "a.example. SOA n. h. 1 2 3 4 5");
	must_add(&z, "c.a.example. SOA n. h. 9 2 3 4 5");
	must_add(&z, "y.sub.a.example. A 192.0.2.1");
	assert_true(zone_has_name(&z, &empty)); /* an empty non-terminal */
	assert_false(zone_has_name(&z, &deep));
	assert_false(zone_has_name(&z, &other));
	assert_ptr_equal(zone_soa(&z, &deep), &z.rrs[0]);
	assert_ptr_equal(zone_soa(&z, &sub), &z.rrs[1]);
	assert_null(zone_soa(&z, &other));
	assert_null(zone_soa(&z, &like));
	zone_clear(&z);
}

static void test_zone_is_bounded(void **state)
{
	struct zone z = { 0 };
	char *error;

	(void)state;
	for (int i = 0; i < ZONE_RECORDS_MAX; i++) {
		char line[64];

		snprintf(line, sizeof line, "h%d.example. A 192.0.2.1", i);
		must_add(&z, line);
	}
	error = zone_add(&z, "more.example. A 192.0.2.1");
	assert_non_null(strstr(error, "at most 2000"));
	free(error);
	zone_clear(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_zone_reads_each_type),
		T(test_zone_bad_line_says_what_was_expected),
		T(test_zone_long_string_is_an_error),
		T(test_zone_blank_owner_is_the_one_before),
		T(test_zone_cname_stands_alone),
		T(test_zone_knows_names_and_soa),
		T(test_zone_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
