/* record: which files it writes, their modes, their ends, their number. */
#include "config.h"

#include "record/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "recordtest.h"
#include "util/xalloc.h"

static int count_files(const char *path)
{
	struct dirent *entry;
	DIR *d = opendir(path);
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)))
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static struct record *open_named(const char *path)
{
	char *error = NULL;
	struct record *r = record_open(path, NULL, &error);

	if (!r)
		fail_msg("%s", error);
	return r;
}

static void assert_refused(const char *path, const char *why)
{
	char *error = NULL;

	assert_null(record_open(path, NULL, &error));
	if (!strstr(error, path) || !strstr(error, why))
		fail_msg("\"%s\", not \"%s\"", error, why);
	free(error);
}

static void assert_holds(const char *path, const char *text)
{
	size_t len;
	char *data = recordtest_read(path, &len);

	assert_string_equal(data, text);
	free(data);
}

static void test_record_named_file_is_private_and_whole(void **state)
{
	char *path = recordtest_path("named.jsonl");
	struct recordtest_result got;
	struct record *r;

	(void)state;
	recordtest_puts(path, "{\"v\":1,\"t\":0,\"event\":\"sent\"}\n");
	assert_int_equal(chmod(path, 0644), 0);
	r = open_named(path);
	recordtest_record(r, "EHLO", "EHLO a");
	recordtest_record(r, "(DATA BLOCK)", "Subject: b");
	record_close(r);
	assert_int_equal(recordtest_mode(path), 0600);
	recordtest_replay(path, &got);
	assert_int_equal(got.end, REPLAY_END);
	assert_string_equal(got.lines, "EHLO a;Subject: b;");
	free(path);
}

static void test_record_named_file_is_emptied_if_it_is_a_recording(void **state)
{
	static const struct {
		const char *text;
		bool taken;
	} rows[] = {
		{ "", true },
		{ "{", true }, /* a process was killed early */
		{ "{\"v\":", true },
		{ "{\"v\":1,\"t\":0.000001,\"n\":1", true },
		{ "{\"v\":2,\"new\":true}\n", true },
		{ "\n", false },
		{ "\\documentclass{book}\n", false },
		{ "{\"name\":\"x\"}\n", false },
		{ "[{\"v\":1}]", false },
		{ "{\"v\"", true },
		{ "{\"w\"", false },
	};
	char *path = recordtest_path("theirs");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		recordtest_puts(path, rows[i].text);
		if (rows[i].taken)
			record_close(open_named(path));
		else
			assert_refused(path, "no recording");
		assert_holds(path, rows[i].taken ? "" : rows[i].text);
	}
	free(path);
}

static void test_record_named_link_is_refused(void **state)
{
	char *path = recordtest_path("a-link"), *to = recordtest_path("kept");

	(void)state;
	recordtest_puts(to, "{\"v\":1}\n");
	assert_int_equal(symlink(to, path), 0);
	assert_refused(path, "symbolic link");
	assert_holds(to, "{\"v\":1}\n");
	assert_int_equal(unlink(to), 0);
	assert_refused(path, "symbolic link"); /* nor is its target made */
	assert_int_equal(access(to, F_OK), -1);
	assert_refused("/dev/stdout", "symbolic link");
	free(path);
	free(to);
}

static void test_record_named_folder_is_refused(void **state)
{
	char *path = recordtest_path("");

	(void)state;
	assert_refused(path, strerror(EISDIR));
	free(path);
}

static void test_record_named_file_of_another_user_is_refused(void **state)
{
	char *path = recordtest_path("root's");

	(void)state;
	recordtest_puts(path, "{\"v\":1}\n");
	if (geteuid() != 0 || chown(path, 12345, (gid_t)-1) < 0) {
		free(path);
		skip();
	}
	assert_refused(path, "another user");
	assert_holds(path, "{\"v\":1}\n");
	free(path);
}

/* Neither a FIFO without a reader nor one that is full may hold us up. */
static void test_record_named_fifo_needs_a_reader(void **state)
{
	char *path = recordtest_path("fifo"), line[4096], *error;
	char got[64] = "";
	struct record *r;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refused(path, "nobody reads");
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	r = open_named(path);
	recordtest_record(r, "EHLO", "EHLO a");
	assert_int_equal(read(fd, got, 9), 9);
	assert_string_equal(got, "{\"v\":1,\"t");
	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	for (int i = 0; i < 64 && !(error = record_error(r)); i++)
		recordtest_record(r, "X", line);
	assert_non_null(strstr(error, strerror(ETIMEDOUT)));
	free(error);
	record_close(r);
	close(fd);
	free(path);
}

/* A pipe takes a long line in pieces: each is completed. */
static void test_record_named_fifo_gets_all_of_a_long_line(void **state)
{
	enum { LINE = 300 << 10, LINES = 5 };
	char *path = recordtest_path("pieces"), *line = xmalloc(LINE + 1);
	struct recordtest_result got;
	struct record *r;
	int fd, status;
	pid_t child;

	(void)state;
	memset(line, 'x', LINE);
	line[LINE] = '\0';
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	r = open_named(path);
	child = fork();
	if (child == 0) {
		record_close(r);
		recordtest_replay(path, &got);
		_exit(got.end == REPLAY_END && got.events == LINES ? 0 : 1);
	}
	for (int i = 0; i < LINES; i++)
		recordtest_record(r, "X", line);
	assert_null(record_error(r));
	record_close(r);
	close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	free(line);
	free(path);
}

/* What a shell gives for --record >(command). */
static void test_record_named_descriptor_is_taken(void **state)
{
	int ends[2];
	struct record *r;
	char path[32], got[8] = "";

	(void)state;
	if (access("/dev/fd", F_OK) < 0)
		skip();
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
	r = open_named(path);
	recordtest_record(r, "EHLO", "EHLO a");
	assert_int_equal(read(ends[0], got, 5), 5);
	assert_string_equal(got, "{\"v\":");
	record_close(r);
	close(ends[0]);
	close(ends[1]);
}

static void test_record_two_processes_never_share_a_file(void **state)
{
	char *path = recordtest_path("shared.jsonl");
	struct recordtest_result got;
	struct record *r = open_named(path);
	int status;
	pid_t child;

	(void)state;
	recordtest_record(r, "EHLO", "EHLO a");
	child = fork();
	if (child == 0) {
		char *error = NULL;

		_exit(!record_open(path, NULL, &error) &&
		      strstr(error, "another process") ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_refused(path, "another process");
	recordtest_record(r, "QUIT", "QUIT");
	record_close(r);
	recordtest_replay(path, &got);
	assert_string_equal(got.lines, "EHLO a;QUIT;");
	record_close(open_named(path)); /* and now it is free */
	free(path);
}

static struct record *open_auto(const char *sub, const char *time)
{
	char *error = NULL;
	struct record *r = record_open_auto(sub, time, NULL, &error);

	if (!r)
		fail_msg("%s", error);
	return r;
}

static void test_record_auto_is_private_without_bodies(void **state)
{
	char *sub = recordtest_path("deep/state/smtpscope"), *path;
	struct record *r = open_auto(sub, "2026-01-02T10:41:02Z"), *second;
	struct recordtest_result got;

	(void)state;
	assert_true(record_is_first(r));
	path = xstrdup(record_path(r));
	recordtest_record(r, "EHLO", "EHLO a");
	recordtest_record(r, "(DATA BLOCK)", "Subject: b");
	record_close(r);
	assert_int_equal(recordtest_mode(path), 0600);
	assert_int_equal(recordtest_mode(sub), 0700);
	recordtest_replay(path, &got);
	assert_string_equal(got.lines, "EHLO a;");
	second = open_auto(sub, "2026-01-02T10:41:02Z");
	assert_false(record_is_first(second));
	assert_string_not_equal(record_path(second), path);
	record_close(second);
	free(path);
	free(sub);
}

static char *name_of(const char *sub, const char *stamp)
{
	return xasprintf("%s/%s-%ld.jsonl", sub, stamp, (long)getpid());
}

static void assert_there(const char *sub, const char *stamp, bool there)
{
	char *path = name_of(sub, stamp);

	if ((access(path, F_OK) == 0) != there)
		fail_msg("%s is %sthere", path, there ? "not " : "");
	free(path);
}

/* Sixty that ended and, the oldest of all, one that is still written. */
static void test_record_auto_keeps_the_newest_fifty(void **state)
{
	static const char *const others[] = { "mine.jsonl", "history",
		"20260102T100002Z-1.txt", "20260102T1000Z-1.jsonl" };
	char *sub = recordtest_path("many"), *other;
	struct record *live;

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		other = xasprintf("%s/%s", sub, others[i]);
		recordtest_puts(other, "the user's own\n");
		free(other);
	}
	live = open_auto(sub, "2026-01-02T09:00:00Z");
	for (int i = 0; i < 60; i++) {
		char time[32];

		snprintf(time, sizeof time, "2026-01-02T10:%02d:02Z", i);
		record_close(open_auto(sub, time));
	}
	assert_int_equal(count_files(sub), RECORD_KEPT + 1 + 4);
	assert_there(sub, "20260102T090000Z", true);
	assert_there(sub, "20260102T100902Z", false);
	assert_there(sub, "20260102T101002Z", true);
	assert_there(sub, "20260102T105902Z", true);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		other = xasprintf("%s/%s", sub, others[i]);
		assert_holds(other, "the user's own\n");
		free(other);
	}
	record_close(live);
	free(sub);
}

/* The clock of a machine may be decades off; names sort all the same, and what
 * is being written stays whatever its name says. */
static void test_record_auto_survives_jumps_of_the_clock(void **state)
{
	static const char *const times[] = { "1970-01-01T00:00:00Z",
		"2016-12-31T23:59:60Z", "2026-01-02T10:41:02Z",
		"2026-01-03T10:41:02Z", "2038-01-19T03:14:08Z",
		"9999-12-31T23:59:59Z" };
	enum { TIMES = sizeof times / sizeof *times };
	char *sub = recordtest_path("jumps"), *last = NULL, name[32];
	struct record *r;

	(void)state;
	for (size_t i = 0; i < TIMES; i++) {
		r = open_auto(sub, times[i]);
		assert_true(!last || strcmp(last, record_path(r)) < 0);
		free(last);
		last = xstrdup(record_path(r));
		record_close(r);
	}
	free(last);
	for (int i = 0; i < RECORD_KEPT; i++) {
		snprintf(name, sizeof name, "2050-01-01T00:00:%02dZ", i);
		record_close(open_auto(sub, name));
	}
	r = open_auto(sub, "1970-01-01T00:00:01Z");
	assert_int_equal(access(record_path(r), F_OK), 0);
	recordtest_record(r, "EHLO", "EHLO a");
	assert_null(record_error(r));
	record_close(r);
	free(sub);
}

static void test_record_auto_never_follows_a_link(void **state)
{
	char *sub = recordtest_path("links"), *link;
	char *victim = recordtest_path("victim");
	struct record *r;

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	recordtest_puts(victim, "");
	link = name_of(sub, "20260102T104102Z");
	assert_int_equal(symlink(victim, link), 0);
	r = open_auto(sub, "2026-01-02T10:41:02Z");
	recordtest_record(r, "EHLO", "EHLO a");
	record_close(r);
	assert_holds(victim, "");
	free(link);
	free(victim);
	free(sub);
}

static void test_record_full_disk_says_so_once_and_goes_on(void **state)
{
	struct record *r;
	char *why;

	(void)state;
	if (access("/dev/full", W_OK) < 0)
		skip();
	r = open_named("/dev/full");
	assert_null(record_error(r));
	recordtest_record(r, "EHLO", "EHLO a");
	why = record_error(r);
	assert_non_null(why);
	assert_non_null(strstr(why, "/dev/full"));
	assert_non_null(strstr(why, "stopped at event "));
	assert_non_null(strstr(why, strerror(ENOSPC)));
	free(why);
	recordtest_record(r, "EHLO", "EHLO a");
	assert_null(record_error(r));
	record_close(r);
}

/* Room for limit bytes: what fits of the line that does not is written by the
 * kernel (a short write), and taken back by us. */
static void record_up_to(const char *path, size_t limit, size_t line_len)
{
	struct rlimit old, now;
	struct record *r = open_named(path);
	char *why, told[64];
	struct event *e;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	now = (struct rlimit){ limit, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	for (uint32_t n = 1; n <= 4; n++) {
		e = recordtest_sent(n, "X", "1234567890");
		record_event(r, e);
		free(e);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	e = recordtest_sent(5, "X", "5"); /* there is room again: too late */
	record_event(r, e);
	free(e);
	why = record_error(r);
	snprintf(told, sizeof told, "stopped at event %zu: ",
	         limit / line_len + 1);
	if (!why || !strstr(why, told))
		fail_msg("limit %zu: \"%s\", not \"%s\"", limit, why, told);
	free(why);
	record_close(r);
}

static void test_record_stopped_at_any_byte_leaves_whole_lines(void **state)
{
	char *path = recordtest_path("limited"), *data;
	struct record *r = open_named(path);
	struct event *e = recordtest_sent(1, "X", "1234567890");
	size_t line, len;

	(void)state;
	record_event(r, e);
	record_close(r);
	free(e);
	free(recordtest_read(path, &line));
	signal(SIGXFSZ, SIG_IGN); /* as the program does */
	for (size_t limit = 0; limit < 3 * line; limit++) {
		record_up_to(path, limit, line);
		data = recordtest_read(path, &len);
		assert_int_equal(len, limit / line * line);
		assert_true(len == 0 || data[len - 1] == '\n');
		free(data);
	}
	signal(SIGXFSZ, SIG_DFL);
	free(path);
}

static void test_record_impossible_path_is_a_sentence(void **state)
{
	char *error = NULL;

	(void)state;
	assert_refused("/no/such/dir/file", strerror(ENOENT));
	assert_null(record_open_auto("/dev/null/x", "2026-01-02T10:41:02Z",
	                             NULL, &error));
	assert_non_null(strstr(error, "/dev/null/x"));
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_named_file_is_private_and_whole),
		cmocka_unit_test(
		    test_record_named_file_is_emptied_if_it_is_a_recording),
		cmocka_unit_test(test_record_named_link_is_refused),
		cmocka_unit_test(test_record_named_folder_is_refused),
		cmocka_unit_test(
		    test_record_named_file_of_another_user_is_refused),
		cmocka_unit_test(test_record_named_fifo_needs_a_reader),
		cmocka_unit_test(
		    test_record_named_fifo_gets_all_of_a_long_line),
		cmocka_unit_test(test_record_named_descriptor_is_taken),
		cmocka_unit_test(test_record_two_processes_never_share_a_file),
		cmocka_unit_test(test_record_auto_is_private_without_bodies),
		cmocka_unit_test(test_record_auto_keeps_the_newest_fifty),
		cmocka_unit_test(test_record_auto_survives_jumps_of_the_clock),
		cmocka_unit_test(test_record_auto_never_follows_a_link),
		cmocka_unit_test(
		    test_record_full_disk_says_so_once_and_goes_on),
		cmocka_unit_test(
		    test_record_stopped_at_any_byte_leaves_whole_lines),
		cmocka_unit_test(test_record_impossible_path_is_a_sentence),
	};

	return cmocka_run_group_tests(tests, recordtest_begin, recordtest_end);
}
