/* batch: what the annotated text promises, from events made by hand. */
#include "config.h"

#include "report/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/finding.h"
#include "report/explain_text.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static char *text;
static size_t text_len;
static FILE *out;
static struct batch *batch;
static uint32_t next_n;

static void start(bool color, int width)
{
	out = open_memstream(&text, &text_len);
	batch = batch_new(out, color, width);
	next_n = 1;
}

static int begin(void **state)
{
	(void)state;
	i18n_set("en");
	i18n_ascii(false);
	start(false, 80);
	return 0;
}

static int end(void **state)
{
	(void)state;
	batch_free(batch);
	fclose(out);
	free(text);
	text = NULL;
	return 0;
}

static uint32_t give(struct event_builder *b)
{
	struct event *e;

	b->e.n = next_n++;
	b->e.session = 1;
	e = event_finish(b);
	assert_true(batch_event(batch, e));
	free(e);
	return next_n - 1;
}

static uint32_t give_sent(const char *verb, const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.verb = event_puts(&b, verb);
	b.e.u.sent.line = event_puts(&b, line);
	return give(&b);
}

static void give_reply(uint32_t to, uint16_t code, const char *const *lines,
                       size_t n)
{
	struct event_builder b;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.to = to;
	b.e.u.reply.code = code;
	b.e.u.reply.lines = event_put_texts(&b, lines, n);
	give(&b);
}

static void give_verdict(const char *recipient, enum outcome outcome)
{
	static const char *const args[] = { "", "", "" };
	struct event_builder b;

	event_begin(&b, EV_VERDICT);
	b.e.u.verdict.recipient = event_puts(&b, recipient);
	b.e.u.verdict.rule = event_puts(&b, "accepted-rcpt");
	b.e.u.verdict.args = event_put_texts(&b, args, 3);
	b.e.u.verdict.outcome = (uint8_t)outcome;
	give(&b);
}

/* All in this order, and each at the beginning of a line. */
static void assert_lines(const char *const *lines, size_t n)
{
	const char *at = text;

	for (size_t i = 0; i < n; i++) {
		char *wanted = xasprintf("\n%s\n", lines[i]);
		const char *found = strstr(at, wanted);

		if (!found && strncmp(at, wanted + 1, strlen(wanted) - 1) == 0)
			found = at;
		if (!found)
			fail_msg("no line \"%s\" in:\n%s", lines[i], at);
		at = found + (*found == '\n');
		free(wanted);
	}
}

static void test_pipelined_reply_names_its_command(void **state)
{
	static const char *const ok[] = { "250 ok" };
	static const char *const no[] = { "550 no" };
	static const char *const wanted[] = {
		"C: MAIL FROM:<a@b.example>", "C: RCPT TO:<c@d.example>",
		"S: 250 ok", "    Answers   MAIL FROM:<a@b.example>",
		"S: 550 no", "    Answers   RCPT TO:<c@d.example>",
	};
	uint32_t mail, rcpt;

	(void)state;
	mail = give_sent("MAIL", "MAIL FROM:<a@b.example>");
	rcpt = give_sent("RCPT", "RCPT TO:<c@d.example>");
	give_reply(mail, 250, ok, 1);
	give_reply(rcpt, 550, no, 1);
	assert_lines(wanted, 6);
}

static void test_reply_right_below_its_command_does_not_name_it(void **state)
{
	static const char *const ok[] = { "250 ok" };

	(void)state;
	give_reply(give_sent("MAIL", "MAIL FROM:<a@b.example>"), 250, ok, 1);
	give_reply(give_sent("RCPT", "RCPT TO:<c@d.example>"), 250, ok, 1);
	assert_null(strstr(text, "Answers"));
}

static void give_lmtp(uint32_t to, uint16_t code, const char *recipient)
{
	const char *const line[] = { code == 250 ? "250 ok" : "452 full" };
	struct event_builder b;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.to = to;
	b.e.u.reply.code = code;
	b.e.u.reply.lines = event_put_texts(&b, line, 1);
	b.e.u.reply.recipient = event_puts(&b, recipient);
	give(&b);
}

static void test_lmtp_replies_name_their_recipients(void **state)
{
	static const char *const wanted[] = {
		"C: .", "S: 250 ok", "    To        a@b.example",
		"S: 452 full", "    To        c<1B>[2J@b.example",
	};
	uint32_t dot;

	(void)state;
	dot = give_sent("(END OF DATA)", ".");
	give_lmtp(dot, 250, "a@b.example");
	give_lmtp(dot, 452, "c\x1b[2J@b.example");
	assert_lines(wanted, 5);
	assert_null(strstr(text, "Answers"));
}

/* hostile: what a certificate must not do to a terminal. */
static void give_tls(const char *verify, const char *dane, const char *hostile)
{
	const char *const names[] = { "mx.example.org", hostile };
	const char *const tlsa[] = { "3 1 1 00ff", "2 0 1 ff00" };
	struct event_builder b;
	struct ev_cert c = { .subject = { 0, 0 } };

	event_begin(&b, EV_TLS);
	c.subject = c.issuer = event_puts(&b, hostile);
	c.names = event_put_texts(&b, names, 2);
	c.not_before = event_puts(&b, "2026-01-02T10:41:02Z");
	c.not_after = event_puts(&b, "2026-04-02T10:41:02Z");
	c.sha256 = event_puts(&b, "aa11");
	c.spki_sha256 = event_puts(&b, "bb22");
	c.key = event_puts(&b, "EC P-256");
	c.signature = event_puts(&b, "ecdsa-with-SHA256");
	c.serial = event_puts(&b, "01");
	b.e.u.tls.chain = event_put_array(&b, &c, sizeof c, 1);
	b.e.u.tls.version = event_puts(&b, "TLSv1.3");
	b.e.u.tls.cipher = event_puts(&b, "TLS_AES_256_GCM_SHA384");
	b.e.u.tls.group = event_puts(&b, "x25519");
	b.e.u.tls.verify = event_puts(&b, verify);
	b.e.u.tls.detail = event_puts(&b, *verify == 'o' ? "" : hostile);
	b.e.u.tls.names = event_put_texts(&b, names, 1);
	b.e.u.tls.dane = event_puts(&b, dane);
	b.e.u.tls.tlsa = event_put_texts(&b, tlsa, *dane ? 2 : 0);
	b.e.u.tls.matched = strcmp(dane, "ok") == 0 ? 1 : -1;
	b.e.u.tls.depth = *verify == 'o' ? -1 : 0;
	b.e.u.tls.us = 12300;
	give(&b);
}

static void test_tls_shows_who_and_each_certificate(void **state)
{
	static const char *const wanted[] = {
		"* TLS: TLSv1.3, TLS_AES_256_GCM_SHA384, x25519, 12.3 ms",
		"    ✔ the other side is who it should be",
		"    Wanted    mx.example.org",
		"    Certificate 0: CN=mx",
		"    Names     mx.example.org, CN=mx",
		"    Issuer    CN=mx",
		"    Valid     2026-01-02T10:41:02Z / 2026-04-02T10:41:02Z",
		"    Key       EC P-256; ecdsa-with-SHA256",
		"    SHA-256   aa11", "    SPKI      bb22", "    Serial    01",
	};

	(void)state;
	give_tls("ok", "", "CN=mx");
	assert_lines(wanted, LEN(wanted));
	assert_null(strstr(text, "TLSA"));
}

static void test_tls_dane_decides_where_it_was_asked(void **state)
{
	static const char *const wanted[] = {
		"    ✔ the other side is who it should be",
		"    TLSA      3 1 1 00ff",
		"              2 0 1 ff00 (matches)",
	};

	(void)state;
	give_tls("self-signed", "ok", "CN=mx");
	assert_lines(wanted, LEN(wanted));
}

static void test_tls_hostile_certificate_is_escaped(void **state)
{
	(void)state;
	give_tls("expired", "", "CN=\x1b[2J\r\n250 ok\xff\xe2\x80\xae");
	assert_non_null(strstr(text, "who the other side is, is not certain: "
	                             "expired ("));
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (unsigned char)*p >= ' ');
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_null(strstr(text, "\n250 ok"));
}

static void test_dialog_lines_are_whole_and_in_order(void **state)
{
	static const char *const greeting[] = { "220-one", "220 two" };
	static const char *const no[] = { "550 5.1.1 Unknown recipient, and a "
		"text that is much longer than eighty columns so that it "
		"would have to be wrapped" };
	char *long_line = xasprintf("S: %s", no[0]);
	const char *const wanted[] = { "S: 220-one", "S: 220 two",
		"C: EHLO a.example", "C: RCPT TO:<b@c.example>", long_line };

	(void)state;
	give_reply(EV_GREETING, 220, greeting, 2);
	give_sent("EHLO", "EHLO a.example");
	give_reply(give_sent("RCPT", "RCPT TO:<b@c.example>"), 550, no, 1);
	assert_lines(wanted, 5);
	free(long_line);
}

static void test_own_text_is_indented_and_fits_the_width(void **state)
{
	static const char *const no[] = { "450 4.2.0 Greylisted" };
	int column = 0;

	(void)state;
	end(NULL);
	begin(NULL);
	give_reply(give_sent("RCPT", "RCPT TO:<b@c.example>"), 450, no, 1);
	for (const char *p = text; *p; p++) {
		bool start_of_line = p == text || p[-1] == '\n';

		if (start_of_line)
			assert_true(strchr("CS* \n", *p) != NULL);
		column = start_of_line ? 0 : column;
		column += ((unsigned char)*p & 0xc0) != 0x80 && *p != '\n';
		assert_true(column <= 80);
	}
}

static void test_greylisting_is_explained_as_such(void **state)
{
	static const char *const no[] = {
		"450 4.2.0 Greylisted, please try again in 300 seconds" };

	(void)state;
	give_reply(give_sent("RCPT", "RCPT TO:<b@c.example>"), 450, no, 1);
	assert_non_null(strstr(text, "TEMPORARY FAILURE"));
	assert_non_null(strstr(text, "Greylisting"));
	assert_non_null(strstr(text, "Must act"));
	assert_non_null(strstr(text, "MTA"));
	assert_null(strstr(text, "mailbox unavailable"));
}

static void test_server_bytes_are_escaped(void **state)
{
	static const char *const evil[] = { "220 \x1b]0;owned\a\x9b" "2J",
		"220 a\rb\xe2\x80\xae" "c" };

	(void)state;
	give_reply(EV_GREETING, 220, evil, 2);
	for (const char *p = text; *p; p++)
		assert_true((unsigned char)*p >= 0x20 || *p == '\n');
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_non_null(strstr(text, "S: 220 <1B>]0;owned<07><9B>2J"));
	assert_non_null(strstr(text, "<U+202E>"));
}

static void test_color_only_when_asked(void **state)
{
	static const char *const ok[] = { "250 ok" };

	(void)state;
	give_reply(EV_GREETING, 250, ok, 1);
	assert_null(strchr(text, '\033'));
	end(NULL);
	start(true, 80);
	give_reply(EV_GREETING, 250, ok, 1);
	assert_non_null(strstr(text, "\033["));
}

static void test_ascii_terminal_gets_ascii(void **state)
{
	static const char *const no[] = { "550 gr\xc3\xbc\xc3\x9f" "e" };

	(void)state;
	i18n_set("de");
	i18n_ascii(true);
	give_reply(give_sent("RCPT", "RCPT TO:<b@c.example>"), 550, no, 1);
	for (const char *p = text; *p; p++)
		assert_true((unsigned char)*p < 0x7f);
	assert_non_null(strstr(text, "FEHLER"));
	i18n_ascii(false);
	i18n_set("en");
}

static void test_german_labels(void **state)
{
	static const char *const no[] = { "550 5.1.1 unknown" };

	(void)state;
	i18n_set("de");
	give_reply(give_sent("RCPT", "RCPT TO:<b@c.example>"), 550, no, 1);
	i18n_set("en");
	assert_non_null(strstr(text, "Zuständig"));
	assert_non_null(strstr(text, "Quellen"));
	assert_null(strstr(text, "Must act"));
}

static void test_ehlo_keywords_are_explained(void **state)
{
	static const char *const lines[] = { "250-SIZE", "250-SIZE 1000",
		"250-X-NOBODY-KNOWS", "250 8BITMIME" };
	const char *first;

	(void)state;
	give_reply(give_sent("EHLO", "EHLO a.example"), 250, lines, 4);
	first = strstr(text, "    SIZE  ");
	assert_non_null(first); /* line one is the name, never a keyword */
	assert_null(strstr(first + 1, "    SIZE  "));
	assert_non_null(strstr(text, "    8BITMIME  "));
	assert_null(strstr(text, "    X-NOBODY"));
}

static void test_finding_shows_its_place(void **state)
{
	struct event_builder b;
	const char *caret, *line;

	(void)state;
	finding_begin(&b, "path-blank", NULL, 0,
	              give_sent("RCPT", "RCPT TO: <a@b>"));
	b.e.u.finding.caret = 8;
	give(&b);
	line = strstr(text, "      RCPT TO: <a@b>\n");
	caret = strstr(text, "^\n");
	assert_non_null(line);
	assert_non_null(caret);
	assert_int_equal(caret - (strchr(line, '\n') + 1), 6 + 8);
}

static void test_recipient_verdicts_wait_for_the_end(void **state)
{
	const char *sent, *verdict;

	(void)state;
	give_verdict("b@c.example", OUT_ACCEPTED);
	give_sent("QUIT", "QUIT");
	give_verdict("", OUT_ACCEPTED);
	sent = strstr(text, "C: QUIT");
	verdict = strstr(text, "* b@c.example: ");
	assert_non_null(sent);
	assert_non_null(verdict);
	assert_true(sent < verdict);
}

static void test_message_lines_are_shown_without_comment(void **state)
{
	(void)state;
	give_sent("(DATA BLOCK)", "Subject: x");
	assert_string_equal(text, "C: Subject: x\n");
}

static void test_write_failure_is_reported(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct batch *b;
	struct event_builder builder;
	struct event *e;

	(void)state;
	if (!full)
		skip();
	b = batch_new(full, false, 80);
	event_begin(&builder, EV_CLOSED);
	e = event_finish(&builder);
	assert_false(batch_event(b, e));
	free(e);
	batch_free(b);
	fclose(full);
}

static bool explained(const char *const *words, size_t n)
{
	return explain_print(out, false, 80, words, n);
}

static void test_explain_one_text_or_many(void **state)
{
	static const char *const reply[] = { "550", "5.1.1", "user",
		"unknown" };
	static const char *const words[] = { "STARTTLS", "SIZE" };
	static const char *const nothing[] = { "qqqq" };

	(void)state;
	assert_true(explained(reply, 4));
	assert_non_null(strstr(text, "550 5.1.1"));
	assert_true(explained(words, 2));
	assert_non_null(strstr(text, "\nSIZE"));
	assert_false(explained(nothing, 1));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_dialog_lines_are_whole_and_in_order),
		T(test_own_text_is_indented_and_fits_the_width),
		T(test_pipelined_reply_names_its_command),
		T(test_reply_right_below_its_command_does_not_name_it),
		T(test_lmtp_replies_name_their_recipients),
		T(test_tls_shows_who_and_each_certificate),
		T(test_tls_dane_decides_where_it_was_asked),
		T(test_tls_hostile_certificate_is_escaped),
		T(test_greylisting_is_explained_as_such),
		T(test_server_bytes_are_escaped),
		T(test_color_only_when_asked),
		T(test_ascii_terminal_gets_ascii),
		T(test_german_labels),
		T(test_ehlo_keywords_are_explained),
		T(test_finding_shows_its_place),
		T(test_recipient_verdicts_wait_for_the_end),
		T(test_message_lines_are_shown_without_comment),
		T(test_write_failure_is_reported),
		T(test_explain_one_text_or_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
