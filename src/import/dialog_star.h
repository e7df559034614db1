/*
 * dialog_star: what our own batch text (report/batch.h) says between the lines
 * of the dialog, in each of its languages. For form_dialog.c only. Pure.
 */
#ifndef IMPORT_DIALOG_STAR_H
#define IMPORT_DIALOG_STAR_H

#include <stdbool.h>
#include <stddef.h>

#include "import/item.h"
#include "util/buf.h"

struct star { /* {0} is a good beginning */
	bool ours; /* the text is ours: its first line was there */
};

/* Is it a line that only our text has? */
bool star_knows(struct piece line);
/* rest: of the line, behind "* ". */
void star_line(struct star *s, struct items *out, size_t number,
               struct piece rest);
/* A line of an explanation: how long a reply took, who the peer is. */
void star_explanation(struct star *s, struct items *out, struct piece line);
/* Bytes that were written as <1B> (core/escape.h); no line break comes of it,
 * in a line of the client no CR and NUL either. */
void star_read_back(struct buf *out, struct piece text, bool client);

#endif
