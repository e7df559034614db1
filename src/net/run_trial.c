#include "config.h"

#include "net/run_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/conclude.h"
#include "check/trials.h"
#include "core/finding.h"
#include "net/probe.h"
#include "util/xalloc.h"

/*
 * Experiments (core/trial.h). What is asked for is made by the same visits as
 * any dialog, with a changed plan: one connection at a time, never a message,
 * QUIT at the end, nothing more after a 421.
 */

enum {
	PAUSE_MS = 1000,       /* between two connections to one host */
	PAUSE_CLASSROOM_MS = 100, /* a class does not wait that long */
	PORTS_MAX = 4,         /* addresses whose other ports are tried */
	PORT_LIMIT_MS = 10000, /* the SYN, and its repeats after 1, 3 and 7 s */
};

static const uint16_t other_ports[PORTS] = {
	0,   /* that of the dialog */
	587, /* submission, RFC 6409 §3.1 */
	443, /* what nearly every network lets out */
};

/* What a run remembers for the experiments of later. */
struct trials {
	struct summary base; /* newest session that got an answer */
	struct summary cur;  /* the one after it, when that got none yet */
	struct port_try ports[PORTS_MAX]; /* where connections were tried */
	size_t n_ports;
	int64_t put_off_us;  /* loop time of the newest 4yz to MAIL or RCPT */
	uint32_t retried;    /* the session that had its second try, 0 */
	bool done;           /* the plan's own experiment */
};

/* The one that is under way. */
struct trial_run {
	struct trial trial;
	struct plan *plan;   /* of its visits */
	struct summary sums[TRIAL_SEVERAL_MAX];
	size_t n, wanted;    /* visits that are over, and all */
	size_t stop;         /* of stops.list */
	unsigned waited_s;
	struct probe *probe;
	size_t address, port; /* that is probed */
};

/* ---- what goes by ---- */

static void clear_port(struct port_try *t)
{
	free(t->host);
	free(t->address);
}

static struct port_try *port_of(struct trials *m, const struct event *e)
{
	const char *address = event_text(e, e->u.connect.address);
	struct port_try *t;

	for (size_t i = 0; i < m->n_ports; i++)
		if (strcmp(m->ports[i].address, address) == 0)
			return &m->ports[i];
	if (m->n_ports == PORTS_MAX)
		return NULL;
	t = &m->ports[m->n_ports++];
	*t = (struct port_try){
		.host = xstrdup(event_text(e, e->u.connect.host)),
		.address = xstrdup(address),
	};
	for (size_t i = 0; i < PORTS; i++)
		t->port[i].port = other_ports[i];
	return t;
}

static void note_port(struct trials *m, const struct event *e)
{
	struct port_try *t;

	if (e->kind == EV_CONNECTED) {
		t = port_of(m, e);
		if (t)
			t->port[0].state = PORT_UP;
		return;
	}
	if (e->kind == EV_CONNECTING) {
		t = port_of(m, e);
		if (t)
			t->port[0].port = e->u.connect.port;
		return;
	}
	for (size_t i = 0; i < m->n_ports; i++)
		if (m->cur.address &&
		    strcmp(m->ports[i].address, m->cur.address) == 0)
			m->ports[i].port[0].state = (uint8_t)port_state_of(
			    (enum fail_kind)e->u.failed.kind);
}

static bool is_about_port(const struct event *e)
{
	return e->kind == EV_CONNECTING || e->kind == EV_CONNECTED ||
	       (e->kind == EV_FAILED && e->u.failed.phase == PHASE_CONNECT);
}

static void see_own(struct trials *m, const struct event *e)
{
	if (e->kind == EV_CONNECTING) {
		if (summary_replied(&m->cur) || m->base.session == 0) {
			summary_clear(&m->base);
			m->base = m->cur;
			m->cur = (struct summary){ .session = 0 };
		}
		summary_clear(&m->cur);
	}
	summary_see(&m->cur, e);
	if (e->kind == EV_REPLY && e->u.reply.code / 100 == 4 &&
	    summary_deferral(&m->cur))
		m->put_off_us = loop_now_us();
	if (is_about_port(e))
		note_port(m, e);
}

void run_trial_see(struct run *r, const struct event *e)
{
	if (!r->trials)
		return;
	if (!r->trial)
		see_own(r->trials, e);
	else if (r->trial->n < r->trial->wanted)
		summary_see(&r->trial->sums[r->trial->n], e);
}

static const struct summary *base_of(const struct trials *m)
{
	return summary_replied(&m->cur) || m->base.session == 0 ? &m->cur
	                                                        : &m->base;
}

void run_trials_begin(struct run *r)
{
	if (r->plan->hold_enter && r->plan->trial.kind == TRIAL_NONE)
		return; /* nobody can ask for one */
	r->trials = xcalloc(1, sizeof *r->trials);
}

static void clear_trial(struct run *r)
{
	struct trial_run *t = r->trial;

	if (!t)
		return;
	r->trial = NULL;
	probe_free(t->probe);
	plan_free(t->plan);
	trial_clear(&t->trial);
	for (size_t i = 0; i < TRIAL_SEVERAL_MAX; i++)
		summary_clear(&t->sums[i]);
	free(t);
}

void run_trials_free(struct run *r)
{
	struct trials *m = r->trials;

	trial_clear(&r->wanted);
	clear_trial(r);
	if (!m)
		return;
	r->trials = NULL;
	summary_clear(&m->base);
	summary_clear(&m->cur);
	for (size_t i = 0; i < m->n_ports; i++)
		clear_port(&m->ports[i]);
	free(m);
}

/* ---- may it be made? ---- */

/* The address that it is made to: SIZE_MAX none. */
static size_t find_stop(const struct run *r, const struct trial *t,
                        const struct summary *base)
{
	for (size_t i = 0; i < r->stops.n; i++) {
		const struct stop *s = &r->stops.list[i];

		if ((s->port || s->local) &&
		    trials_fits(t, base, s->host, s->address))
			return i;
	}
	return SIZE_MAX;
}

/* Nothing of the network is behind the other ports of a lesson's host. */
static bool is_lesson(const struct run *r, const struct trial *t,
                      const struct summary *base)
{
	struct stop stop = { .host = base->host, .address = base->address,
		.port = base->port };

	if (!base->address)
		return false;
	if (t->kind != TRIAL_PORT)
		return run_redirected(r, &stop) != 0;
	stop.port = other_ports[1];
	return r->env->cfg->join || run_is_dead_end(r, &stop);
}

static bool is_silent(const struct trials *m)
{
	for (size_t i = 0; i < m->n_ports; i++)
		if (m->ports[i].port[0].state == PORT_UP)
			return false;
	return m->n_ports > 0;
}

static const char *objection(const struct run *r, const struct trial *t,
                             size_t stop)
{
	const struct summary *base = base_of(r->trials);
	struct trial_facts f = {
		.plan = r->plan,
		.base = base,
		.fits = stop != SIZE_MAX,
		.lesson = is_lesson(r, t, base),
		.local = r->plan->way.pipe || r->plan->way.unix_path,
		.silent = is_silent(r->trials),
		.retried = base->session &&
		           r->trials->retried == base->session,
		.login_lost = trials_logged_in(base) && !r->plan->auth.wanted,
	};
	const char *say = trials_objection(t, &f);

	if (say)
		return say;
	if (stop == SIZE_MAX)
		return "try-no-dialog";
	return run_is_doubtful(r, &r->stops.list[stop]) ? "try-private" : NULL;
}

/* ---- its end ---- */

static void post(struct run *r, struct check *c)
{
	struct event_builder b;

	check_event(&b, c);
	check_clear(c);
	outlet_post(&r->out, &b, 0);
}

static void refuse(struct run *r, const struct trial *t, const char *say)
{
	struct check c = { .id = NULL };

	conclude_not(&c, t, base_of(r->trials), say);
	post(r, &c);
}

static void end_trial(struct run *r)
{
	struct trial_run *t = r->trial;
	struct trial_seen seen = { .base = base_of(r->trials),
		.sums = t->sums, .n = t->n, .wanted = t->wanted,
		.waited_s = t->waited_s, .ports = r->trials->ports,
		.n_ports = r->trials->n_ports };
	struct check c = { .id = NULL };

	conclude(&c, &t->trial, &seen);
	post(r, &c);
	clear_trial(r);
	run_rest(r);
}

void run_trial_stop(struct run *r)
{
	if (!r->trial)
		return;
	loop_timer_at(r->timer, INT64_MAX);
	refuse(r, &r->trial->trial, "try-cancelled");
	clear_trial(r);
}

/* ---- visits ---- */

static void wait_until(struct run *r, int64_t at_us)
{
	r->doing = DO_TRIAL;
	loop_timer_at(r->timer, at_us);
	run_prompt(r, at_us - r->out.box->start_us);
}

static int64_t pause_end(const struct run *r)
{
	const struct stop *stop = &r->stops.list[r->trial->stop];
	bool brief = r->plan->patience == PATIENCE_CLASSROOM ||
	             run_redirected(r, stop);

	return loop_now_us() +
	       (int64_t)(brief ? PAUSE_CLASSROOM_MS : PAUSE_MS) * 1000;
}

/* Counted from the reply, which may be a while ago; a time that the user
 * named begins now. */
static int64_t greylist_end(struct run *r)
{
	const struct summary *base = base_of(r->trials);
	struct trial_run *t = r->trial;
	int64_t now = loop_now_us(), least = pause_end(r), at;
	int64_t from = t->trial.value ? now : r->trials->put_off_us;

	at = from + (int64_t)1000000 * trials_wait_s(&t->trial, base,
	                                             r->plan);
	at = at > least ? at : least;
	t->waited_s = (unsigned)((at - from + 500000) / 1000000);
	return at;
}

void run_trial_over(struct run *r, const struct visit_end *e)
{
	struct trial_run *t = r->trial;
	const struct summary *s = &t->sums[t->n];
	bool more;

	if (e->cancelled) {
		run_trial_stop(r);
		run_rest(r);
		return;
	}
	more = !s->shut && !s->failed && summary_replied(s);
	t->n++;
	if (more && t->n < t->wanted)
		wait_until(r, pause_end(r));
	else
		end_trial(r);
}

/* ---- ports ---- */

static void probe_next(struct run *r);

static void on_probe(void *arg, struct probe_end end)
{
	struct run *r = arg;
	struct trial_run *t = r->trial;
	struct port_try *p = &r->trials->ports[t->address];

	probe_free(t->probe);
	t->probe = NULL;
	p->port[t->port].state = (uint8_t)(end.up ? PORT_UP
	                                          : port_state_of(end.kind));
	p->port[t->port].us = end.us;
	if (++t->port == PORTS) {
		t->port = 1;
		t->address++;
	}
	probe_next(r);
}

static void probe_next(struct run *r)
{
	struct trial_run *t = r->trial;
	const struct plan_way *way = &r->plan->way;
	uint32_t limit = r->plan->timeout_ms &&
	                         r->plan->timeout_ms < PORT_LIMIT_MS
	                     ? r->plan->timeout_ms : PORT_LIMIT_MS;
	const struct port_try *p = &r->trials->ports[t->address];
	struct stop stop = { .address = p->address };
	struct conn_to to = { .source = plan_source(r->plan,
		way->socks_host ? way->socks_host : p->address),
		.socks_host = way->socks_host,
		.socks_port = way->socks_port };

	if (t->address == r->trials->n_ports) {
		end_trial(r);
		return;
	}
	stop.port = p->port[t->port].port;
	to.address = p->address;
	to.port = run_redirected(r, &stop);
	if (to.port)
		to = (struct conn_to){ .address = "127.0.0.1",
			.port = to.port };
	else
		to.port = stop.port;
	r->doing = DO_TRIAL;
	t->probe = probe_new(r->env->loop, &to, limit, on_probe, r);
	run_prompt(r, outlet_now_us(&r->out) + (int64_t)limit * 1000);
}

/* ---- its beginning ---- */

void run_trial_time(struct run *r)
{
	struct trial_run *t = r->trial;

	loop_timer_at(r->timer, INT64_MAX);
	if (t->trial.kind == TRIAL_PORT)
		probe_next(r);
	else
		run_visit(r, &r->stops.list[t->stop], t->plan);
}

static void tell_beginning(struct run *r, const struct trial *t, size_t stop)
{
	char *word = trial_text(t);
	const char *args[] = { word, r->stops.list[stop].host };
	struct event_builder b;

	finding_begin(&b, "experiment", args, 2, 0);
	outlet_post(&r->out, &b, 0);
	free(word);
}

/* t: given away. */
static void begin(struct run *r, struct trial *t)
{
	const struct summary *base = base_of(r->trials);
	size_t stop = find_stop(r, t, base);
	const char *say = objection(r, t, stop);
	struct trial_run *run;

	if (say) {
		refuse(r, t, say);
		trial_clear(t);
		run_rest(r);
		return;
	}
	tell_beginning(r, t, stop);
	run = xcalloc(1, sizeof *run);
	run->trial = *t;
	run->stop = stop;
	run->port = 1;
	run->wanted = t->kind == TRIAL_PORT ? 0 : trials_visits(t);
	run->plan = trials_plan(t, base, r->plan);
	r->trial = run;
	*t = (struct trial){ .kind = TRIAL_NONE };
	if (run->trial.kind == TRIAL_GREYLIST) {
		r->trials->retried = base->session;
		wait_until(r, greylist_end(r));
	} else {
		wait_until(r, pause_end(r));
	}
}

void run_try(struct run *r, const struct request *q)
{
	struct trial t = { .kind = TRIAL_NONE };
	char *error = q->text ? trial_parse(q->text, &t) : NULL;

	free(error); /* who asks has looked at it before */
	if (t.kind == TRIAL_NONE || !r->trials)
		return;
	r->cancelled = false;
	if (r->doing == DO_VISIT && !r->trial && !r->leaving) {
		trial_clear(&r->wanted);
		r->wanted = t;
		visit_leave(r->visit);
	} else if (r->doing == DO_NOTHING || r->doing == DO_WAIT) {
		loop_timer_at(r->timer, INT64_MAX);
		begin(r, &t);
	} else {
		refuse(r, &t, "try-busy");
		trial_clear(&t);
	}
}

bool run_trial_wanted(struct run *r)
{
	struct trial t = r->wanted;

	if (t.kind == TRIAL_NONE)
		return false;
	r->wanted = (struct trial){ .kind = TRIAL_NONE };
	if (!r->cancelled)
		begin(r, &t);
	else
		trial_clear(&t);
	return !r->cancelled;
}

bool run_trial_due(struct run *r)
{
	struct trial t;

	if (r->plan->trial.kind == TRIAL_NONE || !r->plan->hold_enter ||
	    r->trials->done || r->leaving || r->cancelled)
		return false;
	r->trials->done = true;
	trial_copy(&t, &r->plan->trial);
	begin(r, &t);
	return true;
}
