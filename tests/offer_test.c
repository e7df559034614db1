#include "config.h"

#include "tests/receive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/tls.h"
#include "util/base64.h"
#include "util/xalloc.h"

#define NEW { 0, NULL, "220 " }
#define HELLO { 0, "EHLO a", "250-mx\r\n" }

static void check_text(const char *server, const struct receive_line *lines)
{
	char *text = xasprintf("%s%s", RECEIVE_HEAD, server);
	struct lesson *l = receive_lesson("test", text);

	receive_check(l, lines);
	lesson_free(l);
	free(text);
}

/* What EHLO answers; the client is inside TLS, when it is one. */
static void check_hello(const char *server, bool tls, const char *expected)
{
	static struct receiver_memory memory;
	char *text = xasprintf("%s%s", RECEIVE_HEAD, server);
	struct lesson *l = receive_lesson("test", text);
	struct receiver_answer a;
	struct receiver r;

	receiver_init(&r, &l->servers[0], &memory, "mx");
	if (tls)
		receiver_secured(&r, 0);
	receiver_command(&r, "EHLO a", 6, false, &a);
	assert_string_equal(buf_str(&a.text), expected);
	buf_clear(&a.text);
	receiver_clear(&r);
	lesson_free(l);
	free(text);
}

#define BASE                                                                   \
	"250-mx\r\n250-8BITMIME\r\n250-SIZE 10485760\r\n250-PIPELINING\r\n"    \
	"250-ENHANCEDSTATUSCODES\r\n"

static void test_receiver_offers_only_what_the_lesson_says(void **state)
{
	(void)state;
	check_hello("", false, BASE "250 HELP\r\n");
	check_hello("@tls good\n@auth a b\n", false,
	            BASE "250-STARTTLS\r\n250 HELP\r\n");
	check_hello("@tls good\n@auth a b\n", true,
	            BASE "250-AUTH PLAIN LOGIN\r\n250 HELP\r\n");
	check_hello("@tls good\n@auth a b CRAM-MD5\n@auth-clear\n", false,
	            BASE "250-STARTTLS\r\n250-AUTH CRAM-MD5\r\n250 HELP\r\n");
	check_hello("@auth a b XOAUTH2 OAUTHBEARER\n", false,
	            BASE "250-AUTH XOAUTH2 OAUTHBEARER\r\n250 HELP\r\n");
	check_hello("@tls good\n@offer CHUNKING BINARYMIME SMTPUTF8 DSN "
	            "DELIVERBY MT-PRIORITY FUTURERELEASE REQUIRETLS LIMITS "
	            "ETRN\n", true,
	            BASE "250-CHUNKING\r\n250-BINARYMIME\r\n250-SMTPUTF8\r\n"
	            "250-DSN\r\n250-DELIVERBY\r\n250-MT-PRIORITY\r\n"
	            "250-FUTURERELEASE 604800 2099-12-31T23:59:59Z\r\n"
	            "250-REQUIRETLS\r\n250-LIMITS RCPTMAX=100\r\n250-ETRN\r\n"
	            "250 HELP\r\n");
	check_hello("@tls good\n@offer REQUIRETLS\n", false,
	            BASE "250-STARTTLS\r\n250 HELP\r\n");
}

static void test_receiver_starttls_follows_rfc_3207(void **state)
{
	static const struct receive_line lines[] = {
		NEW, { 0, "STARTTLS", "503 5.5.1 Say" }, HELLO,
		{ 0, "STARTTLS now", "501 5.5.4" },
		{ 0, "AUTH PLAIN", "530 5.7.0 Must issue a STARTTLS" },
		{ 0, "STARTTLS", "220 2.0.0 Ready" }, { 0 },
	};
	static const struct receive_line refused[] = {
		HELLO, { 0, "STARTTLS", "454 4.7.0 not today" },
		{ 0, "MAIL FROM:<a@b>", "250" }, { 0 },
	};

	(void)state;
	check_text("@tls good\n@auth a b\n", lines);
	check_text("@tls good\nC: STARTTLS\nS: 454 4.7.0 not today\n",
	           refused);
}

/* All that was said in clear is forgotten, and what was dropped is told. */
static void test_receiver_forgets_everything_when_tls_is_up(void **state)
{
	static struct receiver_memory memory;
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD
	    "@tls good\n@auth a b\n@auth-clear\n");
	struct receiver_answer a;
	struct receiver r;
	static const struct {
		const char *line, *says;
		bool secure;
	} lines[] = {
		{ "EHLO a", "250-mx\r\n", false },
		{ "AUTH PLAIN AGEAYg==", "235", false },
		{ "MAIL FROM:<a@b>", "250", false },
		{ "RCPT TO:<a@b>", "250", false },
		{ "STARTTLS", "220", true },
		{ NULL, NULL, false },
		{ "MAIL FROM:<a@b>", "503 5.5.1 Say EHLO", false },
		{ "EHLO a", "250-mx dropped 7 octets that came in clear behind "
		            "STARTTLS\r\n", false },
		{ "STARTTLS", "503 5.5.1 TLS is already", false },
		{ "RCPT TO:<a@b>", "503 5.5.1 Need MAIL", false },
		{ "AUTH PLAIN AGEAYg==", "235", false },
	};

	(void)state;
	receiver_init(&r, &l->servers[0], &memory, "mx");
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		if (!lines[i].line) {
			receiver_secured(&r, 7);
			continue;
		}
		receiver_command(&r, lines[i].line, strlen(lines[i].line),
		                 false, &a);
		if (strncmp(buf_str(&a.text), lines[i].says,
		            strlen(lines[i].says)) != 0)
			fail_msg("%s: %s", lines[i].line, buf_str(&a.text));
		assert_int_equal(a.secure, lines[i].secure);
		buf_clear(&a.text);
	}
	receiver_clear(&r);
	lesson_free(l);
}

/* Base64: "\0anna\0geheim", "\0anna\0falsch", "anna", "geheim", "falsch" */
#define GOOD "AGFubmEAZ2VoZWlt"
#define BAD "AGFubmEAZmFsc2No"
#define ANNA "YW5uYQ=="
#define GEHEIM "Z2VoZWlt"
#define FALSCH "ZmFsc2No"
#define USERNAME "334 VXNlcm5hbWU6\r\n"
#define PASSWORD "334 UGFzc3dvcmQ6\r\n"
#define NO "535 5.7.8"
#define YES "235 2.7.0"

static void test_receiver_login_follows_rfc_4954(void **state)
{
	static const struct receive_line lines[] = {
		NEW, { 0, "AUTH PLAIN", "503 5.5.1 Say" },
		{ 0, "HELO a", "250" }, { 0, "AUTH PLAIN", "503 5.5.1 Say" },
		HELLO,
		{ 0, "MAIL FROM:<a@b>", "530 5.7.0" },
		{ 0, "NOOP", "250" }, { 0, "RSET", "250" },
		{ 0, "AUTH", "501 5.5.4" },
		{ 0, "AUTH NTLM", "504 5.5.4" },
		{ 0, "AUTH XOAUTH2", "504 5.5.4" }, /* not in the lesson */
		{ 0, "AUTH CRAM-MD5 " ANNA, "501 5.7.0" },
		{ 0, "AUTH PLAIN", "334 \r\n" }, { 0, "*", "501 5.7.0" },
		{ 0, "AUTH PLAIN", "334 \r\n" }, { 0, BAD, NO },
		{ 0, "AUTH PLAIN " BAD, NO },
		{ 0, "AUTH PLAIN =", "501 5.5.2 PLAIN" },
		{ 0, "AUTH PLAIN A", "501 5.5.2 Cannot decode" },
		{ 0, "AUTH PLAIN", "334 " }, { 0, "QUIT", "501 5.5.2" },
		{ 0, "AUTH PLAIN", "334 " }, { 0, "", "501 5.5.2 PLAIN" },
		{ 0, "AUTH PLAIN " ANNA, "501 5.5.2 PLAIN" },
		/* bert as anna: authzid must be the same or none */
		{ 0, "AUTH PLAIN YmVydABhbm5hAGdlaGVpbQ==", NO },
		{ 0, "AUTH LOGIN", USERNAME }, { 0, ANNA, PASSWORD },
		{ 0, FALSCH, NO },
		{ 0, "AUTH LOGIN", USERNAME }, { 0, FALSCH, PASSWORD },
		{ 0, GEHEIM, NO },
		{ 0, "AUTH LOGIN " ANNA, PASSWORD }, { 0, GEHEIM, YES },
		{ 0, "AUTH PLAIN", "503 5.5.1 Already" },
		{ 0, "MAIL FROM:<a@b> AUTH=<>", "250" },
		{ 0, "RSET", "250" },
		{ 0, "MAIL FROM:<a@b> AUTH=e+3Dmc2@x.example", "250" },
		{ 0, NULL, "220" }, HELLO,
		{ 0, "auth plain " GOOD, YES }, { 0, NULL, "220" }, HELLO,
		{ 0, "MAIL FROM:<a@b>", "530" }, { 0 },
	};
	static const struct receive_line transaction[] = {
		HELLO, { 0, "MAIL FROM:<a@b>", "250" },
		{ 0, "AUTH PLAIN " GOOD, "503 5.5.1 No AUTH in" },
		{ 0, NULL, NULL },
	};

	(void)state;
	check_text("@auth anna geheim PLAIN LOGIN CRAM-MD5\n@auth-required\n",
	           lines);
	check_text("@auth anna geheim\n", transaction);
}

/* user=anna^Aauth=Bearer geheim^A^A and n,a=anna,^A...; falsch the same */
#define XO_GOOD "dXNlcj1hbm5hAWF1dGg9QmVhcmVyIGdlaGVpbQEB"
#define XO_BAD "dXNlcj1hbm5hAWF1dGg9QmVhcmVyIGZhbHNjaAEB"
#define OB_GOOD                                                                \
	"bixhPWFubmEsAWhvc3Q9bXguZXhhbXBsZQFwb3J0PTU4NwFhdXRoPUJlYXJlciBn"     \
	"ZWhlaW0BAQ=="
#define OB_BAD "bixhPWFubmEsAWF1dGg9QmVhcmVyIGZhbHNjaAEB"

static void test_receiver_refused_token_is_explained_first(void **state)
{
	static const struct receive_line lines[] = {
		HELLO,
		{ 0, "AUTH XOAUTH2 " XO_BAD, "334 eyJzdGF0dXMiOiI0MDEi" },
		{ 0, "", NO },
		{ 0, "AUTH OAUTHBEARER", "334 \r\n" },
		{ 0, OB_BAD, "334 eyJzdGF0dXMiOiI0MDEi" }, { 0, "AQ==", NO },
		{ 0, "AUTH XOAUTH2", "334 \r\n" }, { 0, XO_GOOD, YES },
		NEW, HELLO,
		{ 0, "AUTH OAUTHBEARER " OB_GOOD, YES }, { 0 },
	};

	(void)state;
	check_text("@auth anna geheim XOAUTH2 OAUTHBEARER\n", lines);
}

/* The digest of the challenge that came, with the right and a wrong key. */
static void test_receiver_cram_md5_takes_the_digest(void **state)
{
	static struct receiver_memory memory;
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD
	                              "@auth anna geheim CRAM-MD5\n");
	char *error = NULL;
	const struct tls_setup_config cfg = { 0 };
	struct tls_setup *library = tls_setup_new(&cfg, &error);

	(void)state;
	assert_non_null(library);
	for (int good = 0; good < 2; good++) {
		const char *key = good ? "geheim" : "falsch";
		struct buf challenge = { 0 }, text = { 0 }, line = { 0 };
		struct receiver_answer a;
		unsigned char digest[16];
		struct receiver r;

		receiver_init(&r, &l->servers[0], &memory, "mx");
		r.now_us = 42 + good;
		receiver_command(&r, "EHLO a", 6, false, &a);
		buf_clear(&a.text);
		receiver_command(&r, "AUTH CRAM-MD5", 13, false, &a);
		assert_true(base64_decode(&challenge, a.text.data + 4,
		                          a.text.len - 6));
		assert_string_equal(buf_str(&challenge),
		                    good ? "<43@mx>" : "<42@mx>");
		buf_clear(&a.text);
		assert_true(tls_hmac_md5(key, 6, challenge.data, challenge.len,
		                         digest));
		buf_adds(&text, "anna ");
		for (int i = 0; i < 16; i++)
			buf_addf(&text, "%02x", digest[i]);
		base64_encode(&line, text.data, text.len);
		receiver_command(&r, line.data, line.len, false, &a);
		assert_memory_equal(buf_str(&a.text), good ? "235" : "535", 3);
		buf_clear(&a.text);
		buf_clear(&challenge);
		buf_clear(&text);
		buf_clear(&line);
		receiver_clear(&r);
	}
	tls_setup_free(library);
	lesson_free(l);
}

/* A rule may ask in another order, know a mechanism that we do not, and say
 * yes or no; "334 ..." is an answer of the client. */
static void test_receiver_rules_lead_a_login(void **state)
{
	static const struct receive_line swapped[] = {
		HELLO, { 0, "AUTH LOGIN", PASSWORD },
		{ 0, GEHEIM, USERNAME }, { 0, ANNA, "235 mine" },
		{ 0, "MAIL FROM:<a@b>", "250" }, { 0 },
	};
	static const struct receive_line foreign[] = {
		HELLO, { 0, "AUTH NTLM", "334 bm8=" }, { 0, ANNA, NO },
		{ 0, "AUTH GSSAPI", "334 " }, { 0, "*", "501 5.7.0" },
		{ 0, "AUTH PLAIN " GOOD, "454 4.7.0" },
		{ 0, "MAIL FROM:<a@b>", "250" }, { 0 },
	};
	static const struct receive_line weak[] = {
		HELLO, { 0, "AUTH PLAIN " GOOD, "535 mine" },
		{ 0, "MAIL FROM:<a@b>", "530" }, { 0 },
	};

	(void)state;
	check_text("@auth anna geheim\n@auth-required\n"
	           "C: AUTH LOGIN\nS: 334 UGFzc3dvcmQ6\n"
	           "C: 334 *\n@once\nS: 334 VXNlcm5hbWU6\n"
	           "C: 334 *\nS: 235 mine\n", swapped);
	check_text("C: AUTH NTLM\nS: 334 bm8=\nC: AUTH GSSAPI\n@bytes \"334 "
	           "\\r\\n\"\nC: AUTH PLAIN*\nS: 454 4.7.0 later\n", foreign);
	check_text("@auth anna geheim\n@auth-required\nC: AUTH PLAIN *\n"
	           "S: 535 mine\n", weak);
}

/* C11: what @after remembers of a login is its mechanism alone: the same
 * rule holds for whatever password is tried the second time. */
static void test_receiver_remembers_no_credential(void **state)
{
	static const struct receive_line lines[] = {
		HELLO, { 10, "AUTH PLAIN " BAD, "454 4.7.0" },
		{ 40, "AUTH PLAIN " GOOD, YES }, { 0 },
	};

	(void)state;
	check_text("@auth anna geheim\nC: AUTH PLAIN *\n@after 20s\n"
	           "S: 235 2.7.0 now\nC: AUTH PLAIN *\nS: 454 4.7.0 later\n",
	           lines);
}

static void test_receiver_login_lines_may_be_long(void **state)
{
	static struct receiver_memory memory;
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD "@auth a b\n");
	struct receiver_answer a;
	struct receiver r;

	(void)state;
	receiver_init(&r, &l->servers[0], &memory, "mx");
	receiver_command(&r, "EHLO a", 6, false, &a);
	buf_clear(&a.text);
	assert_int_equal(receiver_line_max(&r), RECEIVER_LINE_MAX);
	receiver_command(&r, "AUTH PLAIN", 10, false, &a);
	buf_clear(&a.text);
	assert_int_equal(receiver_line_max(&r), LOGIN_LINE_MAX);
	receiver_too_long(&r, &a);
	assert_string_equal(buf_str(&a.text), "500 5.5.6 Authentication "
	                    "exchange line is too long\r\n");
	assert_int_equal(receiver_line_max(&r), RECEIVER_LINE_MAX);
	buf_clear(&a.text);
	receiver_clear(&r);
	lesson_free(l);
}

/* ---- parameters ------------------------------------------------------- */

static void test_receiver_parameters_need_their_extension(void **state)
{
	static const char *const mail[] = {
		"BODY=BINARYMIME", "SMTPUTF8", "RET=HDRS", "ENVID=x", "BY=60;R",
		"MT-PRIORITY=3", "HOLDFOR=60", "HOLDUNTIL=2027-01-31T12:00:00Z",
		"REQUIRETLS", "AUTH=<>", "XVERP", "SIZE", "=1", "SMTPUTF8=1",
	};
	static struct receiver_memory memory;
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD "@tls good\n"
	                              "@offer REQUIRETLS\n");
	struct receiver r;

	(void)state;
	receiver_init(&r, &l->servers[0], &memory, "mx");
	r.state = RCV_READY;
	r.esmtp = true;
	for (size_t i = 0; i < sizeof mail / sizeof *mail; i++) {
		struct receiver_answer a;
		char line[80];
		int n = snprintf(line, sizeof line, "MAIL FROM:<a@b> %s",
		                 mail[i]);

		receiver_command(&r, line, (size_t)n, false, &a);
		if (strncmp(buf_str(&a.text), "555 5.5.4", 9) != 0)
			fail_msg("%s: %s", mail[i], buf_str(&a.text));
		buf_clear(&a.text);
	}
	receiver_clear(&r);
	lesson_free(l);
}

#define ALL                                                                    \
	"@tls good\n@offer CHUNKING BINARYMIME SMTPUTF8 DSN DELIVERBY "        \
	"MT-PRIORITY FUTURERELEASE REQUIRETLS LIMITS ETRN\n"

static const struct { const char *line, *says; } parameters[] = {
	{ "MAIL FROM:<a@b> BODY=BINARYMIME", "250" },
	{ "MAIL FROM:<a@b> body=8bitmime smtputf8", "250" },
	{ "MAIL FROM:<a@b> RET=FULL ENVID=QQ314159+2B", "250" },
	{ "MAIL FROM:<a@b> RET=SOME", "501 5.5.4" },
	{ "MAIL FROM:<a@b> RET=FULL RET=FULL", "501 5.5.4 A par" },
	{ "MAIL FROM:<a@b> ENVID=a+2b", "501 5.5.4" },
	{ "MAIL FROM:<a@b> ENVID=a+2", "501 5.5.4" },
	{ "MAIL FROM:<a@b> ENVID=", "501 5.5.4" },
	{ "MAIL FROM:<a@b> BY=120;R", "250" },
	{ "MAIL FROM:<a@b> BY=-5;NT", "250" },
	{ "MAIL FROM:<a@b> BY=0;R", "501 5.5.4" },
	{ "MAIL FROM:<a@b> BY=-1;RT", "501 5.5.4" },
	{ "MAIL FROM:<a@b> BY=1000000000;N", "501 5.5.4" },
	{ "MAIL FROM:<a@b> BY=60", "501 5.5.4" },
	{ "MAIL FROM:<a@b> BY=", "501 5.5.4" },
	{ "MAIL FROM:<a@b> BY=;R", "501 5.5.4" },
	{ "MAIL FROM:<a@b> MT-PRIORITY=-9", "250" },
	{ "MAIL FROM:<a@b> MT-PRIORITY=0", "250" },
	{ "MAIL FROM:<a@b> MT-PRIORITY=-0", "501" },
	{ "MAIL FROM:<a@b> MT-PRIORITY=10", "501" },
	{ "MAIL FROM:<a@b> MT-PRIORITY=+1", "501" },
	{ "MAIL FROM:<a@b> HOLDFOR=604800", "250" },
	{ "MAIL FROM:<a@b> HOLDFOR=604801", "501" },
	{ "MAIL FROM:<a@b> HOLDUNTIL=2027-01-31T12:00:00Z", "250" },
	{ "MAIL FROM:<a@b> HOLDUNTIL=2100-01-01T00:00:00Z", "501" },
	{ "MAIL FROM:<a@b> HOLDUNTIL=tomorrow", "501" },
	{ "MAIL FROM:<a@b> HOLDFOR=1 HOLDUNTIL=2027-01-31T12:00:00Z",
	  "501 5.5.4 A parameter" },
	{ "MAIL FROM:<a@b> REQUIRETLS", "250" },
	{ "MAIL FROM:<a@b> REQUIRETLS=1", "555" },
	{ "MAIL FROM:<a@b> NOTIFY=NEVER", "555" },
	{ "MAIL FROM:<j\xc3\xb6rg@b> SMTPUTF8", "250" },
	{ "MAIL FROM:<j\xc3\xb6rg@b>", "550 5.6.7" },
	{ "RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a+2Bc@b", "250" },
	{ "RCPT TO:<a@b> NOTIFY=success,FAILURE,Delay", "250" },
	{ "RCPT TO:<a@b> NOTIFY=NEVER,DELAY", "501" },
	{ "RCPT TO:<a@b> NOTIFY=", "501" },
	{ "RCPT TO:<a@b> NOTIFY=SUCCESS,", "501" },
	{ "RCPT TO:<a@b> ORCPT=a@b", "501" },
	{ "RCPT TO:<a@b> ORCPT=rfc822;", "501" },
	{ "RCPT TO:<a@b> ORCPT=utf-8;j\xc3\xb6rg@b", "250" },
	{ "RCPT TO:<a@b> ORCPT=rfc822;a@b ORCPT=rfc822;a@b", "501" },
	{ "RCPT TO:<a@b> RET=FULL", "555" },
	{ "RCPT TO:<j\xc3\xb6rg@b>", "553 5.6.7" },
	{ "ETRN node.example", "251 2.0.0" },
	{ "ETRN", "501" }, { "ETRN a b", "501" },
};

static void test_receiver_parameters_are_checked(void **state)
{
	static struct receiver_memory memory;
	struct lesson *l = receive_lesson("test", RECEIVE_HEAD ALL);

	(void)state;
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
		const char *line = parameters[i].line;
		struct receiver_answer a;
		struct receiver r;

		receiver_init(&r, &l->servers[0], &memory, "mx");
		receiver_secured(&r, 0);
		r.state = *line == 'R' ? RCV_MAIL : RCV_READY;
		r.esmtp = true;
		receiver_command(&r, line, strlen(line), false, &a);
		if (strncmp(buf_str(&a.text), parameters[i].says,
		            strlen(parameters[i].says)) != 0)
			fail_msg("%s: %s", line, buf_str(&a.text));
		buf_clear(&a.text);
		receiver_clear(&r);
	}
	lesson_free(l);
}

static void test_receiver_utf8_recipient_needs_a_utf8_mail(void **state)
{
	static const struct receive_line lines[] = {
		HELLO, { 0, "MAIL FROM:<a@b> SMTPUTF8", "250" },
		{ 0, "RCPT TO:<j\xc3\xb6rg@b>", "250" }, { 0, "RSET", "250" },
		{ 0, "MAIL FROM:<a@b>", "250" },
		{ 0, "RCPT TO:<j\xc3\xb6rg@b>", "553" }, { 0 },
	};

	(void)state;
	check_text("@offer SMTPUTF8\n", lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_receiver_offers_only_what_the_lesson_says),
		T(test_receiver_starttls_follows_rfc_3207),
		T(test_receiver_forgets_everything_when_tls_is_up),
		T(test_receiver_login_follows_rfc_4954),
		T(test_receiver_refused_token_is_explained_first),
		T(test_receiver_cram_md5_takes_the_digest),
		T(test_receiver_rules_lead_a_login),
		T(test_receiver_remembers_no_credential),
		T(test_receiver_login_lines_may_be_long),
		T(test_receiver_parameters_need_their_extension),
		T(test_receiver_parameters_are_checked),
		T(test_receiver_utf8_recipient_needs_a_utf8_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
