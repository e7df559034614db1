#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/check_words.h"
#include "ui/do.h"
#include "ui/glyph.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	BOTH_FROM_ROWS = 18, /* the list and the chosen one */
	LABEL_COLUMN = 26,   /* of what a check is about */
	MARK_COLUMNS = 2,
	STEP_INDENT = 2,
	DEPTH_MAX = 10,      /* of a trace, as far as it is indented */
	LIST_MAX = 600,      /* core/dialog_now.c keeps fewer */
};

static const struct {
	const char *glyph; /* NULL: of mark */
	enum glyph mark;
	enum style style;
} looks[GRADE_COUNT] = {
	[GRADE_PASS] = { NULL, GLYPH_OK, STYLE_OK },
	[GRADE_NOTE] = { NULL, GLYPH_NOTE, STYLE_NOTE },
	[GRADE_WARN] = { NULL, GLYPH_LATER, STYLE_LATER },
	[GRADE_BAD] = { NULL, GLYPH_NO, STYLE_NO },
	[GRADE_UNKNOWN] = { "?", GLYPH_NOTE, STYLE_DIM },
};

/* ---- the list, in the order of the table of kinds ---- */

struct check_list {
	const struct event *at[LIST_MAX];
	size_t n;
};

static bool is_kind(const struct event *e, const char *id)
{
	return strcmp(event_text(e, e->u.check.id), id) == 0;
}

static void add_of(const struct dialog_now *now, const char *id,
                   struct check_list *out)
{
	for (size_t i = 0; i < now->n_checks && out->n < LIST_MAX; i++)
		if (is_kind(now->checks[i], id))
			out->at[out->n++] = now->checks[i];
}

static void list_checks(const struct ui *u, struct check_list *out)
{
	const struct dialog_now *now = ui_now(u);
	const struct check_kind *k;

	out->n = 0;
	for (size_t i = 0; (k = check_kind_at(i)); i++)
		add_of(now, k->id, out);
	for (size_t i = 0; i < now->n_checks && out->n < LIST_MAX; i++)
		if (!check_kind_find(event_text(now->checks[i],
		                                now->checks[i]->u.check.id)))
			out->at[out->n++] = now->checks[i];
}

static size_t count_of(const struct ui *u, enum grade g)
{
	const struct dialog_now *now = ui_now(u);
	size_t n = 0;

	for (size_t i = 0; i < now->n_checks; i++)
		n += now->checks[i]->u.check.grade == g;
	return n;
}

void checks_edge(struct ui *u, struct pane_edge *e)
{
	size_t bad = count_of(u, GRADE_BAD), warn = count_of(u, GRADE_WARN);
	size_t unknown = count_of(u, GRADE_UNKNOWN);

	snprintf(e->title, sizeof e->title, "6 %s", _("Checks"));
	*e->right = '\0';
	if (ui_now(u)->n_checks)
		snprintf(e->right, sizeof e->right, "%zu %s  %zu %s  %zu ?",
		         bad, glyph(GLYPH_NO), warn, glyph(GLYPH_LATER),
		         unknown);
}

static const char *grade_glyph(enum grade g)
{
	return looks[g].glyph ? looks[g].glyph : glyph(looks[g].mark);
}

static void put_row(struct doc *d, const struct event *e)
{
	const struct ev_check *c = &e->u.check;
	char *label = check_label(e), *text = check_text(e);

	doc_put(d, looks[c->grade].style, grade_glyph((enum grade)c->grade));
	doc_put(d, STYLE_TEXT, " ");
	doc_put(d, STYLE_BOLD, label);
	doc_tab(d, MARK_COLUMNS + LABEL_COLUMN);
	doc_server(d, STYLE_TEXT, event_text(e, c->subject), c->subject.len);
	if (c->result.len) {
		doc_put(d, STYLE_TEXT, " ");
		doc_server(d, looks[c->grade].style, event_text(e, c->result),
		           c->result.len);
	}
	doc_putf(d, STYLE_DIM, "  %s", text);
	free(text);
	free(label);
}

/* Headings stand between; line of the chosen one, SIZE_MAX none. */
static size_t put_list(const struct ui *u, const struct check_list *list,
                       struct doc *d)
{
	size_t chosen = SIZE_MAX;
	const char *side = "";

	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(side, check_side(list->at[i])) != 0) {
			side = check_side(list->at[i]);
			doc_line(d, 0);
			doc_put(d, STYLE_LABEL, side);
		}
		doc_line(d, 0);
		put_row(d, list->at[i]);
		if (i == u->checks.row)
			chosen = d->n_lines - 1;
	}
	return chosen;
}

/* ---- one of them ---- */

static void put_steps(struct doc *d, const struct event *e)
{
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		uint32_t depth = event_trace(e, i)->depth;
		int column = STEP_INDENT *
		             (1 + (int)(depth < DEPTH_MAX ? depth : DEPTH_MAX));
		char *text = check_step(e, i);

		doc_line(d, column + STEP_INDENT);
		doc_tab(d, column);
		doc_put(d, STYLE_TEXT, text);
		free(text);
	}
}

static void put_part(struct doc *d, const char *label, const char *text)
{
	if (!*text)
		return;
	doc_gap(d, 0);
	doc_putf(d, STYLE_LABEL, "%s  ", label);
	doc_put(d, STYLE_TEXT, text);
}

static void put_one(struct doc *d, const struct event *e)
{
	const struct check_kind *k =
		check_kind_find(event_text(e, e->u.check.id));
	enum grade grade = (enum grade)e->u.check.grade;
	char *label = check_label(e), *text = check_text(e);
	char *next = check_next(e);

	doc_line(d, 0);
	doc_putf(d, looks[grade].style, "%s ", grade_glyph(grade));
	doc_putf(d, STYLE_BOLD, "%s ", label);
	doc_server(d, STYLE_BOLD, event_text(e, e->u.check.subject),
	           e->u.check.subject.len);
	doc_putf(d, looks[grade].style, "  %s", check_grade_word(grade));
	doc_line(d, 0);
	doc_put(d, STYLE_TEXT, text);
	put_part(d, _("Try"), next);
	if (e->u.check.trace.len) {
		doc_gap(d, 0);
		doc_put(d, STYLE_LABEL, _("How it was found"));
		put_steps(d, e);
	}
	if (k) {
		put_part(d, _("Why it counts"),
		         i18n_pick(k->meaning_en, k->meaning_de));
		put_part(d, _("Refs"), k->source);
	}
	free(next);
	free(text);
	free(label);
}

static void draw_one(struct ui *u, const struct event *e, struct rect body)
{
	struct doc doc;

	doc_init(&doc, body.w - 2);
	put_one(&doc, e);
	if (u->checks.top + 1 > doc.n_lines)
		u->checks.top = doc.n_lines - 1;
	doc_draw(&doc, &u->canvas,
	         (struct rect){ body.x + 1, body.y, body.w - 2, body.h },
	         u->checks.top, 0);
	doc_clear(&doc);
}

/* ---- the pane ---- */

static void draw_none(struct ui *u, struct rect body)
{
	struct doc doc;

	doc_init(&doc, body.w - 2);
	doc_put(&doc, STYLE_DIM,
	        u->link.replay ? _("This recording holds no checks.")
	        : u->checks.asked ? _("Checking: the DNS is being asked.")
	                          : _(":check makes the checks."));
	doc_draw(&doc, &u->canvas,
	         (struct rect){ body.x + 1, body.y, body.w - 2, body.h }, 0,
	         0);
	doc_clear(&doc);
}

static void draw_list(struct ui *u, const struct check_list *list,
                      struct rect body)
{
	size_t line, top = 0;
	struct doc doc;

	doc_init(&doc, DOC_UNWRAPPED);
	line = put_list(u, list, &doc);
	if (line != SIZE_MAX && line >= (size_t)body.h)
		top = line - (size_t)body.h + 1;
	doc_draw(&doc, &u->canvas,
	         (struct rect){ body.x + 1, body.y, body.w - 2, body.h }, top,
	         0);
	doc_clear(&doc);
	if (line == SIZE_MAX)
		return;
	body.y += (int)(line - top);
	canvas_text(&u->canvas, body.x, body.y, 1, STYLE_BOLD,
	            glyph(GLYPH_SELECT));
	canvas_select_row(&u->canvas, body.x, body.y, body.w);
	canvas_cursor(&u->canvas, body.x, body.y, false);
}

/* Rows that the list has beside the chosen one: all it needs, to the half. */
static int list_rows(const struct check_list *list, int rows)
{
	const char *side = "";
	int need = 0;

	for (size_t i = 0; i < list->n; i++) {
		need += strcmp(side, check_side(list->at[i])) != 0 ? 2 : 1;
		side = check_side(list->at[i]);
	}
	return need < rows / 2 ? need : rows / 2;
}

static void draw_rule(struct ui *u, struct rect r)
{
	for (int x = 0; x < r.w; x++)
		canvas_text(&u->canvas, r.x + x, r.y, 1, STYLE_BORDER,
		            glyph(GLYPH_HORIZONTAL));
}

void checks_draw(struct ui *u, struct rect body)
{
	struct check_list list;
	struct rect rest = body;
	int rows;

	list_checks(u, &list);
	if (list.n == 0) {
		draw_none(u, body);
		return;
	}
	if (u->checks.row >= list.n)
		u->checks.row = list.n - 1;
	if (body.h < BOTH_FROM_ROWS && u->checks.open) {
		draw_one(u, list.at[u->checks.row], body);
		return;
	}
	if (body.h < BOTH_FROM_ROWS) {
		draw_list(u, &list, body);
		return;
	}
	rows = list_rows(&list, body.h);
	body.h = rows;
	rest.y += rows + 1;
	rest.h -= rows + 1;
	draw_list(u, &list, body);
	draw_rule(u, (struct rect){ body.x, body.y + rows, body.w, 1 });
	draw_one(u, list.at[u->checks.row], rest);
}

/* ---- commands ---- */

void do_check(struct ui *u)
{
	if (u->link.replay) {
		ui_say(u, "%s", _("A recording is shown: nothing is asked."));
		return;
	}
	u->checks.asked = true;
	ui_request(u, REQ_CHECK, NULL, NULL, false);
	ui_focus(u, PANE_CHECKS);
}

void do_checks(struct ui *u)
{
	if (ui_now(u)->n_checks || u->checks.asked || u->link.replay)
		ui_focus(u, PANE_CHECKS);
	else
		do_check(u);
}

static bool shows_one(const struct ui *u)
{
	return u->checks.open &&
	       u->layout.pane[PANE_CHECKS].body.h < BOTH_FROM_ROWS;
}

static void scroll(struct ui *u, bool down, size_t lines)
{
	if (down)
		u->checks.top += lines;
	else
		u->checks.top -= u->checks.top < lines ? u->checks.top : lines;
}

/* Up and down choose, pages scroll the one that is chosen. */
void checks_move(struct ui *u, enum cmd c)
{
	size_t n = ui_now(u)->n_checks, row = u->checks.row;
	bool one = shows_one(u);
	int page = u->layout.pane[PANE_CHECKS].body.h / 2;

	if (c == CMD_UP || c == CMD_DOWN) {
		if (one)
			scroll(u, c == CMD_DOWN, 1);
		else if (c == CMD_DOWN && row + 1 < n)
			row++;
		else if (c == CMD_UP && row > 0)
			row--;
	} else if (c == CMD_PAGE_UP || c == CMD_HALF_UP) {
		scroll(u, false, page > 1 ? (size_t)page : 1);
	} else if (c == CMD_PAGE_DOWN || c == CMD_HALF_DOWN) {
		scroll(u, true, page > 1 ? (size_t)page : 1);
	} else if (c == CMD_TOP) {
		row = one ? row : 0;
		u->checks.top = 0;
	} else if (c == CMD_FOLLOW && n > 0) {
		row = one ? row : n - 1;
	}
	if (row != u->checks.row)
		u->checks.top = 0;
	u->checks.row = row;
}

void checks_turn(struct ui *u)
{
	u->checks.open = !u->checks.open;
	u->checks.top = 0;
}

bool checks_back(struct ui *u)
{
	if (!shows_one(u))
		return false;
	u->checks.open = false;
	return true;
}
