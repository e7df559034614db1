/*
 * feed: what is to be done with many targets, a plan at a time: those of
 * --input, or the TARGETs of the command line. main only.
 *
 * A list in a file is looked at as a whole before anything is sent; of a pipe
 * each line is looked at when it comes. A line that says the same as an earlier
 * one is done once: nobody wants to be tried twice because a list names him
 * twice, and a list that is gone on with later (--resume) can only be told from
 * what is done by what its lines say.
 */
#ifndef MANY_FEED_H
#define MANY_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "core/plan.h"
#include "record/resume.h"
#include "scene.h"

enum { FEED_TOLD_MAX = 20 }; /* lines that are told one by one: a screen */

enum feed_result {
	FEED_PLAN,
	FEED_END,
	FEED_LATER, /* nothing for now: wait for feed_fd() */
};

struct feed;

/* n plans, given away, and the array with them. */
struct feed *feed_of_plans(struct plan **plans, size_t n);
/* All borrowed: base is what the plan of each line begins with. NULL: *error
 * (heap) says why there is no list. */
struct feed *feed_of_list(const struct options *o, const struct scene *s,
                          const struct plan *base, char **error);
void feed_free(struct feed *f); /* NULL is fine */

/*
 * Looks at all of a list, unless it is a pipe, and says on stderr what is wrong
 * with which lines, and which are there twice. False: some are; nothing is to
 * be sent. Then begins anew.
 */
bool feed_check(struct feed *f);
/* out: heap, the caller's. Lines that are wrong are told and counted. */
enum feed_result feed_next(struct feed *f, struct plan **out);
int feed_fd(const struct feed *f);
/* Targets in all; 0: not known (a pipe). */
uint64_t feed_total(const struct feed *f);
uint64_t feed_given(const struct feed *f);   /* by feed_next(), so far */
uint64_t feed_wrong(const struct feed *f);   /* lines that were none */

/* before: borrowed; what is done in it is passed over. That it is of this list
 * and was done with these options feed_check() looks at, too. */
void feed_skip(struct feed *f, const struct resume *before);

#endif
