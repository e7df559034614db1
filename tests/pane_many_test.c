/* pane_many: what is chosen stays chosen while new targets come. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/do.h"
#include "ui_dialog.h"
#include "util/xalloc.h"

static struct ui_stage st;
static struct tally *tally;
static struct ui_config config; /* the stage's, with many */
static bool over, stopped;
static uint64_t opened; /* place of the last one */
static int stops;

static bool turn(void *arg)
{
	(void)arg;
	return false;
}

static void tell_state(void *arg, struct ui_many_state *out)
{
	(void)arg;
	out->tally = tally;
	out->over = over;
	out->stopped = stopped;
	snprintf(out->progress, sizeof out->progress, "%d done",
	         (int)tally_done(tally));
}

static char *open_place(void *arg, uint64_t place, struct ui_link *out)
{
	(void)arg;
	(void)out;
	opened = place;
	return xstrdup("not kept");
}

static void stop(void *arg)
{
	(void)arg;
	stops++;
}

static const struct ui_many calls = { -1, turn, tell_state, open_place, stop,
	NULL };

/* Target number n is done; it took n ms. */
static bool recorded; /* else no target has a place of its own */

static void add_run(int n)
{
	struct event_builder b;
	struct event *e;
	char name[32];

	snprintf(name, sizeof name, "target%d.example", n);
	event_begin(&b, EV_START);
	b.e.target = event_puts(&b, name);
	e = event_finish(&b);
	tally_event(tally, e, recorded ? (uint64_t)n : 0);
	free(e);
	event_begin(&b, EV_END);
	b.e.u.end.exit = n % 2 ? 0 : 75;
	b.e.t_us = n * 1000;
	e = event_finish(&b);
	tally_event(tally, e, recorded ? (uint64_t)n : 0);
	free(e);
}

static int open_stage(void **state)
{
	(void)state;
	script_new(&st.script);
	stage_open(&st, 80, 24, false);
	tally = tally_new();
	over = stopped = false;
	recorded = true;
	opened = 0;
	stops = 0;
	config = *st.ui.cfg;
	config.many = &calls;
	st.ui.cfg = &config;
	for (int i = 1; i <= 5; i++)
		add_run(i);
	many_open(&st.ui);
	stage_draw(&st);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	tally_free(tally);
	return 0;
}

static void press(const char *key)
{
	stage_keys(&st, (const char *const[]){ key, NULL });
}

/* The row of the screen that is selected, or -1. */
static int selected_row(void)
{
	const struct canvas *c = &st.ui.canvas;

	for (int y = 0; y < c->h; y++)
		if (canvas_at(c, 10, y)->selected)
			return y;
	return -1;
}

static void check_selected(const char *target)
{
	char *row;

	stage_draw(&st);
	assert_in_range(selected_row(), 0, 23);
	row = canvas_row(&st.ui.canvas, selected_row());
	if (!strstr(row, target))
		fail_msg("%s is not in %s", target, row);
	free(row);
}

static void test_many_nothing_chosen_is_the_newest(void **state)
{
	(void)state;
	check_selected("target5.example");
	add_run(6);
	check_selected("target6.example");
}

static void test_many_chosen_stays_where_it_is_seen(void **state)
{
	int y;

	(void)state;
	press("j");
	press("j");
	check_selected("target3.example");
	y = selected_row();
	for (int i = 6; i < 60; i++)
		add_run(i);
	check_selected("target3.example");
	assert_int_equal(selected_row(), y);
	press("k");
	check_selected("target4.example");
	press("Enter");
	assert_int_equal(opened, 4);
	press("g");
	check_selected("target59.example");
	press("G");
	check_selected("target1.example");
}

static void test_many_nothing_recorded_each_row_is_chosen(void **state)
{
	(void)state;
	recorded = false;
	for (int i = 6; i < 10; i++)
		add_run(i);
	press("j");
	press("j");
	check_selected("target7.example");
	add_run(10);
	check_selected("target7.example");
	press("k");
	check_selected("target8.example");
}

/* It fell out of the list, which has a bound: the last one is the nearest. */
static void test_many_chosen_is_gone_the_last_is_chosen(void **state)
{
	(void)state;
	press("G");
	check_selected("target1.example");
	for (int i = 6; i < 6 + TALLY_LATEST; i++)
		add_run(i);
	check_selected("target6.example");
}

static void test_many_slowest_is_the_other_list(void **state)
{
	(void)state;
	press("Tab");
	assert_true(stage_shows(&st, "The slowest"));
	check_selected("target5.example");
	add_run(9);
	check_selected("target9.example");
	press("Tab");
	assert_true(stage_shows(&st, "The latest"));
}

static void test_many_q_stops_and_then_leaves(void **state)
{
	(void)state;
	press("q");
	assert_int_equal(stops, 1);
	assert_false(st.ui.leaving);
	over = true;
	press("q");
	assert_int_equal(stops, 1);
	assert_true(st.ui.leaving);
}

static void test_many_q_in_a_dialog_is_the_way_back(void **state)
{
	(void)state;
	popup_close(&st.ui);
	do_quit(&st.ui, false);
	assert_int_equal(st.ui.popup.kind, POPUP_MANY);
	assert_false(st.ui.leaving);
	assert_int_equal(stops, 0);
}

static void test_many_tells_that_the_recording_stopped(void **state)
{
	(void)state;
	assert_false(stage_shows(&st, "REC"));
	stopped = true;
	stage_draw(&st);
	assert_true(stage_shows(&st, "REC ✘ ─"));
	over = true;
	stage_draw(&st);
	assert_true(stage_shows(&st, "REC ✘  done"));
}

static void test_many_idle_when_all_is_done(void **state)
{
	(void)state;
	st.ui.now_ms = 1000;
	many_take(&st.ui);
	assert_in_range(many_wait_ms(&st.ui), 1, 250);
	over = true;
	st.ui.now_ms = 2000;
	many_take(&st.ui);
	assert_int_equal(many_wait_ms(&st.ui), -1);
}

static void test_many_every_size_is_drawn(void **state)
{
	static const struct {
		int w, h;
	} sizes[] = { { 200, 50 }, { 80, 24 }, { 60, 16 }, { 24, 6 }, { 10, 3 },
		      { 1, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		st.ui.w = sizes[i].w;
		st.ui.h = sizes[i].h;
		ui_draw(&st.ui);
		if (sizes[i].w >= 24)
			assert_in_range(selected_row(), 0, sizes[i].h);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_stage, close_stage)
	const struct CMUnitTest tests[] = {
		T(test_many_nothing_chosen_is_the_newest),
		T(test_many_chosen_stays_where_it_is_seen),
		T(test_many_nothing_recorded_each_row_is_chosen),
		T(test_many_chosen_is_gone_the_last_is_chosen),
		T(test_many_slowest_is_the_other_list),
		T(test_many_q_stops_and_then_leaves),
		T(test_many_q_in_a_dialog_is_the_way_back),
		T(test_many_tells_that_the_recording_stopped),
		T(test_many_idle_when_all_is_done),
		T(test_many_every_size_is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
