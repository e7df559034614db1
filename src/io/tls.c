#include "config.h"

#include "io/tls_priv.h"

#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"
#include "util/xalloc.h"

enum { CHUNK = 16384, ALERT_FATAL = 2 }; /* RFC 8446 §5.1: a record's text */

/* RFC 8446 §4 */
enum {
	MSG_CERTIFICATE = 11,
	MSG_CERTIFICATE_REQUEST = 13,
	MSG_COMPRESSED_CERTIFICATE = 25, /* RFC 8879: never an empty list */
	EMPTY_CERTIFICATE = 8, /* header, context and list without any */
};

static void on_alert(struct tls *t, const unsigned char *alert, bool old)
{
	/* to TLS 1.3 the level says nothing (RFC 8446 §6) */
	if (alert[1] != SSL_AD_CLOSE_NOTIFY && alert[1] != SSL_AD_USER_CANCELLED
	    && (alert[0] == ALERT_FATAL || !old))
		t->alert = alert[1];
}

/* libssl's for each message that goes (write) or comes. */
static void on_message(int write, int version, int type, const void *data,
                       size_t len, SSL *ssl, void *arg)
{
	const unsigned char *bytes = data;
	struct tls *t = arg;
	bool from_client = write == !t->server;

	(void)ssl;
	if (type == SSL3_RT_ALERT && !write && len == 2)
		on_alert(t, bytes, version < TLS1_3_VERSION);
	if (type != SSL3_RT_HANDSHAKE || len == 0)
		return;
	if (t->status == TLS_UP && !write)
		t->afterwards++;
	if (bytes[0] == MSG_CERTIFICATE_REQUEST)
		t->cert_asked = true;
	if (bytes[0] == MSG_CERTIFICATE && from_client)
		t->cert_sent = len > EMPTY_CERTIFICATE;
	if (bytes[0] == MSG_COMPRESSED_CERTIFICATE && from_client)
		t->cert_sent = true;
}

static void watch(struct tls *t)
{
	libssl()->SSL_set_msg_callback(t->ssl, on_message);
	libssl()->SSL_ctrl(t->ssl, SSL_CTRL_SET_MSG_CALLBACK_ARG, 0, t);
	libssl()->SSL_set_ex_data(t->ssl, 0, t);
}

/* One numeric address, or any number of DNS names. */
static void expect_names(struct tls *t, const struct tls_peer *peer)
{
	const struct libcrypto *c = libcrypto();
	X509_VERIFY_PARAM *param = libssl()->SSL_get0_param(t->ssl);

	c->X509_VERIFY_PARAM_set_depth(param, TLS_VERIFY_DEPTH);
	c->X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (peer->n_names == 1 &&
	    c->X509_VERIFY_PARAM_set1_ip_asc(param, peer->names[0]) == 1)
		return;
	for (size_t i = 0; i < peer->n_names; i++)
		c->X509_VERIFY_PARAM_add1_host(param, peer->names[i], 0);
}

/* PKIX-TA and PKIX-EE mean nothing to a mail server (RFC 7672 §3.1.3). */
static bool take_tlsa(struct tls *t, const struct tls_tlsa *r, size_t index)
{
	if ((r->usage != 2 && r->usage != 3) ||
	    libssl()->SSL_dane_tlsa_add(t->ssl, r->usage, r->selector,
	        r->matching, r->data, r->len) <= 0)
		return false;
	t->used[t->n_used++] = (struct tls_used_tlsa){
		.usage = r->usage,
		.selector = r->selector,
		.matching = r->matching,
		.data = (unsigned char *)xmemdup0(r->data, r->len),
		.len = r->len,
		.index = index,
	};
	return true;
}

static void expect_dane(struct tls *t, const struct tls_peer *peer)
{
	size_t n = peer->n_tlsa < TLS_TLSA_MAX ? peer->n_tlsa : TLS_TLSA_MAX;

	t->n_tlsa = peer->n_tlsa;
	if (n == 0 || libssl()->SSL_dane_enable(t->ssl, NULL) <= 0)
		return;
	/* RFC 7672 §3.1.1: 3 x x binds the key, whatever its names */
	libssl()->SSL_dane_set_flags(t->ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	t->used = xcalloc(n, sizeof *t->used);
	for (size_t i = 0; i < n; i++)
		take_tlsa(t, &peer->tlsa[i], i);
}

static void expect(struct tls *t, const struct tls_peer *peer)
{
	if (peer->sni)
		libssl()->SSL_ctrl(t->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
		    TLSEXT_NAMETYPE_host_name, (void *)(uintptr_t)peer->sni);
	expect_dane(t, peer); /* forgets names */
	expect_names(t, peer);
}

struct tls *tls_new(struct tls_setup *s, const struct tls_peer *peer)
{
	struct tls *t = xcalloc(1, sizeof *t);

	t->setup = s;
	t->server = s->server;
	t->error = "";
	t->alert = TLS_ALERT_NONE;
	t->ssl = libssl()->SSL_new(s->ctx);
	t->in = libcrypto()->BIO_new(libcrypto()->BIO_s_mem());
	t->out = libcrypto()->BIO_new(libcrypto()->BIO_s_mem());
	if (!t->ssl || !t->in || !t->out)
		abort(); /* only for want of memory, as xmalloc() */
	libssl()->SSL_set_bio(t->ssl, t->in, t->out);
	watch(t);
	if (s->server)
		libssl()->SSL_set_accept_state(t->ssl);
	else
		libssl()->SSL_set_connect_state(t->ssl);
	if (peer)
		expect(t, peer);
	libcrypto()->ERR_clear_error();
	return t;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	libssl()->SSL_free(t->ssl);
	for (size_t i = 0; i < t->n_used; i++)
		free(t->used[i].data);
	free(t->used);
	tls_chain_free(t->examined);
	tls_facts_free(t->facts);
	wipe_buf(&t->plain);
	free(t);
}

/* A call of the library gave r. Is there more to do at once? */
static bool goes_on(struct tls *t, int r)
{
	int why;

	if (r > 0)
		return true;
	why = libssl()->SSL_get_error(t->ssl, r);
	if (why == SSL_ERROR_WANT_READ)
		return false;
	if (why == SSL_ERROR_ZERO_RETURN && t->status == TLS_UP)
		t->status = TLS_ENDED;
	else if (why == SSL_ERROR_ZERO_RETURN)
		tls_fail(t, "closed-in-handshake", "close_notify");
	else
		tls_note_error(t);
	return false;
}

static void read_plain(struct tls *t)
{
	int n;

	do {
		buf_reserve(&t->plain, CHUNK);
		n = libssl()->SSL_read(t->ssl, t->plain.data + t->plain.len,
		    CHUNK);
		if (n > 0)
			t->plain.len += (size_t)n;
		t->plain.data[t->plain.len] = '\0';
		if (t->afterwards > TLS_AFTERWARDS_MAX)
			tls_fail(t, "flood", "");
	} while (t->status == TLS_UP && goes_on(t, n));
}

static void advance(struct tls *t)
{
	libcrypto()->ERR_clear_error();
	if (t->status == TLS_HANDSHAKE &&
	    goes_on(t, libssl()->SSL_do_handshake(t->ssl)))
		t->status = TLS_UP;
	if (t->status == TLS_UP)
		read_plain(t);
	libcrypto()->ERR_clear_error();
}

static void keep_first(struct tls *t, const void *data, size_t len)
{
	size_t room = sizeof t->first - t->n_first;
	size_t n = len < room ? len : room;

	memcpy(t->first + t->n_first, data, n);
	t->n_first += n;
}

enum tls_status tls_feed(struct tls *t, const void *data, size_t len)
{
	const char *p = data;

	if (len == 0)
		return t->status;
	keep_first(t, data, len);
	if (t->status == TLS_HANDSHAKE && tls_is_plain(t))
		tls_fail(t, "not-tls", "");
	while (len > 0 && (t->status == TLS_HANDSHAKE || t->status == TLS_UP)) {
		size_t n = len < CHUNK ? len : CHUNK;

		libcrypto()->BIO_write(t->in, p, (int)n);
		advance(t);
		p += n;
		len -= n;
	}
	return t->status;
}

enum tls_status tls_eof(struct tls *t)
{
	if (t->status == TLS_HANDSHAKE)
		tls_fail(t, "closed-in-handshake", "");
	else if (t->status == TLS_UP)
		tls_fail(t, "truncated", "");
	return t->status;
}

enum tls_status tls_status(const struct tls *t)
{
	return t->status;
}

enum tls_status tls_start(struct tls *t)
{
	if (!t->server && !t->started && t->status == TLS_HANDSHAKE)
		advance(t);
	t->started = true;
	return t->status;
}

bool tls_read(struct tls *t, struct buf *out, size_t max)
{
	size_t n = t->plain.len < max ? t->plain.len : max;

	if (n == 0)
		return false;
	buf_add(out, t->plain.data, n);
	buf_drop(&t->plain, n);
	wipe(t->plain.data + t->plain.len, n);
	return true;
}

void tls_write(struct tls *t, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0 && t->status == TLS_UP && !t->closed) {
		size_t part = len < CHUNK ? len : CHUNK;
		int n = libssl()->SSL_write(t->ssl, p, (int)part);

		if (!goes_on(t, n))
			break;
		p += n;
		len -= (size_t)n;
	}
	libcrypto()->ERR_clear_error();
}

void tls_close(struct tls *t)
{
	if ((t->status == TLS_UP || t->status == TLS_ENDED) && !t->closed)
		libssl()->SSL_shutdown(t->ssl);
	t->closed = true;
	libcrypto()->ERR_clear_error();
}

bool tls_take(struct tls *t, struct buf *out)
{
	bool any = false;
	int n;

	do {
		buf_reserve(out, CHUNK);
		n = libcrypto()->BIO_read(t->out, out->data + out->len, CHUNK);
		if (n > 0)
			out->len += (size_t)n;
		out->data[out->len] = '\0';
		any = any || n > 0;
	} while (n == CHUNK);
	return any;
}

const char *tls_error(const struct tls *t)
{
	return t->error;
}

const char *tls_error_detail(const struct tls *t)
{
	return t->detail;
}

const char *tls_first_bytes(const struct tls *t, size_t *len)
{
	bool plain = strcmp(t->error, "not-tls") == 0;

	*len = plain ? t->n_first : 0;
	return t->first;
}
