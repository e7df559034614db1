/* What Tab offers on the server line, from an EHLO list. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui_dialog.h"
#include "util/buf.h"
#include "util/xalloc.h"

static struct ui_stage st;

static int open_after_ehlo(const char *reply)
{
	struct script *s = &st.script;

	script_new(s);
	script_start(s, "example.org");
	script_route(s, "example.org");
	script_connect(s, "mx1.example.org", "192.0.2.25");
	script_state(s, ST_CLOSED, ST_CONNECTED);
	script_greeting(s, "220 mx1.example.org ESMTP");
	script_state(s, ST_CONNECTED, ST_GREETED);
	script_sent(s, "EHLO", "EHLO lab.example.net");
	script_reply(s, "", reply);
	script_state(s, ST_GREETED, ST_READY);
	script_prompt(s, ST_READY, "", 0);
	stage_open(&st, 80, 24, false);
	plan_add_to(&st.ui.plan, "bob@example.org");
	plan_add_to(&st.ui.plan, "b+c@example.org");
	stage_draw(&st);
	return 0;
}

static int open_rich(void **state)
{
	(void)state;
	return open_after_ehlo(
	    "250-mx1.example.org\n250-SIZE 1000\n250-8BITMIME\n250-DSN\n"
	    "250-AUTH PLAIN LOGIN SCRAM-SHA-256\n250-XVERP=Courier\n"
	    "250-XCLIENT NAME ADDR PORT\n250-XFORWARD NAME IDENT\n"
	    "250-ETRN\n250-CHUNKING\n250 SMTPUTF8");
}

static int open_poor(void **state)
{
	(void)state;
	return open_after_ehlo("250-mx1.example.org\n250 AUTH=PLAIN LOGIN");
}

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

/* The candidates of text with the cursor at its end, joined by "|". */
static void assert_offers(const char *text, const char *expect)
{
	struct line_candidates c = { 0 };
	struct buf all = { 0 };

	complete_server(&st.ui, text, strlen(text), &c);
	for (size_t i = 0; i < c.count; i++) {
		buf_addf(&all, "%s%s", i ? "|" : "", c.text[i]);
		free(c.text[i]);
	}
	free(c.text);
	if (strcmp(buf_str(&all), expect) != 0)
		fail_msg("\"%s\" offers\n%s\ninstead of\n%s", text,
		         buf_str(&all), expect);
	buf_clear(&all);
}

struct offer {
	const char *text, *expect;
};

static void assert_all(const struct offer *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_offers(t[i].text, t[i].expect);
}

static void test_complete_verbs_known_to_the_table(void **state)
{
	static const struct offer t[] = {
		{ "et", "ETRN " },       { "AT", "ATRN" },
		{ "xc", "XCLIENT " },    { "XF", "XFORWARD " },
		{ "x-", "X-EXPS |X-LINK2STATE " },
		{ "SA", "SAML FROM:<" }, { "WE", "WELLKNOWN " },
		{ "mail", "MAIL FROM:<" }, { "AU", "AUTH " },
		{ "st", "STARTTLS" },    { "zz", "" },
	};

	(void)state;
	assert_all(t, sizeof t / sizeof *t);
}

static void test_complete_nothing_typed_offers_what_belongs_here(void **state)
{
	(void)state;
	assert_offers("", "EHLO lab.example.net|HELO lab.example.net|"
	              "MAIL FROM:<|RSET|NOOP|QUIT|VRFY |EXPN |HELP|AUTH |"
	              "ETRN |XCLIENT |XFORWARD ");
}

static void test_complete_parameters_that_are_offered(void **state)
{
	static const struct offer t[] = {
		{ "MAIL FROM:<a@b> ",
		  "MAIL FROM:<a@b> SIZE=|MAIL FROM:<a@b> BODY=|"
		  "MAIL FROM:<a@b> SMTPUTF8|MAIL FROM:<a@b> RET=|"
		  "MAIL FROM:<a@b> ENVID=|MAIL FROM:<a@b> AUTH=|"
		  "MAIL FROM:<a@b> XVERP" },
		{ "mail from:<a@b> r", "mail from:<a@b> RET=" },
		{ "MAIL FROM:<a@b> RET=HDRS R", "" },
		{ "MAIL FROM:<a@b> RET=HDRS si",
		  "MAIL FROM:<a@b> RET=HDRS SIZE=" },
		{ "MAIL FROM:<a@b> REQ", "" },
		{ "MAIL FROM:<a@b> NOT", "" },
		{ "RCPT TO:<b@c> ",
		  "RCPT TO:<b@c> NOTIFY=|RCPT TO:<b@c> ORCPT=" },
		{ "RCPT TO: ", "" },
	};

	(void)state;
	assert_all(t, sizeof t / sizeof *t);
}

static void test_complete_values_of_parameters(void **state)
{
	static const struct offer t[] = {
		{ "MAIL FROM:<> BODY=",
		  "MAIL FROM:<> BODY=7BIT|MAIL FROM:<> BODY=8BITMIME" },
		{ "MAIL FROM:<> BODY=8", "MAIL FROM:<> BODY=8BITMIME" },
		{ "MAIL FROM:<> body=bin", "" },
		{ "MAIL FROM:<> RET=",
		  "MAIL FROM:<> RET=FULL|MAIL FROM:<> RET=HDRS" },
		{ "MAIL FROM:<> SIZE=", "" },
		{ "MAIL FROM:<> AUTH=", "MAIL FROM:<> AUTH=<>" },
		{ "RCPT TO:<b@c> NOTIFY=",
		  "RCPT TO:<b@c> NOTIFY=NEVER|RCPT TO:<b@c> NOTIFY=SUCCESS|"
		  "RCPT TO:<b@c> NOTIFY=FAILURE|RCPT TO:<b@c> NOTIFY=DELAY" },
		{ "RCPT TO:<b@c> NOTIFY=FAILURE,",
		  "RCPT TO:<b@c> NOTIFY=FAILURE,SUCCESS|"
		  "RCPT TO:<b@c> NOTIFY=FAILURE,DELAY" },
		{ "RCPT TO:<b@c> NOTIFY=FAILURE,d",
		  "RCPT TO:<b@c> NOTIFY=FAILURE,DELAY" },
		{ "RCPT TO:<b+c@d> ORCPT=",
		  "RCPT TO:<b+c@d> ORCPT=rfc822;b+2Bc@d" },
		{ "RCPT TO:<b@c> XYZ=", "" },
	};

	(void)state;
	assert_all(t, sizeof t / sizeof *t);
}

static void test_complete_words_of_other_verbs(void **state)
{
	static const struct offer t[] = {
		{ "AUTH ", "AUTH PLAIN|AUTH LOGIN|AUTH SCRAM-SHA-256" },
		{ "auth s", "auth SCRAM-SHA-256" },
		{ "AUTH PLAIN ", "" },
		{ "XCLIENT ", "XCLIENT NAME=|XCLIENT ADDR=|XCLIENT PORT=" },
		{ "XCLIENT NAME=a.example ",
		  "XCLIENT NAME=a.example ADDR=|XCLIENT NAME=a.example PORT=" },
		{ "XFORWARD i", "XFORWARD IDENT=" },
		{ "BDAT 86 ", "BDAT 86 LAST" },
		{ "BDAT 86 l", "BDAT 86 LAST" },
		{ "BDAT ", "" },
		{ "BURL imap://h/x ", "BURL imap://h/x LAST" },
		{ "VRFY bob ", "VRFY bob SMTPUTF8" },
		{ "NOOP ", "" },
	};

	(void)state;
	assert_all(t, sizeof t / sizeof *t);
}

static void test_complete_addresses_of_the_plan(void **state)
{
	static const struct offer t[] = {
		{ "RCPT TO:<",
		  "RCPT TO:<bob@example.org>|RCPT TO:<b+c@example.org>" },
		{ "RCPT TO:<bo", "RCPT TO:<bob@example.org>" },
		{ "RCPT TO:<x", "" },
	};

	(void)state;
	assert_all(t, sizeof t / sizeof *t);
}

static void test_complete_server_that_offers_little(void **state)
{
	static const struct offer t[] = {
		{ "MAIL FROM:<a@b> ", "" },
		{ "RCPT TO:<a@b> ", "" },
		{ "AUTH ", "AUTH PLAIN|AUTH LOGIN" },
		{ "XCLIENT ", "" },
		{ "XCL", "XCLIENT " },
	};

	(void)state;
	assert_all(t, sizeof t / sizeof *t);
}

#define RICH(test) \
	cmocka_unit_test_setup_teardown(test, open_rich, close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RICH(test_complete_verbs_known_to_the_table),
		RICH(test_complete_nothing_typed_offers_what_belongs_here),
		RICH(test_complete_parameters_that_are_offered),
		RICH(test_complete_values_of_parameters),
		RICH(test_complete_words_of_other_verbs),
		RICH(test_complete_addresses_of_the_plan),
		cmocka_unit_test_setup_teardown(
		    test_complete_server_that_offers_little, open_poor,
		    close_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
