#include "config.h"

#include "net/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "check/verdict.h"
#include "core/finding.h"
#include "net/run_priv.h"
#include "net/start.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { SMTP_PORT = 25 };

/* ---- the end ---- */

void run_finish(struct run *r)
{
	struct event_builder b;

	event_begin(&b, EV_END);
	b.e.u.end = r->sums.sum;
	b.e.u.end.exit = r->sums.exit;
	outlet_post(&r->out, &b, 0);
	r->calls.done(r->calls.arg);
}

void run_prompt(struct run *r, int64_t deadline_us)
{
	struct event_builder b;

	if (r->plan->hold_enter)
		return;
	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.state = ST_CLOSED;
	b.e.u.prompt.projected = ST_CLOSED;
	b.e.u.prompt.deadline_us = deadline_us;
	b.e.u.prompt.step = r->step < r->plan->n_steps ? (uint32_t)r->step
	                                               : UINT32_MAX;
	outlet_post(&r->out, &b, 0);
}

void run_rest(struct run *r)
{
	r->walking = false;
	if (run_check_last(r))
		return;
	r->doing = DO_NOTHING;
	if (run_trial_due(r))
		return;
	if (r->plan->hold_enter || r->leaving)
		run_finish(r);
	else
		run_prompt(r, 0);
}

void run_note_exit(struct run *r, uint8_t status, enum outcome outcome)
{
	sums_exit(&r->sums, status, outcome, r->plan->all);
}

static void post_verdict(struct run *r, struct event_builder *b)
{
	run_note_exit(r, b->e.u.verdict.exit, b->e.u.verdict.outcome);
	outlet_post(&r->out, b, 0);
}

void run_fail(struct run *r, enum fail_phase phase, enum fail_kind kind,
                 const char *detail)
{
	struct session_result result = { .failed = true, .phase = phase,
		.fail = kind };
	struct event_builder b;

	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = (uint8_t)phase;
	b.e.u.failed.kind = (uint8_t)kind;
	b.e.u.failed.detail = event_puts(&b, detail);
	outlet_post(&r->out, &b, 0);
	verdict_session(&b, &result, NULL,
	                &(struct verdict_context){
	                    .wanted = r->plan->stage });
	post_verdict(r, &b);
	run_rest(r);
}

/* Nothing can be said of a domain that does not exist. */
static bool no_domain(const struct run *r)
{
	return r->route && (r->route->u.route.kind == ROUTE_NXDOMAIN ||
	                    r->route->u.route.kind == ROUTE_BADNAME);
}

/* Asked for no more than the way: there is one, or the route says why not. */
static void conclude_route(struct run *r)
{
	const struct session_result found = { .any_stage = true,
		.reached = STAGE_ROUTE };
	struct event_builder b;

	if (r->plan->checks.wanted && !no_domain(r))
		verdict_checks(&b, (const struct event *const *)r->check.told,
		               r->check.n_told);
	else if (stops_peek(&r->stops))
		verdict_session(&b, &found, NULL,
		                &(struct verdict_context){
		                    .wanted = STAGE_ROUTE });
	else
		verdict_route(&b, r->route);
	post_verdict(r, &b);
	run_rest(r);
}

void run_conclude(struct run *r)
{
	struct event_builder b;

	if (r->sums.sum.sessions == 0 && r->dane_host &&
	    r->dane.verdict == DANE_FAILED) {
		run_fail(r, PHASE_DNS, FAIL_TIMEOUT,
		         dns_status_name(r->dane.cause));
		return;
	}
	if (r->sums.sum.sessions == 0 && r->shut) {
		run_fail(r, PHASE_CONNECT, FAIL_LIMIT, "");
		return;
	}
	if (r->sums.sum.sessions == 0) {
		verdict_route(&b, r->route);
		post_verdict(r, &b);
	}
	run_rest(r);
}

/* ---- the route ---- */

static void post_strays(struct run *r, const struct dns_exchange *x,
                        uint32_t about)
{
	char number[16];
	const char *args[] = { number, x->server };
	struct event_builder b;

	snprintf(number, sizeof number, "%u", x->strays);
	finding_begin(&b, "dns-stray", args, 2, about);
	outlet_post(&r->out, &b, 0);
}

static void post_bogus(struct run *r, const struct dns_exchange *x,
                       uint32_t about)
{
	char name[DNS_NAME_TEXT_MAX];
	const char *args[] = { dns_name_host(x->name, name), x->server,
		x->bogus };
	struct event_builder b;

	finding_begin(&b, *x->bogus ? "dns-bogus-why" : "dns-bogus", args,
	              *x->bogus ? 3 : 2, about);
	outlet_post(&r->out, &b, 0);
}

void run_post_exchange(void *arg, const struct dns_exchange *x)
{
	struct run *r = arg;
	struct event_builder b;
	uint32_t n;

	exchange_event(&b, x);
	n = outlet_post(&r->out, &b, 0);
	if (x->tcp && (x->status == DNS_TIMEOUT ||
	               x->status == DNS_UNREACHABLE))
		outlet_finding(&r->out, "dns-tcp", x->server, 0, n);
	if (x->strays)
		post_strays(r, x, n);
	if (x->bogus)
		post_bogus(r, x, n);
}

/* A classroom that was joined is one machine behind every name, on purpose. */
static bool is_moot(const struct run *r, const struct route_finding *f)
{
	return r->env->cfg->join && (strncmp(f->id, "addr-", 5) == 0 ||
	                             strcmp(f->id, "same-addr") == 0);
}

/* Found in the order of the fields of the route: event, remarks, stops. */
static void on_route(void *arg, const struct route *route)
{
	struct run *r = arg;
	struct event_builder b;
	uint32_t n;

	route_event(&b, route);
	free(r->route);
	r->route = event_finish(&b);
	route_event(&b, route);
	n = outlet_post(&r->out, &b, 0);
	for (size_t i = 0; i < route->n_findings; i++) {
		if (is_moot(r, &route->findings[i]))
			continue;
		route_finding_event(&b, route, i, n);
		outlet_post(&r->out, &b, 0);
	}
	stops_fill(&r->stops, route,
	           r->env->cfg->join && route->kind != ROUTE_LITERAL ? 0
	                                                             : r->port);
	facts_free(r->facts);
	r->facts = routing_take_facts(r->routing);
	routing_free(r->routing);
	r->routing = NULL;
	if (!run_check_first(r))
		run_begin(r);
}

void run_begin(struct run *r)
{
	if (r->plan->stage == STAGE_ROUTE) {
		conclude_route(r);
		return;
	}
	run_walk_begin(r);
	run_go_on(r);
}

/* No route was looked for. */
static void go_local(struct run *r)
{
	if (!run_check_first(r))
		run_begin(r);
}

static void on_time(void *arg)
{
	struct run *r = arg;

	if (r->doing == DO_WAIT)
		run_end_wait(r);
	else if (r->doing == DO_TRIAL)
		run_trial_time(r);
	else if (r->doing == DO_ROUTING && stops_peek(&r->stops))
		go_local(r);
	else if (r->doing == DO_ROUTING)
		run_fail(r, PHASE_DNS, FAIL_LOCAL, _("no DNS server is known"));
}

/* A shuffle needs no secret, only another order the next time. */
static uint64_t some_seed(void)
{
	uint64_t x = (uint64_t)loop_now_us() ^ (uint64_t)getpid() << 40;

	return x % 1000000 + 1; /* short enough to be typed again */
}

/* There is no route to a Unix socket or a command: it is there, or not. */
static void begin_local(struct run *r, const char *name)
{
	r->named = true;
	stops_fill_local(&r->stops, name);
	r->doing = DO_ROUTING;
	loop_timer_at(r->timer, 0); /* never back at once */
}

static void begin_routing(struct run *r)
{
	const struct target *t = &r->plan->target;
	struct route_query query = { .domain = t->domain, .kind = t->kind,
		.family = r->plan->family, .seed = r->plan->seed };
	struct routing_calls calls = { .exchange = run_post_exchange,
		.done = on_route, .arg = r };

	if (r->plan->server) {
		query.domain = r->server.domain ? r->server.domain
		                                : r->plan->server;
		query.kind = r->server.kind == TARGET_LITERAL ? TARGET_LITERAL
		                                              : TARGET_HOST;
	}
	r->named = query.kind != TARGET_DOMAIN;
	r->doing = DO_ROUTING;
	run_prompt(r, 0);
	if (query.kind != TARGET_LITERAL && !run_resolver(r)) {
		loop_timer_at(r->timer, 0);
		return;
	}
	r->routing = routing_start(r->env->loop, r->env->resolver, t, &query,
	                           &calls);
}

static bool is_address(const char *host)
{
	return address_classify(host) != ADDR_INVALID;
}

static void use_proxy(struct run *r, const char *address)
{
	char *copy = xstrdup(address);

	free(r->plan->way.socks_host);
	r->plan->way.socks_host = copy;
	begin_routing(r);
}

/* Its first address; who names a proxy wants that one and no other. */
static void on_proxy(void *arg, const struct route *route)
{
	struct run *r = arg;
	bool found = route->n_hosts && route->hosts[0].n_addresses;

	routing_free(r->routing);
	r->routing = NULL;
	if (found)
		use_proxy(r, route->hosts[0].addresses[0].text);
	else
		run_fail(r, PHASE_DNS, FAIL_UNREACHABLE,
		         _("no address is known for the proxy"));
}

/* The connection is made to an address: --proxy may say a name. */
static void begin_proxy(struct run *r)
{
	struct route_query query = { .domain = r->plan->way.socks_host,
		.kind = TARGET_HOST, .seed = r->plan->seed };
	struct routing_calls calls = { .exchange = run_post_exchange,
		.done = on_proxy, .arg = r };

	if (strcasecmp(query.domain, "localhost") == 0) { /* RFC 6761 §6.3 */
		use_proxy(r, "127.0.0.1");
		return;
	}
	r->doing = DO_ROUTING;
	run_prompt(r, 0);
	if (!run_resolver(r)) {
		loop_timer_at(r->timer, 0);
		return;
	}
	r->routing = routing_start(r->env->loop, r->env->resolver,
	                           &r->plan->target, &query, &calls);
}

static void begin(struct run *r)
{
	const struct plan_way *way = &r->plan->way;

	if (way->pipe || way->unix_path)
		begin_local(r, way->pipe ? way->pipe : way->unix_path);
	else if (way->socks_host && !is_address(way->socks_host) &&
	         r->plan->stage != STAGE_ROUTE)
		begin_proxy(r);
	else
		begin_routing(r);
}

static void see(void *arg, const struct event *e)
{
	struct run *r = arg;

	if (!r->trial && run_check_can(r)) /* it may be from elsewhere */
		run_check_see(r, e);
	run_trial_see(r, e);
	docket_see(r->docket, e);
	run_gate_see(r, e);
}

struct run *run_new(struct run_env *env, struct plan *plan, uint32_t number,
                    const struct run_calls *calls)
{
	struct run *r = xcalloc(1, sizeof *r);

	r->env = env;
	r->plan = plan;
	r->calls = *calls;
	r->timer = loop_timer_new(env->loop, on_time, r);
	r->count.next_n = 1;
	r->out = (struct outlet){ .box = &env->box, .run = number,
		.count = number ? &r->count : &env->count,
		.target = plan->target.text, .see = see, .see_arg = r };
	r->docket = docket_new(&r->out);
	run_env_enter(env);
	plan_follow_target(plan);
	if (plan->seed == 0)
		plan->seed = some_seed();
	if (plan->server && target_parse(plan->server, &r->server) != TARGET_OK)
		r->server = (struct target){ 0 };
	r->port = plan->port ? plan->port
	          : r->server.port ? r->server.port
	          : plan->target.port ? plan->target.port : SMTP_PORT;
	run_trials_begin(r);
	start_post(&r->out, plan);
	run_scout(r, begin);
	return r;
}

void run_free(struct run *r)
{
	if (!r)
		return;
	visit_free(r->visit);
	run_gate_leave(r);
	run_trials_free(r);
	routing_free(r->routing);
	join_free(r->join);
	loop_timer_free(r->timer);
	run_forget_dane(r);
	run_scout_clear(r);
	run_check_clear(r);
	docket_free(r->docket);
	facts_free(r->facts);
	tls_setup_free(r->tls);
	stops_clear(&r->stops);
	target_clear(&r->server);
	request_free(r->connect);
	free(r->route);
	outlet_clear(&r->out);
	run_env_leave(r->env);
	plan_free(r->rest);
	plan_free(r->walk);
	plan_free(r->plan);
	free(r);
}
