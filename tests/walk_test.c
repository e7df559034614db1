#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "netclient.h"
#include "netscript.h"
#include "rowtests.h"
#include "smtpfault.h"
#include "util/xalloc.h"
#include "zonefake.h"

/* --all where a person looks on: each address by itself, in turn. */

enum { WAIT_MS = 5000, CANCEL_MS = 250 };

static const struct zone_record zone[] = {
	{ "two.example.", "MX", "10 mx1.two.example." },
	{ "two.example.", "MX", "20 mx2.two.example." },
	{ "mx1.two.example.", "A", "198.51.100.1" },
	{ "mx2.two.example.", "A", "198.51.100.2" },
	{ "inside.example.", "MX", "10 mx.inside.example." },
	{ "mx.inside.example.", "A", "127.0.0.1" },
	{ NULL, NULL, NULL },
};

struct stage_set { /* both addresses lead to the same server */
	struct zonefake *dns;
	struct smtpfault *mx;
	struct redirect redirects[2];
	struct client c;
};

static void set_up(struct stage_set *s, const struct fault *const *scripts,
                   size_t n)
{
	struct worker_config cfg = { 0 };

	s->dns = zonefake_start(zone);
	s->mx = smtpfault_start(scripts, n);
	for (int i = 0; i < 2; i++)
		s->redirects[i] = (struct redirect){
			.address = i ? "198.51.100.2" : "198.51.100.1",
			.port = 25, .to_port = smtpfault_port(s->mx) };
	cfg.dns = zonefake_server(s->dns);
	cfg.redirects = s->redirects;
	cfg.n_redirects = 2;
	client_start(&s->c, &cfg);
}

static void tear_down(struct stage_set *s)
{
	client_stop(&s->c);
	smtpfault_stop(s->mx);
	zonefake_stop(s->dns);
}

/* As the inspector opens it. */
static struct plan *looked_at(const char *target)
{
	struct plan *p = client_plan(target);

	p->all = p->may_ask = true;
	p->hold_enter = false;
	p->stage = STAGE_RCPT;
	return p;
}

/* Up to this prompt each connection has ended, and there was one. */
static bool is_rest(const struct client *c)
{
	size_t open = 0, all = 0;

	for (size_t i = 0; i < c->at; i++) {
		open += c->events[i]->kind == EV_CONNECTING;
		all += c->events[i]->kind == EV_CONNECTING;
		open -= c->events[i]->kind == EV_CLOSED;
	}
	return all > 0 && open == 0;
}

/* A prompt that nothing is behind: the person may go on. */
static bool wait_for_rest(struct client *c, int ms)
{
	const struct event *e;

	while ((e = client_wait(c, EV_PROMPT, ms)))
		if (!e->u.prompt.open && !e->u.prompt.deadline_us &&
		    is_rest(c))
			return true;
	return false;
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		n++;
	return n;
}

static const struct fault *const good[] = { SCRIPT(GOOD_SESSION) };

static void test_walk_visits_every_address_and_rests(void **state)
{
	struct stage_set s;
	char *heard;

	(void)state;
	set_up(&s, good, 1);
	client_open(&s.c, looked_at("two.example"));
	assert_true(wait_for_rest(&s.c, WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 2);
	assert_int_equal(client_count(&s.c, EV_CLOSED), 2);
	assert_int_equal(client_count(&s.c, EV_END), 0);
	heard = smtpfault_heard(s.mx);
	assert_int_equal(count(heard, "RCPT TO:"), 2);
	assert_int_equal(count(heard, "QUIT"), 2);
	free(heard);
	assert_true(client_in_order(&s.c));
	tear_down(&s);
}

/* Afterwards it is a session as any other: lines are typed, and its end does
 * not lead to another address. */
static void test_walk_is_over_a_person_goes_on(void **state)
{
	const struct event *e;
	struct stage_set s;

	(void)state;
	set_up(&s, good, 1);
	client_open(&s.c, looked_at("two.example"));
	assert_true(wait_for_rest(&s.c, WAIT_MS));
	client_ask(&s.c, REQ_CONNECT, "mx1.two.example", "198.51.100.1",
	           false);
	do {
		e = client_wait(&s.c, EV_PROMPT, WAIT_MS);
		assert_non_null(e);
	} while (!e->u.prompt.open || e->u.prompt.pending ||
	         e->u.prompt.state != ST_GREETED);
	client_send(&s.c, "EHLO typed.example");
	e = client_wait(&s.c, EV_SENT, WAIT_MS);
	assert_non_null(e);
	assert_string_equal(event_text(e, e->u.sent.line),
	                    "EHLO typed.example");
	client_ask(&s.c, REQ_CLOSE, NULL, NULL, false);
	assert_true(wait_for_rest(&s.c, WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 3);
	tear_down(&s);
}

static const struct fault *const silent[] = { SCRIPT(GREET, HEAR) };

static void test_walk_cancelled_stops_at_once(void **state)
{
	struct stage_set s;
	int64_t before;

	(void)state;
	set_up(&s, silent, 1);
	client_open(&s.c, looked_at("two.example"));
	assert_non_null(client_wait(&s.c, EV_SENT, WAIT_MS));
	before = loop_now_us();
	client_ask(&s.c, REQ_CANCEL, NULL, NULL, false);
	assert_true(wait_for_rest(&s.c, WAIT_MS));
	assert_in_range(loop_now_us() - before, 0, CANCEL_MS * 1000);
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 1);
	assert_int_equal(client_find(&s.c, EV_FAILED, 0)->u.failed.kind,
	                 FAIL_CANCELLED);
	tear_down(&s);
}

/* What is typed meanwhile belongs to no session. */
static void test_walk_typed_line_is_not_sent(void **state)
{
	struct stage_set s;
	char *heard;

	(void)state;
	set_up(&s, silent, 1);
	client_open(&s.c, looked_at("two.example"));
	assert_non_null(client_wait(&s.c, EV_SENT, WAIT_MS));
	client_send(&s.c, "MAIL FROM:<typed@example>");
	client_ask(&s.c, REQ_CANCEL, NULL, NULL, false);
	assert_true(wait_for_rest(&s.c, WAIT_MS));
	heard = smtpfault_heard(s.mx);
	assert_null(strstr(heard, "typed@"));
	free(heard);
	tear_down(&s);
}

static void test_walk_private_address_is_asked_about(void **state)
{
	struct stage_set s;
	struct plan *p = looked_at("inside.example");

	(void)state;
	set_up(&s, good, 1);
	p->port = smtpfault_port(s.mx);
	client_open(&s.c, p);
	assert_non_null(client_wait(&s.c, EV_ASK, WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 0);
	client_ask(&s.c, REQ_ANSWER, NULL, NULL, true);
	assert_true(wait_for_rest(&s.c, WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 1);
	tear_down(&s);
}

/* ---- how far it goes ---- */

static const struct reach {
	const char *id;
	enum stage stage;
	size_t n_to;
	const char *script; /* a line of steps, or NULL */
	const char *sent, *not_sent;
} reaches[] = {
	{ "a message is not sent", STAGE_DOT, 1, NULL, "RCPT TO:", "DATA" },
	{ "nobody to write to", STAGE_RCPT, 0, NULL, "MAIL FROM:", "RCPT" },
	{ "no further than asked", STAGE_EHLO, 1, NULL, "EHLO", "MAIL" },
	{ "a script ends before its message", STAGE_DOT, 1, "NOOP|DATA",
	  "NOOP", "DATA" },
};

static void add_steps(struct plan *p, const char *script)
{
	char *copy = xstrdup(script), *save = NULL;

	for (char *l = strtok_r(copy, "|", &save); l;
	     l = strtok_r(NULL, "|", &save))
		plan_add_step(p, STEP_SEND, l, 0);
	free(copy);
}

/* A named host on this machine, and no classroom. */
static void test_walk_goes_as_far_as_recipients(void **state)
{
	const struct reach *r = *state;
	struct smtpfault *f = smtpfault_start(good, 1);
	struct plan *p = client_plan_port(smtpfault_port(f));
	struct client c;
	char *heard;

	p->all = true;
	p->hold_enter = false;
	p->stage = r->stage;
	p->message = xstrdup("Subject: x\n\nx\n");
	p->message_len = strlen(p->message);
	if (r->n_to == 0)
		plan_drop_to(p, 0);
	if (r->script)
		add_steps(p, r->script);
	client_start(&c, NULL);
	client_open(&c, p);
	assert_true(wait_for_rest(&c, WAIT_MS));
	heard = smtpfault_heard(f);
	assert_non_null(strstr(heard, r->sent));
	assert_null(strstr(heard, r->not_sent));
	free(heard);
	client_stop(&c);
	smtpfault_stop(f);
}

enum { N_REACHES = sizeof reaches / sizeof *reaches };

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk_visits_every_address_and_rests),
		cmocka_unit_test(test_walk_is_over_a_person_goes_on),
		cmocka_unit_test(test_walk_cancelled_stops_at_once),
		cmocka_unit_test(test_walk_typed_line_is_not_sent),
		cmocka_unit_test(test_walk_private_address_is_asked_about),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return failed + rowtests_run("reach", reaches, sizeof *reaches,
	                             N_REACHES,
	                             test_walk_goes_as_far_as_recipients);
}
