#include "config.h"

#include "check/judge.h"

#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "util/xalloc.h"

struct rcpt { /* a RCPT that went out */
	uint32_t n;          /* of its EV_SENT */
	char *address;       /* as typed, without <> */
	struct event *reply; /* copy; NULL while none came */
	enum state before;
};

struct judge {
	struct judge_out out;
	uint32_t session;
	enum stage wanted;
	enum state state;       /* after the events seen so far */
	struct event *decisive; /* copy of the reply that decides, or NULL */
	enum state decisive_before; /* what its command met */
	struct rcpt *rcpts;     /* without a verdict yet, in order */
	size_t n_rcpts, size;
	size_t n_due;           /* of them answered */
	struct judge_sum sum;
	char **deferred;        /* sum.deferred of them */
};

struct judge *judge_new(const struct judge_out *out, uint32_t session,
                        enum stage wanted)
{
	struct judge *j = xcalloc(1, sizeof *j);

	j->out = *out;
	j->session = session;
	j->wanted = wanted;
	j->state = ST_CLOSED;
	return j;
}

static void clear_rcpt(struct rcpt *r)
{
	free(r->address);
	free(r->reply);
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->n_rcpts; i++)
		clear_rcpt(&j->rcpts[i]);
	for (size_t i = 0; i < j->sum.deferred; i++)
		free(j->deferred[i]);
	free(j->deferred);
	free(j->rcpts);
	free(j->decisive);
	free(j);
}

static struct rcpt *add_rcpt(struct judge *j)
{
	if (j->n_rcpts == j->size) {
		j->size = j->size ? 2 * j->size : 4;
		j->rcpts = xreallocarray(j->rcpts, j->size, sizeof *j->rcpts);
	}
	return &j->rcpts[j->n_rcpts++];
}

static void see_sent(struct judge *j, const struct event *e)
{
	if (strcmp(event_text(e, e->u.sent.verb), "RCPT") != 0)
		return;
	*add_rcpt(j) = (struct rcpt){
		.n = e->n,
		.address = command_path(event_text(e, e->u.sent.line)),
	};
}

/* LMTP, behind the message: one who was accepted is judged once more. */
static void see_delivery(struct judge *j, const struct event *e)
{
	struct rcpt *r = add_rcpt(j);

	*r = (struct rcpt){
		.address = xstrdup(event_text(e, e->u.reply.recipient)),
		.reply = event_copy(e),
		.before = j->state,
	};
	j->n_due = j->n_rcpts;
}

static void see_reply(struct judge *j, const struct event *e,
                      const struct session_result *r)
{
	if (e->n == r->reply_n) {
		free(j->decisive);
		j->decisive = event_copy(e);
		j->decisive_before = j->state;
	}
	if (e->u.reply.recipient.len) {
		see_delivery(j, e);
		return;
	}
	for (size_t i = j->n_due; i < j->n_rcpts; i++)
		if (j->rcpts[i].n == e->u.reply.to) {
			j->rcpts[i].reply = event_copy(e);
			j->rcpts[i].before = j->state;
			j->n_due = i + 1;
			return;
		}
}

/* Replies no longer match commands: what this one said of a recipient is not
 * to be believed, and the session's verdict says why. */
static void disbelieve(struct judge *j)
{
	if (j->n_due == 0)
		return;
	free(j->rcpts[j->n_due - 1].reply);
	j->rcpts[j->n_due - 1].reply = NULL;
}

void judge_see(struct judge *j, const struct event *e,
               const struct session_result *r)
{
	if (e->kind == EV_SENT)
		see_sent(j, e);
	else if (e->kind == EV_REPLY)
		see_reply(j, e, r);
	else if (e->kind == EV_STATE) {
		j->state = e->u.state.to;
		if (j->state == ST_LOST)
			disbelieve(j);
	}
}

static void count(struct judge *j, const struct rcpt *r, uint8_t outcome)
{
	/* behind the message: RCPT's yes was counted, this takes its place */
	j->sum.accepted -= r->reply->u.reply.recipient.len > 0;
	j->sum.accepted += outcome == OUT_ACCEPTED;
	j->sum.refused += outcome == OUT_REFUSED;
	if (outcome != OUT_DEFERRED)
		return;
	j->deferred = xreallocarray(j->deferred, j->sum.deferred + 1,
	                            sizeof *j->deferred);
	j->deferred[j->sum.deferred++] = xstrdup(r->address);
}

static struct verdict_context context(const struct judge *j, enum stage wanted,
                                      enum state before)
{
	return (struct verdict_context){ .wanted = wanted, .before = before,
		.checks = j->out.checks };
}

static void file(struct judge *j, const struct judge_case *c)
{
	if (j->out.file)
		j->out.file(j->out.arg, c);
}

static void judge_one(struct judge *j, const struct rcpt *r)
{
	struct verdict_context ctx = context(j, j->wanted, r->before);
	struct event_builder b;

	verdict_recipient(&b, r->reply, r->address, &ctx);
	count(j, r, b.e.u.verdict.outcome);
	if (b.e.u.verdict.outcome != OUT_ACCEPTED)
		file(j, &(struct judge_case){
			.reply = r->reply, .recipient = r->address,
			.wanted = j->wanted, .before = r->before,
			.session = j->session });
	j->out.post(j->out.arg, &b, r->reply);
}

void judge_recipients(struct judge *j)
{
	size_t due = j->n_due;

	for (size_t i = 0; i < due; i++) {
		struct rcpt *r = &j->rcpts[i];

		if (r->reply)
			judge_one(j, r);
		clear_rcpt(r);
	}
	if (due == 0)
		return;
	j->n_due = 0;
	j->n_rcpts -= due;
	memmove(j->rcpts, j->rcpts + due, j->n_rcpts * sizeof *j->rcpts);
}

void judge_session(struct judge *j, const struct session_result *r,
                   enum stage wanted)
{
	struct verdict_context ctx = context(j, wanted, j->decisive_before);
	const struct event *reply = j->decisive;
	struct event_builder b;

	if (reply && reply->n != r->reply_n)
		reply = NULL;
	verdict_session(&b, r, reply, &ctx);
	if (b.e.u.verdict.mta.len) /* a reply is blamed */
		file(j, &(struct judge_case){
			.reply = reply, .recipient = "", .result = r,
			.wanted = wanted, .before = j->decisive_before,
			.session = j->session });
	j->sum.exit = b.e.u.verdict.exit;
	j->sum.outcome = b.e.u.verdict.outcome;
	j->out.post(j->out.arg, &b, NULL);
}

struct judge_sum judge_sum(const struct judge *j)
{
	return j->sum;
}

char *const *judge_deferred(const struct judge *j, size_t *n)
{
	*n = j->sum.deferred;
	return j->deferred;
}
