#include "config.h"

#include "classroom/script_arg.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void reader_error(struct reader *r, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (r->error)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	r->error = xasprintf("%s:%u: %s", r->script->name, r->number, text);
	free(text);
}

bool reader_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *r)
{
	while (r->len && reader_is_blank(*r->line)) {
		r->line++;
		r->len--;
	}
}

void reader_trim(struct reader *r)
{
	skip_blanks(r);
	while (r->len && reader_is_blank(r->line[r->len - 1]))
		r->len--;
}

const char *reader_shown(const struct reader *r, char out[SHOWN_SIZE])
{
	size_t n = r->len > SHOWN_MAX ? SHOWN_MAX : r->len;
	struct buf text = { 0 };

	/* never end within a UTF-8 character */
	while (n < r->len && n && ((unsigned char)r->line[n] & 0xc0) == 0x80)
		n--;
	escape_text(&text, r->line, n, false);
	snprintf(out, SHOWN_SIZE, "%s%s", buf_str(&text),
	         n < r->len ? "..." : "");
	buf_clear(&text);
	return out;
}

void reader_take_rest(const struct reader *r, struct script_item *item)
{
	item->text = xmemdup0(r->line, r->len);
	item->len = r->len;
}

/* Digits to *out, at most max; false when there is none or it is larger. */
static bool take_number(struct reader *r, uint32_t max, uint32_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < r->len && r->line[i] >= '0' && r->line[i] <= '9'; i++) {
		n = n * 10 + (uint64_t)(r->line[i] - '0');
		if (n > max)
			return false;
	}
	if (i == 0)
		return false;
	r->line += i;
	r->len -= i;
	*out = (uint32_t)n;
	return true;
}

static void number_arg(struct reader *r, struct script_item *item)
{
	char found[SHOWN_SIZE];

	reader_shown(r, found);
	if (!take_number(r, UINT32_MAX, &item->value) || r->len)
		reader_error(r, _("expected a number, found \"%s\""), found);
}

static bool rest_is(const struct reader *r, const char *s)
{
	return r->len == strlen(s) && memcmp(r->line, s, r->len) == 0;
}

static void time_arg(struct reader *r, struct script_item *item)
{
	char found[SHOWN_SIZE];
	uint64_t ms = 0;
	uint32_t n = 0;
	bool ok;

	reader_shown(r, found);
	ok = take_number(r, SCRIPT_TIME_MAX, &n);
	if (ok && rest_is(r, "ms"))
		ms = n;
	else if (ok && rest_is(r, "s"))
		ms = (uint64_t)n * 1000;
	else if (ok && rest_is(r, "m"))
		ms = (uint64_t)n * 60000;
	else
		ok = false;
	if (!ok || ms > SCRIPT_TIME_MAX)
		reader_error(r,
		             _("expected a time such as 20s, 500ms or 2m, at "
		               "most 60m, found \"%s\""), found);
	item->value = (uint32_t)ms;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c ? strchr(digits, c | 0x20) : NULL;

	return p ? (int)(p - digits) : -1;
}

/* After a backslash, at least one byte is left. False: no such escape. */
static bool take_escape(struct reader *r, struct buf *out)
{
	static const char from[] = "rnte0\\\"";
	static const char to[] = "\r\n\t\x1b\0\\\"";
	const char *p = *r->line ? strchr(from, *r->line) : NULL;
	int high, low;

	if (p) {
		buf_addc(out, to[p - from]);
		r->line++;
		r->len--;
		return true;
	}
	if (r->len < 3 || *r->line != 'x')
		return false;
	high = hex_digit(r->line[1]);
	low = hex_digit(r->line[2]);
	if (high < 0 || low < 0)
		return false;
	buf_addc(out, (char)(high * 16 + low));
	r->line += 3;
	r->len -= 3;
	return true;
}

/* One "quoted" part, without its repeats. */
static bool take_quoted(struct reader *r, struct buf *out)
{
	if (!r->len || *r->line != '"')
		return false;
	r->line++;
	r->len--;
	while (r->len && *r->line != '"') {
		char c = *r->line++;

		r->len--;
		if (c != '\\')
			buf_addc(out, c);
		else if (!r->len || !take_escape(r, out))
			return false;
	}
	if (!r->len)
		return false;
	r->line++;
	r->len--;
	return true;
}

/* "* 600" after a part; 1 where there is none. */
static bool take_repeat(struct reader *r, uint32_t *times)
{
	*times = 1;
	skip_blanks(r);
	if (!r->len || *r->line != '*')
		return true;
	r->line++;
	r->len--;
	skip_blanks(r);
	return take_number(r, SCRIPT_BYTES_MAX, times);
}

static void bytes_arg(struct reader *r, struct script_item *item)
{
	struct buf out = { 0 }, part = { 0 };
	uint32_t times;
	bool ok = r->len > 0;

	while (ok && r->len) {
		buf_reset(&part);
		ok = take_quoted(r, &part) && take_repeat(r, &times) &&
		     (uint64_t)part.len * times + out.len <= SCRIPT_BYTES_MAX;
		for (uint32_t i = 0; ok && i < times; i++)
			buf_add(&out, part.data, part.len);
		skip_blanks(r);
	}
	if (!ok)
		reader_error(r, _("expected bytes in double quotes, such as "
		               "\"250 ok\\r\\n\" or \"\\x1b\" or \"x\" * 600, "
		               "at most %d bytes"), SCRIPT_BYTES_MAX);
	item->len = out.len;
	item->text = buf_steal(&out);
	buf_clear(&part);
}

static void line_arg(struct reader *r, struct script_item *item)
{
	if (r->len && !reader_is_blank(*r->line)) {
		reader_error(r, _("expected a blank after the colon"));
		return;
	}
	if (r->len) {
		r->line++;
		r->len--;
	}
	reader_take_rest(r, item);
}

void reader_take_arg(struct reader *r, const struct script_word *word,
                     struct script_item *item)
{
	char found[SHOWN_SIZE];

	if (word->arg == SCRIPT_LINE) {
		line_arg(r, item);
		return;
	}
	reader_trim(r);
	switch (word->arg) {
	case SCRIPT_NUMBER:
		number_arg(r, item);
		break;
	case SCRIPT_TIME:
		time_arg(r, item);
		break;
	case SCRIPT_BYTES:
		bytes_arg(r, item);
		break;
	case SCRIPT_NONE:
		if (r->len)
			reader_error(r,
			             _("expected nothing after \"%s\", found "
			               "\"%s\""), word->name,
			             reader_shown(r, found));
		break;
	default:
		if (!r->len)
			reader_error(r, _("expected something after \"%s\""),
			          word->name);
		reader_take_rest(r, item);
	}
	if (!item->text)
		item->text = xstrdup("");
}
