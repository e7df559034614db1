/*
 * faultrun: one run of our worker against a server that does wrong, and what
 * holds for each such run: it ends within its deadline, the session has
 * exactly one verdict, no fault is taken for success, the events are in
 * order, and they hold every byte that the server sent.
 */
#ifndef TESTS_FAULTRUN_H
#define TESTS_FAULTRUN_H

#include <stddef.h>

#include "netclient.h"
#include "netscript.h"
#include "smtpfault.h"

enum fault_flag {
	LOSSY = 1, /* the client closes before it has read everything */
	SLOW = 2,  /* it must not end before its deadline */
	BIG = 4,   /* the message is larger than any socket buffer */
};

/* A fault, named by its id in the study (T01 ... C11). */
struct row {
	const char *id;
	const struct fault *script;
	const struct fault *next; /* of the second connection; NULL: none */
	enum stage stage;     /* 0: STAGE_RCPT */
	int timeout_ms;       /* of each step; 0: 2000 */
	int steps;            /* how many of them may run into it */
	int exit;
	const char *failed;   /* "greeting reset", "dialog *"; NULL: nothing */
	const char *finding;  /* NULL: none in particular */
	const char *heard;    /* text that the server must have heard */
	const char *never;    /* text that it must not have heard */
	void (*prepare)(struct plan *p);
	void (*check)(struct client *c, const char *heard);
	unsigned flags;
};

/* Fails the test that runs it if anything is not as the row says. With
 * FAULT_SHOW in the environment it says what came. */
void fault_run(const struct row *row);
/* Runs each row as a test of its own; how many failed. */
int fault_run_all(const char *name, const struct row *rows, size_t n);
/* Lines that the plan sends instead of the guide's, up to NULL. */
void fault_say_lines(struct plan *p, const char *const *lines);
/* One verdict each of n sessions, the last with that exit status. */
void fault_check_verdict(const struct client *c, size_t n, int status);
/* The one EV_FAILED, as in struct row. */
void fault_check_failed(const struct client *c, const char *expected);

#define N_OF(list) (sizeof(list) / sizeof *(list))

#endif
