#include "config.h"

#include "net/outlet.h"

#include <stdlib.h>

#include "core/finding.h"
#include "io/loop.h"

void outbox_flush(struct outbox *b)
{
	if (b->n && !queue_post_all(b->events, b->waiting, b->n))
		b->full = true;
	b->n = 0;
}

int64_t outlet_now_us(const struct outlet *o)
{
	return loop_now_us() - o->box->start_us;
}

static void keep_prompt(struct outlet *o, struct event *e)
{
	e->u.prompt.checking = o->checking;
	free(o->prompt);
	o->prompt = event_copy(e);
}

void outlet_give(struct outlet *o, struct event *e)
{
	if (e->kind == EV_PROMPT)
		keep_prompt(o, e);
	e->run = o->run;
	if (o->box->stamp)
		o->box->stamp(e);
	if (o->see)
		o->see(o->see_arg, e);
	o->box->waiting[o->box->n++] = (struct queue_item){ e, e->size };
	if (o->box->n == OUTBOX_MAX)
		outbox_flush(o->box);
}

uint32_t outlet_post(struct outlet *o, struct event_builder *b,
                     uint32_t session)
{
	return outlet_post_at(o, b, session, outlet_now_us(o));
}

uint32_t outlet_post_at(struct outlet *o, struct event_builder *b,
                        uint32_t session, int64_t t_us)
{
	bool numbered = b->e.kind != EV_PROMPT && b->e.kind != EV_ASK;
	uint32_t n = numbered ? o->count->next_n++ : 0;

	b->e.n = n;
	b->e.session = session;
	b->e.t_us = t_us;
	if (o->target)
		b->e.target = event_puts(b, o->target);
	outlet_give(o, event_finish(b));
	return n;
}

void outlet_again(struct outlet *o)
{
	struct event *e;

	if (!o->prompt || o->prompt->u.prompt.checking == o->checking)
		return;
	e = event_copy(o->prompt);
	e->t_us = outlet_now_us(o);
	outlet_give(o, e);
}

void outlet_clear(struct outlet *o)
{
	free(o->prompt);
	o->prompt = NULL;
}

void outlet_finding(struct outlet *o, const char *id, const char *arg,
                    uint32_t session, uint32_t about)
{
	struct event_builder b;

	finding_begin(&b, id, &arg, arg ? 1 : 0, about);
	outlet_post(o, &b, session);
}
