/*
 * recent: the targets that were looked up last, newest first, for the start
 * screen. Kept in a file of the state folder, a line each, readable by its
 * owner alone. Lessons are not in it. UI thread.
 */
#ifndef UI_RECENT_H
#define UI_RECENT_H

#include <stddef.h>

enum { RECENT_MAX = 5 };

struct recent {
	char *target[RECENT_MAX]; /* owned; newest first */
	size_t n;
	size_t chosen; /* on the start screen; n: none */
};

void recent_clear(struct recent *r);
/* What is no target is left out; no file is no error. */
void recent_load(struct recent *r, const char *path);
/* Comes to stand first; one that is there already moves. */
void recent_add(struct recent *r, const char *target);
/* A file that cannot be written is left: nothing depends on it. */
void recent_save(const struct recent *r, const char *path);
/* The next one down the list, from its end the first; NULL when empty. */
const char *recent_next(struct recent *r);

#endif
