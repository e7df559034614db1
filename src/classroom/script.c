#include "config.h"

#include "classroom/script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classroom/script_arg.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

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
	    (last == ':' || r->len == n || reader_is_blank(r->line[n])))
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
	char found[SHOWN_SIZE];
	char *words = expected_words(r);

	reader_error(r, _("expected one of %s, found \"%s\""), words,
	          reader_shown(r, found));
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
			reader_error(r, _("\"%s\" does not belong here"),
			             w->name);
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
	reader_take_arg(r, w, item);
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
	reader_trim(r);
	if (last->len + r->len >= SCRIPT_TEXT_MAX) {
		reader_error(r, _("expected a text of at most %d bytes"),
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

	while (blanks < r->len && reader_is_blank(r->line[blanks]))
		blanks++;
	if (blanks == r->len || r->line[0] == '#')
		return;
	if (memchr(r->line, '\0', r->len)) {
		reader_error(r,
		             _("expected text, found a byte of zero (\"\\0\" "
		               "in @bytes stands for it)"));
		return;
	}
	if (r->script->n_items == SCRIPT_ITEMS_MAX) {
		reader_error(r, _("expected at most %d lines"),
		             SCRIPT_ITEMS_MAX);
		return;
	}
	if (blanks && continue_text(r))
		return;
	if (is_plain(r) && ((r->syntax->raw & SCRIPT_IN(r->section)) ||
	                    !find_word(r, false, lang, &len)))
		reader_take_rest(r, add_item(r, 0));
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
		reader_error(&r, _("expected at most %d bytes"),
		             SCRIPT_FILE_MAX);
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
