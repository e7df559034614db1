/* The suite of openspf.org for RFC 7208, 203 cases: over facts, and over real
 * DNS with the resolver and a server on the loopback. */
#include "config.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "core/escape.h"
#include "net/resolve.h"
#include "rdata.h"
#include "spfmade.h"
#include "spfserver.h"
#include "util/xalloc.h"

/* Short, for the names that never answer; the server is on the same loop. */
enum { CASES = 203, TRY_MS = 120, TOTAL_MS = 2000, RDATA_MAX = 512 };

static json_t *suite;

/* ---- zone data ---- */

/* The octets that a string of the suite means: code points below 256. */
static void octets_of(const json_t *s, struct buf *out)
{
	const char *at = json_string_value(s);
	size_t len = json_string_length(s);

	buf_reset(out);
	while (len > 0) {
		uint32_t cp;
		size_t n = utf8_decode(at, len, &cp);

		assert_true(n > 0 && cp < 256);
		buf_addc(out, (char)cp);
		at += n;
		len -= n;
	}
	buf_str(out);
}

/* One string, or a list of them that is one record. An empty list is one
 * empty string: a TXT record without any is none (RFC 1035 §3.3.14). */
static void add_txt(struct spfmap *m, const struct dns_name *owner,
                    const json_t *value)
{
	struct buf part = { 0 }, all = { 0 };
	const json_t *s;
	size_t i;

	if (json_is_string(value)) {
		octets_of(value, &part);
		spfmap_add_txt(m, owner, buf_str(&part), part.len);
		buf_clear(&part);
		return;
	}
	json_array_foreach(value, i, s) {
		octets_of(s, &part);
		buf_addc(&all, (char)part.len);
		buf_add(&all, part.data, part.len);
	}
	if (all.len == 0)
		buf_addc(&all, 0);
	spfmap_add(m, owner, RR_TXT, all.data, all.len);
	buf_clear(&part);
	buf_clear(&all);
}

static void add_name(struct spfmap *m, const struct dns_name *owner,
                     uint16_t type, const char *target)
{
	uint8_t rdata[2 + DNS_NAME_MAX] = { 0, 0 };
	size_t at = type == RR_MX ? 2 : 0;
	struct dns_name n;

	assert_true(spfmap_name(&n, target, strlen(target)));
	memcpy(rdata + at, n.wire, n.len);
	spfmap_add(m, owner, type, rdata, at + n.len);
}

static void add_record(struct spfmap *m, const struct dns_name *owner,
                       const char *type, const json_t *value)
{
	uint16_t t = dns_type_find(type);
	uint8_t rdata[RDATA_MAX];
	int len;

	switch (t) {
	case RR_TXT:
		add_txt(m, owner, value);
		break;
	case RR_MX:
		add_name(m, owner, t,
		         json_string_value(json_array_get(value, 1)));
		break;
	case RR_PTR:
	case RR_CNAME:
		add_name(m, owner, t, json_string_value(value));
		break;
	default:
		len = rdata_parse(t, json_string_value(value), rdata,
		                  sizeof rdata);
		assert_true(len > 0);
		spfmap_add(m, owner, t, rdata, (size_t)len);
	}
}

static bool has_txt(const json_t *records)
{
	const json_t *r;
	size_t i;

	json_array_foreach(records, i, r)
		if (json_object_get(r, "TXT"))
			return true;
	return false;
}

/* Records of type SPF are those of type TXT where there are none of these
 * (the suite's own convention); "NONE": there are none, and they are not. */
static void add_owner(struct spfmap *m, const char *name,
                      const json_t *records)
{
	bool txt = has_txt(records);
	struct dns_name owner;
	const json_t *r;
	size_t i;

	assert_true(spfmap_name(&owner, name, strlen(name)));
	json_array_foreach(records, i, r) {
		const char *type = json_object_iter_key(
			json_object_iter((json_t *)(uintptr_t)r));
		const json_t *value = type ? json_object_get(r, type) : NULL;
		const char *word = json_string_value(value);

		if (!type)
			spfmap_fail(m, &owner, DNS_TIMEOUT);
		else if (word && strcmp(word, "NONE") == 0)
			continue;
		else if (strcmp(type, "SPF") != 0)
			add_record(m, &owner, type, value);
		else if (!txt)
			add_record(m, &owner, "TXT", value);
	}
}

static struct spfmap *map_of(json_t *scenario)
{
	struct spfmap *m = spfmap_new();
	const char *name;
	json_t *records;

	json_object_foreach(json_object_get(scenario, "zonedata"), name,
	                    records)
		add_owner(m, name, records);
	return m;
}

/* ---- one case ---- */

static const char *text_of(const json_t *c, const char *key)
{
	const char *s = json_string_value(json_object_get(c, key));

	return s ? s : "";
}

static struct spf_who who_of(const json_t *test)
{
	return (struct spf_who){ text_of(test, "host"),
		text_of(test, "mailfrom"), text_of(test, "helo"), false };
}

static bool is_wanted(const json_t *want, const char *result)
{
	const json_t *w;
	size_t i;

	if (json_is_string(want))
		return strcmp(json_string_value(want), result) == 0;
	json_array_foreach(want, i, w)
		if (strcmp(json_string_value(w), result) == 0)
			return true;
	return false;
}

/* Nibbles may have either case (RFC 7208 §7.3 does not say). */
static bool is_explained(const json_t *test, const struct check *c)
{
	const char *want = text_of(test, "explanation");
	const char *have = spfmade_step(c, "spf-exp");

	if (*want == '\0')
		return true;
	if (strcmp(want, "DEFAULT") == 0)
		return !have;
	return have && strcasecmp(want, have) == 0;
}

/* How a suite ran: over facts or over the wire. */
struct score {
	const char *how;
	unsigned passed, total, unasked;
};

static void judge(struct score *s, const char *name, const json_t *test,
                  const struct check *c)
{
	bool good = is_wanted(json_object_get(test, "result"), c->result) &&
	            is_explained(test, c);
	const char *have = spfmade_step(c, "spf-exp");

	s->total++;
	s->passed += good;
	/* c-ares 1.34 does not send a name that has a blank in it */
	if (strcmp(c->say, "spf-cannot-ask") == 0)
		s->unasked++;
	else if (!good)
		printf("%s: %s: %s (%s), explanation %s\n", s->how, name,
		       c->result, c->say, have ? have : "-");
}

static void tell(const struct score *s)
{
	printf("SPF suite over %s: %u of %u", s->how, s->passed, s->total);
	if (s->unasked)
		printf(", %u with names that this c-ares does not ask for",
		       s->unasked);
	printf("\n");
	assert_int_equal(s->total, CASES);
	assert_int_equal(s->passed + s->unasked, CASES);
}

/* ---- over facts ---- */

static void test_suite_over_facts_gives_each_result(void **state)
{
	struct score score = { .how = "facts" };
	json_t *scenario, *test;
	const char *name;
	size_t i;

	(void)state;
	if (!suite)
		skip();
	json_array_foreach(suite, i, scenario) {
		struct spfmap *m = map_of(scenario);

		json_object_foreach(json_object_get(scenario, "tests"), name,
		                    test) {
			struct spf_who who = who_of(test);
			struct spf_made made;

			spfmade_map(&made, m, &who);
			judge(&score, name, test, &made.c);
			spfmade_clear(&made);
		}
		spfmap_free(m);
	}
	tell(&score);
	assert_int_equal(score.unasked, 0);
}

/* ---- over the wire ---- */

struct wire {
	struct loop *loop;
	struct spfserver *server;
	struct resolver *resolver;
	struct facts *facts;
	size_t waiting;
};

static void on_done(void *arg, struct dns_answer *a)
{
	struct wire *w = arg;

	facts_add(w->facts, a);
	if (--w->waiting == 0)
		loop_stop(w->loop);
}

static void look_up_needs(struct wire *w, const struct check *c)
{
	struct resolve_calls calls = { .done = on_done, .arg = w };

	w->waiting = c->n_needs;
	for (size_t i = 0; i < c->n_needs; i++)
		resolve_start(w->resolver, &c->needs[i].name, c->needs[i].type,
		              &calls);
	if (w->waiting > 0)
		loop_run(w->loop);
}

static void run_case(struct wire *w, struct score *score, const char *name,
                     const json_t *test)
{
	struct spf_who who = who_of(test);
	struct check c = { .id = NULL };
	bool more = true;

	w->facts = facts_new();
	while (more) {
		check_clear(&c);
		spfmade_run(&c, w->facts, &who);
		more = c.n_needs > 0;
		look_up_needs(w, &c);
	}
	judge(score, name, test, &c);
	check_clear(&c);
	facts_free(w->facts);
}

static void test_suite_over_dns_gives_each_result(void **state)
{
	struct score score = { .how = "DNS" };
	struct wire w = { .loop = loop_new() };
	struct resolve_config cfg = { .try_ms = TRY_MS, .total_ms = TOTAL_MS };
	json_t *scenario, *test;
	const char *name;
	size_t i;

	(void)state;
	if (!suite)
		skip();
	w.server = spfserver_start(w.loop);
	cfg.server = spfserver_text(w.server);
	w.resolver = resolver_new(w.loop, &cfg);
	assert_non_null(w.resolver);
	json_array_foreach(suite, i, scenario) {
		struct spfmap *m = map_of(scenario);

		spfserver_use(w.server, m);
		json_object_foreach(json_object_get(scenario, "tests"), name,
		                    test)
			run_case(&w, &score, name, test);
		spfmap_free(m);
	}
	printf("%u queries over UDP, %u over TCP\n",
	       spfserver_queries(w.server, false),
	       spfserver_queries(w.server, true));
	assert_true(spfserver_queries(w.server, true) > 0);
	tell(&score);
	resolver_free(w.resolver);
	spfserver_stop(w.server);
	loop_free(w.loop);
}

static int set_up(void **state)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");
	char *path = xasprintf("%s/dns/rfc7208-tests.json",
	                       shared ? shared : ".");

	(void)state;
	suite = json_load_file(path, JSON_ALLOW_NUL, NULL);
	free(path);
	return resolve_library_init() ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	json_decref(suite);
	resolve_library_cleanup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suite_over_facts_gives_each_result),
		cmocka_unit_test(test_suite_over_dns_gives_each_result),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
