/*
 * grid_table: every address of every MX with what each step came to (--all),
 * and the one that differs.
 */
#ifndef REPORT_GRID_TABLE_H
#define REPORT_GRID_TABLE_H

#include "check/grid.h"
#include "core/dialog.h"
#include "report/paper.h"

/* d: of one target. Nothing unless --all was asked for and more than one
 * address was tried. */
void grid_table(struct paper *p, const struct dialog *d);
/* "✔", of a cell, in every report. */
const char *grid_table_mark(enum grid_state s);

#endif
