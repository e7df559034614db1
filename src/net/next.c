#include "config.h"

#include "net/next.h"

/* The message may have been taken, although its reply never came: to send it
 * again could deliver it twice (RFC 1047). */
static bool may_be_delivered(const struct session_result *r)
{
	return r->failed &&
	       (r->all_sent || (r->any_stage && r->reached >= STAGE_DATA));
}

/* Only what failed to come up is done without: who breaks TLS later must not
 * get in clear what went inside before. */
static enum next_step after_tls(const struct plan *plan,
                                const struct session_result *r)
{
	bool may = r->policy == TLS_MAY;

	if (r->failed && r->phase == PHASE_TLS && may && !plan->tls.wrap)
		return NEXT_CLEAR;
	if (may_be_delivered(r))
		return NEXT_NONE;
	if (!r->failed && (may || r->policy == TLS_NEVER))
		return NEXT_NONE; /* the server demands what was not done */
	return plan->hold_enter ? NEXT_ADDRESS : NEXT_NONE;
}

static bool is_lost(const struct session_result *r)
{
	switch (r->fail) {
	case FAIL_REFUSED:
	case FAIL_TIMEOUT:
	case FAIL_RESET:
	case FAIL_CLOSED:
	case FAIL_UNREACHABLE:
		return true;
	default:
		return false;
	}
}

static enum next_step after_failure(const struct plan *plan,
                                    const struct session_result *r)
{
	if (r->phase == PHASE_CONNECT)
		return NEXT_ADDRESS; /* also for a person */
	if (!plan->hold_enter || may_be_delivered(r))
		return NEXT_NONE;
	if (r->phase == PHASE_GREETING)
		return NEXT_ADDRESS; /* whatever it was: no SMTP yet */
	return is_lost(r) && plan->n_steps == 0 ? NEXT_ADDRESS : NEXT_NONE;
}

/* Each recipient alone; those that were put off have another chance. */
static enum next_step after_recipients(const struct session_result *r)
{
	if (r->deferred == 0)
		return NEXT_NONE;
	return r->accepted || r->refused ? NEXT_DEFERRED : NEXT_ADDRESS;
}

/* Did the newest reply judge one recipient alone? */
static bool is_of_one(const struct plan *plan, const struct session_result *r)
{
	return r->verb == VERB_RCPT ||
	       (plan->protocol == PROTO_LMTP &&
	        (r->verb == VERB_END_OF_DATA || r->verb == VERB_BDAT));
}

enum next_step next_after(const struct plan *plan,
                          const struct session_result *r,
                          const struct judge_sum *sum)
{
	bool later = r->code / 100 == 4;

	if (r->failed && r->fail == FAIL_CANCELLED)
		return NEXT_NONE;
	if (sum->outcome == OUT_TLS && after_tls(plan, r) == NEXT_CLEAR)
		return NEXT_CLEAR;
	if (plan->all)
		return NEXT_ADDRESS;
	if (sum->outcome == OUT_TLS)
		return after_tls(plan, r);
	if (r->failed)
		return after_failure(plan, r);
	if (!plan->hold_enter)
		return NEXT_NONE; /* the person sees it and decides */
	if (r->verb == VERB_CONNECT && later)
		return NEXT_ADDRESS;
	if (plan->n_steps)
		return NEXT_NONE; /* what the steps met is what they show */
	if (later && !is_of_one(plan, r))
		return NEXT_ADDRESS; /* all of them, or the message */
	return after_recipients(r);
}
