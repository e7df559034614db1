/* The check "dmarc": which policy holds, who is aligned, what is said. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/dmarc.h"
#include "check/dmarc_walk.h"
#include "check/domain.h"
#include "sendertest.h"
#include "util/buf.h"
#include "util/xalloc.h"

static bool has_step(const struct check *c, const char *say)
{
	for (size_t i = 0; i < c->n_steps; i++)
		if (strcmp(c->steps[i].say, say) == 0)
			return true;
	return false;
}

/* ---- the rows of the study ---- */

/* The words of dns/expectations.tsv, from what the check says. */
static char *study_words(const struct check *c)
{
	static const struct {
		const char *say, *word;
	} notes[] = {
		{ "dmarc-level-many", "many" }, { "dmarc-no-p", "no-p" },
		{ "dmarc-as-none", "bad-p" }, { "dmarc-inherited", "exists" },
		{ "dmarc-inherited-gone", "nonexistent" },
		{ "dmarc-tag-removed", "obsolete-pct" },
		{ "dmarc-test", "test" },
	};
	bool any = strncmp(c->result, "p=", 2) == 0;
	struct buf out = { 0 };

	buf_addf(&out, "%s\t%s\t", any ? c->result + 2 :
	         strcmp(c->result, "none") == 0 ? "none-found" : c->result,
	         any ? c->args[1] : "-");
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (has_step(c, notes[i].say) ||
		    strcmp(c->say, notes[i].say) == 0)
			buf_addf(&out, "%s ", notes[i].word);
	if (out.data[out.len - 1] == '\t')
		buf_adds(&out, "- ");
	out.len--;
	buf_str(&out);
	out.data[out.len] = '\0';
	return buf_steal(&out);
}

/* line: "dmarc\tt32\tNAME\tVERDICT\tDOMAIN\tWARNINGS\t..." */
static void check_study_row(const struct spfmap *m, char *line)
{
	char *name = strchr(strchr(line, '\t') + 1, '\t') + 1;
	char *want = strchr(name, '\t') + 1, *end = want;
	struct check_query q = { .author = name };
	struct check c = { .id = NULL };
	char *got;

	want[-1] = '\0';
	for (int i = 0; i < 3; i++)
		end += strcspn(end, "\t") + (i < 2);
	*end = '\0';
	run_row(&c, m, "dmarc", &q, 0);
	got = study_words(&c);
	if (strcmp(got, want) != 0)
		print_error("%s\n", name);
	assert_string_equal(got, want);
	free(got);
	check_clear(&c);
}

static void test_dmarc_rows_of_the_study(void **state)
{
	char *text = shared_file("dns/expectations.tsv"), *p = text;
	struct spfmap *m = map_of("t19-servfail.test TXT !servfail\n"
	                          "_dmarc.t19-servfail.test TXT !servfail");
	size_t rows = 0;

	(void)state;
	if (!text) {
		spfmap_free(m);
		skip();
	}
	assert_true(map_add_zone(m, "t32-dmarc.test"));
	assert_true(map_add_zone(m, "t01-basic.test"));
	while (*p) {
		char *end = strchr(p, '\n');

		*end = '\0';
		if (strncmp(p, "dmarc\t", 6) == 0) {
			check_study_row(m, p);
			rows++;
		}
		p = end + 1;
	}
	assert_int_equal(rows, 15);
	spfmap_free(m);
	free(text);
}

/* ---- the tree walk ---- */

static void run_walk(struct dmarc_walk *w, const struct spfmap *m,
                     const char *from, struct facts *f)
{
	struct check c = { .id = NULL };
	struct dns_name name;

	assert_true(domain_parse(&name, from));
	check_begin(&c, "dmarc", from);
	assert_false(dmarc_walk(w, &c, f, &name));
	assert_true(c.n_needs > 0 && c.n_needs <= DMARC_QUERIES_MAX);
	for (size_t i = 0; i < c.n_needs; i++)
		facts_add(f, spfmap_look_up(m, &c.needs[i].name,
		                            c.needs[i].type));
	assert_true(dmarc_walk(w, &c, f, &name)); /* one round is enough */
	check_clear(&c);
}

#define R "v=DMARC1; p=reject"
static const struct {
	const char *what, *zone, *from;
	const char *want; /* levels looked at, org, policy's domain */
} walks[] = {
	{ "one label", "", "test", "1 test -" },
	{ "nothing at all", "", "a.mail.example.com",
	  "4 a.mail.example.com -" },
	{ "RFC 9989 4.10.2: the fewest labels",
	  "_dmarc.mail.example.com TXT " R "\n_dmarc.example.com TXT " R,
	  "a.mail.example.com", "4 example.com example.com" },
	{ "RFC 9989 4.10.2: psd=n ends it",
	  "_dmarc.mail.example.com TXT " R "; psd=n\n"
	  "_dmarc.example.com TXT " R,
	  "a.mail.example.com", "2 mail.example.com mail.example.com" },
	{ "RFC 9989 4.10.2: only a public suffix",
	  "_dmarc.com TXT " R "; psd=y", "a.mail.example.com",
	  "4 example.com com" },
	{ "RFC 9989 4.10.2: one below the suffix",
	  "_dmarc.example.com TXT " R "; psd=y", "mail.example.com",
	  "2 mail.example.com example.com" },
	{ "the organization's record comes before the suffix's",
	  "_dmarc.com TXT " R "; psd=y\n_dmarc.example.com TXT " R,
	  "a.mail.example.com", "4 example.com example.com" },
	{ "a record between the two does not count",
	  "_dmarc.com TXT " R "; psd=y\n_dmarc.mail.example.com TXT " R,
	  "a.mail.example.com", "4 example.com com" },
	{ "its own record is the policy, not the organization",
	  "_dmarc.a.example.com TXT " R "\n_dmarc.example.com TXT " R,
	  "a.example.com", "3 example.com a.example.com" },
	{ "its own with psd=n", "_dmarc.a.example.com TXT " R "; psd=n\n"
	  "_dmarc.example.com TXT " R, "a.example.com",
	  "1 a.example.com a.example.com" },
	{ "a suffix itself", "_dmarc.co.test TXT " R "; psd=y", "co.test",
	  "1 co.test co.test" },
	{ "two records are none", "_dmarc.b.test TXT " R "\n"
	  "_dmarc.b.test TXT " R "\n_dmarc.b.test TXT x\n_dmarc.test TXT " R,
	  "b.test", "2 test test" },
	{ "one among others", "_dmarc.b.test TXT x\n_dmarc.b.test TXT " R "\n"
	  "_dmarc.b.test TXT v=DMARC2", "b.test", "2 b.test b.test" },
	{ "an alias", "_dmarc.b.test CNAME _dmarc.c.test\n"
	  "_dmarc.c.test TXT " R, "b.test", "2 b.test b.test" },
	{ "a lookup that fails below hides the rest",
	  "_dmarc.b.c.test TXT !servfail\n_dmarc.c.test TXT " R, "b.c.test",
	  "3 failed -" },
	{ "one that fails above does not hide its own",
	  "_dmarc.b.c.test TXT " R "\n_dmarc.c.test TXT !timeout", "b.c.test",
	  "3 failed b.c.test" },
	{ "one that would not have been asked does not matter",
	  "_dmarc.b.c.test TXT " R "; psd=n\n_dmarc.c.test TXT !timeout",
	  "b.c.test", "1 b.c.test b.c.test" },
	{ "eight labels: all are asked", "_dmarc.b.c.d.e.f.g.test TXT " R,
	  "a.b.c.d.e.f.g.test", "8 b.c.d.e.f.g.test b.c.d.e.f.g.test" },
	{ "nine labels: the eighth is left out (5.1.8)",
	  "_dmarc.b.c.d.e.f.g.h.test TXT " R, "a.b.c.d.e.f.g.h.test",
	  "8 a.b.c.d.e.f.g.h.test -" },
	{ "the case of letters", "_dmarc.B.test TXT " R, "A.b.TEST",
	  "3 B.test B.test" },
};

static void test_dmarc_walk(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
		struct spfmap *m = map_of(walks[i].zone);
		struct facts *f = facts_new();
		char org[DNS_NAME_TEXT_MAX], at[DNS_NAME_TEXT_MAX] = "-", *got;
		const struct dmarc_level *policy;
		struct dmarc_walk w;

		run_walk(&w, m, walks[i].from, f);
		policy = dmarc_walk_policy(&w);
		if (policy)
			dns_name_host(&policy->domain, at);
		got = xasprintf("%zu %s %s", w.n, w.failed ? "failed" :
		                dns_name_host(&w.org, org), at);
		if (strcasecmp(got, walks[i].want) != 0)
			fail_msg("%s: %s, not %s", walks[i].what, got,
			         walks[i].want);
		free(got);
		facts_free(f);
		spfmap_free(m);
	}
}

/* D30: 50 labels, and the 127 that a name can have. */
static void test_dmarc_walk_of_many_labels_asks_eight_times(void **state)
{
	static const unsigned labels[] = { 8, 9, 50, 127 };

	(void)state;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		struct spfmap *m = map_of("_dmarc.a.a.a TXT " R);
		struct facts *f = facts_new();
		struct buf name = { 0 };
		struct dmarc_walk w;

		for (unsigned n = 0; n < labels[i]; n++)
			buf_adds(&name, n ? ".a" : "a");
		run_walk(&w, m, buf_str(&name), f);
		assert_int_equal(w.n, DMARC_QUERIES_MAX);
		/* of the longest name itself there can be no _dmarc. */
		assert_int_equal(facts_count(f), labels[i] == 127 ? 7 : 8);
		assert_int_equal(dns_name_labels(&w.levels[1].domain), 7);
		assert_int_equal(dns_name_labels(&w.org), 3);
		buf_clear(&name);
		facts_free(f);
		spfmap_free(m);
	}
}

/* ---- the whole check ---- */

#define OWN "_dmarc.a.test TXT v=DMARC1; p="
#define SPF "a.test TXT v=spf1 ip4:192.0.2.1 -all\n" \
	"s.a.test TXT v=spf1 ip4:192.0.2.1 -all\n" \
	"b.test TXT v=spf1 ip4:192.0.2.1 -all\n"
#define KEY "k._domainkey.a.test TXT " \
	"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJ" \
	"W3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBI" \
	"tLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf" \
	"6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB\n"

static const struct {
	const char *what, *zone, *from, *author, *ip;
	bool selector;
	const char *want; /* grade, result, sentence */
} checks[] = {
	{ "aligned, and SPF passes", SPF OWN "reject", "x@a.test", NULL,
	  "192.0.2.1", false, "pass p=reject dmarc-pass" },
	{ "a subdomain, relaxed", SPF OWN "reject", "x@s.a.test", "a.test",
	  "192.0.2.1", false, "pass p=reject dmarc-pass" },
	{ "a subdomain, strict", SPF OWN "reject; aspf=s", "x@s.a.test",
	  "a.test", "192.0.2.1", false, "bad p=reject dmarc-foreign-reject" },
	{ "the same domain, strict, in other letters",
	  SPF OWN "reject; aspf=s", "x@A.Test", "a.test", "192.0.2.1", false,
	  "pass p=reject dmarc-pass" },
	{ "another organization", SPF OWN "reject", "x@b.test", "a.test",
	  "192.0.2.1", false, "bad p=reject dmarc-foreign-reject" },
	{ "another one, but a key for DKIM", SPF KEY OWN "quarantine",
	  "x@b.test", "a.test", "192.0.2.1", true,
	  "warn p=quarantine dmarc-foreign-quarantine" },
	{ "a selector without a key", SPF OWN "quarantine", "x@b.test",
	  "a.test", "192.0.2.1", true,
	  "bad p=quarantine dmarc-foreign-quarantine" },
	{ "aligned, but SPF fails", SPF OWN "reject", "x@a.test", NULL,
	  "192.0.2.9", false, "bad p=reject dmarc-fail-reject" },
	{ "aligned, SPF fails, a key", SPF KEY OWN "quarantine", "x@a.test",
	  NULL, "192.0.2.9", true, "warn p=quarantine dmarc-fail-quarantine" },
	{ "aligned, no SPF", OWN "reject", "x@a.test", NULL, "192.0.2.1",
	  false, "bad p=reject dmarc-fail-reject" },
	{ "aligned, the address not known", SPF OWN "reject", "x@a.test", NULL,
	  NULL, false, "note p=reject dmarc-open" },
	{ "aligned, SPF cannot be looked up",
	  "a.test TXT !timeout\n" OWN "reject", "x@a.test", NULL, "192.0.2.1",
	  false, "unknown p=reject dmarc-open" },
	{ "no sender", SPF OWN "reject", NULL, "a.test", "192.0.2.1", false,
	  "note p=reject dmarc-nobody" },
	{ "<>: the HELO name, aligned",
	  "h.a.test TXT v=spf1 ip4:192.0.2.1 -all\n" OWN "reject", "",
	  "a.test", "192.0.2.1", false, "pass p=reject dmarc-pass" },
	{ "a sender without a domain", OWN "reject", "x@[192.0.2.1]", "a.test",
	  "192.0.2.1", false, "note p=reject dmarc-nobody" },
	{ "p=none: passes", SPF OWN "none", "x@a.test", NULL, "192.0.2.1",
	  false, "note p=none dmarc-none-pass" },
	{ "p=none: fails", SPF OWN "none", "x@a.test", NULL, "192.0.2.9",
	  false, "note p=none dmarc-none-fail" },
	{ "p=none: foreign", SPF OWN "none", "x@b.test", "a.test", "192.0.2.1",
	  false, "note p=none dmarc-none-foreign" },
	{ "p=none: not known", SPF OWN "none", "x@a.test", NULL, NULL, false,
	  "note p=none dmarc-none-open" },
	{ "p=none: nobody", OWN "none", NULL, "a.test", NULL, false,
	  "note p=none dmarc-none-nobody" },
	{ "t=y", SPF OWN "quarantine; t=y", "x@b.test", "a.test", "192.0.2.1",
	  false, "note p=none dmarc-none-foreign" },
	{ "no record", "a.test A 192.0.2.1", "x@a.test", NULL, NULL, false,
	  "warn none dmarc-none" },
	{ "two records", OWN "none\n" OWN "reject", "x@a.test", NULL, NULL,
	  false, "bad permerror dmarc-many" },
	{ "two records, and one above", OWN "none\n" OWN "none\n"
	  "_dmarc.test TXT v=DMARC1; p=none; sp=quarantine\n"
	  "a.test A 192.0.2.1", "x@a.test", NULL, NULL, false,
	  "bad p=quarantine dmarc-many-inherited" },
	{ "almost one", "_dmarc.a.test TXT v=dmarc1; p=none", "x@a.test", NULL,
	  NULL, false, "bad permerror dmarc-lookalike" },
	{ "almost one, and one above", "_dmarc.a.test TXT p=none; v=DMARC1\n"
	  "_dmarc.test TXT v=DMARC1; p=reject", "x@a.test", NULL, NULL, false,
	  "bad p=reject dmarc-lookalike-inherited" },
	{ "D29: p=REJECT", SPF OWN "REJECT", "x@b.test", "a.test",
	  "192.0.2.1", false, "bad p=reject dmarc-foreign-reject" },
	{ "D29: no p", "_dmarc.a.test TXT v=DMARC1", "x@a.test", NULL, NULL,
	  false, "warn p=none dmarc-no-p" },
	{ "D29: pct=101", SPF OWN "reject; pct=101", "x@a.test", NULL,
	  "192.0.2.1", false, "pass p=reject dmarc-pass" },
	{ "invalid p", OWN "x", "x@a.test", NULL, NULL, false,
	  "bad permerror dmarc-ignored" },
	{ "invalid p, with a rua", OWN "x; rua=mailto:d@a.test", "x@a.test",
	  NULL, NULL, false, "bad p=none dmarc-as-none" },
	{ "a tag twice", OWN "none; p=none", "x@a.test", NULL, NULL, false,
	  "bad permerror dmarc-twice" },
	{ "a lookup fails", "_dmarc.a.test TXT !servfail", "x@a.test", NULL,
	  NULL, false, "unknown temperror lookup-failed" },
	{ "alignment cannot be looked up", SPF OWN "reject\n"
	  "_dmarc.test TXT !timeout", "x@b.test", "a.test", "192.0.2.1", false,
	  "unknown temperror lookup-failed" },
	{ "an identical domain needs no walk", SPF OWN "reject\n"
	  "_dmarc.test TXT !timeout", "x@a.test", NULL, "192.0.2.1", false,
	  "pass p=reject dmarc-pass" },
	{ "whether it exists cannot be looked up, and matters",
	  "g.a.test A !servfail\n" OWN "reject; np=none", "x@g.a.test", NULL,
	  NULL, false, "unknown temperror lookup-failed" },
	{ "whether it exists cannot be looked up, and does not matter",
	  "g.a.test A !servfail\n" OWN "none", "x@g.a.test", NULL, NULL,
	  false, "note p=none dmarc-none-open" },
	{ "an alias that leads nowhere exists all the same",
	  "g.a.test CNAME gone.example\n" OWN "reject; np=none", "x@g.a.test",
	  NULL, NULL, false, "note p=reject dmarc-open" },
	{ "without it the name does not exist", OWN "reject; np=none",
	  "x@g.a.test", NULL, NULL, false, "note p=none dmarc-none-open" },
	{ "no author", OWN "none", "", NULL, NULL, false,
	  "unknown  dmarc-no-author" },
	{ "no name", OWN "none", "x@a..test", NULL, NULL, false,
	  "unknown  bad-name" },
};

static void run_check(struct check *c, size_t i)
{
	static const char *const selectors[] = { "k" };
	struct address_seen seen = { ADDRESS_GIVEN, checks[i].ip, "" };
	struct check_query q = {
		.mail_from = checks[i].from, .author = checks[i].author,
		.helo = "h.a.test", .seen = &seen,
		.n_seen = checks[i].ip ? 1 : 0, .selectors = selectors,
		.n_selectors = checks[i].selector ? 1 : 0,
	};
	struct spfmap *m = map_of(checks[i].zone);

	run_row(c, m, "dmarc", &q, 0);
	spfmap_free(m);
}

static void test_dmarc_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
		struct check c = { .id = NULL };
		char *got;

		run_check(&c, i);
		got = xasprintf("%s %s %s", grade_name(c.grade), c.result,
		                c.say);
		if (strcmp(got, checks[i].want) != 0)
			print_error("%s\n", checks[i].what);
		assert_string_equal(got, checks[i].want);
		free(got);
		free(check_as_text(&c, "de")); /* every sentence is there */
		check_clear(&c);
	}
}

static void test_dmarc_count(void **state)
{
	(void)state;
	assert_int_equal(dmarc_count(&(struct check_query){ .helo = "h" }), 0);
	assert_int_equal(dmarc_count(&(struct check_query){
		.mail_from = "" }), 1);
	assert_int_equal(dmarc_count(&(struct check_query){
		.author = "a.test" }), 1);
}

/* ---- reports ---- */

static void test_dmarc_asks_whether_reports_may_leave(void **state)
{
	static const struct {
		const char *zone, *step;
	} rows[] = {
		{ "a.test._report._dmarc.r.example TXT v=DMARC1;",
		  "dmarc-report-yes" },
		{ "a.test._report._dmarc.r.example TXT v=dmarc1",
		  "dmarc-report-no" },
		{ "r.example A 192.0.2.1", "dmarc-report-no" },
		{ "a.test._report._dmarc.r.example TXT !timeout",
		  "dmarc-report-unknown" },
	};
	const struct check_query q = { .author = "a.test" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *zone = xasprintf("%s\n" OWN "none; rua=mailto:d@s.a.test,"
		                       "mailto:d@r.example", rows[i].zone);
		struct spfmap *m = map_of(zone);
		struct check c = { .id = NULL };

		run_row(&c, m, "dmarc", &q, 0);
		assert_true(has_step(&c, rows[i].step));
		check_clear(&c);
		spfmap_free(m);
		free(zone);
	}
}

/* 500 foreign hosts: four are asked. */
static void test_dmarc_asks_of_500_report_hosts_only_four(void **state)
{
	const struct check_query q = { .author = "a.test" };
	struct buf zone = { 0 };
	struct spfmap *m;
	struct check c = { .id = NULL };
	size_t asked = 0;

	(void)state;
	buf_adds(&zone, OWN "none; rua=mailto:d@a.test");
	for (int i = 0; i < 500; i++)
		buf_addf(&zone, ",mailto:d@r%d.example", i);
	m = map_of(buf_str(&zone));
	run_row(&c, m, "dmarc", &q, 0);
	for (size_t i = 0; i < c.n_steps; i++)
		asked += strcmp(c.steps[i].say, "dmarc-report-ask") == 0;
	assert_int_equal(asked, DMARC_EXTERNAL_MAX);
	assert_true(c.n_steps < 60);
	check_clear(&c);
	spfmap_free(m);
	buf_clear(&zone);
}

/* ---- traces ---- */

static void test_dmarc_trace_of_an_inherited_policy(void **state)
{
	struct spfmap *m = map_of(
	    "_dmarc.a.test TXT v=DMARC1; p=reject; sp=quarantine; np=reject; "
	    "adkim=r; aspf=s; pct=50; fo=1; x=y; rua=mailto:d@a.test,nothing,"
	    "mailto:d@r.example!10m; t=n; ruf=mailto:f@a.test\n"
	    "mail.a.test A 192.0.2.7\n"
	    "_dmarc.mail.a.test TXT google-site-verification=1\n"
	    "a.test._report._dmarc.r.example TXT v=DMARC1\n"
	    "b.test TXT v=spf1 -all");
	const struct address_seen seen = { ADDRESS_GIVEN, "192.0.2.9", "" };
	static const char *const selectors[] = { "sel" };
	const struct check_query q = { .mail_from = "x@b.test",
		.author = "mail.a.test", .seen = &seen, .n_seen = 1,
		.selectors = selectors, .n_selectors = 1 };
	struct check c = { .id = NULL };

	(void)state;
	run_row(&c, m, "dmarc", &q, 0);
	assert_golden(&c, "dmarc-inherited");
	check_clear(&c);
	spfmap_free(m);
}

static void test_dmarc_trace_of_a_relaxed_alignment(void **state)
{
	struct spfmap *m = map_of(
	    "_dmarc.news.a.test TXT v=DMARC1; p=quarantine; t=y; np\n"
	    "_dmarc.a.test TXT v=DMARC1; p=none\n"
	    "_dmarc.test TXT v=DMARC1; p=none; psd=y\n"
	    "bounce.a.test TXT v=spf1 ip4:192.0.2.1 -all");
	const struct address_seen seen = { ADDRESS_GIVEN, "192.0.2.1", "" };
	const struct check_query q = { .mail_from = "x@bounce.a.test",
		.author = "news.a.test", .seen = &seen, .n_seen = 1 };
	struct check c = { .id = NULL };

	(void)state;
	run_row(&c, m, "dmarc", &q, 0);
	assert_golden(&c, "dmarc-relaxed");
	check_clear(&c);
	spfmap_free(m);
}

static void test_dmarc_trace_escapes_hostile_records(void **state)
{
	const struct check_query q = { .author = "a.test" };
	struct spfmap *m = map_of(OWN "reject; \x1b[2J=\x1b]0;x\x07; "
	                          "rua=mailto:\xe2\x80\xae@a.test");
	struct check c = { .id = NULL };
	char *text;

	(void)state;
	run_row(&c, m, "dmarc", &q, 0);
	text = check_as_text(&c, "en");
	assert_null(strpbrk(text, "\x1b\x07"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	free(text);
	check_clear(&c);
	spfmap_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dmarc_rows_of_the_study),
		cmocka_unit_test(test_dmarc_walk),
		cmocka_unit_test(
		    test_dmarc_walk_of_many_labels_asks_eight_times),
		cmocka_unit_test(test_dmarc_check),
		cmocka_unit_test(test_dmarc_count),
		cmocka_unit_test(test_dmarc_asks_whether_reports_may_leave),
		cmocka_unit_test(
		    test_dmarc_asks_of_500_report_hosts_only_four),
		cmocka_unit_test(test_dmarc_trace_of_an_inherited_policy),
		cmocka_unit_test(test_dmarc_trace_of_a_relaxed_alignment),
		cmocka_unit_test(test_dmarc_trace_escapes_hostile_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
