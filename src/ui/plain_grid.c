#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check/grid_words.h"
#include "check/odd.h"
#include "ui/plain_state.h"
#include "ui/sides.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { WIDTH = 78 }; /* two columns would be hard to listen to */

/* "TCP 31ms, greeting 220 2ms, RCPT 550 5.7.1 (differs)" */
static void add_steps(struct buf *b, const struct grid *g,
                      const struct grid_row *r)
{
	for (int c = 0; c < GRID_COLUMNS; c++) {
		char text[GRID_TEXT_MAX];

		if (!g->used[c] || r->cell[c].state < GRID_OK)
			continue;
		grid_cell_text(r, (enum grid_step)c, GRID_WHOLE, text);
		buf_addf(b, "%s%s%s%s", b->len ? ", " : "",
		         grid_step_word((enum grid_step)c, false),
		         *text ? " " : "", text);
		if (r->odd & 1u << c)
			buf_addf(b, " (%s)", _("differs"));
	}
}

static void say_row(struct plain *p, const struct grid *g,
                    const struct grid_row *r)
{
	char *place = grid_place(r), *why = grid_why(r);
	struct buf b = { 0 };

	add_steps(&b, g, r);
	if (b.len == 0)
		buf_adds(&b, *why ? why : _("untried"));
	plain_part(p, place, buf_str(&b));
	buf_clear(&b);
	free(place);
	free(why);
}

void plain_grid(struct plain *p)
{
	const struct dialog *d = p->link.dialog;
	struct grid g = { .n = 0 };
	char *text;

	for (size_t i = 0; i < dialog_count(d); i++)
		grid_see(&g, dialog_at(d, i));
	grid_settle(&g);
	text = odd_sentence(&g);
	plain_print(p, "", text);
	for (size_t i = 0; i < g.n; i++)
		say_row(p, &g, &g.rows[i]);
	free(text);
	grid_clear(&g);
}

static void say_line(void *arg, enum beside_mark mark, const char *line)
{
	(void)mark;
	plain_print(arg, "", line);
}

static void say_both(struct plain *p, uint32_t a, uint32_t b)
{
	struct beside_to to = { WIDTH, say_line, p };
	struct sides s = { .a = { .session = 0 } };
	struct beside_pair pair;

	if (sides_fill(&s, p->link.dialog, a, b)) {
		pair = sides_pair(&s);
		beside_show(&pair, &to);
	} else {
		char *text = xasprintf(_("There are no sessions %u and %u "
		                         "here."), a, b);

		plain_print(p, "", text);
		free(text);
	}
	sides_clear(&s);
}

void plain_compare(struct plain *p, const char *text)
{
	uint32_t a, b;

	if (*text && !sides_parse(text, &a, &b))
		plain_print(p, "",
		            _("Two numbers of sessions: :compare 1 2."));
	else if (!*text && !sides_newest(p->link.dialog, &a, &b))
		plain_print(p, "",
		            _("There are no two sessions to compare."));
	else
		say_both(p, a, b);
}

/* Behind the last address comes a prompt that waits for nothing. */
bool plain_walk_ends(struct plain *p, const struct event *e)
{
	bool tried = plain_now(p)->own_session != 0, ends;

	ends = e->kind == EV_END ||
	       (e->kind == EV_VERDICT && e->session == 0) ||
	       (e->kind == EV_PROMPT && tried && !e->u.prompt.open &&
	        !e->u.prompt.deadline_us);
	if (e->kind == EV_START)
		p->walk_begun = true;
	if (!p->walks || !p->walk_begun || !ends)
		return false;
	p->walks = false;
	return tried;
}
