#include "config.h"

#include "classroom/smtpd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/room.h"
#include "util/xalloc.h"

#define HEAD                                                                   \
	"title: t\ntarget: a.example\n@zone\nmx.a.example. A 192.0.2.1\n"      \
	"b.example. A 192.0.2.2\n@server mx.a.example\n"

#define GREETING "220 mx.a.example ESMTP smtpscope classroom\r\n"
#define EHLO_ANSWER                                                            \
	"250-mx.a.example\r\n250-8BITMIME\r\n250-SIZE 10485760\r\n"            \
	"250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 HELP\r\n"
#define BYE "221 2.0.0 mx.a.example closing connection\r\n"

static void check_talk(const char *lesson, const char *sent,
                       const char *expected, size_t chunk)
{
	struct room r;
	char *got;

	room_open(&r, "test", lesson, NULL);
	got = room_talk(room_port(&r, "192.0.2.1", 25), sent, chunk);
	assert_string_equal(got, expected);
	free(got);
	room_close(&r);
}

/* ---- over sockets ---------------------------------------------------- */

static const char whole_session[] =
    "EHLO c.example\r\nMAIL FROM:<x@y.example> SIZE=100 BODY=8BITMIME\r\n"
    "RCPT TO:<u@a.example>\r\nDATA\r\nSubject: hi\r\n\r\n..\r\n.x\r\n"
    "a\n.\nb\r\n.\r\nRSET\r\nNOOP x\r\nVRFY u\r\nEXPN u\r\nQUIT\r\n";
static const char whole_answer[] =
    GREETING EHLO_ANSWER "250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n"
    "354 End the message with a line that is a single dot\r\n"
    "250 2.0.0 Message taken and thrown away: this is a classroom\r\n"
    "250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n"
    "252 2.1.5 Cannot verify the user, but will try to deliver\r\n"
    "502 5.5.1 Command not implemented\r\n" BYE;

static void test_smtpd_pipelined_session_is_answered_in_order(void **state)
{
	(void)state;
	check_talk(HEAD, whole_session, whole_answer, 0);
}

static void test_smtpd_any_split_gives_the_same_answers(void **state)
{
	static const size_t chunks[] = { 1, 2, 3, 7, 64 };

	(void)state;
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++)
		check_talk(HEAD, whole_session, whole_answer, chunks[i]);
}

/* Everything at once and byte by byte: octets of a chunk are no commands, and
 * each recipient's answer comes before the next command's. */
static void test_smtpd_lmtp_in_chunks_is_answered_in_order(void **state)
{
	static const size_t chunks[] = { 0, 1, 5 };
	struct room r;

	(void)state;
	room_open(&r, "test",
	          "title: t\ntarget: a.example\n@zone\n"
	          "mx.a.example. A 192.0.2.1\n@server mx.a.example:24\n@lmtp\n"
	          "@offer CHUNKING\nC: LHLO *\nS: 250 hi\n"
	          "C: . <b@*>\nS: 452-full\n@wait 10ms\nS: 452 up\n",
	          NULL);
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
		char *got = room_talk(
		    room_port(&r, "192.0.2.1", 24),
		    "LHLO c\r\nMAIL FROM:<x@y>\r\nRCPT TO:<a@z>\r\n"
		    "RCPT TO:<b@z>\r\nBDAT 8\r\nQUIT\r\n.\nBDAT 2 LAST\r\n"
		    "\r\nNOOP\r\nQUIT\r\n", chunks[i]);

		assert_string_equal(got,
		    "220 mx.a.example LMTP smtpscope classroom\r\n"
		    "250 hi\r\n250 2.1.0 Sender ok\r\n"
		    "250 2.1.5 Recipient ok\r\n250 2.1.5 Recipient ok\r\n"
		    "250 2.0.0 Chunk taken\r\n250 2.0.0 <a@z> Message taken "
		    "and thrown away: this is a classroom\r\n"
		    "452-full\r\n452 up\r\n250 2.0.0 Ok\r\n" BYE);
		free(got);
	}
	room_close(&r);
}

static void test_smtpd_long_line_is_refused_and_skipped(void **state)
{
	struct buf sent = { 0 };

	(void)state;
	buf_adds(&sent, "NOOP ");
	for (int i = 0; i < 70000; i++)
		buf_addc(&sent, 'x');
	buf_adds(&sent, "\r\nNOOP\r\nQUIT\r\n");
	check_talk(HEAD, buf_str(&sent),
	           GREETING "500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n" BYE,
	           0);
	check_talk(HEAD, buf_str(&sent),
	           GREETING "500 5.5.2 Line too long\r\n250 2.0.0 Ok\r\n" BYE,
	           1000);
	buf_clear(&sent);
}

static void test_smtpd_client_that_closes_first_gets_all_answers(void **state)
{
	struct room r;
	struct buf out = { 0 };
	int fd;

	(void)state;
	room_open(&r, "test", HEAD, NULL);
	fd = room_dial(room_port(&r, "192.0.2.1", 25));
	room_send(fd, "NOOP\r\nHELP\r\nNOO", 15);
	shutdown(fd, SHUT_WR);
	assert_int_equal(room_read(fd, &out, NULL), 0);
	assert_string_equal(
	    buf_str(&out), GREETING "250 2.0.0 Ok\r\n"
	    "214-2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT\r\n"
	    "214 2.0.0 A classroom: nothing is delivered\r\n");
	close(fd);
	buf_clear(&out);
	room_close(&r);
}

static void test_smtpd_acts_are_played_in_their_order(void **state)
{
	int64_t began = loop_now_us();

	(void)state;
	check_talk(HEAD "@wait 40ms\nS: 220 a\nC: NOOP\n@dribble 1ms\n"
	                "S: 250-one\n@wait 20ms\n@bytes \"250 \\x41\\r\\n\"\n"
	                "@dribble 0ms\nC: HELP\n@lf\nS: 214-x\nS: 214 y\n"
	                "@close\n",
	           "NOOP\r\nHELP\r\nNOOP\r\n",
	           "220 a\r\n250-one\r\n250 A\r\n214-x\n214 y\n", 0);
	/* both waits and the sixteen steps of the dribble took their time */
	assert_true(loop_now_us() - began >= 76000);
}

static void test_smtpd_reset_is_a_reset(void **state)
{
	struct room r;
	struct buf out = { 0 };
	int fd;

	(void)state;
	room_open(&r, "test", HEAD "C: NOOP\n@reset\n", NULL);
	fd = room_dial(room_port(&r, "192.0.2.1", 25));
	assert_int_equal(room_read(fd, &out, "classroom\r\n"), 1);
	room_send(fd, "NOOP\r\n", 6);
	assert_int_equal(room_read(fd, &out, NULL), -1);
	assert_int_equal(errno, ECONNRESET);
	close(fd);
	buf_clear(&out);
	room_close(&r);
}

/* Silent: the 250 never comes, the FIN of @close does. */
static void test_smtpd_silent_server_says_nothing_more(void **state)
{
	(void)state;
	check_talk(HEAD "C: NOOP\n@silent\nS: 250 never\nC: QUIT\nS: 221\n",
	           "NOOP\r\nHELP\r\nQUIT\r\n", GREETING, 0);
}

static void test_smtpd_many_clients_at_once(void **state)
{
	enum { CLIENTS = 200 };
	struct room r;
	int fd[CLIENTS];
	uint16_t port;

	(void)state;
	room_open(&r, "test", HEAD, NULL);
	port = room_port(&r, "192.0.2.1", 25);
	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = room_dial(port);
		assert_true(fd[i] >= 0);
	}
	for (int i = CLIENTS - 1; i >= 0; i--)
		room_send(fd[i], whole_session, sizeof whole_session - 1);
	for (int i = 0; i < CLIENTS; i++) {
		struct buf out = { 0 };

		assert_int_equal(room_read(fd[i], &out, NULL), 0);
		assert_string_equal(buf_str(&out), whole_answer);
		buf_clear(&out);
		close(fd[i]);
	}
	room_close(&r);
}

/* A client that is in the middle of everything when the room closes. */
static void test_smtpd_detach_drops_open_connections(void **state)
{
	struct room r;
	struct buf out = { 0 };
	int fd;

	(void)state;
	room_open(&r, "test", HEAD "S: 220 a\n@wait 60m\nS: 220 b\n", NULL);
	fd = room_dial(room_port(&r, "192.0.2.1", 25));
	assert_int_equal(room_read(fd, &out, "220 a\r\n"), 1);
	room_close(&r);
	assert_true(room_read(fd, &out, NULL) <= 0);
	close(fd);
	buf_clear(&out);
}

/* Never reads: our write blocks, memory must not grow, others go on. */
static void test_smtpd_client_that_never_reads_is_bounded(void **state)
{
	struct room r;
	uint16_t port;
	char *got;
	int fd;

	(void)state;
	room_open(&r, "test",
	          HEAD "C: NOOP\n@bytes \"250-\" \"x\" * 60000 \"\\r\\n\"\n"
	               "S: 250 \n",
	          NULL);
	port = room_port(&r, "192.0.2.1", 25);
	fd = room_dial(port);
	for (int i = 0; i < 2000; i++)
		if (send(fd, "NOOP\r\n", 6, MSG_NOSIGNAL | MSG_DONTWAIT) != 6)
			break;
	got = room_talk(port, "QUIT\r\n", 0);
	assert_string_equal(got, GREETING BYE);
	free(got);
	close(fd);
	room_close(&r);
}

/* ---- two lessons ------------------------------------------------------ */

/* Our FIN comes at once, also when the client's last bytes were never read;
 * waiting for the client to close first would take SMTPD_LINGER_MS. */
static void test_smtpd_closes_at_once_behind_the_goodbye(void **state)
{
	int64_t began = loop_now_us();

	(void)state;
	for (int i = 0; i < 20; i++)
		check_talk(HEAD, "QUIT\r\nNOOP\r\nNOOP\r\n", GREETING BYE, 0);
	assert_true(loop_now_us() - began < 20 * SMTPD_LINGER_MS * 1000);
}

/* 421 and @close: the client reads the line, then FIN. */
static void test_lesson_shutdown_closes_behind_its_421(void **state)
{
	struct room r;
	char *got;

	(void)state;
	room_open(&r, "shutdown-421", NULL, NULL);
	got = room_talk(room_port(&r, "192.0.2.70", 25),
	                "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n", 0);
	assert_non_null(strstr(got, "\r\n421 4.3.2 "));
	assert_string_equal(got + strlen(got) - 10, "nnection\r\n");
	free(got);
	room_close(&r);
}

/* ---- the first lesson, reply for reply -------------------------------- */

/* The C: lines (with CRLF) or the S: lines of the file. Caller frees. */
static char *lines_of(const char *file, const char *mark)
{
	struct buf out = { 0 };
	char line[512];
	FILE *f = fopen(file, "r");

	assert_non_null(f);
	while (fgets(line, sizeof line, f))
		if (strncmp(line, mark, 3) == 0) {
			line[strcspn(line, "\n")] = '\0';
			buf_addf(&out, "%s\r\n", line + 3);
		}
	fclose(f);
	buf_str(&out);
	return buf_steal(&out);
}

static void test_lesson_first_is_the_dialog_of_the_file(void **state)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	char *file, *sent, *expected, *got;
	struct room r;

	(void)state;
	if (!shared)
		skip();
	file = xasprintf("%s/first-lesson.txt", shared);
	sent = lines_of(file, "C: ");
	expected = lines_of(file, "S: ");
	room_open(&r, "first", NULL, NULL);
	for (int i = 10; i <= 13; i++) {
		char address[32];

		snprintf(address, sizeof address, "192.0.2.%d", i);
		got = room_talk(room_port(&r, address, 25), sent, 0);
		assert_string_equal(got, expected);
		free(got);
	}
	room_close(&r);
	free(file);
	free(sent);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_smtpd_pipelined_session_is_answered_in_order),
		T(test_smtpd_any_split_gives_the_same_answers),
		T(test_smtpd_lmtp_in_chunks_is_answered_in_order),
		T(test_smtpd_long_line_is_refused_and_skipped),
		T(test_smtpd_client_that_closes_first_gets_all_answers),
		T(test_smtpd_acts_are_played_in_their_order),
		T(test_smtpd_reset_is_a_reset),
		T(test_smtpd_silent_server_says_nothing_more),
		T(test_smtpd_many_clients_at_once),
		T(test_smtpd_closes_at_once_behind_the_goodbye),
		T(test_smtpd_detach_drops_open_connections),
		T(test_smtpd_client_that_never_reads_is_bounded),
		T(test_lesson_shutdown_closes_behind_its_421),
		T(test_lesson_first_is_the_dialog_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
