#include "config.h"

#include "net/run_priv.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* What the user wants of a run that is under way. */

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
			run_end_wait(r);
			break;
		}
		loop_timer_at(r->timer, INT64_MAX);
		run_connect(r, q);
		break;
	case DO_TRIAL:
		run_trial_stop(r);
		run_connect(r, q);
		break;
	case DO_NOTHING:
	case DO_ASKING:
		run_connect(r, q);
		break;
	case DO_SCOUT:
	case DO_ROUTING:
	case DO_PORT:
	case DO_CHECKS:
	case DO_DANE:
	case DO_GATE:
		break; /* it will connect as soon as it knows where */
	}
}

static void stop_looking(struct run *r)
{
	routing_free(r->routing);
	r->routing = NULL;
	join_free(r->join);
	r->join = NULL;
	fetch_free(r->fetch);
	r->fetch = NULL;
	run_check_stop(r);
	run_scout_stop(r);
	run_gate_leave(r);
	loop_timer_at(r->timer, INT64_MAX);
}

/* A person goes on from here; a batch that was cancelled is over. */
static void give_up(struct run *r, enum fail_phase phase)
{
	stop_looking(r);
	if (r->plan->hold_enter || phase == PHASE_DNS)
		run_fail(r, phase, FAIL_CANCELLED, "");
	else
		run_rest(r);
}

/* It was not its turn yet. */
static void stop_waiting(struct run *r)
{
	if (!r->trial) {
		give_up(r, PHASE_CONNECT);
		return;
	}
	run_gate_leave(r);
	run_trial_stop(r);
	run_rest(r);
}

/* Of the run only its checks are left, or nothing: those are given up, and
 * what was said before stays. */
static bool cancel_last_checks(struct run *r)
{
	bool last = r->doing == DO_CHECKS && r->check.ends;

	run_check_stop(r);
	if (last)
		run_rest(r);
	return last;
}

static void cancel(struct run *r)
{
	r->cancelled = true;
	if (cancel_last_checks(r))
		return;
	switch (r->doing) {
	case DO_VISIT:
		visit_cancel(r->visit);
		break;
	case DO_SCOUT:
	case DO_ROUTING:
	case DO_PORT:
	case DO_CHECKS:
	case DO_DANE:
		give_up(r, PHASE_DNS);
		break;
	case DO_GATE:
		stop_waiting(r);
		break;
	case DO_ASKING:
	case DO_WAIT:
		give_up(r, PHASE_CONNECT);
		break;
	case DO_TRIAL:
		run_trial_stop(r);
		run_rest(r);
		break;
	case DO_NOTHING:
		break;
	}
}

/* "USER" or "USER MECH". */
static void set_login(struct run *r, const struct request *q)
{
	struct plan_auth *auth = &r->plan->auth;
	const char *blank = q->text ? strchr(q->text, ' ') : NULL;
	size_t len = blank ? (size_t)(blank - q->text)
	                   : strlen(q->text ? q->text : "");

	if (len == 0)
		return;
	free(auth->user);
	free(auth->mechs);
	auth->user = xmemdup0(q->text, len);
	auth->mechs = blank && blank[1] ? xstrdup(blank + 1) : NULL;
	auth->wanted = true;
	plan_set_password(r->plan, q->text2);
	if (r->visit)
		visit_new_login(r->visit);
}

/* A line waits for it; the text of the answer is a password. */
static void answer_visit(struct run *r, const struct request *q)
{
	if (!r->visit)
		return;
	if (q->text && *q->text && q->yes) {
		plan_set_password(r->plan, q->text);
		visit_new_login(r->visit);
	}
	visit_answer(r->visit, q->yes);
}

void run_request(struct run *r, const struct request *q)
{
	switch (q->kind) {
	case REQ_SEND:
		if (r->visit && !r->trial && !r->walking && q->text)
			visit_send(r->visit, q->text);
		break;
	case REQ_CONNECT:
		ask_to_connect(r, q);
		break;
	case REQ_ANSWER:
		if (r->doing == DO_ASKING)
			run_answer(r, q->yes);
		else
			answer_visit(r, q);
		break;
	case REQ_CHECK:
		r->cancelled = false;
		run_check(r);
		break;
	case REQ_CANCEL:
		cancel(r);
		break;
	case REQ_CLOSE:
		if (r->visit)
			visit_close(r->visit);
		break;
	case REQ_LOGIN:
		set_login(r, q);
		break;
	case REQ_TRY:
		run_try(r, q);
		break;
	case REQ_GUIDE: /* every prompt holds a proposal; ui may hide it */
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
		run_trial_stop(r);
		run_finish(r);
	}
}

void run_resume(struct run *r)
{
	if (r->visit)
		visit_resume(r->visit);
}
