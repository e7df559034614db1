#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/guide.h"
#include "core/rules.h"
#include "core/rules_text.h"
#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

/*
 * The two tables that the session is, over the panes: first all rules, then
 * the whole guide. Lit are the rule that brought the session to where the
 * dialog's selection is, and the row of the guide that the prompt follows.
 */
enum {
	RULES_WIDTH = 118,
	WIDE_FROM = 96,   /* columns of the body with room for the states */
	NARROW_UNTIL = 48,
	DETAIL_ROWS = 5,  /* of the chosen row, below the list */
	DETAIL_FROM = 9,  /* rows of the body that have room for them */
	CELLS = 5,
};

static size_t guide_count(void)
{
	size_t n = 0;

	while (guide_at(n))
		n++;
	return n;
}

/* The rows of the list: a heading, the rules, a heading, the guide. */
static size_t line_of_row(size_t row)
{
	return row < rules_count() ? row + 1 : row + 2;
}

/* Entries before this one had come when the selected one was the newest: up to
 * the reply that follows it. */
static size_t seen_until(const struct ui *u)
{
	size_t at = view_index(u), n = dialog_count(u->link.dialog);

	if (u->view.follow || at == SIZE_MAX)
		return n;
	for (size_t i = at + 1; i < n && i - at < DIALOG_BACK_MAX; i++)
		if (dialog_at(u->link.dialog, i)->kind == EV_REPLY)
			return i;
	return n;
}

static const struct rule *rule_now(const struct ui *u)
{
	size_t end = seen_until(u);

	for (size_t i = end; i-- > 0 && end - i <= DIALOG_BACK_MAX;) {
		const struct event *e = dialog_at(u->link.dialog, i);

		if (e->kind == EV_STATE)
			return rules_find(event_text(e, e->u.state.rule));
	}
	return NULL;
}

static const struct guide_row *guide_now(const struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;

	return p ? guide_find(event_text(p, p->u.prompt.guide)) : NULL;
}

static size_t rule_place(const struct rule *r)
{
	size_t i = 0;

	while (rules_at(i) && rules_at(i) != r)
		i++;
	return i;
}

static size_t guide_place(const struct guide_row *g)
{
	size_t i = 0;

	while (guide_at(i) && guide_at(i) != g)
		i++;
	return rules_count() + i;
}

void rules_open(struct ui *u)
{
	const struct rule *now = rule_now(u);

	popup_open(u, POPUP_RULES, _("Rules"), NULL);
	u->popup.chosen = now ? rule_place(now) : 0;
}

/* --- keys */

static void choose_row(struct ui *u, long step)
{
	long n = (long)(rules_count() + guide_count());
	long at = (long)u->popup.chosen + step;

	u->popup.chosen = at < 0 ? 0 : (size_t)(at < n ? at : n - 1);
}

/* From one lit row to the other. */
static void choose_lit(struct ui *u)
{
	const struct rule *rule = rule_now(u);
	const struct guide_row *guide = guide_now(u);

	if (u->popup.chosen < rules_count() && guide)
		u->popup.chosen = guide_place(guide);
	else if (rule)
		u->popup.chosen = rule_place(rule);
}

void rules_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;

	if (k->code == K_UP || ch == 'k')
		choose_row(u, -1);
	else if (k->code == K_DOWN || ch == 'j')
		choose_row(u, 1);
	else if (k->code == K_PAGE_UP || ch == 'b')
		choose_row(u, -10);
	else if (k->code == K_PAGE_DOWN || ch == ' ')
		choose_row(u, 10);
	else if (k->code == K_HOME || ch == 'g')
		choose_row(u, -(long)u->popup.chosen);
	else if (k->code == K_END || ch == 'G')
		choose_row(u, (long)(rules_count() + guide_count()));
	else if (k->code == K_TAB)
		choose_lit(u);
	else if (ch == 'q')
		popup_close(u);
}

/* --- drawing */

struct cells {
	struct buf text[CELLS]; /* id, states, command, answer, what follows */
	int width[CELLS];       /* 0: not shown */
};

static void set_widths(struct cells *c, int w)
{
	enum { ID = 17, TO = 12, STATES_W = 25 };
	int states = w >= WIDE_FROM ? STATES_W : 0;
	int rest = w - ID - TO - states;

	c->width[0] = ID;
	c->width[1] = states;
	c->width[2] = w < NARROW_UNTIL ? rest : rest / 2;
	c->width[3] = rest - c->width[2];
	c->width[4] = TO;
}

static void fill_rule(struct cells *c, const struct rule *r)
{
	buf_adds(&c->text[0], r->id);
	states_text(&c->text[1], r->from);
	verbs_text(&c->text[2], r->verbs);
	answers_text(&c->text[3], r->answers);
	buf_addf(&c->text[4], "→ %s",
	         r->to == SAME ? _("same") : state_name(r->to));
}

static void fill_guide(struct cells *c, const struct guide_row *g)
{
	buf_adds(&c->text[0], g->id);
	states_text(&c->text[1], g->from);
	buf_adds(&c->text[2], _(guide_title(g->send)));
	buf_adds(&c->text[3], guide_guard_word(g->when));
	buf_addf(&c->text[4], "→ %s", guide_word(g->send));
}

static void draw_row(struct ui *u, struct rect r, size_t row, bool lit)
{
	enum style style = lit ? STYLE_BOLD : STYLE_TEXT;
	struct cells c = { 0 };
	int x = r.x + 3;

	if (row < rules_count())
		fill_rule(&c, rules_at(row));
	else
		fill_guide(&c, guide_at(row - rules_count()));
	set_widths(&c, r.w - 3);
	if (lit)
		canvas_text(&u->canvas, r.x + 1, r.y, 1, STYLE_OK,
		            glyph(GLYPH_NOW));
	for (int i = 0; i < CELLS; i++) {
		int room = r.x + r.w - x < c.width[i] ? r.x + r.w - x
		                                      : c.width[i];

		if (room > 1)
			canvas_text(&u->canvas, x, r.y, room - 1, style,
			            buf_str(&c.text[i]));
		x += c.width[i];
		buf_clear(&c.text[i]);
	}
	if (row == u->popup.chosen)
		draw_selected(u, r);
}

static void draw_list(struct ui *u, struct rect r)
{
	const struct rule *rule = rule_now(u);
	const struct guide_row *guide = guide_now(u);
	size_t n = rules_count() + guide_count() + 2;

	for (int y = 0; y < r.h && u->popup.top + (size_t)y < n; y++) {
		size_t line = u->popup.top + (size_t)y;
		struct rect at = { r.x, r.y + y, r.w, 1 };
		size_t row = line - (line <= rules_count() ? 1 : 2);

		if (line == 0)
			canvas_text(&u->canvas, r.x + 1, at.y, r.w - 1,
			            STYLE_LABEL,
			            _("What a command and its reply mean"));
		else if (line == rules_count() + 1)
			canvas_text(&u->canvas, r.x + 1, at.y, r.w - 1,
			            STYLE_LABEL, _("What to send next"));
		else
			draw_row(u, at, row,
			         row < rules_count()
			             ? rule && rules_at(row) == rule
			             : guide && row == guide_place(guide));
	}
}

static void put_pair(struct doc *d, const char *label, const char *value)
{
	if (doc_column(d) > 0)
		doc_put(d, STYLE_DIM, " · ");
	doc_putf(d, STYLE_LABEL, "%s ", label);
	doc_put(d, STYLE_TEXT, value);
}

/* What the words in the answer's column mean, one after the other. */
static void add_answers(struct buf *out, uint32_t set)
{
#define ANSWER_HELP(id, word, help) help,
	static const char *const helps[] = { ANSWERS(ANSWER_HELP) };
#undef ANSWER_HELP

	if (set == ANY_REPLY) {
		buf_adds(out, _("any reply"));
		return;
	}
	for (size_t i = 0; i < ANSWER_COUNT; i++)
		if (set >> i & 1u)
			buf_addf(out, "%s%s", out->len ? ", " : "",
			         _(helps[i]));
}

static void put_rule(struct doc *d, const struct rule *r)
{
#define WORD_HELP(id, word, help) help,
	static const char *const deeds[] = { DEEDS(WORD_HELP) };
	static const char *const guards[] = { RULE_GUARDS(WORD_HELP) };
#undef WORD_HELP
	struct buf states = { 0 }, verbs = { 0 }, answers = { 0 };

	doc_put(d, STYLE_BOLD, _(r->why));
	doc_line(d, 0);
	states_text(&states, r->from);
	verbs_text(&verbs, r->verbs);
	add_answers(&answers, r->answers);
	put_pair(d, _("State"), buf_str(&states));
	put_pair(d, _("Command"), buf_str(&verbs));
	put_pair(d, _("Answer"), buf_str(&answers));
	if (r->when != GUARD_ALWAYS)
		put_pair(d, _("When"), _(guards[r->when]));
	put_pair(d, _("Does"), _(deeds[r->deed]));
	buf_clear(&states);
	buf_clear(&verbs);
	buf_clear(&answers);
}

static void put_guide(struct doc *d, const struct guide_row *g)
{
#define WORD_HELP(id, word, help) help,
	static const char *const guards[] = { GUIDE_GUARDS(WORD_HELP) };
#undef WORD_HELP
	struct buf states = { 0 };

	doc_put(d, STYLE_BOLD, _(g->why));
	doc_line(d, 0);
	states_text(&states, g->from);
	put_pair(d, _("State"), buf_str(&states));
	if (g->when != GG_ANYWAY)
		put_pair(d, _("When"), _(guards[g->when]));
	put_pair(d, _("Sends"), guide_word(g->send));
	buf_clear(&states);
}

static void draw_detail(struct ui *u, struct rect r)
{
	size_t row = u->popup.chosen;
	struct doc doc;

	for (int x = 0; x < r.w; x++)
		canvas_text(&u->canvas, r.x + x, r.y, 1, STYLE_BORDER,
		            glyph(GLYPH_HORIZONTAL));
	doc_init(&doc, r.w - 2);
	if (row < rules_count())
		put_rule(&doc, rules_at(row));
	else
		put_guide(&doc, guide_at(row - rules_count()));
	doc_draw(&doc, &u->canvas,
	         (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 }, 0, 0);
	doc_clear(&doc);
}

/* Scrolls so that the chosen row is among the rows that are seen; with the
 * first row of a table its heading is seen, too. */
static void reveal_row(struct popup *p, int rows)
{
	size_t line = line_of_row(p->chosen), h = rows > 0 ? (size_t)rows : 1;
	size_t first = p->chosen == 0 || p->chosen == rules_count() ? line - 1
	                                                            : line;

	if (first < p->top)
		p->top = first;
	if (line >= p->top + h)
		p->top = line - h + 1;
}

void rules_draw(struct ui *u)
{
	struct layout_wish want = { .w = u->w, .h = u->h };
	size_t all = rules_count() + guide_count();
	struct layout_box box = layout_popup(
	    &want, u->w < RULES_WIDTH + 4 ? u->w : RULES_WIDTH,
	    (int)all + 2 + DETAIL_ROWS + 2);
	struct rect list = box.body, detail = box.body;
	char right[32];

	if (list.h >= DETAIL_FROM) {
		list.h -= DETAIL_ROWS;
		detail.y += list.h;
		detail.h = DETAIL_ROWS;
	}
	reveal_row(&u->popup, list.h);
	snprintf(right, sizeof right, "%zu/%zu", u->popup.chosen + 1, all);
	draw_popup_frame(u, &box, u->popup.title, right);
	draw_list(u, list);
	if (detail.y > list.y)
		draw_detail(u, detail);
}
