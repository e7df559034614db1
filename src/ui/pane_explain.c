#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	TALL_ROWS = 20,   /* from here on: a heading for each part */
	ROOMY_ROWS = 10,  /* from here on: blank lines between parts */
	LABEL_MAX = 12,   /* a longer label pushes its own text only */
};

static void explain_capability(const struct event *e, size_t sub,
                               struct explanation *out)
{
	size_t len;
	const char *text = reply_line(e, sub, &len);
	char *line = xmemdup0(text, len);

	explain_text(line, out);
	free(line);
}

/* Nothing can be tried on a recording that has only begun. */
static void explain_begin(struct explanation *x)
{
	free(x->summary);
	x->summary = xstrdup(_("Nothing was said yet."));
	while (x->n_tries > 0) {
		free(x->tries[--x->n_tries].text);
		free(x->tries[x->n_tries].arg);
	}
}

static void explain_make(struct ui *u, size_t index, struct explanation *out)
{
	const struct event *e;

	if (index == SIZE_MAX) {
		explain_now(u->link.dialog, out);
		if (u->link.replay)
			explain_begin(out);
		return;
	}
	e = dialog_at(u->link.dialog, index);
	if (u->view.sub > 0 && u->view.sub <= entry_more(e) &&
	    entry_is_ehlo(u->link.dialog, e))
		explain_capability(e, u->view.sub, out);
	else if (rows_lookups(&u->rows, index))
		lookups_explain(rows_lookups(&u->rows, index), out);
	else
		explain_event(u->link.dialog, index, out);
}

const struct explanation *explain_get(struct ui *u)
{
	struct explain_cache *c = &u->explain;
	size_t index = view_index(u), count = dialog_count(u->link.dialog);
	bool moved = index != c->index || u->view.sub != c->sub;
	bool block = u->view.follow && block_seen(u);
	bool lookups = rows_lookups(&u->rows, index) != NULL;

	if (c->valid && (c->pinned || (!moved && count == c->count &&
	                               block == c->block &&
	                               lookups == c->lookups)))
		return &c->x;
	if (c->valid)
		explanation_clear(&c->x);
	if (moved)
		c->top = 0;
	c->index = index;
	c->sub = u->view.sub;
	c->count = count;
	c->valid = true;
	c->block = block;
	c->lookups = lookups;
	if (block)
		block_explanation(u, &c->x);
	else
		explain_make(u, index, &c->x);
	return &c->x;
}

static const char *act_key(const struct ui *u)
{
	return u->typing ? "Alt-A" : keymap_key(CMD_ACT, ui_panes(u));
}

static int label_column(void)
{
	static const char *const labels[] = { N_("Said"), N_("Likely"),
		                              N_("Who"), N_("MTA"),
		                              N_("Refs") };
	int width = 0;

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		int w = canvas_width(_(labels[i])) + 1;

		if (w > width && w <= LABEL_MAX)
			width = w;
	}
	return width;
}

static void put_label(struct doc *d, const char *label)
{
	int column = label_column();

	doc_line(d, column);
	doc_put(d, STYLE_LABEL, label);
	doc_put(d, STYLE_TEXT, " ");
	doc_tab(d, column);
}

static void put_head(struct doc *d, const struct explanation *x)
{
	doc_line(d, 0);
	if (*x->chip) {
		doc_put(d, class_chip(x->cls), x->chip);
		doc_put(d, STYLE_TEXT, " ");
	}
	if (*class_glyph(x->cls)) {
		doc_put(d, class_style(x->cls), class_glyph(x->cls));
		doc_put(d, STYLE_TEXT, " ");
	}
	doc_put(d, *x->chip ? class_style(x->cls) : STYLE_BOLD, x->headline);
}

/* Beside the headline. Where it does not fit in a code's row, its first
 * sentence is enough: rows are dear there. */
static void put_summary(struct doc *d, const struct explanation *x)
{
	const char *s = x->summary, *end = strstr(s, ". ");
	char *first;

	if (!*s)
		return;
	doc_put(d, STYLE_TEXT, *x->headline ? "  " : "");
	if (!*x->chip || !end ||
	    doc_column(d) + canvas_width(s) <= d->width) {
		doc_put(d, STYLE_TEXT, s);
		return;
	}
	first = xmemdup0(s, (size_t)(end - s) + 1);
	doc_put(d, STYLE_TEXT, first);
	free(first);
}

static void put_notes(struct doc *d, const struct explanation *x)
{
	for (size_t i = 0; i < x->n_notes; i++) {
		doc_line(d, 2);
		doc_put(d, STYLE_WARN, "! ");
		doc_put(d, STYLE_WARN, x->notes[i]);
	}
}

/* The blanks in front are the depth. */
static void put_steps(struct doc *d, const struct explanation *x)
{
	for (size_t i = 0; i < x->n_steps; i++) {
		int column = 1 + (int)strspn(x->steps[i], " ");

		doc_line(d, column + 2);
		doc_tab(d, column);
		doc_put(d, STYLE_TEXT, x->steps[i] + column - 1);
	}
}

static void put_digits(struct doc *d, const struct explanation *x)
{
	if (x->n_digits == 0)
		return;
	doc_line(d, 1);
	for (size_t i = 0; i < x->n_digits; i++) {
		const struct explain_part *p = &x->digits[i];

		doc_put(d, STYLE_TEXT, i ? "   " : "");
		doc_put(d, STYLE_BOLD, p->key);
		doc_putf(d, STYLE_TEXT, " %s", p->brief);
	}
}

/* "4.2.0" out of its three numbers. */
static void put_enhanced_key(struct doc *d, const struct explanation *x)
{
	for (size_t i = 0; i < x->n_enhanced; i++)
		doc_putf(d, STYLE_BOLD, i ? ".%s" : "%s", x->enhanced[i].key);
}

static void put_enhanced(struct doc *d, const struct explanation *x)
{
	if (x->n_enhanced == 0)
		return;
	doc_line(d, 7);
	put_enhanced_key(d, x);
	doc_tab(d, 7);
	for (size_t i = 0; i < x->n_enhanced; i++) {
		const struct explain_part *p = &x->enhanced[i];

		doc_put(d, STYLE_DIM, i ? " · " : "");
		doc_putf(d, STYLE_TEXT, "%s = %s", p->key, p->brief);
	}
}

static const char *sureness(const struct explanation *x)
{
	return x->confidence == CONF_SURE     ? _("sure")
	       : x->confidence == CONF_LIKELY ? _("likely")
	                                      : _("a guess");
}

static void put_likely_text(struct doc *d, const struct explanation *x)
{
	doc_put(d, STYLE_TEXT, x->likely);
	if (*x->evidence)
		doc_putf(d, STYLE_DIM, " (%s)", x->evidence);
	if (*x->provider)
		doc_putf(d, STYLE_DIM, " [%s]", x->provider);
}

static void put_said(struct doc *d, const struct explanation *x)
{
	const char *s = x->said;

	while (*s) {
		size_t len = strcspn(s, "\n");

		doc_server(d, STYLE_TEXT, s, len);
		s += len;
		if (*s == '\n' && *++s)
			doc_line(d, d->indent);
		if (*s && d->indent)
			doc_tab(d, d->indent);
	}
}

/* Two are not broken where each fits in a row; for more rows are too dear. */
static void put_tries(struct ui *u, struct doc *d,
                      const struct explanation *x)
{
	bool run_on = x->n_tries > 2;
	int column = label_column() + canvas_width(act_key(u)) + 2;

	put_label(d, _("Try"));
	doc_putf(d, STYLE_KEY, "%s", act_key(u));
	doc_put(d, STYLE_TEXT, ":");
	doc_tab(d, column);
	for (size_t i = 0; i < x->n_tries; i++) {
		int more = canvas_width(x->tries[i].text) + 3;

		if (!run_on && i > 0 && doc_column(d) + more > d->width) {
			doc_line(d, column + 3);
			doc_tab(d, column);
		}
		doc_putf(d, STYLE_BOLD, " %zu ", i + 1);
		doc_putf(d, STYLE_TEXT, "%s ", x->tries[i].text);
	}
}

static void tall_tries(struct ui *u, struct doc *d,
                       const struct explanation *x)
{
	if (u->popup.kind != POPUP_BOUNCE) /* there is nothing to try it on */
		doc_putf(d, STYLE_KEY, "%s", act_key(u));
	for (size_t i = 0; i < x->n_tries; i++) {
		doc_line(d, 4);
		doc_putf(d, STYLE_BOLD, " %zu  ", i + 1);
		doc_put(d, STYLE_TEXT, x->tries[i].text);
	}
}

static void put_short_tries(struct ui *u, struct doc *d,
                            const struct explanation *x)
{
	char more[64];

	if (x->n_tries == 0)
		return;
	put_label(d, _("Try"));
	snprintf(more, sizeof more, _(" lists %zu ways"), x->n_tries);
	doc_put(d, STYLE_TEXT, x->tries[0].text);
	doc_put(d, STYLE_TEXT, "   ");
	doc_put(d, STYLE_KEY, act_key(u));
	if (x->n_tries > 1 && doc_column(d) + canvas_width(more) <= d->width)
		doc_put(d, STYLE_TEXT, more);
}

static void put_labelled(struct doc *d, const char *label, const char *text)
{
	if (!*text)
		return;
	put_label(d, label);
	doc_put(d, STYLE_TEXT, text);
}

/* Few rows: what matters most comes first, the rest is a page further on. */
static void compact_doc(struct ui *u, const struct explanation *x,
                        struct doc *d, bool roomy, bool gaps)
{
	put_head(d, x);
	put_summary(d, x);
	if (!*x->chip)
		put_notes(d, x);
	put_steps(d, x);
	if (gaps && x->n_digits)
		doc_line(d, 0);
	put_digits(d, x);
	put_enhanced(d, x);
	if (gaps)
		doc_line(d, 0);
	if (u->explain.block) {
		put_labelled(d, _("Seen"), x->evidence);
		put_labelled(d, _("Likely"), x->likely);
	} else if (*x->likely) {
		put_label(d, _("Likely"));
		put_likely_text(d, x);
	} else {
		put_labelled(d, _("Code"), x->code_text);
	}
	if (roomy)
		put_labelled(d, _("MTA"), x->mta);
	if (roomy && x->n_tries)
		put_tries(u, d, x);
	else
		put_short_tries(u, d, x);
	if (*x->chip)
		put_notes(d, x);
	if (*x->refs) {
		doc_line(d, roomy ? label_column() : 0);
		if (roomy) {
			doc_put(d, STYLE_LABEL, _("Refs"));
			doc_tab(d, label_column());
		}
		doc_put(d, STYLE_DIM, x->refs);
	}
	if (*x->said) {
		put_label(d, _("Said"));
		put_said(d, x);
	}
	put_labelled(d, _("Who"), x->who);
	if (!roomy)
		put_labelled(d, _("MTA"), x->mta);
	if (*x->likely)
		put_labelled(d, _("Code"), x->code_text);
}

static void heading(struct doc *d, const char *text)
{
	doc_gap(d, 0);
	doc_put(d, STYLE_LABEL, text);
}

static void section(struct doc *d, const char *title, const char *text)
{
	if (!*text)
		return;
	heading(d, title);
	doc_line(d, 1);
	doc_tab(d, 1);
	doc_put(d, STYLE_TEXT, text);
}

static void put_parts(struct doc *d, const struct explain_part *parts,
                      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		doc_line(d, 4);
		doc_putf(d, STYLE_BOLD, " %s", parts[i].key);
		doc_tab(d, 4);
		doc_put(d, STYLE_TEXT, parts[i].text);
	}
}

static void tall_codes(struct doc *d, const struct explanation *x)
{
	if (x->n_digits) {
		heading(d, _("Digit by digit"));
		put_parts(d, x->digits, x->n_digits);
	}
	if (x->n_enhanced) {
		heading(d, _("Enhanced code"));
		doc_put(d, STYLE_TEXT, "  ");
		put_enhanced_key(d, x);
		put_parts(d, x->enhanced, x->n_enhanced);
	}
	section(d, *x->chip ? _("This code, to this command") : "",
	        x->code_text);
}

void explain_all(struct ui *u, const struct explanation *x, struct doc *d)
{
	put_head(d, x);
	if (*x->summary) {
		doc_line(d, 0);
		doc_put(d, STYLE_TEXT, x->summary);
	}
	if (x->n_notes)
		doc_line(d, 0);
	put_notes(d, x);
	tall_codes(d, x);
	if (*x->said) {
		heading(d, _("What the server said"));
		doc_line(d, 1);
		doc_tab(d, 1);
		put_said(d, x);
	}
	if (*x->likely) {
		heading(d, _("Likely"));
		doc_putf(d, STYLE_DIM, " (%s)", sureness(x));
		doc_line(d, 1);
		doc_tab(d, 1);
		put_likely_text(d, x);
	}
	if (x->n_steps) {
		heading(d, _("How it was found"));
		put_steps(d, x);
	}
	section(d, _("Who must act"), x->who);
	section(d, _("What a real mail server does"), x->mta);
	section(d, _("Not the same as"), x->not_same);
	if (x->n_tries) {
		heading(d, _("Try"));
		doc_put(d, STYLE_TEXT, "  ");
		tall_tries(u, d, x);
	}
	section(d, _("Refs"), x->refs);
}

void explain_doc(struct ui *u, struct rect body, struct doc *out)
{
	const struct explanation *x = explain_get(u);
	bool roomy = body.h >= ROOMY_ROWS;

	doc_reset(out, body.w - 2);
	if (body.h >= TALL_ROWS) {
		explain_all(u, x, out);
	} else {
		compact_doc(u, x, out, roomy, roomy);
		if (roomy && out->n_lines > (size_t)body.h) {
			doc_reset(out, body.w - 2);
			compact_doc(u, x, out, true, false);
		}
	}
	if (!ui_pane_visible(u, PANE_STEPS) && u->view.follow)
		step_say(u, out);
}

void explain_edge(struct ui *u, struct pane_edge *e)
{
	const struct explanation *x = explain_get(u);
	struct rect body = u->layout.pane[PANE_EXPLAIN].body;
	char title[96];
	struct doc doc;
	size_t pages, page;

	snprintf(e->title, sizeof e->title, "3 %s%s  %s", _("Explain"),
	         u->explain.pinned ? _(" (pinned)") : "",
	         ui_safe(x->title, title, sizeof title));
	*e->right = '\0';
	if (body.h <= 0)
		return;
	doc_init(&doc, body.w - 2);
	explain_doc(u, body, &doc);
	pages = (doc.n_lines + (size_t)body.h - 1) / (size_t)body.h;
	page = u->explain.top / (size_t)body.h + 1;
	if (pages > 1)
		snprintf(e->right, sizeof e->right, "%zu/%zu %s",
		         page < pages ? page : pages, pages,
		         glyph(page < pages ? GLYPH_MORE_DOWN
		                            : GLYPH_MORE_UP));
	doc_clear(&doc);
}

void explain_draw(struct ui *u, struct rect body)
{
	struct doc doc;

	doc_init(&doc, body.w - 2);
	explain_doc(u, body, &doc);
	if (u->explain.top >= doc.n_lines)
		u->explain.top = doc.n_lines ? doc.n_lines - 1 : 0;
	doc_draw(&doc, &u->canvas,
	         (struct rect){ body.x + 1, body.y, body.w - 2, body.h },
	         u->explain.top, 0);
	doc_clear(&doc);
}
