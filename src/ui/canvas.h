/*
 * canvas: a grid of cells that panes draw on. Pure: no curses, no terminal.
 *
 * Text put on it is made safe first: server bytes go through core/escape.h,
 * so that no control, bidi or invisible character reaches a cell; wide
 * characters take two cells, a combining mark joins the cell before it (at
 * most two). Nothing is ever drawn outside the rectangle that was asked for.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell means; theme.c says how it looks. */
#define STYLES(X)                                                              \
	X(STYLE_TEXT) X(STYLE_DIM) X(STYLE_BOLD) X(STYLE_BORDER)               \
	X(STYLE_BORDER_FOCUS) X(STYLE_TITLE) X(STYLE_BAR) X(STYLE_BAR_KEY)     \
	X(STYLE_CLIENT) X(STYLE_SERVER) X(STYLE_OK) X(STYLE_GO_ON)             \
	X(STYLE_LATER) X(STYLE_NO) X(STYLE_TLS) X(STYLE_NOTE)                  \
	X(STYLE_CHIP_OK) X(STYLE_CHIP_GO_ON) X(STYLE_CHIP_LATER)               \
	X(STYLE_CHIP_NO) X(STYLE_LABEL) X(STYLE_KEY) X(STYLE_TOKEN)            \
	X(STYLE_MATCH) X(STYLE_GHOST) X(STYLE_WARN)
enum style {
#define STYLE_ENUM(id) id,
	STYLES(STYLE_ENUM)
#undef STYLE_ENUM
	STYLE_COUNT
};

struct rect {
	int x, y, w, h; /* w or h 0: not there */
};

struct cell {
	uint32_t cp[3];  /* base and up to two combining marks; 0 none */
	uint8_t style;   /* enum style */
	uint8_t width;   /* 1, 2, or 0: the right half of a wide one */
	bool selected;   /* part of the selected row */
};

struct canvas {
	int w, h;
	struct cell *cells; /* w * h, row by row; owned */
	int cursor_x, cursor_y;
	bool cursor_shown;
};

void canvas_resize(struct canvas *c, int w, int h); /* all blank then */
void canvas_blank(struct canvas *c);
void canvas_clear(struct canvas *c); /* frees */
const struct cell *canvas_at(const struct canvas *c, int x, int y);

/*
 * Our own text (UTF-8) at x,y, at most max columns; with ASCII glyphs on, it
 * is folded. A text that does not fit ends in … (or ~). Returns the columns
 * used. Control characters in it are a broken promise of ours (assert).
 */
int canvas_text(struct canvas *c, int x, int y, int max, enum style s,
                const char *text);
/* Printf form of the same; cut at 1,024 bytes. */
int canvas_textf(struct canvas *c, int x, int y, int max, enum style s,
                 const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Bytes from a server: escaped, tokens in STYLE_TOKEN. from: columns to skip
 * (horizontal scroll). Returns the columns used. */
int canvas_server(struct canvas *c, int x, int y, int max, int from,
                  enum style s, const char *data, size_t len);
/* Also what was selected there is so no more: something else lies over it. */
void canvas_fill(struct canvas *c, struct rect r, enum style s, char ch);
void canvas_select_row(struct canvas *c, int x, int y, int w);
/* Frame with a title in its upper edge; right: text at the right end of it.
 * joined: the upper edge is a ├─┤ that continues a frame above. */
void canvas_frame(struct canvas *c, struct rect r, bool focus, bool joined,
                  const char *title, const char *right);
void canvas_cursor(struct canvas *c, int x, int y, bool shown);
/* Columns of our own text as canvas_text() would use them. */
int canvas_width(const char *text);

/* One row as UTF-8 text, trailing blanks kept; caller frees. For tests. */
char *canvas_row(const struct canvas *c, int y);

#endif
