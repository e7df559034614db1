#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/doc.h"
#include "ui/seek.h"

static void assert_line(const struct doc *d, size_t i, const char *expected)
{
	char *text = doc_text(d, i);

	assert_string_equal(text, expected);
	free(text);
}

static void test_doc_long_text_wraps_at_blanks(void **state)
{
	struct doc d;

	(void)state;
	doc_init(&d, 10);
	doc_line(&d, 2);
	doc_put(&d, STYLE_TEXT, "one two three four");
	assert_int_equal(d.n_lines, 3);
	assert_line(&d, 0, "one two");
	assert_line(&d, 1, "  three");
	assert_line(&d, 2, "  four");
	doc_clear(&d);
}

static void test_doc_long_word_is_broken(void **state)
{
	struct doc d;

	(void)state;
	doc_init(&d, 5);
	doc_put(&d, STYLE_TEXT, "abcdefghijkl");
	assert_int_equal(d.n_lines, 3);
	assert_line(&d, 0, "abcde");
	assert_line(&d, 2, "kl");
	doc_clear(&d);
}

static void test_doc_server_bytes_become_tokens(void **state)
{
	static const struct {
		const char *bytes, *shown;
	} cases[] = {
		{ "a\033[31mb", "a<1B>[31mb" },
		{ "ok\rEVIL", "ok<0D>EVIL" },
		{ "x\xff", "x<FF>" },
		{ "a\xe2\x80\xae" "b", "a<U+202E>b" },
		{ "a\nb", "a<0A>b" },
	};
	struct doc d;

	(void)state;
	doc_init(&d, DOC_UNWRAPPED);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		doc_reset(&d, DOC_UNWRAPPED);
		doc_server(&d, STYLE_TEXT, cases[i].bytes,
		           strlen(cases[i].bytes));
		assert_int_equal(d.n_lines, 1);
		assert_line(&d, 0, cases[i].shown);
	}
	doc_clear(&d);
}

static void test_doc_wide_characters_never_overflow(void **state)
{
	struct doc d;

	(void)state;
	for (int width = 2; width < 12; width++) {
		doc_init(&d, width);
		doc_put(&d, STYLE_TEXT, "日本語テキスト and more");
		for (size_t i = 0; i < d.n_lines; i++)
			assert_true((int)d.lines[i].columns <= width);
		doc_clear(&d);
	}
}

static void test_doc_draw_cuts_with_a_mark(void **state)
{
	struct canvas c = { .w = 0 };
	struct doc d;
	char *row;

	(void)state;
	canvas_resize(&c, 6, 1);
	doc_init(&d, DOC_UNWRAPPED);
	doc_put(&d, STYLE_TEXT, "abcdefgh");
	doc_draw_line(&d, 0, &c, (struct rect){ 0, 0, 6, 1 }, 0);
	row = canvas_row(&c, 0);
	assert_string_equal(row, "abcde…");
	free(row);
	canvas_blank(&c);
	doc_draw_line(&d, 0, &c, (struct rect){ 0, 0, 6, 1 }, 2);
	row = canvas_row(&c, 0);
	assert_string_equal(row, "cdefgh");
	free(row);
	canvas_clear(&c);
	doc_clear(&d);
}

static void test_seek_smart_case_finds(void **state)
{
	static const struct {
		const char *text, *in;
		size_t from, at;
	} cases[] = {
		{ "ok", "all OK", 0, 4 },  { "OK", "all ok", 0, SIZE_MAX },
		{ "a", "banana", 2, 3 },   { "nan", "banana", 0, 2 },
		{ "x", "", 0, SIZE_MAX },  { "", "abc", 0, SIZE_MAX },
		{ "abcd", "abc", 0, SIZE_MAX }, { "c", "abc", 3, SIZE_MAX },
		{ "c", "abc", 99, SIZE_MAX },
	};
	struct seek m = { .len = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		seek_set(&m, cases[i].text);
		assert_int_equal(seek_find(&m, cases[i].in,
		                           strlen(cases[i].in), cases[i].from),
		                 cases[i].at);
	}
	seek_clear(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doc_long_text_wraps_at_blanks),
		cmocka_unit_test(test_doc_long_word_is_broken),
		cmocka_unit_test(test_doc_server_bytes_become_tokens),
		cmocka_unit_test(test_doc_wide_characters_never_overflow),
		cmocka_unit_test(test_doc_draw_cuts_with_a_mark),
		cmocka_unit_test(test_seek_smart_case_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
