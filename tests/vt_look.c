#include "config.h"

#include "vt.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

/* A letter for each style; of styles that look the same the first one. */
static const struct {
	enum style style;
	char letter;
} letters[] = {
	{STYLE_TEXT, '.'}, {STYLE_BAR, '='}, {STYLE_BAR_KEY, '#'},
	{STYLE_CHIP_OK, 'O'}, {STYLE_CHIP_GO_ON, 'G'},
	{STYLE_CHIP_LATER, 'L'}, {STYLE_CHIP_NO, 'N'}, {STYLE_BOLD, 'b'},
	{STYLE_CLIENT, 'c'}, {STYLE_OK, 'o'}, {STYLE_GO_ON, 'g'},
	{STYLE_LATER, 'l'}, {STYLE_NO, 'n'}, {STYLE_TLS, 't'},
	{STYLE_NOTE, 'e'}, {STYLE_DIM, 'd'}, {STYLE_LABEL, 'a'},
	{STYLE_KEY, 'k'}, {STYLE_TOKEN, 'u'}, {STYLE_MATCH, 'm'},
	{STYLE_WARN, 'w'}, {STYLE_TITLE, 'T'}, {STYLE_GHOST, 'd'},
	{STYLE_BORDER_FOCUS, 'b'},
};

const char vt_legend[] =
	"# . text  b bold  d dim  = bar  # key in bar  c client  e note  "
	"t TLS\n"
	"# o ok  g go on  l later  n no, large: the chips  a label  k key  "
	"u token\n"
	"# m match  w warning  T title  s selected  S selected bold  "
	"U selected token\n";

static bool same_look(struct look a, struct look b)
{
	unsigned seen = LOOK_BOLD | LOOK_UNDERLINE | LOOK_REVERSE;

	return a.fg == b.fg && a.bg == b.bg &&
	       (a.attrs & seen) == (b.attrs & seen);
}

static char letter_of(struct look look, enum theme t, int colors)
{
	static const struct {
		enum style style;
		char letter;
	} selected[] = {
		{STYLE_TEXT, 's'}, {STYLE_BOLD, 'S'}, {STYLE_TOKEN, 'U'},
	};

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (same_look(look, theme_look(t, colors, letters[i].style,
		                               false)))
			return letters[i].letter;
	for (size_t i = 0; i < sizeof(selected) / sizeof(selected[0]); i++)
		if (same_look(look, theme_look(t, colors, selected[i].style,
		                               true)))
			return selected[i].letter;
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (same_look(look, theme_look(t, colors, letters[i].style,
		                               true)))
			return letters[i].letter;
	return '?';
}

char *vt_row(const struct vt *v, int y)
{
	struct buf out = {.len = 0};
	struct vt_cell cell;
	int w, h;

	vt_size(v, &w, &h);
	for (int x = 0; x < w; x++) {
		vt_cell(v, x, y, &cell);
		buf_adds(&out, cell.text);
	}
	buf_str(&out);
	return buf_steal(&out);
}

char *vt_attr_row(const struct vt *v, int y, enum theme t, int colors)
{
	struct buf out = {.len = 0};
	struct vt_cell cell;
	int w, h;

	vt_size(v, &w, &h);
	for (int x = 0; x < w; x++) {
		vt_cell(v, x, y, &cell);
		buf_addc(&out, letter_of(cell.look, t, colors));
	}
	buf_str(&out);
	return buf_steal(&out);
}
