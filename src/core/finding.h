/*
 * finding: remarks about what was seen (findings.tsv): an id, a level, and a
 * sentence per language with %1 %2 ... for the arguments. Pure; any thread.
 */
#ifndef CORE_FINDING_H
#define CORE_FINDING_H

#include "core/event.h"

struct finding_info {
	const char *id;
	const char *level; /* info, warn, bad */
	const char *text_en, *text_de;
	const char *source; /* RFC section */
};

/* NULL when there is no such row (a recording of another version). */
const struct finding_info *finding_find(const char *id);

/*
 * Begins an EV_FINDING in b: id, level from the table (an unknown id is a
 * broken promise: assert), args (count texts; bytes of the server allowed,
 * escaped when shown), about: n of the event or 0. evidence and caret are the
 * caller's to set (none).
 */
void finding_begin(struct event_builder *b, const char *id,
                   const char *const *args, size_t count, uint32_t about);
/* The sentence in the user's language, args escaped; heap, caller frees. */
char *finding_sentence(const struct event *finding);

#endif
