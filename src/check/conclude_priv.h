/*
 * conclude_priv: the inside of conclude, for conclude.c (two dialogs side by
 * side) and conclude_many.c (many connections, many ports). Nobody else
 * includes this.
 */
#ifndef CHECK_CONCLUDE_PRIV_H
#define CHECK_CONCLUDE_PRIV_H

#include "check/conclude.h"

/* conclude.c: true: b came to nothing, and the outcome says so. */
bool conclude_nothing(struct check *c, const struct summary *b);

/* conclude_many.c; c is begun. */
void conclude_several(struct check *c, const struct trial_seen *seen);
void conclude_ports(struct check *c, const struct trial_seen *seen);

#endif
