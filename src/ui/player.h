/*
 * player: how far into a recording one is, and the clock that moves it on.
 *
 * What is shown is always the beginning of the recording: a dialog like any
 * other, of which every view is drawn. At the end it is the recording itself;
 * before, a part of it (core/dialog.h) that keeps no event of its own. Forward
 * the part grows. For a way back another one is folded beside it from the
 * start, in slices, and takes its place when it is done: what is on screen is
 * never something between.
 *
 * Pure: the time comes in. Positions are numbers of events shown. One thread.
 */
#ifndef UI_PLAYER_H
#define UI_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"
#include "ui/turns.h"

enum {
	PLAYER_WAIT_MAX_US = 3000000, /* a longer wait is cut: nobody looks at
	                               * a still picture for minutes */
	PLAYER_TURN_US = 2000000,     /* PLAYER_STEADY: from turn to turn */
	PLAYER_BRISK_US = 100000,     /* a recording whose turns take less on
	                               * the average starts PLAYER_STEADY: a
	                               * program made it, no eye follows it */
	PLAYER_SLICE = 16384,         /* events folded at once: about 2 ms */
};

/* Steady, then a quarter of the recorded speed ... 16 times. */
enum pace { PLAYER_STEADY, PLAYER_QUARTER, PLAYER_HALF, PLAYER_RECORDED,
	PLAYER_2, PLAYER_4, PLAYER_8, PLAYER_16, PACE_COUNT };

struct player {
	struct dialog *whole; /* borrowed */
	struct turns turns;   /* of whole */
	struct dialog *part;  /* what is shown; NULL: the whole. owned */
	struct dialog *next;  /* is folded to take its place, or NULL; owned */
	size_t goal;          /* where it goes */
	enum pace pace;
	bool playing;
	bool timed;           /* due_us holds */
	int64_t due_us;       /* when it goes on */
};

/* Shows all of whole, which outlives p and does not change meanwhile. */
void player_init(struct player *p, struct dialog *whole);
void player_clear(struct player *p); /* whole may be gone already */

struct dialog *player_shown(const struct player *p);
size_t player_head(const struct player *p); /* events that are shown */
size_t player_first(const struct player *p); /* the least that can be */
bool player_at_end(const struct player *p);

/* Sets out; player_slice() moves. Cut at both ends. */
void player_go(struct player *p, size_t events);
bool player_moving(const struct player *p);
/* Folds budget events at most, and what is shown may become another dialog or
 * grow. Returns true while there is more to do. */
bool player_slice(struct player *p, size_t budget);

/* Positions, from where it goes: the end of the turn that comes next, of the
 * one before that which is on show. The end of the turn that holds the event
 * at index; what had come at that time, on the clock of the events. */
size_t player_next(const struct player *p);
size_t player_previous(const struct player *p);
size_t player_turn_end(const struct player *p, size_t index);
size_t player_at_time(const struct player *p, int64_t us);
/* What a person calls a place: "12" a turn and all before it; "12s", "1.5 s",
 * "250ms", "1:30" a time. false: text is none of these. */
bool player_place(const struct player *p, const char *text, size_t *events);
/* The time of the newest of that many events. */
int64_t player_time(const struct player *p, size_t events);

/* Plays on from here, or from the beginning when at the end. */
void player_play(struct player *p, int64_t now_us);
void player_pause(struct player *p);
void player_set_pace(struct player *p, int step); /* 1 faster, -1 slower */
/* Sets out for what is due by now; pauses at the end. */
void player_tick(struct player *p, int64_t now_us);
/* When to call player_tick() again; -1: not by itself. */
int64_t player_due_us(const struct player *p);
/* The wait before the next event is so long, but is cut; 0: it is not. */
int64_t player_cut_us(const struct player *p);

#endif
