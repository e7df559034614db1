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
 */
#ifndef CLASSROOM_RECEIVER_H
#define CLASSROOM_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/lesson.h"
#include "util/buf.h"

enum {
	RECEIVER_LINE_MAX = 2048,      /* four times RFC 5321 §4.5.3.1.4: long
	                                * enough for every extension's share */
	RECEIVER_RCPT_MAX = 100,       /* RFC 5321 §4.5.3.1.8 */
	RECEIVER_SIZE_MAX = 10 << 20,  /* of a message; told by SIZE */
	RECEIVER_ERRORS_MAX = 50,      /* then 421: somebody pastes a file */
	RECEIVER_MEMORY = 1024,        /* lines that @after remembers */
};

enum receiver_state { RCV_GREETED, RCV_READY, RCV_MAIL, RCV_RCPT, RCV_DATA };

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
};

struct receiver_answer {
	const struct lesson_rule *rule; /* to be played; NULL: text is it */
	struct buf text;                /* whole lines with CRLF */
	bool close;                     /* when all is said */
};

/* name: borrowed; server, memory as well. */
void receiver_init(struct receiver *r, const struct lesson_server *server,
                   struct receiver_memory *memory, const char *name);
void receiver_clear(struct receiver *r);
/* The first rule: what is said when the connection is there. */
void receiver_greet(const struct receiver *r, struct receiver_answer *out);

/*
 * A command line without its line end, len < RECEIVER_LINE_MAX; bare_lf: it
 * ended in LF alone. Not in RCV_DATA. out: emptied first; clear out->text.
 */
void receiver_command(struct receiver *r, const char *line, size_t len,
                      bool bare_lf, struct receiver_answer *out);
void receiver_too_long(struct receiver *r, struct receiver_answer *out);
/*
 * Bytes of a message, in RCV_DATA: any split. Returns how many it took; it
 * stops behind the line with the single dot, and then out is set and *ended.
 */
size_t receiver_data(struct receiver *r, const char *data, size_t len,
                     struct receiver_answer *out, bool *ended);

/* Does the line fit? * stands for any text, letters of any case are equal. */
bool receiver_fits(const char *pattern, const char *line, size_t len);

#endif
