/*
 * check_verdict SERVER: makes checks over real DNS and answers in the terms of
 * expectations.tsv. Standard input: lines "kind TAB name TAB detail"; output:
 * "kind TAB name TAB verdict TAB detail", where the detail is compared, too.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/checks.h"
#include "check/dkim_key.h"
#include "check/dmarc_walk.h"
#include "check/dnsbl.h"
#include "check/fcrdns.h"
#include "check/onetxt.h"
#include "check/spf.h"
#include "core/dane.h"
#include "io/loop.h"
#include "net/fetch.h"
#include "net/resolve.h"
#include "util/xalloc.h"

enum { TRY_MS = 1000, LINE_SIZE = 2048, ROUNDS_MAX = 64 };

struct verdict {
	char word[64];
	struct buf detail;
};

static struct loop *loop;
static struct resolver *resolver;
static struct facts *facts;

static void on_done(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static void look_up(const struct check *c)
{
	struct fetch_calls calls = { .done = on_done };
	struct fetch_need *needs = xcalloc(c->n_needs, sizeof *needs);
	struct fetch *f;

	for (size_t i = 0; i < c->n_needs; i++)
		needs[i] = (struct fetch_need){ c->needs[i].name,
			                        c->needs[i].type };
	f = fetch_start(resolver, facts, needs, c->n_needs, &calls);
	loop_run(loop);
	fetch_free(f);
	free(needs);
}

static void say(struct verdict *v, const char *word)
{
	snprintf(v->word, sizeof v->word, "%s", word);
}

static struct dns_name name_of(const char *text)
{
	struct dns_name n;

	if (dns_name_parse(&n, text) != DNS_NAME_OK) {
		fprintf(stderr, "check_verdict: no name: %s\n", text);
		exit(64);
	}
	return n;
}

/* ---- one function a kind: asks for what it needs in c, or says ---- */

static void spf(struct check *c, const char *name, const char *detail,
                struct verdict *v)
{
	struct address_seen seen = { ADDRESS_GIVEN, detail + strlen("ip="),
		                     "" };
	char *from = xasprintf("user@%s", name);
	struct check_query q = { .seen = &seen, .n_seen = 1,
		.mail_from = from, .helo = "helo.test" };

	spf_check_mail(c, facts, &q, 0);
	say(v, c->result);
	buf_adds(&v->detail, detail);
	free(from);
}

static bool exists(struct check *c, const struct dns_name *name)
{
	const struct dns_answer *a = check_ask(c, facts, name, RR_TXT);

	return a && a->status != DNS_NXDOMAIN;
}

static void dmarc(struct check *c, const char *name, const char *detail,
                  struct verdict *v)
{
	struct dns_name domain = name_of(name);
	char text[DNS_NAME_TEXT_MAX];
	const struct dmarc_level *level;
	struct dmarc_request request;
	struct dmarc_walk w;
	bool there;

	(void)detail;
	check_begin(c, "dmarc", name);
	there = exists(c, &domain);
	if (!dmarc_walk(&w, c, facts, &domain) || c->n_needs)
		return;
	level = dmarc_walk_policy(&w);
	if (!level) {
		say(v, w.failed ? "temperror" : "none-found");
		return;
	}
	dmarc_request(&request, &level->record,
	              !dns_name_equal(&level->domain, &domain), there);
	say(v, dmarc_policy_word(request.applied));
	buf_adds(&v->detail, dns_name_host(&level->domain, text));
}

static void fcrdns(struct check *c, const char *name, const char *detail,
                   struct verdict *v)
{
	static const char *const words[] = {
		[FCRDNS_WAIT] = "", [FCRDNS_PASS] = "pass",
		[FCRDNS_NO_PTR] = "no-ptr", [FCRDNS_MISMATCH] = "mismatch",
		[FCRDNS_FAILED] = "temp",
	};
	char text[DNS_NAME_TEXT_MAX];
	struct fcrdns found;
	struct ip ip;

	(void)detail;
	check_begin(c, "ptr", name);
	if (!ip_parse(&ip, name))
		exit(64);
	fcrdns_find(&found, c, 0, facts, &ip);
	say(v, words[found.verdict]);
	if (found.verdict == FCRDNS_PASS || found.verdict == FCRDNS_MISMATCH)
		buf_adds(&v->detail, dns_name_host(&found.name, text));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The addresses that the list answered with, sorted. */
static void put_codes(struct buf *out, const struct dns_answer *a)
{
	enum { CODES_MAX = 8 };
	char codes[CODES_MAX][IP_TEXT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < a->n && n < CODES_MAX; i++) {
		struct ip ip;

		ip_from_octets(&ip, dns_rr_address(&a->msg, answer_rr(a, i)),
		               4);
		ip_text(&ip, codes[n++]);
	}
	qsort(codes, n, sizeof *codes, by_text);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s", i ? " " : "", codes[i]);
}

static void dnsbl(struct check *c, const char *name, const char *detail,
                  struct verdict *v)
{
	const char *at = strchr(name, '@'), *list = at + 1;
	char *address = xmemdup0(name, (size_t)(at - name));
	struct address_seen seen = { ADDRESS_GIVEN, address, "" };
	struct check_query q = { .seen = &seen, .n_seen = 1, .dnsbls = &list,
		.n_dnsbls = 1 };
	struct dns_name zone = name_of(list), entry;
	const struct dns_answer *a;
	struct ip ip;

	dnsbl_check(c, facts, &q, 0);
	say(v, c->result);
	if (!c->n_needs && ip_parse(&ip, address) &&
	    ip_name(&entry, &ip, &zone) &&
	    (a = facts_find(facts, &entry, RR_A)) && a->n)
		put_codes(&v->detail, a);
	else if (strcmp(v->word, "error") == 0 ||
	         strcmp(v->word, "list-unusable") == 0)
		buf_adds(&v->detail, detail); /* in words, not compared */
	free(address);
}

static void onetxt(struct check *c, const char *name, const char *detail,
                   struct verdict *v)
{
	static const char *const words[] = {
		[ONETXT_NEEDED] = "", [ONETXT_FAILED] = "temp",
		[ONETXT_ABSENT] = "absent", [ONETXT_OTHERS] = "absent",
		[ONETXT_ONE] = "one", [ONETXT_MANY] = "many",
	};
	const char *at = strchr(name, '@');
	const struct onetxt_kind kind = { .begin = at + 1, .like = "" };
	char *owner = xmemdup0(name, (size_t)(at - name));
	struct dns_name n = name_of(owner);
	struct onetxt t;

	(void)detail;
	check_begin(c, "mta-sts", owner);
	onetxt_find(&t, c, facts, &n, &kind);
	say(v, words[t.status]);
	if (t.status == ONETXT_ONE)
		buf_add(&v->detail, t.text.data, t.text.len);
	onetxt_clear(&t);
	free(owner);
}

static const char *dkim_word(enum dkim_found found, const struct dkim_key *key)
{
	switch (found) {
	case DKIM_FOUND_ABSENT: return "absent";
	case DKIM_FOUND_MANY: return "undefined";
	case DKIM_FOUND_ONE: break;
	default: return "temp";
	}
	if (key->fault == DKIM_OK)
		return "ok";
	return key->fault == DKIM_REVOKED ? "revoked" : "syntax";
}

static void dkim(struct check *c, const char *name, const char *detail,
                 struct verdict *v)
{
	const char *end = strstr(name, "._domainkey.");
	char *selector = xmemdup0(name, (size_t)(end - name));
	struct dns_name domain = name_of(end + strlen("._domainkey."));
	struct dkim_key key = { .fault = DKIM_OK };

	check_begin(c, "dkim", name);
	say(v, dkim_word(dkim_key_find(&key, c, facts, selector, &domain),
	                 &key));
	buf_adds(&v->detail, detail); /* in words, not compared */
	free(selector);
}

static void dane(struct check *c, const char *name, const char *detail,
                 struct verdict *v)
{
	static const char *const words[DANE_VERDICT_COUNT] = {
		[DANE_INSECURE] = "ignored", [DANE_NONE] = "none",
		[DANE_USABLE] = "usable", [DANE_UNUSABLE] = "unusable",
		[DANE_FAILED] = "temp",
	};
	struct dane_query q = { .host = name, .port = 25 };
	struct dns_name domain = name_of(name);
	struct dane d = { .n_needs = 0 };
	const struct dns_answer *mx;

	check_begin(c, "dane", name);
	mx = check_ask(c, facts, &domain, RR_MX);
	if (mx && dns_status_is_temp(mx->status)) { /* RFC 7672 §2.2.1 */
		say(v, "temp");
		buf_adds(&v->detail, detail);
		return;
	}
	dane_find(&d, facts, &q);
	for (size_t i = 0; i < d.n_needs; i++)
		check_ask(c, facts, &d.needs[i].name, d.needs[i].type);
	say(v, words[d.verdict]);
	buf_adds(&v->detail, detail); /* in words, not compared */
	dane_clear(&d);
}

static const struct {
	const char *kind;
	void (*make)(struct check *c, const char *name, const char *detail,
	             struct verdict *v);
} kinds[] = {
	{ "spf", spf }, { "dmarc", dmarc }, { "fcrdns", fcrdns },
	{ "dnsbl", dnsbl }, { "onetxt", onetxt }, { "dkim", dkim },
	{ "dane", dane },
};

/* From the top until nothing is lacking. */
static void judge(size_t k, const char *name, const char *detail)
{
	struct verdict v = { .word = "" };
	struct check c = { .id = NULL };

	for (int i = 0; i < ROUNDS_MAX; i++) {
		buf_reset(&v.detail);
		check_clear(&c);
		kinds[k].make(&c, name, detail, &v);
		if (c.n_needs == 0)
			break;
		look_up(&c);
	}
	printf("%s\t%s\t%s\t%s\n", kinds[k].kind, name,
	       c.n_needs ? "no-end" : v.word,
	       v.detail.len ? buf_str(&v.detail) : "-");
	check_clear(&c);
	buf_clear(&v.detail);
}

static void read_rows(void)
{
	char line[LINE_SIZE];

	while (fgets(line, sizeof line, stdin)) {
		char *name = strchr(line, '\t');
		char *detail = name ? strchr(name + 1, '\t') : NULL;

		if (!detail)
			continue;
		*name++ = *detail++ = '\0';
		detail[strcspn(detail, "\n")] = '\0';
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			if (strcmp(kinds[k].kind, line) == 0)
				judge(k, name, detail);
	}
}

int main(int argc, char **argv)
{
	struct resolve_config config = { .try_ms = TRY_MS };

	config.server = argc == 2 ? argv[1] : "";
	resolve_library_init();
	loop = loop_new();
	resolver = loop ? resolver_new(loop, &config) : NULL;
	if (!resolver) {
		fprintf(stderr, "usage: check_verdict ADDR:PORT <ROWS\n");
		return 64;
	}
	facts = facts_new();
	read_rows();
	facts_free(facts);
	resolver_free(resolver);
	loop_free(loop);
	resolve_library_cleanup();
	return 0;
}
