/*
 * zonefake: a DNS server for tests, on a free UDP port of 127.0.0.1. It knows
 * a list of records and nothing else; for what it does not know it says
 * NXDOMAIN or NODATA, and for a name with a label "silent" nothing.
 */
#ifndef TESTS_ZONEFAKE_H
#define TESTS_ZONEFAKE_H

#include <stddef.h>

struct zone_record {
	const char *name; /* with the last dot */
	const char *type; /* "MX" */
	const char *data; /* "10 mx1.example." */
};

struct zonefake;

/* records: borrowed; the last one has a NULL name. */
struct zonefake *zonefake_start(const struct zone_record *records);
/* The same, and every answer says that DNSSEC verified it (AD). */
struct zonefake *zonefake_start_signed(const struct zone_record *records);
const char *zonefake_server(const struct zonefake *z); /* "127.0.0.1:port" */
/* All questions so far in their order, "two.example./MX\n..."; heap. */
char *zonefake_asked(struct zonefake *z);
void zonefake_stop(struct zonefake *z);

#endif
