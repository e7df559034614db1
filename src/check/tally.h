/*
 * tally: many targets summed up: how many ended how, who must act, whose
 * servers they were, which took longest, which were the last. Folded from the
 * events of runs that are over, one run behind the other. Memory does not
 * grow with their number. Pure; one thread.
 */
#ifndef CHECK_TALLY_H
#define CHECK_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

enum {
	TALLY_OPERATORS = 64, /* names apart; the others are one line */
	TALLY_SLOWEST = 10,
	TALLY_LATEST = 200,   /* a few screens of them */
};

struct tally_row { /* one target */
	char *target;
	uint8_t outcome, act, exit;
	uint16_t code;       /* 0: no reply decided */
	char enhanced[12];
	int64_t took_us;
	uint64_t number;     /* its own: the first that was done is 1 */
	uint64_t place;      /* as tally_event() was told */
};

struct tally_operator {
	const char *name;    /* constant; NULL: not known who runs it */
	uint64_t n, by_outcome[OUTCOME_COUNT];
};

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t); /* NULL is fine */
/* place: where the run that e belongs to can be found again, such as the byte
 * of a recording at which its EV_START begins. */
void tally_event(struct tally *t, const struct event *e, uint64_t place);

uint64_t tally_done(const struct tally *t);
int tally_exit(const struct tally *t); /* the worst of all; 0 of none */
uint64_t tally_outcome(const struct tally *t, enum outcome o);
uint64_t tally_act(const struct tally *t, enum act a);
/* By number, most first; NULL past the last. Borrowed until tally_event(). */
const struct tally_operator *tally_operator(const struct tally *t, size_t i);
/* Longest first; NULL past the last. */
const struct tally_row *tally_slowest(const struct tally *t, size_t i);
/* Newest first; NULL past the last. */
const struct tally_row *tally_latest(const struct tally *t, size_t i);

#endif
