/* splice: numbers of recordings that lie one behind the other. */
#include "config.h"

#include "record/splice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MAX UINT32_MAX

/* What goes in and what comes out; ref: what the event is about, 0 none. */
struct row {
	enum event_kind kind;
	uint32_t n, session, ref;
	uint32_t n_out, session_out, ref_out;
	const char *error; /* "" all is well */
};

static uint32_t *ref_of(struct event *e)
{
	switch (e->kind) {
	case EV_REPLY: return &e->u.reply.to;
	case EV_FINDING: return &e->u.finding.about;
	case EV_VERDICT: return &e->u.verdict.about;
	}
	return NULL;
}

static struct event *make(const struct row *row)
{
	struct event_builder b;

	event_begin(&b, row->kind);
	b.e.n = row->n;
	b.e.session = row->session;
	if (ref_of(&b.e))
		*ref_of(&b.e) = row->ref;
	return event_finish(&b);
}

static void check(struct splice *s, const struct row *row, size_t i)
{
	struct event *e = make(row);
	const char *error = splice_event(s, e);

	if (*row->error) {
		if (!error || !strstr(error, row->error))
			fail_msg("row %zu: \"%s\"", i, error ? error : "");
	} else {
		if (error)
			fail_msg("row %zu: \"%s\"", i, error);
		if (e->n != row->n_out || e->session != row->session_out ||
		    (ref_of(e) && *ref_of(e) != row->ref_out))
			fail_msg("row %zu: n %lu, session %lu, ref %lu", i,
			         (unsigned long)e->n,
			         (unsigned long)e->session,
			         (unsigned long)(ref_of(e) ? *ref_of(e) : 0));
	}
	free(e);
}

static void play(const struct row *rows, size_t n)
{
	struct splice s = { 0 };

	for (size_t i = 0; i < n; i++)
		check(&s, &rows[i], i);
}

#define PLAY(rows) play(rows, sizeof rows / sizeof *rows)

static void test_splice_of_one_recording_changes_nothing(void **state)
{
	static const struct row rows[] = {
		{ EV_START, 1, 0, 0, 1, 0, 0, "" },
		{ EV_CONNECTED, 2, 1, 0, 2, 1, 0, "" },
		{ EV_REPLY, 3, 1, EV_GREETING, 3, 1, EV_GREETING, "" },
		{ EV_SENT, 5, 1, 0, 5, 1, 0, "" }, /* 4 is in no file */
		{ EV_REPLY, 6, 1, 5, 6, 1, 5, "" },
		{ EV_REPLY, 7, 1, EV_UNASKED, 7, 1, EV_UNASKED, "" },
		{ EV_FINDING, 8, 1, 8, 8, 1, 8, "" },
		{ EV_VERDICT, 9, 1, 6, 9, 1, 6, "" },
		{ EV_START, 20, 0, 0, 20, 0, 0, "" }, /* the next target */
		{ EV_VERDICT, 21, 2, 6, 21, 2, 6, "" },
		{ EV_SENT, 0, 2, 0, 0, 2, 0, "" }, /* without a number */
		{ EV_END, MAX - 1, 0, 0, MAX - 1, 0, 0, "" },
	};

	(void)state;
	PLAY(rows);
}

static void test_splice_moves_each_recording_behind_the_last(void **state)
{
	static const struct row rows[] = {
		{ EV_START, 1, 0, 0, 1, 0, 0, "" },
		{ EV_SENT, 2, 3, 0, 2, 3, 0, "" },
		{ EV_END, 10, 0, 0, 10, 0, 0, "" },
		{ EV_START, 1, 0, 0, 11, 0, 0, "" },
		{ EV_SENT, 2, 1, 0, 12, 4, 0, "" },
		{ EV_REPLY, 3, 1, 2, 13, 4, 12, "" },
		{ EV_REPLY, 4, 1, EV_GREETING, 14, 4, EV_GREETING, "" },
		{ EV_REPLY, 5, 1, EV_UNASKED, 15, 4, EV_UNASKED, "" },
		{ EV_FINDING, 6, 1, 3, 16, 4, 13, "" },
		{ EV_VERDICT, 7, 1, 3, 17, 4, 13, "" },
		{ EV_VERDICT, 8, 0, 0, 18, 0, 0, "" },
		{ EV_START, 8, 0, 0, 19, 0, 0, "" }, /* begins at its 8 */
		{ EV_SENT, 9, 2, 0, 20, 6, 0, "" },
		{ EV_REPLY, 10, 2, 9, 21, 6, 20, "" },
		{ EV_START, 21, 0, 0, 32, 0, 0, "" }, /* of the same file */
		{ EV_VERDICT, 22, 3, 10, 33, 7, 21, "" },
	};

	(void)state;
	PLAY(rows);
}

static void test_splice_lets_no_reference_leave_its_recording(void **state)
{
	static const struct row rows[] = {
		{ EV_START, 1, 0, 0, 1, 0, 0, "" },
		{ EV_FINDING, 2, 0, 77, 2, 0, 0, "" }, /* what is to come */
		{ EV_REPLY, 3, 1, 4, 3, 1, EV_UNASKED, "" },
		{ EV_START, 3, 0, 0, 4, 0, 0, "" },
		{ EV_FINDING, 4, 0, 2, 5, 0, 0, "" }, /* the first's */
		{ EV_VERDICT, 5, 0, MAX, 6, 0, 0, "" },
		{ EV_REPLY, 6, 1, 2, 7, 2, EV_UNASKED, "" },
		{ EV_REPLY, 7, 1, MAX - 1, 8, 2, EV_UNASKED, "" },
	};

	(void)state;
	PLAY(rows);
}

static void test_splice_refuses_numbers_out_of_order(void **state)
{
	static const struct row back[] = {
		{ EV_START, 1, 0, 0, 1, 0, 0, "" },
		{ EV_SENT, 5, 1, 0, 5, 1, 0, "" },
		{ EV_SENT, 4, 1, 0, 0, 0, 0, "not above" },
	};
	static const struct row twice[] = {
		{ EV_SENT, 5, 1, 0, 5, 1, 0, "" },
		{ EV_SENT, 5, 1, 0, 0, 0, 0, "not above" },
	};
	static const struct row used_up[] = {
		{ EV_END, MAX - 1, 0, 0, MAX - 1, 0, 0, "" },
		{ EV_START, 1, 0, 0, 0, 0, 0, "numbered" },
	};
	static const struct row too_high[] = {
		{ EV_SENT, MAX, 1, 0, 0, 0, 0, "numbered" },
	};
	static const struct row sessions[] = {
		{ EV_START, 1, 0, 0, 1, 0, 0, "" },
		{ EV_SENT, 2, MAX - 1, 0, 2, MAX - 1, 0, "" },
		{ EV_START, 1, 0, 0, 3, 0, 0, "" },
		{ EV_SENT, 2, 1, 0, 0, 0, 0, "numbered" },
	};

	(void)state;
	PLAY(back);
	PLAY(twice);
	PLAY(used_up);
	PLAY(too_high);
	PLAY(sessions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splice_of_one_recording_changes_nothing),
		cmocka_unit_test(
		    test_splice_moves_each_recording_behind_the_last),
		cmocka_unit_test(
		    test_splice_lets_no_reference_leave_its_recording),
		cmocka_unit_test(test_splice_refuses_numbers_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
