/*
 * dnsrun: one run of our worker against a DNS server that does wrong, and what
 * holds for each such run: it ends in time, with exactly one verdict, the
 * events are in order, all of them can be written as JSON and read back, and
 * nothing of the DNS reaches the batch text but through the escaper.
 */
#ifndef TESTS_DNSRUN_H
#define TESTS_DNSRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "dnsfault.h"
#include "netclient.h"

enum { DNSRUN_TRY_MS = 150 }; /* of the first try; with all: five times that */

/* The rows of a zone: records, and names that something happens at. */
#define ZONE(...) ((const struct dnsfault_row[]){ __VA_ARGS__, { 0 } })
#define RR(name, type, data) { name, type, data, NULL }
#define FAULT(name, type, word) { name, type, NULL, word }

/* A fault, named by its id in the study (D01 ... D37). */
struct dns_row {
	const char *id;
	const char *target;             /* NULL: "two.test" */
	const struct dnsfault_row *zone;
	const char *always;             /* as in dnsfault_config */
	bool no_tcp, ad;
	bool far;            /* not reached as loopback: AD does not count */
	bool nobody;         /* the server is gone */
	enum stage stage;    /* 0: STAGE_ROUTE */
	int exit;
	const char *route;   /* pattern of dnsrun_route(); NULL: none */
	const char *other;   /* the route where c-ares refuses to send such a
	                      * name, or drops such a frame (from 1.20 on);
	                      * nothing else of the row holds then */
	const char *findings; /* ids in their order, each once, blanks between;
	                       * NULL: any */
	const char *shown;   /* stands in the batch text; NULL: anything */
	const char *never;   /* stands neither there nor in the JSON */
	int queries;         /* over UDP; 0: any number */
	void (*check)(struct client *c, const char *text);
};

/* The server's address; far: 127.0.0.1 as IPv6 writes it, which is not taken
 * for loopback. Heap. */
char *dnsrun_server(const struct dnsfault *d, bool far);
/* Runs the worker with cfg (dns and dns_try_ms are set when NULL and 0) and
 * plan, given away; fails when it does not end. c is to be stopped. */
void dnsrun(struct client *c, const struct worker_config *cfg,
            struct plan *plan);
/* Fails where row's promises, or those above, are not kept. */
void dnsrun_row(const struct dns_row *row);
/* Runs each row as a test of its own; how many failed. */
int dnsrun_all(const char *name, const struct dns_row *rows, size_t n);
/* "mx 10:a.test=192.0.2.1,192.0.2.2 20:b.test!mx-nxdomain", "temp servfail":
 * the route; heap. "" when there was none. */
char *dnsrun_route(const struct client *c);
/* Fails where one of the promises above is not kept. text: of dnsrun_text();
 * never: stands neither there nor in the JSON, NULL nothing. */
void dnsrun_promises(const struct client *c, const char *text,
                     const char *never);
/* What batch prints of it, in English, 80 columns; heap. */
char *dnsrun_text(const struct client *c);
/* Fails where text has no shown (NULL: nothing to look for), however its
 * lines are broken and indented. */
void dnsrun_shows(const char *text, const char *shown);

#endif
