/*
 * dnsfault: a DNS server that does what no good one does. One thread, UDP and
 * TCP on a free port of 127.0.0.1, no privileges.
 *
 * The first label of a query's name says what happens ("servfail.test",
 * "badid.test": the table in dnsfault_make.c); a server that was started with
 * a word does that to every query. What is not in the table gets one record.
 * A server that was started with rows says what they say instead.
 */
#ifndef TESTS_DNSFAULT_H
#define TESTS_DNSFAULT_H

#include <stdbool.h>

enum {
	DNSFAULT_SLOW_MS = 150, /* how late "slow" answers */
	DNSFAULT_FLOOD = 200,   /* wrong datagrams before the right one */
	DNSFAULT_MANY = 500,    /* records of "mx500" and "a500" */
};

/* A record, or what happens to whoever asks for it. */
struct dnsfault_row {
	const char *name; /* with the last dot; NULL: the end of the list */
	const char *type; /* "MX"; NULL: every type, with a word only */
	const char *data; /* as rdata_parse() takes it, or NULL: */
	const char *word; /* of the table; beside data: NULL or "unsigned" */
};

struct dnsfault_config {
	const char *always;              /* the word for every query, or NULL */
	const struct dnsfault_row *rows; /* borrowed, or NULL. A name that is
	                                  * in no row does not exist */
	bool ad;     /* answers are verified, where no row says "unsigned" */
	bool no_tcp; /* nobody listens for TCP */
	const char *counted; /* label: dnsfault_counted() counts the queries
	                      * for names that begin with it; NULL none */
};

struct dnsfault;

/* always: the word, or NULL. Ends the program when it cannot start. */
struct dnsfault *dnsfault_start(const char *always);
struct dnsfault *dnsfault_start_with(const struct dnsfault_config *cfg);
/* "127.0.0.1:40123"; valid until stopped. */
const char *dnsfault_server(const struct dnsfault *d);
/* Queries so far, over UDP and over TCP. */
unsigned dnsfault_queries(struct dnsfault *d, bool tcp);
unsigned dnsfault_counted(struct dnsfault *d);
/* Is there a word in the table? */
bool dnsfault_knows(const char *word);
void dnsfault_stop(struct dnsfault *d); /* NULL is fine */

#endif
