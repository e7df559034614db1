/* dmarc_record.h: the tags of a record in words. */
#include "config.h"

#include "check/dmarc_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum {
	URIS_SHOWN = 8, /* of one tag; RFC 7489 §6.2: receivers need not look
	                 * at more than two */
	SHOWN_MAX = 200, /* octets of a value; the record stands above it */
};

/* One value of one tag; NULL: any. */
static const struct {
	const char *tag, *value, *say;
} values[] = {
	{ "v", "DMARC1", "dmarc-tag-v" },
	{ "p", "none", "dmarc-tag-p-none" },
	{ "p", "quarantine", "dmarc-tag-p-quarantine" },
	{ "p", "reject", "dmarc-tag-p-reject" },
	{ "sp", "none", "dmarc-tag-sp-none" },
	{ "sp", "quarantine", "dmarc-tag-sp-quarantine" },
	{ "sp", "reject", "dmarc-tag-sp-reject" },
	{ "np", "none", "dmarc-tag-np-none" },
	{ "np", "quarantine", "dmarc-tag-np-quarantine" },
	{ "np", "reject", "dmarc-tag-np-reject" },
	{ "adkim", "r", "dmarc-tag-adkim-r" },
	{ "adkim", "s", "dmarc-tag-adkim-s" },
	{ "aspf", "r", "dmarc-tag-aspf-r" },
	{ "aspf", "s", "dmarc-tag-aspf-s" },
	{ "psd", "y", "dmarc-tag-psd-y" },
	{ "psd", "n", "dmarc-tag-psd-n" },
	{ "psd", "u", "dmarc-tag-psd-u" },
	{ "t", "y", "dmarc-tag-t-y" },
	{ "t", "n", "dmarc-tag-t-n" },
	{ "pct", NULL, "dmarc-tag-removed" },
	{ "rf", NULL, "dmarc-tag-removed" },
	{ "ri", NULL, "dmarc-tag-removed" },
};

struct telling {
	struct check *c;
	unsigned depth;
};

static char *cut(const char *text, size_t len)
{
	return len <= SHOWN_MAX ? xmemdup0(text, len)
	                        : xasprintf("%.*s...", SHOWN_MAX, text);
}

static void uri_step(const struct telling *t, const struct tag_item *item,
                     const char *say)
{
	char *text = cut(item->text, item->len);

	check_step_add(t->c, t->depth, say, text, NULL);
	free(text);
}

/* With its value, as it stands there. */
static void tag_step(const struct telling *t, const struct tag *tag,
                     const char *say)
{
	char *name = cut(tag->name, tag->name_len);
	char *value = cut(tag->value, tag->value_len), column[24];

	snprintf(column, sizeof column, "%zu", tag->fault_column);
	check_step_add(t->c, t->depth, say, name, value, column, NULL);
	free(name);
	free(value);
}

static void tell_uri(const struct telling *t, const struct tag_item *item)
{
	struct dmarc_uri u;

	dmarc_uri_parse(&u, item);
	if (item->len == 0)
		check_step_add(t->c, t->depth, "dmarc-uri-empty", NULL);
	else if (u.kind == DMARC_URI_BAD)
		uri_step(t, item, "dmarc-uri-bad");
	else if (u.kind == DMARC_URI_OTHER)
		uri_step(t, item, "dmarc-uri-scheme");
	else if (u.sized)
		uri_step(t, item, "dmarc-uri-size");
}

static void tell_uris(const struct telling *t, const struct tag *tag,
                      const char *say)
{
	const struct telling below = { t->c, t->depth + 1 };
	struct tag_item item;
	size_t at = 0, n = 0;
	char count[24];

	tag_step(t, tag, say);
	while (tag_next_item(tag, ',', &at, &item))
		if (n++ < URIS_SHOWN)
			tell_uri(&below, &item);
	if (n <= 2)
		return;
	snprintf(count, sizeof count, "%zu", n);
	check_step_add(t->c, below.depth, "dmarc-uri-many", count, NULL);
}

/* 0 or 1, and d and s, each once at most (RFC 9989 §4.8). */
static bool is_fo(const struct tag *tag)
{
	unsigned seen[128] = { 0 };
	struct tag_item item;
	size_t at = 0;

	while (tag_next_item(tag, ':', &at, &item)) {
		char c = item.len == 1 ? item.text[0] : 'x';

		c = c == 'D' || c == 'S' ? (char)(c | 0x20) : c;
		if (c != '0' && c != '1' && c != 'd' && c != 's')
			return false;
		if (seen[(unsigned char)c]++ > 0)
			return false;
	}
	return seen['0'] + seen['1'] < 2;
}

static void tell_fo(const struct telling *t, const struct tag *tag,
                    bool has_ruf)
{
	static const char *const says[][2] = {
		{ "0", "dmarc-tag-fo-0" }, { "1", "dmarc-tag-fo-1" },
		{ "d", "dmarc-tag-fo-d" }, { "s", "dmarc-tag-fo-s" },
	};
	struct tag_item item;
	size_t at = 0;

	if (!is_fo(tag)) {
		tag_step(t, tag, "dmarc-tag-bad");
		return;
	}
	while (tag_next_item(tag, ':', &at, &item))
		for (size_t i = 0; i < sizeof says / sizeof *says; i++)
			if ((item.text[0] | 0x20) == (*says[i][0] | 0x20))
				tag_step(t, tag, says[i][1]);
	if (!has_ruf)
		tag_step(t, tag, "dmarc-tag-fo-alone");
}

static bool tell_fault(const struct telling *t, const struct tag *tag)
{
	if (tag->again)
		tag_step(t, tag, "dmarc-tag-again");
	else if (tag->fault == TAG_NOTHING)
		tag_step(t, tag, "dmarc-tag-nothing");
	else if (tag->fault == TAG_NO_EQUALS)
		tag_step(t, tag, "dmarc-tag-no-equals");
	else
		return false;
	return true;
}

static void tell_value(const struct telling *t, const struct tag *tag)
{
	bool known = false;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		if (!tag_named(tag, values[i].tag))
			continue;
		known = true;
		if (!values[i].value || tag_is_word(tag, values[i].value)) {
			tag_step(t, tag, values[i].say);
			return;
		}
	}
	tag_step(t, tag, known ? "dmarc-tag-bad" : "dmarc-tag-unknown");
}

void dmarc_record_tell(struct check *c, unsigned depth, const char *text,
                       size_t len)
{
	const struct telling t = { c, depth };
	struct taglist l;
	char count[24];

	taglist_parse(&l, text, len);
	for (size_t i = 0; i < l.n; i++) {
		const struct tag *tag = &l.tags[i];

		if (tell_fault(&t, tag))
			continue;
		if (tag_named(tag, "rua"))
			tell_uris(&t, tag, "dmarc-tag-rua");
		else if (tag_named(tag, "ruf"))
			tell_uris(&t, tag, "dmarc-tag-ruf");
		else if (tag_named(tag, "fo"))
			tell_fo(&t, tag, taglist_find(&l, "ruf") != NULL);
		else
			tell_value(&t, tag);
	}
	if (l.dropped == 0)
		return;
	snprintf(count, sizeof count, "%zu", l.dropped);
	check_step_add(c, depth, "dmarc-tag-dropped", count, NULL);
}
