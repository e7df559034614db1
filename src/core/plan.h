/*
 * plan: what the user wants done with one target, as the command line (or the
 * start screen) said it. Pure data; made by cli or ui, given to the worker,
 * which owns and frees it.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/target.h"

/* How far a session goes on its own (-q, --quit-after). */
enum stage { STAGE_ROUTE, STAGE_CONNECT, STAGE_EHLO, STAGE_MAIL, STAGE_RCPT,
	STAGE_DATA, /* up to 354, then the connection is dropped */
	STAGE_DOT, STAGE_COUNT };
const char *stage_name(enum stage s); /* "route", "connect" ... */
int stage_find(const char *word);     /* -1 when unknown */

/* One step of a lesson (@steps) or one line of --script. */
enum step_kind {
	STEP_SEND,    /* line goes to the server */
	STEP_CONNECT, /* a new connection to the same host after wait_ms */
};
struct step {
	enum step_kind kind;
	char *line;       /* owned; "" for STEP_CONNECT */
	uint32_t wait_ms;
	char *say;        /* what the teacher says, "" nothing; owned */
	char *ask;        /* a question for the class, ""; owned */
};

enum protocol { PROTO_ESMTP, PROTO_SMTP };

struct plan {
	struct target target; /* parsed form of what was typed */
	char *helo;           /* NULL: host name, else address literal */
	char *from;           /* NULL: postmaster@helo; "" is <> */
	char **to;            /* n_to recipients, without <> */
	size_t n_to;
	char *server;         /* no MX lookup: this host; NULL: look up */
	uint16_t port;        /* 0: the target's, else 25 */
	int family;           /* 0 both, 4, 6 */
	char *source;         /* local address to bind, NULL any */
	bool all;             /* every address of every MX */
	bool allow_private;   /* do not ask about private addresses */
	bool may_ask;         /* false in batch: private is then unusable */
	uint64_t seed;        /* shuffle of equal preferences; 0: random */
	enum stage stage;
	enum protocol protocol;
	uint32_t timeout_ms;  /* every step; 0: RFC 5321 §4.5.3.2 */
	bool hold_enter;      /* batch: send what the guide says at once */
	struct step *steps;   /* n_steps: a lesson's or --script's, instead */
	size_t n_steps;       /* of the guide's own sequence; 0: the guide */
	char *message;        /* message_len bytes for DATA, NULL none */
	size_t message_len;
};

void plan_init(struct plan *p); /* empty, stage rcpt, may_ask */
void plan_clear(struct plan *p);
struct plan *plan_copy(const struct plan *p); /* heap; plan_free() */
void plan_free(struct plan *p);               /* NULL is fine */
void plan_add_to(struct plan *p, const char *addr);
/* Copies line; say and ask are empty. */
void plan_add_step(struct plan *p, enum step_kind kind, const char *line,
                   uint32_t wait_ms);
/* The words of the step added last; copies, NULL is "". */
void plan_step_words(struct plan *p, const char *say, const char *ask);
void plan_drop_to(struct plan *p, size_t from);    /* from..n_to */
void plan_drop_steps(struct plan *p, size_t from); /* from..n_steps */

#endif
