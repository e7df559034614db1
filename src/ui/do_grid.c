#include "config.h"

#include <stdlib.h>

#include "check/odd.h"
#include "ui/do.h"
#include "util/i18n.h"

/* The grid of all addresses: what it is made of, and what its keys do. */

/* ---- what is shown ---- */

/* Only the newest target: whatever came before it has nothing to say. */
static size_t newest_start(const struct dialog *d)
{
	for (size_t i = dialog_count(d); i-- > 0;)
		if (dialog_at(d, i)->kind == EV_START)
			return i;
	return 0;
}

void grid_forget(struct ui *u)
{
	grid_clear(&u->grid.grid);
	u->grid = (struct grid_view){ .row = 0 };
}

struct grid *grid_now(struct ui *u)
{
	struct grid_view *v = &u->grid;
	const struct dialog *d = u->link.dialog;

	if (v->of != d || dialog_count(d) < v->seen) {
		grid_forget(u);
		v->of = d;
		v->seen = newest_start(d);
	}
	while (v->seen < dialog_count(d))
		grid_see(&v->grid, dialog_at(d, v->seen++));
	grid_settle(&v->grid);
	if (v->row >= v->grid.n)
		v->row = v->grid.n ? v->grid.n - 1 : 0;
	return &v->grid;
}

/* Only then is the whole recording looked at for it. */
bool grid_wanted(struct ui *u)
{
	const struct dialog *d = u->link.dialog;
	size_t start = newest_start(d);

	return start < dialog_count(d) && grid_asks_all(dialog_at(d, start)) &&
	       grid_tried(grid_now(u)) > 1;
}

uint32_t grid_session(struct ui *u)
{
	const struct grid *g = grid_now(u);

	return g->n ? g->rows[u->grid.row].sum.session : 0;
}

bool grid_pair(struct ui *u, uint32_t *a, uint32_t *b)
{
	const struct grid *g = grid_now(u);
	struct odd o;

	odd_find(g, &o);
	if (o.what == ODD_SAME)
		return false;
	*a = g->rows[o.rest].sum.session;
	*b = g->rows[o.row].sum.session;
	return true;
}

/* ---- keys ---- */

void grid_show(struct ui *u)
{
	u->typing = false;
	u->pane = u->open_pane = PANE_GRID;
	u->dirty = true;
}

void do_grid(struct ui *u)
{
	if (u->started && !ui_presents(u))
		ui_focus(u, PANE_GRID);
}

void do_all(struct ui *u)
{
	if (ui_replays(u))
		return;
	if (!u->plan.target.text) {
		ui_say(u, "%s", _("Type a domain or a host, for example "
		                  "example.org or mx.example.org:25."));
	} else if (ui_session_open(u)) {
		ui_say(u, "%s", _("A connection is open: QUIT ends it, then "
		                  ":all starts anew."));
	} else {
		u->plan.all = true;
		ui_reopen(u);
	}
}

void grid_move(struct ui *u, enum cmd c)
{
	size_t n = grid_now(u)->n, *row = &u->grid.row;

	if (c == CMD_UP && *row > 0)
		(*row)--;
	else if (c == CMD_DOWN && *row + 1 < n)
		(*row)++;
	else if (c == CMD_TOP)
		*row = 0;
	else if (c == CMD_FOLLOW && n > 0)
		*row = n - 1;
}

/* The next row that has something odd, or is bad. */
void grid_bad(struct ui *u, int step)
{
	const struct grid *g = grid_now(u);

	for (long i = (long)u->grid.row + step; i >= 0 && i < (long)g->n;
	     i += step)
		if (g->rows[i].odd) {
			u->grid.row = (size_t)i;
			return;
		}
	ui_say(u, "%s", step > 0 ? _("No other one below.")
	                         : _("No other one above."));
}

/* Its session begins at the top, what decided it is selected. */
static void show_session(struct ui *u, uint32_t first_n, uint32_t n)
{
	size_t first = dialog_find(u->link.dialog, first_n);
	size_t at = dialog_find(u->link.dialog, n);

	ui_focus(u, PANE_DIALOG);
	u->grid.left = true;
	if (first == SIZE_MAX)
		return;
	view_goto(u, rows_rank(&u->rows, first));
	u->view.top = u->view.row;
	u->view.top_line = 0;
	if (at != SIZE_MAX)
		view_goto(u, rows_rank(&u->rows, at));
}

void grid_open(struct ui *u)
{
	const struct grid *g = grid_now(u);
	const struct grid_row *r = g->n ? &g->rows[u->grid.row] : NULL;
	const struct grid_cell *c = r ? grid_cell_of(r) : NULL;

	if (!r || !r->sum.session) {
		ui_say(u, "%s", _("This address was not tried: :all visits "
		                  "all, in pane 1 Enter connects."));
		return;
	}
	show_session(u, r->sum.first_n, c ? c->n : r->sum.first_n);
}

bool grid_back(struct ui *u)
{
	if (!u->grid.left || u->pane != PANE_DIALOG)
		return false;
	u->grid.left = false;
	ui_focus(u, PANE_GRID);
	return true;
}

void grid_wheel(struct ui *u, bool down)
{
	grid_move(u, down ? CMD_DOWN : CMD_UP);
}
