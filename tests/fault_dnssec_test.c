/* TLSA records and signatures that are wrong (study: D14 to D18), up to the
 * end of the handshake with a real server. */
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
#include "dnsrun.h"
#include "faultrun.h"
#include "io/tls.h"
#include "util/xalloc.h"

/* The digest of the server's key stands where a row says KEY. */
#define KEY "%k"
#define HEX32 "00112233445566778899aabbccddeeff"
#define HEX64 HEX32 HEX32

enum { TEXT_MAX = 8000 }; /* of a session, whatever a record holds */

struct tlsa_row {
	const char *id;
	const char *tlsa, *word;  /* one record, or what is done instead */
	const char *second;       /* another record, or NULL */
	const char *address_word; /* of the host's A record, or NULL */
	const char *root_word;    /* of the root's NS record, or NULL */
	bool unsigned_zone, far;
	int exit;
	const char *dane;    /* of EV_TLS; NULL: no connection */
	const char *finding; /* and its text: */
	const char *shown;
};

#define USED(data) .tlsa = data, .dane = "ok", .finding = "dane-trusted"
#define UNUSABLE(data, why)                                                    \
	.tlsa = data, .dane = "", .finding = "dane-unusable", .shown = why
#define FAILED(how, why)                                                       \
	.word = how, .exit = 75, .finding = "dane-failed", .shown = why

static const struct tlsa_row rows[] = {
{ .id = "D14_rdata_of_0_octets", UNUSABLE("\\# 0 ", "\\# 0") },
{ .id = "D14_rdata_of_1_octet", UNUSABLE("\\# 1 03", "\\# 1 03") },
{ .id = "D14_rdata_of_2_octets", UNUSABLE("\\# 2 0301", "\\# 2 0301") },
{ .id = "D14_rdata_of_3_octets", UNUSABLE("\\# 3 030101", "(3 1 1") },
{ .id = "D14_a_short_one_makes_no_good_one_useless",
  USED("3 1 1 " KEY), .second = "\\# 2 0301", .shown = "two.test" },

{ .id = "D15_usage_0", UNUSABLE("0 1 1 " KEY, "any certificate") },
{ .id = "D15_usage_1", UNUSABLE("1 1 1 " KEY, "any certificate") },
{ .id = "D15_usage_4", UNUSABLE("4 1 1 " KEY, "any certificate") },
{ .id = "D15_usage_255", UNUSABLE("255 1 1 " KEY, "any certificate") },
{ .id = "D15_selector_2", UNUSABLE("3 2 1 " KEY, "any certificate") },
{ .id = "D15_matching_3", UNUSABLE("3 1 3 " KEY, "any certificate") },
{ .id = "D15_sha256_of_31_octets",
  UNUSABLE("\\# 34 030101" HEX32 "00112233445566778899aabbccddee",
           "any certificate") },
{ .id = "D15_sha256_of_33_octets",
  UNUSABLE("\\# 36 030101" HEX64 "00", "any certificate") },
{ .id = "D15_sha512_of_32_octets",
  UNUSABLE("\\# 35 030102" HEX64, "any certificate") },
{ .id = "D15_an_unknown_usage_beside_a_good_one",
  USED("3 1 1 " KEY), .second = "7 7 7 00" },
{ .id = "D15_certificate_of_64_kib", .word = "tlsafull",
  .dane = "dane-unusable", .finding = "dane-undecodable" },
{ .id = "D15_certificate_of_64_kib_of_usage_0", .word = "tlsafullpkix",
  .dane = "", .finding = "dane-unusable", .shown = "00000..." },
{ .id = "D15_digest_of_another_key", .tlsa = "3 1 1 " HEX64, .exit = 77,
  .dane = "dane-no-match", .finding = "tls-unverified" },

{ .id = "D16_servfail", FAILED("servfail", "(servfail)") },
{ .id = "D16_refused", FAILED("refused", "(refused)") },
{ .id = "D16_silence", FAILED("drop", "(timeout)") },
{ .id = "D16_malformed", FAILED("badcount", "(malformed)") },
{ .id = "D16_bogus", FAILED("bogus", "6 DNSSEC Bogus: wrong key") },
{ .id = "D16_addresses_are_bogus", .tlsa = "3 1 1 " KEY,
  .address_word = "bogus", .exit = 75, .finding = "dns-bogus-why" },

{ .id = "D17_tlsa_not_signed", .tlsa = "3 1 1 " HEX64, .word = "unsigned",
  .dane = "", .finding = "dane-insecure", .shown = "are not signed" },
{ .id = "D17_nothing_signed", .tlsa = "3 1 1 " HEX64,
  .unsigned_zone = true, .dane = "", .finding = "dane-insecure",
  .shown = "are not signed" },
{ .id = "D17_resolver_does_not_validate", .tlsa = "3 1 1 " HEX64,
  .unsigned_zone = true, .root_word = "unsigned", .dane = "",
  .finding = "dane-unchecked", .shown = "does not validate DNSSEC" },
{ .id = "D17_root_is_not_answered", .tlsa = "3 1 1 " HEX64,
  .unsigned_zone = true, .root_word = "drop", .dane = "",
  .finding = "dane-insecure" },
{ .id = "D18_ad_from_afar_is_no_proof", .tlsa = "3 1 1 " HEX64, .far = true,
  .dane = "", .finding = "dane-untrusted",
  .shown = "is no local resolver" },
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

static struct tls_setup *certificate(void)
{
	const struct tls_setup_config cfg = { .server = true };
	const char *name = "mx.two.test";
	char *error;
	struct tls_setup *s = tls_setup_new(&cfg, &error);

	assert_non_null(s);
	assert_true(tls_setup_self_signed(s, &name, 1, -3600, 86400));
	return s;
}

/* text with the digest for KEY; NULL for NULL. Heap. */
static char *filled(const char *text, const char *hex)
{
	const char *key = text ? strstr(text, KEY) : NULL;

	if (!text)
		return NULL;
	if (!key)
		return xstrdup(text);
	return xasprintf("%.*s%s", (int)(key - text), text, hex);
}

/* The zone of a row; freed by free_zone(). */
static struct dnsfault_row *make_zone(const struct tlsa_row *row,
                                      const char *hex, uint16_t port)
{
	enum { ROWS = 6 };
	const char *plain = row->unsigned_zone ? "unsigned" : NULL;
	struct dnsfault_row *z = xcalloc(ROWS, sizeof *z);
	char *owner = xasprintf("_%u._tcp.mx.two.test.", port);

	z[0] = (struct dnsfault_row){ owner, "TLSA", filled(row->tlsa, hex),
		row->word ? row->word : plain };
	z[1] = (struct dnsfault_row){ "two.test.", "MX", "10 mx.two.test.",
		plain };
	z[2] = (struct dnsfault_row){ "mx.two.test.", "A",
		row->address_word ? NULL : "127.0.0.1",
		row->address_word ? row->address_word : plain };
	z[3] = (struct dnsfault_row){ ".", "NS", "ns.test.", NULL };
	if (row->root_word && strcmp(row->root_word, "unsigned") == 0)
		z[3].word = "unsigned";
	else if (row->root_word)
		z[3] = (struct dnsfault_row)FAULT(".", "NS", row->root_word);
	if (row->second)
		z[4] = (struct dnsfault_row)RR(owner, "TLSA", row->second);
	return z;
}

static void free_zone(struct dnsfault_row *z)
{
	free((char *)(uintptr_t)z[0].name);
	free((char *)(uintptr_t)z[0].data);
	free(z);
}

static void check(struct client *c, const struct tlsa_row *row)
{
	const struct event *e = client_find(c, EV_TLS, 0);
	char *text = dnsrun_text(c);

	if (getenv("FAULT_SHOW"))
		print_message("%s\n", text);
	if (!client_finding(c, row->finding))
		assert_string_equal(text, row->finding);
	dnsrun_shows(text, row->shown);
	assert_in_range(strlen(text), 1, TEXT_MAX);
	fault_check_verdict(c, 1, row->exit);
	if (row->dane) {
		assert_non_null(e);
		assert_string_equal(event_text(e, e->u.tls.dane), row->dane);
	} else {
		assert_int_equal(client_count(c, EV_CONNECTING), 0);
	}
	free(text);
}

static void test_tlsa(void **state)
{
	const struct tlsa_row *row = *state;
	struct tls_setup *setup = certificate();
	const struct fault_tls how = { .setup = setup };
	const struct fault script[] = { GREET, HEAR,
		SAY("250-mx.two.test\r\n250 STARTTLS\r\n"), HEAR,
		SAY("220 Go ahead\r\n"), { .kind = FAULT_TLS, .tls = &how },
		HEAR, EHLO_OK, HEAR, BYE, CLOSE, END };
	const struct fault *scripts[] = { script };
	struct smtpfault *f = smtpfault_start(scripts, 1);
	char *hex = hex_of(setup);
	struct dnsfault_row *zone = make_zone(row, hex, smtpfault_port(f));
	struct dnsfault_config dns = { .rows = zone, .ad = true };
	struct dnsfault *d = dnsfault_start_with(&dns);
	char *server = dnsrun_server(d, row->far);
	struct worker_config cfg = { .dns = server };
	struct plan *p = client_plan("two.test");
	struct client c;

	p->port = smtpfault_port(f);
	p->allow_private = true;
	p->stage = STAGE_TLS;
	p->tls.policy = TLS_DANE;
	dnsrun(&c, &cfg, p);
	check(&c, row);
	client_stop(&c);
	dnsfault_stop(d);
	smtpfault_stop(f);
	tls_setup_free(setup);
	free_zone(zone);
	free(server);
	free(hex);
}

int main(void)
{
	return rowtests_run("D: DNSSEC", rows, sizeof *rows, N_OF(rows),
	                    test_tlsa);
}
