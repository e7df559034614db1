/*
 * room_tls: a client that talks TLS to a room's mail server over a socket, for
 * tests. What fails here fails the test; waits end after ROOM_WAIT_MS.
 */
#ifndef TESTS_ROOM_TLS_H
#define TESTS_ROOM_TLS_H

#include "io/tls.h"
#include "tests/room.h"

struct room_tls {
	int fd;               /* borrowed */
	size_t chunk;         /* bytes of one send(); 0: all there are */
	struct tls_setup *setup;
	struct tls *tls;
	bool wire_ended; /* FIN, or RST */
};

/* The client trusts the room's authority; name: that it expects. The handshake
 * goes to its end, whichever: ask tls_status(). */
void room_tls_open(struct room_tls *t, const char *ca_pem, int fd,
                   const char *name, size_t chunk);
void room_tls_send(struct room_tls *t, const char *text);
/* Appends plain text until it ends in until (NULL: the connection ends). */
void room_tls_read(struct room_tls *t, struct buf *out, const char *until);
/* One command and its reply, which ends in until. Caller frees. */
char *room_tls_ask(struct room_tls *t, const char *line, const char *until);
void room_tls_close(struct room_tls *t);

#endif
