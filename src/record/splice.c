#include "config.h"

#include "record/splice.h"

#include "util/i18n.h"

/* ref: n of an event of this recording; none: "of no event". */
static void move(const struct splice *s, uint32_t *ref, uint32_t none)
{
	uint64_t to = (uint64_t)*ref + s->shift;

	*ref = to >= s->begin && to <= s->last ? (uint32_t)to : none;
}

static void move_references(const struct splice *s, struct event *e)
{
	uint32_t *to = &e->u.reply.to;

	switch (e->kind) {
	case EV_REPLY:
		if (*to != EV_GREETING && *to != EV_UNASKED)
			move(s, to, EV_UNASKED);
		break;
	case EV_FINDING:
		if (e->u.finding.about)
			move(s, &e->u.finding.about, 0);
		break;
	case EV_VERDICT:
		if (e->u.verdict.about)
			move(s, &e->u.verdict.about, 0);
		break;
	}
}

static void begin_next(struct splice *s, const struct event *e)
{
	s->begin = s->last + 1;
	s->shift = s->begin - e->n;
	s->session_shift = s->session_last;
}

const char *splice_event(struct splice *s, struct event *e)
{
	uint64_t n = (uint64_t)e->n + s->shift, session;

	if (e->n && n <= s->last && e->kind == EV_START) {
		begin_next(s, e);
		n = s->begin;
	}
	session = e->session ? (uint64_t)e->session + s->session_shift : 0;
	if (n >= EV_UNASKED || session > UINT32_MAX)
		return _("more events than can be numbered");
	if (e->n && n <= s->last)
		return _("its number n is not above the one before: an event "
		         "is out of place, or lines of two recordings are "
		         "mixed");
	if (e->n)
		s->last = e->n = (uint32_t)n;
	e->session = (uint32_t)session;
	if (e->session > s->session_last)
		s->session_last = e->session;
	move_references(s, e);
	return NULL;
}
