/*
 * turns: a recording cut into the steps in which a teacher would tell it.
 *
 * A turn is a lookup of the way, a connection attempt, the greeting, a command
 * with its reply, a TLS handshake, a message with the reply to its dot, checks.
 * Commands sent in one go (RFC 2920) are one turn with the first reply; each
 * further reply is one of its own, as each recipient's is in LMTP (RFC 2033
 * §4.2). What is said of a turn (states, findings, verdicts) belongs to it.
 *
 * Four bytes a turn. Pure; one thread.
 */
#ifndef UI_TURNS_H
#define UI_TURNS_H

#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"

struct turns {
	size_t from;   /* events before the first turn: EV_START or none */
	uint32_t *end; /* dialog index behind the last event of each turn */
	size_t n, size;
};

/* One look at each event of d; t: zeroed or cleared. */
void turns_make(struct turns *t, const struct dialog *d);
void turns_clear(struct turns *t);

/* The turn, from 0, that the event at index is in; one before the first turn
 * counts as in it. index < dialog_count() and t->n > 0. */
size_t turns_of(const struct turns *t, size_t index);
/* First event of turn i <= t->n; t->n gives the end of the last. */
size_t turns_begin(const struct turns *t, size_t i);
size_t turns_end(const struct turns *t, size_t i);
/* Turns begun when that many events are shown. */
size_t turns_begun(const struct turns *t, size_t shown);
/* Where the first reply of turn i stands in d, or SIZE_MAX: it has none. */
size_t turns_reply(const struct turns *t, const struct dialog *d, size_t i);

#endif
