/* again: command lines made of a dialog, read by a real shell. */
#include "config.h"

#include "knowledge/again.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "util/quote.h"
#include "util/xalloc.h"

#define LEN(a) (sizeof(a) / sizeof *(a))

static struct dialog *d;
static uint32_t next_n;

static int begin(void **state)
{
	(void)state;
	d = dialog_new();
	next_n = 1;
	return 0;
}

static int end(void **state)
{
	(void)state;
	dialog_free(d);
	return 0;
}

static uint32_t give(struct event_builder *b, uint32_t session)
{
	struct event *e;

	b->e.n = next_n++;
	b->e.session = session;
	b->e.target = event_puts(b, "u@example.org");
	e = event_finish(b);
	dialog_append(d, e);
	free(e);
	return next_n - 1;
}

static void give_start(const char *options)
{
	struct event_builder b;

	event_begin(&b, EV_START);
	b.e.u.start.options = event_puts(&b, options);
	give(&b, 0);
}

static void give_connected(const char *host, const char *address,
                           const char *via, uint16_t port)
{
	static const enum event_kind kinds[] = { EV_CONNECTING, EV_CONNECTED };
	struct event_builder b;

	for (size_t i = 0; i < 2; i++) {
		event_begin(&b, kinds[i]);
		b.e.u.connect.host = event_puts(&b, host);
		b.e.u.connect.address = event_puts(&b, address);
		b.e.u.connect.via = event_puts(&b, via);
		b.e.u.connect.port = port;
		give(&b, 1);
	}
}

static uint32_t give_sent(const char *verb, const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.u.sent.verb = event_puts(&b, verb);
	b.e.u.sent.line = event_puts(&b, line);
	return give(&b, 1);
}

static void give_reply(uint32_t to, uint16_t code, const char *line)
{
	const char *const lines[] = { line, "250 STARTTLS" };
	struct event_builder b;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.to = to;
	b.e.u.reply.code = code;
	b.e.u.reply.lines = event_put_texts(&b, lines,
	                                    line[3] == '-' ? 2 : 1);
	give(&b, 1);
}

static void give_tls(const char *sni, bool wrapped)
{
	struct event_builder b;

	event_begin(&b, EV_TLS);
	b.e.u.tls.version = event_puts(&b, "TLSv1.3");
	b.e.u.tls.verify = event_puts(&b, "ok");
	b.e.u.tls.sni = event_puts(&b, sni);
	b.e.u.tls.wrapped = wrapped;
	give(&b, 1);
}

/* Up to two RCPT, one after the other, with a value in every place. */
static void give_dialog(const char *value)
{
	char *mail = xasprintf("MAIL FROM:<%s> SIZE=10 AUTH=<>", value);
	char *rcpt = xasprintf("RCPT TO:<%s>", value);
	char *ehlo = xasprintf("EHLO %s", value);

	give_reply(EV_GREETING, 220, "220 hi");
	give_reply(give_sent("EHLO", ehlo), 250, "250-hi");
	give_reply(give_sent("MAIL", mail), 250, "250 ok");
	give_reply(give_sent("RCPT", rcpt), 250, "250 ok");
	give_reply(give_sent("RCPT", "RCPT TO:<two@example.org>"), 250,
	           "250 ok");
	free(mail);
	free(rcpt);
	free(ehlo);
}

static void assert_again(enum again_kind kind, const char *wanted)
{
	char *line = again_line(kind, d);

	if (!wanted)
		assert_null(line);
	else
		assert_string_equal(line ? line : "(none)", wanted);
	free(line);
}

static void test_plain_dialog_in_each_program(void **state)
{
	char *lacks;

	(void)state;
	give_start("--quit-after=rcpt --helo=h.example '--from=<>' -4");
	give_connected("mx.example.org", "192.0.2.25", "", 25);
	give_dialog("a@example.org");
	assert_again(AGAIN_SELF, "smtpscope --quit-after=rcpt "
	             "--helo=h.example '--from=<>' -4 u@example.org");
	assert_again(AGAIN_SWAKS, "swaks --server mx.example.org:25 "
	             "--helo a@example.org --from a@example.org "
	             "--to a@example.org,two@example.org --quit-after rcpt");
	assert_again(AGAIN_OPENSSL, "openssl s_client -crlf -quiet -connect "
	             "192.0.2.25:25 -starttls smtp -name a@example.org");
	assert_again(AGAIN_NC, "nc -C 192.0.2.25 25");
	lacks = again_lacks(AGAIN_SWAKS, d);
	assert_string_equal(lacks, "SIZE=10 AUTH=<>");
	free(lacks);
	assert_null(again_lacks(AGAIN_NC, d));
}

static void test_nothing_was_connected(void **state)
{
	(void)state;
	for (int kind = 0; kind < AGAIN_COUNT; kind++)
		free(again_line((enum again_kind)kind, d)); /* no crash */
	give_start("--quit-after=route");
	assert_again(AGAIN_SELF, "smtpscope --quit-after=route u@example.org");
	assert_again(AGAIN_SWAKS, NULL);
	assert_again(AGAIN_OPENSSL, NULL);
	assert_again(AGAIN_NC, NULL);
}

static void test_tls_login_and_pipelining(void **state)
{
	(void)state;
	give_start("--auth --auth-user='o'\\''neil'");
	give_connected("mx.example.org", "2001:db8::25", "", 465);
	give_tls("mx.example.org", true);
	give_reply(EV_GREETING, 220, "220 hi");
	give_reply(give_sent("EHLO", "EHLO h.example"), 250, "250 hi");
	give_reply(give_sent("AUTH", "AUTH PLAIN ****"), 235, "235 ok");
	give_sent("MAIL", "MAIL FROM:<>");
	give_sent("RCPT", "RCPT TO:<a@example.org>");
	assert_again(AGAIN_SWAKS, "swaks --server mx.example.org:465 "
	             "--tls-on-connect --tls-sni mx.example.org --auth PLAIN "
	             "--auth-user 'o'\\''neil' --auth-hide-password "
	             "--protect-prompt --helo h.example --from '<>' "
	             "--to a@example.org --pipeline --quit-after rcpt");
	assert_again(AGAIN_OPENSSL, "openssl s_client -crlf -quiet -connect "
	             "'[2001:db8::25]:465' -servername mx.example.org");
	assert_again(AGAIN_NC, NULL);
}

static void test_starttls_without_sni_and_lmtp(void **state)
{
	(void)state;
	give_connected("", "192.0.2.1", "", 24);
	give_reply(give_sent("LHLO", "LHLO h.example"), 250, "250-hi");
	give_tls("", false);
	assert_again(AGAIN_SWAKS, "swaks --server 192.0.2.1:24 --protocol "
	             "LMTP --tls --helo h.example --quit-after tls");
	assert_again(AGAIN_OPENSSL, "openssl s_client -crlf -quiet -connect "
	             "192.0.2.1:24 -starttls lmtp -name h.example "
	             "-noservername");
}

static void test_sockets_programs_and_lessons(void **state)
{
	(void)state;
	give_connected("/run/x y.sock", "", "", 0);
	assert_again(AGAIN_SWAKS, "swaks --socket '/run/x y.sock' "
	             "--quit-after connect");
	assert_again(AGAIN_NC, "nc -C -U '/run/x y.sock'");
	end(NULL);
	begin(NULL);
	give_connected("exim -bh 192.0.2.1", "", "", 0);
	assert_again(AGAIN_SWAKS, "swaks --pipe 'exim -bh 192.0.2.1' "
	             "--quit-after connect");
	assert_again(AGAIN_NC, NULL);
	end(NULL);
	begin(NULL);
	give_start("'--pipe=/usr/sbin/sendmail -bs'");
	give_connected("/usr/sbin/sendmail -bs", "", "", 0);
	assert_again(AGAIN_SWAKS, "swaks --pipe '/usr/sbin/sendmail -bs' "
	             "--quit-after connect");
	assert_again(AGAIN_NC, NULL);
	end(NULL);
	begin(NULL);
	give_start("--quit-after=rcpt");
	give_connected("mx.example.org", "192.0.2.1", "127.0.0.1:5025", 25);
	assert_again(AGAIN_NC, "nc -C 127.0.0.1 5025");
	assert_again(AGAIN_SELF, NULL);
}

static void test_proxies(void **state)
{
	char *lacks;

	(void)state;
	give_start("--proxy=socks5://[::1]:1080 --proxy-header=v1");
	give_connected("mx.example.org", "192.0.2.1", "socks5://[::1]:1080",
	               25);
	assert_again(AGAIN_SELF, "smtpscope '--proxy=socks5://[::1]:1080' "
	             "--proxy-header=v1 u@example.org");
	assert_again(AGAIN_SWAKS, NULL);
	assert_again(AGAIN_OPENSSL, NULL);
	assert_again(AGAIN_NC, "nc -C -X 5 -x '[::1]:1080' 192.0.2.1 25");
	lacks = again_lacks(AGAIN_NC, d);
	assert_string_equal(lacks, "PROXY v1");
	free(lacks);
}

/* What a shell makes of the line: its words, one a line. */
static char *shell_words(const char *line)
{
	char *command = xasprintf("p() { printf '%%s\\n' \"$@\"; }; p %s",
	                          line), word[512];
	FILE *f = popen(command, "r");
	struct buf b = { 0 };

	assert_non_null(f);
	while (fgets(word, sizeof word, f))
		buf_adds(&b, word);
	assert_int_equal(pclose(f), 0);
	free(command);
	buf_str(&b);
	return buf_steal(&b);
}

static void test_hostile_values_stay_one_word_each(void **state)
{
	static const char *const values[] = {
		"$(touch /tmp/smtpscope-pwned)", "`id`", "';id;'", "a' 'b",
		"\\", "*", "~", "-oProxyCommand=id", "!!", "a\"b", "#x",
		"{a,b}", "$HOME", "&&", "|id", "=x",
	};

	(void)state;
	for (size_t i = 0; i < LEN(values); i++) {
		char *wanted = xasprintf("\n%s%s\n", *values[i] == '-' ?
		                         "--helo=" : "--helo\n", values[i]);
		char *line, *words;

		give_connected("mx.example.org", "192.0.2.25", "", 25);
		give_dialog(values[i]);
		line = again_line(AGAIN_SWAKS, d);
		words = shell_words(line);
		if (!strstr(words, wanted))
			fail_msg("%s\n%s", line, words);
		free(line);
		free(words);
		free(wanted);
		end(NULL);
		begin(NULL);
	}
}

static void test_control_characters_are_not_in_the_line(void **state)
{
	(void)state;
	give_start("--helo=a\x1b[2J 'x' --from=b\n--to=c rm");
	give_connected("mx.example.org", "192.0.2.25", "", 25);
	give_dialog("a\x1b[2J\r\nrm\xff\xe2\x80\xae");
	for (int kind = 0; kind < AGAIN_COUNT; kind++) {
		char *line = again_line((enum again_kind)kind, d);

		for (const char *p = line; *p; p++)
			assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
		assert_null(strstr(line, "\xe2\x80\xae"));
		assert_null(strstr(line, " rm"));
		free(line);
	}
}

static void test_host_that_is_an_option_is_none(void **state)
{
	(void)state;
	give_connected("-oProxyCommand=id", "192.0.2.25", "", 25);
	assert_again(AGAIN_SWAKS, NULL);
	end(NULL);
	begin(NULL);
	give_connected("mx.example.org", "-e id", "", 25);
	assert_again(AGAIN_NC, NULL);
}

static void test_quoted_words_are_read_back(void **state)
{
	static const char *const words[] = {
		"a", "", "a b", "it's", "'", "\\", "<>", "$x", "\xc3\xa4", "--",
	};
	struct buf line = { 0 }, word = { 0 };
	const char *at;

	(void)state;
	for (size_t i = 0; i < LEN(words); i++) {
		buf_addc(&line, ' ');
		quote_word(&line, words[i], strlen(words[i]));
	}
	at = buf_str(&line);
	for (size_t i = 0; i < LEN(words); i++) {
		assert_true(quote_next(&at, &word));
		assert_string_equal(buf_str(&word), words[i]);
		buf_reset(&word);
	}
	assert_false(quote_next(&at, &word));
	at = "'open";
	assert_false(quote_next(&at, &word));
	buf_clear(&line);
	buf_clear(&word);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_plain_dialog_in_each_program),
		T(test_nothing_was_connected),
		T(test_tls_login_and_pipelining),
		T(test_starttls_without_sni_and_lmtp),
		T(test_sockets_programs_and_lessons),
		T(test_proxies),
		T(test_hostile_values_stay_one_word_each),
		T(test_control_characters_are_not_in_the_line),
		T(test_host_that_is_an_option_is_none),
		T(test_quoted_words_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
