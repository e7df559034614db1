/* mask: every written form of an identity becomes its alias, and nothing else.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <cmocka.h>

#include "core/dns.h"
#include "core/mask.h"
#include "core/mask_book.h"
#include "maskseen.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/xalloc.h"

/* Words and names that stay, as the knowledge has them. */
static bool is_word(const char *s, size_t len)
{
	return (len == 7 && memcmp(s, "mailbox", 7) == 0) ||
	       (len == 6 && memcmp(s, "please", 6) == 0);
}

static bool is_public(const char *s, size_t len)
{
	return len >= 12 && memcmp(s + len - 12, "spamhaus.org", 12) == 0;
}

static const struct mask_keep keep = { .word = is_word, .name = is_public };

/* The two sides, as the first events of a run name them. */
static void introduce(struct mask *m)
{
	static const char *const lines[] = { "EHLO mail.canary.test",
		"MAIL FROM:<wren@canary.test>",
		"RCPT TO:<robin.finch@nest.test>" };
	struct event_builder b;

	for (size_t i = 0; i < 3; i++) {
		struct event *e, *out;

		event_begin(&b, EV_SENT);
		b.e.u.sent.line = event_puts(&b, lines[i]);
		e = event_finish(&b);
		out = mask_event(m, e);
		free(out);
		free(e);
	}
	free(mask_text(m, "203.0.113.77 2001:db8:7::77"));
}

static void expect(enum mask_mode mode, const char *text, const char *aliased)
{
	struct mask *m = mask_new(mode, &keep);
	char *out;

	introduce(m);
	out = mask_text(m, text);
	if (strcmp(out, aliased) != 0)
		fail_msg("\"%s\": \"%s\", not \"%s\"", text, out, aliased);
	free(out);
	mask_free(m);
}

/* wren user1, robin.finch user2, canary.test domain1, nest.test domain2,
 * mail.canary.test host1, 203.0.113.77 192.0.2.1, 2001:db8:7::77 2001:db8::1 */
static const struct {
	const char *text, *aliased;
} forms[] = {
	{ "<wren@canary.test>", "<user1@domain1.example>" },
	{ "WREN@Canary.TEST", "user1@domain1.example" },
	{ "wren@canary.test.", "user1@domain1.example." },
	{ "Wren is unknown", "user1 is unknown" },
	{ "wrens wrenx xwren", "wrens wrenx xwren" },
	{ "no robin.finch here", "no user2 here" },
	{ "robin.finch@mail.canary.test",
	  "user2@host1.domain1.example" },
	{ "wren%40canary.test", "user1%40domain1.example" },
	{ "%77ren%40canary%2Etest", "user1%40domain1.example" },
	{ "wren=40canary.test", "user1=40domain1.example" },
	{ "wr=65n=40canary=2Etest", "user1=40domain1.example" },
	{ "d3JlbkBjYW5hcnkudGVzdA==",
	  "dXNlcjFAZG9tYWluMS5leGFtcGxl" },
	{ "x/d3JlbkBjYW5hcnkudGVzdA",
	  "x/dXNlcjFAZG9tYWluMS5leGFtcGxl" },
	{ "7772656e4063616e6172792e74657374",
	  "757365723140646f6d61696e312e6578616d706c65" },
	{ "wr\nen@canary.test", "user1@domain1.example" },
	{ "wren@can\nary.test", "user1@domain1.example" },
	{ "203.0.\n113.77", "192.0.2.1" },
	{ "%77ren%40b%65ak.test\nis", "user1%40domain3.example\nis" },
	{ "w=72en=40b=65ak.test\nis", "user1=40domain3.example\nis" },
	{ "d3JlbkBiZWFrLnRlc3Q\nsays no",
	  "dXNlcjFAZG9tYWluMy5leGFtcGxl\nsays no" },
	{ "d3JlbkBj\nYW5hcnkudGVzdA==", "dXNlcjFAZG9tYWluMS5leGFtcGxl" },
	{ "[203.0.113.77]", "[192.0.2.1]" },
	{ "client=203.0.113.77:25", "client=192.0.2.1:25" },
	{ "77.113.0.203.zen.spamhaus.org",
	  "1.2.0.192.zen.spamhaus.org" },
	{ "77.113.0.203.in-addr.arpa", "1.2.0.192.in-addr.arpa" },
	{ "nest.test.dbl.spamhaus.org beak.test.dbl.spamhaus.org",
	  "domain2.example.dbl.spamhaus.org "
	  "domain3.example.dbl.spamhaus.org" },
	{ "k3y.zen.dq.spamhaus.org", "domain3.example.dq.spamhaus.org" },
	{ "203-0-113-77 cb00714d 3405803853 0xCB00714D",
	  "192-0-2-1 c0000201 3221225985 0xc0000201" },
	{ "203.000.113.077 77-113-0-203", "192.0.2.1 1-2-0-192" },
	{ "mail.canary.test-4711 mail.canary.test_25 beak.test-x1",
	  "host1.domain1.example-4711 host1.domain1.example_25 "
	  "domain3.example-x1" },
	{ "AUTH=w+72en+40canary+2Etest", "AUTH=user1+40domain1.example" },
	{ "refused by\nmail.canary.test", "refused by\n"
	  "host1.domain1.example" },
	{ "mail.\ncanary.test", "host1.domain1.example" },
	{ "host 203-0-113-77.dyn.isp.test",
	  "host host2.domain3.example" },
	{ "203.0.113.77-1", "192.0.2.1-1" },
	{ "ip=%81.69.1.2 %20203.0.113.77", "ip=%192.0.2.2 %20192.0.2.1" },
	{ "ip4:203.0.113.0/24", "ip4:192.0.2.2/24" },
	{ "[IPv6:2001:db8:7::77]", "[IPv6:2001:db8::1]" },
	{ "ip6:2001:DB8:7:0:0::77 -all", "ip6:2001:db8::1 -all" },
	{ "from 2001:db8:7::77: refused", "from 2001:db8::1: refused" },
	{ "http://x.test/?ip=203.0.113.77&email=wren%40canary.test",
	  "http://domain3.example/?ip=192.0.2.1&"
	  "email=user1%40domain1.example" },
	{ "https://www.spamhaus.org/query/ip/203.0.113.77",
	  "https://www.spamhaus.org/query/ip/192.0.2.1" },
	{ "<bounce+robin.finch=nest.test@canary.test>",
	  "<user3@domain1.example>" },
	{ "<SRS0=x1y=2z=nest.test=robin.finch@canary.test>",
	  "<user3@domain1.example>" },
	{ "<wren+news@canary.test>", "<user3@domain1.example>" },
	{ "<wren%canary.test@nest.test>", "<user3@domain2.example>" },
	{ "<@canary.test,@nest.test:wren@nest.test>",
	  "<@domain1.example,@domain2.example:user1@domain2.example>" },
	{ "\"wr en\"@canary.test", "user3@domain1.example" },
	{ "smtp.mailfrom=wren@canary.test",
	  "smtp.mailfrom=user1@domain1.example" },
	{ "j\303\266rg@m\303\274nchen.test",
	  "user3@domain3.example" },
	{ "m\303\274nchen.test xn--mnchen-3ya.test",
	  "domain3.example domain3.example" },
	{ "\342\200\236mail.canary.test\342\200\234",
	  "\342\200\236host1.domain1.example\342\200\234" },
	{ "canary says no", "domain1 says no" },
	{ "a.co.uk b.a.co.uk",
	  "domain3.example host2.domain3.example" },
};

static void test_mask_each_form_has_its_alias(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		expect(MASK_ALL, forms[i].text, forms[i].aliased);
}

static void test_mask_what_is_nobodys_stays(void **state)
{
	static const char *const rows[] = {
		"250 2.1.0 Ok: queued as 4F1kLm2zXQz9",
		"220 ESMTP Exim 4.96 #2 Sun, 29 Nov 2026 10:11:12 +0000",
		"127.0.0.1 ::1 0.0.0.0 localhost",
		"TLSv1.3 TLS_AES_256_GCM_SHA384 5.7.1 4.99-rc1",
		"rejected.Please try e.g. later, i.e. at 10:20:30.5",
		"mailbox unavailable", "see index.html", "::", "a@", "@b", "@",
		"1.2.3", "RFC 5321 4.5.3", "",
		"RFC 5321 4.5.3.2, RFC5321\n(4.5.3.2)", "See section 4.5.3.2.",
		"RFC 5321, sec. 4.5.3.1", "RFC-5321 \302\2474.5.3.2.7",
		"=40", "%40", "....", "-._-",
		"postmaster", "std::string",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(MASK_ALL, rows[i], rows[i]);
	expect(MASK_ALL, "<postmaster@nest.test>",
	       "<postmaster@domain2.example>");
	expect(MASK_ALL, "RFC 5321 203.0.113.78, resection 4.5.3.2",
	       "RFC 5321 192.0.2.2, resection 192.0.2.3");
}

static void test_mask_service_labels_stay(void **state)
{
	(void)state;
	expect(MASK_ALL, "_dmarc.nest.test", "_dmarc.domain2.example");
	expect(MASK_ALL, "sel._domainkey.nest.test.",
	       "label1._domainkey.domain2.example.");
	expect(MASK_ALL, "_25._tcp.mail.canary.test",
	       "_25._tcp.host1.domain1.example");
	expect(MASK_ALL, "nest.test._report._dmarc.canary.test",
	       "domain2.example._report._dmarc.domain1.example");
	expect(MASK_ALL, "113.0.203.in-addr.arpa", "label1.in-addr.arpa");
}

static void test_mask_an_address_keeps_its_range(void **state)
{
	(void)state;
	expect(MASK_ALL, "10.9.8.7 192.168.3.4 169.254.1.1 100.64.3.3",
	       "10.0.0.1 10.0.0.2 169.254.0.1 100.64.0.1");
	expect(MASK_ALL, "fe80::5 fd12::5 ::ffff:203.0.113.77 ff02::1",
	       "fe80::1 fd00::1 ::ffff:192.0.2.1 ff02::1");
}

static void test_mask_people_are_local_parts_only(void **state)
{
	(void)state;
	expect(MASK_PEOPLE, "wren@canary.test at 203.0.113.77",
	       "user1@canary.test at 203.0.113.77");
	expect(MASK_PEOPLE, "no Robin.Finch at nest.test (wren%40canary.test)",
	       "no user2 at nest.test (user1%40canary.test)");
	expect(MASK_PEOPLE, "d3JlbkBjYW5hcnkudGVzdA==",
	       "dXNlcjFAY2FuYXJ5LnRlc3Q=");
}

/* --- events */

static struct event *command(const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.line = event_puts(&b, line);
	b.e.u.sent.bytes = (uint32_t)strlen(line) + 2;
	return event_finish(&b);
}

static void test_mask_command_names_by_their_place(void **state)
{
	static const struct {
		const char *line, *aliased;
	} rows[] = {
		{ "EHLO wrensnest", "EHLO host1" },
		{ "VRFY user@intranet", "VRFY user1@host1" },
		{ "HELO wren.test", "HELO domain1.example" },
		{ "EHLO [203.0.113.77]", "EHLO [192.0.2.1]" },
		{ "MAIL FROM:<wren>", "MAIL FROM:<user1>" },
		{ "MAIL FROM:<>", "MAIL FROM:<>" },
		{ "RCPT TO:<postmaster>", "RCPT TO:<postmaster>" },
		{ "VRFY wren", "VRFY user1" },
		{ "EXPN birds", "EXPN user1" },
		{ "VRFY", "VRFY" }, { "EHLO", "EHLO" }, { "EHLO ", "EHLO " },
		{ "RCPT TO:<a@nest.test> ORCPT=rfc822;b@nest.test",
		  "RCPT TO:<user1@domain1.example> "
		  "ORCPT=rfc822;user2@domain1.example" },
		{ "AUTH PLAIN ****", "AUTH PLAIN ****" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mask *m = mask_new(MASK_ALL, &keep);
		struct event *e = command(rows[i].line), *out;

		out = mask_event(m, e);
		assert_string_equal(event_text(out, out->u.sent.line),
		                    rows[i].aliased);
		assert_int_equal(out->u.sent.bytes, e->u.sent.bytes);
		free(out);
		free(e);
		mask_free(m);
	}
}

/* What a server calls us by is what EHLO said, or its first label. */
static void test_mask_names_are_known_again_alone(void **state)
{
	static const struct {
		const char *line, *reply, *aliased;
	} rows[] = {
		{ "EHLO wrensnest", "Hello wrensnest, hi",
		  "Hello host1, hi" },
		{ "EHLO ws17.nest.test", "hello WS17 of nest",
		  "hello host1 of domain1" },
		{ "EHLO m\303\274ller.m\303\274nchen.test",
		  "xn--mller-kva of m\303\274nchen, m\303\274ller",
		  "host1 of domain1, host1" },
		{ "EHLO mailbox.nest.test", "mailbox full", "mailbox full" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mask *m = mask_new(MASK_ALL, &keep);
		struct event *e = command(rows[i].line);
		char *out;

		free(mask_event(m, e));
		out = mask_text(m, rows[i].reply);
		assert_string_equal(out, rows[i].aliased);
		free(out);
		free(e);
		mask_free(m);
	}
}

static void test_mask_options_tell_who_somebody_is(void **state)
{
	struct mask *m = mask_new(MASK_ALL, &keep);
	struct event_builder b;
	struct event *e, *out;

	(void)state;
	event_begin(&b, EV_START);
	b.e.u.start.options = event_puts(&b, "--quit-after=rcpt --helo=wren "
	    "'--from=<>' --to=robin@nest.test -4 '--pipe=/srv/robin/x -y zq' "
	    "--auth-user=finch --port=25");
	e = event_finish(&b);
	out = mask_event(m, e);
	assert_string_equal(event_text(out, out->u.start.options),
	    "--quit-after=rcpt --helo=host1 '--from=<>' "
	    "--to=user1@domain1.example -4 --pipe=text1 "
	    "--auth-user=user2 --port=25");
	free(out);
	free(e);
	mask_free(m);
}

static void test_mask_caret_stays_at_its_place(void **state)
{
	static const struct {
		const char *line;
		int caret, moved;
	} rows[] = {
		{ "RCPT TO: <wren@canary.test>", 8, 8 },
		{ "RCPT TO:<wren@canary.test> X", 27, 32 },
		{ "RCPT TO:<wren@canary.test>", 26, 31 },
		{ "RCPT TO:<wren@canary.test>", 10, 10 },
		{ "RCPT TO:<wren@canary.test>", -1, -1 },
		{ "RCPT TO:<wren@canary.test>", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mask *m = mask_new(MASK_ALL, &keep);
		struct event_builder b;
		struct event *e, *out;

		event_begin(&b, EV_FINDING);
		b.e.u.finding.id = event_puts(&b, "path-blank");
		b.e.u.finding.evidence = event_puts(&b, rows[i].line);
		b.e.u.finding.caret = rows[i].caret;
		e = event_finish(&b);
		out = mask_event(m, e);
		assert_int_equal(out->u.finding.caret, rows[i].moved);
		free(out);
		free(e);
		mask_free(m);
	}
}

/* What maskseen_kinds() puts into every text of every kind of event. */
static void test_mask_no_field_of_any_event_leaks(void **state)
{
	for (int mode = MASK_ALL; mode <= MASK_PEOPLE; mode++) {
		struct mask *m = mask_new((enum mask_mode)mode, &keep);

		for (int k = 0; k < EVENT_KIND_COUNT; k++) {
			struct event *e = maskseen_event((enum event_kind)k);
			struct event *out = mask_event(m, e);

			assert_int_equal(out->kind, e->kind);
			assert_true(maskseen_leaks(e, "zqwren"));
			if (maskseen_leaks(out, "zqwren"))
				fail_msg("%s leaks a user in mode %s",
				         event_kind_name(e->kind),
				         mask_mode_name((enum mask_mode)mode));
			if (mode == MASK_ALL && maskseen_leaks(out, "zqnest"))
				fail_msg("%s leaks a name",
				         event_kind_name(e->kind));
			if (mode == MASK_ALL && maskseen_leaks(out, "5.67.8"))
				fail_msg("%s leaks an address",
				         event_kind_name(e->kind));
			free(out);
			free(e);
		}
		mask_free(m);
	}
	(void)state;
}

static void test_mask_reply_is_read_over_its_lines(void **state)
{
	static const char *const lines[] = { "550-5.7.1 no zqwren@zq",
		"550 5.7.1 nest.test", };
	struct mask *m = mask_new(MASK_ALL, &keep);
	struct event *sent = command("RCPT TO:<zqwren@zqnest.test>"), *e, *out;
	struct event_builder b;

	(void)state;
	free(mask_event(m, sent));
	event_begin(&b, EV_REPLY);
	b.e.u.reply.lines = event_put_texts(&b, lines, 2);
	b.e.u.reply.enhanced = event_puts(&b, "5.7.1");
	b.e.u.reply.raw = event_puts(&b, "550-5.7.1 no zqwren@zq\n");
	e = event_finish(&b);
	out = mask_event(m, e);
	assert_string_equal(event_item_text(out, out->u.reply.lines, 0),
	                    "550-5.7.1 no user1@domain1.example");
	assert_string_equal(event_item_text(out, out->u.reply.lines, 1),
	                    "550 5.7.1 ");
	assert_int_equal(out->u.reply.raw.len, 0);
	free(out);
	free(e);
	free(sent);
	mask_free(m);
}

/* An MX of the target is told apart from other hosts of the domain. */
static void test_mask_exchanger_is_recognised(void **state)
{
	struct mask *m = mask_new(MASK_ALL, &keep);
	struct event_builder b;
	struct ev_rr rr = { .ttl = 300, .type = RR_MX };
	struct event *e, *out;

	(void)state;
	event_begin(&b, EV_DNS);
	b.e.target = event_puts(&b, "nest.test");
	b.e.u.dns.type = RR_MX;
	b.e.u.dns.name = event_puts(&b, "nest.test");
	rr.name = event_puts(&b, "nest.test.");
	rr.data = event_puts(&b, "10 mx00.nest.test.");
	b.e.u.dns.answers = event_put_array(&b, &rr, sizeof rr, 1);
	e = event_finish(&b);
	out = mask_event(m, e);
	assert_string_equal(event_text(out, event_rr(out, 0)->data),
	                    "10 mx1.domain1.example.");
	assert_string_equal(event_text(out, event_rr(out, 0)->name),
	                    "domain1.example.");
	assert_string_equal(event_text(out, out->target), "domain1.example");
	free(out);
	free(e);
	mask_free(m);
}

/* The words of a verdict are cut to 120 bytes, maybe within an address. */
static void test_mask_cut_words_show_no_part_of_a_name(void **state)
{
	static const char words[] = "13.77] a refusal that goes on until "
	    "the words that are quoted of it end in the middle of an address "
	    "203.0.11";
	struct mask *m = mask_new(MASK_ALL, &keep);
	struct event_builder b;
	struct event *e, *out;

	(void)state;
	event_begin(&b, EV_VERDICT);
	b.e.u.verdict.words = event_puts(&b, words);
	e = event_finish(&b);
	out = mask_event(m, e);
	assert_null(strstr(event_text(out, out->u.verdict.words), "203."));
	assert_null(strstr(event_text(out, out->u.verdict.words),
	                   "13.77"));
	assert_non_null(strstr(event_text(out, out->u.verdict.words),
	                       "address"));
	free(out);
	free(e);
	mask_free(m);
}

/* --- bounds */

/* Whoever comes when the book is full is hidden, too. */
static void test_mask_full_book_hides_all_the_same(void **state)
{
	struct book *b = book_new(NULL);
	char text[40], last[40] = "";

	(void)state;
	for (unsigned i = 0; i < BOOK_MAX + 10u; i++) {
		snprintf(text, sizeof text, "%u.%u.%u.%u", 20 + (i >> 24),
		         i >> 16 & 255, i >> 8 & 255, i & 255);
		snprintf(last, sizeof last, "%s",
		         book_address(b, text, strlen(text)));
		assert_string_not_equal(text, last);
	}
	assert_string_equal(last, "192.0.2.0");
	assert_string_equal(book_local(b, "wren", 4), "user0");
	assert_string_equal(book_name(b, "a.nest.test", 11, false),
	                    "host0.domain0.example");
	assert_string_equal(book_other(b, BOOK_DIGEST, "00ff00ff", 8), "key0");
	assert_string_equal(book_address(b, "2001:db8:7::1", 13),
	                    "2001:db8::");
	book_free(b);
}

static double seconds_of(size_t n, const char *piece)
{
	struct timespec from, to;
	struct buf text = { 0 };
	struct mask *m = mask_new(MASK_ALL, &keep);

	introduce(m);
	for (size_t i = 0; i < n; i++)
		buf_adds(&text, piece);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	free(mask_text(m, buf_str(&text)));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	buf_clear(&text);
	mask_free(m);
	return (double)(to.tv_sec - from.tv_sec) +
	       (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Ten times the text takes about ten times as long: a reply has 256 KiB. */
static void test_mask_time_is_linear_in_hostile_text(void **state)
{
	static const char *const pieces[] = { "@", "a@", "a.", ".", ":", "1.",
		"1:", "=", "%40", "wren-", "d3Jl", "\"@", "+", "\n", "a=b",
		"1.2.3.4.", "x.y ", "a@b.test " };

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		double few = seconds_of(2000, pieces[i]);
		double many = seconds_of(20000, pieces[i]);

		if (many > 40 * few + 0.1)
			fail_msg("\"%s\": %f s and %f s", pieces[i], few, many);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mask_each_form_has_its_alias),
		cmocka_unit_test(test_mask_what_is_nobodys_stays),
		cmocka_unit_test(test_mask_service_labels_stay),
		cmocka_unit_test(test_mask_an_address_keeps_its_range),
		cmocka_unit_test(test_mask_people_are_local_parts_only),
		cmocka_unit_test(test_mask_command_names_by_their_place),
		cmocka_unit_test(test_mask_names_are_known_again_alone),
		cmocka_unit_test(test_mask_options_tell_who_somebody_is),
		cmocka_unit_test(test_mask_caret_stays_at_its_place),
		cmocka_unit_test(test_mask_no_field_of_any_event_leaks),
		cmocka_unit_test(test_mask_reply_is_read_over_its_lines),
		cmocka_unit_test(test_mask_exchanger_is_recognised),
		cmocka_unit_test(test_mask_cut_words_show_no_part_of_a_name),
		cmocka_unit_test(test_mask_full_book_hides_all_the_same),
		cmocka_unit_test(test_mask_time_is_linear_in_hostile_text),
	};

	return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
