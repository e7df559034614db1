#include "config.h"

#include <stdio.h>

#include "ui/ui.h"
#include "util/i18n.h"

enum { KEY_COLUMN = 7, NAME_COLUMN = 24 };

static void put_choice(struct doc *d, const char *key, const char *name,
                       const char *words)
{
	doc_line(d, NAME_COLUMN);
	doc_put(d, STYLE_KEY, key);
	doc_tab(d, KEY_COLUMN);
	doc_put(d, STYLE_TEXT, name);
	doc_tab(d, NAME_COLUMN);
	doc_put(d, STYLE_TEXT, words);
}

static void put_choices(struct ui *u, struct doc *d)
{
	if (!u->cfg->calls.open_demo && !u->cfg->calls.open_replay)
		return;
	doc_gap(d, 0);
	doc_put(d, STYLE_TEXT, _("or start with"));
	if (u->cfg->calls.open_demo)
		put_choice(d, "Alt-D", _("Demo server"),
		           _("a whole dialog, offline; nothing is sent out"));
	if (u->cfg->calls.open_replay)
		put_choice(d, "Alt-O", _("Open recording"),
		           _("replay a saved dialog, for class or a report"));
}

static void put_tour(struct ui *u, struct doc *d)
{
	if (u->cfg->calls.open_demo)
		put_choice(d, "Alt-U", _("Tour, 2 minutes"),
		           _("what each pane shows"));
}

static void put_chip(struct doc *d, unsigned code, const char *word)
{
	enum reply_class c = class_of(code);

	doc_put(d, STYLE_TEXT, "  ");
	doc_putf(d, class_chip(c), "%u", code);
	doc_putf(d, class_style(c), " %s %s", class_glyph(c), word);
}

static void put_colours(struct doc *d)
{
	doc_gap(d, 0);
	doc_put(d, STYLE_BOLD, _("Can you tell these apart?"));
	put_chip(d, 250, _("ok"));
	put_chip(d, 354, _("go on"));
	put_chip(d, 450, _("later"));
	put_chip(d, 550, _("no"));
	doc_line(d, 0);
	doc_put(d, STYLE_DIM, _("If not, Alt-T steps the theme: dark, light, "
	                        "ansi, mono, ascii"));
}

static void put_safety(struct doc *d)
{
	doc_gap(d, 0);
	doc_put(d, STYLE_BOLD, _("Safe by default"));
	doc_line(d, 2);
	doc_put(d, STYLE_TEXT, "  ");
	doc_put(d, STYLE_TEXT,
	        _("DATA asks before a real message leaves. Passwords are "
	          "never shown."));
	doc_line(d, 2);
	doc_put(d, STYLE_TEXT, "  ");
	doc_put(d, STYLE_TEXT, _("Only probe servers you run or may test."));
}

void start_draw(struct ui *u, struct rect body)
{
	struct rect r = { body.x + 3, body.y + 4, body.w - 6, body.h - 4 };
	struct doc doc;

	if (u->layout.main.frame.h == 0) { /* no room: the question alone */
		canvas_text(&u->canvas, body.x, body.y, body.w, STYLE_BOLD,
		            body.h > 0 ? _("Which mail domain or server?")
		                       : "");
		return;
	}
	canvas_text(&u->canvas, r.x, body.y + 1, r.w, STYLE_BOLD,
	            _("Which mail domain or server?"));
	doc_init(&doc, r.w);
	doc_put(&doc, STYLE_DIM,
	        _("also: host:port   192.0.2.25   [2001:db8::25]:587   "
	          "user@example.org"));
	put_choices(u, &doc);
	put_tour(u, &doc);
	put_choice(&doc, _("Paste"), _("Bounce, log"),
	           _("a refusal found there is explained"));
	put_colours(&doc);
	put_safety(&doc);
	doc_draw(&doc, &u->canvas, r, 0, 0);
	doc_clear(&doc);
}
