/*
 * player_priv: the inside of the player, for player.c (runs and sessions) and
 * player_session.c (one connection). Nobody else includes this.
 */
#ifndef IMPORT_PLAYER_PRIV_H
#define IMPORT_PLAYER_PRIV_H

#include "check/judge.h"
#include "check/sums.h"
#include "import/player.h"

struct player {
	const struct items *items;
	const struct player_calls *calls;
	const char *program, *name;
	const char *target;  /* of the run under way; borrowed */
	uint32_t next_n;
	uint32_t session;    /* the number of the newest one */
	bool as_typed;       /* lines of a message are as typed, without the
	                      * dots that are doubled on the way */
	bool stopped;
	struct sums sums;
};

/* Numbers and finishes b; nothing more after a stop. */
void player_post(struct player *p, struct event_builder *b, uint32_t session);
void player_give(struct player *p, struct event *e); /* numbered; takes it */
void player_remark(struct player *p, const char *id, const char *arg,
                   uint32_t session);

/* The items from..to, of one connection: counted in p->sums. */
void player_session(struct player *p, size_t from, size_t to);

#endif
