#include "config.h"

#include "classroom/classroom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "classroom/sock.h"
#include "tests/room.h"
#include "util/xalloc.h"

static void test_classroom_addresses_lead_to_their_servers(void **state)
{
	struct room r;
	char *got;
	int fd;

	(void)state;
	room_open(&r, "mx-routes", NULL, NULL);
	got = room_talk(room_port(&r, "192.0.2.91", 25), "QUIT\r\n", 0);
	assert_non_null(strstr(got, "string section"));
	free(got);
	got = room_talk(room_port(&r, "192.0.2.95", 25), "QUIT\r\n", 0);
	assert_non_null(strstr(got, "no MX needed"));
	free(got);
	/* @refuse; an address of the zone that nobody serves; one of nobody;
	 * a port of nobody: all are refused, and never leave the machine */
	for (size_t i = 0; i < 4; i++) {
		static const char *const address[] = { "192.0.2.93",
			"192.0.2.96", "198.51.100.1", "192.0.2.91" };
		uint16_t port = room_port(&r, address[i], i == 3 ? 587 : 25);

		assert_int_not_equal(port, 0);
		fd = room_dial(port);
		assert_int_equal(fd, -1);
		assert_int_equal(errno, ECONNREFUSED);
	}
	room_close(&r);
}

static void test_classroom_last_redirect_fits_everything(void **state)
{
	struct room r;
	const struct classroom_redirect *d;
	struct sock_addr a;
	size_t n;

	(void)state;
	room_open(&r, "first", NULL, NULL);
	d = classroom_redirects(r.classroom, &n);
	assert_int_equal(n, 5);
	assert_string_equal(d[0].address, "192.0.2.10");
	assert_int_equal(d[0].port, 25);
	assert_string_equal(d[0].host, "mx00.t-online.example");
	assert_null(d[4].address);
	assert_int_equal(d[4].port, 0);
	assert_string_equal(d[4].host, "");
	/* it is ours: nobody else can start to listen there */
	assert_true(sock_parse("127.0.0.1", &a));
	sock_set_port(&a, d[4].to_port);
	assert_int_equal(sock_bind(&a, SOCK_STREAM), -1);
	assert_int_equal(errno, EADDRINUSE);
	room_close(&r);
}

static void test_classroom_30_side_by_side(void **state)
{
	enum { ROOMS = 30 };
	static struct room r[ROOMS];

	(void)state;
	for (int i = 0; i < ROOMS; i++)
		room_open(&r[i], "first", NULL, NULL);
	for (int i = 0; i < ROOMS; i++) {
		char *got = room_talk(room_port(&r[i], "192.0.2.12", 25),
		                      "EHLO a\r\nQUIT\r\n", 1);

		assert_non_null(strstr(got, "221 2.0.0 Closing.\r\n"));
		free(got);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(classroom_dns(r[i].classroom),
			                        classroom_dns(r[k].classroom));
	}
	for (int i = 0; i < ROOMS; i++)
		room_close(&r[i]);
}

static char *open_error(const char *listen)
{
	const struct classroom_config cfg = { .serve = true, .listen = listen };
	char *error = NULL;
	struct lesson *l = lesson_find("first", &error);
	struct classroom *c = classroom_open(l, &cfg, &error);

	if (c)
		fail_msg("%s was opened", listen);
	lesson_free(l);
	return error;
}

static void test_classroom_port_in_use_is_told(void **state)
{
	struct room r;
	char *error, *port;

	(void)state;
	room_open(&r, "first", NULL, "127.0.0.1");
	error = open_error(classroom_dns(r.classroom));
	port = xasprintf("port %s of 127.0.0.1 is in use",
	                 strchr(classroom_dns(r.classroom), ':') + 1);
	assert_non_null(strstr(error, port));
	assert_non_null(strstr(error, "--listen 127.0.0.1:"));
	free(error);
	free(port);
	room_close(&r);
}

/* Only UDP of the port is taken: as good as in use. */
static void test_classroom_port_in_use_on_udp_is_told(void **state)
{
	struct sock_addr a;
	char *error, *where;
	int fd;

	(void)state;
	assert_true(sock_parse("127.0.0.1", &a));
	fd = sock_bind(&a, SOCK_DGRAM);
	assert_true(fd >= 0);
	where = xasprintf("127.0.0.1:%u", sock_port(fd));
	error = open_error(where);
	assert_non_null(strstr(error, "is in use"));
	close(fd);
	free(error);
	free(where);
}

static void test_classroom_bad_listen_is_told(void **state)
{
	static const struct { const char *listen, *error; } cases[] = {
		{ "", "expected an address to listen on" },
		{ "mail.example", "expected an address" },
		{ "127.0.0.1:", "expected an address" },
		{ "127.0.0.1:65536", "expected an address" },
		{ "127.0.0.1:x", "expected an address" },
		{ "[::1", "expected an address" },
		{ "[::1]x", "expected an address" },
		{ "1.2.3.4.5", "expected an address" },
		{ "192.0.2.1", "this machine has no address 192.0.2.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *error = open_error(cases[i].listen);

		if (!strstr(error, cases[i].error))
			fail_msg("%s: %s", cases[i].listen, error);
		free(error);
	}
}

static void test_classroom_serve_text_can_be_copied(void **state)
{
	struct room r;
	char *text, *line;
	const struct classroom_redirect *d;
	size_t n;

	(void)state;
	room_open(&r, "mx-routes", NULL, "127.0.0.1");
	text = classroom_serve_text(r.classroom);
	d = classroom_redirects(r.classroom, &n);
	line = xasprintf("  smtpscope --join %s quartett.example\n",
	                 classroom_dns(r.classroom));
	assert_non_null(strstr(text, line));
	free(line);
	line = xasprintf("  dig @127.0.0.1 -p %s MX quartett.example\n",
	                 strchr(classroom_dns(r.classroom), ':') + 1);
	assert_non_null(strstr(text, line));
	free(line);
	line = xasprintf("  nc 127.0.0.1 %-5u   # geige1.quartett.example\n",
	                 d[0].to_port);
	assert_non_null(strstr(text, line));
	free(line);
	free(text);
	room_close(&r);
}

/* One name, a server for each family; who joins has IPv4. */
static void test_classroom_families_of_a_host_are_two_servers(void **state)
{
	struct room r;
	char *text, *line;
	uint16_t v4, v6;

	(void)state;
	room_open(&r, "two-ways", NULL, "127.0.0.1");
	v4 = room_port(&r, "192.0.2.97", 25);
	v6 = room_port(&r, "2001:db8:97::25", 25);
	assert_int_not_equal(v4, v6);
	text = room_talk(v4, "EHLO a\r\nMAIL FROM:<a@b.example>\r\n"
	                 "RCPT TO:<c@musikhaus.example>\r\nQUIT\r\n", 1);
	assert_null(strstr(text, "550"));
	free(text);
	text = room_talk(v6, "EHLO a\r\nMAIL FROM:<a@b.example>\r\n"
	                 "RCPT TO:<c@musikhaus.example>\r\nQUIT\r\n", 1);
	assert_non_null(strstr(text, "550 5.7.25"));
	free(text);
	text = classroom_serve_text(r.classroom);
	line = xasprintf("nc 127.0.0.1 %-5u   # mx.musikhaus.example\n", v4);
	assert_non_null(strstr(text, line));
	free(line);
	free(text);
	room_close(&r);
}

static void test_classroom_opens_and_closes_without_serving(void **state)
{
	const struct classroom_config cfg = { 0 };
	char *error = NULL;
	struct lesson *l = lesson_find("first", &error);

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct classroom *c = classroom_open(l, &cfg, &error);

		assert_non_null(c);
		classroom_close(c);
	}
	lesson_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_classroom_addresses_lead_to_their_servers),
		T(test_classroom_last_redirect_fits_everything),
		T(test_classroom_30_side_by_side),
		T(test_classroom_port_in_use_is_told),
		T(test_classroom_port_in_use_on_udp_is_told),
		T(test_classroom_bad_listen_is_told),
		T(test_classroom_serve_text_can_be_copied),
		T(test_classroom_families_of_a_host_are_two_servers),
		T(test_classroom_opens_and_closes_without_serving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
