/* list: what --input takes for a line, and what it says of one that is none. */
#include "config.h"

#include "record/list.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/seen.h"
#include "sanitized.h"
#include "util/buf.h"
#include "util/i18n.h"

static char dir[] = "/tmp/smtpscope-list-XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	(void)state;
	i18n_set("en");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/list", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void write_list(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static struct list *opened(void)
{
	char *error = NULL;
	struct list *l = list_open(path, &error);

	assert_null(error);
	assert_non_null(l);
	return l;
}

/* "3 target id name=value name=value" or "3 ! error", a line each. */
static void tell(struct buf *out, struct list *l)
{
	struct list_entry e;
	enum list_result got;

	while ((got = list_next(l, &e)) == LIST_ENTRY || got == LIST_WRONG) {
		buf_addf(out, "%d ", (int)list_line(l));
		if (got == LIST_WRONG) {
			buf_addf(out, "! %s\n", list_error(l));
			continue;
		}
		buf_addf(out, "%s %s", e.target, e.id);
		for (size_t i = 0; i < e.n_pairs; i++)
			buf_addf(out, " %s=%s", e.pairs[i].name,
			         e.pairs[i].value);
		buf_addc(out, '\n');
	}
	assert_int_equal(got, LIST_END);
}

static void check_list(const char *text, size_t len, const char *want)
{
	struct buf out = { 0 };
	struct list *l;

	write_list(text, len);
	l = opened();
	tell(&out, l);
	assert_string_equal(buf_str(&out), want);
	assert_true(list_is_file(l));
	list_rewind(l);
	buf_reset(&out);
	tell(&out, l);
	assert_string_equal(buf_str(&out), want);
	list_close(l);
	buf_clear(&out);
}

static void test_list_lines_are_read_as_they_are_meant(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "\n\n  \n\t\r\n# nothing\n  # nothing", "" },
		{ "a@b.example", "1 a@b.example \n" },
		{ "a.example\r\n\r\nb.example\r\n",
		  "1 a.example \n3 b.example \n" },
		{ "\xef\xbb\xbf" "a.example\n\xef\xbb\xbf# no mark here\n",
		  "1 a.example \n2 \xef\xbb\xbf# no mark here \n" },
		{ "  a.example\t \nb.example", "1 a.example \n2 b.example \n" },
		{ "{\"target\":\"a.example\"}\n", "1 a.example \n" },
		{ "{\"id\": 17, \"target\":\"a.example\", \"to\": [\"x@a\", "
		  "\"y@a\"], \"port\": 587, \"ipv4\": true, \"all\": false, "
		  "\"helo\": null}",
		  "1 a.example 17 to=x@a to=y@a port=587 ipv4=yes all=no\n" },
		{ " {\"target\":\"\\u00e4.example\",\"id\":\"\"}\r\n",
		  "1 \xc3\xa4.example \n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_list(rows[i].text, strlen(rows[i].text), rows[i].want);
}

#define OBJECT "1 ! each member is a text, a number, true or false, or an " \
	"array of them, and there are at most 64\n"
#define TWO "1 ! two targets in one line; \"to\" names several recipients\n"
#define AND_ON "\nb.example\n"
#define B "2 b.example \n"

static void test_list_bad_line_is_said_and_the_next_read(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} rows[] = {
#define ROW(text, want) { text AND_ON, sizeof(text AND_ON) - 1, want B }
		ROW("a\0b.example", "1 ! a control character (0x00) at byte "
		                    "2\n"),
		ROW("a\rb.example", "1 ! a control character (0x0D) at byte "
		                    "2\n"),
		ROW("a\x1b[2J", "1 ! a control character (0x1B) at byte 2\n"),
		ROW("\xe4.example", "1 ! not UTF-8 at byte 1\n"),
		ROW("a\xc3", "1 ! not UTF-8 at byte 2\n"),
		ROW("\xff\xfe" "a\0", "1 ! the file is in UTF-16; iconv -f "
		    "UTF-16 -t UTF-8 makes it readable\n"),
		ROW("{\"target\":}", "1 ! no JSON: not a JSON value at byte "
		                    "11\n"),
		ROW("{\"target\":\"a\"", "1 ! no JSON: a comma or a "
		    "bracket is missing at byte 14\n"),
		ROW("{}", "1 ! no target; {\"target\": "
		          "\"user@example.org\"}\n"),
		ROW("{\"target\":[]}", "1 ! no target; {\"target\": "
		          "\"user@example.org\"}\n"),
		ROW("{\"target\":{\"a\":1}}", OBJECT),
		ROW("{\"to\":[[\"a\"]],\"target\":\"a\"}", OBJECT),
		ROW("{\"target\":[\"a\",\"b\"]}", TWO),
		ROW("{\"target\":\"a\",\"target\":\"b\"}", TWO),
		ROW("{\"target\":\"a\\u0000b\"}", "1 ! a text holds a NUL\n"),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_list(rows[i].text, rows[i].len, rows[i].want);
}

/* Memory is one line and one read, whatever the file holds. */
static void test_list_line_too_long_is_passed_over(void **state)
{
	static const size_t lens[] = { LIST_LINE_MAX + 1,
		LIST_LINE_MAX + 100000, 3 << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof lens / sizeof *lens; i++)
		for (int end = 0; end < 2; end++) {
			struct buf text = { 0 };

			for (size_t n = 0; n < lens[i]; n++)
				buf_addc(&text, 'x');
			if (end)
				buf_adds(&text, AND_ON);
			check_list(text.data, text.len,
			           end ? "1 ! longer than 64 KiB\n" B
			               : "1 ! longer than 64 KiB\n");
			buf_clear(&text);
		}
}

/* Or Ctrl-C would find nobody who listens. */
static void test_list_line_without_end_comes_back_in_between(void **state)
{
	char *error = NULL;
	struct list *l = list_open("/dev/zero", &error);
	struct list_entry e;

	(void)state;
	if (!l)
		skip();
	for (int i = 0; i < 10; i++)
		assert_int_equal(list_next(l, &e), LIST_LATER);
	list_close(l);
}

static void test_list_longest_line_is_taken(void **state)
{
	struct buf text = { 0 }, want = { 0 };

	(void)state;
	for (size_t n = 0; n < LIST_LINE_MAX; n++)
		buf_addc(&text, 'x');
	buf_addf(&want, "1 %s \n" B, buf_str(&text));
	buf_adds(&text, AND_ON);
	check_list(text.data, text.len, buf_str(&want));
	buf_clear(&text);
	buf_clear(&want);
}

static void test_list_many_members_is_refused(void **state)
{
	struct buf text = { 0 };

	(void)state;
	buf_adds(&text, "{\"to\":[\"a\"");
	for (size_t n = 0; n < LIST_PAIRS_MAX; n++)
		buf_adds(&text, ",\"a\"");
	buf_adds(&text, "],\"target\":\"a\"}" AND_ON);
	check_list(text.data, text.len, OBJECT B);
	buf_clear(&text);
}

static void test_list_open_what_is_no_list_is_said(void **state)
{
	const struct {
		const char *path, *why;
	} rows[] = {
		{ "/no/such/file", "No such file or directory" },
		{ dir, "Is a directory" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *error = NULL;

		assert_null(list_open(rows[i].path, &error));
		assert_non_null(strstr(error, rows[i].why));
		assert_non_null(strstr(error, rows[i].path));
		free(error);
	}
}

/* Kilobytes that this process has had at most. */
static long most_memory(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_maxrss;
}

static void write_many(int lines)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (int i = 0; i < lines; i++)
		fprintf(f, "user%d@host%d.example\n", i, i);
	assert_int_equal(fclose(f), 0);
}

/* As feed.c does it: each line, and those that were there before. */
static void test_list_million_lines_memory_is_16_bytes_each(void **state)
{
	enum { LINES = 1000000, ROOM_KB = 2 << 10 };
	long before = most_memory();
	struct seen seen = { 0 };
	struct list_entry e;
	struct list *l;
	int n = 0;

	(void)state;
	if (SANITIZED)
		skip();
	write_many(LINES);
	l = opened();
	for (; list_next(l, &e) == LIST_ENTRY; n++)
		assert_int_equal(e.text[0], 'u');
	assert_int_equal(n, LINES);
	assert_in_range(most_memory() - before, 0, ROOM_KB);
	list_rewind(l);
	while (list_next(l, &e) == LIST_ENTRY)
		assert_false(seen_add(&seen, e.text, strlen(e.text)));
	assert_in_range(seen.size * sizeof *seen.slots, 0, 17 * LINES);
	list_rewind(l);
	while (list_next(l, &e) == LIST_ENTRY)
		assert_true(seen_has(&seen, e.text, strlen(e.text)));
	assert_false(seen_has(&seen, "x", 1));
	seen_clear(&seen);
	list_close(l);
}

static void want_entry(struct list *l, const char *target)
{
	struct list_entry e;

	assert_int_equal(list_next(l, &e), LIST_ENTRY);
	assert_string_equal(e.target, target);
}

/* A pipe is read as far as it goes and never waited for. */
static void test_list_pipe_half_a_line_is_later(void **state)
{
	struct list_entry e;
	struct list *l;
	int fd;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR);
	l = opened();
	assert_false(list_is_file(l));
	assert_int_equal(list_next(l, &e), LIST_LATER);
	assert_int_equal(write(fd, "a.example\nb.ex", 14), 14);
	want_entry(l, "a.example");
	assert_int_equal(list_next(l, &e), LIST_LATER);
	assert_int_equal(write(fd, "ample\nc.example", 15), 15);
	want_entry(l, "b.example");
	assert_int_equal(list_next(l, &e), LIST_LATER);
	close(fd);
	want_entry(l, "c.example");
	assert_int_equal(list_next(l, &e), LIST_END);
	list_close(l);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_lines_are_read_as_they_are_meant),
		cmocka_unit_test(test_list_bad_line_is_said_and_the_next_read),
		cmocka_unit_test(test_list_line_too_long_is_passed_over),
		cmocka_unit_test(
		    test_list_line_without_end_comes_back_in_between),
		cmocka_unit_test(test_list_longest_line_is_taken),
		cmocka_unit_test(test_list_many_members_is_refused),
		cmocka_unit_test(test_list_open_what_is_no_list_is_said),
		cmocka_unit_test(
		    test_list_million_lines_memory_is_16_bytes_each),
		cmocka_unit_test(test_list_pipe_half_a_line_is_later),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
