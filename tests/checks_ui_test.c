/* The checks in the inspector: the pane, its keys, what it says while none are
 * there, and the suggestion behind a refusal. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui_dialog.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

/* In another order than the one that they are shown in. */
static void add_checks(struct script *s)
{
	script_check(s, "mx", "example.org", GRADE_BAD, "mx-none");
	script_check(s, "own-address", "192.0.2.7", GRADE_PASS, "own-given");
	script_check(s, "tls-rpt", "example.org", GRADE_NOTE, "rpt-absent");
	script_check(s, "ptr", "192.0.2.7", GRADE_BAD, "ptr-none");
	script_check(s, "helo", "", GRADE_UNKNOWN, "helo-unknown");
	script_check(s, "dmarc", "lab.example.net", GRADE_WARN, "dmarc-none");
}

static int open_size(int w, int h, bool replay, bool checked)
{
	script_new(&st.script);
	script_greylisted(&st.script);
	if (checked)
		add_checks(&st.script);
	stage_open(&st, w, h, replay);
	return 0;
}

static int open_checked(void **state)
{
	(void)state;
	return open_size(80, 24, false, true);
}

static int open_wide(void **state)
{
	(void)state;
	return open_size(120, 35, false, true);
}

static int open_unchecked(void **state)
{
	(void)state;
	return open_size(80, 24, false, false);
}

static int open_recording(void **state)
{
	(void)state;
	return open_size(80, 24, true, false);
}

static int open_start(void **state)
{
	(void)state;
	script_new(&st.script);
	stage_open(&st, 80, 24, false);
	st.ui.started = false;
	return 0;
}

static int open_blocked(void **state)
{
	(void)state;
	script_new(&st.script);
	script_greylisted(&st.script);
	script_sent(&st.script, "RCPT", "RCPT TO:<eve@example.org>");
	script_reply(&st.script, "5.7.25",
	             "550 5.7.25 192.0.2.7 has no PTR record");
	script_prompt(&st.script, ST_RCPT, "QUIT", 0);
	stage_open(&st, 80, 24, false);
	return 0;
}

/* Nothing is connected, and the mail server of this machine sends otherwise. */
static int open_other_mta(void **state)
{
	(void)state;
	script_new(&st.script);
	script_check(&st.script, "like-mta", "Postfix", GRADE_WARN,
	             "mta-other-helo");
	script_prompt(&st.script, ST_CLOSED, "", 0);
	stage_open(&st, 120, 35, false);
	st.ui.plan.helo = xstrdup("laptop.example.net");
	st.ui.plan.family = 6;
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	i18n_set("en");
	stage_close(&st);
	return 0;
}

/* Row of the screen that holds text; -1 none. */
static int row_of(const char *text)
{
	for (int y = 0; y < st.ui.h; y++) {
		char *row = stage_row(&st, y);
		bool here = strstr(row, text) != NULL;

		free(row);
		if (here)
			return y;
	}
	return -1;
}

static void assert_chosen(const char *label)
{
	char *text = NULL;

	for (int y = 0; y < st.ui.h && !text; y++) {
		text = stage_row(&st, y);
		if (strstr(text, "▌") && strstr(text, label))
			break;
		free(text);
		text = NULL;
	}
	assert_non_null(text);
	free(text);
}

static void assert_asked(size_t times)
{
	assert_int_equal(st.requests, times);
	if (times)
		assert_int_equal(st.last->kind, REQ_CHECK);
}

static void test_checks_enter_takes_the_mail_server_over(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "6"));
	assert_chosen("mail server");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 1);
	assert_int_equal(st.last->kind, REQ_OPEN);
	assert_true(st.last->plan->checks.like_mta);
	assert_null(st.last->plan->helo);
	assert_int_equal(st.last->plan->family, 0);
}

/* The open session would end without a word. */
static void test_checks_like_mta_waits_for_the_end(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", ":"));
	stage_type(&st, "like-mta");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 0);
	assert_true(stage_shows(&st, "QUIT ends it"));
}

static void test_checks_begin_at_the_first_bad_one(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "6"));
	assert_asked(0);
	assert_chosen("Reverse DNS");
	assert_true(row_of("The sending side") < row_of("Own address"));
	assert_true(row_of("DMARC") < row_of("The receiving side"));
	assert_true(row_of("The receiving side") < row_of("MX records"));
	assert_true(stage_shows(&st, "2 ✘  1 ▲  1 ?"));
	assert_true(stage_shows(&st, "Try  Let whoever runs the address"));
}

/* New ones come above the one that is looked at; it stays chosen. */
static void test_checks_that_come_do_not_move_the_choice(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "6", "G"));
	assert_chosen("TLS reports");
	script_check(&st.script, "spf-mail", "lab.example.net", GRADE_BAD,
	             "spf-fail");
	script_check(&st.script, "ptr", "192.0.2.7", GRADE_PASS, "ptr-ok");
	stage_draw(&st);
	assert_chosen("TLS reports");
	assert_true(stage_shows(&st, "SPF of MAIL FROM"));
}

static void test_checks_keys_choose_open_and_go_back(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "6", "j"));
	assert_chosen("HELO name");
	stage_keys(&st, KEYS_OF("]"));
	assert_chosen("DMARC");
	stage_keys(&st, KEYS_OF("]"));
	assert_chosen("MX records");
	stage_keys(&st, KEYS_OF("]"));
	assert_true(stage_shows(&st, "No other one below."));
	stage_keys(&st, KEYS_OF("[", "[", "k", "g"));
	assert_chosen("Own address");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "Why it counts"));
	assert_false(stage_shows(&st, "The sending side"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_chosen("Own address");
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.ui.pane, PANE_DIALOG);
}

static void test_checks_page_goes_through_a_list_alone(void **state)
{
	(void)state;
	st.ui.h = 12;
	stage_keys(&st, KEYS_OF("Esc", "6", "g", "PgDn"));
	assert_chosen("DMARC");
	stage_keys(&st, KEYS_OF("PgUp"));
	assert_chosen("Own address");
}

static void click(int y)
{
	struct key k = { .code = K_MOUSE, .mouse = MOUSE_PRESS, .x = 10,
		         .y = y };

	ui_key(&st.ui, &k);
	stage_draw(&st);
}

static void test_checks_click_chooses_and_opens(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "6"));
	click(row_of("DMARC"));
	assert_chosen("DMARC");
	click(row_of("The receiving side"));
	assert_chosen("DMARC");
	click(row_of("DMARC"));
	assert_true(stage_shows(&st, "Why it counts"));
}

/* There all of the chosen one is under the list, and the rest of the screen is
 * as it was. */
static void test_checks_wide_have_both_halves(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "6"));
	assert_chosen("Reverse DNS");
	assert_true(stage_shows(&st, "Why it counts"));
	assert_true(stage_shows(&st, "1 MX of example.org"));
	assert_true(stage_shows(&st, "4 Steps"));
}

static void test_checks_key_makes_them_once(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Alt-6"));
	assert_asked(1);
	assert_true(stage_shows(&st, "Checking: the DNS is being asked."));
	stage_keys(&st, KEYS_OF("Esc", "6"));
	assert_asked(1);
	stage_type(&st, ":check");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_asked(2);
}

/* What an experiment showed is in the same list; it is no check. */
static void test_checks_key_makes_them_after_an_experiment(void **state)
{
	(void)state;
	script_check(&st.script, "try-null-sender", "<>", GRADE_NOTE, "");
	stage_keys(&st, KEYS_OF("Esc", "6"));
	assert_asked(1);
	assert_chosen("Null sender");
}

static void tell(bool checking)
{
	size_t n = dialog_count(st.script.dialog);
	struct event_builder b;

	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.state = ST_RCPT;
	b.e.u.prompt.open = true;
	b.e.u.prompt.checking = checking;
	ui_take(&st.ui, event_finish(&b));
	assert_int_equal(dialog_count(st.script.dialog), n);
	stage_draw(&st);
}

/* As long as the worker says so; then it is not said any more. */
static void test_checks_say_while_they_are_made(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Alt-6"));
	tell(true);
	assert_true(stage_shows(&st, "6 Checks  being made"));
	assert_true(stage_shows(&st, "Checking: the DNS"));
	tell(false);
	assert_false(stage_shows(&st, "being made"));
	assert_true(stage_shows(&st, ":check makes the checks."));
}

static void test_checks_in_a_recording_ask_nothing(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("6"));
	assert_true(stage_shows(&st, "No check is recorded up to here."));
	stage_keys(&st, KEYS_OF(":", "c", "h", "e", "c", "k", "Enter"));
	assert_true(stage_shows(&st, "nothing is asked"));
	assert_asked(0);
}

static void test_checks_without_a_domain_say_so(void **state)
{
	(void)state;
	stage_type(&st, ":check");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "first type a domain"));
	assert_asked(0);
}

/* What a reply told is in them, too: hidden it stays. */
static void test_checks_are_not_shown_by_the_presenter(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("F5"));
	stage_keys(&st, KEYS_OF(":", "c", "h", "e", "c", "k", "s", "Enter"));
	assert_true(st.ui.present.on);
	assert_false(stage_shows(&st, "Reverse DNS"));
	assert_true(stage_shows(&st, "The presenter shows the dialog alone"));
	stage_keys(&st, KEYS_OF(":", "c", "h", "e", "c", "k", "Enter"));
	assert_asked(0);
}

static void test_checks_copy_the_chosen_or_all(void **state)
{
	struct buf one = { 0 }, all = { 0 };

	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "6", "y"));
	assert_true(stage_shows(&st, "this check"));
	assert_true(stage_shows(&st, "all checks"));
	checks_text(&st.ui, false, &one);
	checks_text(&st.ui, true, &all);
	assert_non_null(strstr(buf_str(&one), "Reverse DNS  192.0.2.7  bad\n"));
	assert_null(strstr(buf_str(&one), "DMARC"));
	assert_non_null(strstr(buf_str(&all), "\n\n▲ DMARC"));
	assert_non_null(strstr(buf_str(&all), "TLS reports"));
	buf_clear(&one);
	buf_clear(&all);
}

static void test_checks_speak_german(void **state)
{
	(void)state;
	i18n_set("de");
	stage_keys(&st, KEYS_OF("Esc", "6"));
	assert_true(stage_shows(&st, "6 Prüfungen"));
	assert_true(stage_shows(&st, "Die sendende Seite"));
	assert_true(stage_shows(&st, "Nächster Schritt  "));
}

/* A refusal that may be about the sender: the checks are one key away, until
 * they were made. */
static void test_checks_are_suggested_behind_a_refusal(void **state)
{
	static const char offer[] = "check the sending side";

	(void)state;
	stage_keys(&st, KEYS_OF("Alt-A"));
	assert_true(stage_shows(&st, offer));
	stage_keys(&st, KEYS_OF("2"));
	assert_asked(1);
	assert_int_equal(st.ui.pane, PANE_CHECKS);
	add_checks(&st.script);
	stage_keys(&st, KEYS_OF("Esc", "Esc", "a"));
	assert_false(stage_shows(&st, offer));
}

/* Only where the sender's DNS may be the reason. */
static void test_checks_are_not_suggested_for_other_causes(void **state)
{
	static const struct {
		const char *verb, *line, *enhanced, *reply;
		bool offered;
	} rows[] = {
		{ "RCPT", "RCPT TO:<a@example.org>", "5.1.1",
		  "550 5.1.1 User unknown", false },
		{ "RCPT", "RCPT TO:<a@example.org>", "5.2.2",
		  "552 5.2.2 Mailbox full", false },
		{ "AUTH", "AUTH PLAIN", "5.7.8",
		  "535 5.7.8 Authentication failed", false },
		{ "MAIL", "MAIL FROM:<a@example.net>", "5.7.0",
		  "530 5.7.0 Authentication required", false },
		{ "MAIL", "MAIL FROM:<a@example.net>", "",
		  "501 Syntax error", false },
		{ "MAIL", "MAIL FROM:<a@example.net>", "5.7.23",
		  "550 5.7.23 SPF validation failed", true },
		{ "RCPT", "RCPT TO:<a@example.org>", "5.7.1",
		  "554 5.7.1 DMARC policy rejects this mail", true },
		{ "RCPT", "RCPT TO:<a@example.org>", "", "554 No", true },
	};

	(void)state;
	stage_keys(&st, KEYS_OF("Alt-A"));
	assert_false(stage_shows(&st, "check the sending side"));
	stage_keys(&st, KEYS_OF("Esc"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		script_sent(&st.script, rows[i].verb, rows[i].line);
		script_reply(&st.script, rows[i].enhanced, rows[i].reply);
		rows_scan(&st.ui.rows, SCAN_BUDGET);
		stage_keys(&st, KEYS_OF("Alt-A"));
		if (stage_shows(&st, "check the sending side") !=
		    rows[i].offered)
			fail_msg("%s", rows[i].reply);
		stage_keys(&st, KEYS_OF("Esc"));
	}
}

#define ON(test, open)                                                         \
	cmocka_unit_test_setup_teardown(test, open, close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(test_checks_enter_takes_the_mail_server_over,
		   open_other_mta),
		ON(test_checks_like_mta_waits_for_the_end, open_checked),
		ON(test_checks_begin_at_the_first_bad_one, open_checked),
		ON(test_checks_that_come_do_not_move_the_choice, open_checked),
		ON(test_checks_keys_choose_open_and_go_back, open_checked),
		ON(test_checks_page_goes_through_a_list_alone, open_checked),
		ON(test_checks_click_chooses_and_opens, open_checked),
		ON(test_checks_wide_have_both_halves, open_wide),
		ON(test_checks_key_makes_them_once, open_unchecked),
		ON(test_checks_key_makes_them_after_an_experiment,
		   open_unchecked),
		ON(test_checks_say_while_they_are_made, open_unchecked),
		ON(test_checks_in_a_recording_ask_nothing, open_recording),
		ON(test_checks_without_a_domain_say_so, open_start),
		ON(test_checks_are_not_shown_by_the_presenter, open_checked),
		ON(test_checks_copy_the_chosen_or_all, open_checked),
		ON(test_checks_speak_german, open_checked),
		ON(test_checks_are_suggested_behind_a_refusal, open_blocked),
		ON(test_checks_are_not_suggested_for_other_causes,
		   open_unchecked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
