/*
 * tsv: a table of the sources, read by a test. One thread.
 */
#ifndef TESTS_TSV_H
#define TESTS_TSV_H

#include <stddef.h>

enum { COLUMNS_MAX = 24, ROWS_MAX = 1024 };

struct tsv {
	char *text; /* owns the cells */
	size_t columns, rows;
	char *cell[ROWS_MAX][COLUMNS_MAX]; /* row 0 is the header */
	char name[128];
};

/* name: path below the source folder. Fails the test on any fault of form. */
struct tsv *tsv_load(const char *name);
size_t tsv_column(const struct tsv *t, const char *name);
void tsv_free(struct tsv *t);

#endif
