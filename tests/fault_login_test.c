/*
 * Logins that go wrong, and where the secret must never be (study: group C,
 * P12, P13). Of every row is asked that no event holds the password in any
 * form.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "canary.h"
#include "faultrun.h"
#include "util/base64.h"
#include "util/xalloc.h"

/* ---- plans ---- */

static void log_in(struct plan *p)
{
	p->stage = STAGE_AUTH;
	p->auth.wanted = true;
	p->auth.user = xstrdup(CANARY_USER);
	plan_set_password(p, CANARY);
}

static void in_clear(struct plan *p)
{
	log_in(p);
	p->auth.clear_ok = true;
}

static void with_token(struct plan *p)
{
	in_clear(p);
	p->auth.mechs = xstrdup("XOAUTH2");
}

static void inside_tls(struct plan *p)
{
	log_in(p);
	p->tls.policy = TLS_MUST;
}

/* ---- what must have been seen ---- */

/* No event, not even what is never recorded, holds the secret, or the half of
 * it that could stand in another line. */
static void no_secret(struct client *c, const char *heard)
{
	static const char *const halves[] = { "kAnaRi3", "w0Lt",
		"a0FuYVJpMy05", "ZjdacS13MEx0" };

	(void)heard;
	for (size_t i = 0; i < c->n; i++) {
		const struct event *e = c->events[i];
		const char *form = canary_in((const char *)e, e->size);

		for (size_t k = 0; k < N_OF(halves) && !form; k++)
			if (memmem(e, e->size, halves[k], strlen(halves[k])))
				form = halves[k];

		if (form)
			fail_msg("event %u (%s) holds the secret: %s", e->n,
			         event_kind_name(e->kind), form);
	}
}

static bool said(const struct client *c, const char *line)
{
	const struct event *e;

	for (size_t i = 0; (e = client_find(c, EV_SENT, i)); i++)
		if (strcmp(event_text(e, e->u.sent.line), line) == 0)
			return e->u.sent.secret || strcmp(line, "*") == 0;
	return false;
}

static void masked_with_auth(struct client *c, const char *heard)
{
	no_secret(c, heard);
	assert_true(said(c, "AUTH PLAIN ****"));
	assert_non_null(canary_in(heard, strlen(heard))); /* it was sent */
}

static void masked_alone(struct client *c, const char *heard)
{
	no_secret(c, heard);
	assert_true(said(c, "****"));
}

static void cancelled(struct client *c, const char *heard)
{
	no_secret(c, heard);
	assert_true(said(c, "*"));
}

static void never_sent(struct client *c, const char *heard)
{
	no_secret(c, heard);
	assert_null(canary_in(heard, strlen(heard)));
	assert_null(strstr(heard, "AUTH"));
}

/* ---- scripts ---- */

#define OFFERS(list) GREET, HEAR,                                              \
	SAY("250-mx.example\r\n250 " list "\r\n"), HEAR
#define END_OK SAY("235 2.7.0 Welcome\r\n"), HEAR, BYE, CLOSE
#define END_NO SAY("535 5.7.8 No\r\n"), HEAR, BYE, CLOSE
#define CANCEL HEAR, SAY("501 5.7.0 Cancelled\r\n"), HEAR, BYE, CLOSE
#define USER "334 VXNlcm5hbWU6\r\n"
#define PASS "334 UGFzc3dvcmQ6\r\n"
#define TLS_OFFERS(list) GREET, HEAR, SAY("250-mx.example\r\n"                 \
  "250 STARTTLS\r\n"), HEAR, SAY("220 Go ahead\r\n"), TLS(0), HEAR,            \
  SAY("250-mx.example\r\n250 " list "\r\n"), HEAR
/* C03: the server says it again. */
#define ECHO_(form, text) { .id = "C03_echo_" form,                            \
  .script = SCRIPT(OFFERS("AUTH PLAIN"), SAY(text), HEAR, BYE, CLOSE),         \
  .exit = 77, .finding = "auth-echo", .prepare = in_clear,                     \
  .check = no_secret, .flags = LOSSY }

static const struct row rows[] = {
{ .id = "P12_334_for_ever", .script = SCRIPT(OFFERS("AUTH LOGIN"), SAY(USER),
  HEAR, SAY(USER), HEAR, SAY(USER), HEAR, SAY(USER), HEAR, SAY(USER), HEAR,
  SAY(USER), HEAR, SAY(USER), HEAR, SAY(USER), HEAR, SAY(USER), HEAR,
  SAY(USER), HEAR, SAY(USER), CANCEL), .exit = 77,
  .finding = "auth-too-many-steps", .prepare = in_clear, .check = cancelled },
{ .id = "P12_334_not_base64", .script = SCRIPT(OFFERS("AUTH CRAM-MD5"),
  SAY("334 Rubbish!\r\n"), CANCEL), .exit = 77, .finding = "auth-not-base64",
  .prepare = in_clear, .check = cancelled },
{ .id = "P12_235_without_334", .script = SCRIPT(OFFERS("AUTH LOGIN"), END_OK),
  .prepare = in_clear, .check = no_secret },
{ .id = "P12_250_instead_of_235", .script = SCRIPT(OFFERS("AUTH PLAIN"),
  SAY("250 OK\r\n"), END), .exit = 76, .failed = "dialog protocol",
  .prepare = in_clear, .check = no_secret },
{ .id = "P12_354_instead_of_334", .script = SCRIPT(OFFERS("AUTH LOGIN"),
  SAY("354 Go\r\n"), END), .exit = 76, .failed = "dialog protocol",
  .prepare = in_clear, .check = no_secret },
{ .id = "P12_closed_behind_334", .script = SCRIPT(OFFERS("AUTH LOGIN"),
  SAY(USER), HEAR, CLOSE), .exit = 74, .failed = "dialog closed",
  .prepare = in_clear, .check = no_secret },
{ .id = "P13_auth_without_mechanism", .script = SCRIPT(OFFERS("AUTH"), BYE,
  CLOSE), .exit = 77, .prepare = in_clear, .check = never_sent },
{ .id = "P13_auth_only_before_tls", .script = SCRIPT(GREET, HEAR,
  SAY("250-mx.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"), HEAR,
  SAY("220 Go ahead\r\n"), TLS(0), HEAR, EHLO_OK, HEAR, BYE, NOTIFY, CLOSE),
  .exit = 77, .finding = "auth-not-offered", .prepare = inside_tls,
  .check = never_sent },
{ .id = "P13_auth_only_inside_tls", .script = SCRIPT(TLS_OFFERS("AUTH PLAIN"),
  END_OK), .prepare = inside_tls, .check = masked_with_auth },

{ .id = "C01_plain_with_initial_response", .script = SCRIPT(
  OFFERS("AUTH PLAIN"), END_OK), .prepare = in_clear,
  .check = masked_with_auth },
{ .id = "C01_plain_refused", .script = SCRIPT(OFFERS("AUTH PLAIN"), END_NO),
  .exit = 77, .prepare = in_clear, .check = masked_with_auth },
{ .id = "C02_login", .script = SCRIPT(OFFERS("AUTH LOGIN"), SAY(USER), HEAR,
  SAY(PASS), HEAR, END_OK), .prepare = in_clear, .check = masked_alone },
{ .id = "C02_login_password_first", .script = SCRIPT(OFFERS("AUTH LOGIN"),
  SAY(PASS), HEAR, SAY(USER), HEAR, END_OK), .prepare = in_clear,
  .check = masked_alone },
ECHO_("plain", "535 5.7.8 not " CANARY "!\r\n"),
ECHO_("base64", "535 a0FuYVJpMy05ZjdacS13MEx0\r\n"),
ECHO_("base64_of_the_response", "535 AGFkYQBrQW5hUmkzLTlmN1pxLXcwTHQ=\r\n"),
ECHO_("base64_shifted", "535 eGtBbmFSaTMtOWY3WnEtdzBMdA==\r\n"),
ECHO_("hex", "535 6b416e615269332d3966375a712d77304c74\r\n"),
ECHO_("hex_upper", "535 6B416E615269332D3966375A712D77304C74\r\n"),
ECHO_("percent", "535 %6b%41%6e%61%52%69%33%2d%39%66%37%5a%71%2d%77%30%4c%74"
  "\r\n"),
ECHO_("quoted_printable", "535 =6B=41=6E=61=52=69=33=2D=39=66=37=5A=71=2D=77"
  "=30=4C=74\r\n"),
ECHO_("over_two_lines", "535-kAnaRi3-9f7\r\n535 Zq-w0Lt\r\n"),
ECHO_("base64_over_two_lines", "535-a0FuYVJpMy05\r\n535 ZjdacS13MEx0\r\n"),
{ .id = "C03_echo_in_a_challenge", .script = SCRIPT(OFFERS("AUTH LOGIN"),
  SAY(USER), HEAR, SAY(PASS), HEAR,
  SAY("334 a0FuYVJpMy05ZjdacS13MEx0\r\n"), CANCEL), .exit = 77,
  .prepare = in_clear, .check = no_secret, .flags = LOSSY },
{ .id = "C03_echo_behind_the_end", .script = SCRIPT(OFFERS("AUTH PLAIN"),
  SAY("235 2.7.0 OK\r\n235 " CANARY "\r\n"), END), .exit = 76,
  .failed = "dialog protocol", .prepare = in_clear, .check = no_secret,
  .flags = LOSSY },
{ .id = "C03_echo_cut_off", .script = SCRIPT(OFFERS("AUTH PLAIN"),
  SAY("535-" CANARY), CLOSE), .exit = 74, .failed = "dialog closed",
  .finding = "ended-in-reply", .prepare = in_clear, .check = no_secret,
  .flags = LOSSY },
{ .id = "C04_starttls_taken_away", .script = SCRIPT(OFFERS("AUTH PLAIN"), BYE,
  CLOSE), .exit = 77, .finding = "auth-in-clear", .prepare = log_in,
  .check = never_sent },
{ .id = "C04_starttls_refused", .script = SCRIPT(GREET, HEAR,
  SAY("250-mx.example\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"), HEAR,
  SAY("454 4.7.0 Not now\r\n"), HEAR, BYE, CLOSE), .exit = 77,
  .finding = "auth-in-clear", .prepare = log_in, .check = never_sent },
{ .id = "C04_replies_injected_behind_454", .script = SCRIPT(GREET, HEAR,
  SAY("250-mx.example\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"), HEAR,
  SAY("454 4.7.0 Not now\r\n235 2.7.0 OK\r\n"), END), .exit = 76,
  .failed = "* protocol", .prepare = in_clear, .check = never_sent,
  .flags = LOSSY },
{ .id = "C05_auth_before_tls", .script = SCRIPT(GREET, HEAR,
  SAY("250-mx.example\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"), HEAR,
  SAY("220 Go ahead\r\n"), TLS(0), HEAR,
  SAY("250-mx.example\r\n250 AUTH PLAIN\r\n"), HEAR, END_OK),
  .finding = "auth-before-tls", .prepare = inside_tls,
  .check = masked_with_auth },
{ .id = "C06_cram_challenge_empty", .script = SCRIPT(OFFERS("AUTH CRAM-MD5"),
  SAY("334 \r\n"), HEAR, END_NO), .exit = 77, .prepare = in_clear,
  .check = no_secret },
{ .id = "C06_cram_challenge_with_nul", .script = SCRIPT(
  OFFERS("AUTH CRAM-MD5"), SAY("334 PDEAMkBteD4=\r\n"), HEAR, END_NO),
  .exit = 77, .prepare = in_clear, .check = masked_alone },
{ .id = "C06_cram_challenge_chosen", .script = SCRIPT(OFFERS("AUTH CRAM-MD5"),
  SAY("334 YWFhYQ==\r\n"), HEAR, END_NO), .exit = 77,
  .finding = "auth-cram-odd", .prepare = in_clear, .check = masked_alone },
{ .id = "C07_xoauth2_refused_with_json", .script = SCRIPT(
  OFFERS("AUTH XOAUTH2"), SAY("334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcm"
  "VyIiwic2NvcGUiOiJodHRwczovL21haWwuZXhhbXBsZS8ifQ==\r\n"), HEAR, END_NO),
  .exit = 77, .finding = "auth-oauth-error", .prepare = with_token,
  .check = no_secret },
};

/* A challenge of so many bytes; over the bound the login is given up. */
static void challenge_of(size_t bytes, int status, const char *failed,
                         const char *finding)
{
	struct buf text = { 0 }, reply = { 0 };
	struct fault script[] = { OFFERS("AUTH CRAM-MD5"), END, CANCEL, END };
	struct fault cut[] = { OFFERS("AUTH CRAM-MD5"), END, END };
	struct row row = { .script = failed ? cut : script, .exit = status,
		.failed = failed, .finding = finding, .prepare = in_clear,
		.check = no_secret, .flags = LOSSY };

	for (size_t i = 0; i < bytes; i++)
		buf_addc(&text, 'x');
	buf_adds(&reply, "334 ");
	base64_encode(&reply, text.data, text.len);
	buf_adds(&reply, "\r\n");
	script[4] = cut[4] = (struct fault)SAY(buf_str(&reply));
	fault_run(&row);
	buf_clear(&text);
	buf_clear(&reply);
}

static void test_P12_challenge_of_1_MiB(void **state)
{
	(void)state;
	challenge_of(1 << 20, 76, "dialog limit", "reply-limit");
}

static void test_C06_cram_challenge_over_the_bound(void **state)
{
	(void)state;
	challenge_of(12289, 77, NULL, "auth-challenge-long");
}

/* Sixty-four mechanisms, the one that we can somewhere among them. */
static void test_P13_sixty_four_mechanisms(void **state)
{
	struct buf list = { 0 };
	struct fault script[] = { GREET, HEAR, END, HEAR, END_OK, END };
	struct row row = { .script = script, .prepare = in_clear,
		.check = masked_with_auth };

	(void)state;
	buf_adds(&list, "250-mx.example\r\n250 AUTH");
	for (int i = 0; i < 63; i++)
		buf_addf(&list, " X-%d%s", i, i == 40 ? " PLAIN" : "");
	buf_adds(&list, "\r\n");
	script[2] = (struct fault)SAY(buf_str(&list));
	fault_run(&row);
	buf_clear(&list);
}

/* The search finds what it is to find, or all of this proves nothing. */
static void test_C03_search_finds_every_form(void **state)
{
	static const char *const forms[] = { "x" CANARY "x",
		"kAnaRi3-\r\n9f7Zq-w0Lt", "a0FuYVJpMy05ZjdacS13MEx0",
		"AGFkYQBrQW5hUmkzLTlmN1pxLXcwTHQ=",
		"eGtBbmFSaTMtOWY3WnEtdzBMdA==",
		"AABrQW5hUmkzLTlmN1pxLXcwTHQ=",
		"6B416e615269332d3966375a712d77304c74",
		"%6b%41%6e%61%52%69%33%2d%39%66%37%5a%71%2d%77%30%4c%74",
		"tL0w-qZ7f9-3iRanAk" };

	(void)state;
	for (size_t i = 0; i < N_OF(forms); i++)
		if (!canary_in(forms[i], strlen(forms[i])))
			fail_msg("not found: %s", forms[i]);
	assert_null(canary_in("AUTH PLAIN ****", 15));
}

int main(void)
{
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_P12_challenge_of_1_MiB),
		cmocka_unit_test(test_P13_sixty_four_mechanisms),
		cmocka_unit_test(test_C03_search_finds_every_form),
		cmocka_unit_test(test_C06_cram_challenge_over_the_bound),
	};

	return fault_run_all("C: credentials", rows, N_OF(rows)) +
	       cmocka_run_group_tests_name("C: made", made, NULL, NULL);
}
