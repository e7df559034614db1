#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui/plain.h"
#include "ui_dialog.h"

struct run {
	struct script script;
	struct plan plan;
	struct ui_config cfg;
	enum request_kind kinds[8];
	char lines[8][80];
	size_t n;
	struct queue *events;
	char *out;
};

static void post_end(struct run *r)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_END);
	e = event_finish(&b);
	queue_post(r->events, e, e->size);
}

static void post_closed(struct run *r)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_CLOSED);
	b.e.session = 1;
	b.e.u.closed.by_server = true;
	e = event_finish(&b);
	queue_post(r->events, e, e->size);
}

static void post_prompt(struct run *r, bool checking)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.state = ST_RCPT;
	b.e.u.prompt.open = true;
	b.e.u.prompt.checking = checking;
	e = event_finish(&b);
	queue_post(r->events, e, e->size);
}

static void post_checks(struct run *r)
{
	struct event_builder b;
	struct event *e;

	post_prompt(r, false); /* one that was under way */
	post_prompt(r, true);
	event_begin(&b, EV_CHECK);
	b.e.u.check.id = event_puts(&b, "tls-rpt");
	b.e.u.check.say = event_puts(&b, "rpt-absent");
	b.e.u.check.grade = GRADE_NOTE;
	e = event_finish(&b);
	queue_post(r->events, e, e->size);
	post_prompt(r, true);
	post_prompt(r, false);
}

static void take_request(void *arg, struct request *q)
{
	struct run *r = arg;

	if (r->n < 8) {
		r->kinds[r->n] = q->kind;
		snprintf(r->lines[r->n++], 80, "%s", q->text ? q->text : "");
	}
	if (q->kind == REQ_SEND || q->kind == REQ_ANSWER ||
	    q->kind == REQ_LOGIN)
		post_closed(r);
	if (q->kind == REQ_CHECK)
		post_checks(r);
	if (q->kind == REQ_STOP || q->kind == REQ_OPEN)
		post_end(r);
	request_free(q);
}

/* What comes out when these lines are typed over the greylisted session. */
static void play_over(struct run *r, void (*dialog)(struct script *),
                      const char *typed, bool replay)
{
	int in[2];
	size_t size;
	FILE *out;

	*r = (struct run){ .n = 0 };
	script_new(&r->script);
	dialog(&r->script);
	plan_init(&r->plan);
	r->events = queue_new();
	r->cfg = (struct ui_config){
		.link = { .dialog = r->script.dialog, .plan = &r->plan,
		          .events = r->events, .title = "", .replay = replay },
		.calls = { .request = take_request, .arg = r },
		.theme = "", .record_path = "", .state_dir = "",
		.guided = true,
	};
	assert_int_equal(pipe(in), 0);
	assert_int_equal(write(in[1], typed, strlen(typed)), strlen(typed));
	close(in[1]);
	out = open_memstream(&r->out, &size);
	plain_run(&r->cfg, in[0], out);
	fclose(out);
	close(in[0]);
}

static void play(struct run *r, const char *typed, bool replay)
{
	play_over(r, script_greylisted, typed, replay);
}

static void done(struct run *r)
{
	free(r->out);
	queue_free(r->events, free);
	plan_clear(&r->plan);
	dialog_free(r->script.dialog);
}

static void test_plain_dialog_is_numbered_lines(void **state)
{
	struct run r;

	(void)state;
	play(&r, "", true);
	assert_non_null(strstr(r.out, "   5 C: EHLO lab.example.net\n"));
	assert_non_null(strstr(r.out, "S: 250-SIZE 36700160\n"));
	assert_non_null(strstr(r.out, "S: 450 4.2.0 Greylisted"));
	assert_non_null(strstr(r.out, "TEMPORARY"));
	assert_null(strstr(r.out, "│"));
	assert_null(strchr(r.out, '\033'));
	assert_int_equal(r.n, 0);
	done(&r);
}

static void test_plain_question_mark_explains_again(void **state)
{
	struct run r;
	const char *first, *again;

	(void)state;
	play(&r, "?\n", true);
	first = strstr(r.out, "TEMPORARY");
	assert_non_null(first);
	again = strstr(first + 1, "TEMPORARY");
	assert_non_null(again);
	assert_non_null(strstr(again, "Refs: "));
	done(&r);
}

/* Each row in a sentence, what differs named. */
static void test_plain_grid_and_compare_are_lines(void **state)
{
	struct run r;

	(void)state;
	play(&r, ":grid\n:compare 1 1\n:compare\n:compare 1\n"
	         ":compare 1 7\n", true);
	assert_non_null(strstr(r.out, "0 of 2 addresses so far"));
	assert_non_null(strstr(r.out, "mx1.example.org [192.0.2.25]: TCP "));
	assert_non_null(strstr(r.out, "mx2.example.org [198.51.100.7]: "
	                              "untried"));
	assert_non_null(strstr(r.out, "--- session 1, "));
	assert_non_null(strstr(r.out, "no difference but in words"));
	assert_non_null(strstr(r.out, "There are no two sessions"));
	assert_non_null(strstr(r.out, "Two numbers of sessions"));
	assert_non_null(strstr(r.out, "There are no sessions 1 and 7 here."));
	done(&r);
}

static void checked(struct script *s)
{
	script_greylisted(s);
	script_check(s, "own-address", "192.0.2.7", GRADE_PASS, "own-given");
	script_check(s, "mx", "example.org", GRADE_BAD, "mx-none");
	script_check(s, "dmarc", "lab.example.net", GRADE_WARN, "dmarc-none");
}

/* Line by line, what speaks against someone first. */
static void test_plain_checks_are_told_bad_first(void **state)
{
	struct run r;
	const char *counts, *bad, *warn, *good;

	(void)state;
	play_over(&r, checked, ":checks\n:check\n", true);
	counts = strstr(r.out, "Checks: bad 1, warning 1, good 1.\n");
	assert_non_null(counts);
	bad = strstr(counts, "MX records, bad: example.org exists");
	warn = strstr(counts, "DMARC, warning: lab.example.net has no");
	good = strstr(counts, "Own address, good: ");
	assert_non_null(bad);
	assert_true(bad < warn && warn < good);
	assert_non_null(strstr(bad, "Try: Publish an MX record"));
	assert_non_null(strstr(r.out, "nothing is asked"));
	assert_int_equal(r.n, 0);
	done(&r);
}

static void test_plain_checks_without_any_say_so(void **state)
{
	struct run r;

	(void)state;
	play(&r, ":checks\n", true);
	assert_non_null(strstr(r.out, "No check is recorded up to here."));
	done(&r);
}

/* Of what comes out after the first prompt, in this order; NULL ends. */
static void assert_told(const char *out, const char *const *words)
{
	for (; *words; words++) {
		const char *at = strstr(out, *words);

		if (!at)
			fail_msg("%s is missing in %s", *words, out);
		out = at + strlen(*words);
	}
}

/* A recording opens whole; then each turn can be heard alone. */
static void test_plain_recording_goes_turn_by_turn(void **state)
{
	struct run r;

	(void)state;
	play(&r, ":rewind\n\n\n\n:back\n:goto 5\n\n\n?\n", true);
	assert_told(r.out, (const char *const[]){
		"S: 450", "turn 6 of 6> ", "begins here", "MX example.org",
		"connecting to", "S: 220", "connecting to", "connected in",
		"C: MAIL", "S: 250", "C: RCPT", "S: 450", "ends here",
		"TEMPORARY", "Refs", NULL });
	done(&r);
}

static void test_plain_recording_is_searched(void **state)
{
	struct run r;

	(void)state;
	play(&r, ":search mail from\n:search rcpt to\n:search nowhere\n"
	         ":search\n:goto 3s\n:goto x\n:next\n", true);
	assert_told(r.out, (const char *const[]){
		"S: 450", "goes on at the top", "C: MAIL", "C: RCPT",
		"Not found.", "Not found.", "C: MAIL", "Write :goto 12",
		"C: RCPT", NULL });
	done(&r);
}

/* To its end although the input has ended; the fast way, not to wait. */
static void test_plain_recording_plays(void **state)
{
	struct run r;

	(void)state;
	play(&r, ":faster\n:faster\n:faster\n:faster\n:slower\n:faster\n"
	         ":play\n", true);
	assert_told(r.out, (const char *const[]){
		"\303\2272\n", "\303\22716\n", "\303\2278\n",
		"\303\22716\n", "begins here", "C: RCPT", "S: 450", NULL });
	done(&r);
}

static void test_plain_recording_helps_with_its_own(void **state)
{
	struct run r;

	(void)state;
	play(&r, ":help\nNOOP\n", true);
	assert_non_null(strstr(r.out, ":goto 12"));
	assert_null(strstr(r.out, "goes to the server"));
	assert_int_equal(r.n, 0);
	done(&r);
}

/* Asked for, they are waited for and told; only then comes the next line. */
static void test_plain_check_is_told_at_its_end(void **state)
{
	struct run r;
	const char *told, *next;

	(void)state;
	play(&r, ":check\n:help\n", false);
	assert_int_equal(r.kinds[0], REQ_CHECK);
	assert_int_equal(r.kinds[1], REQ_STOP);
	told = strstr(r.out, "TLS reports, note: ");
	next = strstr(r.out, "this list");
	assert_non_null(told);
	assert_non_null(next);
	assert_true(told < next);
	done(&r);
}

static void test_plain_end_of_input_says_quit(void **state)
{
	struct run r;

	(void)state;
	play(&r, "", false);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.kinds[0], REQ_STOP);
	assert_non_null(strstr(r.out, "after RCPT"));
	done(&r);
}

/* A pipe is not pipelining: the second line waits for the first one's reply.
 */
static void test_plain_lines_wait_for_their_reply(void **state)
{
	struct run r;

	(void)state;
	play(&r, "RSET\nNOOP\n", false);
	assert_int_equal(r.kinds[0], REQ_SEND);
	assert_string_equal(r.lines[0], "RSET");
	/* the connection was lost instead of a reply: NOOP is no command then
	 * but a target, and nothing was sent twice */
	for (size_t i = 1; i < r.n; i++)
		assert_int_not_equal(r.kinds[i], REQ_SEND);
	done(&r);
}

static void test_plain_wrong_command_says_so(void **state)
{
	struct run r;

	(void)state;
	play(&r, ":thme\n:q\n", false);
	assert_non_null(strstr(r.out, ":help"));
	assert_int_equal(r.kinds[0], REQ_STOP);
	done(&r);
	play(&r, ":mask al\n:mask\n:mask al\n:xyzzy two\n:rules\n:save\n",
	     true);
	assert_null(strstr(r.out, "MASK is off."));
	assert_non_null(strstr(r.out, "Write :mask all"));
	assert_non_null(strstr(r.out, "No such command."));
	assert_non_null(strstr(r.out, "Not in line mode."));
	done(&r);
}

static void with_rcpt(struct script *s)
{
	script_greylisted(s);
	script_sent(s, "RCPT", "RCPT TO:<eve@example.org>");
	script_reply(s, "2.1.5", "250 2.1.5 Ok");
	script_state(s, ST_MAIL, ST_RCPT);
	script_prompt(s, ST_RCPT, "DATA", 0);
}

/* Enter alone would send the proposed DATA: that takes the word, too. */
static void test_plain_message_takes_the_word_send(void **state)
{
	struct run r;

	(void)state;
	play_over(&r, with_rcpt, "\nno\n", false);
	assert_non_null(strstr(r.out, "1 recipient(s)"));
	assert_non_null(strstr(r.out, "Not sent."));
	assert_int_equal(r.n, 1);
	assert_int_equal(r.kinds[0], REQ_STOP);
	done(&r);
	play_over(&r, with_rcpt, "BDAT 3 LAST\nsend\n", false);
	assert_int_equal(r.kinds[0], REQ_SEND);
	assert_string_equal(r.lines[0], "BDAT 3 LAST");
	done(&r);
}

static void asks_password(struct script *s)
{
	script_inside_tls(s, "ok", "");
	script_ask(s, "password", "alice");
}

static void test_plain_password_is_not_printed(void **state)
{
	struct run r;

	(void)state;
	play_over(&r, asks_password, "geheim\n", false);
	assert_non_null(strstr(r.out, "Password of alice"));
	assert_null(strstr(r.out, "geheim"));
	assert_int_equal(r.kinds[0], REQ_ANSWER);
	assert_string_equal(r.lines[0], "geheim");
	done(&r);
}

static void asks_clear(struct script *s)
{
	script_inside_tls(s, "ok", "");
	script_ask(s, "auth-clear", "PLAIN");
}

static void test_plain_login_in_clear_is_no_default(void **state)
{
	struct run r;

	(void)state;
	play_over(&r, asks_clear, "n\n", false);
	assert_int_equal(r.kinds[0], REQ_ANSWER);
	assert_string_equal(r.lines[0], "");
	done(&r);
}

static void inside_tls(struct script *s)
{
	script_inside_tls(s, "self-signed", "");
}

static void test_plain_login_and_tls_line(void **state)
{
	struct run r;

	(void)state;
	play_over(&r, inside_tls, ":login alice PLAIN\ngeheim\n", false);
	assert_non_null(strstr(r.out, "-- TLSv1.3, not verified: "));
	assert_null(strstr(r.out, "geheim"));
	assert_int_equal(r.kinds[0], REQ_LOGIN);
	assert_string_equal(r.lines[0], "alice PLAIN");
	done(&r);
}

/* It comes before the first line is read and must not cost that line. */
static void test_plain_ctrl_c_cancels_and_never_leaves(void **state)
{
	sigset_t interrupt;
	struct run r;

	(void)state;
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	raise(SIGINT);
	play(&r, "NOOP\n:q\n", false);
	assert_non_null(strstr(r.out, "Ctrl-C cancels"));
	assert_int_equal(r.kinds[0], REQ_SEND);
	assert_string_equal(r.lines[0], "NOOP");
	done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_dialog_is_numbered_lines),
		cmocka_unit_test(test_plain_question_mark_explains_again),
		cmocka_unit_test(test_plain_grid_and_compare_are_lines),
		cmocka_unit_test(test_plain_checks_are_told_bad_first),
		cmocka_unit_test(test_plain_checks_without_any_say_so),
		cmocka_unit_test(test_plain_recording_goes_turn_by_turn),
		cmocka_unit_test(test_plain_recording_is_searched),
		cmocka_unit_test(test_plain_recording_plays),
		cmocka_unit_test(test_plain_recording_helps_with_its_own),
		cmocka_unit_test(test_plain_check_is_told_at_its_end),
		cmocka_unit_test(test_plain_end_of_input_says_quit),
		cmocka_unit_test(test_plain_lines_wait_for_their_reply),
		cmocka_unit_test(test_plain_wrong_command_says_so),
		cmocka_unit_test(test_plain_ctrl_c_cancels_and_never_leaves),
		cmocka_unit_test(test_plain_message_takes_the_word_send),
		cmocka_unit_test(test_plain_password_is_not_printed),
		cmocka_unit_test(test_plain_login_in_clear_is_no_default),
		cmocka_unit_test(test_plain_login_and_tls_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
