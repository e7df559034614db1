#include "config.h"

#include "classroom/rulebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/receive.h"

static void check_lesson(const char *name, const struct receive_line *lines)
{
	struct lesson *l = receive_lesson(name, NULL);

	receive_check(l, lines);
	lesson_free(l);
}

static void test_receiver_built_in_answers_follow_rfc_5321(void **state)
{
	static const struct receive_line lines[] = {
		{ 0, NULL, "220 mx ESMTP" },
		{ 0, "RCPT TO:<a@b>", "503 5.5.1" },
		{ 0, "MAIL FROM:<a@b>", "503 5.5.1" },
		{ 0, "DATA", "503 5.5.1" },
		{ 0, "EHLO", "501 5.5.4" },
		{ 0, "HELO", "501 5.5.4" },
		{ 0, "EHLO a b", "501 5.5.4" },
		{ 0, "", "500 5.5.2" },
		{ 0, " EHLO a", "500 5.5.2" },
		{ 0, "HELLO a", "500 5.5.2" },
		{ 0, "EHLO\ta", "500 5.5.2 Control" },
		{ 0, "NO\bOP", "500 5.5.2 Control" },
		{ 0, "ehlo [192.0.2.1]", "250-mx\r\n" },
		{ 0, "RCPT TO:<a@b>", "503 5.5.1 Need MAIL" },
		{ 0, "DATA", "503 5.5.1 Need MAIL" },
		{ 0, "MAIL FROM: <a@b>", "501 5.5.4" },
		{ 0, "MAIL FROM:a@b", "501 5.5.4" },
		{ 0, "MAIL FROM:<a@b", "501 5.5.4" },
		{ 0, "MAIL FROM:<a@b>x", "501 5.5.4" },
		{ 0, "MAIL FROM:<a b@c>", "501 5.5.4" },
		{ 0, "MAIL FROM:<a>", "501 5.5.4" },
		{ 0, "MAIL TO:<a@b>", "501 5.5.4" },
		{ 0, "MAIL FROM:<a@b> FOO=1", "555 5.5.4" },
		{ 0, "MAIL FROM:<a@b> SIZE=", "555 5.5.4" },
		{ 0, "MAIL FROM:<a@b> SIZE=1x", "555 5.5.4" },
		{ 0, "MAIL FROM:<a@b> SIZE=99999999999999999999", "552 5.3.4" },
		{ 0, "MAIL FROM:<> SIZE=10485760", "250 2.1.0" },
		{ 0, "MAIL FROM:<a@b>", "503 5.5.1 Sender already" },
		{ 0, "DATA", "503 5.5.1 Need an accepted RCPT" },
		{ 0, "RCPT TO:<>", "501 5.5.4" },
		{ 0, "RCPT TO:<a@b> NOTIFY=NEVER", "555 5.5.4" },
		{ 0, "RCPT TO:<Postmaster>", "250 2.1.5" },
		{ 0, "DATA now", "501 5.5.4" },
		{ 0, "RSET x", "501 5.5.4" },
		{ 0, "RSET", "250 2.0.0" },
		{ 0, "RCPT TO:<a@b>", "503 5.5.1 Need MAIL" },
		{ 0, "MAIL FROM:<a@b>", "250 2.1.0" },
		{ 0, "VRFY", "501 5.5.4" },
		{ 0, "VRFY a", "252 2.1.5" },
		{ 0, "EXPN a", "502 5.5.1" },
		{ 0, "STARTTLS", "502 5.5.1" },
		{ 0, "AUTH PLAIN", "502 5.5.1" },
		{ 0, "BDAT 1 LAST", "502 5.5.1" },
		{ 0, "HELP", "214-2.0.0" },
		{ 0, "EHLO again", "250-mx" },
		{ 0, "RCPT TO:<a@b>", "503 5.5.1 Need MAIL" },
		{ 0, "HELO old", "250 mx\r\n" },
		{ 0, "MAIL FROM:<a@b> SIZE=1", "555 5.5.4" },
		{ 0, "MAIL FROM:<a@b>", "250 2.1.0" },
		{ 0, "QUIT now", "501 5.5.4" },
		{ 0, "quit", "221 2.0.0" },
		{ 0, NULL, NULL },
	};
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD);

	(void)state;
	receive_check(l, lines);
	lesson_free(l);
}

static void test_receiver_rules_keep_to_the_sequence(void **state)
{
	static const struct receive_line lines[] = {
		{ 0, NULL, "220 " },
		{ 0, "RCPT TO:<no@a>", "503" },
		{ 0, "STRANGE", "299 always" },
		{ 0, "XYZZY", "200 magic" },
		{ 0, "XYZZY", "500" },     /* @once */
		{ 0, "EHLO a", "250-mx" },
		{ 0, "MAIL FROM:<x@y> BODY=7BIT", "250 mine" },
		{ 0, "MAIL FROM:<x@y>", "503" },
		{ 0, "rcpt to:<NO@A>", "550 no" },
		{ 0, "DATA", "503" },      /* 550 opened nothing */
		{ 0, "RCPT TO:<yes@a>", "250 2.1.5" },
		{ 0, "DATA", "450 not now" },
		{ 0, "RSET", "250" },
		{ 0, "MAIL FROM:<x@y>", "250 mine" },
		{ 0, NULL, "220 " },
		{ 0, "XYZZY", "200 magic" }, /* once a connection */
		{ 0, NULL, NULL },
	};
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD
	    "C: XYZZY\n@once\nS: 200 magic\nC: MAIL FROM:<x@*>\nS: 250 mine\n"
	    "C: RCPT TO:<no@*>\nS: 550 no\nC: DATA\nS: 450 not now\n"
	    "C: STRANGE\n@always\nS: 299 always\n");

	(void)state;
	receive_check(l, lines);
	lesson_free(l);
}

static void test_receiver_554_greeting_serves_only_quit(void **state)
{
	static const struct receive_line lines[] = {
		{ 0, NULL, "554 go away" },
		{ 0, "EHLO a", "503 5.5.1" },
		{ 0, "NOOP", "503 5.5.1" },
		{ 0, "QUIT", "221" },
		{ 0, NULL, NULL },
	};
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD
	                                  "S: 554 go away\n");

	(void)state;
	receive_check(l, lines);
	lesson_free(l);
}

static void test_receiver_counts_recipients_and_errors(void **state)
{
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD);
	static struct receiver_memory memory;
	struct receiver_answer a;
	struct receiver r;
	char line[64];

	(void)state;
	receiver_init(&r, &l->servers[0], &memory, "mx");
	receiver_command(&r, "EHLO a", 6, false, &a);
	buf_clear(&a.text);
	receiver_command(&r, "MAIL FROM:<>", 12, false, &a);
	buf_clear(&a.text);
	for (int i = 0; i <= RECEIVER_RCPT_MAX; i++) {
		int n = snprintf(line, sizeof line, "RCPT TO:<u%d@a>", i);

		receiver_command(&r, line, (size_t)n, false, &a);
		assert_memory_equal(buf_str(&a.text),
		                    i < RECEIVER_RCPT_MAX ? "250" : "452", 3);
		buf_clear(&a.text);
	}
	for (int i = 0; i <= RECEIVER_ERRORS_MAX; i++) {
		receiver_command(&r, "FOO", 3, false, &a);
		assert_memory_equal(buf_str(&a.text),
		                    i < RECEIVER_ERRORS_MAX ? "500" : "421", 3);
		assert_int_equal(a.close, i == RECEIVER_ERRORS_MAX);
		buf_clear(&a.text);
	}
	receiver_clear(&r);
	lesson_free(l);
}

/* RFC 5321 §4.1.1.4 and the smuggling set: only CR LF . CR LF ends it. */
static void test_receiver_message_ends_only_at_crlf_dot_crlf(void **state)
{
	static const struct { const char *text; size_t len, end; } cases[] = {
#define CASE(s, end) { s, sizeof s - 1, end }
		CASE(".\r\nRSET", 3),
		CASE("a\r\n.\r\n", 6),
		CASE("..\r\n.\r\n", 7),
		CASE("a\n.\nb", 0),
		CASE("a\n.\r\nb", 0),
		CASE("a\r.\rb", 0),
		CASE("a\r.\r\nb", 0),
		CASE("a\r\n.\nb", 0),
		CASE("a\r\n.\rb", 0),
		CASE("a\r\n.\r\r\nb", 0),
		CASE("a\r\r\n.\r\n", 7),
		CASE("a\r\n\0.\r\nb", 0),
		CASE("a\r\n.b\r\n", 0),
#undef CASE
	};
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD);
	static struct receiver_memory memory;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct receiver_answer a = { 0 };
		struct receiver r;
		size_t took, all = 0;
		bool ended = false;

		receiver_init(&r, &l->servers[0], &memory, "mx");
		r.state = RCV_DATA;
		took = receiver_data(&r, cases[i].text, cases[i].len, &a,
		                     &ended);
		assert_int_equal(ended, cases[i].end != 0);
		assert_int_equal(took, ended ? cases[i].end : cases[i].len);
		buf_clear(&a.text);
		receiver_clear(&r);

		/* and the same, byte by byte */
		receiver_init(&r, &l->servers[0], &memory, "mx");
		r.state = RCV_DATA;
		for (ended = false; !ended && all < cases[i].len; all++)
			receiver_data(&r, cases[i].text + all, 1, &a,
			              &ended);
		assert_int_equal(all, took);
		buf_clear(&a.text);
		receiver_clear(&r);
	}
	lesson_free(l);
}

static void test_receiver_message_over_the_limit_is_refused(void **state)
{
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD);
	static struct receiver_memory memory;
	static char block[65536];
	struct receiver_answer a;
	struct receiver r;
	bool ended;

	(void)state;
	memset(block, 'x', sizeof block);
	receiver_init(&r, &l->servers[0], &memory, "mx");
	r.state = RCV_DATA;
	for (int i = 0; i <= RECEIVER_SIZE_MAX / (int)sizeof block; i++)
		receiver_data(&r, block, sizeof block, &a, &ended);
	receiver_data(&r, "\r\n.\r\n", 5, &a, &ended);
	assert_true(ended);
	assert_memory_equal(buf_str(&a.text), "552", 3);
	assert_int_equal(r.state, RCV_READY);
	buf_clear(&a.text);
	receiver_clear(&r);
	lesson_free(l);
}

static void test_receiver_patterns(void **state)
{
	static const struct {
		const char *pattern, *line;
		bool fits;
	} cases[] = {
		{ "NOOP", "noop", true }, { "NOOP", "NOOP x", false },
		{ "EHLO*", "EHLO", true }, { "EHLO *", "EHLO", false },
		{ "*", "", true }, { "", "", true }, { "", "a", false },
		{ "a*b*c", "a--b--c", true }, { "a*b*c", "abbbc", true },
		{ "a*b*c", "a--c--b", false }, { "*a", "bbba", true },
		{ "a**b", "ab", true }, { "a*", "b", false },
		{ "*aab", "aaaab", true }, { "<*@x>", "<a@b@x>", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (rulebook_fits(cases[i].pattern, cases[i].line,
		                  strlen(cases[i].line)) != cases[i].fits)
			fail_msg("%s, %s", cases[i].pattern, cases[i].line);
}

/* ---- the lessons ------------------------------------------------------ */

static void test_lesson_greylisting_ends_after_20_s(void **state)
{
	static const struct receive_line lines[] = {
		{ 0, NULL, "220" },
		{ 0, "EHLO a", "250" },
		{ 0, "MAIL FROM:<a@b>", "250" },
		{ 100, "RCPT TO:<kasse@museum.example>", "450 4.2.0 Grey" },
		{ 119, "RCPT TO:<kasse@museum.example>", "450 4.2.0" },
		{ 119, NULL, "220" },
		{ 119, "EHLO a", "250" },
		{ 119, "MAIL FROM:<a@b>", "250" },
		{ 120, "RCPT TO:<kasse@museum.example>", "250 2.1.5" },
		{ 121, "RCPT TO:<other@museum.example>", "450 4.2.0" },
		{ 141, "RCPT TO:<OTHER@museum.example>", "250 2.1.5" },
		{ 0, NULL, NULL },
	};

	(void)state;
	check_lesson("greylisting", lines);
}

static void test_lessons_give_their_dialogs(void **state)
{
	static const struct receive_line mailbox[] = {
		{ 0, "EHLO a", "250" }, { 0, "MAIL FROM:<a@b>", "250" },
		{ 0, "RCPT TO:<herta@verein.example>", "452 4.2.2" },
		{ 0, "RCPT TO:<karl@verein.example>", "552 5.2.2" },
		{ 0, "DATA", "503" }, { 0, "QUIT", "221" }, { 0 },
	};
	static const struct receive_line relaying[] = {
		{ 0, "EHLO a", "250" }, { 0, "MAIL FROM:<a@b>", "250" },
		{ 0, "RCPT TO:<oma@verein.example>", "554 5.7.1" },
		{ 0, "RCPT TO:<bernd@campus.example>", "250 2.1.5" }, { 0 },
	};
	static const struct receive_line sender[] = {
		{ 0, "EHLO a", "250" },
		{ 0, "MAIL FROM:<anna@campsu.example>", "550 5.1.8" },
		{ 0, "RCPT TO:<x@rathaus.example>", "503" },
		{ 0, "MAIL FROM:<anna@campus.example>", "250" },
		{ 0, "RCPT TO:<x@rathaus.example>", "250" },
		{ 0, "RSET", "250" }, { 0, "MAIL FROM:<>", "250" }, { 0 },
	};
	static const struct receive_line helo[] = {
		{ 0, NULL, "220 " }, { 0, "EHLO a", "500 " },
		{ 0, "MAIL FROM:<a@b>", "503" }, { 0, "HELO a", "250 " },
		{ 0, "MAIL FROM:<a@b> SIZE=1", "555" },
		{ 0, "MAIL FROM:<a@b>", "250 Sender" },
		{ 0, "RCPT TO:<a@b>", "250 Recipient" },
		{ 0, "DATA", "354 Enter" }, { 0 },
	};
	static const struct receive_line shutdown_421[] = {
		{ 0, "EHLO a", "250" }, { 0, "MAIL FROM:<a@b>", "250" },
		{ 10, "RCPT TO:<a@b>", "421 4.3.2" },
		{ 10, NULL, "220" }, { 10, "EHLO a", "250" },
		{ 10, "MAIL FROM:<a@b>", "250" },
		{ 15, "RCPT TO:<a@b>", "250" }, { 0 },
	};
	static const struct receive_line broken[] = {
		{ 0, NULL, "220 mail.murks.example \x1b[2J\x1b[1;1H\x1b]0;Ha!"
		           "\a\x1b[31mESMTP\r\n" },
		{ 0, "EHLO a", "250-mail.murks.example\n250-SIZE 10000000\n"
		               "250 8BITMIME\n" },
		{ 0, "MAIL FROM:<a@b>", "250 5.1.0" },
		{ 0, "RCPT TO:<eins@b>", "250-2.1.5 Recipient ok\r\n250\r\n" },
		{ 0, "RCPT TO:<zwei@b>", "250-2.1.5 Recipient ok\r\n550 " },
		{ 0 },
	};

	(void)state;
	check_lesson("mailbox-full", mailbox);
	check_lesson("relaying", relaying);
	check_lesson("sender-refused", sender);
	check_lesson("helo-only", helo);
	check_lesson("shutdown-421", shutdown_421);
	check_lesson("broken-rules", broken);
}

static void test_lesson_slow_waits_and_dribbles(void **state)
{
	struct lesson *l = receive_lesson("slow", NULL);
	const struct lesson_rule *greeting = &l->servers[0].rules[0];

	(void)state;
	assert_int_equal(greeting->acts[0].kind, LESSON_WAIT);
	assert_int_equal(greeting->acts[0].ms, 8000);
	assert_int_equal(greeting->acts[1].kind, LESSON_DRIBBLE);
	assert_true(greeting->acts[1].ms > 0);
	assert_int_equal(greeting->code, 220);
	lesson_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_receiver_built_in_answers_follow_rfc_5321),
		T(test_receiver_rules_keep_to_the_sequence),
		T(test_receiver_554_greeting_serves_only_quit),
		T(test_receiver_counts_recipients_and_errors),
		T(test_receiver_message_ends_only_at_crlf_dot_crlf),
		T(test_receiver_message_over_the_limit_is_refused),
		T(test_receiver_patterns),
		T(test_lesson_greylisting_ends_after_20_s),
		T(test_lessons_give_their_dialogs),
		T(test_lesson_slow_waits_and_dribbles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
