#include "config.h"

#include "import/text.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static void add(struct text *t, struct piece line)
{
	if (t->n == t->size) {
		t->size = t->size ? 2 * t->size : 64;
		t->lines = xreallocarray(t->lines, t->size, sizeof *t->lines);
	}
	while (line.len && line.p[line.len - 1] == '\r') /* script(1): CR CR */
		line.len--;
	t->lines[t->n++] = line;
}

static enum text_fault check(struct piece line)
{
	if (line.len > TEXT_LINE_MAX)
		return TEXT_LONG;
	return memchr(line.p, '\0', line.len) ? TEXT_NUL : TEXT_FINE;
}

static enum text_fault split(struct text *t, struct piece rest)
{
	const char *end = piece_has(rest, "\n") ? "\n" : "\r";
	enum text_fault fault = TEXT_FINE;

	while (rest.len && fault == TEXT_FINE) {
		struct piece line = piece_until(&rest, end);

		fault = t->n == TEXT_LINES_MAX ? TEXT_MANY : check(line);
		add(t, line);
	}
	return fault;
}

/* With its mark, or without: every other byte of ASCII is a NUL there. */
static bool is_utf16(struct piece s)
{
	if (piece_begins(s, "\xFF\xFE") || piece_begins(s, "\xFE\xFF"))
		return true;
	return s.len >= 4 && (!s.p[0] == !s.p[2]) && (!s.p[1] == !s.p[3]) &&
	       (!s.p[0] != !s.p[1]);
}

enum text_fault text_read(struct text *out, const char *data, size_t len,
                          size_t *line)
{
	struct piece rest = { data, len };
	enum text_fault fault;

	*out = (struct text){ 0 };
	*line = 0;
	if (len > IMPORT_BYTES_MAX)
		return TEXT_BIG;
	if (is_utf16(rest))
		return TEXT_UTF16;
	piece_skip(&rest, "\xEF\xBB\xBF");
	if (rest.len == 0)
		return TEXT_EMPTY;
	fault = split(out, rest);
	*line = out->n;
	if (fault != TEXT_FINE)
		text_clear(out);
	return fault;
}

void text_clear(struct text *t)
{
	free(t->lines);
	*t = (struct text){ 0 };
}
