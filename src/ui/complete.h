/*
 * complete: what Tab offers. Thread of the screen.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/line.h"
#include "ui/ui.h"

/* The line before the cursor: text[0..len), its last word begins at word. */
struct typing {
	const struct ui *ui;
	const char *text;
	size_t word, len;
};

/* Is what stands from at to the cursor the beginning of candidate? */
bool complete_begins(const struct typing *t, size_t at,
                     const char *candidate);
/* text[0..at) and the candidate together. */
void complete_add(const struct typing *t, size_t at, const char *candidate,
                  struct line_candidates *out);

/* Words behind a verb: parameters and their values, mechanisms, attributes. */
void complete_argument(const struct typing *t, struct line_candidates *out);

#endif
