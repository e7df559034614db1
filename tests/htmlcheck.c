#include "config.h"

#include "htmlcheck.h"

#include <ctype.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum { DEPTH_MAX = 16 };

static const struct element {
	const char *name;
	const char *parents; /* " a b " */
	int times;           /* in a page, 0 any */
	bool empty;
} elements[] = {
	{ "html", " ", 1, false },
	{ "head", " html ", 1, false },
	{ "meta", " head ", 0, true },
	{ "title", " head ", 1, false },
	{ "style", " head ", 1, false },
	{ "body", " html ", 1, false },
	{ "header", " body ", 1, false },
	{ "nav", " body ", 0, false },
	{ "main", " body ", 1, false },
	{ "footer", " body ", 1, false },
	{ "section", " main ", 0, false },
	{ "h1", " header ", 1, false },
	{ "h2", " nav section ", 0, false },
	{ "h3", " section ", 0, false },
	{ "p", " header nav section footer div ", 0, false },
	{ "div", " section li ", 0, false },
	{ "dl", " section div ", 0, false },
	{ "dt", " dl ", 0, false },
	{ "dd", " dl ", 0, false },
	{ "ol", " section ", 0, false },
	{ "ul", " div ", 0, false },
	{ "li", " ol ul ", 0, false },
	{ "table", " nav section ", 0, false },
	{ "thead", " table ", 0, false },
	{ "tbody", " table ", 0, false },
	{ "tr", " thead tbody ", 0, false },
	{ "th", " tr ", 0, false },
	{ "td", " tr ", 0, false },
	{ "pre", " div ", 0, false },
	{ "code", " pre ", 0, false },
	{ "b", " code ", 0, false },
	{ "mark", " pre ", 0, false },
	{ "strong", " p td ", 0, false },
	{ "a", " dd td ", 0, false },
	{ "bdi", " h2 h3 p td th dd code pre mark strong span a ", 0, false },
	{ "i", " bdi ", 0, false },
	{ "span", " p h3 li td ", 0, false },
	{ "br", " td th ", 0, true },
};
enum { ELEMENTS = sizeof elements / sizeof *elements };

/* element, attribute, what its value may be (extended regular expression) */
static const char *const attributes[][3] = {
	{ "html", "lang", "^(en|de)$" },
	{ "meta", "charset", "^utf-8$" },
	{ "meta", "http-equiv", "^Content-Security-Policy$" },
	{ "meta", "name", "^(referrer|viewport|color-scheme)$" },
	{ "meta", "content", "^(default-src 'none'; style-src "
	  "'sha256-[A-Za-z0-9+/]{43}='|no-referrer|light dark|"
	  "width=device-width, initial-scale=1)$" },
	{ "*", "class", "^[a-z0-9]+(-[a-z]+)?( [a-z]+)?$" },
	{ "section", "id", "^t[0-9]+$" },
	{ "th", "scope", "^(col|row)$" },
	{ "span", "aria-hidden", "^true$" },
	{ "a", "href", "^(#t[0-9]+|https://www\\.rfc-editor\\.org/rfc/rfc[0-9]+"
	  "(#section-[0-9.]+)?)$" },
};
enum { ATTRIBUTES = sizeof attributes / sizeof *attributes };

static const struct {
	const char *entity;
	char c;
} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
	{ "&quot;", '"' }, { "&#39;", '\'' }, { "&#96;", '`' } };
enum { ENTITIES = sizeof entities / sizeof *entities };

struct reader {
	const char *start, *at, *end;
	const struct element *open[DEPTH_MAX];
	size_t depth;
	int seen[ELEMENTS];
	struct buf text;
	char *error;
};

static void wrong(struct reader *r, const char *what)
{
	size_t left = (size_t)(r->end - r->at);

	if (!r->error)
		r->error = xasprintf("byte %zu: %s: %.*s",
		                     (size_t)(r->at - r->start), what,
		                     (int)(left < 60 ? left : 60), r->at);
}

static bool take(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return false;
	r->at += len;
	return true;
}

static const struct element *find(const char *name, size_t len)
{
	for (size_t i = 0; i < ELEMENTS; i++)
		if (strlen(elements[i].name) == len &&
		    memcmp(elements[i].name, name, len) == 0)
			return &elements[i];
	return NULL;
}

/* Compiled once, for the whole run of the test. */
static bool fits(size_t i, const char *value)
{
	static regex_t patterns[ATTRIBUTES];
	static bool compiled[ATTRIBUTES];

	if (!compiled[i] && regcomp(&patterns[i], attributes[i][2],
	                            REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	compiled[i] = true;
	return regexec(&patterns[i], value, 0, NULL, 0) == 0;
}

static void check_value(struct reader *r, const struct element *e,
                        const char *name, const char *value)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if ((strcmp(attributes[i][0], e->name) == 0 ||
		     *attributes[i][0] == '*') &&
		    strcmp(attributes[i][1], name) == 0 &&
		    fits(i, value))
			return;
	wrong(r, "an attribute that is not ours ends here");
}

/* ' name="value"' */
static void read_attribute(struct reader *r, const struct element *e)
{
	char *name, *value;
	size_t len = 0;

	while (r->at + len < r->end && (islower((unsigned char)r->at[len]) ||
	                                r->at[len] == '-'))
		len++;
	name = xmemdup0(r->at, len);
	r->at += len;
	if (!take(r, "=\"")) {
		wrong(r, "=\" expected");
		free(name);
		return;
	}
	for (len = 0; r->at + len < r->end && r->at[len] != '"';)
		len++;
	value = xmemdup0(r->at, len);
	r->at += len;
	check_value(r, e, name, value);
	if (!take(r, "\""))
		wrong(r, "\" expected");
	free(name);
	free(value);
}

static void check_place(struct reader *r, const struct element *e)
{
	const char *parent = r->depth ? r->open[r->depth - 1]->name : "";
	char *word = xasprintf(" %s ", parent);

	if (*parent ? !strstr(e->parents, word) : *e->parents != ' ' ||
	    e->parents[1])
		wrong(r, "an element in the wrong place ends here");
	if (e->times && ++r->seen[e - elements] > e->times)
		wrong(r, "an element once more");
	if (r->depth == DEPTH_MAX)
		wrong(r, "too deep");
	free(word);
}

static const struct element *read_name(struct reader *r)
{
	size_t len = 0;
	const struct element *e;

	while (r->at + len < r->end && isalnum((unsigned char)r->at[len]))
		len++;
	e = find(r->at, len);
	if (!e)
		wrong(r, "no element of ours");
	r->at += len;
	return e;
}

/* Of the style sheet nothing is looked at: its hash is. */
static void skip_style(struct reader *r)
{
	while (r->at < r->end && *r->at != '<')
		r->at++;
}

static void read_open(struct reader *r)
{
	const struct element *e = read_name(r);

	while (!r->error && take(r, " "))
		read_attribute(r, e);
	if (!r->error && !take(r, ">"))
		wrong(r, "> expected");
	if (r->error)
		return;
	check_place(r, e);
	if (!e->empty && !r->error)
		r->open[r->depth++] = e;
	if (strcmp(e->name, "br") == 0)
		buf_addc(&r->text, '\n');
	if (strcmp(e->name, "style") == 0)
		skip_style(r);
}

static void read_close(struct reader *r)
{
	const struct element *e = read_name(r);

	if (!r->error && (r->depth == 0 || r->open[r->depth - 1] != e))
		wrong(r, "the wrong element is closed");
	else if (!r->error && !take(r, ">"))
		wrong(r, "> expected");
	else
		r->depth--;
}

static void read_entity(struct reader *r)
{
	for (size_t i = 0; i < ENTITIES; i++)
		if (take(r, entities[i].entity)) {
			buf_addc(&r->text, entities[i].c);
			return;
		}
	wrong(r, "no entity of ours");
}

static void read_text(struct reader *r)
{
	uint32_t cp;
	size_t used = utf8_decode(r->at, (size_t)(r->end - r->at), &cp);

	if (!used || (cp != '\n' && char_columns(cp) < 0))
		wrong(r, "a character that cannot be shown");
	else if (cp == '>' || cp == '"' || cp == '\'' || cp == '`')
		wrong(r, "a character that is not escaped");
	buf_add(&r->text, r->at, used);
	r->at += used ? used : 1;
}

static void read_page(struct reader *r)
{
	if (!take(r, "<!DOCTYPE html>\n"))
		wrong(r, "no doctype");
	while (!r->error && r->at < r->end) {
		if (take(r, "</"))
			read_close(r);
		else if (take(r, "<"))
			read_open(r);
		else if (*r->at == '&')
			read_entity(r);
		else
			read_text(r);
	}
	if (!r->error && r->depth > 0)
		wrong(r, "an element is not closed");
	for (size_t i = 0; i < ELEMENTS && !r->error; i++)
		if (elements[i].times && r->seen[i] != elements[i].times)
			wrong(r, elements[i].name);
}

char *htmlcheck(const char *page, size_t len)
{
	struct reader r = { .start = page, .at = page, .end = page + len };

	read_page(&r);
	buf_clear(&r.text);
	return r.error;
}

char *htmlcheck_text(const char *page, size_t len)
{
	struct reader r = { .start = page, .at = page, .end = page + len };

	read_page(&r);
	free(r.error);
	buf_str(&r.text);
	return buf_steal(&r.text);
}
