#include "config.h"

#include "check/result.h"

#include <stdio.h>
#include <stdlib.h>

#include "check/verdict.h"
#include "util/xalloc.h"

void result_clear(struct result *r)
{
	free(r->target);
	for (size_t i = 0; i < r->n_verdicts; i++)
		free(r->verdicts[i]);
	*r = (struct result){ 0 };
}

static void begin(struct result *r, const struct event *e)
{
	result_clear(r);
	r->target = xstrdup(event_text(e, e->target));
	r->start_us = e->t_us;
	r->outcome = OUT_LOCAL;
	r->act = ACT_UNKNOWN;
}

static void note_reply(struct result *r, const struct event *e)
{
	struct result_reply *at = &r->replies[r->n_replies++ % RESULT_REPLIES];

	at->n = e->n;
	at->code = e->u.reply.code;
	snprintf(at->enhanced, sizeof at->enhanced, "%s",
	         event_text(e, e->u.reply.enhanced));
}

static bool is_session(const struct event *verdict)
{
	return verdict->u.verdict.recipient.len == 0;
}

static size_t with_exit(const struct result *r, uint8_t exit)
{
	size_t i = 0;

	while (i < r->n_verdicts && r->verdicts[i]->u.verdict.exit != exit)
		i++;
	return i;
}

/* Several sessions may have been needed, and which of them counts is known at
 * the end only. A session's own word is better than that on one recipient. */
static void note_verdict(struct result *r, const struct event *e)
{
	size_t i = with_exit(r, e->u.verdict.exit);

	if (i == RESULT_EXITS)
		return;
	if (i == r->n_verdicts)
		r->n_verdicts++;
	else if (is_session(r->verdicts[i]) && !is_session(e))
		return;
	else
		free(r->verdicts[i]);
	r->verdicts[i] = event_copy(e);
}

static void note_about(struct result *r, uint32_t n)
{
	for (uint32_t i = 0; i < RESULT_REPLIES && i < r->n_replies; i++)
		if (r->replies[i].n == n && n) {
			r->code = r->replies[i].code;
			snprintf(r->enhanced, sizeof r->enhanced, "%s",
			         r->replies[i].enhanced);
		}
}

/* Without a verdict the exit status has to say it. */
static enum outcome outcome_of_exit(int exit)
{
	static const struct {
		int exit;
		enum outcome outcome;
	} rows[] = {
		{ EXIT_ACCEPTED, OUT_ACCEPTED }, { EXIT_SOME, OUT_MIXED },
		{ EXIT_RECIPIENT, OUT_REFUSED }, { EXIT_NO_HOST, OUT_REFUSED },
		{ EXIT_REFUSED, OUT_REFUSED }, { EXIT_IO, OUT_UNREACHABLE },
		{ EXIT_LATER, OUT_DEFERRED }, { EXIT_PROTOCOL, OUT_PROTOCOL },
		{ EXIT_TLS_AUTH, OUT_TLS }, { EXIT_CANCELLED, OUT_CANCELLED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].exit == exit)
			return rows[i].outcome;
	return OUT_LOCAL;
}

static void end(struct result *r, const struct event *e)
{
	size_t i = with_exit(r, e->u.end.exit);

	r->end_us = e->t_us;
	r->exit = e->u.end.exit;
	r->ended = true;
	r->outcome = (uint8_t)outcome_of_exit(r->exit);
	if (i == r->n_verdicts)
		return;
	r->verdict = r->verdicts[i];
	r->outcome = r->verdict->u.verdict.outcome;
	r->act = r->verdict->u.verdict.act;
	note_about(r, r->verdict->u.verdict.about);
}

void result_event(struct result *r, const struct event *e)
{
	switch (e->kind) {
	case EV_START: begin(r, e); break;
	case EV_CONNECTING:
		identify_host(&r->who, event_text(e, e->u.connect.host));
		break;
	case EV_REPLY:
		note_reply(r, e);
		identify_event(&r->who, e);
		break;
	case EV_SENT: identify_event(&r->who, e); break;
	case EV_VERDICT: note_verdict(r, e); break;
	case EV_END: end(r, e); break;
	default: break;
	}
}

const char *result_operator(const struct result *r)
{
	if (identity_known(&r->who.operator))
		return r->who.operator.name;
	if (identity_known(&r->who.software) && r->who.software.hosted)
		return r->who.software.name;
	return NULL;
}
