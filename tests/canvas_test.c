#include "config.h"

#include "ui/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "util/i18n.h"

static struct canvas canvas;

static int set_up(void **state)
{
	(void)state;
	glyph_use(GLYPHS_UNICODE);
	i18n_ascii(false);
	canvas_resize(&canvas, 12, 4);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	canvas_clear(&canvas);
	return 0;
}

static void assert_row(int y, const char *wanted)
{
	char *row = canvas_row(&canvas, y);

	assert_string_equal(row, wanted);
	free(row);
}

static void test_canvas_text_fits_or_is_cut(void **state)
{
	static const struct {
		const char *text;
		int max, used;
		const char *row;
	} rows[] = {
		{"short", 12, 5, "short       "},
		{"exactly 12 c", 12, 12, "exactly 12 c"},
		{"one too many!", 12, 12, "one too man…"},
		{"abc", 2, 2, "a…          "},
		{"abc", 1, 1, "…           "},
		{"abc", 0, 0, "            "},
		{"你好ab", 6, 6, "你好ab      "},
		{"你好ab", 5, 5, "你好…       "},
		{"你好ab", 4, 3, "你…         "},
		{"é\314\201x", 12, 2, "é\314\201x          "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int used;

		canvas_blank(&canvas);
		used = canvas_text(&canvas, 0, 1, rows[i].max, STYLE_TEXT,
		                   rows[i].text);
		assert_int_equal(used, rows[i].used);
		assert_row(1, rows[i].row);
		assert_row(0, "            ");
	}
}

static void test_canvas_text_outside_is_not_drawn(void **state)
{
	(void)state;
	canvas_text(&canvas, -2, 0, 5, STYLE_TEXT, "abcde");
	canvas_text(&canvas, 10, 1, 5, STYLE_TEXT, "abcde");
	canvas_text(&canvas, 0, -1, 5, STYLE_TEXT, "abcde");
	canvas_text(&canvas, 0, 4, 5, STYLE_TEXT, "abcde");
	canvas_text(&canvas, 11, 2, 2, STYLE_TEXT, "你");
	canvas_text(&canvas, -1, 3, 2, STYLE_TEXT, "你");
	assert_row(0, "cde         ");
	assert_row(1, "          ab");
	assert_row(2, "            ");
	assert_row(3, "            ");
}

static void test_canvas_overwriting_half_of_wide_blanks_the_rest(void **state)
{
	(void)state;
	canvas_text(&canvas, 0, 0, 12, STYLE_TEXT, "你好你");
	canvas_text(&canvas, 1, 0, 2, STYLE_TEXT, "xy");
	assert_row(0, " xy 你      ");
	canvas_text(&canvas, 3, 0, 2, STYLE_TEXT, "好");
	assert_row(0, " xy好       ");
	assert_int_equal(canvas_at(&canvas, 3, 0)->width, 2);
	assert_int_equal(canvas_at(&canvas, 4, 0)->width, 0);
}

static void test_canvas_ascii_folds_our_own_text(void **state)
{
	(void)state;
	glyph_use(GLYPHS_ASCII);
	canvas_text(&canvas, 0, 0, 12, STYLE_TEXT, "Grüße");
	assert_row(0, "Gruesse     ");
	assert_int_equal(canvas_width("Grüße"), 7);
	canvas_text(&canvas, 0, 1, 6, STYLE_TEXT, "Grüße");
	assert_row(1, "Grues~      ");
	/* the server's text is not ours: as it is, while it can be shown */
	canvas_server(&canvas, 0, 2, 12, 0, STYLE_TEXT, "Gr\303\274n", 5);
	assert_row(2, "Grün        ");
	i18n_ascii(true);
	canvas_server(&canvas, 0, 2, 12, 0, STYLE_TEXT, "Gr\303\274n", 5);
	assert_row(2, "Gr<U+00FC>n ");
}

static void test_canvas_server_tokens_scroll_and_stay_inside(void **state)
{
	static const char text[] = "a\033[2J\344\275\240z";
	static const struct {
		int from;
		const char *row;
	} rows[] = {
		{0, "  a<1B>[2"}, {1, "  <1B>[2J"}, {2, "  1B>[2J"},
		{4, "  >[2J你z"}, {8, "  你z"}, {9, "   z"}, {10, "  z"},
		{99, "  "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *row;
		size_t len = strlen(rows[i].row);

		canvas_blank(&canvas);
		canvas_server(&canvas, 2, 0, 7, rows[i].from, STYLE_SERVER,
		              text, sizeof(text) - 1);
		row = canvas_row(&canvas, 0);
		assert_memory_equal(row, rows[i].row, len);
		assert_int_equal(strspn(row + len, " "), strlen(row + len));
		free(row);
	}
	canvas_server(&canvas, 0, 1, 12, 0, STYLE_SERVER, text, 3);
	assert_int_equal(canvas_at(&canvas, 0, 1)->style, STYLE_SERVER);
	assert_int_equal(canvas_at(&canvas, 1, 1)->style, STYLE_TOKEN);
	assert_int_equal(canvas_at(&canvas, 5, 1)->style, STYLE_SERVER);
}

static void test_canvas_server_marks_never_join_what_is_not_theirs(void **state)
{
	(void)state;
	canvas_text(&canvas, 0, 0, 2, STYLE_TEXT, "C:");
	canvas_server(&canvas, 2, 0, 10, 0, STYLE_TEXT, "\314\201x", 3);
	assert_row(0, "C:<U+0301>x ");
	canvas_server(&canvas, 0, 1, 12, 0, STYLE_TEXT,
	              "a\314\201\314\202\314\203", 7);
	assert_int_equal(canvas_at(&canvas, 0, 1)->cp[2], 0x302);
	assert_row(1, "a\314\201\314\202<U+0303>   ");
}

static void test_canvas_frame_has_title_and_right_text(void **state)
{
	(void)state;
	canvas_frame(&canvas, (struct rect){0, 0, 12, 4}, false, false, "2 Di",
	             "9");
	assert_row(0, "┌─ 2… ─ 9 ─┐");
	assert_row(1, "│          │");
	assert_row(3, "└──────────┘");
	canvas_frame(&canvas, (struct rect){0, 2, 12, 2}, true, true,
	             "a long title", "1/2");
	assert_row(2, "├─ a lon… ─┤");
	assert_int_equal(canvas_at(&canvas, 3, 2)->style, STYLE_TITLE);
	canvas_frame(&canvas, (struct rect){0, 2, 12, 2}, true, false,
	             "a long title", "9");
	assert_row(2, "┌─ a… ─ 9 ─┐");
	assert_int_equal(canvas_at(&canvas, 0, 3)->style, STYLE_BORDER_FOCUS);
}

static void assert_blank_right_of(int w)
{
	for (int y = 0; y < 4; y++)
		for (int x = w < 0 ? 0 : w; x < 12; x++)
			assert_int_equal(canvas_at(&canvas, x, y)->cp[0], ' ');
}

static void test_canvas_frame_each_size_stays_inside(void **state)
{
	(void)state;
	for (int w = -1; w < 14; w++) {
		for (int h = -1; h < 6; h++) {
			canvas_blank(&canvas);
			canvas_frame(&canvas, (struct rect){0, 0, w, h}, true,
			             false, "title", "right");
			assert_blank_right_of(w);
		}
	}
}

static void test_canvas_select_and_cursor_are_bounded(void **state)
{
	(void)state;
	canvas_select_row(&canvas, -3, 1, 100);
	canvas_select_row(&canvas, 0, 9, 5);
	canvas_text(&canvas, 0, 1, 5, STYLE_TEXT, "abc");
	assert_true(canvas_at(&canvas, 0, 1)->selected);
	assert_true(canvas_at(&canvas, 11, 1)->selected);
	assert_false(canvas_at(&canvas, 0, 2)->selected);
	canvas_cursor(&canvas, 50, -2, true);
	assert_int_equal(canvas.cursor_x, 11);
	assert_int_equal(canvas.cursor_y, 0);
	assert_false(canvas.cursor_shown);
	canvas_resize(&canvas, 0, 0);
	canvas_cursor(&canvas, 0, 0, true);
	assert_false(canvas.cursor_shown);
}

static void test_glyph_each_is_one_column_in_each_set(void **state)
{
	(void)state;
	for (int set = GLYPHS_UNICODE; set <= GLYPHS_ASCII; set++) {
		glyph_use((enum glyph_set)set);
		for (int id = 0; id < GLYPH_COUNT; id++) {
			const char *text = glyph((enum glyph)id);

			assert_int_equal(canvas_width(text), 1);
			if (set == GLYPHS_ASCII)
				assert_int_equal(strlen(text), 1);
		}
	}
	assert_int_equal(glyph_set_for("linux", true), GLYPHS_CONSOLE);
	assert_int_equal(glyph_set_for("xterm", false), GLYPHS_ASCII);
	assert_int_equal(glyph_set_for("vt220", true), GLYPHS_ASCII);
	assert_int_equal(glyph_set_for("vte", true), GLYPHS_UNICODE);
	assert_int_equal(glyph_set_for(NULL, true), GLYPHS_UNICODE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_canvas_text_fits_or_is_cut),
		TEST(test_canvas_text_outside_is_not_drawn),
		TEST(test_canvas_overwriting_half_of_wide_blanks_the_rest),
		TEST(test_canvas_ascii_folds_our_own_text),
		TEST(test_canvas_server_tokens_scroll_and_stay_inside),
		TEST(test_canvas_server_marks_never_join_what_is_not_theirs),
		TEST(test_canvas_frame_has_title_and_right_text),
		TEST(test_canvas_frame_each_size_stays_inside),
		TEST(test_canvas_select_and_cursor_are_bounded),
		TEST(test_glyph_each_is_one_column_in_each_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
