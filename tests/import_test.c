/*
 * Transcripts of many tools become events: tests/data/transcripts/NAME.txt
 * gives NAME.events, which a person has read. And whatever the file is, no
 * secret of a login gets through, no memory is lost and no time is invented.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/escape.h"
#include "import/dialog_star.h"
#include "import/text.h"
#include "sanitized.h"
#include "transcript.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const char *const samples[] = { "telnet", "telnet-tries", "nc", "netcat",
	"swaks",
	"swaks-twice", "curl", "curl-refused", "openssl",
	"openssl-refused", "finger-trusted", "openssl-wrapped", "finger",
	"postfix", "rfc", "batch", "batch-de", "batch-failures", "middle",
	"one-reply", "only-replies", "only-commands", "login-middle",
	"chunks", "lmtp", "unfinished", "login-echo" };
enum {
	SAMPLES = sizeof samples / sizeof *samples,
	CUT_SAMPLES = SAMPLES - 1, /* half of an echo cannot be known as one */
};

/* The password and the token of the samples, plain and as they are sent; the
 * shortest beginning that could give them away. */
static const char *const secrets[] = { "Honigm", "SG9uaW", "AGFubmEASG",
	"dXNlcj1hbm5hAW", NULL };

static void load(const char *name, const char *end, struct buf *out)
{
	const char *top = getenv("srcdir");
	char *path = xasprintf("%s/tests/data/transcripts/%s.%s",
	                       top ? top : ".", name, end);
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	if (!f)
		fail_msg("cannot open %s", path);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(out, part, n);
	fclose(f);
	free(path);
}

/* Reads a copy of exactly len bytes, so that reading on is seen. */
static void read_exactly(struct transcript *t, const char *name,
                         const char *data, size_t len)
{
	char *copy = xmalloc(len ? len : 1);

	memcpy(copy, data, len);
	transcript_read(t, name, copy, len);
	free(copy);
}

static void expect_right(const struct transcript *t, const char *name,
                         size_t at)
{
	if (t->wrong)
		fail_msg("%s, %zu: %s", name, at, t->wrong);
}

static void test_sample_gives_its_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct transcript t = { .secrets = secrets };
		struct buf text = { 0 }, wanted = { 0 };

		load(samples[i], "txt", &text);
		load(samples[i], "events", &wanted);
		read_exactly(&t, samples[i], text.data, text.len);
		expect_right(&t, samples[i], 0);
		if (getenv("SHOW_EVENTS"))
			printf("@@ %s\n%s", samples[i], buf_str(&t.lines));
		else if (strcmp(buf_str(&t.lines), buf_str(&wanted)) != 0)
			fail_msg("%s: not the events of %s.events:\n%s",
			         samples[i], samples[i], buf_str(&t.lines));
		transcript_clear(&t);
		buf_clear(&text);
		buf_clear(&wanted);
	}
}

static void with_line_ends(const struct buf *text, const char *end,
                           struct buf *out)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] == '\n')
			buf_adds(out, end);
		else
			buf_addc(out, text->data[i]);
}

static void expect_same(const struct buf *text, const char *mark,
                        const char *end)
{
	struct transcript a = { 0 }, b = { 0 };
	struct buf other = { 0 };

	buf_adds(&other, mark);
	with_line_ends(text, end, &other);
	transcript_read(&a, "x", text->data, text->len);
	transcript_read(&b, "x", other.data, other.len);
	assert_string_equal(buf_str(&a.lines), buf_str(&b.lines));
	transcript_clear(&a);
	transcript_clear(&b);
	buf_clear(&other);
}

static void test_line_ends_make_no_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		struct buf text = { 0 };

		load(samples[i], "txt", &text);
		expect_same(&text, "\xEF\xBB\xBF", "\r\n");
		expect_same(&text, "", "\r\r\n");
		expect_same(&text, "", "\r");
		buf_clear(&text);
	}
}

static void test_any_beginning_of_a_sample_is_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < CUT_SAMPLES; i++) {
		struct transcript t = { .secrets = secrets };
		struct buf text = { 0 };
		size_t step;

		load(samples[i], "txt", &text);
		/* long ones are mostly explanations */
		step = SANITIZED ? 11 : text.len > 4000 ? 13 : 1;
		for (size_t len = 0; len < text.len; len += step) {
			read_exactly(&t, samples[i], text.data, len);
			expect_right(&t, samples[i], len);
			free(t.error);
		}
		t.error = NULL;
		transcript_clear(&t);
		buf_clear(&text);
	}
}

/* Pasted from the middle: a login may have begun before it. */
static void test_any_end_of_a_sample_is_safe(void **state)
{
	(void)state;
	for (size_t i = 0; i < CUT_SAMPLES; i++) {
		struct transcript t = { .secrets = secrets };
		struct buf text = { 0 };

		load(samples[i], "txt", &text);
		for (size_t at = 0; at < text.len; at++) {
			if (at && text.data[at - 1] != '\n')
				continue;
			read_exactly(&t, samples[i], text.data + at,
			             text.len - at);
			expect_right(&t, samples[i], at);
			free(t.error);
		}
		t.error = NULL;
		transcript_clear(&t);
		buf_clear(&text);
	}
}

/* ---- what is no transcript ---- */

#define BYTES(s) (s), sizeof(s) - 1

static const struct {
	const char *what, *data;
	size_t len;
	const char *error;
} no_transcripts[] = {
	{ "empty", BYTES(""), "f: the file is empty" },
	{ "a mark alone", BYTES("\xEF\xBB\xBF"), "f: the file is empty" },
	{ "UTF-16 with its mark", BYTES("\xFF\xFE" "2\0002\0000\0"),
	  "f: the file is in UTF-16; iconv -f UTF-16 -t UTF-8 makes it "
	  "readable" },
	{ "UTF-16, big end first", BYTES("\0002\0002\0000"),
	  "f: the file is in UTF-16; iconv -f UTF-16 -t UTF-8 makes it "
	  "readable" },
	{ "a NUL", BYTES("220 mx\nEHLO \0x\n250 ok\n"),
	  "f, line 2: a NUL byte: this is no text" },
	{ "binary", BYTES("\x7F" "ELF\x02\x01\x01\x00\x00\x00\x00\x00"),
	  "f, line 1: a NUL byte: this is no text" },
	{ "prose", BYTES("\n\nDear all,\nthere were 250 apples.\n"),
	  "f, line 3: neither a recording nor a transcript that is known "
	  "(telnet, swaks, openssl s_client, curl -v, posttls-finger, "
	  "Postfix's log, C: and S:)" },
	{ "a list", BYTES("250 apples\n300 pears\n"),
	  "f, line 1: neither a recording nor a transcript that is known "
	  "(telnet, swaks, openssl s_client, curl -v, posttls-finger, "
	  "Postfix's log, C: and S:)" },
	{ "a path", BYTES("C:\\mail\\log.txt is full\nQUIT\nS: none\n"),
	  "f, line 1: neither a recording nor a transcript that is known "
	  "(telnet, swaks, openssl s_client, curl -v, posttls-finger, "
	  "Postfix's log, C: and S:)" },
	{ "only a name", BYTES("posttls-finger: initializing\n"),
	  "f, line 1: this looks like posttls-finger, but no line of a dialog "
	  "is there" },
	{ "blank lines", BYTES("\n\n \n"),
	  "f, line 1: neither a recording nor a transcript that is known "
	  "(telnet, swaks, openssl s_client, curl -v, posttls-finger, "
	  "Postfix's log, C: and S:)" },
};

static void test_no_transcript_is_told_in_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof no_transcripts / sizeof *no_transcripts;
	     i++) {
		struct transcript t = { 0 };

		read_exactly(&t, "f", no_transcripts[i].data,
		             no_transcripts[i].len);
		expect_right(&t, no_transcripts[i].what, 0);
		assert_int_equal(t.result, IMPORT_BAD);
		assert_string_equal(t.error, no_transcripts[i].error);
		transcript_clear(&t);
	}
}

static char *many(const char *first, const char *line, size_t n, size_t *len)
{
	struct buf b = { 0 };

	buf_adds(&b, first);
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, line);
	*len = b.len;
	return buf_steal(&b);
}

static const struct {
	const char *first, *line;
	size_t n;
	const char *error; /* NULL: it can be read */
} bounds[] = {
	{ "220 mx\n", "x", TEXT_LINE_MAX, NULL },
	{ "220 mx\n", "x", TEXT_LINE_MAX + 1,
	  "f, line 2: longer than 65536 bytes: this is no line of a "
	  "transcript" },
	{ "220 mx\n", "x", 10 << 20,
	  "f, line 2: longer than 65536 bytes: this is no line of a "
	  "transcript" },
	{ "220 mx\n", "NOOP\n", TEXT_LINES_MAX,
	  "f, line 100001: more than 100000 lines: no transcript is that "
	  "long" },
	{ "220 mx\n", "NOOP 0123456789\n", (IMPORT_BYTES_MAX >> 4) + 1,
	  "f: more than 16 MiB: no transcript is that long" },
};

static void test_bound_is_told_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		struct transcript t = { 0 };
		size_t len;
		char *data = many(bounds[i].first, bounds[i].line, bounds[i].n,
		                  &len);

		transcript_read(&t, "f", data, len);
		expect_right(&t, bounds[i].line, i);
		if (bounds[i].error)
			assert_string_equal(t.error, bounds[i].error);
		else
			assert_int_equal(t.result, IMPORT_DONE);
		transcript_clear(&t);
		free(data);
	}
}

/* Files made to be slow: each as long as one may be. */
static void test_longest_file_is_read_in_time(void **state)
{
	static const char *const lines[][2] = {
		{ "220 mx\n", "NOOP\n" },
		{ "220 mx\n", "250-x\n" },
		{ "220 mx\n", "354 go\n" },
		{ "220 mx\n", "RCPT TO:<a@b.example>\n250 ok\n" },
		{ "220 mx\nDATA\n354 go\n", "x\n" },
		{ "C: EHLO x\n", "C: RCPT TO:<a@b.example>\nS: 250 ok\n" },
		{ "< 220 mx\n", "* x\n" },
		{ "S: 220 mx\n", "* Connecting to a [192.0.2.1]:25\n" },
		{ "Trying 192.0.2.1...\n", "Trying 192.0.2.1...\n" },
		{ "C: EHLO x\n", "C: QUIT\nS: 221 x\n" },
	};
	size_t n = SANITIZED ? 1000 : 5000;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct transcript t = { 0 };
		size_t len;
		char *data = many(lines[i][0], lines[i][1], n, &len);

		transcript_read(&t, "f", data, len);
		expect_right(&t, lines[i][1], i);
		assert_int_equal(t.result, IMPORT_DONE);
		transcript_clear(&t);
		free(data);
	}
}

static bool stop_at_third(void *arg, const struct event *e)
{
	unsigned *n = arg;

	(void)e;
	return ++*n < 3;
}

static void test_reader_can_stop(void **state)
{
	struct buf text = { 0 };
	struct import_source source = { .name = "f" };
	char *error = NULL;
	unsigned n = 0;

	(void)state;
	load("swaks-twice", "txt", &text);
	source.data = text.data;
	source.len = text.len;
	assert_int_equal(import_play(&source, stop_at_third, &n, &error),
	                 IMPORT_STOPPED);
	assert_int_equal(n, 3);
	assert_null(error);
	buf_clear(&text);
}

/* What escape_text() has written is read back, all but line breaks. */
static void test_escaped_bytes_are_read_back(void **state)
{
	(void)state;
	for (unsigned ascii = 0; ascii < 2; ascii++)
		for (uint32_t cp = 1; cp < 0x2100; cp++) {
			struct buf shown = { 0 }, back = { 0 };
			char utf8[4];
			size_t len = utf8_encode(cp, utf8);

			if (cp == '\n')
				continue;
			escape_text(&shown, utf8, len, ascii);
			star_read_back(&back,
			               (struct piece){ shown.data, shown.len },
			               false);
			assert_int_equal(back.len, len);
			assert_memory_equal(back.data, utf8, len);
			buf_clear(&shown);
			buf_clear(&back);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_gives_its_events),
		cmocka_unit_test(test_line_ends_make_no_difference),
		cmocka_unit_test(test_any_beginning_of_a_sample_is_safe),
		cmocka_unit_test(test_any_end_of_a_sample_is_safe),
		cmocka_unit_test(test_no_transcript_is_told_in_a_sentence),
		cmocka_unit_test(test_bound_is_told_with_its_line),
		cmocka_unit_test(test_longest_file_is_read_in_time),
		cmocka_unit_test(test_reader_can_stop),
		cmocka_unit_test(test_escaped_bytes_are_read_back),
	};

	i18n_set("en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
