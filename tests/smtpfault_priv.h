/*
 * smtpfault_priv: what the two halves of the fault server share: one
 * connection, its bytes in clear (smtpfault.c) and inside TLS
 * (smtpfault_tls.c).
 */
#ifndef TESTS_SMTPFAULT_PRIV_H
#define TESTS_SMTPFAULT_PRIV_H

#include <pthread.h>
#include <stdbool.h>

#include "io/tls.h"
#include "smtpfault.h"

struct smtpfault {
	pthread_t thread;
	int listener;
	int stop[2]; /* a byte in it ends the thread */
	uint16_t port;
	const struct fault *const *scripts;
	size_t n_scripts;
	smtpfault_answer *answer; /* instead of scripts, or NULL */
	void *arg;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t done;
	unsigned served;
	struct buf heard;
};

struct talk { /* one connection */
	struct smtpfault *f;
	int fd;
	struct buf line; /* heard, not yet a whole line */
	bool over;
	struct tls_setup *setup;
	struct tls *tls; /* NULL: in clear */
};

/* False when the test is over, or, with ms >= 0, after that time. */
bool talk_wait(const struct talk *t, short events, int ms);
/* Bytes to the wire, as they are. */
void talk_send(struct talk *t, const char *data, size_t len);
/* What the client said, in clear: to the lines and to all that was heard. */
void talk_heard(struct talk *t, const char *data, size_t len);
/* Reads once from the wire; 0: over, and t->over says so. */
size_t talk_read(struct talk *t, char *in, size_t size);

/* ---- smtpfault_tls.c ---- */

/* first: text with the end of the handshake, or NULL. */
void talk_begin_tls(struct talk *t, const struct fault_tls *how,
                    const char *first);
void talk_end_tls(struct talk *t); /* frees */
void talk_say_tls(struct talk *t, const char *data, size_t len);
void talk_feed_tls(struct talk *t, const char *data, size_t len);
void talk_notify(struct talk *t);
void talk_update_keys(struct talk *t, size_t times);
void talk_give_tickets(struct talk *t, size_t times);

#endif
