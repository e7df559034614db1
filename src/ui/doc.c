#include "config.h"

#include "ui/doc.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/glyph.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void doc_init(struct doc *d, int width)
{
	*d = (struct doc){ .width = width > 0 ? width : 1 };
}

void doc_reset(struct doc *d, int width)
{
	buf_reset(&d->text);
	d->n_spans = 0;
	d->n_lines = 0;
	d->width = width > 0 ? width : 1;
	d->indent = 0;
}

void doc_clear(struct doc *d)
{
	buf_clear(&d->text);
	free(d->spans);
	free(d->lines);
	*d = (struct doc){ 0 };
}

/* Is ASCII all that may be drawn? By the locale, or by the theme. */
static bool only_ascii(void)
{
	return i18n_is_ascii() || glyph_used() == GLYPHS_ASCII;
}

static struct doc_line *last_line(struct doc *d)
{
	if (d->n_lines == 0)
		doc_line(d, 0);
	return &d->lines[d->n_lines - 1];
}

static struct doc_span *new_span(struct doc *d, enum style s)
{
	if (d->n_spans == d->spans_size) {
		d->spans_size = d->spans_size ? d->spans_size * 2 : 16;
		d->spans = xreallocarray(d->spans, d->spans_size,
		                         sizeof(*d->spans));
	}
	struct doc_span *span = &d->spans[d->n_spans++];

	*span = (struct doc_span){
		.off = (uint32_t)d->text.len,
		.style = (uint8_t)s,
	};
	last_line(d)->n_spans++;
	return span;
}

/* One character or token at the end of the last line, no questions asked. */
static void put_piece(struct doc *d, enum style s, const char *text,
                      size_t len, int columns)
{
	struct doc_line *line = last_line(d);
	struct doc_span *span = NULL;

	if (line->n_spans > 0) {
		span = &d->spans[d->n_spans - 1];
		if (span->style != (uint8_t)s ||
		    span->off + span->len != d->text.len)
			span = NULL;
	}
	if (!span)
		span = new_span(d, s);
	buf_add(&d->text, text, len);
	span->len += (uint32_t)len;
	span->columns += (uint32_t)columns;
	last_line(d)->columns += (uint32_t)columns;
}

static void put_blanks(struct doc *d, enum style s, int n)
{
	while (n-- > 0)
		put_piece(d, s, " ", 1, 1);
}

void doc_line(struct doc *d, int indent)
{
	if (d->n_lines == d->lines_size) {
		d->lines_size = d->lines_size ? d->lines_size * 2 : 8;
		d->lines = xreallocarray(d->lines, d->lines_size,
		                         sizeof(*d->lines));
	}
	d->lines[d->n_lines++] =
	    (struct doc_line){ .span = (uint32_t)d->n_spans };
	d->indent = indent < d->width / 2 ? indent : 0;
}

void doc_gap(struct doc *d, int indent)
{
	if (d->n_lines > 0)
		doc_line(d, 0);
	doc_line(d, indent);
}

int doc_column(const struct doc *d)
{
	return d->n_lines ? (int)d->lines[d->n_lines - 1].columns : 0;
}

void doc_tab(struct doc *d, int column)
{
	int n = column - doc_column(d);

	if (n <= 0)
		n = doc_column(d) > 0 && column > 0 && n < 0 ? 1 : 0;
	put_blanks(d, STYLE_TEXT, n);
}

static void wrap_line(struct doc *d)
{
	int indent = d->indent;

	doc_line(d, indent);
	put_blanks(d, STYLE_TEXT, d->indent);
}

/* Columns of the word at data, up to a blank, a line feed or the end. */
static int word_columns(const char *data, size_t len)
{
	int columns = 0;
	size_t i = 0;

	while (i < len && data[i] != ' ' && data[i] != '\n') {
		struct escape_piece p =
		    escape_next(data + i, len - i, only_ascii(), 0);

		columns += p.columns;
		i += p.used;
	}
	return columns;
}

static size_t put_word(struct doc *d, enum style s, const char *data,
                       size_t len)
{
	size_t i = 0;
	unsigned marks = ESCAPE_COMBINING_MAX;

	while (i < len && data[i] != ' ' && data[i] != '\n') {
		struct escape_piece p =
		    escape_next(data + i, len - i, only_ascii(), marks);

		marks = escape_marks(&p, marks);
		if (doc_column(d) + p.columns > d->width &&
		    doc_column(d) > d->indent)
			wrap_line(d);
		put_piece(d, p.token ? STYLE_TOKEN : s, p.text, strlen(p.text),
		          p.columns);
		i += p.used;
	}
	return i;
}

/* Words of data; newlines begin lines only in our own text. */
static void put_words(struct doc *d, enum style s, const char *data,
                      size_t len, bool own)
{
	size_t i = 0;

	last_line(d);
	while (i < len) {
		int blanks = 0;

		while (i < len && data[i] == ' ') {
			blanks++;
			i++;
		}
		if (i < len && data[i] == '\n') {
			if (own)
				doc_line(d, d->indent);
			else
				put_piece(d, STYLE_TOKEN, "<0A>", 4, 4);
			i++;
			continue;
		}
		int word = word_columns(data + i, len - i);

		if (word > 0 && doc_column(d) > d->indent &&
		    doc_column(d) + blanks + word > d->width &&
		    word <= d->width - d->indent)
			wrap_line(d);
		else if (doc_column(d) + blanks <= d->width)
			put_blanks(d, s, blanks);
		i += put_word(d, s, data + i, len - i);
	}
}

void doc_put(struct doc *d, enum style s, const char *text)
{
	size_t len = strlen(text);

	if (!only_ascii()) {
		put_words(d, s, text, len, true);
		return;
	}
	char *folded = xmalloc(len * 3 + 1);

	i18n_fold(text, folded, len * 3 + 1);
	put_words(d, s, folded, strlen(folded), true);
	free(folded);
}

void doc_putf(struct doc *d, enum style s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *text = xvasprintf(fmt, ap);

	va_end(ap);
	doc_put(d, s, text);
	free(text);
}

void doc_put_cut(struct doc *d, enum style s, const char *text, int columns)
{
	bool cut = canvas_width(text) > columns;
	char *part = xstrdup(text);
	size_t len = strlen(part);

	while (cut && len > 0 && canvas_width(part) >= columns) {
		while (len > 0 && ((unsigned char)part[--len] & 0xC0) == 0x80)
			; /* not in the middle of a character */
		part[len] = '\0';
	}
	doc_put(d, s, part);
	if (cut && columns > 0)
		doc_put(d, s, glyph(GLYPH_CUT));
	free(part);
}

void doc_server(struct doc *d, enum style s, const char *data, size_t len)
{
	put_words(d, s, data, len, false);
}

/* The part of a span behind its first skip columns. */
static const char *skip_columns(const char *s, const char *end, int *skip)
{
	while (s < end && *skip > 0) {
		struct escape_piece p =
		    escape_next(s, (size_t)(end - s), false, 0);

		*skip -= p.columns;
		s += p.used;
	}
	return s;
}

static int draw_span(const struct doc *d, const struct doc_span *span,
                     struct canvas *c, struct rect r, int *from)
{
	char text[1024];
	const char *start = d->text.data + span->off;
	const char *end = start + span->len;
	const char *s = skip_columns(start, end, from);

	if (s == end)
		return 0;
	/* A piece longer than a row is cut below: no row is that wide. */
	size_t len = (size_t)(end - s);

	if (len >= sizeof(text)) {
		len = sizeof(text) - 1;
		while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(text, s, len);
	text[len] = '\0';
	return canvas_text(c, r.x, r.y, r.w, span->style, text);
}

void doc_draw_line(const struct doc *d, size_t line, struct canvas *c,
                   struct rect r, int from)
{
	if (line >= d->n_lines || r.w <= 0 || r.h <= 0)
		return;
	const struct doc_line *l = &d->lines[line];
	bool cut = (int)l->columns - from > r.w;
	int right = r.x + r.w - (cut ? 1 : 0);

	for (uint32_t i = 0; i < l->n_spans && r.x < right; i++) {
		const struct doc_span *span = &d->spans[l->span + i];

		if ((int)span->columns <= from) {
			from -= (int)span->columns;
			continue;
		}
		int left = (int)span->columns - from;

		r.w = right - r.x;
		/* canvas_text marks what it cuts; the mark is ours to set */
		if (left > r.w)
			r.w++;
		r.x += draw_span(d, span, c, r, &from);
		from = 0;
	}
	if (cut && r.x <= right)
		canvas_text(c, right, r.y, 1, STYLE_DIM, glyph(GLYPH_CUT));
}

void doc_draw(const struct doc *d, struct canvas *c, struct rect r,
              size_t first, int from)
{
	for (int y = 0; y < r.h; y++)
		doc_draw_line(d, first + (size_t)y, c,
		              (struct rect){ r.x, r.y + y, r.w, 1 }, from);
}

char *doc_text(const struct doc *d, size_t line)
{
	struct buf b = { 0 };
	const struct doc_line *l = &d->lines[line];

	for (uint32_t i = 0; i < l->n_spans; i++) {
		const struct doc_span *span = &d->spans[l->span + i];

		buf_add(&b, d->text.data + span->off, span->len);
	}
	return buf_steal(&b);
}
