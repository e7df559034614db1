#include "config.h"

#include "check/tally.h"

#include <stdlib.h>
#include <string.h>

#include "check/result.h"
#include "check/verdict.h"
#include "util/xalloc.h"

struct tally {
	struct result now; /* of the run that is being read */
	uint64_t done, by_outcome[OUTCOME_COUNT], by_act[ACT_COUNT];
	int exit;
	struct tally_operator operators[TALLY_OPERATORS + 1];
	size_t n_operators;
	struct tally_row slowest[TALLY_SLOWEST];
	size_t n_slowest;
	struct tally_row latest[TALLY_LATEST]; /* a ring */
	size_t n_latest;                       /* all that ever were */
};

struct tally *tally_new(void)
{
	return xcalloc(1, sizeof(struct tally));
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n_slowest; i++)
		free(t->slowest[i].target);
	for (size_t i = 0; i < TALLY_LATEST; i++)
		free(t->latest[i].target);
	result_clear(&t->now);
	free(t);
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Where name is counted. The last place is that of all who came when no other
 * was left: it is the one without a name, too. */
static size_t find_operator(const struct tally *t, const char *name)
{
	for (size_t i = 0; i < t->n_operators; i++)
		if (same(t->operators[i].name, name))
			return i;
	return t->n_operators;
}

static size_t place_operator(struct tally *t, const char *name)
{
	size_t i = find_operator(t, name);

	if (i == t->n_operators && i >= TALLY_OPERATORS)
		i = find_operator(t, name = NULL);
	if (i == t->n_operators)
		t->operators[t->n_operators++].name = name;
	return i;
}

static void count_operator(struct tally *t)
{
	size_t i = place_operator(t, result_operator(&t->now));
	struct tally_operator *o = t->operators, moved;

	o[i].n++;
	o[i].by_outcome[t->now.outcome]++;
	for (; i > 0 && o[i].n > o[i - 1].n; i--) {
		moved = o[i];
		o[i] = o[i - 1];
		o[i - 1] = moved;
	}
}

static void fill_row(struct tally_row *row, const struct tally *t,
                     uint64_t place)
{
	const struct result *r = &t->now;

	*row = (struct tally_row){
		.target = xstrdup(r->target ? r->target : ""),
		.outcome = r->outcome,
		.act = r->act,
		.exit = r->exit,
		.code = r->code,
		.took_us = r->end_us - r->start_us,
		.number = t->done,
		.place = place,
	};
	memcpy(row->enhanced, r->enhanced, sizeof row->enhanced);
}

static void note_slow(struct tally *t, uint64_t place)
{
	int64_t took_us = t->now.end_us - t->now.start_us;
	size_t i = t->n_slowest;

	while (i > 0 && t->slowest[i - 1].took_us < took_us)
		i--;
	if (i == TALLY_SLOWEST)
		return;
	if (t->n_slowest == TALLY_SLOWEST)
		free(t->slowest[TALLY_SLOWEST - 1].target);
	else
		t->n_slowest++;
	memmove(&t->slowest[i + 1], &t->slowest[i],
	        (t->n_slowest - i - 1) * sizeof *t->slowest);
	fill_row(&t->slowest[i], t, place);
}

static void note_latest(struct tally *t, uint64_t place)
{
	struct tally_row *row = &t->latest[t->n_latest++ % TALLY_LATEST];

	free(row->target);
	fill_row(row, t, place);
}

void tally_event(struct tally *t, const struct event *e, uint64_t place)
{
	result_event(&t->now, e);
	if (e->kind != EV_END)
		return;
	t->done++;
	t->by_outcome[t->now.outcome]++;
	t->by_act[t->now.act]++;
	t->exit = exit_worse(t->exit, t->now.exit);
	count_operator(t);
	note_slow(t, place);
	note_latest(t, place);
}

uint64_t tally_done(const struct tally *t)
{
	return t->done;
}

int tally_exit(const struct tally *t)
{
	return t->exit;
}

uint64_t tally_outcome(const struct tally *t, enum outcome o)
{
	return t->by_outcome[o];
}

uint64_t tally_act(const struct tally *t, enum act a)
{
	return t->by_act[a];
}

const struct tally_operator *tally_operator(const struct tally *t, size_t i)
{
	return i < t->n_operators ? &t->operators[i] : NULL;
}

const struct tally_row *tally_slowest(const struct tally *t, size_t i)
{
	return i < t->n_slowest ? &t->slowest[i] : NULL;
}

const struct tally_row *tally_latest(const struct tally *t, size_t i)
{
	size_t kept = t->n_latest < TALLY_LATEST ? t->n_latest : TALLY_LATEST;

	return i < kept ? &t->latest[(t->n_latest - 1 - i) % TALLY_LATEST]
	                : NULL;
}
