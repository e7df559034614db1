/*
 * replay: reads a recording back, an event at a time. It derives nothing anew:
 * what the file says is what happened. Pure but for the file; one thread.
 */
#ifndef RECORD_REPLAY_H
#define RECORD_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
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
/* Before the first event: is it a recording, or at least none of something
 * else? Each line of one begins with a brace. */
bool replay_is_recording(struct replay *r);
/*
 * Instead of events, where it is none: the bytes of the file, borrowed until
 * replay_close(); what is beyond max + 1 of them is not read. False: reading
 * failed, replay_error().
 */
bool replay_bytes(struct replay *r, size_t max, const char **data,
                  size_t *len);
/* After anything but REPLAY_EVENT there is nothing more. */
enum replay_result replay_next(struct replay *r, struct event **out);
/* One sentence in the user's language for CUT and BAD; borrowed. */
const char *replay_error(const struct replay *r);
uint64_t replay_line(const struct replay *r); /* number of the last line */
/* Events of kinds that this version does not know, skipped so far. */
uint64_t replay_unknown(const struct replay *r);

#endif
