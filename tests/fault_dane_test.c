/*
 * S12: DANE (RFC 7672): the TLSA records of a signed zone against the
 * certificate that the server has.
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

#include "rowtests.h"
#include "faultrun.h"
#include "io/tls.h"
#include "util/xalloc.h"
#include "zonefake.h"

struct dane_row {
	const char *id;
	const char *before, *after; /* of the digest in the TLSA record */
	int64_t from_s, to_s;       /* the certificate's validity */
	bool no_digest, unsigned_zone, no_tls;
	int exit;
	const char *dane;    /* of EV_TLS, NULL: no handshake */
	const char *finding;
};

#define HEX64 "0000000000000000000000000000000000000000000000000000000000000000"

static const struct dane_row rows[] = {
{ "S12_dane_ee_matches", "3 1 1 ", "", -3600, 86400, .dane = "ok" },
{ "S12_dane_ee_matches_though_expired", "3 1 1 ", "", -172800, -86400,
  .dane = "ok" },
{ "S12_dane_ee_of_another_key", "3 1 1 " HEX64, "", -3600, 86400, true,
  .exit = 77, .dane = "dane-no-match", .finding = "tls-unverified" },
{ "S12_usage_1_only_any_certificate", "1 1 1 ", "", -3600, 86400,
  .dane = "" },
{ "S12_record_of_three_octets", "3 1 1 ", "", -3600, 86400, true,
  .dane = "" },
{ "S12_zone_not_signed", "3 1 1 " HEX64, "", -3600, 86400, true, true,
  .dane = "" },
{ "S12_records_but_no_starttls", "3 1 1 ", "", -3600, 86400, .no_tls = true,
  .exit = 77, .finding = "tls-not-offered" },
};

static char *hex_of(const struct tls_setup *s)
{
	unsigned char digest[32];
	struct buf hex = { 0 };

	assert_true(tls_setup_spki_sha256(s, digest));
	for (size_t i = 0; i < sizeof digest; i++)
		buf_addf(&hex, "%02x", digest[i]);
	buf_addc(&hex, '\0');
	return buf_steal(&hex);
}

static struct tls_setup *certificate(const struct dane_row *row)
{
	const struct tls_setup_config cfg = { .server = true };
	const char *name = "mx.two.example";
	char *error;
	struct tls_setup *s = tls_setup_new(&cfg, &error);

	assert_non_null(s);
	assert_true(tls_setup_self_signed(s, &name, 1, row->from_s,
	                                  row->to_s));
	return s;
}

static void check(const struct client *c, const struct dane_row *row)
{
	const struct event *e = client_find(c, EV_TLS, 0);

	fault_check_verdict(c, 1, row->exit);
	if (row->finding)
		assert_true(client_finding(c, row->finding));
	if (!row->dane) {
		assert_null(e);
		return;
	}
	assert_non_null(e);
	if (*row->dane)
		assert_string_equal(event_text(e, e->u.tls.dane), row->dane);
}

static void test_dane_decides(void **state)
{
	const struct dane_row *row = *state;
	struct tls_setup *setup = certificate(row);
	const struct fault_tls how = { .setup = setup };
	const struct fault script[] = { GREET, HEAR,
		SAY("250-mx.two.example\r\n250 STARTTLS\r\n"), HEAR,
		SAY("220 Go ahead\r\n"), { .kind = FAULT_TLS, .tls = &how },
		HEAR, EHLO_OK, HEAR, BYE, CLOSE, END };
	const struct fault clear[] = { TO_EHLO, HEAR, BYE, CLOSE, END };
	const struct fault *scripts[] = { row->no_tls ? clear : script };
	struct smtpfault *f = smtpfault_start(scripts, 1);
	char *hex = hex_of(setup);
	char *tlsa = xasprintf("%s%s%s", row->before,
	                       row->no_digest ? "" : hex, row->after);
	char *owner = xasprintf("_%u._tcp.mx.two.example.", smtpfault_port(f));
	const struct zone_record zone[] = {
		{ "two.example.", "MX", "10 mx.two.example." },
		{ "mx.two.example.", "A", "127.0.0.1" },
		{ owner, "TLSA", tlsa },
		{ NULL, NULL, NULL }
	};
	struct zonefake *dns = row->unsigned_zone ? zonefake_start(zone)
	                                          : zonefake_start_signed(zone);
	struct worker_config cfg = { .dns = zonefake_server(dns),
		.trust_ad = true };
	struct plan *p = client_plan("two.example");
	const struct event *e;
	struct client c;

	client_start(&c, &cfg);
	p->port = smtpfault_port(f);
	p->allow_private = true;
	p->stage = STAGE_TLS;
	p->tls.policy = TLS_DANE;
	e = client_run(&c, p, 5000);
	assert_non_null(e);
	assert_int_equal(e->u.end.exit, row->exit);
	check(&c, row);
	client_stop(&c);
	zonefake_stop(dns);
	smtpfault_stop(f);
	tls_setup_free(setup);
	free(hex);
	free(tlsa);
	free(owner);
}

int main(void)
{
	return rowtests_run("S: DANE", rows, sizeof *rows, N_OF(rows),
	                    test_dane_decides);
}
