#include "config.h"

#include "import/guess.h"

#include <stdlib.h>
#include <strings.h>

#include "util/xalloc.h"

/* How far a command asks the session to go. */
static enum stage stage_of(enum verb v, struct piece line)
{
	switch (v) {
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO: return STAGE_EHLO;
	case VERB_STARTTLS: return STAGE_TLS;
	case VERB_AUTH: return STAGE_AUTH;
	case VERB_MAIL: return STAGE_MAIL;
	case VERB_RCPT: return STAGE_RCPT;
	case VERB_DATA: return STAGE_DATA;
	case VERB_BDAT:
		return line.len > 4 && strncasecmp(line.p + line.len - 4,
		                                   "LAST", 4) == 0
		               ? STAGE_DOT : STAGE_DATA;
	default: return STAGE_CONNECT;
	}
}

static enum verb verb_of(const struct item *i)
{
	return command_find(i->line, i->len);
}

static void note_name(struct guess *g, enum verb v, const struct item *i)
{
	struct piece rest = item_line(i);

	if (v == VERB_LHLO)
		g->plan.protocol = PROTO_LMTP;
	piece_until(&rest, " ");
	rest = piece_trim(rest);
	if (g->helo || !rest.len)
		return;
	g->helo = xmemdup0(rest.p, rest.len);
}

static void note_command(struct guess *g, const struct item *i)
{
	enum verb v = verb_of(i);
	enum stage stage = stage_of(v, item_line(i));

	if (stage > g->plan.stage)
		g->plan.stage = stage;
	if (stage == STAGE_EHLO)
		note_name(g, v, i);
	g->left |= v == VERB_QUIT;
}

/* Is the line that is next one of the message? The item before it tells. */
static bool in_message(bool was, const struct item *i)
{
	struct piece line = item_line(i);

	if (i->kind == ITEM_SERVER)
		return piece_is_reply(line) && piece_code(line) == 354;
	return was && (i->kind != ITEM_CLIENT || !piece_is(line, "."));
}

static void note_wishes(struct guess *g, const struct items *items,
                        size_t from, size_t to)
{
	bool body = false, cut = false;

	for (size_t k = from; k < to; k++) {
		const struct item *i = &items->at[k];
		bool ends_body = body && !in_message(body, i);

		if (i->kind == ITEM_MESSAGE || ends_body)
			g->plan.stage = STAGE_DOT;
		if (i->kind == ITEM_CLIENT && !body)
			note_command(g, i);
		cut |= i->kind == ITEM_FAILED;
		cut |= i->kind == ITEM_CLOSED && i->by_server;
		body = in_message(body, i);
	}
	/* who was cut off wanted to go on, and most want this much */
	if (cut && !g->left && g->plan.stage < STAGE_RCPT)
		g->plan.stage = STAGE_RCPT;
}

static bool greets(unsigned code)
{
	return code == 220 || code == 421 || code == 521 || code == 554;
}

/* What the server is asked first tells the state it is in. A word that is no
 * command may be the password: better show too little than too much. */
static enum state state_before(const struct item *first)
{
	switch (verb_of(first)) {
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO: return ST_GREETED;
	case VERB_RCPT: return ST_MAIL;
	case VERB_DATA:
	case VERB_BDAT: return ST_RCPT;
	case VERB_OTHER:
		return piece_has(item_line(first), " ") ? ST_READY : ST_AUTH;
	default: return ST_READY;
	}
}

/* No greeting, as its code says and what the client said next. */
static bool answers_unheard(const struct item *reply,
                            const struct item *client)
{
	struct piece line = item_line(reply);

	return piece_is_reply(line) && !greets(piece_code(line)) &&
	       !(client && stage_of(verb_of(client), line) == STAGE_EHLO);
}

static bool is_line(const struct item *i)
{
	return i->kind == ITEM_CLIENT || i->kind == ITEM_SERVER;
}

static void note_beginning(struct guess *g, const struct items *items,
                           size_t from, size_t to)
{
	const struct item *first = NULL;
	const struct item *client = NULL;
	bool linked = false, tls = false, no_tls = false, server = false;

	for (size_t k = from; k < to; k++) {
		const struct item *i = &items->at[k];

		if (!client && i->kind == ITEM_CLIENT)
			client = i;
		server |= i->kind == ITEM_SERVER;
		linked |= !first && i->kind == ITEM_CONNECTED;
		tls |= !first && i->kind == ITEM_TLS;
		no_tls |= !first && i->kind == ITEM_FAILED &&
		          i->fail == FAIL_TLS;
		if (!first && is_line(i))
			first = i;
	}
	/* a handshake and no line: the lines were left out */
	g->plan.tls.wrap = no_tls || (tls && first);
	g->heard.deaf = !client;
	g->heard.mute = !server;
	if (!client && server) /* nobody knows; most want this much */
		g->plan.stage = STAGE_RCPT;
	if (!first)
		return;
	if (first->kind == ITEM_CLIENT && (!linked || tls)) {
		g->heard.from = state_before(first);
		g->heard.secure = tls;
	} else if (first->kind == ITEM_SERVER && (!linked || tls) &&
	           answers_unheard(first, client)) {
		g->heard.from = tls ? ST_GREETED : ST_READY;
		g->heard.secure = tls;
		g->heard.owed = true;
	}
	g->plan.tls.wrap &= g->heard.from == ST_CLOSED;
}

void guess_session(struct guess *out, const struct items *items, size_t from,
                   size_t to)
{
	*out = (struct guess){ .heard = { .from = ST_CLOSED } };
	plan_init(&out->plan);
	out->plan.stage = STAGE_CONNECT;
	out->plan.auth.clear_ok = true;
	note_wishes(out, items, from, to);
	note_beginning(out, items, from, to);
	if (!out->helo)
		out->helo = xstrdup("?"); /* no name that a greeting has */
}

void guess_clear(struct guess *g)
{
	plan_clear(&g->plan);
	free(g->helo);
}
