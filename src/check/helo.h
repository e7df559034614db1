/*
 * helo: the name that is given in EHLO: may it be one (RFC 5321 §2.3.5,
 * §4.1.3), does it exist, does it lead to the address that sends? Pure; any
 * thread.
 */
#ifndef CHECK_HELO_H
#define CHECK_HELO_H

#include <stddef.h>

#include "check/checks.h"

/* check_row: "helo", once. */
void helo_check(struct check *c, const struct facts *f,
                const struct check_query *q, size_t i);

#endif
