#include "config.h"

#include "net/resolve_priv.h"

#include <stdlib.h>

#include "util/xalloc.h"

void line_add(struct line *line, struct lookup *l)
{
	l->line = line;
	l->later = NULL;
	if (line->last)
		line->last->later = l;
	else
		line->first = l;
	line->last = l;
}

void line_remove(struct lookup *l)
{
	struct lookup **p = &l->line->first, *before = NULL;

	for (; *p != l; p = &(*p)->later)
		before = *p;
	*p = l->later;
	if (l->line->last == l)
		l->line->last = before;
	l->line = NULL;
}

void lookup_part(struct lookup *l)
{
	struct lookup *other;

	if (!l->entry)
		return;
	share_forget(l->r->share, l->entry);
	while ((other = l->joined->first)) {
		line_remove(other);
		line_add(&l->r->waiting, other);
	}
	free(l->joined);
	l->entry = NULL;
}

void lookups_kick(struct resolver *r)
{
	if (r->waiting.first || r->served.first)
		loop_timer_at(r->kick, 0);
}

/* a: given away. */
static void hand_over(struct lookup *l, struct dns_answer *a)
{
	struct resolve_calls calls = l->calls;

	lookup_free(l);
	calls.done(calls.arg, a);
}

/* The exchanges that brought e's answer a, which is borrowed, and the answer,
 * for all in line. Whoever asks meanwhile stands in line, too. */
static void serve(struct share_entry *e, struct line *line,
                  struct dns_answer *a)
{
	struct dns_exchange x;
	struct lookup *l;

	while ((l = line->first)) {
		for (size_t i = 0; share_exchange(e, i, &x); i++)
			if (l->calls.exchange)
				l->calls.exchange(l->calls.arg, &x);
		hand_over(l, answer_ref(a));
	}
}

void lookup_finish(struct lookup *l)
{
	struct share_entry *e = l->entry;
	struct line *joined = l->joined;
	struct dns_answer *a = l->a;
	struct resolver *r = l->r;

	r->serving++;
	l->a = NULL;
	l->entry = NULL;
	lookups_kick(r);
	hand_over(l, e ? answer_ref(a) : a);
	if (e) {
		serve(e, joined, a);
		share_known(r->share, e, a, loop_now_us());
		answer_free(a);
		free(joined);
	}
	r->serving--;
}

/* Is the same being asked, or known? */
static struct share_entry *find_shared(const struct lookup *l)
{
	return l->r->share ? share_find(l->r->share, &l->a->name, l->a->type,
	                                loop_now_us()) : NULL;
}

/* To those who wait for it, or it is known and l is served at once. */
static void join(struct lookup *l, struct share_entry *e)
{
	struct line alone = { NULL, NULL }, *line = share_owner(e);
	struct resolver *r = l->r;
	struct dns_answer *a;

	line_remove(l);
	if (line) {
		line_add(line, l);
		return;
	}
	r->serving++;
	line_add(&alone, l);
	share_set_owner(e, &alone);
	a = share_answer(e);
	serve(e, &alone, a);
	answer_free(a);
	share_set_owner(e, NULL);
	r->serving--;
}

static void begin(struct lookup *l)
{
	struct share_entry *e = find_shared(l);

	if (e) {
		join(l, e);
		return;
	}
	if (l->r->share) {
		l->joined = xcalloc(1, sizeof *l->joined);
		l->entry = share_add(l->r->share, &l->a->name, l->a->type,
		                     l->joined);
	}
	lookup_start(l);
}

/* What was shared when it was asked for may be too old by now. */
void lookups_run(void *arg)
{
	struct resolver *r = arg;
	struct lookup *l;

	while ((l = r->served.first)) {
		struct share_entry *e = find_shared(l);

		if (e) {
			join(l, e);
		} else {
			line_remove(l);
			line_add(&r->waiting, l);
		}
	}
	while (r->waiting.first && r->in_flight < r->max)
		begin(r->waiting.first);
}

struct lookup *resolve_start(struct resolver *r, const struct dns_name *name,
                             uint16_t type, const struct resolve_calls *calls)
{
	struct lookup *l = xcalloc(1, sizeof *l);

	l->r = r;
	l->calls = *calls;
	l->a = answer_new(name, type);
	l->next = r->all;
	l->link = &r->all;
	if (l->next)
		l->next->link = &l->next;
	r->all = l;
	line_add(find_shared(l) ? &r->served : &r->waiting, l);
	loop_timer_at(r->kick, 0);
	return l;
}

void resolve_cancel(struct lookup *l)
{
	struct resolver *r = l->r;

	lookup_free(l);
	lookups_kick(r);
}
