/*
 * plain_state: the inside of line mode; for plain*.c only.
 */
#ifndef UI_PLAIN_STATE_H
#define UI_PLAIN_STATE_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/dialog.h"
#include "core/plan.h"
#include "ui/app.h"
#include "ui/keymap.h"
#include "ui/player.h"
#include "ui/veil.h"
#include "util/buf.h"

struct plain {
	const struct ui_config *cfg;
	struct ui_link link;
	struct plan plan;
	FILE *out;
	struct veil veil;    /* MASK */
	struct buf input;    /* bytes of a line that is not whole yet */
	size_t shown;        /* entries of the dialog that were printed */
	size_t number;       /* of the last printed line */
	size_t last_reply;   /* index in the dialog; SIZE_MAX none */
	bool waiting;        /* for a lookup, a connection, a reply */
	bool unsent;         /* a line was given away, not seen sent yet */
	bool prompted;       /* the prompt stands at the end of the output */
	bool at_end;         /* no more input */
	char *held;          /* a line that waits for the word send; owned */
	char *login;         /* of :login while it asks for the password;
	                      * owned */
	char *trial;         /* an experiment that waits for y; owned */
	bool trying;         /* it was asked for, its outcome has not come */
	bool walks;          /* --all: each address is visited by itself */
	bool walk_begun;     /* its START came: END is no older run's */
	bool check_asked;    /* checks were; they are told when all are made */
	bool check_first;    /* by --check: what follows is waited for, too */
	bool check_runs;     /* a prompt said that they are being made */
	struct player player; /* link.replay; then link.dialog is what is
	                       * shown of it */
	int in;
	bool leaving, asked_to_stop;
	int waited_ms;
	sigset_t wait_mask;  /* lets Ctrl-C through */
	struct ui_result result;
};

/* plain_say.c: everything that is printed */
const struct dialog_now *plain_now(const struct plain *p);
bool plain_is_open(const struct plain *p); /* a connection, no recording */
bool plain_asks_password(const struct plain *p);
void plain_print(struct plain *p, const char *indent, const char *text);
/* One part of an explanation, wrapped and indented; nothing when empty. */
void plain_part(struct plain *p, const char *label, const char *text);
/* index SIZE_MAX: the state of now. */
void plain_explain(struct plain *p, size_t index, bool whole);
/* The prompt is taken back by a new line: nothing is ever redrawn. */
void plain_leave_prompt(struct plain *p);
void plain_entry(struct plain *p, size_t index);
void plain_show_new(struct plain *p); /* of the dialog, behind p->shown */
void plain_ask(struct plain *p); /* the open EV_ASK */
void plain_prompt(struct plain *p); /* where one is due; sets the echo */
void plain_help(struct plain *p);

/* plain_checks.c: what was found about both sides */
/* The bad ones first; a sentence where there are none. */
void plain_checks(struct plain *p);
/* Of each prompt: those that were asked for are told at their end. True then,
 * unless something else follows of itself. */
bool plain_checks_see(struct plain *p, bool checking);

/* plain_replay.c: a recording, turn by turn */
void plain_replay_open(struct plain *p);
/* MASK on or off, at the same place. */
void plain_replay_mask(struct plain *p, enum mask_mode mode);
/* Enter alone: the next turn, or pause. */
void plain_replay_step(struct plain *p);
/* false: c is none of a recording's, or this is none. */
bool plain_replay(struct plain *p, enum cmd c, const char *arg);
bool plain_replay_plays(const struct plain *p);
int plain_replay_wait_ms(const struct plain *p); /* while it plays */
void plain_replay_tick(struct plain *p); /* prints what is due */
void plain_replay_prompt(struct plain *p);

/* plain_grid.c: every address of every MX; two dialogs side by side */
void plain_grid(struct plain *p);
/* Of each event, before it is in the dialog: true where it ends --all. */
bool plain_walk_ends(struct plain *p, const struct event *e);
/* text: "1 2", numbers of sessions; "" the newest two. */
void plain_compare(struct plain *p, const char *text);

/* plain_trial.c: experiments (:try) */
/* text: "" prints the list, else the question; p->trial then waits for y. */
void plain_try(struct plain *p, const char *text);

#endif
