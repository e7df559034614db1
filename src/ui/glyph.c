#include "config.h"

#include "ui/glyph.h"

#include <string.h>

static const struct {
	const char *in_set[3]; /* by enum glyph_set */
} glyphs[] = {
#define GLYPH_ROW(id, unicode, console, ascii)                                 \
	[id] = {{unicode, console, ascii}},
	GLYPHS(GLYPH_ROW)
#undef GLYPH_ROW
};

static enum glyph_set used = GLYPHS_UNICODE;

enum glyph_set glyph_set_for(const char *term, bool utf8)
{
	if (!utf8)
		return GLYPHS_ASCII;
	if (term == NULL)
		return GLYPHS_UNICODE;
	if (strncmp(term, "vt1", 3) == 0 || strncmp(term, "vt2", 3) == 0)
		return GLYPHS_ASCII; /* made before there was Unicode */
	if (strncmp(term, "linux", 5) == 0)
		return GLYPHS_CONSOLE;
	return GLYPHS_UNICODE;
}

void glyph_use(enum glyph_set set)
{
	used = set;
}

enum glyph_set glyph_used(void)
{
	return used;
}

const char *glyph(enum glyph id)
{
	return glyphs[id].in_set[used];
}
