/*
 * veil: what is shown while MASK is on. A second dialog is kept beside the true
 * one, event by event, with aliases (core/mask.h), and it takes its place in
 * the link: whatever is drawn, copied, saved or explained comes from it. The
 * true dialog goes on underneath and comes back when MASK goes off.
 *
 * What goes the other way, to the server, is made true again: a line taken from
 * the screen names whom the alias stands for. UI thread.
 */
#ifndef UI_VEIL_H
#define UI_VEIL_H

#include "core/mask.h"
#include "ui/app.h"

struct veil {
	struct mask *mask;     /* NULL: MASK is off */
	enum mask_mode mode;
	struct dialog *truth;  /* main's, borrowed */
	struct dialog *shown;  /* owned; in the link meanwhile */
};

/* link->dialog is masked from now on, what is in it already, too. */
void veil_on(struct veil *v, struct ui_link *link, enum mask_mode mode);
/* The true dialog is back in link. Nothing happens when it is off. */
void veil_off(struct veil *v, struct ui_link *link);
/* Frees what it holds; the link is not touched. */
void veil_clear(struct veil *v);
/* e, borrowed, into both dialogs. Returns the event that may be looked at: e,
 * or its copy in *copy, which the caller frees. */
const struct event *veil_append(struct veil *v, struct ui_link *link,
                                const struct event *e, struct event **copy);
/* The open question is settled (dialog_answered()), in both. */
void veil_answered(struct veil *v, struct ui_link *link);
/* A text that is in no event, to be shown; heap. */
char *veil_text(const struct veil *v, const char *text);
/* A line for the server or a target: aliases become whom they stand for;
 * heap. */
char *veil_true(const struct veil *v, const char *text);

#endif
