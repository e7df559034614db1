#include "config.h"

#include "net/fetch.h"

#include <stdlib.h>

#include "util/xalloc.h"

struct fetch_one {
	struct fetch *f;
	struct lookup *lookup; /* NULL: done */
};

struct fetch {
	struct facts *facts; /* borrowed */
	struct fetch_calls calls;
	struct fetch_one *list; /* n */
	size_t n, waiting;
};

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct fetch_one *one = arg;
	struct fetch_calls *calls = &one->f->calls;

	if (calls->exchange)
		calls->exchange(calls->arg, x);
}

static void on_done(void *arg, struct dns_answer *a)
{
	struct fetch_one *one = arg;
	struct fetch *f = one->f;

	one->lookup = NULL;
	facts_add(f->facts, a);
	if (--f->waiting == 0)
		f->calls.done(f->calls.arg);
}

struct fetch *fetch_start(struct resolver *r, struct facts *facts,
                          const struct fetch_need *needs, size_t n,
                          const struct fetch_calls *calls)
{
	struct fetch *f = xcalloc(1, sizeof *f);

	f->facts = facts;
	f->calls = *calls;
	f->n = f->waiting = n;
	f->list = xcalloc(n, sizeof *f->list);
	for (size_t i = 0; i < n; i++) {
		struct fetch_one *one = &f->list[i];
		struct resolve_calls c = { on_exchange, on_done, one };

		one->f = f;
		one->lookup = resolve_start(r, &needs[i].name, needs[i].type,
		                            &c);
	}
	return f;
}

void fetch_free(struct fetch *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].lookup)
			resolve_cancel(f->list[i].lookup);
	free(f->list);
	free(f);
}
