#include "config.h"

#include "net/visit_priv.h"

#include <stdlib.h>

#include "core/finding.h"

static void post(struct visit *v, const char *id, const struct identity *i)
{
	char *title = identity_title(i);
	const char *args[] = { title, i->evidence };
	struct event_builder b;

	finding_begin(&b, id, args, sizeof args / sizeof *args, i->about);
	outlet_post_at(v->out, &b, v->to.session, v->who_us);
	free(title);
}

void visit_who_see(struct visit *v, const struct event *e)
{
	if (v->who_posted)
		return;
	identify_event(&v->who, e);
	v->who_us = e->t_us;
}

void visit_who_post(struct visit *v, bool last)
{
	const struct identity *software = &v->who.software;
	const struct identity *operator = &v->who.operator;

	if (v->who_posted || (!last && !v->who.greeted))
		return;
	if (last) /* behind what was said meanwhile */
		v->who_us = visit_now_us(v);
	v->who_posted = identity_known(software) || identity_known(operator);
	if (identity_known(operator))
		post(v, "operator", operator);
	if (identity_known(software))
		post(v, "software", software);
}
