/*
 * visit_priv: the inside of a visit, for visit.c (its life, the bytes),
 * visit_user.c (what is wanted of it), visit_login.c and visit_tls.c (the
 * handshake and what it showed). Nobody else includes this.
 */
#ifndef NET_VISIT_PRIV_H
#define NET_VISIT_PRIV_H

#include "check/who.h"
#include "io/sha256.h"
#include "net/gsasl.h"
#include "net/stream.h"
#include "net/visit.h"

struct visit {
	struct loop *loop;
	struct outlet *out;
	const struct plan *plan;
	struct visit_to to; /* its texts are ours */
	struct visit_calls calls;
	struct stream *stream;  /* NULL when it is over */
	struct session *session; /* NULL until the connection is there */
	struct docket_seat seat; /* the judge's */
	struct judge *judge;
	struct loop_timer *timer;
	struct sha256 digest;    /* of the message under way */
	struct event *prompt;    /* copy of the last one posted, or NULL */
	int64_t started_us;      /* all times: the clock of the events */
	int64_t deadline_us;     /* of the try to connect */
	int64_t leave_us;        /* INT64_MAX: nobody wants to leave */
	bool paused, cancelled, over;
	struct lender *lender;   /* of what logins need; may be NULL */
	char *held;              /* a line that waits for visit_answer() */
	bool prepare;            /* TLS will be wanted soon */
	int64_t shake_us;        /* when the handshake began */
	struct who who;          /* answers there */
	struct session_result result; /* valid once it is over */
	size_t step;
};

/* ---- visit.c ---- */

int64_t visit_now_us(const struct visit *v);

void visit_post_prompt(struct visit *v); /* unless it says nothing new */
/* The connection never was. v may be gone, as after what follows. */
void visit_fail_connect(struct visit *v, struct conn_end end);
/* False: v is over. line: of IN_COMMAND, else NULL. */
bool visit_give(struct visit *v, enum session_input_kind kind,
                const char *line);
void visit_give_line(struct visit *v, const char *line);
void visit_arm(struct visit *v); /* the timer, for what is due next */

/* ---- visit_login.c ---- */

void visit_lend(struct visit *v);
/* What the -PLUS mechanisms are tied to (RFC 5929, RFC 9266). */
void visit_bind_login(struct visit *v);

/* ---- visit_tls.c ---- */

/* What is demanded of this host (RFC 7672 §2.2). */
enum tls_policy visit_policy(const struct visit *v);
/* Loads and reads what TLS needs, while the server is thinking. */
void visit_prepare_tls(struct visit *v);
/* The session wants TLS: the handshake begins. False: it cannot, and in says
 * what to tell the session. */
bool visit_begin_tls(struct visit *v, struct session_input *in);
/*
 * What the connection has goes into the handshake. True: it is over, well or
 * not, or the connection is, and in says what to tell the session (borrowed
 * from v). more: there may be more to read at once.
 */
bool visit_shake(struct visit *v, struct session_input *in, bool *more);

#endif
