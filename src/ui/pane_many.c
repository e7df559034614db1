#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "ui/do.h"
#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

/*
 * Many targets in sum, over the panes: how they ended, who must act, whose
 * servers they were, and below it the latest or the slowest, each of which
 * opens its dialog from the recording. What is chosen stays chosen while new
 * ones come.
 */
enum {
	DRAW_MS = 250,    /* figures that change faster cannot be read */
	SUMS_ROWS = 6,    /* beside each other, below a heading */
	SUMS_WIDTH = 25,  /* of one of them, with the blank behind it */
	/* rows that have room for this and what is below it */
	PROGRESS_FROM = 3, SUMS_FROM = 12, HEADING_FROM = 3,
	OUTCOME_COLUMN = 30, CODE_COLUMN = 49, ACT_COLUMN = 62,
	TOOK_COLUMN = 80, TOOK_WIDTH = 8,
};

void many_open(struct ui *u)
{
	popup_open(u, POPUP_MANY, _("Many targets"), NULL);
}

static struct ui_many_state state_of(const struct ui *u)
{
	struct ui_many_state s = { .over = true };

	u->cfg->many->state(u->cfg->many->arg, &s);
	return s;
}

bool many_take(struct ui *u)
{
	bool more = u->cfg->many->turn(u->cfg->many->arg);

	if (u->now_ms - u->many.shown_ms >= DRAW_MS && !u->many.over) {
		u->many.shown_ms = u->now_ms;
		u->many.over = state_of(u).over;
		u->dirty = true;
	}
	return more;
}

int many_wait_ms(const struct ui *u)
{
	int64_t left = u->many.shown_ms + DRAW_MS - u->now_ms;

	if (!u->cfg->many || u->many.over)
		return -1;
	return left < 0 ? 0 : left > DRAW_MS ? DRAW_MS : (int)left;
}

/* --- the list, and what is chosen in it */

static const struct tally_row *row_at(const struct ui *u,
                                      const struct tally *t, size_t i)
{
	return u->many.slowest ? tally_slowest(t, i) : tally_latest(t, i);
}

static size_t count_rows(const struct ui *u, const struct tally *t)
{
	size_t n = 0;

	while (row_at(u, t, n))
		n++;
	return n;
}

/* Where the chosen one is now. A list loses rows at its end, so that behind one
 * that is gone there is nothing. */
static size_t find_chosen(struct ui *u, const struct tally *t)
{
	const struct tally_row *row;
	size_t n = count_rows(u, t);

	if (!u->many.chosen)
		return 0;
	for (size_t i = 0; (row = row_at(u, t, i)); i++)
		if (row->number == u->many.number)
			return i;
	return n ? n - 1 : 0;
}

static void choose(struct ui *u, long step)
{
	struct ui_many_state s = state_of(u);
	long n = (long)count_rows(u, s.tally), above = (long)u->many.above;
	long before = (long)find_chosen(u, s.tally), at = before + step;

	if (n == 0)
		return;
	at = at < 0 ? 0 : at >= n ? n - 1 : at;
	u->many.chosen = at > 0 || u->many.slowest;
	u->many.number = row_at(u, s.tally, (size_t)at)->number;
	above += at - before;
	u->many.above = above < 0 ? 0 : (size_t)above;
}

static void other_list(struct ui *u)
{
	u->many.slowest = !u->many.slowest;
	u->many.chosen = false;
	u->many.above = 0;
}

static void open_chosen(struct ui *u)
{
	struct ui_many_state s = state_of(u);
	const struct tally_row *row = row_at(u, s.tally,
	                                     find_chosen(u, s.tally));
	struct ui_link link = { .events = NULL };
	char *error;

	if (!row)
		return;
	error = u->cfg->many->open(u->cfg->many->arg, row->place, &link);
	if (error) {
		ui_say(u, "%s", error);
		free(error);
		return;
	}
	popup_close(u);
	ui_attach(u, &link);
	ui_say(u, "%s", _("Esc or q: back to all of them"));
}

/* Once to end what is under way, once more to leave. */
static void stop_or_leave(struct ui *u)
{
	if (state_of(u).over) {
		do_quit(u, false);
		return;
	}
	u->cfg->many->stop(u->cfg->many->arg);
	ui_say(u, "%s", _("Stopped; q leaves."));
}

void many_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;
	bool cancel = k->code == K_CHAR && k->mods == MOD_CTRL && k->ch == 'c';

	if (k->code == K_UP || ch == 'k')
		choose(u, -1);
	else if (k->code == K_DOWN || ch == 'j')
		choose(u, 1);
	else if (k->code == K_PAGE_UP || ch == 'b')
		choose(u, -10);
	else if (k->code == K_PAGE_DOWN || ch == ' ')
		choose(u, 10);
	else if (k->code == K_HOME || ch == 'g')
		choose(u, -TALLY_LATEST);
	else if (k->code == K_END || ch == 'G')
		choose(u, TALLY_LATEST);
	else if (k->code == K_TAB)
		other_list(u);
	else if (k->code == K_ENTER)
		open_chosen(u);
	else if (ch == 'q' || cancel)
		stop_or_leave(u);
	else if (k->code == K_ESC)
		ui_say(u, "%s", _("q stops, or leaves when all is done."));
}

/* --- drawing */

static enum mark mark_of(int outcome)
{
	return outcome == OUT_ACCEPTED ? MARK_OK
	       : outcome == OUT_MIXED || outcome == OUT_DEFERRED ? MARK_LATER
	                                                         : MARK_NO;
}

static void put_sum(struct doc *d, enum style style, const char *name,
                    uint64_t n)
{
	doc_line(d, 0);
	doc_putf(d, STYLE_TEXT, "%7llu ", (unsigned long long)n);
	doc_put(d, style, name);
}

static void put_outcomes(struct doc *d, const struct tally *t)
{
	doc_put(d, STYLE_LABEL, _("How they ended"));
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		uint64_t n = tally_outcome(t, (enum outcome)o);

		if (!n)
			continue;
		put_sum(d, mark_style(mark_of(o)), mark_glyph(mark_of(o)), n);
		doc_putf(d, mark_style(mark_of(o)), " %s",
		         outcome_label((enum outcome)o));
	}
}

static void put_acts(struct doc *d, const struct tally *t)
{
	doc_put(d, STYLE_LABEL, _("Must act"));
	for (int a = ACT_NOBODY + 1; a < ACT_COUNT; a++)
		if (tally_act(t, (enum act)a))
			put_sum(d, STYLE_TEXT, act_label((enum act)a),
			        tally_act(t, (enum act)a));
}

static void put_operators(struct doc *d, const struct tally *t)
{
	const struct tally_operator *o;

	doc_put(d, STYLE_LABEL, _("Mail servers of"));
	for (size_t i = 0; (o = tally_operator(t, i)); i++)
		put_sum(d, STYLE_TEXT, o->name ? o->name : _("others"), o->n);
}

/* As many beside each other as there is room for. */
static void draw_sums(struct ui *u, struct rect r, const struct tally *t)
{
	static void (*const puts[])(struct doc *d, const struct tally *t) = {
		put_outcomes, put_acts, put_operators,
	};

	for (int i = 0; i < 3 && (i == 0 || r.w >= SUMS_WIDTH); i++) {
		struct doc doc;

		doc_init(&doc, DOC_UNWRAPPED);
		puts[i](&doc, t);
		doc_draw(&doc, &u->canvas,
		         (struct rect){ r.x, r.y,
		                        r.w < SUMS_WIDTH ? r.w : SUMS_WIDTH - 1,
		                        r.h }, 0, 0);
		doc_clear(&doc);
		r.x += SUMS_WIDTH;
		r.w -= SUMS_WIDTH;
	}
}

/* What fits of it, from column at of the row on. */
static void put_cell(struct ui *u, struct rect r, int at, enum style s,
                     const char *text)
{
	if (at < r.w)
		canvas_text(&u->canvas, r.x + at, r.y, r.w - at, s, text);
}

static void draw_row(struct ui *u, struct rect r, const struct tally_row *row)
{
	enum mark mark = mark_of(row->outcome);
	char code[32] = "", took[24], *target;

	if (row->code)
		snprintf(code, sizeof code, "%u %s", row->code, row->enhanced);
	time_span(took, row->took_us);
	canvas_text(&u->canvas, r.x + 1, r.y, 1, mark_style(mark),
	            mark_glyph(mark));
	target = veil_text(&u->veil, row->target);
	canvas_server(&u->canvas, r.x + 3, r.y,
	              r.w > OUTCOME_COLUMN ? OUTCOME_COLUMN - 4 : r.w - 3, 0,
	              STYLE_TEXT, target, strlen(target));
	free(target);
	put_cell(u, r, OUTCOME_COLUMN, mark_style(mark),
	         outcome_label((enum outcome)row->outcome));
	put_cell(u, r, CODE_COLUMN, STYLE_TEXT, code);
	if (u->many.slowest && r.w < TOOK_COLUMN + TOOK_WIDTH) {
		put_cell(u, r, ACT_COLUMN, STYLE_TEXT, took);
		return;
	}
	put_cell(u, r, ACT_COLUMN, STYLE_TEXT,
	         row->act == ACT_NOBODY ? "" : act_label((enum act)row->act));
	put_cell(u, r, TOOK_COLUMN, STYLE_DIM, took);
}

/* So that the chosen row is seen, and where it was seen before. */
static size_t first_row(struct ui *u, size_t at, size_t rows)
{
	if (u->many.above >= rows)
		u->many.above = rows ? rows - 1 : 0;
	if (u->many.above > at)
		u->many.above = at;
	return at - u->many.above;
}

static void draw_list(struct ui *u, struct rect r, const struct tally *t)
{
	size_t at = find_chosen(u, t), rows = r.h > 0 ? (size_t)r.h : 0;
	size_t top = first_row(u, at, rows);
	const struct tally_row *row;

	for (size_t y = 0; y < rows && (row = row_at(u, t, top + y)); y++) {
		struct rect line = { r.x, r.y + (int)y, r.w, 1 };

		draw_row(u, line, row);
		if (top + y == at)
			draw_selected(u, line);
	}
}

static void take_rows(struct rect *r, int rows)
{
	r->y += rows;
	r->h -= rows;
}

/* What there is room for above the list, the most important last. */
static void draw_above(struct ui *u, struct rect *r,
                       const struct ui_many_state *s)
{
	if (r->h >= PROGRESS_FROM) {
		canvas_text(&u->canvas, r->x + 1, r->y, r->w - 1, STYLE_BOLD,
		            s->progress);
		take_rows(r, 1);
	}
	if (r->h >= SUMS_FROM) {
		draw_sums(u, (struct rect){ r->x + 1, r->y + 1, r->w - 1,
		                            SUMS_ROWS }, s->tally);
		take_rows(r, SUMS_ROWS + 2);
	}
	if (r->h >= HEADING_FROM) {
		canvas_text(&u->canvas, r->x + 1, r->y, r->w - 1, STYLE_LABEL,
		            u->many.slowest ? _("The slowest")
		                            : _("The latest"));
		take_rows(r, 1);
	}
}

/* A recording that stopped is told at any width: no dialog can be opened of
 * what is done behind it. */
static void many_right(const struct ui_many_state *s, char *out, size_t size)
{
	*out = '\0';
	if (s->stopped)
		snprintf(out, size, "REC %s%s", glyph(GLYPH_NO),
		         s->over ? "  " : "");
	if (s->over)
		snprintf(out + strlen(out), size - strlen(out), "%s",
		         _("done"));
}

void many_draw(struct ui *u)
{
	struct layout_wish want = { .w = u->w, .h = u->h };
	struct layout_box box = layout_popup(&want, u->w, u->h);
	struct ui_many_state s = state_of(u);
	struct rect r = box.body;
	char right[48];

	many_right(&s, right, sizeof right);
	draw_popup_frame(u, &box, u->popup.title, right);
	draw_above(u, &r, &s);
	draw_list(u, r, s.tally);
}
