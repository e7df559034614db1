/*
 * replay: reads a recording back, an event at a time. It derives nothing anew:
 * what the file says is what happened. Several recordings one behind the other
 * are read as one (splice.h). Pure but for the file; one thread.
 *
 * The file is not trusted. However long it is, it takes REPLAY_MEMORY_MAX at
 * most; nothing that is kept grows with the number of lines.
 */
#ifndef RECORD_REPLAY_H
#define RECORD_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

/* The longest line (JSON_LINE_MAX) as it is read in, its texts with escapes
 * undone, and the event made of it, each in a buffer that has doubled. */
enum { REPLAY_MEMORY_MAX = 32 << 20 };

enum replay_result {
	REPLAY_EVENT, /* out is set; the caller frees it */
	REPLAY_END,   /* the file is over, as it should be */
	REPLAY_CUT,   /* the last line is not whole: the rest was shown */
	REPLAY_BAD,   /* a line is wrong or out of order, or reading failed */
};

struct replay;

/* path: a file, or "-" for standard input. A FIFO is read as far as somebody
 * writes to it; it is over when nobody does so within two seconds.
 * NULL: *error (heap) says why: it is missing, a folder ... */
struct replay *replay_open(const char *path, char **error);
/* Before the first event: goes to the line that begins at this byte. False:
 * it is no file that has one. */
bool replay_seek(struct replay *r, uint64_t byte);
void replay_close(struct replay *r); /* NULL is fine */
const char *replay_name(const struct replay *r); /* its path; borrowed */
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

#endif
