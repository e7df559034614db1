/*
 * seek: the text a search or a filter looks for. Smart case, as less and vim
 * have it: a capital letter in the text makes case count. Pure; one thread.
 */
#ifndef UI_SEEK_H
#define UI_SEEK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"

struct seek {
	char *text; /* owned; lower case when fold */
	size_t len; /* 0: nothing is looked for, nothing matches */
	bool fold;
};

void seek_set(struct seek *m, const char *text); /* m zeroed or set before */
void seek_clear(struct seek *m);
/* Offset of the first place at or after from, or SIZE_MAX. */
size_t seek_find(const struct seek *m, const char *data, size_t len,
                  size_t from);
/* Does any line of this entry hold it? What is looked through is what the
 * Dialog pane shows: a reply's lines, a command, the sentence of a note. */
bool seek_entry(const struct seek *m, const struct dialog *d, size_t index);

#endif
