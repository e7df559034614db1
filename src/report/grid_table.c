#include "config.h"

#include "report/grid_table.h"

#include <stdlib.h>
#include <string.h>

#include "check/grid_words.h"
#include "check/odd.h"
#include "report/block.h"
#include "util/i18n.h"

static const enum ink inks[GRID_STATES] = {
	[GRID_OPEN] = INK_DIM, [GRID_RUNNING] = INK_DIM, [GRID_NONE] = INK_DIM,
	[GRID_OK] = INK_OK, [GRID_LATER] = INK_LATER, [GRID_NO] = INK_NO,
	[GRID_FAILED] = INK_NO,
};

const char *grid_table_mark(enum grid_state s)
{
	static const char *const marks[GRID_STATES] = {
		[GRID_OPEN] = "·", [GRID_RUNNING] = "…", [GRID_NONE] = "–",
		[GRID_OK] = "✔", [GRID_LATER] = "▲", [GRID_NO] = "✘",
		[GRID_FAILED] = "✘",
	};

	return marks[s];
}

static void print_cell(struct paper *p, const struct grid_row *r,
                       enum grid_step step, const struct grid_shape *shape)
{
	enum grid_state state = r->cell[step].state;
	bool odd = r->odd & 1u << step;
	char text[GRID_TEXT_MAX];

	grid_cell_text(r, step, shape->form, text);
	paper_ink(p, odd ? INK_BOLD : INK_PLAIN);
	paper_text(p, odd ? "!" : " ");
	paper_ink(p, inks[state]);
	paper_text(p, grid_table_mark(state));
	paper_ink(p, odd ? INK_BOLD : INK_PLAIN);
	if (*text)
		paper_textf(p, "%s%s", shape->form == GRID_WHOLE ? " " : "",
		            text);
	paper_ink(p, INK_PLAIN);
}

static void print_cells(struct paper *p, const struct grid_row *r,
                        const struct grid_shape *shape)
{
	int at = BLOCK_INDENT + shape->place;

	for (int c = 0; c < GRID_COLUMNS; c++) {
		if (shape->column[c] == 0)
			continue;
		paper_to(p, at);
		print_cell(p, r, (enum grid_step)c, shape);
		at += shape->column[c];
	}
}

static void print_why(struct paper *p, const struct grid_row *r,
                      const struct grid_shape *shape)
{
	char *why = grid_why(r);
	int at = BLOCK_INDENT + shape->place + 1;

	paper_to(p, at);
	paper_ink(p, INK_NOTE);
	paper_words(p, *why ? why : _("not tried"), at);
	paper_ink(p, INK_PLAIN);
	free(why);
}

static void print_row(struct paper *p, const struct grid_row *r,
                      const struct grid_shape *shape)
{
	size_t len = strlen(r->address);

	paper_to(p, BLOCK_INDENT + 2);
	paper_bytes(p, r->address, len);
	if (2 + paper_columns(r->address, len) >= shape->place)
		paper_newline(p); /* the cells have a line of their own */
	if (r->sum.session)
		print_cells(p, r, shape);
	else
		print_why(p, r, shape);
	paper_newline(p);
}

static void print_host(struct paper *p, const struct grid_row *r)
{
	paper_to(p, BLOCK_INDENT);
	paper_ink(p, INK_BOLD);
	paper_textf(p, "%u ", (unsigned)r->preference);
	paper_bytes(p, r->host, strlen(r->host));
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

static void print_head(struct paper *p, const struct grid_shape *shape)
{
	int at = BLOCK_INDENT + shape->place;

	paper_ink(p, INK_DIM);
	for (int c = 0; c < GRID_COLUMNS; c++) {
		if (shape->column[c] == 0)
			continue;
		paper_to(p, at + grid_text_column(shape));
		paper_text(p, grid_step_word((enum grid_step)c,
		                             shape->form != GRID_WHOLE));
		at += shape->column[c];
	}
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

static void print_title(struct paper *p, const struct grid *g)
{
	char *text = odd_sentence(g);

	paper_newline(p);
	paper_ink(p, INK_BOLD);
	paper_text(p, "* ");
	paper_words(p, text, 2);
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
	free(text);
}

static void print_grid(struct paper *p, const struct grid *g)
{
	struct grid_shape shape;

	grid_fit(g, p->width - BLOCK_INDENT, &shape);
	print_title(p, g);
	print_head(p, &shape);
	for (size_t i = 0; i < g->n; i++) {
		if (i == 0 || strcmp(g->rows[i].host, g->rows[i - 1].host))
			print_host(p, &g->rows[i]);
		print_row(p, &g->rows[i], &shape);
	}
}

void grid_table(struct paper *p, const struct dialog *d)
{
	struct grid g = { .n = 0 };

	for (size_t i = 0; i < dialog_count(d); i++)
		grid_see(&g, dialog_at(d, i));
	grid_settle(&g);
	if (g.all && grid_tried(&g) > 1)
		print_grid(p, &g);
	grid_clear(&g);
}
