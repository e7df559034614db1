/*
 * stream: a connection as the session sees it: plain bytes both ways, in
 * clear at first, inside TLS once that was begun. It keeps the count of
 * written commands (conn.h) true for what is inside TLS, too.
 *
 * Owns the conn and the TLS on it. The loop's thread only.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "io/tls.h"
#include "net/conn.h"

struct stream;

struct stream *stream_new(struct conn *c); /* c: given away */
void stream_free(struct stream *s);       /* closes; NULL is fine */
/* The last word: close_notify inside TLS, then conn_bye(). */
bool stream_bye(struct stream *s);
struct conn *stream_conn(struct stream *s);

/* As the conn_ calls of these names; more: there is more to read at once. */
void stream_put(struct stream *s, const char *data, size_t len,
                 bool command);
enum conn_got stream_read(struct stream *s, struct conn_bytes *in,
                           bool *more);
void stream_flush(struct stream *s);
bool stream_unsent(const struct stream *s);

/* setup: borrowed, outlives s. peer: borrowed for the call. */
void stream_begin_tls(struct stream *s, struct tls_setup *setup,
                       const struct tls_peer *peer);
bool stream_shaking(const struct stream *s); /* the handshake is under way */
/*
 * One step of the handshake with what the conn has. CONN_DATA: it moved on,
 * ask stream_shaking(); CONN_ENDED: the connection ended in it.
 */
enum conn_got stream_shake(struct stream *s);
struct tls *stream_tls(struct stream *s); /* NULL: in clear */
/* CONN_ENDED inside TLS, and the peer had not said close_notify. */
bool stream_truncated(const struct stream *s);

#endif
