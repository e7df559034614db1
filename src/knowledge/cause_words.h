/*
 * cause_words: the grounds of a blame in words, the same for a reply that is
 * explained now and for an EV_VERDICT that was given before. Pure; any thread.
 * In the user's language.
 */
#ifndef KNOWLEDGE_CAUSE_WORDS_H
#define KNOWLEDGE_CAUSE_WORDS_H

#include "core/event.h"
#include "knowledge/cause.h"

enum { GROUNDS_CHECKS = 8 }; /* more are not named in a sentence */

/* All borrowed from what it was made of. */
struct grounds {
	const char *rule, *words; /* as in struct cause */
	char code[8];             /* "550" */
	char enhanced[16];        /* "5.1.1" or "" */
	const char *supports[GROUNDS_CHECKS], *opposes[GROUNDS_CHECKS];
	size_t n_supports, n_opposes; /* ids of checks, each once */
	unsigned contradictions;      /* enum contradiction_bit */
};

void grounds_of_cause(const struct cause *j, const struct reply_view *v,
                      const struct explain_context *ctx, struct grounds *out);
void grounds_of_verdict(const struct event *verdict, struct grounds *out);

/* Which rule fired and on what: 'the words "user unknown"'. Heap; "" where no
 * rule did. */
char *grounds_why(const struct grounds *g);
/*
 * Sentences on contradictions and on what the checks say, one a call: i from
 * 0, NULL past the last. Heap.
 */
char *grounds_note(const struct grounds *g, unsigned i);
/* What a real mail server does next: id of meanings.tsv's column mta. */
const char *cause_mta(const char *id);

#endif
