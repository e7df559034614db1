/* What the connection does wrong (study: groups T and R). */
#include "config.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "faultrun.h"
#include "zonefake.h"

/* Nobody comes back at once to a server that says it has too many. */
static void one_connection(struct client *c, const char *heard)
{
	(void)heard;
	assert_int_equal(client_count(c, EV_CONNECTING), 1);
}

static const struct row rows[] = {
{ .id = "T03_reset_at_once", .script = SCRIPT(RESET), .exit = 74,
  .failed = "greeting reset" },
{ .id = "T04_closed_at_once", .script = SCRIPT(CLOSE), .exit = 74,
  .failed = "greeting closed" },
{ .id = "T05_silence_after_accept", .script = SCRIPT(END), .timeout_ms = 200,
  .steps = 1, .exit = 74, .failed = "greeting timeout", .flags = SLOW },
{ .id = "T06_close_after_ehlo", .script = SCRIPT(GREET, HEAR, CLOSE),
  .exit = 74, .failed = "dialog closed" },
{ .id = "T06_close_after_mail", .script = SCRIPT(TO_EHLO, HEAR, CLOSE),
  .exit = 74, .failed = "dialog closed" },
{ .id = "T06_close_after_rcpt", .script = SCRIPT(TO_MAIL, HEAR, CLOSE),
  .exit = 74, .failed = "dialog closed" },
{ .id = "T06_close_after_data", .script = SCRIPT(TO_RCPT, HEAR, CLOSE),
  .stage = STAGE_DOT, .exit = 74, .failed = "dialog closed" },
{ .id = "T06_close_after_dot", .script = SCRIPT(TO_DATA, HEAR_DOT, CLOSE),
  .stage = STAGE_DOT, .exit = 74, .failed = "dialog closed" },
{ .id = "T06_close_after_quit",
  .script = SCRIPT(TO_DATA, HEAR_DOT, OK, HEAR, CLOSE), .stage = STAGE_DOT },
{ .id = "T06_reset_after_ehlo", .script = SCRIPT(GREET, HEAR, RESET),
  .exit = 74, .failed = "dialog reset" },
{ .id = "T06_reset_after_mail", .script = SCRIPT(TO_EHLO, HEAR, RESET),
  .exit = 74, .failed = "dialog reset" },
{ .id = "T06_reset_after_rcpt", .script = SCRIPT(TO_MAIL, HEAR, RESET),
  .exit = 74, .failed = "dialog reset" },
{ .id = "T06_reset_after_data", .script = SCRIPT(TO_RCPT, HEAR, RESET),
  .stage = STAGE_DOT, .exit = 74, .failed = "dialog reset" },
{ .id = "T06_reset_after_dot", .script = SCRIPT(TO_DATA, HEAR_DOT, RESET),
  .stage = STAGE_DOT, .exit = 74, .failed = "dialog reset" },
{ .id = "T06_reset_after_quit",
  .script = SCRIPT(TO_DATA, HEAR_DOT, OK, HEAR, RESET), .stage = STAGE_DOT },
{ .id = "T07_one_byte_each_40_ms",
  .script = SCRIPT(DRIP("220 mx.example ESMTP\r\n", 40)), .timeout_ms = 300,
  .steps = 1, .exit = 74, .failed = "greeting timeout",
  .flags = SLOW | LOSSY },
{ .id = "T07_one_byte_each_ms_in_time",
  .script = SCRIPT(DRIP("220 mx.example\r\n", 1), HEAR,
    DRIP("250 mx\r\n", 1), HEAR, DRIP("221 Bye\r\n", 1), CLOSE),
  .stage = STAGE_EHLO },
{ .id = "T09_all_replies_before_we_speak",
  .script = SCRIPT(SAY("220 mx.example\r\n250 mx.example\r\n250 OK\r\n"
    "250 OK\r\n221 Bye\r\n")),
  .exit = 76, .failed = "dialog protocol", .finding = "out-of-sync" },
{ .id = "T10_server_never_reads", .script = SCRIPT(TO_DATA, DEAF),
  .stage = STAGE_DOT, .timeout_ms = 300, .steps = 1, .exit = 74,
  .failed = "dialog timeout", .flags = SLOW | BIG },
{ .id = "T11_half_close_after_greeting", .script = SCRIPT(GREET, SHUT),
  .exit = 74, .failed = "dialog closed" },
{ .id = "T11_half_close_after_221",
  .script = SCRIPT(TO_EHLO, HEAR, BYE, SHUT), .stage = STAGE_EHLO },
{ .id = "T12_reset_behind_data",
  .script = SCRIPT(SAY("554 5.7.1 Go away\r\n"), RESET), .exit = 69 },
{ .id = "T12_reset_behind_half_a_reply",
  .script = SCRIPT(GREET, HEAR, SAY("250-mx.example\r\n250-SI"), RESET),
  .exit = 74, .failed = "dialog reset", .finding = "ended-in-reply" },
{ .id = "T13_closed_while_we_write", .script = SCRIPT(TO_DATA, CLOSE),
  .stage = STAGE_DOT, .exit = 74, .failed = "dialog *", .flags = BIG },
{ .id = "T13_reset_while_we_write", .script = SCRIPT(TO_DATA, RESET),
  .stage = STAGE_DOT, .exit = 74, .failed = "dialog reset", .flags = BIG },
{ .id = "T15_urgent_byte_is_not_taken_for_text",
  .script = SCRIPT(SAY("220 mx.example"), URGENT('5'), SAY(" ESMTP\r\n"),
    HEAR, EHLO_OK, HEAR, BYE, CLOSE), .stage = STAGE_EHLO },
{ .id = "T16_too_many_connections_one_try_only",
  .script = SCRIPT(SAY("421 4.7.0 Too many connections\r\n"), CLOSE),
  .exit = 75, .check = one_connection },
{ .id = "T16_too_many_connections_at_ehlo",
  .script = SCRIPT(GREET, HEAR, SAY("421 4.7.0 Too many connections\r\n"),
    CLOSE), .exit = 75, .check = one_connection },
{ .id = "R01_endless_greeting", .script = SCRIPT(FLOOD("220-and so on\r\n")),
  .timeout_ms = 4000, .exit = 76, .failed = "greeting limit",
  .finding = "reply-limit", .flags = LOSSY },
{ .id = "R02_endless_line",
  .script = SCRIPT(FLOOD("220 and so on and on and on ")),
  .timeout_ms = 4000, .exit = 76, .failed = "greeting limit",
  .flags = LOSSY },
};

/* T01 */
static void test_T01_closed_port_is_refused(void **state)
{
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, NULL);
	e = client_run(&c, client_plan_port(smtpfault_closed_port()), 2000);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 74);
	assert_int_equal(e->u.end.unreachable, 1);
	fault_check_verdict(&c, 1, 74);
	fault_check_failed(&c, "connect refused");
	client_stop(&c);
}

/* ---- an address that answers nothing: its queue is full ---- */

enum { FILLERS = 4 };

struct hole {
	int listener, fill[FILLERS];
	uint16_t port;
};

static void hole_dig(struct hole *h, int family, uint16_t port)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port) };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_port = htons(port) };
	struct sockaddr *a = family == AF_INET ? (struct sockaddr *)&a4
	                                       : (struct sockaddr *)&a6;
	socklen_t len = family == AF_INET ? sizeof a4 : sizeof a6;

	h->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->listener < 0 || bind(h->listener, a, len) < 0) {
		skip(); /* no IPv6 here, or somebody has this very port */
		return;
	}
	assert_int_equal(listen(h->listener, 0), 0);
	assert_int_equal(getsockname(h->listener, a, &len), 0);
	h->port = ntohs(family == AF_INET ? a4.sin_port : a6.sin6_port);
	for (int i = 0; i < FILLERS; i++) {
		h->fill[i] = socket(family, SOCK_STREAM | SOCK_CLOEXEC |
		                    SOCK_NONBLOCK, 0);
		connect(h->fill[i], a, len);
	}
}

static void hole_fill_in(struct hole *h)
{
	for (int i = 0; i < FILLERS; i++)
		close(h->fill[i]);
	close(h->listener);
}

static void test_T02_black_hole_ends_at_the_connect_limit(void **state)
{
	int64_t began = loop_now_us();
	const struct event *e;
	struct client c;
	struct hole h;
	struct plan *p;

	(void)state;
	hole_dig(&h, AF_INET, 0);
	client_start(&c, NULL);
	p = client_plan_port(h.port);
	p->timeout_ms = 300;
	e = client_run(&c, p, 5000);
	assert_non_null(e);
	assert_in_range(loop_now_us() - began, 300000, 3300000);
	assert_int_equal(e->u.end.exit, 74);
	fault_check_verdict(&c, 1, 74);
	fault_check_failed(&c, "connect timeout");
	client_stop(&c);
	hole_fill_in(&h);
}

static void test_T14_falls_over_from_silent_ipv6_to_ipv4(void **state)
{
	static const struct zone_record zone[] = {
		{ "two.example.", "MX", "10 mx.two.example." },
		{ "mx.two.example.", "AAAA", "::1" },
		{ "mx.two.example.", "A", "127.0.0.1" },
		{ NULL, NULL, NULL }
	};
	const struct fault *good[] = { SCRIPT(GOOD_SESSION) };
	struct smtpfault *f = smtpfault_start(good, 1);
	struct zonefake *dns = zonefake_start(zone);
	struct worker_config cfg = { .dns = zonefake_server(dns) };
	struct plan *p = client_plan("two.example");
	const struct event *e;
	struct client c;
	struct hole h;

	(void)state;
	hole_dig(&h, AF_INET6, smtpfault_port(f));
	client_start(&c, &cfg);
	p->port = smtpfault_port(f);
	p->allow_private = true;
	p->timeout_ms = 400;
	e = client_run(&c, p, 5000);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	assert_int_equal(client_count(&c, EV_CONNECTING), 2);
	assert_int_equal(client_count(&c, EV_CONNECTED), 1);
	fault_check_failed(&c, "connect timeout");
	client_stop(&c);
	zonefake_stop(dns);
	smtpfault_stop(f);
	hole_fill_in(&h);
}

/* A reply cut at every place gives the same events. */
static void test_T08_reply_split_anywhere_is_the_same(void **state)
{
	static const char text[] =
	    "250-mx.example\r\n250-SIZE 1000\r\n250 HELP\r\n";

	(void)state;
	for (size_t cut = 0; cut < sizeof text - 1; cut++) {
		struct fault script[] = { GREET, HEAR, SPLIT(text, cut), HEAR,
			BYE, END };
		struct row row = { .script = script, .stage = STAGE_EHLO };

		fault_run(&row);
	}
}

int main(void)
{
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_T01_closed_port_is_refused),
		cmocka_unit_test(test_T02_black_hole_ends_at_the_connect_limit),
		cmocka_unit_test(test_T08_reply_split_anywhere_is_the_same),
		cmocka_unit_test(test_T14_falls_over_from_silent_ipv6_to_ipv4),
	};

	return fault_run_all("T: TCP", rows, N_OF(rows)) +
	       cmocka_run_group_tests_name("T: made", made, NULL, NULL);
}
