/*
 * check_words: the checks of both sides (check/checks.h) in words, from
 * check_kinds.tsv and the says_*.tsv; a step may be a finding of
 * core/findings.tsv, too. An EV_CHECK keeps ids and arguments; these make
 * sentences of them. Pure; any thread. In the user's language.
 */
#ifndef KNOWLEDGE_CHECK_WORDS_H
#define KNOWLEDGE_CHECK_WORDS_H

#include "core/dialog.h"
#include "core/event.h"

struct check_kind { /* check_kinds.tsv */
	const char *id, *side, *label_en, *label_de, *meaning_en, *meaning_de;
	const char *source;
};

struct check_say { /* says_*.tsv: %1 is escaped, {1} is not */
	const char *id, *text_en, *text_de, *next_en, *next_de, *source;
};

/* NULL: no such row (a recording of another version). */
const struct check_kind *check_kind_find(const char *id);
const struct check_say *check_say_find(const char *id);
/* Rows by number, NULL past the end. */
const struct check_kind *check_kind_at(size_t i);
const struct check_say *check_say_at(size_t i);

/* "Reverse DNS"; the id itself, made fit to be shown, when it is unknown.
 * Heap. */
char *check_label(const struct event *check);
/* What came out, in a sentence; what to do about it, "" nothing. Heap. */
char *check_text(const struct event *check);
char *check_next(const struct event *check);
/* What the check told about by an EV_VERDICT wants done, "" nothing. Heap. */
char *check_advice(const struct event *verdict);
/* Step i of the trace; its depth is the caller's to show. Heap. */
char *check_step(const struct event *check, uint32_t i);
/* "The sending side" ...: what the checks of one side stand under; "" for a
 * check of another version. Borrowed, the same text for the same side. */
const char *check_side(const struct event *check);
/* Is there any check of one side, besides the outcomes of experiments? */
bool checks_made(const struct dialog_now *now);
/* "pass", "warning" ...: one word. Borrowed. */
const char *check_grade_word(enum grade g);

#endif
