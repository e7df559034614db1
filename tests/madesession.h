/*
 * madesession: a session, without a network, as its lines are: "S 220 mx" the
 * greeting, "C MAIL FROM:<a>", "S 250 2.1.0 Ok" (several lines have a |
 * between); "T cert" is a handshake that went well, "F" a connection that was
 * lost, "N" one that never came about.
 */
#ifndef TESTS_MADESESSION_H
#define TESTS_MADESESSION_H

#include "check/summary.h"

struct maker {
	struct summary *s;
	uint32_t n, sent;
};

/* lines: ended by NULL. s: zeroed. */
void made_session(struct summary *s, const char *const *lines);
/* One more of each; m->s is what takes it. */
void made_sent(struct maker *m, const char *line);
void made_reply(struct maker *m, const char *text);

#define LINES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define HELLO "S 220 mx.example", "C EHLO me.example", "S 250-mx|250 SIZE"
#define HELLO_TLS                                                              \
	"S 220 mx.example", "C EHLO me.example", "S 250-mx|250 STARTTLS",      \
	    "C STARTTLS", "S 220 2.0.0 Go", "T cert1",                         \
	    "C EHLO me.example", "S 250-mx|250 SIZE"
#define MAIL "C MAIL FROM:<a@me.example>", "S 250 2.1.0 Ok"
#define MAIL_NULL "C MAIL FROM:<>", "S 250 2.1.0 Ok"
#define RCPT(reply) "C RCPT TO:<x@example>", "S " reply

#endif
