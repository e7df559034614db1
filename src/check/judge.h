/*
 * judge: watches the events of one session go by and gives the verdicts: one
 * on each recipient after the reply to its RCPT, one on the session at its
 * end. What a verdict says is check/verdict.h's business; this is the memory
 * that it needs. Whether the session is live or read from a transcript, the
 * caller takes what comes out. Pure; one thread.
 */
#ifndef CHECK_JUDGE_H
#define CHECK_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "check/verdict.h"
#include "core/session.h"
#include "knowledge/evidence.h"

struct judge;

/* A refusal that a verdict was given on; all borrowed. */
struct judge_case {
	const struct event *reply;
	const char *recipient; /* "": the session */
	const struct session_result *result; /* NULL for a recipient */
	enum stage wanted;
	enum state before;
	uint32_t session;
};

/* Where verdicts go. */
struct judge_out {
	/* Numbers and finishes b. reply: what a recipient's verdict is about,
	 * known since then; NULL: of now. */
	void (*post)(void *arg, struct event_builder *b,
	             const struct event *reply);
	void (*file)(void *arg, const struct judge_case *c); /* or NULL */
	const struct evidence *checks; /* of the run, borrowed; NULL: none */
	void *arg;
};

struct judge_sum {
	uint8_t exit, outcome; /* of the session; valid after judge_session() */
	uint32_t accepted, deferred, refused; /* recipients */
};

/* out: copied. */
struct judge *judge_new(const struct judge_out *out, uint32_t session,
                        enum stage wanted);
void judge_free(struct judge *j); /* NULL is fine */

/* Before e is given away. r: the session's result so far. */
void judge_see(struct judge *j, const struct event *e,
               const struct session_result *r);
/* Posts what is due; between two inputs of the session, so that the numbers
 * of its events stay in order. */
void judge_recipients(struct judge *j);
void judge_session(struct judge *j, const struct session_result *r,
                   enum stage wanted);
struct judge_sum judge_sum(const struct judge *j);
/* The recipients that were put off, n of them; j's own. */
char *const *judge_deferred(const struct judge *j, size_t *n);

#endif
