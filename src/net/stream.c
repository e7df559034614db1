#include "config.h"

#include "net/stream.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/wipe.h"
#include "util/xalloc.h"

struct stream {
	struct conn *conn;
	struct tls *tls; /* NULL: in clear */
	struct buf wire; /* scratch: on its way from TLS to the conn */
	struct buf text; /* scratch: plain text, may hold what is secret */
	uint32_t written; /* commands that went before what TLS holds */
	bool tcp_ended, truncated;
};

struct stream *stream_new(struct conn *c)
{
	struct stream *s = xcalloc(1, sizeof *s);

	s->conn = c;
	return s;
}

/* What TLS wants on the wire; command: it ends with a command. */
static void pass_on(struct stream *s, bool command)
{
	buf_reset(&s->wire);
	if (tls_take(s->tls, &s->wire) && !s->tcp_ended)
		conn_put(s->conn, s->wire.data, s->wire.len, command);
}

bool stream_bye(struct stream *s)
{
	if (s->tls && tls_status(s->tls) == TLS_UP && !s->tcp_ended) {
		tls_close(s->tls);
		pass_on(s, false);
		conn_flush(s->conn);
	}
	return conn_bye(s->conn);
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	tls_free(s->tls);
	conn_free(s->conn);
	buf_clear(&s->wire);
	wipe_buf(&s->text);
	free(s);
}

struct conn *stream_conn(struct stream *s)
{
	return s->conn;
}

struct tls *stream_tls(struct stream *s)
{
	return s->tls;
}

bool stream_truncated(const struct stream *s)
{
	return s->truncated;
}

void stream_put(struct stream *s, const char *data, size_t len, bool command)
{
	if (!s->tls) {
		conn_put(s->conn, data, len, command);
		return;
	}
	if (tls_status(s->tls) != TLS_UP)
		return;
	tls_write(s->tls, data, len);
	pass_on(s, command);
}

void stream_flush(struct stream *s)
{
	conn_flush(s->conn);
}

bool stream_unsent(const struct stream *s)
{
	return conn_unsent(s->conn);
}

/* One portion from the wire into TLS. */
static enum conn_got feed(struct stream *s)
{
	struct conn_bytes in;
	enum conn_got got = conn_read(s->conn, &in);

	if (got == CONN_ENDED && !s->tcp_ended) {
		s->tcp_ended = true;
		tls_eof(s->tls);
	}
	if (got != CONN_DATA)
		return got;
	s->written = in.written;
	tls_feed(s->tls, in.data, in.len);
	pass_on(s, false);
	return CONN_DATA;
}

/* Plain text that TLS holds; false: none. */
static bool take_text(struct stream *s, struct conn_bytes *in)
{
	buf_reset(&s->text);
	if (!tls_read(s->tls, &s->text, sizeof in->data))
		return false;
	memcpy(in->data, s->text.data, s->text.len);
	in->len = s->text.len;
	in->written = s->written;
	return true;
}

/* Nothing is read behind close_notify, nor behind an error. */
static bool tls_over(const struct stream *s)
{
	enum tls_status status = tls_status(s->tls);

	return status == TLS_ENDED || status == TLS_FAILED;
}

static enum conn_got read_tls(struct stream *s, struct conn_bytes *in,
                              bool *more)
{
	while (!take_text(s, in)) {
		enum conn_got got;

		if (tls_over(s))
			return CONN_ENDED;
		got = feed(s);
		if (got == CONN_ENDED)
			s->truncated = tls_status(s->tls) != TLS_ENDED;
		if (got != CONN_DATA)
			return got;
	}
	*more = true;
	return CONN_DATA;
}

enum conn_got stream_read(struct stream *s, struct conn_bytes *in,
                           bool *more)
{
	enum conn_got got;

	*more = false;
	if (s->tls)
		return read_tls(s, in, more);
	got = conn_read(s->conn, in);
	*more = got == CONN_DATA && in->len == sizeof in->data;
	return got;
}

void stream_begin_tls(struct stream *s, struct tls_setup *setup,
                       const struct tls_peer *peer)
{
	s->tls = tls_new(setup, peer);
	tls_start(s->tls);
	pass_on(s, false);
}

bool stream_shaking(const struct stream *s)
{
	return s->tls && tls_status(s->tls) == TLS_HANDSHAKE;
}

enum conn_got stream_shake(struct stream *s)
{
	return feed(s);
}
