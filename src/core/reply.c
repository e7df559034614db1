#include "config.h"

#include "core/reply.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "util/xalloc.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9'; /* isdigit() asks the locale */
}

/* Empty lines before a reply say nothing about when it was sent. */
static bool is_blank(const struct buf *raw)
{
	for (size_t i = 0; i < raw->len; i++)
		if (raw->data[i] != '\r' && raw->data[i] != '\n')
			return false;
	return true;
}

static void begin(struct reply *r, uint32_t stamp)
{
	buf_reset(&r->raw);
	r->n_lines = 0;
	r->flags = 0;
	r->code = 0;
	r->line_off = 0;
	r->stamp = stamp;
	r->done = false;
}

void reply_clear(struct reply *r)
{
	buf_clear(&r->raw);
	free(r->lines);
	*r = (struct reply){ 0 };
}

size_t reply_partial(const struct reply *r)
{
	return r->done ? 0 : r->raw.len;
}

/* Which flags the text of a line calls for. */
static unsigned text_flags(const char *s, size_t len)
{
	unsigned flags = 0;
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		unsigned char c = (unsigned char)s[i];

		n = 1;
		if (c == 0)
			flags |= REPLY_NUL;
		else if (c == '\r')
			flags |= REPLY_BARE_CR;
		else if ((c < 0x20 && c != '\t') || c == 0x7f)
			flags |= REPLY_CONTROL;
		else if (c >= 0x80 && (n = utf8_decode(s + i, len - i, &cp)))
			flags |= cp < 0xa0 ? REPLY_CONTROL : REPLY_8BIT;
		else if (c >= 0x80) {
			flags |= REPLY_NOT_UTF8;
			n = 1;
		}
	}
	return flags;
}

static bool code_in_range(const char *s)
{
	return s[0] >= '2' && s[0] <= '5' && s[1] >= '0' && s[1] <= '5';
}

/* Is s a reply line: three digits, then blank, hyphen or the end? */
static bool well_formed(const char *s, size_t len)
{
	return len >= 3 && digit(s[0]) && digit(s[1]) && digit(s[2]) &&
	       (len == 3 || s[3] == ' ' || s[3] == '-');
}

static enum reply_result finish(struct reply *r, enum reply_result how)
{
	r->done = true;
	return how;
}

/* Judges the line that ends at the end of raw (its LF included). */
static enum reply_result take_line(struct reply *r)
{
	size_t off = r->line_off, len = r->raw.len - off - 1;
	const char *s = r->raw.data + off;
	unsigned code;

	if (len > 0 && s[len - 1] == '\r')
		len--;
	else
		r->flags |= REPLY_BARE_LF;
	r->line_off = r->raw.len;
	if (len == 0 && r->n_lines == 0) {
		r->flags |= REPLY_BLANK;
		return REPLY_MORE;
	}
	if (r->n_lines == r->size) {
		r->size = r->size ? r->size * 2 : 8;
		r->lines = xreallocarray(r->lines, r->size, sizeof *r->lines);
	}
	r->lines[r->n_lines++] = (struct reply_line){
		.off = off,
		.len = len < REPLY_LINE_MAX ? len : REPLY_LINE_MAX,
		.full = len,
	};
	if (len + 2 > REPLY_LINE_RFC)
		r->flags |= REPLY_LONG;
	if (len > REPLY_LINE_MAX)
		r->flags |= REPLY_OVERLONG;
	r->flags |= text_flags(s, len);
	if (!well_formed(s, len)) {
		r->flags |= REPLY_NOT_SMTP;
		return finish(r, REPLY_BAD);
	}
	code = (unsigned)((s[0] - '0') * 100 + (s[1] - '0') * 10 + s[2] - '0');
	if (r->n_lines > 1 && code != r->code)
		r->flags |= REPLY_CODES_DIFFER;
	if (!code_in_range(s))
		r->flags |= REPLY_RANGE;
	r->code = code;
	if (len <= 4)
		r->flags |= REPLY_NO_TEXT;
	if (len > 3 && s[3] == '-')
		return r->n_lines < REPLY_LINES_MAX ? REPLY_MORE :
		                                      finish(r, REPLY_LIMIT);
	if (r->n_lines > 1 || len > 4)
		r->flags &= ~(unsigned)REPLY_NO_TEXT;
	return finish(r, REPLY_READY);
}

enum reply_result reply_feed(struct reply *r, const char *data, size_t len,
                             uint32_t stamp, size_t *used)
{
	*used = 0;
	while (*used < len) {
		const char *from = data + *used;
		size_t left = len - *used, room, n;
		const char *lf = memchr(from, '\n', left);
		enum reply_result result;

		if (r->done || r->raw.len == 0)
			begin(r, stamp);
		else if (is_blank(&r->raw))
			r->stamp = stamp;
		room = REPLY_BYTES_MAX - r->raw.len;
		n = lf ? (size_t)(lf - from) + 1 : left;
		if (n > room) {
			buf_add(&r->raw, from, room);
			*used += room;
			return finish(r, REPLY_LIMIT);
		}
		buf_add(&r->raw, from, n);
		*used += n;
		if (!lf)
			return REPLY_MORE;
		result = take_line(r);
		if (result != REPLY_MORE)
			return result;
	}
	return REPLY_MORE;
}

const char *reply_line_text(const struct reply *r, size_t i, size_t *len)
{
	const struct reply_line *l = &r->lines[i];

	*len = l->len > 4 ? l->len - 4 : 0;
	return *len ? r->raw.data + l->off + 4 : "";
}

size_t enhanced_code_len(const char *s, size_t len)
{
	size_t i = 1;

	if (len < 5 || (s[0] != '2' && s[0] != '4' && s[0] != '5'))
		return 0;
	for (int part = 0; part < 2; part++) {
		size_t from = ++i;

		if (s[i - 1] != '.')
			return 0;
		while (i < len && i - from < 3 && digit(s[i]))
			i++;
		if (i == from || (part == 0 && i >= len))
			return 0;
	}
	return i == len || s[i] == ' ' || s[i] == '\t' ? i : 0;
}

size_t reply_enhanced(const struct reply *r, char out[16])
{
	for (size_t i = r->n_lines; i-- > 0;) {
		size_t len;
		const char *text = reply_line_text(r, i, &len);
		size_t n = enhanced_code_len(text, len);

		if (n == 0)
			continue;
		memcpy(out, text, n);
		out[n] = '\0';
		return n;
	}
	out[0] = '\0';
	return 0;
}
