/*
 * conn: one TCP connection as the worker sees it: bytes in, bytes out, and how
 * it ended. It knows nothing of SMTP but one thing: how many commands have
 * been given to the kernel, so that whoever reads can tell a reply that came
 * before its command (design §8, out of sync).
 *
 * Owns the socket and what is not written yet. Reading is pulled: ready() says
 * that there may be something, conn_read() takes it; who does not read, lets
 * the peer wait. The loop's thread only.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "io/loop.h"

enum {
	CONN_READ_MAX = 16384, /* bytes of one conn_read() */
};

struct conn;

struct conn_to {
	const char *address; /* numeric, IPv4 or IPv6 */
	uint16_t port;
	const char *source; /* numeric address to bind, NULL: any */
};

/* How a connection, or the try to get one, ended. */
struct conn_end {
	enum fail_kind kind; /* REFUSED, RESET, CLOSED, UNREACHABLE ... */
	int error;           /* errno, 0 none (CLOSED) */
};

/* conn_read() */
enum conn_got { CONN_DATA, CONN_NOTHING, CONN_ENDED };

/*
 * ready: the connection is there, or there is something to read, or it ended.
 * Never called from inside a conn_ function.
 */
struct conn *conn_open(struct loop *l, const struct conn_to *to,
                       void (*ready)(void *arg), void *arg);
void conn_free(struct conn *c); /* closes; NULL is fine */

bool conn_is_up(const struct conn *c); /* the three-way handshake is done */
/* Numeric local address without the port; "" before it is up. */
const char *conn_local(const struct conn *c);

/* On the reader's stack, so that an idle connection costs no buffer. */
struct conn_bytes {
	size_t len;
	uint32_t written; /* commands the kernel had before it gave these */
	char data[CONN_READ_MAX];
};

/*
 * Takes what the kernel has. CONN_DATA sets in; CONN_ENDED comes after the
 * last byte and again at each call, conn_end() says why.
 */
enum conn_got conn_read(struct conn *c, struct conn_bytes *in);
struct conn_end conn_end(const struct conn *c);
void conn_pause(struct conn *c, bool paused); /* paused: no ready() for data */

/* Adds to what is to be written (copied); command: ends with a command. */
void conn_put(struct conn *c, const char *data, size_t len, bool command);
/* Gives the kernel what it takes now, in one call; the rest follows by
 * itself. A broken connection is told by conn_read(), after its last data. */
void conn_flush(struct conn *c);
bool conn_unsent(const struct conn *c); /* conn_put() without conn_flush() */

#endif
