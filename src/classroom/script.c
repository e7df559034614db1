#include "config.h"

#include "classroom/script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { SHOWN_MAX = 40 }; /* bytes of a wrong line that a message repeats */

struct reader {
	const struct script_syntax *syntax;
	struct script *script;
	const char *line; /* the rest of the line, not NUL-terminated */
	size_t len;
	unsigned number;
	int section;
	char *error;      /* the first one; owned */
};

static void set_error(struct reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void set_error(struct reader *r, const char *fmt, ...)
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

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *r)
{
	while (r->len && is_blank(*r->line)) {
		r->line++;
		r->len--;
	}
}

static void trim(struct reader *r)
{
	skip_blanks(r);
	while (r->len && is_blank(r->line[r->len - 1]))
		r->len--;
}

/* The start of the line for a message: printable ASCII and UTF-8, bounded. */
static const char *shown(const struct reader *r, char out[SHOWN_MAX + 4])
{
	size_t n = r->len > SHOWN_MAX ? SHOWN_MAX : r->len;
	size_t i;

	/* never end within a UTF-8 character */
	while (n < r->len && n && ((unsigned char)r->line[n] & 0xc0) == 0x80)
		n--;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)r->line[i];

		out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	snprintf(out + n, 4, "%s", n < r->len ? "..." : "");
	return out;
}

static struct script_item *add_item(struct reader *r, int id)
{
	struct script *s = r->script;
	struct script_item *item;

	if (s->n_items % 64 == 0)
		s->items = xreallocarray(s->items, s->n_items + 64,
		                         sizeof *s->items);
	item = &s->items[s->n_items++];
	*item = (struct script_item){
		.id = id,
		.section = r->section,
		.line = r->number,
	};
	return item;
}

static void take_rest(struct reader *r, struct script_item *item)
{
	item->text = xmemdup0(r->line, r->len);
	item->len = r->len;
}

/* ---- arguments ------------------------------------------------------- */

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
	char found[SHOWN_MAX + 4];

	shown(r, found);
	if (!take_number(r, UINT32_MAX, &item->value) || r->len)
		set_error(r, _("expected a number, found \"%s\""), found);
}

static bool rest_is(const struct reader *r, const char *s)
{
	return r->len == strlen(s) && memcmp(r->line, s, r->len) == 0;
}

static void time_arg(struct reader *r, struct script_item *item)
{
	char found[SHOWN_MAX + 4];
	uint64_t ms = 0;
	uint32_t n = 0;
	bool ok;

	shown(r, found);
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
		set_error(r, _("expected a time such as 20s, 500ms or 2m, at "
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
		set_error(r, _("expected bytes in double quotes, such as "
		               "\"250 ok\\r\\n\" or \"\\x1b\" or \"x\" * 600, "
		               "at most %d bytes"), SCRIPT_BYTES_MAX);
	item->len = out.len;
	item->text = buf_steal(&out);
	buf_clear(&part);
}

static void line_arg(struct reader *r, struct script_item *item)
{
	if (r->len && !is_blank(*r->line)) {
		set_error(r, _("expected a blank after \"C:\" and \"S:\""));
		return;
	}
	if (r->len) {
		r->line++;
		r->len--;
	}
	take_rest(r, item);
}

static void take_arg(struct reader *r, const struct script_word *word,
                     struct script_item *item)
{
	char found[SHOWN_MAX + 4];

	if (word->arg == SCRIPT_LINE) {
		line_arg(r, item);
		return;
	}
	trim(r);
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
			set_error(r, _("expected nothing after \"%s\", found "
			               "\"%s\""), word->name, shown(r, found));
		break;
	default:
		if (!r->len)
			set_error(r, _("expected something after \"%s\""),
			          word->name);
		take_rest(r, item);
	}
	if (!item->text)
		item->text = xstrdup("");
}

/* ---- lines ----------------------------------------------------------- */

/* "title.de:" for "title:": copies "de". The suffix is two to seven letters. */
static size_t twin_length(const struct reader *r, const struct script_word *w,
                          char lang[8])
{
	size_t n = strlen(w->name) - 1; /* without the colon */
	size_t i;

	if (r->len <= n || memcmp(r->line, w->name, n) != 0 ||
	    r->line[n] != '.')
		return 0;
	for (i = 0; n + 1 + i < r->len && i < 8; i++) {
		char c = r->line[n + 1 + i];

		if (c == ':' && i >= 2) {
			lang[i] = '\0';
			return n + i + 2;
		}
		if (c < 'a' || c > 'z' || i == 7)
			return 0;
		lang[i] = c;
	}
	return 0;
}

/* Length of word w at the start of the line, 0 when it is another. */
static size_t word_length(const struct reader *r, const struct script_word *w,
                          char lang[8])
{
	size_t n = strlen(w->name);
	char last = w->name[n - 1];

	lang[0] = '\0';
	if (r->len >= n && memcmp(r->line, w->name, n) == 0 &&
	    (last == ':' || r->len == n || is_blank(r->line[n])))
		return n;
	if (w->arg != SCRIPT_TEXT)
		return 0;
	n = twin_length(r, w, lang);
	if (n == 0)
		lang[0] = '\0';
	return n;
}

static bool stands_in(const struct script_word *w, int section)
{
	return (w->in & SCRIPT_IN(section)) != 0;
}

/* The words that may stand in this section: "title:, about:, @zone". */
static char *expected_words(const struct reader *r)
{
	const struct script_word *w;
	struct buf out = { 0 };

	for (w = r->syntax->words; w->name; w++)
		if (stands_in(w, r->section))
			buf_addf(&out, "%s%s", out.len ? ", " : "", w->name);
	return buf_steal(&out);
}

static void complain_expected(struct reader *r)
{
	char found[SHOWN_MAX + 4];
	char *words = expected_words(r);

	set_error(r, _("expected one of %s, found \"%s\""), words,
	          shown(r, found));
	free(words);
}

/* The word of the line. known: also one that stands elsewhere. */
static const struct script_word *find_word(const struct reader *r, bool known,
                                           char lang[8], size_t *len)
{
	const struct script_word *w;

	for (w = r->syntax->words; w->name; w++) {
		if (!known && !stands_in(w, r->section))
			continue;
		*len = word_length(r, w, lang);
		if (*len)
			return w;
	}
	return NULL;
}

/* A line of a section where words are not all that there is: "X: ...", "@..."
 * and "=..." are meant as words even there. */
static bool is_plain(const struct reader *r)
{
	uint32_t here = SCRIPT_IN(r->section);

	if (r->line[0] == '@')
		return false;
	if (r->syntax->raw & here)
		return true;
	return (r->syntax->prose & here) && r->line[0] != '=' &&
	       !(r->len > 1 && r->line[1] == ':' && r->line[0] >= 'A' &&
	         r->line[0] <= 'Z');
}

static void word_line(struct reader *r)
{
	const struct script_word *w;
	struct script_item *item;
	char lang[8] = "";
	size_t len = 0;

	w = find_word(r, false, lang, &len);
	if (!w) {
		w = find_word(r, true, lang, &len);
		if (w)
			set_error(r, _("\"%s\" does not belong here"), w->name);
		else
			complain_expected(r);
		return;
	}
	if (w->opens)
		r->section = w->opens;
	item = add_item(r, w->id);
	memcpy(item->lang, lang, sizeof item->lang);
	r->line += len;
	r->len -= len;
	take_arg(r, w, item);
}

static const struct script_word *word_by_id(const struct reader *r, int id)
{
	const struct script_word *w;

	for (w = r->syntax->words; w->name && w->id != id; w++)
		;
	return w->name ? w : NULL;
}

/* A line that begins with a blank goes on with the text before it. */
static bool continue_text(struct reader *r)
{
	struct script *s = r->script;
	struct script_item *last =
	    s->n_items ? &s->items[s->n_items - 1] : NULL;
	const struct script_word *w = last ? word_by_id(r, last->id) : NULL;
	char *joined;

	if (!w || w->arg != SCRIPT_TEXT)
		return false;
	trim(r);
	if (last->len + r->len >= SCRIPT_TEXT_MAX) {
		set_error(r, _("expected a text of at most %d bytes"),
		          SCRIPT_TEXT_MAX);
		return true;
	}
	joined = xasprintf("%s %.*s", last->text, (int)r->len, r->line);
	free(last->text);
	last->text = joined;
	last->len = strlen(joined);
	return true;
}

static void read_line(struct reader *r)
{
	size_t blanks = 0;
	char lang[8];
	size_t len;

	while (blanks < r->len && is_blank(r->line[blanks]))
		blanks++;
	if (blanks == r->len || r->line[0] == '#')
		return;
	if (memchr(r->line, '\0', r->len)) {
		set_error(r, _("expected text, found a byte of zero (\"\\0\" "
		               "in @bytes stands for it)"));
		return;
	}
	if (r->script->n_items == SCRIPT_ITEMS_MAX) {
		set_error(r, _("expected at most %d lines"), SCRIPT_ITEMS_MAX);
		return;
	}
	if (blanks && continue_text(r))
		return;
	if (is_plain(r) && ((r->syntax->raw & SCRIPT_IN(r->section)) ||
	                    !find_word(r, false, lang, &len)))
		take_rest(r, add_item(r, 0));
	else
		word_line(r);
}

struct script *script_parse(const char *name, const char *text, size_t len,
                            const struct script_syntax *syntax, char **error)
{
	struct reader r = {
		.syntax = syntax,
		.script = xcalloc(1, sizeof *r.script),
	};
	const char *end = text + len;

	r.script->name = xstrdup(name);
	if (len > SCRIPT_FILE_MAX)
		set_error(&r, _("expected at most %d bytes"), SCRIPT_FILE_MAX);
	while (text < end && !r.error) {
		const char *lf = memchr(text, '\n', (size_t)(end - text));

		r.number++;
		r.line = text;
		r.len = (size_t)((lf ? lf : end) - text);
		if (lf && r.len && r.line[r.len - 1] == '\r')
			r.len--;
		read_line(&r);
		text = lf ? lf + 1 : end;
	}
	*error = r.error;
	if (!r.error)
		return r.script;
	script_free(r.script);
	return NULL;
}

bool script_read_file(const char *path, struct buf *text, char **error)
{
	FILE *f = fopen(path, "rb");
	size_t got = 1;
	bool ok = f != NULL;

	while (ok && got && text->len <= SCRIPT_FILE_MAX) {
		buf_reserve(text, 4096);
		got = fread(text->data + text->len, 1, 4096, f);
		text->len += got;
		ok = !ferror(f);
	}
	if (!ok)
		*error = xasprintf("%s: %s", path, strerror(errno));
	if (f)
		fclose(f);
	return ok;
}

struct script *script_load(const char *path, const struct script_syntax *syntax,
                           char **error)
{
	struct buf text = { 0 };
	struct script *s = NULL;

	if (script_read_file(path, &text, error))
		s = script_parse(path, buf_str(&text), text.len, syntax, error);
	buf_clear(&text);
	return s;
}

void script_free(struct script *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_items; i++)
		free(s->items[i].text);
	free(s->items);
	free(s->name);
	free(s);
}

char *script_complain(const struct script *s, unsigned line, const char *fmt,
                      ...)
{
	va_list ap;
	char *text, *whole;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	whole = xasprintf("%s:%u: %s", s->name, line, text);
	free(text);
	return whole;
}
