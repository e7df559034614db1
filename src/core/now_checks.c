#include "config.h"

#include "core/dialog_now.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* More than one for each list, selector and address that a person names. */
enum { CHECKS_KEPT = 500 };

void now_clear_checks(struct dialog_now *now)
{
	for (size_t i = 0; i < now->n_checks; i++)
		free((void *)now->checks[i]);
	free(now->checks);
	now->checks = NULL;
	now->n_checks = 0;
}

static bool same_check(const struct event *a, const struct event *b)
{
	return strcmp(event_text(a, a->u.check.id),
	              event_text(b, b->u.check.id)) == 0 &&
	       strcmp(event_text(a, a->u.check.subject),
	              event_text(b, b->u.check.subject)) == 0;
}

static const struct event **slot_of(struct dialog_now *now,
                                    const struct event *e)
{
	for (size_t i = 0; i < now->n_checks; i++)
		if (same_check(now->checks[i], e))
			return &now->checks[i];
	if (now->n_checks == CHECKS_KEPT)
		return NULL;
	now->checks = xreallocarray(now->checks, now->n_checks + 1,
	                            sizeof *now->checks);
	now->checks[now->n_checks] = NULL;
	return &now->checks[now->n_checks++];
}

void now_keep_check(struct dialog_now *now, const struct event *e)
{
	const struct event **slot = slot_of(now, e);

	if (!slot)
		return;
	free((void *)*slot);
	*slot = memcpy(xmalloc(e->size), e, e->size);
}
