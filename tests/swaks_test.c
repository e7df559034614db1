/* swaks: its marks for each kind of event, from events made by hand. */
#include "config.h"

#include "report/swaks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "util/xalloc.h"

static char *text;
static size_t text_len;
static FILE *out;
static struct swaks *swaks;
static uint32_t next_n;
static int64_t now_us;

static int begin(void **state)
{
	(void)state;
	out = open_memstream(&text, &text_len);
	swaks = swaks_new(out);
	next_n = 1;
	now_us = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	swaks_free(swaks);
	fclose(out);
	free(text);
	text = NULL;
	return 0;
}

static uint32_t give(struct event_builder *b)
{
	struct event *e;

	b->e.n = next_n++;
	b->e.session = 1;
	b->e.t_us = now_us;
	e = event_finish(b);
	assert_true(swaks_event(swaks, e));
	free(e);
	return next_n - 1;
}

static void give_connect(enum event_kind kind, const char *host,
                         const char *address, uint16_t port)
{
	struct event_builder b;

	event_begin(&b, kind);
	b.e.u.connect.host = event_puts(&b, host);
	b.e.u.connect.address = event_puts(&b, address);
	b.e.u.connect.port = port;
	give(&b);
}

static uint32_t give_sent(const char *verb, const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.verb = event_puts(&b, verb);
	b.e.u.sent.line = event_puts(&b, line);
	return give(&b);
}

static void give_reply(uint32_t to, uint16_t code, const char *line)
{
	const char *const lines[] = { line };
	struct event_builder b;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.to = to;
	b.e.u.reply.code = code;
	b.e.u.reply.lines = event_put_texts(&b, lines, 1);
	give(&b);
}

static void give_failed(enum fail_phase phase, enum fail_kind kind,
                        const char *detail)
{
	struct event_builder b;

	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = (uint8_t)phase;
	b.e.u.failed.kind = (uint8_t)kind;
	b.e.u.failed.detail = event_puts(&b, detail);
	give(&b);
}

static void give_closed(bool by_server)
{
	struct event_builder b;

	event_begin(&b, EV_CLOSED);
	b.e.u.closed.by_server = by_server;
	give(&b);
}

static void give_tls(const char *subject)
{
	struct event_builder b;
	struct ev_cert c = { .subject = { 0, 0 } };

	event_begin(&b, EV_TLS);
	c.subject = event_puts(&b, subject);
	b.e.u.tls.chain = event_put_array(&b, &c, sizeof c, 1);
	b.e.u.tls.version = event_puts(&b, "TLSv1.3");
	b.e.u.tls.cipher = event_puts(&b, "TLS_AES_256_GCM_SHA384");
	give(&b);
}

static void test_marks_in_clear_and_inside_tls(void **state)
{
	(void)state;
	give_connect(EV_CONNECTING, "mx.example.org", "192.0.2.1", 25);
	give_connect(EV_CONNECTED, "mx.example.org", "192.0.2.1", 25);
	give_reply(EV_GREETING, 220, "220 hi");
	give_reply(give_sent("STARTTLS", "STARTTLS"), 220, "220 go");
	give_tls("CN=mx.example.org, O=A\\, B, C=DE");
	give_reply(give_sent("RCPT", "RCPT TO:<a>"), 251, "251 elsewhere");
	give_reply(give_sent("DATA", "DATA"), 354, "354 go");
	give_sent("(DATA BLOCK)", "");
	give_reply(give_sent("(END OF DATA)", "."), 250, "250 ok");
	give_reply(give_sent("QUIT", "QUIT"), 221, "221 bye");
	give_closed(false);
	assert_string_equal(text,
		"=== Trying mx.example.org:25...\n"
		"=== Connected to mx.example.org.\n"
		"<-  220 hi\n"
		" -> STARTTLS\n"
		"<-  220 go\n"
		"=== TLS started with cipher "
		"TLSv1.3:TLS_AES_256_GCM_SHA384:256\n"
		"=== TLS no local certificate set\n"
		"=== TLS peer DN=\"/C=DE/O=A, B/CN=mx.example.org\"\n"
		" ~> RCPT TO:<a>\n"
		"<~* 251 elsewhere\n"
		" ~> DATA\n"
		"<~  354 go\n"
		" ~> \n"
		" ~> .\n"
		"<~  250 ok\n"
		" ~> QUIT\n"
		"<~  221 bye\n"
		"=== Connection closed with remote host.\n");
}

static void test_next_connection_is_in_clear_again(void **state)
{
	(void)state;
	give_connect(EV_CONNECTING, "", "192.0.2.1", 25);
	give_tls("");
	give_connect(EV_CONNECTING, "/run/x.sock", "", 0);
	give_reply(EV_GREETING, 554, "554 no");
	give_connect(EV_CONNECTING, "exim -bh", "", 0);
	assert_non_null(strstr(text, "=== Trying 192.0.2.1:25...\n"));
	assert_non_null(strstr(text, "=== TLS peer DN=\"\"\n"));
	assert_non_null(strstr(text, "=== Trying /run/x.sock...\n"
	                             "<** 554 no\n"
	                             "=== Trying pipe to exim -bh...\n"));
}

static void test_what_went_wrong(void **state)
{
	(void)state;
	give_connect(EV_CONNECTING, "mx", "192.0.2.1", 25);
	give_failed(PHASE_CONNECT, FAIL_REFUSED, "Connection refused");
	assert_string_equal(text, "=== Trying mx:25...\n"
		"*** Error connecting to mx:25:\n"
		"*** \tconnect: Connection refused\n");
	give_sent("MAIL", "MAIL FROM:<>");
	now_us = 29700000;
	give_failed(PHASE_DIALOG, FAIL_TIMEOUT, "");
	give_failed(PHASE_TLS, FAIL_TLS, "alert");
	give_failed(PHASE_DIALOG, FAIL_CLOSED, "");
	give_closed(true);
	assert_non_null(strstr(text, " -> MAIL FROM:<>\n"
		"<** Timeout (30 secs) waiting for server response\n"
		"*** TLS startup failed (alert)\n"
		"*** Remote host closed connection unexpectedly.\n"));
	assert_null(strstr(text, "unexpectedly.\n*** Remote"));
	give_connect(EV_CONNECTING, "mx", "192.0.2.1", 25);
	give_closed(false);
	assert_non_null(strstr(text, "=== Dropping connection\n"));
}

static void test_message_is_a_number_of_lines(void **state)
{
	struct event_builder b;

	(void)state;
	event_begin(&b, EV_MESSAGE);
	b.e.u.message.lines = 4;
	give(&b);
	give_reply(give_sent("(END OF DATA)", "."), 250, "250 ok");
	assert_string_equal(text, " -> 5 lines sent\n<-  250 ok\n");
}

static void test_hostile_bytes_are_escaped_everywhere(void **state)
{
	static const char evil[] = "\x1b[2J\r\n=== x\xff\xe2\x80\xae";

	(void)state;
	give_connect(EV_CONNECTING, evil, evil, 25);
	give_connect(EV_CONNECTED, evil, evil, 25);
	give_tls(evil);
	give_reply(give_sent("RCPT", evil), 550, evil);
	give_failed(PHASE_TLS, FAIL_TLS, evil);
	give_failed(PHASE_CONNECT, FAIL_REFUSED, evil);
	assert_null(strstr(text, "\n=== x"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || *p == '\t' ||
		            ((unsigned char)*p >= ' ' && *p != 0x7f));
}

static void test_names_and_ciphers(void **state)
{
	static const char *const names[][2] = {
		{ "", "" }, { "CN=a", "/CN=a" }, { "CN=a,O=b", "/O=b/CN=a" },
		{ "CN=a\\", "/CN=a\\" }, { ",,", "//" },
		{ "CN=a\\,b, O=c", "/O=c/CN=a,b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *dn = swaks_dn(names[i][0]);

		assert_string_equal(dn, names[i][1]);
		free(dn);
	}
	assert_int_equal(swaks_bits("ECDHE-RSA-AES128-GCM-SHA256"), 128);
	assert_int_equal(swaks_bits("ECDHE-RSA-AES256-GCM-SHA384"), 256);
	assert_int_equal(swaks_bits("TLS_CHACHA20_POLY1305_SHA256"), 256);
	assert_int_equal(swaks_bits("DES-CBC3-SHA"), 112);
	assert_int_equal(swaks_bits("NEW"), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_marks_in_clear_and_inside_tls),
		T(test_next_connection_is_in_clear_again),
		T(test_what_went_wrong),
		T(test_message_is_a_number_of_lines),
		T(test_hostile_bytes_are_escaped_everywhere),
		T(test_names_and_ciphers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
