/* many_text and result_line: many targets in words. */
#include "config.h"

#include "report/many_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/verdict.h"
#include "report/result_line.h"
#include "util/i18n.h"

struct made { /* one target */
	const char *target, *host;
	uint16_t code;
	const char *enhanced, *rule;
	uint8_t exit, outcome, act;
	int64_t took_us;
};



static void give(void (*take)(void *to, const struct event *e), void *to,
                 struct event_builder *b, const struct made *m)
{
	struct event *e;

	b->e.target = event_puts(b, m->target);
	e = event_finish(b);
	take(to, e);
	free(e);
}

/* START, a connection, a reply, the verdict on it, END. */
static void give_run(void (*take)(void *to, const struct event *e), void *to,
                     const struct made *m)
{
	const char *args[] = { m->target, m->enhanced, "" };
	struct event_builder b;

	event_begin(&b, EV_START);
	give(take, to, &b, m);
	event_begin(&b, EV_CONNECTING);
	b.e.u.connect.host = event_puts(&b, m->host);
	give(take, to, &b, m);
	event_begin(&b, EV_REPLY);
	b.e.n = 7;
	b.e.u.reply.code = m->code;
	b.e.u.reply.enhanced = event_puts(&b, m->enhanced);
	give(take, to, &b, m);
	event_begin(&b, EV_VERDICT);
	b.e.u.verdict.about = m->code ? 7 : 0;
	b.e.u.verdict.exit = m->exit;
	b.e.u.verdict.outcome = m->outcome;
	b.e.u.verdict.act = m->act;
	b.e.u.verdict.rule = event_puts(&b, m->rule);
	b.e.u.verdict.args = event_put_texts(&b, args, 3);
	give(take, to, &b, m);
	event_begin(&b, EV_END);
	b.e.u.end.exit = m->exit;
	b.e.t_us = m->took_us;
	give(take, to, &b, m);
}

static const struct made yes = { "a@example.org", "mx.example.org", 250,
	"2.1.5", "accepted-rcpt", 0, OUT_ACCEPTED, ACT_NOBODY, 1500000 };
static const struct made no = { "no@example.org", "aspmx.l.google.com", 550,
	"5.1.1", "refused-recipient", 67, OUT_REFUSED, ACT_RECIPIENT, 200000 };
static const struct made dead = { "x\x1b[2J.example", "mx.example.org", 0, "",
	"fail-timeout", 74, OUT_UNREACHABLE, ACT_NETWORK, 30000000 };

static void take_tally(void *to, const struct event *e)
{
	tally_event(to, e, 0);
}

static void test_progress_says_how_far_it_is(void **state)
{
	static const struct {
		int done;
		struct many_state s;
		const char *en, *de;
	} rows[] = {
		{ 0, { .total = 10, .running = 3, .elapsed_us = 1000000 },
		  "0 of 10 (0 %), 0.0/s, 3 under way",
		  "0 von 10 (0 %), 0.0/s, 3 in Arbeit" },
		{ 2, { .total = 10, .running = 3, .elapsed_us = 1000000 },
		  "2 of 10 (20 %), 2.0/s, 0:04 left, 3 under way: accepted 2",
		  "2 von 10 (20 %), 2.0/s, 0:04 verbleiben, 3 in Arbeit: "
		  "angenommen 2" },
		{ 2, { .total = 0, .running = 1, .elapsed_us = 4000000 },
		  "2 done, 0.5/s, 1 under way: accepted 2",
		  "2 erledigt, 0.5/s, 1 in Arbeit: angenommen 2" },
		/* stopped */
		{ 2, { .total = 10, .elapsed_us = 1000000 },
		  "2 of 10 (20 %), 2.0/s, 0 under way: accepted 2",
		  "2 von 10 (20 %), 2.0/s, 0 in Arbeit: angenommen 2" },
		/* one of the two was done before */
		{ 2, { .total = 7202, .before = 1, .running = 1,
		       .elapsed_us = 1000000 },
		  "2 of 7202 (0 %), 1.0/s, 2:00:00 left, 1 under way: "
		  "accepted 2",
		  "2 von 7202 (0 %), 1.0/s, 2:00:00 verbleiben, 1 in Arbeit: "
		  "angenommen 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct many_state s = rows[i].s;
		struct tally *t = tally_new();
		struct buf out = { 0 };

		for (int k = 0; k < rows[i].done; k++)
			give_run(take_tally, t, &yes);
		s.tally = t;
		i18n_set("en");
		many_text_progress(&out, &s);
		assert_string_equal(buf_str(&out), rows[i].en);
		buf_reset(&out);
		i18n_set("de");
		many_text_progress(&out, &s);
		assert_string_equal(buf_str(&out), rows[i].de);
		i18n_set("en");
		buf_clear(&out);
		tally_free(t);
	}
}

static void test_summary_says_what_became_of_all(void **state)
{
	static const char *const want[] = {
		"targets: 2 in 1:05 (0.0/s), with those of before 3: "
		"accepted 1, refused 1, no connection 1",
		"must act: recipient 1, network 1",
		NULL, /* mail servers: below */
		"slowest: x<1B>[2J.example 30.0 s, a@example.org 1.5 s, "
		"no@example.org 0.2 s",
	};
	struct many_state s = { .before = 1, .elapsed_us = 65000000 };
	struct tally *t = tally_new();
	struct buf out = { 0 };

	(void)state;
	give_run(take_tally, t, &yes);
	give_run(take_tally, t, &no);
	give_run(take_tally, t, &dead);
	s.tally = t;
	for (int i = 0; i < 4; i++) {
		assert_true(many_text_summary(&out, &s, i));
		if (want[i])
			assert_string_equal(buf_str(&out), want[i]);
		else
			assert_non_null(strstr(buf_str(&out), "Google"));
		buf_reset(&out);
	}
	assert_false(many_text_summary(&out, &s, 4));
	buf_clear(&out);
	tally_free(t);
}

static void take_line(void *to, const struct event *e)
{
	assert_true(result_line_event(to, e));
}

static void test_result_line_has_its_columns(void **state)
{
	static const struct {
		const struct made *made;
		int width;
		const char *want;
	} rows[] = {
		{ &yes, 0, "a@example.org                   accepted          "
		  "250 2.1.5   -                 Accepted up to RCPT. DKIM, "
		  "DMARC and content are judged after DATA: not tested.\n" },
		{ &no, 100, "no@example.org                  refused           "
		  "550 5.1.1   recipient         Refused for good (5…\n" },
		{ &dead, 0, "x<1B>[2J.example                no connection     "
		  "-           network           No answer in time.\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[512] = "";
		FILE *f = fmemopen(text, sizeof text, "w");
		struct result_line *r = result_line_new(f, false,
		                                        rows[i].width);

		give_run(take_line, r, rows[i].made);
		result_line_free(r);
		fclose(f);
		assert_string_equal(text, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress_says_how_far_it_is),
		cmocka_unit_test(test_summary_says_what_became_of_all),
		cmocka_unit_test(test_result_line_has_its_columns),
	};

	i18n_set("en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
