/*
 * smtpd: one listener of the classroom: sockets, timers and the acts of a
 * lesson's rules around receiver.h. Many connections at once; each is bounded
 * in memory and time. Runs on a loop; all calls are from that loop's thread.
 */
#ifndef CLASSROOM_SMTPD_H
#define CLASSROOM_SMTPD_H

#include "classroom/lesson.h"
#include "io/loop.h"
#include "io/tls.h"

enum {
	SMTPD_CONNS_MAX = 1000,    /* of one listener; more wait */
	SMTPD_INPUT_MAX = 16384,   /* unread bytes of one client; then wait */
	SMTPD_IDLE_MS = 300000,    /* RFC 5321 §4.5.3.2.7: five minutes */
	SMTPD_LINGER_MS = 2000,    /* for the client's FIN after ours */
};

struct smtpd;

/* server: borrowed. listener: a listening socket, borrowed. tls: borrowed, with
 * the server's certificate; NULL where the lesson has no @tls. */
struct smtpd *smtpd_new(struct loop *l, const struct lesson_server *server,
                        int listener, struct tls_setup *tls);
void smtpd_free(struct smtpd *s); /* NULL is fine; drops connections */

#endif
