/*
 * dnsfault: a DNS server that does what no good one does. One thread, UDP and
 * TCP on a free port of 127.0.0.1, no privileges.
 *
 * The first label of a query's name says what happens ("servfail.test",
 * "badid.test": the table in dnsfault.c); a server that was started with a
 * word does that to every query. What is not in the table gets one record.
 */
#ifndef TESTS_DNSFAULT_H
#define TESTS_DNSFAULT_H

#include <stdbool.h>

enum { DNSFAULT_SLOW_MS = 150 }; /* how late "slow" answers */

struct dnsfault;

/* always: the word, or NULL. Ends the program when it cannot start. */
struct dnsfault *dnsfault_start(const char *always);
/* "127.0.0.1:40123"; valid until stopped. */
const char *dnsfault_server(const struct dnsfault *d);
/* Queries so far, over UDP and over TCP. */
unsigned dnsfault_queries(struct dnsfault *d, bool tcp);
void dnsfault_stop(struct dnsfault *d); /* NULL is fine */

#endif
