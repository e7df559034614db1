#include "config.h"

#include "core/renumber.h"

enum { NOTHING = 0 };

void renumber_next(struct renumber *r)
{
	r->n_base = r->n_last;
	r->session_base = r->session_last;
}

static bool fits(uint32_t value, uint32_t base)
{
	return value < EV_UNASKED - base; /* EV_UNASKED is no number */
}

static uint32_t moved(uint32_t to, uint32_t base, uint32_t otherwise)
{
	if (to == NOTHING || to == EV_UNASKED)
		return to;
	return fits(to, base) ? to + base : otherwise;
}

static void move_references(struct event *e, uint32_t base)
{
	if (e->kind == EV_REPLY)
		e->u.reply.to = moved(e->u.reply.to, base, EV_UNASKED);
	else if (e->kind == EV_FINDING)
		e->u.finding.about = moved(e->u.finding.about, base, NOTHING);
	else if (e->kind == EV_VERDICT)
		e->u.verdict.about = moved(e->u.verdict.about, base, NOTHING);
}

bool renumber_event(struct renumber *r, struct event *e)
{
	if (!fits(e->n, r->n_base) || !fits(e->session, r->session_base))
		return false;
	move_references(e, r->n_base);
	e->n = moved(e->n, r->n_base, NOTHING);
	e->session = moved(e->session, r->session_base, NOTHING);
	renumber_seen(r, e);
	return true;
}

void renumber_seen(struct renumber *r, const struct event *e)
{
	if (e->n > r->n_last)
		r->n_last = e->n;
	if (e->session > r->session_last)
		r->session_last = e->session;
}
