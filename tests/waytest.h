/*
 * waytest: what the tests of transports share: one client for each test, and
 * what is asked of every run.
 */
#ifndef TESTS_WAYTEST_H
#define TESTS_WAYTEST_H

#include "netclient.h"
#include "waypeer.h"

enum { WAIT_MS = 10000, SHORT_MS = 300 };

extern struct client c;

int set_up(void **state);
/* Fails when a process is left: the worker waits for its own. */
int tear_down(void **state);

/* Runs to the end; the exit status. */
int run(struct plan *p);
/* The detail of the only EV_FAILED, which must be of that kind. */
const char *failure(enum fail_phase phase, enum fail_kind kind);
/* First argument of the finding, "" none; NULL: there is no such finding. */
const char *finding_arg(const char *id);

#endif
