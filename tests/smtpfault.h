/*
 * smtpfault: an SMTP server that does wrong what a script tells it to.
 *
 * Each connection plays a script: a list of acts, in order. One thread, one
 * listener on a free port of 127.0.0.1; connections are served one after the
 * other, as our client makes them. Everything that clients sent is kept.
 */
#ifndef TESTS_SMTPFAULT_H
#define TESTS_SMTPFAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum fault_kind {
	FAULT_END,   /* of the script: waits until the client has gone */
	FAULT_SAY,   /* sends data in one segment */
	FAULT_HEAR,  /* waits for one line; without one the script ends */
	FAULT_DOT,   /* waits for the line "." */
	FAULT_DRIP,  /* sends data one byte every number milliseconds */
	FAULT_SPLIT, /* sends data in two segments, cut at number */
	FAULT_FLOOD, /* sends data again and again until the client goes */
	FAULT_CLOSE, /* FIN after everything that was sent */
	FAULT_RESET, /* RST: SO_LINGER 0 */
	FAULT_SHUT,  /* FIN of our half only, then the script goes on */
	FAULT_URGENT, /* sends the byte number out of band */
	FAULT_DEAF,  /* stops reading for good, until the client goes */
};

struct fault {
	enum fault_kind kind;
	const char *data;
	size_t len; /* 0: strlen(data) */
	size_t number;
};

#define SAY(text) { FAULT_SAY, text, 0, 0 }
#define SAY_BYTES(text) { FAULT_SAY, text, sizeof(text) - 1, 0 }
#define HEAR { FAULT_HEAR, NULL, 0, 0 }
#define HEAR_DOT { FAULT_DOT, NULL, 0, 0 }
#define DRIP(text, ms) { FAULT_DRIP, text, 0, ms }
#define SPLIT(text, at) { FAULT_SPLIT, text, 0, at }
#define FLOOD(text) { FAULT_FLOOD, text, 0, 0 }
#define CLOSE { FAULT_CLOSE, NULL, 0, 0 }
#define RESET { FAULT_RESET, NULL, 0, 0 }
#define SHUT { FAULT_SHUT, NULL, 0, 0 }
#define URGENT(byte) { FAULT_URGENT, NULL, 0, byte }
#define DEAF { FAULT_DEAF, NULL, 0, 0 }
#define END { FAULT_END, NULL, 0, 0 }

struct smtpfault;

/*
 * scripts: n_scripts borrowed lists, each ending in FAULT_END; connection i
 * plays scripts[i], the last one again for all that follow.
 */
struct smtpfault *smtpfault_start(const struct fault *const *scripts,
                                  size_t n_scripts);
/*
 * A server that thinks: each line, without its line end, goes to answer(),
 * which puts what to say into out; false: that is said and the connection
 * closed. line NULL: a connection has begun. Called from the server's thread.
 */
typedef bool smtpfault_answer(void *arg, const char *line, size_t len,
                              struct buf *out);
struct smtpfault *smtpfault_start_answering(smtpfault_answer *answer,
                                            void *arg);
uint16_t smtpfault_port(const struct smtpfault *f);
/* Ends the thread; frees all. */
void smtpfault_stop(struct smtpfault *f);
/* Waits until so many connections have ended, at most ms; how many ended. */
unsigned smtpfault_wait(struct smtpfault *f, unsigned connections, int ms);
/* All that clients sent, NUL-terminated; caller frees. */
char *smtpfault_heard(struct smtpfault *f);
/* The same with its length: appended. */
void smtpfault_heard_bytes(struct smtpfault *f, struct buf *out);

/* A port of 127.0.0.1 that nobody listens on (it was free a moment ago). */
uint16_t smtpfault_closed_port(void);

#endif
