/*
 * channel: a connection as the session sees it: plain bytes both ways, in
 * clear at first, inside TLS once that was begun. It keeps the count of
 * written commands (conn.h) true for what is inside TLS, too.
 *
 * Owns the conn and the TLS on it. The loop's thread only.
 */
#ifndef NET_CHANNEL_H
#define NET_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "io/tls.h"
#include "net/conn.h"

struct channel;

struct channel *channel_new(struct conn *c); /* c: given away */
void channel_free(struct channel *ch);       /* closes; NULL is fine */
struct conn *channel_conn(struct channel *ch);

/* As the conn_ calls of these names; more: there is more to read at once. */
void channel_put(struct channel *ch, const char *data, size_t len,
                 bool command);
enum conn_got channel_read(struct channel *ch, struct conn_bytes *in,
                           bool *more);
void channel_flush(struct channel *ch);
bool channel_unsent(const struct channel *ch);

/* setup: borrowed, outlives ch. peer: borrowed for the call. */
void channel_begin_tls(struct channel *ch, struct tls_setup *setup,
                       const struct tls_peer *peer);
bool channel_shaking(const struct channel *ch); /* the handshake is under way */
/*
 * One step of the handshake with what the conn has. CONN_DATA: it moved on,
 * ask channel_shaking(); CONN_ENDED: the connection ended in it.
 */
enum conn_got channel_shake(struct channel *ch);
struct tls *channel_tls(struct channel *ch); /* NULL: in clear */
/* CONN_ENDED inside TLS, and the peer had not said close_notify. */
bool channel_truncated(const struct channel *ch);

#endif
