#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "classroom/smtpd.h"
#include "tests/room_tls.h"
#include "util/xalloc.h"

#define HEAD                                                                   \
	"title: t\ntarget: a.example\n@zone\nmx.a.example. A 192.0.2.1\n"      \
	"b.example. A 192.0.2.2\n"
#define SERVER HEAD "@server mx.a.example\n"
#define READY "220 2.0.0 Ready to start TLS\r\n"
#define END "250 HELP\r\n"
#define BYE "221 2.0.0 mx.a.example closing connection\r\n"

static struct room room;
static struct room_tls client;

static int dial(void)
{
	return room_dial(room_port(&room, "192.0.2.1", 25));
}

/* Says text in clear and reads on until that stands at the end. */
static char *clear_ask(int fd, const char *text, const char *until)
{
	struct buf out = { 0 };

	room_send(fd, text, strlen(text));
	assert_int_equal(room_read(fd, &out, until), 1);
	buf_str(&out);
	return buf_steal(&out);
}

/* A room with that server, and a client behind its STARTTLS. */
static int open_starttls(const char *server, size_t chunk)
{
	char *text;
	int fd;

	room_open(&room, "test", server, NULL);
	fd = dial();
	free(clear_ask(fd, "", "classroom\r\n"));
	text = clear_ask(fd, "EHLO c.example\r\n", END);
	assert_non_null(strstr(text, "250-STARTTLS\r\n"));
	free(text);
	free(clear_ask(fd, "STARTTLS\r\n", READY));
	room_tls_open(&client, classroom_ca_pem(room.classroom), fd,
	              "mx.a.example", chunk);
	return fd;
}

static void close_all(int fd)
{
	room_tls_close(&client);
	close(fd);
	room_close(&room);
}

static void check_ask(const char *line, const char *expected)
{
	char *got = room_tls_ask(&client, line, expected);

	assert_string_equal(got, expected);
	free(got);
}

static void test_starttls_session_goes_to_its_end(void **state)
{
	static const size_t chunks[] = { 0, 1, 100 };

	(void)state;
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
		int fd = open_starttls(SERVER "@tls good\n@auth anna geheim\n",
		                       chunks[i]);
		struct buf out = { 0 };

		assert_int_equal(tls_status(client.tls), TLS_UP);
		assert_string_equal(tls_facts(client.tls)->verify, "ok");
		assert_int_equal(tls_facts(client.tls)->n_chain, 2);
		check_ask("MAIL FROM:<a@b>\r\n",
		          "503 5.5.1 Say EHLO or HELO first\r\n");
		check_ask("EHLO c.example\r\n",
		          "250-mx.a.example\r\n250-8BITMIME\r\n"
		          "250-SIZE 10485760\r\n250-PIPELINING\r\n"
		          "250-ENHANCEDSTATUSCODES\r\n250-AUTH PLAIN LOGIN\r\n"
		          END);
		check_ask("AUTH PLAIN AGFubmEAZ2VoZWlt\r\n",
		          "235 2.7.0 Authentication successful\r\n");
		check_ask("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n",
		          "250 2.1.0 Sender ok\r\n"
		          "250 2.1.5 Recipient ok\r\n354 End the message with "
		          "a line that is a single dot\r\n");
		room_tls_send(&client, "x\r\n.\r\nQUIT\r\n");
		room_tls_read(&client, &out, NULL);
		assert_string_equal(buf_str(&out), "250 2.0.0 Message taken "
		                    "and thrown away: this is a classroom\r\n"
		                    BYE);
		/* the end is said, not only there: no truncation */
		assert_int_equal(tls_eof(client.tls), TLS_ENDED);
		buf_clear(&out);
		close_all(fd);
	}
}

static void test_certificate_is_wrong_in_one_thing(void **state)
{
	static const struct { const char *word, *verify; } cases[] = {
		{ "good", "ok" }, { "self-signed", "self-signed" },
		{ "expired", "expired" }, { "wrong-name", "name-mismatch" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *server = xasprintf("%s@tls %s\n", SERVER, cases[i].word);
		int fd = open_starttls(server, 0);
		const struct tls_facts *f = tls_facts(client.tls);

		assert_int_equal(tls_status(client.tls), TLS_UP);
		assert_string_equal(f->verify, cases[i].verify);
		assert_int_equal(f->n_problems, i > 0);
		close_all(fd);
		free(server);
	}
}

static void test_wrapped_server_greets_inside_tls(void **state)
{
	struct buf out = { 0 };
	char *text;
	int fd;

	(void)state;
	room_open(&room, "test", HEAD "@server mx.a.example:465\n@wrap\n"
	          "S: 220-a\n@wait 20ms\n@dribble 1ms\nS: 220 b\n"
	          "@dribble 0ms\n", NULL);
	fd = room_dial(room_port(&room, "192.0.2.1", 465));
	room_tls_open(&client, classroom_ca_pem(room.classroom), fd,
	              "mx.a.example", 0);
	assert_int_equal(tls_status(client.tls), TLS_UP);
	assert_string_equal(tls_facts(client.tls)->verify, "ok");
	room_tls_read(&client, &out, "220 b\r\n");
	assert_string_equal(buf_str(&out), "220-a\r\n220 b\r\n");
	text = room_tls_ask(&client, "EHLO c\r\n", END);
	assert_null(strstr(text, "STARTTLS"));
	free(text);
	check_ask("STARTTLS\r\n", "503 5.5.1 TLS is already active\r\n");
	buf_clear(&out);
	close_all(fd);
}

/* CVE-2011-0411: commands in clear behind STARTTLS are not obeyed inside. */
static void test_what_came_in_clear_behind_starttls_is_dropped(void **state)
{
	char *text;
	int fd;

	(void)state;
	room_open(&room, "test", SERVER "@tls good\n", NULL);
	fd = dial();
	free(clear_ask(fd, "", "classroom\r\n"));
	free(clear_ask(fd, "EHLO c\r\n", END));
	free(clear_ask(fd, "STARTTLS\r\nRSET\r\nNOOP\r\nMAIL FROM:<e@vil>",
	               READY));
	room_tls_open(&client, classroom_ca_pem(room.classroom), fd,
	              "mx.a.example", 0);
	assert_int_equal(tls_status(client.tls), TLS_UP);
	text = room_tls_ask(&client, "EHLO c\r\n", END);
	assert_non_null(strstr(text, "250-mx.a.example dropped 29 octets that "
	                             "came in clear behind STARTTLS\r\n"));
	free(text);
	check_ask("QUIT\r\n", BYE);
	close_all(fd);
}

/* A rule may say yes and more than that: it goes out in clear. */
static void test_bytes_behind_220_go_out_in_clear(void **state)
{
	char *text;
	int fd;

	(void)state;
	room_open(&room, "test", SERVER "@tls good\nC: STARTTLS\nS: 220 go\n"
	          "@bytes \"250 injected\\r\\n\"\n", NULL);
	fd = dial();
	free(clear_ask(fd, "", "classroom\r\n"));
	free(clear_ask(fd, "EHLO c\r\n", END));
	text = clear_ask(fd, "STARTTLS\r\n", "injected\r\n");
	assert_string_equal(text, "220 go\r\n250 injected\r\n");
	free(text);
	room_tls_open(&client, classroom_ca_pem(room.classroom), fd,
	              "mx.a.example", 0);
	assert_int_equal(tls_status(client.tls), TLS_UP);
	close_all(fd);
}

/* The client's hello comes while the rule still waits: it is not lost. */
static void test_hello_before_the_rule_has_ended_is_kept(void **state)
{
	int fd;

	(void)state;
	room_open(&room, "test", SERVER "@tls good\nC: STARTTLS\nS: 220 go\n"
	          "@wait 50ms\n", NULL);
	fd = dial();
	free(clear_ask(fd, "", "classroom\r\n"));
	free(clear_ask(fd, "EHLO c\r\n", END));
	free(clear_ask(fd, "STARTTLS\r\n", "220 go\r\n"));
	room_tls_open(&client, classroom_ca_pem(room.classroom), fd,
	              "mx.a.example", 0);
	assert_int_equal(tls_status(client.tls), TLS_UP);
	close_all(fd);
}

static void test_refused_starttls_leaves_the_session(void **state)
{
	(void)state;
	room_open(&room, "test", SERVER "@tls good\nC: STARTTLS\n"
	          "S: 454 4.7.0 not now\n", NULL);
	{
		int fd = dial();

		free(clear_ask(fd, "", "classroom\r\n"));
		free(clear_ask(fd, "EHLO c\r\n", END));
		free(clear_ask(fd, "STARTTLS\r\n", "454 4.7.0 not now\r\n"));
		free(clear_ask(fd, "MAIL FROM:<a@b>\r\n", "Sender ok\r\n"));
		close(fd);
	}
	room_close(&room);
}

/* No TLS where TLS was to come: the server ends it at once, and others can
 * still come. */
static void test_no_tls_behind_starttls_ends_the_connection(void **state)
{
	struct buf out = { 0 };
	int64_t began = loop_now_us();
	int fd;

	(void)state;
	room_open(&room, "test", SERVER "@tls good\n", NULL);
	for (int i = 0; i < 3; i++) {
		fd = dial();
		free(clear_ask(fd, "", "classroom\r\n"));
		free(clear_ask(fd, "EHLO c\r\n", END));
		free(clear_ask(fd, "STARTTLS\r\n", READY));
		room_send(fd, "EHLO in clear\r\n", 15);
		buf_reset(&out);
		assert_true(room_read(fd, &out, NULL) <= 0);
		assert_null(strstr(buf_str(&out), "250"));
		close(fd);
	}
	assert_true(loop_now_us() - began < 3 * SMTPD_LINGER_MS * 1000);
	buf_clear(&out);
	room_close(&room);
}

/* In the middle of a handshake, and of a session, when the room closes. */
static void test_detach_drops_handshakes(void **state)
{
	int fd = open_starttls(SERVER "@tls good\n", 0), half;

	(void)state;
	half = dial();
	free(clear_ask(half, "", "classroom\r\n"));
	free(clear_ask(half, "EHLO c\r\n", END));
	free(clear_ask(half, "STARTTLS\r\n", READY));
	room_send(half, "\x16\x03\x01", 3);
	close_all(fd);
	close(half);
}

static void test_many_tls_clients_at_once(void **state)
{
	enum { CLIENTS = 30 };
	static struct room_tls many[CLIENTS];
	int fd[CLIENTS];

	(void)state;
	room_open(&room, "test", HEAD "@server mx.a.example\n@wrap\n", NULL);
	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = dial();
		room_tls_open(&many[i], classroom_ca_pem(room.classroom),
		              fd[i], "mx.a.example", 0);
	}
	for (int i = CLIENTS - 1; i >= 0; i--)
		room_tls_send(&many[i], "NOOP\r\nQUIT\r\n");
	for (int i = 0; i < CLIENTS; i++) {
		struct buf out = { 0 };

		room_tls_read(&many[i], &out, NULL);
		assert_string_equal(buf_str(&out),
		    "220 mx.a.example ESMTP smtpscope classroom\r\n"
		    "250 2.0.0 Ok\r\n" BYE);
		buf_clear(&out);
		room_tls_close(&many[i]);
		close(fd[i]);
	}
	room_close(&room);
}

/* The client says close_notify and goes: so does the server. */
static void test_client_that_ends_tls_is_let_go(void **state)
{
	int fd = open_starttls(SERVER "@tls good\n", 0);
	struct buf out = { 0 };

	(void)state;
	check_ask("EHLO c\r\n",
	          "250-mx.a.example\r\n250-8BITMIME\r\n250-SIZE 10485760\r\n"
	          "250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n" END);
	tls_close(client.tls);
	room_tls_send(&client, "");
	shutdown(fd, SHUT_WR);
	room_tls_read(&client, &out, NULL);
	assert_int_equal(tls_eof(client.tls), TLS_ENDED);
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	close_all(fd);
}

static void test_serve_tells_the_certificate(void **state)
{
	char *text;

	(void)state;
	room_open(&room, "test", SERVER "@tls good\n", "127.0.0.1");
	text = classroom_serve_text(room.classroom);
	assert_non_null(strstr(text, "TLSA 3 1 1: "));
	assert_int_equal(strspn(strstr(text, "3 1 1: ") + 7,
	                        "0123456789abcdef"), 64);
	free(text);
	room_close(&room);
	room_open(&room, "test", SERVER, "127.0.0.1");
	text = classroom_serve_text(room.classroom);
	assert_null(strstr(text, "TLSA"));
	assert_non_null(strstr(text, " MX a.example\n"));
	assert_null(classroom_ca_pem(room.classroom));
	free(text);
	room_close(&room);
	/* a host with a port has addresses, and no MX */
	room_open(&room, "wrapped", NULL, "127.0.0.1");
	text = classroom_serve_text(room.classroom);
	assert_non_null(strstr(text, " A mail.tresor.example\n"));
	assert_non_null(strstr(text, " mail.tresor.example:465\n"));
	free(text);
	room_close(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_starttls_session_goes_to_its_end),
		T(test_certificate_is_wrong_in_one_thing),
		T(test_wrapped_server_greets_inside_tls),
		T(test_what_came_in_clear_behind_starttls_is_dropped),
		T(test_bytes_behind_220_go_out_in_clear),
		T(test_hello_before_the_rule_has_ended_is_kept),
		T(test_refused_starttls_leaves_the_session),
		T(test_no_tls_behind_starttls_ends_the_connection),
		T(test_detach_drops_handshakes),
		T(test_many_tls_clients_at_once),
		T(test_client_that_ends_tls_is_let_go),
		T(test_serve_tells_the_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
