#include "config.h"

#include "net/run_priv.h"

#include <stdio.h>
#include <string.h>

#include "check/verdict.h"
#include "core/finding.h"
#include "net/next.h"

/* Where nobody asked for --all: a domain with hundreds of dead addresses must
 * not hold up for hours. Postfix tries 5 (smtp_mx_address_limit). */
enum { TRIES_MAX = 10 };

/* ---- one visit after the other ---- */

static const struct redirect *find_redirect(const struct run *r,
                                            const struct stop *stop)
{
	const struct worker_config *cfg = r->env->cfg;

	for (size_t i = 0; i < cfg->n_redirects && !stop->local; i++) {
		const struct redirect *m = &cfg->redirects[i];

		if ((!m->address || strcmp(m->address, stop->address) == 0) &&
		    (m->port == 0 || m->port == stop->port))
			return m;
	}
	return NULL;
}

uint16_t run_redirected(const struct run *r, const struct stop *stop)
{
	const struct redirect *m = find_redirect(r, stop);

	return m ? m->to_port : 0;
}

bool run_is_dead_end(const struct run *r, const struct stop *stop)
{
	const struct redirect *m = find_redirect(r, stop);

	return m && !m->address;
}

/* A recipient that was accepted is so only where the session went well. */
static uint32_t accepted(const struct judge_sum *s)
{
	bool well = s->outcome == OUT_ACCEPTED || s->outcome == OUT_MIXED;

	return well ? s->accepted : 0;
}

/* Of all recipients, when this visit was for the rest of them. */
static uint8_t joint_exit(const struct run *r, const struct judge_sum *s)
{
	uint32_t yes = accepted(s);
	bool open = yes + s->refused < r->rest->n_to;

	if (r->yes + yes > 0)
		return r->no + s->refused || open ? EXIT_SOME : EXIT_ACCEPTED;
	return open ? EXIT_LATER : s->exit;
}

static void count(struct run *r, const struct visit_end *e)
{
	sums_session(&r->sums, &e->sum);
	run_note_exit(r, r->rest ? joint_exit(r, &e->sum) : e->sum.exit,
	              e->sum.outcome);
}

/* Only those that this visit has put off are taken further. */
static void leave_the_rest(struct run *r, const struct visit_end *e)
{
	struct plan *rest = visit_rest(r->visit);
	uint32_t yes = accepted(&e->sum);

	r->yes += yes;
	r->no += e->sum.refused + e->sum.accepted - yes;
	/* they are judged once more */
	r->sums.sum.deferred -= e->sum.deferred;
	visit_free(r->visit); /* it may hold the plan that is replaced */
	r->visit = NULL;
	plan_free(r->rest);
	r->rest = rest;
}

static void all_again(struct run *r)
{
	plan_free(r->rest);
	r->rest = NULL;
	r->yes = r->no = 0;
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
	run_prompt(r, at - r->out.box->start_us);
}

void run_end_wait(struct run *r)
{
	loop_timer_at(r->timer, INT64_MAX);
	r->step++;
	r->tries = 0; /* a lesson's own connections are no tries */
	stops_pick(&r->stops, NULL, NULL);
	run_go_on(r);
}

void run_connect(struct run *r, const struct request *q)
{
	if (!stops_pick(&r->stops, q->text, q->text2)) {
		run_prompt(r, 0);
		return;
	}
	r->step = 0;
	r->tries = 0;
	r->walking = false;
	all_again(r);
	run_go_on(r);
}

/* Nothing follows by itself; the prompt still tells how far the steps went. */
static void stop_here(struct run *r, const struct visit_end *e)
{
	r->step = e->step;
	run_rest(r);
}

/* Postfix and the others do so, too: what failed cannot be gone on with. */
static void again_in_clear(struct run *r)
{
	outlet_finding(&r->out, "tls-again-in-clear", NULL, 0, 0);
	r->clear = true;
	stops_again(&r->stops);
	run_go_on(r);
}

/* What comes of itself, now that no one wants anything else. */
static void follow(struct run *r, const struct visit_end *e,
                   enum next_step next)
{
	if (e->cancelled)
		stop_here(r, e);
	else if (next == NEXT_CLEAR)
		again_in_clear(r);
	else if (wants_connect_step(r, e))
		begin_wait(r, e->step);
	else if (next == NEXT_ADDRESS || next == NEXT_DEFERRED)
		run_go_on(r);
	else
		stop_here(r, e);
}

static void on_visit_over(void *arg)
{
	struct run *r = arg;
	struct visit_end e = visit_end(r->visit);
	enum next_step next = next_after(r->walking ? r->walk : r->plan,
	                                 &e.result, &e.sum);
	struct request *wanted = r->connect;
	bool trial = r->trial != NULL;

	if (!trial)
		count(r, &e);
	if (!trial && next == NEXT_DEFERRED && stops_peek(&r->stops))
		leave_the_rest(r, &e);
	visit_free(r->visit);
	r->visit = NULL;
	run_gate_leave(r);
	r->doing = DO_NOTHING;
	r->connect = NULL;
	if (r->leaving || wanted) {
		run_trial_stop(r);
		trial_clear(&r->wanted);
	}
	if (r->leaving)
		run_finish(r);
	else if (wanted)
		run_connect(r, wanted);
	else if (trial)
		run_trial_over(r, &e);
	else if (!run_trial_wanted(r))
		follow(r, &e, next);
	request_free(wanted);
}

void run_enter(struct run *r)
{
	const struct stop *stop = r->wish.stop;
	struct visit_calls calls = { .over = on_visit_over, .arg = r };
	struct visit_to to = { .host = stop->host, .address = stop->address,
		.own_name = run_own_name(r),
		.port = stop->port, .local = stop->local,
		.via_port = run_redirected(r, stop),
		.session = r->out.count->sessions + 1,
		.step = r->trial ? 0 : r->step,
		.dane = run_dane(r, stop), .setup = run_tls_setup(r),
		.trust_pem = r->env->cfg->trust_pem, .clear = r->clear,
		.docket = r->docket, .may_wait = r->pass != NULL };

	r->visit = visit_new(r->env->loop, &r->out, r->wish.plan, &to, &calls);
	if (!r->visit && run_gate_wait(r))
		return;
	if (!r->visit) {
		to.may_wait = false;
		r->visit = visit_new(r->env->loop, &r->out, r->wish.plan, &to,
		                     &calls);
	}
	r->out.count->sessions++;
	r->clear = false;
	r->doing = DO_VISIT;
	run_prompt(r, visit_deadline_us(r->visit));
}

void run_visit(struct run *r, const struct stop *stop,
               const struct plan *plan)
{
	r->wish = (struct wish){ .stop = stop, .plan = plan };
	r->doing = DO_GATE;
	if (run_gate_open(r))
		run_enter(r);
}

/* ---- private addresses (dns.md §1.3) ---- */

bool run_is_doubtful(const struct run *r, const struct stop *stop)
{
	return stop->class != ADDR_PUBLIC && !r->named &&
	       !r->plan->allow_private && !r->private_ok &&
	       !r->env->cfg->join && run_redirected(r, stop) == 0;
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
	outlet_post(&r->out, &b, 0);
}

/* It is not used; why: id of the finding that says so. */
static void pass_over(struct run *r, const struct stop *stop, const char *why)
{
	const char *args[] = { stop->host, stop->address };
	struct event_builder b;

	finding_begin(&b, why, args, 2, 0);
	outlet_post(&r->out, &b, 0);
	stops_skip(&r->stops);
}

void run_answer(struct run *r, bool yes)
{
	r->private_ok = yes;
	r->private_no = !yes;
	run_go_on(r);
}

/* ---- the port of a host, where a classroom was joined ---- */

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
	run_go_on(r);
}

/* False: its name is none that can be asked for. */
static bool find_port(struct run *r, const struct stop *stop)
{
	struct join_calls calls = { .exchange = run_post_exchange,
		.done = on_port, .arg = r };

	r->doing = DO_PORT;
	r->join = join_start(r->env->resolver, stop->host, r->port, &calls);
	return r->join != NULL;
}

/* ---- what comes next ---- */

/* What must be known before stop can be used is being found out. */
static bool must_wait(struct run *r, const struct stop *stop)
{
	if (stop->local)
		return false;
	if (stop->port == 0)
		return find_port(r, stop);
	if (run_is_doubtful(r, stop) && !r->private_no && r->plan->may_ask) {
		ask(r, stop);
		return true;
	}
	return !run_is_doubtful(r, stop) && run_find_dane(r, stop);
}

/* The reason not to go there, NULL for none. */
static const char *objection(const struct run *r, const struct stop *stop)
{
	if (stop->local)
		return NULL;
	if (stop->port == 0)
		return "join-no-port";
	if (run_is_doubtful(r, stop))
		return "private-unused";
	if (run_dane_objection(r, stop))
		return run_dane_objection(r, stop);
	return stops_tried(&r->stops, stop) ? "address-tried" : NULL;
}

/* As many as go by themselves were tried: the rest is left alone. */
static bool tried_enough(struct run *r)
{
	size_t left = r->stops.end - r->stops.at;
	char tries[16], rest[24];
	const char *args[] = { tries, rest };
	struct event_builder b;

	if (r->plan->all || r->tries < TRIES_MAX || left == 0)
		return false;
	snprintf(tries, sizeof tries, "%u", r->tries);
	snprintf(rest, sizeof rest, "%zu", left);
	finding_begin(&b, "tries-limit", args, 2, 0);
	outlet_post(&r->out, &b, 0);
	return true;
}

void run_go_on(struct run *r)
{
	struct stop *stop;

	if (tried_enough(r)) {
		run_conclude(r);
		return;
	}
	while ((stop = stops_peek(&r->stops))) {
		const char *why;

		if (must_wait(r, stop))
			return;
		why = objection(r, stop);
		if (!why) {
			stops_take(&r->stops);
			r->tries++;
			run_visit(r, stop, run_plan(r));
			return;
		}
		pass_over(r, stop, why);
	}
	run_conclude(r);
}

