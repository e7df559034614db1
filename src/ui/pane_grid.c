#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/grid_words.h"
#include "check/odd.h"
#include "ui/do.h"
#include "ui/glyph.h"
#include "util/i18n.h"

/* Every address of every MX, a row each: what each step came to. */

enum {
	SENTENCE_ROWS = 2,
	DETAIL_FROM_ROWS = 9, /* below it the list has the room */
	DETAIL_ROWS = 3,      /* where the list could fill all of it */
	ROOMY_FROM_ROWS = 16, /* a blank line above the list */
	CODE_LEN = 3,
};

void grid_edge(struct ui *u, struct pane_edge *e)
{
	const struct grid *g = grid_now(u);

	snprintf(e->title, sizeof e->title, "7 %s", _("Grid"));
	snprintf(e->right, sizeof e->right, "%zu/%zu", grid_tried(g),
	         grid_addresses(g));
}

/* ---- cells ---- */

static const struct grid_look {
	enum glyph mark;
	enum style style;
} looks[GRID_STATES] = {
	[GRID_OPEN] = { GLYPH_NOTE, STYLE_DIM },
	[GRID_RUNNING] = { GLYPH_GO_ON, STYLE_GO_ON },
	[GRID_NONE] = { GLYPH_DASH, STYLE_DIM },
	[GRID_OK] = { GLYPH_OK, STYLE_OK },
	[GRID_LATER] = { GLYPH_LATER, STYLE_LATER },
	[GRID_NO] = { GLYPH_NO, STYLE_NO },
	[GRID_FAILED] = { GLYPH_NO, STYLE_NO },
};

/* A code that is no success stands out as it does in the dialog. */
static void put_text(struct doc *d, const struct grid_cell *c,
                     enum style style, const char *text)
{
	if (c->code && c->state > GRID_OK) {
		doc_putf(d, class_chip(class_of(c->code)), "%.*s", CODE_LEN,
		         text);
		text += CODE_LEN;
	}
	doc_put(d, style, text);
}

/* The odd one has a sign before its mark, and is bold. */
static void put_cell(struct doc *d, const struct grid_row *r,
                     enum grid_step step, const struct grid_shape *shape)
{
	const struct grid_cell *c = &r->cell[step];
	const struct grid_look *l = &looks[c->state];
	bool odd = r->odd & 1u << step;
	char text[GRID_TEXT_MAX];

	grid_cell_text(r, step, shape->form, text);
	/* mono turns what warns around: a blank would be a block */
	doc_put(d, odd ? STYLE_WARN : STYLE_TEXT, odd ? "!" : " ");
	doc_put(d, l->style, glyph(l->mark));
	if (!*text)
		return;
	if (shape->form == GRID_WHOLE)
		doc_put(d, STYLE_TEXT, " ");
	put_text(d, c, odd ? STYLE_BOLD : STYLE_TEXT, text);
}

static void put_cells(struct doc *d, const struct grid_row *r,
                      const struct grid_shape *shape)
{
	int at = shape->place;

	for (int c = 0; c < GRID_COLUMNS; c++) {
		if (shape->column[c] == 0)
			continue;
		doc_tab(d, at);
		put_cell(d, r, (enum grid_step)c, shape);
		at += shape->column[c];
	}
}

/* An address is cut where its column ends: the detail below has it whole. */
static void put_place(struct doc *d, const struct grid_row *r, int columns)
{
	char text[80];

	doc_put_cut(d, STYLE_TEXT, ui_safe(r->address, text, sizeof text),
	            columns - doc_column(d) - 1);
}

static void put_row(struct doc *d, const struct grid_row *r,
                    const struct grid_shape *shape, bool marked)
{
	char *why;

	doc_putf(d, STYLE_BOLD, " %s ", marked ? glyph(GLYPH_NOW) : " ");
	put_place(d, r, shape->place);
	if (r->sum.session) {
		put_cells(d, r, shape);
		return;
	}
	why = grid_why(r);
	doc_tab(d, shape->place + 1);
	doc_put(d, STYLE_DIM, *why ? why : _("untried"));
	free(why);
}

static void put_host(struct doc *d, const struct grid_row *r)
{
	char name[300];

	doc_putf(d, STYLE_BOLD, " %u %s", (unsigned)r->preference,
	         ui_safe(r->host, name, sizeof name));
}

static void put_head(struct doc *d, const struct grid_shape *shape)
{
	int at = shape->place;

	doc_put(d, STYLE_DIM, "");
	for (int c = 0; c < GRID_COLUMNS; c++) {
		if (shape->column[c] == 0)
			continue;
		doc_tab(d, at + grid_text_column(shape));
		doc_put(d, STYLE_DIM,
		        grid_step_word((enum grid_step)c,
		                       shape->form != GRID_WHOLE));
		at += shape->column[c];
	}
}

/* Lines above the row, a host's name is one. */
static size_t line_of(const struct grid *g, size_t row)
{
	size_t line = row;

	for (size_t i = 0; i <= row && i < g->n; i++)
		line += i == 0 ||
		        strcmp(g->rows[i].host, g->rows[i - 1].host) != 0;
	return line;
}

/* The rows, a host's name above those of its own; the line of the chosen. */
static size_t put_rows(const struct ui *u, const struct grid *g,
                       const struct grid_shape *shape, struct doc *d)
{
	size_t line = 0;

	for (size_t i = 0; i < g->n; i++) {
		if (i == 0 || strcmp(g->rows[i].host, g->rows[i - 1].host)) {
			doc_line(d, 0);
			put_host(d, &g->rows[i]);
		}
		doc_line(d, 0);
		if (i == u->grid.row)
			line = d->n_lines - 1;
		put_row(d, &g->rows[i], shape,
		        u->marked && g->rows[i].sum.session == u->marked);
	}
	return line;
}

/* ---- the chosen one in full ---- */

const struct grid_cell *grid_cell_of(const struct grid_row *r)
{
	enum grid_step step = grid_decisive(r);

	return step == GRID_COLUMNS ? NULL : &r->cell[step];
}

static void put_part(struct doc *d, const char *label, const char *text)
{
	if (!*text)
		return;
	doc_line(d, 2);
	doc_putf(d, STYLE_LABEL, "%s  ", label);
	doc_put(d, STYLE_TEXT, text);
}

/* The best of Explain. */
static void put_explanation(struct doc *d, const struct explanation *x)
{
	doc_line(d, 2);
	doc_putf(d, class_style(x->cls), "%s %s  ", class_glyph(x->cls),
	         x->headline);
	doc_put(d, STYLE_TEXT, x->summary);
	put_part(d, _("Likely"), x->likely);
	put_part(d, _("Who"), x->who);
	put_part(d, _("MTA"), x->mta);
	if (x->n_tries)
		put_part(d, _("Try"), x->tries[0].text);
}

/* What decided, and what is to be said of it as far as there is room. */
static void put_answer(struct ui *u, struct doc *d, const struct grid_row *r)
{
	const struct grid_cell *c = grid_cell_of(r);
	size_t i = c ? dialog_find(u->link.dialog, c->n) : SIZE_MAX;
	const struct event *e = i != SIZE_MAX ? dialog_at(u->link.dialog, i)
	                                      : NULL;
	struct explanation x;

	if (!e)
		return;
	if (e->kind == EV_REPLY && e->u.reply.lines.len) {
		struct ev_ref line = event_item(e, e->u.reply.lines, 0);

		doc_server(d, STYLE_SERVER, event_text(e, line), line.len);
	}
	explain_event(u->link.dialog, i, &x);
	put_explanation(d, &x);
	explanation_clear(&x);
}

static void put_detail(struct ui *u, struct doc *d, const struct grid_row *r)
{
	char *place = grid_place(r), *why = grid_why(r);

	doc_put(d, STYLE_BOLD, place);
	doc_put(d, STYLE_TEXT, "  ");
	if (*why)
		doc_put(d, STYLE_TEXT, why);
	else if (r->sum.session)
		put_answer(u, d, r);
	else
		doc_put(d, STYLE_DIM, _("untried"));
	free(place);
	free(why);
}

/* ---- the pane ---- */

static void put_sentence(const struct grid *g, struct doc *d)
{
	char *text = odd_sentence(g);

	doc_put(d, STYLE_BOLD, text);
	free(text);
}

/* Draws at most max lines of d at the top of r; r is what is left. */
static void draw_top(struct ui *u, const struct doc *d, size_t max,
                     struct rect *r)
{
	int rows = (int)(d->n_lines < max ? d->n_lines : max);

	rows = rows < r->h ? rows : r->h;
	doc_draw(d, &u->canvas, (struct rect){ r->x, r->y, r->w, rows }, 0, 0);
	r->y += rows;
	r->h -= rows;
}

/* What the list leaves, and never less than a few rows. */
static int detail_rows(const struct grid *g, int h, size_t lines)
{
	int left = h - (int)line_of(g, g->n) - 1;

	if (left < DETAIL_ROWS)
		left = DETAIL_ROWS;
	return lines < (size_t)left ? (int)lines : left;
}

static void draw_detail(struct ui *u, const struct grid *g, struct rect *r)
{
	struct doc d;
	int rows;

	if (r->h < DETAIL_FROM_ROWS || g->n == 0)
		return;
	doc_init(&d, r->w - 2);
	put_detail(u, &d, &g->rows[u->grid.row]);
	rows = detail_rows(g, r->h, d.n_lines);
	r->h -= rows + 1;
	for (int x = 0; x < r->w; x++)
		canvas_text(&u->canvas, r->x + x, r->y + r->h, 1, STYLE_BORDER,
		            glyph(GLYPH_HORIZONTAL));
	doc_draw(&d, &u->canvas,
	         (struct rect){ r->x + 1, r->y + r->h + 1, r->w - 2, rows }, 0,
	         0);
	doc_clear(&d);
}

static void draw_list(struct ui *u, const struct grid *g,
                      const struct grid_shape *shape, struct rect r)
{
	struct doc d;
	size_t line, top = 0;

	doc_init(&d, DOC_UNWRAPPED);
	line = put_rows(u, g, shape, &d);
	if (r.h > 0 && line >= (size_t)r.h)
		top = line - (size_t)r.h + 1;
	u->grid.list_y = r.y;
	u->grid.top = top;
	doc_draw(&d, &u->canvas, r, top, 0);
	doc_clear(&d);
	if (u->typing || u->pane != PANE_GRID || g->n == 0 || r.h <= 0)
		return;
	r.y += (int)(line - top);
	draw_selected(u, r);
}

void grid_draw(struct ui *u, struct rect body)
{
	const struct grid *g = grid_now(u);
	struct rect r = { body.x + 1, body.y, body.w - 2, body.h };
	bool roomy = body.h >= ROOMY_FROM_ROWS;
	struct grid_shape shape;
	struct doc d;

	grid_fit(g, r.w, &shape);
	doc_init(&d, r.w);
	put_sentence(g, &d);
	draw_top(u, &d, SENTENCE_ROWS, &r);
	doc_reset(&d, DOC_UNWRAPPED);
	put_head(&d, &shape);
	if (roomy && r.h > 1)
		r = (struct rect){ r.x, r.y + 1, r.w, r.h - 1 };
	r = (struct rect){ body.x, r.y, body.w, r.h };
	draw_top(u, &d, 1, &r);
	doc_clear(&d);
	draw_detail(u, g, &r);
	draw_list(u, g, &shape, r);
}

void grid_click(struct ui *u, int y)
{
	const struct grid *g = grid_now(u);
	size_t line = u->grid.top + (size_t)(y - u->grid.list_y);

	for (size_t i = 0; y >= u->grid.list_y && i < g->n; i++) {
		if (line_of(g, i) != line)
			continue;
		if (u->grid.row == i && u->pane == PANE_GRID && !u->typing)
			grid_open(u);
		u->grid.row = i;
		return;
	}
}

const char *grid_hint(void)
{
	return _("Enter its dialog   ] next odd one   c compares two   "
	         "Esc dialog");
}

void grid_text(struct ui *u, struct buf *out)
{
	enum { COLUMNS = 100 };
	const struct grid *g = grid_now(u);
	struct grid_shape shape;
	struct doc d;

	grid_fit(g, COLUMNS, &shape);
	doc_init(&d, COLUMNS);
	put_sentence(g, &d);
	d.width = DOC_UNWRAPPED;
	doc_gap(&d, 0);
	put_head(&d, &shape);
	put_rows(u, g, &shape, &d);
	for (size_t i = 0; i < d.n_lines; i++) {
		char *line = doc_text(&d, i);

		buf_addf(out, "%s\n", line);
		free(line);
	}
	doc_clear(&d);
}
