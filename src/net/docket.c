#include "config.h"

#include "net/docket.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

struct filed {
	struct judge_case c; /* reply and recipient are ours */
	struct session_result r;
	struct event *verdict; /* the newest, as it was before it was posted */
};

struct docket {
	struct outlet *out;
	struct evidence checks;
	struct filed *cases; /* in order */
	size_t n;
};

struct docket *docket_new(struct outlet *out)
{
	struct docket *d = xcalloc(1, sizeof *d);

	d->out = out;
	return d;
}

static void clear_case(struct filed *f)
{
	free(f->verdict);
	free((struct event *)f->c.reply);
	free((char *)f->c.recipient);
}

void docket_free(struct docket *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n; i++)
		clear_case(&d->cases[i]);
	free(d->cases);
	evidence_clear(&d->checks);
	free(d);
}

void docket_see(struct docket *d, const struct event *e)
{
	if (e->kind == EV_CHECK)
		evidence_add(&d->checks, e);
}

const struct evidence *docket_checks(const struct docket *d)
{
	return d ? &d->checks : NULL;
}

static struct event *copy_event(const struct event *e)
{
	struct event *c = xmalloc(e->size);

	memcpy(c, e, e->size);
	return c;
}

static void drop_oldest(struct docket *d)
{
	clear_case(&d->cases[0]);
	memmove(d->cases, d->cases + 1, --d->n * sizeof *d->cases);
}

static void judge(const struct docket *d, const struct filed *f,
                  struct event_builder *b)
{
	const struct verdict_context ctx = { .wanted = f->c.wanted,
		.before = f->c.before, .checks = &d->checks };

	if (f->c.result)
		verdict_session(b, &f->r, f->c.reply, &ctx);
	else
		verdict_recipient(b, f->c.reply, f->c.recipient, &ctx);
}

void docket_file(struct docket *d, const struct judge_case *c)
{
	struct event_builder b;
	struct filed *f;

	if (!d)
		return;
	if (d->n == DOCKET_MAX)
		drop_oldest(d);
	d->cases = xreallocarray(d->cases, d->n + 1, sizeof *d->cases);
	f = &d->cases[d->n++];
	*f = (struct filed){ .c = *c };
	f->c.reply = copy_event(c->reply);
	f->c.recipient = xstrdup(c->recipient);
	if (c->result)
		f->r = *c->result;
	judge(d, f, &b);
	f->verdict = event_finish(&b);
}

/* But for number, time and target, which the outlet gives. */
static bool same(const struct event *a, const struct event *b)
{
	size_t head = event_fixed_size(EV_VERDICT);

	return a->size == b->size &&
	       memcmp(&a->u.verdict, &b->u.verdict, sizeof a->u.verdict) == 0 &&
	       memcmp((const char *)a + head, (const char *)b + head,
	              a->size - head) == 0;
}

void docket_again(struct docket *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct filed *f = &d->cases[i];
		struct event_builder b;
		struct event *made;

		judge(d, f, &b);
		made = event_finish(&b);
		if (same(made, f->verdict)) {
			free(made);
			continue;
		}
		judge(d, f, &b);
		outlet_post(d->out, &b, f->c.session);
		free(f->verdict);
		f->verdict = made;
	}
}

/* ---- a judge's ---- */

static void post(void *arg, struct event_builder *b, const struct event *reply)
{
	struct docket_seat *seat = arg;

	if (reply)
		outlet_post_at(seat->out, b, seat->session, reply->t_us);
	else
		outlet_post(seat->out, b, seat->session);
}

static void file(void *arg, const struct judge_case *c)
{
	struct docket_seat *seat = arg;

	docket_file(seat->docket, c);
}

struct judge_out docket_judge_out(struct docket_seat *seat)
{
	return (struct judge_out){ .post = post, .file = file, .arg = seat,
		.checks = docket_checks(seat->docket) };
}
