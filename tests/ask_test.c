/* ask_secret: the question for the password on a real terminal: no echo, the
 * modes given back whatever happens, nothing of the password anywhere. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/xalloc.h"
#include "sanitized.h"
#include "vt.h"

static const char question[] = "Password of me (not shown): ";
static const char canary[] = "Kanarienvogel-7";

/* Nobody listens on port 1: whatever was typed, nothing is sent. */
static struct vt *start(void)
{
	const char *program = getenv("SMTPSCOPE");
	const char *argv[] = { program, "--batch", "--no-record", "127.0.0.1:1",
		               "--auth-user", "me", NULL };
	struct vt_options o = { .w = 80, .h = 24, .argv = argv };

	assert_non_null(program);
	return vt_start(&o);
}

static bool echoes(const struct vt *v)
{
	struct termios t;

	vt_termios(v, &t);
	return t.c_lflag & ECHO;
}

static void assert_given_back(struct vt *v)
{
	struct termios t;

	vt_termios(v, &t);
	assert_int_equal(t.c_lflag & (ICANON | ECHO | ISIG),
	                 ICANON | ECHO | ISIG);
	assert_false(t.c_lflag & ECHONL);
}

static struct vt *asked(void)
{
	struct vt *v = start();

	assert_true(vt_wait_text(v, question));
	assert_false(echoes(v));
	return v;
}

static void assert_unseen(struct vt *v)
{
	size_t len;
	const char *raw = vt_raw(v, &len);

	assert_null(memmem(raw, len, canary, strlen(canary)));
}

static void test_answer_is_not_shown(void **state)
{
	struct vt *v = asked();
	int value;

	(void)state;
	vt_send(v, canary, strlen(canary));
	vt_send(v, "\n", 1);
	assert_int_equal(vt_wait_job(v, &value), VT_EXITED);
	assert_int_equal(value, 74); /* it went on: nobody listens */
	assert_given_back(v);
	assert_unseen(v);
	vt_free(v);
}

static void test_no_answer_is_wrong_usage(void **state)
{
	static const char *const answers[] = { "\n", "\x04" };
	int value;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct vt *v = asked();

		vt_send(v, answers[i], 1);
		assert_int_equal(vt_wait_job(v, &value), VT_EXITED);
		assert_int_equal(value, 64);
		assert_given_back(v);
		vt_free(v);
	}
}

static void test_signal_gives_the_echo_back(void **state)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	int value;

	(void)state;
	if (SIGNALS_COME_LATE)
		skip();
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct vt *v = asked();

		vt_send(v, canary, strlen(canary));
		vt_signal(v, numbers[i]);
		assert_int_equal(vt_wait_job(v, &value), VT_KILLED);
		assert_int_equal(value, numbers[i]);
		assert_given_back(v);
		assert_unseen(v);
		vt_free(v);
	}
}

/* The question is on the screen already, so it is the modes that tell; within
 * ten seconds. */
static bool asks_again(const struct vt *v)
{
	struct timespec t;
	time_t end;

	clock_gettime(CLOCK_MONOTONIC, &t);
	end = t.tv_sec + 10;
	while (echoes(v) && t.tv_sec < end) {
		sched_yield();
		clock_gettime(CLOCK_MONOTONIC, &t);
	}
	return !echoes(v);
}

/* Ctrl-Z, a shell's echo meanwhile, fg: asked again, and still no echo. */
static void test_suspend_gives_the_echo_back_and_asks_again(void **state)
{
	struct vt *v;
	int value;

	(void)state;
	if (SIGNALS_COME_LATE)
		skip();
	v = asked();
	vt_send(v, "half", 4);
	vt_send(v, "\x1a", 1);
	assert_int_equal(vt_wait_job(v, NULL), VT_STOPPED);
	assert_given_back(v);
	vt_continue(v);
	assert_true(asks_again(v));
	vt_send(v, canary, strlen(canary));
	vt_send(v, "\n", 1);
	assert_int_equal(vt_wait_job(v, &value), VT_EXITED);
	assert_int_equal(value, 74);
	assert_given_back(v);
	assert_unseen(v);
	vt_free(v);
}

static void test_resize_changes_nothing(void **state)
{
	struct vt *v = asked();
	int value;

	(void)state;
	vt_resize(v, 100, 30);
	assert_false(echoes(v));
	vt_send(v, canary, strlen(canary));
	vt_resize(v, 60, 16);
	vt_send(v, "\n", 1);
	assert_int_equal(vt_wait_job(v, &value), VT_EXITED);
	assert_int_equal(value, 74);
	assert_given_back(v);
	assert_unseen(v);
	vt_free(v);
}

/* While the secret is held: no core file (C08). */
static void test_no_core_file_while_it_is_held(void **state)
{
	struct vt *v = asked();
	char *path = xasprintf("/proc/%d/limits", (int)vt_pid(v)), line[256];
	FILE *f = fopen(path, "r");
	bool none = false;

	(void)state;
	free(path);
	if (!f) { /* no such file system, or the process is closed to us */
		vt_free(v);
		skip();
	}
	while (fgets(line, sizeof line, f))
		none |= strncmp(line, "Max core file size        0 ", 28) == 0;
	fclose(f);
	assert_true(none);
	vt_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer_is_not_shown),
		cmocka_unit_test(test_no_answer_is_wrong_usage),
		cmocka_unit_test(test_signal_gives_the_echo_back),
		cmocka_unit_test(
			test_suspend_gives_the_echo_back_and_asks_again),
		cmocka_unit_test(test_resize_changes_nothing),
		cmocka_unit_test(test_no_core_file_while_it_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
