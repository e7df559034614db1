#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "netclient.h"
#include "netscript.h"
#include "smtpfault.h"
#include "util/xalloc.h"
#include "zonefake.h"

/* From a domain to a verdict: DNS, routes, fallback, redirects, questions. */

enum { WAIT_MS = 5000, CANCEL_MS = 250 };

/* 198.51.100.0/24 is for documentation (RFC 5737): nothing answers there, and
 * only redirects lead anywhere. */
static const struct zone_record zone[] = {
	{ "two.example.", "MX", "10 mx1.two.example." },
	{ "two.example.", "MX", "20 mx2.two.example." },
	{ "mx1.two.example.", "A", "198.51.100.1" },
	{ "mx2.two.example.", "A", "198.51.100.2" },
	{ "same.example.", "MX", "10 a.same.example." },
	{ "same.example.", "MX", "20 b.same.example." },
	{ "a.same.example.", "A", "198.51.100.1" },
	{ "b.same.example.", "A", "198.51.100.1" },
	{ "inside.example.", "MX", "10 mx.inside.example." },
	{ "mx.inside.example.", "A", "127.0.0.1" },
	{ "null.example.", "MX", "0 ." },
	{ "joined.example.", "MX", "10 mx.joined.example." },
	{ "mx.joined.example.", "A", "127.0.0.1" },
	{ NULL, NULL, NULL },
};

struct stage_set { /* everything a test needs */
	struct zonefake *dns;
	struct smtpfault *mx1, *mx2; /* mx2 NULL: connections are refused */
	struct redirect redirects[2];
	struct client c;
};

static void set_up(struct stage_set *s, const struct fault *const *mx1,
                   const struct fault *const *mx2)
{
	struct worker_config cfg = { 0 };

	s->dns = zonefake_start(zone);
	s->mx1 = mx1 ? smtpfault_start(mx1, 1) : NULL;
	s->mx2 = mx2 ? smtpfault_start(mx2, 1) : NULL;
	s->redirects[0] = (struct redirect){ .address = "198.51.100.1",
		.port = 25, .to_port = s->mx1 ? smtpfault_port(s->mx1)
		                              : smtpfault_closed_port() };
	s->redirects[1] = (struct redirect){ .address = "198.51.100.2",
		.port = 25, .to_port = s->mx2 ? smtpfault_port(s->mx2)
		                              : smtpfault_closed_port() };
	cfg.dns = zonefake_server(s->dns);
	cfg.redirects = s->redirects;
	cfg.n_redirects = 2;
	client_start(&s->c, &cfg);
}

static void tear_down(struct stage_set *s)
{
	client_stop(&s->c);
	if (s->mx1)
		smtpfault_stop(s->mx1);
	if (s->mx2)
		smtpfault_stop(s->mx2);
	zonefake_stop(s->dns);
}

static const struct fault *const good[] = { SCRIPT(GOOD_SESSION) };
static const struct fault *const later[] = {
	SCRIPT(SAY("450 4.3.2 Not now\r\n"), HEAR, BYE, CLOSE)
};
static const struct fault *const never[] = {
	SCRIPT(SAY("554 5.7.1 Not you\r\n"), HEAR, BYE, CLOSE)
};
static const struct fault *const vanishes[] = { SCRIPT(RESET) };

/* Which addresses were tried, in order: "198.51.100.1 198.51.100.2". */
static char *tried(const struct client *c)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < client_count(c, EV_CONNECTING); i++) {
		const struct event *e = client_find(c, EV_CONNECTING, i);

		buf_addf(&b, "%s%s", i ? " " : "",
		         event_text(e, e->u.connect.address));
	}
	return buf_steal(&b);
}

/* ---- fallback (RFC 5321 §5.1) ---- */

static const struct fallback {
	const char *id;
	const struct fault *const *mx1, *const *mx2;
	bool all;
	int exit;
	const char *tried;
} fallbacks[] = {
	{ "first accepts", good, good, false, 0, "198.51.100.1" },
	{ "first refuses the connection", NULL, good, false, 0,
	  "198.51.100.1 198.51.100.2" },
	{ "first says later", later, good, false, 0,
	  "198.51.100.1 198.51.100.2" },
	{ "first vanishes before its greeting", vanishes, good, false, 0,
	  "198.51.100.1 198.51.100.2" },
	{ "first says never", never, good, false, 69, "198.51.100.1" },
	{ "none is there", NULL, NULL, false, 74,
	  "198.51.100.1 198.51.100.2" },
	{ "one says later, none else is there", later, NULL, false, 75,
	  "198.51.100.1 198.51.100.2" },
	{ "all are visited", good, good, true, 0,
	  "198.51.100.1 198.51.100.2" },
	{ "all are visited, the worst counts", never, good, true, 69,
	  "198.51.100.1 198.51.100.2" },
};

static void test_fallback_is_that_of_rfc_5321(void **state)
{
	const struct fallback *f = *state;
	struct plan *p = client_plan("user@two.example");
	const struct event *e;
	struct stage_set s;
	char *order;

	set_up(&s, f->mx1, f->mx2);
	p->all = f->all;
	e = client_run(&s.c, p, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, f->exit);
	order = tried(&s.c);
	assert_string_equal(order, f->tried);
	assert_int_equal(e->u.end.sessions,
	                 client_count(&s.c, EV_CONNECTING));
	assert_true(client_in_order(&s.c));
	free(order);
	tear_down(&s);
}

/* ---- recipients that one address puts off ---- */

#define ANSWER(code) HEAR, SAY(code " Answer\r\n")
#define TWO(first, second) { SCRIPT(TO_MAIL, ANSWER(first), ANSWER(second), \
	HEAR, OK, HEAR, BYE, CLOSE) }
#define ONE(only) { SCRIPT(TO_MAIL, ANSWER(only), HEAR, OK, HEAR, BYE, CLOSE) }

static const struct fault *const yes_later[] = TWO("250", "450");
static const struct fault *const never_later[] = TWO("550 5.1.1", "450");
static const struct fault *const later_later[] = TWO("450", "450");
static const struct fault *const yes_never[] = TWO("250", "550 5.1.1");
static const struct fault *const yes_yes[] = TWO("250", "250");
static const struct fault *const one_yes[] = ONE("250");
static const struct fault *const one_later[] = ONE("450");
static const struct fault *const one_never[] = ONE("550 5.1.1");
static const struct fault *const mail_later[] = {
	SCRIPT(TO_EHLO, HEAR, SAY("451 4.3.0 Later\r\n"), HEAR, BYE, CLOSE)
};

static const struct rest {
	const char *id;
	const struct fault *const *mx1, *const *mx2;
	int exit;
	const char *second; /* recipients that mx2 hears of */
} rests[] = {
	{ "accepted, later; accepted", yes_later, one_yes, 0, "b" },
	{ "accepted, later; later", yes_later, one_later, 1, "b" },
	{ "accepted, later; refused", yes_later, one_never, 1, "b" },
	{ "accepted, later; nobody there", yes_later, NULL, 1, "" },
	{ "refused, later; accepted", never_later, one_yes, 1, "b" },
	{ "refused, later; later", never_later, one_later, 75, "b" },
	{ "refused, later; refused", never_later, one_never, 67, "b" },
	{ "refused, later; nobody there", never_later, NULL, 75, "" },
	{ "later, later; accepted", later_later, yes_yes, 0, "ab" },
	{ "accepted, refused", yes_never, yes_yes, 1, "" },
	{ "accepted, accepted", yes_yes, yes_yes, 0, "" },
	{ "MAIL later; accepted", mail_later, yes_yes, 0, "ab" },
};

static void test_deferred_recipients_go_to_the_next_mx(void **state)
{
	const struct rest *row = *state;
	struct plan *p = client_plan("a@two.example");
	const struct event *e;
	struct stage_set s;
	char *heard;

	set_up(&s, row->mx1, row->mx2);
	plan_drop_to(p, 0);
	plan_add_to(p, "a@two.example");
	plan_add_to(p, "b@two.example");
	e = client_run(&s.c, p, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, row->exit);
	assert_true(client_in_order(&s.c));
	heard = s.mx2 ? smtpfault_heard(s.mx2) : xstrdup("");
	assert_int_equal(strstr(heard, "RCPT TO:<a@") != NULL,
	                 strchr(row->second, 'a') != NULL);
	assert_int_equal(strstr(heard, "RCPT TO:<b@") != NULL,
	                 strchr(row->second, 'b') != NULL);
	free(heard);
	tear_down(&s);
}

static void test_same_address_twice_is_tried_once(void **state)
{
	struct stage_set s;

	(void)state;
	set_up(&s, NULL, NULL);
	assert_non_null(client_run(&s.c, client_plan("same.example"), WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 1);
	assert_true(client_finding(&s.c, "address-tried"));
	tear_down(&s);
}

/* ---- the events of a route ---- */

static void test_redirect_shows_the_lessons_address(void **state)
{
	const struct event *e;
	struct stage_set s;
	char via[32];

	(void)state;
	set_up(&s, good, NULL);
	assert_non_null(client_run(&s.c, client_plan("two.example"), WAIT_MS));
	e = client_find(&s.c, EV_CONNECTED, 0);
	assert_non_null(e);
	snprintf(via, sizeof via, "127.0.0.1:%u", smtpfault_port(s.mx1));
	assert_string_equal(event_text(e, e->u.connect.host),
	                    "mx1.two.example");
	assert_string_equal(event_text(e, e->u.connect.address),
	                    "198.51.100.1");
	assert_int_equal(e->u.connect.port, 25);
	assert_string_equal(event_text(e, e->u.connect.via), via);
	tear_down(&s);
}

/* start, then what DNS said, then the route, then the connection. */
static void test_events_of_a_run_come_in_their_order(void **state)
{
	struct stage_set s;
	size_t i = 0, lookups = 0;

	(void)state;
	set_up(&s, good, NULL);
	assert_non_null(client_run(&s.c, client_plan("two.example"), WAIT_MS));
	assert_int_equal(s.c.events[i++]->kind, EV_START);
	for (; s.c.events[i]->kind == EV_DNS; i++)
		lookups++;
	assert_in_range(lookups, 3, 8); /* MX, A and AAAA of two hosts */
	assert_int_equal(s.c.events[i++]->kind, EV_ROUTE);
	while (s.c.events[i]->kind == EV_FINDING)
		i++;
	assert_int_equal(s.c.events[i]->kind, EV_CONNECTING);
	assert_int_equal(s.c.events[i]->session, 1);
	for (i = 0; i < s.c.n; i++)
		assert_string_equal(event_text(s.c.events[i],
		                               s.c.events[i]->target),
		                    "two.example");
	tear_down(&s);
}

static void test_stage_route_makes_no_connection(void **state)
{
	static const struct { const char *target; int exit; } cases[] = {
		{ "two.example", 0 },
		{ "inside.example", 0 }, /* nothing to ask: no connection */
		{ "null.example", 68 },
		{ "nosuch.example", 68 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct plan *p = client_plan(cases[i].target);
		const struct event *e;
		struct stage_set s;

		set_up(&s, NULL, NULL);
		p->stage = STAGE_ROUTE;
		e = client_run(&s.c, p, WAIT_MS);
		assert_non_null(e);
		assert_int_equal(e->u.end.exit, cases[i].exit);
		assert_int_equal(client_count(&s.c, EV_CONNECTING), 0);
		assert_int_equal(client_count(&s.c, EV_VERDICT), 1);
		tear_down(&s);
	}
}

static void test_no_mail_service_is_68(void **state)
{
	static const char *const targets[] = { "null.example",
		"nosuch.example" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct event *e;
		struct stage_set s;

		set_up(&s, NULL, NULL);
		e = client_run(&s.c, client_plan(targets[i]), WAIT_MS);
		assert_non_null(e);
		assert_int_equal(e->u.end.exit, 68);
		assert_int_equal(e->u.end.sessions, 0);
		tear_down(&s);
	}
}

/* ---- private addresses ---- */

static const struct permission {
	const char *id, *target;
	bool may_ask, allow, answer;
	size_t asked;
	int exit;
} permissions[] = {
	{ "batch never uses one", "inside.example", false, false, false, 0,
	  68 },
	{ "batch may be allowed to", "inside.example", false, true, false, 0,
	  0 },
	{ "the user says yes", "inside.example", true, false, true, 1, 0 },
	{ "the user says no", "inside.example", true, false, false, 1, 68 },
	{ "a named host is not asked about", "mx.inside.example:25", true,
	  false, false, 0, 0 },
	{ "neither is a named address", "127.0.0.1:25", true, false, false, 0,
	  0 },
};

static void test_private_address_needs_permission(void **state)
{
	const struct permission *m = *state;
	struct plan *p = client_plan(m->target);
	const struct event *e;
	struct stage_set s;

	set_up(&s, good, NULL);
	p->may_ask = m->may_ask;
	p->allow_private = m->allow;
	p->port = smtpfault_port(s.mx1);
	client_open(&s.c, p);
	if (m->asked) {
		e = client_wait(&s.c, EV_ASK, WAIT_MS);
		assert_non_null(e);
		assert_string_equal(event_text(e, e->u.ask.id),
		                    "private-address");
		assert_string_equal(event_item_text(e, e->u.ask.args, 1),
		                    "127.0.0.1");
		assert_int_equal(client_count(&s.c, EV_CONNECTING), 0);
		client_ask(&s.c, REQ_ANSWER, NULL, NULL, m->answer);
	}
	e = client_wait(&s.c, EV_END, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, m->exit);
	assert_int_equal(client_count(&s.c, EV_ASK), m->asked);
	assert_int_equal(client_finding(&s.c, "private-unused"),
	                 m->exit == 68);
	tear_down(&s);
}

/* The lesson's 127.0.0.1 is redirected: it is nobody's address. */
static void test_redirected_address_is_not_asked_about(void **state)
{
	struct smtpfault *f = smtpfault_start(good, 1);
	struct redirect r = { .address = "127.0.0.1", .port = 25,
		.to_port = smtpfault_port(f) };
	struct zonefake *dns = zonefake_start(zone);
	struct worker_config cfg = { .dns = zonefake_server(dns),
		.redirects = &r, .n_redirects = 1 };
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, &cfg);
	e = client_run(&c, client_plan("inside.example"), WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	client_stop(&c);
	zonefake_stop(dns);
	smtpfault_stop(f);
}

/* ---- joining a classroom ---- */

static void test_join_takes_the_port_from_dns(void **state)
{
	struct smtpfault *f = smtpfault_start(good, 1);
	struct zone_record with_port[sizeof zone / sizeof *zone + 1];
	struct zonefake *dns;
	struct worker_config cfg = { .join = true };
	const struct event *e;
	struct client c;
	char txt[64];

	(void)state;
	snprintf(txt, sizeof txt, "\"smtpscope-port=%u\"", smtpfault_port(f));
	with_port[0] = (struct zone_record){ "mx.joined.example.", "TXT", txt };
	memcpy(with_port + 1, zone, sizeof zone);
	dns = zonefake_start(with_port);
	cfg.dns = zonefake_server(dns);
	client_start(&c, &cfg);
	e = client_run(&c, client_plan("joined.example"), WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	assert_false(client_finding(&c, "addr-loopback"));
	e = client_find(&c, EV_CONNECTED, 0);
	assert_int_equal(e->u.connect.port, smtpfault_port(f));
	/* a host without such a record is passed over, with a word */
	client_forget(&c);
	e = client_run(&c, client_plan("inside.example"), WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 68);
	assert_true(client_finding(&c, "join-no-port"));
	client_stop(&c);
	zonefake_stop(dns);
	smtpfault_stop(f);
}

/* ---- cancel ---- */

static void test_cancel_a_lookup_ends_it(void **state)
{
	const struct event *e;
	struct stage_set s;

	(void)state;
	set_up(&s, NULL, NULL);
	client_open(&s.c, client_plan("silent.example"));
	assert_non_null(client_wait(&s.c, EV_START, WAIT_MS));
	client_ask(&s.c, REQ_CANCEL, NULL, NULL, false);
	e = client_wait(&s.c, EV_END, 4 * CANCEL_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 130);
	e = client_find(&s.c, EV_FAILED, 0);
	assert_int_equal(e->u.failed.phase, PHASE_DNS);
	assert_int_equal(e->u.failed.kind, FAIL_CANCELLED);
	tear_down(&s);
}

static void test_cancel_a_question_ends_batch(void **state)
{
	struct plan *p = client_plan("inside.example");
	const struct event *e;
	struct stage_set s;

	(void)state;
	set_up(&s, NULL, NULL);
	p->may_ask = true;
	client_open(&s.c, p);
	assert_non_null(client_wait(&s.c, EV_ASK, WAIT_MS));
	client_ask(&s.c, REQ_CANCEL, NULL, NULL, false);
	e = client_wait(&s.c, EV_END, 4 * CANCEL_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 130);
	tear_down(&s);
}

static void test_open_another_during_a_lookup_begins_at_once(void **state)
{
	const struct event *e;
	struct stage_set s;

	(void)state;
	set_up(&s, good, NULL);
	client_open(&s.c, client_plan("silent.example"));
	assert_non_null(client_wait(&s.c, EV_START, WAIT_MS));
	client_open(&s.c, client_plan("two.example"));
	assert_non_null(client_wait(&s.c, EV_END, 4 * CANCEL_MS));
	e = client_wait(&s.c, EV_END, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	tear_down(&s);
}

/* ---- a person at the keyboard ---- */

static void test_connect_to_another_host_of_the_route(void **state)
{
	struct plan *p = client_plan("two.example");
	const struct event *e;
	struct stage_set s;

	(void)state;
	set_up(&s, good, good);
	p->hold_enter = false;
	client_open(&s.c, p);
	assert_non_null(client_wait(&s.c, EV_REPLY, WAIT_MS));
	client_ask(&s.c, REQ_CONNECT, "mx2.two.example", "", false);
	e = client_wait(&s.c, EV_CONNECTED, WAIT_MS);
	assert_non_null(e);
	assert_string_equal(event_text(e, e->u.connect.host),
	                    "mx2.two.example");
	assert_int_equal(e->session, 2);
	tear_down(&s);
}

enum { N_FALLBACKS = sizeof fallbacks / sizeof *fallbacks,
	N_PERMISSIONS = sizeof permissions / sizeof *permissions };

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_address_twice_is_tried_once),
		cmocka_unit_test(test_redirect_shows_the_lessons_address),
		cmocka_unit_test(test_events_of_a_run_come_in_their_order),
		cmocka_unit_test(test_stage_route_makes_no_connection),
		cmocka_unit_test(test_no_mail_service_is_68),
		cmocka_unit_test(test_redirected_address_is_not_asked_about),
		cmocka_unit_test(test_join_takes_the_port_from_dns),
		cmocka_unit_test(test_cancel_a_lookup_ends_it),
		cmocka_unit_test(test_cancel_a_question_ends_batch),
		cmocka_unit_test(
		    test_open_another_during_a_lookup_begins_at_once),
		cmocka_unit_test(test_connect_to_another_host_of_the_route),
	};
	enum { N_RESTS = sizeof rests / sizeof *rests };
	struct CMUnitTest made[N_FALLBACKS + N_PERMISSIONS];
	struct CMUnitTest parts[N_RESTS];

	for (size_t i = 0; i < N_RESTS; i++)
		parts[i] = (struct CMUnitTest){ .name = rests[i].id,
			.test_func =
			    test_deferred_recipients_go_to_the_next_mx,
			.initial_state = (void *)&rests[i] };

	for (size_t i = 0; i < N_FALLBACKS; i++)
		made[i] = (struct CMUnitTest){ .name = fallbacks[i].id,
			.test_func = test_fallback_is_that_of_rfc_5321,
			.initial_state = (void *)&fallbacks[i] };
	for (size_t i = 0; i < N_PERMISSIONS; i++)
		made[N_FALLBACKS + i] = (struct CMUnitTest){
			.name = permissions[i].id,
			.test_func = test_private_address_needs_permission,
			.initial_state = (void *)&permissions[i] };
	return cmocka_run_group_tests_name("runs", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("rests", parts, NULL, NULL) +
	       cmocka_run_group_tests_name("choices", made, NULL, NULL);
}
