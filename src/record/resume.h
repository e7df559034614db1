/*
 * resume: what of a list of targets is done already, read from its recording,
 * so that the rest can be done and written behind it. One thread.
 *
 * A recording of many targets holds each in one piece, from EV_START to EV_END;
 * what a killed process left behind the last EV_END is cut off. Memory: the
 * longest line and 16 bytes a target.
 */
#ifndef RECORD_RESUME_H
#define RECORD_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/renumber.h"
#include "record/seen.h"

struct resume { /* as resume_open() leaves it */
	int fd;             /* of the recording, locked, at its end; -1 */
	struct seen done;   /* identities (below) of the targets */
	uint64_t end;       /* bytes of it that are whole */
	bool cut;           /* there were more */
	struct renumber numbers; /* go on from here */
	char *identity;     /* of the first target that is done; NULL: none */
	char *options;      /* with which it was done */
};

/*
 * Opens the recording at path (made when it is missing), locks it and reads all
 * of it. see: each event of each target that is done, place: the byte at which
 * the target begins; may be NULL. NULL, or a sentence (heap): it is in use, no
 * recording, not to be opened; nothing is open then.
 */
char *resume_open(struct resume *r, const char *path,
                  void (*see)(void *arg, const struct event *e,
                              uint64_t place), void *arg);
/* Cuts off what is not whole. NULL, or a sentence (heap). */
char *resume_cut(struct resume *r, const char *path);
/* The descriptor is not closed when it was taken (fd = -1). */
void resume_clear(struct resume *r);

/* By what a target is known again: its line of the list. Borrowed. */
const char *resume_identity(const struct event *start);

#endif
