#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/command.h"
#include "ui/ui.h"
#include "util/i18n.h"

enum { NAME_COLUMN = 6 };

void envelope_edge(struct ui *u, struct pane_edge *e)
{
	(void)u;
	snprintf(e->title, sizeof e->title, "5 %s", _("Envelope"));
	*e->right = '\0';
}

static void put_row(struct doc *d, const char *name)
{
	doc_line(d, NAME_COLUMN);
	doc_put(d, STYLE_DIM, name);
	doc_tab(d, NAME_COLUMN);
}

static void put_address(struct doc *d, const char *address, enum mark mark)
{
	doc_server(d, STYLE_TEXT, *address ? address : "<>",
	           *address ? strlen(address) : 2);
	if (mark != MARK_UNTRIED)
		doc_putf(d, mark_style(mark), " %s", mark_glyph(mark));
}

static void put_login(struct ui *u, struct doc *d)
{
	const struct dialog_now *now = ui_now(u);

	put_row(d, "auth");
	if (now->auth_mark != MARK_UNTRIED) {
		doc_server(d, STYLE_TEXT, now->auth_mech,
		           strlen(now->auth_mech));
		doc_putf(d, mark_style(now->auth_mark), " %s",
		         mark_glyph(now->auth_mark));
	} else if (now->n_caps) {
		doc_put(d, STYLE_TEXT, dialog_cap(u->link.dialog, "AUTH")
		                           ? _("offered")
		                           : _("not offered"));
	}
}

/* What became of the message, once it was sent; in LMTP it stands beside each
 * recipient. */
static void put_message(struct ui *u, struct doc *d)
{
	const struct dialog_now *now = ui_now(u);

	if (now->data_mark == MARK_UNTRIED || now->lmtp)
		return;
	put_row(d, "data");
	doc_putf(d, mark_style(now->data_mark), "%s",
	         mark_glyph(now->data_mark));
	if (now->data_code)
		doc_putf(d, STYLE_TEXT, " %03u", (unsigned)now->data_code);
}

static void put_rcpt(const struct now_rcpt *r, struct doc *d)
{
	put_row(d, "rcpt");
	put_address(d, r->address, r->mark);
	if (r->final_code)
		doc_putf(d, mark_style(r->final_mark), " %s %03u",
		         mark_glyph(r->final_mark), (unsigned)r->final_code);
	if (r->act != ACT_NOBODY && r->act != ACT_UNKNOWN)
		doc_putf(d, STYLE_DIM, " (%s)", act_label(r->act));
}

static void put_facts(struct ui *u, struct doc *d)
{
	const struct dialog_now *now = ui_now(u);

	put_row(d, "helo");
	doc_server(d, STYLE_TEXT, now->helo, strlen(now->helo));
	put_row(d, "from");
	if (*now->from || now->from_mark != MARK_UNTRIED)
		put_address(d, now->from, now->from_mark);
	for (size_t i = 0; i < now->n_rcpts; i++)
		put_rcpt(&now->rcpts[i], d);
	if (now->n_rcpts == 0)
		put_row(d, "rcpt");
	put_row(d, "size");
	if (now->size_limit)
		doc_putf(d, STYLE_TEXT, _("limit %llu bytes"),
		         (unsigned long long)now->size_limit);
	else
		doc_put(d, STYLE_DIM, now->n_caps ? _("no limit told") : "");
	put_login(u, d);
	put_message(u, d);
}

/* Why a usual command is not legal yet. */
static const char *not_yet(enum state s)
{
	switch (s) {
	case ST_CONNECTED:
		return _("wait for the greeting");
	case ST_GREETED:
		return _("not yet: MAIL (EHLO comes first)");
	case ST_READY:
		return _("not yet: RCPT (MAIL comes first)");
	case ST_MAIL:
		return _("not yet: DATA (no accepted RCPT)");
	default:
		return "";
	}
}

static void put_allowed(struct ui *u, struct doc *d)
{
	const struct event *p = ui_now(u)->prompt;

	if (!p || !p->u.prompt.open)
		return;
	doc_gap(d, 0);
	doc_put(d, STYLE_DIM, _("You may send now:"));
	doc_line(d, 0);
	for (int v = 0; v < VERB_OTHER; v++) {
		const struct command *c = command_info((enum verb)v);

		if ((p->u.prompt.allowed & (UINT64_C(1) << v)) &&
		    c->name[0] != '(' && strcmp(c->status, "standard") == 0)
			doc_putf(d, STYLE_TEXT, "%s  ", c->name);
	}
	doc_line(d, 0);
	doc_put(d, STYLE_DIM, not_yet((enum state)p->u.prompt.state));
}

void envelope_draw(struct ui *u, struct rect body)
{
	struct doc doc;

	doc_init(&doc, body.w - 2);
	put_facts(u, &doc);
	put_allowed(u, &doc);
	doc_draw(&doc, &u->canvas,
	         (struct rect){ body.x + 1, body.y, body.w - 2, body.h },
	         u->pane_top[PANE_ENVELOPE], 0);
	doc_clear(&doc);
}
