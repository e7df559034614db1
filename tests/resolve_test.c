/* The resolver against a DNS server that does everything wrong. */
#include "config.h"

#include "net/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnsfault.h"
#include "util/buf.h"
#include "util/xalloc.h"

/* Long enough for a server thread on a machine that is busy. */
enum { TRY_MS = 250, TOTAL_MS = 10000 };

/* One lookup and what was told of it. */
struct probe {
	struct dns_answer *a;      /* NULL until done */
	struct lookup *lookup;
	struct buf log;            /* "name TYPE status[ tcp][ plain][ cd];" */
	unsigned exchanges;
};

static struct loop *loop;
static unsigned waiting;

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct probe *p = arg;
	char name[DNS_NAME_TEXT_MAX], type[10];

	buf_addf(&p->log, "%s %s %s%s%s%s;", dns_name_host(x->name, name),
	         dns_type_text(x->type, type), dns_status_name(x->status),
	         x->tcp ? " tcp" : "", x->no_edns ? " plain" : "",
	         x->cd ? " cd" : "");
	p->exchanges++;
}

static void on_done(void *arg, struct dns_answer *a)
{
	struct probe *p = arg;

	assert_null(p->a);
	p->a = a;
	p->lookup = NULL;
	if (--waiting == 0)
		loop_stop(loop);
}

static void start(struct resolver *r, struct probe *p, const char *name,
                  uint16_t type)
{
	struct resolve_calls calls = { on_exchange, on_done, p };
	struct dns_name n;

	assert_int_equal(dns_name_parse(&n, name), DNS_NAME_OK);
	*p = (struct probe){ 0 };
	waiting++;
	p->lookup = resolve_start(r, &n, type, &calls);
}

static void clear(struct probe *p)
{
	answer_free(p->a);
	buf_clear(&p->log);
}

static struct resolver *resolver_for(const char *servers)
{
	struct resolve_config cfg = {
		.server = servers,
		.try_ms = TRY_MS,
		.total_ms = TOTAL_MS,
	};
	struct resolver *r = resolver_new(loop, &cfg);

	assert_non_null(r);
	return r;
}

static int set_up(void **state)
{
	(void)state;
	assert_true(resolve_library_init());
	loop = loop_new();
	waiting = 0;
	return loop ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	resolve_library_cleanup();
	return 0;
}

/* ---- one fault each ---- */

static const struct row {
	const char *name;
	uint16_t type;
	enum dns_status status;
	size_t records;
	const char *log;
} rows[] = {
	{ "plain.test", RR_MX, DNS_NOERROR, 1, "plain.test MX noerror;" },
	{ "Case.TEST", RR_A, DNS_NOERROR, 1, "case.test A noerror;" },
	{ "servfail.test", RR_MX, DNS_SERVFAIL, 0,
	  "servfail.test MX servfail;servfail.test MX servfail cd;" },
	{ "refused.test", RR_MX, DNS_REFUSED, 0, "refused.test MX refused;" },
	{ "notimp.test", RR_MX, DNS_NOTIMP, 0, "notimp.test MX notimp;" },
	{ "yxdomain.test", RR_MX, DNS_OTHER_RCODE, 0,
	  "yxdomain.test MX other;" },
	{ "nxdomain.test", RR_MX, DNS_NXDOMAIN, 0,
	  "nxdomain.test MX nxdomain;" },
	{ "nodata.test", RR_MX, DNS_NODATA, 0, "nodata.test MX nodata;" },
	{ "noquestion.test", RR_MX, DNS_REFUSED, 0,
	  "noquestion.test MX refused;" },
	{ "ede.test", RR_MX, DNS_SERVFAIL, 0, "ede.test MX servfail;"
	  "ede.test MX servfail cd;" },
	{ "drop.test", RR_MX, DNS_TIMEOUT, 0,
	  "drop.test MX timeout;drop.test MX timeout;"
	  "drop.test MX timeout plain;" },
	{ "dropedns.test", RR_MX, DNS_NOERROR, 1,
	  "dropedns.test MX timeout;dropedns.test MX timeout;"
	  "dropedns.test MX noerror plain;" },
	{ "badid.test", RR_A, DNS_TIMEOUT, 0,
	  "badid.test A timeout;badid.test A timeout;"
	  "badid.test A timeout plain;" },
	{ "badidgood.test", RR_A, DNS_NOERROR, 1,
	  "badidgood.test A noerror;" },
	{ "emptygood.test", RR_A, DNS_NOERROR, 1,
	  "emptygood.test A noerror;" },
	{ "shortgood.test", RR_A, DNS_NOERROR, 1,
	  "shortgood.test A noerror;" },
	{ "otherport.test", RR_A, DNS_TIMEOUT, 0,
	  "otherport.test A timeout;otherport.test A timeout;"
	  "otherport.test A timeout plain;" },
	{ "otherquestion.test", RR_A, DNS_TIMEOUT, 0,
	  "otherquestion.test A timeout;otherquestion.test A timeout;"
	  "otherquestion.test A timeout plain;" },
	{ "formerr.test", RR_A, DNS_NOERROR, 1, "formerr.test A noerror;" },
	{ "formerralways.test", RR_A, DNS_FORMERR, 0,
	  "formerralways.test A formerr;" },
	{ "badrdata.test", RR_A, DNS_MALFORMED, 1,
	  "badrdata.test A malformed;" },
	{ "badrdata.test", RR_AAAA, DNS_MALFORMED, 1,
	  "badrdata.test AAAA malformed;" },
	{ "badrdata.test", RR_MX, DNS_MALFORMED, 1,
	  "badrdata.test MX malformed;" },
	{ "badcount.test", RR_A, DNS_MALFORMED, 0,
	  "badcount.test A malformed;" },
	{ "pointerloop.test", RR_A, DNS_MALFORMED, 0,
	  "pointerloop.test A malformed;" },
	{ "trunc.test", RR_TXT, DNS_NOERROR, 20,
	  "trunc.test TXT noerror tcp;" },
	{ "truncclose.test", RR_TXT, DNS_UNREACHABLE, 0,
	  "truncclose.test TXT unreachable tcp;" },
	{ "truncalways.test", RR_TXT, DNS_MALFORMED, 0,
	  "truncalways.test TXT malformed tcp;" },
	{ "hop1.test", RR_MX, DNS_NOERROR, 1,
	  "hop1.test MX noerror;hop2.test MX noerror;hop3.test MX noerror;" },
	{ "torefused.test", RR_MX, DNS_REFUSED, 0,
	  "torefused.test MX noerror;refused.test MX refused;" },
	{ "loop1.test", RR_MX, DNS_LOOP, 0,
	  "loop1.test MX noerror;loop2.test MX loop;" },
};
enum { ROWS = sizeof rows / sizeof *rows };

static void test_lookup_each_fault_has_its_status(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolver *r = resolver_for(dnsfault_server(d));
	struct probe *probes = xcalloc(ROWS, sizeof *probes);

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		start(r, &probes[i], rows[i].name, rows[i].type);
	loop_run(loop);
	for (size_t i = 0; i < ROWS; i++) {
		const struct dns_answer *a = probes[i].a;

		assert_non_null(a);
		assert_string_equal(buf_str(&probes[i].log), rows[i].log);
		assert_int_equal(a->status, rows[i].status);
		assert_int_equal(a->n, rows[i].records);
		clear(&probes[i]);
	}
	free(probes);
	resolver_free(r);
	dnsfault_stop(d);
}

static void look_up(const char *server, struct probe *p, const char *name,
                    uint16_t type)
{
	struct resolver *r = resolver_for(server);

	start(r, p, name, type);
	loop_run(loop);
	resolver_free(r);
}

static void test_lookup_endless_aliases_end_after_ten(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct probe p;

	(void)state;
	look_up(dnsfault_server(d), &p, "endless.0.test", RR_MX);
	assert_int_equal(p.a->status, DNS_LOOP);
	assert_int_equal(p.a->n_chain, DNS_CHAIN_MAX);
	assert_int_equal(p.exchanges, DNS_CHAIN_MAX + 1);
	clear(&p);
	dnsfault_stop(d);
}

static void test_lookup_dname_without_cname_is_followed(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct probe p;
	char name[DNS_NAME_TEXT_MAX];

	(void)state;
	look_up(dnsfault_server(d), &p, "below.old.test", RR_MX);
	/* below.old.test -> below.new.test -> itself again */
	assert_int_equal(p.a->status, DNS_LOOP);
	assert_string_equal(dns_name_host(&p.a->chain[0], name),
	                    "below.new.test");
	clear(&p);
	dnsfault_stop(d);
}

static void test_lookup_aliases_keep_their_case_on_screen(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct probe p;
	char name[DNS_NAME_TEXT_MAX];

	(void)state;
	look_up(dnsfault_server(d), &p, "hop1.test", RR_MX);
	assert_int_equal(p.a->n_chain, 2);
	assert_string_equal(dns_name_host(answer_end(p.a), name),
	                    "HOP3.test");
	clear(&p);
	dnsfault_stop(d);
}

static void test_lookup_silent_tcp_ends_at_the_deadline(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct probe p;
	int64_t began = loop_now_us();

	(void)state;
	look_up(dnsfault_server(d), &p, "truncsilent.test", RR_TXT);
	assert_int_equal(p.a->status, DNS_TIMEOUT);
	assert_int_equal(p.exchanges, 3);
	/* 250 + 500 + 500 ms, and never before */
	assert_true(loop_now_us() - began >= 1250000);
	assert_true(loop_now_us() - began < 5000000);
	clear(&p);
	dnsfault_stop(d);
}

static void test_lookup_late_answer_is_waited_for(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolve_config cfg = {
		.server = dnsfault_server(d), .try_ms = 4 * DNSFAULT_SLOW_MS,
	};
	struct resolver *r = resolver_new(loop, &cfg);
	struct probe p;

	(void)state;
	start(r, &p, "slow.test", RR_A);
	loop_run(loop);
	assert_int_equal(p.a->status, DNS_NOERROR);
	assert_string_equal(buf_str(&p.log), "slow.test A noerror;");
	clear(&p);
	resolver_free(r);
	dnsfault_stop(d);
}

static void test_lookup_total_deadline_ends_the_rounds(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolve_config cfg = {
		.server = dnsfault_server(d), .try_ms = 200, .total_ms = 500,
	};
	struct resolver *r = resolver_new(loop, &cfg);
	int64_t began = loop_now_us();
	struct probe p;

	(void)state;
	start(r, &p, "drop.test", RR_A);
	loop_run(loop);
	assert_int_equal(p.a->status, DNS_TIMEOUT);
	assert_int_equal(p.exchanges, 2);
	assert_true(loop_now_us() - began >= 500000);
	clear(&p);
	resolver_free(r);
	dnsfault_stop(d);
}

static void test_lookup_closed_port_is_unreachable(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	char server[RESOLVE_SERVER_TEXT];
	struct probe p;

	(void)state;
	assert_true(resolve_server(dnsfault_server(d), server));
	dnsfault_stop(d);
	look_up(server, &p, "plain.test", RR_A);
	assert_int_equal(p.a->status, DNS_UNREACHABLE);
	assert_string_equal(buf_str(&p.log), "plain.test A unreachable;");
	clear(&p);
}

/* ---- several servers ---- */

static void fail_over(const char *fault, enum dns_status status,
                      const char *log)
{
	struct dnsfault *bad = dnsfault_start(fault);
	struct dnsfault *good = dnsfault_start(NULL);
	char *both = xasprintf("%s,%s", dnsfault_server(bad),
	                       dnsfault_server(good));
	struct probe p;

	look_up(both, &p, "plain.test", RR_A);
	assert_int_equal(p.a->status, status);
	assert_string_equal(buf_str(&p.log), log);
	clear(&p);
	free(both);
	dnsfault_stop(bad);
	dnsfault_stop(good);
}

static void test_failover_each_failure_asks_the_next_server(void **state)
{
	(void)state;
	fail_over("servfail", DNS_NOERROR,
	          "plain.test A servfail;plain.test A noerror;");
	fail_over("refused", DNS_NOERROR,
	          "plain.test A refused;plain.test A noerror;");
	fail_over("drop", DNS_NOERROR,
	          "plain.test A timeout;plain.test A noerror;");
	fail_over("badrdata", DNS_NOERROR,
	          "plain.test A malformed;plain.test A noerror;");
}

static void test_failover_a_negative_answer_is_an_answer(void **state)
{
	(void)state;
	fail_over("nxdomain", DNS_NXDOMAIN, "plain.test A nxdomain;");
	fail_over("nodata", DNS_NODATA, "plain.test A nodata;");
}

static void test_failover_an_rcode_tells_more_than_silence(void **state)
{
	struct dnsfault *first = dnsfault_start("drop");
	struct dnsfault *second = dnsfault_start("servfail");
	char *both = xasprintf("%s,%s", dnsfault_server(first),
	                       dnsfault_server(second));
	struct probe p;

	(void)state;
	look_up(both, &p, "plain.test", RR_A);
	assert_int_equal(p.a->status, DNS_SERVFAIL);
	/* the silent one is asked in each round, the other one once, and
	 * once more without a check */
	assert_string_equal(buf_str(&p.log), "plain.test A timeout;"
	                    "plain.test A servfail;plain.test A timeout;"
	                    "plain.test A timeout plain;"
	                    "plain.test A servfail cd;");
	assert_int_equal(dnsfault_queries(second, false), 2);
	clear(&p);
	free(both);
	dnsfault_stop(first);
	dnsfault_stop(second);
}

/* ---- what an answer carries ---- */

static void test_lookup_ad_counts_from_loopback(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct probe p;

	(void)state;
	look_up(dnsfault_server(d), &p, "ad.test", RR_MX);
	assert_true(p.a->ad);
	assert_true(p.a->ad_claimed);
	clear(&p);
	look_up(dnsfault_server(d), &p, "plain.test", RR_MX);
	assert_false(p.a->ad);
	clear(&p);
	dnsfault_stop(d);
}

static void test_lookup_negative_without_soa_is_noted(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct probe p;

	(void)state;
	look_up(dnsfault_server(d), &p, "nosoa.test", RR_MX);
	assert_int_equal(p.a->status, DNS_NODATA);
	assert_true(p.a->no_soa);
	clear(&p);
	look_up(dnsfault_server(d), &p, "nodata.test", RR_MX);
	assert_false(p.a->no_soa);
	assert_int_equal(p.a->ttl, 30); /* minimum of the SOA */
	clear(&p);
	dnsfault_stop(d);
}

/* ---- many, cancelled, and for ever ---- */

static void test_queue_more_than_in_flight_all_end(void **state)
{
	enum { MANY = 300 };
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolve_config cfg = { .server = dnsfault_server(d),
		                      .in_flight = 3 };
	struct resolver *r = resolver_new(loop, &cfg);
	struct probe *p = xcalloc(MANY, sizeof *p);

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		start(r, &p[i], "plain.test", RR_A);
	loop_run(loop);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(p[i].a->status, DNS_NOERROR);
		clear(&p[i]);
	}
	assert_int_equal(dnsfault_queries(d, false), MANY);
	free(p);
	resolver_free(r);
	dnsfault_stop(d);
}

static void test_cancel_in_flight_and_waiting_are_silent(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolve_config cfg = { .server = dnsfault_server(d),
		                      .in_flight = 2 };
	struct resolver *r = resolver_new(loop, &cfg);
	struct probe p[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		start(r, &p[i], i == 4 ? "plain.test" : "drop.test", RR_A);
	/* two in flight, three wait; the first three go, one stays silent */
	for (size_t i = 0; i < 4; i++) {
		resolve_cancel(p[i].lookup);
		waiting--;
	}
	loop_run(loop);
	for (size_t i = 0; i < 4; i++)
		assert_null(p[i].a);
	assert_int_equal(p[4].a->status, DNS_NOERROR);
	for (size_t i = 0; i < 5; i++)
		clear(&p[i]);
	resolver_free(r);
	dnsfault_stop(d);
}

/* Cancels the lookups of arg from inside a callback of another one. */
static void cancel_others(void *arg, struct dns_answer *a)
{
	struct probe *p = arg;

	answer_free(a);
	resolve_cancel(p[0].lookup);
	resolve_cancel(p[1].lookup);
	loop_stop(loop);
}

static void test_cancel_from_a_callback_of_another(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolver *r = resolver_for(dnsfault_server(d));
	struct resolve_calls calls = { NULL, cancel_others, NULL };
	struct probe p[2];
	struct dns_name n;

	(void)state;
	start(r, &p[0], "drop.test", RR_A);
	start(r, &p[1], "slow.test", RR_A);
	calls.arg = p;
	dns_name_parse(&n, "plain.test");
	resolve_start(r, &n, RR_A, &calls);
	loop_run(loop);
	assert_null(p[0].a);
	assert_null(p[1].a);
	clear(&p[0]);
	clear(&p[1]);
	resolver_free(r);
	dnsfault_stop(d);
}

static void test_resolver_freed_under_way_leaves_nothing(void **state)
{
	struct dnsfault *d = dnsfault_start(NULL);
	struct resolver *r = resolver_for(dnsfault_server(d));
	struct probe p[3];

	(void)state;
	start(r, &p[0], "plain.test", RR_A);
	loop_run(loop);
	start(r, &p[1], "drop.test", RR_A);
	start(r, &p[2], "slow.test", RR_TXT);
	resolver_free(r);
	assert_null(p[1].a);
	for (size_t i = 0; i < 3; i++)
		clear(&p[i]);
	dnsfault_stop(d);
}

#define WITH_LOOP(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_LOOP(test_lookup_each_fault_has_its_status),
		WITH_LOOP(test_lookup_endless_aliases_end_after_ten),
		WITH_LOOP(test_lookup_dname_without_cname_is_followed),
		WITH_LOOP(test_lookup_aliases_keep_their_case_on_screen),
		WITH_LOOP(test_lookup_silent_tcp_ends_at_the_deadline),
		WITH_LOOP(test_lookup_late_answer_is_waited_for),
		WITH_LOOP(test_lookup_total_deadline_ends_the_rounds),
		WITH_LOOP(test_lookup_closed_port_is_unreachable),
		WITH_LOOP(test_failover_each_failure_asks_the_next_server),
		WITH_LOOP(test_failover_a_negative_answer_is_an_answer),
		WITH_LOOP(test_failover_an_rcode_tells_more_than_silence),
		WITH_LOOP(test_lookup_ad_counts_from_loopback),
		WITH_LOOP(test_lookup_negative_without_soa_is_noted),
		WITH_LOOP(test_queue_more_than_in_flight_all_end),
		WITH_LOOP(test_cancel_in_flight_and_waiting_are_silent),
		WITH_LOOP(test_cancel_from_a_callback_of_another),
		WITH_LOOP(test_resolver_freed_under_way_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
