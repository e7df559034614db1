/*
 * check_list: the checks of a dialog in the order in which they are shown.
 * UI thread. Private to this folder.
 */
#ifndef UI_CHECK_LIST_H
#define UI_CHECK_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"
#include "ui/glyph.h"
#include "ui/theme.h"

enum { CHECK_LIST_MAX = 600 }; /* core/dialog_now.c keeps fewer */

/* Places in now->checks: those stay while checks are added or made anew. */
struct check_list {
	size_t at[CHECK_LIST_MAX];
	size_t n;
};

/* By the table of kinds; what another version recorded comes last. */
void check_list_fill(const struct dialog_now *now, struct check_list *out);
/* Where in the list the worst begins: the first bad one, else the first
 * warning, else 0. */
size_t check_list_worst(const struct dialog_now *now,
                        const struct check_list *list);
size_t check_count(const struct dialog_now *now, enum grade g);

const char *check_glyph(enum grade g);
enum style check_style(enum grade g);

#endif
