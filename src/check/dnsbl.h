/*
 * dnsbl: is the sender on a blocklist in DNS (RFC 5782)? Pure; any thread.
 *
 * A list is asked in three rounds, so that none learns more than it must: is
 * it alive (its test entry is there, the entry that must not be there is not);
 * then about the address; then for its words, where it lists the address. A
 * list that is dead, parked or refuses to answer never says "not listed", and
 * what it says in error is no listing.
 */
#ifndef CHECK_DNSBL_H
#define CHECK_DNSBL_H

#include <stddef.h>

#include "check/checks.h"

/* check_row: "dnsbl", once for each list that the user names. */
size_t dnsbl_count(const struct check_query *q);
void dnsbl_check(struct check *c, const struct facts *f,
                 const struct check_query *q, size_t i);

#endif
