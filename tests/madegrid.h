/*
 * madegrid: a grid made by hand: a route, and a session for each of its rows
 * as in madesession.h.
 */
#ifndef TESTS_MADEGRID_H
#define TESTS_MADEGRID_H

#include "check/grid.h"
#include "madesession.h"

struct made_row {
	const char *host, *address; /* "": the host has none */
	uint16_t preference;
	const char *const *lines;   /* NULL: it was not tried */
};

/* Rows of one host follow each other. g: zeroed; settled afterwards. */
void made_grid(struct grid *g, const struct made_row *rows, size_t n);
void made_start(struct grid *g, const char *options);
void made_see(void *grid, const struct event *e); /* of struct maker */

#endif
