/*
 * The session machine against a script of happenings (study F4). Two bytes
 * choose the plan: how far, by whom, TLS, login, LMTP, chunks, groups. Then
 * each happening: what (and how much later), how many bytes, the bytes.
 *
 * The session must number its events without a gap, close once and say so
 * last, keep every byte that it was given, hold no secret in any event, write
 * none in clear that was not asked for, and never write a line that holds a
 * CR, LF or NUL of the user's.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/session.h"
#include "tests/fuzz/fuzz.h"
#include "util/xalloc.h"

const char *const fuzz_inputs[] = { "session",
	                            "@data/curl-fuzzer-smtp-corpus", NULL };

#define SECRET "kAnaRi3-9f7Zq-w0Lt"
#define SECRET_64 "a0FuYVJpMy05ZjdacS13MEx0" /* and behind "\0ada\0": */
#define SECRET_IN_PLAIN "AGFkYQBrQW5hUmkzLTlmN1pxLXcwTHQ"

struct run {
	struct session *s;
	const struct plan *plan;
	uint32_t next_n, last_n, written;
	int64_t now_us;
	size_t given, kept; /* bytes of the server */
	bool closed, said_closed;
	bool in_message; /* before what is written now */
	bool typed_secret; /* by the user, who may send what he likes */
};

static bool holds_secret(const void *data, size_t len)
{
	static const char *const forms[] = { SECRET, SECRET_64,
		SECRET_IN_PLAIN };

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (memmem(data, len, forms[i], strlen(forms[i])))
			return true;
	return false;
}

static size_t reply_bytes(const struct event *e)
{
	size_t n = e->u.reply.raw.len;

	for (uint32_t i = 0; !e->u.reply.raw.len && i < e->u.reply.lines.len;
	     i++)
		n += event_item(e, e->u.reply.lines, i).len + 2;
	return n;
}

static void check_event(struct run *r, const struct event *e)
{
	assert(e->n == r->last_n + 1);
	r->last_n = e->n;
	assert(e->size >= event_fixed_size(e->kind));
	assert(!r->said_closed); /* it is the last word */
	assert(!holds_secret(e, e->size));
	switch (e->kind) {
	case EV_STATE: assert(e->u.state.to < STATE_COUNT); break;
	case EV_SENT:
		assert(!strchr(event_text(e, e->u.sent.line), '\n'));
		break;
	case EV_REPLY: r->kept += reply_bytes(e); break;
	case EV_BYTES:
		if (e->u.bytes.from_server && e->u.bytes.why != BYTES_OVERLONG)
			r->kept += e->u.bytes.count;
		break;
	case EV_CLOSED: r->said_closed = true; break;
	}
}

static void check_write(struct run *r, const struct session_output *o)
{
	bool open = !session_secure(r->s) && !r->plan->auth.clear_ok;

	assert(o->len > 0);
	r->written += o->command;
	if (open && !r->typed_secret)
		assert(!holds_secret(o->data, o->len));
	if (!o->command || r->in_message)
		return;
	assert(memchr(o->data, '\n', o->len));
	if (open && o->len > 5)
		assert(strncasecmp(o->data, "AUTH ", 5) != 0);
}

static void take_all(struct run *r)
{
	struct session_output o;

	while ((o = session_take(r->s)).kind != OUT_NONE) {
		assert(!r->closed);
		if (o.event)
			check_event(r, o.event);
		if (o.kind == OUT_WRITE)
			check_write(r, &o);
		r->closed |= o.kind == OUT_CLOSE;
		free(o.event);
		free(o.data);
	}
	assert(session_over(r->s) == r->closed);
}

static bool in_message(const struct session *s)
{
	enum state state = session_state(s);

	return state == ST_DATA || state == ST_BDAT ||
	       session_projected(s) == ST_BDAT;
}

static void drain(struct run *r)
{
	struct event *prompt;

	do {
		take_all(r);
		r->in_message = in_message(r->s);
	} while (session_go_on(r->s));
	assert(session_state(r->s) < STATE_COUNT);
	prompt = session_prompt(r->s, r->now_us);
	assert(!holds_secret(prompt, prompt->size));
	free(prompt);
}

static void give(struct run *r, const struct session_input *in)
{
	enum session_input_kind kind = in->kind;
	bool shaking = session_state(r->s) == ST_TLS;

	/* as the worker does: during a handshake all bytes are TLS's */
	if (shaking && (kind == IN_BYTES || kind == IN_COMMAND))
		return;
	if (!session_over(r->s) &&
	    (kind == IN_BYTES || (kind == IN_NO_TLS && shaking)))
		r->given += in->len;
	r->in_message = in_message(r->s);
	r->typed_secret |= kind == IN_COMMAND && in->len &&
	                   holds_secret(in->data, in->len);
	session_handle(r->s, in, r->now_us);
	drain(r);
}

/* One happening; returns the bytes of the script it used. */
static size_t happen(struct run *r, const uint8_t *data, size_t size)
{
	static const enum session_input_kind kinds[] = { IN_BYTES, IN_BYTES,
		IN_BYTES, IN_COMMAND, IN_COMMAND, IN_CLOSED, IN_RESET, IN_TICK,
		IN_CANCEL, IN_TLS, IN_NO_TLS };
	enum { KINDS = sizeof kinds / sizeof *kinds };
	size_t len = size > 2 ? data[1] : 0;
	struct session_input in = { .written = r->written };

	if (len > size - 2)
		len = size - 2;
	in.kind = kinds[data[0] % KINDS];
	in.data = (const char *)data + 2;
	in.len = len;
	in.truncated = in.kind == IN_CLOSED && len == 1;
	in.detail = in.kind == IN_NO_TLS ? "other" : NULL;
	if (in.kind == IN_TICK && session_deadline_us(r->s) != INT64_MAX)
		r->now_us = session_deadline_us(r->s);
	r->now_us += 1000 * (1 + data[0] / KINDS);
	give(r, &in);
	return 2 + len;
}

static void make_plan(struct plan *p, uint8_t first, uint8_t second)
{
	static const char *const mechs[] = { NULL, "PLAIN", "LOGIN",
		"XOAUTH2" };

	plan_init(p);
	p->hold_enter = first & 1;
	p->stage = (enum stage)((first >> 1) % STAGE_COUNT);
	p->pipelining = first & 32;
	p->bdat = first & 128;
	plan_add_to(p, "x@example.org");
	plan_add_to(p, "y@example.org");
	if (first & 64)
		plan_add_step(p, STEP_SEND, "VRFY x", 0);
	p->message = xstrdup("Subject: x\r\n\r\n.\r\nd\n");
	p->message_len = strlen(p->message);
	p->tls.policy = (enum tls_policy)((second & 7) % TLS_POLICY_COUNT);
	p->protocol = second & 8 ? PROTO_LMTP : PROTO_ESMTP;
	p->auth.wanted = second & 16;
	p->auth.clear_ok = second & 32;
	p->auth.user = xstrdup("ada");
	plan_set_password(p, SECRET);
	if (mechs[second >> 6])
		p->auth.mechs = xstrdup(mechs[second >> 6]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_input connected = { .kind = IN_CONNECTED };
	struct session_input closed = { .kind = IN_CLOSED };
	struct run r = { .next_n = 1 };
	struct plan plan;

	if (size < 2)
		return 0;
	make_plan(&plan, data[0], data[1]);
	r.plan = &plan;
	r.s = session_new(&plan, "client.example", 1, &r.next_n);
	give(&r, &connected);
	for (size_t at = 2; at + 2 <= size;)
		at += happen(&r, data + at, size - at);
	give(&r, &closed);
	assert(r.closed && r.said_closed);
	assert(r.kept == r.given);
	session_free(r.s);
	plan_clear(&plan);
	return 0;
}
