#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blackhole.h"
#include "netclient.h"
#include "netscript.h"
#include "smtpfault.h"
#include "util/xalloc.h"
#include "zonefake.h"

/* Experiments on the wire: what the server is told, what is concluded. */

enum { WAIT_MS = 5000, CANCEL_MS = 250 };

/* 198.51.100.0/24 and 2001:db8::/32 are for documentation (RFC 5737, RFC
 * 3849): only redirects lead anywhere. */
static const struct zone_record zone[] = {
	{ "two.example.", "MX", "10 mx1.two.example." },
	{ "two.example.", "MX", "20 mx2.two.example." },
	{ "mx1.two.example.", "A", "198.51.100.1" },
	{ "mx1.two.example.", "AAAA", "2001:db8::1" },
	{ "mx2.two.example.", "A", "198.51.100.2" },
	{ NULL, NULL, NULL },
};

enum { REDIRECTS = 8 };

struct stage_set {
	struct zonefake *dns;
	struct smtpfault *mx1, *mx2;
	struct redirect redirects[REDIRECTS];
	size_t n;
	struct client c;
};

static void lead(struct stage_set *s, const char *address, uint16_t port,
                 uint16_t to)
{
	s->redirects[s->n++] = (struct redirect){ .address = address,
		.port = port, .to_port = to };
}

/* mx2 also answers at the IPv6 address of mx1. */
static void set_up(struct stage_set *s, const struct fault *const *mx1,
                   size_t n1, const struct fault *const *mx2, size_t n2)
{
	struct worker_config cfg = { 0 };
	uint16_t closed = smtpfault_closed_port();

	*s = (struct stage_set){ .n = 0 };
	s->dns = zonefake_start(zone);
	s->mx1 = mx1 ? smtpfault_start(mx1, n1) : NULL;
	s->mx2 = mx2 ? smtpfault_start(mx2, n2) : NULL;
	lead(s, "198.51.100.1", 25, s->mx1 ? smtpfault_port(s->mx1) : closed);
	lead(s, "198.51.100.1", 587, s->mx2 ? smtpfault_port(s->mx2) : closed);
	lead(s, "198.51.100.2", 25, s->mx2 ? smtpfault_port(s->mx2) : closed);
	lead(s, "2001:db8::1", 25, s->mx2 ? smtpfault_port(s->mx2) : closed);
	lead(s, "198.51.100.1", 0, closed);
	lead(s, "198.51.100.2", 0, closed);
	lead(s, "2001:db8::1", 0, closed);
	cfg.dns = zonefake_server(s->dns);
	cfg.redirects = s->redirects;
	cfg.n_redirects = s->n;
	client_start(&s->c, &cfg);
}

static void tear_down(struct stage_set *s)
{
	client_stop(&s->c);
	if (s->mx1)
		smtpfault_stop(s->mx1);
	if (s->mx2)
		smtpfault_stop(s->mx2);
	zonefake_stop(s->dns);
}

/* IPv4 only, unless the experiment is about families: one order of trying. */
static struct plan *plan_with(const char *trial)
{
	struct plan *p = client_plan("user@two.example");

	p->patience = PATIENCE_CLASSROOM;
	p->family = strncmp(trial, "family", 6) == 0 ? 0 : 4;
	assert_null(trial_parse(trial, &p->trial));
	return p;
}

static const struct event *outcome(const struct client *c)
{
	for (size_t i = 0; i < client_count(c, EV_CHECK); i++) {
		const struct event *e = client_find(c, EV_CHECK, i);

		if (strncmp(event_text(e, e->u.check.id), "try-", 4) == 0)
			return e;
	}
	return NULL;
}

static void assert_says(const struct client *c, const char *id,
                        const char *say)
{
	const struct event *e = outcome(c);

	assert_non_null(e);
	assert_string_equal(event_text(e, e->u.check.id), id);
	assert_string_equal(event_text(e, e->u.check.say), say);
}

static size_t times(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

/* Nothing of a message, and a goodbye for each session that could have one. */
static void assert_well_behaved(struct smtpfault *f, size_t quits)
{
	char *heard = smtpfault_heard(f);

	assert_null(strstr(heard, "DATA"));
	assert_int_equal(times(heard, "QUIT\r\n"), quits);
	free(heard);
}

#define DEFER SAY("450 4.2.0 Greylisted, try again in 1 second\r\n")
#define REFUSE SAY("550 5.7.1 Not from there\r\n")
#define ENDS HEAR, OK, HEAR, BYE, CLOSE /* RSET, QUIT */
#define EHLO_TLS SAY("250-mx.example\r\n250 STARTTLS\r\n")

static const struct fault *const good[] = { SCRIPT(GOOD_SESSION) };
static const struct fault *const bad[] = {
	SCRIPT(TO_MAIL, HEAR, REFUSE, ENDS)
};
static const struct fault *const bad_then_good[] = {
	SCRIPT(TO_MAIL, HEAR, REFUSE, ENDS), SCRIPT(GOOD_SESSION)
};
static const struct fault *const bad_then_421[] = {
	SCRIPT(TO_MAIL, HEAR, REFUSE, ENDS),
	SCRIPT(TO_EHLO, HEAR, SAY("421 4.7.0 Enough\r\n"), CLOSE)
};
static const struct fault *const bad_then_gone[] = {
	SCRIPT(TO_MAIL, HEAR, REFUSE, ENDS), SCRIPT(TO_EHLO, HEAR, CLOSE)
};
static const struct fault *const bad_then_reset[] = {
	SCRIPT(TO_MAIL, HEAR, REFUSE, ENDS), SCRIPT(RESET)
};
static const struct fault *const grey[] = {
	SCRIPT(TO_MAIL, HEAR, DEFER, ENDS), SCRIPT(GOOD_SESSION)
};
static const struct fault *const grey_again[] = {
	SCRIPT(TO_MAIL, HEAR, DEFER, ENDS), SCRIPT(TO_MAIL, HEAR, DEFER, ENDS)
};
static const struct fault *const grey_no[] = {
	SCRIPT(TO_MAIL, HEAR, DEFER, ENDS),
	SCRIPT(TO_MAIL, HEAR, REFUSE, ENDS)
};
static const struct fault *const demands[] = {
	SCRIPT(GREET, HEAR, EHLO_TLS, HEAR,
	       SAY("530 5.7.0 Must issue a STARTTLS command first\r\n"), HEAR,
	       BYE, CLOSE)
};
static const struct fault *const offers[] = {
	SCRIPT(GREET, HEAR, EHLO_TLS, HEAR, OK, HEAR, OK, ENDS)
};
static const struct fault *const one_of_three[] = {
	SCRIPT(TO_MAIL, HEAR, OK, ENDS), SCRIPT(TO_EHLO, HEAR, BYE, CLOSE),
	SCRIPT(SAY("220 other.example ESMTP\r\n"), HEAR, EHLO_OK, HEAR, BYE,
	       CLOSE),
	SCRIPT(TO_EHLO, HEAR, BYE, CLOSE)
};
static const struct fault *const three_then_421[] = {
	SCRIPT(TO_MAIL, HEAR, OK, ENDS), SCRIPT(TO_EHLO, HEAR, BYE, CLOSE),
	SCRIPT(TO_EHLO, HEAR, BYE, CLOSE),
	SCRIPT(SAY("421 4.7.0 Too many connections\r\n"), CLOSE)
};
static const struct fault *const hears[] = { SCRIPT(HEAR) };
/* who types leaves without RSET */
static const struct fault *const typed_grey[] = {
	SCRIPT(TO_MAIL, HEAR, DEFER, HEAR, BYE, CLOSE), SCRIPT(GOOD_SESSION)
};
static const struct fault *const typed_bad[] = {
	SCRIPT(TO_MAIL, HEAR, REFUSE, HEAR, BYE, CLOSE), SCRIPT(TO_EHLO, HEAR)
};
static const struct fault *const vanishes[] = { SCRIPT(RESET) };

static const struct trial_row {
	const char *trial;
	const struct fault *const *mx1;
	size_t n1;
	const struct fault *const *mx2;
	const char *id, *say;
	int exit;       /* of the dialog, not of the experiment */
	size_t quits1, quits2; /* how many goodbyes each server heard */
	enum tls_policy tls;
} trials[] = {
	{ "null-sender", bad_then_good, 2, NULL, "try-null-sender",
	  "try-null-helps", 69, 2, 0, TLS_MAY },
	{ "null-sender", bad, 1, NULL, "try-null-sender", "try-same-no", 69,
	  2, 0, TLS_MAY },
	{ "helo=other.example", bad_then_good, 2, NULL, "try-helo",
	  "try-helo-helps", 69, 2, 0, TLS_MAY },
	{ "helo=client.example", bad, 1, NULL, "try-helo", "try-is-name", 69,
	  1, 0, TLS_MAY },
	{ "helo=other.example", good, 1, NULL, "try-helo", "try-same-ok", 0,
	  2, 0, TLS_MAY },
	{ "helo=other.example", bad_then_421, 2, NULL, "try-helo",
	  "try-stopped", 69, 1, 0, TLS_MAY },
	{ "helo=other.example", bad_then_gone, 2, NULL, "try-helo", "try-lost",
	  69, 1, 0, TLS_MAY },
	{ "helo=other.example", bad_then_reset, 2, NULL, "try-helo",
	  "try-unreached", 69, 1, 0, TLS_MAY },
	{ "mx", bad, 1, good, "try-mx", "try-mx-helps", 69, 1, 1, TLS_MAY },
	{ "mx=mx2.two.example", good, 1, bad, "try-mx", "try-mx-hurts", 0, 1,
	  1, TLS_MAY },
	{ "mx=mx3.two.example", good, 1, bad, "try-mx", "try-one-mx", 0, 1, 0,
	  TLS_MAY },
	{ "mx", good, 1, NULL, "try-mx", "try-way-fails", 0, 1, 0, TLS_MAY },
	{ "tls", good, 1, NULL, "try-tls", "try-no-starttls", 0, 1, 0,
	  TLS_MAY },
	{ "enforce-tls", demands, 1, NULL, "try-enforce", "try-enforced", 77,
	  2, 0, TLS_NEVER },
	{ "enforce-tls", offers, 1, NULL, "try-enforce", "try-open", 0, 2, 0,
	  TLS_NEVER },
	{ "several=3", good, 1, NULL, "try-several", "try-several-no", 0, 0,
	  0, TLS_MAY },
	{ "several=3", one_of_three, 4, NULL, "try-several",
	  "try-several-yes", 0, 4, 0, TLS_MAY },
	{ "several", three_then_421, 4, NULL, "try-several",
	  "try-several-no", 0, 3, 0, TLS_MAY },
	{ "greylist=1", grey, 2, NULL, "try-greylist", "try-grey-yes", 75, 2,
	  0, TLS_MAY },
	{ "greylist=1", grey_again, 2, NULL, "try-greylist", "try-grey-again",
	  75, 2, 0, TLS_MAY },
	{ "greylist", grey_no, 2, NULL, "try-greylist", "try-grey-no", 75, 2,
	  0, TLS_MAY },
	{ "greylist", good, 1, NULL, "try-greylist", "try-no-4yz", 0, 1, 0,
	  TLS_MAY },
	{ "port", good, 1, NULL, "try-port", "try-port-answers", 0, 1, 0,
	  TLS_MAY },
	{ "port", NULL, 0, NULL, "try-port", "try-port-refused", 74, 0, 0,
	  TLS_MAY },
	{ "source=198.51.100.9", good, 1, NULL, "try-source",
	  "try-lesson-source", 0, 1, 0, TLS_MAY },
};

static void test_trial_on_the_wire_concludes(void **state)
{
	const struct trial_row *row = *state;
	struct plan *p = plan_with(row->trial);
	const struct event *end;
	struct stage_set s;

	set_up(&s, row->mx1, row->n1, row->mx2, row->mx2 ? 1 : 0);
	p->tls.policy = row->tls;
	end = client_run(&s.c, p, WAIT_MS);
	assert_non_null(end);
	assert_int_equal(end->u.end.exit, row->exit);
	assert_says(&s.c, row->id, row->say);
	assert_true(client_in_order(&s.c));
	if (s.mx1 && row->quits1)
		assert_well_behaved(s.mx1, row->quits1);
	if (s.mx2)
		assert_well_behaved(s.mx2, row->quits2);
	tear_down(&s);
}

/* The sessions are real ones, and the table tells of both. */
static void test_trial_trace_is_the_aligned_table(void **state)
{
	const struct event *e;
	const struct ev_trace *t;
	struct stage_set s;
	char *heard;

	(void)state;
	set_up(&s, bad_then_good, 2, NULL, 0);
	assert_non_null(client_run(&s.c, plan_with("null-sender"), WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CONNECTED), 2);
	assert_true(client_finding(&s.c, "experiment"));
	e = outcome(&s.c);
	assert_non_null(e);
	t = event_trace(e, 3);
	assert_string_equal(event_text(e, t->say), "try-pair");
	assert_string_equal(event_item_text(e, t->args, 0),
	                    "RCPT TO:<user@server.example>");
	assert_string_equal(event_item_text(e, t->args, 1), "550 5.7.1");
	assert_string_equal(event_item_text(e, t->args, 2), "250 2.0.0");
	heard = smtpfault_heard(s.mx1);
	assert_non_null(strstr(heard, "MAIL FROM:<sender@client.example>"));
	assert_non_null(strstr(heard, "MAIL FROM:<>"));
	free(heard);
	tear_down(&s);
}

static void test_trial_family_takes_the_other_address(void **state)
{
	struct stage_set s;
	struct plan *p = plan_with("family");
	const struct event *first, *second;

	(void)state;
	set_up(&s, good, 1, good, 1);
	assert_non_null(client_run(&s.c, p, WAIT_MS));
	first = client_find(&s.c, EV_CONNECTING, 0);
	second = client_find(&s.c, EV_CONNECTING, 1);
	assert_non_null(second);
	assert_string_equal(event_text(first, first->u.connect.host),
	                    event_text(second, second->u.connect.host));
	assert_int_not_equal(
	    !strchr(event_text(first, first->u.connect.address), ':'),
	    !strchr(event_text(second, second->u.connect.address), ':'));
	assert_says(&s.c, "try-family", "try-same-ok");
	tear_down(&s);
}

static struct plan *by_hand(void)
{
	struct plan *p = client_plan("user@two.example");

	p->hold_enter = false;
	p->family = 4;
	p->patience = PATIENCE_CLASSROOM;
	return p;
}

static void ask_for(struct client *c, const char *trial)
{
	client_ask(c, REQ_TRY, trial, NULL, true);
}

/* Port 25 of mx1 refuses, 587 answers; no byte goes to it. */
static void test_trial_port_that_answers_is_told(void **state)
{
	struct stage_set s;
	struct plan *p = plan_with("port");
	char *heard;

	(void)state;
	set_up(&s, NULL, 0, hears, 1);
	s.redirects[2].to_port = s.redirects[0].to_port; /* mx2's port 25 */
	assert_non_null(client_run(&s.c, p, WAIT_MS));
	assert_says(&s.c, "try-port", "try-port-closed");
	heard = smtpfault_heard(s.mx2);
	assert_string_equal(heard, "");
	free(heard);
	tear_down(&s);
}

/* Asked for while port 25 is silent still: the wait for it ends, 587 answers.
 */
static void test_trial_port_asked_while_connecting_ends_the_try(void **state)
{
	struct black_hole hole;
	struct stage_set s;

	(void)state;
	black_hole_open(&hole);
	set_up(&s, NULL, 0, hears, 1);
	s.redirects[0].to_port = s.redirects[2].to_port = hole.port;
	client_open(&s.c, by_hand());
	assert_non_null(client_wait(&s.c, EV_CONNECTING, WAIT_MS));
	ask_for(&s.c, "port");
	assert_non_null(client_wait(&s.c, EV_CHECK, WAIT_MS));
	assert_says(&s.c, "try-port", "try-port-only");
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 1);
	tear_down(&s);
	black_hole_close(&hole);
}

/* In a classroom nothing is behind 587 and 443: that is no answer. */
static void test_trial_port_in_a_lesson_says_nothing_of_the_net(void **state)
{
	struct stage_set s;

	(void)state;
	set_up(&s, NULL, 0, NULL, 0);
	for (size_t i = 0; i < s.n; i++)
		s.redirects[i].address = NULL;
	assert_non_null(client_run(&s.c, plan_with("port"), WAIT_MS));
	assert_says(&s.c, "try-port", "try-lesson-port");
	tear_down(&s);
}

/* ---- by hand ---- */

static void wait_idle(struct client *c, enum state state)
{
	const struct event *e;

	do
		e = client_wait(c, EV_PROMPT, WAIT_MS);
	while (e && (e->u.prompt.state != state || e->u.prompt.pending ||
	             (state != ST_CLOSED && !e->u.prompt.open)));
	assert_non_null(e);
}

static void talk(struct client *c)
{
	client_open(c, by_hand());
	wait_idle(c, ST_GREETED);
	client_send(c, "EHLO typed.example");
	wait_idle(c, ST_READY);
	client_send(c, "MAIL FROM:<typed@client.example>");
	wait_idle(c, ST_MAIL);
	client_send(c, "RCPT TO:<typed@two.example>");
	assert_non_null(client_wait(c, EV_REPLY, WAIT_MS));
}

/* Typed by a person, repeated by the program: the same triple again. */
static void test_trial_by_hand_repeats_what_was_typed(void **state)
{
	struct stage_set s;
	char *heard;

	(void)state;
	set_up(&s, typed_grey, 2, NULL, 0);
	talk(&s.c);
	ask_for(&s.c, "greylist=1");
	assert_non_null(client_wait(&s.c, EV_CHECK, WAIT_MS));
	assert_says(&s.c, "try-greylist", "try-grey-yes");
	heard = smtpfault_heard(s.mx1);
	assert_int_equal(times(heard, "EHLO typed.example\r\n"), 2);
	assert_int_equal(times(heard, "MAIL FROM:<typed@client.example>\r\n"),
	                 2);
	assert_int_equal(times(heard, "RCPT TO:<typed@two.example>\r\n"), 2);
	free(heard);
	assert_well_behaved(s.mx1, 2);
	/* once only */
	ask_for(&s.c, "greylist=1");
	assert_non_null(client_wait(&s.c, EV_CHECK, WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 2);
	tear_down(&s);
}

/* While it waits, the time it ends is in the prompt; Ctrl-C ends it. */
static int64_t cancel_wait_us(void)
{
	struct stage_set s;
	const struct event *e;
	int64_t before, took;

	set_up(&s, grey_again, 2, NULL, 0);
	talk(&s.c);
	ask_for(&s.c, "greylist=3600");
	do
		e = client_wait(&s.c, EV_PROMPT, WAIT_MS);
	while (e && (e->u.prompt.open || e->u.prompt.deadline_us == 0));
	assert_non_null(e);
	assert_true(e->u.prompt.deadline_us > 3590 * INT64_C(1000000));
	client_send(&s.c, "NOOP"); /* is for nobody now */
	before = loop_now_us();
	client_ask(&s.c, REQ_CANCEL, NULL, NULL, false);
	assert_non_null(client_wait(&s.c, EV_CHECK, WAIT_MS));
	took = loop_now_us() - before;
	assert_says(&s.c, "try-greylist", "try-cancelled");
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 1);
	wait_idle(&s.c, ST_CLOSED);
	tear_down(&s);
	return took;
}

/* A machine that does other things too may be late once, not thrice. */
static void test_trial_cancel_while_waiting_is_quick(void **state)
{
	int64_t took = CANCEL_MS * 1000 + 1;

	(void)state;
	for (int i = 0; i < 3 && took > CANCEL_MS * 1000; i++)
		took = cancel_wait_us();
	assert_in_range(took, 0, CANCEL_MS * 1000);
}

/* In its second dialog, which a person cannot type into. */
static void test_trial_cancel_in_its_dialog_ends_it(void **state)
{
	struct stage_set s;
	char *heard;

	(void)state;
	set_up(&s, typed_bad, 2, NULL, 0);
	talk(&s.c);
	ask_for(&s.c, "helo=other.example");
	assert_non_null(client_wait(&s.c, EV_CONNECTED, WAIT_MS));
	assert_non_null(client_wait(&s.c, EV_REPLY, WAIT_MS));
	client_send(&s.c, "NOOP");
	client_ask(&s.c, REQ_CANCEL, NULL, NULL, false);
	assert_non_null(client_wait(&s.c, EV_CHECK, WAIT_MS));
	assert_says(&s.c, "try-helo", "try-cancelled");
	heard = smtpfault_heard(s.mx1);
	assert_null(strstr(heard, "NOOP"));
	free(heard);
	tear_down(&s);
}

/* Somebody who wants another connection gets it; the experiment is over. */
static void test_trial_connect_takes_its_place(void **state)
{
	struct stage_set s;

	(void)state;
	set_up(&s, grey_again, 2, NULL, 0);
	talk(&s.c);
	ask_for(&s.c, "greylist=3600");
	assert_non_null(client_wait(&s.c, EV_FINDING, WAIT_MS));
	client_ask(&s.c, REQ_CONNECT, "", "", false);
	assert_non_null(client_wait(&s.c, EV_CONNECTED, WAIT_MS));
	assert_says(&s.c, "try-greylist", "try-cancelled");
	wait_idle(&s.c, ST_GREETED);
	tear_down(&s);
}

/* Before there is a dialog, and what is no experiment. */
static void test_trial_without_a_dialog_says_so(void **state)
{
	struct stage_set s;

	(void)state;
	set_up(&s, vanishes, 1, NULL, 0);
	client_open(&s.c, by_hand());
	assert_non_null(client_wait(&s.c, EV_CLOSED, WAIT_MS));
	ask_for(&s.c, "no-such-thing");
	ask_for(&s.c, "null-sender");
	assert_non_null(client_wait(&s.c, EV_CHECK, WAIT_MS));
	assert_says(&s.c, "try-null-sender", "try-no-answer");
	tear_down(&s);
}

/* Worker stopped in the middle: nothing hangs, nothing is lost. */
static void test_trial_stop_in_the_wait_ends_at_once(void **state)
{
	struct stage_set s;

	(void)state;
	set_up(&s, grey_again, 2, NULL, 0);
	talk(&s.c);
	ask_for(&s.c, "greylist=3600");
	assert_non_null(client_wait(&s.c, EV_FINDING, WAIT_MS));
	client_ask(&s.c, REQ_STOP, NULL, NULL, true);
	assert_non_null(client_wait(&s.c, EV_END, WAIT_MS));
	tear_down(&s); /* fails when that takes over a second */
}

#define ROWS (sizeof trials / sizeof *trials)

int main(void)
{
	struct CMUnitTest tests[ROWS + 16], *t = tests;
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_trial_trace_is_the_aligned_table),
		cmocka_unit_test(test_trial_family_takes_the_other_address),
		cmocka_unit_test(test_trial_port_that_answers_is_told),
		cmocka_unit_test(
		    test_trial_port_asked_while_connecting_ends_the_try),
		cmocka_unit_test(
		    test_trial_port_in_a_lesson_says_nothing_of_the_net),
		cmocka_unit_test(test_trial_by_hand_repeats_what_was_typed),
		cmocka_unit_test(test_trial_cancel_while_waiting_is_quick),
		cmocka_unit_test(test_trial_cancel_in_its_dialog_ends_it),
		cmocka_unit_test(test_trial_connect_takes_its_place),
		cmocka_unit_test(test_trial_without_a_dialog_says_so),
		cmocka_unit_test(test_trial_stop_in_the_wait_ends_at_once),
	};
	static char names[ROWS][96];

	for (size_t i = 0; i < ROWS; i++) {
		snprintf(names[i], sizeof names[i],
		         "test_trial_on_the_wire_concludes: %s, %s",
		         trials[i].trial, trials[i].say);
		*t++ = (struct CMUnitTest){ names[i],
			test_trial_on_the_wire_concludes, NULL, NULL,
			(void *)&trials[i] };
	}
	memcpy(t, more, sizeof more);
	t += sizeof more / sizeof *more;
	return _cmocka_run_group_tests("trials", tests, (size_t)(t - tests),
	                               NULL, NULL);
}
