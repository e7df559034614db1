#include "config.h"

#include "ui/theme.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define THEME_NAME(id, name) [id] = name,
	THEMES(THEME_NAME)
#undef THEME_NAME
};

enum {
	B = LOOK_BOLD,
	U = LOOK_UNDERLINE,
	R = LOOK_REVERSE,
	D = LOOK_DIM,
	/* Fixed places of the 256 colours; 0-15 are the user's own. */
	BLACK = 16,
	WHITE = 231,
	DARK_SELECTED = 237,
	LIGHT_SELECTED = 254,
};

/*
 * One row a style. The text colours of dark were searched for so that any two
 * of the seven stay apart for all kinds of colour vision; light has no such
 * set, so there only the chips have colour. The chip of 5yz is white on dark
 * while that of 4yz is black on bright: they differ in polarity, too.
 */
static const struct {
	struct look dark, light, ansi;
	unsigned mono;
} styles[] = {
	[STYLE_TEXT] = {{-1, -1, 0}, {-1, -1, 0}, {-1, -1, 0}, 0},
	[STYLE_DIM] = {{245, -1, 0}, {241, -1, 0}, {-1, -1, D}, 0},
	[STYLE_BOLD] = {{-1, -1, B}, {-1, -1, B}, {-1, -1, B}, B},
	[STYLE_BORDER] = {{-1, -1, 0}, {-1, -1, 0}, {-1, -1, 0}, 0},
	[STYLE_BORDER_FOCUS] = {{-1, -1, B}, {-1, -1, B}, {-1, -1, B}, B},
	[STYLE_TITLE] = {{-1, -1, B}, {-1, -1, B}, {-1, -1, B}, R | B},
	[STYLE_BAR] = {{BLACK, 250, 0}, {BLACK, 250, 0}, {-1, -1, R}, R},
	[STYLE_BAR_KEY] = {{BLACK, 250, B}, {BLACK, 250, B}, {-1, -1, R | B},
	                   R | B},
	[STYLE_CLIENT] = {{33, -1, 0}, {-1, -1, 0}, {4, -1, B}, 0},
	[STYLE_SERVER] = {{-1, -1, 0}, {-1, -1, 0}, {-1, -1, 0}, 0},
	[STYLE_OK] = {{121, -1, 0}, {-1, -1, 0}, {2, -1, 0}, 0},
	[STYLE_GO_ON] = {{220, -1, 0}, {-1, -1, U}, {6, -1, 0}, U},
	[STYLE_LATER] = {{172, -1, 0}, {-1, -1, B}, {3, -1, 0}, B},
	[STYLE_NO] = {{203, -1, 0}, {-1, -1, B}, {1, -1, B}, R},
	[STYLE_TLS] = {{133, -1, 0}, {-1, -1, 0}, {5, -1, 0}, 0},
	[STYLE_NOTE] = {{249, -1, 0}, {-1, -1, 0}, {-1, -1, 0}, 0},
	[STYLE_CHIP_OK] = {{BLACK, 121, B}, {BLACK, 121, B}, {0, 2, 0}, 0},
	[STYLE_CHIP_GO_ON] = {{BLACK, 220, B}, {BLACK, 220, B}, {0, 6, 0}, U},
	[STYLE_CHIP_LATER] = {{BLACK, 172, B}, {BLACK, 172, B}, {0, 3, 0}, B},
	[STYLE_CHIP_NO] = {{WHITE, 124, B}, {WHITE, 124, B}, {7, 1, B}, R},
	[STYLE_LABEL] = {{81, -1, B}, {-1, -1, B}, {6, -1, B}, B},
	[STYLE_KEY] = {{220, -1, B}, {-1, -1, B}, {-1, -1, B}, B},
	[STYLE_TOKEN] = {{249, -1, U}, {-1, -1, U}, {-1, -1, U}, U},
	[STYLE_MATCH] = {{BLACK, 228, 0}, {BLACK, 228, 0}, {-1, -1, R}, R},
	[STYLE_GHOST] = {{245, -1, 0}, {241, -1, 0}, {-1, -1, D}, 0},
	[STYLE_WARN] = {{203, -1, B}, {-1, -1, B | R}, {1, -1, B | R}, B | R},
};

bool theme_find(const char *name, enum theme *out)
{
	for (int i = 0; i < THEME_COUNT; i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (enum theme)i;
			return true;
		}
	}
	return false;
}

const char *theme_name(enum theme t)
{
	return names[t];
}

enum theme theme_next(enum theme t)
{
	return (enum theme)((t + 1) % THEME_COUNT);
}

/* The background that $COLORFGBG tells; -1 when it tells none. */
static int background(const char *colorfgbg)
{
	const char *last = colorfgbg == NULL ? NULL : strrchr(colorfgbg, ';');
	char *end;
	long value;

	if (last == NULL || last[1] < '0' || last[1] > '9')
		return -1;
	value = strtol(last + 1, &end, 10);
	return *end == '\0' && value < 16 ? (int)value : -1;
}

enum theme theme_default(int colors, const char *colorfgbg)
{
	int bg = background(colorfgbg);

	if (colors < 8)
		return THEME_MONO;
	if (colors < 256)
		return THEME_ANSI;
	/* 7 light grey and the bright ones but 8, which is dark grey */
	return bg == 7 || bg > 8 ? THEME_CVD_LIGHT : THEME_CVD_DARK;
}

static struct look plain_look(enum theme t, int colors, enum style s)
{
	if (colors < 8 || t == THEME_MONO || t == THEME_ASCII)
		return (struct look){-1, -1, styles[s].mono};
	if (t == THEME_ANSI || colors < 256)
		return styles[s].ansi;
	return t == THEME_CVD_LIGHT ? styles[s].light : styles[s].dark;
}

struct look theme_look(enum theme t, int colors, enum style s, bool selected)
{
	struct look look = plain_look(t, colors, s);

	if (!selected)
		return look;
	if (colors < 256 || t > THEME_CVD_LIGHT)
		look.attrs ^= LOOK_REVERSE;
	else if (look.bg == -1)
		look.bg = t == THEME_CVD_LIGHT ? LIGHT_SELECTED : DARK_SELECTED;
	/* on the lighter ground of the selection grey would be too faint */
	if (look.bg == DARK_SELECTED && look.fg != -1)
		look.fg = -1;
	return look;
}
