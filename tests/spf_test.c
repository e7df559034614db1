/* spf_check_mail() and spf_check_helo() over made-up DNS, without a socket. */
#include "config.h"

#include "check/spf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "spfmade.h"
#include "util/xalloc.h"

#define IP "192.0.2.1"
#define IP6 "2001:db8::1"
#define ME "me@d.test"
/* The usual client, with this sender. */
#define FROM(mail) { IP, mail, "h.test", false }

static const struct spf_who usual = { IP, ME, "mx.test", false };

/* ---- results ---- */

static const struct row {
	const char *what, *lines;
	struct spf_who who;
	const char *want; /* "result grade sentence" */
} rows[] = {
{ "pass", "d.test TXT v=spf1 ip4:192.0.2.0/24 -all", FROM(ME),
  "pass 0 spf-pass" },
{ "an upper-case v is fine", "d.test TXT V=SPF1 IP4:192.0.2.1 -ALL",
  FROM(ME), "pass 0 spf-pass" },
{ "fail", "d.test TXT v=spf1 -all", FROM(ME),
  "fail 3 spf-fail" },
{ "softfail", "d.test TXT v=spf1 ~all", FROM(ME),
  "softfail 2 spf-softfail" },
{ "neutral", "d.test TXT v=spf1 ?all", FROM(ME),
  "neutral 2 spf-neutral" },
{ "neutral, for want of an end", "d.test TXT v=spf1", FROM(ME),
  "neutral 2 spf-neutral-open" },
{ "everybody may", "d.test TXT v=spf1 +all", FROM(ME),
  "pass 2 spf-pass-all" },
{ "everybody may there", "d.test TXT v=spf1 include:e.test -all\n"
  "e.test TXT v=spf1 all", FROM(ME), "pass 0 spf-pass" },
{ "none: TXT, but not SPF", "d.test TXT hello", FROM(ME),
  "none 2 spf-none" },
{ "none: no TXT", "d.test A 192.0.2.1", FROM(ME),
  "none 2 spf-none" },
{ "none: no such domain", "x.test A 192.0.2.1", FROM(ME),
  "none 2 spf-none-nxdomain" },
{ "none: published below", "_spf.d.test TXT v=spf1 -all",
  FROM(ME), "none 2 spf-none-elsewhere" },
{ "none: below is something else", "_spf.d.test TXT hello",
  FROM(ME), "none 2 spf-none" },
{ "none: one label", "d.test TXT v=spf1", FROM("me@localhost"),
  "none 2 spf-none-name" },
{ "none: an address", "d.test TXT v=spf1", FROM("me@192.0.2.1"),
  "none 2 spf-none-name" },
{ "none: an address literal", "d.test TXT v=spf1",
  FROM("me@[192.0.2.1]"), "none 2 spf-none-name" },
{ "none: an empty label", "d.test TXT v=spf1", FROM("me@d..test"),
  "none 2 spf-none-name" },
{ "a last dot", "d.test TXT v=spf1 ip4:192.0.2.1 a:%{d}",
  FROM("me@d.test."), "pass 0 spf-pass" },
{ "an international domain is asked as A-labels",
  "xn--bcher-kva.test TXT v=spf1 exists:%{o}\n"
  "xn--bcher-kva.test A 127.0.0.2",
  FROM("me@b\xc3\xbc" "cher.test"), "pass 0 spf-pass" },
{ "two records", "d.test TXT v=spf1 -all\nd.test TXT v=spf1 +all",
  FROM(ME), "permerror 3 spf-perm-records" },
{ "one record and others", "d.test TXT v=spf1 -all\nd.test TXT v=spf10 +all\n"
  "d.test TXT v=spf2.0/pra +all", FROM(ME), "fail 3 spf-fail" },
{ "an error behind the match", "d.test TXT v=spf1 ip4:192.0.2.1 moo",
  FROM(ME), "permerror 3 spf-perm-syntax" },
{ "TXT: no answer", "d.test TXT !timeout", FROM(ME),
  "temperror 4 spf-temperror" },
{ "TXT: SERVFAIL", "d.test TXT !servfail", FROM(ME),
  "temperror 4 spf-temperror" },
{ "TXT: aliases that return", "d.test CNAME e.test\ne.test CNAME d.test",
  FROM(ME), "temperror 4 spf-temperror" },
{ "a: no answer", "d.test TXT v=spf1 a:x.test -all\nx.test A !timeout",
  FROM(ME), "temperror 4 spf-temperror" },
{ "a match before what does not answer",
  "d.test TXT v=spf1 ip4:192.0.2.1 include:x.test -all\nx.test TXT !timeout",
  FROM(ME), "pass 0 spf-pass" },
{ "a name that cannot be asked",
  "d.test TXT v=spf1 exists:%{l}.x.test -all\na=b.x.test A !badname",
  FROM("a=b@d.test"), " 4 spf-cannot-ask" },
{ "no address", "d.test TXT v=spf1 -all", { NULL, ME, "h.test", false },
  " 4 no-address" },
{ "a mapped address is IPv4", "d.test TXT v=spf1 ip4:192.0.2.1 -all",
  { "::ffff:192.0.2.1", ME, "h.test", false }, "pass 0 spf-pass" },
{ "ip6 does not hold IPv4", "d.test TXT v=spf1 ip6:::/0 -all",
  FROM(ME), "fail 3 spf-fail" },
{ "a of IPv6 asks AAAA", "d.test TXT v=spf1 a -all\nd.test AAAA 2001:db8::1",
  { IP6, ME, "h.test", false }, "pass 0 spf-pass" },
{ "a mapped address in AAAA is none of IPv6",
  "d.test TXT v=spf1 a -all\nd.test AAAA ::ffff:192.0.2.1",
  { IP6, ME, "h.test", false }, "fail 3 spf-fail" },
{ "exists of IPv6 asks A", "d.test TXT v=spf1 exists:x.test -all\n"
  "x.test A 127.0.0.2", { IP6, ME, "h.test", false }, "pass 0 spf-pass" },
{ "null sender: postmaster@HELO", "h.test TXT v=spf1 exists:%{l}.%{o}\n"
  "postmaster.h.test A 127.0.0.2", FROM(""), "pass 0 spf-pass" },
{ "no local part: postmaster", "d.test TXT v=spf1 exists:%{l}.x.test -all\n"
  "postmaster.x.test A 127.0.0.2", FROM("@d.test"),
  "pass 0 spf-pass" },
{ "null MX is no host", "d.test TXT v=spf1 mx -all\nd.test MX 0 .",
  FROM(ME), "fail 3 spf-fail" },
{ "mx: the first host matches, the second does not answer",
  "d.test TXT v=spf1 mx -all\nd.test MX 1 a.test\nd.test MX 2 b.test\n"
  "a.test A 192.0.2.1\nb.test A !timeout", FROM(ME),
  "pass 0 spf-pass" },
{ "mx: the other way round",
  "d.test TXT v=spf1 mx -all\nd.test MX 1 b.test\nd.test MX 2 a.test\n"
  "a.test A 192.0.2.1\nb.test A !timeout", FROM(ME),
  "temperror 4 spf-temperror" },
{ "ptr: no answer is no match",
  "d.test TXT v=spf1 ptr -all\n1.2.0.192.in-addr.arpa PTR !timeout",
  FROM(ME), "fail 3 spf-fail" },
{ "ptr: a name without answer is skipped",
  "d.test TXT v=spf1 ptr -all\n1.2.0.192.in-addr.arpa PTR x.d.test\n"
  "1.2.0.192.in-addr.arpa PTR y.d.test\nx.d.test A !servfail\n"
  "y.d.test A 192.0.2.1", FROM(ME), "pass 0 spf-pass" },
{ "ptr: not below the domain", "d.test TXT v=spf1 ptr -all\n"
  "1.2.0.192.in-addr.arpa PTR x.bad-d.test\nx.bad-d.test A 192.0.2.1",
  FROM(ME), "fail 3 spf-fail" },
{ "%{p} prefers the domain itself, then what is below",
  "d.test TXT v=spf1 exists:%{p}.x.test -all\n"
  "1.2.0.192.in-addr.arpa PTR e.test\n1.2.0.192.in-addr.arpa PTR a.d.test\n"
  "1.2.0.192.in-addr.arpa PTR d.test\ne.test A 192.0.2.1\n"
  "a.d.test A 192.0.2.1\nd.test A 192.0.2.1\nd.test.x.test A 127.0.0.2",
  FROM(ME), "pass 0 spf-pass" },
{ "%{p} of an address without names",
  "d.test TXT v=spf1 exists:%{p}.x.test -all\nunknown.x.test A 127.0.0.2",
  FROM(ME), "pass 0 spf-pass" },
{ "redirect counts only without all",
  "d.test TXT v=spf1 redirect=e.test ?all\ne.test TXT v=spf1 -all",
  FROM(ME), "neutral 2 spf-neutral" },
{ "redirect to no record", "d.test TXT v=spf1 redirect=e.test",
  FROM(ME), "permerror 3 spf-perm-none" },
{ "include of no record", "d.test TXT v=spf1 include:e.test -all",
  FROM(ME), "permerror 3 spf-perm-none" },
{ "include of two records", "d.test TXT v=spf1 include:e.test -all\n"
  "e.test TXT v=spf1 -all\ne.test TXT v=spf1 +all", FROM(ME),
  "permerror 3 spf-perm-records" },
{ "include of a name that cannot be", "d.test TXT v=spf1 include:a..b.test",
  FROM(ME), "permerror 3 spf-perm-name" },
{ "a of a name that cannot be", "d.test TXT v=spf1 a:a..b.test -all",
  FROM(ME), "fail 3 spf-fail" },
{ "a local part that is not ASCII matches nothing (RFC 8616)",
  "d.test TXT v=spf1 include:%{l}.x.test exists:%{s} -all",
  FROM("m\xc3\xbc@d.test"), "fail 3 spf-fail" },
{ "redirect by such a local part",
  "d.test TXT v=spf1 redirect=%{l}.x.test",
  FROM("m\xc3\xbc@d.test"), "permerror 3 spf-perm-name" },
{ "include loop", "d.test TXT v=spf1 include:e.test -all\n"
  "e.test TXT v=spf1 include:d.test -all", FROM(ME),
  "permerror 3 spf-perm-lookups" },
{ "redirect loop", "d.test TXT v=spf1 redirect=d.test", FROM(ME),
  "permerror 3 spf-perm-lookups" },
};

static void check_result(const struct spf_made *m, const char *what,
                         const char *want)
{
	char *have = xasprintf("%s %d %s", m->c.result, m->c.grade, m->c.say);

	if (strcmp(have, want) != 0)
		fail_msg("%s: %s", what, have);
	assert_true(m->c.temporary == !strcmp(m->c.result, "temperror"));
	free(have);
}

static void test_spf_each_record_gives_its_result(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spf_made m;

		spfmade_lines(&m, rows[i].lines, &rows[i].who);
		check_result(&m, rows[i].what, rows[i].want);
		spfmade_clear(&m);
	}
}

/* ---- limits ---- */

/* "from" n times with %u as its number, counted from 1. */
static void repeat(struct buf *out, const char *before, const char *behind,
                   unsigned n)
{
	for (unsigned i = 1; i <= n; i++)
		buf_addf(out, "%s%u%s", before, i, behind);
}

static void check_made(const char *what, struct buf *lines, const char *want)
{
	struct spf_made m;

	spfmade_lines(&m, buf_str(lines), &usual);
	check_result(&m, what, want);
	spfmade_clear(&m);
	buf_clear(lines);
}

static void test_spf_ten_lookups_are_allowed_and_eleven_are_not(void **state)
{
	(void)state;
	for (unsigned n = 10; n <= 11; n++) {
		const char *want = n == 10 ? "fail 3 spf-fail"
		                           : "permerror 3 spf-perm-lookups";
		struct buf b = { 0 };

		buf_adds(&b, "d.test TXT v=spf1");
		repeat(&b, " a:h", ".test", n);
		buf_adds(&b, " -all");
		repeat(&b, "\nh", ".test A 198.51.100.1", n);
		check_made("a", &b, want);
		buf_adds(&b, "d.test TXT v=spf1");
		repeat(&b, " include:h", ".test", n);
		buf_adds(&b, " -all");
		repeat(&b, "\nh", ".test TXT v=spf1 ?all", n);
		check_made("include", &b, want);
		/* one include, the others inside; redirect is the last */
		buf_adds(&b, "d.test TXT v=spf1 include:e.test "
		         "redirect=f.test\nf.test TXT v=spf1 -all\n"
		         "e.test TXT v=spf1");
		repeat(&b, " exists:h", ".test", n - 2);
		repeat(&b, "\nh", ".test AAAA 2001:db8::1", n - 2);
		buf_adds(&b, "\n");
		check_made("voids come first", &b,
		           "permerror 3 spf-perm-voids");
		buf_adds(&b, "d.test TXT v=spf1 include:e.test "
		         "redirect=f.test\nf.test TXT v=spf1 -all\n"
		         "e.test TXT v=spf1");
		repeat(&b, " mx:h", ".test", n - 2);
		repeat(&b, "\nh", ".test MX 1 z.test", n - 2);
		check_made("nested", &b, want);
	}
}

static void test_spf_two_voids_are_allowed_and_three_are_not(void **state)
{
	static const char *const terms[] = { " a:v", " mx:v", " exists:v" };

	(void)state;
	for (unsigned n = 2; n <= 3; n++)
		for (size_t t = 0; t < sizeof terms / sizeof *terms; t++) {
			struct buf b = { 0 };

			buf_adds(&b, "d.test TXT v=spf1");
			repeat(&b, terms[t], ".test", n);
			buf_adds(&b, " ip4:192.0.2.1 -all\nv1.test TXT x");
			check_made(terms[t], &b, n == 2
			           ? "pass 0 spf-pass"
			           : "permerror 3 spf-perm-voids");
		}
}

/* Eleven hosts without any address: three voids, if those were counted. */
static void test_spf_ten_mail_servers_are_allowed_eleven_are_not(void **state)
{
	(void)state;
	for (unsigned n = 10; n <= 11; n++) {
		struct buf b = { 0 };

		buf_adds(&b, "d.test TXT v=spf1 mx -all");
		repeat(&b, "\nd.test MX 1 h", ".test", n);
		check_made("mx", &b, n == 10 ? "fail 3 spf-fail"
		                             : "permerror 3 spf-perm-mx");
	}
}

static void test_spf_ten_names_of_an_address_are_used(void **state)
{
	static const char *const records[] = {
		"d.test TXT v=spf1 ptr:good.test -all",
		"d.test TXT v=spf1 exists:%{p}.x.test -all\n"
		"good.test.x.test A 127.0.0.2",
	};

	(void)state;
	for (unsigned n = 9; n <= 10; n++)
		for (size_t r = 0; r < sizeof records / sizeof *records; r++) {
			struct buf b = { 0 };

			buf_adds(&b, records[r]);
			repeat(&b, "\n1.2.0.192.in-addr.arpa PTR h", ".test",
			       n);
			buf_adds(&b, "\n1.2.0.192.in-addr.arpa PTR good.test"
			         "\ngood.test A 192.0.2.1");
			check_made("ptr", &b, n == 9 ? "pass 0 spf-pass"
			                             : "fail 3 spf-fail");
		}
}

static void test_spf_what_was_asked_in_advance_does_not_count(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_adds(&b, "d.test TXT v=spf1 a:h.test");
	repeat(&b, " exists:v", ".test", 3);
	buf_adds(&b, " -all\nh.test A 192.0.2.1");
	check_made("voids behind the match", &b, "pass 0 spf-pass");
	buf_adds(&b, "d.test TXT v=spf1 ip4:192.0.2.1");
	repeat(&b, " include:h", ".test", 11);
	check_made("lookups behind the match", &b,
	           "pass 2 spf-pass-lookups");
	buf_adds(&b, "d.test TXT v=spf1 ip4:192.0.2.1");
	repeat(&b, " include:h", ".test", 10);
	check_made("ten of them", &b, "pass 0 spf-pass");
	buf_adds(&b, "d.test TXT v=spf1 ip4:192.0.2.1 include:e.test "
	         "include:f.test\n");
	buf_adds(&b, "e.test TXT v=spf1");
	repeat(&b, " a:h", ".test", 5);
	buf_adds(&b, "\nf.test TXT v=spf1");
	repeat(&b, " mx:h", ".test", 4);
	check_made("nested ones", &b, "pass 2 spf-pass-lookups");
}

/* ---- rounds ---- */

/* Each run but the last ends in a round of lookups. */
static void test_spf_ten_lookups_take_two_or_three_rounds(void **state)
{
	struct buf b = { 0 };
	struct spf_made m;

	(void)state;
	buf_adds(&b, "d.test TXT v=spf1");
	repeat(&b, " a:h", ".test", 10);
	buf_adds(&b, " -all");
	repeat(&b, "\nh", ".test A 198.51.100.1", 10);
	spfmade_lines(&m, buf_str(&b), &usual);
	check_result(&m, "two", "fail 3 spf-fail");
	assert_int_equal(m.rounds, 1 + 2);
	spfmade_clear(&m);
	buf_reset(&b);
	buf_adds(&b, "d.test TXT v=spf1 include:i1.test include:i2.test "
	         "mx:m.test ptr -all\ni1.test TXT v=spf1 a:h1.test a:h2.test "
	         "mx:m.test\ni2.test TXT v=spf1 a:h3.test a:h4.test a:h5.test"
	         "\nm.test MX 1 mx.test\nmx.test A 198.51.100.9\n"
	         "1.2.0.192.in-addr.arpa PTR x.test\nx.test A 198.51.100.9");
	repeat(&b, "\nh", ".test A 198.51.100.1", 5);
	spfmade_lines(&m, buf_str(&b), &usual);
	check_result(&m, "three", "fail 3 spf-fail");
	assert_int_equal(m.rounds, 1 + 3);
	spfmade_clear(&m);
	buf_clear(&b);
}

static void test_spf_needs_of_a_huge_record_are_bounded(void **state)
{
	struct address_seen seen = { ADDRESS_GIVEN, IP, "" };
	struct check_query q = { .seen = &seen, .n_seen = 1,
		.mail_from = ME, "h.test", false };
	struct spfmap *map = spfmap_new();
	struct facts *f = facts_new();
	struct check c = { .id = NULL };
	struct dns_name name;
	struct buf b = { 0 };

	(void)state;
	buf_adds(&b, "v=spf1");
	repeat(&b, " include:h", ".test", 3000);
	spfmap_name(&name, "d.test", 6);
	spfmap_add_txt(map, &name, b.data, b.len);
	facts_add(f, spfmap_look_up(map, &name, RR_TXT));
	spf_check_mail(&c, f, &q, 0);
	assert_int_equal(c.n_needs, SPF_LOOKUPS_MAX);
	check_clear(&c);
	facts_free(f);
	spfmap_free(map);
	buf_clear(&b);
}

/* ---- large and odd data ---- */

static void add_large(struct spfmap *map, const char *owner,
                      const char *before, const char *piece,
                      const char *behind)
{
	struct buf b = { 0 };
	struct dns_name name;

	buf_adds(&b, before);
	while (b.len + strlen(piece) + strlen(behind) < 65000)
		buf_adds(&b, piece);
	buf_adds(&b, behind);
	spfmap_name(&name, owner, strlen(owner));
	spfmap_add_txt(map, &name, b.data, b.len);
	buf_clear(&b);
}

static void test_spf_record_of_64_kib_keeps_its_trace_short(void **state)
{
	struct spfmap *map = spfmap_new();
	const char *more;
	struct spf_made m;

	(void)state;
	add_large(map, "d.test", "v=spf1", " ip4:198.51.100.7",
	          " ip4:192.0.2.1 -all");
	spfmade_map(&m, map, &usual);
	check_result(&m, "64 KiB", "pass 0 spf-pass");
	assert_true(m.c.n_steps < 40);
	more = spfmade_step(&m.c, "spf-nets-more");
	assert_non_null(more);
	assert_true(atoi(more) > 3000);
	for (size_t i = 0; i < m.c.n_steps; i++)
		for (size_t a = 0; a < m.c.steps[i].n_args; a++)
			assert_true(strlen(m.c.steps[i].args[a]) <
			            CHECK_RECORD_MAX + 20);
	spfmade_clear(&m);
	spfmap_free(map);
}

static void test_spf_explanation_of_64_kib_is_cut(void **state)
{
	struct spfmap *map = spfmap_new();
	struct spf_made m;

	(void)state;
	spfmap_line(map, "d.test TXT v=spf1 -all exp=e.test");
	add_large(map, "e.test", "", "%{s100000r} ", "");
	spfmade_map(&m, map, &usual);
	check_result(&m, "exp", "fail 3 spf-fail");
	assert_int_equal(strlen(spfmade_step(&m.c, "spf-exp")),
	                 SPF_EXPLANATION_MAX);
	spfmade_clear(&m);
	spfmap_free(map);
}

/* 35 times "d.test." and "x.test" are 251 octets; one more is too much. */
static void test_spf_domain_of_64_kib_keeps_its_end(void **state)
{
	struct spfmap *map = spfmap_new();
	struct buf b = { 0 };
	struct spf_made m;

	(void)state;
	add_large(map, "d.test", "v=spf1 exists:", "%{d}.", "x.test -all");
	for (unsigned i = 0; i < 35; i++)
		buf_adds(&b, "d.test.");
	buf_adds(&b, "x.test A 127.0.0.2");
	spfmap_line(map, buf_str(&b));
	spfmade_map(&m, map, &usual);
	check_result(&m, "exists", "pass 0 spf-pass");
	spfmade_clear(&m);
	spfmap_free(map);
	buf_clear(&b);
}

static const struct {
	const char *what, *lines, *want; /* NULL: none */
} explanations[] = {
	{ "words", "e.test TXT No mail from %{c} for %{s} via %{h}, %{r}.",
	  "No mail from 192.0.2.1 for me@d.test via mx.test, unknown." },
	{ "%{p}", "e.test TXT %{p}\n1.2.0.192.in-addr.arpa PTR n.test\n"
	  "n.test A 192.0.2.1", "n.test" },
	{ "URL", "e.test TXT http://%{D}/?s=%{S}",
	  "http://d.test/?s=me%40d.test" },
	{ "empty", "e.test TXT ", "" },
	{ "two", "e.test TXT a\ne.test TXT b", NULL },
	{ "none", "x.test TXT a", NULL },
	{ "no answer", "e.test TXT !timeout", NULL },
	{ "a wrong macro", "e.test TXT %{x}", NULL },
	{ "not ASCII", "e.test TXT gr\xc3\xbc\xc3\x9f", NULL },
	{ "a control character", "e.test TXT a\x1b[2J", NULL },
};

static void test_spf_explanation_is_that_of_the_domain(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof explanations / sizeof *explanations;
	     i++) {
		char *lines = xasprintf("d.test TXT v=spf1 exp=e.test -all\n%s",
		                        explanations[i].lines);
		const char *have;
		struct spf_made m;

		spfmade_lines(&m, lines, &usual);
		check_result(&m, explanations[i].what, "fail 3 spf-fail");
		have = spfmade_step(&m.c, "spf-exp");
		if (explanations[i].want)
			assert_string_equal(have, explanations[i].want);
		else
			assert_null(have);
		spfmade_clear(&m);
		free(lines);
	}
}

/* ---- how often, about whom ---- */

static void test_spf_is_made_for_who_is_known(void **state)
{
	static const struct {
		struct check_query q;
		size_t mail, helo;
	} cases[] = {
		{ { .mail_from = ME, .helo = "h.test" }, 1, 1 },
		{ { .mail_from = "", .helo = "h.test" }, 1, 1 },
		{ { .mail_from = "" }, 0, 0 }, { { .mail_from = ME }, 1, 0 },
		{ { .mail_from = "postmaster" }, 0, 0 },
		{ { .helo = "h.test" }, 0, 1 }, { { .helo = "" }, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(spf_count_mail(&cases[i].q), cases[i].mail);
		assert_int_equal(spf_count_helo(&cases[i].q), cases[i].helo);
	}
}

static void test_spf_of_helo_is_about_the_helo_name(void **state)
{
	static const struct row helo[] = {
		{ "pass", "h.test TXT v=spf1 exists:%{s}.x.test -all\n"
		  "postmaster@h.test.x.test A 127.0.0.2",
		  { IP, ME, "h.test", true }, "pass 0 spf-pass" },
		{ "no record is no fault", "h.test A 192.0.2.1",
		  { IP, ME, "h.test", true }, "none 1 spf-none" },
		{ "a literal", "h.test A 192.0.2.1",
		  { IP, ME, "[192.0.2.1]", true }, "none 1 spf-none-name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof helo / sizeof *helo; i++) {
		struct spf_made m;

		spfmade_lines(&m, helo[i].lines, &helo[i].who);
		assert_string_equal(m.c.id, "spf-helo");
		assert_string_equal(m.c.subject, helo[i].who.helo);
		check_result(&m, helo[i].what, helo[i].want);
		spfmade_clear(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spf_each_record_gives_its_result),
		cmocka_unit_test(
			test_spf_ten_lookups_are_allowed_and_eleven_are_not),
		cmocka_unit_test(
			test_spf_two_voids_are_allowed_and_three_are_not),
		cmocka_unit_test(
			test_spf_ten_mail_servers_are_allowed_eleven_are_not),
		cmocka_unit_test(test_spf_ten_names_of_an_address_are_used),
		cmocka_unit_test(
			test_spf_what_was_asked_in_advance_does_not_count),
		cmocka_unit_test(test_spf_ten_lookups_take_two_or_three_rounds),
		cmocka_unit_test(test_spf_needs_of_a_huge_record_are_bounded),
		cmocka_unit_test(
			test_spf_record_of_64_kib_keeps_its_trace_short),
		cmocka_unit_test(test_spf_explanation_of_64_kib_is_cut),
		cmocka_unit_test(test_spf_domain_of_64_kib_keeps_its_end),
		cmocka_unit_test(test_spf_explanation_is_that_of_the_domain),
		cmocka_unit_test(test_spf_is_made_for_who_is_known),
		cmocka_unit_test(test_spf_of_helo_is_about_the_helo_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
