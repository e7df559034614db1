#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

enum { TEXT_WIDTH = 70, DIGIT_COLUMNS = 5 };

/* Three columns by five rows; * is a full cell. */
static const char *const digits[10][5] = {
	{ "***", "* *", "* *", "* *", "***" },
	{ " * ", "** ", " * ", " * ", "***" },
	{ "***", "  *", "***", "*  ", "***" },
	{ "***", "  *", "***", "  *", "***" },
	{ "* *", "* *", "***", "  *", "  *" },
	{ "***", "*  ", "***", "  *", "***" },
	{ "***", "*  ", "***", "* *", "***" },
	{ "***", "  *", "  *", "  *", "  *" },
	{ "***", "* *", "***", "* *", "***" },
	{ "***", "* *", "***", "  *", "***" },
};

/* The turn on show: a command and its reply, either may be missing. */
struct turn {
	const struct event *sent, *reply, *note;
	size_t note_index;
};

static struct turn turn_of(const struct ui *u)
{
	const struct dialog *d = u->link.dialog;
	size_t index = view_index(u), end = dialog_count(d);
	struct turn t = { .sent = NULL };
	const struct event *e = replay_covered(u);

	if (!e && index == SIZE_MAX)
		return t;
	if (!e)
		e = dialog_at(d, index);
	if (e->kind == EV_REPLY) {
		size_t i = e->u.reply.to == EV_GREETING ||
		                   e->u.reply.to == EV_UNASKED
		               ? SIZE_MAX : dialog_find(d, e->u.reply.to);

		t.reply = e;
		t.sent = i == SIZE_MAX ? NULL : dialog_at(d, i);
	} else if (e->kind == EV_SENT) {
		t.sent = e;
		for (size_t i = index + 1; i < end && !t.reply; i++)
			if (dialog_at(d, i)->kind == EV_REPLY &&
			    dialog_at(d, i)->u.reply.to == e->n)
				t.reply = dialog_at(d, i);
	} else {
		t.note = e;
		t.note_index = index;
	}
	return t;
}

static void put_reply(struct ui *u, const struct event *e, struct doc *d)
{
	enum reply_class c = class_of(e->u.reply.code);

	doc_putf(d, STYLE_BOLD, "S%s  ", glyph(GLYPH_TO_CLIENT));
	if (u->present.revealed < 2) {
		for (int i = 0; i < 3; i++)
			doc_put(d, STYLE_BOLD, glyph(GLYPH_HIDDEN));
		doc_put(d, STYLE_BOLD, " ?");
		return;
	}
	doc_putf(d, class_chip(c), " %03u ", e->u.reply.code);
	doc_put(d, STYLE_TEXT, " ");
	for (size_t i = 0; u->present.revealed >= 3 &&
	                   i < e->u.reply.lines.len && i < 6; i++) {
		size_t len;
		const char *text = reply_line(e, i, &len);

		if (i > 0) {
			doc_line(d, 10);
			doc_tab(d, 10);
		}
		doc_server(d, STYLE_BOLD, text, len);
	}
}

static void put_turn(struct ui *u, const struct turn *t, struct doc *d)
{
	if (t->note) {
		struct buf text = { 0 };

		entry_note(u->link.dialog, t->note_index, &text);
		doc_line(d, 0);
		doc_put(d, STYLE_BOLD, buf_str(&text));
		buf_clear(&text);
		return;
	}
	if (t->sent) {
		doc_line(d, 5);
		doc_putf(d, STYLE_CLIENT, "C%s  ", glyph(GLYPH_TO_SERVER));
		doc_server(d, STYLE_BOLD, event_text(t->sent,
		                                     t->sent->u.sent.line),
		           t->sent->u.sent.line.len);
		doc_line(d, 0);
	}
	if (t->reply) {
		doc_line(d, 10);
		put_reply(u, t->reply, d);
	}
}

static int draw_digit(struct ui *u, int x, int y, unsigned digit,
                      enum style s)
{
	for (int row = 0; row < 5; row++)
		for (int col = 0; col < 3; col++)
			if (digits[digit][row][col] == '*')
				canvas_text(&u->canvas, x + col, y + row, 1, s,
				            glyph(GLYPH_BLOCK));
	return x + DIGIT_COLUMNS;
}

static void draw_large(struct ui *u, int x, int y, unsigned code)
{
	enum style s = class_style(class_of(code));

	x = draw_digit(u, x, y, code / 100 % 10, s);
	x = draw_digit(u, x, y, code / 10 % 10, s);
	draw_digit(u, x, y, code % 10, s);
}

/* Headline, digits and one inference: what one can read from the back row. */
static void put_meaning(struct ui *u, struct doc *d)
{
	const struct explanation *x = explain_get(u);

	doc_line(d, 0);
	doc_putf(d, class_style(x->cls), "%s  %s", class_glyph(x->cls),
	         x->headline);
	doc_gap(d, 0);
	for (size_t i = 0; i < x->n_digits; i++) {
		if (i > 0)
			doc_line(d, 2);
		doc_putf(d, STYLE_BOLD, "%s", x->digits[i].key);
		doc_putf(d, STYLE_TEXT, "  %s", x->digits[i].brief);
	}
	doc_gap(d, 0);
	if (*x->likely) {
		doc_put(d, STYLE_LABEL, _("Likely"));
		doc_putf(d, STYLE_BOLD, " %s", x->likely);
	} else {
		doc_put(d, STYLE_BOLD, x->summary);
	}
	step_ask(u, d);
	if (*x->mta) {
		doc_gap(d, 0);
		doc_put(d, STYLE_TEXT, x->mta);
	}
}

static void draw_rule(struct ui *u, struct rect r)
{
	for (int x = r.x; x < r.x + r.w; x++)
		canvas_text(&u->canvas, x, r.y, 1, STYLE_BORDER,
		            glyph(GLYPH_HORIZONTAL));
}

static void draw_meaning(struct ui *u, struct rect r, const struct turn *t)
{
	bool large = t->reply && u->present.density == 0 &&
	             r.h >= 6 && r.w > 40;
	struct doc doc;

	if (u->present.revealed < PRESENT_ALL)
		return;
	if (large) {
		draw_large(u, r.x + 1, r.y, t->reply->u.reply.code);
		r.x += 4 * DIGIT_COLUMNS;
		r.w -= 4 * DIGIT_COLUMNS;
	}
	doc_init(&doc, r.w);
	put_meaning(u, &doc);
	doc_draw(&doc, &u->canvas, r, 0, 0);
	doc_clear(&doc);
}

/* The last three turns, without explanation: for reading a course along. */
static void draw_course(struct ui *u, struct rect r)
{
	dialog_draw(u, r);
}

void present_draw(struct ui *u, struct rect body)
{
	int margin = body.w > TEXT_WIDTH + 6 ? 3 : 1;
	struct rect r = { body.x + margin, body.y + 1, body.w - 2 * margin,
		          body.h - 2 };
	struct turn t = turn_of(u);
	struct doc doc;
	char keys[120];

	if (u->present.density == 2) {
		draw_course(u, body);
		return;
	}
	doc_init(&doc, r.w);
	put_turn(u, &t, &doc);
	doc_draw(&doc, &u->canvas, r, 0, 0);
	r.y += (int)doc.n_lines + 1;
	r.h -= (int)doc.n_lines + 1;
	doc_clear(&doc);
	if (r.h > 4) {
		draw_rule(u, r);
		r.y += 2;
		r.h -= 2;
		draw_meaning(u, r, &t);
	}
	snprintf(keys, sizeof keys, _("keys: %s %s %s %s"), u->keys[0],
	         u->keys[1], u->keys[2], u->keys[3]);
	canvas_text(&u->canvas, body.x + body.w - canvas_width(keys) - 2,
	            body.y + body.h - 1, canvas_width(keys), STYLE_DIM, keys);
}
