#include "config.h"

#include "net/routing.h"

#include <stdlib.h>

#include "net/fetch.h"
#include "util/xalloc.h"

struct routing {
	struct resolver *resolver;
	struct loop_timer *turn; /* the next evaluation */
	struct target target;
	struct route_query query;
	char *domain;            /* of the query; owned */
	struct routing_calls calls;
	struct facts *facts;
	struct fetch *fetch;     /* of this turn, or NULL */
};

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct routing *r = arg;

	if (r->calls.exchange)
		r->calls.exchange(r->calls.arg, x);
}

static void on_fetched(void *arg)
{
	struct routing *r = arg;

	fetch_free(r->fetch);
	r->fetch = NULL;
	loop_timer_at(r->turn, 0);
}

static void look_up(struct routing *r, const struct route *route)
{
	struct fetch_calls calls = { on_exchange, on_fetched, r };
	struct fetch_need *needs = xcalloc(route->n_needs, sizeof *needs);

	for (size_t i = 0; i < route->n_needs; i++) {
		needs[i].name = route->needs[i].name;
		needs[i].type = route->needs[i].type;
	}
	r->fetch = fetch_start(r->resolver, r->facts, needs, route->n_needs,
	                       &calls);
	free(needs);
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

struct facts *routing_take_facts(struct routing *r)
{
	struct facts *facts = r->facts;

	r->facts = NULL;
	return facts;
}

void routing_free(struct routing *r)
{
	if (!r)
		return;
	fetch_free(r->fetch);
	loop_timer_free(r->turn);
	target_clear(&r->target);
	facts_free(r->facts);
	free(r->domain);
	free(r);
}
