/*
 * blame: whose fault a reply is. For every reply that is neither 2yz nor 3yz:
 * who must act, how sure that is, which rule said so and on which words of the
 * reply, what speaks against it, and what a real mail server does next. The
 * decision itself is knowledge/cause.h's, so that Explain says the same; here
 * it becomes part of an EV_VERDICT. Pure; any thread.
 */
#ifndef CHECK_BLAME_H
#define CHECK_BLAME_H

#include "core/event.h"
#include "knowledge/cause.h"

struct blame {
	struct reply_view view;
	struct cause cause;
	const struct evidence *checks; /* those of ctx, borrowed */
};

/* reply: an EV_REPLY; ctx: the command it answers, the state that this met,
 * and what the checks found. Caller clears out with blame_clear(). */
void blame_reply(const struct event *reply, const struct explain_context *ctx,
                 struct blame *out);
/* The same for lines joined by \n: a reply out of a log or a bounce. */
void blame_text(const char *reply, const struct explain_context *ctx,
                struct blame *out);
void blame_clear(struct blame *b);

/* Rule, words, checks, contradictions and what a mail server does next, into
 * the EV_VERDICT that b is building; act and confidence are the caller's. */
void blame_put(struct event_builder *b, const struct blame *blame);

#endif
