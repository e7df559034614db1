/*
 * sides: two sessions of a dialog, to be laid side by side (check/beside.h).
 * UI thread. Private to this folder.
 */
#ifndef UI_SIDES_H
#define UI_SIDES_H

#include "check/beside.h"
#include "core/dialog.h"

struct sides {
	struct summary a, b;         /* owned */
	char clock_a[16], clock_b[16]; /* when they began, "" unknown */
};

/* a, b: numbers of sessions. False: one of them is not there. s: zeroed;
 * sides_clear() in either case. */
bool sides_fill(struct sides *s, const struct dialog *d, uint32_t a,
                uint32_t b);
void sides_clear(struct sides *s);
struct beside_pair sides_pair(const struct sides *s); /* borrows s */
/* The newest one and the one before it, in the order in which they were;
 * false: there are no two. */
bool sides_newest(const struct dialog *d, uint32_t *a, uint32_t *b);
/* "1 2" */
bool sides_parse(const char *text, uint32_t *a, uint32_t *b);

#endif
