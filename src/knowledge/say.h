/*
 * say: the sentences of explanations, from phrases.tsv (id, English, German).
 * Any thread.
 */
#ifndef KNOWLEDGE_SAY_H
#define KNOWLEDGE_SAY_H

#include <stddef.h>

enum phrase {
#define PHRASE(id, en, de) id,
#include "knowledge/phrases.inc"
#undef PHRASE
	PHRASE_COUNT
};

/* In the user's language, with its %1 and {1} as they are. */
const char *phrase(enum phrase id);
const char *phrase_in(enum phrase id, int german); /* for the tests */

/*
 * The sentence with its arguments (const char *), ended by NULL: %1 ... is a
 * text from outside and is escaped, {1} ... is one of our own. Heap, never
 * NULL.
 */
char *say(enum phrase id, ...) __attribute__((sentinel));
/* The same for any text of a table; n args. */
char *say_text(const char *text, const char *const *args, size_t n);
/* A text from outside made fit to stand in a sentence; heap. */
char *shown(const char *text, size_t len);

#endif
