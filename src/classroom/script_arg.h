/*
 * script_arg: the line that script.c is reading, and the argument behind a
 * word. Part of script.c, used by nobody else.
 */
#ifndef CLASSROOM_SCRIPT_ARG_H
#define CLASSROOM_SCRIPT_ARG_H

#include <stdbool.h>

#include "classroom/script.h"

enum {
	SHOWN_MAX = 40, /* bytes of a wrong line that a message repeats */
	SHOWN_SIZE = SHOWN_MAX * 4 + 8, /* escaped: <1B>; "..." and NUL */
};

struct reader {
	const struct script_syntax *syntax;
	struct script *script;
	const char *line; /* the rest of the line, not NUL-terminated */
	size_t len;
	unsigned number;
	int section;
	char *error;      /* the first one; owned */
};

/* Keeps the first error, with file and line before it. */
void reader_error(struct reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The start of the rest for a message, escaped; returns out. */
const char *reader_shown(const struct reader *r, char out[SHOWN_SIZE]);
bool reader_is_blank(char c);
void reader_trim(struct reader *r);
/* The rest of the line becomes the item's text. */
void reader_take_rest(const struct reader *r, struct script_item *item);
/* The argument of word, to item. */
void reader_take_arg(struct reader *r, const struct script_word *word,
                     struct script_item *item);

#endif
