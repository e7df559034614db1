#include "config.h"

#include "import/item.h"

#include <stdlib.h>
#include <string.h>

#include "core/route.h"
#include "util/xalloc.h"

struct item *items_add(struct items *list, enum item_kind kind, size_t number)
{
	struct item *i;

	if (list->n == list->size) {
		list->size = list->size ? 2 * list->size : 64;
		list->at = xreallocarray(list->at, list->size,
		                         sizeof *list->at);
	}
	i = &list->at[list->n++];
	*i = (struct item){ .kind = kind, .number = number };
	if (kind == ITEM_CONNECTING)
		memset(list->newest, 0, sizeof list->newest);
	list->newest[kind] = list->n;
	return i;
}

struct item *items_add_line(struct items *list, enum item_kind kind,
                            size_t number, struct piece line)
{
	struct item *i = items_add(list, kind, number);

	i->line = xmemdup0(line.p, line.len);
	i->len = line.len;
	return i;
}

struct item *items_newest(struct items *list, enum item_kind kind)
{
	size_t at = list->newest[kind];

	return at ? &list->at[at - 1] : NULL;
}

void item_clear(struct item *i)
{
	for (size_t w = 0; i->words && w < WORD_COUNT; w++)
		free(i->words[w]);
	free(i->words);
	free(i->line);
}

void items_clear(struct items *list)
{
	for (size_t i = 0; i < list->n; i++)
		item_clear(&list->at[i]);
	free(list->at);
	*list = (struct items){ 0 };
}

const char *item_word(const struct item *i, enum item_word w)
{
	return i->words && i->words[w] ? i->words[w] : "";
}

void item_set(struct item *i, enum item_word w, struct piece text)
{
	if (!i->words)
		i->words = xcalloc(WORD_COUNT, sizeof *i->words);
	free(i->words[w]);
	i->words[w] = xmemdup0(text.p, text.len);
}

static bool is_address(struct piece s)
{
	char *text = xmemdup0(s.p, s.len);
	bool is = address_classify(text) != ADDR_INVALID;

	free(text);
	return is;
}

/* ":25", a port that is one. */
static void set_port(struct item *i, struct piece s)
{
	unsigned port;

	if (piece_skip(&s, ":") && piece_number(&s, &port) && port <= 65535)
		i->port = (uint16_t)port;
}

void item_set_peer(struct item *i, struct piece text)
{
	struct piece rest = piece_trim(text), name;

	if (piece_has(rest, "[") && !is_address(rest)) {
		name = piece_trim(piece_until(&rest, "["));
		item_set(i, WORD_ADDRESS, piece_until(&rest, "]"));
	} else if (is_address(rest)) { /* IPv6 has colons of its own */
		name = rest;
		rest = piece_from(rest, rest.len);
	} else {
		size_t colon = rest.len;

		while (colon > 0 && rest.p[colon - 1] != ':')
			colon--;
		colon = colon ? colon - 1 : rest.len;
		name = (struct piece){ rest.p, colon };
		rest = piece_from(rest, colon);
	}
	if (name.len)
		item_set(i, is_address(name) ? WORD_ADDRESS : WORD_HOST, name);
	set_port(i, rest);
}

struct piece item_line(const struct item *i)
{
	return (struct piece){ i->line, i->len };
}
