/* renumber: one file of several runs, each number in it once. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/renumber.h"

enum { TOP = UINT32_MAX - 1 }; /* the highest number there can be */

static struct event *made(enum event_kind kind, uint32_t n, uint32_t session,
                          uint32_t to)
{
	struct event_builder b;

	event_begin(&b, kind);
	b.e.n = n;
	b.e.session = session;
	if (kind == EV_REPLY)
		b.e.u.reply.to = to;
	if (kind == EV_FINDING)
		b.e.u.finding.about = to;
	if (kind == EV_VERDICT)
		b.e.u.verdict.about = to;
	return event_finish(&b);
}

static uint32_t reference(const struct event *e)
{
	switch (e->kind) {
	case EV_REPLY: return e->u.reply.to;
	case EV_FINDING: return e->u.finding.about;
	case EV_VERDICT: return e->u.verdict.about;
	default: return 0;
	}
}

struct row {
	enum event_kind kind;
	uint32_t n, session, to;              /* as the run says */
	uint32_t n_then, session_then, to_then; /* as the file says */
};

static void check_rows(struct renumber *r, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct event *e = made(row->kind, row->n, row->session,
		                       row->to);

		if (row->kind == EV_START)
			renumber_next(r);
		assert_true(renumber_event(r, e));
		assert_int_equal(e->n, row->n_then);
		assert_int_equal(e->session, row->session_then);
		assert_int_equal(reference(e), row->to_then);
		free(e);
	}
}

static void test_renumber_runs_each_number_once(void **state)
{
	static const struct row rows[] = {
		{ EV_START, 1, 0, 0, 1, 0, 0 },
		{ EV_REPLY, 2, 1, EV_GREETING, 2, 1, EV_GREETING },
		{ EV_SENT, 3, 1, 0, 3, 1, 0 },
		{ EV_REPLY, 5, 1, 3, 5, 1, 3 }, /* 4 was not recorded */
		{ EV_REPLY, 6, 2, EV_UNASKED, 6, 2, EV_UNASKED },
		{ EV_END, 7, 0, 0, 7, 0, 0 },
		{ EV_START, 1, 0, 0, 8, 0, 0 },
		{ EV_REPLY, 2, 1, EV_GREETING, 9, 3, EV_GREETING },
		{ EV_SENT, 3, 1, 0, 10, 3, 0 },
		{ EV_REPLY, 4, 1, 3, 11, 3, 10 },
		{ EV_REPLY, 5, 1, EV_UNASKED, 12, 3, EV_UNASKED },
		{ EV_FINDING, 6, 1, 4, 13, 3, 11 },
		{ EV_FINDING, 7, 0, 0, 14, 0, 0 },
		{ EV_PROMPT, 0, 1, 0, 0, 3, 0 },
		{ EV_VERDICT, 8, 1, 4, 15, 3, 11 },
		{ EV_VERDICT, 9, 0, 0, 16, 0, 0 },
		{ EV_END, 10, 0, 0, 17, 0, 0 },
		{ EV_START, 1, 0, 0, 18, 0, 0 },
	};
	struct renumber r = { 0 };

	(void)state;
	check_rows(&r, rows, sizeof rows / sizeof *rows);
}

static void test_renumber_after_seen_goes_on_behind_it(void **state)
{
	static const struct row rows[] = {
		{ EV_START, 1, 0, 0, 42, 0, 0 },
		{ EV_REPLY, 2, 1, 1, 43, 8, 42 },
	};
	struct renumber r = { 0 };
	struct event *e = made(EV_REPLY, 41, 7, 40);

	(void)state;
	renumber_seen(&r, e);
	assert_int_equal(e->n, 41);
	free(e);
	check_rows(&r, rows, sizeof rows / sizeof *rows);
}

/* Numbers of a file that was not written by us. */
static void test_renumber_hostile_number_is_refused_or_nothing(void **state)
{
	static const struct {
		uint32_t base;
		enum event_kind kind;
		uint32_t n, session, to;
		bool ok;
		uint32_t n_then, to_then;
	} rows[] = {
		{ 10, EV_SENT, TOP - 10, 1, 0, true, TOP, 0 },
		{ 10, EV_SENT, TOP - 9, 1, 0, false, TOP - 9, 0 },
		{ 10, EV_SENT, UINT32_MAX, 1, 0, false, UINT32_MAX, 0 },
		{ 10, EV_SENT, 1, TOP, 0, false, 1, 0 },
		{ TOP, EV_SENT, 1, 0, 0, false, 1, 0 },
		{ TOP, EV_SENT, 0, 0, 0, true, 0, 0 },
		{ 10, EV_REPLY, 1, 1, TOP - 10, true, 11, TOP },
		{ 10, EV_REPLY, 1, 1, TOP - 9, true, 11, EV_UNASKED },
		{ 10, EV_FINDING, 1, 1, TOP - 9, true, 11, 0 },
		{ 10, EV_VERDICT, 1, 1, TOP, true, 11, 0 },
		{ 0, EV_REPLY, TOP, 1, TOP, true, TOP, TOP },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct renumber r = { .n_last = rows[i].base,
			              .session_last = rows[i].base };
		struct event *e = made(rows[i].kind, rows[i].n,
		                       rows[i].session, rows[i].to);

		renumber_next(&r);
		assert_int_equal(renumber_event(&r, e), rows[i].ok);
		assert_int_equal(e->n, rows[i].n_then);
		assert_int_equal(reference(e), rows[i].to_then);
		free(e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renumber_runs_each_number_once),
		cmocka_unit_test(test_renumber_after_seen_goes_on_behind_it),
		cmocka_unit_test(
		    test_renumber_hostile_number_is_refused_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
