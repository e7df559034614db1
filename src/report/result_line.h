/*
 * result_line: a line a target, for many of them (--input with --batch):
 *
 *   a@example.org    accepted   250 2.1.5  -          Accepted up to RCPT. ...
 *   b@example.org    refused    550 5.1.1  recipient  Refused for good ...
 *
 * target, outcome, the reply that decided, who must act, the verdict. Whole
 * dialogs are in the recording. One thread.
 */
#ifndef REPORT_RESULT_LINE_H
#define REPORT_RESULT_LINE_H

#include <stdbool.h>
#include <stdio.h>

#include "core/event.h"

struct result_line;

/* out: borrowed. width: columns after which a line is cut, 0: never. */
struct result_line *result_line_new(FILE *out, bool color, int width);
void result_line_free(struct result_line *r); /* NULL is fine */
/* The line comes with EV_END. False: it could not be written: errno. */
bool result_line_event(struct result_line *r, const struct event *e);

#endif
