/* What records of SPF, DMARC, DKIM, MTA-STS and TLS-RPT get wrong, as --check
 * meets it (study: D26 to D31). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/check.h"
#include "check/dmarc_walk.h"
#include "checkrun.h"
#include "util/xalloc.h"

/* ---- SPF ---- */

#define TXT(name, text) RR(name, "TXT", "\"" text "\"")
#define SPF(text) TXT("two.test.", text)
#define A_OF(name) RR(name, "A", "192.0.2.1")
#define MAIL(g, result, say) { "spf-mail", g, result, say }
#define REVERSE "10.9.9.9.in-addr.arpa."

/* Names a1 to a10, none of which leads to the sender. */
#define TEN(X) X(1), X(2), X(3), X(4), X(5), X(6), X(7), X(8), X(9), X(10)
#define A_ROW(n) A_OF("a" #n ".two.test.")
#define MX_ROW(n) RR("m.two.test.", "MX", #n " a" #n ".two.test.")
#define PTR_ROW(n) RR(REVERSE, "PTR", "a" #n ".two.test.")
#define TEN_A "a:a1.two.test a:a2.two.test a:a3.two.test a:a4.two.test "       \
	"a:a5.two.test a:a6.two.test a:a7.two.test a:a8.two.test "             \
	"a:a9.two.test a:a10.two.test"
#define LEADS_BACK(name) RR(name, "A", CHECKRUN_IP)

static const struct checkrun_row spf_rows[] = {
{ .id = "D26_two_records", .zone = ZONE(SPF("v=spf1 -all"),
    SPF("v=spf1 ip4:9.9.9.10 -all")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-records"),
  .shown = { "two.test has 2 SPF records, where only one is allowed" } },
{ .id = "D26_version_10", .zone = ZONE(SPF("v=spf10 ip4:9.9.9.10 -all")),
  .want = MAIL(GRADE_WARN, "none", "spf-none"),
  .shown = { "“v=spf10 ip4:9.9.9.10 -all” is no SPF record" } },
{ .id = "D26_version_in_capitals",
  .zone = ZONE(SPF("V=SPF1 ip4:9.9.9.10 -all")),
  .want = MAIL(GRADE_PASS, "pass", "spf-pass") },
{ .id = "D26_type_99_only", /* v=spf1 +all */
  .zone = ZONE(FAULT("two.test.", "TXT", "nodata"),
    RR("two.test.", "TYPE99", "\\# 12 0b763d73706631202b616c6c")),
  .want = MAIL(GRADE_WARN, "none", "spf-none") },

/* ---- limits: at them, and one more ---- */
{ .id = "D27_include_of_itself",
  .zone = ZONE(SPF("v=spf1 include:two.test -all")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-lookups"),
  .shown = { "lookup 10 of 10", "lookup 11: only 10 are allowed" } },
{ .id = "D27_redirect_in_a_circle",
  .zone = ZONE(SPF("v=spf1 redirect=b.two.test"),
    TXT("b.two.test.", "v=spf1 redirect=two.test")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-lookups"),
  .shown = { "lookup 10 of 10", "lookup 11: only 10 are allowed" } },
{ .id = "D27_10_lookups",
  .zone = ZONE(SPF("v=spf1 " TEN_A " -all"), TEN(A_ROW)),
  .want = MAIL(GRADE_BAD, "fail", "spf-fail"),
  .shown = { "term 10 a:a10.two.test · lookup 10 of 10 · no match" },
  .never = "only 10 are allowed" },
{ .id = "D27_11_lookups",
  .zone = ZONE(SPF("v=spf1 " TEN_A " a:mx.two.test -all"), TEN(A_ROW),
    LEADS_BACK("mx.two.test.")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-lookups"),
  .shown = { "term 10 a:a10.two.test · lookup 10 of 10 · no match",
    "term 11 a:mx.two.test · lookup 11: only 10 are allowed" } },
{ .id = "D27_11_lookups_and_a_pass_before",
  .zone = ZONE(SPF("v=spf1 ip4:9.9.9.10 " TEN_A " a:x.two.test -all")),
  .want = MAIL(GRADE_WARN, "pass", "spf-pass-lookups") },
{ .id = "D27_2_void_lookups",
  .zone = ZONE(SPF("v=spf1 a:n1.two.test exists:n2.two.test -all")),
  .want = MAIL(GRADE_BAD, "fail", "spf-fail"),
  .shown = { "lookup 2 of 10 · no match: nothing found, void lookup 2 of 2" } },
{ .id = "D27_3_void_lookups",
  .zone = ZONE(SPF("v=spf1 a:n1.two.test exists:n2.two.test mx:n3.two.test "
    "+ip4:9.9.9.10 -all")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-voids"),
  .shown = { "void lookup 2 of 2",
    "lookup 3 of 10 · no match: nothing found, void lookup 3 of 2" } },
{ .id = "D27_10_mx",
  .zone = ZONE(SPF("v=spf1 mx:m.two.test -all"), TEN(MX_ROW), TEN(A_ROW)),
  .want = MAIL(GRADE_BAD, "fail", "spf-fail"),
  .shown = { "9.9.9.10 is no mail server of m.two.test" } },
{ .id = "D27_11_mx",
  .zone = ZONE(SPF("v=spf1 mx:m.two.test -all"), TEN(MX_ROW), TEN(A_ROW),
    RR("m.two.test.", "MX", "11 mx.two.test."), LEADS_BACK("mx.two.test.")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-mx"),
  .shown = { "lookup 1 of 10 · 11 mail servers: only 10 are allowed" } },
{ .id = "D27_500_mx",
  .zone = ZONE(SPF("v=spf1 mx:m.two.test -all"),
    FAULT("m.two.test.", "MX", "mx500")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-mx"),
  .shown = { "500 mail servers: only 10 are allowed" } },
{ .id = "D27_the_10th_name_of_ptr_counts",
  .zone = ZONE(SPF("v=spf1 ptr:a10.two.test -all"), TEN(PTR_ROW),
    LEADS_BACK("a10.two.test.")),
  .want = MAIL(GRADE_PASS, "pass", "spf-pass") },
{ .id = "D27_the_11th_name_of_ptr_does_not",
  .zone = ZONE(SPF("v=spf1 ptr:a11.two.test -all"), TEN(PTR_ROW),
    PTR_ROW(11), LEADS_BACK("a11.two.test.")),
  .want = MAIL(GRADE_BAD, "fail", "spf-fail") },

/* ---- macros ---- */
{ .id = "D28_keeps_100000_parts",
  .zone = ZONE(SPF("v=spf1 exists:%{d100000r}.x.two.test -all")),
  .want = MAIL(GRADE_BAD, "fail", "spf-fail"),
  .shown = { "; test.two.x.two.test. IN A: nxdomain" } },
{ .id = "D28_a_number_without_end",
  .zone = ZONE(SPF("v=spf1 exists:%{i99999999999999999999999999999999r}"
    ".x.two.test -all"), A_OF("10.9.9.9.x.two.test.")),
  .want = MAIL(GRADE_PASS, "pass", "spf-pass") },
{ .id = "D28_macro_without_end",
  .zone = ZONE(SPF("v=spf1 exists:%{ +ip4:9.9.9.10 -all")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-syntax"),
  .shown = { "The record of two.test has an error at column" } },
{ .id = "D28_macro_at_the_end", .zone = ZONE(SPF("v=spf1 exists:%{d")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-syntax") },
{ .id = "D28_percent_at_the_end", .zone = ZONE(SPF("v=spf1 exists:%")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-syntax") },
{ .id = "D28_keeps_no_part",
  .zone = ZONE(SPF("v=spf1 exists:%{d0}.test +ip4:9.9.9.10 -all")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-syntax") },
{ .id = "D28_macro_of_control_characters",
  .zone = ZONE(SPF("v=spf1 exists:%{d\\027[2J} +all")), .never = "\033",
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-syntax") },
{ .id = "D28_format_of_printf",
  .zone = ZONE(SPF("v=spf1 exists:%s%n.two.test +all")),
  .want = MAIL(GRADE_BAD, "permerror", "spf-perm-syntax") },
{ .id = "D28_explanation_with_control_characters",
  .zone = ZONE(SPF("v=spf1 -all exp=e.two.test"),
    TXT("e.two.test.", "no\\027]0;x\\007\\155 %{i}")), .never = "\033",
  .want = MAIL(GRADE_BAD, "fail", "spf-fail"),
  .shown = { "the explanation breaks the rules of macros or ASCII" } },
{ .id = "D28_explanation_that_is_an_alias_of_itself",
  .zone = ZONE(SPF("v=spf1 -all exp=e.two.test"),
    RR("e.two.test.", "CNAME", "e.two.test.")),
  .want = MAIL(GRADE_BAD, "fail", "spf-fail"),
  .shown = { "there is no explanation" } },
};

/* ---- DMARC ---- */

#define DMARC(text) TXT("_dmarc.two.test.", text)
#define PASSES SPF("v=spf1 ip4:9.9.9.10 -all")
#define POLICY(g, result, say) { "dmarc", g, result, say }
#define BELOW "user@below.two.test"

static const struct checkrun_row dmarc_rows[] = {
{ .id = "D29_two_records", .zone = ZONE(PASSES, DMARC("v=DMARC1; p=reject"),
    DMARC("v=DMARC1; p=none")),
  .want = POLICY(GRADE_BAD, "permerror", "dmarc-many") },
{ .id = "D29_no_p", .zone = ZONE(PASSES, DMARC("v=DMARC1")),
  .want = POLICY(GRADE_WARN, "p=none", "dmarc-no-p") },
{ .id = "D29_p_in_capitals", .zone = ZONE(PASSES,
    DMARC("v=DMARC1; p=REJECT")),
  .want = POLICY(GRADE_PASS, "p=reject", "dmarc-pass") },
{ .id = "D29_p_is_no_policy", .zone = ZONE(PASSES,
    DMARC("v=DMARC1; p=refuse")),
  .want = POLICY(GRADE_BAD, "permerror", "dmarc-ignored") },
{ .id = "D29_p_is_no_policy_but_reports_are_wanted",
  .zone = ZONE(PASSES, DMARC("v=DMARC1; p=refuse; rua=mailto:r@two.test")),
  .want = POLICY(GRADE_BAD, "p=none", "dmarc-as-none") },
{ .id = "D29_p_twice", .zone = ZONE(PASSES,
    DMARC("v=DMARC1; p=reject; p=none")),
  .want = POLICY(GRADE_BAD, "permerror", "dmarc-twice") },
{ .id = "D29_version_in_small_letters", .zone = ZONE(PASSES,
    DMARC("v=dmarc1; p=reject")),
  .want = POLICY(GRADE_BAD, "permerror", "dmarc-lookalike") },
{ .id = "D29_pct_101", .zone = ZONE(PASSES,
    DMARC("v=DMARC1; p=reject; pct=101")),
  .want = POLICY(GRADE_PASS, "p=reject", "dmarc-pass"),
  .shown = { "pct=101: ignored by RFC 9989" } },
{ .id = "D29_np_for_who_does_not_exist", .from = BELOW,
  .zone = ZONE(DMARC("v=DMARC1; p=none; sp=quarantine; np=reject")),
  .want = POLICY(GRADE_BAD, "p=reject", "dmarc-fail-reject"),
  .shown = { "below.two.test does not exist in DNS and inherits from two.test, "
    "so np holds: reject" } },
{ .id = "D29_sp_for_who_exists", .from = BELOW,
  .zone = ZONE(DMARC("v=DMARC1; p=none; sp=quarantine; np=reject"),
    A_OF("below.two.test.")),
  .want = POLICY(GRADE_BAD, "p=quarantine", "dmarc-fail-quarantine"),
  .shown = { "so sp holds: quarantine" } },
{ .id = "D29_psd_y", .from = BELOW,
  .zone = ZONE(DMARC("v=DMARC1; p=reject; psd=y"), A_OF("below.two.test."),
    TXT("_dmarc.test.", "v=DMARC1; p=none")),
  .want = POLICY(GRADE_BAD, "p=reject", "dmarc-fail-reject"),
  .shown = { "two.test is a public suffix, the search ends here" } },
{ .id = "D29_psd_is_no_letter_of_it", .zone = ZONE(PASSES,
    DMARC("v=DMARC1; p=reject; psd=maybe")),
  .want = POLICY(GRADE_PASS, "p=reject", "dmarc-pass"),
  .shown = { "psd=maybe: not a value that psd can have" } },
{ .id = "D29_t_y", .zone = ZONE(PASSES, DMARC("v=DMARC1; p=reject; t=y")),
  .want = POLICY(GRADE_PASS, "p=quarantine", "dmarc-pass"),
  .shown = { "t=y makes it one step milder: reject becomes quarantine" } },
{ .id = "D29_control_characters", .zone = ZONE(PASSES,
    DMARC("v=DMARC1; p=\\027[2J\\155; \\000x=\\007")), .never = "\033",
  .want = POLICY(GRADE_BAD, "permerror", "dmarc-ignored") },
{ .id = "D29_a_flood_before_the_answer", .zone = ZONE(PASSES,
    FAULT("_dmarc.two.test.", NULL, "flood")),
  .want = POLICY(GRADE_WARN, "none", "dmarc-none"),
  .shown = { "too short: 200." } },
{ .id = "D29_alias_of_itself", .zone = ZONE(PASSES,
    RR("_dmarc.two.test.", "CNAME", "_dmarc.two.test.")),
  .want = POLICY(GRADE_UNKNOWN, "temperror", "lookup-failed") },
};

/* ---- MTA-STS and TLS-RPT: their records; and other names that loop ---- */

#define STS(text) TXT("_mta-sts.two.test.", text)
#define RPT(text) TXT("_smtp._tls.two.test.", text)
#define HAS_MX RR("two.test.", "MX", "10 mx.two.test."),                       \
	RR("mx.two.test.", "A", CHECKRUN_IP)

static const struct checkrun_row other_rows[] = {
{ .id = "D31_two_records", .zone = ZONE(HAS_MX, STS("v=STSv1; id=1"),
    STS("v=STSv1; id=2")),
  .want = { "mta-sts", GRADE_BAD, "", "sts-many" },
  .shown = { "Senders act as if there were none." } },
{ .id = "D31_no_id", .zone = ZONE(HAS_MX, STS("v=STSv1; x=1")),
  .want = { "mta-sts", GRADE_BAD, "", "sts-record-no-id" } },
{ .id = "D31_id_of_other_characters", .zone = ZONE(HAS_MX,
    STS("v=STSv1; id=a-b")),
  .want = { "mta-sts", GRADE_BAD, "", "sts-record-bad-id" } },
{ .id = "D31_version_12", .zone = ZONE(HAS_MX, STS("v=STSv12; id=1")),
  .want = { "mta-sts", GRADE_BAD, "", "sts-record-begin" },
  .shown = { "does not begin with v=STSv1; and is ignored: v=STSv12; id=1" } },
{ .id = "D31_version_12_behind_another_record", .zone = ZONE(HAS_MX,
    STS("hello"), STS("v=STSv12; id=1")),
  .want = { "mta-sts", GRADE_BAD, "", "sts-record-begin" } },
{ .id = "D31_control_characters", .zone = ZONE(HAS_MX,
    STS("v=STSv1; id=\\027[2J\\155")), .never = "\033",
  .want = { "mta-sts", GRADE_BAD, "", "sts-record-syntax" } },
{ .id = "D31_host_of_the_policy_is_missing", .zone = ZONE(HAS_MX,
    STS("v=STSv1; id=1")),
  .want = { "mta-sts", GRADE_BAD, "", "sts-no-host" } },
{ .id = "D31_two_records_for_reports", .zone = ZONE(HAS_MX,
    RPT("v=TLSRPTv1; rua=mailto:a@two.test"),
    RPT("v=TLSRPTv1; rua=mailto:b@two.test")),
  .want = { "tls-rpt", GRADE_BAD, "", "rpt-many" } },
{ .id = "D31_reports_to_nowhere", .zone = ZONE(HAS_MX,
    RPT("v=TLSRPTv1; rua=ftp://two.test")),
  .want = { "tls-rpt", GRADE_BAD, "", "rpt-no-good" } },
{ .id = "D09_key_in_a_loop", .zone = ZONE(
    RR("sel._domainkey.two.test.", "CNAME", "sel._domainkey.b.test."),
    RR("sel._domainkey.b.test.", "CNAME", "sel._domainkey.two.test.")),
  .want = { "dkim", GRADE_UNKNOWN, "temperror", "lookup-failed" } },
{ .id = "D19_a_flood_before_a_key", .zone = ZONE(
    FAULT("sel._domainkey.two.test.", NULL, "flood")),
  .want = { "dkim", GRADE_BAD, "syntax", "dkim-syntax" },
  .shown = { "too short: 200." } },
/* RFC 2317: the reverse name is an alias into the customer's zone */
{ .id = "D09_reverse_name_in_a_loop", .zone = ZONE(
    RR(REVERSE, "CNAME", "10.0-25.9.9.9.in-addr.arpa."),
    RR("10.0-25.9.9.9.in-addr.arpa.", "CNAME", REVERSE)),
  .want = { "ptr", GRADE_BAD, "permerror", "ptr-none" },
  .shown = { "10.9.9.9.in-addr.arpa. IN PTR: loop" } },
{ .id = "D19_a_flood_before_a_reverse_name", .zone = ZONE(
    FAULT(REVERSE, NULL, "flood")),
  .want = { "ptr", GRADE_BAD, "permerror", "ptr-none" },
  .shown = { "too short: 200." } },
{ .id = "D09_blocklist_in_a_loop", .zone = ZONE(
    RR("2.0.0.127.bl.test.", "A", "127.0.0.2"),
    RR("10.9.9.9.bl.test.", "CNAME", "10.9.9.9.bl.test.")),
  .want = { "dnsbl", GRADE_UNKNOWN, "error", "lookup-failed" } },
{ .id = "D19_a_flood_before_a_blocklist", .zone = ZONE(
    RR("2.0.0.127.bl.test.", "A", "127.0.0.2"),
    FAULT("10.9.9.9.bl.test.", NULL, "flood")),
  .want = { "dnsbl", GRADE_UNKNOWN, "error", "dnsbl-parked" } },
};

/* ---- records as long as a message holds ---- */

enum {
	LONG = 60000,       /* octets: room for the rest of 64 KiB */
	LONG_URIS = 500,
	EXPLANATION = 1000, /* SPF_EXPLANATION_MAX */
};

/* The text as character-strings, quoted; heap. */
static char *quoted(const char *text)
{
	struct buf out = { 0 };

	for (; *text; text += strnlen(text, 255))
		buf_addf(&out, "\"%.255s\" ", text);
	out.len--;
	return buf_steal(&out);
}

/* begin, then as often unit as makes it LONG. Heap. */
static char *long_text(const char *begin, const char *unit)
{
	struct buf out = { 0 };

	buf_adds(&out, begin);
	while (out.len + strlen(unit) <= LONG)
		buf_adds(&out, unit);
	return buf_steal(&out);
}

/* Runs with text at name, and more, which NULL ends. */
static void run_with(struct checkrun *r, const char *name, const char *text,
                     const struct dnsfault_row *more)
{
	char *data = quoted(text);
	struct dnsfault_row rows[8] = { RR(name, "TXT", data) };
	struct checkrun_config cfg = { .dns = { .rows = rows } };

	for (size_t i = 0; more[i].name; i++)
		rows[1 + i] = more[i];
	checkrun_start(r, &cfg);
	dnsrun_promises(&r->c, r->text, "\033");
	assert_true(dnsfault_queries(r->dns, true) > 0); /* over TCP */
	free(data);
}

struct long_row {
	const char *id, *name;
	const char *begin, *unit; /* of the record */
	struct checkrun_want want;
	const struct dnsfault_row *more;
};

#define MORE(...) ZONE(__VA_ARGS__)
static const struct long_row long_rows[] = {
{ "D27_64_kib_of_networks", "two.test.", "v=spf1", " ip4:192.0.2.1",
  MAIL(GRADE_WARN, "neutral", "spf-neutral-open"), MORE(HAS_MX) },
{ "D27_64_kib_of_lookups", "two.test.", "v=spf1", " a:mx.two.test",
  MAIL(GRADE_WARN, "pass", "spf-pass-lookups"), MORE(HAS_MX) },
{ "D28_64_kib_of_macros_in_a_name", "two.test.", "v=spf1 exists:", "%{s}.",
  MAIL(GRADE_BAD, "permerror", "spf-perm-syntax"), MORE(HAS_MX) },
{ "D28_64_kib_of_one_term", "two.test.", "v=spf1 ", "x",
  MAIL(GRADE_BAD, "permerror", "spf-perm-syntax"), MORE(HAS_MX) },
{ "D28_64_kib_of_explanation", "e.two.test.", "No. ", "%{s} %{ir} ",
  MAIL(GRADE_BAD, "fail", "spf-fail"),
  MORE(SPF("v=spf1 -all exp=e.two.test")) },
{ "D29_64_kib_of_tags", "_dmarc.two.test.", "v=DMARC1; p=reject", "; x=y",
  POLICY(GRADE_BAD, "permerror", "dmarc-twice"), MORE(PASSES) },
{ "D29_64_kib_of_empty_tags", "_dmarc.two.test.", "v=DMARC1; p=reject", ";",
  POLICY(GRADE_PASS, "p=reject", "dmarc-pass"), MORE(PASSES) },
{ "D29_64_kib_of_policy", "_dmarc.two.test.", "v=DMARC1; p=", "reject",
  POLICY(GRADE_BAD, "permerror", "dmarc-ignored"), MORE(PASSES) },
{ "D24_64_kib_of_key", "sel._domainkey.two.test.", "v=DKIM1; p=", "AAAA",
  { "dkim", GRADE_BAD, "syntax", "dkim-broken" }, MORE(HAS_MX) },
{ "D24_64_kib_of_the_name_of_a_tag", "sel._domainkey.two.test.", "v=DKIM1; ",
  "x", { "dkim", GRADE_BAD, "syntax", "dkim-syntax" }, MORE(HAS_MX) },
{ "D31_64_kib_of_id", "_mta-sts.two.test.", "v=STSv1; id=", "1",
  { "mta-sts", GRADE_BAD, "", "sts-record-bad-id" }, MORE(HAS_MX) },
{ "D31_64_kib_without_id", "_mta-sts.two.test.", "v=STSv1; x=", "1",
  { "mta-sts", GRADE_BAD, "", "sts-record-no-id" }, MORE(HAS_MX) },
{ "D31_64_kib_of_a_field", "_mta-sts.two.test.", "v=STSv1; ", "id",
  { "mta-sts", GRADE_BAD, "", "sts-record-syntax" }, MORE(HAS_MX) },
{ "D31_64_kib_of_version", "_mta-sts.two.test.", "v=STSv1", "2",
  { "mta-sts", GRADE_BAD, "", "sts-record-begin" }, MORE(HAS_MX) },
{ "D31_64_kib_of_places", "_smtp._tls.two.test.",
  "v=TLSRPTv1; rua=mailto:a@two.test", ",mailto:b@two.test",
  { "tls-rpt", GRADE_PASS, "", "rpt-good" }, MORE(HAS_MX) },
{ "D31_64_kib_of_one_place", "_smtp._tls.two.test.", "v=TLSRPTv1; rua=", "x",
  { "tls-rpt", GRADE_BAD, "", "rpt-no-good" }, MORE(HAS_MX) },
{ "D31_64_kib_of_a_field_for_reports", "_smtp._tls.two.test.",
  "v=TLSRPTv1; ", "x", { "tls-rpt", GRADE_BAD, "", "rpt-syntax" },
  MORE(HAS_MX) },
{ "D31_64_kib_of_fields_and_a_wrong_one_behind", "_smtp._tls.two.test.",
  "v=TLSRPTv1; rua=mailto:a@two.test", "; y", /* most of them dropped */
  { "tls-rpt", GRADE_BAD, "", "rpt-syntax" }, MORE(HAS_MX) },
};

/* The sentence, which is the last word on it, can be read. */
static void sentence_is_short(const struct event *e)
{
	for (uint32_t i = 0; i < e->u.check.args.len; i++)
		assert_true(strlen(event_item_text(e, e->u.check.args, i)) <
		            CHECK_SENTENCE_MAX + 20); /* and how long it is */
}

static void test_long(void **state)
{
	const struct long_row *row = *state;
	char *text = long_text(row->begin, row->unit);
	struct checkrun r;

	run_with(&r, row->name, text, row->more);
	checkrun_expect(&r, &row->want);
	sentence_is_short(checkrun_find(&r, row->want.kind));
	checkrun_stop(&r);
	free(text);
}

/* Its own words, with what the macros stand for, cut. */
static void test_D28_explanation_of_64_kib_is_cut(void **state)
{
	char *text = long_text("", "%{s}+");
	const struct event *e;
	struct checkrun r;
	size_t len = 0;

	(void)state;
	run_with(&r, "e.two.test.", text,
	         ZONE(SPF("v=spf1 -all exp=e.two.test")));
	e = checkrun_find(&r, "spf-mail");
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		const struct ev_trace *t = event_trace(e, i);

		if (strcmp(event_text(e, t->say), "spf-exp") == 0)
			len = strlen(event_item_text(e, t->args, 0));
	}
	assert_int_equal(len, EXPLANATION);
	dnsrun_shows(r.text, "user@two.test+user@two.test+");
	checkrun_stop(&r);
	free(text);
}

static void test_D29_500_addresses_for_reports(void **state)
{
	struct checkrun r;
	struct buf text = { 0 };

	(void)state;
	buf_adds(&text, "v=DMARC1; p=reject; rua=");
	for (int i = 0; i < LONG_URIS; i++)
		buf_addf(&text, "%smailto:r@h%d.test", i ? "," : "", i);
	run_with(&r, "_dmarc.two.test.", buf_str(&text), ZONE(PASSES));
	checkrun_expect(&r, &(struct checkrun_want)
	                POLICY(GRADE_PASS, "p=reject", "dmarc-pass"));
	dnsrun_shows(r.text, "500 addresses: receivers may send to the first "
	             "two only");
	checkrun_stop(&r);
	buf_clear(&text);
}

/* ---- the walk ---- */

/* "user@l1.l2. ... .two.test", n labels. Heap. */
static char *deep_sender(int n)
{
	struct buf out = { 0 };

	buf_adds(&out, "user@");
	for (int i = n; i > 2; i--)
		buf_addf(&out, "l%d.", i);
	buf_adds(&out, "two.test");
	return buf_steal(&out);
}

static void test_D30_domain_of_50_labels_takes_8_queries(void **state)
{
	char *from = deep_sender(50);
	struct checkrun_config cfg = { .from = from,
		.dns = { .counted = "_dmarc",
		         .rows = ZONE(DMARC("v=DMARC1; p=reject")) } };
	struct checkrun r;

	(void)state;
	checkrun_start(&r, &cfg);
	dnsrun_promises(&r.c, r.text, NULL);
	assert_int_equal(dnsfault_counted(r.dns), DMARC_QUERIES_MAX);
	checkrun_expect(&r, &(struct checkrun_want)
	                POLICY(GRADE_BAD, "p=reject", "dmarc-fail-reject"));
	dnsrun_shows(r.text, "Query 7 of at most 8: TXT of _dmarc.two.test");
	checkrun_stop(&r);
	free(from);
}

#define ROWS(rows) rows, sizeof rows / sizeof *rows

int main(void)
{
	enum { N = sizeof long_rows / sizeof *long_rows };
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_D28_explanation_of_64_kib_is_cut),
		cmocka_unit_test(test_D29_500_addresses_for_reports),
		cmocka_unit_test(
		    test_D30_domain_of_50_labels_takes_8_queries),
	};
	struct CMUnitTest tests[N];

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = long_rows[i].id,
			.test_func = test_long,
			.initial_state = (void *)(uintptr_t)&long_rows[i] };
	return checkrun_all("D: SPF", ROWS(spf_rows)) +
	       checkrun_all("D: DMARC", ROWS(dmarc_rows)) +
	       checkrun_all("D: others", ROWS(other_rows)) +
	       cmocka_run_group_tests_name("D: 64 KiB", tests, NULL, NULL) +
	       cmocka_run_group_tests_name("D: made", made, NULL, NULL);
}
