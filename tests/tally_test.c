/* result and tally: what became of one target, and of many. */
#include "config.h"

#include "check/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/result.h"
#include "check/verdict.h"

/* Takes the events of a run, as its words say them. */
struct taker {
	void (*take)(void *to, const struct event *e);
	void *to;
	uint32_t n;
	const char *target;
	int64_t t_us;
};

static void give(struct taker *t, struct event_builder *b)
{
	struct event *e;

	b->e.n = ++t->n;
	b->e.t_us = t->t_us;
	b->e.target = event_puts(b, t->target);
	e = event_finish(b);
	t->take(t->to, e);
	free(e);
}

static void give_kind(struct taker *t, enum event_kind kind)
{
	struct event_builder b;

	event_begin(&b, kind);
	give(t, &b);
}

static void give_host(struct taker *t, const char *host)
{
	struct event_builder b;

	event_begin(&b, EV_CONNECTING);
	b.e.u.connect.host = event_puts(&b, host);
	give(t, &b);
}

static void give_reply(struct taker *t, uint16_t code, const char *enhanced)
{
	struct event_builder b;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.code = code;
	b.e.u.reply.enhanced = event_puts(&b, enhanced);
	give(t, &b);
}

struct said { /* a verdict on the newest reply */
	bool recipient;
	uint8_t exit, outcome, act;
};

static void give_verdict(struct taker *t, const struct said *s)
{
	struct event_builder b;

	event_begin(&b, EV_VERDICT);
	b.e.u.verdict.recipient = event_puts(&b, s->recipient ? "a@b" : "");
	b.e.u.verdict.exit = s->exit;
	b.e.u.verdict.outcome = s->outcome;
	b.e.u.verdict.act = s->act;
	b.e.u.verdict.about = t->n;
	give(t, &b);
}

static void give_end(struct taker *t, uint8_t exit)
{
	struct event_builder b;

	event_begin(&b, EV_END);
	b.e.u.end.exit = exit;
	give(t, &b);
}

static void take_result(void *to, const struct event *e)
{
	result_event(to, e);
}

static void test_result_verdict_that_decided_is_found(void **state)
{
	static const struct {
		struct said said[3]; /* exit 255 ends the list */
		uint8_t exit;        /* of the end */
		uint8_t outcome, act;
		uint16_t code;       /* 551: of the first verdict's reply ... */
	} rows[] = {
		/* the dead first MX, and the second that accepts */
		{ { { false, 74, OUT_UNREACHABLE, ACT_NETWORK },
		    { true, 0, OUT_ACCEPTED, ACT_NOBODY },
		    { false, 0, OUT_ACCEPTED, ACT_NOBODY } },
		  0, OUT_ACCEPTED, ACT_NOBODY, 553 },
		/* --all: the worst counts, not the last */
		{ { { false, 69, OUT_REFUSED, ACT_SENDER_HOST },
		    { true, 0, OUT_ACCEPTED, ACT_NOBODY },
		    { false, 0, OUT_ACCEPTED, ACT_NOBODY } },
		  69, OUT_REFUSED, ACT_SENDER_HOST, 551 },
		/* a recipient's verdict is all there is */
		{ { { true, 67, OUT_REFUSED, ACT_RECIPIENT }, { .exit = 255 } },
		  67, OUT_REFUSED, ACT_RECIPIENT, 551 },
		/* the session's word stays, whatever comes behind it */
		{ { { false, 67, OUT_REFUSED, ACT_RECIPIENT },
		    { true, 67, OUT_REFUSED, ACT_MESSAGE }, { .exit = 255 } },
		  67, OUT_REFUSED, ACT_RECIPIENT, 551 },
		/* no verdict: the exit status says it */
		{ { { .exit = 255 } }, 75, OUT_DEFERRED, ACT_UNKNOWN, 0 },
		{ { { .exit = 255 } }, 70, OUT_LOCAL, ACT_UNKNOWN, 0 },
		{ { { .exit = 255 } }, 130, OUT_CANCELLED, ACT_UNKNOWN, 0 },
	};
	struct result r = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct taker t = { take_result, &r, 0, "a.example", 5 };
		const struct said *said = rows[i].said;

		give_kind(&t, EV_START);
		for (size_t k = 0; k < 3 && said[k].exit != 255; k++) {
			give_reply(&t, (uint16_t)(551 + k), "5.7.1");
			give_verdict(&t, &said[k]);
		}
		t.t_us = 1005;
		give_end(&t, rows[i].exit);
		assert_true(r.ended);
		assert_int_equal(r.outcome, rows[i].outcome);
		assert_int_equal(r.act, rows[i].act);
		assert_int_equal(r.exit, rows[i].exit);
		assert_int_equal(r.code, rows[i].code);
		assert_string_equal(r.enhanced, rows[i].code ? "5.7.1" : "");
		assert_int_equal(r.end_us - r.start_us, 1000);
	}
	result_clear(&r);
}

static uint64_t at; /* place of the run that is given */

static void take_tally(void *to, const struct event *e)
{
	tally_event(to, e, at);
}

static void give_run(struct tally *tally, const char *target,
                     const char *host, const struct said *said,
                     int64_t took_us)
{
	struct taker t = { take_tally, tally, 0, target, 0 };

	give_kind(&t, EV_START);
	give_host(&t, host);
	give_reply(&t, 550, "5.1.1");
	give_verdict(&t, said);
	t.t_us = took_us;
	give_end(&t, said->exit);
}

#define GOOGLE "aspmx.l.google.com"
#define MICROSOFT "example-org.mail.protection.outlook.com"

static void test_tally_counts_every_way(void **state)
{
	static const struct said yes = { false, 0, OUT_ACCEPTED, ACT_NOBODY };
	static const struct said no = { false, 67, OUT_REFUSED,
		                        ACT_RECIPIENT };
	static const struct said later = { false, 75, OUT_DEFERRED, ACT_RATE };
	struct tally *t = tally_new();

	(void)state;
	assert_int_equal(tally_done(t), 0);
	assert_int_equal(tally_exit(t), 0);
	assert_null(tally_operator(t, 0));
	assert_null(tally_latest(t, 0));
	at = 0;
	give_run(t, "a", "mx.example", &yes, 1000);
	give_run(t, "b", GOOGLE, &no, 3000);
	give_run(t, "c", MICROSOFT, &later, 2000);
	at = 777;
	give_run(t, "d", GOOGLE, &yes, 4000);
	assert_int_equal(tally_done(t), 4);
	assert_int_equal(tally_exit(t), 75);
	assert_int_equal(tally_outcome(t, OUT_ACCEPTED), 2);
	assert_int_equal(tally_outcome(t, OUT_REFUSED), 1);
	assert_int_equal(tally_outcome(t, OUT_DEFERRED), 1);
	assert_int_equal(tally_act(t, ACT_NOBODY), 2);
	assert_int_equal(tally_act(t, ACT_RATE), 1);
	assert_non_null(strstr(tally_operator(t, 0)->name, "Google"));
	assert_int_equal(tally_operator(t, 0)->n, 2);
	assert_int_equal(tally_operator(t, 0)->by_outcome[OUT_REFUSED], 1);
	assert_null(tally_operator(t, 1)->name);
	assert_non_null(strstr(tally_operator(t, 2)->name, "Microsoft"));
	assert_null(tally_operator(t, 3));
	assert_string_equal(tally_latest(t, 0)->target, "d");
	assert_int_equal(tally_latest(t, 0)->place, 777);
	assert_string_equal(tally_latest(t, 3)->target, "a");
	assert_null(tally_latest(t, 4));
	assert_string_equal(tally_slowest(t, 0)->target, "d");
	assert_string_equal(tally_slowest(t, 1)->target, "b");
	assert_int_equal(tally_slowest(t, 1)->code, 550);
	assert_string_equal(tally_slowest(t, 1)->enhanced, "5.1.1");
	assert_null(tally_slowest(t, 4));
	tally_free(t);
}

static void test_tally_many_targets_keep_the_bounds(void **state)
{
	static const struct said yes = { false, 0, OUT_ACCEPTED, ACT_NOBODY };
	enum { RUNS = 5000 };
	struct tally *t = tally_new();
	char name[16];

	(void)state;
	for (int i = 0; i < RUNS; i++) {
		at = (uint64_t)i;
		snprintf(name, sizeof name, "%d", i);
		give_run(t, name, "mx.example", &yes, i * 7919 % RUNS);
	}
	assert_int_equal(tally_done(t), RUNS);
	for (size_t i = 0; i < TALLY_LATEST; i++)
		assert_int_equal(tally_latest(t, i)->place, RUNS - 1 - i);
	assert_null(tally_latest(t, TALLY_LATEST));
	for (size_t i = 0; i < TALLY_SLOWEST; i++)
		assert_int_equal(tally_slowest(t, i)->took_us, RUNS - 1 - i);
	assert_null(tally_slowest(t, TALLY_SLOWEST));
	tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_result_verdict_that_decided_is_found),
		cmocka_unit_test(test_tally_counts_every_way),
		cmocka_unit_test(test_tally_many_targets_keep_the_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
