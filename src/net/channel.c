#include "config.h"

#include "net/channel.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/wipe.h"
#include "util/xalloc.h"

struct channel {
	struct conn *conn;
	struct tls *tls; /* NULL: in clear */
	struct buf wire; /* scratch: on its way from TLS to the conn */
	struct buf text; /* scratch: plain text, may hold what is secret */
	uint32_t written; /* commands that went before what TLS holds */
	bool tcp_ended, truncated;
};

struct channel *channel_new(struct conn *c)
{
	struct channel *ch = xcalloc(1, sizeof *ch);

	ch->conn = c;
	return ch;
}

/* What TLS wants on the wire; command: it ends with a command. */
static void pass_on(struct channel *ch, bool command)
{
	buf_reset(&ch->wire);
	if (tls_take(ch->tls, &ch->wire) && !ch->tcp_ended)
		conn_put(ch->conn, ch->wire.data, ch->wire.len, command);
}

void channel_free(struct channel *ch)
{
	if (!ch)
		return;
	if (ch->tls && tls_status(ch->tls) == TLS_UP && !ch->tcp_ended) {
		tls_close(ch->tls);
		pass_on(ch, false);
		conn_flush(ch->conn);
	}
	tls_free(ch->tls);
	conn_free(ch->conn);
	buf_clear(&ch->wire);
	wipe_buf(&ch->text);
	free(ch);
}

struct conn *channel_conn(struct channel *ch)
{
	return ch->conn;
}

struct tls *channel_tls(struct channel *ch)
{
	return ch->tls;
}

bool channel_truncated(const struct channel *ch)
{
	return ch->truncated;
}

void channel_put(struct channel *ch, const char *data, size_t len, bool command)
{
	if (!ch->tls) {
		conn_put(ch->conn, data, len, command);
		return;
	}
	if (tls_status(ch->tls) != TLS_UP)
		return;
	tls_write(ch->tls, data, len);
	pass_on(ch, command);
}

void channel_flush(struct channel *ch)
{
	conn_flush(ch->conn);
}

bool channel_unsent(const struct channel *ch)
{
	return conn_unsent(ch->conn);
}

/* One portion from the wire into TLS. */
static enum conn_got feed(struct channel *ch)
{
	struct conn_bytes in;
	enum conn_got got = conn_read(ch->conn, &in);

	if (got == CONN_ENDED)
		ch->tcp_ended = true;
	if (got != CONN_DATA)
		return got;
	ch->written = in.written;
	tls_feed(ch->tls, in.data, in.len);
	pass_on(ch, false);
	return CONN_DATA;
}

/* Plain text that TLS holds; false: none. */
static bool take_text(struct channel *ch, struct conn_bytes *in)
{
	buf_reset(&ch->text);
	if (!tls_read(ch->tls, &ch->text, sizeof in->data))
		return false;
	memcpy(in->data, ch->text.data, ch->text.len);
	in->len = ch->text.len;
	in->written = ch->written;
	return true;
}

/* Nothing is read behind close_notify, nor behind an error. */
static bool tls_over(const struct channel *ch)
{
	enum tls_status status = tls_status(ch->tls);

	return status == TLS_ENDED || status == TLS_FAILED;
}

static enum conn_got read_tls(struct channel *ch, struct conn_bytes *in,
                              bool *more)
{
	while (!take_text(ch, in)) {
		enum conn_got got;

		if (tls_over(ch))
			return CONN_ENDED;
		got = feed(ch);
		if (got == CONN_ENDED)
			ch->truncated = !tls_over(ch);
		if (got != CONN_DATA)
			return got;
	}
	*more = true;
	return CONN_DATA;
}

enum conn_got channel_read(struct channel *ch, struct conn_bytes *in,
                           bool *more)
{
	enum conn_got got;

	*more = false;
	if (ch->tls)
		return read_tls(ch, in, more);
	got = conn_read(ch->conn, in);
	*more = got == CONN_DATA && in->len == sizeof in->data;
	return got;
}

void channel_begin_tls(struct channel *ch, struct tls_setup *setup,
                       const struct tls_peer *peer)
{
	ch->tls = tls_new(setup, peer);
	tls_start(ch->tls);
	pass_on(ch, false);
}

bool channel_shaking(const struct channel *ch)
{
	return ch->tls && tls_status(ch->tls) == TLS_HANDSHAKE;
}

enum conn_got channel_shake(struct channel *ch)
{
	return feed(ch);
}
