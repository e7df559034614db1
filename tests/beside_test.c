#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/beside.h"
#include "madesession.h"
#include "util/buf.h"
#include "util/i18n.h"

/* Two dialogs side by side. */

#define QUIT "C QUIT", "S 221 2.0.0 Bye", "X"
#define OFFER(words) "C EHLO me.example", "S 250-" words

static const struct pair {
	const char *const *a, *const *b;
	const char *diff; /* without its head */
} pairs[] = {
	{ LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok"), QUIT),
	  LINES(HELLO, MAIL, RCPT("250 2.1.5 Ok"), QUIT),
	  " * TCP: connected\n S: 220 mx.example\n C: EHLO me.example\n"
	  " S: 250-mx\n S: 250 SIZE\n C: MAIL FROM:<a@me.example>\n"
	  " S: 250 2.1.0 Ok\n C: RCPT TO:<x@example>\n S: 250 2.1.5 Ok\n"
	  " C: QUIT\n S: 221 2.0.0 Bye\n * End: closed\n"
	  "no difference but in words\n" },
	/* other words of the same code; another code; what was not sent */
	{ LINES("S 220 mx1.example", MAIL, RCPT("550 5.1.1 Who"), QUIT),
	  LINES("S 220 mx2.example", MAIL_NULL, RCPT("250 2.1.5 Ok"), "X"),
	  " * TCP: connected\n-S: 220 mx1.example\n+S: 220 mx2.example\n"
	  "-C: MAIL FROM:<a@me.example>\n+C: MAIL FROM:<>\n"
	  " S: 250 2.1.0 Ok\n C: RCPT TO:<x@example>\n"
	  "-S: 550 5.1.1 Who\n+S: 250 2.1.5 Ok\n"
	  "-C: QUIT\n-S: 221 2.0.0 Bye\n * End: closed\n4 differences\n" },
	/* keywords: gone, new, with other parameters, in another order */
	{ LINES("S 220 mx", OFFER("mx|250-DSN|250-SIZE 10|250 HELP")),
	  LINES("S 220 mx", OFFER("mx|250-HELP|250-SIZE 20|250 CHUNKING")),
	  " * TCP: connected\n S: 220 mx\n C: EHLO me.example\n S: 250-mx\n"
	  "-S: 250-DSN\n-S: 250-SIZE 10\n+S: 250-SIZE 20\n S: 250 HELP\n"
	  "+S: 250 CHUNKING\n3 differences\n" },
	/* no connection, and why */
	{ LINES("S 220 mx", "X"), LINES("N"),
	  "-* TCP: connected\n+* TCP: timeout\n-S: 220 mx\n"
	  "-* End: closed\n3 differences\n" },
	/* encryption */
	{ LINES("S 220 mx", OFFER("mx|250 STARTTLS"), "C STARTTLS",
	        "S 220 Go", "T c1", "X"),
	  LINES("S 220 mx", OFFER("mx|250 STARTTLS"), "C STARTTLS",
	        "S 220 Go", "T c2 TLSv1.2 expired CN=Other", "X"),
	  " * TCP: connected\n S: 220 mx\n C: EHLO me.example\n S: 250-mx\n"
	  " S: 250 STARTTLS\n C: STARTTLS\n S: 220 Go\n"
	  "-* TLS: TLSv1.3 AES\n+* TLS: TLSv1.2 AES\n"
	  "-* Issuer: CN=Example CA\n+* Issuer: CN=Other\n"
	  "-* SHA-256: c1\n+* SHA-256: c2\n"
	  "-* Verification: verified\n"
	  "+* Verification: A certificate of the chain has expired\n"
	  " * End: closed\n4 differences\n" },
	/* slow, and lost */
	{ LINES("S 220 mx", MAIL, "F", "X"),
	  LINES("U 7000000", "S 220 mx", MAIL, "X"),
	  " * TCP: connected\n S: 220 mx\n"
	  "-* greeting: 1ms\n+* greeting: 7.0s\n"
	  " C: MAIL FROM:<a@me.example>\n S: 250 2.1.0 Ok\n"
	  "-* End: timeout\n+* End: closed\n2 differences\n" },
	/* what the servers say is shown, never done */
	{ LINES("S 220 \033[2J", "V greylisting"), LINES("S 220 mx", "V spf"),
	  " * TCP: connected\n-S: 220 <1B>[2J\n+S: 220 mx\n"
	  "-* Cause: Greylisting\n+* Cause: SPF check failed\n"
	  "1 difference\n" },
	/* several commands on the way at once: each beside its like */
	{ LINES("S 220 mx", "C EHLO me", "S 250 mx", "C NOOP", "S 250 Ok",
	        MAIL),
	  LINES("S 220 mx", "C EHLO me", "S 250 mx", MAIL),
	  " * TCP: connected\n S: 220 mx\n C: EHLO me\n S: 250 mx\n"
	  "-C: NOOP\n-S: 250 Ok\n C: MAIL FROM:<a@me.example>\n"
	  " S: 250 2.1.0 Ok\n2 differences\n" },
};

static void add_line(void *arg, enum beside_mark mark, const char *line)
{
	(void)mark;
	buf_addf(arg, "%s\n", line);
}

static void print(const struct summary *a, const struct summary *b, int width,
                  struct buf *out)
{
	const struct beside_pair p = { a, b, "", "10:41:02" };

	const struct beside_to to = { width, add_line, out };

	beside_show(&p, &to);
}

static void make(struct summary *s, const char *const *lines)
{
	*s = (struct summary){ .whole = true };
	made_session(s, lines);
}

static void test_beside_pairs_are_a_diff(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct summary a, b;
		struct buf out = { 0 };
		const char *body;

		make(&a, pairs[i].a);
		make(&b, pairs[i].b);
		print(&a, &b, 80, &out);
		body = strstr(buf_str(&out), "+++");
		assert_non_null(body);
		assert_string_equal(strchr(body, '\n') + 1, pairs[i].diff);
		buf_clear(&out);
		summary_clear(&a);
		summary_clear(&b);
	}
}

/* Each beside its like, cut where the column ends. */
static void test_beside_wide_has_two_columns(void **state)
{
	struct summary a, b;
	struct buf out = { 0 };

	(void)state;
	make(&a, LINES("S 220 mx1 ESMTP a greeting that is far too long for "
	               "half of the columns", MAIL));
	make(&b, LINES("S 220 mx2", MAIL_NULL));
	print(&a, &b, BESIDE_COLUMNS_FROM, &out);
	assert_string_equal(buf_str(&out),
	    "session 1: mx.example [192.0.2.1]:25          "
	    "session 1, 10:41:02: mx.example\n"
	    "                                              "
	    "[192.0.2.1]:25\n"
	    "* TCP: connected                              "
	    "* TCP: connected\n"
	    "S: 220 mx1 ESMTP a greeting that is far too ~ S: 220 mx2\n"
	    "long for half of the columns\n"
	    "C: MAIL FROM:<a@me.example>                 | "
	    "C: MAIL FROM:<>\n"
	    "S: 250 2.1.0 Ok                               "
	    "S: 250 2.1.0 Ok\n1 difference\n");
	buf_clear(&out);
	summary_clear(&a);
	summary_clear(&b);
}

/* Left and right exchanged: the same differences. */
static void test_beside_is_symmetrical(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct summary a, b;
		struct beside x, y;

		make(&a, pairs[i].a);
		make(&b, pairs[i].b);
		beside(&a, &b, &x);
		beside(&b, &a, &y);
		assert_int_equal(x.differ, y.differ);
		assert_int_equal(x.n, y.n);
		beside_clear(&x);
		beside_clear(&y);
		summary_clear(&a);
		summary_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside_pairs_are_a_diff),
		cmocka_unit_test(test_beside_wide_has_two_columns),
		cmocka_unit_test(test_beside_is_symmetrical),
	};

	i18n_set("en");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
