#include "config.h"

#include "core/escape.h"

#include <stdio.h>
#include <string.h>

struct width_range {
	uint32_t first, last;
	int columns;
};
#include "core/width_table.h"

int char_columns(uint32_t cp)
{
	size_t low = 0;
	size_t high = sizeof(width_table) / sizeof(width_table[0]);

	if (cp >= 0x20 && cp < 0x7f)
		return 1;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct width_range *r = &width_table[middle];

		if (cp < r->first)
			high = middle;
		else if (cp > r->last)
			low = middle + 1;
		else
			return r->columns;
	}
	return cp > 0x10ffff ? -1 : 1;
}

/* Bytes that a character beginning with this byte has; 0: it cannot begin. */
static size_t utf8_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t utf8_decode(const char *s, size_t len, uint32_t *cp)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	const unsigned char *u = (const unsigned char *)s;
	size_t n = len > 0 ? utf8_length(u[0]) : 0;
	uint32_t value;

	if (n == 0 || n > len)
		return 0;
	value = u[0] & mask[n];
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (u[i] & 0x3f);
	}
	if (value < smallest[n] || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*cp = value;
	return n;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

static struct escape_piece byte_token(unsigned char byte)
{
	struct escape_piece piece = {.token = true, .used = 1};

	piece.columns = (uint8_t)snprintf(piece.text, sizeof(piece.text),
	                                  "<%02X>", byte);
	return piece;
}

static struct escape_piece char_token(uint32_t cp, size_t used)
{
	struct escape_piece piece = {.token = true, .used = used};

	piece.columns = (uint8_t)snprintf(piece.text, sizeof(piece.text),
	                                  "<U+%04X>", (unsigned)cp);
	return piece;
}

struct escape_piece escape_next(const char *data, size_t len, bool ascii,
                                unsigned marks)
{
	struct escape_piece piece = {.columns = 1};
	uint32_t cp;
	int columns;

	piece.used = utf8_decode(data, len, &cp);
	if (piece.used == 0)
		return byte_token((unsigned char)data[0]);
	columns = char_columns(cp);
	if (cp < 0x80 && columns < 0)
		return byte_token((unsigned char)cp);
	if (columns < 0 || (ascii && cp >= 0x80) ||
	    (columns == 0 && marks >= ESCAPE_COMBINING_MAX))
		return char_token(cp, piece.used);
	memcpy(piece.text, data, piece.used);
	piece.columns = (uint8_t)columns;
	return piece;
}

unsigned escape_marks(const struct escape_piece *piece, unsigned marks)
{
	if (piece->token)
		return ESCAPE_COMBINING_MAX;
	return piece->columns > 0 ? 0 : marks + 1;
}

/* data begins with < and could be read as a token of ours. */
static bool looks_like_token(const char *data, size_t len)
{
	size_t at = 1;
	size_t digits = 0;
	bool code_point = len > 2 && data[1] == 'U' && data[2] == '+';

	if (code_point)
		at = 3;
	while (at < len && data[at] != '\0' &&
	       strchr("0123456789ABCDEF", data[at]) != NULL) {
		at++;
		digits++;
	}
	if (at >= len || data[at] != '>')
		return false;
	return code_point ? digits >= 4 && digits <= 6 : digits == 2;
}

struct escape_piece escape_clear(const char *data, size_t len, bool ascii,
                                 unsigned marks)
{
	if (data[0] == '<' && looks_like_token(data, len))
		return byte_token('<');
	return escape_next(data, len, ascii, marks);
}

void escape_text(struct buf *out, const char *data, size_t len, bool ascii)
{
	unsigned marks = ESCAPE_COMBINING_MAX;

	while (len > 0) {
		struct escape_piece p = escape_clear(data, len, ascii, marks);

		buf_adds(out, p.text);
		marks = escape_marks(&p, marks);
		data += p.used;
		len -= p.used;
	}
}

int escape_columns(const char *data, size_t len, bool ascii)
{
	unsigned marks = ESCAPE_COMBINING_MAX;
	int columns = 0;

	while (len > 0) {
		struct escape_piece p = escape_next(data, len, ascii, marks);

		columns += p.columns;
		marks = escape_marks(&p, marks);
		data += p.used;
		len -= p.used;
	}
	return columns;
}
