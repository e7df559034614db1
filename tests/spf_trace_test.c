/* What a person reads of an SPF check, in both languages; and the practical
 * cases of the shared zones. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rdata.h"
#include "spfmade.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* ---- the whole trace ---- */

static const struct golden {
	const char *what, *lines, *en, *de;
} goldens[] = {
{ "include, a, mx, exists, ptr",
  "example.org TXT v=spf1 ip4:203.0.113.0/24 a mx:m.example.org "
  "include:_spf.%{d} ~all\n"
  "example.org TXT other\n"
  "example.org A 192.0.2.7\n"
  "m.example.org MX 10 m1.example.org\n"
  "m.example.org MX 20 m2.example.org\n"
  "m1.example.org A 192.0.2.9\n"
  "_spf.example.org TXT v=spf1 ip6:2001:db8::/32 exists:%{ir}.x.test "
  "ptr -all",
  "May 192.0.2.5 send mail as anna@example.org?\n"
  "example.org. 300 IN TXT \"v=spf1 ip4:203.0.113.0/24 a "
  "mx:m.example.org include:_spf.%{d} ~all\"\n"
  "example.org. 300 IN TXT \"other\"\n"
  "term 1 ip4:203.0.113.0/24 · no match: 192.0.2.5 is not in "
  "203.0.113.0/24\n"
  "term 2 a · lookup 1 of 10 · no match: 192.0.2.5 is not among the "
  "addresses of example.org\n"
  "  example.org. 300 IN A 192.0.2.7\n"
  "term 3 mx:m.example.org · lookup 2 of 10 · no match: 192.0.2.5 is "
  "no mail server of m.example.org\n"
  "  m.example.org. 300 IN MX 10 m1.example.org.\n"
  "  m.example.org. 300 IN MX 20 m2.example.org.\n"
  "  m1.example.org. 300 IN A 192.0.2.9\n"
  "  ; m2.example.org. IN A: nxdomain\n"
  "term 4 include:_spf.%{d} · lookup 3 of 10 · the record of "
  "_spf.example.org is asked\n"
  "  _spf.example.org. 300 IN TXT \"v=spf1 ip6:2001:db8::/32 "
  "exists:%{ir}.x.test ptr -all\"\n"
  "  ptr is slow and unreliable and should not be used any more\n"
  "  term 1 ip6:2001:db8::/32 · no match: 192.0.2.5 is of the other "
  "family\n"
  "  term 2 exists:%{ir}.x.test · lookup 4 of 10 · no match: nothing "
  "found, void lookup 1 of 2\n"
  "    ; 5.2.0.192.x.test. IN A: nxdomain\n"
  "  term 3 ptr · lookup 5 of 10 · no match: nothing found, void "
  "lookup 2 of 2\n"
  "    ; 5.2.0.192.in-addr.arpa. IN PTR: nxdomain\n"
  "  term 4 -all · matches every address\n"
  "term 4 include:_spf.%{d} · lookup 3 of 10 · no match: it said "
  "fail, and only pass would count\n"
  "term 5 ~all · matches every address\n"
  "Decided: “~all” in the record of example.org says softfail\n"
  "= warning softfail: example.org does not expect mail from "
  "192.0.2.5: softfail, by “~all” in the record of example.org. "
  "Receivers take it as a bad sign, rarely as a reason to refuse.\n"
  "> If 192.0.2.5 is to send for example.org, add it to the record; "
  "otherwise send through a server that is in it.\n",
  "Darf 192.0.2.5 Mail als anna@example.org senden?\n"
  "example.org. 300 IN TXT \"v=spf1 ip4:203.0.113.0/24 a "
  "mx:m.example.org include:_spf.%{d} ~all\"\n"
  "example.org. 300 IN TXT \"other\"\n"
  "Term 1 ip4:203.0.113.0/24 · kein Treffer: 192.0.2.5 liegt nicht "
  "in 203.0.113.0/24\n"
  "Term 2 a · Abfrage 1 von 10 · kein Treffer: 192.0.2.5 gehört "
  "nicht zu den Adressen von example.org\n"
  "  example.org. 300 IN A 192.0.2.7\n"
  "Term 3 mx:m.example.org · Abfrage 2 von 10 · kein Treffer: "
  "192.0.2.5 ist kein Mailserver von m.example.org\n"
  "  m.example.org. 300 IN MX 10 m1.example.org.\n"
  "  m.example.org. 300 IN MX 20 m2.example.org.\n"
  "  m1.example.org. 300 IN A 192.0.2.9\n"
  "  ; m2.example.org. IN A: nxdomain\n"
  "Term 4 include:_spf.%{d} · Abfrage 3 von 10 · der Eintrag von "
  "_spf.example.org wird befragt\n"
  "  _spf.example.org. 300 IN TXT \"v=spf1 ip6:2001:db8::/32 "
  "exists:%{ir}.x.test ptr -all\"\n"
  "  ptr ist langsam und unzuverlässig und sollte nicht mehr "
  "verwendet werden\n"
  "  Term 1 ip6:2001:db8::/32 · kein Treffer: 192.0.2.5 gehört zur "
  "anderen Adressfamilie\n"
  "  Term 2 exists:%{ir}.x.test · Abfrage 4 von 10 · kein Treffer: "
  "nichts gefunden, leere Abfrage 1 von 2\n"
  "    ; 5.2.0.192.x.test. IN A: nxdomain\n"
  "  Term 3 ptr · Abfrage 5 von 10 · kein Treffer: nichts gefunden, "
  "leere Abfrage 2 von 2\n"
  "    ; 5.2.0.192.in-addr.arpa. IN PTR: nxdomain\n"
  "  Term 4 -all · trifft auf jede Adresse zu\n"
  "Term 4 include:_spf.%{d} · Abfrage 3 von 10 · kein Treffer: Er "
  "sagt fail, und nur pass würde zählen\n"
  "Term 5 ~all · trifft auf jede Adresse zu\n"
  "Entschieden: „~all“ im Eintrag von example.org sagt softfail\n"
  "= Warnung softfail: example.org erwartet keine Mail von "
  "192.0.2.5: softfail, durch „~all“ im Eintrag von example.org. "
  "Empfänger werten das als schlechtes Zeichen, selten als Grund "
  "abzulehnen.\n"
  "> Soll 192.0.2.5 für example.org senden, die Adresse in den "
  "Eintrag aufnehmen; sonst über einen Server senden, der darin "
  "steht.\n" },
{ "redirect and exp",
  "example.org TXT v=spf1 redirect=e.test\n"
  "e.test TXT v=spf1 mx/24 -all exp=why.%{o} a:late.test\n"
  "why.example.org TXT %{i} may not send as %{s}.\n"
  "e.test MX 10 mx.e.test\n"
  "mx.e.test A 198.51.100.1",
  "May 192.0.2.5 send mail as anna@example.org?\n"
  "example.org. 300 IN TXT \"v=spf1 redirect=e.test\"\n"
  "term 1 redirect=e.test · lookup 1 of 10 · nothing matched, the "
  "record of e.test takes over\n"
  "e.test. 300 IN TXT \"v=spf1 mx/24 -all exp=why.%{o} a:late.test\"\n"
  "“a:late.test” and all that follows stands behind all and is "
  "ignored\n"
  "term 1 mx/24 · lookup 2 of 10 · no match: 192.0.2.5 is no mail "
  "server of e.test\n"
  "  e.test. 300 IN MX 10 mx.e.test.\n"
  "  mx.e.test. 300 IN A 198.51.100.1\n"
  "term 2 -all · matches every address\n"
  "  why.example.org. 300 IN TXT \"%{i} may not send as %{s}.\"\n"
  "e.test explains (its own words, not checked by anyone): 192.0.2.5 "
  "may not send as anna@example.org.\n"
  "Decided: “-all” in the record of e.test says fail\n"
  "= bad fail: example.org forbids 192.0.2.5 to send: fail, by "
  "“-all” in the record of e.test. Receivers may refuse the mail for "
  "that alone.\n"
  "> If 192.0.2.5 is to send for example.org, add it to the record; "
  "otherwise send through a server that is in it. Forwarded mail "
  "needs another envelope sender (SRS).\n",
  "Darf 192.0.2.5 Mail als anna@example.org senden?\n"
  "example.org. 300 IN TXT \"v=spf1 redirect=e.test\"\n"
  "Term 1 redirect=e.test · Abfrage 1 von 10 · nichts traf zu, der "
  "Eintrag von e.test gilt an seiner Stelle\n"
  "e.test. 300 IN TXT \"v=spf1 mx/24 -all exp=why.%{o} a:late.test\"\n"
  "„a:late.test“ und alles Weitere steht hinter all und wird nicht "
  "beachtet\n"
  "Term 1 mx/24 · Abfrage 2 von 10 · kein Treffer: 192.0.2.5 ist "
  "kein Mailserver von e.test\n"
  "  e.test. 300 IN MX 10 mx.e.test.\n"
  "  mx.e.test. 300 IN A 198.51.100.1\n"
  "Term 2 -all · trifft auf jede Adresse zu\n"
  "  why.example.org. 300 IN TXT \"%{i} may not send as %{s}.\"\n"
  "e.test erklärt dazu (eigene Worte, von niemandem geprüft): "
  "192.0.2.5 may not send as anna@example.org.\n"
  "Entschieden: „-all“ im Eintrag von e.test sagt fail\n"
  "= schlecht fail: example.org verbietet 192.0.2.5 das Senden: "
  "fail, durch „-all“ im Eintrag von e.test. Empfänger dürfen die "
  "Mail allein deshalb ablehnen.\n"
  "> Soll 192.0.2.5 für example.org senden, die Adresse in den "
  "Eintrag aufnehmen; sonst über einen Server senden, der darin "
  "steht. Weitergeleitete Mail braucht einen anderen "
  "Umschlagabsender (SRS).\n" },
{ "errors",
  "example.org TXT v=spf1 ip4:192.0.2.300 include: -all",
  "May 192.0.2.5 send mail as anna@example.org?\n"
  "example.org. 300 IN TXT \"v=spf1 ip4:192.0.2.300 include: -all\"\n"
  "column 12, “ip4:192.0.2.300”: this is no IPv4 address\n"
  "column 32, “include:”: a domain is missing\n"
  "= bad permerror: The record of example.org has an error at column "
  "12, in “ip4:192.0.2.300”: permerror. That holds for example.org "
  "and 192.0.2.5 as for every other sender.\n"
  "> Correct the record of example.org; the trace names every error "
  "in it.\n",
  "Darf 192.0.2.5 Mail als anna@example.org senden?\n"
  "example.org. 300 IN TXT \"v=spf1 ip4:192.0.2.300 include: -all\"\n"
  "Spalte 12, „ip4:192.0.2.300“: Das ist keine IPv4-Adresse\n"
  "Spalte 32, „include:“: Es fehlt eine Domain\n"
  "= schlecht permerror: Der Eintrag von example.org hat einen "
  "Fehler in Spalte 12, in „ip4:192.0.2.300“: permerror. Das gilt "
  "für example.org und 192.0.2.5 wie für jeden anderen Sender.\n"
  "> Den Eintrag von example.org berichtigen; der Ablauf nennt jeden "
  "Fehler darin.\n" },
};

static void check_golden(const struct check *c, const char *what,
                         const char *lang, const char *want)
{
	char *have;

	assert_true(i18n_set(lang));
	have = spfmade_text(c);
	i18n_set("en");
	if (strcmp(have, want) != 0)
		fail_msg("%s, %s:\n%s", what, lang, have);
	free(have);
}

static void test_spf_trace_reads_well_in_both_languages(void **state)
{
	static const struct spf_who who = { "192.0.2.5", "anna@example.org",
		"mx.test", false };

	(void)state;
	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
		const struct golden *g = &goldens[i];
		struct spf_made m;

		spfmade_lines(&m, g->lines, &who);
		check_golden(&m.c, g->what, "en", g->en);
		check_golden(&m.c, g->what, "de", g->de);
		spfmade_clear(&m);
	}
}

/* ---- what is allowed and no good idea ---- */

static void test_spf_trace_warns_of_what_admins_overlook(void **state)
{
	static const struct {
		const char *lines, *say, *arg; /* arg NULL: there is no step */
	} rows[] = {
		{ "d.test TXT v=spf1 a", "spf-lint-open", "" },
		{ "d.test TXT v=spf1 a -all", "spf-lint-open", NULL },
		{ "d.test TXT v=spf1 redirect=e.test\ne.test TXT v=spf1 -all",
		  "spf-lint-open", NULL },
		{ "d.test TXT v=spf1 include:e.test -all\n"
		  "e.test TXT v=spf1 a", "spf-lint-open", NULL },
		{ "d.test TXT v=spf1 all", "spf-lint-all", "" },
		{ "d.test TXT v=spf1 ?all", "spf-lint-all", NULL },
		{ "d.test TXT v=spf1 -all a mx", "spf-lint-after", "a" },
		{ "d.test TXT v=spf1 -all exp=x.test", "spf-lint-after",
		  NULL },
		{ "d.test TXT v=spf1 -all redirect=x.test",
		  "spf-lint-redirect", "" },
		{ "d.test TXT v=spf1 ptr:x.test -all", "spf-lint-ptr", "" },
		{ "d.test TXT v=spf1; a -all", "spf-almost",
		  "v=spf1; a -all" },
		{ "d.test TXT  v=spf1 -all", "spf-almost", " v=spf1 -all" },
		{ "d.test TXT \"v=spf1 -all\"", "spf-almost",
		  "\"v=spf1 -all\"" },
		{ "d.test TXT spf1 -all", "spf-almost", "spf1 -all" },
		{ "d.test TXT hello spf", "spf-almost", NULL },
		{ "d.test TXT v=spf1 ?all a:1.x a:2.x a:3.x a:4.x a:5.x "
		  "a:6.x a:7.x a:8.x a:9.x a:10.x a:11.x",
		  "spf-lint-lookups", NULL },
		{ "d.test TXT v=spf1 ip4:192.0.2.1 a:1.x a:2.x a:3.x a:4.x "
		  "a:5.x a:6.x a:7.x a:8.x a:9.x a:10.x a:11.x ptr ?all",
		  "spf-lint-lookups", "12" },
	};
	static const struct spf_who who = { "192.0.2.1", "a@d.test", "h.test",
		false };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct spf_made m;
		const char *arg;

		spfmade_lines(&m, rows[i].lines, &who);
		arg = spfmade_step(&m.c, rows[i].say);
		if (!arg != !rows[i].arg ||
		    (arg && strcmp(arg, rows[i].arg) != 0))
			fail_msg("%s: %s", rows[i].lines, arg ? arg : "-");
		spfmade_clear(&m);
	}
}

/* D25: what comes from DNS cannot do anything to a terminal. */
static void test_spf_trace_escapes_what_dns_says(void **state)
{
	static const struct spf_who who = { "192.0.2.1", "a\x1b[31m@d.test",
		"h.test", false };
	struct spf_made m;
	char *text;

	(void)state;
	spfmade_lines(&m, "d.test TXT v=spf1 x\x1b]0;%s%n\x07 "
	              "\xe2\x80\xae" "all\nd.test TXT \x9b" "31m", &who);
	text = spfmade_text(&m.c);
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x07'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_non_null(strstr(text, "<1B>]0;%s%n<07>"));
	free(text);
	spfmade_clear(&m);
}

/* ---- the practical cases: zone t31 and what it leads to ---- */

enum { PRACTICAL = 32, RDATA_MAX = 1024 };

/* name below origin, as rdata_parse() and spfmap_name() take it. Heap. */
static char *absolute(const char *name, const char *origin)
{
	if (strcmp(name, "@") == 0)
		return xstrdup(origin);
	if (name[strlen(name) - 1] == '.')
		return xstrdup(name);
	return xasprintf("%s.%s", name, origin);
}

/* "owner TYPE data"; SOA and NS are left out. */
static void add_zone_line(struct spfmap *m, char *line, const char *origin)
{
	char *at = line, *owner, *type, *data;
	uint8_t rdata[RDATA_MAX];
	struct dns_name name;
	uint16_t t;
	int len;

	owner = strsep(&at, " ");
	if (!at)
		return;
	at += strspn(at, " ");
	type = strsep(&at, " ");
	t = dns_type_find(type);
	if (!at || t == RR_SOA || t == RR_NS)
		return;
	if (t == RR_MX)
		at = strchr(at, ' ') + 1;
	data = t == RR_MX || t == RR_PTR || t == RR_CNAME
		? absolute(at, origin) : xstrdup(at);
	if (t == RR_MX) {
		char *host = data;

		data = xasprintf("10 %s", host);
		free(host);
	}
	owner = absolute(owner, origin);
	assert_true(spfmap_name(&name, owner, strlen(owner)));
	len = rdata_parse(t, data, rdata, sizeof rdata);
	assert_true(len >= 0);
	spfmap_add(m, &name, t, rdata, (size_t)len);
	free(owner);
	free(data);
}

static void add_zone(struct spfmap *m, const char *shared, const char *zone)
{
	char *path = xasprintf("%s/dns/zones/%s.zone", shared, zone);
	char *line = NULL;
	size_t size = 0;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strchr(";$ ", *line))
			add_zone_line(m, line, zone);
	}
	fclose(f);
	free(line);
	free(path);
}

static struct spfmap *practical_map(const char *shared)
{
	static const char *const zones[] = { "t31-spf.test", "t05-nodata.test",
		"t25-many.test", "t42-fcrdns.test", "2.0.192.in-addr.arpa" };
	struct spfmap *m = spfmap_new();

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		add_zone(m, shared, zones[i]);
	/* as dns/serve.sh sets them up */
	spfmap_line(m, "t19-servfail.test TXT !servfail");
	spfmap_line(m, "t20-refused.test TXT !refused");
	return m;
}

/* Columns: kind zone name verdict detail ("ip=192.0.2.1"). */
static bool judge_row(const struct spfmap *map, char *line)
{
	char *cell[5] = { NULL }, *mail;
	struct spf_who who = { .helo = "mx.test" };
	struct spf_made m;

	for (size_t i = 0; i < 5 && line; i++)
		cell[i] = strsep(&line, "\t");
	if (!cell[4] || strcmp(cell[0], "spf") != 0)
		return false;
	assert_int_equal(strncmp(cell[4], "ip=", 3), 0);
	mail = xasprintf("user@%s", cell[2]);
	who.ip = cell[4] + 3;
	who.mail = mail;
	spfmade_map(&m, map, &who);
	if (strcmp(m.c.result, cell[3]) != 0)
		fail_msg("%s %s: %s, not %s", cell[2], cell[4], m.c.result,
		         cell[3]);
	spfmade_clear(&m);
	free(mail);
	return true;
}

static void test_spf_practical_cases_give_their_verdict(void **state)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	struct spfmap *map;
	unsigned done = 0;
	char *path, *line = NULL;
	size_t size = 0;
	FILE *f;

	(void)state;
	if (!shared)
		skip();
	path = xasprintf("%s/dns/expectations.tsv", shared);
	f = fopen(path, "r");
	free(path);
	assert_non_null(f);
	map = practical_map(shared);
	while (getline(&line, &size, f) > 0)
		done += judge_row(map, line);
	assert_int_equal(done, PRACTICAL);
	fclose(f);
	free(line);
	spfmap_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spf_trace_reads_well_in_both_languages),
		cmocka_unit_test(test_spf_trace_warns_of_what_admins_overlook),
		cmocka_unit_test(test_spf_trace_escapes_what_dns_says),
		cmocka_unit_test(test_spf_practical_cases_give_their_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
