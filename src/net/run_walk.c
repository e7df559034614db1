#include "config.h"

#include "net/run_priv.h"

#include <string.h>

#include "core/command.h"

/* --all in the inspector: what batch does, with a person who looks on and may
 * stop it. */

static void stop_before_message(struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (command_begins_message(p->steps[i].line,
		                           strlen(p->steps[i].line))) {
			plan_drop_steps(p, i);
			return;
		}
}

/* Nobody is asked before each of them: no message goes out, unless it stays in
 * the classroom. */
static void tame(struct plan *p)
{
	enum stage most = p->n_to ? STAGE_RCPT : STAGE_MAIL;

	if (p->stage > most)
		p->stage = most;
	stop_before_message(p);
}

void run_walk_begin(struct run *r)
{
	if (!r->plan->all || r->plan->hold_enter)
		return;
	plan_free(r->walk);
	r->walk = plan_copy(r->plan);
	r->walk->hold_enter = true;
	trial_clear(&r->walk->trial);
	if (r->env->cfg->n_redirects == 0)
		tame(r->walk);
	r->walking = true;
}

const struct plan *run_plan(const struct run *r)
{
	if (r->walking)
		return r->walk;
	return r->rest ? r->rest : r->plan;
}
