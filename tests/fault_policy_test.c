/* Policies of MTA-STS that are wrong, and hosts of them that are, as --check
 * meets them (study: D32, D33). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check/sts_policy.h"
#include "checkrun.h"
#include "util/xalloc.h"

enum { SHORT_MS = 300 }; /* for what never ends */

static const struct dnsfault_row zone[] = {
	RR("two.test.", "MX", "10 mx.two.test."),
	RR("mx.two.test.", "A", CHECKRUN_IP),
	RR("_mta-sts.two.test.", "TXT", "\"v=STSv1; id=1\""),
	RR("mta-sts.two.test.", "A", CHECKRUN_WEB),
	{ 0 }
};

#define PLAIN "Content-Type: text/plain\r\n"
#define OK "HTTP/1.1 200 OK\r\n" PLAIN "\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\n" PLAIN                                    \
	"Transfer-Encoding: chunked\r\n\r\n"
#define MODE "version: STSv1\nmode: enforce\n"
#define MX "mx: mx.two.test\n"
#define POLICY MODE MX "max_age: 604800\n"
#define SENDS(text) .zone = zone, .web = &(const struct httpsd_answer){        \
	.octets = text }
#define DOES(what, text) .zone = zone, .web = &(const struct httpsd_answer){   \
	.octets = text, .then = what }
#define SHOWS(what) .zone = zone, .web = &(const struct httpsd_answer){        \
	.octets = OK POLICY, .cert = what }
#define STS(g, result, say) .want = { "mta-sts", g, result, say }
#define NOT_VALID STS(GRADE_BAD, "", "sts-invalid")

static const struct checkrun_row rows[] = {
{ .id = "D32_a_policy_that_is_right", SENDS(OK POLICY),
  STS(GRADE_PASS, "enforce", "sts-enforce"), .never = "Line " },

/* ---- what HTTP says ---- */
{ .id = "D32_404_with_a_valid_policy",
  SENDS("HTTP/1.1 404 Not Found\r\n" PLAIN "\r\n" POLICY),
  STS(GRADE_BAD, "", "sts-status-policy"),
  .shown = { "but with HTTP status 404" } },
{ .id = "D32_404", SENDS("HTTP/1.1 404 Not Found\r\n\r\nnothing here"),
  STS(GRADE_BAD, "", "sts-status") },
{ .id = "D32_301_is_not_followed",
  SENDS("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n"
    "Location: https://www.two.test/mta-sts.txt\r\n\r\n"),
  STS(GRADE_BAD, "", "sts-redirect"),
  .shown = { "a redirect (301) to https://www.two.test/mta-sts.txt" } },
{ .id = "D32_301_to_control_characters",
  SENDS("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n"
    "Location: https://two.test/\033]0;x\007\xc2\x9b\r\n\r\n"),
  STS(GRADE_BAD, "", "sts-redirect"), .never = "\033" },
{ .id = "D32_text_html",
  SENDS("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" POLICY),
  STS(GRADE_WARN, "enforce", "sts-media-type"),
  .shown = { "calls the policy text/html instead of text/plain" } },
{ .id = "D32_no_media_type", SENDS("HTTP/1.1 200 OK\r\n\r\n" POLICY),
  STS(GRADE_WARN, "enforce", "sts-no-type") },
{ .id = "D32_no_http", SENDS("220 mx.two.test ESMTP\r\n"),
  STS(GRADE_BAD, "", "sts-no-answer") },
{ .id = "D32_closed_before_an_answer", SENDS(""),
  STS(GRADE_BAD, "", "sts-no-answer") },
{ .id = "D32_cut_in_a_chunk", DOES(THEN_CUT, CHUNKED "ff\r\nversion"),
  STS(GRADE_BAD, "", "sts-no-answer") },
{ .id = "D32_nobody_listens", .zone = zone,
  STS(GRADE_BAD, "", "sts-no-answer") },

/* ---- what does not end ---- */
{ .id = "D32_chunks_without_end",
  DOES(THEN_REPEAT_TAIL, CHUNKED "8\r\nmx: a.b\n\r\n"),
  STS(GRADE_BAD, "", "sts-long") },
{ .id = "D32_body_without_end", DOES(THEN_REPEAT_TAIL, OK POLICY),
  STS(GRADE_BAD, "", "sts-long") },
{ .id = "D32_header_without_end",
  DOES(THEN_REPEAT, "HTTP/1.1 200 OK\r\nX: of some length\r\nHTTP: 1\r\n"),
  STS(GRADE_BAD, "", "sts-no-answer") },
{ .id = "D32_interim_answers_without_end",
  DOES(THEN_REPEAT, "HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n"),
  STS(GRADE_BAD, "", "sts-no-answer") },
{ .id = "D32_silence", DOES(THEN_WAIT, ""), .policy_ms = SHORT_MS,
  STS(GRADE_BAD, "", "sts-timeout"),
  .shown = { "gave no whole answer in time" } },
{ .id = "D32_silence_in_the_header", DOES(THEN_WAIT, "HTTP/1.1 200 OK\r\n"),
  .policy_ms = SHORT_MS, STS(GRADE_BAD, "", "sts-timeout") },
{ .id = "D32_silence_behind_half_a_policy",
  DOES(THEN_WAIT, "HTTP/1.1 200 OK\r\n" PLAIN "Content-Length: 100\r\n\r\n"
    POLICY), .policy_ms = SHORT_MS, STS(GRADE_BAD, "", "sts-timeout") },

/* ---- what the policy says ---- */
{ .id = "D32_nothing", SENDS(OK), NOT_VALID },
{ .id = "D32_max_age_xxx", SENDS(OK MODE MX "max_age: xxx\n"), NOT_VALID,
  .shown = { "Line 4: max_age \"xxx\" is no number of 1 to 10 digits." } },
{ .id = "D32_max_age_over_a_year", SENDS(OK MODE MX "max_age: 31557601\n"),
  NOT_VALID, .shown = { "max_age 31557601 is more than 31557600 seconds" } },
{ .id = "D32_max_age_a_year", SENDS(OK MODE MX "max_age: 31557600\n"),
  STS(GRADE_PASS, "enforce", "sts-enforce") },
{ .id = "D32_max_age_below_0", SENDS(OK MODE MX "max_age: -1\n"), NOT_VALID,
  .shown = { "max_age \"-1\" is no number" } },
{ .id = "D32_max_age_of_64_bits",
  SENDS(OK MODE MX "max_age: 18446744073709551617\n"), NOT_VALID },
{ .id = "D32_max_age_0", SENDS(OK MODE MX "max_age: 0\n"),
  STS(GRADE_WARN, "enforce", "sts-short-age") },
{ .id = "D32_no_mx", SENDS(OK MODE "max_age: 604800\n"), NOT_VALID,
  .shown = { "only a policy in mode none may do without" } },
{ .id = "D32_no_mx_in_mode_none",
  SENDS(OK "version: STSv1\nmode: none\nmax_age: 604800\n"),
  STS(GRADE_NOTE, "none", "sts-none") },
{ .id = "D32_garbage", SENDS(OK "\x01\xff\033[2J<html>\x7f\xc2\x9b\n\n\r\r\n"),
  NOT_VALID, .never = "\033" },
{ .id = "D32_another_mx", SENDS(OK MODE "mx: a.test\nmax_age: 604800\n"),
  STS(GRADE_BAD, "enforce", "sts-enforce-none") },
{ .id = "D32_lines_that_end_in_lf", SENDS(OK POLICY),
  STS(GRADE_PASS, "enforce", "sts-enforce") },
{ .id = "D32_lines_that_end_in_crlf",
  SENDS(OK "version: STSv1\r\nmode: enforce\r\nmx: mx.two.test\r\n"
    "max_age: 604800\r\n"), STS(GRADE_PASS, "enforce", "sts-enforce") },
{ .id = "D32_lines_that_end_in_cr",
  SENDS(OK "version: STSv1\rmode: enforce\rmx: mx.two.test\r"
    "max_age: 604800\r"), NOT_VALID },
{ .id = "D32_keys_twice", SENDS(OK POLICY "mode: none\nmax_age: xxx\n"),
  STS(GRADE_PASS, "enforce", "sts-enforce"),
  .shown = { "Line 5: mode stands there once more; only the first one counts.",
    "Line 6: max_age stands there once more" } },
{ .id = "D32_keys_twice_and_the_first_is_wrong",
  SENDS(OK "version: STSv1\nmode: never\nmode: enforce\n" MX
    "max_age: 604800\n"), NOT_VALID },

/* ---- certificates ---- */
#define CERTIFICATE STS(GRADE_BAD, "", "sts-certificate"),                     \
	.shown = { "the certificate of the policy host mta-sts.two.test is "   \
	           "not accepted (" }, .never = "mode enforce"
{ .id = "D33_another_name", SHOWS(CERT_WRONG_NAME), CERTIFICATE },
{ .id = "D33_expired", SHOWS(CERT_EXPIRED), CERTIFICATE },
{ .id = "D33_not_valid_yet", SHOWS(CERT_EARLY), CERTIFICATE },
{ .id = "D33_of_nobody_that_is_known", SHOWS(CERT_STRANGER), CERTIFICATE },
{ .id = "D33_self_signed", SHOWS(CERT_SELF), CERTIFICATE },
};

/* ---- its size ---- */

/* A policy of len octets: one that is valid, and lines of no meaning. */
static void put_policy(struct buf *out, size_t len)
{
	size_t end = out->len + len;

	buf_adds(out, POLICY);
	while (out->len < end)
		buf_addc(out, (end - out->len) % 50 == 1 ? '\n' : 'x');
}

static void run_size(size_t len, const struct checkrun_want *want)
{
	struct httpsd_answer web = { .then = THEN_CLOSE };
	const struct checkrun_config cfg = { .web = &web,
		.dns = { .rows = zone } };
	struct checkrun r;
	struct buf text = { 0 };

	buf_adds(&text, OK);
	put_policy(&text, len);
	web.octets = buf_str(&text);
	checkrun_start(&r, &cfg);
	dnsrun_promises(&r.c, r.text, NULL);
	checkrun_expect(&r, want);
	checkrun_stop(&r);
	buf_clear(&text);
}

/* Up to there it is read, and the lines without a colon are faults. */
static void test_D32_64_kib_are_read(void **state)
{
	(void)state;
	run_size(STS_POLICY_MAX, &(struct checkrun_want){ "mta-sts", GRADE_BAD,
		"", "sts-invalid" });
}

static void test_D32_64_kib_and_1_are_too_long(void **state)
{
	(void)state;
	run_size(STS_POLICY_MAX + 1, &(struct checkrun_want){ "mta-sts",
		GRADE_BAD, "", "sts-long" });
}

int main(void)
{
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_D32_64_kib_are_read),
		cmocka_unit_test(test_D32_64_kib_and_1_are_too_long),
	};

	return checkrun_all("D: policies", rows, sizeof rows / sizeof *rows) +
	       cmocka_run_group_tests_name("D: size", made, NULL, NULL);
}
