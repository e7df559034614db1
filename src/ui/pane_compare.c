#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/beside.h"
#include "ui/do.h"
#include "ui/sides.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* Two dialogs side by side, in a popup. */

enum { MARGIN = 4 };

void compare_forget(struct ui *u)
{
	if (!u->sides)
		return;
	sides_clear(u->sides);
	free(u->sides);
	u->sides = NULL;
}

static bool open_pair(struct ui *u, uint32_t a, uint32_t b)
{
	struct sides *s = xcalloc(1, sizeof *s);

	if (!sides_fill(s, u->link.dialog, a, b)) {
		sides_clear(s);
		free(s);
		return false;
	}
	popup_open(u, POPUP_COMPARE, "", NULL);
	u->sides = s;
	u->marked = 0;
	return true;
}

static void compare_numbers(struct ui *u, const char *arg)
{
	uint32_t a, b;

	if (!sides_parse(arg, &a, &b))
		ui_say(u, "%s", _("Two numbers of sessions: :compare 1 2."));
	else if (!open_pair(u, a, b))
		ui_say(u, _("There are no sessions %u and %u here."), a, b);
}

/* The session of what has the focus, 0 none. */
static uint32_t session_here(struct ui *u)
{
	size_t index = view_index(u);

	if (ui_pane_visible(u, PANE_GRID))
		return grid_session(u);
	return index == SIZE_MAX
	           ? 0 : dialog_at(u->link.dialog, index)->session;
}

/* What is compared where nobody says with what. */
static bool usual_pair(struct ui *u, uint32_t *a, uint32_t *b)
{
	if (ui_pane_visible(u, PANE_GRID) && grid_pair(u, a, b))
		return true;
	return sides_newest(u->link.dialog, a, b);
}

static void mark(struct ui *u, uint32_t session)
{
	u->marked = session;
	ui_say(u, ui_pane_visible(u, PANE_GRID)
	              ? _("Session %u is marked: c on another row compares "
	                  "the two; c again: the odd one and another.")
	              : _("Session %u is marked: c in another one compares "
	                  "the two; c again: the newest two."), session);
}

void do_compare(struct ui *u, const char *arg)
{
	uint32_t here = session_here(u), a = u->marked, b = here;

	if (ui_presents(u))
		return;
	if (*arg) {
		compare_numbers(u, arg);
		return;
	}
	if (here && !u->marked) {
		mark(u, here);
		return;
	}
	if ((a == b || !here) && !usual_pair(u, &a, &b))
		a = b = 0;
	u->marked = 0;
	if (!a || a == b || !open_pair(u, a, b))
		ui_say(u, "%s", _("There are no two sessions to compare."));
}

static void add_text(void *arg, enum beside_mark m, const char *line)
{
	(void)m;
	buf_addf(arg, "%s\n", line);
}

static void copy_text(struct ui *u)
{
	struct beside_pair p = sides_pair(u->sides);
	struct buf b = { 0 };
	struct beside_to to = { u->w, add_text, &b };

	beside_show(&p, &to);
	do_copy_text(u, &b);
	buf_clear(&b);
}

void compare_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;

	if (ch == 'q')
		popup_close(u);
	else if (ch == 'y')
		copy_text(u);
	else
		popup_scroll_key(u, k);
}

static void put_line(void *arg, enum beside_mark m, const char *line)
{
	static const enum style styles[] = {
		[BESIDE_SAME] = STYLE_DIM, [BESIDE_WORDS] = STYLE_TEXT,
		[BESIDE_DIFFERS] = STYLE_BOLD, [BESIDE_LEFT] = STYLE_BOLD,
		[BESIDE_RIGHT] = STYLE_BOLD,
	};
	struct doc *d = arg;

	doc_line(d, 1);
	doc_put(d, styles[m], line);
}

void compare_draw(struct ui *u)
{
	struct beside_pair p = sides_pair(u->sides);
	struct doc doc;
	struct beside_to to = { popup_scroll_width(u, u->w - MARGIN), put_line,
		&doc };

	doc_init(&doc, to.width);
	beside_show(&p, &to);
	popup_scroll_draw(u, u->w - MARGIN, _("Two dialogs"), &doc);
	doc_clear(&doc);
}
