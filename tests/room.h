/*
 * room: a classroom served by a thread, and a client that talks to it over
 * real sockets; for tests. Every wait of the client ends after ROOM_WAIT_MS.
 */
#ifndef TESTS_ROOM_H
#define TESTS_ROOM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/classroom.h"
#include "io/loop.h"
#include "util/buf.h"

enum { ROOM_WAIT_MS = 20000 }; /* sanitizers on a busy machine are slow */

struct room {
	struct lesson *lesson;
	struct classroom *classroom;
	struct loop *loop;
	struct loop_wake *stop;
	pthread_t thread;
};

/* text: a lesson, or NULL and then name is a built-in one. listen: NULL for
 * a room of our own, else --serve on that address. Fails the test on error. */
void room_open(struct room *r, const char *name, const char *text,
               const char *listen);
void room_close(struct room *r);

/* Real port behind a lesson's address, by the first redirect that fits. */
uint16_t room_port(const struct room *r, const char *address, uint16_t port);
int room_dial(uint16_t port); /* connected, or -1 with errno */
void room_send(int fd, const void *data, size_t len);
/* Appends what comes until FIN, RST or, until != NULL, that text stands at the
 * end. Returns 0 at FIN, -1 with errno at an error, 1 for until. */
int room_read(int fd, struct buf *out, const char *until);
/* Sends all in pieces of chunk bytes (0: at once), reads to the end; the text
 * is the caller's. */
char *room_talk(uint16_t port, const char *sent, size_t chunk);

#endif
