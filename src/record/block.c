#include "config.h"

#include "record/block.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

struct block {
	uint32_t run;
	struct event **events; /* n in memory: the first split of them, then
	                        * those of the file, then the others */
	size_t n, size, bytes, split;
	FILE *file;            /* n_file events, each as it lies in memory */
	size_t n_file;
	bool full;             /* the file takes no more */
	size_t at, at_file;    /* of block_next() */
	struct event *end;
};

struct block *block_new(uint32_t run)
{
	struct block *b = xcalloc(1, sizeof *b);

	b->run = run;
	return b;
}

void block_free(struct block *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		free(b->events[i]);
	free(b->events);
	free(b->end);
	if (b->file)
		fclose(b->file);
	free(b);
}

static void keep(struct block *b, struct event *e)
{
	if (b->n == b->size) {
		b->size = b->size ? 2 * b->size : 32;
		b->events = xreallocarray(b->events, b->size,
		                          sizeof *b->events);
	}
	b->events[b->n++] = e;
	b->bytes += e->size;
}

/* False: no file can be had, or the disk below it is full. */
static bool spill(struct block *b, const struct event *e)
{
	if (!b->file && b->bytes + e->size <= BLOCK_MEMORY)
		return false;
	if (!b->file && !b->full) {
		b->file = tmpfile();
		b->split = b->n;
	}
	if (!b->file || b->full ||
	    fwrite(e, 1, e->size, b->file) != e->size ||
	    fflush(b->file) != 0) {
		b->full = true;
		return false;
	}
	b->n_file++;
	return true;
}

void block_add(struct block *b, struct event *e)
{
	assert(!b->end);
	if (e->kind == EV_END)
		b->end = event_copy(e);
	if (e->kind == EV_PROMPT || e->kind == EV_ASK || spill(b, e))
		free(e);
	else
		keep(b, e);
}

void block_rewind(struct block *b)
{
	b->at = b->at_file = 0;
	if (b->file)
		rewind(b->file);
}

static struct event *read_back(struct block *b)
{
	uint32_t size;
	struct event *e;

	if (fread(&size, 1, sizeof size, b->file) != sizeof size)
		return NULL;
	e = xmalloc(size);
	e->size = size;
	if (fread((char *)e + sizeof size, 1, size - sizeof size, b->file) ==
	    size - sizeof size)
		return e;
	free(e);
	return NULL;
}

struct event *block_next(struct block *b)
{
	if (b->at_file < b->n_file && b->at == b->split) {
		b->at_file++;
		return read_back(b);
	}
	return b->at < b->n ? event_copy(b->events[b->at++]) : NULL;
}

const struct event *block_end(const struct block *b)
{
	return b->end;
}

uint32_t block_run(const struct block *b)
{
	return b->run;
}

size_t block_memory(const struct block *b)
{
	return sizeof *b + b->bytes + b->size * sizeof *b->events;
}
