#include "config.h"

#include "record/splice.h"

#include "util/i18n.h"

/* *ref: the number of an event that this recording has, or none. */
static void check_reference(const struct splice *s, uint32_t *ref,
                            uint32_t none)
{
	if (*ref < s->first || *ref > s->last)
		*ref = none;
}

static void check_references(const struct splice *s, struct event *e)
{
	uint32_t *to = &e->u.reply.to;

	if (e->kind == EV_REPLY && *to != EV_GREETING)
		check_reference(s, to, EV_UNASKED);
	else if (e->kind == EV_FINDING)
		check_reference(s, &e->u.finding.about, 0);
	else if (e->kind == EV_VERDICT)
		check_reference(s, &e->u.verdict.about, 0);
}

static void begin_next(struct splice *s, const struct event *e)
{
	s->numbers.n_base = s->numbers.n_last + 1 - e->n;
	s->numbers.session_base = s->numbers.session_last;
	s->first = e->n;
}

const char *splice_event(struct splice *s, struct event *e)
{
	bool ascends = !e->n || e->n > s->last;

	if (!ascends && e->kind == EV_START)
		begin_next(s, e);
	else if (!ascends)
		return _("its number n is not above the one before: an event "
		         "is out of place, or lines of two recordings are "
		         "mixed");
	if (e->n)
		s->last = e->n;
	check_references(s, e);
	if (!renumber_event(&s->numbers, e))
		return _("more events than can be numbered");
	return NULL;
}
