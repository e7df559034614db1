/*
 * start: the first event of a run: which program, when, and what was asked
 * for. The worker's thread only.
 */
#ifndef NET_START_H
#define NET_START_H

#include "core/plan.h"
#include "net/outlet.h"

/* The plan as options of the command line (design §4), without secrets, with
 * the seed that is really used; heap, caller frees. */
char *start_options(const struct plan *p);
void start_post(struct outlet *out, const struct plan *p);

#endif
