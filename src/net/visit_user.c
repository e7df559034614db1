#include "config.h"

#include "net/visit_priv.h"

#include <assert.h>
#include <stdlib.h>

/* What the user, or the run, wants of a visit that is under way. */

static void cancel(struct visit *v)
{
	v->cancelled = true;
	if (v->session)
		visit_give(v, IN_CANCEL, NULL);
	else
		visit_fail_connect(v, (struct conn_end){
			                      .kind = FAIL_CANCELLED });
}

bool visit_cancel(struct visit *v)
{
	bool waits = !v->session || v->plan->hold_enter ||
	             session_deadline_us(v->session) != INT64_MAX;

	if (v->over || !waits)
		return false;
	cancel(v);
	return true;
}

void visit_close(struct visit *v)
{
	if (!v->over)
		cancel(v);
}

void visit_leave(struct visit *v)
{
	if (v->over)
		return;
	if (!v->session || session_pending(v->session) > 0 ||
	    !command_allowed(VERB_QUIT, session_state(v->session))) {
		cancel(v);
		return;
	}
	v->leave_us = visit_now_us(v) + (int64_t)VISIT_LEAVE_MS * 1000;
	visit_give(v, IN_COMMAND, "QUIT");
}

void visit_resume(struct visit *v)
{
	if (!v->session || v->over || !v->paused)
		return;
	v->paused = false;
	conn_pause(stream_conn(v->stream), false);
	if (stream_tls(v->stream)) /* which may hold what was read before */
		conn_again(stream_conn(v->stream));
	visit_arm(v);
}

struct visit_end visit_end(const struct visit *v)
{
	assert(v->over);
	return (struct visit_end){
		.result = v->result,
		.sum = judge_sum(v->judge),
		.step = v->step,
		.cancelled = v->cancelled,
	};
}

struct plan *visit_rest(const struct visit *v)
{
	size_t n;
	char *const *to = judge_deferred(v->judge, &n);

	assert(v->over);
	return plan_copy_for(v->plan, to, n);
}
