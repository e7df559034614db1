#include "config.h"

#include "net/examine.h"

#include <stdlib.h>

#include "check/sts.h"
#include "util/xalloc.h"

struct item { /* one check that is to be made */
	const struct check_row *row;
	size_t i;
	struct check check;
	unsigned rounds;
	bool finished;
};

struct asking { /* one question under way */
	struct examine *e;
	struct lookup *lookup; /* NULL: answered */
	struct check_need need;
};

struct examine {
	struct examine_way way;
	struct check_query query;
	struct examine_calls calls;
	struct loop_timer *turn; /* the next evaluation */
	struct policy_fetch *fetch; /* of query.domain's policy, or NULL */
	struct route route;      /* of query.domain */
	bool routed;             /* it is known, and items are made */
	struct item *items;      /* n_items */
	size_t n_items, told;    /* told: handed over so far */
	struct asking **asked;   /* n_asked, answered ones included */
	size_t n_asked, waiting;
	bool over;               /* done() was called */
	bool freed, busy;        /* examine_free() from a callback */
};

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct asking *a = arg;

	if (a->e->calls.exchange)
		a->e->calls.exchange(a->e->calls.arg, x);
}

static void on_answer(void *arg, struct dns_answer *answer)
{
	struct asking *a = arg;

	a->lookup = NULL;
	a->e->waiting--;
	facts_add(a->e->way.facts, answer);
	loop_timer_at(a->e->turn, 0);
}

static bool is_asked(const struct examine *e, const struct check_need *need)
{
	for (size_t i = 0; i < e->n_asked; i++)
		if (e->asked[i]->lookup &&
		    e->asked[i]->need.type == need->type &&
		    dns_name_equal(&e->asked[i]->need.name, &need->name))
			return true;
	return false;
}

/* Two checks that want the same share one question. */
static void ask(struct examine *e, const struct check_need *need)
{
	struct resolve_calls calls = { on_exchange, on_answer, NULL };
	struct asking *a;

	if (facts_find(e->way.facts, &need->name, need->type) ||
	    is_asked(e, need))
		return;
	a = xcalloc(1, sizeof *a);
	*a = (struct asking){ .e = e, .need = *need };
	e->asked = xreallocarray(e->asked, e->n_asked + 1, sizeof *e->asked);
	e->asked[e->n_asked++] = a;
	e->waiting++;
	calls.arg = a;
	a->lookup = resolve_start(e->way.resolver, &need->name, need->type,
	                          &calls);
}

/* ---- the route: where the receiving side is ---- */

/* False: something is being looked up for it. */
static bool find_route(struct examine *e)
{
	struct route_query q = { .domain = e->query.domain,
		.kind = TARGET_DOMAIN, .seed = 1 };

	if (!e->query.domain)
		return true;
	route_clear(&e->route);
	route_find(&e->route, e->way.facts, &q);
	for (size_t i = 0; i < e->route.n_needs; i++) {
		struct check_need need = { e->route.needs[i].name,
			                   e->route.needs[i].type };

		ask(e, &need);
	}
	if (e->route.n_needs)
		return false;
	e->query.route = &e->route;
	return true;
}

/* ---- the checks ---- */

static void make_items(struct examine *e)
{
	const struct check_row *row;

	for (size_t k = 0; (row = check_row_at(k)); k++) {
		size_t n = row->count(&e->query);

		e->items = xreallocarray(e->items, e->n_items + n + 1,
		                         sizeof *e->items);
		for (size_t i = 0; i < n; i++)
			e->items[e->n_items++] =
				(struct item){ .row = row, .i = i };
	}
}

static bool is_answered(const struct examine *e, const struct item *it)
{
	if (it->check.needs_policy && !e->query.policy)
		return false;
	for (size_t i = 0; i < it->check.n_needs; i++)
		if (!facts_find(e->way.facts, &it->check.needs[i].name,
		                it->check.needs[i].type))
			return false;
	return true;
}

static void on_policy(void *arg, const struct sts_fetch *got)
{
	struct examine *e = arg;

	e->query.policy = got;
	loop_timer_at(e->turn, 0);
}

/* Once an examination; its result lives as long as the fetch. */
static void fetch_policy(struct examine *e)
{
	struct policy_calls calls = { .done = on_policy, .arg = e };
	struct policy_config cfg = e->way.policy;
	char texts[STS_ADDRESSES_MAX][IP_TEXT_MAX];
	const char *addresses[STS_ADDRESSES_MAX];

	if (e->fetch)
		return;
	cfg.n_addresses = sts_addresses(e->way.facts, e->query.domain, texts);
	for (size_t i = 0; i < cfg.n_addresses; i++)
		addresses[i] = texts[i];
	cfg.addresses = addresses;
	e->fetch = policy_start(e->way.loop, e->query.domain, &cfg, &calls);
}

static void evaluate(struct examine *e, struct item *it)
{
	check_clear(&it->check);
	it->row->run(&it->check, e->way.facts, &e->query, it->i);
	if (++it->rounds > EXAMINE_ROUNDS_MAX &&
	    (it->check.n_needs || it->check.needs_policy)) {
		it->check.n_needs = 0;
		it->check.needs_policy = false;
		check_end(&it->check, GRADE_UNKNOWN, "", "too-many-lookups",
		          NULL);
	}
	for (size_t i = 0; i < it->check.n_needs; i++)
		ask(e, &it->check.needs[i]);
	if (it->check.n_needs == 0 && it->check.needs_policy)
		fetch_policy(e);
	it->finished = it->check.n_needs == 0 && !it->check.needs_policy;
}

/* One after the other, so that each run tells them in the same order. */
static void tell(struct examine *e)
{
	while (!e->freed && e->told < e->n_items &&
	       e->items[e->told].finished)
		e->calls.checked(e->calls.arg, &e->items[e->told++].check);
	if (e->freed || e->over || e->told < e->n_items)
		return;
	e->over = true; /* an answer that nobody waits for may still come */
	e->calls.done(e->calls.arg);
}

static void release(struct examine *e)
{
	loop_timer_free(e->turn);
	for (size_t i = 0; i < e->n_asked; i++) {
		if (e->asked[i]->lookup)
			resolve_cancel(e->asked[i]->lookup);
		free(e->asked[i]);
	}
	for (size_t i = 0; i < e->n_items; i++)
		check_clear(&e->items[i].check);
	policy_free(e->fetch);
	route_clear(&e->route);
	free(e->asked);
	free(e->items);
	free(e);
}

static void on_turn(void *arg)
{
	struct examine *e = arg;

	if (!e->routed && find_route(e)) {
		e->routed = true;
		make_items(e);
	}
	for (size_t i = 0; i < e->n_items; i++)
		if (!e->items[i].finished && is_answered(e, &e->items[i]))
			evaluate(e, &e->items[i]);
	if (!e->routed)
		return;
	e->busy = true;
	tell(e);
	e->busy = false;
	if (e->freed)
		release(e);
}

struct examine *examine_start(const struct examine_way *way,
                              const struct check_query *query,
                              const struct examine_calls *calls)
{
	struct examine *e = xcalloc(1, sizeof *e);

	e->way = *way;
	e->query = *query;
	e->calls = *calls;
	e->turn = loop_timer_new(way->loop, on_turn, e);
	loop_timer_at(e->turn, 0);
	return e;
}

void examine_free(struct examine *e)
{
	if (!e)
		return;
	e->freed = true;
	if (!e->busy)
		release(e);
}
