#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui_dialog.h"
#include "util/xalloc.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

static int open_greylisted(void **state)
{
	(void)state;
	stage_greylisted(&st, false);
	return 0;
}

static int open_empty(void **state)
{
	(void)state;
	script_new(&st.script);
	stage_open(&st, 80, 24, false);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static void assert_line(const char *expected)
{
	size_t len;

	assert_string_equal(line_text(st.ui.line, &len), expected);
}

static void assert_sent(const char *line)
{
	assert_non_null(st.last);
	assert_int_equal(st.last->kind, REQ_SEND);
	assert_string_equal(st.last->text, line);
}

static void test_ui_enter_sends_the_prefill(void **state)
{
	(void)state;
	assert_line("QUIT");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("QUIT");
	assert_line("");
}

static void test_ui_capital_while_browsing_goes_to_the_line(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-U", "Esc", "k"));
	assert_false(st.ui.typing);
	stage_type(&st, "RSET");
	assert_true(st.ui.typing);
	assert_line("RSET");
}

/* N goes on with a search; without one it begins NOOP. */
static void test_ui_n_without_search_begins_noop(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-U", "Esc"));
	stage_type(&st, "NOOP");
	assert_line("NOOP");
}

static void test_ui_colon_on_a_prefill_is_a_command(void **state)
{
	(void)state;
	stage_type(&st, ":messages");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.ui.popup.kind, POPUP_TEXT);
	assert_int_equal(st.requests, 0);
	stage_keys(&st, KEYS_OF("Esc"));
	assert_line("QUIT");
}

static void test_ui_colon_behind_typed_text_is_text(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	stage_type(&st, "RCPT TO:<a@b>");
	assert_line("RCPT TO:<a@b>");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("RCPT TO:<a@b>");
}

static void test_ui_esc_keeps_what_was_typed(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	stage_type(&st, "VRFY x");
	stage_keys(&st, KEYS_OF("Esc", "Esc", "Esc", "i"));
	assert_line("VRFY x");
	assert_int_equal(st.requests, 0);
	assert_false(st.ui.leaving);
}

static void paste(const char *text)
{
	struct key k = { .code = K_PASTE, .text = text,
		         .text_len = strlen(text) };

	ui_key(&st.ui, &k);
	stage_draw(&st);
}

static void test_ui_paste_of_lines_sends_nothing(void **state)
{
	(void)state;
	paste("RSET\nMAIL FROM:<a@b>\nq\n");
	assert_int_equal(st.requests, 0);
	assert_true(stage_shows(&st, "nothing was sent"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 1);
	assert_sent("RSET");
	assert_line("MAIL FROM:<a@b>\nq\n");
}

static void test_ui_paste_into_an_emptied_line_has_no_ghost(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	assert_true(stage_shows(&st, "QUIT   "));
	paste("NOOP\nRSET\n");
	assert_false(stage_shows(&st, "RSET<0A>QUIT"));
	assert_true(stage_shows(&st, "NOOP<0A>RSET<0A> "));
}

static void test_ui_paste_while_browsing_is_text(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc"));
	paste("q");
	assert_false(st.ui.leaving);
	assert_line("q");
}

static void test_ui_prompt_while_typing_leaves_the_line(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	stage_type(&st, "HELP");
	script_prompt(&st.script, ST_MAIL, "RSET", 0);
	ui_prefill(&st.ui);
	assert_line("HELP");
}

static void test_ui_prompt_with_reply_pending_fills_nothing(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Enter"));
	script_prompt(&st.script, ST_MAIL, "RSET", 1);
	st.ui.sent_waits = false;
	ui_prefill(&st.ui);
	assert_line("");
	script_prompt(&st.script, ST_MAIL, "RSET", 0);
	ui_prefill(&st.ui);
	assert_line("RSET");
}

static struct event *sent_line(const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.line = event_puts(&b, line);
	return event_finish(&b);
}

static struct event *new_prompt(void)
{
	struct event_builder b;

	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.state = b.e.u.prompt.projected = ST_MAIL;
	b.e.u.prompt.open = true;
	return event_finish(&b);
}

/* Between the line and the prompt that tells that its reply is pending. */
static void test_ui_is_busy_until_the_prompt_of_the_line(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(ui_busy(&st.ui));
	ui_take(&st.ui, sent_line("MAIL FROM:<a@b.example>"));
	assert_true(ui_busy(&st.ui));
	ui_take(&st.ui, new_prompt());
	assert_false(ui_busy(&st.ui));
}

static void test_ui_free_mode_fills_nothing(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("F7"));
	assert_line("");
	assert_int_equal(st.last->kind, REQ_GUIDE);
	assert_false(st.last->yes);
}

/* --- looking */

static void test_ui_selection_drives_explain(void **state)
{
	(void)state;
	assert_true(stage_shows(&st, "3 Explain  450 4.2.0 after RCPT"));
	stage_keys(&st, KEYS_OF("Esc", "k"));
	assert_true(stage_shows(&st, "3 Explain  RCPT"));
	stage_keys(&st, KEYS_OF("G"));
	assert_true(stage_shows(&st, "450 4.2.0 after RCPT"));
}

static void test_ui_new_entries_never_move_the_view(void **state)
{
	char *before, *after;

	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "g"));
	before = stage_row(&st, 4);
	for (int i = 0; i < 20; i++)
		script_sent(&st.script, "NOOP", "NOOP");
	stage_draw(&st);
	after = stage_row(&st, 4);
	assert_string_equal(before, after);
	assert_true(stage_shows(&st, "20 new  G"));
	stage_keys(&st, KEYS_OF("G"));
	assert_true(stage_shows(&st, "follow 30/30"));
	free(before);
	free(after);
}

/* The end that a failure brings explains nothing: follow stays with it. */
static void test_ui_follow_stays_with_the_failure(void **state)
{
	size_t failed = dialog_count(st.script.dialog);

	(void)state;
	script_failed(&st.script, PHASE_DIALOG, FAIL_PROTOCOL);
	script_finding(&st.script, "reply-long", "", -1);
	script_closed(&st.script, false, false);
	stage_draw(&st);
	assert_int_equal(view_index(&st.ui), failed);
}

static void test_ui_empty_line_while_waiting_is_not_sent(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	script_prompt(&st.script, ST_MAIL, "", 1);
	stage_keys(&st, KEYS_OF("Enter"));
	assert_null(st.last);
	script_prompt(&st.script, ST_MAIL, "", 0);
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("");
}

static void test_ui_empty_line_brings_the_proposal_back(void **state)
{
	(void)state;
	script_prompt(&st.script, ST_MAIL, "RCPT TO:<bob@example.org>", 0);
	stage_keys(&st, KEYS_OF("Ctrl-U", "Enter"));
	assert_null(st.last);
	assert_true(stage_shows(&st, "RCPT TO:<bob@example.org>"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("RCPT TO:<bob@example.org>");
}

static void test_ui_enter_unfolds_a_reply(void **state)
{
	(void)state;
	assert_true(stage_shows(&st, "▸ +5 capabilities"));
	assert_false(stage_shows(&st, "├ PIPELINING"));
	stage_keys(&st, KEYS_OF("Esc", "k", "k", "k", "k", "Enter"));
	assert_true(stage_shows(&st, "├ PIPELINING"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_false(stage_shows(&st, "├ PIPELINING"));
}

static void test_ui_cursor_inside_a_reply_explains_the_line(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "k", "k", "k", "k", "l", "j"));
	assert_int_equal(st.ui.view.sub, 2);
	assert_true(stage_shows(&st, "SIZE"));
	stage_keys(&st, KEYS_OF("h"));
	assert_int_equal(st.ui.view.sub, 0);
}

static void test_ui_search_counts_and_steps(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "g", "/"));
	stage_type(&st, "mail");
	assert_true(stage_shows(&st, "1 of 1"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "▌+0.4"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_false(stage_shows(&st, "1 of 1"));
}

static void test_ui_search_for_nothing_says_so(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "/"));
	stage_type(&st, "zzz");
	assert_true(stage_shows(&st, "not found"));
}

static void test_ui_filter_that_hides_all_says_how_to_undo(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "&"));
	stage_type(&st, "zzz");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "Esc clears the filter"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_true(stage_shows(&st, "Greylisted"));
}

static void test_ui_filter_menu_shows_bad_replies(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "f", "4"));
	assert_true(stage_shows(&st, "4xx and 5xx"));
	assert_true(stage_shows(&st, "Greylisted"));
	assert_false(stage_shows(&st, "2.1.0 Ok"));
}

static void test_ui_time_modes_go_round(void **state)
{
	(void)state;
	assert_true(stage_shows(&st, "+7.412"));
	stage_keys(&st, KEYS_OF("Esc", "t"));
	assert_true(stage_shows(&st, "+0.492"));
	stage_keys(&st, KEYS_OF("t"));
	assert_true(stage_shows(&st, "10:41:07.412"));
	stage_keys(&st, KEYS_OF("t"));
	assert_false(stage_shows(&st, "10:41:07.412"));
}

static void test_ui_views_show_line_ends_and_hex(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "v"));
	assert_true(stage_shows(&st, "300 seconds\\r\\n"));
	stage_keys(&st, KEYS_OF("v"));
	assert_true(stage_shows(&st, "34 35 30 20"));
	stage_keys(&st, KEYS_OF("v"));
	assert_false(stage_shows(&st, "34 35 30 20"));
}

static void test_ui_server_bytes_never_reach_a_cell(void **state)
{
	static const char evil[] = "250 x\033[2J\rC: \xe2\x80\xae\x07\x9b";

	(void)state;
	script_sent(&st.script, "NOOP", "NOOP");
	script_reply(&st.script, "", evil);
	st.ui.show = SHOW_TEXT;
	for (int w = 12; w < 130; w += 7) {
		st.ui.w = w;
		stage_draw(&st);
		for (int i = 0; i < w * 24; i++) {
			uint32_t cp = st.ui.canvas.cells[i].cp[0];

			assert_true(st.ui.canvas.cells[i].width == 0 ||
			            cp >= 0x20);
			assert_false(cp >= 0x7f && cp < 0xa0);
			assert_int_not_equal(cp, 0x202e);
		}
	}
}

static void test_ui_finding_puts_a_caret_under_the_place(void **state)
{
	char *line, *caret;
	int y = 0;

	(void)state;
	script_sent(&st.script, "RCPT", "RCPT TO: <a@b>");
	script_finding(&st.script, "path-blank", "", 8);
	stage_draw(&st);
	for (line = stage_row(&st, y); !strstr(line, "RCPT TO: <a@b>");
	     line = stage_row(&st, ++y))
		free(line);
	caret = stage_row(&st, y + 1);
	assert_non_null(strstr(caret, "^ No blank"));
	/* columns, not bytes: the frame and the gutter are three bytes each */
	assert_int_equal(strstr(caret, "^") - caret + 2 + 2,
	                 strstr(line, "RCPT TO") - line + 8);
	free(line);
	free(caret);
}

static void test_ui_every_size_is_drawn(void **state)
{
	(void)state;
	for (int h = 1; h <= 34; h++)
		for (int w = 1; w <= 124; w += w < 26 ? 1 : 7) {
			st.ui.w = w;
			st.ui.h = h;
			stage_keys(&st, KEYS_OF("Alt-3", "Alt-1", "Alt-5", "z",
			                        "?", "Esc", "Esc", "i"));
			st.ui.zoom = PANE_NONE;
			assert_int_equal(st.ui.canvas.w, w);
		}
}

static void test_ui_panes_open_by_number_where_there_is_no_room(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "1"));
	assert_true(stage_shows(&st, "1 MX of example.org"));
	assert_true(stage_shows(&st, "198.51.100.7"));
	stage_keys(&st, KEYS_OF("5"));
	assert_true(stage_shows(&st, "5 Envelope"));
	assert_true(stage_shows(&st, "bob@example.org"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_false(stage_shows(&st, "5 Envelope"));
}

static void test_ui_mx_pane_connects_on_enter(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "1", "j", "Enter"));
	assert_int_equal(st.last->kind, REQ_CONNECT);
	assert_string_equal(st.last->text, "mx2.example.org");
	assert_string_equal(st.last->text2, "198.51.100.7");
}

static void test_ui_data_on_a_real_host_wants_the_word(void **state)
{
	(void)state;
	script_sent(&st.script, "RCPT", "RCPT TO:<eve@example.org>");
	script_reply(&st.script, "2.1.5", "250 2.1.5 Ok");
	script_state(&st.script, ST_MAIL, ST_RCPT);
	script_prompt(&st.script, ST_RCPT, "", 0);
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	stage_type(&st, "data");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 0);
	stage_type(&st, "no");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 0);
	stage_keys(&st, KEYS_OF("Enter"));
	stage_type(&st, "send");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_sent("data");
}

/* Where nothing leaves this machine, DATA goes out unasked. */
static void test_ui_data_asks_by_where_it_really_goes(void **state)
{
	static const struct {
		const char *via, *address;
		bool asks;
	} rows[] = {
		{ NULL, "198.51.100.7", true },
		{ NULL, "127.0.0.1", false },
		{ NULL, "::1", false },
		{ NULL, "", true }, /* a Unix socket, a command */
		{ "127.0.0.1:40025", "198.51.100.7", false },
		{ "socks5://127.0.0.1:1080", "198.51.100.7", true },
		{ "socks5://127.0.0.1:1080", "127.0.0.1", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t before = st.requests;

		st.script.via = rows[i].via;
		script_connect(&st.script, "mx1.example.org", rows[i].address);
		script_sent(&st.script, "RCPT", "RCPT TO:<eve@example.org>");
		script_reply(&st.script, "2.1.5", "250 2.1.5 Ok");
		script_state(&st.script, ST_MAIL, ST_RCPT);
		script_prompt(&st.script, ST_RCPT, "", 0);
		stage_keys(&st, KEYS_OF("Ctrl-U"));
		stage_type(&st, "data");
		stage_keys(&st, KEYS_OF("Enter"));
		assert_int_equal(st.requests == before, rows[i].asks);
		if (rows[i].asks)
			stage_keys(&st, KEYS_OF("Esc", "i"));
	}
}

static void test_ui_quit_with_open_session_asks(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "q"));
	assert_int_equal(st.ui.popup.kind, POPUP_QUIT);
	stage_keys(&st, KEYS_OF("q", "Enter", "Space"));
	assert_int_equal(st.ui.popup.kind, POPUP_QUIT);
	assert_false(st.ui.leaving);
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.requests, 0);
	stage_keys(&st, KEYS_OF("q", "y"));
	assert_int_equal(st.last->kind, REQ_STOP);
	assert_true(st.last->yes);
	assert_true(st.ui.waiting_to_leave);
}

static void test_ui_quit_x_drops_the_connection(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("F10", "x"));
	assert_int_equal(st.last->kind, REQ_CLOSE);
	assert_true(st.ui.leaving);
}

static void test_ui_ctrl_c_never_leaves(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Ctrl-C", "Ctrl-C", "Esc", "Ctrl-C", "/",
	                        "Ctrl-C", "?", "Ctrl-C", ":", "Ctrl-C",
	                        "Ctrl-C"));
	assert_false(st.ui.leaving);
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
}

static void test_ui_ctrl_c_cancels_what_is_awaited(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(ui_busy(&st.ui));
	stage_keys(&st, KEYS_OF("Ctrl-C"));
	assert_int_equal(st.last->kind, REQ_CANCEL);
}

static void test_ui_drop_asks_with_another_key(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "x", "x", "Enter"));
	assert_int_equal(st.requests, 0);
	stage_keys(&st, KEYS_OF("y"));
	assert_int_equal(st.last->kind, REQ_CLOSE);
}

static void test_ui_private_address_is_asked(void **state)
{
	static const char *const args[] = { "mx.example.org", "10.0.0.1" };
	struct event_builder b;

	(void)state;
	event_begin(&b, EV_ASK);
	b.e.u.ask.id = event_puts(&b, "private-address");
	b.e.u.ask.args = event_put_texts(&b, args, 2);
	ui_take(&st.ui, event_finish(&b));
	stage_draw(&st);
	assert_true(stage_shows(&st, "10.0.0.1"));
	stage_keys(&st, KEYS_OF("Enter", "q"));
	assert_int_equal(st.requests, 0);
	stage_keys(&st, KEYS_OF("y"));
	assert_int_equal(st.last->kind, REQ_ANSWER);
	assert_true(st.last->yes);
	assert_null(dialog_now(st.script.dialog)->ask);
}

static void test_ui_wrong_command_suggests(void **state)
{
	(void)state;
	ui_command_line(&st.ui, "them mono");
	stage_draw(&st);
	assert_true(stage_shows(&st, ":theme"));
	ui_command_line(&st.ui, "\033[2J");
	stage_draw(&st);
	assert_true(stage_shows(&st, "<1B>"));
}

static void test_ui_wrong_target_says_why(void **state)
{
	(void)state;
	stage_type(&st, "a..b");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 0);
	assert_non_null(st.ui.toast);
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	stage_type(&st, "user@example.net");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.last->kind, REQ_OPEN);
	assert_string_equal(st.last->plan->target.domain, "example.net");
	assert_int_equal(st.last->plan->n_to, 1);
}

#define ON(test, setup) \
	cmocka_unit_test_setup_teardown(test, setup, close_stage)
#define GREY(test) ON(test, open_greylisted)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GREY(test_ui_enter_sends_the_prefill),
		GREY(test_ui_capital_while_browsing_goes_to_the_line),
		GREY(test_ui_n_without_search_begins_noop),
		GREY(test_ui_colon_on_a_prefill_is_a_command),
		GREY(test_ui_colon_behind_typed_text_is_text),
		GREY(test_ui_esc_keeps_what_was_typed),
		GREY(test_ui_paste_of_lines_sends_nothing),
		GREY(test_ui_paste_into_an_emptied_line_has_no_ghost),
		GREY(test_ui_paste_while_browsing_is_text),
		GREY(test_ui_prompt_while_typing_leaves_the_line),
		GREY(test_ui_prompt_with_reply_pending_fills_nothing),
		GREY(test_ui_follow_stays_with_the_failure),
		GREY(test_ui_empty_line_while_waiting_is_not_sent),
		GREY(test_ui_empty_line_brings_the_proposal_back),
		GREY(test_ui_is_busy_until_the_prompt_of_the_line),
		GREY(test_ui_free_mode_fills_nothing),
		GREY(test_ui_selection_drives_explain),
		GREY(test_ui_new_entries_never_move_the_view),
		GREY(test_ui_enter_unfolds_a_reply),
		GREY(test_ui_cursor_inside_a_reply_explains_the_line),
		GREY(test_ui_search_counts_and_steps),
		GREY(test_ui_search_for_nothing_says_so),
		GREY(test_ui_filter_that_hides_all_says_how_to_undo),
		GREY(test_ui_filter_menu_shows_bad_replies),
		GREY(test_ui_time_modes_go_round),
		GREY(test_ui_views_show_line_ends_and_hex),
		GREY(test_ui_server_bytes_never_reach_a_cell),
		GREY(test_ui_finding_puts_a_caret_under_the_place),
		GREY(test_ui_every_size_is_drawn),
		GREY(test_ui_panes_open_by_number_where_there_is_no_room),
		GREY(test_ui_mx_pane_connects_on_enter),
		GREY(test_ui_data_on_a_real_host_wants_the_word),
		GREY(test_ui_data_asks_by_where_it_really_goes),
		GREY(test_ui_quit_with_open_session_asks),
		GREY(test_ui_quit_x_drops_the_connection),
		GREY(test_ui_ctrl_c_never_leaves),
		GREY(test_ui_ctrl_c_cancels_what_is_awaited),
		GREY(test_ui_drop_asks_with_another_key),
		GREY(test_ui_private_address_is_asked),
		GREY(test_ui_wrong_command_suggests),
		ON(test_ui_wrong_target_says_why, open_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
