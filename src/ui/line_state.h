/*
 * line_state: the inside of the input line; for line*.c only.
 */
#ifndef UI_LINE_STATE_H
#define UI_LINE_STATE_H

#include "ui/line.h"
#include "util/buf.h"

struct line_snapshot {
	char *text;
	size_t len, cursor;
	bool touched;
};

struct line {
	struct buf text; /* always NUL-terminated */
	size_t cursor;   /* byte */
	bool touched;    /* by the user since it was empty or prefilled */
	bool secret;
	line_secret_from *find_secret; /* NULL: no part ever is */
	bool veiled;     /* find_secret found one since the line was empty */
	bool literal;    /* Ctrl-V: the next key as it is */
	bool typing;     /* the last change was a typed character */
	int guard_ms;
	bool prefilled;     /* prefill_ms is set */
	int64_t prefill_ms; /* when the guide last changed the text */
	struct buf killed;  /* for Ctrl-Y */
	struct buf ghost;
	struct line_snapshot undo[LINE_UNDO_MAX];
	size_t undo_count;

	char **history; /* oldest first */
	size_t history_count;
	size_t history_at; /* == history_count: not looking back */
	struct buf looking_for; /* what the entries must begin with */

	bool searching;
	struct buf query;
	size_t found; /* history index, == history_count: none */

	line_complete *complete;
	void *complete_arg;
	struct line_candidates choices; /* count 0: not choosing */
	size_t chosen;   /* == count: none yet */
	struct buf tail; /* the text behind the word that is completed */
};

/* line.c */
/* Where the bullets begin; text.len when there are none. */
size_t line_secret_at(const struct line *l);
void line_remember(struct line *l); /* a state for undo to come back to */
/* Replaces all; the cursor goes to the end. */
void line_replace(struct line *l, const char *text, size_t len);
size_t line_step_right(const struct line *l, size_t at);
size_t line_step_left(const struct line *l, size_t at);

/* line_history.c: keys of history and Ctrl-R */
void line_history_move(struct line *l, int step);
void line_history_rewind(struct line *l);
void line_history_free(struct line *l);
void line_search_start(struct line *l);
/* Returns LINE_NOT_MINE when the key ends the search and means something. */
enum line_result line_search_key(struct line *l, const struct key *k);

/* line_complete.c */
enum line_result line_complete_key(struct line *l, int step);
void line_complete_end(struct line *l);

#endif
