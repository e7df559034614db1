/*
 * replay: reads a recording back, an event at a time. It derives nothing anew:
 * what the file says is what happened. Pure but for the file; one thread.
 */
#ifndef RECORD_REPLAY_H
#define RECORD_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"

enum replay_result {
	REPLAY_EVENT, /* out is set; the caller frees it */
	REPLAY_END,   /* the file is over, as it should be */
	REPLAY_CUT,   /* the last line is not whole: the rest was shown */
	REPLAY_BAD,   /* a line is wrong, or reading failed: replay_error() */
};

struct replay;

/* path: a file, or "-" for standard input. NULL: *error (heap) says why. */
struct replay *replay_open(const char *path, char **error);
void replay_close(struct replay *r); /* NULL is fine */
/* After anything but REPLAY_EVENT there is nothing more. */
enum replay_result replay_next(struct replay *r, struct event **out);
/* One sentence in the user's language for CUT and BAD; borrowed. */
const char *replay_error(const struct replay *r);
uint64_t replay_line(const struct replay *r); /* number of the last line */
/* Events of kinds that this version does not know, skipped so far. */
uint64_t replay_unknown(const struct replay *r);

#endif
