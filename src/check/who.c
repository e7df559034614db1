#include "config.h"

#include "check/who.h"

#include <stdlib.h>

#include "core/finding.h"

static void begin(struct event_builder *b, const char *id,
                  const struct identity *i)
{
	char *title = identity_title(i);
	const char *args[] = { title, i->evidence };

	finding_begin(b, id, args, sizeof args / sizeof *args, i->about);
	free(title);
}

void who_see(struct who *w, const struct event *e)
{
	if (w->posted)
		return;
	identify_event(&w->identity, e);
	w->us = e->t_us;
}

size_t who_remarks(struct who *w, bool last,
                   struct event_builder out[WHO_REMARKS])
{
	const struct identity *software = &w->identity.software;
	const struct identity *operator = &w->identity.operator;
	size_t n = 0;

	if (w->posted || (!last && !w->identity.greeted))
		return 0;
	if (identity_known(operator))
		begin(&out[n++], "operator", operator);
	if (identity_known(software))
		begin(&out[n++], "software", software);
	w->posted = n > 0;
	return n;
}
