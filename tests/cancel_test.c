#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blackhole.h"
#include "netclient.h"
#include "netscript.h"
#include "smtpfault.h"
#include "util/xalloc.h"

enum {
	CANCEL_MS = 250, /* design §8 */
	WAIT_MS = 5000,
};

static struct smtpfault *serve(const struct fault *script)
{
	static const struct fault *scripts[1];

	scripts[0] = script;
	return smtpfault_start(scripts, 1);
}

/* Everything a batch run may wait for. */
static const struct waiting {
	const char *id;
	const struct fault *script;
	enum stage stage;
	enum event_kind sign; /* seen: it is waiting now */
	size_t count;         /* that many of them */
} waits[] = {
	{ "greeting", SCRIPT(END), STAGE_RCPT, EV_CONNECTED, 1 },
	{ "ehlo", SCRIPT(GREET, HEAR), STAGE_RCPT, EV_SENT, 1 },
	{ "half a reply", SCRIPT(GREET, HEAR, SAY("250-mx\r\n250")),
	  STAGE_RCPT, EV_SENT, 1 },
	{ "mail", SCRIPT(TO_EHLO, HEAR), STAGE_RCPT, EV_SENT, 2 },
	{ "rcpt", SCRIPT(TO_MAIL, HEAR), STAGE_RCPT, EV_SENT, 3 },
	{ "message", SCRIPT(TO_DATA, DEAF), STAGE_DOT, EV_MESSAGE, 1 },
	{ "dot", SCRIPT(TO_DATA, HEAR_DOT), STAGE_DOT, EV_MESSAGE, 1 },
	{ "quit", SCRIPT(TO_EHLO, HEAR), STAGE_EHLO, EV_SENT, 2 },
};

static void give_message(struct plan *p, size_t len)
{
	p->message = xmalloc(len + 1);
	memset(p->message, 'x', len);
	for (size_t i = 70; i < len; i += 70)
		p->message[i] = '\n';
	p->message[len] = '\0';
	p->message_len = len;
}

/* Starts the run, cancels it when it waits, and returns how long that took. */
static int64_t cancel_us(const struct waiting *w)
{
	struct smtpfault *f = serve(w->script);
	struct plan *p = client_plan_port(smtpfault_port(f));
	const struct event *e;
	struct client c;
	int64_t before, took;

	p->stage = w->stage;
	if (w->stage == STAGE_DOT)
		give_message(p, 8 << 20); /* no socket takes that at once */
	client_start(&c, NULL);
	client_open(&c, p);
	for (size_t i = 0; i < w->count; i++)
		assert_non_null(client_wait(&c, w->sign, WAIT_MS));
	before = loop_now_us();
	client_ask(&c, REQ_CANCEL, NULL, NULL, false);
	e = client_wait(&c, EV_END, WAIT_MS);
	took = loop_now_us() - before;
	assert_non_null(e);
	/* goodbye was being said: what was asked for is reached */
	assert_int_equal(e->u.end.exit, strcmp(w->id, "quit") == 0 ? 0 : 130);
	assert_true(client_in_order(&c));
	client_stop(&c);
	smtpfault_stop(f);
	return took;
}

/* A machine that does other things too may be late once, not thrice. */
static void test_cancel_in_any_state_is_quick(void **state)
{
	int64_t took = CANCEL_MS * 1000 + 1;

	for (int i = 0; i < 3 && took > CANCEL_MS * 1000; i++)
		took = cancel_us(*state);
	assert_in_range(took, 0, CANCEL_MS * 1000);
}

static void test_cancel_while_connecting_ends_the_try(void **state)
{
	struct black_hole hole;
	const struct event *e;
	struct client c;

	(void)state;
	black_hole_open(&hole);
	client_start(&c, NULL);
	client_open(&c, client_plan_port(hole.port));
	assert_non_null(client_wait(&c, EV_CONNECTING, WAIT_MS));
	client_ask(&c, REQ_CANCEL, NULL, NULL, false);
	e = client_wait(&c, EV_END, 4 * CANCEL_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 130);
	e = client_find(&c, EV_FAILED, 0);
	assert_int_equal(e->u.failed.phase, PHASE_CONNECT);
	assert_int_equal(e->u.failed.kind, FAIL_CANCELLED);
	client_stop(&c);
	black_hole_close(&hole);
}

/* T02 */
static void test_connect_without_answer_times_out(void **state)
{
	struct black_hole hole;
	struct client c;
	const struct event *e;
	struct plan *p;

	(void)state;
	black_hole_open(&hole);
	p = client_plan_port(hole.port);
	p->timeout_ms = 200;
	client_start(&c, NULL);
	e = client_run(&c, p, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 74);
	e = client_find(&c, EV_FAILED, 0);
	assert_int_equal(e->u.failed.phase, PHASE_CONNECT);
	assert_int_equal(e->u.failed.kind, FAIL_TIMEOUT);
	client_stop(&c);
	black_hole_close(&hole);
}

static void test_cancel_a_pause_ends_batch(void **state)
{
	struct smtpfault *f = serve(SCRIPT(GREET, HEAR, BYE, CLOSE));
	struct plan *p = client_plan_port(smtpfault_port(f));
	const struct event *e;
	struct client c;

	(void)state;
	plan_add_step(p, STEP_SEND, "QUIT", 0);
	plan_add_step(p, STEP_CONNECT, "", 60000);
	client_start(&c, NULL);
	client_open(&c, p);
	assert_non_null(client_wait(&c, EV_CLOSED, WAIT_MS));
	client_ask(&c, REQ_CANCEL, NULL, NULL, false);
	e = client_wait(&c, EV_END, CANCEL_MS * 4);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 130);
	client_stop(&c);
	smtpfault_stop(f);
}

enum { N_WAITS = sizeof waits / sizeof *waits };

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cancel_while_connecting_ends_the_try),
		cmocka_unit_test(test_connect_without_answer_times_out),
		cmocka_unit_test(test_cancel_a_pause_ends_batch),
	};
	struct CMUnitTest cancels[N_WAITS];

	for (size_t i = 0; i < N_WAITS; i++)
		cancels[i] = (struct CMUnitTest){ .name = waits[i].id,
			.test_func = test_cancel_in_any_state_is_quick,
			.initial_state = (void *)&waits[i] };
	return cmocka_run_group_tests_name("cancel", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("waits", cancels, NULL, NULL);
}
