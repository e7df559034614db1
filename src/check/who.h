/*
 * who: who answers in a session (knowledge/identify.h), said once, as remarks
 * on the replies that told it. Pure.
 */
#ifndef CHECK_WHO_H
#define CHECK_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "knowledge/identify.h"

enum { WHO_REMARKS = 2 }; /* the operator, the software */

struct who { /* identify_host(&w.identity, ...) to begin with */
	struct identify identity;
	int64_t us;  /* t_us of the last event it was told from */
	bool posted; /* said once a session */
};

/* Each event of the session. */
void who_see(struct who *w, const struct event *e);
/*
 * Begins the remarks that are due: when EHLO is answered, and later what was
 * not known then; last: at the end, too. Returns how many; the caller numbers
 * and finishes them, between two inputs of the session, so that the numbers of
 * its events stay in order. Their time is w->us, but with last.
 */
size_t who_remarks(struct who *w, bool last,
                   struct event_builder out[WHO_REMARKS]);

#endif
