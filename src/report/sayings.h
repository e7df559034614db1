/*
 * sayings: what a recording says of an event in words. Pure; any thread.
 */
#ifndef REPORT_SAYINGS_H
#define REPORT_SAYINGS_H

#include "core/event.h"

/* "text" of failed, finding, check and verdict. Heap, NULL: nothing to say. */
char *saying_text(const struct event *e);
/* "next" of a check or verdict. Heap or NULL. */
char *saying_next(const struct event *e);
/* What a real mail server does after a verdict. Heap or NULL. */
char *saying_mta(const struct event *e);
/* "text" of step item of a check's trace. Heap or NULL. */
char *saying_step(const struct event *e, uint32_t item);
/* "why" of a state event; of host item of a route. Heap or NULL. */
char *saying_why(const struct event *e, uint32_t item);
/* Why an exchange cannot be used; reason: id of struct ev_host. Borrowed. */
const char *saying_reason(const char *reason);

#endif
