#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui/rows.h"
#include "ui/strip.h"
#include "ui_dialog.h"

/* Index in the dialog of the newest event of that kind. */
static size_t newest(const struct script *s, enum event_kind k)
{
	for (size_t i = dialog_count(s->dialog); i-- > 0;)
		if (dialog_at(s->dialog, i)->kind == k)
			return i;
	return SIZE_MAX;
}

static void test_rows_state_events_are_no_rows(void **state)
{
	struct script s;
	struct rows r;

	(void)state;
	script_new(&s);
	script_greylisted(&s);
	rows_init(&r, s.dialog);
	assert_true(rows_scan(&r, SIZE_MAX));
	for (size_t i = 0; i < r.n; i++) {
		int kind = dialog_at(s.dialog, r.at[i])->kind;

		assert_int_not_equal(kind, EV_STATE);
		assert_int_not_equal(kind, EV_START);
	}
	/* DNS, connecting, connected, greeting and three turns */
	assert_int_equal(r.n, 10);
	rows_clear(&r);
	dialog_free(s.dialog);
}

static void test_rows_filter_keeps_what_it_names(void **state)
{
	static const struct {
		enum filter_kind kind;
		const char *text;
		size_t rows;
	} cases[] = {
		{ FILTER_NONE, "", 10 },   { FILTER_CLIENT, "", 3 },
		{ FILTER_SERVER, "", 4 },  { FILTER_BAD, "", 1 },
		{ FILTER_EVENTS, "", 3 },  { FILTER_TEXT, "greylist", 1 },
		{ FILTER_TEXT, "GREYLIST", 0 }, { FILTER_TEXT, "", 10 },
		{ FILTER_TEXT, "example.org", 5 },
	};
	struct script s;
	struct rows r;

	(void)state;
	script_new(&s);
	script_greylisted(&s);
	rows_init(&r, s.dialog);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		rows_filter(&r, cases[i].kind, cases[i].text, 0);
		rows_scan(&r, SIZE_MAX);
		assert_int_equal(r.n, cases[i].rows);
	}
	rows_clear(&r);
	dialog_free(s.dialog);
}

static void test_rows_scanned_in_slices_are_the_same(void **state)
{
	struct script s;
	struct rows whole, sliced;

	(void)state;
	script_new(&s);
	script_greylisted(&s);
	rows_init(&whole, s.dialog);
	rows_init(&sliced, s.dialog);
	rows_scan(&whole, SIZE_MAX);
	while (!rows_scan(&sliced, 1))
		;
	assert_int_equal(whole.n, sliced.n);
	assert_memory_equal(whole.at, sliced.at, whole.n * sizeof *whole.at);
	rows_clear(&whole);
	rows_clear(&sliced);
	dialog_free(s.dialog);
}

static void test_rows_ehlo_starts_folded_where_room_is_short(void **state)
{
	struct script s;
	struct rows r;
	size_t ehlo;

	(void)state;
	script_new(&s);
	script_greylisted(&s);
	rows_init(&r, s.dialog);
	rows_scan(&r, SIZE_MAX);
	ehlo = dialog_find(s.dialog, 10);
	assert_int_equal(dialog_at(s.dialog, ehlo)->kind, EV_REPLY);
	assert_true(rows_folded(&r, ehlo));
	r.open_all = true;
	assert_false(rows_folded(&r, ehlo));
	rows_turn(&r, ehlo);
	assert_true(rows_folded(&r, ehlo));
	rows_turn(&r, ehlo);
	assert_false(rows_folded(&r, ehlo));
	assert_false(rows_folded(&r, newest(&s, EV_REPLY)));
	rows_clear(&r);
	dialog_free(s.dialog);
}

static void test_rows_rank_finds_row_or_next(void **state)
{
	struct script s;
	struct rows r;

	(void)state;
	script_new(&s);
	script_greylisted(&s);
	rows_init(&r, s.dialog);
	rows_scan(&r, SIZE_MAX);
	for (size_t i = 0; i < r.n; i++)
		assert_int_equal(rows_rank(&r, r.at[i]), i);
	assert_int_equal(rows_rank(&r, 0), 0); /* EV_START: the row after it */
	assert_int_equal(rows_rank(&r, SIZE_MAX), r.n);
	rows_clear(&r);
	dialog_free(s.dialog);
}

/* MX, then four lookups of two hosts, one that failed, and one after it. */
static void looked_up(struct script *s)
{
	script_new(s);
	script_start(s, "example.org");
	script_dns_mx(s, "example.org");
	script_address(s, "mx1.example.org", "2001:db8::25", DNS_NODATA);
	script_address(s, "mx1.example.org", "192.0.2.25", DNS_NOERROR);
	script_address(s, "mx2.example.org", "2001:db8::7", DNS_NOERROR);
	script_address(s, "MX2.example.org", "198.51.100.7", DNS_NOERROR);
	script_address(s, "mx3.example.org", "2001:db8::3", DNS_SERVFAIL);
	script_address(s, "mx3.example.org", "198.51.100.3", DNS_NOERROR);
	script_route(s, "example.org");
}

static void assert_rows(const struct rows *r, const size_t *at, size_t n)
{
	assert_int_equal(r->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(r->at[i], at[i]);
}

static void test_rows_address_lookups_are_one_row(void **state)
{
	static const size_t folded[] = { 1, 2, 6, 7 };
	static const size_t opened[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct buf words = { .len = 0 };
	const struct lookups *g;
	struct script s;
	struct rows r;

	(void)state;
	looked_up(&s);
	rows_init(&r, s.dialog);
	while (!rows_scan(&r, 1)) /* as they come in */
		;
	assert_rows(&r, folded, 4);
	g = rows_lookups(&r, 2);
	assert_non_null(g);
	lookups_note(g, &words);
	assert_string_equal(buf_str(&words),
	                    "addresses of 2 hosts: 4 lookups, 3 addresses");
	assert_null(rows_lookups(&r, 6)); /* a failure is never folded away */
	assert_null(rows_lookups(&r, 7)); /* one alone is no group */
	assert_int_equal(rows_rank(&r, 4), 1);
	assert_true(rows_has(&r, 4));
	assert_true(rows_turn_lookups(&r, 4));
	assert_rows(&r, opened, 7);
	assert_null(rows_lookups(&r, 2));
	assert_int_equal(rows_rank(&r, 4), 3);
	assert_false(rows_turn_lookups(&r, 6));
	assert_true(rows_turn_lookups(&r, 5));
	assert_rows(&r, folded, 4);
	rows_clear(&r);
	buf_clear(&words);
	dialog_free(s.dialog);
}

static void test_rows_filter_shows_each_lookup(void **state)
{
	static const size_t wanted[] = { 4, 5 };
	static const size_t all[] = { 1, 2, 6, 7 };
	struct script s;
	struct rows r;

	(void)state;
	looked_up(&s);
	rows_init(&r, s.dialog);
	rows_scan(&r, SIZE_MAX);
	rows_filter(&r, FILTER_TEXT, "mx2.example.org:", 0);
	rows_scan(&r, SIZE_MAX);
	assert_rows(&r, wanted, 2);
	rows_filter(&r, FILTER_NONE, "", 0);
	rows_scan(&r, SIZE_MAX);
	assert_rows(&r, all, 4);
	rows_clear(&r);
	dialog_free(s.dialog);
}

static void test_rows_opened_lookups_take_in_new_ones(void **state)
{
	static const size_t opened[] = { 0, 1, 2 };
	struct script s;
	struct rows r;

	(void)state;
	script_new(&s);
	script_address(&s, "mx1.example.org", "192.0.2.25", DNS_NOERROR);
	script_address(&s, "mx1.example.org", "2001:db8::2", DNS_NOERROR);
	rows_init(&r, s.dialog);
	rows_scan(&r, SIZE_MAX);
	assert_int_equal(r.n, 1);
	rows_turn_lookups(&r, 0);
	script_address(&s, "mx2.example.org", "192.0.2.26", DNS_NOERROR);
	rows_scan(&r, SIZE_MAX);
	assert_rows(&r, opened, 3);
	rows_clear(&r);
	dialog_free(s.dialog);
}

static void assert_same_rows(const struct rows *a, const struct rows *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->lookups.n, b->lookups.n);
	for (size_t i = 0; i < a->n; i++)
		assert_int_equal(a->at[i], b->at[i]);
	for (size_t i = 0; i < a->lookups.n; i++)
		assert_memory_equal(&a->lookups.list[i], &b->lookups.list[i],
		                    sizeof a->lookups.list[i]);
}

/* Rows made for d from the start, folded and filtered as r is. */
static void assert_rows_of(const struct rows *r, const struct dialog *d,
                           const char *text)
{
	struct rows fresh;

	rows_init(&fresh, d);
	for (size_t i = 0; i < r->n_turned; i++)
		rows_turn(&fresh, r->turned[i]);
	if (text)
		rows_filter(&fresh, FILTER_TEXT, text, 0);
	rows_scan(&fresh, SIZE_MAX);
	assert_same_rows(r, &fresh);
	rows_clear(&fresh);
}

/* Back to each place of a recording, and to its end again. */
static void test_rows_of_a_part_are_those_of_a_dialog_cut_there(void **state)
{
	static const struct {
		bool opened;
		const char *text;
	} ways[] = { { false, NULL }, { true, NULL },
		     { false, "mx2.example.org:" } };
	struct script s;

	(void)state;
	looked_up(&s);
	for (size_t i = 0; i < 3 * (dialog_count(s.dialog) + 1); i++) {
		const char *text = ways[i % 3].text;
		struct dialog *part = dialog_part(s.dialog);
		struct rows r;

		rows_init(&r, s.dialog);
		rows_scan(&r, SIZE_MAX);
		if (ways[i % 3].opened)
			rows_turn_lookups(&r, 4);
		if (text)
			rows_filter(&r, FILTER_TEXT, text, 0);
		rows_scan(&r, SIZE_MAX);
		dialog_grow(part, i / 3);
		rows_turn_to(&r, part);
		rows_scan(&r, SIZE_MAX);
		assert_rows_of(&r, part, text);
		rows_turn_to(&r, s.dialog);
		rows_scan(&r, SIZE_MAX);
		assert_rows_of(&r, s.dialog, text);
		rows_clear(&r);
		dialog_free(part);
	}
	dialog_free(s.dialog);
}

/* Two targets, sessions that fail and one inside TLS: at each place the strip
 * is what it is when each event is told to it. */
static void test_strip_made_at_once_is_the_same(void **state)
{
	struct strip told = { .n = 0 }, made;
	struct dialog *part;
	struct script s;

	(void)state;
	script_new(&s);
	script_greylisted(&s);
	script_connecting(&s, "mx2.example.org", "198.51.100.7");
	script_failed(&s, PHASE_CONNECT, FAIL_REFUSED);
	script_connect(&s, "mx2.example.org", "198.51.100.7");
	script_closed(&s, true, true);
	script_inside_tls(&s, "ok", "");
	script_greylisted(&s);
	part = dialog_part(s.dialog);
	for (size_t i = 0; i < dialog_count(s.dialog); i++) {
		dialog_grow(part, 1);
		strip_event(&told, part, dialog_at(part, i));
		strip_make(&made, part);
		assert_memory_equal(&made, &told, sizeof made);
	}
	dialog_free(part);
	dialog_free(s.dialog);
}

static void test_strip_session_tells_how_each_step_went(void **state)
{
	static const struct {
		const char *word;
		enum mark mark;
	} steps[] = {
		{ "TCP", MARK_OK },  { "220", MARK_OK }, { "EHLO", MARK_OK },
		{ "MAIL", MARK_OK }, { "RCPT", MARK_LATER },
	};
	struct strip strip = { .n = 0 };
	const char *future[8];
	struct script s;

	(void)state;
	script_new(&s);
	script_greylisted(&s);
	for (size_t i = 0; i < dialog_count(s.dialog); i++)
		strip_event(&strip, s.dialog, dialog_at(s.dialog, i));
	assert_int_equal(strip.n, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(strip.step[i].word, steps[i].word);
		assert_int_equal(strip.step[i].mark, steps[i].mark);
	}
	assert_int_equal(strip_future(&strip, future, 8), 2);
	assert_string_equal(future[0], "DATA");
	assert_string_equal(future[1], "QUIT");
	dialog_free(s.dialog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_state_events_are_no_rows),
		cmocka_unit_test(test_rows_filter_keeps_what_it_names),
		cmocka_unit_test(test_rows_scanned_in_slices_are_the_same),
		cmocka_unit_test(
		    test_rows_ehlo_starts_folded_where_room_is_short),
		cmocka_unit_test(test_rows_rank_finds_row_or_next),
		cmocka_unit_test(test_rows_address_lookups_are_one_row),
		cmocka_unit_test(test_rows_filter_shows_each_lookup),
		cmocka_unit_test(test_rows_opened_lookups_take_in_new_ones),
		cmocka_unit_test(
		    test_rows_of_a_part_are_those_of_a_dialog_cut_there),
		cmocka_unit_test(test_strip_session_tells_how_each_step_went),
		cmocka_unit_test(test_strip_made_at_once_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
