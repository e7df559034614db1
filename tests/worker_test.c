#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "netclient.h"
#include "netscript.h"
#include "smtpfault.h"
#include "util/xalloc.h"

enum {
	WAIT_MS = 5000,
	STILL_MS = 300, /* in which a dialog that is not held up ends */
};

static struct smtpfault *serve(const struct fault *script)
{
	static const struct fault *scripts[1];

	scripts[0] = script;
	return smtpfault_start(scripts, 1);
}

static struct plan *by_hand(uint16_t port)
{
	struct plan *p = client_plan_port(port);

	p->hold_enter = false;
	return p;
}

/* The next prompt that waits for the user in that state. */
static const struct event *wait_idle(struct client *c, enum state s)
{
	const struct event *e;

	do
		e = client_wait(c, EV_PROMPT, WAIT_MS);
	while (e && (e->u.prompt.state != s || e->u.prompt.pending ||
	             (s != ST_CLOSED && !e->u.prompt.open)));
	return e;
}

/* While checks are made each prompt says so; the last one, that they have
 * ended. Port 9 of this host answers no DNS: they end all the same. */
static void test_prompt_says_while_checks_are_made(void **state)
{
	struct smtpfault *f = serve(SCRIPT(GREET, HEAR));
	struct worker_config cfg = { .dns = "127.0.0.1:9", .dns_try_ms = 100 };
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, &cfg);
	client_open(&c, by_hand(smtpfault_port(f)));
	e = wait_idle(&c, ST_GREETED);
	assert_non_null(e);
	assert_false(e->u.prompt.checking);
	assert_int_equal(client_count(&c, EV_CHECK), 0);
	client_ask(&c, REQ_CHECK, NULL, NULL, false);
	e = client_wait(&c, EV_PROMPT, WAIT_MS);
	assert_non_null(e);
	assert_true(e->u.prompt.checking && e->u.prompt.open);
	do
		e = client_wait(&c, EV_PROMPT, WAIT_MS);
	while (e && e->u.prompt.checking);
	assert_non_null(e);
	assert_int_equal(e->u.prompt.state, ST_GREETED);
	assert_true(client_count(&c, EV_CHECK) > 0);
	client_stop(&c);
	smtpfault_stop(f);
}

/* ---- start and stop ---- */

static void test_worker_stop_leaves_no_descriptor(void **state)
{
	struct client c;
	int before;

	(void)state;
	client_start(&c, NULL); /* libuv keeps two descriptors for good */
	client_stop(&c);
	before = client_open_fds();
	for (int i = 0; i < 20; i++) {
		client_start(&c, NULL);
		client_stop(&c);
	}
	assert_int_equal(client_open_fds(), before);
}

/* client_stop() fails when that takes more than a second. */
static void test_worker_stop_in_a_dialog_is_quick(void **state)
{
	struct smtpfault *f = serve(SCRIPT(TO_EHLO, HEAR, HEAR, HEAR));
	struct client c;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, client_plan_port(smtpfault_port(f)));
	assert_non_null(client_wait(&c, EV_REPLY, WAIT_MS));
	client_stop(&c);
	smtpfault_stop(f);
}

static void test_worker_stop_politely_says_quit(void **state)
{
	struct smtpfault *f = serve(SCRIPT(TO_EHLO, HEAR, BYE, CLOSE));
	struct client c;
	char *heard;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, by_hand(smtpfault_port(f)));
	assert_non_null(wait_idle(&c, ST_GREETED));
	client_send(&c, "EHLO client.example");
	assert_non_null(wait_idle(&c, ST_READY));
	client_ask(&c, REQ_STOP, NULL, NULL, true);
	assert_non_null(client_wait(&c, EV_END, WAIT_MS));
	assert_true(client_find(&c, EV_CLOSED, 0)->u.closed.clean);
	client_stop(&c);
	heard = smtpfault_heard(f);
	assert_non_null(strstr(heard, "QUIT\r\n"));
	free(heard);
	smtpfault_stop(f);
}

static void test_worker_1000_sessions_leave_no_descriptor(void **state)
{
	struct smtpfault *f = serve(SCRIPT(GOOD_SESSION));
	struct client c;
	int before;

	(void)state;
	client_start(&c, NULL);
	client_run(&c, client_plan_port(smtpfault_port(f)), WAIT_MS);
	before = client_open_fds();
	for (int i = 0; i < 1000; i++) {
		const struct event *e;

		client_forget(&c);
		e = client_run(&c, client_plan_port(smtpfault_port(f)),
		               WAIT_MS);
		assert_non_null(e);
		assert_int_equal(e->u.end.exit, 0);
	}
	assert_int_equal(smtpfault_wait(f, 1001, WAIT_MS), 1001);
	assert_int_equal(client_open_fds(), before);
	client_stop(&c);
	smtpfault_stop(f);
}

static void test_worker_without_descriptors_says_local(void **state)
{
	struct smtpfault *f = serve(SCRIPT(GOOD_SESSION));
	struct rlimit old, none;
	int next = dup(STDIN_FILENO);
	const struct event *e;
	struct client c;

	(void)state;
	close(next);
	client_start(&c, NULL);
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = (rlim_t)next; /* the next descriptor is refused */
	setrlimit(RLIMIT_NOFILE, &none);
	client_run(&c, client_plan_port(smtpfault_port(f)), WAIT_MS);
	setrlimit(RLIMIT_NOFILE, &old);
	e = client_find(&c, EV_FAILED, 0);
	assert_non_null(e);
	assert_int_equal(e->u.failed.kind, FAIL_LOCAL);
	client_stop(&c);
	smtpfault_stop(f);
}

/* ---- the queue ---- */

/* Nobody takes events: the worker stops reading, and nothing is lost. */
static void test_worker_full_queue_stops_reading(void **state)
{
	enum { LINES = 4000, SLACK = 64 };
	static struct fault script[3 + 2 * LINES + 3];
	size_t n = 0, before = 0;
	int64_t still_us;
	struct plan *p;
	struct smtpfault *f;
	struct client c;

	(void)state;
	script[n++] = (struct fault)GREET;
	for (int i = 0; i < LINES; i++) {
		script[n++] = (struct fault)HEAR;
		script[n++] = (struct fault)OK;
	}
	script[n++] = (struct fault)HEAR;
	script[n++] = (struct fault)BYE;
	script[n++] = (struct fault)END;
	f = serve(script);
	p = client_plan_port(smtpfault_port(f));
	for (int i = 0; i < LINES; i++)
		plan_add_step(p, STEP_SEND, "NOOP", 0);
	plan_add_step(p, STEP_SEND, "QUIT", 0);
	client_start(&c, NULL);
	client_open(&c, p);
	while (!queue_is_full(worker_events(c.worker)))
		sched_yield();
	/* it stands still: unread, the whole dialog would be over by now */
	assert_int_equal(smtpfault_wait(f, 1, STILL_MS), 0);
	still_us = loop_now_us() - c.start_us;
	assert_non_null(client_wait(&c, EV_END, WAIT_MS));
	while (before < c.n && c.events[before]->t_us < still_us)
		before++;
	assert_in_range(before, QUEUE_ITEMS_MAX, QUEUE_ITEMS_MAX + SLACK);
	assert_true(client_in_order(&c));
	assert_int_equal(client_count(&c, EV_SENT), LINES + 1);
	assert_int_equal(client_count(&c, EV_REPLY), LINES + 2);
	client_stop(&c);
	smtpfault_stop(f);
}

/* ---- a person at the keyboard ---- */

static void test_typed_lines_go_out_as_typed(void **state)
{
	struct smtpfault *f = serve(SCRIPT(GREET, HEAR, EHLO_OK, HEAR,
	                                   SAY("501 5.5.4 Syntax\r\n"), HEAR,
	                                   BYE, CLOSE));
	struct client c;
	char *heard;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, by_hand(smtpfault_port(f)));
	assert_non_null(wait_idle(&c, ST_GREETED));
	client_send(&c, "eHLO  there");
	assert_non_null(wait_idle(&c, ST_READY));
	client_send(&c, "mail from: me");
	assert_non_null(wait_idle(&c, ST_READY));
	client_send(&c, "QUIT");
	assert_non_null(client_wait(&c, EV_VERDICT, WAIT_MS));
	heard = smtpfault_heard(f);
	assert_string_equal(heard, "eHLO  there\r\nmail from: me\r\nQUIT\r\n");
	free(heard);
	assert_int_equal(client_count(&c, EV_END), 0); /* the run goes on */
	client_stop(&c);
	smtpfault_stop(f);
}

static void test_cancel_at_the_prompt_does_nothing(void **state)
{
	struct smtpfault *f = serve(SCRIPT(TO_EHLO, HEAR, OK, HEAR));
	struct client c;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, by_hand(smtpfault_port(f)));
	assert_non_null(wait_idle(&c, ST_GREETED));
	client_ask(&c, REQ_CANCEL, NULL, NULL, false);
	client_send(&c, "EHLO there");
	assert_non_null(wait_idle(&c, ST_READY));
	assert_int_equal(client_count(&c, EV_CLOSED), 0);
	client_stop(&c);
	smtpfault_stop(f);
}

static void test_prompt_tells_the_deadline_of_a_wait(void **state)
{
	struct smtpfault *f = serve(SCRIPT(GREET, HEAR));
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, by_hand(smtpfault_port(f)));
	e = wait_idle(&c, ST_GREETED);
	assert_non_null(e);
	assert_int_equal(e->u.prompt.deadline_us, 0);
	client_send(&c, "EHLO there");
	e = client_wait(&c, EV_PROMPT, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.prompt.pending, 1);
	assert_true(e->u.prompt.deadline_us > e->t_us);
	client_stop(&c);
	smtpfault_stop(f);
}

static void test_421_at_the_prompt_ends_the_session(void **state)
{
	struct smtpfault *f = serve(SCRIPT(TO_EHLO,
	                                   SAY("421 4.3.2 Bye now\r\n"),
	                                   CLOSE));
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, by_hand(smtpfault_port(f)));
	assert_non_null(wait_idle(&c, ST_GREETED));
	client_send(&c, "EHLO there");
	e = client_wait(&c, EV_VERDICT, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.verdict.exit, 75);
	assert_non_null(wait_idle(&c, ST_CLOSED));
	client_stop(&c);
	smtpfault_stop(f);
}

static void test_connect_again_opens_a_second_session(void **state)
{
	struct smtpfault *f = serve(SCRIPT(GREET, HEAR, BYE, CLOSE));
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, by_hand(smtpfault_port(f)));
	assert_non_null(wait_idle(&c, ST_GREETED));
	client_ask(&c, REQ_CONNECT, "", "", false); /* says QUIT first */
	e = client_wait(&c, EV_CONNECTED, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->session, 2);
	assert_true(client_find(&c, EV_CLOSED, 0)->u.closed.clean);
	client_ask(&c, REQ_CLOSE, NULL, NULL, false);
	assert_non_null(client_wait(&c, EV_CLOSED, WAIT_MS));
	client_stop(&c);
	smtpfault_stop(f);
}

/* The old server never answers QUIT: the new target does not wait for it. */
static void test_open_another_does_not_hang(void **state)
{
	struct smtpfault *old = serve(SCRIPT(GREET, HEAR));
	const struct fault *good[] = { SCRIPT(GOOD_SESSION) };
	struct smtpfault *f = smtpfault_start(good, 1);
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, NULL);
	client_open(&c, by_hand(smtpfault_port(old)));
	assert_non_null(wait_idle(&c, ST_GREETED));
	client_open(&c, client_plan_port(smtpfault_port(f)));
	assert_non_null(client_wait(&c, EV_END, WAIT_MS)); /* of the old one */
	e = client_wait(&c, EV_END, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	assert_true(client_in_order(&c));
	client_stop(&c);
	smtpfault_stop(f);
	smtpfault_stop(old);
}

/* ---- lessons ---- */

/* Greylisting: QUIT, a pause, a new connection, and there it goes on. */
static void test_step_connect_goes_on_in_a_new_session(void **state)
{
	const struct fault *scripts[] = {
		SCRIPT(TO_MAIL, HEAR, SAY("450 4.2.0 Greylisted\r\n"), HEAR,
		       BYE, CLOSE),
		SCRIPT(TO_RCPT, HEAR, BYE, CLOSE),
	};
	static const char *const lines[] = { "EHLO c.example",
		"MAIL FROM:<a@c.example>", "RCPT TO:<b@d.example>" };
	struct smtpfault *f = smtpfault_start(scripts, 2);
	struct plan *p = client_plan_port(smtpfault_port(f));
	const struct event *e;
	struct client c;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 3; i++)
			plan_add_step(p, STEP_SEND, lines[i], 0);
		if (round == 0)
			plan_add_step(p, STEP_CONNECT, "", 50);
	}
	client_start(&c, NULL);
	e = client_run(&c, p, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	assert_int_equal(e->u.end.sessions, 2);
	assert_int_equal(e->u.end.deferred, 1);
	assert_int_equal(e->u.end.accepted, 1);
	e = client_find(&c, EV_CONNECTING, 1);
	assert_true(e->t_us - client_find(&c, EV_CLOSED, 0)->t_us >= 50000);
	client_stop(&c);
	smtpfault_stop(f);
}

/* ---- the message ---- */

static void test_message_digest_is_that_of_its_bytes(void **state)
{
	/* printf 'Subject: x\r\n\r\n.dot\r\nend\r\n' | sha256sum */
	static const char digest[] =
	    "787a44e422623ccb16d8010078d26ef6083711dbb6db68a0ea2477e80227f7a0";
	struct smtpfault *f = serve(SCRIPT(TO_DATA, HEAR_DOT, OK, HEAR, BYE,
	                                   CLOSE));
	struct plan *p = client_plan_port(smtpfault_port(f));
	const struct event *e;
	struct client c;
	char *heard;

	(void)state;
	p->stage = STAGE_DOT;
	p->message = xstrdup("Subject: x\n\n.dot\nend\n");
	p->message_len = strlen(p->message);
	client_start(&c, NULL);
	e = client_run(&c, p, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	e = client_find(&c, EV_MESSAGE, 0);
	assert_non_null(e);
	assert_string_equal(event_text(e, e->u.message.sha256), digest);
	assert_int_equal(e->u.message.stuffed, 1);
	heard = smtpfault_heard(f);
	assert_non_null(strstr(heard, "\r\n..dot\r\nend\r\n.\r\n"));
	free(heard);
	client_stop(&c);
	smtpfault_stop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worker_stop_leaves_no_descriptor),
		cmocka_unit_test(test_worker_stop_in_a_dialog_is_quick),
		cmocka_unit_test(test_worker_stop_politely_says_quit),
		cmocka_unit_test(test_worker_1000_sessions_leave_no_descriptor),
		cmocka_unit_test(test_worker_without_descriptors_says_local),
		cmocka_unit_test(test_worker_full_queue_stops_reading),
		cmocka_unit_test(test_typed_lines_go_out_as_typed),
		cmocka_unit_test(test_cancel_at_the_prompt_does_nothing),
		cmocka_unit_test(test_prompt_tells_the_deadline_of_a_wait),
		cmocka_unit_test(test_421_at_the_prompt_ends_the_session),
		cmocka_unit_test(test_connect_again_opens_a_second_session),
		cmocka_unit_test(test_open_another_does_not_hang),
		cmocka_unit_test(test_step_connect_goes_on_in_a_new_session),
		cmocka_unit_test(test_message_digest_is_that_of_its_bytes),
		cmocka_unit_test(test_prompt_says_while_checks_are_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
