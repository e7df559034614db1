/*
 * dialog_now: what is true now, folded from the events one by one. Only
 * dialog.c uses this; the struct itself is in dialog.h.
 */
#ifndef CORE_DIALOG_NOW_H
#define CORE_DIALOG_NOW_H

#include "core/dialog.h"

void now_init(struct dialog_now *now);
void now_clear(struct dialog_now *now);
/* e: borrowed; PROMPT and ASK are copied whole. */
void now_apply(struct dialog_now *now, const struct event *e);
void now_answered(struct dialog_now *now);

/* ---- now_checks.c ---- */

/* Takes the place of what was found before by the same check. e: EV_CHECK. */
void now_keep_check(struct dialog_now *now, const struct event *e);
void now_clear_checks(struct dialog_now *now);

#endif
