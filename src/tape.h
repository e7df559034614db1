/*
 * tape: what is written and read of recordings in a run. main only.
 *
 * The run's recording is opened with its first event, so that a run in which
 * nothing happens leaves no file.
 */
#ifndef TAPE_H
#define TAPE_H

#include <stdbool.h>

#include "core/dialog.h"
#include "core/event.h"
#include "record/json.h"
#include "record/replay.h"
#include "record/resume.h"

struct tape;

/* file: --record, "" for none, NULL for the automatic one. Borrowed. */
struct tape *tape_new(const char *file);
/* Opens --record at once: NULL, or why that cannot be (heap): exit 64. */
char *tape_check(struct tape *t);
/* In place of tape_check(): goes on with --record behind what is in it. r is
 * cut, its descriptor taken. NULL, or a sentence (heap): exit 64. */
char *tape_go_on(struct tape *t, struct resume *r);
/* Bytes of the recording so far: where the next event will stand. 0: there is
 * none. */
uint64_t tape_place(const struct tape *t);
/* Returns NULL, or, when the recording stops with e or cannot even begin, one
 * sentence (borrowed) that says so: never twice. */
const char *tape_event(struct tape *t, const struct event *e);
/* Did it stop, or not even begin? */
bool tape_stopped(const struct tape *t);
/* The file of this run, or, before its first event, "". The same place in
 * memory always: it may be kept and looked at later. */
const char *tape_path(const struct tape *t);
/* Says on stderr what is to be said: a recording that stopped and at which
 * event, and, the first time, where recordings lie. Frees. */
void tape_end(struct tape *t);

/* The sentences of JSON lines. */
extern const struct json_voice tape_voice;

/*
 * Hands each event of a recording, or of a plain transcript (import/import.h),
 * to see(); false from it stops. *error is set (heap) for all but REPLAY_END
 * and REPLAY_EVENT, which means "stopped".
 * REPLAY_CUT is also a file that ends between two lines, but within a run;
 * REPLAY_BAD also one that holds no event at all.
 */
enum replay_result tape_play(const char *file,
                             bool (*see)(void *arg, const struct event *e),
                             void *arg, char **error);

/* The same of the target that begins at this byte (tape_place()), up to its
 * EV_END. Returns NULL, or a sentence (heap). */
char *tape_play_one(const char *file, uint64_t place,
                    void (*see)(void *arg, const struct event *e), void *arg);

#endif
