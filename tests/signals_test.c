#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/xalloc.h"
#include "vt.h"

enum { STOPPED_BY_USER = 130 };

/* Every program that owns the terminal: its arguments, what is to be seen. */
static const struct subject {
	const char *name; /* below builddir; NULL: the program itself */
	const char *args[4];
	const char *quit;  /* keys that end it */
	int status;        /* of that end: to leave is no fault */
} subjects[] = {
	{"tests/term_demo", {NULL}, "<Ctrl-D>", 0},
	{NULL, {"--demo", "--no-record", "--seed", "1"}, ":q!<Enter>", 0},
};

enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

static char *path_of(const struct subject *s)
{
	const char *build = getenv("builddir");
	const char *program = getenv("SMTPSCOPE");

	if (s->name == NULL && program != NULL)
		return xstrdup(program);
	return xasprintf("%s/%s", build != NULL ? build : ".",
	                 s->name != NULL ? s->name : "smtpscope");
}

static struct vt *start(const struct subject *s)
{
	char *path = path_of(s);
	const char *argv[6] = {path};
	struct vt_options o = {.w = 80, .h = 24, .argv = argv};
	struct vt *v;

	for (size_t i = 0; i < 4 && s->args[i] != NULL; i++)
		argv[i + 1] = s->args[i];
	if (access(path, X_OK) != 0)
		fail_msg("%s is not there", path);
	v = vt_start(&o);
	free(path);
	assert_true(vt_settle(v));
	return v;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void assert_inside(struct vt *v)
{
	struct termios t;

	assert_true(vt_alt_screen(v));
	assert_true(vt_mouse(v));
	assert_true(vt_paste_mode(v));
	vt_termios(v, &t);
	assert_false(t.c_lflag & (ICANON | ECHO | ISIG));
}

static void assert_given_back(struct vt *v)
{
	struct termios t;
	int x, y;

	assert_false(vt_alt_screen(v));
	assert_false(vt_mouse(v));
	assert_false(vt_paste_mode(v));
	assert_true(vt_cursor(v, &x, &y));
	vt_termios(v, &t);
	assert_int_equal(t.c_lflag & (ICANON | ECHO | ISIG),
	                 ICANON | ECHO | ISIG);
	assert_true(t.c_iflag & ICRNL);
	assert_true(t.c_oflag & OPOST);
}

/* A signal that can be waited for may also be an orderly end: stopped by the
 * user. The others must be what ended it, for a core file. */
static void assert_ended_by(struct vt *v, int number)
{
	bool orderly = number == SIGTERM || number == SIGHUP ||
	               number == SIGINT;
	int value;
	enum vt_job job = vt_wait_job(v, &value);

	if (orderly && job == VT_EXITED) {
		assert_int_equal(value, STOPPED_BY_USER);
		return;
	}
	assert_int_equal(job, VT_KILLED);
	assert_int_equal(value, number);
}

static void test_term_fatal_signal_gives_terminal_back(void **state)
{
	static const int numbers[] = {SIGTERM, SIGHUP, SIGSEGV, SIGABRT,
	                              SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGINT};

	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(int); i++) {
			struct vt *v = start(&subjects[s]);

			assert_inside(v);
			vt_signal(v, numbers[i]);
			assert_ended_by(v, numbers[i]);
			assert_given_back(v);
			vt_free(v);
		}
	}
}

static void test_term_own_abort_gives_terminal_back(void **state)
{
	struct vt *v = start(&subjects[0]);
	int value;

	(void)state;
	vt_keys(v, "<F4>", false);
	assert_int_equal(vt_wait_job(v, &value), VT_KILLED);
	assert_int_equal(value, SIGABRT);
	assert_given_back(v);
	assert_true(vt_wait_text(v, "last words"));
	vt_free(v);
}

static void test_term_normal_end_gives_terminal_back(void **state)
{
	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		struct vt *v = start(&subjects[s]);
		int value;

		vt_keys(v, subjects[s].quit, true);
		assert_int_equal(vt_wait_job(v, &value), VT_EXITED);
		assert_int_equal(value, subjects[s].status);
		assert_given_back(v);
		vt_free(v);
	}
}

/* Stopped by stop(), resized meanwhile, continued: as if nothing had been. */
static void stop_and_go_on(const struct subject *s, void (*stop)(struct vt *))
{
	struct vt *v = start(s);
	char *before = vt_row(v, 0);
	char *after;

	stop(v);
	assert_int_equal(vt_wait_job(v, NULL), VT_STOPPED);
	assert_given_back(v);
	vt_resize(v, 100, 30);
	vt_continue(v);
	assert_true(vt_settle(v));
	assert_inside(v);
	vt_resize(v, 80, 24);
	assert_true(vt_settle(v));
	after = vt_row(v, 0);
	assert_string_equal(before, after);
	free(before);
	free(after);
	vt_free(v);
}

static void stop_by_key(struct vt *v)
{
	vt_keys(v, "<Ctrl-Z>", false);
}

static void stop_by_signal(struct vt *v)
{
	vt_signal(v, SIGTSTP);
}

static void test_term_suspend_and_fg_bring_all_back(void **state)
{
	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		stop_and_go_on(&subjects[s], stop_by_key);
		stop_and_go_on(&subjects[s], stop_by_signal);
	}
}

static void test_term_sigstop_and_cont_draw_anew(void **state)
{
	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		struct vt *v = start(&subjects[s]);

		vt_signal(v, SIGSTOP);
		assert_int_equal(vt_wait_job(v, NULL), VT_STOPPED);
		vt_continue(v);
		assert_true(vt_settle(v));
		assert_inside(v);
		vt_free(v);
	}
}

static void test_term_hang_up_ends_within_a_second(void **state)
{
	(void)state;
	for (size_t s = 0; s < SUBJECTS; s++) {
		struct vt *v = start(&subjects[s]);
		int64_t from = now_ms();
		enum vt_job job;

		vt_hang_up(v);
		job = vt_wait_job(v, NULL);
		assert_true(job == VT_EXITED || job == VT_KILLED);
		assert_true(now_ms() - from < 1000);
		vt_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_term_fatal_signal_gives_terminal_back),
		cmocka_unit_test(test_term_own_abort_gives_terminal_back),
		cmocka_unit_test(test_term_normal_end_gives_terminal_back),
		cmocka_unit_test(test_term_suspend_and_fg_bring_all_back),
		cmocka_unit_test(test_term_sigstop_and_cont_draw_anew),
		cmocka_unit_test(test_term_hang_up_ends_within_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
