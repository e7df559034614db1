#include "config.h"

#include "import/player.h"

#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/finding.h"
#include "import/player_priv.h"
#include "util/i18n.h"

void player_give(struct player *p, struct event *e)
{
	if (!p->stopped)
		p->stopped = !p->calls->see(p->calls->arg, e);
	free(e);
}

void player_post(struct player *p, struct event_builder *b, uint32_t session)
{
	b->e.n = p->next_n++;
	b->e.session = session;
	b->e.target = event_puts(b, p->target);
	player_give(p, event_finish(b));
}

void player_remark(struct player *p, const char *id, const char *arg,
                   uint32_t session)
{
	struct event_builder b;

	finding_begin(&b, id, &arg, arg ? 1 : 0, 0);
	player_post(p, &b, session);
}

/* ---- where one connection ends and the next begins ---- */

struct seam { /* what is known of the connection so far */
	bool any;    /* there is something of it */
	bool linked; /* ITEM_CONNECTED, or a line */
	bool ended;  /* closed or failed */
	bool quit, bye; /* said; answered */
};

static bool greets(const struct item *i)
{
	struct piece line = item_line(i);

	return i->kind == ITEM_SERVER && piece_is_reply(line) &&
	       piece_code(line) == 220;
}

static bool begins_new(const struct seam *s, const struct item *i)
{
	if (!s->any)
		return false;
	switch (i->kind) {
	case ITEM_TARGET:
	case ITEM_CONNECTING: return true;
	case ITEM_CONNECTED: return s->linked || s->ended;
	case ITEM_CLIENT: return s->ended || s->bye;
	case ITEM_SERVER: return s->ended || (s->bye && greets(i));
	default: return false;
	}
}

static void note(struct seam *s, const struct item *i)
{
	bool line = i->kind == ITEM_CLIENT || i->kind == ITEM_SERVER;

	s->any |= i->kind != ITEM_TARGET;
	s->linked |= line || i->kind == ITEM_CONNECTED;
	s->ended |= i->kind == ITEM_CLOSED;
	s->ended |= i->kind == ITEM_FAILED && !s->linked;
	if (i->kind == ITEM_CLIENT)
		s->quit = command_find(i->line, i->len) == VERB_QUIT;
	else if (i->kind == ITEM_SERVER)
		s->bye = s->quit;
}

/* The end of the connection whose first item is at from. */
static size_t end_of(const struct items *items, size_t from)
{
	struct seam s = { 0 };
	size_t i = from;

	while (i < items->n && !begins_new(&s, &items->at[i]))
		note(&s, &items->at[i++]);
	return i;
}

static bool is_of_session(const struct item *i)
{
	return i->kind != ITEM_TARGET && i->kind != ITEM_CLOSED;
}

bool player_has_session(const struct items *items)
{
	for (size_t i = 0; i < items->n; i++)
		if (is_of_session(&items->at[i]))
			return true;
	return false;
}

/* ---- runs ---- */

/* Whom the first connection is to, as far as it is told: the name may come
 * with the second item only. */
static const char *peer_of(const struct player *p, const struct item *first)
{
	const struct item *end = p->items->at + p->items->n;
	const char *address = "";

	for (const struct item *i = first; i < end; i++) {
		if (i->kind != ITEM_CONNECTING && i->kind != ITEM_CONNECTED)
			break;
		if (*item_word(i, WORD_HOST))
			return item_word(i, WORD_HOST);
		if (!*address)
			address = item_word(i, WORD_ADDRESS);
	}
	return *address ? address : p->name;
}

static void begin_run(struct player *p, const struct item *first)
{
	const struct item *told = first->kind == ITEM_TARGET ? first : NULL;
	struct event_builder b;

	p->sums = (struct sums){ .exit = 0 };
	p->as_typed = told != NULL;
	p->target = p->name;
	if (told)
		p->target = item_word(told, WORD_TARGET);
	else
		p->target = peer_of(p, first);
	event_begin(&b, EV_START);
	b.e.u.start.program = event_puts(&b, told ? PACKAGE_NAME : p->program);
	b.e.u.start.version =
	    event_puts(&b, told ? item_word(told, WORD_VERSION) : "");
	b.e.u.start.time =
	    event_puts(&b, told ? item_word(told, WORD_TIME) : "");
	b.e.u.start.options = event_puts(&b, "");
	b.e.u.start.lang = event_puts(&b, i18n_tag());
	player_post(p, &b, 0);
	player_remark(p, "transcript", told ? PACKAGE_NAME : p->program, 0);
}

static void end_run(struct player *p)
{
	struct event_builder b;

	event_begin(&b, EV_END);
	b.e.u.end = p->sums.sum;
	b.e.u.end.exit = p->sums.exit;
	player_post(p, &b, 0);
}

/* A new run begins with each target that a connection was made for. */
static void run_all(struct player *p)
{
	const struct items *items = p->items;
	const struct item *told = NULL;
	bool open = false;

	for (size_t from = 0; from < items->n && !p->stopped;) {
		const struct item *i = &items->at[from];
		size_t to;

		if (!is_of_session(i)) {
			told = i->kind == ITEM_TARGET ? i : told;
			from++;
			continue;
		}
		if (open && told)
			end_run(p);
		if (!open || told)
			begin_run(p, told ? told : i);
		open = true;
		told = NULL;
		to = end_of(items, from);
		player_session(p, from, to);
		from = to;
	}
	end_run(p);
}

bool player_run(const char *program, const char *name,
                const struct items *items, const struct player_calls *calls)
{
	const char *slash = strrchr(name, '/');
	struct player p = { .items = items, .calls = calls,
		.program = program, .name = slash ? slash + 1 : name,
		.next_n = 1 };

	run_all(&p);
	return !p.stopped;
}
