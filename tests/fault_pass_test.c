/* A check that cannot be made says so; it never becomes a pass: every kind of
 * check against every way in which a lookup fails. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkrun.h"
#include "util/xalloc.h"

enum {
	TRY_MS = 40,   /* five times that is how long silence takes */
	ROWS_MAX = 32, /* of a zone */
	KINDS_MAX = 10,
};

#define TXT(name, text) RR(name, "TXT", "\"" text "\"")
#define REVERSE "10.9.9.9.in-addr.arpa."

/* Everything is in order; each check passes. */
static const struct dnsfault_row good[] = {
RR(".", "NS", "ns.test."),
RR("two.test.", "MX", "10 mx.two.test."),
RR("two.test.", "MX", "20 mx2.two.test."),
RR("mx.two.test.", "A", CHECKRUN_IP),
RR("mx.two.test.", "AAAA", "2620:fe::10"),
RR("mx2.two.test.", "A", CHECKRUN_IP),
RR("two.test.", "TXT", "\"v=spf1 include:inc.test -all\""),
RR("inc.test.", "TXT", "\"v=spf1 a:mx.two.test -all\""),
RR("mx.two.test.", "TXT", "\"v=spf1 a -all\""),
TXT("_dmarc.two.test.", "v=DMARC1; p=reject"),
TXT("sel._domainkey.two.test.", "v=DKIM1; k=ed25519; "
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
RR(REVERSE, "PTR", "mx.two.test."),
RR("0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.f.0.0.0.2.6.2."
   "ip6.arpa.", "PTR", "mx.two.test."),
RR("2.0.0.127.bl.test.", "A", "127.0.0.2"),
RR("_25._tcp.mx.two.test.", "TLSA", "3 1 1 00112233445566778899aabbccddeeff"
   "00112233445566778899aabbccddeeff"),
RR("_25._tcp.mx2.two.test.", "TLSA", "3 1 1 00112233445566778899aabbccddeeff"
   "00112233445566778899aabbccddeeff"),
TXT("_mta-sts.two.test.", "v=STSv1; id=1"),
RR("mta-sts.two.test.", "A", CHECKRUN_WEB),
TXT("_smtp._tls.two.test.", "v=TLSRPTv1; rua=mailto:a@two.test"),
{ 0 } };

static const struct httpsd_answer web = { .octets =
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
	"version: STSv1\nmode: enforce\nmx: *.two.test\nmax_age: 604800\n" };

static const char *const passing[] = { "own-address", "ptr", "helo",
	"sender-domain", "spf-mail", "spf-helo", "dmarc", "dkim", "dnsbl",
	"mx", "mx-ptr", "dnssec", "dane", "mta-sts", "tls-rpt" };

/* Every word of dnsfault that is no answer. */
static const char *const failures[] = { "drop", "badid", "otherport",
	"otherquestion", "servfail", "refused", "notimp", "yxdomain",
	"formerralways", "ede", "badvers", "noquestion", "badrdata",
	"badcount", "pointerloop", "pointerend", "pointerforward", "jumps",
	"rdatalong", "truncclose", "truncsilent", "truncalways", "bogus",
	"frameempty", "frameshort", "framedrip", "torefused",
	"itself" }; /* an alias of itself */

/* A lookup that fails, and the checks that hang on it. */
struct lookup {
	const char *what;  /* for the test's name */
	const char *name, *type;
	const char *kinds[KINDS_MAX];
};

static const struct lookup lookups[] = {
{ "mx", "two.test.", "MX", { "sender-domain", "mx", "dnssec", "mta-sts" } },
{ "address", "mx.two.test.", "A", { "ptr", "helo", "spf-mail", "spf-helo",
    "dmarc", "mx-ptr", "dnssec" } },
{ "other_address", "mx.two.test.", "AAAA", { "mx-ptr", "dnssec" } },
{ "second_mx", "mx2.two.test.", "A", { "mx", "mx-ptr", "dnssec" } },
{ "spf", "two.test.", "TXT", { "spf-mail", "dmarc" } },
{ "spf_include", "inc.test.", "TXT", { "spf-mail", "dmarc" } },
{ "spf_helo", "mx.two.test.", "TXT", { "spf-helo" } },
{ "dmarc", "_dmarc.two.test.", "TXT", { "dmarc" } },
{ "dkim", "sel._domainkey.two.test.", "TXT", { "dkim" } },
{ "ptr", REVERSE, "PTR", { "ptr", "mx-ptr" } },
{ "dnsbl", "10.9.9.9.bl.test.", "A", { "dnsbl" } },
{ "dnsbl_listed", "2.0.0.127.bl.test.", "A", { "dnsbl" } },
{ "dnsbl_unlisted", "1.0.0.127.bl.test.", "A", { "dnsbl" } },
{ "tlsa", "_25._tcp.mx.two.test.", "TLSA", { "dane" } },
{ "sts", "_mta-sts.two.test.", "TXT", { "mta-sts" } },
{ "sts_host", "mta-sts.two.test.", "A", { "mta-sts" } },
{ "tls_rpt", "_smtp._tls.two.test.", "TXT", { "tls-rpt" } },
};

enum {
	N_LOOKUPS = sizeof lookups / sizeof *lookups,
	N_FAILURES = sizeof failures / sizeof *failures,
};

static bool is_of(const struct dnsfault_row *row, const struct lookup *l)
{
	return strcmp(row->name, l->name) == 0 &&
	       strcmp(row->type, l->type) == 0;
}

/* The good zone, but for one lookup. */
static void make_zone(struct dnsfault_row out[ROWS_MAX],
                      const struct lookup *l, const char *word)
{
	bool itself = strcmp(word, "itself") == 0;
	size_t n = 0;

	out[n++] = (struct dnsfault_row){ .name = l->name,
		.type = itself ? "CNAME" : l->type,
		.data = itself ? l->name : NULL, .word = itself ? NULL : word };
	for (const struct dnsfault_row *r = good; r->name; r++)
		if (!is_of(r, l) && !(itself && strcmp(r->name, l->name) == 0))
			out[n++] = *r;
	out[n++] = (struct dnsfault_row)FAULT("refused.test.", NULL, "refused");
	out[n] = (struct dnsfault_row){ 0 };
	assert_true(n < ROWS_MAX);
}

static bool passes(const struct checkrun *r, const char *kind)
{
	const struct event *e = checkrun_find(r, kind);

	return e && e->u.check.grade == GRADE_PASS;
}

/* Without libcurl the policy is never seen. */
static bool has_no_curl(const struct checkrun *r)
{
	const struct event *e = checkrun_find(r, "mta-sts");

	return strcmp(event_text(e, e->u.check.say), "sts-no-curl") == 0;
}

static void test_checks_where_all_is_well_pass(void **state)
{
	const struct checkrun_config cfg = { .web = &web,
		.dns = { .rows = good, .ad = true } };
	struct checkrun r;

	(void)state;
	checkrun_start(&r, &cfg);
	dnsrun_promises(&r.c, r.text, NULL);
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
		if (!passes(&r, passing[i]) &&
		    !(strcmp(passing[i], "mta-sts") == 0 && has_no_curl(&r)))
			fail_msg("%s does not pass\n%s", passing[i], r.text);
	checkrun_stop(&r);
}

/* Each way to fail, for one lookup. */
static void test_lookup(void **state)
{
	const struct lookup *l = *state;
	struct dnsfault_row rows[ROWS_MAX];
	const struct checkrun_config cfg = { .web = &web, .dns_try_ms = TRY_MS,
		.dns = { .rows = rows, .ad = true } };
	struct checkrun r;

	for (size_t i = 0; i < N_FAILURES; i++) {
		make_zone(rows, l, failures[i]);
		checkrun_start(&r, &cfg);
		dnsrun_promises(&r.c, r.text, "\033");
		for (size_t k = 0; l->kinds[k]; k++)
			if (passes(&r, l->kinds[k]))
				fail_msg("%s passes with %s\n%s", l->kinds[k],
				         failures[i], r.text);
		checkrun_stop(&r);
	}
}

/* Nothing but failures, whatever is asked. */
static void test_checks_without_any_answer_never_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_FAILURES; i++) {
		const struct checkrun_config cfg = { .web = &web,
			.dns_try_ms = TRY_MS,
			.dns = { .always = strcmp(failures[i], "itself")
			                   ? failures[i] : "loop1" } };
		struct checkrun r;

		checkrun_start(&r, &cfg);
		dnsrun_promises(&r.c, r.text, "\033");
		for (size_t k = 1; k < sizeof passing / sizeof *passing; k++)
			if (passes(&r, passing[k])) /* but own-address */
				fail_msg("%s passes with %s\n%s", passing[k],
				         failures[i], r.text);
		checkrun_stop(&r);
	}
}

int main(void)
{
	const struct CMUnitTest made[] = {
		cmocka_unit_test(test_checks_where_all_is_well_pass),
		cmocka_unit_test(test_checks_without_any_answer_never_pass),
	};
	struct CMUnitTest tests[N_LOOKUPS];
	char *names[N_LOOKUPS];
	int failed;

	for (size_t i = 0; i < N_LOOKUPS; i++) {
		names[i] = xasprintf("never_a_pass_without_%s",
		                     lookups[i].what);
		tests[i] = (struct CMUnitTest){ .name = names[i],
			.test_func = test_lookup,
			.initial_state = (void *)(uintptr_t)&lookups[i] };
	}
	failed = cmocka_run_group_tests_name("checks", made, NULL, NULL) +
	         cmocka_run_group_tests_name("lookups", tests, NULL, NULL);
	for (size_t i = 0; i < N_LOOKUPS; i++)
		free(names[i]);
	return failed;
}
