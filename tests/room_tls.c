#include "config.h"

#include "tests/room_tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static void flush(struct room_tls *t)
{
	struct buf raw = { 0 };
	size_t step;

	tls_take(t->tls, &raw);
	step = t->chunk ? t->chunk : raw.len;
	for (size_t at = 0; at < raw.len; at += step)
		room_send(t->fd, raw.data + at,
		          raw.len - at < step ? raw.len - at : step);
	buf_clear(&raw);
}

/* Waits for bytes of the server, and answers what the handshake wants. */
static void receive(struct room_tls *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n;

	assert_int_equal(poll(&p, 1, ROOM_WAIT_MS), 1);
	n = recv(t->fd, bytes, sizeof bytes, 0);
	if (n > 0)
		tls_feed(t->tls, bytes, (size_t)n);
	else
		t->wire_ended = true;
	flush(t);
}

void room_tls_open(struct room_tls *t, const char *ca_pem, int fd,
                   const char *name, size_t chunk)
{
	const struct tls_setup_config cfg = { 0 };
	const struct tls_peer peer = { .sni = name, .names = &name,
		.n_names = 1 };
	char *error = NULL;

	*t = (struct room_tls){ .fd = fd, .chunk = chunk };
	t->setup = tls_setup_new(&cfg, &error);
	if (!t->setup)
		fail_msg("%s", error);
	assert_non_null(ca_pem);
	assert_true(tls_setup_trust_pem(t->setup, ca_pem, strlen(ca_pem)));
	t->tls = tls_new(t->setup, &peer);
	tls_start(t->tls);
	flush(t);
	while (tls_status(t->tls) == TLS_HANDSHAKE && !t->wire_ended)
		receive(t);
}

void room_tls_send(struct room_tls *t, const char *text)
{
	tls_write(t->tls, text, strlen(text));
	flush(t);
}

static bool ends_in(const struct buf *b, const char *text)
{
	size_t n = strlen(text);

	return b->len >= n && memcmp(b->data + b->len - n, text, n) == 0;
}

void room_tls_read(struct room_tls *t, struct buf *out, const char *until)
{
	for (;;) {
		while (tls_read(t->tls, out, 4096))
			;
		if (t->wire_ended || (until && ends_in(out, until)))
			return;
		receive(t);
	}
}

char *room_tls_ask(struct room_tls *t, const char *line, const char *until)
{
	struct buf out = { 0 };

	room_tls_send(t, line);
	room_tls_read(t, &out, until);
	buf_str(&out);
	return buf_steal(&out);
}

void room_tls_close(struct room_tls *t)
{
	tls_free(t->tls);
	tls_setup_free(t->setup);
}
