/*
 * zonefile: answers from master files with relative names, $ORIGIN and
 * wildcards (RFC 1035 §5.1, RFC 4592), without a socket. SOA and NS records
 * and whatever spans lines are left out.
 */
#ifndef TESTS_ZONEFILE_H
#define TESTS_ZONEFILE_H

#include <stdbool.h>

#include "checktest.h"
#include "core/answer.h"

struct zonefile;

struct zonefile *zonefile_new(void);
void zonefile_free(struct zonefile *z); /* NULL is fine */
/* Adds what is in the file; false: it cannot be read. */
bool zonefile_read(struct zonefile *z, const char *path);
/* Every lookup at or below name ends like this. name: borrowed. */
void zonefile_fail(struct zonefile *z, const char *name,
                   enum dns_status status);
/* arg: struct zonefile *. As in struct checktest_world. */
struct dns_answer *zonefile_look(void *arg, const struct dns_name *name,
                                 uint16_t type);


/* ---- the zones that reverse DNS and blocklists are tested with ---- */

struct zoneworld {
	struct zonefile *zones;
	struct checktest_world w;
};

/* false: $SMTPSCOPE_SHARED is not there. Close it in both cases. */
bool zoneworld_open(struct zoneworld *x);
void zoneworld_close(struct zoneworld *x);

#endif
