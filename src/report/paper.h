/*
 * paper: lines of text on a terminal or in a log. Our own words are wrapped
 * and, where the terminal is not UTF-8, folded to ASCII; a server's bytes are
 * escaped and never wrapped, so that a line of the dialog stays one line.
 *
 * Everything is collected and leaves at paper_flush(): a line is written whole
 * or not at all. One thread.
 */
#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/buf.h"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_CLIENT, INK_OK, INK_GO_ON,
	INK_LATER, INK_NO, INK_NOTE, INK_COUNT };

struct paper {
	FILE *out;      /* borrowed */
	bool color;     /* SGR sequences; the words say all without them */
	int width;      /* columns, at least PAPER_WIDTH_MIN */
	struct buf text;
	int at;         /* column where text stands */
};

enum { PAPER_WIDTH_MIN = 40, PAPER_WIDTH_MAX = 110 /* readable lines */ };

/* width <= 0: 80. */
void paper_init(struct paper *p, FILE *out, bool color, int width);
void paper_clear(struct paper *p);
/* Writes what was collected. false: it could not be written (errno). */
bool paper_flush(struct paper *p);

void paper_ink(struct paper *p, enum ink ink); /* until the next one */
void paper_newline(struct paper *p);
/* Blanks up to column. */
void paper_to(struct paper *p, int column);
/* Our own text, not broken. */
void paper_text(struct paper *p, const char *text);
void paper_textf(struct paper *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Our own text, broken at blanks; goes on indent columns in. */
void paper_words(struct paper *p, const char *text, int indent);
/* Bytes from outside, escaped, on this line. */
void paper_bytes(struct paper *p, const char *data, size_t len);
/* Columns that paper_text() would take. */
int paper_measure(const char *text);
/* Columns that paper_bytes() would take. */
int paper_columns(const char *data, size_t len);

#endif
