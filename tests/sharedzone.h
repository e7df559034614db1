/*
 * sharedzone: a zone of $SMTPSCOPE_SHARED/dns/zones, read for a test, and the
 * answers that a resolver would make of it.
 */
#ifndef TESTS_SHAREDZONE_H
#define TESTS_SHAREDZONE_H

#include <stdbool.h>

#include "core/answer.h"

struct sharedzone;

enum zone_state { ZONE_SIGNED, ZONE_UNSIGNED, ZONE_BOGUS };

/* name: "t28-dane.test". NULL: the folder is not there. Fails the test when
 * the zone is not. */
struct sharedzone *sharedzone_load(const char *name);
void sharedzone_free(struct sharedzone *z); /* NULL is fine */
/* Adds the answer to one question. ZONE_BOGUS: SERVFAIL, whatever it is. */
void sharedzone_answer(const struct sharedzone *z, struct facts *to,
                       const struct dns_name *name, uint16_t type,
                       enum zone_state state);

#endif
