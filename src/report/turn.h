/*
 * turn: what a command and its reply have to do with each other, for all that
 * shows a dialog. d and index: an event of it. Pure; any thread.
 */
#ifndef REPORT_TURN_H
#define REPORT_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"
#include "core/ehlo.h"

/* A line of a message, which is no command? sent: EV_SENT. */
bool turn_is_body(const struct event *sent);
/* Does the reply answer an EHLO, so that its lines are keywords? */
bool turn_answers_ehlo(const struct dialog *d, size_t index);
/* What the keyword of line i of such a reply offers, NULL unknown. text, len:
 * the keyword itself, in the event. */
const struct extension *turn_keyword(const struct event *reply, uint32_t i,
                                     const char **text, size_t *len);
/*
 * The EV_SENT that the reply answers, where it is not right above it: others
 * were under way at the same time (RFC 2920 §3.1). NULL: no need to name it.
 */
const struct event *turn_answered(const struct dialog *d, size_t index);
/* "0.4 ms", "31 ms", "2.5 s"; heap. */
char *turn_span(uint32_t us);

#endif
