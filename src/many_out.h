/*
 * out: where the events of many targets go, each target's in one piece: to the
 * recording as soon as it is done, so that nothing that was done is lost when
 * the process is killed, and to standard output when it is its turn. Each of
 * the two numbers its events anew (core/renumber.h). main only.
 */
#ifndef MANY_OUT_H
#define MANY_OUT_H

#include <stdbool.h>

#include "check/tally.h"
#include "core/renumber.h"
#include "front.h"
#include "print.h"
#include "record/block.h"
#include "record/resume.h"
#include "tape.h"

struct many_out {
	struct tape *tape;   /* borrowed */
	struct front_look look; /* of print, which borrows it */
	struct print *print; /* standard output, and reports beside it */
	struct tally *tally;
	struct renumber taped, printed;
	int why;             /* errno, when standard output is gone */
};

/* What earlier runs did of the list, by their recording (--resume). */
struct many_before {
	struct resume resume;
	struct tally *tally; /* of them; taken by out_init() */
	uint64_t targets;
};

/* NULL, or a sentence (heap) that says why that recording is of no use; then
 * there is nothing to clear. */
char *before_open(struct many_before *b, const char *path);
void before_clear(struct many_before *b);

/* before: NULL, or what this run goes on with; its tally is taken. */
void out_init(struct many_out *o, const struct front_look *look,
              struct tape *tape, struct many_before *before);
void out_clear(struct many_out *o);
/* It is done: recorded and counted. */
void out_record(struct many_out *o, struct block *b);
/* It is its turn. False: standard output is gone: o->why. */
bool out_print(struct many_out *o, struct block *b);

#endif
