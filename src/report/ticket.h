/*
 * ticket: what the people behind a mail server need to find a refusal in their
 * logs, as a text to be sent to them: when (UTC), from which address, with
 * which names, to which server, and the whole reply as it came, with a proposal
 * for the subject.
 *
 * Which refusal: the reply that each verdict names as the one that decided.
 * Recipients that were refused alike (same code, same cause) share one part;
 * there are TICKET_PARTS parts at most. A connection that came to nothing has
 * a part without a reply. What is not known is said to be so, and how to learn
 * it. In the user's language. Pure but for the FILE; one thread.
 */
#ifndef REPORT_TICKET_H
#define REPORT_TICKET_H

#include <stdbool.h>
#include <stdio.h>

#include "core/dialog.h"
#include "core/event.h"
#include "core/mask.h"

enum { TICKET_PARTS = 5 };

struct ticket;

/* out: borrowed. width: columns, 0 for 80. mask: how the events that will come
 * were masked; it is said. */
struct ticket *ticket_new(FILE *out, int width, enum mask_mode mask);
/* Prints what a recording that was cut has no end for. NULL is fine. */
void ticket_free(struct ticket *t);
/* Takes e (borrowed) and prints at the end of a target (EV_END). False: it
 * could not be written: errno. */
bool ticket_event(struct ticket *t, const struct event *e);
/* The newest target of a dialog, also before its end; heap. */
char *ticket_text(const struct dialog *d, int width, enum mask_mode mask);

#endif
