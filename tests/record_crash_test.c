/*
 * record, killed: a process that records as fast as it can gets SIGKILL at a
 * random moment, over and over. What it leaves must be the beginning of what
 * it would have written, and read back to its last whole line. The same with
 * the program itself in a lesson.
 *
 *   record_crash_test [SEED]
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "recordtest.h"
#include "sanitized.h"
#include "util/xalloc.h"

enum {
	KILLS = SANITIZED ? 50 : 1000,
	PROGRAM_KILLS = SANITIZED ? 3 : 15,
	EVENTS = 800,   /* of the reference; hardly a child comes so far */
	LIFE_US = 1500, /* of a child, at most */
};

static uint64_t seed = 20260102;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

/* Event n, the same in each process. Lines have 100 bytes to 20 KiB: the
 * kernel takes a long one in pieces, and a kill can come between them. */
static void record_nth(struct record *r, uint32_t n)
{
	static char line[20 << 10];
	size_t len = n % 7 ? n % 211 : n * 7919 % (sizeof line - 1);
	struct event *e;

	memset(line, 'a' + (int)(n % 26), len);
	line[len] = '\0';
	e = recordtest_sent(n, "NOOP", line);
	record_event(r, e);
	free(e);
}

/* told: gets a byte once the file is there, -1 none. */
static void record_many(const char *path, uint32_t events, int told)
{
	char *error = NULL;
	struct record *r = record_open(path, NULL, &error);

	if (told >= 0 && write(told, "", 1) != 1)
		_exit(1);
	for (uint32_t n = 1; r && n <= events; n++)
		record_nth(r, n);
	record_close(r);
}

/* After that time behind its first byte, or when it has ended. */
static void kill_after(pid_t child, int end, uint32_t us)
{
	struct timespec t = { .tv_nsec = 1000 * (long)us };
	char there;
	fd_set ends;

	assert_int_equal(read(end, &there, 1), 1);
	FD_ZERO(&ends);
	FD_SET(end, &ends);
	pselect(end + 1, &ends, NULL, NULL, &t, NULL);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void record_and_die(const char *path, uint32_t us)
{
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		record_many(path, EVENTS, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	kill_after(child, ends[0], us);
	close(ends[0]);
}

struct reference {
	char *data;
	size_t len;
};

/* The file is the beginning of the reference, and read as far as that goes.
 * Returns whether its last line was cut. */
static bool assert_beginning(const char *path, const struct reference *whole)
{
	struct recordtest_result got;
	size_t len, lines = 0;
	char *data = recordtest_read(path, &len), told[32];
	bool torn = len > 0 && data[len - 1] != '\n';

	assert_true(len <= whole->len);
	assert_memory_equal(data, whole->data, len);
	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	recordtest_replay(path, &got);
	if (torn && whole->data[len] == '\n') { /* cut, and yet all is there */
		lines++;
		torn = false;
	}
	assert_int_equal(got.events, lines);
	assert_int_equal(got.end, torn ? REPLAY_CUT : REPLAY_END);
	snprintf(told, sizeof told, lines ? "line %zu" : "first line",
	         lines + 1);
	if (torn)
		assert_non_null(strstr(got.error, told));
	free(data);
	return torn;
}

static void test_record_killed_at_any_moment_reads_back(void **state)
{
	char *path = recordtest_path("killed"), *all = recordtest_path("all");
	struct reference whole;
	size_t torn = 0;

	(void)state;
	record_many(all, EVENTS, -1);
	whole.data = recordtest_read(all, &whole.len);
	for (int i = 0; i < KILLS; i++) {
		unlink(path);
		record_and_die(path, random_below(LIFE_US));
		torn += assert_beginning(path, &whole);
	}
	printf("%d kills, %zu lines cut\n", KILLS, torn);
	free(whole.data);
	free(path);
	free(all);
}

/* --- the program */

static pid_t start_lesson(const char *lesson, const char *path, int out)
{
	const char *program = getenv("SMTPSCOPE");
	pid_t child = fork();

	if (child == 0) {
		setenv("SMTPSCOPE_TEST_CLOCK", "2026-01-02T10:41:02Z", 1);
		dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		execl(program, program, lesson, "--seed", "1", "--batch",
		      "--record", path, (char *)NULL);
		_exit(127);
	}
	close(out);
	return child;
}

/* Takes what the program prints, up to most bytes; returns how many. */
static size_t take(int fd, size_t most)
{
	char piece[4096];
	size_t got = 0;
	ssize_t n = 1;

	while (got < most && n > 0) {
		size_t want = most - got;

		n = read(fd, piece, want < sizeof piece ? want : sizeof piece);
		got += n > 0 ? (size_t)n : 0;
	}
	return got;
}

/* Returns how much it printed before it was killed, or, most being SIZE_MAX,
 * in all. */
static size_t run_lesson(const char *lesson, const char *path, size_t most)
{
	size_t printed;
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	child = start_lesson(lesson, path, ends[1]);
	printed = take(ends[0], most);
	if (most < SIZE_MAX)
		kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ends[0]);
	return printed;
}

static void test_program_killed_at_any_moment_reads_back(void **state)
{
	char *path, *all;
	struct reference whole;
	size_t printed, torn = 0;

	(void)state;
	if (!getenv("SMTPSCOPE"))
		skip();
	path = recordtest_path("lesson");
	all = recordtest_path("done");
	printed = run_lesson("--demo=first", all, SIZE_MAX);
	assert_true(printed > 1000);
	whole.data = recordtest_read(all, &whole.len);
	for (int i = 0; i < PROGRAM_KILLS; i++) {
		unlink(path);
		run_lesson("--demo=first", path,
		           random_below((uint32_t)printed));
		if (access(path, F_OK) == 0)
			torn += assert_beginning(path, &whole);
	}
	printf("%d kills of the program, %zu lines cut\n", PROGRAM_KILLS,
	       torn);
	free(whole.data);
	free(path);
	free(all);
}

/* Passwords of the lesson, plain and at each place of a Base64 group. */
static void assert_no_password(const char *path)
{
	static const char *const forms[] = { "geheim", "Z2VoZWlt", "dlaGVpb",
		"nZWhlaW", "falsch", "ZmFsc2No", "ZhbHNja", "mYWxzY2" };
	size_t len;
	char *data = recordtest_read(path, &len);

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strstr(data, forms[i]))
			fail_msg("%s is in a recording", forms[i]);
	free(data);
}

static void test_program_killed_in_a_login_leaves_no_password(void **state)
{
	char *path;
	size_t printed;

	(void)state;
	if (!getenv("SMTPSCOPE"))
		skip();
	path = recordtest_path("login");
	printed = run_lesson("--demo=auth", path, SIZE_MAX);
	assert_true(printed > 1000);
	assert_no_password(path);
	for (int i = 0; i < PROGRAM_KILLS; i++) {
		unlink(path);
		run_lesson("--demo=auth", path,
		           random_below((uint32_t)printed));
		if (access(path, F_OK) == 0)
			assert_no_password(path);
	}
	free(path);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_killed_at_any_moment_reads_back),
		cmocka_unit_test(test_program_killed_at_any_moment_reads_back),
		cmocka_unit_test(
		    test_program_killed_in_a_login_leaves_no_password),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 10);
	printf("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, recordtest_begin, recordtest_end);
}
