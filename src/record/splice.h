/*
 * splice: several recordings one behind the other in one file, as "cat" or GNU
 * parallel makes it, become one. Pure; one thread.
 *
 * A start whose number is not above the newest one begins the next recording:
 * its numbers, its sessions and what its events say about each other are moved
 * up behind the newest, so that a number is unique and ascends in the whole.
 */
#ifndef RECORD_SPLICE_H
#define RECORD_SPLICE_H

#include <stdint.h>

#include "core/event.h"
#include "core/renumber.h"

struct splice { /* a zeroed struct is ready */
	struct renumber numbers; /* as given out */
	uint32_t first, last; /* n of this recording's events, as they came */
};

/*
 * Takes the next event as it was read and changes its numbers. What it says of
 * an event outside of its own recording, or of a later one, is dropped.
 * Returns NULL, or what is wrong with it (a sentence in the user's language,
 * not to be freed): its n is not above the one before and it is no start, or
 * the numbers are used up. An n of 0 (none) is left as it is.
 */
const char *splice_event(struct splice *s, struct event *e);

#endif
