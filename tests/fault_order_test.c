/* What servers say at the wrong time (study: group P). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "faultrun.h"
#include "util/xalloc.h"

static void three_recipients(struct plan *p)
{
	plan_add_to(p, "two@server.example");
	plan_add_to(p, "three@server.example");
}

/* One verdict each: accepted, put off, refused. */
static void each_recipient_is_judged(struct client *c, const char *heard)
{
	static const enum outcome expected[] = { OUT_ACCEPTED, OUT_DEFERRED,
		OUT_REFUSED };
	const struct event *e;
	size_t n = 0;

	(void)heard;
	for (size_t i = 0; (e = client_find(c, EV_VERDICT, i)); i++)
		if (e->u.verdict.recipient.len) {
			assert_in_range(n, 0, 2);
			assert_int_equal(e->u.verdict.outcome, expected[n++]);
		}
	assert_int_equal(n, 3);
}

static void say_rset(struct plan *p)
{
	static const char *const lines[] = { "EHLO client.example", "RSET",
		NULL };

	p->stage = STAGE_EHLO;
	fault_say_lines(p, lines);
}

static void say_noop(struct plan *p)
{
	static const char *const lines[] = { "EHLO client.example", "NOOP",
		NULL };

	p->stage = STAGE_EHLO;
	fault_say_lines(p, lines);
}

static void break_from(struct plan *p)
{
	free(p->from);
	p->from = xstrdup("a@client.example>\r\nDATA");
}

static void break_to(struct plan *p)
{
	plan_drop_to(p, 0);
	plan_add_to(p, "user@server.example\r\nDATA");
}

static void break_helo(struct plan *p)
{
	free(p->helo);
	p->helo = xstrdup("client.example\r\nRSET");
}

static void break_line(struct plan *p)
{
	static const char *const lines[] = { "EHLO client.example",
		"NOOP\r\nDATA", "NOOP\nDATA", "NOOP\rDATA", NULL };

	p->stage = STAGE_EHLO;
	fault_say_lines(p, lines);
}

static void pipelined(struct plan *p)
{
	p->pipelining = true;
}

static void eight_bit(struct plan *p)
{
	free(p->message);
	p->message = xstrdup("Subject: x\r\n\r\ngr\xc3\xbc\xc3\x9f dich\r\n");
	p->message_len = strlen(p->message);
}

/* "\r\n\0.\r\n": some servers take it for the end of the message. */
static void nul_byte(struct plan *p)
{
	static const char text[] = "Subject: test\r\n\r\n\0.\r\nDATA\r\n";

	free(p->message);
	p->message = xmemdup0(text, sizeof text - 1);
	p->message_len = sizeof text - 1;
}

static void utf8_sender(struct plan *p)
{
	free(p->from);
	p->from = xstrdup("gr\xc3\xbc\xc3\x9f@client.example");
}

/* The three commands went out together. */
#define GROUP "MAIL FROM:<sender@client.example>\r\n"                         \
	"RCPT TO:<user@server.example>\r\nDATA\r\n"
#define PIPED SAY("250-mx.example\r\n250 PIPELINING\r\n")
#define TO_GROUP GREET, HEAR, PIPED, HEAR, HEAR, HEAR

#define AFTER_EHLO HEAR, OK, HEAR, OK, HEAR, OK, HEAR, BYE, CLOSE

/* P01: EHLO is answered so, and that is the end of it ... */
#define EHLO_ODD(code) { .id = "P01_ehlo_" code, .script = SCRIPT(GREET, HEAR, \
  SAY(code " mx.example\r\n"), END), .exit = 76, .failed = "dialog protocol", \
  .never = "HELO" }
#define EHLO_NO(code, status) { .id = "P01_ehlo_" code, \
  .script = SCRIPT(GREET, HEAR, SAY(code " mx.example\r\n"), HEAR, BYE, \
  CLOSE), .exit = status, .never = "HELO" }
/* ... or there is the older way. */
#define EHLO_UNKNOWN(code) { .id = "P01_ehlo_" code, .script = SCRIPT(GREET, \
  HEAR, SAY(code " What?\r\n"), HEAR, OK, AFTER_EHLO), .heard = "HELO" }
#define HELO_ODD(code) { .id = "P02_helo_" code, .script = SCRIPT(GREET, HEAR, \
  SAY("502 What?\r\n"), HEAR, SAY(code " mx.example\r\n"), END), .exit = 76, \
  .failed = "dialog protocol", .heard = "HELO", .never = "MAIL" }
#define HELO_NO(code, status) { .id = "P02_helo_" code, \
  .script = SCRIPT(GREET, HEAR, SAY("502 What?\r\n"), HEAR, \
  SAY(code " mx.example\r\n"), HEAR, BYE, CLOSE), .exit = status, \
  .heard = "HELO", .never = "MAIL" }
/* P03: RSET and NOOP as lines of a plan; QUIT follows if the state is known. */
#define ASIDE_(line, code, set) { .id = "P03_" line "_" code, \
  .script = SCRIPT(TO_EHLO, HEAR, SAY(code " mx.example\r\n"), HEAR, BYE, \
  CLOSE), .prepare = set, .heard = "QUIT" }
#define ASIDE_ODD(line, code, set) { .id = "P03_" line "_" code, \
  .script = SCRIPT(TO_EHLO, HEAR, SAY(code " mx.example\r\n"), END), \
  .exit = 76, .failed = "dialog protocol", .prepare = set, .never = "QUIT" }
#define ASIDE_BYE(line, code, set) { .id = "P03_" line "_" code, \
  .script = SCRIPT(TO_EHLO, HEAR, SAY(code " mx.example\r\n"), CLOSE), \
  .prepare = set, .never = "QUIT" } /* EHLO was all that was asked */

static const struct row rows[] = {
EHLO_ODD("220"), EHLO_ODD("221"), EHLO_ODD("354"), EHLO_NO("501", 69),
EHLO_NO("530", 77), EHLO_NO("550", 69), EHLO_UNKNOWN("500"),
EHLO_UNKNOWN("502"), EHLO_UNKNOWN("504"),
{ .id = "P01_ehlo_421", .script = SCRIPT(GREET, HEAR,
  SAY("421 mx.example\r\n"), CLOSE), .exit = 75, .never = "HELO" },
HELO_ODD("220"), HELO_ODD("221"), HELO_ODD("354"), HELO_NO("450", 75),
HELO_NO("500", 69), HELO_NO("501", 69), HELO_NO("502", 69),
HELO_NO("504", 69), HELO_NO("550", 69),
{ .id = "P02_helo_250", .script = SCRIPT(GREET, HEAR, SAY("502 What?\r\n"),
  HEAR, OK, AFTER_EHLO), .heard = "HELO" },
{ .id = "P02_helo_421", .script = SCRIPT(GREET, HEAR, SAY("502 What?\r\n"),
  HEAR, SAY("421 mx.example\r\n"), CLOSE), .exit = 75, .never = "MAIL" },
ASIDE_("rset", "250", say_rset), ASIDE_("rset", "500", say_rset),
ASIDE_("rset", "501", say_rset), ASIDE_("rset", "502", say_rset),
ASIDE_("rset", "504", say_rset), ASIDE_("rset", "550", say_rset),
ASIDE_ODD("rset", "220", say_rset), ASIDE_ODD("rset", "221", say_rset),
ASIDE_ODD("rset", "354", say_rset), ASIDE_BYE("rset", "421", say_rset),
ASIDE_("noop", "250", say_noop), ASIDE_("noop", "500", say_noop),
ASIDE_("noop", "501", say_noop), ASIDE_("noop", "502", say_noop),
ASIDE_("noop", "504", say_noop), ASIDE_("noop", "550", say_noop),
ASIDE_ODD("noop", "220", say_noop), ASIDE_ODD("noop", "221", say_noop),
ASIDE_ODD("noop", "354", say_noop), ASIDE_BYE("noop", "421", say_noop),
{ .id = "P04_ehlo_reply_with_the_greeting",
  .script = SCRIPT(SAY("220 mx.example\r\n250-mx.example\r\n"
    "250 STARTTLS\r\n"), HEAR, EHLO_OK, HEAR, OK),
  .exit = 76, .failed = "dialog protocol", .finding = "out-of-sync",
  .flags = LOSSY },
{ .id = "P05_two_replies_to_one_command",
  .script = SCRIPT(TO_EHLO, HEAR, SAY("250 OK\r\n250 OK\r\n"), HEAR, OK),
  .exit = 76, .failed = "dialog protocol", .finding = "out-of-sync",
  .flags = LOSSY },
{ .id = "P06_no_reply_to_mail", .script = SCRIPT(TO_EHLO, HEAR, HEAR, OK),
  .timeout_ms = 200, .steps = 1, .exit = 74, .failed = "dialog timeout",
  .flags = SLOW | LOSSY },
{ .id = "P07_354_to_mail",
  .script = SCRIPT(TO_EHLO, HEAR, SAY("354 Go\r\n"), HEAR),
  .stage = STAGE_DOT, .exit = 76, .failed = "dialog protocol" },
{ .id = "P07_250_to_data", .script = SCRIPT(TO_RCPT, HEAR, OK, HEAR),
  .stage = STAGE_DOT, .exit = 76, .failed = "dialog protocol" },
{ .id = "P07_354_to_the_dot",
  .script = SCRIPT(TO_DATA, HEAR_DOT, SAY("354 Go\r\n"), HEAR),
  .stage = STAGE_DOT, .exit = 76, .failed = "dialog protocol" },
{ .id = "P09_recipient_refused",
  .script = SCRIPT(TO_MAIL, HEAR, SAY("550 5.1.1 No such user\r\n"), HEAR,
    OK, HEAR, BYE, CLOSE), .exit = 67 },
{ .id = "P10_421_instead_of_a_reply_to_mail",
  .script = SCRIPT(TO_EHLO, HEAR, SAY("421 4.3.2 Shutting down\r\n"), CLOSE),
  .exit = 75 },
{ .id = "P10_421_instead_of_a_reply_to_the_dot",
  .script = SCRIPT(TO_DATA, HEAR_DOT, SAY("421 4.3.2 Shutting down\r\n"),
    CLOSE), .stage = STAGE_DOT, .exit = 75 },
{ .id = "P11_500_to_quit",
  .script = SCRIPT(TO_EHLO, HEAR, SAY("500 What?\r\n")), .stage = STAGE_EHLO },
{ .id = "P11_no_reply_to_quit", .script = SCRIPT(TO_EHLO, HEAR),
  .stage = STAGE_EHLO, .timeout_ms = 200, .steps = 1, .flags = SLOW },
{ .id = "P11_reply_to_quit_one_byte_each_100_ms",
  .script = SCRIPT(TO_EHLO, HEAR, DRIP("221 Bye\r\n", 100)),
  .stage = STAGE_EHLO, .timeout_ms = 250, .steps = 1, .flags = SLOW | LOSSY },
/* ---- P08: a batch and its replies ---- */
{ .id = "P08_all_in_order", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\n250 OK\r\n354 Go\r\n"), HEAR_DOT, OK, HEAR, BYE, CLOSE),
  .stage = STAGE_DOT, .prepare = pipelined, .heard = GROUP },
{ .id = "P08_out_of_order", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\n354 Go\r\n250 OK\r\n"), END), .stage = STAGE_DOT,
  .exit = 76, .failed = "dialog protocol", .prepare = pipelined,
  .never = "dot" },
{ .id = "P08_one_missing", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\n354 Go\r\n"), END), .stage = STAGE_DOT, .exit = 76,
  .failed = "dialog protocol", .prepare = pipelined, .never = "dot" },
{ .id = "P08_the_last_missing", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\n250 OK\r\n"), END), .stage = STAGE_DOT, .exit = 74,
  .timeout_ms = 300, .steps = 1, .failed = "dialog timeout",
  .prepare = pipelined, .never = "dot", .flags = SLOW },
{ .id = "P08_garbage_in_between", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\nwhat is this?\r\n250 OK\r\n354 Go\r\n"), END),
  .stage = STAGE_DOT, .exit = 76, .failed = "dialog protocol",
  .prepare = pipelined, .never = "dot" },
{ .id = "P08_one_too_many", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\n250 OK\r\n354 Go\r\n250 OK\r\n"), HEAR_DOT, END),
  .stage = STAGE_DOT, .exit = 76, .failed = "dialog protocol",
  .prepare = pipelined },
{ .id = "P08_nobody_accepted_yet_354", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\n550 5.1.1 Unknown\r\n354 Go\r\n"), HEAR_DOT,
  SAY("554 5.5.1 No recipients\r\n"), HEAR, BYE, CLOSE), .stage = STAGE_DOT,
  .exit = 67, .prepare = pipelined, .heard = GROUP ".\r\n",
  .never = "Subject" },
{ .id = "P08_closed_in_the_middle", .script = SCRIPT(TO_GROUP,
  SAY("250 OK\r\n"), CLOSE), .stage = STAGE_DOT, .exit = 74,
  .failed = "dialog closed", .prepare = pipelined },

/* ---- P14: what the message needs and the server has not ---- */
{ .id = "P14_8bitmime_not_offered", .script = SCRIPT(TO_EHLO, HEAR, BYE,
  CLOSE), .stage = STAGE_DOT, .exit = 69, .finding = "needs-8bitmime",
  .prepare = eight_bit, .never = "MAIL" },
{ .id = "P14_smtputf8_not_offered", .script = SCRIPT(TO_EHLO, HEAR, BYE,
  CLOSE), .stage = STAGE_DOT, .exit = 69, .finding = "needs-smtputf8",
  .prepare = utf8_sender, .never = "MAIL" },
{ .id = "P14_larger_than_size", .script = SCRIPT(GREET, HEAR,
  SAY("250-mx.example\r\n250 SIZE 1000\r\n"), HEAR, BYE, CLOSE),
  .stage = STAGE_DOT, .exit = 69, .finding = "size-too-big", .never = "MAIL",
  .flags = BIG },
{ .id = "P15_nul_needs_binarymime", .script = SCRIPT(TO_EHLO, HEAR, BYE,
  CLOSE), .stage = STAGE_DOT, .exit = 69, .finding = "needs-binarymime",
  .prepare = nul_byte, .never = "MAIL" },

{ .id = "P09_one_accepted_one_put_off_one_refused",
  .script = SCRIPT(TO_MAIL, HEAR, OK, HEAR, SAY("450 4.2.0 Later\r\n"), HEAR,
    SAY("550 5.1.1 Unknown\r\n"), HEAR, SAY("354 Go\r\n"), HEAR_DOT, OK, HEAR,
    BYE, CLOSE), .stage = STAGE_DOT, .exit = 1,
  .prepare = three_recipients, .check = each_recipient_is_judged },
{ .id = "P10_552_in_the_middle_of_the_message",
  .script = SCRIPT(TO_DATA, HEAR, SAY("552 5.3.4 Too big\r\n"), CLOSE),
  .stage = STAGE_DOT, .exit = 69, .flags = BIG },
{ .id = "P10_421_in_the_middle_of_the_message",
  .script = SCRIPT(TO_DATA, HEAR, SAY("421 4.3.0 Disk full\r\n"), CLOSE),
  .stage = STAGE_DOT, .exit = 75, .flags = BIG },
{ .id = "P16_line_break_in_the_sender", .script = SCRIPT(TO_EHLO, HEAR, BYE,
  CLOSE), .exit = 130, .finding = "line-break", .prepare = break_from,
  .never = "DATA" },
{ .id = "P16_line_break_in_the_recipient", .script = SCRIPT(TO_MAIL, HEAR,
  BYE, CLOSE), .exit = 130, .finding = "line-break",
  .prepare = break_to, .never = "DATA" },
{ .id = "P16_line_break_in_the_helo_name", .script = SCRIPT(GREET, HEAR, BYE,
  CLOSE), .exit = 130, .finding = "line-break", .prepare = break_helo,
  .never = "RSET" },
{ .id = "P16_line_break_in_typed_lines", .script = SCRIPT(TO_EHLO, HEAR, BYE,
  CLOSE), .finding = "line-break", .prepare = break_line, .never = "DATA" },
};

/*
 * P15: whatever line ends a message has, the server sees CRLF only, a dot of
 * ours at the beginning of each line that began with one, and one end.
 */
static void test_P15_only_our_dot_ends_a_message(void **state)
{
#define FORM(name, text, wire) { name, text, sizeof text - 1, wire, \
	sizeof wire - 1 }
	static const struct { const char *name, *text; size_t len;
		const char *wire; size_t wire_len; } forms[] = {
		FORM("dot", ".\r\nb\r\n", "..\r\nb\r\n.\r\n"),
		FORM("dots", "..\r\n...\r\n", "...\r\n....\r\n.\r\n"),
		FORM("lf . lf", "a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
		FORM("lf . cr", "a\n.\rb", "a\r\n..\r\nb\r\n.\r\n"),
		FORM("cr . lf", "a\r.\nb", "a\r\n..\r\nb\r\n.\r\n"),
		FORM("cr . cr", "a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"),
		FORM("lf . crlf", "a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"),
		FORM("cr . crlf", "a\r.\r\nb", "a\r\n..\r\nb\r\n.\r\n"),
		FORM("crlf . cr crlf", "a\r\n.\r\r\nb",
		     "a\r\n..\r\n\r\nb\r\n.\r\n"),
		FORM("cr crlf . cr crlf", "a\r\r\n.\r\r\nb",
		     "a\r\n\r\n..\r\n\r\nb\r\n.\r\n"),
		FORM("no end", "a", "a\r\n.\r\n"),
		FORM("nothing", "", ".\r\n"),
	};
	static const char data[] = "\r\nDATA\r\n";

	(void)state;
	for (size_t i = 0; i < N_OF(forms); i++) {
		const struct fault *script[] = { SCRIPT(TO_DATA, HEAR_DOT, OK,
			HEAR, BYE, CLOSE) };
		struct smtpfault *f = smtpfault_start(script, 1);
		struct plan *p = client_plan_port(smtpfault_port(f));
		struct buf heard = { 0 };
		const struct event *e;
		struct client c;
		char *at;

		p->stage = STAGE_DOT;
		p->message_len = forms[i].len;
		p->message = xmemdup0(forms[i].text, forms[i].len);
		client_start(&c, NULL);
		e = client_run(&c, p, 5000);
		assert_non_null(e);
		assert_int_equal(e->u.end.exit, 0);
		smtpfault_wait(f, 1, 3000);
		smtpfault_heard_bytes(f, &heard);
		at = memmem(heard.data, heard.len, data, sizeof data - 1);
		assert_non_null(at);
		at += sizeof data - 1;
		if ((size_t)(heard.data + heard.len - at) !=
		    forms[i].wire_len + sizeof "QUIT\r\n" - 1 ||
		    memcmp(at, forms[i].wire, forms[i].wire_len) != 0)
			fail_msg("%s: other bytes on the wire", forms[i].name);
		client_stop(&c);
		smtpfault_stop(f);
		buf_clear(&heard);
	}
}

int main(void)
{
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_P15_only_our_dot_ends_a_message),
	};

	return fault_run_all("P: the order of things", rows, N_OF(rows)) +
	       cmocka_run_group_tests_name("P: made", made, NULL, NULL);
}
