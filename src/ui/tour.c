#include "config.h"

#include <stdio.h>

#include "ui/do.h"
#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

enum { TOUR_WIDTH = 58, TOUR_MARGIN = 2 };

/* What a stop points at where the pane has no room on this screen. */
enum spot { SPOT_NONE, SPOT_MX_LINE, SPOT_STRIP, SPOT_INPUT, SPOT_FOOTER };

static const struct {
	const char *title, *text;
	enum pane pane;
	enum spot spot;
} stops[] = {
	{ N_("Welcome"),
	  N_("This is the first lesson: a whole mail domain inside this "
	     "program. Nothing is sent out, nothing can break.\n"
	     "Seven short stops show what is where."),
	  PANE_NONE, SPOT_NONE },
	{ N_("MX: where mail goes"),
	  N_("DNS names the hosts that take mail for the domain. The lowest "
	     "preference is tried first. Key 1 opens the list; Enter in it "
	     "connects to another host."),
	  PANE_MX, SPOT_MX_LINE },
	{ N_("Dialog: what was said"),
	  N_("C→ is what we send, S← what the server answers, with its code: "
	     "2xx done, 3xx go on, 4xx later, 5xx no. Esc, then j and k, "
	     "select an entry; Enter opens one that is folded."),
	  PANE_DIALOG, SPOT_NONE },
	{ N_("Explain: what it means"),
	  N_("The selected entry, digit by digit: facts from the RFC, the "
	     "likely cause, what to try, what a mail server would do. Alt-A "
	     "offers the next steps."),
	  PANE_EXPLAIN, SPOT_NONE },
	{ N_("Steps: how far we are"),
	  N_("The way from the greeting to QUIT. A mark says how each step "
	     "ended. In a lesson the steps tell what to look at; F7 turns "
	     "them off and on."),
	  PANE_STEPS, SPOT_STRIP },
	{ N_("The line: your turn"),
	  N_("The next command stands here already. Enter sends it; type and "
	     "yours is sent instead, also a wrong one: that is how one "
	     "learns. The prompt names the state of the session."),
	  PANE_NONE, SPOT_INPUT },
	{ N_("Keys"),
	  N_("The keys of this place. Esc, then ? lists all of them, : finds "
	     "commands by name, :q leaves.\n"
	     "Now press Enter and send EHLO."),
	  PANE_NONE, SPOT_FOOTER },
};

enum { STOPS = sizeof stops / sizeof *stops };

void do_tour(struct ui *u)
{
	if (ui_session_open(u) && !u->demo) {
		ui_say(u, "%s", _("A session is open: the tour would end it. "
		                  "QUIT first."));
		return;
	}
	do_demo(u, "");
	if (!u->demo)
		return;
	popup_open(u, POPUP_TOUR, "", NULL);
}

void tour_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;
	bool back = ch == 'b' || k->code == K_LEFT || k->code == K_PAGE_UP;
	bool next = ch == ' ' || k->code == K_ENTER || k->code == K_RIGHT ||
	            k->code == K_PAGE_DOWN;

	if (back && u->popup.chosen > 0)
		u->popup.chosen--;
	if (next && ++u->popup.chosen == STOPS)
		popup_close(u);
}

bool tour_shows(const struct ui *u, enum pane p)
{
	return u->popup.kind == POPUP_TOUR && p != PANE_NONE &&
	       stops[u->popup.chosen].pane == p;
}

/* The place on this screen that the stop is about; h 0: none. */
static struct rect place_of(const struct ui *u, size_t stop)
{
	enum pane p = stops[stop].pane;

	if (p != PANE_NONE && ui_pane_visible(u, p))
		return u->layout.pane[p].frame.h > 0 ? u->layout.pane[p].frame
		                                     : u->layout.pane[p].body;
	switch (stops[stop].spot) {
	case SPOT_MX_LINE: return u->layout.mx_line;
	case SPOT_STRIP: return u->layout.strip;
	case SPOT_INPUT: return u->layout.input;
	case SPOT_FOOTER: return u->layout.footer;
	case SPOT_NONE: break;
	}
	return (struct rect){ .h = 0 };
}

/*
 * A box of w x h that leaves the place free: below it, else above, else to its
 * right, else in its lower corner. *arrow: what its edge points with.
 */
static struct rect beside(const struct ui *u, struct rect place, int w, int h,
                          enum glyph *arrow)
{
	struct rect r = { (u->w - w) / 2, (u->h - h) / 2, w, h };

	*arrow = GLYPH_COUNT;
	if (place.h == 0)
		return r;
	r.x = place.x + TOUR_MARGIN;
	if (r.x + w > u->w)
		r.x = u->w - w;
	if (place.y + place.h + h < u->h) {
		r.y = place.y + place.h;
		*arrow = GLYPH_MORE_UP;
	} else if (place.y - h > 0) {
		r.y = place.y - h;
		*arrow = GLYPH_MORE_DOWN;
	} else if (place.x + place.w + w <= u->w) {
		r.x = place.x + place.w;
		r.y = place.y + 1;
	} else {
		r.y = place.y + place.h - h - 1;
		r.x = place.x + place.w - w - TOUR_MARGIN;
	}
	return r;
}

static void draw_arrow(struct ui *u, struct rect r, enum glyph arrow)
{
	int y = arrow == GLYPH_MORE_UP ? r.y : r.y + r.h - 1;

	if (arrow != GLYPH_COUNT)
		canvas_text(&u->canvas, r.x + r.w - 4, y, 1, STYLE_BOLD,
		            glyph(arrow));
}

void tour_draw(struct ui *u)
{
	size_t stop = u->popup.chosen;
	int w = u->w < TOUR_WIDTH + 2 ? u->w : TOUR_WIDTH;
	char title[96];
	enum glyph arrow;
	struct doc doc;
	struct rect r;
	int rows;

	snprintf(title, sizeof title, _("Tour %zu/%d  %s"), stop + 1,
	         (int)STOPS, _(stops[stop].title));
	doc_init(&doc, w - 4);
	doc_put(&doc, STYLE_TEXT, _(stops[stop].text));
	rows = (int)doc.n_lines + 2;
	r = beside(u, place_of(u, stop), w, rows < u->h ? rows : u->h, &arrow);
	canvas_fill(&u->canvas, r, STYLE_TEXT, ' ');
	canvas_frame(&u->canvas, r, true, false, title, "");
	doc_draw(&doc, &u->canvas,
	         (struct rect){ r.x + 2, r.y + 1, r.w - 4, r.h - 2 }, 0, 0);
	draw_arrow(u, r, arrow);
	doc_clear(&doc);
}
