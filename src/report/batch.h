/*
 * batch: the dialog as annotated text, while it happens. Every line of it
 * stands as "C: ..." or "S: ..." at the left edge, whole, in its order; what
 * smtpscope has to say is indented below, or begins with "* ".
 *
 * The same for a live session, a lesson and a recording. One thread.
 */
#ifndef REPORT_BATCH_H
#define REPORT_BATCH_H

#include <stdbool.h>
#include <stdio.h>

#include "core/event.h"

struct batch;

/* out: borrowed. color: use SGR sequences. width: columns, 0 for 80. */
struct batch *batch_new(FILE *out, bool color, int width);
void batch_free(struct batch *b); /* NULL is fine */
/* Prints what e (borrowed) adds; flushed. Returns false when it could not be
 * written (a pipe that is closed, a full disk): errno. */
bool batch_event(struct batch *b, const struct event *e);

#endif
