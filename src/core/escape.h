/*
 * escape: server bytes made fit to show. Pure; the same function for screen,
 * batch, stderr, titles and reports (reliability.md X01-X18).
 *
 * Control bytes, DEL, C1, invalid UTF-8, bidi and invisible characters become
 * tokens: <1B>, <0D>, <9B>, <FF>, <U+202E>. Text of the server that looks like
 * a token is told apart by the token flag (screen: another style) and, where
 * there is no style, by writing its < as a token: see escape_text().
 */
#ifndef CORE_ESCAPE_H
#define CORE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

enum { ESCAPE_COMBINING_MAX = 2 }; /* marks kept on one base character */

struct escape_piece {
	char text[16];    /* NUL-terminated UTF-8: one character or a token */
	uint8_t columns;  /* 0 (joins the one before), 1, 2, or token length */
	bool token;       /* made by us, not sent by the server */
	size_t used;      /* bytes of input consumed, >= 1 */
};

/*
 * Next piece of data[0..len), len >= 1. ascii: the terminal cannot show more
 * than ASCII; other characters become tokens too. marks: combining marks
 * already on this cell, as escape_marks() counts them; ESCAPE_COMBINING_MAX
 * at the start, where there is no cell that a mark could join.
 */
struct escape_piece escape_next(const char *data, size_t len, bool ascii,
                                unsigned marks);
/* What to pass as marks after this piece. A mark never joins a token. */
unsigned escape_marks(const struct escape_piece *piece, unsigned marks);
/* The same, for text that may end up without a style: a < that begins what
 * looks like one of our tokens is the token <3C>, so that it can be read back.
 */
struct escape_piece escape_clear(const char *data, size_t len, bool ascii,
                                 unsigned marks);
/* All of it by escape_clear(), appended to out as plain text. */
void escape_text(struct buf *out, const char *data, size_t len, bool ascii);
/* Display columns of data when shown with escape_next(). */
int escape_columns(const char *data, size_t len, bool ascii);
/* Columns of one code point: 0, 1 or 2; -1 when it must be a token. Does not
 * ask the locale. */
int char_columns(uint32_t cp);
/* One UTF-8 character; returns bytes used, or 0 when invalid (also overlong,
 * surrogates, over U+10FFFF). */
size_t utf8_decode(const char *s, size_t len, uint32_t *cp);
size_t utf8_encode(uint32_t cp, char out[4]);

#endif
