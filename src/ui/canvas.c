#include "config.h"

#include "ui/canvas.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/glyph.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { TEXT_BYTES_MAX = 1024 };

static const struct cell blank = {.cp = {' '}, .width = 1};

/* The place where the next character goes, and where it has to stop. */
struct pen {
	struct canvas *c;
	int x, y;
	int end;        /* first column that must not be drawn on */
	unsigned marks; /* combining marks on the cell before x */
	enum style style;
};

void canvas_resize(struct canvas *c, int w, int h)
{
	assert(w >= 0 && h >= 0);
	c->cells = xreallocarray(c->cells, (size_t)w * (size_t)h + 1,
	                         sizeof(c->cells[0]));
	c->w = w;
	c->h = h;
	canvas_blank(c);
}

void canvas_blank(struct canvas *c)
{
	size_t n = (size_t)c->w * (size_t)c->h;

	for (size_t i = 0; i < n; i++)
		c->cells[i] = blank;
	c->cursor_x = 0;
	c->cursor_y = 0;
	c->cursor_shown = false;
}

void canvas_clear(struct canvas *c)
{
	free(c->cells);
	*c = (struct canvas){.w = 0};
}

static bool is_on(const struct canvas *c, int x, int y)
{
	return x >= 0 && y >= 0 && x < c->w && y < c->h;
}

static struct cell *cell_at(struct canvas *c, int x, int y)
{
	return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

const struct cell *canvas_at(const struct canvas *c, int x, int y)
{
	if (!is_on(c, x, y))
		return &blank;
	return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

/* A wide character that loses one half loses the other, too. */
static void split_wide(struct canvas *c, int x, int y)
{
	struct cell *at = cell_at(c, x, y);

	if (at->width == 2 && x + 1 < c->w) {
		at[1].cp[0] = ' ';
		at[1].width = 1;
	} else if (at->width == 0 && x > 0) {
		at[-1].cp[0] = ' ';
		at[-1].cp[1] = at[-1].cp[2] = 0;
		at[-1].width = 1;
	}
}

static void put_cell(struct canvas *c, int x, int y, uint32_t cp,
                     enum style style)
{
	struct cell *at;

	if (!is_on(c, x, y))
		return;
	at = cell_at(c, x, y);
	split_wide(c, x, y);
	*at = (struct cell){
		.cp = {cp},
		.style = (uint8_t)style,
		.width = 1,
		.selected = at->selected,
	};
}

/* Both halves, or blanks where only one of them is on the canvas. */
static void put_wide(struct canvas *c, int x, int y, uint32_t cp,
                     enum style style)
{
	bool whole = is_on(c, x, y) && is_on(c, x + 1, y);

	put_cell(c, x, y, whole ? cp : ' ', style);
	put_cell(c, x + 1, y, ' ', style);
	if (!whole)
		return;
	cell_at(c, x, y)->width = 2;
	cell_at(c, x + 1, y)->width = 0;
	cell_at(c, x + 1, y)->cp[0] = 0;
}

/* Returns false when there is no room left for it. */
static bool put_char(struct pen *pen, uint32_t cp, int columns)
{
	if (pen->x + columns > pen->end)
		return false;
	if (columns == 2)
		put_wide(pen->c, pen->x, pen->y, cp, pen->style);
	else
		put_cell(pen->c, pen->x, pen->y, cp, pen->style);
	pen->x += columns;
	pen->marks = 0;
	return true;
}

static void put_mark(struct pen *pen, uint32_t cp)
{
	int x = pen->x - 1;
	struct cell *at;

	if (is_on(pen->c, x, pen->y) &&
	    cell_at(pen->c, x, pen->y)->width == 0)
		x--;
	if (!is_on(pen->c, x, pen->y) || pen->marks >= ESCAPE_COMBINING_MAX)
		return;
	at = cell_at(pen->c, x, pen->y);
	at->cp[1 + pen->marks] = cp;
	pen->marks++;
}

/* One decoded character of a text of ours; promised to be drawable. */
static uint32_t own_char(const char **text)
{
	uint32_t cp = 0;
	size_t used = utf8_decode(*text, strnlen(*text, 4), &cp);

	assert(used > 0);
	assert(char_columns(cp) >= 0 || cp == 0xa0);
	*text += used;
	return cp == 0xa0 ? ' ' : cp; /* no-break blank: for wrapping only */
}

/* The text as it will be drawn: as it is, or nearest ASCII in out. */
static const char *own_text(const char *text, char *out, size_t size)
{
	if (glyph_used() != GLYPHS_ASCII && !i18n_is_ascii())
		return text;
	return i18n_fold(text, out, size);
}

int canvas_width(const char *text)
{
	char folded[TEXT_BYTES_MAX];
	int columns = 0;

	text = own_text(text, folded, sizeof(folded));
	while (*text != '\0')
		columns += char_columns(own_char(&text));
	return columns;
}

int canvas_text(struct canvas *c, int x, int y, int max, enum style s,
                const char *text)
{
	char folded[TEXT_BYTES_MAX];
	struct pen pen = {
		.c = c, .x = x, .y = y, .end = x + max, .style = s,
		.marks = ESCAPE_COMBINING_MAX,
	};
	bool cut;

	if (max <= 0)
		return 0;
	text = own_text(text, folded, sizeof(folded));
	cut = canvas_width(text) > max;
	if (cut)
		pen.end--;
	while (*text != '\0') {
		uint32_t cp = own_char(&text);
		int columns = char_columns(cp);

		if (columns == 0)
			put_mark(&pen, cp);
		else if (!put_char(&pen, cp, columns))
			break;
	}
	if (cut) {
		const char *mark = glyph(GLYPH_CUT);

		pen.end = x + max;
		put_char(&pen, own_char(&mark), 1);
	}
	return pen.x - x;
}

int canvas_textf(struct canvas *c, int x, int y, int max, enum style s,
                 const char *fmt, ...)
{
	char text[TEXT_BYTES_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if ((size_t)n >= sizeof(text)) {
		/* a character that was cut in two goes altogether */
		size_t len = sizeof(text) - 1;

		while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
			len--;
		if (len > 0 && (unsigned char)text[len - 1] >= 0xc0)
			len--;
		text[len] = '\0';
	}
	return canvas_text(c, x, y, max, s, text);
}

/* A token or a character, less the columns that are scrolled out. */
static bool put_piece(struct pen *pen, const struct escape_piece *p, int from)
{
	enum style style = pen->style;
	uint32_t cp = 0;

	if (p->columns == 0 && !p->token) {
		utf8_decode(p->text, strlen(p->text), &cp);
		put_mark(pen, cp);
		return true;
	}
	if (!p->token) {
		utf8_decode(p->text, strlen(p->text), &cp);
		/* half of a wide one in view: a blank */
		if (from > 0)
			return put_char(pen, ' ', 1);
		return put_char(pen, cp, p->columns);
	}
	pen->style = STYLE_TOKEN;
	for (const char *t = p->text + from; *t != '\0'; t++) {
		if (!put_char(pen, (unsigned char)*t, 1)) {
			pen->style = style;
			return false;
		}
	}
	pen->style = style;
	pen->marks = ESCAPE_COMBINING_MAX;
	return true;
}

int canvas_server(struct canvas *c, int x, int y, int max, int from,
                  enum style s, const char *data, size_t len)
{
	struct pen pen = {
		.c = c, .x = x, .y = y, .end = x + max, .style = s,
		.marks = ESCAPE_COMBINING_MAX,
	};
	bool ascii = i18n_is_ascii();
	unsigned marks = ESCAPE_COMBINING_MAX;

	while (len > 0 && max > 0) {
		struct escape_piece p = escape_next(data, len, ascii, marks);

		marks = escape_marks(&p, marks);
		data += p.used;
		len -= p.used;
		if (from >= p.columns && from > 0) {
			from -= p.columns;
			continue;
		}
		if (!put_piece(&pen, &p, from))
			break;
		from = 0;
	}
	return pen.x - x;
}

void canvas_fill(struct canvas *c, struct rect r, enum style s, char ch)
{
	assert((unsigned char)ch >= 0x20 && (unsigned char)ch < 0x7f);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++) {
			put_cell(c, x, y, (unsigned char)ch, s);
			if (is_on(c, x, y))
				cell_at(c, x, y)->selected = false;
		}
}

void canvas_select_row(struct canvas *c, int x, int y, int w)
{
	for (int i = x; i < x + w; i++)
		if (is_on(c, i, y))
			cell_at(c, i, y)->selected = true;
}

static void put_glyph(struct canvas *c, int x, int y, enum style s,
                      enum glyph id)
{
	const char *text = glyph(id);

	put_cell(c, x, y, own_char(&text), s);
}

static void draw_sides(struct canvas *c, struct rect r, enum style s)
{
	for (int y = r.y + 1; y < r.y + r.h - 1; y++) {
		put_glyph(c, r.x, y, s, GLYPH_VERTICAL);
		put_glyph(c, r.x + r.w - 1, y, s, GLYPH_VERTICAL);
	}
}

static void draw_edge(struct canvas *c, struct rect r, int y, enum style s,
                      const enum glyph ends[2])
{
	put_glyph(c, r.x, y, s, ends[0]);
	for (int x = r.x + 1; x < r.x + r.w - 1; x++)
		put_glyph(c, x, y, s, GLYPH_HORIZONTAL);
	put_glyph(c, r.x + r.w - 1, y, s, ends[1]);
}

/* " text " at column x of the upper edge. Returns the columns used. */
static int draw_label(struct canvas *c, int x, int y, int max, enum style s,
                      const char *text)
{
	int used;

	put_cell(c, x, y, ' ', s);
	used = 1 + canvas_text(c, x + 1, y, max - 2, s, text);
	put_cell(c, x + used, y, ' ', s);
	return used + 1;
}

/* Title and right text, a dash between them and beside each corner. The right
 * one takes at most half, and is whole or not there. */
static void draw_title(struct canvas *c, struct rect r, bool focus,
                       const char *title, const char *right)
{
	enum style s = focus ? STYLE_TITLE : STYLE_TEXT;
	int room = r.w - 4;
	int w = right == NULL || right[0] == '\0' ? 0 : canvas_width(right) + 2;

	if (w > room / 2)
		w = 0;
	if (w > 0) {
		draw_label(c, r.x + r.w - 2 - w, r.y, w, s, right);
		room -= w + 1;
	}
	if (title != NULL && title[0] != '\0' && room >= 3)
		draw_label(c, r.x + 2, r.y, room, s, title);
}

void canvas_frame(struct canvas *c, struct rect r, bool focus, bool joined,
                  const char *title, const char *right)
{
	static const enum glyph top[] = {GLYPH_TOP_LEFT, GLYPH_TOP_RIGHT};
	static const enum glyph tee[] = {GLYPH_TEE_RIGHT, GLYPH_TEE_LEFT};
	static const enum glyph bottom[] = {GLYPH_BOTTOM_LEFT,
	                                    GLYPH_BOTTOM_RIGHT};
	enum style s = focus ? STYLE_BORDER_FOCUS : STYLE_BORDER;

	if (r.w < 2 || r.h < 2)
		return;
	draw_sides(c, r, s);
	draw_edge(c, r, r.y, s, joined ? tee : top);
	draw_edge(c, r, r.y + r.h - 1, s, bottom);
	draw_title(c, r, focus, title, right);
}

void canvas_cursor(struct canvas *c, int x, int y, bool shown)
{
	c->cursor_x = x < 0 ? 0 : x >= c->w && c->w > 0 ? c->w - 1 : x;
	c->cursor_y = y < 0 ? 0 : y >= c->h && c->h > 0 ? c->h - 1 : y;
	c->cursor_shown = shown && is_on(c, x, y);
}

char *canvas_row(const struct canvas *c, int y)
{
	struct buf out = {.len = 0};
	char utf8[4];

	for (int x = 0; x < c->w; x++) {
		const struct cell *at = canvas_at(c, x, y);

		for (size_t i = 0; at->width > 0 && i < 3; i++) {
			uint32_t cp = at->cp[i];

			if (cp != 0)
				buf_add(&out, utf8, utf8_encode(cp, utf8));
		}
	}
	return buf_steal(&out);
}
