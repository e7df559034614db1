/*
 * The outcomes that postfix-mta-sts-resolver's own tests expect, end to end:
 * its TXT records served by a DNS server, its policies by an HTTPS server, and
 * the check over both. The files are $SMTPSCOPE_SHARED/data/mta-sts.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/sts.h"
#include "checkseen.h"
#include "core/target.h"
#include "httpsd.h"
#include "net/fetch.h"
#include "net/policy.h"
#include "pem.h"
#include "util/xalloc.h"
#include "zonefake.h"

enum { RECORDS_MAX = 64, NAME_SIZE = 128 };

static struct loop *loop;

static bool read_shared(const char *name, struct buf *out)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	char *path = xasprintf("%s/data/mta-sts/%s", shared ? shared : "",
	                       name);
	bool ok = shared && read_file(path, out);

	free(path);
	return ok;
}

/* ---- dnsmasq.conf.appendix ---- */

struct zone {
	struct buf text; /* owns what the records point to */
	struct zone_record records[RECORDS_MAX + 1];
	char *names[RECORDS_MAX * 2]; /* owned */
	size_t n, n_names;
};

static char *keep(struct zone *z, char *text)
{
	assert_true(z->n_names < RECORDS_MAX * 2);
	return z->names[z->n_names++] = text;
}

static void add(struct zone *z, const char *name, const char *type,
                const char *data)
{
	assert_true(z->n < RECORDS_MAX);
	z->records[z->n++] = (struct zone_record){
		keep(z, xasprintf("%s.", name)), type, data };
}

/* address=/mta-sts.good.loc/127.0.0.1: the host of a policy, and of an MX for
 * its domain. txt-record=_mta-sts.good.loc,"v=STSv1;id=1;" */
static void take_line(struct zone *z, char *line)
{
	static const char address[] = "address=/mta-sts.";
	static const char txt[] = "txt-record=";
	char *end;

	if (strncmp(line, address, sizeof address - 1) == 0) {
		char *name = line + sizeof "address=/" - 1;

		end = strchr(name, '/');
		*end = '\0';
		add(z, name, "A", end + 1);
		add(z, name + strlen("mta-sts."), "MX", "10 mail.loc.");
	} else if (strncmp(line, txt, sizeof txt - 1) == 0) {
		end = strchr(line, ',');
		*end = '\0';
		add(z, line + sizeof txt - 1, "TXT", end + 1);
	}
}

static bool zone_load(struct zone *z)
{
	char *save;

	*z = (struct zone){ .n = 0 };
	if (!read_shared("dnsmasq.conf.appendix", &z->text))
		return false;
	for (char *line = strtok_r(z->text.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(z, line);
	add(z, "mail.loc", "A", "192.0.2.1");
	return true;
}

static void zone_drop(struct zone *z)
{
	for (size_t i = 0; i < z->n_names; i++)
		free(z->names[i]);
	buf_clear(&z->text);
}

/* ---- nginx.conf ---- */

/* "version: STSv1\nmode: ...", with its \n made LF. */
static void add_unescaped(struct buf *out, const char *p, const char *end)
{
	while (p < end) {
		bool lf = p[0] == '\\' && p[1] == 'n';

		buf_addc(out, lf ? '\n' : *p);
		p += lf ? 2 : 1;
	}
}

/* return 200 "..."; */
static void add_return(struct buf *out, const char *block, const char *type)
{
	const char *body = strchr(block, '"');
	const char *end = strchr(body + 1, '"');
	struct buf text = { 0 };

	add_unescaped(&text, body + 1, end);
	buf_addf(out, "HTTP/1.1 %d Status\r\nContent-Type: %s\r\n"
	         "Content-Length: %zu\r\n\r\n%s",
	         atoi(block + strlen("return ")), type, text.len,
	         buf_str(&text));
	buf_clear(&text);
}

/* The policy and more than two thousand pieces of 64 octets, whose length is
 * told or which come in chunks. */
static void add_overlength(struct buf *out, bool is_static)
{
	static const char policy[] = "version: STSv1\nmode: enforce\n"
		"max_age: 86400\nmx: mail.loc\n";
	enum { PIECES = 2049, PIECE = 64 };

	buf_adds(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n");
	if (is_static)
		buf_addf(out, "Content-Length: %zu\r\n\r\n%s",
		         sizeof policy - 1 + PIECES * PIECE, policy);
	else
		buf_addf(out, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n",
		         sizeof policy - 1, policy);
	for (int i = 0; i < PIECES; i++) {
		buf_adds(out, is_static ? "" : "40\r\n");
		for (int k = 0; k < PIECE; k++)
			buf_addc(out, 'a');
		buf_adds(out, is_static ? "" : "\r\n");
	}
	buf_adds(out, is_static ? "" : "0\r\n\r\n");
}

/* What the policy host of this domain answers; false: it is not in the file. */
static bool nginx_answer(const char *conf, const char *domain,
                         struct buf *out)
{
	char *name = xasprintf("server_name mta-sts.%s;", domain);
	const char *server = strstr(conf, name), *back, *type, *lua;

	free(name);
	if (!server)
		return false;
	back = strstr(server, "return ");
	type = strstr(server, "text/html txt;");
	lua = strstr(server, "content_by_lua_block");
	if (lua && lua < back)
		add_overlength(out, strstr(domain, "static") != NULL);
	else
		add_return(out, back, type && type < back ? "text/html"
		                                          : "text/plain");
	return true;
}

/* ---- the check, with what it needs ---- */

struct run {
	struct resolver *resolver;
	struct facts *facts;
	struct fetch *fetch;
	struct policy_fetch *policy;
	const struct sts_fetch *got;
	struct httpsd *server;
};

static void on_lookups(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static void on_policy(void *arg, const struct sts_fetch *got)
{
	struct run *r = arg;

	r->got = got;
	loop_stop(loop);
}

static void look_up(struct run *r, const struct fetch_need *needs, size_t n)
{
	const struct fetch_calls calls = { .done = on_lookups };

	r->fetch = fetch_start(r->resolver, r->facts, needs, n, &calls);
	loop_run(loop);
	fetch_free(r->fetch);
	r->fetch = NULL;
}

static void fetch_policy(struct run *r, const char *domain)
{
	const struct policy_calls calls = { on_policy, r };
	struct redirect there = { .to_port = 1 }; /* nobody listens */
	char text[STS_ADDRESSES_MAX][IP_TEXT_MAX];
	const char *addresses[STS_ADDRESSES_MAX];
	struct policy_config cfg = { .addresses = addresses,
		.redirects = &there, .n_redirects = 1 };

	cfg.n_addresses = sts_addresses(r->facts, domain, text);
	for (size_t i = 0; i < cfg.n_addresses; i++)
		addresses[i] = text[i];
	if (r->server) {
		there.to_port = httpsd_port(r->server);
		cfg.trust_pem = httpsd_authority(r->server);
	}
	r->policy = policy_start(loop, domain, &cfg, &calls);
	loop_run(loop);
}

static void find_route(struct run *r, const char *domain, struct route *route)
{
	const struct route_query q = { .domain = domain,
		.kind = TARGET_DOMAIN };

	for (;;) {
		struct fetch_need needs[RECORDS_MAX];
		size_t n;

		route_find(route, r->facts, &q);
		n = route->n_needs;
		if (n == 0)
			return;
		assert_true(n <= RECORDS_MAX);
		for (size_t i = 0; i < n; i++)
			needs[i] = (struct fetch_need){ route->needs[i].name,
				route->needs[i].type };
		route_clear(route);
		look_up(r, needs, n);
	}
}

/* c is the caller's to clear. */
static void run_check(struct run *r, const char *domain, struct check *c)
{
	struct check_query q = { .domain = domain };
	struct route route;

	find_route(r, domain, &route);
	q.route = &route;
	for (;;) {
		struct fetch_need needs[CHECK_NEEDS_MAX];
		size_t n;

		q.policy = r->got;
		sts_check(c, r->facts, &q, 0);
		n = c->n_needs;
		if (n == 0 && !c->needs_policy)
			break;
		for (size_t i = 0; i < n; i++)
			needs[i] = (struct fetch_need){ c->needs[i].name,
				c->needs[i].type };
		check_clear(c);
		if (n)
			look_up(r, needs, n);
		else
			fetch_policy(r, domain);
	}
	route_clear(&route);
}

/* ---- the rows ---- */

struct fixture {
	struct zone zone;
	struct buf nginx;
	struct zonefake *dns;
};

static struct httpsd *start_server(const struct fixture *x,
                                   const char *domain, struct buf *octets)
{
	char *host = xasprintf("mta-sts.%s", domain);
	struct httpsd_answer a = { .then = THEN_CLOSE };
	struct httpsd *d = NULL;

	if (strstr(domain, "bad-cert1"))
		a.cert = CERT_EXPIRED;
	else if (strstr(domain, "bad-cert2"))
		a.cert = CERT_WRONG_NAME;
	if (nginx_answer(x->nginx.data, domain, octets)) {
		a.octets = buf_str(octets);
		d = httpsd_start(host, &a);
	}
	free(host);
	return d;
}

static void outcome_of(const struct fixture *x, const char *domain,
                       struct check *c)
{
	const struct resolve_config cfg = {
		.server = zonefake_server(x->dns) };
	struct run r = { .facts = facts_new() };
	struct buf octets = { 0 };

	*c = (struct check){ .id = NULL };
	r.server = start_server(x, domain, &octets);
	r.resolver = resolver_new(loop, &cfg);
	run_check(&r, domain, c);
	policy_free(r.policy);
	resolver_free(r.resolver);
	facts_free(r.facts);
	httpsd_stop(r.server);
	buf_clear(&octets);
}

/* Would a sender with MTA-STS demand a verified certificate? strict: also in
 * mode testing. */
static bool is_secure(const struct check *c, bool strict)
{
	return (c->grade == GRADE_PASS && strcmp(c->result, "enforce") == 0) ||
	       (strict && c->grade == GRADE_NOTE &&
	        strcmp(c->result, "testing") == 0);
}

/* "good.loc", of "[good.loc]:123": a next hop as Postfix writes it. "" for
 * what has no policy at all. */
static void domain_of(const char *hop, char out[NAME_SIZE])
{
	size_t bracket = *hop == '[', len = strcspn(hop + bracket, "]");
	struct target t;

	if (!bracket && strchr(hop, ':'))
		len = strcspn(hop, ":");
	snprintf(out, NAME_SIZE, "%.*s", (int)len, hop + bracket);
	if (target_parse(out, &t) != TARGET_OK) {
		*out = '\0';
		return;
	}
	snprintf(out, NAME_SIZE, "%s", t.kind == TARGET_DOMAIN ? t.domain
	                                                       : "");
	target_clear(&t);
}

static void check_row(const struct fixture *x, char *line, bool strict)
{
	char *save, *hop, *want, domain[NAME_SIZE];
	bool secure = false;
	struct check c;

	strtok_r(line, " ", &save); /* test, or test2 */
	hop = strtok_r(NULL, "\t", &save);
	want = strtok_r(NULL, "\t", &save);
	domain_of(hop, domain);
	if (*domain) {
		outcome_of(x, domain, &c);
		secure = is_secure(&c, strict);
		if (secure)
			assert_true(has_step(&c, "sts-mx-fits"));
		check_clear(&c);
	}
	if (secure != (strncmp(want, "OK secure match=mail.loc", 24) == 0))
		fail_msg("%s is not %s", hop, want);
}

static bool fixture_open(struct fixture *x)
{
	*x = (struct fixture){ .dns = NULL };
	if (!zone_load(&x->zone) || !read_shared("nginx.conf", &x->nginx))
		return false;
	x->dns = zonefake_start(x->zone.records);
	return true;
}

static void fixture_close(struct fixture *x)
{
	zonefake_stop(x->dns);
	zone_drop(&x->zone);
	buf_clear(&x->nginx);
}

static void check_file(const char *name, bool strict)
{
	struct fixture x;
	struct buf rows = { 0 };
	size_t n = 0;
	char *save;

	if (!fixture_open(&x))
		skip();
	assert_true(read_shared(name, &rows));
	for (char *line = strtok_r(rows.data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save), n++)
		check_row(&x, line, strict);
	assert_int_equal(n, 21);
	buf_clear(&rows);
	fixture_close(&x);
}

static void test_outcomes_of_refdata(void **state)
{
	(void)state;
	check_file("refdata.tsv", false);
}

static void test_outcomes_of_refdata_nosni(void **state)
{
	(void)state;
	check_file("refdata_nosni.tsv", false);
}

static void test_outcomes_of_refdata_strict(void **state)
{
	(void)state;
	check_file("refdata_strict.tsv", true);
}

/* All that the two configurations have, and what is said of each. */
static void test_d31_d32_d33_each_has_its_own_sentence(void **state)
{
	static const struct { const char *domain, *want; } rows[] = {
		{ "good.loc", "pass enforce: sts-enforce 86400" },
		{ "valid-none.loc", "note none: sts-none" },
		{ "testing.loc", "note testing: sts-testing" },
		{ "fast-expire.loc", "warn enforce: sts-short-age 1" },
		{ "no-record.loc", "note: sts-absent no-record.loc" },
		{ "bad-record1.loc",
		  "bad: sts-record-begin id=20180907T090909; v=STSv1;" },
		{ "bad-record2.loc", "note: sts-absent bad-record2.loc" },
		{ "bad-record3.loc",
		  "bad: sts-record-begin v=STSv12;id=20180907T090909;" },
		{ "bad-policy1.loc", "bad: sts-invalid bad-policy1.loc" },
		{ "bad-policy2.loc", "bad: sts-invalid bad-policy2.loc" },
		{ "bad-policy3.loc", "warn enforce: sts-media-type text/html" },
		{ "bad-policy4.loc", "bad: sts-status-policy 404" },
		{ "bad-policy5.loc", "bad: sts-invalid bad-policy5.loc" },
		{ "bad-policy6.loc", "bad: sts-invalid bad-policy6.loc" },
		{ "bad-policy7.loc", "bad: sts-invalid bad-policy7.loc" },
		{ "bad-policy8.loc", "bad: sts-invalid bad-policy8.loc" },
		{ "static-overlength.loc", "bad: sts-long" },
		{ "chunked-overlength.loc", "bad: sts-long" },
	};
	struct fixture x;

	(void)state;
	if (!fixture_open(&x))
		skip();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf got = { 0 };
		struct check c;

		outcome_of(&x, rows[i].domain, &c);
		put_check(&got, &c);
		assert_string_equal(buf_str(&got), rows[i].want);
		buf_clear(&got);
		check_clear(&c);
	}
	fixture_close(&x);
}

/* The library's words for it are a part of the sentence. */
static void test_d33_certificates_have_their_reason(void **state)
{
	static const struct { const char *domain, *word; } rows[] = {
		{ "bad-cert1.loc", "expired" },
		{ "bad-cert2.loc", "subject name" },
	};
	struct fixture x;

	(void)state;
	if (!fixture_open(&x))
		skip();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct check c;

		outcome_of(&x, rows[i].domain, &c);
		assert_int_equal(c.grade, GRADE_BAD);
		assert_string_equal(c.say, "sts-certificate");
		assert_non_null(strstr(c.args[0], rows[i].word));
		check_clear(&c);
	}
	fixture_close(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes_of_refdata),
		cmocka_unit_test(test_outcomes_of_refdata_nosni),
		cmocka_unit_test(test_outcomes_of_refdata_strict),
		cmocka_unit_test(test_d31_d32_d33_each_has_its_own_sentence),
		cmocka_unit_test(test_d33_certificates_have_their_reason),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN); /* the worker blocks all signals */
	resolve_library_init();
	loop = loop_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	loop_free(loop);
	resolve_library_cleanup();
	return failed;
}
