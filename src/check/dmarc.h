/*
 * dmarc: the check "dmarc" (RFC 9989): which policy holds for the domain of
 * the From line, whether SPF speaks for it, and what a receiver that follows
 * DMARC would do with a message that has no aligned DKIM signature. DKIM itself
 * is judged after DATA, so it is never said to pass. Pure; any thread.
 *
 * The pieces: dmarc_record.h reads a record, dmarc_walk.h finds it.
 */
#ifndef CHECK_DMARC_H
#define CHECK_DMARC_H

#include "check/checks.h"

enum {
	DMARC_EXTERNAL_MAX = 4, /* hosts of report addresses that are asked
	                         * whether they take reports */
};

/*
 * Row of checks.c. Result: "p=none", "p=quarantine", "p=reject" (what holds,
 * t=y counted in), "none" no policy, "permerror" a record that is broken,
 * "temperror", "" the domain is not known.
 */
size_t dmarc_count(const struct check_query *q);
void dmarc_check(struct check *c, const struct facts *f,
                 const struct check_query *q, size_t i);

#endif
