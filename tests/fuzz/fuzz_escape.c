/*
 * fuzz_escape: whatever bytes a server sends, what is shown has no control, no
 * invisible and no invalid character, and the columns are what was promised.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/canvas.h"
#include "util/xalloc.h"

const char *const fuzz_inputs[] = {"escape", "@data/display", NULL};

static void must(bool promise)
{
	if (!promise)
		abort();
}

static void check_shown(const char *text, size_t len, int columns)
{
	while (len > 0) {
		uint32_t cp;
		size_t used = utf8_decode(text, len, &cp);

		must(used > 0);
		must(char_columns(cp) >= 0);
		columns -= char_columns(cp);
		text += used;
		len -= used;
	}
	must(columns == 0);
}

static void check_pieces(const char *data, size_t len, bool ascii)
{
	unsigned marks = ESCAPE_COMBINING_MAX;

	while (len > 0) {
		struct escape_piece p = escape_next(data, len, ascii, marks);

		must(p.used >= 1 && p.used <= len);
		must(p.columns > 0 || marks < ESCAPE_COMBINING_MAX);
		check_shown(p.text, strlen(p.text), p.columns);
		marks = escape_marks(&p, marks);
		data += p.used;
		len -= p.used;
	}
}

/* Nothing is drawn outside of the place that was asked for. */
static void check_canvas(const char *data, size_t len)
{
	struct canvas c = {.w = 0};
	int from = len > 0 ? (unsigned char)data[0] % 20 : 0;
	int used;

	canvas_resize(&c, 12, 3);
	canvas_fill(&c, (struct rect){0, 0, 12, 3}, STYLE_TEXT, '#');
	used = canvas_server(&c, 2, 1, 7, from, STYLE_TEXT, data, len);
	must(used >= 0 && used <= 7);
	for (int y = 0; y < 3; y++)
		for (int x = 0; x < 12; x++)
			if (y != 1 || x < 2 || x >= 2 + used)
				must(canvas_at(&c, x, y)->cp[0] == '#');
	canvas_clear(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = {.len = 0};

	for (int ascii = 0; ascii < 2; ascii++) {
		check_pieces((const char *)data, size, ascii);
		buf_reset(&out);
		escape_text(&out, (const char *)data, size, ascii);
		must(out.len >= size || size == 0);
	}
	check_canvas((const char *)data, size);
	buf_clear(&out);
	return 0;
}
