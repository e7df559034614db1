/*
 * evidence: what the checks found, as far as it says something about a
 * refusal. Made from EV_CHECK events, by the docket of a run and by a dialog's
 * explanations; the newest result of a check counts, and where there is one
 * for each blocklist, selector or server, the newest on each.
 */
#ifndef KNOWLEDGE_EVIDENCE_H
#define KNOWLEDGE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"
#include "core/event.h"
#include "knowledge/check_words.h"

enum {
	EVIDENCE_MAX = 64,  /* checks of a run: some sixteen, more only by
	                     * many blocklists or MX addresses */
	SUBJECT_MAX = 255,  /* a domain name, RFC 1035 §3.1 */
};

struct evidence_item {
	const struct check_kind *kind;
	enum grade grade;
	char subject[SUBJECT_MAX + 1]; /* cut there */
	struct event *event;           /* copy of the EV_CHECK; owned */
};

struct evidence {
	struct evidence_item *items; /* owned */
	size_t n;
};

/* check: an EV_CHECK, borrowed. One of a kind that is not known, or beyond
 * EVIDENCE_MAX, is left out. */
void evidence_add(struct evidence *v, const struct event *check);
void evidence_clear(struct evidence *v);
/* The first bad one among items (bit i: item i); NULL none. Borrowed. */
const struct event *evidence_worst(const struct evidence *v, uint64_t items);
/* What a verdict on the reply at index could know: checks of the same target,
 * up to the newest verdict on that reply, all where there is none. */
void evidence_of_reply(struct evidence *v, const struct dialog *d,
                       size_t index);

#endif
