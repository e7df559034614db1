#include "config.h"

#include "record/lineup.h"

#include <assert.h>
#include <stdlib.h>

#include "util/xalloc.h"

struct place { /* in the line of those to be shown */
	struct place *behind;
	struct block *block;
};

struct lineup {
	size_t jobs;
	bool ordered;
	struct place **slots; /* jobs; NULL: free */
	uint32_t *rounds;     /* jobs; how often a slot was used */
	size_t *free_slots;   /* a stack of n_free */
	size_t n_free;
	struct place *first, **end; /* ordered: all; else: the whole ones */
	size_t waiting, bytes;      /* of the whole ones */
};

struct lineup *lineup_new(size_t jobs, bool ordered)
{
	struct lineup *l = xcalloc(1, sizeof *l);

	assert(jobs > 0);
	l->jobs = jobs;
	l->ordered = ordered;
	l->slots = xcalloc(jobs, sizeof *l->slots);
	l->rounds = xcalloc(jobs, sizeof *l->rounds);
	l->free_slots = xcalloc(jobs, sizeof *l->free_slots);
	for (size_t i = jobs; i > 0; i--)
		l->free_slots[l->n_free++] = i - 1;
	l->end = &l->first;
	return l;
}

static struct place *take_first(struct lineup *l)
{
	struct place *p = l->first;

	l->first = p->behind;
	if (!l->first)
		l->end = &l->first;
	return p;
}

static void free_place(struct place *p)
{
	if (p)
		block_free(p->block);
	free(p);
}

bool lineup_has_room(const struct lineup *l)
{
	return l->n_free > 0 && l->waiting < LINEUP_WAITING_MAX &&
	       l->bytes < LINEUP_BYTES_MAX;
}

static void line_up(struct lineup *l, struct place *p)
{
	*l->end = p;
	l->end = &p->behind;
}

uint32_t lineup_begin(struct lineup *l)
{
	struct place *p = xcalloc(1, sizeof *p);
	size_t slot = l->free_slots[--l->n_free];
	uint32_t run = (uint32_t)(l->rounds[slot]++ * l->jobs + slot + 1);

	p->block = block_new(run);
	l->slots[slot] = p;
	if (l->ordered)
		line_up(l, p);
	return run;
}

/* Its slot, or jobs: it is over, or none of ours. */
static size_t slot_of(const struct lineup *l, uint32_t run)
{
	size_t slot = run ? (run - 1) % l->jobs : l->jobs;

	if (slot < l->jobs && l->slots[slot] &&
	    block_run(l->slots[slot]->block) == run)
		return slot;
	return l->jobs;
}

struct block *lineup_event(struct lineup *l, struct event *e)
{
	size_t slot = slot_of(l, e->run);
	struct place *p;

	if (slot == l->jobs) {
		free(e);
		return NULL;
	}
	p = l->slots[slot];
	block_add(p->block, e);
	if (!block_end(p->block))
		return NULL;
	l->slots[slot] = NULL;
	l->free_slots[l->n_free++] = slot;
	l->waiting++;
	l->bytes += block_memory(p->block);
	if (!l->ordered)
		line_up(l, p);
	return p->block;
}

struct block *lineup_next(struct lineup *l)
{
	struct block *b;

	if (!l->first || !block_end(l->first->block))
		return NULL;
	b = l->first->block;
	free(take_first(l));
	l->waiting--;
	l->bytes -= block_memory(b);
	return b;
}

static void drop_from_line(struct lineup *l, const struct place *p)
{
	struct place **at = &l->first;

	while (*at && *at != p)
		at = &(*at)->behind;
	if (*at)
		*at = p->behind;
	l->end = &l->first;
	while (*l->end)
		l->end = &(*l->end)->behind;
}

void lineup_abandon(struct lineup *l)
{
	for (size_t i = 0; i < l->jobs; i++) {
		if (!l->slots[i])
			continue;
		drop_from_line(l, l->slots[i]);
		free_place(l->slots[i]);
		l->slots[i] = NULL;
		l->free_slots[l->n_free++] = i;
	}
}

size_t lineup_running(const struct lineup *l)
{
	return l->jobs - l->n_free;
}

size_t lineup_waiting(const struct lineup *l)
{
	return l->waiting;
}

void lineup_free(struct lineup *l)
{
	if (!l)
		return;
	lineup_abandon(l);
	while (l->first)
		free_place(take_first(l));
	free(l->slots);
	free(l->rounds);
	free(l->free_slots);
	free(l);
}
