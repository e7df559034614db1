/* replay: what it makes of files that are good, cut, changed or hostile. */
#include "config.h"

#include "record/replay.h"

#include <errno.h>
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
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "record/json.h"
#include "recordtest.h"
#include "sanitized.h"
#include "util/xalloc.h"

#define SENT(line)                                                             \
	"{\"v\":1,\"t\":0,\"event\":\"sent\",\"line\":\"" line "\"}"
#define SENT_N(n, line)                                                        \
	"{\"v\":1,\"t\":0,\"n\":" n ",\"event\":\"sent\",\"line\":\"" line "\"}"
#define START_N(n) "{\"v\":1,\"t\":0,\"n\":" n ",\"event\":\"start\"}\n"

struct ending {
	const char *text;
	size_t len;        /* 0: strlen(text) */
	const char *lines; /* of the events before the end */
	const char *error; /* is part of it; "" none */
	enum replay_result end;
};

static void check_ending(const char *path, const struct ending *c)
{
	struct recordtest_result got;

	recordtest_write(path, c->text, c->len ? c->len : strlen(c->text));
	recordtest_replay(path, &got);
	if (got.end != c->end || strcmp(got.lines, c->lines) != 0 ||
	    !strstr(got.error, c->error) || (!*c->error && *got.error))
		fail_msg("%s: ends with %d, \"%s\", \"%s\"", c->text,
		         (int)got.end, got.lines, got.error);
}

static void test_replay_ends(void **state)
{
	static const struct ending cases[] = {
		{ "", 0, "", "", REPLAY_END },
		{ SENT("a") "\n\n" SENT("b") "\r\n", 0, "a;b;", "",
		  REPLAY_END },
		{ SENT("a") "\n" SENT("b"), 0, "a;b;", "", REPLAY_END },
		{ "\xef\xbb\xbf" SENT("a") "\r\n" SENT("b") "\r\n", 0, "a;b;",
		  "", REPLAY_END },
		{ SENT("a") "\n{\"v\":1,\"t\":0,\"ev", 0, "a;",
		  "cut off in line 2", REPLAY_CUT },
		{ "{\"v\":1,\"t\":0,\"ev", 0, "", "cut off in its first line",
		  REPLAY_CUT },
		{ SENT("a") "\n\0\0\0\0", sizeof SENT("a") + 4, "a;",
		  "cut off in line 2", REPLAY_CUT },
		{ SENT("a") "\n{\"v\":1,\"event\":\"sparkle\"}\n" SENT("b")
		  "\n", 0, "a;b;", "", REPLAY_END },
		{ "{\"v\":1,\"t\":0,\"event\":\"sent\",\"line\":\"a\","
		  "\"line\":\"b\",\"event\":\"end\",\"v\":2}\n", 0, "a;", "",
		  REPLAY_END }, /* of two fields of a name the first */
	};
	char *path = recordtest_path("ends");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_ending(path, &cases[i]);
	free(path);
}

static void test_replay_of_what_is_wrong_names_the_line(void **state)
{
	static const struct ending cases[] = {
		{ SENT("a") "\nrubbish\n" SENT("b") "\n", 0, "a;", "line 2: ",
		  REPLAY_BAD },
		{ "rubbish", 0, "", "line 1: no JSON", REPLAY_BAD },
		{ "\x7f" "ELF\2\1\1\0\n", 9, "", "line 1: no JSON",
		  REPLAY_BAD },
		{ "\xff\xfe{\0\"\0", 6, "", "line 1: no JSON", REPLAY_BAD },
		{ SENT("a") "\n\xef\xbb\xbf" SENT("b") "\n", 0, "a;",
		  "line 2: no JSON", REPLAY_BAD }, /* BOM within */
		{ SENT("a") "\n" SENT("b\0c") "\n",
		  2 * sizeof SENT("a") + 2, "a;", "line 2: no JSON",
		  REPLAY_BAD },
		{ "{\"v\":2,\"t\":0,\"event\":\"end\"}", 0, "", "line 1: ",
		  REPLAY_BAD },
		{ SENT("a") "\n{\"v\":2,\"t\":0,\"event\":\"end\"}", 0, "a;",
		  "line 2: field \"v\": 1, the version", REPLAY_BAD },
		{ SENT("a") "\n{\"v\":1,\"t\":0,\"event\":\"reply\","
		  "\"code\":65536}\n", 0, "a;", "line 2: field \"code\"",
		  REPLAY_BAD },
		{ SENT("a") "\n{\"v\":1,\"t\":1e400,\"event\":\"end\"}\n", 0,
		  "a;", "line 2: field \"t\"", REPLAY_BAD },
		{ SENT_N("5", "a") "\n" SENT_N("4294967296", "b") "\n", 0,
		  "a;", "line 2: field \"n\"", REPLAY_BAD },
		{ SENT_N("5", "a") "\n" SENT_N("4", "b") "\n", 0, "a;",
		  "line 2: its number n is not above", REPLAY_BAD },
	};
	char *path = recordtest_path("wrong");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_ending(path, &cases[i]);
	free(path);
}

static void test_replay_takes_recordings_one_behind_the_other(void **state)
{
	static const char text[] = START_N("1") SENT_N("2", "a") "\n"
	    START_N("1") SENT_N("2", "b") "\n" START_N("1") SENT_N("2", "c");
	char *path = recordtest_path("spliced"), *error = NULL;
	struct replay *r;
	struct event *e;

	(void)state;
	recordtest_puts(path, text);
	r = replay_open(path, &error);
	for (uint32_t n = 1; n <= 6; n++) {
		assert_int_equal(replay_next(r, &e), REPLAY_EVENT);
		assert_int_equal(e->n, n);
		free(e);
	}
	assert_int_equal(replay_next(r, &e), REPLAY_END);
	replay_close(r);
	free(path);
}

/* Lines that lie across the pieces the file is read in. */
static void test_replay_long_lines_come_whole(void **state)
{
	char *path = recordtest_path("long"), *error = NULL;
	size_t len = 300 << 10;
	struct record *r = record_open(path, NULL, &error);
	struct replay *p;
	struct event *e;
	char *line = xmalloc(len + 1);

	(void)state;
	memset(line, 'x', len);
	line[len] = '\0';
	for (int i = 0; i < 5; i++)
		recordtest_record(r, "X", line);
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

static void test_replay_of_what_is_no_file(void **state)
{
	char *error = NULL, *fifo = recordtest_path("fifo");
	struct recordtest_result got;
	struct replay *r;
	struct event *e;
	int fd;

	(void)state;
	assert_null(replay_open("/no/such/file", &error));
	assert_non_null(strstr(error, "/no/such/file"));
	free(error);
	assert_null(replay_open("/", &error));
	assert_non_null(strstr(error, strerror(EISDIR)));
	free(error);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	recordtest_replay(fifo, &got); /* nobody writes: it is over */
	assert_int_equal(got.end, REPLAY_END);
	assert_int_equal(got.events, 0);
	fd = open(fifo, O_RDWR | O_CLOEXEC);
	assert_int_equal(write(fd, SENT("a") "\n" SENT("b"),
	                       sizeof SENT("a") + sizeof SENT("b") - 1),
	                 sizeof SENT("a") + sizeof SENT("b") - 1);
	r = replay_open(fifo, &error);
	assert_int_equal(replay_next(r, &e), REPLAY_EVENT); /* before its end */
	free(e);
	close(fd);
	assert_int_equal(replay_next(r, &e), REPLAY_EVENT);
	free(e);
	assert_int_equal(replay_next(r, &e), REPLAY_END);
	replay_close(r);
	free(fifo);
}

/* A writer that takes its time is waited for. */
static void test_replay_waits_for_a_writer(void **state)
{
	char *path = recordtest_path("slow"), *error = NULL;
	struct replay *r;
	struct event *e;
	int fd, ends[2];
	pid_t child;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) { /* opens it when the parent does, then writes */
		char go;

		fd = open(path, O_WRONLY);
		_exit(write(fd, "\n", 1) == 1 && read(ends[0], &go, 1) == 1 &&
		      write(fd, SENT("a") "\n", sizeof SENT("a")) > 0 ? 0 : 1);
	}
	r = replay_open(path, &error);
	assert_non_null(r);
	assert_int_equal(write(ends[1], "", 1), 1);
	assert_int_equal(replay_next(r, &e), REPLAY_EVENT);
	free(e);
	assert_int_equal(replay_next(r, &e), REPLAY_END);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ends[0]);
	close(ends[1]);
	replay_close(r);
	free(path);
}

/* --- what a recording may become on a disk */

static char *real_recording(const char *path, size_t *len)
{
	static const char *const lines[] = { "421-gr\xfc\xdf\xff", "421 two" };
	char *error = NULL;
	struct record *r = record_open(path, NULL, &error);

	for (uint32_t n = 1; n <= 6; n++) {
		struct event_builder b;
		struct event *e;

		event_begin(&b, n % 2 ? EV_REPLY : EV_FINDING);
		b.e.n = n;
		b.e.target = event_puts(&b, "ada@example.org");
		if (n % 2) {
			b.e.u.reply.code = 421;
			b.e.u.reply.lines = event_put_texts(&b, lines, 2);
		} else {
			b.e.u.finding.id = event_puts(&b, "reply-long");
			b.e.u.finding.args = event_put_texts(&b, lines, 2);
			b.e.u.finding.about = n - 1;
		}
		e = event_finish(&b);
		record_event(r, e);
		free(e);
	}
	record_close(r);
	return recordtest_read(path, len);
}

static size_t count_lines(const char *data, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += data[i] == '\n';
	return n;
}

static void test_replay_cut_at_any_byte_gives_the_whole_lines(void **state)
{
	char *path = recordtest_path("real"), *data, told[32];
	struct recordtest_result got;
	size_t len;

	(void)state;
	data = real_recording(path, &len);
	for (size_t cut = 0; cut <= len; cut++) {
		size_t lines = count_lines(data, cut);
		bool whole = cut == 0 || data[cut - 1] == '\n';
		/* all of a line but its line feed is an event, too */
		bool all = !whole && data[cut] == '\n';

		recordtest_write(path, data, cut);
		recordtest_replay(path, &got);
		assert_int_equal(got.events, lines + all);
		assert_int_equal(got.end, whole || all ? REPLAY_END
		                                       : REPLAY_CUT);
		snprintf(told, sizeof told, lines ? "line %zu" : "first line",
		         lines + 1);
		if (got.end == REPLAY_CUT && !strstr(got.error, told))
			fail_msg("cut at %zu: %s", cut, got.error);
	}
	free(data);
	free(path);
}

/* No change of a byte makes more of it than it was, or anything but a sentence
 * where it is no recording any more. */
static void test_replay_with_any_byte_changed_is_bounded(void **state)
{
	static const unsigned char bits[] = { 0x01, 0x20, 0x80, 0xff };
	char *path = recordtest_path("real"), *data;
	struct recordtest_result got;
	size_t len;

	(void)state;
	data = real_recording(path, &len);
	for (size_t i = 0; i < len; i++)
		for (size_t b = 0; b < sizeof bits; b++) {
			data[i] = (char)(data[i] ^ bits[b]);
			recordtest_write(path, data, len);
			recordtest_replay(path, &got);
			data[i] = (char)(data[i] ^ bits[b]);
			assert_true(got.events <= 6);
			assert_true(got.events >= count_lines(data, i));
			assert_true((got.end == REPLAY_END) == !*got.error);
		}
	free(data);
	free(path);
}

/* --- bounds */

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

/* A line of len bytes: before, then piece over and over, then after. */
static void write_line(FILE *f, const char *const parts[3], size_t len)
{
	size_t piece = strlen(parts[1]);

	fputs(parts[0], f);
	for (size_t n = strlen(parts[0]) + strlen(parts[2]);
	     n + piece <= len; n += piece)
		fputs(parts[1], f);
	fprintf(f, "%s\n", parts[2]);
}

#define HEAD "{\"v\":1,\"t\":0,\"event\":"

struct large {
	const char *parts[3];
	size_t len;
	const char *error; /* "": such a line is taken */
};

static const struct large larges[] = {
	{ { HEAD "\"sent\",\"line\":\"", "x", "\"}" }, 10 << 20, "8 MiB" },
	{ { HEAD "\"sent\",\"line\":\"", "x", "\"}" }, JSON_LINE_MAX, "" },
	{ { HEAD "\"sent\",\"line\":\"", "\\u0000", "\"}" }, JSON_LINE_MAX,
	  "" },
	{ { HEAD "\"sent\",\"x\":", "[", "" }, 10000, "too deep" },
	{ { HEAD "\"sent\",\"x\":", "{\"\":", "" }, 10000, "too deep" },
	{ { HEAD "\"reply\",\"lines\":[\"\"", ",\"\"", "]}" }, 300000, "" },
	{ { HEAD "\"tls\",\"chain\":[{}", ",{}", "]}" }, 380000, "" },
	{ { HEAD "\"dns\",\"answers\":[{}", ",{}", "]}" }, JSON_LINE_MAX,
	  "too many values" },
	{ { HEAD "\"sent\"", ",\"line\":\"\"", "}" }, 500000, "" },
	{ { HEAD "\"message\",\"bytes\":", "9", "}" }, 100000, "bytes" },
};
enum { LARGES = sizeof larges / sizeof *larges };

static size_t peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
#ifdef __APPLE__ /* there in bytes */
	u.ru_maxrss /= 1024;
#endif
	return (size_t)u.ru_maxrss;
}

/* In a process of its own, whose peak is then that of this file alone. */
static int replay_apart(const char *path, const char *error)
{
	struct recordtest_result got;
	size_t before;
	int status;
	pid_t child = fork();

	if (child == 0) {
		before = peak_kib();
		recordtest_replay(path, &got);
		if (!strstr(got.error, error) || (*got.error && !*error))
			_exit(1);
		/* a sanitizer never gives memory back */
		_exit(!SANITIZED &&
		      (peak_kib() - before) << 10 > REPLAY_MEMORY_MAX ? 2 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_replay_of_any_line_stays_in_its_memory(void **state)
{
	char *path = recordtest_path("large");

	(void)state;
	for (size_t i = 0; i < LARGES; i++) {
		FILE *f = fopen(path, "w");
		int status;

		write_line(f, larges[i].parts, larges[i].len);
		assert_int_equal(fclose(f), 0);
		status = replay_apart(path, larges[i].error);
		if (status)
			fail_msg("%s%s...: %s", larges[i].parts[0],
			         larges[i].parts[1],
			         status == 2 ? "takes too much memory"
			                     : "ends otherwise");
	}
	free(path);
}

static void test_replay_of_many_lines_stays_in_its_memory(void **state)
{
	char *path = recordtest_path("many");
	FILE *f = fopen(path, "w");
	int lines = SANITIZED ? 10000 : 300000;

	(void)state;
	for (int i = 1; i <= lines; i++)
		fprintf(f, HEAD "\"sent\",\"n\":%d,\"line\":\"NOOP\"}\n", i);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(replay_apart(path, ""), 0);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay_ends),
		cmocka_unit_test(test_replay_of_what_is_wrong_names_the_line),
		cmocka_unit_test(
		    test_replay_takes_recordings_one_behind_the_other),
		cmocka_unit_test(test_replay_long_lines_come_whole),
		cmocka_unit_test(test_replay_of_what_is_no_file),
		cmocka_unit_test(test_replay_waits_for_a_writer),
		cmocka_unit_test(
		    test_replay_cut_at_any_byte_gives_the_whole_lines),
		cmocka_unit_test(test_replay_with_any_byte_changed_is_bounded),
		cmocka_unit_test(test_replay_endless_line_is_refused_in_bounds),
		cmocka_unit_test(test_replay_of_any_line_stays_in_its_memory),
		cmocka_unit_test(test_replay_of_many_lines_stays_in_its_memory),
	};

	return cmocka_run_group_tests(tests, recordtest_begin, recordtest_end);
}
