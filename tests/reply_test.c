#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/reply.h"

struct form {
	const char *bytes;
	enum reply_result result;
	unsigned code, flags;
	size_t lines;
	const char *enhanced;
};

static const struct form forms[] = {
	{ "220 hi\r\n", REPLY_READY, 220, 0, 1, "" },
	{ "220\r\n", REPLY_READY, 220, REPLY_NO_TEXT, 1, "" },
	{ "220 \r\n", REPLY_READY, 220, REPLY_NO_TEXT, 1, "" },
	{ "220-\r\n220\r\n", REPLY_READY, 220, 0, 2, "" },
	{ "220-a\r\n220-b\r\n220 c\r\n", REPLY_READY, 220, 0, 3, "" },
	{ "220 hi\n", REPLY_READY, 220, REPLY_BARE_LF, 1, "" },
	{ "220 h\ri\r\n", REPLY_READY, 220, REPLY_BARE_CR, 1, "" },
	{ "220 hi\r\r\n", REPLY_READY, 220, REPLY_BARE_CR, 1, "" },
	{ "220x\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ "2200 hi\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ "22\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ "220\thi\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ " 220 hi\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ "-250 ok\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ "250+ok\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ "+OK POP3\r\n", REPLY_BAD, 0, REPLY_NOT_SMTP, 1, "" },
	{ "000 x\r\n", REPLY_READY, 0, REPLY_RANGE, 1, "" },
	{ "199 x\r\n", REPLY_READY, 199, REPLY_RANGE, 1, "" },
	{ "260 x\r\n", REPLY_READY, 260, REPLY_RANGE, 1, "" },
	{ "600 x\r\n", REPLY_READY, 600, REPLY_RANGE, 1, "" },
	{ "559 x\r\n", REPLY_READY, 559, 0, 1, "" },
	{ "220-a\r\n550 b\r\n", REPLY_READY, 550, REPLY_CODES_DIFFER, 2, "" },
	{ "\r\n220 x\r\n", REPLY_READY, 220, REPLY_BLANK, 1, "" },
	{ "220 \xc3\xa4\r\n", REPLY_READY, 220, REPLY_8BIT, 1, "" },
	{ "220 \xe4\r\n", REPLY_READY, 220, REPLY_NOT_UTF8, 1, "" },
	{ "220 \xc0\xaf\r\n", REPLY_READY, 220, REPLY_NOT_UTF8, 1, "" },
	{ "220 \x1b[2J\r\n", REPLY_READY, 220, REPLY_CONTROL, 1, "" },
	{ "220 \xc2\x9b\r\n", REPLY_READY, 220, REPLY_CONTROL, 1, "" },
	{ "250 2.1.0 ok\r\n", REPLY_READY, 250, 0, 1, "2.1.0" },
	{ "550-5.1.1 no\r\n550 5.1.2 no\r\n", REPLY_READY, 550, 0, 2, "5.1.2" },
	{ "550-5.1.1 no\r\n550 no\r\n", REPLY_READY, 550, 0, 2, "5.1.1" },
	{ "550 5.1.1\r\n", REPLY_READY, 550, 0, 1, "5.1.1" },
	{ "550 5.999.999 x\r\n", REPLY_READY, 550, 0, 1, "5.999.999" },
	{ "550 5.1.9999 x\r\n", REPLY_READY, 550, 0, 1, "" },
	{ "550 5..1 x\r\n", REPLY_READY, 550, 0, 1, "" },
	{ "550 5.1. x\r\n", REPLY_READY, 550, 0, 1, "" },
	{ "550 3.1.1 x\r\n", REPLY_READY, 550, 0, 1, "" },
	{ "550 5.1.1x\r\n", REPLY_READY, 550, 0, 1, "" },
	{ "250-ok\r\n", REPLY_MORE, 250, 0, 1, "" },
};

static void check(const struct form *f, size_t piece)
{
	struct reply r = { 0 };
	enum reply_result result = REPLY_MORE;
	size_t len = strlen(f->bytes), at = 0, used;
	char enhanced[16];

	while (at < len && result == REPLY_MORE) {
		size_t n = len - at < piece ? len - at : piece;

		result = reply_feed(&r, f->bytes + at, n, 7, &used);
		at += used;
	}
	if (result != f->result || at != len || r.code != f->code ||
	    r.flags != f->flags || r.n_lines != f->lines || r.stamp != 7)
		fail_msg("%s: result %d code %u flags %x lines %zu", f->bytes,
		         result, r.code, r.flags, r.n_lines);
	reply_enhanced(&r, enhanced);
	assert_string_equal(enhanced, f->enhanced);
	assert_int_equal(r.raw.len, len);
	reply_clear(&r);
}

static void test_reply_any_split_gives_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		for (size_t piece = 1; piece <= strlen(forms[i].bytes); piece++)
			check(&forms[i], piece);
}

static void test_reply_stamp_is_that_of_its_first_byte(void **state)
{
	struct reply r = { 0 };
	size_t used;

	(void)state;
	assert_int_equal(reply_feed(&r, "2", 1, 3, &used), REPLY_MORE);
	assert_int_equal(reply_feed(&r, "50 ok\r\n250 next\r\n", 17, 4, &used),
	                 REPLY_READY);
	assert_int_equal(r.stamp, 3);
	assert_int_equal(used, 7);
	assert_int_equal(reply_feed(&r, "250 next\r\n", 10, 5, &used),
	                 REPLY_READY);
	assert_int_equal(r.stamp, 5);
	assert_int_equal(r.n_lines, 1);
	reply_clear(&r);
}

static void test_reply_nul_does_not_cut_the_line(void **state)
{
	struct reply r = { 0 };
	size_t used, len;

	(void)state;
	assert_int_equal(reply_feed(&r, "220 a\0b\r\n", 9, 0, &used),
	                 REPLY_READY);
	assert_int_equal(r.flags, REPLY_NUL);
	assert_memory_equal(reply_line_text(&r, 0, &len), "a\0b", 3);
	assert_int_equal(len, 3);
	reply_clear(&r);
}

static void test_reply_line_bounds_are_exact(void **state)
{
	static const struct { size_t len; unsigned flags; } t[] = {
		{ 510, 0 }, { 511, REPLY_LONG }, { 4096, REPLY_LONG },
		{ 4097, REPLY_LONG | REPLY_OVERLONG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char *line = malloc(t[i].len + 2);
		struct reply r = { 0 };
		size_t used;

		assert_non_null(line);
		memset(line, 'x', t[i].len);
		memcpy(line, "220 ", 4);
		memcpy(line + t[i].len, "\r\n", 2);
		assert_int_equal(reply_feed(&r, line, t[i].len + 2, 0, &used),
		                 REPLY_READY);
		assert_int_equal(r.flags, t[i].flags);
		assert_int_equal(r.lines[0].full, t[i].len);
		assert_true(r.lines[0].len <= REPLY_LINE_MAX);
		reply_clear(&r);
		free(line);
	}
}

static void test_reply_without_end_is_limited(void **state)
{
	struct reply r = { 0 };
	size_t used, total = 0;
	enum reply_result result = REPLY_MORE;

	(void)state;
	for (int i = 0; result == REPLY_MORE; i++) {
		result = reply_feed(&r, "250-x\r\n", 7, 0, &used);
		total += used;
		assert_true(i < REPLY_LINES_MAX);
	}
	assert_int_equal(result, REPLY_LIMIT);
	assert_int_equal(r.n_lines, REPLY_LINES_MAX);
	result = REPLY_MORE;
	for (total = 0; result == REPLY_MORE; total += used)
		result = reply_feed(&r, "xxxxxxxxxxxxxxxx", 16, 0, &used);
	assert_int_equal(result, REPLY_LIMIT);
	assert_int_equal(total, REPLY_BYTES_MAX);
	reply_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply_any_split_gives_the_same),
		cmocka_unit_test(test_reply_stamp_is_that_of_its_first_byte),
		cmocka_unit_test(test_reply_nul_does_not_cut_the_line),
		cmocka_unit_test(test_reply_line_bounds_are_exact),
		cmocka_unit_test(test_reply_without_end_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
