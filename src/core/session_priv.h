/*
 * session_priv: the inside of the session machine, for session.c (the engine)
 * and the files session_*.c. Nobody else includes this.
 */
#ifndef CORE_SESSION_PRIV_H
#define CORE_SESSION_PRIV_H

#include "core/ehlo.h"
#include "core/guide.h"
#include "core/message.h"
#include "core/needs.h"
#include "core/reply.h"
#include "core/rules.h"
#include "core/secret.h"
#include "core/session.h"
#include "core/typed.h"

/* A command on its way, or the greeting: what a reply will answer. */
struct pending {
	enum verb verb;
	uint32_t n;     /* of its EV_SENT; EV_GREETING */
	uint32_t index; /* it was the index-th command written; greeting 0 */
	uint32_t rcpt;  /* RCPT, and LMTP behind the message: whom the reply
	                 * judges, n of a txn_rcpt; NO_RCPT for all others */
	bool last;      /* the message ends with it: dot, BDAT ... LAST */
	bool more;      /* LMTP: the same message has a reply behind this */
	int64_t sent_us;
};

#define NO_RCPT 0

enum { SESSION_CHUNK_MAX = 64 << 20 }; /* octets of one BDAT: four times the
                                        * largest message of --data */

/* A recipient of this transaction, from its RCPT on. */
struct txn_rcpt {
	uint32_t n; /* of its EV_SENT */
	char *address;
	bool accepted;
};

struct session {
	const struct plan *plan; /* borrowed */
	char *helo, *host;
	uint32_t id, *next_n;
	int64_t now_us;

	enum state state;
	bool over, by_server, clean;
	bool old_way, gave_up, had_transaction;
	bool aside; /* --pipe: lines came that are no replies */
	bool greeted, group; /* group: a person's Enter sends the whole of it */
	bool heard, deaf, mute, unseen; /* see session_heard, session_input */
	bool challenged;     /* heard: 334 came last, asked for or not */
	bool ending;         /* heard: a live session would be over by now */
	bool heard_out;      /* heard: its end is known, or will not be */

	/* TLS */
	enum tls_policy policy; /* the plan's, or what DANE makes of it */
	bool secure, no_tls, unverified;
	bool tls_failed;       /* it came up, and broke afterwards */
	struct ehlo offers_clear; /* of the EHLO before TLS */
	bool had_clear_offers;

	/* login */
	struct secrets *secrets;
	struct sasl_lent lent;
	struct sasl *sasl; /* the login under way, or NULL */
	struct buf answer; /* Base64, to the newest challenge */
	bool has_answer, logged_in, login_failed, clear_ok;
	bool proved; /* the client has sent something that proves it */

	/* message */
	char *message;         /* as it goes out, before stuffing */
	size_t message_len;
	bool has_message;
	struct message_facts message_facts;
	bool binary;           /* BDAT takes the plan's bytes as they are */
	size_t chunk_at;       /* BDAT: of message, what is sent already */
	size_t chunk_left;     /* typed BDAT: octets that are still to come */
	bool chunk_last;       /* it ends the message */
	uint32_t chunk_n;      /* of its EV_SENT */
	struct txn_rcpt *txn;  /* n_txn, of this transaction */
	size_t n_txn;
	struct pending *fifo; /* fifo_len of fifo_size */
	size_t fifo_len, fifo_size;
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
	struct pending to; /* what was answered, where something was */
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
/* Something other than a reply; detail: may be NULL. */
void session_happen(struct session *s, enum answer a, const char *detail);
int64_t session_timeout_us(const struct session *s, enum verb v);
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
void session_write_dot(struct session *s);

/* The last of what is under way; there is something. */
struct pending *session_newest(struct session *s);
bool session_is_pending(const struct session *s, enum verb v);

/* session_tls.c: before and after the handshake. */
void session_start_tls(struct session *s, const struct cause *c);
bool session_refuse_left_over(struct session *s); /* true: it is over */
void session_forget(struct session *s);      /* RFC 3207 §4.2 */
void session_take_tls(struct session *s, const struct session_input *in);
void session_refuse_tls(struct session *s, enum tls_lack lack, uint32_t about,
                        const char *why);
/* After an EHLO: is TLS there as demanded, what did it change? */
void session_check_offers(struct session *s, uint32_t about);

/* What is said of a line before it goes out, wrong or not: its EV_SENT, whose n
 * is returned, and the remarks. */
uint32_t session_announce(struct session *s, const char *line, size_t len,
                          enum verb v);

/* A line that is proposed, as it may be seen: heap. Sent by a person, it stands
 * for the line of the step that it was made of. */
char *session_shown(const struct session *s, const char *line);

/* session_login.c: AUTH, RFC 4954. */
/* AUTH, Exchange's X-EXPS, and what answers a challenge. */
bool session_is_login(enum verb v);
/* An answer to a challenge may be typed, or typed too soon. */
bool session_in_login(const struct session *s);
/* Its line as it is to be written (heap, wipe), NULL: not to be sent, which
 * has been said. shown: the same without what is secret. */
char *session_login_line(struct session *s, const char *line, size_t len,
                         enum verb v);
void session_login_sent(struct session *s, const char *wire, enum verb v,
                        uint32_t n);
void session_login_reply(struct session *s, enum answer a, uint32_t n);
/* "AUTH PLAIN ****", heap; NULL: no login is to be had here. */
char *session_login_proposal(const struct session *s);
void session_end_login(struct session *s);
/* A login is wanted: can there be one, now that it is known what is offered? */
void session_check_login(struct session *s, uint32_t about);

/* session_message.c: DATA and BDAT. */
void session_open_message(struct session *s); /* 354 came */
/* Sender and recipients are gone, but those that were sent behind the command
 * that ended it: before is the n of its EV_SENT. */
void session_end_txn(struct session *s, uint32_t before);
/* NULL: n is of no recipient. */
struct txn_rcpt *session_rcpt(const struct session *s, uint32_t n);
/* A line typed while the message is taken; "." ends it. */
void session_send_data(struct session *s, const char *line, size_t len);
/* A BDAT line, with its octets if they are there; false: refused. */
bool session_send_chunk(struct session *s, const char *line, size_t len);
bool session_chunk_open(const struct session *s); /* typed octets are due */
void session_add_chunk(struct session *s, const char *line, size_t len);
size_t session_chunk_size(const struct session *s); /* left for BDAT */
void session_needs(const struct session *s, struct needs *out);
/* What MAIL and RCPT are to carry: " SIZE=17", heap. */
char *session_mail_params(const struct session *s, const struct needs *needs);
char *session_rcpt_params(const struct session *s);
/* False: this server cannot take the message, which has been said. */
bool session_may_mail(struct session *s);
/* LMTP: how the message fared with one recipient. */
void session_note_delivery(struct session *s, const struct pending *p,
                           enum answer a);

/* session_guide.c: batch holds Enter down; false when nothing is proposed. */
bool session_hold_enter(struct session *s);

/* session_heard.c. */
/* A reply is whole: what it answers may not have been heard. */
void session_hear_reply(struct session *s);
/* An input that ends it; true: it is over, as it was to end already. */
bool session_hear_end(struct session *s, enum session_input_kind kind);
/* The next line answers a challenge, as far as can be told. */
bool session_heard_answer(const struct session *s, const char *line,
                          size_t len);
/* The secret of a line heard stands there as stars: there is none to read. */
bool session_heard_blank(const struct session *s, const char *text,
                         size_t len);

/* session_say.c. Outputs. say_* number the event, stamp it and queue it. */
void session_say(struct session *s, struct event_builder *b);
/* Returns the n of the event. */
uint32_t say_sent(struct session *s, const struct outgoing *o);
uint32_t say_reply(struct session *s, const struct pending *to);
void say_start_tls(struct session *s);
void say_note(struct session *s, const struct sasl_note *note, uint32_t about);
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
