/*
 * trial_view: the experiments (core/trial.h) as a front end offers them: which
 * can be made now, why the others cannot, what one of them would send to whom.
 * Made of the dialog alone. UI thread.
 */
#ifndef UI_TRIAL_VIEW_H
#define UI_TRIAL_VIEW_H

#include "check/trials.h"
#include "core/dialog.h"

struct trial_view {
	struct summary base;          /* the dialog that would be repeated */
	const struct dialog_now *now; /* borrowed */
	const struct plan *plan;      /* borrowed */
	bool retried, demo;
};

/* Until the dialog or the plan changes; trial_view_clear(). */
void trial_view_fill(struct trial_view *v, const struct dialog *d,
                     const struct plan *plan, bool demo);
void trial_view_clear(struct trial_view *v);

/* Why not, a sentence in the user's language (borrowed); NULL: it can be
 * made. */
const char *trial_view_objection(const struct trial_view *v,
                                 const struct trial *t);
/* "The same dialog with ...": what it is. Borrowed. */
const char *trial_view_meaning(enum trial_kind k);
const char *trial_view_label(enum trial_kind k); /* borrowed */
/* What it sends, to whom, after what: lines for the question; heap. */
char *trial_view_question(const struct trial_view *v, const struct trial *t);

#endif
