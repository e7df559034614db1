/*
 * renumber: makes one file of several runs. Each run counts its events and its
 * sessions from 1; in a file every n and every session is there once. Pure.
 *
 *     struct renumber r = { 0 };
 *     for each run:
 *         renumber_next(&r);
 *         for each of its events: renumber_event(&r, e)
 *
 * A zeroed struct is a file in which nothing is yet. What goes on behind events
 * that a file holds already sees them first, with renumber_seen().
 */
#ifndef CORE_RENUMBER_H
#define CORE_RENUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"

struct renumber {
	uint32_t n_base, session_base; /* added to what the run says */
	uint32_t n_last, session_last; /* the highest of the file so far */
};

/* A run begins: its 1 comes behind all that was. */
void renumber_next(struct renumber *r);
/*
 * Changes e, which the caller owns and nobody has seen yet: n, session and
 * what refers to an n (reply.to, finding.about, verdict.about). 0 (not
 * recorded, the program, the greeting, nothing) and EV_UNASKED stay; so does a
 * reference of a damaged file that no n can be: it becomes one of these.
 * Returns false, and e is as it was, when its number would be above 2^32 - 2.
 */
bool renumber_event(struct renumber *r, struct event *e);
/* e stands in the file as it is; what comes later is numbered behind it. */
void renumber_seen(struct renumber *r, const struct event *e);

#endif
