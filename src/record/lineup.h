/*
 * lineup: which targets of many are under way, which are done and wait for
 * their turn to be shown, and whether another one may be begun. One thread.
 *
 *     while (lineup_has_room(l) && there is a target)
 *         ask for it with request.run = lineup_begin(l)
 *     for each event: whole = lineup_event(l, e)   written to the recording
 *     while ((b = lineup_next(l))) show it; block_free(b)
 *
 * In order, a slow target holds up those behind it. They wait in memory, and
 * no new ones are begun above a bound, so that memory stays what it is.
 */
#ifndef RECORD_LINEUP_H
#define RECORD_LINEUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "record/block.h"

enum {
	LINEUP_WAITING_MAX = 4096,    /* a minute's work at 70 a second */
	LINEUP_BYTES_MAX = 64 << 20,  /* some 6,000 dialogs of 10 KiB */
};

struct lineup;

/* jobs: as many are under way at most, from 1. ordered: shown as they were
 * begun, else as they are done. */
struct lineup *lineup_new(size_t jobs, bool ordered);
void lineup_free(struct lineup *l); /* with all that is in it; NULL is fine */
bool lineup_has_room(const struct lineup *l);
/* Begins one: its number, from 1, which no other one under way has. */
uint32_t lineup_begin(struct lineup *l);
/* e: given away, sorted by e->run; that of no run under way is dropped. Returns
 * the block that is whole with it, or NULL; borrowed until lineup_next(). */
struct block *lineup_event(struct lineup *l, struct event *e);
/* The next one whose turn it is, for the caller to free, or NULL. */
struct block *lineup_next(struct lineup *l);
/* Those under way are given up; what comes of them is dropped. */
void lineup_abandon(struct lineup *l);
size_t lineup_running(const struct lineup *l);
/* Done, and not yet taken by lineup_next(). */
size_t lineup_waiting(const struct lineup *l);

#endif
