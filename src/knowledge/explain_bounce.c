#include "config.h"

#include "knowledge/bounce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/explain_parts.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static enum state before(const char *verb)
{
	static const struct {
		const char *verb;
		enum state state;
	} states[] = {
		{ "(CONNECT)", ST_CONNECTED }, { "EHLO", ST_GREETED },
		{ "HELO", ST_GREETED }, { "LHLO", ST_GREETED },
		{ "RCPT", ST_MAIL }, { "DATA", ST_RCPT },
		{ "BDAT", ST_RCPT }, { "(END OF DATA)", ST_DATA },
	};

	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].verb, verb) == 0)
			return states[i].state;
	return ST_READY;
}

static void no_reply(const struct bounce_item *i, struct explanation *x)
{
	const struct failure *f = failure_find(i->phase, i->kind);
	int act = act_find(f->act);

	*x = (struct explanation){ .cls = CLASS_NO, .confidence = CONF_LIKELY };
	part_copy(&x->title, phrase(TITLE_NO_REPLY));
	part_copy(&x->headline, phrase(HEAD_NO_REPLY));
	part_copy(&x->summary, i18n_pick(f->text_en, f->text_de));
	part_copy(&x->mta, i18n_pick(f->mta_en, f->mta_de));
	part_act(x, act < 0 ? ACT_UNKNOWN : (enum act)act);
	part_refs(x, f->source);
}

static void whom(const struct bounce_item *i, struct explanation *x)
{
	enum { SHOWN = 10 };
	struct buf list = { 0 };
	char more[24];

	for (size_t k = 0; k < i->n_recipients && k < SHOWN; k++)
		buf_addf(&list, "%s%s", k ? ", " : "", i->recipients[k]);
	if (i->n_recipients)
		part_note(x, say(BOUNCE_WHOM, buf_str(&list), NULL));
	snprintf(more, sizeof more, "%zu",
	         i->n_recipients > SHOWN ? i->n_recipients - SHOWN : 0);
	if (i->n_recipients > SHOWN)
		part_note(x, say(BOUNCE_MORE, more, NULL));
	buf_clear(&list);
}

static void where(const struct bounce_item *i, struct explanation *x)
{
	static const enum phrase sources[] = {
		[BOUNCE_BARE] = BOUNCE_IN_REPLY,
		[BOUNCE_STATUS] = BOUNCE_IN_STATUS,
		[BOUNCE_LOG] = BOUNCE_IN_LOG,
		[BOUNCE_REPORT] = BOUNCE_IN_REPORT,
		[BOUNCE_TRANSCRIPT] = BOUNCE_IN_TRANSCRIPT,
		[BOUNCE_CLIENT] = BOUNCE_IN_CLIENT,
	};
	char line[24];

	if (*i->host && *i->address)
		part_note(x, say(BOUNCE_HOST_ADDRESS, i->host, i->address,
		                 NULL));
	else if (*i->host)
		part_note(x, say(BOUNCE_HOST, i->host, NULL));
	if (*i->mta)
		part_note(x, say(BOUNCE_MTA, i->mta, NULL));
	snprintf(line, sizeof line, "%zu", i->line);
	if (i->source != BOUNCE_BARE)
		part_note(x, say(sources[i->source], line, NULL));
}

void bounce_explain(const struct bounce_item *i, struct explanation *x)
{
	char *line = i->n_recipients && strcmp(i->verb, "RCPT") == 0
	    ? xasprintf("RCPT TO:<%s>", i->recipients[0]) : xstrdup("");
	struct explain_context ctx = { .verb = i->verb, .line = line,
		.state = before(i->verb) };

	if (*i->reply)
		explain_reply(i->reply, &ctx, x);
	else if (i->no_reply)
		no_reply(i, x);
	else
		explain_text(i->status, x);
	whom(i, x);
	where(i, x);
	explain_finish(x);
	free(line);
}
