/* The checks of a run: before, beside and without a dialog, over real DNS and
 * SMTP on loopback. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnsfault.h"
#include "netclient.h"
#include "netscript.h"
#include "smtpfault.h"
#include "util/xalloc.h"
#include "zonefake.h"

enum { WAIT_MS = 10000, CANCEL_MS = 250, REPEATS = 200 };

#define SENDS "192.0.2.7"      /* may send for client.example */
#define STRANGER "203.0.113.9" /* may not */
#define LEN(a) (sizeof(a) / sizeof *(a))

/* Documentation addresses only: redirects lead to the server. */
static const struct zone_record zone[] = {
	{ ".", "NS", "ns.example." },
	{ "two.example.", "MX", "10 mx1.two.example." },
	{ "mx1.two.example.", "A", "198.51.100.1" },
	{ "1.100.51.198.in-addr.arpa.", "PTR", "mx1.two.example." },
	{ "null.example.", "MX", "0 ." },
	{ "client.example.", "A", SENDS },
	{ "client.example.", "MX", "10 client.example." },
	{ "client.example.", "TXT", "\"v=spf1 ip4:" SENDS " -all\"" },
	{ "_dmarc.client.example.", "TXT",
	  "\"v=DMARC1; p=reject; rua=mailto:d@client.example\"" },
	{ "7.2.0.192.in-addr.arpa.", "PTR", "client.example." },
	{ "slow.example.", "A", SENDS },
	{ "slow.example.", "TXT",
	  "\"v=spf1 exists:silent.%{i}.slow.example -all\"" },
	{ NULL, NULL, NULL },
};

struct stage_set {
	struct zonefake *dns;
	struct smtpfault *mx;
	struct redirect redirect;
	struct worker_config cfg;
	struct client c;
};

static void set_up(struct stage_set *s, const struct fault *script)
{
	static const struct fault *scripts[1];

	scripts[0] = script;
	*s = (struct stage_set){ .dns = zonefake_start_signed(zone) };
	s->mx = smtpfault_start(scripts, 1);
	s->redirect = (struct redirect){ .address = "198.51.100.1",
		.port = 25, .to_port = smtpfault_port(s->mx) };
	s->cfg = (struct worker_config){ .no_mta = true,
		.dns = zonefake_server(s->dns),
		.redirects = &s->redirect, .n_redirects = 1 };
	client_start(&s->c, &s->cfg);
}

static void tear_down(struct stage_set *s)
{
	client_stop(&s->c);
	smtpfault_stop(s->mx);
	zonefake_stop(s->dns);
}

static const struct fault *const good = SCRIPT(GOOD_SESSION);

static struct plan *check_plan(const char *target, const char *ip)
{
	struct plan *p = client_plan(target);

	p->checks.wanted = true;
	p->stage = STAGE_ROUTE;
	p->family = 4;
	if (ip)
		p->checks.ip = xstrdup(ip);
	return p;
}

static const struct event *end_of(struct stage_set *s, struct plan *p)
{
	const struct event *e = client_run(&s->c, p, WAIT_MS);

	assert_non_null(e);
	assert_true(client_in_order(&s->c));
	return e;
}

/* "own-address ptr ...": the checks in the order of their coming; heap. */
static char *ids_of(const struct client *c)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < client_count(c, EV_CHECK); i++) {
		const struct event *e = client_find(c, EV_CHECK, i);

		buf_addf(&out, "%s%s", i ? " " : "",
		         event_text(e, e->u.check.id));
	}
	buf_addc(&out, '\0');
	return buf_steal(&out);
}

static const struct event *last_check(const struct client *c, const char *id)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < client_count(c, EV_CHECK); i++) {
		const struct event *e = client_find(c, EV_CHECK, i);

		if (strcmp(event_text(e, e->u.check.id), id) == 0)
			found = e;
	}
	return found;
}

static size_t count_check(const struct client *c, const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->events[i]->kind == EV_CHECK &&
		     strcmp(event_text(c->events[i],
		                       c->events[i]->u.check.id), id) == 0;
	return n;
}

static void assert_says(const struct client *c, const char *id,
                        enum grade grade, const char *say)
{
	const struct event *e = last_check(c, id);

	assert_non_null(e);
	assert_string_equal(event_text(e, e->u.check.say), say);
	assert_int_equal(e->u.check.grade, grade);
}

static const struct event *last_of(const struct client *c,
                                   enum event_kind kind)
{
	size_t n = client_count(c, kind);

	return n ? client_find(c, kind, n - 1) : NULL;
}

/* ---- --check alone ---- */

#define SENDER_IDS "own-address ptr helo sender-domain spf-mail spf-helo dmarc"
#define RECEIVER_IDS "mx mx-ptr dnssec dane mta-sts tls-rpt"

static void test_check_alone_tells_all_in_order(void **state)
{
	static const enum event_kind order[] = { EV_START, EV_ROUTE, EV_CHECK,
		EV_VERDICT, EV_END };
	struct stage_set s;
	size_t at = 0;
	char *ids;

	(void)state;
	set_up(&s, good);
	assert_int_equal(end_of(&s, check_plan("two.example", SENDS))
	                     ->u.end.exit, 0);
	for (size_t i = 0; i < s.c.n; i++) {
		enum event_kind kind = s.c.events[i]->kind;

		if (kind == EV_DNS || kind == EV_FINDING || kind == EV_PROMPT)
			continue;
		if (kind != order[at])
			at++;
		assert_int_equal(kind, order[at]);
	}
	assert_int_equal(at, LEN(order) - 1);
	ids = ids_of(&s.c);
	assert_string_equal(ids, SENDER_IDS " " RECEIVER_IDS);
	free(ids);
	assert_int_equal(client_count(&s.c, EV_CONNECTING), 0);
	assert_int_equal(smtpfault_wait(s.mx, 1, 0), 0);
	tear_down(&s);
}

static const struct {
	const char *target, *ip;
	int exit;
	const char *rule;
} statuses[] = {
	{ "two.example", SENDS, 0, "checks-good" },
	{ "two.example", STRANGER, 1, "checks-bad" },
	{ "two.example", NULL, 75, "checks-unknown" }, /* no address */
	{ "null.example", SENDS, 0, "checks-good" },   /* a right state */
	{ "nothing.example", SENDS, 68, "route-nxdomain" },
	{ "silent.example", SENDS, 75, "checks-unknown" },
};

static void test_check_alone_has_its_exit_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(statuses); i++) {
		const struct event *e, *v;
		struct stage_set s;

		set_up(&s, good);
		client_stop(&s.c);
		s.cfg.dns_try_ms = 60;
		client_start(&s.c, &s.cfg);
		e = end_of(&s, check_plan(statuses[i].target, statuses[i].ip));
		v = last_of(&s.c, EV_VERDICT);
		assert_non_null(v);
		assert_string_equal(event_text(v, v->u.verdict.rule),
		                    statuses[i].rule);
		assert_int_equal(e->u.end.exit, statuses[i].exit);
		assert_int_equal(client_count(&s.c, EV_VERDICT), 1);
		assert_int_equal(client_count(&s.c, EV_CONNECTING), 0);
		tear_down(&s);
	}
}

static void test_check_with_a_silent_dns_is_unknown_in_time(void **state)
{
	struct dnsfault *d = dnsfault_start("drop");
	struct worker_config cfg = { .no_mta = true,
		.dns = dnsfault_server(d),
		.dns_try_ms = 40 };
	const struct event *e;
	struct client c;

	(void)state;
	client_start(&c, &cfg);
	e = client_run(&c, check_plan("two.example", SENDS), WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 75);
	assert_says(&c, "own-address", GRADE_PASS, "own-given");
	for (size_t i = 1; i < client_count(&c, EV_CHECK); i++)
		assert_int_equal(client_find(&c, EV_CHECK, i)->u.check.grade,
		                 GRADE_UNKNOWN);
	client_stop(&c);
	dnsfault_stop(d);
}

static void test_check_asks_no_question_twice(void **state)
{
	struct stage_set s;
	char *asked, *at, *end;

	(void)state;
	set_up(&s, good);
	end_of(&s, check_plan("two.example", SENDS));
	at = asked = zonefake_asked(s.dns);
	for (; (end = strchr(at, '\n')); at = end + 1) {
		for (char *k = end; (k = strchr(k, '\n')); k++)
			assert_false(strncmp(k + 1, at,
			                     (size_t)(end - at) + 1) == 0);
	}
	free(asked);
	tear_down(&s);
}

static void test_check_again_and_again_leaves_no_descriptor(void **state)
{
	struct stage_set s;
	int before;

	(void)state;
	set_up(&s, good);
	client_stop(&s.c); /* libuv keeps two descriptors for good */
	before = client_open_fds();
	client_start(&s.c, &s.cfg);
	for (int i = 0; i < REPEATS; i++) {
		client_forget(&s.c);
		assert_int_equal(end_of(&s, check_plan("two.example", SENDS))
		                     ->u.end.exit, 0);
	}
	client_stop(&s.c);
	assert_int_equal(client_open_fds(), before);
	client_start(&s.c, &s.cfg);
	tear_down(&s);
}

/* ---- other ways ---- */

static void by_server(struct plan *p)
{
	p->server = xstrdup("mx1.two.example");
}

static void by_pipe(struct plan *p)
{
	p->way.pipe = xstrdup("exit 1");
}

static void by_socket(struct plan *p)
{
	p->way.unix_path = xstrdup("/nonexistent/socket");
}

static void by_proxy(struct plan *p)
{
	p->way.socks_host = xstrdup("127.0.0.1");
	p->way.socks_port = 1;
}

static const struct {
	const char *target;
	void (*prepare)(struct plan *p);
	const char *ids, *own;
} ways[] = {
	{ "two.example", by_server, SENDER_IDS " " RECEIVER_IDS,
	  "no-address" },
	{ "198.51.100.1", NULL, SENDER_IDS, "no-address" },
	{ "mx1.two.example:25", NULL, SENDER_IDS, "no-address" },
	{ "two.example", by_pipe, SENDER_IDS " " RECEIVER_IDS, "own-behind" },
	{ "two.example", by_socket, SENDER_IDS " " RECEIVER_IDS,
	  "own-behind" },
	{ "two.example", by_proxy, SENDER_IDS " " RECEIVER_IDS,
	  "own-behind" },
};

static void test_check_on_other_ways_knows_no_own_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(ways); i++) {
		struct plan *p = check_plan(ways[i].target, NULL);
		struct stage_set s;
		char *ids;

		set_up(&s, good);
		if (ways[i].prepare)
			ways[i].prepare(p);
		assert_int_equal(end_of(&s, p)->u.end.exit, 75);
		ids = ids_of(&s.c);
		assert_string_equal(ids, ways[i].ids);
		free(ids);
		assert_says(&s.c, "own-address", GRADE_UNKNOWN, ways[i].own);
		assert_int_equal(client_count(&s.c, EV_CONNECTING), 0);
		tear_down(&s);
	}
}

/* ---- beside a dialog ---- */

static struct plan *dialog_plan(void)
{
	struct plan *p = check_plan("user@two.example", NULL);

	p->stage = STAGE_RCPT;
	return p;
}

#define HELLO_STRANGER                                                         \
	SAY("250-mx1.two.example Hello client.example [" STRANGER "]\r\n"      \
	    "250 SIZE 99999999\r\n")
#define REFUSED SAY("550 5.7.1 Refused by policy\r\n")
#define REFUSED_STRANGER                                                       \
	SAY("550 5.7.1 Client host [" STRANGER "] refused by policy\r\n")
#define ENDS HEAR, OK, HEAR, BYE, CLOSE

/* The newest on the session, or on its recipient. */
static const struct event *last_verdict(const struct client *c, bool session)
{
	const struct event *found = NULL;

	for (size_t i = 0; i < client_count(c, EV_VERDICT); i++) {
		const struct event *e = client_find(c, EV_VERDICT, i);

		if ((e->u.verdict.recipient.len == 0) == session)
			found = e;
	}
	assert_non_null(found);
	return found;
}

/* What the server says of our address comes when the checks are made: they are
 * made anew, and the verdict, too. */
static void assert_made_anew(const struct fault *script)
{
	const struct event *e, *v;
	struct stage_set s;

	set_up(&s, script);
	e = end_of(&s, dialog_plan());
	assert_int_equal(e->u.end.exit, 69); /* stays */
	assert_ptr_equal(last_of(&s.c, EV_END), s.c.events[s.c.n - 1]);
	assert_says(&s.c, "own-address", GRADE_NOTE, "own-nat");
	assert_int_equal(last_check(&s.c, "spf-mail")->u.check.grade,
	                 GRADE_BAD);
	assert_int_equal(count_check(&s.c, "mx"), 1); /* did not change */
	assert_int_equal(count_check(&s.c, "dane"), 1);
	assert_true(count_check(&s.c, "spf-mail") >= 2);
	for (int session = 0; session < 2; session++) {
		v = last_verdict(&s.c, session);
		assert_int_equal(v->u.verdict.act, ACT_SENDER_HOST);
		assert_true(v->n > last_check(&s.c, "own-address")->n);
	}
	assert_int_equal(smtpfault_wait(s.mx, 1, WAIT_MS), 1);
	tear_down(&s);
}

static void test_check_ehlo_names_our_address_makes_anew(void **state)
{
	(void)state;
	assert_made_anew(SCRIPT(GREET, HEAR, HELLO_STRANGER, HEAR, OK, HEAR,
	                        REFUSED, ENDS));
}

static void test_check_refusal_names_our_address_makes_anew(void **state)
{
	(void)state;
	assert_made_anew(SCRIPT(TO_MAIL, HEAR, REFUSED_STRANGER, ENDS));
}

/* ---- on request ---- */

static struct plan *by_hand(void)
{
	struct plan *p = client_plan("user@two.example");

	p->hold_enter = false;
	p->family = 4;
	p->patience = PATIENCE_CLASSROOM;
	p->checks.ip = xstrdup(SENDS);
	return p;
}

static void ask_checks(struct stage_set *s)
{
	client_ask(&s->c, REQ_CHECK, NULL, NULL, false);
}

/* Waits for the last of the table. */
static void wait_checks(struct stage_set *s)
{
	const struct event *e;

	do
		e = client_wait(&s->c, EV_CHECK, WAIT_MS);
	while (e && strcmp(event_text(e, e->u.check.id), "tls-rpt") != 0);
	assert_non_null(e);
}

static void wait_idle(struct stage_set *s, enum state state)
{
	const struct event *e;

	do
		e = client_wait(&s->c, EV_PROMPT, WAIT_MS);
	while (e && (e->u.prompt.state != state || e->u.prompt.pending ||
	             (state != ST_CLOSED && !e->u.prompt.open)));
	assert_non_null(e);
}

static void test_check_asked_before_the_route_comes_after_it(void **state)
{
	struct stage_set s;
	char *ids;

	(void)state;
	set_up(&s, SCRIPT(GREET, HEAR));
	client_open(&s.c, by_hand());
	ask_checks(&s);
	wait_checks(&s);
	ids = ids_of(&s.c);
	/* behind them our end of the connection may be told, too */
	assert_memory_equal(ids, SENDER_IDS " " RECEIVER_IDS,
	                    sizeof(SENDER_IDS " " RECEIVER_IDS) - 1);
	free(ids);
	assert_true(client_find(&s.c, EV_CHECK, 0)->n >
	            client_find(&s.c, EV_ROUTE, 0)->n);
	tear_down(&s);
}

static size_t times(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

/* The second time DNS is asked anew; what did not change is not told. */
static void test_check_asked_in_a_visit_and_after_it_is_made_anew(void **state)
{
	static const char question[] = "_dmarc.client.example./TXT\n";
	struct stage_set s;
	size_t told;
	char *asked;

	(void)state;
	set_up(&s, SCRIPT(TO_EHLO, HEAR, BYE, CLOSE));
	client_open(&s.c, by_hand());
	wait_idle(&s, ST_GREETED);
	ask_checks(&s);
	ask_checks(&s); /* twice in a row */
	wait_checks(&s);
	told = client_count(&s.c, EV_CHECK);
	client_send(&s.c, "EHLO client.example");
	wait_idle(&s, ST_READY);
	client_send(&s.c, "QUIT");
	wait_idle(&s, ST_CLOSED);
	asked = zonefake_asked(s.dns);
	assert_int_equal(times(asked, question), 1);
	free(asked);
	ask_checks(&s);
	for (;;) {
		assert_non_null(client_wait(&s.c, EV_DNS, WAIT_MS));
		asked = zonefake_asked(s.dns);
		if (times(asked, question) == 2)
			break;
		free(asked);
	}
	free(asked);
	client_ask(&s.c, REQ_STOP, NULL, NULL, true);
	assert_non_null(client_wait(&s.c, EV_END, WAIT_MS));
	assert_int_equal(client_count(&s.c, EV_CHECK), told);
	tear_down(&s);
}

static void test_check_asked_in_an_experiment_does_not_disturb_it(void **state)
{
	struct stage_set s;

	(void)state;
	set_up(&s, SCRIPT(TO_EHLO, HEAR, BYE, CLOSE));
	client_open(&s.c, by_hand());
	wait_idle(&s, ST_GREETED);
	client_send(&s.c, "EHLO client.example");
	wait_idle(&s, ST_READY);
	client_ask(&s.c, REQ_TRY, "several=3", NULL, true);
	ask_checks(&s);
	while (!last_check(&s.c, "try-several") ||
	       !last_check(&s.c, "tls-rpt"))
		assert_non_null(client_wait(&s.c, EV_CHECK, WAIT_MS));
	assert_says(&s.c, "try-several", GRADE_PASS, "try-several-no");
	tear_down(&s);
}

/* ---- the end of it ---- */

/* Waits for a question that nobody answers. */
static void wait_silence(struct stage_set *s)
{
	char *asked = zonefake_asked(s->dns);

	while (!strstr(asked, "silent.")) {
		free(asked);
		assert_non_null(client_wait(&s->c, EV_DNS, WAIT_MS));
		asked = zonefake_asked(s->dns);
	}
	free(asked);
}

static struct plan *from_slow(struct plan *p)
{
	free(p->from);
	p->from = xstrdup("a@slow.example");
	return p;
}

/* In microseconds, to the end. */
static int64_t ended_in(struct stage_set *s, enum request_kind kind)
{
	int64_t before = loop_now_us();

	client_ask(&s->c, kind, NULL, NULL, true);
	assert_non_null(client_wait(&s->c, EV_END, WAIT_MS));
	return loop_now_us() - before;
}

static int64_t cancel_first_us(void)
{
	struct stage_set s;
	int64_t took;

	set_up(&s, good);
	client_open(&s.c, from_slow(check_plan("two.example", STRANGER)));
	wait_silence(&s);
	took = ended_in(&s, REQ_CANCEL);
	assert_int_equal(last_of(&s.c, EV_END)->u.end.exit, 130);
	assert_null(last_check(&s.c, "spf-mail")); /* no guess */
	tear_down(&s);
	return took;
}

/* The dialog is over; the checks made anew with what it told are not. */
static int64_t cancel_last_us(void)
{
	struct stage_set s;
	int64_t took;

	set_up(&s, SCRIPT(GREET, HEAR, HELLO_STRANGER, HEAR, OK, HEAR,
	                  REFUSED, ENDS));
	client_open(&s.c, from_slow(dialog_plan()));
	assert_non_null(client_wait(&s.c, EV_CLOSED, WAIT_MS));
	assert_null(client_wait(&s.c, EV_END, 100)); /* waits for them */
	took = ended_in(&s, REQ_CANCEL);
	assert_int_equal(client_count(&s.c, EV_FAILED), 0);
	assert_int_equal(last_of(&s.c, EV_END)->u.end.exit, 69);
	tear_down(&s);
	return took;
}

/* In the dialog, beside which they are made. */
static int64_t cancel_beside_us(void)
{
	struct stage_set s;
	int64_t took;

	set_up(&s, SCRIPT(GREET, HEAR, HELLO_STRANGER, HEAR));
	client_open(&s.c, from_slow(dialog_plan()));
	wait_silence(&s);
	took = ended_in(&s, REQ_CANCEL);
	assert_int_equal(last_of(&s.c, EV_END)->u.end.exit, 130);
	tear_down(&s);
	return took;
}

/* A machine that does other things too may be late once, not thrice. */
static void test_check_cancel_is_quick(void **state)
{
	int64_t (*const cases[])(void) = { cancel_first_us, cancel_last_us,
		cancel_beside_us };

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		int64_t took = CANCEL_MS * 1000 + 1;

		for (int k = 0; k < 3 && took > CANCEL_MS * 1000; k++)
			took = cases[i]();
		assert_in_range(took, 0, CANCEL_MS * 1000);
	}
}

static void test_check_open_another_takes_its_place(void **state)
{
	const struct event *e;
	struct stage_set s;

	(void)state;
	set_up(&s, good);
	client_open(&s.c, from_slow(check_plan("two.example", STRANGER)));
	wait_silence(&s);
	client_open(&s.c, check_plan("two.example", SENDS));
	assert_non_null(client_wait(&s.c, EV_END, WAIT_MS)); /* the old one */
	e = client_wait(&s.c, EV_END, WAIT_MS);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 0);
	assert_true(client_in_order(&s.c));
	tear_down(&s);
}

static void test_check_stop_ends_it_at_once(void **state)
{
	struct stage_set s;

	(void)state;
	set_up(&s, good);
	client_open(&s.c, from_slow(check_plan("two.example", STRANGER)));
	wait_silence(&s);
	assert_in_range(ended_in(&s, REQ_STOP), 0, 1000000);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_alone_tells_all_in_order),
		cmocka_unit_test(test_check_alone_has_its_exit_status),
		cmocka_unit_test(
		    test_check_with_a_silent_dns_is_unknown_in_time),
		cmocka_unit_test(test_check_asks_no_question_twice),
		cmocka_unit_test(
		    test_check_again_and_again_leaves_no_descriptor),
		cmocka_unit_test(
		    test_check_on_other_ways_knows_no_own_address),
		cmocka_unit_test(test_check_ehlo_names_our_address_makes_anew),
		cmocka_unit_test(
		    test_check_refusal_names_our_address_makes_anew),
		cmocka_unit_test(
		    test_check_asked_before_the_route_comes_after_it),
		cmocka_unit_test(
		    test_check_asked_in_a_visit_and_after_it_is_made_anew),
		cmocka_unit_test(
		    test_check_asked_in_an_experiment_does_not_disturb_it),
		cmocka_unit_test(test_check_cancel_is_quick),
		cmocka_unit_test(test_check_open_another_takes_its_place),
		cmocka_unit_test(test_check_stop_ends_it_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
