#include "config.h"

#include "net/run_priv.h"

#include <stdio.h>
#include <string.h>

#include "core/finding.h"
#include "net/files.h"

/* Runs beside each other ask the gate before they connect; the only run there
 * is has nobody to wait for. */

static void set_timer(struct run_env *env)
{
	int64_t due_us = gate_due_us(env->gate);

	if (due_us != env->gate_due_us)
		loop_timer_at(env->gate_timer, due_us);
	env->gate_due_us = due_us;
}

static void on_turn(void *arg)
{
	struct run_env *env = arg;

	env->gate_due_us = INT64_MAX;
	gate_turn(env->gate, loop_now_us());
	set_timer(env);
}

static size_t per_host(const struct run_env *env)
{
	return env->cfg->per_host ? env->cfg->per_host : WORKER_PER_HOST;
}

static void need_gate(struct run_env *env)
{
	const struct gate_config cfg = { .per_host = per_host(env),
		.total = files_make_room(0).sessions,
		.pause_ms = env->cfg->pause_ms };

	if (env->gate)
		return;
	env->gate = gate_new(&cfg);
	env->gate_timer = loop_timer_new(env->loop, on_turn, env);
	env->gate_due_us = INT64_MAX;
}

/* Why it takes so long; the time it took is up to the next "connecting". */
static void tell_wait(struct run *r)
{
	int64_t now_us = loop_now_us();
	const struct stop *stop = r->wish.stop;
	char number[24] = "";
	const char *args[] = { stop->address, number };
	const char *id = "wait-host";
	struct event_builder b;

	if (r->wish.told)
		return;
	r->wish.told = true;
	switch (gate_state(r->pass, now_us)) {
	case GATE_OPEN:
	case GATE_HOST:
		snprintf(number, sizeof number, "%zu", per_host(r->env));
		break;
	case GATE_SHUT:
		id = "host-shut";
		break;
	case GATE_PAUSE:
		id = "wait-pause";
		snprintf(number, sizeof number, "%d",
		         (int)((gate_pause_us(r->pass) - now_us + 999999) /
		               1000000));
		break;
	case GATE_FILES:
		id = "wait-files";
		snprintf(number, sizeof number, "%zu",
		         files_make_room(0).files);
		break;
	}
	finding_begin(&b, id, args, 2, 0);
	outlet_post(&r->out, &b, 0);
}

/* Nobody tries there for a while: as if the server had said so again. */
static void pass_by(struct run *r)
{
	r->wish.told = false;
	tell_wait(r);
	run_gate_leave(r);
	if (r->trial) {
		run_trial_stop(r);
		run_rest(r);
		return;
	}
	r->shut = true;
	run_go_on(r);
}

static void on_go(void *arg)
{
	struct run *r = arg;

	if (gate_state(r->pass, loop_now_us()) == GATE_SHUT)
		pass_by(r);
	else
		run_enter(r);
}

bool run_gate_open(struct run *r)
{
	const struct stop *stop = r->wish.stop;
	const struct gate_calls calls = { .go = on_go, .arg = r };
	int64_t now_us = loop_now_us();

	if (!r->out.run || stop->local)
		return true;
	need_gate(r->env);
	r->pass = gate_ask(r->env->gate, stop->address, stop->port,
	                   &calls, now_us);
	if (gate_state(r->pass, now_us) == GATE_OPEN)
		return true;
	if (gate_state(r->pass, now_us) == GATE_SHUT) {
		pass_by(r);
		return false;
	}
	tell_wait(r);
	set_timer(r->env);
	return false;
}

bool run_gate_wait(struct run *r)
{
	if (!r->pass || !gate_no_files(r->pass, loop_now_us()))
		return false;
	tell_wait(r);
	set_timer(r->env);
	return true;
}

void run_gate_leave(struct run *r)
{
	if (!r->pass)
		return;
	gate_leave(r->pass, loop_now_us());
	r->pass = NULL;
	set_timer(r->env);
}

static void see_reply(struct run *r, const struct ev_reply *reply)
{
	unsigned first = reply->to == EV_GREETING ? reply->code / 100 : 0;

	if (reply->code == 421 || first == 4)
		gate_busy(r->pass, loop_now_us());
	else if (first == 2)
		gate_welcome(r->pass, loop_now_us());
	else
		return;
	set_timer(r->env);
}

static void see_failed(struct run *r, const struct ev_failed *f)
{
	if (f->kind != FAIL_TIMEOUT ||
	    (f->phase != PHASE_CONNECT && f->phase != PHASE_GREETING))
		return;
	gate_silent(r->pass, loop_now_us());
	set_timer(r->env);
}

void run_gate_see(struct run *r, const struct event *e)
{
	if (r->pass && e->kind == EV_REPLY)
		see_reply(r, &e->u.reply);
	else if (r->pass && e->kind == EV_FAILED)
		see_failed(r, &e->u.failed);
}
