#include "config.h"

#include "ui/seek.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ui/entry.h"
#include "util/xalloc.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

void seek_set(struct seek *m, const char *text)
{
	free(m->text);
	*m = (struct seek){ .text = xstrdup(text), .len = strlen(text),
		             .fold = true };
	for (size_t i = 0; i < m->len; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			m->fold = false;
}

void seek_clear(struct seek *m)
{
	free(m->text);
	*m = (struct seek){ 0 };
}

static bool same_folded(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != b[i])
			return false;
	return true;
}

/* Offset of c in either case at or after from; SIZE_MAX none. */
static size_t find_char(const char *data, size_t len, size_t from, char c)
{
	const char *a = memchr(data + from, c, len - from);
	size_t before = a ? (size_t)(a - data) : len;
	const char *b = NULL;

	if (upper(c) != c)
		b = memchr(data + from, upper(c), before - from);
	if (b)
		return (size_t)(b - data);
	return a ? before : SIZE_MAX;
}

static size_t find_folded(const struct seek *m, const char *data, size_t len,
                          size_t from)
{
	size_t last = len - m->len;

	while (from <= last) {
		from = find_char(data, last + 1, from, m->text[0]);
		if (from == SIZE_MAX)
			return SIZE_MAX;
		if (same_folded(data + from, m->text, m->len))
			return from;
		from++;
	}
	return SIZE_MAX;
}

size_t seek_find(const struct seek *m, const char *data, size_t len,
                  size_t from)
{
	const char *hit;

	if (m->len == 0 || len < m->len || from > len - m->len)
		return SIZE_MAX;
	if (m->fold)
		return find_folded(m, data, len, from);
	hit = memmem(data + from, len - from, m->text, m->len);
	return hit ? (size_t)(hit - data) : SIZE_MAX;
}

static bool seek_reply(const struct seek *m, const struct event *e)
{
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
		struct ev_ref r = event_item(e, e->u.reply.lines, i);

		if (seek_find(m, event_text(e, r), r.len, 0) != SIZE_MAX)
			return true;
	}
	return false;
}

bool seek_entry(const struct seek *m, const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);
	struct buf b = { 0 };
	bool found;

	if (e->kind == EV_REPLY)
		return seek_reply(m, e);
	if (e->kind == EV_SENT)
		return seek_find(m, event_text(e, e->u.sent.line),
		                  e->u.sent.line.len, 0) != SIZE_MAX;
	entry_note(d, index, &b);
	found = seek_find(m, buf_str(&b), b.len, 0) != SIZE_MAX;
	buf_clear(&b);
	return found;
}
