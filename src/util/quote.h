/*
 * quote: text as one word of a POSIX shell (POSIX.1-2017 XCU §2.2). Any thread.
 */
#ifndef UTIL_QUOTE_H
#define UTIL_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/*
 * Appends s so that a shell reads it as one word of the same bytes: as it is
 * where no character means anything to a shell, else in single quotes. What it
 * holds is the caller's business: a line break stays one.
 */
void quote_word(struct buf *out, const char *s, size_t len);

/*
 * The next word of text that quote_word() wrote, blanks between the words.
 * *text moves on. Appends to out, without quotes; false at the end, and where a
 * quote is not closed.
 */
bool quote_next(const char **text, struct buf *out);

#endif
