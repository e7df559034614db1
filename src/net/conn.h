/*
 * conn: one connection as the worker sees it: bytes in, bytes out, and how it
 * ended. It knows nothing of SMTP but one thing: how many commands have been
 * given to the kernel, so that whoever reads can tell a reply that came before
 * its command (design §8, out of sync).
 *
 * It is TCP to an address, straight or through a SOCKS5 proxy, or a Unix
 * socket, or the standard input and output of a command. What is said on the
 * way (the proxy's handshake, a PROXY header) is never among the bytes.
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
	CONN_BYE_MS = 500,     /* for a command to end by itself */
	CONN_RETRY_MS = 50,    /* a Unix socket whose queue is full */
};

struct conn;

struct conn_to { /* texts borrowed by conn_open() */
	const char *address; /* numeric, IPv4 or IPv6 */
	uint16_t port;
	const char *source;  /* numeric address to bind, NULL: any */
	const char *unix_path;  /* instead of address and port; NULL: none */
	const char *pipe;       /* instead of those: for sh -c; NULL: none */
	const char *socks_host; /* numeric; on the way to address; NULL: none */
	uint16_t socks_port;
	int proxy_header;       /* PROXY protocol: 0 none, 1, 2 */
	const char *proxy_from, *proxy_to; /* "ADDR[:PORT]"; NULL: real ones */
};

/* How a connection, or the try to get one, ended. */
struct conn_end {
	enum fail_kind kind; /* REFUSED, RESET, CLOSED, UNREACHABLE ... */
	int error;           /* errno, 0 none (CLOSED) */
	const char *detail;  /* says more than error does, in the user's
	                      * language; NULL: nothing; the conn's own */
};

/* Something about the way that is worth a finding. */
struct conn_note {
	const char *id; /* of findings.tsv */
	char *arg;      /* owned by the taker; NULL: none */
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
/*
 * The dialog is over: a command may now end by itself, so that its notes tell
 * how. True: there is nothing to wait for. False: ready() comes in CONN_BYE_MS
 * at most; then it is true.
 */
bool conn_bye(struct conn *c);

/* Was there no descriptor left for it (EMFILE, ENFILE)? */
bool conn_no_files(const struct conn *c);
bool conn_is_up(const struct conn *c); /* handshakes of the way are done */
/* Numeric local address without the port; "" before it is up, or none. */
const char *conn_local(const struct conn *c);
/* What it means that it is not up and the time is over. */
struct conn_end conn_late(struct conn *c);
/* Takes the next note; false: there is none. Some come with conn_is_up(), some
 * with CONN_ENDED or after conn_bye(). */
bool conn_note(struct conn *c, struct conn_note *out);

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
void conn_again(struct conn *c); /* ready() once more, behind all others */
void conn_pause(struct conn *c, bool paused); /* paused: no ready() for data */

/* Adds to what is to be written (copied); command: ends with a command. */
void conn_put(struct conn *c, const char *data, size_t len, bool command);
/* Gives the kernel what it takes now, in one call; the rest follows by
 * itself. A broken connection is told by conn_read(), after its last data. */
void conn_flush(struct conn *c);
bool conn_unsent(const struct conn *c); /* conn_put() without conn_flush() */

#endif
