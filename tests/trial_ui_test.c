/* Experiments in the inspector: the key, the list, the question, the wait. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui_dialog.h"
#include "util/i18n.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

static int open_greylisted(void **state)
{
	(void)state;
	stage_greylisted(&st, false);
	return 0;
}

static int open_recording(void **state)
{
	(void)state;
	stage_greylisted(&st, true);
	return 0;
}

static int open_silent(void **state)
{
	(void)state;
	script_new(&st.script);
	script_start(&st.script, "example.org");
	script_dns_mx(&st.script, "example.org");
	script_route(&st.script, "example.org");
	script_connecting(&st.script, "mx1.example.org", "192.0.2.25");
	script_failed(&st.script, PHASE_CONNECT, FAIL_TIMEOUT);
	script_prompt(&st.script, ST_CLOSED, "", 0);
	stage_open(&st, 80, 24, false);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	i18n_set("en");
	stage_close(&st);
	return 0;
}

static void assert_tried(const char *text)
{
	assert_int_equal(st.requests, 1);
	assert_int_equal(st.last->kind, REQ_TRY);
	assert_string_equal(st.last->text, text);
}

static void test_trial_key_lists_what_makes_sense(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "!"));
	assert_int_equal(st.ui.popup.kind, POPUP_LIST);
	assert_true(stage_shows(&st, " g  Second try"));
	assert_true(stage_shows(&st, " n  Null sender"));
	assert_true(stage_shows(&st, "The server does not offer STARTTLS."));
	assert_true(stage_shows(&st, "Only this port?  The port answers"));
	assert_int_equal(st.requests, 0);
}

static void test_trial_question_says_what_goes_to_whom(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Alt-!", "n"));
	assert_int_equal(st.ui.popup.kind, POPUP_TRIAL);
	assert_true(stage_shows(&st, "mx1.example.org [192.0.2.25]: EHLO "
	                             "lab.example.net"));
	assert_true(stage_shows(&st, "MAIL FROM:<>"));
	assert_true(stage_shows(&st, "The open connection is closed first."));
	assert_true(stage_shows(&st, "No message is sent."));
	assert_int_equal(st.requests, 0);
}

/* Neither Enter nor the key that asked begins it; Esc and n do nothing. */
static void test_trial_question_without_y_sends_nothing(void **state)
{
	static const char *const keys[] = { "Enter", "!", "n", "x", "Esc" };

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		stage_keys(&st, KEYS_OF("Alt-!", "n"));
		assert_int_equal(st.ui.popup.kind, POPUP_TRIAL);
		stage_keys(&st, KEYS_OF(keys[i]));
		assert_int_equal(st.requests, 0);
		stage_keys(&st, KEYS_OF("Esc"));
	}
}

static void test_trial_yes_asks_the_worker(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Alt-!", "n", "y"));
	assert_tried("null-sender");
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
}

static void test_trial_by_name_takes_its_value(void **state)
{
	(void)state;
	stage_type(&st, ":try helo mx.example.net");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "EHLO mx.example.net"));
	assert_true(stage_shows(&st, "Only give a name that is your own."));
	stage_keys(&st, KEYS_OF("j"));
	assert_tried("helo=mx.example.net");
}

/* What is chosen without the value that it needs is asked at the colon. */
static void test_trial_without_its_value_asks_for_it(void **state)
{
	size_t len;

	(void)state;
	stage_keys(&st, KEYS_OF("Alt-!", "h"));
	assert_int_equal(st.ui.mode, PROMPT_COMMAND);
	assert_string_equal(line_text(st.ui.aux, &len), "try helo ");
}

static void test_trial_that_makes_no_sense_says_why(void **state)
{
	static const struct {
		const char *typed, *said;
	} rows[] = {
		{ ":try tls", "The server does not offer STARTTLS." },
		{ ":try nonsense", "no such experiment" },
		{ ":try several=99", "a number of connections" },
		{ ":try clear", "already in clear" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		stage_type(&st, rows[i].typed);
		stage_keys(&st, KEYS_OF("Enter"));
		assert_true(stage_shows(&st, rows[i].said));
	}
	assert_int_equal(st.requests, 0);
}

/* The suggestion behind a 4yz is this experiment, and nothing else. */
static void test_trial_suggestion_of_a_450_is_the_second_try(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Alt-A", "1"));
	assert_int_equal(st.ui.popup.kind, POPUP_TRIAL);
	assert_true(stage_shows(&st, "It begins 300 s after"));
	stage_keys(&st, KEYS_OF("y"));
	assert_tried("greylist");
}

static void begin_wait(int64_t deadline_us)
{
	struct event_builder b;
	struct event *e;

	script_closed(&st.script, false, true);
	script_finding(&st.script, "experiment", "greylist", -1);
	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.deadline_us = deadline_us;
	b.e.u.prompt.step = UINT32_MAX;
	e = event_finish(&b);
	dialog_append(st.script.dialog, e);
	free(e);
}

/* How long it still waits is in the bar; the line goes to nobody; Ctrl-C. */
static void test_trial_wait_counts_down_and_is_cancelled(void **state)
{
	(void)state;
	begin_wait(100000000);
	st.ui.clock_us = 28400000;
	assert_true(ui_busy(&st.ui));
	stage_keys(&st, KEYS_OF("Ctrl-U"));
	assert_true(stage_shows(&st, "next connection in 1:12"));
	st.ui.clock_us = 99500000;
	stage_draw(&st);
	assert_true(stage_shows(&st, "next connection in 0:01"));
	stage_type(&st, "NOOP");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 0);
	assert_true(stage_shows(&st, "An experiment is under way"));
	stage_keys(&st, KEYS_OF("Ctrl-U", "Ctrl-C"));
	assert_int_equal(st.requests, 1);
	assert_int_equal(st.last->kind, REQ_CANCEL);
}

/* While one is under way, none other can be begun. */
static void test_trial_only_one_at_a_time(void **state)
{
	(void)state;
	begin_wait(100000000);
	stage_type(&st, ":try null-sender");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	assert_true(stage_shows(&st, "Something else is still under way."));
}

/* After its outcome the dialog that is repeated is still the user's own. */
static void test_trial_outcome_ends_it_and_keeps_the_base(void **state)
{
	struct event_builder b;
	struct event *e;
	uint32_t own = dialog_now(st.script.dialog)->base_session;

	(void)state;
	begin_wait(100000000);
	script_connect(&st.script, "mx1.example.org", "192.0.2.25");
	script_greeting(&st.script, "220 mx1.example.org ESMTP");
	script_closed(&st.script, false, true);
	assert_int_equal(dialog_now(st.script.dialog)->trial, TRIAL_GREYLIST);
	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, "try-greylist");
	b.e.u.check.say = event_puts(&b, "try-once");
	e = event_finish(&b);
	dialog_append(st.script.dialog, e);
	free(e);
	assert_int_equal(dialog_now(st.script.dialog)->trial, TRIAL_NONE);
	assert_int_equal(dialog_now(st.script.dialog)->base_session, own);
	assert_int_not_equal(dialog_now(st.script.dialog)->session, own);
	stage_type(&st, ":try greylist");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "has had its second try"));
}

static void test_trial_of_silent_hosts_is_about_ports(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Alt-!"));
	assert_true(stage_shows(&st, " p  Only this port?"));
	assert_false(stage_shows(&st, " n  Null sender"));
	stage_keys(&st, KEYS_OF("p"));
	assert_true(stage_shows(&st, "not a byte is sent"));
	stage_keys(&st, KEYS_OF("y"));
	assert_tried("port");
}

static void test_trial_in_a_recording_is_refused(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF(":", "t", "r", "y", "Enter"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	assert_true(stage_shows(&st, "nothing can be sent"));
}

static void test_trial_speaks_german(void **state)
{
	(void)state;
	i18n_set("de");
	stage_keys(&st, KEYS_OF("Alt-!"));
	assert_true(stage_shows(&st, "Experimente"));
	assert_true(stage_shows(&st, "Leerer Absender"));
	stage_keys(&st, KEYS_OF("n"));
	assert_true(stage_shows(&st, "Es wird keine Nachricht gesendet."));
	assert_true(stage_shows(&st, "y beginnt"));
}

#define GREY(test)                                                             \
	cmocka_unit_test_setup_teardown(test, open_greylisted, close_stage)
#define ON(test, open)                                                         \
	cmocka_unit_test_setup_teardown(test, open, close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GREY(test_trial_key_lists_what_makes_sense),
		GREY(test_trial_question_says_what_goes_to_whom),
		GREY(test_trial_question_without_y_sends_nothing),
		GREY(test_trial_yes_asks_the_worker),
		GREY(test_trial_by_name_takes_its_value),
		GREY(test_trial_without_its_value_asks_for_it),
		GREY(test_trial_that_makes_no_sense_says_why),
		GREY(test_trial_suggestion_of_a_450_is_the_second_try),
		GREY(test_trial_wait_counts_down_and_is_cancelled),
		GREY(test_trial_only_one_at_a_time),
		GREY(test_trial_outcome_ends_it_and_keeps_the_base),
		ON(test_trial_of_silent_hosts_is_about_ports, open_silent),
		ON(test_trial_in_a_recording_is_refused, open_recording),
		GREY(test_trial_speaks_german),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
