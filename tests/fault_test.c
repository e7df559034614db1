#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "netclient.h"
#include "netscript.h"
#include "smtpfault.h"
#include "util/xalloc.h"

/*
 * What servers do wrong (study: groups T, P and B): every row is a test of its
 * own, named by its id. Of every row is asked that the run ends within its
 * deadline, that the session has exactly one verdict, that no
 * fault is taken for success, that the events are in order, and that they hold
 * every byte that the server sent, unless the row says LOSSY.
 */

/* A step may take its timeout and a second; with sanitizers and others on the
 * same two processors, three. */
enum { SLACK_MS = 3000, NONE = -1 };

enum flag {
	LOSSY = 1, /* the client closes before it has read everything */
	SLOW = 2,  /* it must not end before its deadline */
	BIG = 4,   /* the message is larger than any socket buffer */
};

struct row {
	const char *id;
	const struct fault *script;
	enum stage stage;
	int timeout_ms; /* of each step */
	int steps;      /* how many of them may run into it */
	int exit;
	int phase, kind; /* of the EV_FAILED, NONE: there is none */
	const char *finding; /* NULL: none in particular */
	unsigned flags;
};

static const struct row rows[] = {
/* ---- T: TCP ---- */
{ "T03_reset_at_once", SCRIPT(RESET), STAGE_RCPT, 2000, 0, 74,
  PHASE_GREETING, FAIL_RESET, NULL, 0 },
{ "T04_closed_at_once", SCRIPT(CLOSE), STAGE_RCPT, 2000, 0, 74,
  PHASE_GREETING, FAIL_CLOSED, NULL, 0 },
{ "T05_silence_after_accept", SCRIPT(END), STAGE_RCPT, 200, 1, 74,
  PHASE_GREETING, FAIL_TIMEOUT, NULL, SLOW },
{ "T06_close_after_ehlo", SCRIPT(GREET, HEAR, CLOSE), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_CLOSED, NULL, 0 },
{ "T06_close_after_mail", SCRIPT(TO_EHLO, HEAR, CLOSE), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_CLOSED, NULL, 0 },
{ "T06_close_after_rcpt", SCRIPT(TO_MAIL, HEAR, CLOSE), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_CLOSED, NULL, 0 },
{ "T06_close_after_data", SCRIPT(TO_RCPT, HEAR, CLOSE), STAGE_DOT, 2000, 0,
  74, PHASE_DIALOG, FAIL_CLOSED, NULL, 0 },
{ "T06_close_after_dot", SCRIPT(TO_DATA, HEAR_DOT, CLOSE), STAGE_DOT, 2000,
  0, 74, PHASE_DIALOG, FAIL_CLOSED, NULL, 0 },
{ "T06_close_after_quit", SCRIPT(TO_DATA, HEAR_DOT, OK, HEAR, CLOSE),
  STAGE_DOT, 2000, 0, 0, NONE, NONE, NULL, 0 },
{ "T06_reset_after_ehlo", SCRIPT(GREET, HEAR, RESET), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_RESET, NULL, 0 },
{ "T06_reset_after_mail", SCRIPT(TO_EHLO, HEAR, RESET), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_RESET, NULL, 0 },
{ "T06_reset_after_rcpt", SCRIPT(TO_MAIL, HEAR, RESET), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_RESET, NULL, 0 },
{ "T06_reset_after_data", SCRIPT(TO_RCPT, HEAR, RESET), STAGE_DOT, 2000, 0,
  74, PHASE_DIALOG, FAIL_RESET, NULL, 0 },
{ "T06_reset_after_dot", SCRIPT(TO_DATA, HEAR_DOT, RESET), STAGE_DOT, 2000,
  0, 74, PHASE_DIALOG, FAIL_RESET, NULL, 0 },
{ "T06_reset_after_quit", SCRIPT(TO_DATA, HEAR_DOT, OK, HEAR, RESET),
  STAGE_DOT, 2000, 0, 0, NONE, NONE, NULL, 0 },
{ "T07_one_byte_each_40_ms", SCRIPT(DRIP("220 mx.example ESMTP\r\n", 40)),
  STAGE_RCPT, 300, 1, 74, PHASE_GREETING, FAIL_TIMEOUT, NULL, SLOW | LOSSY },
{ "T07_one_byte_each_ms_in_time",
  SCRIPT(DRIP("220 mx.example\r\n", 1), HEAR, DRIP("250 mx\r\n", 1), HEAR,
         DRIP("221 Bye\r\n", 1), CLOSE),
  STAGE_EHLO, 2000, 0, 0, NONE, NONE, NULL, 0 },
{ "T09_all_replies_before_we_speak",
  SCRIPT(SAY("220 mx.example\r\n250 mx.example\r\n250 OK\r\n250 OK\r\n"
             "221 Bye\r\n")),
  STAGE_RCPT, 2000, 0, 76, PHASE_DIALOG, FAIL_PROTOCOL, "out-of-sync", 0 },
{ "T10_server_never_reads", SCRIPT(TO_DATA, DEAF), STAGE_DOT, 300, 1, 74,
  PHASE_DIALOG, FAIL_TIMEOUT, NULL, SLOW | BIG },
{ "T11_half_close_after_greeting", SCRIPT(GREET, SHUT), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_CLOSED, NULL, 0 },
{ "T11_half_close_after_221", SCRIPT(TO_EHLO, HEAR, BYE, SHUT), STAGE_EHLO,
  2000, 0, 0, NONE, NONE, NULL, 0 },
{ "T12_reset_behind_data", SCRIPT(SAY("554 5.7.1 Go away\r\n"), RESET),
  STAGE_RCPT, 2000, 0, 69, NONE, NONE, NULL, 0 },
{ "T13_closed_while_we_write", SCRIPT(TO_DATA, CLOSE), STAGE_DOT, 2000, 0,
  74, PHASE_DIALOG, NONE, NULL, BIG },
{ "T13_reset_while_we_write", SCRIPT(TO_DATA, RESET), STAGE_DOT, 2000, 0, 74,
  PHASE_DIALOG, FAIL_RESET, NULL, BIG },

/* ---- P: the order of things ---- */
{ "P04_ehlo_reply_with_the_greeting",
  SCRIPT(SAY("220 mx.example\r\n250-mx.example\r\n250 STARTTLS\r\n"), HEAR,
         EHLO_OK, HEAR, OK),
  STAGE_RCPT, 2000, 0, 76, PHASE_DIALOG, FAIL_PROTOCOL, "out-of-sync",
  LOSSY },
{ "P05_two_replies_to_one_command",
  SCRIPT(TO_EHLO, HEAR, SAY("250 OK\r\n250 OK\r\n"), HEAR, OK), STAGE_RCPT,
  2000, 0, 76, PHASE_DIALOG, FAIL_PROTOCOL, "out-of-sync", LOSSY },
{ "P06_no_reply_to_mail", SCRIPT(TO_EHLO, HEAR, HEAR, OK), STAGE_RCPT, 200,
  1, 74, PHASE_DIALOG, FAIL_TIMEOUT, NULL, SLOW | LOSSY },
{ "P07_354_to_mail", SCRIPT(TO_EHLO, HEAR, SAY("354 Go\r\n"), HEAR),
  STAGE_DOT, 2000, 0, 76, PHASE_DIALOG, FAIL_PROTOCOL, NULL, 0 },
{ "P07_250_to_data", SCRIPT(TO_RCPT, HEAR, OK, HEAR), STAGE_DOT, 2000, 0, 76,
  PHASE_DIALOG, FAIL_PROTOCOL, NULL, 0 },
{ "P07_354_to_the_dot",
  SCRIPT(TO_DATA, HEAR_DOT, SAY("354 Go\r\n"), HEAR), STAGE_DOT, 2000, 0, 76,
  PHASE_DIALOG, FAIL_PROTOCOL, NULL, 0 },
{ "P09_recipient_refused", SCRIPT(TO_MAIL, HEAR,
  SAY("550 5.1.1 No such user\r\n"), HEAR, OK, HEAR, BYE, CLOSE), STAGE_RCPT,
  2000, 0, 67, NONE, NONE, NULL, 0 },
{ "P10_421_instead_of_a_reply_to_mail",
  SCRIPT(TO_EHLO, HEAR, SAY("421 4.3.2 Shutting down\r\n"), CLOSE),
  STAGE_RCPT, 2000, 0, 75, NONE, NONE, NULL, 0 },
{ "P10_421_instead_of_a_reply_to_the_dot",
  SCRIPT(TO_DATA, HEAR_DOT, SAY("421 4.3.2 Shutting down\r\n"), CLOSE),
  STAGE_DOT, 2000, 0, 75, NONE, NONE, NULL, 0 },
{ "P11_500_to_quit", SCRIPT(TO_EHLO, HEAR, SAY("500 What?\r\n")), STAGE_EHLO,
  2000, 0, 0, NONE, NONE, NULL, 0 },
{ "P11_no_reply_to_quit", SCRIPT(TO_EHLO, HEAR), STAGE_EHLO, 200, 1, 0, NONE,
  NONE, NULL, SLOW },
{ "P11_reply_to_quit_one_byte_each_100_ms",
  SCRIPT(TO_EHLO, HEAR, DRIP("221 Bye\r\n", 100)), STAGE_EHLO, 250, 1, 0,
  NONE, NONE, NULL, SLOW | LOSSY },
{ "B07_reply_without_its_last_line",
  SCRIPT(GREET, HEAR, SAY("250-mx.example\r\n"), CLOSE), STAGE_RCPT, 2000, 0,
  74, PHASE_DIALOG, FAIL_CLOSED, "ended-in-reply", 0 },
{ "B08_one_byte_behind_the_reply",
  SCRIPT(GREET, HEAR, SAY("250 mx.example\r\n2"), HEAR, SAY("21 Bye\r\n")),
  STAGE_RCPT, 2000, 0, 76, PHASE_DIALOG, FAIL_PROTOCOL, "out-of-sync", 0 },
{ "B17_enhanced_code_contradicts",
  SCRIPT(TO_EHLO, HEAR, SAY("250 5.1.1 OK\r\n"), HEAR, OK, HEAR, OK, HEAR, BYE,
         CLOSE),
  STAGE_RCPT, 2000, 0, 0, NONE, NONE, "enhanced-mismatch", 0 },
{ "B17_enhanced_code_overflows",
  SCRIPT(TO_EHLO, HEAR, SAY("250 2.999.9999999999 OK\r\n"), HEAR, OK, HEAR, OK,
         HEAR, BYE, CLOSE),
  STAGE_RCPT, 2000, 0, 0, NONE, NONE, NULL, 0 },
{ "R01_endless_greeting", SCRIPT(FLOOD("220-and so on\r\n")), STAGE_RCPT,
  4000, 0, 76, PHASE_GREETING, FAIL_LIMIT, "reply-limit", LOSSY },
{ "R02_endless_line", SCRIPT(FLOOD("220 and so on and on and on ")),
  STAGE_RCPT, 4000, 0, 76, PHASE_GREETING, FAIL_LIMIT, NULL, LOSSY },
};

/* ---- B: greetings; after a good one EHLO and QUIT are answered well ---- */

struct greeting {
	const char *id, *bytes;
	size_t len; /* 0: strlen() */
	int exit;
	int kind;   /* of the EV_FAILED; NONE: there is none */
	const char *finding;
};

#define NUL_LINE "220 mx\0example\r\n"

static const struct greeting greetings[] = {
{ "B01_code_only", "220\r\n", 0, 0, NONE, "reply-no-text" },
{ "B01_code_and_blank", "220 \r\n", 0, 0, NONE, "reply-no-text" },
{ "B01_codes_only_two_lines", "220-\r\n220\r\n", 0, 0, NONE, NULL },
{ "B02_bare_lf", "220 mx.example\n", 0, 0, NONE, "reply-bare-lf" },
{ "B02_bare_cr", "220 mx.example\r", 0, 74, FAIL_TIMEOUT, NULL },
{ "B02_two_cr", "220 mx.example\r\r\n", 0, 0, NONE, "reply-bare-cr" },
{ "B03_letter_behind_code", "220x\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B03_four_digits", "2200 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B03_two_digits", "22\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B03_tab", "220\thi\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B03_blank_first", " 220 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B04_code_000", "000 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B04_code_099", "099 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B04_code_100", "100 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B04_code_199", "199 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B04_code_354", "354 hi\r\n", 0, 76, FAIL_PROTOCOL, NULL },
{ "B04_code_221", "221 hi\r\n", 0, 76, FAIL_PROTOCOL, NULL },
{ "B04_code_250", "250 hi\r\n", 0, 76, FAIL_PROTOCOL, NULL },
{ "B04_code_600", "600 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B04_code_999", "999 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B05_421", "421 4.3.2 Busy\r\n", 0, 75, NONE, NULL },
{ "B05_450", "450 4.7.1 Later\r\n", 0, 75, NONE, NULL },
{ "B05_554", "554 5.7.1 No\r\n", 0, 69, NONE, NULL },
{ "B06_codes_differ", "220-a\r\n550 b\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-codes-differ" },
{ "B09_blank_lines_first", "\r\n\r\n220 mx.example\r\n", 0, 0, NONE,
  "reply-blank" },
{ "B10_http", "HTTP/1.1 400 Bad Request\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B10_ssh", "SSH-2.0-OpenSSH_9.2p1\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B10_pop3", "+OK POP3 ready\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B10_imap", "* OK IMAP4 ready\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B13_nul_in_the_line", NUL_LINE, sizeof NUL_LINE - 1, 0, NONE,
  "reply-nul" },
{ "B14_latin_1", "220 mx.example gr\xfc\xdf dich\r\n", 0, 0, NONE,
  "reply-not-utf8" },
{ "B14_utf_8", "220 mx.example gr\xc3\xbc\xc3\x9f\r\n", 0, 0, NONE,
  "reply-8bit" },
{ "B14_overlong_utf_8", "220 mx.example \xc0\xaf\r\n", 0, 0, NONE,
  "reply-not-utf8" },
{ "B16_64_digits",
  "2202202202202202202202202202202202202202202202202202202202202202\r\n", 0,
  76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B16_plus", "220+ok\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B16_wide_digits", "\xef\xbc\x92\xef\xbc\x92\xef\xbc\x90 hi\r\n", 0, 76,
  FAIL_PROTOCOL, "reply-not-smtp" },
{ "B18_our_own_name", "220 client.example ESMTP\r\n", 0, 0, NONE,
  "greeting-own-name" },
{ "B19_masked", "220 ****************2****\r\n", 0, 0, NONE,
  "greeting-masked" },
};

/* ---- one run and what holds for each ---- */

static struct plan *plan_for(const struct row *row, uint16_t port)
{
	enum { LINE = 78, BIG_LINES = 80000 };
	struct plan *p = client_plan_port(port);
	struct buf m = { 0 };

	p->stage = row->stage;
	p->timeout_ms = (uint32_t)row->timeout_ms;
	if (row->stage != STAGE_DOT)
		return p;
	buf_adds(&m, "Subject: test\r\n\r\n.dot\r\n");
	for (int i = 0; row->flags & BIG && i < BIG_LINES; i++)
		buf_addf(&m, "%*d\r\n", LINE, i);
	p->message_len = m.len;
	p->message = buf_steal(&m);
	return p;
}

static void check_verdict(const struct client *c, int status)
{
	size_t sessions = 0;

	for (size_t i = 0; i < client_count(c, EV_VERDICT); i++) {
		const struct event *v = client_find(c, EV_VERDICT, i);

		if (v->u.verdict.recipient.len)
			continue;
		sessions++;
		assert_int_equal(v->u.verdict.exit, status);
	}
	assert_int_equal(sessions, 1);
}

static void check_failed(const struct client *c, int phase, int kind)
{
	const struct event *f = client_find(c, EV_FAILED, 0);

	if (phase == NONE) {
		assert_null(f);
		return;
	}
	assert_non_null(f);
	assert_string_equal(fail_phase_name(f->u.failed.phase),
	                    fail_phase_name((enum fail_phase)phase));
	if (kind != NONE)
		assert_string_equal(fail_kind_name(f->u.failed.kind),
		                    fail_kind_name((enum fail_kind)kind));
	assert_int_equal(client_count(c, EV_FAILED), 1);
}

/* Everything that the script says is in the events, byte for byte. */
static void check_bytes(const struct client *c, const struct fault *script)
{
	struct buf sent = { 0 }, got = { 0 };

	for (; script->kind != FAULT_END; script++)
		if (script->data)
			buf_add(&sent, script->data,
			        script->len ? script->len
			                    : strlen(script->data));
	client_heard(c, &got);
	assert_int_equal(got.len, sent.len);
	if (sent.len)
		assert_memory_equal(got.data, sent.data, sent.len);
	buf_clear(&sent);
	buf_clear(&got);
}

static void run_row(const struct row *row)
{
	const struct fault *scripts[] = { row->script };
	struct smtpfault *f = smtpfault_start(scripts, 1);
	int limit_ms = row->timeout_ms * row->steps + SLACK_MS;
	int64_t began = loop_now_us(), took;
	const struct event *e;
	struct client c;

	client_start(&c, NULL);
	e = client_run(&c, plan_for(row, smtpfault_port(f)), 10000);
	took = (loop_now_us() - began) / 1000;
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, row->exit);
	assert_int_equal(e->u.end.sessions, 1);
	assert_true(client_in_order(&c));
	check_verdict(&c, row->exit);
	check_failed(&c, row->phase, row->kind);
	if (row->finding)
		assert_true(client_finding(&c, row->finding));
	if (!(row->flags & LOSSY))
		check_bytes(&c, row->script);
	assert_in_range(took, 0, limit_ms);
	if (row->flags & SLOW)
		assert_in_range(took, row->timeout_ms, 10000);
	client_stop(&c);
	smtpfault_stop(f);
}

static void test_server_does_wrong_is_told(void **state)
{
	run_row(*state);
}

static void test_greeting_is_judged(void **state)
{
	const struct greeting *g = *state;
	struct fault script[] = { { FAULT_SAY, g->bytes, g->len, 0 },
		HEAR, EHLO_OK, HEAR, BYE, END };
	struct fault bad[] = { { FAULT_SAY, g->bytes, g->len, 0 }, END };
	struct fault refused[] = { { FAULT_SAY, g->bytes, g->len, 0 }, HEAR,
		BYE, END };
	struct row row = { .script = script, .stage = STAGE_EHLO,
		.timeout_ms = g->kind == FAIL_TIMEOUT ? 200 : 2000,
		.steps = g->kind == FAIL_TIMEOUT, .exit = g->exit,
		.phase = g->kind == NONE ? NONE : PHASE_GREETING,
		.kind = g->kind, .finding = g->finding };

	if (g->kind != NONE || strncmp(g->bytes, "421", 3) == 0)
		row.script = bad;
	else if (g->exit != 0)
		row.script = refused;
	run_row(&row);
}

/* ---- tables that are made, not written ---- */

/* T08: a reply cut at every place gives the same events. */
static void test_reply_split_anywhere_is_the_same(void **state)
{
	static const char text[] =
	    "250-mx.example\r\n250-SIZE 1000\r\n250 HELP\r\n";
	(void)state;
	for (size_t cut = 0; cut < sizeof text - 1; cut++) {
		struct fault script[] = { GREET, HEAR, SPLIT(text, cut), HEAR,
			BYE, END };
		struct row row = { .script = script, .stage = STAGE_EHLO,
			.timeout_ms = 2000, .phase = NONE };

		run_row(&row);
	}
}

/* B15: what is longer than a reply line may be is told, and nothing is lost. */
static void test_long_line_is_kept_whole(void **state)
{
	static const struct { size_t len; const char *finding; } lines[] = {
		{ 510, NULL },
		{ 511, "reply-long" },
		{ 4096, "reply-long" },
		{ 4097, "reply-overlong" },
		{ 65536, "reply-overlong" },
		{ 100000, "reply-overlong" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char *line = xmalloc(lines[i].len + 3);
		struct fault script[] = { SAY(line), HEAR, EHLO_OK, HEAR, BYE,
			END };
		struct row row = { .script = script, .stage = STAGE_EHLO,
			.timeout_ms = 2000, .phase = NONE,
			.finding = lines[i].finding };

		memset(line, 'x', lines[i].len);
		memcpy(line, "220 ", 4);
		memcpy(line + lines[i].len, "\r\n", 3);
		run_row(&row);
		free(line);
	}
}

/* T01 */
static void test_closed_port_is_refused(void **state)
{
	struct client c;
	const struct event *e;

	(void)state;
	client_start(&c, NULL);
	e = client_run(&c, client_plan_port(smtpfault_closed_port()), 2000);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, 74);
	assert_int_equal(e->u.end.unreachable, 1);
	check_verdict(&c, 74);
	check_failed(&c, PHASE_CONNECT, FAIL_REFUSED);
	client_stop(&c);
}

enum { N_ROWS = sizeof rows / sizeof *rows,
	N_GREETINGS = sizeof greetings / sizeof *greetings };

int main(void)
{
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_reply_split_anywhere_is_the_same),
		cmocka_unit_test(test_long_line_is_kept_whole),
		cmocka_unit_test(test_closed_port_is_refused),
	};
	enum { N_MADE = sizeof made / sizeof *made };
	struct CMUnitTest tests[N_ROWS + N_GREETINGS];

	for (size_t i = 0; i < N_ROWS; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].id,
			.test_func = test_server_does_wrong_is_told,
			.initial_state = (void *)&rows[i] };
	for (size_t i = 0; i < N_GREETINGS; i++)
		tests[N_ROWS + i] = (struct CMUnitTest){
			.name = greetings[i].id,
			.test_func = test_greeting_is_judged,
			.initial_state = (void *)&greetings[i] };
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("made faults", made, NULL, NULL);
}
