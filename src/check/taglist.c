#include "config.h"

#include "check/taglist.h"

#include <string.h>
#include <strings.h>

static bool is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* Octets of the blank that begins at p; 0: none does. */
static size_t blank(const char *p, const char *end)
{
	if (p < end && is_wsp(*p))
		return 1;
	return end - p > 2 && p[0] == '\r' && p[1] == '\n' && is_wsp(p[2]) ? 3
	                                                                   : 0;
}

/* [p, end) without the blanks around it. */
static struct tag_item trimmed(const char *p, const char *end)
{
	const char *last;
	size_t n;

	while ((n = blank(p, end)) > 0)
		p += n;
	last = p;
	for (const char *q = p; q < end;) {
		n = blank(q, end);
		q += n > 0 ? n : 1;
		if (n == 0)
			last = q;
	}
	return (struct tag_item){ p, (size_t)(last - p) };
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* Octets of it that may stand in a name, up to the first that may not. */
static size_t name_span(const struct tag *t)
{
	size_t i = 0;

	while (i < t->name_len &&
	       (is_alnum(t->name[i]) ||
	        (i > 0 && (t->name[i] == '_' || t->name[i] == '-' ||
	                   t->name[i] == '.'))))
		i++;
	return i;
}

static size_t value_span(const struct tag *t)
{
	const char *p = t->value, *end = p + t->value_len;

	while (p < end) {
		size_t n = blank(p, end);

		if (n == 0 && (*p < '!' || *p > '~'))
			break;
		p += n > 0 ? n : 1;
	}
	return (size_t)(p - t->value);
}

static void judge(struct tag *t, const char *text, const char *equals)
{
	size_t span = name_span(t);
	const char *at = t->name;

	if (t->name_len == 0) {
		t->fault = equals ? TAG_NO_NAME : TAG_NOTHING;
	} else if (!equals) {
		t->fault = TAG_NO_EQUALS;
	} else if (span < t->name_len) {
		t->fault = TAG_BAD_NAME;
		at += span;
	} else if ((span = value_span(t)) < t->value_len) {
		t->fault = TAG_BAD_VALUE;
		at = t->value + span;
	}
	t->column = (size_t)(t->name - text) + 1;
	t->fault_column = (size_t)(at - text) + 1;
}

static void add(struct taglist *l, const char *text, const char *p,
                const char *end)
{
	const char *equals = memchr(p, '=', (size_t)(end - p));
	struct tag_item name = trimmed(p, equals ? equals : end);
	struct tag_item value = { "", 0 };
	struct tag *t = &l->tags[l->n];

	if (l->n == TAGLIST_MAX) {
		l->dropped++;
		return;
	}
	if (equals)
		value = trimmed(equals + 1, end);
	*t = (struct tag){ .name = name.text, .name_len = name.len,
		.value = value.text, .value_len = value.len };
	judge(t, text, equals);
	for (size_t i = 0; i < l->n && t->name_len > 0; i++)
		if (l->tags[i].name_len == t->name_len &&
		    memcmp(l->tags[i].name, t->name, t->name_len) == 0)
			t->again = true;
	l->n++;
}

void taglist_parse(struct taglist *out, const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	out->n = out->dropped = 0;
	for (;;) {
		const char *stop = memchr(p, ';', (size_t)(end - p));

		if (!stop && p > text && trimmed(p, end).len == 0)
			return; /* behind the last semicolon */
		add(out, text, p, stop ? stop : end);
		if (!stop)
			return;
		p = stop + 1;
	}
}

static bool same(const char *a, size_t len, const char *b)
{
	return strlen(b) == len && memcmp(a, b, len) == 0;
}

bool tag_named(const struct tag *t, const char *name)
{
	return same(t->name, t->name_len, name);
}

bool tag_is(const struct tag *t, const char *value)
{
	return same(t->value, t->value_len, value);
}

bool tag_is_word(const struct tag *t, const char *value)
{
	return strlen(value) == t->value_len &&
	       strncasecmp(t->value, value, t->value_len) == 0;
}

const struct tag *taglist_find(const struct taglist *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (tag_named(&l->tags[i], name))
			return &l->tags[i];
	return NULL;
}

const struct tag *taglist_fault(const struct taglist *l, enum tag_fault fault)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->tags[i].fault == fault)
			return &l->tags[i];
	return NULL;
}

const struct tag *taglist_again(const struct taglist *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->tags[i].again)
			return &l->tags[i];
	return NULL;
}

bool tag_next_item(const struct tag *t, char separator, size_t *at,
                   struct tag_item *out)
{
	const char *p, *end = t->value + t->value_len, *stop;

	if (*at > t->value_len)
		return false;
	p = t->value + *at;
	stop = memchr(p, separator, (size_t)(end - p));
	if (!stop)
		stop = end;
	*out = trimmed(p, stop);
	*at = (size_t)(stop - t->value) + 1;
	return true;
}

bool tag_item_is(const struct tag_item *item, const char *text)
{
	return same(item->text, item->len, text);
}

bool tag_has_item(const struct tag *t, char separator, const char *text)
{
	struct tag_item item;
	size_t at = 0;

	while (tag_next_item(t, separator, &at, &item))
		if (tag_item_is(&item, text))
			return true;
	return false;
}
