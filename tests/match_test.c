/* Replies brought into one form and recognised by their wording. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "knowledge/match.h"
#include "knowledge/tables.h"
#include "tsv.h"
#include "util/buf.h"
#include "util/xalloc.h"

/* No extension of one regex library: they must work with every libc. */
static void check_pattern(const char *id, const char *pattern)
{
	regex_t re;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		fail_msg("%s: bad pattern", id);
	regfree(&re);
	if (strstr(pattern, "\\d") || strstr(pattern, "\\s") ||
	    strstr(pattern, "\\w") || strstr(pattern, "\\b") ||
	    strstr(pattern, "(?") || strstr(pattern, "*?"))
		fail_msg("%s: no POSIX extended expression", id);
	for (const char *s = pattern; *s; s++)
		assert_true((unsigned char)*s < 0x80);
}

static void test_patterns_compile(void **state)
{
	(void)state;
	for (size_t i = 0; provider_at(i); i++) {
		check_pattern(provider_at(i)->id, provider_at(i)->pattern);
		assert_true(strlen(provider_at(i)->pattern) < 512);
	}
	for (size_t i = 0; banner_at(i); i++)
		check_pattern(banner_at(i)->id, banner_at(i)->pattern);
}

static void test_provider_samples_give_expected_row(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");
	size_t id = tsv_column(t, "expected_id");

	(void)state;
	assert_true(t->rows - 1 >= 272);
	for (size_t r = 1; r < t->rows; r++) {
		const struct provider_row *row;
		struct reply_view v;

		view_text(&v, t->cell[r][0]);
		row = provider_find(&v);
		if (strcmp(row ? row->id : "-", t->cell[r][id]) != 0)
			fail_msg("%s: %s, not %s", t->cell[r][0],
			         row ? row->id : "-", t->cell[r][id]);
		view_clear(&v);
	}
	tsv_free(t);
}

static void test_provider_rows_none_is_hidden(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");
	size_t id = tsv_column(t, "expected_id");

	(void)state;
	for (size_t i = 0; provider_at(i); i++) {
		bool found = false;

		for (size_t r = 1; r < t->rows && !found; r++)
			found = !strcmp(t->cell[r][id], provider_at(i)->id);
		if (!found)
			fail_msg("no sample for %s", provider_at(i)->id);
	}
	tsv_free(t);
}

/* What the look at code and words leaves out would not have matched. */
static void test_provider_buckets_lose_nothing(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");

	(void)state;
	for (size_t i = 0; provider_at(i); i++) {
		const char *pattern = provider_at(i)->pattern;
		regex_t re;

		assert_int_equal(regcomp(&re, pattern, REG_EXTENDED |
		                         REG_ICASE | REG_NOSUB), 0);
		for (size_t r = 1; r < t->rows; r++) {
			const char *sample = t->cell[r][0];
			unsigned code = (unsigned)atoi(sample);

			struct reply_view v;

			view_text(&v, sample);
			if (!pattern_may_fit(pattern, code, v.lower))
				assert_int_not_equal(
				    regexec(&re, v.match, 0, NULL, 0), 0);
			view_clear(&v);
		}
		regfree(&re);
	}
	tsv_free(t);
}

static void test_prefilter_by_digits_and_words(void **state)
{
	static const struct {
		const char *pattern;
		unsigned code;
		const char *text;
		bool may;
	} rows[] = {
		{ "^550 x", 550, "550 x", true }, { "^550 x", 450, "", false },
		{ "^45[01] x", 451, "", true },
		{ "^45[01] x", 452, "", false },
		{ "^[45][0-9][0-9] x", 599, "", true },
		{ "^[45][0-9][0-9] x", 250, "", false },
		{ "^(421 4|550 5) x", 250, "550 5 x", true },
		{ "^4(21|51) x", 550, "", false },
		{ "^4(21|51) x", 450, "", true },
		{ "^530 abc|^5[0-9][0-9] y", 550, "", true },
		{ "- gsmtp$", 250, "250 ok - gsmtp", true },
		{ "- gsmtp$", 250, "250 ok", false },
		{ "^542", 542, "542", true }, { "^[^4]50", 450, "", true },
		{ "", 250, "", true }, { "^", 1, "", true },
		{ "^4[", 450, "", true }, { "^4\\(|5", 450, "", true },
		{ "GrEylist", 450, "450 greylisted", true },
		{ "greylist", 450, "450 grey list", false },
		{ "colou?r", 450, "450 color", true },
		{ "abc*def", 450, "450 abdef", true },
		{ "abc{0,2}def", 450, "450 abdef", true },
		{ "abcd+", 450, "450 abc", false },
		{ "abc(def)?ghi", 450, "450 abcghi", true },
		{ "a[bcd]efgh", 450, "450 axefgh", true }, /* may */
		{ "a[]bc]defg", 450, "450 abdefg", true },
		{ "5\\.7\\.1", 550, "550 5.7.1", true },
		{ "5\\.7\\.1", 550, "550 5x7x1", false },
		{ "(foo|bar\\)) baz", 550, "550 bar) baz", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (pattern_may_fit(rows[i].pattern, rows[i].code,
		                     rows[i].text) != rows[i].may)
			fail_msg("%s: %s", rows[i].pattern, rows[i].text);
}

static void test_banner_samples_give_expected_row(void **state)
{
	static const char *const places[] = { "banner", "ehlo", "help",
		"reply" };
	struct tsv *t = tsv_load("tests/data/knowledge/banner_samples.tsv");

	(void)state;
	for (size_t r = 1; r < t->rows; r++) {
		const char *line = t->cell[r][0], *want = t->cell[r][1];
		bool found = strcmp(want, "-") == 0;

		for (size_t i = 0; i < 4; i++) {
			const struct banner *b = banner_find(places[i], line,
			                                     strlen(line));

			found |= b && strcmp(b->id, want) == 0;
			if (strcmp(want, "-") == 0)
				assert_null(b);
		}
		if (!found)
			fail_msg("%s: not %s", line, want);
	}
	tsv_free(t);
}

static void test_view_lines_are_joined(void **state)
{
	static const struct {
		const char *text, *match, *enhanced, *said;
	} rows[] = {
		{ "550-5.1.1 user unknown\n550 5.1.1 Unknown recipient.",
		  "550 5.1.1 user unknown Unknown recipient.", "5.1.1",
		  "user unknown Unknown recipient." },
		{ "250-mx.example\r\n250-SIZE 1000\r\n250 HELP\r\n",
		  "250 mx.example SIZE 1000 HELP", "",
		  "mx.example SIZE 1000 HELP" },
		{ "S: 450 4.2.0 Greylisted", "450 4.2.0 Greylisted", "4.2.0",
		  "Greylisted" },
		{ "  S:550   spaced   out  ", "550 spaced out", "",
		  "spaced   out" },
		{ "250", "250", "", "" }, { "250 ", "250", "", "" },
		{ "", "000", "", "" },
		{ "550 5.1.10.5 no", "550 5.1.10.5 no", "",
		  "5.1.10.5 no" },
		{ "550-first\n550 5.7.1 last", "550 5.7.1 first last",
		  "5.7.1", "first last" },
		{ "550 caf\xE9 \x1B[2J", "550 caf? ?[2J", "",
		  "caf\xE9 \x1B[2J" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reply_view v;

		view_text(&v, rows[i].text);
		assert_string_equal(v.match, rows[i].match);
		assert_string_equal(v.enhanced, rows[i].enhanced);
		assert_string_equal(buf_str(&v.said), rows[i].said);
		view_clear(&v);
	}
}

/* A long reply is matched on its first KiB, whatever stands behind. */
static void test_view_long_text_is_cut(void **state)
{
	enum { LONG = 256 * 1024 };
	static const char head[] = "450 4.2.0 Greylisted ";
	char *text = xmalloc(LONG + 1);
	struct reply_view v;

	(void)state;
	memset(text, 'a', LONG);
	text[LONG] = '\0';
	memcpy(text, head, strlen(head));
	view_text(&v, text);
	assert_int_equal(strlen(v.match), MATCH_MAX);
	assert_non_null(provider_find(&v));
	view_clear(&v);
	memset(text + 4, ' ', LONG - 4);
	memcpy(text + LONG - 10, "greylisted", 10);
	view_text(&v, text);
	assert_string_equal(v.match, "450 greylisted");
	view_clear(&v);
	free(text);
}

static void test_view_nul_byte_stays_visible(void **state)
{
	static const char line[] = "550 a\0b";
	struct reply_view v;

	(void)state;
	view_begin(&v);
	view_line(&v, line, sizeof line - 1);
	view_end(&v);
	assert_string_equal(buf_str(&v.said), "a\xEF\xBF\xBD" "b");
	view_clear(&v);
}

static void test_wait_seconds_reads_times(void **state)
{
	static const struct {
		const char *text;
		unsigned seconds;
	} rows[] = {
		{ "450 4.2.0 greylisted, try again in 300 seconds", 300 },
		{ "450 greylisted for 5 minutes", 300 },
		{ "451 wait 1 hour", 3600 }, { "451 in 60s", 0 },
		{ "451 in 90sec", 90 }, { "450 4.2.0 later", 0 },
		{ "450 wait 99999999999999999999 seconds", 0 },
		{ "450 wait 0 seconds", 0 }, { "450 30 hours", 0 },
		{ "450 192.0.2.1 minutes", 0 }, { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(wait_seconds(rows[i].text),
		                 rows[i].seconds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns_compile),
		cmocka_unit_test(test_provider_samples_give_expected_row),
		cmocka_unit_test(test_provider_rows_none_is_hidden),
		cmocka_unit_test(test_provider_buckets_lose_nothing),
		cmocka_unit_test(test_prefilter_by_digits_and_words),
		cmocka_unit_test(test_banner_samples_give_expected_row),
		cmocka_unit_test(test_view_lines_are_joined),
		cmocka_unit_test(test_view_long_text_is_cut),
		cmocka_unit_test(test_view_nul_byte_stays_visible),
		cmocka_unit_test(test_wait_seconds_reads_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
