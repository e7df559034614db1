#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/glyph.h"
#include "ui_dialog.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* The grid and the comparison in the inspector: keys, what leads where. */

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

static void session(struct script *s, const char *host, const char *address,
                    const char *enhanced, const char *verdict)
{
	script_connect(s, host, address);
	script_greeting(s, "220 mx ESMTP");
	script_sent(s, "EHLO", "EHLO me.example");
	script_reply(s, "", "250-mx\n250 SIZE");
	script_sent(s, "MAIL", "MAIL FROM:<a@me.example>");
	script_reply(s, "2.1.0", "250 2.1.0 Ok");
	script_sent(s, "RCPT", "RCPT TO:<b@example.org>");
	script_reply(s, enhanced, verdict);
	script_sent(s, "QUIT", "QUIT");
	script_reply(s, "2.0.0", "221 2.0.0 Bye");
	script_closed(s, false, true);
}

/* Two hosts of one address each: the first takes it, the second does not. */
static void open_two(int w, int h, bool replay)
{
	script_new(&st.script);
	script_start(&st.script, "example.org");
	script_dns_mx(&st.script, "example.org");
	script_route(&st.script, "example.org");
	session(&st.script, "mx1.example.org", "192.0.2.25", "2.1.5",
	        "250 2.1.5 Ok");
	session(&st.script, "mx2.example.org", "198.51.100.7", "5.7.1",
	        "550 5.7.1 Not you");
	script_prompt(&st.script, ST_CLOSED, "", 0);
	stage_open(&st, w, h, replay);
}

static void close_all(void)
{
	i18n_set("en");
	glyph_use(GLYPHS_UNICODE);
	i18n_ascii(false);
	stage_close(&st);
}

static const char *selected_line(void)
{
	size_t index = view_index(&st.ui);
	const struct event *e = dialog_at(st.ui.link.dialog, index);

	return e->kind == EV_REPLY
	           ? event_item_text(e, e->u.reply.lines, 0) : "";
}

/* Any dialog has one, also where the addresses were visited by hand. */
static void test_grid_key_shows_every_address(void **state)
{
	(void)state;
	open_two(80, 24, false);
	stage_keys(&st, KEYS_OF("Esc", "7"));
	assert_int_equal(st.ui.pane, PANE_GRID);
	assert_true(stage_shows(&st, "mx1.example.org accepted, "
	                             "mx2.example.org refused"));
	assert_true(stage_shows(&st, "▌  192.0.2.25"));
	assert_true(stage_shows(&st, "   198.51.100.7"));
	assert_true(stage_shows(&st, "!✘550"));
	close_all();
}

static void test_grid_enter_leads_to_the_dialog_and_back(void **state)
{
	(void)state;
	open_two(80, 24, true);
	stage_keys(&st, KEYS_OF("7", "]", "Enter"));
	assert_int_equal(st.ui.pane, PANE_DIALOG);
	assert_string_equal(selected_line(), "550 5.7.1 Not you");
	assert_true(stage_shows(&st, "connecting to mx2.example.org"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.ui.pane, PANE_GRID);
	assert_true(stage_shows(&st, "▌  198.51.100.7"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.ui.pane, PANE_DIALOG);
	/* from here it is the dialog's own Esc again */
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.ui.pane, PANE_DIALOG);
	close_all();
}

static void test_grid_moves_stay_inside(void **state)
{
	(void)state;
	open_two(120, 35, true);
	stage_keys(&st, KEYS_OF("7", "k", "k"));
	assert_int_equal(st.ui.grid.row, 0);
	stage_keys(&st, KEYS_OF("j", "j", "j"));
	assert_int_equal(st.ui.grid.row, 1);
	stage_keys(&st, KEYS_OF("g"));
	assert_int_equal(st.ui.grid.row, 0);
	stage_keys(&st, KEYS_OF("G"));
	assert_int_equal(st.ui.grid.row, 1);
	stage_keys(&st, KEYS_OF("[")); /* nothing odd above */
	assert_int_equal(st.ui.grid.row, 1);
	close_all();
}

static void test_grid_untried_row_says_so(void **state)
{
	(void)state;
	script_new(&st.script);
	script_start(&st.script, "example.org");
	script_dns_mx(&st.script, "example.org");
	script_route(&st.script, "example.org");
	stage_open(&st, 80, 24, true);
	stage_keys(&st, KEYS_OF("7"));
	assert_true(stage_shows(&st, "No address was tried yet."));
	assert_true(stage_shows(&st, "192.0.2.25    untried"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.ui.pane, PANE_GRID);
	assert_true(stage_shows(&st, "This address was not tried"));
	close_all();
}

/* :all is what --all would have been. */
static void test_grid_all_opens_the_target_anew(void **state)
{
	(void)state;
	open_two(80, 24, false);
	free(st.ui.plan.target.text);
	st.ui.plan.target.text = xstrdup("example.org");
	ui_command_line(&st.ui, "all");
	stage_draw(&st);
	assert_int_equal(st.last->kind, REQ_OPEN);
	assert_true(st.last->plan->all);
	assert_int_equal(st.ui.pane, PANE_GRID);
	close_all();
	open_two(80, 24, true);
	ui_command_line(&st.ui, "all");
	assert_int_equal(st.requests, 0);
	close_all();
}

/* As it is while sessions come of themselves: none is open to the user. */
static void add_prompt(struct script *s)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.deadline_us = 30000000;
	e = event_finish(&b);
	dialog_append(s->dialog, e);
	free(e);
}

/* What is typed while --all goes from one to the next is kept. */
static void test_grid_lines_wait_while_addresses_are_visited(void **state)
{
	struct script *s = &st.script;

	(void)state;
	script_new(s);
	script_start(s, "example.org");
	script_dns_mx(s, "example.org");
	script_route(s, "example.org");
	add_prompt(s);
	script_connect(s, "mx1.example.org", "192.0.2.25");
	stage_open(&st, 80, 24, false);
	st.ui.plan.all = true;
	stage_keys(&st, KEYS_OF("Esc", "i"));
	stage_type(&st, "NOOP");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 0);
	assert_true(stage_shows(&st, "Each address is visited by itself"));
	assert_true(stage_shows(&st, "NOOP"));
	stage_keys(&st, KEYS_OF("Ctrl-C", "Ctrl-C"));
	assert_int_equal(st.requests, 1);
	assert_int_equal(st.last->kind, REQ_CANCEL);
	close_all();
}

/* Events that come change the rows, not what is chosen. */
static void test_grid_follows_what_happens(void **state)
{
	struct script *s = &st.script;

	(void)state;
	script_new(s);
	script_start(s, "example.org");
	script_dns_mx(s, "example.org");
	script_route(s, "example.org");
	stage_open(&st, 80, 24, false);
	stage_keys(&st, KEYS_OF("Esc", "7", "j"));
	script_connecting(s, "mx1.example.org", "192.0.2.25");
	stage_draw(&st);
	assert_true(stage_shows(&st, "192.0.2.25    …"));
	assert_true(stage_shows(&st, "0 of 2 addresses so far"));
	script_failed(s, PHASE_CONNECT, FAIL_TIMEOUT);
	session(s, "mx2.example.org", "198.51.100.7", "2.1.5",
	        "250 2.1.5 Ok");
	stage_draw(&st);
	assert_true(stage_shows(&st, "mx2.example.org accepted, "
	                             "mx1.example.org not reached"));
	assert_true(stage_shows(&st, "▌  198.51.100.7"));
	close_all();
}

/* Each size has a form of it: nothing is drawn outside. */
static void test_grid_fits_every_size(void **state)
{
	(void)state;
	for (int w = 12; w <= 200; w += 17)
		for (int h = 2; h <= 50; h += 4) {
			open_two(w, h, true);
			stage_keys(&st, KEYS_OF("7", "j", "c", "c", "j",
			                        "PgDn"));
			stage_draw(&st);
			close_all();
		}
}

/* Nothing but letters tells what is odd, running, or not there. */
static void test_grid_ascii_has_the_same_signs(void **state)
{
	(void)state;
	glyph_use(GLYPHS_ASCII);
	i18n_ascii(true);
	open_two(60, 16, true);
	stage_keys(&st, KEYS_OF("7"));
	assert_true(stage_shows(&st, "[7 Grid]"));
	assert_true(stage_shows(&st, "!X550"));
	assert_true(stage_shows(&st, " +250"));
	close_all();
}

static void test_grid_is_there_in_german(void **state)
{
	(void)state;
	i18n_set("de");
	open_two(80, 24, true);
	stage_keys(&st, KEYS_OF("7"));
	assert_true(stage_shows(&st, "mx1.example.org angenommen, "
	                             "mx2.example.org abgelehnt"));
	close_all();
}

/* ---- two dialogs ---- */

static void test_compare_marks_one_then_shows_both(void **state)
{
	(void)state;
	open_two(120, 35, true);
	stage_keys(&st, KEYS_OF("7", "c"));
	assert_int_equal(st.ui.marked, 1);
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	stage_keys(&st, KEYS_OF("j", "c"));
	assert_int_equal(st.ui.popup.kind, POPUP_COMPARE);
	assert_true(stage_shows(&st, "session 1, "));
	assert_true(stage_shows(&st, "250 2.1.5 Ok"));
	assert_true(stage_shows(&st, " | S: 550 5.7.1 Not you"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	assert_int_equal(st.ui.marked, 0);
	close_all();
}

/* The same one twice: the odd one beside one of the others. */
static void test_compare_again_takes_the_odd_one(void **state)
{
	(void)state;
	open_two(80, 24, true);
	stage_keys(&st, KEYS_OF("7", "c", "c"));
	assert_int_equal(st.ui.popup.kind, POPUP_COMPARE);
	assert_true(stage_shows(&st, "--- session 1, "));
	assert_true(stage_shows(&st, "+++ session 2, "));
	assert_true(stage_shows(&st, "+S: 550 5.7.1 Not you"));
	close_all();
}

/* In the dialog it is the session of the entry that is selected. */
static void test_compare_in_the_dialog_takes_its_sessions(void **state)
{
	(void)state;
	open_two(80, 24, true);
	stage_keys(&st, KEYS_OF("2", "c"));
	assert_int_equal(st.ui.marked, 2);
	stage_keys(&st, KEYS_OF("g"));
	stage_keys(&st, KEYS_OF("c")); /* the lookup belongs to no session */
	assert_int_equal(st.ui.popup.kind, POPUP_COMPARE);
	assert_true(stage_shows(&st, "--- session 1, "));
	close_all();
}

static const struct typed {
	const char *line, *shows;
} commands[] = {
	{ "compare 2 1", "--- session 2, " },
	{ "compare 1 1", "no difference but in words" },
	{ "compare 1 9", "There are no sessions 1 and 9 here." },
	{ "compare 1", "Two numbers of sessions: :compare 1 2." },
	{ "compare 1 x", "Two numbers of sessions: :compare 1 2." },
	{ "compare 0 1", "Two numbers of sessions: :compare 1 2." },
	{ "compare 1 2 3", "Two numbers of sessions: :compare 1 2." },
};

static void test_compare_command_takes_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		open_two(80, 24, true);
		ui_command_line(&st.ui, commands[i].line);
		stage_draw(&st);
		if (!stage_shows(&st, commands[i].shows))
			fail_msg("%s", commands[i].line);
		close_all();
	}
}

static void test_compare_one_session_has_no_other(void **state)
{
	(void)state;
	stage_greylisted(&st, true);
	stage_keys(&st, KEYS_OF("c", "c"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	assert_true(stage_shows(&st, "There are no two sessions to compare."));
	close_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grid_key_shows_every_address),
		cmocka_unit_test(test_grid_enter_leads_to_the_dialog_and_back),
		cmocka_unit_test(test_grid_moves_stay_inside),
		cmocka_unit_test(test_grid_untried_row_says_so),
		cmocka_unit_test(test_grid_all_opens_the_target_anew),
		cmocka_unit_test(
		    test_grid_lines_wait_while_addresses_are_visited),
		cmocka_unit_test(test_grid_follows_what_happens),
		cmocka_unit_test(test_grid_fits_every_size),
		cmocka_unit_test(test_grid_ascii_has_the_same_signs),
		cmocka_unit_test(test_grid_is_there_in_german),
		cmocka_unit_test(test_compare_marks_one_then_shows_both),
		cmocka_unit_test(test_compare_again_takes_the_odd_one),
		cmocka_unit_test(test_compare_in_the_dialog_takes_its_sessions),
		cmocka_unit_test(test_compare_command_takes_numbers),
		cmocka_unit_test(test_compare_one_session_has_no_other),
	};

	i18n_set("en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
