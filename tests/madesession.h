/*
 * madesession: a session, without a network, as its lines are: "S 220 mx" the
 * greeting, "C MAIL FROM:<a>", "S 250 2.1.0 Ok" (several lines have a |
 * between); "T cert VERSION VERIFY ISSUER" (the last three may be left out)
 * is a handshake that came to its end, "H" one that did not, "F" a connection
 * that was lost, "G" lost before its greeting, "N" one that never came about,
 * "V cause" a verdict, "X" the end; "U 5000000": the next reply takes so many
 * microseconds.
 */
#ifndef TESTS_MADESESSION_H
#define TESTS_MADESESSION_H

#include "check/summary.h"

struct maker {
	struct summary *s;
	void (*see)(void *arg, const struct event *e); /* instead of s */
	void *arg;
	const char *host, *address; /* NULL: mx.example, 192.0.2.1 */
	uint32_t n, sent, session, us;
};

/* One session more; lines: ended by NULL. */
void made_dialog(struct maker *m, const char *const *lines);
/* The same into a summary, zeroed. */
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
