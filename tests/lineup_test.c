/* block and lineup: the events of many runs, one behind the other. */
#include "config.h"

#include "record/lineup.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "util/xalloc.h"

static struct event *made(enum event_kind kind, uint32_t run, uint32_t n,
                          size_t bytes)
{
	struct event_builder b;

	event_begin(&b, kind);
	b.e.run = run;
	b.e.n = n;
	if (bytes) {
		char *text = xmalloc(bytes);

		memset(text, 'a' + (int)(n % 26), bytes);
		b.e.target = event_put(&b, text, bytes);
		free(text);
	}
	return event_finish(&b);
}

/* What comes out is what went in, in its order, twice. */
static void check_block(struct block *b, size_t events, size_t bytes)
{
	for (int round = 0; round < 2; round++) {
		struct event *e;

		block_rewind(b);
		for (size_t i = 1; i <= events; i++) {
			e = block_next(b);
			assert_non_null(e);
			assert_int_equal(e->n, i);
			assert_int_equal(e->target.len, bytes + i % 7);
			assert_int_equal(event_text(e, e->target)[0],
			                 'a' + (int)(i % 26));
			free(e);
		}
		assert_null(block_next(b));
	}
}

static void fill_block(struct block *b, size_t events, size_t bytes)
{
	for (size_t i = 1; i <= events; i++) {
		block_add(b, made(EV_REPLY, 1, (uint32_t)i, bytes + i % 7));
		block_add(b, made(EV_PROMPT, 1, 0, 0));
	}
}

static void test_block_any_size_comes_back_as_it_was(void **state)
{
	static const struct {
		size_t events, bytes;
		bool spilt;
	} rows[] = {
		{ 0, 0, false }, { 1, 1, false }, { 40, 300, false },
		{ 3000, 1000, true }, { 5, BLOCK_MEMORY, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct block *b = block_new(1);

		fill_block(b, rows[i].events, rows[i].bytes);
		check_block(b, rows[i].events, rows[i].bytes);
		if (rows[i].spilt)
			assert_true(block_memory(b) < BLOCK_MEMORY + 65536);
		block_free(b);
	}
}

/* Where no file can grow all stays in memory, and in its order. */
static void test_block_no_file_keeps_all_in_memory(void **state)
{
	const struct rlimit little = { BLOCK_MEMORY, RLIM_INFINITY };
	struct rlimit before;
	struct block *b = block_new(1);

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	fill_block(b, 3000, 1000);
	assert_true(block_memory(b) > 8 * BLOCK_MEMORY);
	check_block(b, 3000, 1000);
	setrlimit(RLIMIT_FSIZE, &before);
	block_free(b);
}

static void test_block_end_is_known_apart_from_the_rest(void **state)
{
	struct block *b = block_new(1);

	(void)state;
	fill_block(b, 3, 10);
	assert_null(block_end(b));
	block_add(b, made(EV_END, 1, 4, 0));
	assert_int_equal(block_end(b)->n, 4);
	block_free(b);
}

/* "a" begins the next, "3" is the end of number 3; "+" and "-": is there room?
 * shown: the numbers as lineup_next() gives them. */
struct script {
	size_t jobs;
	bool ordered;
	const char *does, *shown;
};

static void show(struct lineup *l, char *out, size_t size)
{
	struct block *b;

	while ((b = lineup_next(l))) {
		size_t len = strlen(out);
		struct event *e = block_next(b);

		snprintf(out + len, size - len, "%d",
		         e && e->kind == EV_START ? (int)e->n : -1);
		free(e);
		block_free(b);
	}
}

static void play(const struct script *s)
{
	struct lineup *l = lineup_new(s->jobs, s->ordered);
	char out[64] = "";
	uint32_t runs[10];
	uint32_t n = 0;

	for (const char *p = s->does; *p; p++) {
		if (*p == 'a') {
			runs[n] = lineup_begin(l);
			lineup_event(l, made(EV_START, runs[n], n, 0));
			n++;
		} else if (*p == '+' || *p == '-') {
			assert_int_equal(lineup_has_room(l), *p == '+');
		} else {
			assert_non_null(lineup_event(
			    l, made(EV_END, runs[*p - '0'], 2, 0)));
			/* one that comes late is nobody's */
			assert_null(lineup_event(
			    l, made(EV_REPLY, runs[*p - '0'], 3, 0)));
			show(l, out, sizeof out);
		}
	}
	assert_string_equal(out, s->shown);
	lineup_free(l);
}

static void test_lineup_shows_each_in_its_turn(void **state)
{
	static const struct script rows[] = {
		{ 1, true, "+a-0+a-1+", "01" },
		{ 3, true, "aa+a-120+", "012" },
		{ 3, false, "aaa120", "120" },
		{ 3, true, "aaa1a2a30", "0123" },
		{ 2, false, "aa1a2a30", "1230" },
		{ 2, true, "aa1", "" },
		{ 2, false, "aa1a", "1" },
		{ 2, true, "aa10aa32", "0123" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		play(&rows[i]);
}

/* The first target hangs; those behind it are done one after the other. */
static size_t done_behind_a_slow_one(bool ordered, size_t bytes)
{
	struct lineup *l = lineup_new(2, ordered);
	uint32_t slow = lineup_begin(l);
	size_t done = 0;
	struct block *b;

	for (; lineup_has_room(l) && done < 10000; done++) {
		uint32_t run = lineup_begin(l);

		lineup_event(l, made(EV_START, run, 1, bytes));
		assert_non_null(lineup_event(l, made(EV_END, run, 2, 0)));
		while (!ordered && (b = lineup_next(l)))
			block_free(b);
	}
	assert_int_equal(lineup_running(l), 1);
	assert_int_equal(lineup_waiting(l), ordered ? done : 0);
	assert_non_null(lineup_event(l, made(EV_END, slow, 1, 0)));
	while ((b = lineup_next(l)))
		block_free(b);
	assert_int_equal(lineup_waiting(l), 0);
	assert_true(lineup_has_room(l));
	lineup_free(l);
	return done;
}

static void test_lineup_slow_target_bounds_what_waits(void **state)
{
	size_t few;

	(void)state;
	assert_int_equal(done_behind_a_slow_one(true, 10), LINEUP_WAITING_MAX);
	few = done_behind_a_slow_one(true, 100 << 10);
	assert_in_range(few, 600, 660);
	assert_int_equal(done_behind_a_slow_one(false, 10), 10000);
}

static void test_lineup_numbers_are_of_one_run_each(void **state)
{
	struct lineup *l = lineup_new(3, false);
	uint32_t last = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		uint32_t run = lineup_begin(l);

		assert_true(run > last);
		last = run;
		lineup_event(l, made(EV_END, run, 1, 0));
		block_free(lineup_next(l));
	}
	assert_null(lineup_event(l, made(EV_END, 0, 1, 0)));
	assert_null(lineup_event(l, made(EV_END, 77777, 1, 0)));
	lineup_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block_any_size_comes_back_as_it_was),
		cmocka_unit_test(test_block_no_file_keeps_all_in_memory),
		cmocka_unit_test(test_block_end_is_known_apart_from_the_rest),
		cmocka_unit_test(test_lineup_shows_each_in_its_turn),
		cmocka_unit_test(test_lineup_slow_target_bounds_what_waits),
		cmocka_unit_test(test_lineup_numbers_are_of_one_run_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
