/* What a dialog knows and shows of TLS, LMTP and commands in flight. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/caps.h"
#include "core/when.h"
#include "knowledge/tls_words.h"
#include "ui_dialog.h"
#include "util/i18n.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

static void open_tls(const char *verify, const char *dane, int w, int h)
{
	script_new(&st.script);
	script_inside_tls(&st.script, verify, dane);
	stage_open(&st, w, h, false);
}

static size_t newest(enum event_kind k)
{
	return dialog_before(st.script.dialog,
	                     dialog_count(st.script.dialog) - 1, k, 1);
}

static void test_when_reads_offsets_refuses_nonsense(void **state)
{
	static const struct {
		const char *text;
		int64_t s; /* -1: refused */
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-23T10:41:02.031+01:00", 1795426862 },
		{ "2000-02-29T23:59:60Z", 951868800 },
		{ "2026-11-23T10:41:02", -1 },
		{ "2026-13-23T10:41:02Z", -1 },
		{ "2026-11-23", -1 },
		{ "yesterday", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t s = -1;

		assert_int_equal(when_parse(rows[i].text, &s),
		                 rows[i].s >= 0);
		assert_int_equal(s, rows[i].s);
	}
}

static void test_now_forgets_capabilities_at_tls(void **state)
{
	const struct dialog_now *now;

	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "");
	now = dialog_now(st.script.dialog);
	assert_non_null(now->tls);
	assert_int_equal(now->n_caps_before, 3);
	assert_int_equal(now->size_limit, 2000);
	assert_null(dialog_cap(st.script.dialog, "STARTTLS"));
	assert_non_null(dialog_cap(st.script.dialog, "AUTH"));
	script_connect(&st.script, "mx2.example.org", "198.51.100.7");
	assert_null(now->tls);
	assert_int_equal(now->n_caps_before, 0);
	dialog_free(st.script.dialog);
}

static void test_now_right_after_tls_offers_nothing(void **state)
{
	(void)state;
	script_new(&st.script);
	script_connect(&st.script, "mx1.example.org", "192.0.2.25");
	script_sent(&st.script, "EHLO", "EHLO lab.example.net");
	script_reply(&st.script, "", "250-mx1.example.org\n250 SIZE 1000");
	assert_int_equal(dialog_now(st.script.dialog)->size_limit, 1000);
	script_tls(&st.script, "ok", "");
	assert_int_equal(dialog_now(st.script.dialog)->n_caps, 0);
	assert_int_equal(dialog_now(st.script.dialog)->size_limit, 0);
	assert_false(dialog_now(st.script.dialog)->esmtp);
	dialog_free(st.script.dialog);
}

static void test_dialog_knows_what_was_inside_tls(void **state)
{
	size_t tls, n;

	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "");
	tls = newest(EV_TLS);
	n = dialog_count(st.script.dialog);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(dialog_secure_at(st.script.dialog, i),
		                 i >= tls);
	assert_int_equal(dialog_state_at(st.script.dialog, n - 1), ST_GREETED);
	script_connecting(&st.script, "mx2.example.org", "198.51.100.7");
	script_state(&st.script, ST_CLOSED, ST_CONNECTED);
	assert_false(dialog_secure_at(st.script.dialog, n + 1));
	dialog_free(st.script.dialog);
}

static void test_now_follows_a_login(void **state)
{
	const struct dialog_now *now;

	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "");
	now = dialog_now(st.script.dialog);
	assert_int_equal(now->auth_mark, MARK_UNTRIED);
	script_sent(&st.script, "AUTH", "AUTH LOGIN");
	assert_string_equal(now->auth_mech, "LOGIN");
	script_reply(&st.script, "", "334 VXNlcm5hbWU6");
	assert_int_equal(now->auth_mark, MARK_TRYING);
	script_sent(&st.script, "(AUTH RESPONSE)", "****");
	script_reply(&st.script, "5.7.8", "535 5.7.8 no");
	assert_int_equal(now->auth_mark, MARK_NO);
	dialog_free(st.script.dialog);
}

static void lmtp(void)
{
	script_new(&st.script);
	script_start(&st.script, "unix:/run/lmtp");
	script_connect(&st.script, "/run/lmtp", "");
	script_greeting(&st.script, "220 lmtp");
	script_sent(&st.script, "LHLO", "LHLO lab.example.net");
	script_reply(&st.script, "", "250-lmtp\n250 PIPELINING");
	script_state(&st.script, ST_GREETED, ST_READY);
	script_sent(&st.script, "MAIL", "MAIL FROM:<a@b.example>");
	script_reply(&st.script, "", "250 ok");
	for (int i = 0; i < 3; i++) {
		script_sent(&st.script, "RCPT",
		            i < 2 ? "RCPT TO:<x@y.example>"
		                  : "RCPT TO:<z@y.example>");
		script_reply(&st.script, "", "250 ok");
	}
	script_state(&st.script, ST_MAIL, ST_RCPT);
	script_sent(&st.script, "DATA", "DATA");
	script_reply(&st.script, "", "354 go");
	script_state(&st.script, ST_RCPT, ST_DATA);
	script_sent(&st.script, "(END OF DATA)", ".");
	script_reply_for(&st.script, "x@y.example", "250 done");
	script_reply_for(&st.script, "x@y.example", "452 full");
	script_reply_for(&st.script, "z@y.example", "550 no");
}

/* The same recipient twice: the answers come in the order of the commands. */
static void test_now_gives_lmtp_recipients_their_answer(void **state)
{
	const struct dialog_now *now;

	(void)state;
	lmtp();
	now = dialog_now(st.script.dialog);
	assert_true(now->lmtp && now->esmtp);
	assert_int_equal(now->rcpts[0].final_code, 250);
	assert_int_equal(now->rcpts[1].final_code, 452);
	assert_int_equal(now->rcpts[1].final_mark, MARK_LATER);
	assert_int_equal(now->rcpts[2].final_code, 550);
	assert_int_equal(now->rcpts[2].code, 250);
	dialog_free(st.script.dialog);
}

static void test_lmtp_replies_name_their_recipient(void **state)
{
	struct explanation x;

	(void)state;
	lmtp();
	stage_open(&st, 80, 24, false);
	assert_true(stage_shows(&st, "[x@y.example] done"));
	assert_true(stage_shows(&st, "[z@y.example] no"));
	assert_true(stage_shows(&st, "550 for z@y.example"));
	assert_true(stage_shows(&st, "/run/lmtp"));
	assert_false(stage_shows(&st, "[]:0"));
	explain_event(st.script.dialog, newest(EV_REPLY), &x);
	assert_non_null(strstr(x.code_text, "This recipient does not get"));
	explanation_clear(&x);
	stage_close(&st);
}

static void test_bdat_chunk_is_not_the_whole_message(void **state)
{
	struct explanation x;

	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "");
	script_sent(&st.script, "BDAT", "BDAT 10");
	script_reply(&st.script, "", "250 10 octets");
	assert_int_equal(dialog_now(st.script.dialog)->data_n, 0);
	explain_event(st.script.dialog, newest(EV_REPLY), &x);
	assert_non_null(strstr(x.code_text, "chunk has arrived"));
	explanation_clear(&x);
	script_sent(&st.script, "BDAT", "BDAT 0 last");
	script_reply(&st.script, "", "250 done");
	assert_int_equal(dialog_now(st.script.dialog)->data_mark, MARK_OK);
	explain_event(st.script.dialog, newest(EV_REPLY), &x);
	assert_null(strstr(x.code_text, "chunk has arrived"));
	explanation_clear(&x);
	dialog_free(st.script.dialog);
}

/* In flight together: each reply names its command. One by one: none does. */
static void test_pipelined_replies_name_their_command(void **state)
{
	uint32_t mail, rcpt;

	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "");
	script_sent(&st.script, "MAIL", "MAIL FROM:<a@b.example>");
	mail = st.script.sent;
	script_sent(&st.script, "RCPT", "RCPT TO:<bob@example.org>");
	rcpt = st.script.sent;
	st.script.sent = mail;
	script_reply(&st.script, "", "250 sender fine");
	st.script.sent = rcpt;
	script_reply(&st.script, "", "550 nobody");
	script_sent(&st.script, "RSET", "RSET");
	script_reply(&st.script, "", "250 flushed");
	stage_open(&st, 80, 24, false);
	assert_true(stage_shows(&st, "[MAIL] sender fine"));
	assert_true(stage_shows(&st, "[RCPT bob@example.org] nobody"));
	assert_false(stage_shows(&st, "[RSET]"));
	stage_close(&st);
}

static void test_dialog_marks_lines_inside_tls(void **state)
{
	(void)state;
	open_tls("ok", "ok", 80, 24);
	assert_true(stage_shows(&st, "│C→ STARTTLS"));
	assert_true(stage_shows(&st, "║   ✔ TLSv1.3, certificate matches "
	                             "mx1.example.org, 63 days left"));
	assert_true(stage_shows(&st, "║C→ EHLO"));
	assert_true(stage_shows(&st, "(+ AUTH, − STARTTLS, ~ SIZE)"));
	assert_true(stage_shows(&st, "TLSv1.3 ✔"));
	assert_true(stage_shows(&st, "✔TLS"));
	stage_close(&st);
}

static void test_dialog_says_why_it_is_not_verified(void **state)
{
	(void)state;
	open_tls("name-mismatch", "", 120, 35);
	assert_true(stage_shows(&st, "║   ✘ TLSv1.3, not verified: The "));
	assert_true(stage_shows(&st, "TLSv1.3 ✘ not verified"));
	assert_true(stage_shows(&st, "▲ TLS"));
	stage_close(&st);
}

static void test_tls_view_shows_and_escapes_certificates(void **state)
{
	(void)state;
	open_tls("ok", "ok", 100, 40);
	stage_keys(&st, KEYS_OF("Esc", "#"));
	assert_int_equal(st.ui.popup.kind, POPUP_TLS);
	assert_true(stage_shows(&st, "TLSv1.3 ✔ as recommended"));
	assert_true(stage_shows(&st, "mx1.example.org, mail"));
	assert_true(stage_shows(&st, "<1B>[31m.example.org"));
	assert_true(stage_shows(&st, "2026-10-27 to 2027-01-25, ✔ 63 days"));
	assert_true(stage_shows(&st, "○ 3 1 1 0b9f"));
	assert_true(stage_shows(&st, "✔ 3 1 1 ffee"));
	assert_true(stage_shows(&st, "0011 2233 4455"));
	stage_keys(&st, KEYS_OF("Tab"));
	assert_true(stage_shows(&st, "EHLO before TLS"));
	assert_true(stage_shows(&st, "− STARTTLS"));
	assert_true(stage_shows(&st, "AUTH PLAIN LOGIN"));
	assert_true(stage_shows(&st, "SIZE 2000"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	stage_close(&st);
}

static void test_enter_on_a_handshake_opens_the_view(void **state)
{
	(void)state;
	open_tls("ok", "", 80, 24);
	stage_keys(&st, KEYS_OF("Esc", "k", "k", "Enter"));
	assert_int_equal(st.ui.popup.kind, POPUP_TLS);
	stage_close(&st);
}

/* y c lists the lines of other programs, y c o copies one. */
static void test_copy_offers_commands_for_again(void **state)
{
	(void)state;
	open_tls("ok", "", 100, 30);
	stage_keys(&st, KEYS_OF("Esc", "y", "c"));
	assert_true(stage_shows(&st, "s  swaks --server"));
	assert_true(stage_shows(&st, "o  openssl s_client"));
	assert_false(stage_shows(&st, "n  nc "));
	stage_keys(&st, KEYS_OF("n"));
	assert_int_equal(st.ui.popup.kind, POPUP_LIST);
	stage_keys(&st, KEYS_OF("o"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	assert_non_null(st.ui.toast);
	ui_command_line(&st.ui, "copy nc");
	assert_true(strstr(st.ui.toast, "nc cannot do") != NULL);
	stage_close(&st);
}

static void test_tls_view_is_whole_at_every_size(void **state)
{
	(void)state;
	for (int w = 12; w <= 110; w += 7)
		for (int h = 2; h <= 40; h += 3) {
			open_tls("self-signed", "dane-no-match", w, h);
			stage_keys(&st, KEYS_OF("Esc", "#", "G", "k", "PgUp",
			                        "Tab", "G", "g", "Tab"));
			assert_int_equal(st.ui.popup.kind, POPUP_TLS);
			stage_close(&st);
		}
}

static void test_tls_view_scrolls_to_its_end_and_back(void **state)
{
	(void)state;
	open_tls("ok", "ok", 60, 16);
	stage_keys(&st, KEYS_OF("Esc", "#"));
	assert_false(stage_shows(&st, "Key SHA-256"));
	stage_keys(&st, KEYS_OF("G"));
	assert_true(stage_shows(&st, "Key SHA-256"));
	assert_false(stage_shows(&st, "Version"));
	stage_keys(&st, KEYS_OF("k"));
	stage_keys(&st, KEYS_OF("g"));
	assert_true(stage_shows(&st, "Version"));
	stage_close(&st);
}

static void test_tls_view_without_tls_says_what_there_is(void **state)
{
	(void)state;
	script_new(&st.script);
	script_greylisted(&st.script);
	stage_open(&st, 80, 24, false);
	stage_keys(&st, KEYS_OF("Esc", "#"));
	assert_true(stage_shows(&st, "This connection is not encrypted."));
	assert_true(stage_shows(&st, "does not offer STARTTLS"));
	stage_keys(&st, KEYS_OF("Tab"));
	assert_true(stage_shows(&st, "PIPELINING"));
	stage_close(&st);
}

static void explain(enum event_kind k, struct explanation *x)
{
	explain_event(st.script.dialog, newest(k), x);
}

static void test_explain_tells_a_handshake_s_worth(void **state)
{
	struct explanation x;

	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "ok");
	explain(EV_TLS, &x);
	assert_int_equal(x.cls, CLASS_OK);
	assert_string_equal(x.headline, "ENCRYPTED, VERIFIED");
	assert_non_null(strstr(x.code_text, "key exchange X25519: as it is"));
	assert_non_null(strstr(x.code_text, "63 days left"));
	assert_non_null(strstr(x.refs, "RFC 3207 4.1, 4.2"));
	assert_int_equal(x.n_notes, 0);
	explanation_clear(&x);
	explain(EV_REPLY, &x);
	assert_non_null(strstr(x.notes[0], "+ AUTH, − STARTTLS, ~ SIZE"));
	explanation_clear(&x);
	dialog_free(st.script.dialog);
}

static void test_explain_names_what_is_not_verified(void **state)
{
	struct explanation x;

	(void)state;
	i18n_set("de");
	script_new(&st.script);
	script_inside_tls(&st.script, "self-signed", "dane-no-match");
	explain(EV_TLS, &x);
	assert_int_equal(x.cls, CLASS_LATER);
	assert_int_equal(x.act, ACT_SERVER);
	assert_string_equal(x.headline, "VERSCHLÜSSELT, NICHT VERIFIZIERT");
	assert_true(*x.mta);
	assert_non_null(strstr(x.notes[0], "DANE"));
	explanation_clear(&x);
	dialog_free(st.script.dialog);
	i18n_set("en");
}

/* RFC 3207 §4.2: a server must not offer STARTTLS inside TLS. */
static void test_explain_warns_of_starttls_inside_tls(void **state)
{
	struct explanation x;
	bool warned = false;

	(void)state;
	script_new(&st.script);
	script_inside_tls(&st.script, "ok", "");
	script_sent(&st.script, "EHLO", "EHLO lab.example.net");
	script_reply(&st.script, "", "250-mx1.example.org\n250 STARTTLS");
	explain(EV_REPLY, &x);
	for (size_t i = 0; i < x.n_notes; i++)
		warned = warned || strstr(x.notes[i], "must not do");
	assert_true(warned);
	explanation_clear(&x);
	dialog_free(st.script.dialog);
}

static void test_grade_follows_the_rfcs(void **state)
{
	static const struct {
		const char *version, *cipher;
		enum tls_grade grade;
	} rows[] = {
		{ "TLSv1.3", "TLS_AES_128_GCM_SHA256", TLS_GRADE_GOOD },
		{ "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", TLS_GRADE_GOOD },
		{ "TLSv1.2", "DHE-RSA-CHACHA20-POLY1305", TLS_GRADE_GOOD },
		{ "TLSv1.2", "ECDHE-RSA-AES256-SHA", TLS_GRADE_WEAK },
		{ "TLSv1.2", "AES256-GCM-SHA384", TLS_GRADE_WEAK },
		{ "TLSv1.1", "ECDHE-RSA-AES256-SHA", TLS_GRADE_OLD },
		{ "TLSv1", "AES128-SHA", TLS_GRADE_OLD },
		{ "SSLv3", "RC4-SHA", TLS_GRADE_OLD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct event_builder b;
		struct event *e;

		event_begin(&b, EV_TLS);
		b.e.u.tls.version = event_puts(&b, rows[i].version);
		b.e.u.tls.cipher = event_puts(&b, rows[i].cipher);
		e = event_finish(&b);
		assert_int_equal(tls_grade(e), rows[i].grade);
		free(e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_when_reads_offsets_refuses_nonsense),
		cmocka_unit_test(test_now_forgets_capabilities_at_tls),
		cmocka_unit_test(test_now_right_after_tls_offers_nothing),
		cmocka_unit_test(test_dialog_knows_what_was_inside_tls),
		cmocka_unit_test(test_now_follows_a_login),
		cmocka_unit_test(test_now_gives_lmtp_recipients_their_answer),
		cmocka_unit_test(test_lmtp_replies_name_their_recipient),
		cmocka_unit_test(test_bdat_chunk_is_not_the_whole_message),
		cmocka_unit_test(test_pipelined_replies_name_their_command),
		cmocka_unit_test(test_dialog_marks_lines_inside_tls),
		cmocka_unit_test(test_dialog_says_why_it_is_not_verified),
		cmocka_unit_test(test_tls_view_shows_and_escapes_certificates),
		cmocka_unit_test(test_enter_on_a_handshake_opens_the_view),
		cmocka_unit_test(test_copy_offers_commands_for_again),
		cmocka_unit_test(test_tls_view_is_whole_at_every_size),
		cmocka_unit_test(test_tls_view_scrolls_to_its_end_and_back),
		cmocka_unit_test(test_tls_view_without_tls_says_what_there_is),
		cmocka_unit_test(test_explain_tells_a_handshake_s_worth),
		cmocka_unit_test(test_explain_names_what_is_not_verified),
		cmocka_unit_test(test_explain_warns_of_starttls_inside_tls),
		cmocka_unit_test(test_grade_follows_the_rfcs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
