/*
 * fit: what the user said, looked at as a whole: options that contradict each
 * other, or that miss what they need. Used by plans only.
 */
#ifndef CLI_FIT_H
#define CLI_FIT_H

#include "cli/options.h"
#include "core/plan.h"

/* NULL, or one line (heap) that says what does not fit: exit 64. p is filled
 * in, its stage too. */
char *fit_check(const struct options *o, const struct plan *p);

/* The same of what is about many targets, before the first of them is read. */
char *fit_check_many(const struct options *o);

/* Has the login a user and no password, so that somebody must be asked? */
bool fit_wants_password(const struct plan *p);

#endif
