/*
 * theme: how each style of canvas.h looks. Pure data; UI thread.
 *
 * A theme never paints the whole background and never changes the terminal's
 * own colours. Every colour has a second cue (glyph, word or polarity), so
 * mono and ascii lose nothing but comfort. In themes of 256 colours the four
 * chips stay apart for protan, deutan and tritan eyes (tests/theme_test.c).
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>

#include "ui/canvas.h"

#define THEMES(X)                                                              \
	X(THEME_CVD_DARK, "cvd-dark")                                          \
	X(THEME_CVD_LIGHT, "cvd-light")                                        \
	X(THEME_ANSI, "ansi")                                                  \
	X(THEME_MONO, "mono")                                                  \
	X(THEME_ASCII, "ascii")
enum theme {
#define THEME_ENUM(id, name) id,
	THEMES(THEME_ENUM)
#undef THEME_ENUM
	THEME_COUNT
};

enum {
	LOOK_BOLD = 1,
	LOOK_UNDERLINE = 2,
	LOOK_REVERSE = 4,
	LOOK_DIM = 8, /* many terminals ignore it: never the only cue */
};

struct look {
	int fg, bg; /* palette index, -1 the terminal's own */
	unsigned attrs;
};

bool theme_find(const char *name, enum theme *out); /* false: no such theme */
const char *theme_name(enum theme t);
enum theme theme_next(enum theme t); /* Alt-T: dark, light, ansi, mono, ascii */
/*
 * What fits when the user chose none. colors: of the terminal (0, 8, 16, 256);
 * colorfgbg: $COLORFGBG or NULL ("15;0": the last number is the background).
 */
enum theme theme_default(int colors, const char *colorfgbg);

/* colors 0 (also NO_COLOR): attributes only, whatever the theme; below 256
 * the cvd themes look like ansi. selected: on the selected row. */
struct look theme_look(enum theme t, int colors, enum style s, bool selected);

#endif
