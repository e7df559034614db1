/*
 * doc: a few lines of styled text, wrapped to a width, ready to draw. What
 * Explain, Steps, help and one dialog entry are made of. Pure; one thread.
 *
 * Everything put in is safe to show afterwards: control, bidi and invisible
 * characters have become tokens (core/escape.h), our own words are folded to
 * ASCII where the terminal needs that.
 */
#ifndef UI_DOC_H
#define UI_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "util/buf.h"

enum { DOC_UNWRAPPED = 1 << 20 }; /* width of a line that is never broken */

struct doc_span { /* neighbouring characters of one style */
	uint32_t off, len, columns;
	uint8_t style; /* enum style */
};

struct doc_line {
	uint32_t span, n_spans, columns;
};

struct doc {
	struct buf text;
	struct doc_span *spans;
	size_t n_spans, spans_size;
	struct doc_line *lines;
	size_t n_lines, lines_size;
	int width;  /* columns to wrap at */
	int indent; /* of the lines that wrapping makes */
};

void doc_init(struct doc *d, int width); /* d need not be zeroed */
void doc_reset(struct doc *d, int width); /* empty again, memory kept */
void doc_clear(struct doc *d);

/* Our own words, UTF-8; wrapped at blanks. A line feed begins a new line. */
void doc_put(struct doc *d, enum style s, const char *text);
void doc_putf(struct doc *d, enum style s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What fits in columns of one line, marked where it is cut. */
void doc_put_cut(struct doc *d, enum style s, const char *text, int columns);
/* Bytes of a server: as doc_put(), but not folded, and LF is a token. */
void doc_server(struct doc *d, enum style s, const char *data, size_t len);
/* Blanks up to column, at least one unless at column already. */
void doc_tab(struct doc *d, int column);
/* The next thing put begins a new line; lines that follow from wrapping it
 * begin at indent. An empty document has no line. */
void doc_line(struct doc *d, int indent);
/* doc_line() and an empty line before it, none at the top. */
void doc_gap(struct doc *d, int indent);
int doc_column(const struct doc *d); /* where the next character goes */

/*
 * Draws lines first.. into r; what is wider than r ends in … (or ~). from:
 * columns that are scrolled off to the left.
 */
void doc_draw(const struct doc *d, struct canvas *c, struct rect r,
              size_t first, int from);
void doc_draw_line(const struct doc *d, size_t line, struct canvas *c,
                   struct rect r, int from);
/* The text of a line, without styles; heap, caller frees. */
char *doc_text(const struct doc *d, size_t line);

#endif
