#include "config.h"

#include "check/blame.h"

#include <stdlib.h>
#include <string.h>

#include "knowledge/cause_words.h"
#include "util/xalloc.h"

static void decide(const struct explain_context *ctx, struct blame *out)
{
	out->checks = ctx->checks;
	cause_find(&out->view, ctx, &out->cause);
}

void blame_reply(const struct event *reply, const struct explain_context *ctx,
                 struct blame *out)
{
	view_event(&out->view, reply);
	decide(ctx, out);
}

void blame_text(const char *reply, const struct explain_context *ctx,
                struct blame *out)
{
	view_text(&out->view, reply);
	decide(ctx, out);
}

void blame_clear(struct blame *b)
{
	view_clear(&b->view);
}

static struct ev_ref put_contradictions(struct event_builder *b,
                                        unsigned bits)
{
	const char *ids[CONTRADICTIONS];
	size_t n = 0;

	for (unsigned i = 0; i < CONTRADICTIONS; i++)
		if (bits >> i & 1)
			ids[n++] = contradiction_id(i);
	return event_put_texts(b, ids, n);
}

/* 0, 6 to 9: no reply at all, and nothing that the table has a row for */
static const char *mta_of(const struct blame *blame)
{
	unsigned first = blame->view.code / 100;

	if (first < 2 || first > 5)
		return "NONE";
	return blame->cause.meaning ? blame->cause.meaning->mta : "";
}

/* The check that found the reason says best what to do about it. */
static void put_advice(struct event_builder *b, const struct blame *blame)
{
	const struct event *e = evidence_worst(blame->checks,
	                                       blame->cause.supports);
	struct ev_verdict *v = &b->e.u.verdict;
	const char **args;

	if (!e)
		return;
	args = xcalloc(e->u.check.args.len, sizeof *args);
	for (uint32_t i = 0; i < e->u.check.args.len; i++)
		args[i] = event_item_text(e, e->u.check.args, i);
	v->advice = event_puts(b, event_text(e, e->u.check.say));
	v->advice_args = event_put_texts(b, args, e->u.check.args.len);
	free(args);
}

void blame_put(struct event_builder *b, const struct blame *blame)
{
	const struct explain_context ctx = { .checks = blame->checks };
	struct ev_verdict *v = &b->e.u.verdict;
	struct grounds g;

	grounds_of_cause(&blame->cause, &blame->view, &ctx, &g);
	v->because = event_puts(b, g.rule);
	v->words = event_puts(b, g.words);
	v->supports = event_put_texts(b, g.supports, g.n_supports);
	v->opposes = event_put_texts(b, g.opposes, g.n_opposes);
	v->contradictions = put_contradictions(b, g.contradictions);
	v->mta = event_puts(b, mta_of(blame));
	put_advice(b, blame);
}
