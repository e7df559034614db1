#include "config.h"

#include "net/routing.h"

#include <stdlib.h>

#include "util/xalloc.h"

struct routing {
	struct resolver *resolver;
	struct loop_timer *turn; /* the next evaluation */
	struct target target;
	struct route_query query;
	char *domain;            /* of the query; owned */
	struct routing_calls calls;
	struct facts *facts;
	struct routing_lookup *lookups; /* of this turn, n_lookups */
	size_t n_lookups, waiting;
};

struct routing_lookup {
	struct routing *r;
	struct lookup *lookup; /* NULL: done */
};

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct routing_lookup *l = arg;
	struct routing_calls *calls = &l->r->calls;

	if (calls->exchange)
		calls->exchange(calls->arg, x);
}

static void on_done(void *arg, struct dns_answer *a)
{
	struct routing_lookup *l = arg;
	struct routing *r = l->r;

	l->lookup = NULL;
	facts_add(r->facts, a);
	if (--r->waiting == 0)
		loop_timer_at(r->turn, 0);
}

static void look_up(struct routing *r, const struct route *route)
{
	r->n_lookups = r->waiting = route->n_needs;
	free(r->lookups);
	r->lookups = xcalloc(r->n_lookups, sizeof *r->lookups);
	for (size_t i = 0; i < r->n_lookups; i++) {
		struct routing_lookup *l = &r->lookups[i];
		struct resolve_calls calls = { on_exchange, on_done, l };

		l->r = r;
		l->lookup = resolve_start(r->resolver, &route->needs[i].name,
		                          route->needs[i].type, &calls);
	}
}

static void evaluate(void *arg)
{
	struct routing *r = arg;
	struct route route;

	route_find(&route, r->facts, &r->query);
	if (route.n_needs) {
		look_up(r, &route);
	} else {
		route_note_target(&route, &r->target);
		r->calls.done(r->calls.arg, &route); /* may free r */
	}
	route_clear(&route);
}

struct routing *routing_start(struct loop *l, struct resolver *r,
                              const struct target *target,
                              const struct route_query *query,
                              const struct routing_calls *calls)
{
	struct routing *out = xcalloc(1, sizeof *out);

	out->resolver = r;
	target_copy(&out->target, target);
	out->domain = xstrdup(query->domain);
	out->query = *query;
	out->query.domain = out->domain;
	out->calls = *calls;
	out->facts = facts_new();
	out->turn = loop_timer_new(l, evaluate, out);
	loop_timer_at(out->turn, 0);
	return out;
}

void routing_free(struct routing *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_lookups; i++)
		if (r->lookups[i].lookup)
			resolve_cancel(r->lookups[i].lookup);
	loop_timer_free(r->turn);
	target_clear(&r->target);
	facts_free(r->facts);
	free(r->lookups);
	free(r->domain);
	free(r);
}
