/*
 * sums: the sums and the exit status of a run of sessions (EV_END). Pure.
 */
#ifndef CHECK_SUMS_H
#define CHECK_SUMS_H

#include <stdbool.h>
#include <stdint.h>

#include "check/judge.h"
#include "core/event.h"

struct sums { /* {0} is a good beginning */
	struct ev_end sum; /* its exit is not kept here */
	uint8_t exit;
	bool has_exit, decided;
};

/* One session more. Its exit status is for sums_exit(). */
void sums_session(struct sums *t, const struct judge_sum *s);
/* The exit status is that of the last session that decided something; one
 * that never got a reply decides only when there is no other. worst: of all
 * sessions the worst one holds. */
void sums_exit(struct sums *t, uint8_t status, enum outcome outcome,
                bool worst);

#endif
