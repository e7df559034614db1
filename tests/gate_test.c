/* Who may connect now: the gate, with a clock of the test's own. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/gate.h"

enum { PASSES = 64, PORT = 25, MS = 1000 };

static struct gate *gate;
static struct gate_pass *passes[PASSES];
static int64_t now_us;
static enum gate_state may_be; /* in go(), beside GATE_OPEN */
static size_t gone[4096], n_gone; /* whose go() was called, in order */

static void on_go(void *arg)
{
	size_t i = (size_t)((struct gate_pass **)arg - passes);

	assert_in_range(gate_state(passes[i], now_us), GATE_OPEN, may_be);
	assert_true(n_gone < sizeof gone / sizeof *gone);
	gone[n_gone++] = i;
}

static void begin(size_t per_host, size_t total)
{
	const struct gate_config cfg = { .per_host = per_host,
		.total = total };

	memset(passes, 0, sizeof passes);
	now_us = 1000000;
	n_gone = 0;
	may_be = GATE_OPEN;
	gate = gate_new(&cfg);
}

static enum gate_state ask_port(size_t i, const char *address, uint16_t port)
{
	const struct gate_calls calls = { .go = on_go, .arg = &passes[i] };

	passes[i] = gate_ask(gate, address, port, &calls, now_us);
	return gate_state(passes[i], now_us);
}

static enum gate_state ask(size_t i, const char *address)
{
	return ask_port(i, address, PORT);
}

static void leave(size_t i)
{
	gate_leave(passes[i], now_us);
	passes[i] = NULL;
}

static void end(void)
{
	for (size_t i = 0; i < PASSES; i++)
		leave(i);
	gate_free(gate);
}

/* What a timer would do until then; nothing may be left undone. */
static void pass_time(int64_t us)
{
	int64_t until = now_us + us;

	for (int turns = 0; gate_due_us(gate) <= until; turns++) {
		assert_true(turns < 1000); /* else it never rests */
		if (gate_due_us(gate) > now_us)
			now_us = gate_due_us(gate);
		gate_turn(gate, now_us);
	}
	now_us = until;
}

/* Those that went since the last look, as "3 4 5". */
static void expect_gone(const char *list)
{
	char text[256] = "";
	size_t len = 0;

	pass_time(0);
	for (size_t i = 0; i < n_gone; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		                        i ? " %zu" : "%zu", gone[i]);
	n_gone = 0;
	assert_string_equal(text, list);
}

static void test_gate_host_is_full_others_wait_in_order(void **state)
{
	(void)state;
	begin(2, 100);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(ask(i, "192.0.2.1"),
		                 i < 2 ? GATE_OPEN : GATE_HOST);
	assert_true(gate_due_us(gate) == INT64_MAX);
	expect_gone("");
	leave(1);
	expect_gone("2");
	leave(3); /* was waiting */
	expect_gone("");
	leave(0);
	leave(2);
	expect_gone("4 5");
	end();
}

static void test_gate_other_hosts_and_ports_are_not_held_up(void **state)
{
	(void)state;
	begin(1, 100);
	assert_int_equal(ask(0, "192.0.2.1"), GATE_OPEN);
	assert_int_equal(ask(1, "192.0.2.1"), GATE_HOST);
	assert_int_equal(ask(2, "192.0.2.2"), GATE_OPEN);
	assert_int_equal(ask(3, "2001:db8::1"), GATE_OPEN);
	assert_int_equal(ask_port(4, "192.0.2.1", 587), GATE_OPEN);
	end();
}

static void test_gate_total_is_reached_all_wait_in_order(void **state)
{
	static const char *const hosts[] = { "192.0.2.1", "192.0.2.2",
		"192.0.2.3", "192.0.2.4", "192.0.2.5" };

	(void)state;
	begin(1, 2);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(ask(i, hosts[i]),
		                 i < 2 ? GATE_OPEN : GATE_FILES);
	assert_int_equal(ask(5, hosts[2]), GATE_HOST); /* behind 2 */
	leave(0);
	expect_gone("2");
	leave(2);
	expect_gone("3");
	leave(1);
	leave(4); /* was waiting */
	expect_gone("5");
	end();
}

/* ---- pauses ---- */

static void test_gate_busy_host_is_left_alone_for_longer_each_time(
    void **state)
{
	static const int pauses[] = { 5000, 10000, 20000 };
	size_t at = 0;

	(void)state;
	begin(1, 100);
	ask(0, "192.0.2.1");
	for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
		char next[24];

		gate_busy(passes[at], now_us);
		assert_int_equal(ask(at + 1, "192.0.2.1"), GATE_PAUSE);
		leave(at++);
		pass_time((int64_t)pauses[i] * MS - 1);
		expect_gone("");
		pass_time(1);
		snprintf(next, sizeof next, "%zu", at);
		expect_gone(next);
	}
	assert_int_equal(at, GATE_REFUSALS - 1);
	gate_welcome(passes[at], now_us);
	gate_busy(passes[at], now_us); /* later in its dialog */
	assert_int_equal(gate_pause_us(passes[at]) - now_us,
	                 GATE_PAUSE_MS * MS);
	end();
}

/* Whether a pause was long enough, one finds out for all. */
static void test_gate_after_a_pause_one_goes_first(void **state)
{
	(void)state;
	begin(3, 100);
	ask(0, "192.0.2.1");
	ask(1, "192.0.2.1");
	gate_busy(passes[0], now_us);
	gate_busy(passes[1], now_us); /* the same pause */
	gate_welcome(passes[1], now_us); /* was there before it */
	leave(0);
	leave(1);
	for (size_t i = 2; i < 8; i++)
		assert_int_equal(ask(i, "192.0.2.1"), GATE_PAUSE);
	assert_int_equal(ask(8, "192.0.2.2"), GATE_OPEN);
	pass_time(GATE_PAUSE_MS * MS);
	expect_gone("2");
	pass_time(GATE_PAUSE_MAX_MS * MS);
	expect_gone("");
	gate_welcome(passes[2], now_us);
	expect_gone("3 4");
	leave(3);
	expect_gone("5");
	end();
}

static void test_gate_pause_over_while_nobody_waits_is_forgotten(void **state)
{
	(void)state;
	begin(1, 100);
	ask(0, "192.0.2.1");
	gate_busy(passes[0], now_us);
	leave(0);
	pass_time(GATE_PAUSE_MS * MS);
	assert_true(gate_due_us(gate) == INT64_MAX);
	assert_int_equal(ask(1, "192.0.2.1"), GATE_OPEN);
	end();
}

/* Those who wait there go at once, to be told so. */
static void check_shut(size_t next)
{
	assert_int_equal(ask(next, "192.0.2.1"), GATE_SHUT);
	assert_int_equal(ask(next + 1, "192.0.2.2"), GATE_OPEN);
	leave(next);
	pass_time(GATE_SHUT_MS * MS - 1);
	assert_int_equal(ask(next, "192.0.2.1"), GATE_SHUT);
	leave(next);
	pass_time(1);
	assert_int_equal(ask(next, "192.0.2.1"), GATE_OPEN);
	leave(next);
	assert_true(gate_due_us(gate) == INT64_MAX);
}

static void test_gate_busy_again_and_again_is_shut(void **state)
{
	size_t at = 0;

	(void)state;
	begin(1, 100);
	ask(at, "192.0.2.1");
	for (; at < GATE_REFUSALS - 1; at++) {
		gate_busy(passes[at], now_us);
		ask(at + 1, "192.0.2.1");
		leave(at);
		pass_time(GATE_PAUSE_MAX_MS * MS);
	}
	n_gone = 0;
	ask(at + 1, "192.0.2.1");
	ask(at + 2, "192.0.2.1");
	ask(at + 3, "192.0.2.1");
	leave(at + 3);
	gate_busy(passes[at], now_us);
	may_be = GATE_SHUT;
	expect_gone("4 5");
	leave(at);
	leave(at + 1);
	leave(at + 2);
	check_shut(at + 4);
	end();
}

static void test_gate_nobody_answers_again_and_again_is_shut(void **state)
{
	(void)state;
	begin(4, 100);
	for (size_t i = 0; i < 3; i++)
		ask(i, "192.0.2.1");
	gate_silent(passes[0], now_us);
	gate_silent(passes[1], now_us);
	assert_int_equal(ask(3, "192.0.2.1"), GATE_OPEN);
	gate_welcome(passes[3], now_us); /* it does answer */
	gate_silent(passes[2], now_us);
	gate_silent(passes[0], now_us);
	assert_int_equal(ask(4, "192.0.2.1"), GATE_HOST);
	gate_silent(passes[1], now_us);
	may_be = GATE_SHUT;
	expect_gone("4");
	for (size_t i = 0; i < 5; i++)
		leave(i);
	check_shut(5);
	end();
}

/* ---- no descriptor ---- */

static void test_gate_no_files_it_is_first_when_one_leaves(void **state)
{
	(void)state;
	begin(1, 100);
	ask(0, "192.0.2.1");
	ask(1, "192.0.2.2");
	assert_true(gate_no_files(passes[1], now_us));
	assert_int_equal(gate_state(passes[1], now_us), GATE_FILES);
	assert_int_equal(ask(2, "192.0.2.3"), GATE_FILES);
	expect_gone("");
	leave(0);
	expect_gone("1 2");
	end();
}

static void test_gate_no_files_and_none_of_ours_it_gives_up_in_time(
    void **state)
{
	int64_t began;
	int tries = 0;

	(void)state;
	begin(1, 100);
	began = now_us;
	ask(0, "192.0.2.1");
	while (gate_no_files(passes[0], now_us)) {
		tries++;
		pass_time(GATE_FILES_MS * MS);
		expect_gone("0");
	}
	assert_int_equal(tries, GATE_FILES_TRIES);
	assert_int_equal(now_us - began,
	                 (int64_t)GATE_FILES_TRIES * GATE_FILES_MS * MS);
	assert_int_equal(gate_state(passes[0], now_us), GATE_OPEN);
	end();
}

/* ---- anything in any order ---- */

enum { HOSTS = 7, STEPS = 20000, HOST_MAX = 2, TOTAL = 5 };

static uint32_t dice_state;

static uint32_t dice(uint32_t sides)
{
	/* the numbers of "Numerical Recipes" */
	dice_state = dice_state * 1664525u + 1013904223u;
	return (dice_state >> 8) % sides;
}

static void check_bounds(const size_t host_of[PASSES])
{
	size_t open[HOSTS] = { 0 }, total = 0;

	for (size_t i = 0; i < PASSES; i++)
		if (passes[i] && gate_state(passes[i], now_us) == GATE_OPEN) {
			total++;
			open[host_of[i]]++;
		}
	assert_in_range(total, 0, TOTAL);
	for (size_t i = 0; i < HOSTS; i++)
		assert_in_range(open[i], 0, HOST_MAX);
}

static void step(size_t host_of[PASSES])
{
	size_t i = dice(PASSES);
	char address[32];

	if (!passes[i]) {
		host_of[i] = dice(HOSTS);
		snprintf(address, sizeof address, "192.0.2.%zu", host_of[i]);
		ask(i, address);
	} else if (gate_state(passes[i], now_us) == GATE_SHUT) {
		leave(i);
	} else if (gate_state(passes[i], now_us) != GATE_OPEN) {
		if (dice(20) == 0)
			leave(i);
	} else if (dice(50) == 0) {
		gate_silent(passes[i], now_us);
	} else if (dice(4) == 0) {
		gate_busy(passes[i], now_us);
	} else if (dice(4) == 0) {
		gate_no_files(passes[i], now_us);
	} else if (dice(2) == 0) {
		gate_welcome(passes[i], now_us);
	} else {
		leave(i);
	}
}

static void leave_open(void)
{
	for (size_t i = 0; i < PASSES; i++)
		if (passes[i] && gate_state(passes[i], now_us) == GATE_OPEN)
			leave(i);
}

static bool any_waits(void)
{
	for (size_t i = 0; i < PASSES; i++)
		if (passes[i] && gate_state(passes[i], now_us) != GATE_OPEN &&
		    gate_state(passes[i], now_us) != GATE_SHUT)
			return true;
	return false;
}

static void test_gate_any_order_keeps_bounds_and_lets_everyone_go(
    void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 5; seed++) {
		size_t host_of[PASSES] = { 0 };

		dice_state = seed;
		begin(HOST_MAX, TOTAL);
		may_be = GATE_SHUT;
		for (int i = 0; i < STEPS; i++) {
			step(host_of);
			if (dice(3) == 0)
				pass_time(dice(2000) * MS);
			n_gone = 0;
			check_bounds(host_of);
		}
		for (int i = 0; any_waits(); i++) {
			assert_true(i < 10 * PASSES);
			leave_open();
			pass_time(GATE_PAUSE_MAX_MS * MS);
			n_gone = 0;
		}
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate_host_is_full_others_wait_in_order),
		cmocka_unit_test(
		    test_gate_other_hosts_and_ports_are_not_held_up),
		cmocka_unit_test(test_gate_total_is_reached_all_wait_in_order),
		cmocka_unit_test(
		    test_gate_busy_host_is_left_alone_for_longer_each_time),
		cmocka_unit_test(test_gate_after_a_pause_one_goes_first),
		cmocka_unit_test(
		    test_gate_pause_over_while_nobody_waits_is_forgotten),
		cmocka_unit_test(test_gate_busy_again_and_again_is_shut),
		cmocka_unit_test(
		    test_gate_nobody_answers_again_and_again_is_shut),
		cmocka_unit_test(
		    test_gate_no_files_it_is_first_when_one_leaves),
		cmocka_unit_test(
		    test_gate_no_files_and_none_of_ours_it_gives_up_in_time),
		cmocka_unit_test(
		    test_gate_any_order_keeps_bounds_and_lets_everyone_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
