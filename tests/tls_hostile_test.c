/*
 * tls against a peer that does what no honest one does. The peer is OpenSSL
 * itself, driven by hand.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "io/tls.h"
#include "tests/tls_pair.h"

/* A server by hand and a client of ours. */
struct hostile {
	struct tls_setup *setup;
	struct tls *client;
	SSL_CTX *ctx;
	SSL *server;
	BIO *in, *out; /* the server's */
};

static void use_certificate(SSL_CTX *ctx)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();

	X509_set_version(x, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 60);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	assert_int_equal(SSL_CTX_use_certificate(ctx, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void to_server(struct hostile *h)
{
	struct buf wire = { 0 };

	if (tls_take(h->client, &wire))
		BIO_write(h->in, wire.data, (int)wire.len);
	buf_clear(&wire);
}

/* The next len bytes for the client, 0: all; returns how many there were. */
static size_t to_client(struct hostile *h, char *change, size_t at)
{
	char *data;
	long n = BIO_get_mem_data(h->out, &data);

	if (change && (size_t)n > at)
		data[at] ^= *change;
	if (n > 0)
		tls_feed(h->client, data, (size_t)n);
	(void)BIO_reset(h->out);
	return (size_t)n;
}

static void begin(struct hostile *h, int version)
{
	*h = (struct hostile){ 0 };
	h->setup = tls_test_setup(&(struct tls_setup_config){ .max = version });
	h->client = tls_new(h->setup, NULL);
	h->ctx = SSL_CTX_new(TLS_server_method());
	use_certificate(h->ctx);
	SSL_CTX_set_num_tickets(h->ctx, 0);
	h->server = SSL_new(h->ctx);
	h->in = BIO_new(BIO_s_mem());
	h->out = BIO_new(BIO_s_mem());
	SSL_set_bio(h->server, h->in, h->out);
	SSL_set_accept_state(h->server);
	tls_start(h->client);
	to_server(h);
}

static void finish_handshake(struct hostile *h)
{
	for (int i = 0; i < 4; i++) {
		SSL_do_handshake(h->server);
		to_client(h, NULL, 0);
		to_server(h);
	}
	assert_int_equal(tls_status(h->client), TLS_UP);
	assert_true(SSL_is_init_finished(h->server));
}

static void end(struct hostile *h)
{
	tls_free(h->client);
	tls_setup_free(h->setup);
	SSL_free(h->server);
	SSL_CTX_free(h->ctx);
}

static void test_tickets_without_end(void **state)
{
	struct hostile h;

	(void)state;
	begin(&h, 0x0304);
	finish_handshake(&h);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(SSL_new_session_ticket(h.server), 1);
		SSL_do_handshake(h.server);
		to_client(&h, NULL, 0);
	}
	assert_int_equal(tls_status(h.client), TLS_FAILED);
	assert_string_equal(tls_error(h.client), "flood");
	end(&h);
}

static void test_key_updates_without_end(void **state)
{
	struct hostile h;
	struct buf wire = { 0 };

	(void)state;
	begin(&h, 0x0304);
	finish_handshake(&h);
	for (int i = 0; i < 1000; i++) {
		SSL_key_update(h.server, SSL_KEY_UPDATE_REQUESTED);
		SSL_do_handshake(h.server);
		to_client(&h, NULL, 0);
	}
	assert_int_equal(tls_status(h.client), TLS_FAILED);
	assert_string_equal(tls_error(h.client), "flood");
	tls_take(h.client, &wire);
	assert_true(wire.len < 16384); /* answers do not pile up */
	buf_clear(&wire);
	end(&h);
}

static void test_a_new_handshake_is_refused(void **state)
{
	struct buf wire = { 0 };
	struct hostile h;

	(void)state;
	begin(&h, 0x0303);
	finish_handshake(&h);
	SSL_renegotiate(h.server);
	SSL_do_handshake(h.server);
	to_client(&h, NULL, 0);
	assert_int_equal(tls_status(h.client), TLS_UP);
	assert_true(tls_take(h.client, &wire));
	assert_true(wire.len < 64); /* an alert, not a hello */
	buf_clear(&wire);
	for (int i = 0; i < 1000; i++) {
		SSL_renegotiate(h.server);
		SSL_do_handshake(h.server);
		to_client(&h, NULL, 0);
		to_server(&h);
	}
	assert_int_equal(tls_status(h.client), TLS_FAILED);
	assert_string_equal(tls_error(h.client), "flood");
	end(&h);
}

static void test_a_changed_byte_is_found(void **state)
{
	struct hostile h;
	char bit = 1;

	(void)state;
	begin(&h, 0x0304);
	finish_handshake(&h);
	SSL_write(h.server, "250 ok\r\n", 8);
	to_client(&h, &bit, 9);
	assert_int_equal(tls_status(h.client), TLS_FAILED);
	assert_string_equal(tls_error(h.client), "record");
	end(&h);
}

static void test_plain_text_among_records(void **state)
{
	static const char text[] = "250 not encrypted\r\n";
	struct buf got = { 0 };
	struct hostile h;
	size_t len;

	(void)state;
	begin(&h, 0x0304);
	finish_handshake(&h);
	tls_feed(h.client, text, sizeof text - 1);
	assert_int_equal(tls_status(h.client), TLS_FAILED);
	assert_string_equal(tls_error(h.client), "record");
	assert_false(tls_read(h.client, &got, 100));
	tls_first_bytes(h.client, &len);
	assert_int_equal(len, 0); /* it began as TLS */
	end(&h);
}

static void test_nothing_is_read_after_close_notify(void **state)
{
	static const char text[] = "250 not encrypted\r\n";
	struct buf got = { 0 };
	struct hostile h;

	(void)state;
	begin(&h, 0x0304);
	finish_handshake(&h);
	SSL_write(h.server, "221 bye\r\n", 9);
	SSL_shutdown(h.server);
	to_client(&h, NULL, 0);
	assert_int_equal(tls_feed(h.client, text, sizeof text - 1), TLS_ENDED);
	assert_true(tls_read(h.client, &got, 100));
	assert_string_equal(buf_str(&got), "221 bye\r\n");
	assert_false(tls_read(h.client, &got, 100));
	assert_int_equal(tls_eof(h.client), TLS_ENDED);
	buf_clear(&got);
	end(&h);
}

/* A record's header alone, as if the first byte of a handshake went wrong. */
static void test_records_that_are_none(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *error;
	} rows[] = {
		{ "\x15\3\3\0\2\2\x28", 7, "alert-handshake-failure" },
		{ "\x15\3\3\0\2\2\x70", 7, "alert-unrecognized-name" },
		{ "\x15\3\1\0\2\2\x46", 7, "alert-protocol-version" },
		{ "\x15\3\3\0\2\2\x50", 7, "alert-internal-error" },
		{ "\x15\3\3\0\2\2\xc8", 7, "alert-unknown" },
		{ "\x15\3\3\0\2\1\0", 7, "closed-in-handshake" },
		{ "\x16\3\3\xff\xff", 5, "record" },
		{ "\x17\3\3\0\1x", 6, "message" },
		{ "\x16\3\3\0\4\x63\0\0\0", 9, "message" },
		{ "HTTP/1.1 400 Bad Request\r\n", 26, "not-tls" },
		{ "\0\0\0\0\0\0", 6, "not-tls" },
		{ "\x16\4\0\0\1x", 6, "not-tls" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hostile h;

		begin(&h, 0x0304);
		tls_feed(h.client, rows[i].bytes, rows[i].len);
		assert_int_equal(tls_status(h.client), TLS_FAILED);
		if (strcmp(tls_error(h.client), rows[i].error) != 0)
			fail_msg("row %zu: %s (%s)", i, tls_error(h.client),
			    tls_error_detail(h.client));
		end(&h);
	}
}

static void test_a_certificate_that_is_none(void **state)
{
	/* ServerHello for TLS 1.2 would have to fit the hello: let the server
	 * make it, and spoil the certificate behind it */
	struct hostile h;
	char bit = 0x10;
	char *data;
	long n;

	(void)state;
	begin(&h, 0x0303);
	SSL_do_handshake(h.server);
	n = BIO_get_mem_data(h.out, &data);
	for (long i = 0; i + 16 < n; i++)
		if (memcmp(data + i, "\x0b\0", 2) == 0 &&
		    (unsigned char)data[i + 10] == 0x30) {
			to_client(&h, &bit, (size_t)i + 10);
			break;
		}
	assert_int_equal(tls_status(h.client), TLS_FAILED);
	assert_string_equal(tls_error(h.client), "certificate-unreadable");
	end(&h);
}

/* RFC 2202 §2, test case 2 */
static void test_hmac_md5(void **state)
{
	static const unsigned char want[16] = { 0x75, 0x0c, 0x78, 0x3e, 0x6a,
		0xb0, 0xb5, 0x03, 0xea, 0xa8, 0x6e, 0x31, 0x0a, 0x5d, 0xb7,
		0x38 };
	unsigned char got[16];

	(void)state;
	assert_true(tls_hmac_md5("Jefe", 4, "what do ya want for nothing?",
	    28, got));
	assert_memory_equal(got, want, 16);
}

static void test_channel_binding_is_the_same_on_both_sides(void **state)
{
	static const struct {
		int version;
		const char *kind;
	} rows[] = { { 0x0304, "tls-exporter" }, { 0x0303, "tls-unique" } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct tls_setup_config c = { .max = rows[i].version };
		struct buf ours = { 0 }, theirs = { 0 };
		struct tls_pair p = { 0 };
		const char *kind;

		tls_pair_init(&p, &c, NULL);
		tls_pair_connect(&p, NULL);
		assert_true(tls_channel_binding(p.client, &ours, &kind));
		assert_string_equal(kind, rows[i].kind);
		assert_true(tls_channel_binding(p.server, &theirs, &kind));
		assert_int_equal(ours.len, theirs.len);
		assert_true(ours.len >= 12);
		assert_memory_equal(ours.data, theirs.data, ours.len);
		buf_clear(&ours);
		buf_clear(&theirs);
		tls_pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tickets_without_end),
		cmocka_unit_test(test_key_updates_without_end),
		cmocka_unit_test(test_a_new_handshake_is_refused),
		cmocka_unit_test(test_a_changed_byte_is_found),
		cmocka_unit_test(test_plain_text_among_records),
		cmocka_unit_test(test_nothing_is_read_after_close_notify),
		cmocka_unit_test(test_records_that_are_none),
		cmocka_unit_test(test_a_certificate_that_is_none),
		cmocka_unit_test(test_hmac_md5),
		cmocka_unit_test(
		    test_channel_binding_is_the_same_on_both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
