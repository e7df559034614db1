/* What servers write wrong (study: group B): greetings, replies, EHLO lists. */
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
#include "tsv.h"
#include "util/xalloc.h"

static void ask_aside(struct plan *p)
{
	static const char *const lines[] = { "HELP", "VRFY x", "EXPN all",
		"VRFY smith", "VRFY y", NULL };

	plan_add_step(p, STEP_SEND, "EHLO client.example", 0);
	p->stage = STAGE_EHLO;
	fault_say_lines(p, lines);
}

static void state_was_kept(struct client *c, const char *heard)
{
	const struct event *e;

	(void)heard;
	for (size_t i = 0; (e = client_find(c, EV_STATE, i)); i++)
		if (e->u.state.from == ST_READY)
			assert_in_set(e->u.state.to,
			              ((uintmax_t[]){ ST_READY, ST_BYE }), 2);
	assert_int_equal(client_count(c, EV_REPLY), 8);
}

/* Four commands one by one, though the server's name is a keyword. */
static void pipelining_is_not_offered(struct client *c, const char *heard)
{
	(void)heard;
	assert_int_equal(client_count(c, EV_REPLY), 6);
}

static const struct row rows[] = {
{ .id = "B07_reply_without_its_last_line",
  .script = SCRIPT(GREET, HEAR, SAY("250-mx.example\r\n"), CLOSE),
  .exit = 74, .failed = "dialog closed", .finding = "ended-in-reply" },
{ .id = "B08_one_byte_behind_the_reply",
  .script = SCRIPT(GREET, HEAR, SAY("250 mx.example\r\n2"), HEAR,
    SAY("21 Bye\r\n")), .exit = 76, .failed = "dialog protocol",
  .finding = "out-of-sync" },
{ .id = "B17_enhanced_code_contradicts",
  .script = SCRIPT(TO_EHLO, HEAR, SAY("250 5.1.1 OK\r\n"), HEAR, OK, HEAR,
    OK, HEAR, BYE, CLOSE), .finding = "enhanced-mismatch" },
{ .id = "B17_enhanced_code_overflows",
  .script = SCRIPT(TO_EHLO, HEAR, SAY("250 2.999.9999999999 OK\r\n"), HEAR,
    OK, HEAR, OK, HEAR, BYE, CLOSE) },

/* ---- B21, B22: what stands behind EHLO ---- */
#define LISTED(id_, lines) { .id = id_, .script = SCRIPT(GREET, HEAR, \
  SAY("250-mx.example\r\n" lines), HEAR, BYE, CLOSE), .stage = STAGE_EHLO }
#define REMARKED(id_, lines, found) { .id = id_, .script = SCRIPT(GREET, HEAR, \
  SAY("250-mx.example\r\n" lines), HEAR, BYE, CLOSE), .stage = STAGE_EHLO,    \
  .finding = found }
LISTED("B21_keyword_twice", "250-SIZE 10\r\n250-SIZE 20\r\n250 SIZE\r\n"),
LISTED("B21_lower_case", "250-starttls\r\n250 pipelining\r\n"),
LISTED("B21_auth_with_equals_sign", "250-AUTH=PLAIN LOGIN\r\n250 HELP\r\n"),
REMARKED("B21_size_of_2_to_the_64", "250 SIZE 18446744073709551616\r\n",
  "ehlo-size-big"),
REMARKED("B21_size_below_zero", "250 SIZE -1\r\n", "ehlo-size"),
REMARKED("B21_size_in_hex", "250 SIZE 0x10\r\n", "ehlo-size"),
LISTED("B21_tabs", "250-SIZE\t1000\r\n250 HELP\t\r\n"),
LISTED("B21_two_blanks", "250-  SIZE   1000\r\n250 HELP \r\n"),
LISTED("B22_last_line_empty", "250-SIZE 1000\r\n250 \r\n"),
{ .id = "B22_first_line_is_no_keyword",
  .script = SCRIPT(GREET, HEAR, SAY("250-PIPELINING\r\n250 SIZE 1000\r\n"),
    HEAR, OK, HEAR, OK, HEAR, OK, HEAR, BYE, CLOSE),
  .check = pipelining_is_not_offered },

/* ---- B23: replies of many lines that change nothing ---- */
{ .id = "B23_help_vrfy_expn",
  .script = SCRIPT(TO_EHLO, HEAR, SAY("214-Commands:\r\n214-EHLO MAIL\r\n"
    "214 See RFC 5321\r\n"), HEAR, SAY("252-Cannot VRFY\r\n252 Try RCPT\r\n"),
    HEAR, SAY("250-Joe <joe@example.net>\r\n250 Ann <ann@example.net>\r\n"),
    HEAR, SAY("553-Ambiguous;\r\n553-Joe Smith\r\n553 Ann Smith\r\n"),
    HEAR, SAY("251 User not local; will forward\r\n"), HEAR, BYE, CLOSE),
  .prepare = ask_aside, .check = state_was_kept },
};

/* ---- B: greetings; after a good one EHLO and QUIT are answered well ---- */

enum { NO_FAIL = -1 };

struct greeting {
	const char *id, *bytes;
	size_t len; /* 0: strlen() */
	int exit;
	int kind;   /* of the EV_FAILED; NO_FAIL: there is none */
	const char *finding;
};

#define MYSQL "J\0\0\0\n8.0.36\0\x08\0\0\0abcdefgh\0\r\n"
#define TLS_ALERT "\x15\x03\x01\0\x02\x02\x0a"
#define ONLY_NUL "\0\0\0\0\r\n"
#define NUL_LINE "220 mx\0example\r\n"

static const struct greeting greetings[] = {
{ "B01_code_only", "220\r\n", 0, 0, NO_FAIL, "reply-no-text" },
{ "B01_code_and_blank", "220 \r\n", 0, 0, NO_FAIL, "reply-no-text" },
{ "B01_codes_only_two_lines", "220-\r\n220\r\n", 0, 0, NO_FAIL, NULL },
{ "B02_bare_lf", "220 mx.example\n", 0, 0, NO_FAIL, "reply-bare-lf" },
{ "B02_bare_cr", "220 mx.example\r", 0, 74, FAIL_TIMEOUT, NULL },
{ "B02_nothing_but_cr", "220-mx\r220 mx.example\r", 0, 74, FAIL_TIMEOUT, NULL },
{ "B02_two_cr", "220 mx.example\r\r\n", 0, 0, NO_FAIL, "reply-bare-cr" },
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
{ "B04_code_120", "120 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B04_code_299", "299 hi\r\n", 0, 76, FAIL_PROTOCOL, NULL },
{ "B04_code_399", "399 hi\r\n", 0, 76, FAIL_PROTOCOL, NULL },
{ "B04_code_850", "850 hi\r\n", 0, 76, FAIL_PROTOCOL, "reply-range" },
{ "B04_code_559", "559 hi\r\n", 0, 69, NO_FAIL, NULL },
{ "B05_421", "421 4.3.2 Busy\r\n", 0, 75, NO_FAIL, NULL },
{ "B05_450", "450 4.7.1 Later\r\n", 0, 75, NO_FAIL, NULL },
{ "B05_554", "554 5.7.1 No\r\n", 0, 69, NO_FAIL, NULL },
{ "B06_codes_differ", "220-a\r\n550 b\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-codes-differ" },
{ "B09_blank_lines_first", "\r\n\r\n220 mx.example\r\n", 0, 0, NO_FAIL,
  "reply-blank" },
{ "B10_http", "HTTP/1.1 400 Bad Request\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B10_ssh", "SSH-2.0-OpenSSH_9.2p1\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B10_pop3", "+OK POP3 ready\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B10_imap", "* OK IMAP4 ready\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B10_redis", "-ERR unknown command\r\n", 0, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B10_mysql", MYSQL, sizeof MYSQL - 1, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B10_tls_alert", TLS_ALERT, sizeof TLS_ALERT - 1, 76, FAIL_PROTOCOL,
  "reply-not-smtp" },
{ "B11_tls_server_waits_for_our_hello", "", 0, 74, FAIL_TIMEOUT, NULL },
{ "B13_only_nul", ONLY_NUL, sizeof ONLY_NUL - 1, 76, FAIL_PROTOCOL,
  "reply-nul" },
{ "B13_nul_in_the_line", NUL_LINE, sizeof NUL_LINE - 1, 0, NO_FAIL,
  "reply-nul" },
{ "B14_latin_1", "220 mx.example gr\xfc\xdf dich\r\n", 0, 0, NO_FAIL,
  "reply-not-utf8" },
{ "B14_utf_8", "220 mx.example gr\xc3\xbc\xc3\x9f\r\n", 0, 0, NO_FAIL,
  "reply-8bit" },
{ "B14_overlong_utf_8", "220 mx.example \xc0\xaf\r\n", 0, 0, NO_FAIL,
  "reply-not-utf8" },
{ "B14_surrogate", "220 mx.example \xed\xa0\x80\r\n", 0, 0, NO_FAIL,
  "reply-not-utf8" },
{ "B14_beyond_unicode", "220 mx.example \xf4\x90\x80\x80\r\n", 0, 0, NO_FAIL,
  "reply-not-utf8" },
{ "B16_minus_first", "-220 ok\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B16_64_digits",
  "2202202202202202202202202202202202202202202202202202202202202202\r\n", 0,
  76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B16_plus", "220+ok\r\n", 0, 76, FAIL_PROTOCOL, "reply-not-smtp" },
{ "B16_wide_digits", "\xef\xbc\x92\xef\xbc\x92\xef\xbc\x90 hi\r\n", 0, 76,
  FAIL_PROTOCOL, "reply-not-smtp" },
{ "B18_our_own_name", "220 client.example ESMTP\r\n", 0, 0, NO_FAIL,
  "greeting-own-name" },
{ "B19_masked", "220 ****************2****\r\n", 0, 0, NO_FAIL,
  "greeting-masked" },
};

static void test_greeting_is_judged(void **state)
{
	const struct greeting *g = *state;
	size_t len = g->len ? g->len : strlen(g->bytes);
	struct fault first = { .kind = FAULT_SAY, .data = g->bytes,
		.len = len };
	struct fault script[] = { first, HEAR, EHLO_OK, HEAR, BYE, END };
	struct fault bad[] = { first, END };
	struct fault refused[] = { first, HEAR, BYE, END };
	char failed[32];
	struct row row = { .script = script, .stage = STAGE_EHLO,
		.timeout_ms = g->kind == FAIL_TIMEOUT ? 200 : 2000,
		.steps = g->kind == FAIL_TIMEOUT, .exit = g->exit,
		.failed = g->kind == NO_FAIL ? NULL : failed,
		.finding = g->finding };

	if (g->kind != NO_FAIL)
		snprintf(failed, sizeof failed, "greeting %s",
		         fail_kind_name((enum fail_kind)g->kind));
	if (g->kind != NO_FAIL || strncmp(g->bytes, "421", 3) == 0)
		row.script = bad;
	else if (g->exit != 0)
		row.script = refused;
	fault_run(&row);
}

/* B15: what is longer than a reply line may be is told, and nothing is lost. */
static void test_B15_long_line_is_kept_whole(void **state)
{
	static const struct { size_t len; const char *finding; } lines[] = {
		{ 510, NULL },
		{ 511, "reply-long" },
		{ 511 + 489, "reply-long" },
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
			.finding = lines[i].finding };

		memset(line, 'x', lines[i].len);
		memcpy(line, "220 ", 4);
		memcpy(line + lines[i].len, "\r\n", 3);
		fault_run(&row);
		free(line);
	}
}

enum { SAMPLES = 272 };

static void hundreds_of_noop(struct plan *p)
{
	p->stage = STAGE_EHLO;
	plan_add_step(p, STEP_SEND, "EHLO client.example", 0);
	for (int i = 0; i < SAMPLES; i++)
		plan_add_step(p, STEP_SEND, "NOOP", 0);
}

static void no_remark_on_form(struct client *c, const char *heard)
{
	(void)heard;
	assert_int_equal(client_count(c, EV_REPLY), SAMPLES + 3);
	assert_false(client_finding(c, "reply-not-smtp"));
	assert_false(client_finding(c, "reply-codes-differ"));
}

/* A list may have as many lines as a reply, and no more. */
static void list_keywords(int lines, const char *finding)
{
	struct buf list = { 0 };
	struct fault script[] = { GREET, HEAR, END, HEAR, BYE, CLOSE,
		END };
	struct row row = { .script = script, .stage = STAGE_EHLO,
		.exit = finding ? 76 : 0, .finding = finding,
		.failed = finding ? "dialog limit" : NULL,
		.flags = finding ? LOSSY : 0 };

	for (int i = 1; i <= lines; i++)
		buf_addf(&list, "250%cX-%d\r\n", i < lines ? '-' : ' ', i);
	script[2] = (struct fault)SAY(buf_str(&list));
	fault_run(&row);
	buf_clear(&list);
}

static void test_B21_thousand_keywords(void **state)
{
	(void)state;
	list_keywords(1000, NULL);
	list_keywords(1001, "reply-limit");
}

static void test_B21_keyword_of_1000_letters(void **state)
{
	struct buf list = { 0 };
	struct fault script[] = { GREET, HEAR, END, HEAR, BYE, CLOSE,
		END };
	struct row row = { .script = script, .stage = STAGE_EHLO,
		.finding = "reply-long" };

	(void)state;
	buf_addf(&list, "250-mx.example\r\n250-%01000d\r\n250 HELP\r\n", 0);
	script[2] = (struct fault)SAY(buf_str(&list));
	fault_run(&row);
	buf_clear(&list);
}

/*
 * B20: every real reply line that we know is well-formed, and one session
 * takes them all, each in answer to a NOOP.
 */
static void test_B20_real_replies_all_parse(void **state)
{
	struct tsv *t = tsv_load("tests/data/knowledge/provider_samples.tsv");
	struct fault *script = xcalloc(2 * t->rows + 8, sizeof *script);
	static const struct fault begin[] = { GREET, HEAR, EHLO_OK };
	static const struct fault end[] = { HEAR, BYE, CLOSE, END };
	struct row row = { .script = script, .check = no_remark_on_form };
	size_t n = N_OF(begin);

	(void)state;
	memcpy(script, begin, sizeof begin);
	for (size_t r = 1; r < t->rows; r++) {
		char *text = xasprintf("%s\r\n", t->cell[r][0]);

		if (strncmp(text, "421", 3) == 0) /* ends a session */
			memcpy(text, "451", 3);
		script[n++] = (struct fault)HEAR;
		script[n++] = (struct fault)SAY(text);
	}
	memcpy(script + n, end, sizeof end);
	row.prepare = hundreds_of_noop;
	fault_run(&row);
	for (size_t i = N_OF(begin); i < n; i++)
		free((char *)(uintptr_t)script[i].data);
	free(script);
	tsv_free(t);
}

/* The texts behind "banner": in recog's examples; what JSON escapes is left
 * out. Appends them, each with its NUL; how many. */
static size_t read_banners(struct buf *out)
{
	char *path = xasprintf("%s/data/recog-smtp/EXAMPLES.json",
	                       getenv("SMTPSCOPE_SHARED"));
	static const char key[] = "\"banner\": \"";
	FILE *f = fopen(path, "r");
	struct buf all = { 0 };
	char part[4096];
	size_t n, count = 0;

	free(path);
	while (f && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&all, part, n);
	if (f)
		fclose(f);
	for (const char *at = buf_str(&all); (at = strstr(at, key)); at++) {
		size_t len = strcspn(at + sizeof key - 1, "\"\\");

		at += sizeof key - 1;
		if (at[len] != '"')
			continue;
		buf_addf(out, "220 %.*s\r\n", (int)len, at);
		buf_addc(out, '\0');
		count++;
	}
	buf_clear(&all);
	return count;
}

static void test_B20_real_greetings_all_parse(void **state)
{
	struct buf banners = { 0 };
	size_t count;
	const char *at;

	(void)state;
	if (!getenv("SMTPSCOPE_SHARED"))
		skip();
	count = read_banners(&banners);
	assert_in_range(count, 200, 256);
	at = banners.data;
	for (size_t i = 0; i < count; i++, at += strlen(at) + 1) {
		const struct fault script[] = { SAY(at), HEAR, BYE, CLOSE,
			END };
		const struct row row = { .script = script,
			.stage = STAGE_CONNECT };

		fault_run(&row);
	}
	buf_clear(&banners);
}

enum { N_GREETINGS = sizeof greetings / sizeof *greetings };

int main(void)
{
	struct CMUnitTest judged[N_GREETINGS];
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_B15_long_line_is_kept_whole),
		cmocka_unit_test(test_B20_real_greetings_all_parse),
		cmocka_unit_test(test_B20_real_replies_all_parse),
		cmocka_unit_test(test_B21_keyword_of_1000_letters),
		cmocka_unit_test(test_B21_thousand_keywords),
	};

	for (size_t i = 0; i < N_GREETINGS; i++)
		judged[i] = (struct CMUnitTest){ .name = greetings[i].id,
			.test_func = test_greeting_is_judged,
			.initial_state = (void *)(uintptr_t)&greetings[i] };
	return fault_run_all("B: replies", rows, N_OF(rows)) +
	       cmocka_run_group_tests_name("B: greetings", judged, NULL,
	                                   NULL) +
	       cmocka_run_group_tests_name("B: made", made, NULL, NULL);
}
