/*
 * ui_speed_test: a dialog of a million entries: a key to its frame, a search
 * to the end, and what the views keep for it (design §9).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ui_dialog.h"

enum { ENTRIES = 1000000, KEYS = 600 };

static struct ui_stage st;

/* What we spend, not what others on the machine make us wait. */
static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int fill(void **state)
{
	struct script *s = &st.script;

	(void)state;
	script_new(s);
	/* a recording of many sessions */
	while (dialog_count(s->dialog) < ENTRIES) {
		script_greylisted(s);
		script_sent(s, "RCPT", "RCPT TO:<somebody.else@example.org>");
		script_reply(s, "5.1.1", "550 5.1.1 <somebody.else@example.org>"
		                         ": Recipient address rejected: User "
		                         "unknown");
	}
	script_sent(s, "NOOP", "NOOP needle");
	stage_open(&st, 120, 35, true);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void test_ui_key_to_frame_within_2_ms(void **state)
{
	static const char *const names[] = { "PgUp", "k", "Up", "g", "j",
		                             "PgDn", "d", "u", "]", "G",
		                             "k", "[" };
	static int64_t took[KEYS];

	(void)state;
	for (size_t i = 0; i < KEYS; i++) {
		struct key k;
		int64_t begin = now_us();

		assert_true(key_parse(names[i % 12], &k));
		ui_layout(&st.ui);
		ui_key(&st.ui, &k);
		ui_draw(&st.ui);
		took[i] = now_us() - begin;
	}
	qsort(took, KEYS, sizeof *took, by_value);
	printf("key to frame: p50 %lld us, p99 %lld us, worst %lld us\n",
	       (long long)took[KEYS / 2], (long long)took[KEYS * 99 / 100],
	       (long long)took[KEYS - 1]);
	assert_true(took[KEYS * 99 / 100] <= 2000);
}

static void test_ui_search_all_within_300_ms(void **state)
{
	int64_t begin = now_us(), longest = 0;
	bool more = true;

	(void)state;
	find_set(&st.ui, "nowhere in it");
	while (more) {
		int64_t slice = now_us();

		more = find_slice(&st.ui);
		slice = now_us() - slice;
		longest = slice > longest ? slice : longest;
	}
	begin = now_us() - begin;
	printf("search: %lld ms, longest slice %lld ms\n",
	       (long long)begin / 1000, (long long)longest / 1000);
	find_stop(&st.ui);
	assert_true(begin <= 300000);
	assert_true(longest <= 33000); /* a frame */
}

/* Enter comes before the search does. */
static void test_ui_search_leads_to_what_enter_did_not_wait_for(void **state)
{
	static const char *const keys[] = { "g", "/", "n", "e", "e", "d", "l",
		                            "e", "Enter" };
	const struct event *e;

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct key k;

		assert_true(key_parse(keys[i], &k));
		ui_key(&st.ui, &k);
	}
	while (find_slice(&st.ui))
		continue;
	e = dialog_at(st.script.dialog, view_index(&st.ui));
	assert_int_equal(e->kind, EV_SENT);
	assert_string_equal(event_text(e, e->u.sent.verb), "NOOP");
	find_stop(&st.ui);
}

static void test_ui_views_keep_few_bytes_a_line(void **state)
{
	size_t bytes = rows_bytes(&st.ui.rows);

	(void)state;
	printf("views: %zu bytes a line beside the dialog\n",
	       bytes / st.ui.rows.n);
	assert_true(bytes / st.ui.rows.n <= 16);
}

/* A command of the recording: how long until all of the way is gone, and the
 * longest time in which nothing else can be done. */
static int64_t travel(void (*leave)(struct ui *), int64_t *longest)
{
	int64_t begin = now_us(), slice = begin;
	bool more = true;

	leave(&st.ui);
	*longest = now_us() - begin;
	while (more) {
		slice = now_us();
		more = replay_slice(&st.ui) || find_slice(&st.ui);
		slice = now_us() - slice;
		*longest = slice > *longest ? slice : *longest;
	}
	return now_us() - begin;
}

static void near_the_end(struct ui *u)
{
	size_t count = dialog_count(u->reel.player.whole);

	replay_go(u, count - 1, SIZE_MAX);
}

static void one_back(struct ui *u)
{
	replay_go(u, player_previous(&u->reel.player), SIZE_MAX);
}

static void to_the_middle(struct ui *u)
{
	replay_go(u, dialog_count(u->reel.player.whole) / 2, SIZE_MAX);
}

static void to_the_beginning(struct ui *u)
{
	replay_go(u, 0, SIZE_MAX);
}

static void to_the_end(struct ui *u)
{
	replay_go(u, SIZE_MAX, SIZE_MAX);
}

static void one_on(struct ui *u)
{
	replay_go(u, player_next(&u->reel.player), SIZE_MAX);
}

static void test_ui_replay_stays_live(void **state)
{
	static const struct {
		const char *what;
		void (*leave)(struct ui *);
	} ways[] = {
		{ "from the end back by an event", near_the_end },
		{ "back by a turn", one_back },
		{ "on by a turn", one_on },
		{ "to the middle", to_the_middle },
		{ "to the beginning", to_the_beginning },
		{ "on to the middle", to_the_middle },
		{ "to the end", to_the_end },
	};

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		int64_t longest, all = travel(ways[i].leave, &longest);

		printf("%s: %lld ms, longest slice %lld us\n", ways[i].what,
		       (long long)all / 1000, (long long)longest);
		assert_true(all <= 1000000);
		assert_true(longest <= 33000); /* a frame */
	}
}

/* The part that is shown has none of the recording's events of its own. */
static void test_ui_replay_keeps_few_bytes_a_line(void **state)
{
	size_t turns;

	(void)state;
	to_the_middle(&st.ui);
	while (replay_slice(&st.ui))
		;
	assert_int_equal(dialog_bytes(st.ui.link.dialog), 0);
	turns = st.ui.reel.player.turns.size * sizeof(uint32_t);
	printf("turns: %zu bytes for %d lines\n", turns, ENTRIES);
	assert_true(turns <= 4 * ENTRIES);
	to_the_end(&st.ui);
}

static void test_ui_key_to_frame_of_a_part_within_2_ms(void **state)
{
	to_the_middle(&st.ui);
	while (replay_slice(&st.ui) || find_slice(&st.ui))
		;
	test_ui_key_to_frame_within_2_ms(state);
	to_the_end(&st.ui);
	while (find_slice(&st.ui))
		;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ui_key_to_frame_within_2_ms),
		cmocka_unit_test(test_ui_search_all_within_300_ms),
		cmocka_unit_test(
		    test_ui_search_leads_to_what_enter_did_not_wait_for),
		cmocka_unit_test(test_ui_views_keep_few_bytes_a_line),
		cmocka_unit_test(test_ui_replay_stays_live),
		cmocka_unit_test(test_ui_replay_keeps_few_bytes_a_line),
		cmocka_unit_test(test_ui_key_to_frame_of_a_part_within_2_ms),
	};

	return cmocka_run_group_tests(tests, fill, drop);
}
