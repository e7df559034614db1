#include "config.h"

#include "knowledge/evidence.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* Made once for each list, selector or server; the others are made once, and
 * anew when the address or the name they were made for was wrong. */
static bool has_many(const struct check_kind *kind)
{
	static const char *const ids[] = { "dnsbl", "dkim", "mx-ptr", "dane" };

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (strcmp(kind->id, ids[i]) == 0)
			return true;
	return false;
}

static struct evidence_item *find(struct evidence *v,
                                  const struct evidence_item *like)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].kind == like->kind &&
		    (!has_many(like->kind) ||
		     strcmp(v->items[i].subject, like->subject) == 0))
			return &v->items[i];
	return NULL;
}

void evidence_add(struct evidence *v, const struct event *e)
{
	struct evidence_item item = {
		.kind = check_kind_find(event_text(e, e->u.check.id)),
		.grade = e->u.check.grade,
	};
	struct evidence_item *old;

	if (!item.kind)
		return;
	snprintf(item.subject, sizeof item.subject, "%s",
	         event_text(e, e->u.check.subject));
	old = find(v, &item);
	if (!old && v->n == EVIDENCE_MAX)
		return;
	item.event = memcpy(xmalloc(e->size), e, e->size);
	if (old) {
		free(old->event);
		*old = item;
		return;
	}
	v->items = xreallocarray(v->items, v->n + 1, sizeof *v->items);
	v->items[v->n++] = item;
}

void evidence_clear(struct evidence *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->items[i].event);
	free(v->items);
	*v = (struct evidence){ 0 };
}

const struct event *evidence_worst(const struct evidence *v, uint64_t items)
{
	for (size_t i = 0; v && i < v->n; i++)
		if ((items >> i & 1) && v->items[i].grade == GRADE_BAD)
			return v->items[i].event;
	return NULL;
}

static bool same_target(const struct event *a, const struct event *b)
{
	return strcmp(event_text(a, a->target), event_text(b, b->target)) == 0;
}

void evidence_of_reply(struct evidence *v, const struct dialog *d,
                       size_t index)
{
	const struct event *reply = dialog_at(d, index);
	size_t end, check;

	*v = (struct evidence){ 0 };
	if (dialog_check(d, 0) == SIZE_MAX)
		return;
	end = dialog_verdict_on(d, index);
	for (size_t i = 0; (check = dialog_check(d, i)) < end; i++)
		if (same_target(dialog_at(d, check), reply))
			evidence_add(v, dialog_at(d, check));
}
