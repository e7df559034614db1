/*
 * replay_keys_test: what keys and commands do to a recording: steps, places,
 * search, presenter, clock, mouse. What is not shown yet is nowhere on the
 * screen.
 */
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

static struct ui_stage st;

/* Turns of the greylisted session: 1 lookup, 2 connection, 3 greeting, 4 EHLO,
 * 5 MAIL, 6 RCPT with its 450. */
enum { TURNS = 6 };

static int begin(void **state)
{
	(void)state;
	stage_greylisted(&st, true);
	return 0;
}

static int end(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static size_t turn(void)
{
	const struct player *p = &st.ui.reel.player;

	return turns_begun(&p->turns, player_head(p));
}

static void keys(const char *key)
{
	stage_keys(&st, (const char *[]){ key, NULL });
}

static void command(const char *text)
{
	ui_command_line(&st.ui, text);
	stage_draw(&st);
}

static void test_keys_recording_opens_whole(void **state)
{
	(void)state;
	assert_int_equal(turn(), TURNS);
	assert_true(stage_shows(&st, "REPLAY"));
	assert_true(stage_shows(&st, "‖ 6/6 turns"));
	assert_true(stage_shows(&st, "=>]"));
	assert_true(stage_shows(&st, "450"));
	assert_true(stage_shows(&st, "Space Turn"));
	assert_false(stage_shows(&st, "Type")); /* nothing can be typed */
}

static void test_keys_step_forward_and_back(void **state)
{
	(void)state;
	keys("<");
	assert_int_equal(turn(), 0);
	assert_false(stage_shows(&st, "mx1"));
	keys("b");
	assert_true(stage_shows(&st, "begins here"));
	for (size_t i = 1; i <= TURNS; i++) {
		keys("Space");
		assert_int_equal(turn(), i);
		assert_int_equal(stage_shows(&st, "450"), i == TURNS);
	}
	keys("Space");
	assert_true(stage_shows(&st, "ends here"));
	keys("b");
	keys("b");
	assert_int_equal(turn(), TURNS - 2);
	assert_false(stage_shows(&st, "RCPT TO"));
	keys(">");
	assert_int_equal(turn(), TURNS);
	assert_true(stage_shows(&st, "450"));
}

static void test_keys_goto(void **state)
{
	static const struct {
		const char *text;
		size_t turn;
	} places[] = { { "goto 3", 3 }, { "goto 0", 0 }, { "goto 99", TURNS },
		       { "goto 1s", 5 }, { "goto 0:07.412", TURNS } };

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		command(places[i].text);
		assert_int_equal(turn(), places[i].turn);
	}
	/* typed, too; then the keys are those of a recording again */
	keys(":");
	stage_type(&st, "goto 2");
	keys("Enter");
	assert_int_equal(turn(), 2);
	keys("Space");
	assert_int_equal(turn(), 3);
	keys(":");
	keys("Esc");
	keys("/");
	stage_type(&st, "x");
	keys("Esc");
	keys("b");
	assert_int_equal(turn(), 2);
	keys(">");
	command("goto nowhere");
	assert_int_equal(turn(), TURNS);
	assert_true(stage_shows(&st, "nowhere is no place"));
	/* the entry that is selected: EHLO's turn is whole then */
	for (int i = 0; i < 5; i++)
		keys("k");
	keys("=");
	assert_int_equal(turn(), 4);
	assert_true(stage_shows(&st, "capabilities"));
}

static void test_keys_search_goes_on_behind_the_head(void **state)
{
	(void)state;
	command("goto 4");
	keys("/");
	stage_type(&st, "greylisted");
	assert_int_equal(turn(), 4);         /* typing alone shows nothing */
	assert_false(stage_shows(&st, "450"));
	assert_true(stage_shows(&st, "further on"));
	keys("Enter");
	assert_int_equal(turn(), TURNS);
	assert_true(stage_shows(&st, "450"));
	assert_true(stage_shows(&st, "1 of 1"));
	/* back again: the hit is gone with its entry */
	command("goto 5");
	assert_false(stage_shows(&st, "1 of 1"));
	keys("n");
	assert_int_equal(turn(), TURNS);
	keys("n"); /* nothing further on */
	assert_true(stage_shows(&st, "goes on at the top"));
}

static void test_keys_search_finds_the_near_one_first(void **state)
{
	(void)state;
	command("goto 5");
	command("search lab.example.net"); /* EHLO, MAIL; RCPT has it not */
	assert_int_equal(turn(), 5);
	command("search nowhere");
	keys("n");
	assert_true(stage_shows(&st, "Not found."));
	assert_int_equal(turn(), 5);
}

static void test_keys_next_bad_goes_on_behind_the_head(void **state)
{
	(void)state;
	keys("<");
	keys("]");
	assert_int_equal(turn(), TURNS);
	assert_true(stage_shows(&st, "▌+7.412 │S← 450"));
	keys("]");
	assert_true(stage_shows(&st, "No other one below."));
	keys("<");
	keys("}");
	assert_int_equal(turn(), 1);
	keys("}");
	assert_int_equal(turn(), 2);
}

/* --- presenter */

static void test_presenter_hides_the_reply_everywhere(void **state)
{
	(void)state;
	command("goto 5");
	keys("F5");
	assert_true(stage_shows(&st, "2.1.0 Ok"));
	keys("Space");
	assert_true(stage_shows(&st, "RCPT TO:<bob@example.org>"));
	assert_true(stage_shows(&st, "███ ?"));
	for (int part = 1; part <= 3; part++) {
		assert_int_equal(stage_shows(&st, " 450 "), part >= 2);
		assert_int_equal(stage_shows(&st, "Greylisted"), part >= 3);
		assert_false(stage_shows(&st, "TEMPORARY"));
		/* no view knows of it */
		assert_int_equal(dialog_now(st.ui.link.dialog)->rcpts[0].code,
		                 0);
		keys("F5");
		assert_false(stage_shows(&st, "S← 450"));
		assert_false(stage_shows(&st, "Greylisted"));
		keys("F5");
		assert_true(stage_shows(&st, "███ ?"));
		for (int again = 0; again < part; again++)
			keys("Space");
	}
	assert_true(stage_shows(&st, "TEMPORARY"));
	assert_int_equal(dialog_now(st.ui.link.dialog)->rcpts[0].code, 450);
	keys("Space");
	assert_true(stage_shows(&st, "ends here"));
}

static void test_presenter_covers_and_goes_back(void **state)
{
	(void)state;
	keys("F5");
	assert_true(stage_shows(&st, "TEMPORARY"));
	keys("b");
	assert_false(stage_shows(&st, "TEMPORARY"));
	assert_true(stage_shows(&st, "Greylisted"));
	assert_int_equal(dialog_now(st.ui.link.dialog)->rcpts[0].code, 0);
	keys("b");
	keys("b");
	assert_true(stage_shows(&st, "███ ?"));
	keys("b"); /* the turn before, all of it */
	assert_true(stage_shows(&st, "MAIL FROM"));
	assert_true(stage_shows(&st, "2.1.0 Ok"));
	assert_int_equal(turn(), 5);
	for (int i = 0; i < 12; i++)
		keys("b");
	assert_true(stage_shows(&st, "connected in"));
	keys("b");
	keys("b");
	assert_int_equal(turn(), 0);
	keys("b");
	assert_true(stage_shows(&st, "begins here"));
	keys("j"); /* lookup, connection, greeting: covered */
	keys("j");
	keys("j");
	assert_true(stage_shows(&st, "███ ?"));
	assert_false(stage_shows(&st, "220"));
	keys("G");
	assert_int_equal(turn(), TURNS);
	assert_true(stage_shows(&st, "TEMPORARY"));
}

/* F5 on an earlier entry shows the state of then. */
static void test_presenter_opens_at_the_selection(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		keys("k");
	keys("F5");
	assert_true(stage_shows(&st, "MAIL FROM"));
	assert_int_equal(turn(), 5);
}

/* --- the clock */

static void tick(int64_t ms)
{
	st.ui.now_ms = ms;
	replay_tick(&st.ui);
	stage_draw(&st);
}

static void test_play_from_the_beginning_and_pause(void **state)
{
	(void)state;
	command("faster");
	command("slower");
	st.ui.now_ms = 100000;
	keys(".");
	assert_int_equal(turn(), 0);
	assert_true(stage_shows(&st, "▸ 0/6 turns"));
	assert_true(replay_due_ms(&st.ui) > 100000);
	tick(100450);
	assert_int_equal(turn(), 5);
	assert_false(stage_shows(&st, "450"));
	assert_true(stage_shows(&st, "waits 6.5 s, cut to 3 s"));
	keys(".");
	assert_true(stage_shows(&st, "‖ 5/6 turns"));
	assert_int_equal(replay_due_ms(&st.ui), -1);
	tick(200000);
	assert_int_equal(turn(), 5);
	keys(".");
	tick(204000);
	assert_int_equal(turn(), TURNS);
	tick(205000);
	assert_true(stage_shows(&st, "‖ 6/6 turns"));
	assert_int_equal(replay_due_ms(&st.ui), -1);
}

static void test_play_stops_at_a_step(void **state)
{
	(void)state;
	st.ui.now_ms = 1000;
	keys(".");
	keys("Space");
	assert_int_equal(turn(), 1);
	assert_int_equal(replay_due_ms(&st.ui), -1);
}

/* Who looks at something else while it plays is left alone. */
static void test_play_leaves_the_selection_alone(void **state)
{
	size_t row;

	(void)state;
	st.ui.now_ms = 1000;
	keys(".");
	tick(1008);
	keys("k");
	row = st.ui.view.row;
	tick(1450);
	assert_int_equal(turn(), 5);
	assert_int_equal(st.ui.view.row, row);
	assert_true(stage_shows(&st, "new  G"));
}

/* --- the rest */

static void click(int x)
{
	struct key k = { .code = K_MOUSE, .mouse = MOUSE_PRESS, .x = x,
		         .y = st.ui.layout.input.y };

	ui_key(&st.ui, &k);
	stage_draw(&st);
}

static void test_click_on_the_bar_goes_there(void **state)
{
	struct rect bar = st.ui.reel.bar;

	(void)state;
	assert_true(bar.w > 20);
	click(bar.x - 1);
	assert_int_equal(turn(), 0);
	click(bar.x + bar.w - 1);
	assert_int_equal(turn(), TURNS);
	click(bar.x + bar.w / 2 - 1);
	assert_int_equal(turn(), 3);
	click(bar.x);
	assert_int_equal(turn(), 1);
	click(2); /* before it: nothing */
	assert_int_equal(turn(), 1);
}

static void test_click_goes_where_the_bar_is_filled(void **state)
{
	struct rect bar = st.ui.reel.bar;

	(void)state;
	for (int x = bar.x; x < bar.x + bar.w; x++) {
		size_t cells;

		click(x);
		cells = turn() * (size_t)bar.w / TURNS;
		assert_true(bar.x + (int)cells > x);
	}
}

static void test_pinned_explanation_does_not_tell_what_comes(void **state)
{
	(void)state;
	keys("p");
	keys("<");
	assert_false(stage_shows(&st, "450"));
	assert_false(stage_shows(&st, "Greylisting"));
}

static void test_filter_stays_on_the_way(void **state)
{
	(void)state;
	command("filter-menu");
	keys("c");
	assert_int_equal(st.ui.rows.n, 3);
	keys("b");
	assert_int_equal(st.ui.rows.n, 2);
	keys("<");
	assert_int_equal(st.ui.rows.n, 0);
	keys(">");
	assert_int_equal(st.ui.rows.n, 3);
}

static void test_bar_gives_way_on_narrow_screens(void **state)
{
	(void)state;
	keys("b");
	for (int w = 12; w <= 200; w++) {
		st.ui.w = w;
		for (int h = 2; h <= 30; h += 4) {
			st.ui.h = h;
			stage_draw(&st);
			if (st.ui.layout.input.h > 0)
				assert_true(stage_shows(&st, "5/6"));
		}
	}
}

static void test_another_link_starts_anew(void **state)
{
	struct script live;
	struct ui_link link = { .title = "" };

	(void)state;
	keys("b");
	script_new(&live);
	link.dialog = live.dialog;
	ui_attach(&st.ui, &link);
	stage_draw(&st);
	assert_false(stage_shows(&st, "REPLAY"));
	command("play");
	assert_true(stage_shows(&st, "That is for a recording"));
	assert_int_equal(replay_due_ms(&st.ui), -1);
	link.dialog = st.script.dialog;
	link.replay = true;
	ui_attach(&st.ui, &link);
	dialog_free(live.dialog);
	stage_draw(&st);
	assert_int_equal(turn(), TURNS);
}

/* Of a transcript that somebody pasted: no times, turn by turn all the same.
 */
static void test_bar_says_no_times_where_there_are_none(void **state)
{
	struct ui_link link = { .replay = true, .title = "" };
	struct event_builder b;
	struct dialog *d = dialog_new();

	(void)state;
	for (uint32_t n = 1; n < 5; n++) {
		struct event *e;

		event_begin(&b, n % 2 ? EV_SENT : EV_REPLY);
		b.e.n = n;
		e = event_finish(&b);
		dialog_append(d, e);
		free(e);
	}
	link.dialog = d;
	ui_attach(&st.ui, &link);
	stage_draw(&st);
	assert_true(stage_shows(&st, "‖ 2/2 turns  2 s a turn  [===="));
	link.dialog = st.script.dialog;
	ui_attach(&st.ui, &link);
	dialog_free(d);
}

/* A click does not find the bar of another screen. */
static void test_click_where_no_bar_is(void **state)
{
	struct key k = { .code = K_MOUSE, .mouse = MOUSE_PRESS };

	(void)state;
	st.ui.w = 14;
	stage_draw(&st);
	ui_key(&st.ui, &k);
	assert_int_equal(turn(), TURNS);
	st.ui.w = 80;
	k.x = st.ui.layout.input.x + 40;
	stage_draw(&st);
	keys("/");
	k.y = st.ui.layout.input.y;
	ui_key(&st.ui, &k);
	assert_int_equal(turn(), TURNS);
}

static void press_any(int times)
{
	static const char *const any[] = {
		"Space", "b", ".", "<", ">", "+", "-", "=", "F5", "]", "[",
		"}", "{", "k", "j", "G", "g", "Enter", "l", "p", "6", "1",
		"4", "5", "2", "c", "Esc", "n", "N", "z", "Tab", "PgUp",
		"PgDn", "w", "t", "v", "f", "u", "d",
	};
	uint32_t seed = 1;

	command("search ok");
	for (int i = 0; i < times; i++) {
		seed = seed * 1103515245u + 12345u;
		st.ui.now_ms += seed >> 16 & 63;
		if (i % 7 == 0)
			tick(st.ui.now_ms);
		keys(any[(seed >> 8) % (sizeof any / sizeof *any)]);
	}
}

/* Whatever is pressed, whatever is over the panes: nothing breaks, and it is
 * still the beginning of the recording. */
static void test_keys_any_order(void **state)
{
	struct ui_link link = { .replay = true, .title = "" };
	struct script s;

	(void)state;
	press_any(1500);
	script_new(&s);
	script_inside_tls(&s, "ok", "ok");
	script_check(&s, "mx", "example.org", GRADE_BAD, "mx-none");
	script_check(&s, "dmarc", "lab.example.net", GRADE_WARN,
	             "dmarc-none");
	link.dialog = s.dialog;
	ui_attach(&st.ui, &link);
	press_any(1000);
	for (size_t i = 0; i < dialog_count(st.ui.link.dialog); i++)
		assert_ptr_equal(dialog_at(st.ui.link.dialog, i),
		                 dialog_at(s.dialog, i));
	link.dialog = st.script.dialog;
	ui_attach(&st.ui, &link);
	dialog_free(s.dialog);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_keys_recording_opens_whole),
		TEST(test_keys_step_forward_and_back),
		TEST(test_keys_goto),
		TEST(test_keys_search_goes_on_behind_the_head),
		TEST(test_keys_search_finds_the_near_one_first),
		TEST(test_keys_next_bad_goes_on_behind_the_head),
		TEST(test_presenter_hides_the_reply_everywhere),
		TEST(test_presenter_covers_and_goes_back),
		TEST(test_presenter_opens_at_the_selection),
		TEST(test_play_from_the_beginning_and_pause),
		TEST(test_play_stops_at_a_step),
		TEST(test_play_leaves_the_selection_alone),
		TEST(test_click_on_the_bar_goes_there),
		TEST(test_click_goes_where_the_bar_is_filled),
		TEST(test_pinned_explanation_does_not_tell_what_comes),
		TEST(test_filter_stays_on_the_way),
		TEST(test_bar_gives_way_on_narrow_screens),
		TEST(test_another_link_starts_anew),
		TEST(test_bar_says_no_times_where_there_are_none),
		TEST(test_click_where_no_bar_is),
		TEST(test_keys_any_order),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
