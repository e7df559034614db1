/*
 * checkrun: the checks (check/checks.h) made by our worker, as --check does,
 * with a DNS server that says what a zone says, and an HTTPS server for the
 * policy of MTA-STS.
 */
#ifndef TESTS_CHECKRUN_H
#define TESTS_CHECKRUN_H

#include "core/event.h"
#include "dnsrun.h"
#include "httpsd.h"

/* Who sends, to "two.test" where nothing else is said. */
#define CHECKRUN_IP "9.9.9.10"
#define CHECKRUN_HELO "mx.two.test"
#define CHECKRUN_SELECTOR "sel"
#define CHECKRUN_LIST "bl.test"
/* Where the policy host is: nobody is there, the HTTPS server is asked. */
#define CHECKRUN_WEB "192.0.2.80"

enum {
	/* An EV_CHECK, with a trace of 400 steps, 2048 octets of a record. A
	 * record of 64 KiB is to be cut in it. */
	CHECKRUN_EVENT_MAX = 128 * 1024,
};

/* One run; may not be moved. */
struct checkrun {
	struct client c;
	char *text;           /* what batch prints; owned */
	struct dnsfault *dns;
	struct httpsd *web;   /* NULL none */
	struct redirect to_web;
};

struct checkrun_config {
	struct dnsfault_config dns;
	const char *from;     /* sender; NULL: "user@two.test" */
	const struct httpsd_answer *web; /* NULL: nobody is there */
	uint32_t policy_ms, dns_try_ms;  /* of worker_config */
};

/* Runs, and holds dnsrun_promises() against it. */
void checkrun_start(struct checkrun *r, const struct checkrun_config *cfg);
void checkrun_stop(struct checkrun *r);
/* The first outcome of a check of check_kinds.tsv; NULL: it was not made. */
const struct event *checkrun_find(const struct checkrun *r, const char *kind);

/* What is to come of one check. */
struct checkrun_want {
	const char *kind;
	enum grade grade;
	const char *result, *say;
};
void checkrun_expect(const struct checkrun *r,
                     const struct checkrun_want *want);

/* A row: named by its id in the study (D26 ...). */
struct checkrun_row {
	const char *id;
	const struct dnsfault_row *zone;
	const struct checkrun_want want;
	const char *shown[3];  /* stand in the batch text; NULL the end */
	const char *never;     /* stands neither there nor in the JSON */
	const char *from;      /* as above */
	const struct httpsd_answer *web; /* as above */
	uint32_t policy_ms;    /* as above */
};

/* Runs each row as a test of its own; how many failed. */
int checkrun_all(const char *name, const struct checkrun_row *rows, size_t n);

#endif
