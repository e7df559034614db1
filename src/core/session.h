/*
 * session: the SMTP session machine. No socket, clock or thread in it.
 *
 * Inputs go in with session_handle(), together with the time; outputs (events
 * to post, bytes to write, "close") are taken with session_take(). The state
 * is the server's view, moved only by rules.c. What was sent and not answered
 * yet is a FIFO beside the state; each reply belongs to its head. What cannot
 * be a row of the table is in one function, note_event(): the capabilities of
 * EHLO, the list of recipients with their outcomes.
 *
 * One session is one connection. Used by one thread at a time (the worker).
 */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command.h"
#include "core/event.h"
#include "core/plan.h"
#include "core/sasl.h"

enum {
	SESSION_RCPT_MAX = 100,         /* what RFC 5321 §4.5.3.1.8 grants */
	SESSION_RAW_MAX = 16 << 20,     /* raw bytes kept in its events */
	SESSION_PENDING_MAX = 128,      /* commands without a reply yet */
	SESSION_LINE_MAX = 65536,       /* a line a person may type or paste */
	SESSION_QUIT_WAIT_MS = 5000,    /* for 221: min(timeout, this) */
};

struct session;

enum session_input_kind {
	IN_CONNECTED, /* the connection is there; the server speaks first */
	IN_TLS,       /* the handshake of OUT_HANDSHAKE is done; detail: NULL,
	               * or why the certificate is not as demanded */
	IN_NO_TLS,    /* it failed; detail: a word of tls_errors.tsv; data: what
	               * came instead of TLS, may be empty */
	IN_COMMAND,   /* data: one line to send, without CRLF */
	IN_BYTES,     /* data: bytes from the server, any split */
	IN_CLOSED,    /* the server closed in order (FIN) */
	IN_RESET,     /* connection lost; detail: errno text */
	IN_TICK,      /* session_deadline_us() has passed */
	IN_DROPPED,   /* heard: the client closed it */
	IN_END,       /* heard: nothing more is known of it */
	IN_CANCEL,    /* the user gave up; close without QUIT */
};

struct session_input {
	enum session_input_kind kind;
	const char *data;   /* borrowed, len bytes */
	size_t len;
	uint32_t written;   /* IN_BYTES: commands written so far */
	const char *detail; /* borrowed, may be NULL */
	bool unverified;    /* IN_TLS: who is there is not proved */
	bool truncated;     /* IN_CLOSED: inside TLS, without close_notify */
	bool unseen;        /* IN_COMMAND, heard: the octets of this BDAT are
	                     * not known */
};

enum session_output_kind {
	OUT_NONE,  /* nothing waits */
	OUT_EVENT, /* event: the taker owns it */
	OUT_WRITE, /* data, len: write all; counts as one command if command */
	OUT_HANDSHAKE, /* begin it, answer with IN_TLS or IN_NO_TLS */
	OUT_CLOSE, /* close the connection now; the session is over */
};

/*
 * Takes the digest of a message's bytes as they are written (before the dot),
 * for EV_MESSAGE. The session is pure and knows no library: the worker lends
 * it one. begin starts anew, hex gives 64 characters and a NUL.
 */
struct session_digest {
	void (*begin)(void *arg);
	void (*update)(void *arg, const void *data, size_t len);
	void (*hex)(void *arg, char out[65]);
	void *arg;
};

struct session_output {
	enum session_output_kind kind;
	struct event *event;
	char *data; /* owned by the taker (free) */
	size_t len;
	bool command;
};

/*
 * plan: borrowed, must outlive the session. id: of this connection, from 1.
 * next_n: borrowed; the number the next event of the recording gets.
 * helo: the name to give, resolved by the caller; copied.
 */
struct session *session_new(const struct plan *plan, const char *helo,
                            uint32_t id, uint32_t *next_n);
void session_set_digest(struct session *s, const struct session_digest *d);
/* What logins need of libraries; copied. Without: none that needs them. */
void session_set_sasl(struct session *s, const struct sasl_lent *lent);
/* The message for DATA or BDAT: copied, line ends made CRLF unless raw (BDAT
 * with BINARYMIME). Without this call: the plan's. */
void session_set_message(struct session *s, const char *data, size_t len);
/* What is demanded of this host, where that is not what the plan says: DANE
 * without records (RFC 7672 §2.2). */
void session_set_policy(struct session *s, enum tls_policy p);
/* STARTTLS is not proposed: the handshake failed on another connection. */
void session_set_clear(struct session *s);
/* The MX that the connection is to, for remarks about the greeting; copied. */
void session_set_host(struct session *s, const char *host);

/*
 * The session is not driven but heard, from a transcript: what the client sent
 * was sent, so that nothing of it is held back, refused or filled in, and it
 * goes on until the transcript says how it ended, whatever one would have done.
 * Once, before the first input; IN_CONNECTED where it is heard from the start.
 */
struct session_heard {
	enum state from; /* where the hearing begins; ST_CLOSED: at the start */
	bool secure;     /* inside TLS already */
	bool owed;       /* the first reply answers what was not heard */
	bool deaf;       /* no command is heard: nor what the others answer */
	bool mute;       /* no reply is heard: none is waited for */
};
void session_set_heard(struct session *s, const struct session_heard *h);
/* Where in plan.steps this connection begins (0), and where it is now: the
 * step proposed next. A STEP_CONNECT proposed next means: QUIT first. */
void session_set_step(struct session *s, size_t step);
size_t session_step(const struct session *s);
void session_free(struct session *s); /* drops outputs not taken */

/*
 * now_us: monotonic, the clock of the events' t_us. At most one reply is taken
 * a turn, so that a caller can put in a word (a verdict) before what follows:
 *
 *     session_handle(s, &in, now);
 *     do
 *             while ((o = session_take(s)).kind != OUT_NONE)
 *                     ...
 *     while (session_go_on(s));
 */
void session_handle(struct session *s, const struct session_input *in,
                    int64_t now_us);
struct session_output session_take(struct session *s);
/* The next turn: batch holds Enter down, or another reply is there already.
 * False: nothing happens before the next input. */
bool session_go_on(struct session *s);

/* When IN_TICK is due; INT64_MAX: no deadline. One absolute time per step. */
int64_t session_deadline_us(const struct session *s);
enum state session_state(const struct session *s);
/* The state once every command under way is answered well. */
enum state session_projected(const struct session *s);
bool session_over(const struct session *s); /* OUT_CLOSE was given */
bool session_secure(const struct session *s); /* inside TLS */
/*
 * Would line begin a login in clear, and is that not allowed yet? Then it
 * would not be sent: ask, and session_allow_clear() if the user says so.
 */
bool session_login_in_clear(const struct session *s, const char *line);
void session_allow_clear(struct session *s);
/* Does line begin the plan's login, and the password is not known yet? */
bool session_lacks_password(const struct session *s, const char *line);
/* The user gave a password after all, see plan_auth. */
void session_new_login(struct session *s);
size_t session_pending(const struct session *s);

/* A new EV_PROMPT: what the guide proposes, what is allowed. Caller owns. */
struct event *session_prompt(const struct session *s, int64_t now_us);

enum tls_lack { TLS_LACKS_NOTHING, TLS_NOT_OFFERED, TLS_REFUSED,
	TLS_BROKEN /* the handshake failed */, TLS_UNVERIFIED };

/* What a verdict needs to know at the end (check/verdict.h). */
struct session_result {
	enum stage reached;      /* last stage whose reply was good */
	bool any_stage;          /* false: not even connected */
	uint16_t code;           /* last decisive reply, 0 none */
	char enhanced[16];
	uint32_t reply_n;        /* its event */
	enum verb verb;          /* the command it answered */
	enum fail_phase phase;   /* valid when failed */
	enum fail_kind fail;
	bool failed;
	size_t accepted, deferred, refused; /* recipients */
	enum tls_policy policy;  /* what was demanded of this host */
	enum tls_lack lack;      /* why TLS is not as demanded */
	bool login_lacks;        /* wanted, and no mechanism to be had */
	bool needs_lack;         /* the message cannot be sent to this server */
	bool all_sent;           /* a message went out to its very end */
};
void session_result(const struct session *s, struct session_result *out);

#endif
