#include "config.h"

#include "net/run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/verdict.h"
#include "core/finding.h"
#include "net/join.h"
#include "net/routing.h"
#include "net/start.h"
#include "net/stops.h"
#include "net/visit.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { SMTP_PORT = 25 };

enum doing {
	DO_ROUTING, /* DNS for the route */
	DO_PORT,    /* DNS for the port of a host (join) */
	DO_ASKING,  /* may this private address be used? */
	DO_VISIT,   /* a connection, or the try to get one */
	DO_WAIT,    /* a lesson's pause before its next connection */
	DO_NOTHING, /* until the user wants something */
};

struct run {
	struct run_env *env;
	struct plan *plan;
	struct run_calls calls;
	struct target server; /* plan.server taken apart; empty without it */
	enum doing doing;
	struct routing *routing;
	struct join *join;
	struct event *route;   /* copy, or NULL before it is known */
	struct stops stops;
	struct visit *visit;
	struct loop_timer *timer;   /* of DO_WAIT, and to begin */
	struct request *connect;    /* wanted once the visit is over, or NULL */
	uint16_t port;
	size_t step;                /* of plan.steps, for the next visit */
	bool named;                 /* the user named the host: never ask */
	bool private_ok, private_no; /* what the user said */
	bool private_unused;        /* an address was passed over as private */
	bool leaving;
	uint8_t exit;               /* of the last decisive session so far */
	bool has_exit, decided;
	struct ev_end sum;
};

static void go_on(struct run *r);

/* ---- the end ---- */

static void end(struct run *r)
{
	struct event_builder b;

	event_begin(&b, EV_END);
	b.e.u.end = r->sum;
	b.e.u.end.exit = r->exit;
	outlet_post(&r->env->out, &b, 0);
	r->calls.done(r->calls.arg);
}

/* What the front end shows while there is no connection. */
static void post_prompt(struct run *r, int64_t deadline_us)
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
	outlet_post(&r->env->out, &b, 0);
}

/* Nothing more happens by itself: batch is over, a person may go on. */
static void rest(struct run *r)
{
	r->doing = DO_NOTHING;
	if (r->plan->hold_enter || r->leaving)
		end(r);
	else
		post_prompt(r, 0);
}

/* The exit status is that of the last session that decided something; one
 * that never got a reply decides only when there is no other. */
static void note_exit(struct run *r, uint8_t status, enum outcome outcome)
{
	bool decisive = outcome != OUT_UNREACHABLE;

	if (r->plan->all && r->has_exit)
		r->exit = (uint8_t)exit_worse(r->exit, status);
	else if (decisive || !r->decided)
		r->exit = status;
	r->has_exit = true;
	r->decided |= decisive;
}

static void post_verdict(struct run *r, struct event_builder *b)
{
	note_exit(r, b->e.u.verdict.exit, b->e.u.verdict.outcome);
	outlet_post(&r->env->out, b, 0);
}

/* It failed before there was a connection to fail. */
static void fail(struct run *r, enum fail_phase phase, enum fail_kind kind,
                 const char *detail)
{
	struct session_result result = { .failed = true, .phase = phase,
		.fail = kind };
	struct event_builder b;

	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = (uint8_t)phase;
	b.e.u.failed.kind = (uint8_t)kind;
	b.e.u.failed.detail = event_puts(&b, detail);
	outlet_post(&r->env->out, &b, 0);
	verdict_session(&b, &result, NULL, r->plan->stage);
	post_verdict(r, &b);
	rest(r);
}

/* No address is left and none was tried: the route says why. */
static void conclude(struct run *r)
{
	struct event_builder b;

	if (r->sum.sessions == 0) {
		verdict_route(&b, r->route);
		post_verdict(r, &b);
	}
	rest(r);
}

/* ---- one visit after the other ---- */

static uint16_t redirected(const struct run *r, const struct stop *stop)
{
	const struct worker_config *cfg = r->env->cfg;

	for (size_t i = 0; i < cfg->n_redirects; i++) {
		const struct redirect *m = &cfg->redirects[i];

		if ((!m->address || strcmp(m->address, stop->address) == 0) &&
		    (m->port == 0 || m->port == stop->port))
			return m->to_port;
	}
	return 0;
}

static void count(struct run *r, const struct visit_end *e)
{
	bool rcpts = e->sum.accepted || e->sum.deferred || e->sum.refused;

	r->sum.sessions++;
	r->sum.unreachable += e->sum.outcome == OUT_UNREACHABLE;
	/* recipients where there were any, else the session as a whole */
	r->sum.accepted += rcpts ? e->sum.accepted
	                         : e->sum.outcome == OUT_ACCEPTED;
	r->sum.deferred += rcpts ? e->sum.deferred
	                         : e->sum.outcome == OUT_DEFERRED;
	r->sum.refused += rcpts ? e->sum.refused
	                        : e->sum.outcome == OUT_REFUSED;
	note_exit(r, e->sum.exit, e->sum.outcome);
}

/* RFC 5321 §5.1: the next address after a connection that failed or a
 * greeting that says later; never after a 5yz. */
static bool wants_next(const struct run *r, const struct visit_end *e)
{
	const struct session_result *s = &e->result;

	if (r->plan->all)
		return true;
	if (s->failed && s->phase == PHASE_CONNECT)
		return true;
	if (!r->plan->hold_enter)
		return false; /* the person sees it and decides */
	if (s->failed)
		return s->phase == PHASE_GREETING;
	return s->verb == VERB_CONNECT && s->code / 100 == 4;
}

static bool wants_connect_step(const struct run *r, const struct visit_end *e)
{
	bool met = !e->result.failed || e->result.phase != PHASE_CONNECT;

	return met && e->step < r->plan->n_steps &&
	       r->plan->steps[e->step].kind == STEP_CONNECT;
}

static void begin_wait(struct run *r, size_t step)
{
	int64_t at = loop_now_us() +
	             (int64_t)r->plan->steps[step].wait_ms * 1000;

	r->step = step;
	r->doing = DO_WAIT;
	loop_timer_at(r->timer, at);
	post_prompt(r, at - r->env->out.start_us);
}

/* The pause is over, or cut short by the user. */
static void end_wait(struct run *r)
{
	loop_timer_at(r->timer, INT64_MAX);
	r->step++;
	stops_pick(&r->stops, NULL, NULL);
	go_on(r);
}

static void connect_as_asked(struct run *r, const struct request *q)
{
	if (!stops_pick(&r->stops, q->text, q->text2)) {
		post_prompt(r, 0);
		return;
	}
	r->step = 0;
	go_on(r);
}

static void on_visit_over(void *arg)
{
	struct run *r = arg;
	struct visit_end e = visit_end(r->visit);
	struct request *wanted = r->connect;

	visit_free(r->visit);
	r->visit = NULL;
	r->doing = DO_NOTHING;
	r->connect = NULL;
	count(r, &e);
	if (r->leaving)
		end(r);
	else if (wanted)
		connect_as_asked(r, wanted);
	else if (e.cancelled)
		rest(r);
	else if (wants_connect_step(r, &e))
		begin_wait(r, e.step);
	else if (wants_next(r, &e))
		go_on(r);
	else
		rest(r);
	request_free(wanted);
}

static void visit(struct run *r, const struct stop *stop)
{
	struct visit_calls calls = { .over = on_visit_over, .arg = r };
	struct visit_to to = { .host = stop->host, .address = stop->address,
		.port = stop->port, .via_port = redirected(r, stop),
		.session = ++r->env->sessions, .step = r->step };

	r->doing = DO_VISIT;
	r->visit = visit_new(r->env->loop, &r->env->out, r->plan, &to, &calls);
}

/* ---- private addresses (dns.md §1.3) ---- */

static bool is_doubtful(const struct run *r, const struct stop *stop)
{
	return stop->class != ADDR_PUBLIC && !r->named &&
	       !r->plan->allow_private && !r->private_ok &&
	       !r->env->cfg->join && redirected(r, stop) == 0;
}

static void ask(struct run *r, const struct stop *stop)
{
	const char *args[] = { stop->host, stop->address,
		address_class_name(stop->class) };
	struct event_builder b;

	event_begin(&b, EV_ASK);
	b.e.u.ask.id = event_puts(&b, "private-address");
	b.e.u.ask.args = event_put_texts(&b, args, 3);
	r->doing = DO_ASKING;
	outlet_post(&r->env->out, &b, 0);
}

/* It is not used; why: id of the finding that says so. */
static void pass_over(struct run *r, const struct stop *stop, const char *why)
{
	const char *args[] = { stop->host, stop->address };
	struct event_builder b;

	finding_begin(&b, why, args, 2, 0);
	outlet_post(&r->env->out, &b, 0);
	stops_skip(&r->stops);
}

static void on_answer(struct run *r, bool yes)
{
	r->private_ok = yes;
	r->private_no = !yes;
	go_on(r);
}

/* ---- the port of a host, where a classroom was joined ---- */

static void post_exchange(void *arg, const struct dns_exchange *x)
{
	struct run *r = arg;
	struct event_builder b;

	exchange_event(&b, x);
	outlet_post(&r->env->out, &b, 0);
}

static void on_port(void *arg, uint16_t port)
{
	struct run *r = arg;
	struct stop *stop = stops_peek(&r->stops);

	join_free(r->join);
	r->join = NULL;
	if (port)
		stop->port = port;
	else
		pass_over(r, stop, "join-no-port");
	go_on(r);
}

/* False: its name is none that can be asked for. */
static bool find_port(struct run *r, const struct stop *stop)
{
	struct join_calls calls = { .exchange = post_exchange,
		.done = on_port, .arg = r };

	r->doing = DO_PORT;
	r->join = join_start(r->env->resolver, stop->host, r->port, &calls);
	return r->join != NULL;
}

/* ---- what comes next ---- */

/* What must be known before stop can be used is being found out. */
static bool must_wait(struct run *r, const struct stop *stop)
{
	if (stop->port == 0)
		return find_port(r, stop);
	if (!is_doubtful(r, stop) || r->private_no || !r->plan->may_ask)
		return false;
	ask(r, stop);
	return true;
}

/* The reason not to go there, NULL for none. */
static const char *objection(const struct run *r, const struct stop *stop)
{
	if (stop->port == 0)
		return "join-no-port";
	if (is_doubtful(r, stop))
		return "private-unused";
	return stops_tried(&r->stops, stop) ? "address-tried" : NULL;
}

/* Decides about the next address: look up, ask, pass over, or go there. */
static void go_on(struct run *r)
{
	struct stop *stop;

	while ((stop = stops_peek(&r->stops))) {
		const char *why;

		if (must_wait(r, stop))
			return;
		why = objection(r, stop);
		if (!why) {
			stops_take(&r->stops);
			visit(r, stop);
			return;
		}
		r->private_unused |= is_doubtful(r, stop);
		pass_over(r, stop, why);
	}
	conclude(r);
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
	n = outlet_post(&r->env->out, &b, 0);
	for (size_t i = 0; i < route->n_findings; i++) {
		route_finding_event(&b, route, i, n);
		outlet_post(&r->env->out, &b, 0);
	}
	stops_fill(&r->stops, route,
	           r->env->cfg->join && route->kind != ROUTE_LITERAL ? 0
	                                                             : r->port);
	routing_free(r->routing);
	r->routing = NULL;
	if (r->plan->stage == STAGE_ROUTE)
		conclude(r);
	else
		go_on(r);
}

static bool have_resolver(struct run_env *env)
{
	struct resolve_config cfg = { .server = env->cfg->dns,
		.trust_ad = env->cfg->trust_ad };

	if (!env->resolver)
		env->resolver = resolver_new(env->loop, &cfg);
	return env->resolver != NULL;
}

static void on_time(void *arg)
{
	struct run *r = arg;

	if (r->doing == DO_WAIT)
		end_wait(r);
	else if (r->doing == DO_ROUTING)
		fail(r, PHASE_DNS, FAIL_LOCAL, _("no DNS server is known"));
}

/* A shuffle needs no secret, only another order the next time. */
static uint64_t some_seed(void)
{
	uint64_t x = (uint64_t)loop_now_us() ^ (uint64_t)getpid() << 40;

	return x % 1000000 + 1; /* short enough to be typed again */
}

static void begin_routing(struct run *r)
{
	const struct target *t = &r->plan->target;
	struct route_query query = { .domain = t->domain, .kind = t->kind,
		.family = r->plan->family, .seed = r->plan->seed };
	struct routing_calls calls = { .exchange = post_exchange,
		.done = on_route, .arg = r };

	if (r->plan->server) {
		query.domain = r->server.domain ? r->server.domain
		                                : r->plan->server;
		query.kind = r->server.kind == TARGET_LITERAL ? TARGET_LITERAL
		                                              : TARGET_HOST;
	}
	r->named = query.kind != TARGET_DOMAIN;
	r->doing = DO_ROUTING;
	post_prompt(r, 0);
	if (query.kind != TARGET_LITERAL && !have_resolver(r->env)) {
		loop_timer_at(r->timer, 0);
		return;
	}
	r->routing = routing_start(r->env->loop, r->env->resolver, t, &query,
	                           &calls);
}

struct run *run_new(struct run_env *env, struct plan *plan,
                    const struct run_calls *calls)
{
	struct run *r = xcalloc(1, sizeof *r);

	r->env = env;
	r->plan = plan;
	r->calls = *calls;
	r->timer = loop_timer_new(env->loop, on_time, r);
	env->out.target = plan->target.text;
	if (plan->seed == 0)
		plan->seed = some_seed();
	if (plan->server && target_parse(plan->server, &r->server) != TARGET_OK)
		r->server = (struct target){ 0 };
	r->port = plan->port ? plan->port
	          : r->server.port ? r->server.port
	          : plan->target.port ? plan->target.port : SMTP_PORT;
	start_post(&env->out, plan);
	begin_routing(r);
	return r;
}

void run_free(struct run *r)
{
	if (!r)
		return;
	visit_free(r->visit);
	routing_free(r->routing);
	join_free(r->join);
	loop_timer_free(r->timer);
	stops_clear(&r->stops);
	target_clear(&r->server);
	request_free(r->connect);
	free(r->route);
	r->env->out.target = NULL;
	plan_free(r->plan);
	free(r);
}

/* ---- what the user wants ---- */

static void ask_to_connect(struct run *r, const struct request *q)
{
	switch (r->doing) {
	case DO_VISIT:
		request_free(r->connect);
		r->connect = request_new(REQ_CONNECT, NULL,
		                         xstrdup(q->text ? q->text : ""),
		                         xstrdup(q->text2 ? q->text2 : ""),
		                         false);
		visit_leave(r->visit);
		break;
	case DO_WAIT:
		if (!q->text || !*q->text) {
			end_wait(r);
			break;
		}
		loop_timer_at(r->timer, INT64_MAX);
		connect_as_asked(r, q);
		break;
	case DO_NOTHING:
	case DO_ASKING:
		connect_as_asked(r, q);
		break;
	case DO_ROUTING:
	case DO_PORT:
		break; /* it will connect as soon as it knows where */
	}
}

static void stop_looking(struct run *r)
{
	routing_free(r->routing);
	r->routing = NULL;
	join_free(r->join);
	r->join = NULL;
	loop_timer_at(r->timer, INT64_MAX);
}

static void cancel(struct run *r)
{
	switch (r->doing) {
	case DO_VISIT:
		visit_cancel(r->visit);
		break;
	case DO_ROUTING:
	case DO_PORT:
		stop_looking(r);
		fail(r, PHASE_DNS, FAIL_CANCELLED, "");
		break;
	case DO_ASKING:
	case DO_WAIT:
		stop_looking(r);
		fail(r, PHASE_CONNECT, FAIL_CANCELLED, "");
		break;
	case DO_NOTHING:
		break;
	}
}

void run_request(struct run *r, const struct request *q)
{
	switch (q->kind) {
	case REQ_SEND:
		if (r->visit && q->text)
			visit_send(r->visit, q->text);
		break;
	case REQ_CONNECT:
		ask_to_connect(r, q);
		break;
	case REQ_ANSWER:
		if (r->doing == DO_ASKING)
			on_answer(r, q->yes);
		break;
	case REQ_CANCEL:
		cancel(r);
		break;
	case REQ_CLOSE:
		if (r->visit)
			visit_close(r->visit);
		break;
	case REQ_GUIDE: /* every prompt holds the proposal: ui shows it or not */
	case REQ_OPEN:
	case REQ_STOP: /* the worker's */
		break;
	}
}

void run_end(struct run *r, bool polite)
{
	if (r->leaving && polite)
		return;
	r->leaving = true;
	if (r->visit && polite) {
		visit_leave(r->visit);
	} else if (r->visit) {
		visit_close(r->visit);
	} else {
		stop_looking(r);
		end(r);
	}
}

void run_resume(struct run *r)
{
	if (r->visit)
		visit_resume(r->visit);
}
