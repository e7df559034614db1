/* outfile: a file is written whole or the old one stays (reliability E07,
 * E08). */
#include "config.h"

#include "util/outfile.h"

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
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/i18n.h"

enum { NOBODY = 65534 };

static char dir[] = "/tmp/outfile-XXXXXX";

static void put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *name, const char *text)
{
	char found[64] = "";
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	found[fread(found, 1, sizeof found - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(found, text);
}

static size_t count_files(void)
{
	DIR *d = opendir(".");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2; /* . and .. */
}

static void remove_all(void)
{
	DIR *d = opendir(".");
	struct dirent *e;

	assert_non_null(d);
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			remove(e->d_name);
	closedir(d);
}

static int begin(void **state)
{
	(void)state;
	i18n_set("en");
	memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	umask(0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	remove_all();
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(dir), 0);
	return 0;
}

static void assert_written(const char *path, enum outfile_mode mode)
{
	struct stat st;

	assert_null(outfile_check(path, mode));
	assert_null(outfile_write(path, mode, "new\n", 4));
	assert_holds(path, "new\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_write_makes_or_replaces_one_file(void **state)
{
	(void)state;
	assert_written("a", OUTFILE_NEW);
	put("a", "an old text that is longer than the new one\n");
	assert_int_equal(chmod("a", 0644), 0);
	assert_written("a", OUTFILE_REPLACE);
	assert_written("./b c", OUTFILE_REPLACE);
	assert_int_equal(count_files(), 2);
}

/* Both functions refuse with this word, and nothing is changed. */
static void assert_refused(const char *path, enum outfile_mode mode,
                           const char *word)
{
	size_t before = count_files();
	char *early = outfile_check(path, mode);
	char *late = outfile_write(path, mode, "new\n", 4);

	assert_non_null(early);
	assert_non_null(late);
	if (!strstr(early, word) || !strstr(late, word))
		fail_msg("%s: \"%s\", \"%s\" without \"%s\"", path, early,
		         late, word);
	free(early);
	free(late);
	assert_int_equal(count_files(), before);
}

static void test_same_file_by_any_of_its_names(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "new", "new", true }, { "new", "./new", true },
		{ "./new", "folder/../new", true }, { "new", "other", false },
		{ "new", "folder/new", false }, { "a", "link", true },
		{ "a", "folder/../a", true }, { "a", "b", false },
		{ "a", "new", false }, { "missing/a", "missing/a", true },
		{ "missing/a", "a", false }, { "", "a", false },
	};
	char whole[64];

	(void)state;
	put("a", "1");
	put("b", "2");
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (outfile_same(rows[i].a, rows[i].b) != rows[i].same)
			fail_msg("%s, %s", rows[i].a, rows[i].b);
	snprintf(whole, sizeof whole, "%s/new", dir);
	assert_true(outfile_same("new", whole));
}

static void test_E08_what_is_no_file_of_ours_stays(void **state)
{
	static const struct {
		const char *path, *word;
		enum outfile_mode mode;
	} rows[] = {
		{ "link", "symbolic link", OUTFILE_REPLACE },
		{ "link", "symbolic link", OUTFILE_NEW },
		{ "dangling", "symbolic link", OUTFILE_NEW },
		{ "fifo", "no regular file", OUTFILE_REPLACE },
		{ "folder", "directory", OUTFILE_REPLACE },
		{ "folder/", "directory", OUTFILE_REPLACE },
		{ "missing/a", "No such file", OUTFILE_REPLACE },
		{ "old/a", "Not a directory", OUTFILE_REPLACE },
		{ "", "No such file", OUTFILE_REPLACE },
		{ "/dev/full", "no regular file", OUTFILE_REPLACE },
		{ "/dev/null", "no regular file", OUTFILE_NEW },
		{ "old", "File exists", OUTFILE_NEW },
	};

	(void)state;
	put("old", "old\n");
	assert_int_equal(symlink("old", "link"), 0);
	assert_int_equal(symlink("nothing", "dangling"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_refused(rows[i].path, rows[i].mode, rows[i].word);
	assert_holds("old", "old\n");
}

static void test_E08_file_of_another_user_stays(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	put("old", "old\n");
	assert_int_equal(chown("old", NOBODY, NOBODY), 0);
	assert_refused("old", OUTFILE_REPLACE, "another user");
	assert_holds("old", "old\n");
}

/* 0, or what went wrong. Whoever gave up being root cannot come back, so this
 * is in a process of its own. */
static int write_as_nobody(void)
{
	char *error;

	if (geteuid() == 0 && setuid(NOBODY) != 0)
		return 1;
	error = outfile_write("new", OUTFILE_NEW, "new\n", 4);
	if (!error || !strstr(error, "Permission denied"))
		return 2;
	free(error);
	error = outfile_check("old", OUTFILE_REPLACE);
	return error ? 0 : 3;
}

static void test_E08_read_only_directory(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
	put("old", "old\n");
	assert_int_equal(chmod(".", 0555), 0);
	child = fork();
	if (child == 0)
		_exit(write_as_nobody());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(".", 0700), 0);
	assert_holds("old", "old\n");
	assert_int_equal(count_files(), 1);
}

/* The kernel takes the first bytes and no more, as a full disk does. */
static void test_E08_full_disk_leaves_the_old_file(void **state)
{
	struct rlimit before, few = { .rlim_cur = 2 };

	(void)state;
	put("old", "old\n");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	few.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	for (int mode = 0; mode < 2; mode++) {
		const char *path = mode == OUTFILE_NEW ? "new" : "old";
		char *error;

		assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
		error = outfile_write(path, (enum outfile_mode)mode, "new\n",
		                      4);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_non_null(error);
		assert_non_null(strstr(error, "File too large"));
		free(error);
		assert_holds("old", "old\n");
		assert_int_equal(count_files(), 1);
	}
}

static void test_E07_names_from_outside_become_safe(void **state)
{
	static const char time[] = "2026-01-02T10:41:02.5Z";
	static const struct {
		const char *subject, *time, *suffix, *name;
	} rows[] = {
		{ "example.org", time, ".html",
		  "example.org-20260102-104102.html" },
		{ "user@mx.example.org:25", "", ".md",
		  "user_mx.example.org_25.md" },
		{ "../../etc/passwd", "", ".txt", "etc_passwd.txt" },
		{ "/etc/passwd", "", ".txt", "etc_passwd.txt" },
		{ "a/../../b", "", ".txt", "a_._._b.txt" },
		{ "-rf", "", ".txt", "rf.txt" },
		{ "--help", time, ".txt", "help-20260102-104102.txt" },
		{ ".bashrc", "", ".txt", "bashrc.txt" },
		{ "con", time, ".html", "con-20260102-104102.html" },
		{ "a\xe2\x80\xae" "fdp.exe", "", ".md", "a_fdp.exe.md" },
		{ "a\nb\033[2J|;$(x)`y`", "", ".md", "a_b_2J_x_y.md" },
		{ "\xc3\xbc\xff", "", ".md", "smtpscope.md" },
		{ "", "", ".md", "smtpscope.md" },
		{ "...", "../../x", ".md", "smtpscope-.md" },
		{ "a", "9999999999T9999999999999999999", "-worksheet.html",
		  "a-9999999999-99999999-worksheet.html" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *name = outfile_name(rows[i].subject, rows[i].time,
		                          rows[i].suffix);

		assert_string_equal(name, rows[i].name);
		free(name);
	}
}

static void test_E07_long_names_end_in_time(void **state)
{
	char host[301], *name;

	(void)state;
	memset(host, 'a', sizeof host - 1);
	host[sizeof host - 1] = '\0';
	name = outfile_name(host, "2026-01-02T10:41:02Z", "-worksheet.html");
	assert_true(strlen(name) <= OUTFILE_NAME_MAX);
	assert_null(outfile_write(name, OUTFILE_NEW, "", 0));
	free(name);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_write_makes_or_replaces_one_file),
		T(test_same_file_by_any_of_its_names),
		T(test_E08_what_is_no_file_of_ours_stays),
		T(test_E08_file_of_another_user_stays),
		T(test_E08_read_only_directory),
		T(test_E08_full_disk_leaves_the_old_file),
		T(test_E07_names_from_outside_become_safe),
		T(test_E07_long_names_end_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
