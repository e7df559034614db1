#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

/* The guide's own steps, and the words of the strip that tell how each went;
 * a second word counts where the first is missing. */
static const struct {
	const char *title; /* msgid */
	const char *word, *other;
} usual[] = {
	{ N_("Find the mail servers"), "", "" },
	{ N_("Connect, read the greeting"), "220", "TCP" },
	{ N_("EHLO: say who you are"), "EHLO", "HELO" },
	{ N_("MAIL FROM: the sender"), "MAIL", "" },
	{ N_("RCPT TO: the recipient"), "RCPT", "" },
	{ N_("DATA: the message"), "DATA", "" },
	{ N_("QUIT: say goodbye"), "QUIT", "" },
};
enum { USUAL = sizeof usual / sizeof *usual };

static enum mark usual_mark(const struct ui *u, size_t i)
{
	const struct dialog_now *now = ui_now(u);
	const struct strip_step *step;

	if (i == 0) {
		if (!now->has_route)
			return u->asked_us ? MARK_TRYING : MARK_UNTRIED;
		return now->n_hosts ? MARK_OK : MARK_NO;
	}
	step = strip_find(&u->strip, usual[i].word);
	if (!step && *usual[i].other)
		step = strip_find(&u->strip, usual[i].other);
	return step ? step->mark : MARK_UNTRIED;
}

/* The step that the person is at: the last one that was begun. */
static size_t usual_current(const struct ui *u)
{
	size_t at = 0;

	for (size_t i = 0; i < USUAL; i++)
		if (usual_mark(u, i) != MARK_UNTRIED)
			at = i;
	return at;
}

static bool has_lesson(const struct ui *u)
{
	return u->plan.n_steps > 0;
}

/* Where the lesson is: its number of steps when it is over or left. */
static size_t lesson_current(const struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;

	if (!p || p->u.prompt.step >= u->plan.n_steps)
		return u->plan.n_steps;
	return p->u.prompt.step;
}

void steps_edge(struct ui *u, struct pane_edge *e)
{
	size_t at = has_lesson(u) ? lesson_current(u) : usual_current(u);
	size_t n = has_lesson(u) ? u->plan.n_steps : USUAL;

	snprintf(e->title, sizeof e->title, "4 %s%s", _("Steps"),
	         u->guided ? _(" (guided)") : _(" (free)"));
	snprintf(e->right, sizeof e->right, "%zu/%zu", at < n ? at + 1 : n, n);
}

struct step_row {
	size_t number;
	enum mark mark;
	const char *title;
	bool current;
};

static void draw_step(struct ui *u, struct rect r, const struct step_row *s)
{
	if (s->current) {
		canvas_text(&u->canvas, r.x, r.y, 1, STYLE_BOLD,
		            glyph(GLYPH_SELECT));
		canvas_select_row(&u->canvas, r.x, r.y, r.w);
	}
	canvas_text(&u->canvas, r.x + 1, r.y, 1,
	            s->current && s->mark == MARK_UNTRIED ? STYLE_BOLD
	                                            : mark_style(s->mark),
	            mark_glyph(s->mark));
	canvas_textf(&u->canvas, r.x + 3, r.y, r.w - 3,
	             s->current ? STYLE_BOLD : STYLE_TEXT, "%zu %s", s->number,
	             s->title);
}

static void draw_hints(struct ui *u, struct rect r)
{
	struct doc doc;

	if (r.h <= 1)
		return;
	doc_init(&doc, r.w - 2);
	if (has_lesson(u)) {
		step_say(u, &doc);
	} else if (u->guided) {
		doc_put(&doc, STYLE_DIM,
		        _("Enter sends the prepared line; edit it first if "
		          "you like."));
		doc_line(&doc, 0);
		doc_put(&doc, STYLE_DIM, _("F7 leaves guided mode"));
	} else {
		doc_put(&doc, STYLE_DIM,
		        _("Type any command. F7 prepares the next one."));
	}
	doc_draw(&doc, &u->canvas,
	         (struct rect){ r.x + 1, r.y + 1, r.w - 2, r.h - 1 }, 0, 0);
	doc_clear(&doc);
}

static enum mark lesson_mark(size_t i, size_t at)
{
	return i < at ? MARK_OK : MARK_UNTRIED;
}

/* Rows that the list may take: the words of the step need some, too. */
static int list_rows(const struct ui *u, struct rect body, size_t n)
{
	int most = has_lesson(u) ? body.h / 2 : body.h;

	return (int)n < most ? (int)n : most > 0 ? most : 1;
}

void steps_draw(struct ui *u, struct rect body)
{
	bool lesson = has_lesson(u);
	size_t n = lesson ? u->plan.n_steps : USUAL;
	size_t at = lesson ? lesson_current(u) : usual_current(u);
	int rows = list_rows(u, body, n);
	size_t top = at >= (size_t)rows ? at - (size_t)rows + 1 : 0;
	char line[256];

	if (top + (size_t)rows > n)
		top = n - (size_t)rows;
	for (int y = 0; y < rows; y++) {
		size_t i = top + (size_t)y;
		struct rect r = { body.x, body.y + y, body.w, 1 };
		const char *title =
		    lesson ? ui_safe(u->plan.steps[i].line, line, sizeof line)
		           : _(usual[i].title);

		if (lesson && u->plan.steps[i].kind == STEP_CONNECT)
			title = _("a new connection");
		draw_step(u, r, &(struct step_row){
			.number = i + 1,
			.mark = lesson ? lesson_mark(i, at)
			               : usual_mark(u, i),
			.title = title,
			.current = i == at });
	}
	body.y += rows;
	body.h -= rows;
	draw_hints(u, body);
}

void step_ask(struct ui *u, struct doc *out)
{
	size_t at = lesson_current(u);

	if (at >= u->plan.n_steps || !*u->plan.steps[at].ask)
		return;
	doc_gap(out, 0);
	doc_put(out, STYLE_BOLD, u->plan.steps[at].ask);
}

void step_say(struct ui *u, struct doc *out)
{
	size_t at = lesson_current(u);
	const struct step *step;

	if (!has_lesson(u) || u->plan.n_steps == 0 || at >= u->plan.n_steps)
		return;
	step = &u->plan.steps[at];
	if (!*step->say && !*step->ask)
		return;
	if (out->n_lines > 0)
		doc_gap(out, 0);
	doc_putf(out, STYLE_LABEL, _("Step %zu of %zu"), at + 1,
	         u->plan.n_steps);
	if (*step->say) {
		doc_line(out, 0);
		doc_put(out, STYLE_TEXT, step->say);
	}
	if (*step->ask) {
		doc_line(out, 0);
		doc_put(out, STYLE_BOLD, step->ask);
	}
}
