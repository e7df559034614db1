#include "config.h"

#include "knowledge/explain_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/ehlo.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static void now_state(enum state state, struct explanation *x)
{
	const struct state_row *row = state_row_find(state);

	part_copy(&x->title, phrase(TITLE_NOW));
	part_copy(&x->headline, _(state_help(state)));
	part_copy(&x->summary, i18n_pick(row->text_en, row->text_de));
	part_try(x, TRY_TEXT, xstrdup(i18n_pick(row->next_en, row->next_de)),
	         NULL);
	part_refs(x, row->source);
}

/* A command is under way: the turn is the server's. */
static void now_pending(const struct dialog_now *now, struct explanation *x)
{
	if (!now->prompt || !now->prompt->u.prompt.pending)
		return;
	part_copy(&x->headline, phrase(HEAD_WAITING));
	part_copy(&x->code_text, phrase(NOW_PENDING));
}

/* The guide's proposal, ready for the input line. */
static void now_proposal(const struct dialog_now *now, struct explanation *x)
{
	const struct event *p = now->prompt;
	const char *line = p ? event_text(p, p->u.prompt.line) : "";
	size_t len = strcspn(line, " \t");
	enum verb v = command_find(line, strlen(line));
	const struct command *c = command_info(v);

	if (!*line)
		return;
	part_try(x, TRY_LINE, say(TRY_PUT_LINE, line, NULL), line);
	if (v != VERB_OTHER && len)
		part_set(&x->code_text,
		         say(NOW_NEXT, c->name,
		             i18n_pick(c->explain_en, c->explain_de), NULL));
}

static void now_question(const struct event *ask, struct explanation *x)
{
	const char *id = event_text(ask, ask->u.ask.id);
	struct ev_ref args = ask->u.ask.args;

	part_copy(&x->headline, phrase(HEAD_QUESTION));
	if (strcmp(id, "private-address") == 0 && args.len >= 2)
		part_set(&x->summary,
		         say(ASK_PRIVATE, event_item_text(ask, args, 0),
		             event_item_text(ask, args, 1), NULL));
	else if (strcmp(id, "auth-clear") == 0)
		part_copy(&x->summary, phrase(ASK_CLEAR));
	else if (strcmp(id, "password") == 0)
		part_set(&x->summary,
		         say(ASK_PASSWORD,
		             args.len ? event_item_text(ask, args, 0) : "",
		             NULL));
	else
		part_copy(&x->summary, phrase(ASK_OTHER));
	part_act(x, ACT_US);
	part_copy(&x->who, phrase(WHO_YOU_ANSWER));
}

void explain_now(const struct dialog *d, struct explanation *out)
{
	const struct dialog_now *now = dialog_now(d);

	*out = (struct explanation){ .act = ACT_NOBODY, .cls = CLASS_NOTE,
		                     .confidence = CONF_SURE };
	part_act(out, ACT_NOBODY);
	part_copy(&out->who, "");
	if (now->connecting && !now->connected) {
		part_copy(&out->title, phrase(TITLE_NOW));
		part_copy(&out->headline, phrase(HEAD_CONNECTING));
		part_copy(&out->summary, phrase(SUM_CONNECTING));
		part_refs(out, "RFC 5321 §5.1");
	} else if (!now->connected && !now->session && now->has_route) {
		const struct route_row *r = route_row_find(now->route);

		part_set(&out->title, say(TITLE_ROUTE, now->domain, NULL));
		part_copy(&out->headline, i18n_pick(r->head_en, r->head_de));
		part_copy(&out->summary, i18n_pick(r->text_en, r->text_de));
		part_copy(&out->mta, i18n_pick(r->mta_en, r->mta_de));
		part_refs(out, r->source);
	} else {
		now_state(now->closed || now->failed ? ST_CLOSED : now->state,
		          out);
		now_proposal(now, out);
		now_pending(now, out);
	}
	if (now->ask)
		now_question(now->ask, out);
	explain_finish(out);
}
