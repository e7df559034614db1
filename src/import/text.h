/*
 * text: the lines of a file that may be a transcript. What is no text, or over
 * a bound, is told with its line. Pure; any thread.
 */
#ifndef IMPORT_TEXT_H
#define IMPORT_TEXT_H

#include <stddef.h>

#include "import/import.h"
#include "import/piece.h"

enum {
	TEXT_LINE_MAX = 65536,     /* the longest that a person may type
	                            * (SESSION_LINE_MAX) */
	TEXT_LINES_MAX = 100000,   /* each becomes some events of some hundred
	                            * bytes */
};

struct text {
	struct piece *lines; /* owned; their bytes are the caller's, without
	                      * line ends */
	size_t n, size;
};

enum text_fault { TEXT_FINE, TEXT_EMPTY, TEXT_BIG, TEXT_UTF16, TEXT_NUL,
	TEXT_LONG, TEXT_MANY };

/*
 * data: len bytes, borrowed as long as out. Lines end with LF, CRLF or, where
 * there is no LF at all, CR; a byte order mark of UTF-8 is passed over. On a
 * fault *line is the one (from 1, 0 none) and out is empty.
 */
enum text_fault text_read(struct text *out, const char *data, size_t len,
                          size_t *line);
void text_clear(struct text *t);

#endif
