/*
 * many_text: how far many targets have come, in words for standard error.
 * Pure; one thread.
 */
#ifndef REPORT_MANY_TEXT_H
#define REPORT_MANY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/tally.h"
#include "util/buf.h"

struct many_state {
	const struct tally *tally; /* borrowed */
	uint64_t total;     /* targets in all; 0: not known */
	uint64_t before;    /* of those done, in earlier runs (--resume) */
	size_t running;
	int64_t elapsed_us; /* of this run */
};

/* "120 of 1000 (12 %), 40/s, 0:22 left, 32 under way: accepted 100, ..." */
void many_text_progress(struct buf *out, const struct many_state *s);
/*
 * Line i of what is said at the end: how they ended, who must act, whose
 * servers, the slowest. False past the last.
 */
bool many_text_summary(struct buf *out, const struct many_state *s, int i);

#endif
