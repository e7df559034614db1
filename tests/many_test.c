/* Many runs beside each other in one worker. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "blackhole.h"
#include "crowd.h"
#include "net/files.h"
#include "netclient.h"
#include "util/xalloc.h"
#include "zonefake.h"

enum {
	RUNS = 500,
	WAIT_MS = 20000,
	CANCEL_MS = 250, /* design §8 */
};

/* What is kept of the events of one run. */
struct seen {
	uint32_t n, session; /* the newest of each */
	int64_t t_us;
	unsigned ends, starts, verdicts, waits, lookups, cached;
	uint8_t exit, outcome;
	bool ok; /* numbers rose by one, times never fell */
};

struct many {
	struct worker *worker;
	struct queue *events;
	struct seen *seen; /* n of them, by run - 1 */
	size_t n, ended;
};

static void start_with_dns(struct many *m, size_t per_host, const char *dns)
{
	const struct worker_config cfg = { .dns = dns, .dns_try_ms = 100,
		.per_host = per_host, .no_mta = true,
		.start_us = loop_now_us() };

	*m = (struct many){ .worker = worker_start(&cfg) };
	assert_non_null(m->worker);
	m->events = worker_events(m->worker);
}

static void start(struct many *m, size_t per_host)
{
	start_with_dns(m, per_host, "127.0.0.1:9");
}

static void forget(struct many *m)
{
	free(m->seen);
	m->seen = NULL;
	m->n = m->ended = 0;
}

static void stop(struct many *m)
{
	worker_stop(m->worker);
	forget(m);
}

static void open_run(struct many *m, struct plan *plan)
{
	struct request *q = request_new(REQ_OPEN, plan, NULL, NULL, false);

	m->seen = xreallocarray(m->seen, m->n + 1, sizeof *m->seen);
	m->seen[m->n++] = (struct seen){ .ok = true };
	q->run = (uint32_t)m->n;
	worker_request(m->worker, q);
}

static void note(struct many *m, const struct event *e)
{
	struct seen *s;

	assert_in_range(e->run, 1, m->n);
	s = &m->seen[e->run - 1];
	if (e->kind == EV_PROMPT || e->kind == EV_ASK) {
		s->ok = false; /* nobody is asked */
		return;
	}
	s->ok &= e->n == s->n + 1 && e->t_us >= s->t_us && s->ends == 0 &&
	         e->session <= s->session + 1;
	s->n = e->n;
	s->t_us = e->t_us;
	if (e->session > s->session)
		s->session = e->session;
	s->starts += e->kind == EV_START;
	s->lookups += e->kind == EV_DNS;
	s->cached += e->kind == EV_DNS && e->u.dns.cached;
	if (e->kind == EV_FINDING)
		s->waits += strncmp(event_text(e, e->u.finding.id), "wait-",
		                    5) == 0;
	if (e->kind == EV_VERDICT) {
		s->verdicts++;
		s->outcome = e->u.verdict.outcome;
	}
	if (e->kind == EV_END) {
		s->ends++;
		s->exit = e->u.end.exit;
		m->ended++;
	}
}

/* Takes what there is; returns how many events of kind were among it. */
static size_t take(struct many *m, enum event_kind kind)
{
	struct event *e;
	size_t n = 0;

	while ((e = queue_take(m->events))) {
		note(m, e);
		n += e->kind == kind;
		free(e);
	}
	return n;
}

/* Until that many events of kind came; false: not within ms. */
static bool wait_for(struct many *m, enum event_kind kind, size_t count,
                     int ms)
{
	struct pollfd p = { .fd = queue_fd(m->events), .events = POLLIN };
	int64_t until = loop_now_us() + (int64_t)ms * 1000;

	for (size_t n = take(m, kind); n < count; n += take(m, kind)) {
		int64_t left = until - loop_now_us();

		if (left <= 0)
			return false;
		poll(&p, 1, (int)(left / 1000) + 1);
	}
	return true;
}

static bool wait_for_ends(struct many *m, size_t already, int ms)
{
	return wait_for(m, EV_END, m->n - already, ms);
}

static void check_each(const struct many *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct seen *s = &m->seen[i];

		if (!s->ok || s->starts != 1 || s->ends != 1 || !s->verdicts)
			fail_msg("run %zu: %s, %u starts, %u ends, "
			         "%u verdicts", i + 1,
			         s->ok ? "in order" : "out of order",
			         s->starts, s->ends, s->verdicts);
	}
}

/* ---- all kinds of servers ---- */

static const struct {
	enum crowd_manner manner;
	uint8_t exit, outcome;
} fates[] = {
	{ CROWD_GOOD, 0, OUT_ACCEPTED },
	{ CROWD_BUSY, 75, OUT_DEFERRED },
	{ CROWD_RESET, 74, OUT_UNREACHABLE },
	{ CROWD_CLOSE, 74, OUT_UNREACHABLE },
	{ CROWD_FLOOD, 76, OUT_PROTOCOL },
	{ CROWD_SILENT, 74, OUT_UNREACHABLE },
};
enum { FATES = sizeof fates / sizeof *fates };

/* Two more beside those of fates: nobody listens, and nobody answers. 421 is
 * met once alone, for it makes the next one there wait. */
static size_t kind_of(size_t i)
{
	size_t kind = i % (FATES + 2);

	if (kind < FATES && fates[kind].manner == CROWD_BUSY && i != 1)
		return 0;
	return kind;
}

static struct plan *plan_of(const struct crowd *c,
                            const struct black_hole *hole, size_t i)
{
	size_t kind = kind_of(i);
	uint16_t port = kind < FATES ? c->port[fates[kind].manner]
	                : kind == FATES ? 1 : hole->port;
	struct plan *p = client_plan_port(port);

	p->timeout_ms = 1000;
	return p;
}

/* Who did not answer in the first round is not tried in the second. */
static bool is_silent(size_t kind)
{
	return kind == FATES + 1 ||
	       (kind < FATES && fates[kind].manner == CROWD_SILENT);
}

static void check_fates(const struct many *m, size_t from)
{
	check_each(m);
	for (size_t i = 0; i < m->n; i++) {
		size_t kind = kind_of(i + from);
		uint8_t outcome = kind < FATES ? fates[kind].outcome
		                               : OUT_UNREACHABLE;
		uint8_t exit = kind < FATES ? fates[kind].exit : 74;

		if (from == 0 && is_silent(kind)) {
			outcome = OUT_DEFERRED;
			exit = 75;
		}
		if (m->seen[i].outcome != outcome || m->seen[i].exit != exit)
			fail_msg("run %zu, kind %zu: outcome %u, exit %u",
			         i + 1, kind, m->seen[i].outcome,
			         m->seen[i].exit);
	}
}

static void test_many_runs_over_all_kinds_of_servers_each_end_once(void **state)
{
	struct black_hole hole;
	struct crowd c;
	struct many m;
	int fds = 0;

	(void)state;
	crowd_start(&c, 1);
	black_hole_open(&hole);
	start(&m, RUNS);
	for (size_t from = 2; from-- > 0;) {
		for (size_t i = 0; i < RUNS; i++)
			open_run(&m, plan_of(&c, &hole, i + 2 * from));
		assert_true(wait_for_ends(&m, 0, WAIT_MS));
		check_fates(&m, 2 * from);
		forget(&m);
		if (from)
			fds = client_open_fds();
	}
	assert_int_equal(client_open_fds(), fds);
	stop(&m);
	black_hole_close(&hole);
	crowd_stop(&c);
}

/* ---- as many as may be ---- */

static void open_good(struct many *m, const struct crowd *c,
                      enum crowd_manner manner, size_t n)
{
	for (size_t i = 0; i < n; i++)
		open_run(m, client_plan_port(c->port[manner]));
}

static void check_all_accepted(const struct many *m)
{
	check_each(m);
	for (size_t i = 0; i < m->n; i++)
		assert_int_equal(m->seen[i].outcome, OUT_ACCEPTED);
}

static void test_many_to_one_host_are_no_more_than_per_host(void **state)
{
	static const size_t limits[] = { 1, 3, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		size_t most = limits[i] ? limits[i] : WORKER_PER_HOST;
		struct crowd c;
		struct many m;

		crowd_start(&c, 1);
		start(&m, limits[i]);
		open_good(&m, &c, CROWD_GOOD, 100);
		assert_true(wait_for_ends(&m, 0, WAIT_MS));
		check_all_accepted(&m);
		assert_int_equal(c.count[CROWD_GOOD].total, 100);
		assert_in_range(c.count[CROWD_GOOD].most, 1, most);
		assert_int_equal(m.seen[0].waits, 0);
		assert_int_equal(m.seen[99].waits, 1);
		stop(&m);
		crowd_stop(&c);
	}
}

static void test_many_beside_floods_are_not_held_up(void **state)
{
	struct crowd c;
	struct many m;

	(void)state;
	crowd_start(&c, 1);
	start(&m, RUNS);
	for (size_t i = 0; i < 100; i++) {
		open_good(&m, &c, CROWD_FLOOD, 1);
		open_good(&m, &c, CROWD_GOOD, 1);
	}
	assert_true(wait_for_ends(&m, 0, WAIT_MS));
	check_each(&m);
	for (size_t i = 0; i < m.n; i++)
		assert_int_equal(m.seen[i].outcome,
		                 i % 2 ? OUT_ACCEPTED : OUT_PROTOCOL);
	stop(&m);
	crowd_stop(&c);
}

/* ---- the end of all of them ---- */

static void hold(struct many *m, const struct crowd *c, size_t n)
{
	open_good(m, c, CROWD_HOLD, n);
	/* to EHLO, with no answer to MAIL */
	assert_true(wait_for(m, EV_SENT, 2 * n, WAIT_MS));
}

static void test_many_cancel_ends_each_at_once(void **state)
{
	int64_t before;
	struct crowd c;
	struct many m;

	(void)state;
	crowd_start(&c, 1);
	start(&m, RUNS - 100);
	hold(&m, &c, RUNS - 100);
	open_good(&m, &c, CROWD_HOLD, 100); /* they wait for their turn */
	assert_true(wait_for(&m, EV_FINDING, 100, WAIT_MS));
	before = loop_now_us();
	worker_request(m.worker,
	               request_new(REQ_CANCEL, NULL, NULL, NULL, false));
	assert_true(wait_for_ends(&m, 0, WAIT_MS));
	if (loop_now_us() - before > CANCEL_MS * 1000)
		fail_msg("%d ms", (int)((loop_now_us() - before) / 1000));
	check_each(&m);
	for (size_t i = 0; i < m.n; i++)
		assert_int_equal(m.seen[i].outcome, OUT_CANCELLED);
	stop(&m);
	crowd_stop(&c);
}

static void test_many_stop_with_all_open_is_quick_and_leaves_nothing(
    void **state)
{
	int before = client_open_fds();
	struct crowd c;
	struct many m;

	(void)state;
	crowd_start(&c, 1);
	start(&m, RUNS);
	hold(&m, &c, RUNS);
	stop(&m);
	crowd_stop(&c);
	assert_int_equal(client_open_fds(), before);
}

/* ---- the DNS ---- */

static const struct zone_record zone[] = {
	{ "one.example.", "MX", "10 mx.one.example." },
	{ "two.example.", "MX", "10 mx.one.example." },
	{ "mx.one.example.", "A", "192.0.2.1" },
	{ NULL, NULL, NULL },
};

static void open_routes(struct many *m, const char *domain, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct plan *p = client_plan(domain);

		p->stage = STAGE_ROUTE;
		open_run(m, p);
	}
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void test_many_of_a_domain_ask_for_it_once(void **state)
{
	struct zonefake *z = zonefake_start(zone);
	unsigned lookups = 0, cached = 0;
	struct many m;
	char *asked;

	(void)state;
	start_with_dns(&m, 1, zonefake_server(z));
	open_routes(&m, "one.example", 100);
	assert_true(wait_for_ends(&m, 0, WAIT_MS));
	open_routes(&m, "two.example", 100);
	assert_true(wait_for_ends(&m, 100, WAIT_MS));
	check_each(&m);
	for (size_t i = 0; i < m.n; i++) {
		assert_int_equal(m.seen[i].outcome, OUT_ACCEPTED);
		assert_int_equal(m.seen[i].lookups, 3); /* MX, A, AAAA */
		lookups += m.seen[i].lookups;
		cached += m.seen[i].cached;
	}
	/* two MX, one A; "no AAAA" comes without SOA here and may not be
	 * kept (RFC 2308 §5) */
	asked = zonefake_asked(z);
	assert_int_equal(count_lines(asked), 5);
	assert_int_equal(lookups - cached, 5);
	free(asked);
	stop(&m);
	zonefake_stop(z);
}

/* Whoever waits for another's lookup asks himself when that is given up, and
 * nothing is left of them at the end. */
static void test_many_that_wait_for_one_lookup_end_with_a_cancel(void **state)
{
	struct zonefake *z = zonefake_start(zone);
	struct many m;

	(void)state;
	start_with_dns(&m, 1, zonefake_server(z));
	open_routes(&m, "silent.example", 100);
	assert_true(wait_for(&m, EV_START, 100, WAIT_MS));
	worker_request(m.worker,
	               request_new(REQ_CANCEL, NULL, NULL, NULL, false));
	assert_true(wait_for_ends(&m, 0, WAIT_MS));
	check_each(&m);
	for (size_t i = 0; i < m.n; i++)
		assert_int_equal(m.seen[i].outcome, OUT_CANCELLED);
	stop(&m);
	zonefake_stop(z);
}

/* ---- descriptors ---- */

static rlim_t limit_files(rlim_t n)
{
	struct rlimit limit;
	rlim_t was;

	getrlimit(RLIMIT_NOFILE, &limit);
	was = limit.rlim_cur;
	limit.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return was;
}

static void test_many_beyond_the_descriptors_wait_and_succeed(void **state)
{
	struct crowd c;
	struct many m;
	rlim_t was;

	(void)state;
	crowd_start(&c, 1);
	was = limit_files(64);
	start(&m, RUNS);
	open_good(&m, &c, CROWD_GOOD, 300);
	assert_true(wait_for_ends(&m, 0, WAIT_MS));
	check_all_accepted(&m);
	assert_in_range(c.count[CROWD_GOOD].most, 1, 64);
	assert_int_equal(m.seen[299].waits, 1);
	stop(&m);
	limit_files(was);
	crowd_stop(&c);
}

/* Others take what there is: nobody fails for it, and all go on after. */
static void test_many_without_a_descriptor_wait_for_one(void **state)
{
	int taken[64], n = 0;
	struct crowd c;
	struct many m;
	rlim_t was;

	(void)state;
	crowd_start(&c, 1);
	was = limit_files(64);
	start(&m, RUNS);
	while ((taken[n] = dup(0)) >= 0)
		n++;
	open_good(&m, &c, CROWD_GOOD, 100);
	assert_true(wait_for(&m, EV_FINDING, 100, WAIT_MS));
	assert_int_equal(c.count[CROWD_GOOD].total, 0);
	while (n > 0)
		close(taken[--n]);
	assert_true(wait_for_ends(&m, 0, WAIT_MS));
	check_all_accepted(&m);
	stop(&m);
	limit_files(was);
	crowd_stop(&c);
}

static void test_files_room_is_made_up_to_the_hard_limit(void **state)
{
	rlim_t was = limit_files(256);
	struct files_room r = files_make_room(0);
	size_t hard;
	struct rlimit limit;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	hard = limit.rlim_max;
	assert_int_equal(r.files, 256);
	assert_in_range(r.sessions, 100, 200);
	r = files_make_room(100); /* they fit */
	assert_int_equal(r.files, 256);
	r = files_make_room(500);
	assert_in_range(r.files, hard < 500 ? hard : 500, hard);
	if (hard > 1000)
		assert_in_range(r.sessions, 500, r.files);
	r = files_make_room(SIZE_MAX / 4);
	assert_int_equal(r.files, hard);
	limit_files(16); /* too few for anything, but not none */
	r = files_make_room(0);
	assert_int_equal(r.sessions, 1);
	assert_int_equal(r.lookups, 1);
	limit_files(was);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_many_runs_over_all_kinds_of_servers_each_end_once),
		cmocka_unit_test(
		    test_many_to_one_host_are_no_more_than_per_host),
		cmocka_unit_test(test_many_beside_floods_are_not_held_up),
		cmocka_unit_test(test_many_cancel_ends_each_at_once),
		cmocka_unit_test(
		    test_many_stop_with_all_open_is_quick_and_leaves_nothing),
		cmocka_unit_test(test_many_of_a_domain_ask_for_it_once),
		cmocka_unit_test(
		    test_many_that_wait_for_one_lookup_end_with_a_cancel),
		cmocka_unit_test(
		    test_many_beyond_the_descriptors_wait_and_succeed),
		cmocka_unit_test(test_many_without_a_descriptor_wait_for_one),
		cmocka_unit_test(test_files_room_is_made_up_to_the_hard_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
