#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

/* The guide's own steps, and the words of the strip that tell how each went:
 * the first of them that is there counts. */
enum step_when { ALWAYS, WITH_STARTTLS, WITH_LOGIN };
enum step_side { ANYWHERE, BEFORE_TLS, INSIDE_TLS };
static const struct usual {
	const char *title; /* msgid */
	const char *words[3];
	enum step_when when;
	enum step_side side; /* of the handshake after STARTTLS */
} usual[] = {
	{ N_("Find the mail servers"), { NULL }, ALWAYS, ANYWHERE },
	{ N_("Connect, read the greeting"), { "220", "TCP" }, ALWAYS,
	  ANYWHERE },
	{ N_("EHLO: say who you are"), { "EHLO", "HELO", "LHLO" }, ALWAYS,
	  BEFORE_TLS },
	{ N_("STARTTLS: encrypt"), { "TLS", "STARTTLS" }, WITH_STARTTLS,
	  ANYWHERE },
	{ N_("EHLO again, inside TLS"), { "EHLO", "HELO", "LHLO" },
	  WITH_STARTTLS, INSIDE_TLS },
	{ N_("AUTH: log in"), { "AUTH" }, WITH_LOGIN, ANYWHERE },
	{ N_("MAIL FROM: the sender"), { "MAIL" }, ALWAYS, ANYWHERE },
	{ N_("RCPT TO: the recipient"), { "RCPT" }, ALWAYS, ANYWHERE },
	{ N_("DATA: the message"), { ".", "DATA", "BDAT" }, ALWAYS,
	  ANYWHERE },
	{ N_("QUIT: say goodbye"), { "QUIT" }, ALWAYS, ANYWHERE },
};
enum { USUAL = sizeof usual / sizeof *usual };

/* The list as it is for this session. */
struct steps {
	const struct usual *row[USUAL];
	size_t n;
};

static bool has_starttls(const struct ui *u)
{
	const struct dialog_now *now = ui_now(u);

	if (now->tls)
		return !now->tls->u.tls.wrapped;
	return strip_find(&u->strip, "STARTTLS") ||
	       (u->plan.tls.policy != TLS_NEVER &&
	        dialog_cap(u->link.dialog, "STARTTLS"));
}

static void steps_list(const struct ui *u, struct steps *out)
{
	bool starttls = has_starttls(u);
	bool login = u->plan.auth.wanted ||
	             ui_now(u)->auth_mark != MARK_UNTRIED;

	out->n = 0;
	for (size_t i = 0; i < USUAL; i++)
		if (usual[i].when == ALWAYS ||
		    (usual[i].when == WITH_STARTTLS ? starttls : login))
			out->row[out->n++] = &usual[i];
}

/* The newest step of the strip with that word, on that side. */
static const struct strip_step *newest(const struct ui *u, const char *word,
                                       enum step_side side)
{
	const struct strip *s = &u->strip;
	const struct strip_step *tls = strip_find(s, "TLS");

	if (!has_starttls(u))
		side = ANYWHERE; /* TLS from the start, or none */
	for (size_t i = s->n; i-- > 0;) {
		const struct strip_step *step = &s->step[i];

		if (strcmp(step->word, word) != 0)
			continue;
		if (side == ANYWHERE || (side == INSIDE_TLS) ==
		                            (tls && step > tls))
			return step;
	}
	return NULL;
}

static enum mark usual_mark(const struct ui *u, const struct usual *row)
{
	const struct dialog_now *now = ui_now(u);

	if (!row->words[0]) {
		if (!now->has_route)
			return u->asked_us ? MARK_TRYING : MARK_UNTRIED;
		return now->n_hosts ? MARK_OK : MARK_NO;
	}
	for (size_t i = 0; i < 3 && row->words[i]; i++) {
		const struct strip_step *step = newest(u, row->words[i],
		                                       row->side);

		if (step)
			return step->mark;
	}
	return MARK_UNTRIED;
}

/* The step that the person is at: the last one that was begun. */
static size_t usual_current(const struct ui *u, const struct steps *list)
{
	size_t at = 0;

	for (size_t i = 0; i < list->n; i++)
		if (usual_mark(u, list->row[i]) != MARK_UNTRIED)
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
	struct steps list;
	size_t at, n;

	steps_list(u, &list);
	at = has_lesson(u) ? lesson_current(u) : usual_current(u, &list);
	n = has_lesson(u) ? u->plan.n_steps : list.n;
	snprintf(e->title, sizeof e->title, "4 %s%s", _("Steps"),
	         u->link.replay ? ""
	         : u->guided    ? _(" (guided)")
	                        : _(" (free)"));
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

	if (r.h <= 1 || u->link.replay)
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
	struct steps list;
	size_t n, at, top;
	char line[256];
	int rows;

	steps_list(u, &list);
	n = lesson ? u->plan.n_steps : list.n;
	at = lesson ? lesson_current(u) : usual_current(u, &list);
	rows = list_rows(u, body, n);
	top = at >= (size_t)rows ? at - (size_t)rows + 1 : 0;
	if (top + (size_t)rows > n)
		top = n - (size_t)rows;
	for (int y = 0; y < rows; y++) {
		size_t i = top + (size_t)y;
		struct rect r = { body.x, body.y + y, body.w, 1 };
		const char *title =
		    lesson ? ui_shown(u, u->plan.steps[i].line, line,
		                      sizeof line)
		           : _(list.row[i]->title);

		if (lesson && u->plan.steps[i].kind == STEP_CONNECT)
			title = _("a new connection");
		draw_step(u, r, &(struct step_row){
			.number = i + 1,
			.mark = lesson ? lesson_mark(i, at)
			               : usual_mark(u, list.row[i]),
			.title = title,
			.current = i == at });
	}
	body.y += rows;
	body.h -= rows;
	draw_hints(u, body);
}

/* A lesson speaks of its hosts and people, too. */
static void put_words(const struct ui *u, struct doc *out, enum style style,
                      const char *text)
{
	char *shown = veil_text(&u->veil, text);

	doc_put(out, style, shown);
	free(shown);
}

void step_ask(struct ui *u, struct doc *out)
{
	size_t at = lesson_current(u);

	if (at >= u->plan.n_steps || !*u->plan.steps[at].ask)
		return;
	doc_gap(out, 0);
	put_words(u, out, STYLE_BOLD, u->plan.steps[at].ask);
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
		put_words(u, out, STYLE_TEXT, step->say);
	}
	if (*step->ask) {
		doc_line(out, 0);
		put_words(u, out, STYLE_BOLD, step->ask);
	}
}
