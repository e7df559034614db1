/*
 * wrap: words into lines of a width. Pure; for text that is fit to show
 * already (our own, or escaped). Widths are columns as in escape.h.
 */
#ifndef CORE_WRAP_H
#define CORE_WRAP_H

#include "util/buf.h"

/*
 * Appends text to out, whose last line stands at column at. A line that would
 * pass width is broken at a blank and goes on indent columns in; a word that
 * is longer than a line is left whole. A newline in text begins a line, too.
 * Returns the column where out stands then; no newline is added at the end.
 */
int wrap_text(struct buf *out, const char *text, int at, int indent,
              int width);
/* Columns of text. */
int wrap_columns(const char *text);

#endif
