#include "config.h"

#include "ui/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

enum { LATER_MS = 1000 };

static void commands(void *arg, const char *text, size_t cursor,
                     struct line_candidates *out)
{
	static const char *const names[] = {"NOOP", "QUIT", "RCPT TO:<",
	                                    "RSET"};

	(void)arg;
	for (size_t i = 0; i < 4; i++)
		if (strncasecmp(text, names[i], cursor) == 0)
			line_candidates_add(out, names[i]);
}

/* Types: names of keys in <>, all else as it is. Returns the last result. */
static enum line_result type(struct line *l, const char *keys)
{
	enum line_result last = LINE_NOT_MINE;

	while (*keys != '\0') {
		char name[32] = "";
		const char *end = *keys == '<' ? strchr(keys, '>') : NULL;
		struct key k;

		if (end != NULL && end > keys + 1) {
			memcpy(name, keys + 1, (size_t)(end - keys - 1));
			keys = end + 1;
		} else {
			size_t n = 1;

			while (((unsigned char)keys[n] & 0xc0) == 0x80)
				n++;
			memcpy(name, keys, n);
			keys += n;
			if (name[0] == ' ')
				strcpy(name, "Space");
		}
		if (!key_parse(name, &k))
			fail_msg("no key %s", name);
		last = line_key(l, &k, LATER_MS);
	}
	return last;
}

static void test_line_edit_keys_work_as_readline(void **state)
{
	static const struct {
		const char *keys, *text;
	} rows[] = {
		{"NOOP", "NOOP"},
		{"OOP<Home>N", "NOOP"},
		{"NOxOP<Left><Left><Backspace>", "NOOP"},
		{"NOOPx<Left><Del>", "NOOP"},
		{"MAIL FROM:<Ctrl-A><Ctrl-F>x", "MxAIL FROM:"},
		{"MAIL FROM:<Ctrl-W>", "MAIL "},
		{"MAIL FROM:<Ctrl-U>", ""},
		{"MAIL FROM:<Ctrl-U><Ctrl-Y><Ctrl-Y>", "MAIL FROM:MAIL FROM:"},
		{"one two<Alt-B><Ctrl-K>", "one "},
		{"one two<Home><Alt-F><Ctrl-K>", "one"},
		{"one two<Home><Alt-D>", " two"},
		{"a@b.example<Alt-Backspace>", "a@b."},
		{"one two<Ctrl-Left><Ctrl-Left>x<Ctrl-Right>y", "xoney two"},
		{"one two<Ctrl-_>", "one"},
		{"one two<Ctrl-_><Ctrl-_>", ""},
		{"one<Ctrl-W><Ctrl-_>", "one"},
		{"é€<Left><Backspace>ä", "ä€"},
		{"x<Ctrl-V><Ctrl-A><Ctrl-V><Esc>y", "x\001\033y"},
		{"ab<Ctrl-A><Ctrl-D>", "b"},
		{"<Ctrl-Y><Ctrl-_><Backspace><Del><Left><Right>", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct line *l = line_new(NULL, NULL);

		type(l, rows[i].keys);
		if (strcmp(line_text(l, NULL), rows[i].text) != 0)
			fail_msg("%s: got [%s], wanted [%s]", rows[i].keys,
			         line_text(l, NULL), rows[i].text);
		line_free(l);
	}
}

static void test_line_key_of_others_is_not_taken(void **state)
{
	static const char *const keys[] = {
		"<PgUp>", "<F1>", "<Alt-A>", "<Alt-R>", "<Ctrl-L>", "<Ctrl-C>",
		"<Ctrl-Z>", "<Shift-Up>", "<Alt-Down>", "<Esc>", "<Shift-Tab>",
		"<Alt-1>", "<Ctrl-T>",
	};
	struct line *l = line_new(commands, NULL);

	(void)state;
	type(l, "x");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_int_equal(type(l, keys[i]), LINE_NOT_MINE);
	assert_string_equal(line_text(l, NULL), "x");
	assert_int_equal(type(l, "<Enter>"), LINE_SEND);
	assert_int_equal(type(l, "<Alt-Enter>"), LINE_ADD);
	line_accept(l);
	assert_int_equal(type(l, "<Ctrl-D>"), LINE_END);
	line_free(l);
}

static void test_line_prefill_changes_only_untouched_line(void **state)
{
	struct line *l = line_new(commands, NULL);

	(void)state;
	assert_true(line_prefill(l, "EHLO a", LATER_MS));
	assert_true(line_prefill(l, "MAIL", LATER_MS));
	assert_false(line_prefill(l, "MAIL", LATER_MS));
	assert_false(line_is_touched(l));
	type(l, "NOOP"); /* takes its place */
	assert_string_equal(line_text(l, NULL), "NOOP");
	assert_false(line_prefill(l, "RCPT", LATER_MS));
	type(l, "<Ctrl-_>");
	assert_string_equal(line_text(l, NULL), "MAIL");
	type(l, " X<Home>y"); /* a blank is a parameter to come */
	assert_string_equal(line_text(l, NULL), "yMAIL X");
	line_clear(l);
	assert_true(line_prefill(l, "QUIT", LATER_MS));
	type(l, "<Backspace>");
	assert_string_equal(line_text(l, NULL), "QUI");
	assert_false(line_prefill(l, "", LATER_MS));
	line_free(l);
}

static void test_line_enter_soon_after_prefill_is_ignored(void **state)
{
	struct line *l = line_new(NULL, NULL);
	struct key enter = {.code = K_ENTER};

	(void)state;
	line_prefill(l, "DATA", 5000);
	assert_int_equal(line_key(l, &enter, 5149), LINE_AGAIN);
	assert_int_equal(line_key(l, &enter, 5150), LINE_SEND);
	line_accept(l);
	line_set_guard(l, 0);
	line_prefill(l, "QUIT", 6000);
	assert_int_equal(line_key(l, &enter, 6000), LINE_SEND);
	line_accept(l);
	assert_true(line_is_empty(l));
	line_free(l);
}

static void test_line_history_finds_what_begins_so(void **state)
{
	struct line *l = line_new(NULL, NULL);

	(void)state;
	line_history_add(l, "MAIL FROM:<a@x>");
	line_history_add(l, "RCPT TO:<a@x>");
	line_history_add(l, "MAIL FROM:<b@x>");
	line_history_add(l, "MAIL FROM:<b@x>"); /* not twice in a row */
	line_history_add(l, "QUIT");
	assert_int_equal(line_history_count(l), 4);
	type(l, "<Up><Up>");
	assert_string_equal(line_text(l, NULL), "MAIL FROM:<b@x>");
	type(l, "<Down><Down>");
	assert_string_equal(line_text(l, NULL), "");
	type(l, "MA<Up><Up><Up>");
	assert_string_equal(line_text(l, NULL), "MAIL FROM:<a@x>");
	type(l, "<Down><Down>");
	assert_string_equal(line_text(l, NULL), "MA");
	type(l, "<Ctrl-P>1");
	assert_string_equal(line_text(l, NULL), "MAIL FROM:<b@x>1");
	type(l, "<Enter>");
	line_accept(l);
	assert_string_equal(line_history_at(l, 4), "MAIL FROM:<b@x>1");
	line_free(l);
}

static void test_line_history_is_bounded(void **state)
{
	struct line *l = line_new(NULL, NULL);

	(void)state;
	for (int i = 0; i < LINE_HISTORY_MAX + 7; i++) {
		char *text = xasprintf("NOOP %d", i);

		line_history_add(l, text);
		free(text);
	}
	line_history_add(l, "two\nlines");
	assert_int_equal(line_history_count(l), LINE_HISTORY_MAX);
	assert_string_equal(line_history_at(l, 0), "NOOP 7");
	line_free(l);
}

static void test_line_search_looks_back_and_gives_up(void **state)
{
	struct line *l = line_new(NULL, NULL);

	(void)state;
	line_history_add(l, "RCPT TO:<first@x>");
	line_history_add(l, "RCPT TO:<second@x>");
	line_history_add(l, "QUIT");
	type(l, "typed<Ctrl-R>TO:");
	assert_string_equal(line_search(l), "TO:");
	assert_string_equal(line_text(l, NULL), "RCPT TO:<second@x>");
	type(l, "<Ctrl-R>");
	assert_string_equal(line_text(l, NULL), "RCPT TO:<first@x>");
	type(l, "<Ctrl-R>"); /* none older */
	assert_string_equal(line_text(l, NULL), "RCPT TO:<first@x>");
	assert_int_equal(type(l, "<Esc>"), LINE_CHANGED);
	assert_null(line_search(l));
	assert_string_equal(line_text(l, NULL), "typed");
	assert_int_equal(type(l, "<Ctrl-R>sec<Backspace><Enter>"),
	                 LINE_CHANGED);
	assert_string_equal(line_text(l, NULL), "RCPT TO:<second@x>");
	assert_int_equal(type(l, "<Enter>"), LINE_SEND);
	line_free(l);
}

static void test_line_complete_one_many_none(void **state)
{
	struct line *l = line_new(commands, NULL);
	size_t chosen;

	(void)state;
	type(l, "q<Tab>");
	assert_string_equal(line_text(l, NULL), "QUIT");
	line_clear(l);
	type(l, "r<Tab>");
	assert_int_equal(line_choices(l, &chosen)->count, 2);
	assert_int_equal(chosen, 2);
	type(l, "<Tab>");
	assert_string_equal(line_text(l, NULL), "RCPT TO:<");
	type(l, "<Tab>");
	assert_string_equal(line_text(l, NULL), "RSET");
	type(l, "<Shift-Tab>");
	assert_string_equal(line_text(l, NULL), "RCPT TO:<");
	type(l, "b");
	assert_int_equal(line_choices(l, NULL)->count, 0);
	assert_string_equal(line_text(l, NULL), "RCPT TO:<b");
	type(l, "<Ctrl-U>xyz<Tab>");
	assert_string_equal(line_text(l, NULL), "xyz");
	type(l, "<Ctrl-U>ns<Left><Tab>");
	assert_string_equal(line_text(l, NULL), "NOOPs");
	line_free(l);
}

static void test_line_complete_prefill_counts_as_nothing(void **state)
{
	struct line *l = line_new(commands, NULL);

	(void)state;
	line_prefill(l, "QUIT", 0);
	type(l, "<Tab>");
	assert_int_equal(line_choices(l, NULL)->count, 4);
	type(l, "<Tab>");
	assert_string_equal(line_text(l, NULL), "NOOP");
	assert_int_equal(type(l, "<Esc>"), LINE_CHANGED);
	assert_int_equal(line_choices(l, NULL)->count, 0);
	line_free(l);
}

static void test_line_ghost_is_accepted_only_at_the_end(void **state)
{
	struct line *l = line_new(NULL, NULL);

	(void)state;
	line_set_ghost(l, "RCPT TO:<");
	type(l, "<Left><Home>");
	assert_true(line_is_empty(l));
	type(l, "<Right>");
	assert_string_equal(line_text(l, NULL), "RCPT TO:<");
	line_set_ghost(l, "x");
	type(l, "<Left><Right>");
	assert_string_equal(line_text(l, NULL), "RCPT TO:<");
	type(l, "<End>");
	assert_string_equal(line_text(l, NULL), "RCPT TO:<x");
	line_free(l);
}

static void test_line_paste_keeps_all_and_sends_nothing(void **state)
{
	static const char text[] = "a\nb\033[2J\0c";
	struct key paste = {.code = K_PASTE, .text = text,
	                    .text_len = sizeof(text) - 1};
	struct line *l = line_new(NULL, NULL);
	size_t len;

	(void)state;
	assert_int_equal(line_key(l, &paste, 0), LINE_CHANGED);
	assert_memory_equal(line_text(l, &len), text, sizeof(text) - 1);
	assert_int_equal(len, sizeof(text) - 1);
	line_free(l);
}

static void test_line_secret_is_not_shown_nor_kept(void **state)
{
	struct line *l = line_new(commands, NULL);
	struct canvas c = {.w = 0};
	char *row;

	(void)state;
	canvas_resize(&c, 20, 1);
	line_set_secret(l, true);
	type(l, "geheim");
	line_draw(l, &c, (struct rect){0, 0, 20, 1}, "AUTH> ", true);
	row = canvas_row(&c, 0);
	assert_string_equal(row, "AUTH> ••••••        ");
	free(row);
	assert_string_equal(line_text(l, NULL), "geheim");
	type(l, "<Ctrl-U>");
	type(l, "<Ctrl-Y>");
	assert_true(line_is_empty(l));
	type(l, "x<Ctrl-_>");
	assert_string_equal(line_text(l, NULL), "x");
	line_accept(l);
	line_set_secret(l, false);
	assert_int_equal(line_history_count(l), 0);
	assert_true(line_is_empty(l));
	canvas_clear(&c);
	line_free(l);
}

static void draw(const struct line *l, int w, const char *wanted, int cursor)
{
	struct canvas c = {.w = 0};
	char *row;

	canvas_resize(&c, w, 1);
	line_draw(l, &c, (struct rect){0, 0, w, 1}, "> ", true);
	row = canvas_row(&c, 0);
	assert_string_equal(row, wanted);
	assert_int_equal(c.cursor_x, cursor);
	free(row);
	canvas_clear(&c);
}

static void test_line_draw_scrolls_with_the_cursor(void **state)
{
	struct line *l = line_new(NULL, NULL);

	(void)state;
	type(l, "0123456789");
	draw(l, 20, "> 0123456789        ", 12);
	draw(l, 8, "> …6789 ", 7);
	type(l, "<Home>");
	draw(l, 8, "> 012345", 2);
	type(l, "<Ctrl-K><Ctrl-V><Esc>[2J");
	draw(l, 20, "> <1B>[2J           ", 9);
	line_set_ghost(l, " more");
	draw(l, 20, "> <1B>[2J more      ", 9);
	draw(l, 2, "> ", 0);
	draw(l, 1, "…", 0);
	line_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_edit_keys_work_as_readline),
		cmocka_unit_test(test_line_key_of_others_is_not_taken),
		cmocka_unit_test(test_line_prefill_changes_only_untouched_line),
		cmocka_unit_test(test_line_enter_soon_after_prefill_is_ignored),
		cmocka_unit_test(test_line_history_finds_what_begins_so),
		cmocka_unit_test(test_line_history_is_bounded),
		cmocka_unit_test(test_line_search_looks_back_and_gives_up),
		cmocka_unit_test(test_line_complete_one_many_none),
		cmocka_unit_test(test_line_complete_prefill_counts_as_nothing),
		cmocka_unit_test(test_line_ghost_is_accepted_only_at_the_end),
		cmocka_unit_test(test_line_paste_keeps_all_and_sends_nothing),
		cmocka_unit_test(test_line_secret_is_not_shown_nor_kept),
		cmocka_unit_test(test_line_draw_scrolls_with_the_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
