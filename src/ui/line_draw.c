#include "config.h"

#include <string.h>

#include "core/escape.h"
#include "ui/glyph.h"
#include "ui/line.h"
#include "ui/line_state.h"
#include "util/i18n.h"

/* Columns of the step that begins at from, as it will be drawn. */
static int step_columns(const struct line *l, size_t from, size_t to)
{
	if (from >= line_secret_at(l))
		return 1;
	return escape_columns(l->text.data + from, to - from, i18n_is_ascii());
}

/* The first byte to show so that the cursor has a cell of room columns. */
static size_t first_shown(const struct line *l, int room)
{
	size_t at = l->cursor;
	int columns = 1;

	while (at > 0) {
		size_t before = line_step_left(l, at);

		columns += step_columns(l, before, at);
		if (columns > room)
			break;
		at = before;
	}
	return at;
}

static int draw_bullets(const struct line *l, struct canvas *c, struct rect r,
                        size_t from)
{
	int x = 0;

	while (from < l->text.len && x < r.w) {
		canvas_text(c, r.x + x, r.y, 1, STYLE_BOLD,
		            glyph(GLYPH_BULLET));
		from = line_step_right(l, from);
		x++;
	}
	return x;
}

static int draw_bytes(const struct line *l, struct canvas *c, struct rect r,
                      size_t from, size_t to)
{
	size_t secret = line_secret_at(l);
	int used = 0;

	if (secret > to || !line_holds_secret(l))
		secret = to;
	if (from < secret)
		used = canvas_server(c, r.x, r.y, r.w, 0, STYLE_BOLD,
		                     l->text.data + from, secret - from);
	if (secret == to)
		return used;
	r.x += used;
	r.w -= used;
	return used + draw_bullets(l, c, r, from > secret ? from : secret);
}

static int draw_prompt(const struct line *l, struct canvas *c, struct rect r,
                       const char *prompt)
{
	int used;

	if (!l->searching)
		return canvas_text(c, r.x, r.y, r.w, STYLE_BOLD, prompt);
	used = canvas_textf(c, r.x, r.y, r.w, STYLE_LABEL, "%s",
	                    _("history: "));
	used += canvas_server(c, r.x + used, r.y, r.w - used, 0, STYLE_MATCH,
	                      l->query.data, l->query.len);
	return used + canvas_text(c, r.x + used, r.y, r.w - used, STYLE_LABEL,
	                          "  ");
}

int line_draw(const struct line *l, struct canvas *c, struct rect r,
              const char *prompt, bool focus)
{
	int used = draw_prompt(l, c, r, prompt);
	struct rect text = {r.x + used, r.y, r.w - used, 1};
	size_t from = first_shown(l, text.w);
	int before = 0; /* columns between the first shown and the cursor */

	if (from > 0 && text.w > 2) {
		/* there is more to the left */
		from = first_shown(l, text.w - 1);
		used += canvas_text(c, text.x, r.y, 1, STYLE_DIM,
		                    glyph(GLYPH_CUT));
		text.x++;
		text.w--;
	}

	for (size_t at = from; at < l->cursor;) {
		size_t next = line_step_right(l, at);

		before += step_columns(l, at, next);
		at = next;
	}
	used += draw_bytes(l, c, text, from, l->text.len);
	if (focus && text.w > 0)
		canvas_cursor(c, text.x + (before < text.w ? before
		                                           : text.w - 1),
		              r.y, true);
	if (l->cursor == l->text.len && l->ghost.len > 0 &&
	    !line_holds_secret(l) && !l->searching)
		used += canvas_text(c, r.x + used, r.y, r.w - used,
		                    STYLE_GHOST, l->ghost.data);
	return used;
}
