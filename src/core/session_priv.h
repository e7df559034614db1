/*
 * session_priv: the inside of the session machine, for session.c (the engine),
 * session_reply.c, session_send.c, session_guide.c and session_say.c (which
 * makes its events). Nobody else includes this.
 */
#ifndef CORE_SESSION_PRIV_H
#define CORE_SESSION_PRIV_H

#include "core/ehlo.h"
#include "core/guide.h"
#include "core/reply.h"
#include "core/rules.h"
#include "core/session.h"
#include "core/typed.h"

/* A command on its way, or the greeting: what a reply will answer. */
struct pending {
	enum verb verb;
	uint32_t n;     /* of its EV_SENT; EV_GREETING */
	uint32_t index; /* it was the index-th command written; greeting 0 */
	int64_t sent_us;
};

struct session {
	const struct plan *plan; /* borrowed */
	char *helo, *host;
	uint32_t id, *next_n;
	int64_t now_us;

	enum state state;
	bool over, by_server, clean;
	bool old_way, gave_up, had_transaction;
	struct pending fifo[SESSION_PENDING_MAX];
	size_t fifo_len;
	int64_t deadline_us;
	uint32_t commands; /* given to OUT_WRITE so far */

	struct buf input; /* bytes of replies after the one just taken */
	uint32_t input_stamp;
	enum verb answered; /* what the newest reply was the answer to */
	struct reply reply;
	struct ehlo offers;
	bool has_offers;
	size_t rcpt_sent, rcpt_total; /* this transaction; the session */
	size_t step;
	struct session_digest digest;
	uint32_t message_bytes, message_lines, message_stuffed;
	size_t raw_kept; /* bytes held in events so far: SESSION_RAW_MAX */

	struct session_result result;
	struct session_output *out; /* ring would be overkill: a short list */
	size_t out_len, out_size, out_taken;
};

/* What led to a deed: for its events. */
struct cause {
	enum verb verb; /* VERB_OTHER when nothing was pending */
	bool asked;
	enum answer answer;
	uint32_t n;     /* of the reply, 0 none */
	const char *detail;
};

/* A line on its way out, as written and as shown. */
struct outgoing {
	const char *line;  /* as written, without CRLF */
	size_t len;
	const char *shown; /* secrets as **** */
	size_t shown_len;
	enum verb verb;
	bool secret;
};

/* session.c: the engine. */
void session_apply(struct session *s, const struct cause *c);
void session_push(struct session *s, enum verb v, uint32_t n);
void session_pop(struct session *s);
/* No more input; the last words are said at the end of the turn. */
void session_close(struct session *s, bool by_server, bool clean);

/* session_reply.c: s->reply is whole, or not SMTP, or over a bound. */
void session_take_reply(struct session *s, enum reply_result form);

/* session_send.c: one typed or proposed line; the plan's message. */
void session_send(struct session *s, const char *line, size_t len);
void session_write_message(struct session *s);

/* session_guide.c: batch holds Enter down; false when nothing is proposed. */
bool session_hold_enter(struct session *s);

/* session_say.c. Outputs. say_* number the event, stamp it and queue it. */
void session_say(struct session *s, struct event_builder *b);
/* Returns the n of the event. */
uint32_t say_sent(struct session *s, const struct outgoing *o);
uint32_t say_reply(struct session *s, const struct pending *to);
void say_form(struct session *s, uint32_t about);
void say_state(struct session *s, const struct rule *r, enum state to);
void say_failed(struct session *s, enum fail_phase phase,
                enum fail_kind kind, const char *detail);
/* arg, arg2: "" or NULL for none. */
void say_finding(struct session *s, const char *id, uint32_t about,
                 const char *arg, const char *arg2);
void say_typed(struct session *s, const struct typed_remark *r,
               uint32_t about, const char *line, size_t len);
void say_bytes(struct session *s, enum bytes_why why, const char *data,
               size_t len);
void say_message(struct session *s);
void say_closed(struct session *s, bool by_server, bool clean);
/* data: copied. command: it gets a reply of its own. */
void write_out(struct session *s, const char *data, size_t len, bool command);

#endif
