/*
 * progress: how far many targets have come, on standard error: a line that is
 * drawn again where that is a terminal, else a line now and then. main only.
 */
#ifndef MANY_PROGRESS_H
#define MANY_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/mask.h"
#include "report/many_text.h"

struct progress;

/* quiet: nothing but what is wrong is said. */
struct progress *progress_new(bool quiet);
void progress_free(struct progress *p); /* takes the line away */
/* Says how far it is, where that is due. running, total ... as of now; the time
 * is filled in. */
void progress_tick(struct progress *p, struct many_state *s);
/* Fills in the time that this run has taken. */
void progress_measure(const struct progress *p, struct many_state *s);
/* All is done: what is looked at afterwards takes no time. */
void progress_stop(struct progress *p);
/* Before anything else is written to a terminal: takes the line away until the
 * next tick. There is one standard error: nobody needs to know whose line it
 * is. */
void progress_hide(void);
/* Milliseconds until progress_tick() has something to do. */
int progress_due_ms(const struct progress *p);
/* What is said at the end. mask: or NULL. */
void progress_sum_up(struct progress *p, struct many_state *s,
                     struct mask *mask);

#endif
