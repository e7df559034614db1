/*
 * grid_words: what stands in the cells of a grid (grid.h), in three widths,
 * and why a row has none. Pure; any thread. In the user's language.
 */
#ifndef CHECK_GRID_WORDS_H
#define CHECK_GRID_WORDS_H

#include "check/grid.h"

enum grid_form {
	GRID_CODES, /* "550", "1.3" */
	GRID_TIMES, /* "550 31ms" */
	GRID_WHOLE, /* "550 5.7.1 31ms" */
	GRID_FORMS
};
enum { GRID_TEXT_MAX = 64 };

/* Above a column: "greeting", "EHLO". brief: "220" instead of the first. */
const char *grid_step_word(enum grid_step s, bool brief);
/* "31ms", "1.2s", "5min"; "" for 0, which is unknown. */
void grid_time(char out[16], uint32_t us);
/* Without its mark; "" where the mark says it all. */
void grid_cell_text(const struct grid_row *r, enum grid_step s,
                    enum grid_form form, char out[GRID_TEXT_MAX]);
/* The cells as wide as their texts, in the widest form that fits. */
struct grid_shape {
	enum grid_form form;
	int place;                /* columns of the address; a longer one has
	                           * to be cut, or stands alone */
	int column[GRID_COLUMNS]; /* of a cell with all that belongs to it and
	                           * a blank behind; 0: it is not there */
};
/* g: settled. width: of the whole. */
void grid_fit(const struct grid *g, int width, struct grid_shape *out);
/* "!✘ 550 5.7.1 31ms" has its text so far in: the odd one's sign, the mark
 * and, where there is room, a blank. */
int grid_text_column(const struct grid_shape *s);

/* Why nothing was tried there, "" where something was or will be. Heap. */
char *grid_why(const struct grid_row *r);
/* "mx1.example.org [192.0.2.1]", safe to be shown; heap. */
char *grid_place(const struct grid_row *r);

#endif
