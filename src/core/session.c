#include "config.h"

#include "core/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/session_priv.h"
#include "util/wipe.h"
#include "util/xalloc.h"

struct session *session_new(const struct plan *plan, const char *helo,
                            uint32_t id, uint32_t *next_n)
{
	struct session *s = xcalloc(1, sizeof *s);

	s->plan = plan;
	s->helo = xstrdup(helo);
	s->host = xstrdup("");
	s->id = id;
	s->next_n = next_n;
	s->state = ST_CLOSED;
	s->old_way = plan->protocol == PROTO_SMTP;
	session_set_policy(s, plan->tls.policy);
	s->secrets = secrets_new();
	if (plan->message)
		session_set_message(s, plan->message, plan->message_len);
	session_new_login(s);
	s->deadline_us = INT64_MAX;
	return s;
}

void session_free(struct session *s)
{
	struct session_output o;

	if (!s)
		return;
	while ((o = session_take(s)).kind != OUT_NONE) {
		free(o.event);
		wipe(o.data, o.len);
		free(o.data);
	}
	reply_clear(&s->reply);
	buf_clear(&s->input);
	ehlo_clear(&s->offers);
	ehlo_clear(&s->offers_clear);
	session_end_login(s);
	free(s->fifo);
	secrets_free(s->secrets);
	session_end_txn(s, UINT32_MAX);
	free(s->txn);
	free(s->message);
	free(s->out);
	free(s->helo);
	free(s->host);
	free(s);
}

void session_set_digest(struct session *s, const struct session_digest *d)
{
	s->digest = *d;
}

void session_set_host(struct session *s, const char *host)
{
	free(s->host);
	s->host = xstrdup(host);
}

void session_set_step(struct session *s, size_t step)
{
	s->step = step;
}

size_t session_step(const struct session *s)
{
	return s->step;
}

/* ---- time ---- */

/* What a class has patience for (study: reliability.md §1.2). */
static int64_t classroom_ms(enum verb v)
{
	switch (v) {
	case VERB_TLS_HANDSHAKE: return 15000;
	case VERB_END_OF_DATA:
	case VERB_BDAT: return 60000;
	default: return 30000;
	}
}

int64_t session_timeout_us(const struct session *s, enum verb v)
{
	int64_t rfc_ms = (int64_t)command_info(v)->timeout_s * 1000;
	int64_t ms = rfc_ms ? rfc_ms : 300000; /* RFC 5321 §4.5.3.2 */

	if (s->plan->patience == PATIENCE_CLASSROOM)
		ms = classroom_ms(v);
	if (s->plan->timeout_ms)
		ms = s->plan->timeout_ms;

	if (v == VERB_QUIT && ms > SESSION_QUIT_WAIT_MS)
		ms = SESSION_QUIT_WAIT_MS;
	return ms * 1000;
}

/* The head of the FIFO has until then; nothing pending: no deadline. */
static void set_deadline(struct session *s)
{
	s->deadline_us = s->over || !s->fifo_len ? INT64_MAX :
	                 s->now_us + session_timeout_us(s, s->fifo[0].verb);
}

int64_t session_deadline_us(const struct session *s)
{
	return s->deadline_us;
}

/* ---- the FIFO of commands under way ---- */

void session_push(struct session *s, enum verb v, uint32_t n)
{
	assert(s->fifo_len < SESSION_PENDING_MAX);
	if (s->fifo_len == s->fifo_size) {
		s->fifo_size = s->fifo_size ? 2 * s->fifo_size : 4;
		s->fifo = xreallocarray(s->fifo, s->fifo_size,
		                        sizeof *s->fifo);
	}
	s->fifo[s->fifo_len++] = (struct pending){
		.verb = v, .n = n, .index = s->commands, .rcpt = NO_RCPT,
		.sent_us = s->now_us,
	};
	if (s->fifo_len == 1)
		set_deadline(s);
}

void session_pop(struct session *s)
{
	s->fifo_len--;
	memmove(s->fifo, s->fifo + 1, s->fifo_len * sizeof *s->fifo);
	set_deadline(s);
}

struct pending *session_newest(struct session *s)
{
	assert(s->fifo_len);
	return &s->fifo[s->fifo_len - 1];
}

bool session_is_pending(const struct session *s, enum verb v)
{
	for (size_t i = 0; i < s->fifo_len; i++)
		if (s->fifo[i].verb == v)
			return true;
	return false;
}

size_t session_pending(const struct session *s)
{
	return s->fifo_len;
}

/* ---- the engine over the rows ---- */

static bool holds(const struct session *s, enum rule_guard g,
                  const struct pending *p)
{
	switch (g) {
	case GUARD_ALWAYS: return true;
	case GUARD_ESMTP: /* HELO knows no STARTTLS */
		return !s->old_way && s->policy < TLS_MUST;
	case GUARD_GAVE_UP: return s->gave_up;
	case GUARD_WRAP: return s->plan->tls.wrap && !s->greeted;
	case GUARD_CLEAR: return !s->secure;
	case GUARD_MORE_DUE: return p->more;
	case GUARD_ONE_ALONE: return p->rcpt != NO_RCPT;
	case GUARD_NOT_LAST: return !p->last;
	case GUARD_COUNT: break;
	}
	return false;
}

/* p: what was answered, or would be; its verb is in the set verb. */
static const struct rule *rule_for(const struct session *s, enum state from,
                                   uint64_t verb, enum answer a,
                                   const struct pending *p)
{
	const struct rule *r;

	for (size_t i = 0; (r = rules_at(i)); i++)
		if ((r->from >> from & 1u) && (r->verbs & verb) &&
		    (r->answers & a) && holds(s, r->when, p))
			return r;
	return NULL; /* the tables' test proves that this cannot be */
}

enum state session_projected(const struct session *s)
{
	enum state state = s->state;

	for (size_t i = 0; i < s->fifo_len; i++) {
		enum verb v = s->fifo[i].verb;
		bool more = command_info(v)->intermediate[0] &&
		            v != VERB_AUTH_RESPONSE;
		const struct rule *r = rule_for(s, state, VERB_BIT(v),
		                                more ? MORE : GOOD,
		                                &s->fifo[i]);

		if (v == VERB_CONNECT)
			break; /* the greeting: nothing is known before it */
		if (r->to != SAME)
			state = r->to;
	}
	return state;
}

enum state session_state(const struct session *s)
{
	return s->state;
}

bool session_over(const struct session *s)
{
	return s->over;
}

void session_close(struct session *s, bool by_server, bool clean)
{
	if (s->over)
		return;
	s->by_server = by_server;
	s->clean = clean;
	s->ending = s->heard;
	if (s->heard && !s->heard_out)
		return;
	s->over = true;
	s->fifo_len = 0;
	s->deadline_us = INT64_MAX;
}

/* Bytes that came behind the end: kept, and said. */
static void left_over(struct session *s)
{
	bool tls = s->answered == VERB_STARTTLS && !s->secure;
	char count[24];

	if (s->input.len == 0)
		return;
	snprintf(count, sizeof count, "%zu", s->input.len);
	say_bytes(s, tls ? BYTES_AFTER_STARTTLS : BYTES_PARTIAL,
	          s->input.data, s->input.len);
	say_finding(s, tls ? "bytes-after-starttls" : "bytes-left", 0, count,
	            "");
}

/* The last words, once everything else is said. */
static void end(struct session *s)
{
	char count[24];

	if (reply_partial(&s->reply)) {
		snprintf(count, sizeof count, "%zu", s->reply.raw.len);
		say_bytes(s, BYTES_PARTIAL, s->reply.raw.data,
		          s->reply.raw.len);
		say_finding(s, "ended-in-reply", 0, count, "");
	}
	left_over(s);
	say_closed(s, s->by_server, s->clean);
}

static enum fail_kind kind_of(enum answer a)
{
	switch (a) {
	case GONE: return FAIL_CLOSED;
	case LOST: return FAIL_RESET;
	case LATE: return FAIL_TIMEOUT;
	case STOP: return FAIL_CANCELLED;
	case FLOOD: return FAIL_LIMIT;
	case NO: return FAIL_TLS; /* of the handshake: no reply is a failure */
	default: return FAIL_PROTOCOL;
	}
}

/* from: the state that it happened in. */
static void fail(struct session *s, const struct cause *c, enum state from)
{
	enum fail_phase phase = !c->asked ? PHASE_DIALOG :
	                        c->verb == VERB_CONNECT ? PHASE_GREETING :
	                        c->verb == VERB_TLS_HANDSHAKE ? PHASE_TLS :
	                        PHASE_DIALOG;

	if (c->answer == EARLY)
		say_finding(s, "out-of-sync", c->n, "", "");
	else if (!c->asked && (c->answer & ANY_REPLY))
		say_finding(s, s->secure && from == ST_GREETED ?
		               "early-inside-tls" : "unasked-reply", c->n, "",
		            "");
	say_failed(s, phase, s->tls_failed ? FAIL_TLS : kind_of(c->answer),
	           c->detail);
	session_close(s, c->answer == GONE || c->answer == LOST, false);
}

/* p: what ended it, as the reply says. */
static void end_transaction(struct session *s, const struct pending *p)
{
	if (s->state == ST_MAIL || s->state == ST_RCPT ||
	    s->state == ST_DATA || s->state == ST_BDAT)
		s->had_transaction = true;
	session_end_txn(s, p->n);
	s->gave_up = false;
}

static void take_offers(struct session *s, bool esmtp, uint32_t n)
{
	ehlo_clear(&s->offers);
	s->has_offers = esmtp;
	for (size_t i = 1; esmtp && i < s->reply.n_lines; i++) {
		size_t len;
		const char *t = reply_line_text(&s->reply, i, &len);

		ehlo_add_line(&s->offers, t, len);
	}
	s->gave_up = false;
	session_end_txn(s, n);
}

static void open_transaction(struct session *s, const struct pending *p)
{
	session_end_txn(s, p->n);
	s->gave_up = false;
}

/* The newest recipient's reply. p: its RCPT. */
static void count_rcpt(struct session *s, enum deed d, const struct pending *p)
{
	s->result.accepted += d == DEED_COUNT_YES;
	s->result.deferred += d == DEED_COUNT_LATER;
	s->result.refused += d == DEED_COUNT_NO;
	if (session_rcpt(s, p->rcpt))
		session_rcpt(s, p->rcpt)->accepted = d == DEED_COUNT_YES;
}

/*
 * What cannot be a row: what EHLO offered, how each recipient fared. Called
 * once for every good form of reply, before the deed.
 */
static void note_event(struct session *s, enum deed d,
                       const struct pending *p)
{
	switch (d) {
	case DEED_TAKE_CAPS:
	case DEED_TAKE_NAME:
		take_offers(s, d == DEED_TAKE_CAPS, p->n);
		break;
	case DEED_OPEN_TXN: open_transaction(s, p); break;
	case DEED_COUNT_YES:
	case DEED_COUNT_LATER:
	case DEED_COUNT_NO: count_rcpt(s, d, p); break;
	case DEED_TRY_HELO: s->old_way = true; break;
	case DEED_GIVE_UP: s->gave_up = true; break;
	case DEED_END_TXN: end_transaction(s, p); break;
	case DEED_TAKE_DATA: session_open_message(s); break;
	case DEED_FORGET: session_forget(s); break;
	case DEED_LOGGED_IN: s->logged_in = true; break;
	case DEED_NO_LOGIN: s->login_failed = true; break;
	default: break;
	}
}

static void do_deed(struct session *s, enum deed d, const struct cause *c,
                    enum state from)
{
	switch (d) {
	case DEED_HANG_UP:
		session_close(s, c->answer == GONE || c->answer == LOST,
		          s->state == ST_BYE || s->state == ST_CLOSED);
		break;
	case DEED_START_TLS: session_start_tls(s, c); break;
	case DEED_AWAIT_GREETING:
		session_push(s, VERB_CONNECT, EV_GREETING);
		break;
	case DEED_TAKE_CAPS:
	case DEED_TAKE_NAME: session_check_offers(s, c->n); break;
	case DEED_NO_TLS:
		session_refuse_tls(s, TLS_REFUSED, c->n, "");
		session_check_login(s, c->n);
		break;
	case DEED_REMARK:
		say_finding(s, "unexpected-reply", c->n, "", "");
		break;
	case DEED_FAIL: fail(s, c, from); break;
	default: break;
	}
}

void session_apply(struct session *s, const struct cause *c)
{
	uint64_t verb = c->asked ? VERB_BIT(c->verb) : NOT_ASKED;
	const struct rule *r = rule_for(s, s->state, verb, c->answer,
	                                &c->to);
	enum state from = s->state, to = r->to == SAME ? from : r->to;

	note_event(s, r->deed, &c->to);
	say_state(s, r, to);
	s->state = to;
	do_deed(s, r->deed, c, from);
}

/* ---- inputs ---- */

void session_happen(struct session *s, enum answer a, const char *detail)
{
	struct cause c = {
		.verb = s->fifo_len ? s->fifo[0].verb : VERB_OTHER,
		.asked = s->fifo_len > 0,
		.answer = a,
		.detail = detail,
	};

	session_apply(s, &c);
}

static void take_connected(struct session *s)
{
	struct cause c = { .verb = VERB_CONNECT, .asked = true,
		           .answer = GOOD };

	session_apply(s, &c);
	if (s->state == ST_CONNECTED)
		session_push(s, VERB_CONNECT, EV_GREETING);
}

/* A server that ends TLS without saying so may have been cut short. */
static void take_closed(struct session *s, bool truncated)
{
	if (truncated && s->state != ST_BYE)
		say_finding(s, "tls-truncated", 0, "", "");
	session_happen(s, GONE, "");
}

/* The next reply among the bytes that came; false when there is none. */
static bool take_input(struct session *s)
{
	enum verb asked = s->fifo_len ? s->fifo[0].verb : VERB_OTHER;
	enum reply_result form;
	size_t used;

	if (s->over || s->input.len == 0)
		return false;
	form = reply_feed(&s->reply, s->input.data, s->input.len,
	                  s->input_stamp, &used);
	buf_drop(&s->input, used);
	if (form == REPLY_MORE)
		return false;
	session_hear_reply(s);
	s->answered = asked;
	session_take_reply(s, form);
	return true;
}

/* With pipelining a person's Enter sends what may go together, too. */
static void take_command(struct session *s, const char *line, size_t len,
                         bool unseen)
{
	char *copy = xmemdup0(line, len); /* what reads it ends at a NUL */

	s->unseen = unseen;
	session_send(s, copy, len);
	wipe(copy, len);
	free(copy);
	s->group = s->plan->pipelining && s->fifo_len > 0;
}

static void take(struct session *s, const struct session_input *in)
{
	switch (in->kind) {
	case IN_CONNECTED: take_connected(s); break;
	case IN_COMMAND:
		take_command(s, in->data, in->len, in->unseen);
		break;
	case IN_BYTES:
		buf_add(&s->input, in->data, in->len);
		s->input_stamp = in->written;
		take_input(s);
		break;
	case IN_TLS:
	case IN_NO_TLS: session_take_tls(s, in); break;
	case IN_CLOSED: take_closed(s, in->truncated); break;
	case IN_RESET: session_happen(s, LOST, in->detail); break;
	case IN_TICK:
		if (s->now_us >= s->deadline_us || s->heard)
			session_happen(s, LATE, "");
		break;
	case IN_DROPPED: session_close(s, false, true); break;
	case IN_END: break;
	case IN_CANCEL: session_happen(s, STOP, ""); break;
	}
}

void session_handle(struct session *s, const struct session_input *in,
                    int64_t now_us)
{
	s->now_us = now_us;
	if (s->over)
		return;
	if (!session_hear_end(s, in->kind))
		take(s, in);
	if (s->over)
		end(s);
}

bool session_go_on(struct session *s)
{
	if (s->over || !(session_hold_enter(s) || take_input(s)))
		return false;
	if (s->over)
		end(s);
	return true;
}

void session_result(const struct session *s, struct session_result *out)
{
	*out = s->result;
}
