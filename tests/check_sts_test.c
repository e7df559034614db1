/* MTA-STS and TLS-RPT over made-up facts, without a socket. */
#include "config.h"

#include "check/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/onetxt.h"
#include "check/sts_policy.h"
#include "check/tls_rpt.h"
#include "checkseen.h"
#include "madefacts.h"
#include "util/xalloc.h"

#define GOOD "version: STSv1\nmode: enforce\nmx: mx.test\nmax_age: 604800\n"

/* ---- the text of a policy ---- */

struct text_case {
	const char *text;
	/* "enforce 604800 mx.test *.test", then "line:fault text" each; "!" in
	 * front: not valid */
	const char *want;
};

static const struct text_case texts[] = {
{ GOOD, "enforce 604800 mx.test" },
{ "version: STSv1\r\nmode: testing\r\nmx: a.test\r\nmx: *.b.test\r\n"
  "max_age: 1\r\n", "testing 1 a.test *.b.test" },
{ "max_age:604800\nmx:\t mx.test \nmode:none\nversion:STSv1",
  "none 604800 mx.test" },
{ "version: STSv1\nmode: none\nmax_age: 0\n", "none 0" },
{ "version: STSv1\nmode: enforce\nmx: mx.test\nmax_age: 31557600",
  "enforce 31557600 mx.test" },
/* errors, D32 */
{ "", "! 0 0:sts-no-version 0:sts-no-mode 0:sts-no-age 0:sts-no-mx" },
{ "garbage", "! 0 1:sts-no-pair(garbage) 0:sts-no-version 0:sts-no-mode "
  "0:sts-no-age 0:sts-no-mx" },
{ "version: STSv1\nmode: enforce\nmax_age: 86400",
  "!enforce 86400 0:sts-no-mx" },
{ "version: STSv1\nmode: testing\nmax_age: 86400",
  "!testing 86400 0:sts-no-mx" },
{ "version: STSv1\nmx: m.test\nmax_age: 86400",
  "! 86400 m.test 0:sts-no-mode" },
{ "version: STSv1\nmode: doubt\nmx: m.test\nmax_age: 86400",
  "! 86400 m.test 2:sts-bad-mode(doubt)" },
{ "version: STSv1\nmode: Enforce\nmx: m.test\nmax_age: 86400",
  "! 86400 m.test 2:sts-bad-mode(Enforce)" },
{ "version: stsv1\nmode: enforce\nmx: m.test\nmax_age: 1",
  "!enforce 1 m.test 1:sts-bad-version(stsv1)" },
{ "version: STSv12\nmode: enforce\nmx: m.test\nmax_age: 1",
  "!enforce 1 m.test 1:sts-bad-version(STSv12)" },
{ "mode: enforce\nmx: m.test\nmax_age: 1",
  "!enforce 1 m.test 0:sts-no-version" },
{ "version: STSv1\nmode: enforce\nmx: m.test\nmax_age: xxx",
  "!enforce 0 m.test 4:sts-bad-age(xxx)" },
{ "version: STSv1\nmode: enforce\nmx: m.test\nmax_age: -1",
  "!enforce 0 m.test 4:sts-bad-age(-1)" },
{ "version: STSv1\nmode: enforce\nmx: m.test\nmax_age: 31557601",
  "!enforce 0 m.test 4:sts-long-age(31557601)" },
{ "version: STSv1\nmode: enforce\nmx: m.test\nmax_age: 18446744073709551617",
  "!enforce 0 m.test 4:sts-bad-age(18446744073709551617)" },
{ "version: STSv1\nmode: enforce\nmx: m.test\nmax_age:",
  "!enforce 0 m.test 4:sts-bad-age()" },
{ "version: STSv1\nmode: enforce\nmx: m.test\nmax_age: 1 2",
  "!enforce 0 m.test 4:sts-bad-age(1 2)" },
/* mx */
{ "version: STSv1\nmode: enforce\nmx: *\nmax_age: 1",
  "!enforce 1 3:sts-bad-mx(*) 0:sts-no-mx" },
{ "version: STSv1\nmode: enforce\nmx: *.\nmx: a..b\nmx: -a.test\nmx: a-.test\n"
  "mx: a.*.test\nmx: a.test.\nmx:\nmx: a b\nmx: [192.0.2.1]\nmx: ok.test\n"
  "max_age: 1", "!enforce 1 ok.test 3:sts-bad-mx(*.) 4:sts-bad-mx(a..b) "
  "5:sts-bad-mx(-a.test) 6:sts-bad-mx(a-.test) 7:sts-bad-mx(a.*.test) "
  "8:sts-bad-mx(a.test.) 9:sts-bad-mx() 10:sts-bad-mx(a b) "
  "11:sts-bad-mx([192.0.2.1])" },
{ "version: STSv1\nmode: enforce\nmx: m\xc3\xbcnchen.test\nmax_age: 1",
  "!enforce 1 3:sts-mx-idn(m\xc3\xbcnchen.test) 0:sts-no-mx" },
/* what spoils nothing */
{ "version: STSv1\nversion: STSv2\nmode: enforce\nmode: none\nmx: mx.test\n"
  "max_age: 5\nmax_age: bad\n", "enforce 5 mx.test 2:sts-duplicate(version) "
  "4:sts-duplicate(mode) 7:sts-duplicate(max_age)" },
{ GOOD "future_key: something else\nx-y.z: 1", "enforce 604800 mx.test "
  "5:sts-unknown-key(future_key) 6:sts-unknown-key(x-y.z)" },
{ GOOD "\n  \n", "enforce 604800 mx.test 5:sts-empty-line() "
  "6:sts-empty-line()" },
{ "Version: STSv1\n" GOOD, "enforce 604800 mx.test "
  "1:sts-unknown-key(Version)" },
/* lines that are none */
{ GOOD " mx: b.test", "!enforce 604800 mx.test 5:sts-no-pair( mx: b.test)" },
{ GOOD "mx : b.test", "!enforce 604800 mx.test 5:sts-no-pair(mx : b.test)" },
{ GOOD ": b.test", "!enforce 604800 mx.test 5:sts-no-pair(: b.test)" },
{ GOOD "_mx: b.test", "!enforce 604800 mx.test 5:sts-no-pair(_mx: b.test)" },
{ "\xef\xbb\xbf" GOOD, "!enforce 604800 mx.test "
  "1:sts-no-pair(\xef\xbb\xbfversion: STSv1) 0:sts-no-version" },
{ "version: STSv1\rmode: enforce\rmx: mx.test\rmax_age: 1\r",
  "! 0 1:sts-control(version: STSv1\rmode: enforce\rmx: mx.test\rmax_age: 1\r)"
  " 0:sts-no-version 0:sts-no-mode 0:sts-no-age 0:sts-no-mx" },
};

static void put_policy(struct buf *out, const struct sts_policy *p)
{
	buf_addf(out, "%s%s %lu", p->valid ? "" : "!", sts_mode_name(p->mode),
	         (unsigned long)p->max_age);
	for (size_t i = 0; i < p->n_mx; i++)
		buf_addf(out, " %s", p->mx[i]);
	for (size_t i = 0; i < p->n_faults; i++) {
		const struct sts_fault *f = &p->faults[i];

		buf_addf(out, " %u:%s", f->line, f->say);
		if (f->line)
			buf_addf(out, "(%s)", f->text);
	}
}

static void expect(const char *what, struct buf *got, const char *want)
{
	if (strcmp(buf_str(got), want) != 0)
		print_error("%s\n  want %s\n  got  %s\n", what, want,
		            buf_str(got));
	assert_string_equal(buf_str(got), want);
	buf_clear(got);
}

static void test_policy_text_with_its_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf got = { 0 };
		struct sts_policy p;

		sts_policy_parse(&p, texts[i].text, strlen(texts[i].text));
		put_policy(&got, &p);
		sts_policy_clear(&p);
		expect(texts[i].text, &got, texts[i].want);
	}
}

/* NUL octets, too many faults, and what is behind 64 KiB. */
static void test_policy_has_bounds(void **state)
{
	static const char nul[] = GOOD "key: a\0b\n";
	struct buf text = { 0 };
	struct sts_policy p;

	(void)state;
	sts_policy_parse(&p, nul, sizeof nul - 1);
	assert_false(p.valid);
	assert_string_equal(p.faults[0].say, "sts-control");
	assert_int_equal(p.faults[0].line, 5);
	sts_policy_clear(&p);

	buf_adds(&text, GOOD);
	while (text.len < STS_POLICY_MAX - 3)
		buf_adds(&text, "k:\n");
	while (text.len < STS_POLICY_MAX)
		buf_addc(&text, '\n');
	buf_adds(&text, "garbage");
	sts_policy_parse(&p, text.data, text.len);
	assert_true(p.valid);
	assert_int_equal(p.n_faults, STS_FAULTS_MAX);
	assert_true(p.more_faults > 20000);
	sts_policy_clear(&p);
	buf_clear(&text);
}

static void test_pattern_fits_whole_names_and_one_label(void **state)
{
	static const struct {
		const char *pattern, *host;
		bool fits;
	} rows[] = {
		{ "mail.example.com", "mail.example.com", true },
		{ "mail.example.com", "MAIL.Example.com", true },
		{ "mail.example.com", "example.com", false },
		{ "*.example.com", "mail.example.com", true },
		{ "*.Example.com", "mail.eXample.com", true },
		{ "*.example.com", "example.com", false },
		{ "*.example.com", "foo.bar.example.com", false },
		{ "*.example.com", ".example.com", false },
		{ "*.example.com", "mailexample.com", false },
		{ "*.example.com", "mail.example.com.evil", false },
		{ "*.com", "com", false },
		{ "*.com", "a.com", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (sts_pattern_fits(rows[i].pattern, rows[i].host) !=
		    rows[i].fits)
			fail_msg("%s %s", rows[i].pattern, rows[i].host);
}

/* ---- the check ---- */

#define RECORD "\"v=STSv1; id=1;\""
#define HOST { "mta-sts.test", "AAAA", "!nodata" }, \
	{ "mta-sts.test", "A", "192.0.2.9" }
#define HOME { "_mta-sts.test", "TXT", RECORD }, HOST
#define TXT(data) { { "_mta-sts.test", "TXT", data }, HOST }
#define FETCHED .done = true, .available = true, .error = "", \
	.type = "text/plain", .location = ""
#define POLICY(text) { FETCHED, .status = 200, .body = text, \
	.body_len = sizeof text - 1 }

enum { FACTS_MAX = 8 };

struct sts_case {
	const char *what;
	struct fact facts[FACTS_MAX];
	struct sts_fetch fetch;
	const char *want;
};

static struct route_host hosts[] = {
	{ .host = (char[]){ "mx.test" }, .why = "", .preference = 10 },
	{ .host = (char[]){ "MX2.test" }, .why = "", .preference = 20 },
};

static void run_sts(const struct fact *facts, const struct sts_fetch *fetch,
                    size_t n_hosts, struct check *c)
{
	const struct route route = { .kind = ROUTE_MX, .hosts = hosts,
		.n_hosts = n_hosts };
	const struct check_query q = { .domain = "test", .route = &route,
		.policy = fetch };
	struct facts *f = facts_of(facts);

	*c = (struct check){ .id = NULL };
	assert_int_equal(sts_count(&q), 1);
	sts_check(c, f, &q, 0);
	facts_free(f);
}

static void check_sts(const struct sts_case *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf got = { 0 };
		struct check c;

		run_sts(list[i].facts, &list[i].fetch, 1, &c);
		put_check(&got, &c);
		check_clear(&c);
		expect(list[i].what, &got, list[i].want);
	}
}

static void test_sts_asks_for_record_then_host_then_policy(void **state)
{
	static const struct sts_case cases[] = {
	{ "nothing", { { 0 } }, { 0 }, "needs _mta-sts.test/TXT" },
	{ "the record", { { "_mta-sts.test", "TXT", RECORD } }, { 0 },
	  "needs mta-sts.test/AAAA mta-sts.test/A" },
	{ "the host", { HOME }, { 0 }, "needs policy" },
	{ "behind an alias", { { "_mta-sts.test", "TXT", "CNAME r.test" },
	    { "_mta-sts.test", "TXT", RECORD }, HOST }, { 0 },
	  "needs policy" },
	};

	(void)state;
	check_sts(cases, sizeof cases / sizeof *cases);
}

static void test_d31_record_that_is_not_one_is_as_none(void **state)
{
	static const struct sts_case cases[] = {
	{ "none", { { "_mta-sts.test", "TXT", "!nxdomain" } }, { 0 },
	  "note: sts-absent test" },
	{ "no data", { { "_mta-sts.test", "TXT", "!nodata" } }, { 0 },
	  "note: sts-absent test" },
	{ "another's", TXT("\"v=spf1 -all\""), { 0 },
	  "note: sts-absent test" },
	{ "two", { { "_mta-sts.test", "TXT", RECORD },
	    { "_mta-sts.test", "TXT", "\"v=STSv1; id=2\"" } }, { 0 },
	  "bad: sts-many test" },
	{ "one beside another's", { { "_mta-sts.test", "TXT", "\"x\"" },
	    { "_mta-sts.test", "TXT", RECORD }, HOST }, { 0 },
	  "needs policy" },
	{ "version 12", TXT("\"v=STSv12; id=1\""), { 0 },
	  "bad: sts-record-begin v=STSv12; id=1" },
	{ "version 12 behind another's", { { "_mta-sts.test", "TXT", "\"x\"" },
	    { "_mta-sts.test", "TXT", "\"v=STSv12; id=1\"" } }, { 0 },
	  "bad: sts-record-begin v=STSv12; id=1" },
	{ "the version behind the id", TXT("\"id=1; v=STSv1;\""), { 0 },
	  "bad: sts-record-begin id=1; v=STSv1;" },
	{ "a blank before the semicolon", TXT("\"v=STSv1 ; id=1\""), { 0 },
	  "bad: sts-record-begin v=STSv1 ; id=1" },
	{ "no id", TXT("\"v=STSv1;\""), { 0 },
	  "bad: sts-record-no-id v=STSv1;" },
	{ "dashes in the id", TXT("\"v=STSv1; id=not-allowed\""), { 0 },
	  "bad: sts-record-bad-id not-allowed" },
	{ "an id of 32", TXT("\"v=STSv1;id=12345678901234567890123456789012\""),
	  { 0 }, "needs policy" },
	{ "an id of 33",
	  TXT("\"v=STSv1;id=123456789012345678901234567890123\""), { 0 },
	  "bad: sts-record-bad-id 123456789012345678901234567890123" },
	{ "an empty id", TXT("\"v=STSv1; id=\""), { 0 },
	  "bad: sts-record-syntax id" },
	{ "no pair", TXT("\"v=STSv1; id=1; x\""), { 0 },
	  "bad: sts-record-syntax x" },
	{ "blanks around =", TXT("\"v=STSv1; id = 1\""), { 0 },
	  "bad: sts-record-syntax id" },
	{ "the first id counts", TXT("\"v=STSv1; id=1; id=-\""), { 0 },
	  "needs policy" },
	{ "an extension", TXT("\"v=STSv1; x.y=1; id=1 ; \""), { 0 },
	  "needs policy" },
	{ "two strings", TXT("\"v=STS\" \"v1;id=1\""), { 0 },
	  "needs policy" },
	{ "no answer", { { "_mta-sts.test", "TXT", "!timeout" } }, { 0 },
	  "unknown: lookup-failed _mta-sts.test TXT timeout" },
	};

	(void)state;
	check_sts(cases, sizeof cases / sizeof *cases);
}

static void test_sts_policy_that_cannot_be_had(void **state)
{
	static const struct sts_case cases[] = {
	{ "no address", { { "_mta-sts.test", "TXT", RECORD },
	    { "mta-sts.test", "AAAA", "!nxdomain" },
	    { "mta-sts.test", "A", "!nxdomain" } }, { 0 },
	  "bad: sts-no-host mta-sts.test" },
	{ "address not known", { { "_mta-sts.test", "TXT", RECORD },
	    { "mta-sts.test", "AAAA", "!nodata" },
	    { "mta-sts.test", "A", "!servfail" } }, { 0 },
	  "unknown: lookup-failed mta-sts.test A servfail" },
	{ "without libcurl", { HOME }, { .done = true, .error = "",
	    .type = "", .location = "" }, "unknown: sts-no-curl test" },
	{ "private", { HOME }, { FETCHED, .is_private = true },
	  "unknown: sts-private test" },
	{ "certificate", { HOME }, { .done = true, .available = true,
	    .tls_failed = true, .error = "expired" },
	  "bad: sts-certificate expired test" },
	{ "time", { HOME }, { .done = true, .available = true,
	    .timed_out = true, .error = "late" },
	  "bad: sts-timeout late test" },
	{ "no answer", { HOME }, { .done = true, .available = true,
	    .error = "refused" }, "bad: sts-no-answer refused test" },
	{ "too long", { HOME }, { FETCHED, .status = 200, .cut = true,
	    .body = GOOD, .body_len = sizeof GOOD - 1 }, "bad: sts-long" },
	{ "404", { HOME }, { FETCHED, .status = 404, .body = "" },
	  "bad: sts-status 404" },
	{ "404 with a valid body", { HOME }, { FETCHED, .status = 404,
	    .body = GOOD, .body_len = sizeof GOOD - 1 },
	  "bad: sts-status-policy 404" },
	{ "301", { HOME }, { .done = true, .available = true, .error = "",
	    .type = "", .location = "https://x/", .status = 301,
	    .body = "" }, "bad: sts-redirect 301 https://x/" },
	};

	(void)state;
	check_sts(cases, sizeof cases / sizeof *cases);
}

#define TYPED(t, text) { .done = true, .available = true, .error = "", \
	.location = "", .type = t, .status = 200, .body = text, \
	.body_len = sizeof text - 1 }
#define MODE(mode, rest) "version: STSv1\nmode: " mode "\n" rest

static void test_sts_policy_is_judged(void **state)
{
	static const struct sts_case cases[] = {
	{ "good", { HOME }, POLICY(GOOD), "pass enforce: sts-enforce 604800" },
	{ "invalid", { HOME }, POLICY("garbage"), "bad: sts-invalid test" },
	{ "withdrawn", { HOME }, POLICY(MODE("none", "max_age: 1")),
	  "note none: sts-none" },
	{ "testing", { HOME },
	  POLICY(MODE("testing", "mx: *.test\nmax_age: 86400")),
	  "note testing: sts-testing" },
	{ "testing, and it would fail", { HOME },
	  POLICY(MODE("testing", "mx: a.b\nmax_age: 86400")),
	  "warn testing: sts-testing-misses mx.test" },
	{ "enforced, and it fails", { HOME },
	  POLICY(MODE("enforce", "mx: *.mx.test\nmx: test\nmax_age: 86400")),
	  "bad enforce: sts-enforce-none test" },
	{ "forgotten at once", { HOME },
	  POLICY(MODE("enforce", "mx: mx.test\nmax_age: 86399")),
	  "warn enforce: sts-short-age 86399" },
	{ "text/html", { HOME }, TYPED("text/html", GOOD),
	  "warn enforce: sts-media-type text/html" },
	{ "no type", { HOME }, TYPED("", GOOD),
	  "warn enforce: sts-no-type " },
	{ "text/plaintext", { HOME }, TYPED("text/plaintext", GOOD),
	  "warn enforce: sts-media-type text/plaintext" },
	{ "a parameter", { HOME }, TYPED("Text/Plain;charset=utf-8", GOOD),
	  "pass enforce: sts-enforce 604800" },
	{ "text/html does not hide a worse fault", { HOME },
	  TYPED("text/html", "garbage"), "bad: sts-invalid test" },
	};

	(void)state;
	check_sts(cases, sizeof cases / sizeof *cases);
}

/* Two hosts, of which the policy names one; every line of the policy is shown,
 * every fault with its line. */
static void test_sts_tells_of_each_mx_and_each_line(void **state)
{
	static const struct fact facts[] = { HOME, { 0 } };
	static const struct sts_fetch some = POLICY(GOOD "x: y\n");
	struct buf got = { 0 };
	struct check c;

	(void)state;
	run_sts(facts, &some, 2, &c);
	put_check(&got, &c);
	expect("end", &got, "warn enforce: sts-enforce-some MX2.test");
	put_steps(&got, &c);
	expect("steps", &got, "sts-policy test; sts-unknown-key 5 x; "
	       "sts-mx-fits mx.test mx.test; sts-mx-misses MX2.test");
	/* TXT, no AAAA, A, five lines */
	assert_int_equal(c.n_steps, 3 + 5 + 4);
	assert_string_equal(c.steps[7].args[0], "max_age: 604800");
	check_clear(&c);
}

static void test_sts_addresses_are_ipv6_first(void **state)
{
	static const struct fact facts[] = {
		{ "mta-sts.test", "AAAA", "2001:db8::1" },
		{ "mta-sts.test", "A", "192.0.2.1" },
		{ "mta-sts.test", "A", "192.0.2.2" }, { 0 },
	};
	char out[STS_ADDRESSES_MAX][IP_TEXT_MAX];
	struct facts *f = facts_of(facts);

	(void)state;
	assert_int_equal(sts_addresses(f, "test", out), 3);
	assert_string_equal(out[0], "2001:db8::1");
	assert_string_equal(out[1], "192.0.2.1");
	assert_string_equal(out[2], "192.0.2.2");
	assert_int_equal(sts_addresses(f, "other", out), 0);
	facts_free(f);
}

/* A host or an address has no mail domain. */
static void test_sts_is_for_mail_domains(void **state)
{
	static const struct route host = { .kind = ROUTE_HOST };
	static const struct route literal = { .kind = ROUTE_LITERAL };
	struct check_query q = { .domain = "test" };

	(void)state;
	assert_int_equal(sts_count(&q), 1);
	assert_int_equal(tls_rpt_count(&q), 1);
	q.route = &host;
	assert_int_equal(sts_count(&q), 0);
	q.route = &literal;
	assert_int_equal(tls_rpt_count(&q), 0);
	q = (struct check_query){ .domain = "" };
	assert_int_equal(sts_count(&q), 0);
}

/* ---- TLS-RPT ---- */

static void test_tls_rpt_record(void **state)
{
	static const struct { const char *data, *want; } rows[] = {
	{ "!nxdomain", "note: rpt-absent test" },
	{ "!servfail", "unknown: lookup-failed _smtp._tls.test TXT servfail" },
	{ "\"v=TLSRPTv1; rua=mailto:a@test\"", "pass: rpt-good test" },
	{ "\"v=TLSRPTv1;rua=mailto:a@test , https://r.test/v1?a=b;\"",
	  "pass: rpt-good test" },
	{ "\"v=TLSRPTv1; x=1; rua=HTTPS://r.test\"", "pass: rpt-good test" },
	{ "\"v=TLSRPTv1\"", "bad: rpt-begin v=TLSRPTv1" },
	{ "\"V=TLSRPTv1; rua=mailto:a@test\"",
	  "bad: rpt-begin V=TLSRPTv1; rua=mailto:a@test" },
	{ "\"v=TLSRPTv1;\"", "bad: rpt-no-rua" },
	{ "\"v=TLSRPTv1; rua\"", "bad: rpt-syntax rua" },
	{ "\"v=TLSRPTv1; rua=http://r.test\"",
	  "bad: rpt-no-good http://r.test" },
	{ "\"v=TLSRPTv1; rua=a@test\"", "bad: rpt-no-good a@test" },
	{ "\"v=TLSRPTv1; rua=mailto:a\"", "bad: rpt-no-good mailto:a" },
	{ "\"v=TLSRPTv1; rua=https:///x\"", "bad: rpt-no-good https:///x" },
	{ "\"v=TLSRPTv1; rua=mailto:a@test!10m\"",
	  "bad: rpt-no-good mailto:a@test!10m" },
	{ "\"v=TLSRPTv1; rua=mailto:a@test,\"", "warn: rpt-some-bad " },
	{ "\"v=TLSRPTv1; rua=ftp://a,https://b,x\"",
	  "warn: rpt-some-bad ftp://a" },
	};
	const struct check_query q = { .domain = "test" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fact fact[] = { { "_smtp._tls.test", "TXT",
			rows[i].data }, { 0 } };
		struct facts *f = facts_of(fact);
		struct check c = { .id = NULL };
		struct buf got = { 0 };

		tls_rpt_check(&c, f, &q, 0);
		put_check(&got, &c);
		check_clear(&c);
		facts_free(f);
		expect(rows[i].data, &got, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_text_with_its_faults),
		cmocka_unit_test(test_policy_has_bounds),
		cmocka_unit_test(test_pattern_fits_whole_names_and_one_label),
		cmocka_unit_test(
		    test_sts_asks_for_record_then_host_then_policy),
		cmocka_unit_test(test_d31_record_that_is_not_one_is_as_none),
		cmocka_unit_test(test_sts_policy_that_cannot_be_had),
		cmocka_unit_test(test_sts_policy_is_judged),
		cmocka_unit_test(test_sts_tells_of_each_mx_and_each_line),
		cmocka_unit_test(test_sts_addresses_are_ipv6_first),
		cmocka_unit_test(test_sts_is_for_mail_domains),
		cmocka_unit_test(test_tls_rpt_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
