/* record and replay: files on disk, their modes, their ends, their number. */
#include "config.h"

#include "record/record.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "record/replay.h"
#include "util/xalloc.h"

static char dir[] = "/tmp/smtpscope-record-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command);
}

static char *in_dir(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void record_sent(struct record *r, const char *verb, const char *line)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, EV_SENT);
	b.e.n = 1;
	b.e.u.sent.verb = event_puts(&b, verb);
	b.e.u.sent.line = event_puts(&b, line);
	e = event_finish(&b);
	record_event(r, e);
	free(e);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

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

/* The texts of all events in order, then the result that ended it. */
static enum replay_result replay_all(const char *path, char *lines,
                                     size_t size, char *error)
{
	char *why = NULL;
	struct replay *r = replay_open(path, &why);
	enum replay_result result;
	struct event *e;
	size_t at = 0;

	assert_non_null(r);
	lines[0] = '\0';
	while ((result = replay_next(r, &e)) == REPLAY_EVENT) {
		at += (size_t)snprintf(lines + at, size - at, "%s;",
		                       event_text(e, e->u.sent.line));
		free(e);
	}
	snprintf(error, 256, "%s", replay_error(r));
	replay_close(r);
	return result;
}

static void test_record_named_file_is_private_and_whole(void **state)
{
	char *path = in_dir("named.jsonl"), *error = NULL;
	char lines[256], why[256];
	struct record *r;

	(void)state;
	write_file(path, "old");
	assert_int_equal(chmod(path, 0644), 0);
	r = record_open(path, NULL, &error);
	assert_non_null(r);
	record_sent(r, "EHLO", "EHLO a");
	record_sent(r, "(DATA BLOCK)", "Subject: b");
	record_close(r);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(replay_all(path, lines, sizeof lines, why),
	                 REPLAY_END);
	assert_string_equal(lines, "EHLO a;Subject: b;");
	free(path);
}

static void test_record_auto_is_private_without_bodies(void **state)
{
	char *sub = in_dir("deep/state/smtpscope"), *error = NULL;
	char lines[256], why[256], *path;
	struct record *r, *second;

	(void)state;
	r = record_open_auto(sub, "2026-01-02T10:41:02Z", NULL, &error);
	assert_non_null(r);
	assert_true(record_is_first(r));
	path = xstrdup(record_path(r));
	record_sent(r, "EHLO", "EHLO a");
	record_sent(r, "(DATA BLOCK)", "Subject: b");
	record_close(r);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(mode_of(sub), 0700);
	replay_all(path, lines, sizeof lines, why);
	assert_string_equal(lines, "EHLO a;");
	second = record_open_auto(sub, "2026-01-02T10:41:02Z", NULL, &error);
	assert_non_null(second);
	assert_false(record_is_first(second));
	assert_string_not_equal(record_path(second), path);
	record_close(second);
	free(path);
	free(sub);
}

static void test_record_auto_keeps_the_newest_fifty(void **state)
{
	char *sub = in_dir("many"), *error = NULL, *other, *oldest, *newest;

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	other = xasprintf("%s/mine.jsonl", sub);
	write_file(other, "a file of the user's own\n");
	for (int i = 0; i < 60; i++) {
		char time[32];

		snprintf(time, sizeof time, "2026-01-02T10:%02d:02Z", i);
		record_close(record_open_auto(sub, time, NULL, &error));
	}
	assert_int_equal(count_files(sub), RECORD_KEPT + 1);
	assert_int_equal(access(other, F_OK), 0);
	oldest = xasprintf("%s/20260102T101002Z-%ld.jsonl", sub,
	                   (long)getpid());
	newest = xasprintf("%s/20260102T105902Z-%ld.jsonl", sub,
	                   (long)getpid());
	assert_int_equal(access(oldest, F_OK), 0);
	assert_int_equal(access(newest, F_OK), 0);
	free(oldest);
	free(newest);
	free(other);
	free(sub);
}

static void test_record_auto_never_follows_a_link(void **state)
{
	char *sub = in_dir("links"), *victim = in_dir("victim"), *error = NULL;
	char *link;
	struct record *r;
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(sub, 0700), 0);
	write_file(victim, "");
	link = xasprintf("%s/20260102T104102Z-%ld.jsonl", sub, (long)getpid());
	assert_int_equal(symlink(victim, link), 0);
	r = record_open_auto(sub, "2026-01-02T10:41:02Z", NULL, &error);
	assert_non_null(r);
	record_sent(r, "EHLO", "EHLO a");
	record_close(r);
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 0);
	free(link);
	free(victim);
	free(sub);
}

static void test_record_full_disk_says_so_once_and_goes_on(void **state)
{
	char *error = NULL, *why;
	struct record *r;

	(void)state;
	if (access("/dev/full", W_OK) < 0)
		skip();
	r = record_open("/dev/full", NULL, &error);
	assert_non_null(r);
	assert_null(record_error(r));
	record_sent(r, "EHLO", "EHLO a");
	why = record_error(r);
	assert_non_null(why);
	assert_non_null(strstr(why, "/dev/full"));
	free(why);
	record_sent(r, "EHLO", "EHLO a");
	assert_null(record_error(r));
	record_close(r);
}

static void test_record_impossible_path_is_a_sentence(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(record_open("/no/such/dir/file", NULL, &error));
	assert_non_null(strstr(error, "/no/such/dir/file"));
	free(error);
	error = NULL;
	assert_null(record_open_auto("/dev/null/x", "2026-01-02T10:41:02Z",
	                             NULL, &error));
	assert_non_null(strstr(error, "/dev/null/x"));
	free(error);
	assert_null(replay_open("/no/such/file", &error));
	assert_non_null(strstr(error, "/no/such/file"));
	free(error);
}

#define SENT(line)                                                             \
	"{\"v\":1,\"t\":0,\"event\":\"sent\",\"line\":\"" line "\"}"

static void test_replay_ends(void **state)
{
	static const struct {
		const char *text, *lines, *error;
		enum replay_result result;
	} cases[] = {
		{ "", "", "", REPLAY_END },
		{ SENT("a") "\n\n" SENT("b") "\r\n", "a;b;", "", REPLAY_END },
		{ SENT("a") "\n" SENT("b"), "a;b;", "", REPLAY_END },
		{ SENT("a") "\n{\"v\":1,\"t\":0,\"ev", "a;", "line 2",
		  REPLAY_CUT },
		{ SENT("a") "\nrubbish\n" SENT("b") "\n", "a;", "line 2",
		  REPLAY_BAD },
		{ "rubbish", "", "line 1", REPLAY_BAD },
		{ SENT("a") "\n{\"v\":1,\"event\":\"sparkle\"}\n"
		  SENT("b") "\n",
		  "a;b;", "", REPLAY_END },
	};
	char *path = in_dir("ends");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char lines[256], error[256];

		write_file(path, cases[i].text);
		assert_int_equal(replay_all(path, lines, sizeof lines, error),
		                 cases[i].result);
		assert_string_equal(lines, cases[i].lines);
		if (!strstr(error, cases[i].error))
			fail_msg("case %zu: %s", i, error);
	}
	free(path);
}

/* Lines that lie across the pieces the file is read in. */
static void test_replay_long_lines_come_whole(void **state)
{
	char *path = in_dir("long"), *error = NULL;
	size_t len = 300 << 10;
	struct record *r = record_open(path, NULL, &error);
	struct replay *p;
	struct event *e;
	char *line = xmalloc(len + 1);

	(void)state;
	memset(line, 'x', len);
	line[len] = '\0';
	for (int i = 0; i < 5; i++)
		record_sent(r, "X", line);
	record_close(r);
	p = replay_open(path, &error);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(replay_next(p, &e), REPLAY_EVENT);
		assert_string_equal(event_text(e, e->u.sent.line), line);
		free(e);
	}
	assert_int_equal(replay_next(p, &e), REPLAY_END);
	assert_int_equal(replay_line(p), 5);
	replay_close(p);
	free(line);
	free(path);
}

static void test_replay_endless_line_is_refused_in_bounds(void **state)
{
	char *error = NULL;
	struct replay *p = replay_open("/dev/zero", &error);
	struct event *e;

	(void)state;
	assert_non_null(p);
	assert_int_equal(replay_next(p, &e), REPLAY_BAD);
	assert_non_null(strstr(replay_error(p), "8 MiB"));
	replay_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_named_file_is_private_and_whole),
		cmocka_unit_test(test_record_auto_is_private_without_bodies),
		cmocka_unit_test(test_record_auto_keeps_the_newest_fifty),
		cmocka_unit_test(test_record_auto_never_follows_a_link),
		cmocka_unit_test(
		    test_record_full_disk_says_so_once_and_goes_on),
		cmocka_unit_test(test_record_impossible_path_is_a_sentence),
		cmocka_unit_test(test_replay_ends),
		cmocka_unit_test(test_replay_long_lines_come_whole),
		cmocka_unit_test(test_replay_endless_line_is_refused_in_bounds),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
