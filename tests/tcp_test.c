#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smtpfault.h"
#include "util/xalloc.h"
#include "waytest.h"
#include "zonefake.h"

/* What TCP itself does wrong (study: group T), and the way from one address to
 * the next. */

enum { FILL = 8, LIMIT_MS = 400 };

static const struct way_step just_smtp[] = { { WAY_SMTP, 0, NULL } };
static const struct way_step too_many[] = { { WAY_421, 0, NULL } };

static const struct zone_record zone[] = {
	{ "closed.example.", "MX", "10 a.closed.example." },
	{ "closed.example.", "MX", "20 b.closed.example." },
	{ "a.closed.example.", "A", "127.0.0.2" },
	{ "b.closed.example.", "A", "127.0.0.1" },
	{ "both.example.", "MX", "10 mx.both.example." },
	{ "mx.both.example.", "AAAA", "::1" },
	{ "mx.both.example.", "A", "127.0.0.1" },
	{ "many.example.", "MX", "10 mx.many.example." },
	{ "mx.many.example.", "A", "127.0.0.1" },
	{ "mx.many.example.", "A", "127.0.0.2" },
	{ "mx.many.example.", "A", "127.0.0.3" },
	{ "mx.many.example.", "A", "127.0.0.4" },
	{ "mx.many.example.", "A", "127.0.0.5" },
	{ "mx.many.example.", "A", "127.0.0.6" },
	{ "mx.many.example.", "A", "127.0.0.7" },
	{ "mx.many.example.", "A", "127.0.0.8" },
	{ "proxy.example.", "A", "127.0.0.1" },
	{ NULL, NULL, NULL },
};

static struct zonefake *dns;

static int set_up_dns(void **state)
{
	struct worker_config cfg = { 0 };

	(void)state;
	dns = zonefake_start(zone);
	cfg.dns = zonefake_server(dns);
	client_start(&c, &cfg);
	return 0;
}

static int tear_down_dns(void **state)
{
	int result = tear_down(state);

	zonefake_stop(dns);
	return result;
}

/* Connects until the listener's queue is full and SYNs are dropped; false: the
 * system does not do that. fds: FILL of them, to be closed. */
static bool fill_queue(const char *address, uint16_t port, int *fds)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	bool six = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;
	struct sockaddr *a = six ? (struct sockaddr *)&v6
	                         : (struct sockaddr *)&v4;
	bool full = false;

	inet_pton(AF_INET, address, &v4.sin_addr);
	for (int i = 0; i < FILL; i++) {
		struct pollfd p;

		fds[i] = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
		connect(fds[i], a, six ? sizeof v6 : sizeof v4);
		p = (struct pollfd){ .fd = fds[i], .events = POLLOUT };
		full = full || poll(&p, 1, 100) == 0;
	}
	return full;
}

static void close_all(const int *fds)
{
	for (int i = 0; i < FILL; i++)
		close(fds[i]);
}

static void test_T01_closed_port_is_refused(void **state)
{
	(void)state;
	assert_int_equal(run(client_plan_port(smtpfault_closed_port())), 74);
	assert_string_equal(failure(PHASE_CONNECT, FAIL_REFUSED),
	                    strerror(ECONNREFUSED));
}

static void test_T01_closed_port_and_the_next_mx(void **state)
{
	int fd = way_listen_tcp("127.0.0.1", 0, 5);
	struct plan *p = client_plan("user@closed.example");
	struct waypeer *w;

	(void)state;
	p->port = way_port(fd);
	p->allow_private = true;
	w = waypeer_start(fd, just_smtp);
	assert_int_equal(run(p), 0);
	failure(PHASE_CONNECT, FAIL_REFUSED);
	assert_int_equal(client_count(&c, EV_CONNECTING), 2);
	assert_int_equal(client_count(&c, EV_CONNECTED), 1);
	waypeer_stop(w);
}

static void test_T02_syn_black_hole_ends_at_the_limit(void **state)
{
	int fds[FILL], fd = way_listen_tcp("127.0.0.1", 0, 0);
	struct plan *p = client_plan_port(way_port(fd));
	bool full = fill_queue("127.0.0.1", way_port(fd), fds);
	int64_t began = loop_now_us(), took;

	(void)state;
	p->timeout_ms = LIMIT_MS;
	if (full) {
		assert_int_equal(run(p), 74);
		took = loop_now_us() - began;
		failure(PHASE_CONNECT, FAIL_TIMEOUT);
		assert_true(took >= LIMIT_MS * 1000);
		assert_true(took < LIMIT_MS * 1000 + 3000000);
	} else {
		plan_free(p);
	}
	close_all(fds);
	close(fd);
	if (!full)
		skip();
}

/* Both attempts are shown, the second one counts. */
static void test_T14_ipv6_black_hole_falls_over_to_ipv4(void **state)
{
	int fds[FILL], v6 = way_listen_tcp("::1", 0, 0), v4 = -1;
	bool full = v6 >= 0 && fill_queue("::1", way_port(v6), fds);
	const struct event *e;
	struct waypeer *w;
	struct plan *p;

	(void)state;
	if (full)
		v4 = way_listen_tcp("127.0.0.1", way_port(v6), 5);
	if (v4 >= 0) {
		p = client_plan("user@both.example");
		p->port = way_port(v6);
		p->allow_private = true;
		p->timeout_ms = LIMIT_MS;
		p->seed = 1;
		w = waypeer_start(v4, just_smtp);
		assert_int_equal(run(p), 0);
		failure(PHASE_CONNECT, FAIL_TIMEOUT);
		e = client_find(&c, EV_CONNECTING, 0);
		assert_string_equal(event_text(e, e->u.connect.address),
		                    "::1");
		e = client_find(&c, EV_CONNECTED, 0);
		assert_string_equal(event_text(e, e->u.connect.address),
		                    "127.0.0.1");
		waypeer_stop(w);
	}
	if (v6 >= 0) {
		close_all(fds);
		close(v6);
	}
	if (v4 < 0)
		skip();
}

static void test_T15_urgent_data_is_no_reply(void **state)
{
	static const struct way_step steps[] = { { WAY_URGENT, 0, NULL },
		{ WAY_SMTP, 0, NULL } };
	int fd = way_listen_tcp("127.0.0.1", 0, 5);
	struct plan *p = client_plan_port(way_port(fd));
	struct waypeer *w = waypeer_start(fd, steps);

	(void)state;
	assert_int_equal(run(p), 0);
	assert_int_equal(client_count(&c, EV_BYTES), 0);
	waypeer_stop(w);
}

/* Eight addresses that say 421: each is visited once, none again. */
static void test_T16_many_421_are_no_storm(void **state)
{
	int fd = way_listen_tcp("0.0.0.0", 0, 64);
	struct plan *p = client_plan("user@many.example");
	struct waypeer *w;

	(void)state;
	p->port = way_port(fd);
	p->allow_private = true;
	w = waypeer_start(fd, too_many);
	assert_int_equal(run(p), 75);
	assert_int_equal(client_count(&c, EV_CONNECTING), 8);
	assert_int_equal(client_count(&c, EV_VERDICT), 8);
	assert_true(waypeer_served(w) <= 8);
	waypeer_stop(w);
}

static void test_T16_500_runs_against_421_connect_once_each(void **state)
{
	int fd = way_listen_tcp("127.0.0.1", 0, 64);
	uint16_t port = way_port(fd);
	struct waypeer *w = waypeer_start(fd, too_many);

	(void)state;
	for (int i = 0; i < 500; i++) {
		client_forget(&c);
		assert_int_equal(run(client_plan_port(port)), 75);
		assert_int_equal(client_count(&c, EV_CONNECTING), 1);
	}
	assert_true(waypeer_served(w) >= 499); /* the last may be closing */
	waypeer_stop(w);
}

/* ---- a proxy that has a name ---- */

static void test_proxy_name_is_looked_up(void **state)
{
	static const struct way_step steps[] = { { WAY_READ, 3, NULL },
		{ WAY_SAY, 2, "\5\0" }, { WAY_READ, 10, NULL },
		{ WAY_SAY, 10, "\5\0\0\1\0\0\0\0\0\0" },
		{ WAY_SMTP, 0, NULL } };
	static const char *const names[] = { "proxy.example", "localhost" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = way_listen_tcp("127.0.0.1", 0, 5);
		struct plan *p = client_plan("192.0.2.1:25");
		struct waypeer *w;

		client_forget(&c);
		p->way.socks_host = xstrdup(names[i]);
		p->way.socks_port = way_port(fd);
		w = waypeer_start(fd, steps);
		assert_int_equal(run(p), 0);
		assert_int_equal(client_count(&c, EV_CONNECTED), 1);
		waypeer_stop(w);
	}
}

static void test_proxy_name_that_is_none(void **state)
{
	struct plan *p = client_plan("192.0.2.1:25");

	(void)state;
	p->way.socks_host = xstrdup("nobody.example");
	p->way.socks_port = 1080;
	assert_int_equal(run(p), 75);
	assert_non_null(strstr(failure(PHASE_DNS, FAIL_UNREACHABLE), "proxy"));
	assert_int_equal(client_count(&c, EV_CONNECTING), 0);
}

/* ---- where from, which family, all of them ---- */

static void test_source_address_of_ipv6_is_used(void **state)
{
	int fd = way_listen_tcp("::1", 0, 5);
	char target[32];
	const struct event *e;
	struct waypeer *w;
	struct plan *p;

	(void)state;
	if (fd < 0)
		skip();
	snprintf(target, sizeof target, "[IPv6:::1]:%u", way_port(fd));
	w = waypeer_start(fd, just_smtp);
	p = client_plan(target);
	p->source = xstrdup("::1");
	assert_int_equal(run(p), 0);
	e = client_find(&c, EV_CONNECTED, 0);
	assert_string_equal(event_text(e, e->u.connect.local), "::1");
	waypeer_stop(w);
}

/* It leads nowhere from there, and that is no fault of ours. */
static void test_source_address_of_the_other_family(void **state)
{
	struct plan *p = client_plan_port(smtpfault_closed_port());

	(void)state;
	p->source = xstrdup("::1");
	assert_int_equal(run(p), 74);
	assert_string_equal(failure(PHASE_CONNECT, FAIL_UNREACHABLE),
	                    strerror(EAFNOSUPPORT));
}

static void test_family_leaves_the_other_out(void **state)
{
	int fd = way_listen_tcp("127.0.0.1", 0, 5);
	struct plan *p = client_plan("user@both.example");
	struct waypeer *w;

	(void)state;
	p->port = way_port(fd);
	p->allow_private = true;
	p->family = 4;
	w = waypeer_start(fd, just_smtp);
	assert_int_equal(run(p), 0);
	assert_int_equal(client_count(&c, EV_CONNECTING), 1);
	waypeer_stop(w);
}

static void test_all_visits_each_address_with_its_own_verdict(void **state)
{
	int fd = way_listen_tcp("0.0.0.0", 0, 64);
	struct plan *p = client_plan("user@many.example");
	size_t sessions = 0;
	struct waypeer *w;

	(void)state;
	p->port = way_port(fd);
	p->allow_private = true;
	p->all = true;
	w = waypeer_start(fd, just_smtp);
	assert_int_equal(run(p), 0);
	assert_int_equal(client_count(&c, EV_CONNECTED), 8);
	for (size_t i = 0; i < client_count(&c, EV_VERDICT); i++) {
		const struct event *e = client_find(&c, EV_VERDICT, i);

		if (e->u.verdict.recipient.len == 0)
			assert_int_equal(e->session, ++sessions);
	}
	assert_int_equal(sessions, 8);
	waypeer_stop(w);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define WITH_DNS(f) \
	cmocka_unit_test_setup_teardown(f, set_up_dns, tear_down_dns)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		EACH(test_T01_closed_port_is_refused),
		WITH_DNS(test_T01_closed_port_and_the_next_mx),
		EACH(test_T02_syn_black_hole_ends_at_the_limit),
		WITH_DNS(test_T14_ipv6_black_hole_falls_over_to_ipv4),
		EACH(test_T15_urgent_data_is_no_reply),
		WITH_DNS(test_T16_many_421_are_no_storm),
		EACH(test_T16_500_runs_against_421_connect_once_each),
		WITH_DNS(test_proxy_name_is_looked_up),
		WITH_DNS(test_proxy_name_that_is_none),
		EACH(test_source_address_of_ipv6_is_used),
		EACH(test_source_address_of_the_other_family),
		WITH_DNS(test_family_leaves_the_other_out),
		WITH_DNS(test_all_visits_each_address_with_its_own_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
