/* own_address: what servers write about the address that they see. */
#include "config.h"

#include "check/own_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checktest.h"

#define LEN(a) (sizeof(a) / sizeof *(a))
#define SERVER "192.0.2.25"

struct text_case {
	const char *text, *want; /* "" none */
};

static const struct text_case greetings[] = {
/* ---- study dns.md 4.8: what each server says ---- */
{ "mx.example.org Hello client.example [198.51.100.7]", "198.51.100.7" },
{ "250-mx.example.org Hello client.example [2001:db8::7]", "2001:db8::7" },
{ "mx.example.org Hello client.example", "" }, /* Exim, customised */
{ "mx.example.org Hello client.example [198.51.100.7], pleased to meet you",
  "198.51.100.7" },
{ "mx Hello c [IPv6:2001:db8::7], pleased to meet you", "2001:db8::7" },
{ "mx Hello c.example [2001:db8::7], pleased to meet you", "2001:db8::7" },
{ "mx.example.org Hello rdns.example [198.51.100.7], Haraka is at your "
  "service.", "198.51.100.7" },
{ "mx.example.org Hello [198.51.100.7], Haraka is at your service.",
  "198.51.100.7" },
{ "mx.google.com at your service, [198.51.100.7]", "198.51.100.7" },
{ "250-mx.google.com at your service, [2001:db8:0:0::7]", "2001:db8::7" },
{ "DB5EUR01FT044.mail.protection.outlook.com Hello [198.51.100.7]",
  "198.51.100.7" },
{ "mx.example.org", "" },                               /* Postfix, qmail */
{ "mx.example.org - Your hour of destiny has come.", "" }, /* chasquid */
/* ---- what must not be taken ---- */
{ "[203.0.113.9] Hello client.example", "" },  /* the server's name */
{ "250-[203.0.113.9] Hello c [198.51.100.7]", "198.51.100.7" },
{ "mx Hello c [198.51.100.7] at [" SERVER "]", "198.51.100.7" },
{ "mx Hello c [" SERVER "]", "" },
{ "mx Hello [203.0.113.1] [198.51.100.7]", "198.51.100.7" },
{ "mx Hello c [10.0.0.7]", "" },
{ "mx Hello c [127.0.0.1]", "" },
{ "mx Hello c [192.168.1.2]", "" },
{ "mx Hello c [100.64.0.9]", "" },
{ "mx Hello c [fe80::1]", "" },
{ "mx Hello c [IPv6:fd00::1]", "" },
{ "mx Hello c [IPv6:::1]", "" },
{ "mx Hello c [be::ad]", "" },               /* not assigned */
{ "mx Hello c [8.17.1.9]", "8.17.1.9" },
{ "mx Sendmail 8.17.1.9 Hello c", "" },      /* no brackets */
{ "mx Hello c 198.51.100.7", "" },
{ "mx Hello c [198.51.100.777]", "" },
{ "mx Hello c [198.51.100]", "" },
{ "mx Hello c [198.51.100.7", "" },
{ "mx Hello c [198.51.100.0/24]", "" },
{ "mx Hello c [IPv6:198.51.100.7]", "198.51.100.7" },
{ "mx Hello c [::ffff:198.51.100.7]", "198.51.100.7" },
{ "mx Hello c [HELO]", "" },
{ "", "" },
{ "250 ", "" },
{ "[", "" },
};

static const struct text_case refusals[] = {
{ "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using "
  "zen.spamhaus.org; https://www.spamhaus.org/query/ip/198.51.100.7",
  "198.51.100.7" },
{ "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using "
  "zen.spamhaus.org; Error: open resolver; "
  "https://check.spamhaus.org/returnc/pub/203.0.113.53/", "198.51.100.7" },
{ "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using "
  "bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?"
  "198.51.100.7", "198.51.100.7" },
{ "554 5.7.1 Service unavailable; Client host [2001:db8::7] blocked",
  "2001:db8::7" },
{ "450 4.7.25 Client host rejected: cannot find your hostname, "
  "[198.51.100.7]", "198.51.100.7" },
{ "451 198.51.100.7 is not yet authorized to deliver mail from <a@b> to "
  "<c@d>.", "198.51.100.7" },
{ "421 4.7.0 mx.b Error: too many connections from 198.51.100.7",
  "198.51.100.7" },
{ "450 4.7.1 Error: too much mail from 198.51.100.7", "198.51.100.7" },
{ "550 rejected because 198.51.100.7 is in a black list at zen.example",
  "198.51.100.7" },
{ "550 5.7.1 Rejected: 198.51.100.7 listed at bl.example", "198.51.100.7" },
{ "550 5.7.1 198.51.100.7 is listed.", "198.51.100.7" },
{ "550 2001:db8::7 is listed", "2001:db8::7" },
{ "554 Reject due to policy restrictions. For explanation visit "
  "http://postmaster.gmx.com/en/error-messages?ip=198.51.100.7&c=poli",
  "198.51.100.7" },
{ "554 visit https://web.de/x?ip=2001:db8::7&c=hi", "2001:db8::7" },
{ "554 IP=198.51.100.7 - None/bad reputation. (NOWL)", "198.51.100.7" },
{ "550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't sent. "
  "(S3150).", "198.51.100.7" },
{ "451 4.7.500 Server busy. Please try again later from [198.51.100.7]. "
  "(AS843)", "198.51.100.7" },
{ "421 4.7.0 [TSS04] Messages from 198.51.100.7 temporarily deferred due to "
  "unexpected volume - 4.16.55.1", "198.51.100.7" },
{ "552 5.7.1 [198.51.100.7] Hallo Spam im Text", "198.51.100.7" },
{ "550-5.7.1 [198.51.100.7      12] Our system has detected that this\n"
  "550 5.7.1 message is likely unsolicited mail.", "198.51.100.7" },
{ "550-5.7.1 [2001:db8::7      19] Our system has detected", "2001:db8::7" },
{ "550 5.7.1 Your address 198.51.100.7: no PTR", "198.51.100.7" },
{ "550 IPv6:2001:db8::7 is blocked", "2001:db8::7" },
{ "550 Blocked, see http://bl.example/lookup.cgi?198.51.100.7.",
  "198.51.100.7" },
{ "550 RCPT from unknown[198.51.100.7]: rejected", "198.51.100.7" },
{ "554 (198.51.100.7) has been blocked", "198.51.100.7" },
/* ---- versions and numbers of something else ---- */
{ "554 Sendmail 8.17.1.9 is not amused", "" },
{ "554 mx ESMTP Sendmail 8.17.1.9/8.17.1.9; refused", "" },
{ "554 Exim 4.96.0.1 was here", "" },
{ "550 error 4.16.55.1", "" },
{ "550 v8.17.1.9 is here", "" },
{ "550 see https://203.0.113.80/help", "" },
{ "550 [203.0.113.80] and [203.0.113.81] disagree", "" },
{ "550 from 203.0.113.80 and from 203.0.113.81", "" },
{ "550 7.100.51.198.zen.example is listed", "" },
{ "550 mx.198.51.100.7 is listed", "" },
{ "550 127.0.0.2 is listed", "" },
{ "550 net 198.51.100.0/24 is blocked", "" },
{ "550 <u@[203.0.113.4]>: Relay access denied", "" },
{ "550 <u@[IPv6:2001:db8::4]>: Relay access denied", "" },
{ "550 <u@203.0.113.4> is unknown", "" },
{ "550 host mx[203.0.113.4] said: 550 [198.51.100.7 12] spam",
  "198.51.100.7" },
{ "554 5.7.1 [" SERVER "] refuses you", "" },
{ "554 from 198.51.100.7 to [" SERVER "]", "198.51.100.7" },
{ "550 5.1.1 no such user", "" },
{ "550 Mail::SPF says no at 12:30:45", "" },
{ "", "" },
};

typedef bool find_fn(const char *text, size_t len,
                     const struct own_address_talk *talk,
                     char out[IP_TEXT_MAX]);

/* An echo of what we said ourselves says nothing. */
static const struct {
	find_fn *find;
	const char *text, *helo, *want;
} echoes[] = {
	{ own_address_greeted, "mx Hello [198.51.100.7]", "[198.51.100.7]",
	  "" },
	{ own_address_greeted, "mx Hello [198.51.100.7] [198.51.100.7]",
	  "[198.51.100.7]", "198.51.100.7" },
	{ own_address_greeted, "mx Hello [198.51.100.7] [203.0.113.4]",
	  "[198.51.100.7]", "203.0.113.4" },
	{ own_address_greeted, "mx Hello [IPv6:2001:db8::7]",
	  "[IPv6:2001:db8::7]", "" },
	{ own_address_greeted, "mx Hello [198.51.100.7]", "[198.51.100.8]",
	  "198.51.100.7" },
	{ own_address_refused, "504 <[198.51.100.7]>: Helo command rejected",
	  "[198.51.100.7]", "" },
	{ own_address_refused, "504 [198.51.100.7] rejected", "[]",
	  "198.51.100.7" },
};

static bool finds(find_fn *find, const char *text, const char *helo,
                  const char *want)
{
	const struct own_address_talk talk = { SERVER, helo };
	char got[IP_TEXT_MAX] = "";

	if (!find(text, strlen(text), &talk, got))
		got[0] = '\0';
	if (strcmp(got, want) == 0)
		return true;
	print_error("%s\n  want \"%s\"\n  got  \"%s\"\n", text, want, got);
	return false;
}

static void test_own_address_greeted_table(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < LEN(greetings); i++)
		failed += !finds(own_address_greeted, greetings[i].text,
		                 "client.example", greetings[i].want);
	assert_int_equal(failed, 0);
}

static void test_own_address_refused_table(void **state)
{
	size_t failed = 0;

	(void)state;
	for (size_t i = 0; i < LEN(refusals); i++)
		failed += !finds(own_address_refused, refusals[i].text,
		                 "client.example", refusals[i].want);
	assert_int_equal(failed, 0);
}

static void test_own_address_echo_is_no_evidence(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(echoes); i++)
		assert_true(finds(echoes[i].find, echoes[i].text,
		                  echoes[i].helo, echoes[i].want));
}

enum { SEEN_MAX = 4 };

#define MX1 "mx1.test"
#define MX2 "mx2.test"
#define ME "198.51.100.7"
#define LAN "10.0.0.7"

static const struct {
	struct address_seen seen[SEEN_MAX];
	bool behind;
	const char *want; /* "grade say [args] | subject" */
} checks[] = {
	{ { { ADDRESS_LOCAL, ME, "" }, { ADDRESS_GREETED, ME, MX1 } }, false,
	  "pass own-confirmed [" ME " " MX1 "] | " ME },
	{ { { ADDRESS_LOCAL, LAN, "" }, { ADDRESS_GREETED, ME, MX1 } }, false,
	  "note own-nat [" ME " " MX1 " " LAN "] | " ME },
	{ { { ADDRESS_LOCAL, "203.0.113.2", "" },
	    { ADDRESS_REFUSAL, ME, MX1 } }, false,
	  "note own-nat [" ME " " MX1 " 203.0.113.2] | " ME },
	{ { { ADDRESS_LOCAL, LAN, "" }, { ADDRESS_GREETED, ME, MX1 } }, true,
	  "note own-seen [" ME " " MX1 "] | " ME },
	{ { { ADDRESS_LOCAL, "fd00::1", "" }, { ADDRESS_GREETED, ME, MX1 } },
	  false, "note own-seen [" ME " " MX1 "] | " ME },
	{ { { ADDRESS_LOCAL, ME, "" }, { ADDRESS_GREETED, ME, MX1 },
	    { ADDRESS_GREETED, "203.0.113.9", MX2 } }, false,
	  "warn own-views-differ [203.0.113.9 " MX2 " " ME " " MX1
	  "] | 203.0.113.9" },
	{ { { ADDRESS_GREETED, ME, MX1 },
	    { ADDRESS_GREETED, "2001:db8::7", MX2 } }, false,
	  "note own-seen [2001:db8::7 " MX2 "] | 2001:db8::7" },
	{ { { ADDRESS_GREETED, ME, MX1 }, { ADDRESS_ASKED, ME, "dns.test" } },
	  false, "note own-seen [" ME " dns.test] | " ME },
	{ { { ADDRESS_LOCAL, ME, "" } }, false,
	  "note own-local [" ME "] | " ME },
	{ { { ADDRESS_LOCAL, ME, "" } }, true, "unknown own-behind [] | " },
	{ { { ADDRESS_LOCAL, LAN, "" } }, false,
	  "unknown own-private [" LAN "] | " },
	{ { { ADDRESS_LOCAL, LAN, "" }, { ADDRESS_GREETED, LAN, MX1 } }, false,
	  "unknown own-private [" LAN "] | " },
	{ { { ADDRESS_LOCAL, NULL, NULL } }, false,
	  "unknown no-address [] | " },
	{ { { ADDRESS_LOCAL, LAN, "" }, { ADDRESS_GIVEN, ME, "" } }, true,
	  "pass own-given [" ME "] | " ME },
	{ { { ADDRESS_GREETED, "203.0.113.9", MX1 },
	    { ADDRESS_GIVEN, ME, "" } }, false,
	  "warn own-given-differs [" ME " 203.0.113.9 " MX1 "] | " ME },
	{ { { ADDRESS_GREETED, "198.51.100.7", MX1 },
	    { ADDRESS_GIVEN, "::ffff:198.51.100.7", "" } }, false,
	  "pass own-given [::ffff:198.51.100.7] | ::ffff:198.51.100.7" },
};

static void test_own_address_check_weighs_what_was_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(checks); i++) {
		struct check_query q = { .seen = checks[i].seen,
			.behind = checks[i].behind };

		while (q.n_seen < SEEN_MAX && q.seen[q.n_seen].text)
			q.n_seen++;
		want_check(own_address_check, NULL, &q, checks[i].want);
	}
}

/* What stands behind the end is not read. */
static void test_own_address_reads_no_further_than_len(void **state)
{
	static const char line[] = "mx Hello c [198.51.100.7]";
	const struct own_address_talk talk = { "", "" };
	char out[IP_TEXT_MAX];

	(void)state;
	for (size_t len = 0; len < sizeof line - 1; len++)
		assert_false(own_address_greeted(line, len, &talk, out));
	assert_true(own_address_greeted(line, sizeof line - 1, &talk, out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_address_greeted_table),
		cmocka_unit_test(test_own_address_refused_table),
		cmocka_unit_test(test_own_address_echo_is_no_evidence),
		cmocka_unit_test(test_own_address_reads_no_further_than_len),
		cmocka_unit_test(test_own_address_check_weighs_what_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
