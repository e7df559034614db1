/*
 * The session machine against a script of happenings: the first byte of each
 * says what, the second how much. The session must end or go on in a known
 * state, number its events without a gap, close at most once, and never write
 * a line that holds a CR, LF or NUL of the user's.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/session.h"
#include "tests/fuzz/fuzz.h"

const char *const fuzz_inputs[] = { "session",
	                            "@data/curl-fuzzer-smtp-corpus", NULL };

struct run {
	struct session *s;
	uint32_t next_n, last_n, written;
	int64_t now_us;
	bool closed;
};

static void check_event(struct run *r, const struct event *e)
{
	assert(e->n == r->last_n + 1);
	r->last_n = e->n;
	assert(e->size >= event_fixed_size(e->kind));
	if (e->kind == EV_STATE)
		assert(e->u.state.to < STATE_COUNT);
	if (e->kind == EV_SENT)
		assert(strchr(event_text(e, e->u.sent.line), '\n') == NULL);
}

static void take_all(struct run *r)
{
	struct session_output o;

	while ((o = session_take(r->s)).kind != OUT_NONE) {
		assert(!r->closed);
		if (o.event)
			check_event(r, o.event);
		if (o.kind == OUT_WRITE) {
			assert(o.len >= 2 &&
			       memcmp(o.data + o.len - 2, "\r\n", 2) == 0);
			r->written += o.command;
		}
		r->closed |= o.kind == OUT_CLOSE;
		free(o.event);
		free(o.data);
	}
	assert(session_over(r->s) == r->closed);
}

static void drain(struct run *r)
{
	do
		take_all(r);
	while (session_go_on(r->s));
	assert(session_state(r->s) < STATE_COUNT);
	free(session_prompt(r->s, r->now_us));
}

/* One happening; returns the bytes of the script it used. */
static size_t happen(struct run *r, const uint8_t *data, size_t size)
{
	static const enum session_input_kind kinds[] = { IN_BYTES, IN_BYTES,
		IN_BYTES, IN_COMMAND, IN_COMMAND, IN_CLOSED, IN_RESET, IN_TICK,
		IN_CANCEL };
	size_t len = size > 2 ? data[1] : 0;
	struct session_input in = { .written = r->written };

	if (len > size - 2)
		len = size - 2;
	in.kind = kinds[data[0] % (sizeof kinds / sizeof *kinds)];
	in.data = (const char *)data + 2;
	in.len = len;
	if (in.kind == IN_TICK && session_deadline_us(r->s) != INT64_MAX)
		r->now_us = session_deadline_us(r->s);
	r->now_us += 1000;
	session_handle(r->s, &in, r->now_us);
	drain(r);
	return 2 + len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_input connected = { .kind = IN_CONNECTED };
	struct run r = { .next_n = 1 };
	struct plan plan;

	if (size < 1)
		return 0;
	plan_init(&plan);
	plan.hold_enter = data[0] & 1;
	plan.stage = (enum stage)((data[0] >> 1) % STAGE_COUNT);
	plan_add_to(&plan, "x@example.org");
	if (data[0] & 64)
		plan_add_step(&plan, STEP_SEND, "VRFY x", 0);
	r.s = session_new(&plan, "client.example", 1, &r.next_n);
	session_handle(r.s, &connected, r.now_us);
	drain(&r);
	for (size_t at = 1; at + 2 <= size;)
		at += happen(&r, data + at, size - at);
	session_free(r.s);
	plan_clear(&plan);
	return 0;
}
