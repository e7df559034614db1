/*
 * receive: lines for a lesson's receiver and the answers that they must get,
 * for tests. What fails here fails the test.
 */
#ifndef TESTS_RECEIVE_H
#define TESTS_RECEIVE_H

#include "classroom/receiver.h"

/* A lesson of one server; what follows is about it. */
#define RECEIVE_HEAD                                                           \
	"title: t\ntarget: a.example\n@zone\nmx.a.example. A 192.0.2.1\n"      \
	"@server mx.a.example\n"

struct receive_line {
	int at_s;         /* seconds since the lesson began */
	const char *line; /* NULL: a new connection */
	const char *says; /* beginning of the answer; NULL ends the list */
};

/* text: NULL for a lesson that is built in. Caller frees. */
struct lesson *receive_lesson(const char *name, const char *text);
/* What the client would read, rules included. Caller frees. */
char *receive_text(const struct receiver_answer *a);
/* Says them to the lesson's first server, called mx. */
void receive_check(const struct lesson *l, const struct receive_line *lines);

#endif
