#include "config.h"

#include "classroom/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "util/wipe.h"

enum {
	READ_MAX = 4096,    /* bytes of one turn */
	RECORD_MAX = 16384, /* plain text of one record, RFC 8446 §5.1 */
};

void wire_init(struct wire *w, int fd)
{
	*w = (struct wire){ .fd = fd };
}

void wire_clear(struct wire *w)
{
	tls_free(w->tls);
	buf_clear(&w->raw);
	w->tls = NULL;
}

void wire_secure(struct wire *w, struct tls_setup *setup)
{
	w->tls = tls_new(setup, NULL);
}

bool wire_in_handshake(const struct wire *w)
{
	return w->tls && tls_status(w->tls) == TLS_HANDSHAKE;
}

/* ---- reading --------------------------------------------------------- */

/* As buf_reserve(), but what has to move leaves nothing behind. */
static void make_room(struct buf *in, size_t extra)
{
	struct buf larger = { 0 };

	if (in->size > in->len + extra)
		return;
	buf_reserve(&larger, in->len + extra);
	buf_add(&larger, in->data, in->len);
	wipe_buf(in);
	*in = larger;
}

void wire_forget(struct buf *in, size_t n)
{
	buf_drop(in, n);
	if (n)
		wipe(in->data + in->len, n);
}

static enum wire_status read_tls(struct wire *w, const char *data, size_t len,
                                 struct buf *in)
{
	enum tls_status status = tls_feed(w->tls, data, len);

	do
		make_room(in, RECORD_MAX);
	while (tls_read(w->tls, in, RECORD_MAX));
	tls_take(w->tls, &w->raw);
	if (status == TLS_FAILED)
		return WIRE_BROKEN;
	return status == TLS_ENDED ? WIRE_END : WIRE_OK;
}

enum wire_status wire_read(struct wire *w, struct buf *in)
{
	char bytes[READ_MAX];
	ssize_t n;

	if (w->tls) {
		n = recv(w->fd, bytes, sizeof bytes, 0);
	} else {
		make_room(in, READ_MAX);
		n = recv(w->fd, in->data + in->len, READ_MAX, 0);
	}
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? WIRE_OK : WIRE_LOST;
	if (n == 0)
		return WIRE_END;
	if (w->tls)
		return read_tls(w, bytes, (size_t)n, in);
	in->len += (size_t)n;
	return WIRE_OK;
}

/* ---- writing --------------------------------------------------------- */

/* False: the connection is lost. */
static bool send_some(struct wire *w, struct buf *out, size_t max)
{
	size_t len = out->len < max ? out->len : max;
	ssize_t n;

	if (!len)
		return true;
	n = send(w->fd, out->data, len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	buf_drop(out, (size_t)n);
	return true;
}

static bool can_take(const struct wire *w, const struct buf *out)
{
	return out->len && !w->ended && tls_status(w->tls) == TLS_UP;
}

bool wire_write(struct wire *w, struct buf *out, size_t max)
{
	if (!w->tls)
		return send_some(w, out, max);
	if (!w->raw.len && can_take(w, out)) {
		size_t len = out->len < max ? out->len : max;

		if (len > RECORD_MAX)
			len = RECORD_MAX;
		tls_write(w->tls, out->data, len);
		buf_drop(out, len);
		tls_take(w->tls, &w->raw);
	}
	/* the client has ended TLS: nobody will read this */
	if (!w->raw.len && !wire_in_handshake(w) && !can_take(w, out))
		buf_reset(out);
	return send_some(w, &w->raw, w->raw.len);
}

bool wire_has_output(const struct wire *w, const struct buf *out)
{
	if (!w->tls)
		return out->len > 0;
	return w->raw.len || can_take(w, out);
}

void wire_end(struct wire *w)
{
	if (!w->tls || w->ended)
		return;
	w->ended = true;
	if (tls_status(w->tls) == TLS_UP || tls_status(w->tls) == TLS_ENDED)
		tls_close(w->tls);
	tls_take(w->tls, &w->raw);
}
