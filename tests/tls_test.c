/* tls: handshakes, text and failures over memory. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/tls_pair.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const mx[] = { "mx.example.org" };

static void expect_text(struct tls *t, const char *text)
{
	struct buf got = { 0 };

	while (tls_read(t, &got, 7))
		;
	assert_string_equal(buf_str(&got), text);
	buf_clear(&got);
}

/* ---- handshakes ---- */

static void test_handshake_in_any_split_and_version(void **state)
{
	static const struct {
		int version;
		const char *name;
	} versions[] = {
		{ 0x0304, "TLSv1.3" },
		{ 0x0303, "TLSv1.2" },
		{ 0x0302, "TLSv1.1" },
		{ 0x0301, "TLSv1" },
	};
	static const size_t steps[] = { 0, 1, 3, 500 };

	(void)state;
	for (size_t i = 0; i < COUNT(versions) * COUNT(steps); i++) {
		struct tls_setup_config server = {
			.min = versions[i / COUNT(steps)].version,
			.max = versions[i / COUNT(steps)].version,
		};
		struct tls_pair p = { .step = steps[i % COUNT(steps)] };
		const struct tls_facts *f;

		tls_pair_init(&p, NULL, &server);
		tls_pair_trust(&p);
		tls_pair_connect(&p, NULL);
		assert_int_equal(tls_status(p.client), TLS_UP);
		assert_int_equal(tls_status(p.server), TLS_UP);
		f = tls_facts(p.client);
		assert_string_equal(f->version,
		    versions[i / COUNT(steps)].name);
		assert_true(strcmp(f->group, "x25519") == 0 ||
		            /* OpenSSL 3.5 and later */
		            (versions[i / COUNT(steps)].version == 0x0304 &&
		             strcmp(f->group, "X25519MLKEM768") == 0));
		assert_true(strlen(f->cipher) > 8);
		assert_string_equal(f->verify, "ok");
		assert_int_equal(f->depth, -1);
		assert_int_equal(f->n_chain, 1);
		assert_string_equal(f->chain[0].subject, "CN=mx.example.org");
		assert_string_equal(f->chain[0].key, "EC P-256");
		assert_string_equal(f->chain[0].signature, "ecdsa-with-SHA256");
		assert_int_equal(f->chain[0].n_names, 2);
		assert_string_equal(f->chain[0].names[1], "192.0.2.1");
		tls_write(p.client, "EHLO x\r\n", 8);
		tls_write(p.server, "250 mx\r\n", 8);
		tls_pair_run(&p);
		expect_text(p.server, "EHLO x\r\n");
		expect_text(p.client, "250 mx\r\n");
		tls_pair_clear(&p);
	}
}

static void test_much_text_comes_whole(void **state)
{
	struct tls_pair p = { .step = 1021 };
	struct buf sent = { 0 }, got = { 0 };

	(void)state;
	tls_pair_init(&p, NULL, NULL);
	tls_pair_connect(&p, NULL);
	for (int i = 0; i < 20000; i++)
		buf_addf(&sent, "%d\r\n", i);
	tls_write(p.client, sent.data, sent.len);
	tls_pair_run(&p);
	while (tls_read(p.server, &got, 4096))
		;
	assert_int_equal(got.len, sent.len);
	assert_memory_equal(got.data, sent.data, sent.len);
	buf_clear(&sent);
	buf_clear(&got);
	tls_pair_clear(&p);
}

static void test_close_notify_is_no_truncation(void **state)
{
	struct tls_pair p = { 0 };

	(void)state;
	tls_pair_init(&p, NULL, NULL);
	tls_pair_connect(&p, NULL);
	tls_write(p.server, "221 bye\r\n", 9);
	tls_close(p.server);
	tls_pair_run(&p);
	assert_int_equal(tls_eof(p.client), TLS_ENDED);
	expect_text(p.client, "221 bye\r\n");
	tls_close(p.client);
	tls_close(p.client); /* once is enough */
	tls_pair_run(&p);
	assert_int_equal(tls_eof(p.server), TLS_ENDED);
	tls_pair_clear(&p);
}

static void test_end_without_close_notify_is_truncation(void **state)
{
	struct tls_pair p = { 0 };

	(void)state;
	tls_pair_init(&p, NULL, NULL);
	tls_pair_connect(&p, NULL);
	tls_write(p.server, "250-half", 8);
	tls_pair_run(&p);
	assert_int_equal(tls_eof(p.client), TLS_FAILED);
	assert_string_equal(tls_error(p.client), "truncated");
	expect_text(p.client, "250-half");
	tls_pair_clear(&p);
}

static void test_end_in_handshake(void **state)
{
	struct tls_pair p = { 0 };

	(void)state;
	tls_pair_init(&p, NULL, NULL);
	p.client = tls_new(p.client_setup, NULL);
	assert_int_equal(tls_start(p.client), TLS_HANDSHAKE);
	assert_int_equal(tls_eof(p.client), TLS_FAILED);
	assert_string_equal(tls_error(p.client), "closed-in-handshake");
	tls_pair_clear(&p);
}

static void test_client_certificate_is_asked_for_and_sent(void **state)
{
	static const struct tls_setup_config asks = { .ask_client_cert = true };

	(void)state;
	for (int i = 0; i < 4; i++) {
		bool has = i & 1;
		struct tls_setup_config client = {
			.max = i & 2 ? 0x0303 : 0x0304,
		};
		struct tls_pair p = { 0 };

		tls_pair_init(&p, &client, &asks);
		if (has)
			assert_true(tls_setup_self_signed(p.client_setup,
			    mx, 1, 0, 60));
		tls_pair_connect(&p, NULL);
		assert_int_equal(tls_status(p.client), TLS_UP);
		assert_int_equal(tls_status(p.server), TLS_UP);
		assert_true(tls_facts(p.client)->cert_asked);
		assert_int_equal(tls_facts(p.client)->cert_sent, has);
		assert_int_equal(tls_facts(p.server)->cert_sent, has);
		assert_int_equal(tls_facts(p.server)->n_chain, has);
		assert_string_equal(tls_facts(p.server)->verify,
		    has ? "self-signed" : "no-certificate");
		tls_pair_clear(&p);
	}
}

/* ---- failures ---- */

static void test_versions_that_do_not_meet(void **state)
{
	static const struct tls_setup_config old = { .max = 0x0302 };
	static const struct tls_setup_config strict = { .min = 0x0303 };
	struct tls_pair p = { 0 };

	(void)state;
	tls_pair_init(&p, &strict, &old);
	tls_pair_connect(&p, NULL);
	assert_int_equal(tls_status(p.client), TLS_FAILED);
	assert_int_equal(tls_status(p.server), TLS_FAILED);
	assert_string_equal(tls_error(p.server), "version");
	assert_string_equal(tls_error(p.client), "alert-protocol-version");
	assert_true(strlen(tls_error_detail(p.client)) > 0);
	tls_pair_clear(&p);
}

static void test_plain_text_is_shown(void **state)
{
	static const char text[] = "220 mx.example.org ESMTP\r\n";
	static const size_t steps[] = { sizeof text - 1, 1, 5 };

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct tls_pair p = { 0 };
		size_t len;
		const char *first;

		tls_pair_init(&p, NULL, NULL);
		p.client = tls_new(p.client_setup, NULL);
		tls_start(p.client);
		for (size_t at = 0; at < sizeof text - 1; at += steps[i])
			tls_feed(p.client, text + at,
			    sizeof text - 1 - at < steps[i] ?
			    sizeof text - 1 - at : steps[i]);
		assert_int_equal(tls_status(p.client), TLS_FAILED);
		assert_string_equal(tls_error(p.client), "not-tls");
		first = tls_first_bytes(p.client, &len);
		assert_int_equal(len, sizeof text - 1);
		assert_memory_equal(first, text, len);
		tls_pair_clear(&p);
	}
}

/* An authority signs; the client trusts the authority, and nothing else. */
static void test_issued_certificate_is_as_it_was_wished(void **state)
{
	static const char *const names[] = { "mx.example.org" };
	static const char *const others[] = { "other.example.org" };
	static const struct {
		struct tls_wish wish;
		bool trusted;
		const char *verify;
	} cases[] = {
		{ { names, 1, -3600, 86400 }, true, "ok" },
		{ { names, 1, -3600, 86400 }, false, "unknown-root" },
		{ { names, 1, -86400, -3600 }, true, "expired" },
		{ { others, 1, -3600, 86400 }, true, "name-mismatch" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tls_setup_config server = { .server = true };
		struct tls_setup *ca = tls_test_setup(&server);
		struct buf pem = { 0 };
		struct tls_pair p = { 0 };

		assert_true(tls_setup_authority(ca, "test authority", -86400,
		    86400));
		assert_true(tls_setup_pem(ca, &pem));
		tls_pair_init(&p, NULL, NULL);
		assert_true(tls_setup_issued(p.server_setup, ca,
		    &cases[i].wish));
		if (cases[i].trusted)
			assert_true(tls_setup_trust_pem(p.client_setup,
			    pem.data, pem.len));
		tls_pair_connect(&p, NULL);
		assert_int_equal(tls_status(p.client), TLS_UP);
		assert_string_equal(tls_facts(p.client)->verify,
		    cases[i].verify);
		assert_int_equal(tls_facts(p.client)->n_chain, 2);
		assert_string_equal(tls_facts(p.client)->chain[1].subject,
		    "CN=test authority");
		tls_pair_clear(&p);
		tls_setup_free(ca);
		buf_clear(&pem);
	}
}

static void test_setup_says_what_is_wrong(void **state)
{
	static const struct tls_setup_config wrong[] = {
		{ .min = 0x0304, .max = 0x0303 },
		{ .ca_file = "/nonexistent/ca.pem" },
		{ .cert_file = "/nonexistent/cert.pem", .server = true },
		{ .ca_file = "/dev/null" },
		{ .cert_file = "/dev/null" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		char *error = NULL;

		assert_null(tls_setup_new(&wrong[i], &error));
		assert_non_null(error);
		if (wrong[i].ca_file)
			assert_non_null(strstr(error, wrong[i].ca_file));
		free(error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_in_any_split_and_version),
		cmocka_unit_test(test_much_text_comes_whole),
		cmocka_unit_test(test_close_notify_is_no_truncation),
		cmocka_unit_test(test_end_without_close_notify_is_truncation),
		cmocka_unit_test(test_end_in_handshake),
		cmocka_unit_test(test_client_certificate_is_asked_for_and_sent),
		cmocka_unit_test(test_versions_that_do_not_meet),
		cmocka_unit_test(test_plain_text_is_shown),
		cmocka_unit_test(test_issued_certificate_is_as_it_was_wished),
		cmocka_unit_test(test_setup_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
