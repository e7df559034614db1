#include "config.h"

#include "ui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { W_MAX = 300, H_MAX = 100 };

/* Which rectangle owns each cell; edges that two panes share are allowed. */
static unsigned char owner[H_MAX][W_MAX];

static void fail_at(const struct layout_wish *w, const char *what)
{
	fail_msg("%s at %dx%d view %d tab %d zoom %d open %d", what, w->w, w->h,
	         w->view, w->tab, w->zoom, w->open);
}

static void claim(const struct layout_wish *w, struct rect r, const char *what)
{
	if (r.w == 0 || r.h == 0)
		return;
	if (r.w < 0 || r.h < 0 || r.x < 0 || r.y < 0 || r.x + r.w > w->w ||
	    r.y + r.h > w->h) {
		fail_at(w, what);
		return;
	}
	for (int y = r.y; y < r.y + r.h; y++) {
		unsigned char *row = &owner[y][r.x];

		if (memchr(row, 1, (size_t)r.w))
			fail_at(w, "two rectangles overlap");
		memset(row, 1, (size_t)r.w);
	}
}

/* The edges of a box; the upper one only when it is not joined. */
static void claim_edges(const struct layout_wish *w,
                        const struct layout_box *box)
{
	struct rect f = box->frame;

	if (f.w == 0)
		return;
	if (f.w < 3 || f.h < 3)
		fail_at(w, "a frame without inside");
	if (!box->joined)
		claim(w, (struct rect){f.x, f.y, f.w, 1}, "upper edge outside");
	claim(w, (struct rect){f.x, f.y + f.h - 1, f.w, 1}, "edge outside");
	claim(w, (struct rect){f.x, f.y + 1, 1, f.h - 2}, "side outside");
	claim(w, (struct rect){f.x + f.w - 1, f.y + 1, 1, f.h - 2},
	      "side outside");
}

static void check(const struct layout_wish *w)
{
	struct layout l;

	layout_compute(w, &l);
	memset(owner, 0, sizeof(owner));
	claim(w, l.title, "title");
	claim(w, l.strip, "strip");
	claim(w, l.tabs, "tabs");
	claim(w, l.mx_line, "mx line");
	claim(w, l.hint, "hint");
	claim(w, l.footer, "footer");
	claim(w, l.rule[0], "rule");
	claim(w, l.rule[1], "rule");
	claim(w, l.brief, "brief");
	claim(w, l.message, "message");
	if (w->view != VIEW_START || l.main.frame.w == 0)
		claim(w, l.input, "input");
	claim_edges(w, &l.main);
	claim(w, l.main.body, "main");
	for (int i = 1; i < PANE_COUNT; i++) {
		if (l.opened == (enum pane)i)
			continue;
		claim_edges(w, &l.pane[i]);
		claim(w, l.pane[i].body, "body");
	}
	if (l.opened != PANE_NONE) {
		memset(owner, 0, sizeof(owner));
		claim_edges(w, &l.pane[l.opened]);
		claim(w, l.pane[l.opened].body, "overlay");
	}
	if (w->w >= 12 && w->h >= 2 && l.input.w < 4)
		fail_at(w, "no input line");
}

static void test_layout_each_size_has_no_overlap(void **state)
{
	static const struct layout_wish wishes[] = {
		{.tab = PANE_DIALOG},
		{.tab = PANE_MX},
		{.tab = PANE_EXPLAIN, .explain_permille = 990},
		{.tab = PANE_STEPS, .explain_permille = 1, .left_columns = 1},
		{.zoom = PANE_DIALOG, .left_columns = 500},
		{.zoom = PANE_MX},
		{.open = PANE_MX},
		{.open = PANE_ENVELOPE, .left_columns = 60},
		{.view = VIEW_START},
		{.view = VIEW_PRESENTER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		struct layout_wish w = wishes[i];

		for (w.w = 1; w.w <= W_MAX; w.w++)
			for (w.h = 1; w.h <= H_MAX; w.h++)
				check(&w);
	}
}

static void test_layout_each_session_size_shows_what_is_said(void **state)
{
	struct layout_wish w = {.tab = PANE_DIALOG};
	struct layout l;

	(void)state;
	for (w.w = 12; w.w <= W_MAX; w.w++) {
		for (w.h = 2; w.h <= H_MAX; w.h++) {
			layout_compute(&w, &l);
			if (l.pane[PANE_DIALOG].body.h < 1)
				fail_at(&w, "no dialog");
			if (w.w < 24 || w.h < 6)
				continue;
			/* the MX list is never out of sight */
			if (l.mx_line.h + l.pane[PANE_MX].body.h < 1 ||
			    (l.mx_line.h && l.pane[PANE_MX].body.h))
				fail_at(&w, "MX not there once");
		}
	}
}

static struct layout at(int w, int h)
{
	struct layout_wish wish = {.w = w, .h = h};
	struct layout l;

	layout_compute(&wish, &l);
	return l;
}

static void assert_rect(struct rect r, int x, int y, int w, int h)
{
	if (r.x != x || r.y != y || r.w != w || r.h != h)
		fail_msg("got %d,%d %dx%d, wanted %d,%d %dx%d", r.x, r.y, r.w,
		         r.h, x, y, w, h);
}

static void test_layout_200x50_has_three_columns(void **state)
{
	struct layout l = at(200, 50);

	(void)state;
	assert_int_equal(l.size_class, LAYOUT_THREE);
	assert_rect(l.pane[PANE_MX].frame, 0, 2, 38, 15);
	assert_rect(l.pane[PANE_STEPS].frame, 0, 16, 38, 16);
	assert_rect(l.pane[PANE_ENVELOPE].frame, 0, 31, 38, 16);
	assert_rect(l.pane[PANE_DIALOG].frame, 38, 2, 94, 45);
	assert_rect(l.pane[PANE_EXPLAIN].frame, 132, 2, 68, 45);
	assert_rect(l.input, 0, 47, 200, 1);
	assert_rect(l.hint, 0, 48, 200, 1);
	assert_true(l.pane[PANE_STEPS].joined && l.pane[PANE_ENVELOPE].joined);
	assert_false(l.pane[PANE_MX].joined || l.pane[PANE_EXPLAIN].joined);
}

static void test_layout_120x35_has_two_columns(void **state)
{
	struct layout l = at(120, 35);

	(void)state;
	assert_int_equal(l.size_class, LAYOUT_TWO);
	assert_rect(l.pane[PANE_MX].frame, 0, 2, 34, 11);
	assert_rect(l.pane[PANE_STEPS].frame, 0, 12, 34, 20);
	assert_rect(l.pane[PANE_DIALOG].frame, 34, 2, 86, 19);
	assert_rect(l.pane[PANE_EXPLAIN].frame, 34, 20, 86, 12);
	assert_rect(l.mx_line, 0, 0, 0, 0);
	assert_rect(l.footer, 0, 34, 120, 1);
}

/* One mail server leaves the rows to the words of the step. */
static void test_layout_short_mx_list_gives_rows_to_steps(void **state)
{
	struct layout_wish wish = { .w = 120, .h = 35, .mx_rows = 4 };
	struct layout l;

	(void)state;
	layout_compute(&wish, &l);
	assert_rect(l.pane[PANE_MX].frame, 0, 2, 34, 6);
	assert_rect(l.pane[PANE_STEPS].frame, 0, 7, 34, 25);
	wish.mx_rows = 40; /* a long one takes no more than its third */
	layout_compute(&wish, &l);
	assert_rect(l.pane[PANE_MX].frame, 0, 2, 34, 11);
}

static void test_layout_80x24_has_mx_line_above_dialog(void **state)
{
	struct layout l = at(80, 24);

	(void)state;
	assert_int_equal(l.size_class, LAYOUT_STACK);
	assert_rect(l.strip, 0, 1, 80, 1);
	assert_rect(l.mx_line, 0, 2, 80, 1);
	assert_rect(l.pane[PANE_DIALOG].frame, 0, 3, 80, 12);
	assert_rect(l.pane[PANE_EXPLAIN].frame, 0, 14, 80, 8);
	assert_rect(l.pane[PANE_EXPLAIN].body, 1, 15, 78, 6);
	assert_rect(l.input, 0, 22, 80, 1);
	assert_rect(l.hint, 0, 0, 0, 0);
}

static void test_layout_60x16_has_tabs(void **state)
{
	struct layout l = at(60, 16);

	(void)state;
	assert_int_equal(l.size_class, LAYOUT_TABS);
	assert_rect(l.tabs, 0, 1, 60, 1);
	assert_rect(l.mx_line, 0, 2, 60, 1);
	assert_rect(l.pane[PANE_DIALOG].body, 0, 3, 60, 7);
	assert_rect(l.rule[0], 0, 10, 60, 1);
	assert_rect(l.brief, 0, 11, 60, 2);
	assert_rect(l.rule[1], 0, 13, 60, 1);
	assert_rect(l.input, 0, 14, 60, 1);
}

static void test_layout_portrait_gives_explain_a_third(void **state)
{
	(void)state;
	assert_int_equal(at(80, 60).pane[PANE_EXPLAIN].body.h, 20);
	assert_int_equal(at(120, 90).pane[PANE_EXPLAIN].body.h, 30);
	assert_int_equal(at(80, 48).pane[PANE_EXPLAIN].body.h, 10);
}

static void test_layout_open_pane_without_room_is_overlay(void **state)
{
	struct layout_wish wish = {.w = 80, .h = 24, .open = PANE_MX};
	struct layout l;

	(void)state;
	layout_compute(&wish, &l);
	assert_int_equal(l.opened, PANE_MX);
	assert_true(l.pane[PANE_MX].body.h > 8);
	assert_int_equal(layout_pane_at(&l, 40, 10), PANE_MX);
	wish.w = 120;
	wish.h = 35;
	layout_compute(&wish, &l);
	assert_int_equal(l.opened, PANE_NONE);
	wish.w = 60;
	wish.h = 16;
	layout_compute(&wish, &l);
	assert_int_equal(l.opened, PANE_NONE);
	assert_int_equal(l.pane[PANE_DIALOG].body.h, 0);
	assert_int_equal(l.pane[PANE_MX].body.h, 12);
}

static void test_layout_next_pane_visits_only_what_is_there(void **state)
{
	struct layout l = at(80, 24);

	(void)state;
	assert_int_equal(layout_next_pane(&l, PANE_NONE, 1), PANE_DIALOG);
	assert_int_equal(layout_next_pane(&l, PANE_DIALOG, 1), PANE_EXPLAIN);
	assert_int_equal(layout_next_pane(&l, PANE_EXPLAIN, 1), PANE_DIALOG);
	assert_int_equal(layout_next_pane(&l, PANE_DIALOG, -1), PANE_EXPLAIN);
	l = at(200, 50);
	assert_int_equal(layout_next_pane(&l, PANE_ENVELOPE, 1), PANE_MX);
	l = at(10, 1);
	assert_int_equal(layout_next_pane(&l, PANE_NONE, 1), PANE_NONE);
}

static void test_layout_popup_each_size_stays_inside(void **state)
{
	static const int sizes[][2] = {{1, 1}, {20, 5}, {60, 12}, {500, 500}};
	struct layout_wish w = {.view = VIEW_SESSION};

	(void)state;
	for (w.w = 1; w.w <= W_MAX; w.w += 3) {
		for (w.h = 1; w.h <= H_MAX; w.h++) {
			for (int i = 0; i < 4; i++) {
				struct layout_box p = layout_popup(
					&w, sizes[i][0], sizes[i][1]);
				struct layout_box m = layout_menu(
					&w, 7 * i, sizes[i][0], sizes[i][1]);

				memset(owner, 0, sizeof(owner));
				claim(&w, p.frame, "popup");
				memset(owner, 0, sizeof(owner));
				claim(&w, m.frame, "menu");
				memset(owner, 0, sizeof(owner));
				claim(&w, m.body, "menu body");
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_each_size_has_no_overlap),
		cmocka_unit_test(
			test_layout_each_session_size_shows_what_is_said),
		cmocka_unit_test(test_layout_200x50_has_three_columns),
		cmocka_unit_test(test_layout_short_mx_list_gives_rows_to_steps),
		cmocka_unit_test(test_layout_120x35_has_two_columns),
		cmocka_unit_test(test_layout_80x24_has_mx_line_above_dialog),
		cmocka_unit_test(test_layout_60x16_has_tabs),
		cmocka_unit_test(test_layout_portrait_gives_explain_a_third),
		cmocka_unit_test(test_layout_open_pane_without_room_is_overlay),
		cmocka_unit_test(
			test_layout_next_pane_visits_only_what_is_there),
		cmocka_unit_test(test_layout_popup_each_size_stays_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
