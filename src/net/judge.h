/*
 * judge: watches the events of one session go by and gives the verdicts: one
 * on each recipient after the reply to its RCPT, one on the session at its
 * end. What a verdict says is check/verdict.h's business; this is the memory
 * that it needs. The worker's thread only.
 */
#ifndef NET_JUDGE_H
#define NET_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/session.h"
#include "net/docket.h"
#include "net/outlet.h"

struct judge;

struct judge_sum {
	uint8_t exit, outcome; /* of the session; valid after judge_session() */
	uint32_t accepted, deferred, refused; /* recipients */
};

/* docket: the run's, borrowed; what its checks found counts, and refusals are
 * kept there to be judged anew. NULL: no checks. */
struct judge *judge_new(struct outlet *out, struct docket *docket,
                        uint32_t session, enum stage wanted);
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
