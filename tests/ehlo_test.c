/* EHLO lists: odd ones (reliability B21), SIZE and LIMITS as numbers. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ehlo.h"
#include "core/finding.h"

/* lines: set apart by "|". */
static struct ehlo list(const char *lines)
{
	struct ehlo e = { 0 };

	while (*lines) {
		size_t len = strcspn(lines, "|");

		ehlo_add_line(&e, lines, len);
		lines += len + (lines[len] == '|');
	}
	return e;
}

static const struct { const char *lines, *remarks; } odd[] = {
	{ "SIZE 1000|8BITMIME|PIPELINING", "" },
	{ "size 1000|8bitmime", "" },
	{ "SIZE", "" },
	{ "SIZE 0", "" },
	{ "SIZE\t1000\t", "" },
	{ "SIZE 18446744073709551615", "" },
	{ "SIZE 18446744073709551616", "ehlo-size-big(18446744073709551616)" },
	{ "SIZE 99999999999999999999999", "ehlo-size-big"
	  "(99999999999999999999999)" },
	{ "SIZE -1", "ehlo-size(-1)" },
	{ "SIZE 0x10", "ehlo-size(0x10)" },
	{ "SIZE 1000|SIZE 1000", "ehlo-twice(SIZE)" },
	{ "SIZE 1000|size 2000", "ehlo-twice-differs(SIZE)" },
	{ "ETRN|ETRN|ETRN", "ehlo-twice(ETRN)" },
	{ "AUTH PLAIN|AUTH=PLAIN", "ehlo-auth-equals" },
	{ "XVERP=Courier|XSECURITY=NONE,STARTTLS", "" },
	{ "SIZE=1000", "ehlo-size(=1000)" },
	{ "X_Y", "ehlo-keyword(X_Y)" },
	{ "-DSN", "ehlo-keyword(-DSN)" },
	{ "\xc3\xbc", "ehlo-keyword(\xc3\xbc)" },
	{ "SMTPUTF8", "ehlo-needs(SMTPUTF8,8BITMIME)" },
	{ "BINARYMIME|8BITMIME", "ehlo-needs(BINARYMIME,CHUNKING)" },
	{ "LIMITS RCPTMAX=100 MAILMAX=5", "" },
	{ "LIMITS RCPTMAX=0", "ehlo-limits(RCPTMAX=0)" },
	{ "LIMITS X=1 RCPTMAX=1234567", "ehlo-limits(RCPTMAX=1234567)" },
	{ "LIMITS MAILMAX=-1 RCPTMAX=x", "ehlo-limits(MAILMAX=-1)" },
};

static void test_remarks_say_what_is_odd(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct ehlo e = list(odd[i].lines);
		struct ehlo_remark r[EHLO_REMARKS_MAX];
		size_t n = ehlo_remarks(&e, r);
		char text[512] = "";

		for (size_t k = 0; k < n; k++) {
			size_t at = strlen(text);

			assert_non_null(finding_find(r[k].id));
			snprintf(text + at, sizeof text - at, "%s%s%s%s%s%s%s",
			         k ? " " : "", r[k].id,
			         *r[k].args[0] ? "(" : "", r[k].args[0],
			         *r[k].args[1] ? "," : "", r[k].args[1],
			         *r[k].args[0] ? ")" : "");
		}
		assert_string_equal(text, odd[i].remarks);
		ehlo_clear(&e);
	}
}

static void test_size_is_a_limit_only_when_it_is_a_number(void **state)
{
	static const struct { const char *lines; uint64_t limit; } t[] = {
		{ "8BITMIME", 0 }, { "SIZE", 0 }, { "SIZE 0", 0 },
		{ "SIZE 35882577", 35882577 }, { "SIZE -1", 0 },
		{ "SIZE 0x10", 0 }, { "SIZE 18446744073709551616", 0 },
		{ "SIZE 18446744073709551615", UINT64_MAX },
		{ "SIZE 5\tof 6", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct ehlo e = list(t[i].lines);
		uint64_t limit = 0;

		assert_int_equal(ehlo_size(&e, &limit), t[i].limit > 0);
		if (t[i].limit)
			assert_true(limit == t[i].limit);
		ehlo_clear(&e);
	}
}

static void test_limits_are_read_each_alone(void **state)
{
	struct ehlo e = list("LIMITS rcptmax=100 RCPTDOMAINMAX=oops MAILMAX=7"
	                     "  NEW=3");
	struct ehlo_limits l = ehlo_limits(&e);

	(void)state;
	assert_int_equal(l.rcpt_max, 100);
	assert_int_equal(l.rcpt_domain_max, 0);
	assert_int_equal(l.mail_max, 7);
	ehlo_clear(&e);
	l = ehlo_limits(&e);
	assert_int_equal(l.rcpt_max + l.mail_max, 0);
}

static void test_thousands_of_keywords_stay_in_bounds(void **state)
{
	struct ehlo e = { 0 };
	struct ehlo_remark r[EHLO_REMARKS_MAX];
	char line[40];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(line, sizeof line, "X_%d", i);
		ehlo_add_line(&e, line, strlen(line));
	}
	assert_int_equal(e.n, EHLO_CAPS_MAX);
	assert_int_equal(e.dropped, 4000);
	assert_int_equal(ehlo_remarks(&e, r), EHLO_REMARKS_MAX);
	ehlo_clear(&e);
}

static void test_keyword_of_a_thousand_bytes_is_cut_where_it_is_said(
    void **state)
{
	struct ehlo e = { 0 };
	struct ehlo_remark r[EHLO_REMARKS_MAX];
	char line[1001];

	(void)state;
	memset(line, '_', 1000);
	ehlo_add_line(&e, line, 1000);
	assert_int_equal(strlen(e.caps[0].keyword), 1000);
	assert_int_equal(ehlo_remarks(&e, r), 1);
	assert_int_equal(strlen(r[0].args[0]), EHLO_ARG_MAX - 1);
	ehlo_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remarks_say_what_is_odd),
		cmocka_unit_test(test_size_is_a_limit_only_when_it_is_a_number),
		cmocka_unit_test(test_limits_are_read_each_alone),
		cmocka_unit_test(test_thousands_of_keywords_stay_in_bounds),
		cmocka_unit_test(
		    test_keyword_of_a_thousand_bytes_is_cut_where_it_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
