/*
 * receiver: the receiving side of one SMTP session (RFC 5321), without socket
 * or clock: a line in, an answer out. A lesson's rules come first; what none
 * of them answers gets the correct answer of the built-in server, which
 * relays nothing and keeps no message.
 *
 * A rule answers only where the command is in sequence and well formed (else
 * the built-in server's 503 or 501 is the lesson), unless it says @always.
 * Its last reply code moves the session on as the same code of the built-in
 * server would. One thread, the loop's.
 *
 * TLS is the caller's: an answer says when it begins, receiver_secured() that
 * it is up. What a client sends as a credential is judged and wiped, never
 * kept (login.h).
 */
#ifndef CLASSROOM_RECEIVER_H
#define CLASSROOM_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/lesson.h"
#include "classroom/login.h"
#include "util/buf.h"

enum {
	RECEIVER_LINE_MAX = 2048,      /* four times RFC 5321 §4.5.3.1.4: long
	                                * enough for every extension's share */
	RECEIVER_RCPT_MAX = 100,       /* RFC 5321 §4.5.3.1.8 */
	RECEIVER_SIZE_MAX = 10 << 20,  /* of a message; told by SIZE */
	RECEIVER_ERRORS_MAX = 50,      /* then 421: somebody pastes a file */
	RECEIVER_MEMORY = 1024,        /* lines that @after remembers */
};

enum receiver_state { RCV_GREETED, RCV_READY, RCV_MAIL, RCV_RCPT, RCV_DATA,
	RCV_BDAT /* a chunk came, and not the last one */ };

/* When a line came first, for @after: shared by a server's sessions. A ring:
 * the oldest entry makes room. Zeroed is empty. */
struct receiver_memory {
	struct { uint64_t key; int64_t first_us; } seen[RECEIVER_MEMORY];
	size_t n;
};

struct receiver {
	const struct lesson_server *server;
	struct receiver_memory *memory; /* borrowed */
	const char *name;               /* of the built-in server; borrowed */
	uint64_t peer;                  /* stands for the client's address */
	int64_t now_us;                 /* monotonic; set before each call */
	bool *used;                     /* of each rule, for @once; owned */
	enum receiver_state state;
	bool esmtp;                     /* EHLO, not HELO */
	bool bare_lf;                   /* DATA came with LF: so may its end */
	uint8_t at;                     /* where in a line of the message */
	unsigned rcpts, errors;
	uint64_t message_len;           /* after unstuffing */
	bool binary, utf8;              /* of this MAIL */

	bool tls;                       /* inside TLS */
	size_t dropped;                 /* octets in clear behind STARTTLS */
	bool authed, in_login;          /* in_login: a 334 is open */
	struct login login;

	char *chunk_line;               /* BDAT whose octets come; owned */
	uint64_t chunk_left;
	bool chunk_failed;              /* then only RSET helps */

	char **rcpt;                    /* LMTP: "<a@b>", rcpts; owned */
	const char *verdict;            /* LMTP: being told to each of them */
	unsigned told;
};

struct receiver_answer {
	const struct lesson_rule *rule; /* to be played; NULL: text is it */
	struct buf text;                /* whole lines with CRLF */
	bool close;                     /* when all is said */
	bool secure;                    /* TLS begins, when all is said */
};

/* name: borrowed; server, memory as well. */
void receiver_init(struct receiver *r, const struct lesson_server *server,
                   struct receiver_memory *memory, const char *name);
void receiver_clear(struct receiver *r);
/* The first rule: what is said when the connection is there. */
void receiver_greet(const struct receiver *r, struct receiver_answer *out);

/* TLS is up: all that the client said is forgotten (RFC 3207 §4.2). dropped:
 * octets that had come in clear behind STARTTLS. Before receiver_greet() when
 * TLS is there from the start. */
void receiver_secured(struct receiver *r, size_t dropped);

/* A line must be shorter: in a login it may be long. */
size_t receiver_line_max(const struct receiver *r);
/*
 * A command line, or an answer in a login, without its line end; bare_lf: it
 * ended in LF alone. Not while a message comes. out: emptied first; clear
 * out->text. Nothing is said yet to a BDAT whose octets are still to come.
 */
void receiver_command(struct receiver *r, const char *line, size_t len,
                      bool bare_lf, struct receiver_answer *out);
void receiver_too_long(struct receiver *r, struct receiver_answer *out);
/* Do bytes of a message come next: after DATA's 354, or BDAT? */
bool receiver_in_message(const struct receiver *r);
/*
 * Bytes of a message: any split. Returns how many it took; it stops behind
 * the line with the single dot, or the last octet of the chunk, and then out
 * is set and *ended.
 */
size_t receiver_data(struct receiver *r, const char *data, size_t len,
                     struct receiver_answer *out, bool *ended);

/* LMTP: what is said about the next recipient, before any more is taken from
 * the client (RFC 2033 §4.2). False: everybody has had an answer. */
bool receiver_next(struct receiver *r, struct receiver_answer *out);

#endif
