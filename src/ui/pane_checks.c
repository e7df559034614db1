#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/check_words.h"
#include "ui/check_list.h"
#include "ui/do.h"
#include "ui/glyph.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	HALVES_FROM_ROWS = 18, /* the list and all about the chosen one */
	BRIEF_FROM_ROWS = 10,  /* the list and what the chosen one says */
	BRIEF_ROWS = 3,
	LABEL_COLUMNS = 26,    /* at most, of what a check is about */
	LABEL_GAP = 2,
	MARK_COLUMNS = 2,
	STEP_INDENT = 2,
	DEPTH_MAX = 10,        /* of a trace, as far as it is indented */
	COPY_COLUMNS = 80,
	WHEEL_LINES = 3,
};

static const struct event *check_at(const struct ui *u,
                                    const struct check_list *list, size_t i)
{
	return ui_now(u)->checks[list->at[i]];
}

static enum grade grade_of(const struct event *e)
{
	return (enum grade)e->u.check.grade;
}

/* The place of the chosen one in the list. Until the user has chosen one it is
 * the first that is worth a look. */
static size_t chosen(struct ui *u, const struct check_list *list)
{
	size_t i = 0;

	if (!u->checks.touched) {
		i = check_list_worst(ui_now(u), list);
		u->checks.at = list->at[i];
		return i;
	}
	while (i < list->n && list->at[i] != u->checks.at)
		i++;
	return i < list->n ? i : 0;
}

static bool is_checking(const struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;

	return !u->link.replay && p && p->u.prompt.checking;
}

void checks_edge(struct ui *u, struct pane_edge *e)
{
	const struct dialog_now *now = ui_now(u);

	snprintf(e->title, sizeof e->title, "6 %s%s%s", _("Checks"),
	         is_checking(u) ? "  " : "",
	         is_checking(u) ? _("being made") : "");
	*e->right = '\0';
	if (now->n_checks)
		snprintf(e->right, sizeof e->right, "%zu %s  %zu %s  %zu ?",
		         check_count(now, GRADE_BAD), check_glyph(GRADE_BAD),
		         check_count(now, GRADE_WARN), check_glyph(GRADE_WARN),
		         check_count(now, GRADE_UNKNOWN));
}

/* ---- the list: a row each, a heading for each side ---- */

static bool has_heading(const struct ui *u, const struct check_list *list,
                        size_t i)
{
	return i == 0 || check_side(check_at(u, list, i)) !=
	                 check_side(check_at(u, list, i - 1));
}

/* Line of row i in the list; i == list->n: how many lines there are. */
static size_t line_of(const struct ui *u, const struct check_list *list,
                      size_t i)
{
	size_t line = i;

	for (size_t j = 0; j <= i && j < list->n; j++)
		line += has_heading(u, list, j);
	return line;
}

static int label_columns(const struct ui *u, const struct check_list *list)
{
	int width = 0;

	for (size_t i = 0; i < list->n; i++) {
		char *label = check_label(check_at(u, list, i));
		int w = canvas_width(label);

		if (w > width && w <= LABEL_COLUMNS)
			width = w;
		free(label);
	}
	return MARK_COLUMNS + width + LABEL_GAP;
}

/* The sentence names what the check is about; that is not said twice. */
static void put_row(struct doc *d, const struct event *e, int column)
{
	const struct ev_check *c = &e->u.check;
	enum style style = check_style(grade_of(e));
	char *label = check_label(e), *text = check_text(e);

	doc_put(d, style, check_glyph(grade_of(e)));
	doc_put(d, STYLE_TEXT, " ");
	doc_put(d, STYLE_BOLD, label);
	doc_tab(d, column);
	if (c->result.len) {
		doc_server(d, style, event_text(e, c->result), c->result.len);
		doc_put(d, STYLE_TEXT, "  ");
	}
	doc_put(d, STYLE_TEXT, text);
	free(text);
	free(label);
}

static void put_list(const struct ui *u, const struct check_list *list,
                     struct doc *d)
{
	int column = label_columns(u, list);

	for (size_t i = 0; i < list->n; i++) {
		const struct event *e = check_at(u, list, i);

		if (has_heading(u, list, i)) {
			doc_line(d, 0);
			doc_put(d, STYLE_LABEL, check_side(e));
		}
		doc_line(d, 0);
		put_row(d, e, column);
	}
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
	doc_putf(d, STYLE_LABEL, "%s  ", label);
	doc_put(d, STYLE_TEXT, text);
}

static void put_head(struct doc *d, const struct event *e)
{
	enum style style = check_style(grade_of(e));
	char *label = check_label(e);

	doc_line(d, 0);
	doc_putf(d, style, "%s ", check_glyph(grade_of(e)));
	doc_putf(d, STYLE_BOLD, "%s  ", label);
	doc_server(d, STYLE_BOLD, event_text(e, e->u.check.subject),
	           e->u.check.subject.len);
	if (e->u.check.subject.len)
		doc_put(d, STYLE_TEXT, "  ");
	doc_put(d, style, check_grade_word(grade_of(e)));
	free(label);
}

/* What it says and what to do; brief: as close as can be. */
static void put_text(struct doc *d, const struct event *e, bool brief)
{
	char *text = check_text(e), *next = check_next(e);

	doc_line(d, 0);
	doc_put(d, STYLE_TEXT, text);
	if (*next) {
		if (brief)
			doc_line(d, 0);
		else
			doc_gap(d, 0);
		put_part(d, _("Try"), next);
	}
	free(next);
	free(text);
}

static void put_one(struct doc *d, const struct event *e)
{
	const struct check_kind *k =
		check_kind_find(event_text(e, e->u.check.id));

	put_head(d, e);
	put_text(d, e, false);
	if (e->u.check.trace.len) {
		doc_gap(d, 0);
		doc_put(d, STYLE_LABEL, _("How it was found"));
		put_steps(d, e);
	}
	if (!k)
		return;
	doc_gap(d, 0);
	put_part(d, _("Why it counts"),
	         i18n_pick(k->meaning_en, k->meaning_de));
	doc_gap(d, 0);
	put_part(d, _("Refs"), k->source);
}

static struct rect inside(struct rect body)
{
	return (struct rect){ body.x + 1, body.y, body.w - 2, body.h };
}

static void draw_one(struct ui *u, const struct event *e, struct rect body)
{
	struct doc doc;
	size_t h = (size_t)body.h, most;

	doc_init(&doc, body.w - 2);
	put_one(&doc, e);
	most = doc.n_lines > h ? doc.n_lines - h : 0;
	if (u->checks.top > most)
		u->checks.top = most;
	doc_draw(&doc, &u->canvas, inside(body), u->checks.top, 0);
	if (u->checks.top < most)
		canvas_text(&u->canvas, body.x + body.w - 1,
		            body.y + body.h - 1, 1, STYLE_DIM,
		            glyph(GLYPH_MORE_DOWN));
	doc_clear(&doc);
}

static void draw_sentence(struct ui *u, const struct event *e, struct rect body)
{
	struct doc doc;

	doc_init(&doc, body.w - 2);
	put_text(&doc, e, true);
	doc_draw(&doc, &u->canvas, inside(body), 0, 0);
	doc_clear(&doc);
}

/* ---- the pane ---- */

static bool shows_one(const struct ui *u)
{
	return u->checks.open && ui_now(u)->n_checks > 0;
}

const char *checks_hint(const struct ui *u)
{
	if (ui_now(u)->n_checks == 0)
		return "";
	return shows_one(u) ? _("] next bad one   y copies it   Esc list")
	                    : _("] next bad one   y copies it   Enter all "
	                        "about it   Esc dialog");
}

static void draw_none(struct ui *u, struct rect body)
{
	struct doc doc;

	doc_init(&doc, body.w - 2);
	doc_put(&doc, STYLE_DIM,
	        u->link.replay    ? _("No check is recorded up to here.")
	        : u->checks.asked ? _("Checking: the DNS is being asked.")
	                          : _(":check makes the checks."));
	doc_draw(&doc, &u->canvas, inside(body), 0, 0);
	doc_clear(&doc);
}

/* The chosen row is seen; the list moves for that only. */
static void reveal(struct ui *u, size_t line, size_t lines, size_t h)
{
	size_t *top = &u->checks.list_top;

	if (line < *top)
		*top = line;
	else if (line >= *top + h)
		*top = line - h + 1;
	if (*top == 1) /* the heading above it */
		*top = 0;
	if (lines <= h)
		*top = 0;
	else if (*top > lines - h)
		*top = lines - h;
}

static void draw_list(struct ui *u, const struct check_list *list, size_t i,
                      struct rect body)
{
	size_t line = line_of(u, list, i);
	struct doc doc;

	if (body.h <= 0)
		return;
	reveal(u, line, line_of(u, list, list->n), (size_t)body.h);
	doc_init(&doc, DOC_UNWRAPPED);
	put_list(u, list, &doc);
	doc_draw(&doc, &u->canvas, inside(body), u->checks.list_top, 0);
	doc_clear(&doc);
	if (line < u->checks.list_top)
		return;
	body.y += (int)(line - u->checks.list_top);
	draw_selected(u, body);
}

/* Rows of the list: all it needs beside the chosen one, to the half. */
static int list_rows(const struct ui *u, const struct check_list *list,
                     int rows)
{
	int need = (int)line_of(u, list, list->n);
	int most = rows >= HALVES_FROM_ROWS  ? rows / 2
	           : rows >= BRIEF_FROM_ROWS ? rows - BRIEF_ROWS - 1
	                                     : rows;

	return need < most && rows >= HALVES_FROM_ROWS ? need : most;
}

static void draw_rule(struct ui *u, struct rect r)
{
	for (int x = 0; x < r.w; x++)
		canvas_text(&u->canvas, r.x + x, r.y, 1, STYLE_BORDER,
		            glyph(GLYPH_HORIZONTAL));
}

static void draw_both(struct ui *u, const struct check_list *list, size_t i,
                      struct rect body)
{
	int rows = list_rows(u, list, body.h);
	struct rect upper = body, lower = body;

	upper.h = rows;
	lower.y += rows + 1;
	lower.h -= rows + 1;
	draw_list(u, list, i, upper);
	if (lower.h <= 0)
		return;
	draw_rule(u, (struct rect){ body.x, body.y + rows, body.w, 1 });
	if (body.h >= HALVES_FROM_ROWS)
		draw_one(u, check_at(u, list, i), lower);
	else
		draw_sentence(u, check_at(u, list, i), lower);
}

void checks_draw(struct ui *u, struct rect body)
{
	struct check_list list;
	size_t i;

	check_list_fill(ui_now(u), &list);
	if (list.n == 0) {
		draw_none(u, body);
		return;
	}
	i = chosen(u, &list);
	if (shows_one(u))
		draw_one(u, check_at(u, &list, i), body);
	else
		draw_both(u, &list, i, body);
}

/* ---- as text ---- */

static void doc_lines(const struct doc *d, struct buf *out)
{
	for (size_t i = 0; i < d->n_lines; i++) {
		char *line = doc_text(d, i);

		buf_addf(out, "%s\n", line);
		free(line);
	}
}

void checks_text(struct ui *u, bool all, struct buf *out)
{
	struct check_list list;
	size_t i;

	check_list_fill(ui_now(u), &list);
	if (list.n == 0)
		return;
	i = all ? 0 : chosen(u, &list);
	do {
		struct doc doc;

		doc_init(&doc, COPY_COLUMNS);
		put_one(&doc, check_at(u, &list, i));
		if (out->len)
			buf_addc(out, '\n');
		doc_lines(&doc, out);
		doc_clear(&doc);
	} while (all && ++i < list.n);
}

/* ---- commands ---- */

static void scroll(struct ui *u, bool down, size_t lines)
{
	if (down)
		u->checks.top += lines;
	else
		u->checks.top -= u->checks.top < lines ? u->checks.top : lines;
}

static void choose(struct ui *u, const struct check_list *list, size_t i)
{
	u->checks.touched = true;
	if (u->checks.at != list->at[i])
		u->checks.top = 0;
	u->checks.at = list->at[i];
}

static void choose_by(struct ui *u, const struct check_list *list, size_t rows,
                      bool down)
{
	size_t i = chosen(u, list), last = list->n - 1;

	if (down)
		i = last - i < rows ? last : i + rows;
	else
		i -= i < rows ? i : rows;
	choose(u, list, i);
}

static bool is_down(enum cmd c)
{
	return c == CMD_DOWN || c == CMD_PAGE_DOWN || c == CMD_HALF_DOWN;
}

static bool is_up(enum cmd c)
{
	return c == CMD_UP || c == CMD_PAGE_UP || c == CMD_HALF_UP;
}

/* Up and down choose; pages scroll the chosen one where it is on screen. */
void checks_move(struct ui *u, enum cmd c)
{
	int h = u->layout.pane[PANE_CHECKS].body.h;
	bool line = c == CMD_UP || c == CMD_DOWN;
	size_t step = line || h < 4 ? 1 : (size_t)h / 2;
	struct check_list list;

	check_list_fill(ui_now(u), &list);
	if (list.n == 0)
		return;
	choose(u, &list, chosen(u, &list));
	if (!is_up(c) && !is_down(c)) {
		if (c == CMD_TOP || c == CMD_FOLLOW)
			choose_by(u, &list, list.n, c == CMD_FOLLOW);
	} else if (shows_one(u) || (!line && h >= HALVES_FROM_ROWS)) {
		scroll(u, is_down(c), step);
	} else {
		choose_by(u, &list, step, is_down(c));
	}
}

void checks_bad(struct ui *u, int step)
{
	struct check_list list;
	size_t i;

	check_list_fill(ui_now(u), &list);
	if (list.n == 0)
		return;
	for (i = chosen(u, &list) + (size_t)step; i < list.n;
	     i += (size_t)step) {
		enum grade g = grade_of(check_at(u, &list, i));

		if (g == GRADE_BAD || g == GRADE_WARN) {
			choose(u, &list, i);
			return;
		}
	}
	ui_say(u, "%s", step > 0 ? _("No other one below.")
	                         : _("No other one above."));
}

/* What this machine's mail server does otherwise is to be taken over. */
static bool offers_mta(struct ui *u)
{
	int rows = u->layout.pane[PANE_CHECKS].body.h;
	struct check_list list;
	const struct event *e;

	check_list_fill(ui_now(u), &list);
	e = list.n ? check_at(u, &list, chosen(u, &list)) : NULL;
	return e && grade_of(e) == GRADE_WARN &&
	       (u->checks.open || rows >= HALVES_FROM_ROWS) &&
	       strcmp(event_text(e, e->u.check.id), "like-mta") == 0;
}

static void turn(struct ui *u)
{
	u->checks.touched = true;
	u->checks.open = !u->checks.open;
	u->checks.top = 0;
}

void checks_turn(struct ui *u)
{
	if (offers_mta(u))
		do_like_mta(u);
	else
		turn(u);
}

bool checks_back(struct ui *u)
{
	if (!shows_one(u))
		return false;
	turn(u);
	return true;
}

void checks_click(struct ui *u, int y)
{
	struct rect body = u->layout.pane[PANE_CHECKS].body;
	struct check_list list;
	size_t line, i = 0;

	check_list_fill(ui_now(u), &list);
	if (list.n == 0 || shows_one(u) || y < body.y ||
	    y >= body.y + list_rows(u, &list, body.h))
		return;
	line = u->checks.list_top + (size_t)(y - body.y);
	while (i < list.n && line_of(u, &list, i) != line)
		i++;
	if (i == list.n)
		return;
	if (u->checks.touched && u->checks.at == list.at[i])
		checks_turn(u);
	else
		choose(u, &list, i);
}

void checks_wheel(struct ui *u, bool down)
{
	u->checks.touched = true;
	if (shows_one(u) ||
	    u->layout.pane[PANE_CHECKS].body.h >= HALVES_FROM_ROWS)
		scroll(u, down, WHEEL_LINES);
	else
		checks_move(u, down ? CMD_DOWN : CMD_UP);
}
