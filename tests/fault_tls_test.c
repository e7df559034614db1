/* What servers do wrong with TLS (study: group S). */
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

/* ---- plans ---- */

static void must(struct plan *p)
{
	p->tls.policy = TLS_MUST;
}

static void verify(struct plan *p)
{
	p->tls.policy = TLS_VERIFY;
}

static void wrap(struct plan *p)
{
	p->tls.policy = TLS_MUST;
	p->tls.wrap = true;
}

static void must_with_name(struct plan *p)
{
	p->tls.policy = TLS_MUST;
	p->tls.name = xstrdup("mx.example");
}

static void must_as_new_as_1_2(struct plan *p)
{
	p->tls.policy = TLS_MUST;
	p->tls.min = 0x0303;
}

/* ---- what must have been seen ---- */

static const struct event *tls_of(struct client *c)
{
	const struct event *e = client_find(c, EV_TLS, 0);

	assert_non_null(e);
	return e;
}

#define SEES(name, field, text)                                                \
	static void name(struct client *c, const char *heard)                  \
	{                                                                      \
		const struct event *e = tls_of(c);                             \
                                                                               \
		(void)heard;                                                   \
		assert_string_equal(event_text(e, e->u.tls.field), text);      \
	}
SEES(is_tls_1_0, version, "TLSv1")
SEES(is_tls_1_1, version, "TLSv1.1")
SEES(is_tls_1_2, version, "TLSv1.2")
SEES(is_tls_1_3, version, "TLSv1.3")
SEES(is_self_signed, verify, "self-signed")

/* As it is in the certificate; only who shows it escapes it. */
static void has_hostile_name(struct client *c, const char *heard)
{
	const struct event *e = tls_of(c);
	const struct ev_cert *cert = event_cert(e, 0);

	(void)heard;
	assert_string_equal(event_text(e, cert->subject),
	                    "CN=\\1B[2J\\<script\\>\xe2\x80\xae");
	assert_string_equal(event_item_text(e, cert->names, 0),
	                    "\x1b[2J<script>\xe2\x80\xae");
}

static void was_asked_for_a_certificate(struct client *c, const char *heard)
{
	const struct event *e = tls_of(c);

	(void)heard;
	assert_true(e->u.tls.cert_asked);
	assert_false(e->u.tls.cert_sent);
}

static void no_tls_event(struct client *c, const char *heard)
{
	(void)heard;
	assert_null(client_find(c, EV_TLS, 0));
}

/* The text that came in clear is kept. */
static void kept_the_text(struct client *c, const char *heard)
{
	struct buf all = { 0 };

	(void)heard;
	client_heard(c, &all);
	assert_non_null(strstr(buf_str(&all), "injected"));
	buf_clear(&all);
}

/* ---- scripts ---- */

#define OFFER SAY("250-mx.example\r\n250 STARTTLS\r\n")
#define OFFERED GREET, HEAR, OFFER, HEAR
#define GO OFFERED, SAY("220 Go ahead\r\n")
#define MAILING HEAR, OK, HEAR, OK, HEAR, OK, HEAR, BYE
#define INSIDE HEAR, EHLO_OK, MAILING, NOTIFY, CLOSE
#define CLEAR OFFERED, OK, HEAR, OK, HEAR, OK, HEAR, BYE, CLOSE

/* S01: refused with that code. */
#define REFUSED_MAY(code) { .id = "S01_starttls_" code "_may",                 \
  .script = SCRIPT(OFFERED, SAY(code " No\r\n"), MAILING, CLOSE),              \
  .never = "\x16\x03" }
#define REFUSED_MUST(code) { .id = "S01_starttls_" code "_must",               \
  .script = SCRIPT(OFFERED, SAY(code " No\r\n"), HEAR, BYE, CLOSE),            \
  .exit = 77, .finding = "tls-refused", .prepare = must, .never = "MAIL" }
#define REFUSED_ODD(code) { .id = "S01_starttls_" code,                        \
  .script = SCRIPT(OFFERED, SAY(code " What?\r\n"), END), .exit = 76,          \
  .failed = "dialog protocol", .never = "MAIL" }
/* S05: 220, and then ... */
#define NO_TLS(what, fails, ...) { .id = "S05_" what,                          \
  .script = SCRIPT(GO, HELLO, __VA_ARGS__), .exit = 77, .failed = fails,       \
  .prepare = must, .never = "MAIL", .flags = LOSSY }

static const struct row rows[] = {
{ .id = "S01_not_offered_may", .script = SCRIPT(GOOD_SESSION) },
{ .id = "S01_not_offered_must", .script = SCRIPT(TO_EHLO, HEAR, BYE, CLOSE),
  .exit = 77, .finding = "tls-not-offered", .prepare = must, .never = "MAIL" },
REFUSED_MAY("454"), REFUSED_MAY("502"), REFUSED_MAY("501"), REFUSED_MAY("530"),
REFUSED_MAY("554"), REFUSED_MUST("502"),
REFUSED_MUST("501"), REFUSED_MUST("530"), REFUSED_MUST("554"),
REFUSED_ODD("221"), REFUSED_ODD("354"), REFUSED_ODD("250"),
{ .id = "S01_starttls_454_must", .script = SCRIPT(OFFERED,
  SAY("454 Not now\r\n"), HEAR, BYE, CLOSE), .exit = 75,
  .finding = "tls-refused", .prepare = must, .never = "MAIL" },
{ .id = "P01_ehlo_500_tls_demanded", .script = SCRIPT(GREET, HEAR,
  SAY("500 What?\r\n"), HEAR, BYE, CLOSE), .exit = 69, .prepare = must,
  .never = "HELO" },

{ .id = "S02_text_behind_220_in_one_segment", .script = SCRIPT(OFFERED,
  SAY("220 Go ahead\r\n250 injected\r\n"), END), .exit = 76,
  .failed = "tls protocol", .finding = "bytes-after-starttls",
  .prepare = must, .never = "MAIL", .check = kept_the_text },
{ .id = "S02_may_does_not_go_on_in_clear", .script = SCRIPT(OFFERED,
  SAY("220 Go ahead\r\n250 injected\r\n"), END), .exit = 76,
  .failed = "tls protocol", .finding = "bytes-after-starttls",
  .never = "MAIL", .check = kept_the_text },
/* In a segment of its own it is read with the 220, as above, or behind it, as
 * here; only the hello shows which. */
{ .id = "S03_text_behind_our_hello", .script = SCRIPT(GO, HELLO,
  RAW("250 injected\r\n"), END), .exit = 77, .prepare = must,
  .failed = "tls *", .never = "MAIL", .check = kept_the_text },
{ .id = "S03_text_100_ms_later", .script = SCRIPT(GO, HELLO, WAIT(100),
  RAW("250 injected\r\n"), END), .exit = 77, .prepare = must,
  .failed = "tls *", .never = "MAIL", .check = kept_the_text },
{ .id = "S04_220_then_silence", .script = SCRIPT(GO, END), .exit = 77,
  .timeout_ms = 300, .steps = 1, .failed = "tls timeout", .prepare = must,
  .flags = SLOW },

NO_TLS("fin", "tls closed", CLOSE),
NO_TLS("reset", "tls reset", RESET),
NO_TLS("nothing_but_nul", "tls *", RAW_BYTES("\0\0\0\0\0\0\0\0"), END),
NO_TLS("http", "tls *", RAW("HTTP/1.1 400 Bad Request\r\n\r\n"), CLOSE),
NO_TLS("alert_internal_error", "tls *",
  RAW_BYTES("\x15\x03\x03\0\x02\x02\x50"), CLOSE),
NO_TLS("alert_handshake_failure", "tls *",
  RAW_BYTES("\x15\x03\x03\0\x02\x02\x28"), CLOSE),
{ .id = "S05_may_begins_again_in_clear", .script = SCRIPT(GO, HELLO, CLOSE),
  .next = SCRIPT(GREET, HEAR, OFFER, MAILING, CLOSE),
  .finding = "tls-again-in-clear", .failed = "tls closed", .flags = LOSSY },
{ .id = "S06_handshake_one_byte_each_40_ms", .script = SCRIPT(GO,
  TLS(.drip_ms = 40), END), .exit = 77, .timeout_ms = 300, .steps = 1,
  .failed = "tls timeout", .prepare = must, .flags = SLOW },
{ .id = "S06_server_hello_only", .script = SCRIPT(GO, TLS(.flight = 90), END),
  .exit = 77, .timeout_ms = 300, .steps = 1, .failed = "tls timeout",
  .prepare = must, .flags = SLOW },

{ .id = "S07_tls_1_0_only", .script = SCRIPT(GO, TLS(.min = 0x301,
  .max = 0x301), INSIDE), .prepare = must, .check = is_tls_1_0 },
{ .id = "S07_tls_1_1_only", .script = SCRIPT(GO, TLS(.min = 0x302,
  .max = 0x302), INSIDE), .prepare = must, .check = is_tls_1_1 },
{ .id = "S07_tls_1_2_only", .script = SCRIPT(GO, TLS(.max = 0x303), INSIDE),
  .prepare = must, .check = is_tls_1_2 },
{ .id = "S07_tls_1_3_only", .script = SCRIPT(GO, TLS(.min = 0x304), INSIDE),
  .prepare = must, .check = is_tls_1_3 },
{ .id = "S07_older_than_we_take", .script = SCRIPT(GO, TLS(.min = 0x301,
  .max = 0x301), END), .exit = 77, .failed = "tls *",
  .prepare = must_as_new_as_1_2, .check = no_tls_event },
{ .id = "S07_no_shared_cipher", .script = SCRIPT(GO, TLS(.max = 0x303,
  .ciphers = "PSK"), END), .exit = 77, .failed = "tls *", .prepare = must,
  .check = no_tls_event },

{ .id = "S08_self_signed", .script = SCRIPT(GO, TLS(0), INSIDE),
  .prepare = must, .check = is_self_signed },
{ .id = "S08_self_signed_where_a_chain_is_demanded", .script = SCRIPT(GO,
  TLS(0), HEAR, BYE, CLOSE), .exit = 77, .finding = "tls-unverified",
  .prepare = verify, .never = "MAIL", .check = is_self_signed },
{ .id = "S09_escape_and_markup_in_the_name", .script = SCRIPT(GO,
  TLS(.name = "\x1b[2J<script>\xe2\x80\xae"), INSIDE), .prepare = must,
  .check = has_hostile_name },

{ .id = "S13_list_inside_differs", .script = SCRIPT(GREET, HEAR,
  SAY("250-mx.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"), HEAR,
  SAY("220 Go ahead\r\n"), TLS(0), INSIDE), .prepare = must,
  .finding = "ehlo-changed" },
{ .id = "S13_starttls_inside_tls", .script = SCRIPT(GO, TLS(0), HEAR, OFFER,
  MAILING, NOTIFY, CLOSE), .prepare = must, .finding = "starttls-inside" },
{ .id = "S14_speaks_first_inside_1_2", .script = SCRIPT(GO,
  TLS_SAYING("250 injected\r\n", .max = 0x303), END), .exit = 76,
  .prepare = must, .failed = "dialog protocol", .never = "MAIL" },
{ .id = "S14_speaks_first_inside_1_3", .script = SCRIPT(GO,
  TLS_SAYING("250 injected\r\n", .min = 0x304), END), .exit = 76,
  .prepare = must, .failed = "dialog protocol", .never = "MAIL" },

{ .id = "S15_records_of_one_byte", .script = SCRIPT(GO, TLS(0), HEAR,
  DRIP("250-mx.example\r\n250 SIZE 1000\r\n", 0), MAILING, NOTIFY, CLOSE),
  .prepare = must },
{ .id = "S15_a_few_key_updates", .script = SCRIPT(GO, TLS(.min = 0x304), HEAR,
  KEYS(10), EHLO_OK, MAILING, NOTIFY, CLOSE), .prepare = must },
{ .id = "S15_key_update_flood", .script = SCRIPT(GO, TLS(.min = 0x304), HEAR,
  KEYS(100000), END), .exit = 77, .failed = "dialog tls", .prepare = must },
{ .id = "S15_a_thousand_tickets", .script = SCRIPT(GO, TLS(.min = 0x304),
  HEAR, TICKETS(1000), END), .exit = 77, .failed = "dialog tls",
  .prepare = must },
{ .id = "S15_record_of_16_KiB_and_more", .script = SCRIPT(GO, TLS(0), HEAR,
  RAW_BYTES("\x17\x03\x03\x48\x01xxxxxxxx"), END), .exit = 77,
  .failed = "dialog tls", .prepare = must, .flags = LOSSY },
{ .id = "S15_empty_record", .script = SCRIPT(GO, TLS(0), HEAR,
  RAW_BYTES("\x17\x03\x03\0\0"), END), .exit = 77, .failed = "dialog tls",
  .prepare = must, .flags = LOSSY },

{ .id = "S16_cut_off_inside_a_reply", .script = SCRIPT(GO, TLS(0), HEAR,
  SAY("250-mx.example\r\n"), CLOSE), .exit = 74, .failed = "dialog closed",
  .finding = "tls-truncated", .prepare = must },
{ .id = "S16_cut_off_behind_221", .script = SCRIPT(GO, TLS(0), HEAR,
  EHLO_OK, MAILING, CLOSE), .prepare = must },
{ .id = "S17_client_certificate_asked_for", .script = SCRIPT(GO,
  TLS(.ask_client_cert = true), INSIDE), .prepare = must,
  .check = was_asked_for_a_certificate },
{ .id = "S18_name_refused", .script = SCRIPT(GO, TLS(.alert_name = true),
  END), .exit = 77, .failed = "tls *", .prepare = must_with_name },
{ .id = "S19_text_behind_close_notify", .script = SCRIPT(GO, TLS(0), HEAR,
  EHLO_OK, HEAR, NOTIFY, RAW("250 injected\r\n"), END), .exit = 74,
  .failed = "dialog closed", .prepare = must, .flags = LOSSY },

{ .id = "B12_plain_smtp_where_tls_is_expected", .script = SCRIPT(GREET, END),
  .exit = 77, .failed = "tls *", .finding = "tls-clear-text",
  .prepare = wrap, .never = "EHLO" },
{ .id = "B12_tls_from_the_start", .script = SCRIPT(TLS(0), GREET, INSIDE),
  .prepare = wrap },
};

int main(void)
{
	return fault_run_all("S: TLS", rows, N_OF(rows));
}
