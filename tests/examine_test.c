/* examine: how the checks are made over real DNS on loopback. */
#include "config.h"

#include "net/examine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/xalloc.h"
#include "zonefake.h"

#define LEN(a) (sizeof(a) / sizeof *(a))
#define IP "192.0.2.7"

/* dns.md: what costs SPF most is one that has to be walked, term by term. */
static const struct zone_record zone[] = {
	{ "w.example.", "TXT",
	  "\"v=spf1 include:d1.w.example ip4:" IP " -all\"" },
	{ "d1.w.example.", "TXT", "\"v=spf1 include:d2.w.example ?all\"" },
	{ "d2.w.example.", "TXT", "\"v=spf1 include:d3.w.example ?all\"" },
	{ "d3.w.example.", "TXT", "\"v=spf1 include:d4.w.example ?all\"" },
	{ "d4.w.example.", "TXT", "\"v=spf1 include:d5.w.example ?all\"" },
	{ "d5.w.example.", "TXT", "\"v=spf1 include:d6.w.example ?all\"" },
	{ "d6.w.example.", "TXT", "\"v=spf1 include:d7.w.example ?all\"" },
	{ "d7.w.example.", "TXT", "\"v=spf1 include:d8.w.example ?all\"" },
	{ "d8.w.example.", "TXT", "\"v=spf1 mx ptr:p.example ?all\"" },
	{ "d8.w.example.", "MX", "10 m.w.example." },
	{ "m.w.example.", "A", "198.51.100.9" },
	{ "w.example.", "A", IP },
	{ "7.2.0.192.in-addr.arpa.", "PTR", "w.example." },
	{ "two.example.", "MX", "10 mx.two.example." },
	{ "mx.two.example.", "A", "198.51.100.1" },
	{ "2.0.0.127.bl.example.", "A", "127.0.0.2" },
	{ NULL, NULL, NULL },
};

struct bench {
	struct zonefake *dns;
	struct loop *loop;
	struct resolver *resolver;
	struct facts *facts;
	struct examine *examine;
	struct loop_timer *timer; /* ends it when it does not end itself */
	struct buf told;          /* "ptr grade say\n" */
	const char *until;        /* stops behind that check; NULL: the end */
	unsigned exchanges;
	bool done, free_in_check;
};

static void on_exchange(void *arg, const struct dns_exchange *x)
{
	struct bench *b = arg;

	(void)x;
	b->exchanges++;
}

static void on_checked(void *arg, const struct check *c)
{
	struct bench *b = arg;

	buf_addf(&b->told, "%s %s %s\n", c->id, c->subject, c->say);
	assert_int_equal(c->n_needs, 0);
	if (b->free_in_check) {
		examine_free(b->examine);
		b->examine = NULL;
	}
	if (b->until && strcmp(b->until, c->id) == 0)
		loop_stop(b->loop);
}

static void on_done(void *arg)
{
	struct bench *b = arg;

	b->done = true;
	examine_free(b->examine);
	b->examine = NULL;
	loop_stop(b->loop);
}

static void on_time(void *arg)
{
	struct bench *b = arg;

	loop_stop(b->loop);
}

static void open_bench(struct bench *b)
{
	struct resolve_config cfg = { .try_ms = 100 };

	*b = (struct bench){ .dns = zonefake_start_signed(zone) };
	b->loop = loop_new();
	assert_non_null(b->loop);
	cfg.server = zonefake_server(b->dns);
	b->resolver = resolver_new(b->loop, &cfg);
	assert_non_null(b->resolver);
	b->facts = facts_new();
	b->timer = loop_timer_new(b->loop, on_time, b);
}

static void examine(struct bench *b, const struct check_query *q, int ms)
{
	const struct examine_way way = { .loop = b->loop,
		.resolver = b->resolver, .facts = b->facts };
	const struct examine_calls calls = { on_exchange, on_checked, on_done,
		b };

	b->done = false;
	b->examine = examine_start(&way, q, &calls);
	loop_timer_at(b->timer, loop_now_us() + (int64_t)ms * 1000);
	loop_run(b->loop);
}

static void close_bench(struct bench *b)
{
	examine_free(b->examine);
	loop_timer_free(b->timer);
	facts_free(b->facts);
	resolver_free(b->resolver);
	loop_free(b->loop);
	zonefake_stop(b->dns);
	buf_clear(&b->told);
}

static const struct address_seen seen[] = {
	{ ADDRESS_GIVEN, IP, "" },
};

static struct check_query query(void)
{
	return (struct check_query){ .seen = seen, .n_seen = 1,
		.helo = "w.example", .mail_from = "a@w.example",
		.domain = "two.example", .port = 25, .trusted = true };
}

static unsigned lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Ten terms one inside the other: RFC 7208 §4.6.4 allows no more. */
static void test_examine_worst_spf_stays_below_the_rounds(void **state)
{
	struct check_query q = query();
	struct bench b;

	(void)state;
	open_bench(&b);
	examine(&b, &q, 10000);
	assert_true(b.done);
	assert_non_null(strstr(buf_str(&b.told), "spf-mail w.example "));
	assert_null(strstr(buf_str(&b.told), "too-many-lookups"));
	assert_null(strstr(buf_str(&b.told), "spf-temperror"));
	close_bench(&b);
}

static void test_examine_asks_no_question_twice(void **state)
{
	struct check_query q = query();
	struct bench b;
	char *asked, *save, *list[256];
	size_t n = 0;

	(void)state;
	open_bench(&b);
	examine(&b, &q, 10000);
	assert_true(b.done);
	asked = zonefake_asked(b.dns);
	assert_int_equal(lines_of(asked), b.exchanges);
	for (char *w = strtok_r(asked, "\n", &save); w;
	     w = strtok_r(NULL, "\n", &save)) {
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(list[i], w);
		assert_true(n < LEN(list));
		list[n++] = w;
	}
	free(asked);
	/* and all is known the second time */
	n = b.exchanges;
	examine(&b, &q, 10000);
	assert_true(b.done);
	assert_int_equal(b.exchanges, n);
	close_bench(&b);
}

/* All before the list are told while it is silent; those behind it are ready
 * and told in their order, as soon as it is known that it says nothing. */
static void test_examine_silent_list_holds_only_its_place(void **state)
{
	static const char *const lists[] = { "bl.example", "silent.example" };
	struct check_query q = query();
	struct bench b;
	const char *dead, *alive;

	(void)state;
	open_bench(&b);
	q.dnsbls = lists;
	q.n_dnsbls = LEN(lists);
	b.until = "dnsbl";
	examine(&b, &q, 10000);
	assert_false(b.done);
	assert_non_null(strstr(buf_str(&b.told), "dmarc w.example "));
	b.until = NULL;
	loop_run(b.loop);
	assert_true(b.done);
	alive = strstr(buf_str(&b.told), "dnsbl bl.example ");
	dead = strstr(buf_str(&b.told), "dnsbl silent.example ");
	assert_non_null(alive);
	assert_true(dead > alive);
	assert_non_null(strstr(dead, "mx two.example "));
	assert_non_null(strstr(dead, "tls-rpt two.example "));
	close_bench(&b);
}

static void test_examine_freed_in_a_callback_says_nothing_more(void **state)
{
	struct check_query q = query();
	struct bench b;

	(void)state;
	open_bench(&b);
	b.free_in_check = true;
	examine(&b, &q, 300);
	assert_false(b.done);
	assert_int_equal(lines_of(buf_str(&b.told)), 1);
	close_bench(&b);
}

static void test_examine_freed_before_it_began_says_nothing(void **state)
{
	struct check_query q = query();
	struct bench b;
	const struct examine_calls calls = { on_exchange, on_checked, on_done,
		&b };

	(void)state;
	open_bench(&b);
	b.examine = examine_start(&(struct examine_way){ .loop = b.loop,
		.resolver = b.resolver, .facts = b.facts }, &q, &calls);
	examine_free(b.examine);
	b.examine = NULL;
	loop_timer_at(b.timer, loop_now_us() + 50000);
	loop_run(b.loop);
	assert_int_equal(b.told.len, 0);
	assert_int_equal(b.exchanges, 0);
	close_bench(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examine_worst_spf_stays_below_the_rounds),
		cmocka_unit_test(test_examine_asks_no_question_twice),
		cmocka_unit_test(test_examine_silent_list_holds_only_its_place),
		cmocka_unit_test(
		    test_examine_freed_in_a_callback_says_nothing_more),
		cmocka_unit_test(
		    test_examine_freed_before_it_began_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
