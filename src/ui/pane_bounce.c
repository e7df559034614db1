#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/bounce.h"
#include "knowledge/say.h"
#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { BOUNCE_WIDTH = 84 }; /* readable lines */

bool bounce_open(struct ui *u, const char *text, size_t len)
{
	char *whole, *shown;

	if (!bounce_likely(text, len))
		return false;
	whole = xmemdup0(text, len);
	shown = veil_text(&u->veil, whole);
	popup_open(u, POPUP_BOUNCE, "", NULL);
	u->bounce = xcalloc(1, sizeof *u->bounce);
	bounce_read(u->bounce, shown, strlen(shown));
	free(whole);
	free(shown);
	line_clear(u->line); /* the text is no target */
	return true;
}

void bounce_forget(struct ui *u)
{
	if (!u->bounce)
		return;
	bounce_clear(u->bounce);
	free(u->bounce);
	u->bounce = NULL;
}

static void choose(struct ui *u, size_t i)
{
	if (i >= u->bounce->n)
		return;
	u->popup.chosen = i;
	u->popup.top = 0;
}

void bounce_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;

	if (ch == 'n' || k->code == K_TAB || k->code == K_RIGHT)
		choose(u, u->popup.chosen + 1);
	else if ((ch == 'p' || k->code == K_LEFT) && u->popup.chosen > 0)
		choose(u, u->popup.chosen - 1);
	else if (ch == 'q')
		popup_close(u);
	else
		popup_scroll_key(u, k);
}

static void put_found(struct ui *u, struct doc *d)
{
	struct explanation x;

	bounce_explain(&u->bounce->items[u->popup.chosen], &x);
	explain_all(u, &x, d);
	explanation_clear(&x);
}

void bounce_draw(struct ui *u)
{
	const struct bounce *b = u->bounce;
	char title[64];
	struct doc doc;

	doc_init(&doc, popup_scroll_width(u, BOUNCE_WIDTH));
	if (b->n)
		put_found(u, &doc);
	else
		doc_put(&doc, STYLE_NOTE, phrase(BOUNCE_NONE));
	if (b->cut) {
		doc_gap(&doc, 0);
		doc_put(&doc, STYLE_NOTE, phrase(BOUNCE_CUT));
	}
	if (b->n > 1)
		snprintf(title, sizeof title, _("Pasted: %zu of %zu"),
		         u->popup.chosen + 1, b->n);
	else
		snprintf(title, sizeof title, "%s", _("Pasted"));
	popup_scroll_draw(u, BOUNCE_WIDTH, title, &doc);
	doc_clear(&doc);
}
