/* What a lookup tells as events, and the servers that a resolver asks. */
#include "config.h"

#include "net/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dnsfault.h"

static struct loop *loop;

static int set_up(void **state)
{
	(void)state;
	assert_true(resolve_library_init());
	loop = loop_new();
	return loop ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	resolve_library_cleanup();
	return 0;
}

/* ---- events ---- */

static void keep_event(void *arg, const struct dns_exchange *x)
{
	struct event_builder b;

	exchange_event(&b, x);
	free(*(struct event **)arg);
	*(struct event **)arg = event_finish(&b);
}

static void drop_answer(void *arg, struct dns_answer *a)
{
	(void)arg;
	answer_free(a);
	loop_stop(loop);
}

static struct event *event_of(const char *name, uint16_t type)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolve_config cfg = { .server = dnsfault_server(d) };
	struct resolver *r = resolver_new(loop, &cfg);
	struct event *e = NULL;
	struct resolve_calls calls = { keep_event, drop_answer, &e };
	struct dns_name n;

	dns_name_parse(&n, name);
	resolve_start(r, &n, type, &calls);
	loop_run(loop);
	assert_non_null(e);
	assert_string_equal(event_text(e, e->u.dns.server),
	                    dnsfault_server(d));
	resolver_free(r);
	dnsfault_stop(d);
	return e;
}

static void test_event_carries_records_flags_and_octets(void **state)
{
	struct event *e = event_of("ad.test", RR_MX);

	(void)state;
	assert_int_equal(e->kind, EV_DNS);
	assert_string_equal(event_text(e, e->u.dns.name), "ad.test");
	assert_int_equal(e->u.dns.type, RR_MX);
	assert_int_equal(e->u.dns.status, DNS_NOERROR);
	assert_true(e->u.dns.ad);
	assert_false(e->u.dns.aa);
	assert_int_equal(e->u.dns.answers.len, 1);
	assert_string_equal(event_text(e, event_rr(e, 0)->name), "ad.test.");
	assert_string_equal(event_text(e, event_rr(e, 0)->data),
	                    "10 mx.good.test.");
	assert_int_equal(event_rr(e, 0)->ttl, 300);
	assert_true(e->u.dns.wire.len > DNS_HEADER_SIZE);
	assert_true(e->u.dns.us > 0);
	free(e);
}

static void test_event_names_the_extended_error(void **state)
{
	struct event *e = event_of("ede.test", RR_MX);

	(void)state;
	assert_int_equal(e->u.dns.status, DNS_SERVFAIL);
	assert_string_equal(event_text(e, e->u.dns.ext),
	                    "6 DNSSEC Bogus: no \033 key");
	free(e);
}

static void test_event_of_a_malformed_answer_keeps_its_octets(void **state)
{
	struct event *e = event_of("badrdata.test", RR_A);

	(void)state;
	assert_int_equal(e->u.dns.status, DNS_MALFORMED);
	assert_int_equal(e->u.dns.answers.len, 1);
	assert_string_equal(event_text(e, event_rr(e, 0)->data),
	                    "\\# 3 c00002");
	assert_true(e->u.dns.wire.len > DNS_HEADER_SIZE);
	free(e);
}

static void test_event_shows_strange_names_as_numbers(void **state)
{
	struct event *e = event_of("strange.test", RR_MX);

	(void)state;
	assert_string_equal(event_text(e, event_rr(e, 0)->data),
	                    "10 a\\.b\\027\\000\\255.test.");
	free(e);
}

/* ---- servers ---- */

static void test_server_text_is_checked_and_made_whole(void **state)
{
	static const struct {
		const char *text, *whole; /* NULL: refused */
	} servers[] = {
		{ "192.0.2.53", "192.0.2.53:53" },
		{ "192.0.2.53:5353", "192.0.2.53:5353" },
		{ "2001:DB8::53", "[2001:db8::53]:53" },
		{ "[2001:db8::53]", "[2001:db8::53]:53" },
		{ "[::1]:5399", "[::1]:5399" },
		{ "2001:db8::1:5399", "[2001:db8::1:5399]:53" },
		{ "", NULL }, { " ", NULL }, { "192.0.2.53 ", NULL },
		{ "192.0.2.53:", NULL }, { "192.0.2.53:0", NULL },
		{ "192.0.2.53:65536", NULL }, { "192.0.2.53:99999", NULL },
		{ "192.0.2.53:5x", NULL }, { "192.0.2", NULL },
		{ "[192.0.2.53]:53", NULL }, { "[::1", NULL },
		{ "[::1]53", NULL }, { "[::1]:", NULL }, { "[]:53", NULL },
		{ "fe80::1%lo", NULL }, { "dns://192.0.2.1", NULL },
		{ "resolver.example", NULL }, { ":53", NULL },
	};
	char out[RESOLVE_SERVER_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
		bool ok = resolve_server(servers[i].text, out);

		assert_int_equal(ok, servers[i].whole != NULL);
		if (ok)
			assert_string_equal(out, servers[i].whole);
	}
}

static void test_resolver_bad_server_is_refused(void **state)
{
	struct resolve_config cfg = { .server = "" };

	(void)state;
	assert_null(resolver_new(loop, &cfg));
	cfg.server = "192.0.2.1,nonsense";
	assert_null(resolver_new(loop, &cfg));
}

static void test_resolver_system_servers_come_from_resolv_conf(void **state)
{
	char path[] = "/tmp/resolv.XXXXXX";
	static const char text[] = "# comment\nnameserver 192.0.2.7\n"
	                           "nameserver 2001:db8::7\n"
	                           "options ndots:1 trust-ad\n";
	struct resolve_config cfg = { .resolv_conf = path };
	struct resolver *r;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	close(fd);
	r = resolver_new(loop, &cfg);
	unlink(path);
	assert_non_null(r);
	assert_int_equal(resolver_servers(r), 2);
	assert_string_equal(resolver_server(r, 0), "192.0.2.7:53");
	assert_string_equal(resolver_server(r, 1), "[2001:db8::7]:53");
	resolver_free(r);
}

#define WITH_LOOP(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_LOOP(test_event_carries_records_flags_and_octets),
		WITH_LOOP(test_event_names_the_extended_error),
		WITH_LOOP(test_event_of_a_malformed_answer_keeps_its_octets),
		WITH_LOOP(test_event_shows_strange_names_as_numbers),
		WITH_LOOP(test_server_text_is_checked_and_made_whole),
		WITH_LOOP(test_resolver_bad_server_is_refused),
		WITH_LOOP(test_resolver_system_servers_come_from_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
