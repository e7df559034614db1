#include "config.h"

#include "tests/receive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

#define BASE                                                                   \
	"250-mx\r\n250-8BITMIME\r\n250-SIZE 10485760\r\n250-PIPELINING\r\n"    \
	"250-ENHANCEDSTATUSCODES\r\n"

/* Feeds all of text in pieces of step octets as smtpd.c does; returns what
 * is said. */
static char *feed(const char *server, const char *text, size_t step)
{
	static struct receiver_memory memory;
	char *whole = xasprintf("%s%s",
	    "title: t\ntarget: a\n@zone\nmx.a.example. A 192.0.2.1\n", server);
	struct lesson *l = receive_lesson("test", whole);
	size_t len = strlen(text), fed = 0;
	struct buf in = { 0 }, out = { 0 };
	struct receiver r;

	receiver_init(&r, &l->servers[0], &memory, "mx");
	while (fed < len || in.len) {
		struct receiver_answer a = { 0 };
		const char *lf;
		bool ended;
		char *said;

		if (fed < len) {
			size_t n = len - fed < step ? len - fed : step;

			buf_add(&in, text + fed, n);
			fed += n;
		}
		if (receiver_in_message(&r)) {
			buf_drop(&in, receiver_data(&r, in.data, in.len, &a,
			                            &ended));
		} else if ((lf = memchr(in.data, '\n', in.len))) {
			size_t n = (size_t)(lf - in.data);

			receiver_command(&r, in.data, n - 1, false, &a);
			buf_drop(&in, n + 1);
		} else if (fed == len) {
			break;
		}
		do {
			said = receive_text(&a);
			buf_adds(&out, said);
			free(said);
			buf_clear(&a.text);
		} while (receiver_next(&r, &a));
	}
	buf_clear(&in);
	receiver_clear(&r);
	lesson_free(l);
	free(whole);
	buf_str(&out);
	return buf_steal(&out);
}

static void check_feed(const char *server, const char *text,
                       const char *expected)
{
	static const size_t steps[] = { 1, 2, 7, 100000 };

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		char *got = feed(server, text, steps[i]);

		assert_string_equal(got, expected);
		free(got);
	}
}

#define SERVER "@server mx.a.example\n"
#define CHUNKS SERVER "@offer CHUNKING BINARYMIME\n"
#define OPEN "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
#define OPENED                                                                 \
	BASE "250-CHUNKING\r\n250-BINARYMIME\r\n250 HELP\r\n"                  \
	"250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n"
#define TAKEN                                                                  \
	"250 2.0.0 Message taken and thrown away: this is a classroom\r\n"

static void test_receiver_bdat_follows_rfc_3030(void **state)
{
	(void)state;
	/* two chunks, with what looks like commands and an end inside */
	check_feed(CHUNKS, OPEN "BDAT 8\r\n\r\n.\r\nQUIBDAT 6 LAST\r\n\nRSET\r"
	           "NOOP\r\n", OPENED "250 2.0.0 Chunk taken\r\n" TAKEN
	           "250 2.0.0 Ok\r\n");
	check_feed(CHUNKS, OPEN "BDAT 3\r\nabcBDAT 0 LAST\r\nBDAT 2 LAST\r\nxy",
	           OPENED "250 2.0.0 Chunk taken\r\n" TAKEN
	           "503 5.5.1 Need MAIL before BDAT\r\n");
	/* a refused chunk is read all the same */
	check_feed(CHUNKS, "EHLO a\r\nBDAT 6 LAST\r\nNOOP\r\nNOOP\r\n"
	           "MAIL FROM:<a@b>\r\nBDAT 4\r\nNOOPRSET\r\n",
	           BASE "250-CHUNKING\r\n250-BINARYMIME\r\n250 HELP\r\n"
	           "503 5.5.1 Need MAIL before BDAT\r\n250 2.0.0 Ok\r\n"
	           "250 2.1.0 Sender ok\r\n"
	           "503 5.5.1 Need an accepted RCPT before BDAT\r\n"
	           "250 2.0.0 Ok\r\n");
	/* not mixed with DATA; a binary message only so */
	check_feed(CHUNKS, OPEN "BDAT 1\r\nxDATA\r\nRCPT TO:<e@f>\r\nRSET\r\n"
	           "MAIL FROM:<a@b> BODY=BINARYMIME\r\n"
	           "RCPT TO:<c@d>\r\nDATA\r\n"
	           "BDAT 1 last\r\nx",
	           OPENED "250 2.0.0 Chunk taken\r\n"
	           "503 5.5.1 No DATA after BDAT\r\n"
	           "503 5.5.1 No RCPT after BDAT\r\n250 2.0.0 Ok\r\n"
	           "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n"
	           "503 5.5.1 A binary message needs BDAT\r\n" TAKEN);
	check_feed(CHUNKS, "BDAT x\r\nBDAT\r\nBDAT 1 2\r\n"
	           "BDAT 99999999999999999999\r\n",
	           "501 5.5.4 Syntax: BDAT size [LAST]\r\n"
	           "501 5.5.4 Syntax: BDAT size [LAST]\r\n"
	           "501 5.5.4 Syntax: BDAT size [LAST]\r\n"
	           "501 5.5.4 Syntax: BDAT size [LAST]\r\n");
	check_feed(SERVER, "BDAT 4 LAST\r\nNOOP\r\n",
	           "502 5.5.1 Command not implemented\r\n250 2.0.0 Ok\r\n");
}

static void test_receiver_failed_chunk_needs_rset(void **state)
{
	(void)state;
	check_feed(CHUNKS "C: BDAT 3\nS: 452 4.3.1 Full\nC: .\nS: 250 mine\n",
	           OPEN "BDAT 3\r\nabcBDAT 2 LAST\r\nxyRSET\r\n"
	           "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 2 LAST\r\nxy",
	           OPENED "452 4.3.1 Full\r\n"
	           "503 5.5.1 A chunk failed: RSET starts over\r\n"
	           "250 2.0.0 Ok\r\n250 2.1.0 Sender ok\r\n"
	           "250 2.1.5 Recipient ok\r\n250 mine\r\n");
}

static void test_receiver_chunks_are_bounded_together(void **state)
{
	static struct receiver_memory memory;
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD
	                                  "@offer CHUNKING\n");
	struct receiver_answer a;
	struct receiver r;
	bool ended;

	(void)state;
	receiver_init(&r, &l->servers[0], &memory, "mx");
	r.state = RCV_RCPT;
	r.rcpts = 1;
	r.esmtp = true;
	r.message_len = RECEIVER_SIZE_MAX - 1;
	receiver_command(&r, "BDAT 2 LAST", 11, false, &a);
	assert_int_equal(a.text.len, 0);
	assert_true(receiver_in_message(&r));
	assert_int_equal(receiver_data(&r, "xyz", 3, &a, &ended), 2);
	assert_true(ended);
	assert_memory_equal(buf_str(&a.text), "552 5.3.4", 9);
	assert_int_equal(r.state, RCV_READY);
	buf_clear(&a.text);
	receiver_clear(&r);
	lesson_free(l);
}

#define LMTP "@server mx.a.example:24\n@lmtp\n"
#define LMTP_OPEN                                                              \
	"LHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"      \
	"RCPT TO:<no@d>\r\nRCPT TO:<c@d>\r\n"
#define LMTP_RULE "C: RCPT TO:<no@*>\nS: 550 5.1.1 Unknown\n"
#define LMTP_OPENED                                                            \
	"250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n"                    \
	"250 2.1.5 Recipient ok\r\n550 5.1.1 Unknown\r\n"                      \
	"250 2.1.5 Recipient ok\r\n"
#define TAKEN_FOR(who)                                                         \
	"250 2.0.0 " who " Message taken and thrown away: this is a "          \
	"classroom\r\n"

static void test_receiver_lmtp_answers_for_each_recipient(void **state)
{
	(void)state;
	check_feed(LMTP LMTP_RULE,
	           LMTP_OPEN "DATA\r\nx\r\n..\r\n.\r\nNOOP\r\n",
	           BASE "250 HELP\r\n" LMTP_OPENED
	           "354 End the message with a line that is a single dot\r\n"
	           TAKEN_FOR("<c@d>") TAKEN_FOR("<e@f>") TAKEN_FOR("<c@d>")
	           "250 2.0.0 Ok\r\n");
	/* rules for one of them, and for every other */
	check_feed(LMTP LMTP_RULE "C: . <e@*>\nS: 452 4.2.2 Full\nC: .\n"
	           "S: 250 mine\n",
	           LMTP_OPEN "DATA\r\n.\r\nDATA\r\n",
	           BASE "250 HELP\r\n" LMTP_OPENED
	           "354 End the message with a line that is a single dot\r\n"
	           "250 mine\r\n452 4.2.2 Full\r\n250 mine\r\n"
	           "503 5.5.1 Need MAIL before DATA\r\n");
	/* with BDAT the last chunk alone (RFC 2033 §4.3) */
	check_feed(LMTP "@offer CHUNKING\n" LMTP_RULE,
	           LMTP_OPEN "BDAT 1\r\nxBDAT 1 LAST\r\ny",
	           BASE "250-CHUNKING\r\n250 HELP\r\n" LMTP_OPENED
	           "250 2.0.0 Chunk taken\r\n" TAKEN_FOR("<c@d>")
	           TAKEN_FOR("<e@f>") TAKEN_FOR("<c@d>"));
	/* nobody accepted: no answer at all to BDAT LAST, 503 to DATA */
	check_feed(LMTP "@offer CHUNKING\n" LMTP_RULE,
	           "LHLO a\r\nMAIL FROM:<a@b>\r\nDATA\r\nBDAT 1 LAST\r\nx"
	           "NOOP\r\n",
	           BASE "250-CHUNKING\r\n250 HELP\r\n250 2.1.0 Sender ok\r\n"
	           "503 5.5.1 Need an accepted RCPT before DATA\r\n"
	           "250 2.0.0 Ok\r\n");
}

static void test_receiver_lmtp_knows_lhlo_alone(void **state)
{
	(void)state;
	check_feed(LMTP, "EHLO a\r\nHELO a\r\nMAIL FROM:<a@b>\r\nLHLO\r\n",
	           "500 5.5.1 This is LMTP: say LHLO\r\n"
	           "500 5.5.1 This is LMTP: say LHLO\r\n"
	           "503 5.5.1 Say LHLO first\r\n"
	           "501 5.5.4 Syntax: LHLO hostname\r\n");
	check_feed(SERVER, "LHLO a\r\n",
	           "500 5.5.2 Command not recognized\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_receiver_bdat_follows_rfc_3030),
		T(test_receiver_failed_chunk_needs_rset),
		T(test_receiver_chunks_are_bounded_together),
		T(test_receiver_lmtp_answers_for_each_recipient),
		T(test_receiver_lmtp_knows_lhlo_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
