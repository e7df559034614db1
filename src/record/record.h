/*
 * record: writes the dialog to disk as it happens, one JSON line an event
 * (design §6). One thread: the front end's, before it applies the event.
 *
 * A line is given to the kernel whole and at once: a killed process loses at
 * most the line being written. A write that fails ends the recording, never
 * the session: a begun line is taken back, and record_error() says at which
 * event that was and why, once.
 */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "record/json.h"

enum { RECORD_KEPT = 50 }; /* automatic recordings that stay */

struct record;

/*
 * --record FILE: made or emptied, mode 0600, message bodies included.
 * voice: borrowed, may be NULL. Returns NULL and a sentence in *error (heap)
 * when FILE is not taken (record_file.h says which are).
 */
struct record *record_open(const char *path, const struct json_voice *voice,
                           char **error);
/*
 * The recording that every run makes: a new file in dir (made when missing,
 * mode 0700), named by time and process so that names sort by age; older ones
 * above RECORD_KEPT are removed, but none that is still being written. No
 * message bodies. time: RFC 3339, UTC.
 * Errors as above; a file that exists already is never followed or reused.
 */
struct record *record_open_auto(const char *dir, const char *time,
                                const struct json_voice *voice, char **error);
/*
 * Goes on with a recording that holds so many bytes, all of them whole lines;
 * fd: given away, opened for appending (resume.h).
 */
struct record *record_go_on(int fd, const char *path, uint64_t bytes,
                            const struct json_voice *voice);
void record_event(struct record *r, const struct event *e);
uint64_t record_bytes(const struct record *r); /* that are in it */
const char *record_path(const struct record *r); /* borrowed */
/* Was dir made for this recording: is it the user's first? */
bool record_is_first(const struct record *r);
/* A sentence, given away, the first time after a write failed; else NULL. */
char *record_error(struct record *r);
void record_close(struct record *r); /* NULL is fine */

/* $XDG_STATE_HOME/smtpscope or ~/.local/state/smtpscope; NULL without a home.
 * Heap. */
char *record_state_dir(void);

#endif
