/*
 * The TLS half of the fault server. What a well-behaved library does not do
 * is asked of OpenSSL itself: many KeyUpdates, many tickets.
 */
#include "config.h"

#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "io/tls_priv.h"
#include "smtpfault_priv.h"
#include "util/xalloc.h"

/* Everything that TLS wants on the wire. */
static void flush(struct talk *t)
{
	struct buf wire = { 0 };

	if (tls_take(t->tls, &wire))
		talk_send(t, wire.data, wire.len);
	buf_clear(&wire);
}

/* A part of the flight, or all of it byte by byte. */
static void flush_oddly(struct talk *t, const struct fault_tls *how)
{
	struct buf wire = { 0 };
	size_t len;

	tls_take(t->tls, &wire);
	len = how->flight && how->flight < wire.len ? how->flight : wire.len;
	for (size_t i = 0; how->drip_ms && i < len && !t->over; i++) {
		talk_send(t, wire.data + i, 1);
		talk_wait(t, 0, how->drip_ms);
	}
	if (!how->drip_ms)
		talk_send(t, wire.data, len);
	buf_clear(&wire);
}

/* What the table of the program lacks, because it never asks for these. */
static void find(const char *name, void *function)
{
	void *lib = dlopen(LIBSSL_SONAME, RTLD_NOW | RTLD_LOCAL);
	void *at = lib ? dlsym(lib, name) : NULL;

	if (!at)
		abort();
	memcpy(function, &at, sizeof at); /* it stays loaded */
}

static int refuse_name(SSL *ssl, int *alert, void *arg)
{
	(void)ssl;
	(void)arg;
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void set_callback(SSL_CTX *ctx)
{
	long (*control)(SSL_CTX *ctx, int what, void (*callback)(void));

	find("SSL_CTX_callback_ctrl", &control);
	control(ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
	        (void (*)(void))refuse_name);
}

static struct tls_setup *make_setup(const struct fault_tls *how)
{
	const struct tls_setup_config cfg = { .server = true,
		.min = how->min, .max = how->max,
		.cert_file = how->cert_file, .key_file = how->key_file,
		.ask_client_cert = how->ask_client_cert };
	const char *name = how->name ? how->name : "127.0.0.1";
	int64_t from_s = how->from_s || how->to_s ? how->from_s : -3600;
	int64_t to_s = how->from_s || how->to_s ? how->to_s : 86400;
	char *error;
	struct tls_setup *s = tls_setup_new(&cfg, &error);

	if (!s) {
		fprintf(stderr, "%s\n", error);
		abort();
	}
	if (!cfg.cert_file &&
	    !tls_setup_self_signed(s, &name, 1, from_s, to_s))
		abort();
	if (how->ciphers)
		libssl()->SSL_CTX_set_cipher_list(s->ctx, how->ciphers);
	if (how->alert_name) /* SSL_CTX_set_tlsext_servername_callback() */
		set_callback(s->ctx);
	return s;
}

/* With TLS 1.3 the client's handshake ends before the server's: what is to
 * come with its end goes out with the server's own flight (RFC 8446 §2). */
static void speak_first(struct talk *t, const char *text)
{
	int (*early)(SSL *ssl, void *buf, size_t size, size_t *len);
	int (*say)(SSL *ssl, const void *data, size_t len, size_t *written);
	char in[16384];
	size_t n;

	find("SSL_read_early_data", &early);
	find("SSL_write_early_data", &say);
	while (early(t->tls->ssl, in, sizeof in, &n) ==
	       SSL_READ_EARLY_DATA_ERROR) {
		n = talk_read(t, in, sizeof in); /* the rest of the hello */
		if (n == 0)
			return;
		libcrypto()->BIO_write(t->tls->in, in, (int)n);
	}
	if (say(t->tls->ssl, text, strlen(text), &n) != 1)
		abort();
	flush(t);
}

void talk_begin_tls(struct talk *t, const struct fault_tls *how,
                    const char *first)
{
	bool odd = how->flight || how->drip_ms;
	bool at_once = first && how->min >= TLS1_3_VERSION;
	char in[16384];

	if (!how->setup)
		t->setup = make_setup(how);
	t->tls = tls_new(how->setup ? how->setup : t->setup, NULL);
	if (at_once)
		speak_first(t, first);
	while (!t->over && tls_status(t->tls) == TLS_HANDSHAKE) {
		size_t n = talk_read(t, in, sizeof in);

		if (n == 0)
			break;
		talk_feed_tls(t, in, n);
		if (first && !at_once && tls_status(t->tls) == TLS_UP)
			tls_write(t->tls, first, strlen(first));
		if (odd)
			flush_oddly(t, how);
		else
			flush(t);
		if (how->flight) { /* and not a byte more */
			t->over = true;
			while (talk_wait(t, POLLIN, -1) &&
			       recv(t->fd, in, sizeof in, 0) > 0)
				;
		}
	}
	if (tls_status(t->tls) != TLS_UP)
		t->over = true;
}

void talk_end_tls(struct talk *t)
{
	tls_free(t->tls);
	tls_setup_free(t->setup);
}

void talk_say_tls(struct talk *t, const char *data, size_t len)
{
	tls_write(t->tls, data, len);
	flush(t);
}

void talk_feed_tls(struct talk *t, const char *data, size_t len)
{
	enum tls_status before = tls_status(t->tls);
	struct buf plain = { 0 };

	tls_feed(t->tls, data, len);
	if (tls_read(t->tls, &plain, 1 << 20))
		talk_heard(t, plain.data, plain.len);
	buf_clear(&plain);
	if (before == TLS_UP) {
		flush(t);
		t->over = t->over || tls_status(t->tls) != TLS_UP;
	}
}

void talk_notify(struct talk *t)
{
	tls_close(t->tls);
	flush(t);
}

/* Each goes out alone, as a library never sends them. */
void talk_update_keys(struct talk *t, size_t times)
{
	int (*update)(SSL *ssl, int kind);
	int (*shake)(SSL *ssl);

	find("SSL_key_update", &update);
	find("SSL_do_handshake", &shake);
	for (size_t i = 0; i < times && !t->over; i++) {
		if (update(t->tls->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 ||
		    shake(t->tls->ssl) != 1)
			abort();
		flush(t);
	}
}

void talk_give_tickets(struct talk *t, size_t times)
{
	int (*ticket)(SSL *ssl);
	int (*shake)(SSL *ssl);

	find("SSL_new_session_ticket", &ticket);
	find("SSL_do_handshake", &shake);
	for (size_t i = 0; i < times && !t->over; i++) {
		if (ticket(t->tls->ssl) != 1 || shake(t->tls->ssl) != 1)
			abort();
		flush(t);
	}
}
