#include "config.h"

#include "classroom/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY = 1, RAW = 2 };
enum { W_TITLE = 1, W_C, W_STATE, W_BYTES, W_WAIT, W_STOP, W_COUNT, W_RAW,
	W_STOP_NOW, W_TITLE_SIZE };

#define HERE SCRIPT_IN(SCRIPT_HEAD) | SCRIPT_IN(BODY)
static const struct script_word words[] = {
	{ "title:", W_TITLE, SCRIPT_TEXT, SCRIPT_IN(SCRIPT_HEAD), 0 },
	{ "C:", W_C, SCRIPT_LINE, HERE, BODY },
	{ "=", W_STATE, SCRIPT_WORDS, HERE, BODY },
	{ "@bytes", W_BYTES, SCRIPT_BYTES, SCRIPT_IN(BODY), 0 },
	{ "@wait", W_WAIT, SCRIPT_TIME, SCRIPT_IN(BODY), 0 },
	{ "@stop", W_STOP, SCRIPT_NONE, SCRIPT_IN(BODY), 0 },
	{ "@stop-now", W_STOP_NOW, SCRIPT_NONE, SCRIPT_IN(BODY), 0 },
	{ "title-size:", W_TITLE_SIZE, SCRIPT_NUMBER, SCRIPT_IN(SCRIPT_HEAD),
	  0 },
	{ "@count", W_COUNT, SCRIPT_NUMBER, SCRIPT_IN(BODY), 0 },
	{ "@raw", W_RAW, SCRIPT_NONE, SCRIPT_IN(BODY), RAW },
	{ 0 },
};
static const struct script_syntax syntax = {
	.words = words,
	.prose = SCRIPT_IN(SCRIPT_HEAD),
	.raw = SCRIPT_IN(RAW),
};

static struct script *must_parse(const char *text)
{
	char *error = NULL;
	struct script *s =
	    script_parse("t", text, strlen(text), &syntax, &error);

	if (!s)
		fail_msg("%s", error);
	return s;
}

static void check_item(const struct script *s, size_t i, int id,
                       unsigned line, const char *text)
{
	assert_true(i < s->n_items);
	assert_int_equal(s->items[i].id, id);
	assert_int_equal(s->items[i].line, line);
	assert_string_equal(s->items[i].text, text);
}

static void test_script_reads_every_kind_of_line(void **state)
{
	struct script *s = must_parse(
	    "# comment\ntitle: One\n  and  more \n\ttabbed\ntitle.de: Zwei\r\n"
	    "Prose: with a colon.\n\nMore prose\nC:  two blanks \n=  READY \n"
	    "@stop\nC:\n@wait 2s\n@wait 500ms\n@wait 60m\n@count 42\n"
	    "@raw\n C: not a word\n;x");
	size_t i = 0;

	(void)state;
	check_item(s, i++, W_TITLE, 2, "One and  more tabbed");
	check_item(s, i, W_TITLE, 5, "Zwei");
	assert_string_equal(s->items[i++].lang, "de");
	check_item(s, i++, 0, 6, "Prose: with a colon.");
	check_item(s, i++, 0, 8, "More prose");
	check_item(s, i, W_C, 9, " two blanks ");
	assert_int_equal(s->items[i++].section, BODY);
	check_item(s, i++, W_STATE, 10, "READY");
	check_item(s, i++, W_STOP, 11, "");
	check_item(s, i++, W_C, 12, "");
	assert_int_equal(s->items[i++].value, 2000);
	assert_int_equal(s->items[i++].value, 500);
	assert_int_equal(s->items[i++].value, 3600000);
	assert_int_equal(s->items[i++].value, 42);
	check_item(s, i++, W_RAW, 17, "");
	check_item(s, i++, 0, 18, " C: not a word");
	check_item(s, i++, 0, 19, ";x");
	assert_int_equal(s->n_items, i);
	script_free(s);
}

/* "auth:" and "auth-user:", "@auth" and "@auth-clear". */
static void test_script_word_may_begin_another(void **state)
{
	struct script *s = must_parse("title-size: 3\ntitle: x\nC: x\n"
	                              "@stop-now\n@stop\nC: @stop-now\n");

	(void)state;
	check_item(s, 0, W_TITLE_SIZE, 1, "");
	check_item(s, 1, W_TITLE, 2, "x");
	check_item(s, 3, W_STOP_NOW, 4, "");
	check_item(s, 4, W_STOP, 5, "");
	check_item(s, 5, W_C, 6, "@stop-now");
	script_free(s);
}

static void test_script_bytes_are_decoded(void **state)
{
	static const struct {
		const char *text, *bytes;
		size_t len;
	} cases[] = {
		{ "\"\"", "", 0 },
		{ "\"a\\r\\n\\t\\e\\\\\\\"\"", "a\r\n\t\x1b\\\"", 7 },
		{ "\"\\0\\x00\\xfF\"", "\0\0\xff", 3 },
		{ "\"a\" * 3 \"b\"", "aaab", 4 },
		{ "\"a\"*0 \"b\"  *2", "bb", 2 },
		{ "\"\xc3\xa4\"", "\xc3\xa4", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[128];
		struct script *s;

		snprintf(text, sizeof text, "C: x\n@bytes %s\n",
		         cases[i].text);
		s = must_parse(text);
		assert_int_equal(s->items[1].len, cases[i].len);
		assert_memory_equal(s->items[1].text, cases[i].bytes,
		                    cases[i].len + 1);
		script_free(s);
	}
}

static void test_script_error_names_line_and_what_was_expected(void **state)
{
	static const struct { const char *text, *error; } cases[] = {
		{ "title:\n", "t:1: expected something after \"title:\"" },
		{ "C:x\n", "t:1: expected a blank after" },
		{ "C: x\nprose\n", "t:2: expected one of C:, =, @bytes, @wait, "
		                   "@stop, @stop-now, @count, @raw, "
		                   "found \"prose\"" },
		{ "C: x\ntitle: y\n", "t:2: \"title:\" does not belong here" },
		{ "@stop\n", "t:1: \"@stop\" does not belong here" },
		{ "\n\n@nothing\n", "t:3: expected one of title:, C:, =, "
		                    "title-size:, found \"@nothing\"" },
		{ "x: y\nX: y\n", "t:2: expected one of" },
		{ "=READY\n", "t:1: expected one of" },
		{ "=\n", "t:1: expected something after \"=\"" },
		{ "C: x\n@stop now\n", "t:2: expected nothing after \"@stop\", "
		                       "found \"now\"" },
		{ "C: x\n@wait\n", "t:2: expected a time such as" },
		{ "C: x\n@wait 20\n", "t:2: expected a time" },
		{ "C: x\n@wait 20 s\n", "t:2: expected a time" },
		{ "C: x\n@wait -1s\n", "t:2: expected a time" },
		{ "C: x\n@wait 61m\n", "t:2: expected a time" },
		{ "C: x\n@wait 99999999999999999999s\n", "t:2: expected a" },
		{ "C: x\n@count\n", "t:2: expected a number" },
		{ "C: x\n@count 4294967296\n", "t:2: expected a number" },
		{ "C: x\n@count 1x\n", "t:2: expected a number, found \"1x\"" },
		{ "C: x\n@bytes\n", "t:2: expected bytes in double quotes" },
		{ "C: x\n@bytes x\n", "t:2: expected bytes" },
		{ "C: x\n@bytes \"x\n", "t:2: expected bytes" },
		{ "C: x\n@bytes \"\\\n", "t:2: expected bytes" },
		{ "C: x\n@bytes \"\\q\"\n", "t:2: expected bytes" },
		{ "C: x\n@bytes \"\\x1\"\n", "t:2: expected bytes" },
		{ "C: x\n@bytes \"a\" *\n", "t:2: expected bytes" },
		{ "C: x\n@bytes \"abcdefgh\" * 4000000\n", "t:2: expected" },
		{ "C: x\n@bytes \"a\" \"b\" x\n", "t:2: expected bytes" },
		{ "C: x\n  more\n", "t:2: expected one of" },
		{ "title.toolongtag: x\nX:\n", "t:2: expected one of" },
		{ "C: x\n\x1b[31m\n", "found \"<1B>[31m\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *error = NULL;
		struct script *s =
		    script_parse("t", cases[i].text, strlen(cases[i].text),
		                 &syntax, &error);

		if (s || !strstr(error, cases[i].error))
			fail_msg("%s: %s", cases[i].text,
			         s ? "no error" : error);
		free(error);
	}
}

/* A byte of zero would cut a text short without a word. */
static void test_script_zero_byte_is_an_error(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(script_parse("t", "\nC: a\0b\n", 9, &syntax, &error));
	assert_memory_equal(error, "t:2: expected text, found", 25);
	free(error);
}

static void test_script_over_a_bound_is_an_error(void **state)
{
	char *text = malloc(SCRIPT_FILE_MAX + 2);
	char *error = NULL;

	(void)state;
	memset(text, '\n', SCRIPT_FILE_MAX + 1);
	assert_null(script_parse("t", text, SCRIPT_FILE_MAX + 1, &syntax,
	                         &error));
	assert_non_null(strstr(error, "t:0: expected at most"));
	free(error);
	for (size_t i = 0; i < SCRIPT_FILE_MAX; i += 2)
		text[i] = 'p';
	assert_null(script_parse("t", text, SCRIPT_FILE_MAX, &syntax, &error));
	assert_non_null(strstr(error, "t:20001: expected at most 20000"));
	free(error);
	memset(text, 'x', SCRIPT_FILE_MAX);
	memcpy(text, "title: y\n ", 10);
	assert_null(script_parse("t", text, SCRIPT_FILE_MAX, &syntax, &error));
	assert_non_null(strstr(error, "t:2: expected a text of at most"));
	free(error);
	free(text);
}

static void test_script_file_that_cannot_be_read(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(script_load("/nonexistent/x.lesson", &syntax, &error));
	assert_string_equal(error,
	                    "/nonexistent/x.lesson: No such file or directory");
	free(error);
	assert_null(script_load("/", &syntax, &error));
	assert_string_equal(error, "/: Is a directory");
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_script_reads_every_kind_of_line),
		T(test_script_word_may_begin_another),
		T(test_script_bytes_are_decoded),
		T(test_script_error_names_line_and_what_was_expected),
		T(test_script_zero_byte_is_an_error),
		T(test_script_over_a_bound_is_an_error),
		T(test_script_file_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
