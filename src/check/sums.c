#include "config.h"

#include "check/sums.h"

#include "check/verdict.h"

void sums_session(struct sums *t, const struct judge_sum *s)
{
	bool rcpts = s->accepted || s->deferred || s->refused;

	t->sum.sessions++;
	t->sum.unreachable += s->outcome == OUT_UNREACHABLE;
	/* recipients where there were any, else the session as a whole */
	t->sum.accepted += rcpts ? s->accepted : s->outcome == OUT_ACCEPTED;
	t->sum.deferred += rcpts ? s->deferred : s->outcome == OUT_DEFERRED;
	t->sum.refused += rcpts ? s->refused : s->outcome == OUT_REFUSED;
}

void sums_exit(struct sums *t, uint8_t status, enum outcome outcome,
                bool worst)
{
	bool decisive = outcome != OUT_UNREACHABLE;

	if (worst && t->has_exit)
		t->exit = (uint8_t)exit_worse(t->exit, status);
	else if (decisive || !t->decided)
		t->exit = status;
	t->has_exit = true;
	t->decided |= decisive;
}
