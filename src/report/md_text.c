#include "config.h"

#include "report/md_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "util/xalloc.h"

static size_t longest_ticks(const char *s)
{
	size_t longest = 0;

	while (*s) {
		size_t n = strspn(s, "`");

		longest = n > longest ? n : longest;
		s += n ? n : 1;
	}
	return longest;
}

static void ticks(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_addc(out, '`');
}

/* One space at each end is taken off again when both are there. */
static bool needs_pad(const char *s, size_t len)
{
	return s[0] == '`' || s[len - 1] == '`' ||
	       (s[0] == ' ' && s[len - 1] == ' ' && strspn(s, " ") < len);
}

static void code(struct buf *out, const char *text, bool cell)
{
	size_t len = strlen(text), fence = longest_ticks(text) + 1;
	bool pad;

	if (len == 0)
		return;
	pad = needs_pad(text, len);
	ticks(out, fence);
	buf_adds(out, pad ? " " : "");
	for (; *text; text++)
		if (*text == '|' && cell)
			buf_adds(out, "<7C>");
		else
			buf_addc(out, *text);
	buf_adds(out, pad ? " " : "");
	ticks(out, fence);
}

void md_code(struct buf *out, const char *data, size_t len, bool cell)
{
	struct buf plain = { 0 };

	escape_text(&plain, data, len, false);
	code(out, buf_str(&plain), cell);
	buf_clear(&plain);
}

void md_ref(struct buf *out, const struct event *e, struct ev_ref r, bool cell)
{
	md_code(out, event_text(e, r), r.len, cell);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What no CommonMark, and no ticket system on top of it, makes anything of. */
static bool is_plain(const char *word, size_t len)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz0123456789"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ.,;:()/\"'%?=-";

	for (size_t i = 0; i < len; i++) {
		bool host = word[i] == '.' && i > 0 && i + 2 < len &&
		            is_letter(word[i + 1]) && is_letter(word[i + 2]);
		bool url = word[i] == ':' && i + 1 < len &&
		           word[i + 1] == '/';

		if (host || url ||
		    ((unsigned char)word[i] < 0x80 && !strchr(fine, word[i])))
			return false;
	}
	return true;
}

static bool starts(const char *s, size_t len, const char *with)
{
	return strlen(with) <= len && memcmp(s, with, strlen(with)) == 0;
}

/* Bytes of punctuation before a word. */
static size_t before(const char *word, size_t len)
{
	static const char *const marks[] = { "(", "\"", "„", "“", "‚" };
	size_t n = 0, i = 0;

	while (i < sizeof marks / sizeof *marks) {
		if (starts(word + n, len - n, marks[i])) {
			n += strlen(marks[i]);
			i = 0;
		} else {
			i++;
		}
	}
	return n;
}

static size_t behind(const char *word, size_t len)
{
	static const char *const marks[] = { ")", "\"", "“", "”", "‘", ".", ",",
		";", ":", "?" };
	size_t n = 0, i = 0;

	while (i < sizeof marks / sizeof *marks) {
		size_t size = strlen(marks[i]);

		if (size + n <= len &&
		    memcmp(word + len - n - size, marks[i], size) == 0) {
			n += size;
			i = 0;
		} else {
			i++;
		}
	}
	return n;
}

static void add_word(struct buf *out, const char *word, size_t len, bool cell)
{
	size_t first = before(word, len);
	size_t last = behind(word + first, len - first);
	char *inner;

	if (is_plain(word, len)) {
		buf_add(out, word, len);
		return;
	}
	inner = xmemdup0(word + first, len - first - last);
	buf_add(out, word, first);
	code(out, inner, cell);
	buf_add(out, word + len - last, last);
	free(inner);
}

void md_words(struct buf *out, const char *text, bool cell)
{
	while (*text) {
		size_t len = strcspn(text, " \n");

		add_word(out, text, len, cell);
		text += len;
		if (*text) {
			buf_addc(out, ' ');
			text++;
		}
	}
}

void md_item(struct buf *out, int indent, const char *label, const char *text)
{
	if (!*text)
		return;
	buf_addf(out, "%*s- **%s:** ", indent, "", label);
	md_words(out, text, false);
	buf_addc(out, '\n');
}

void md_block(struct buf *out, const char *lines)
{
	size_t longest = longest_ticks(lines);
	size_t fence = longest < 3 ? 3 : longest + 1;

	ticks(out, fence);
	buf_adds(out, "text\n");
	buf_adds(out, lines);
	ticks(out, fence);
	buf_addc(out, '\n');
}
