/*
 * wire: the bytes of one connection of the classroom's mail server, in clear
 * or inside TLS. Sockets and io/tls.h meet only here. One thread, the loop's.
 *
 * Nothing that a client sent stays in memory that was given back: buffers that
 * grow or shrink are wiped (study/reliability.md C11).
 */
#ifndef CLASSROOM_WIRE_H
#define CLASSROOM_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/tls.h"
#include "util/buf.h"

struct wire {
	int fd;          /* borrowed */
	struct tls *tls; /* owned; NULL: in clear */
	struct buf raw;  /* records that are not sent yet */
	bool ended;      /* our close_notify was made */
};

enum wire_status {
	WIRE_OK,
	WIRE_END,    /* the client says no more: FIN or close_notify */
	WIRE_BROKEN, /* TLS failed; an alert may still go out */
	WIRE_LOST,   /* there is no connection any more */
};

void wire_init(struct wire *w, int fd);
void wire_clear(struct wire *w);
/* From here on it is TLS; setup: a server's, borrowed. */
void wire_secure(struct wire *w, struct tls_setup *setup);
bool wire_in_handshake(const struct wire *w);

/* Reads once; plain text is appended to in. */
enum wire_status wire_read(struct wire *w, struct buf *in);
/* Takes n bytes off the front, and wipes them. */
void wire_forget(struct buf *in, size_t n);

/* Writes what goes out now, at most max bytes of out, and takes them off it;
 * the handshake's records first. False: there is no connection any more. */
bool wire_write(struct wire *w, struct buf *out, size_t max);
/* Would wire_write() have something to do? */
bool wire_has_output(const struct wire *w, const struct buf *out);
/* Says close_notify, when it is TLS; wire_write() sends it. */
void wire_end(struct wire *w);

#endif
