/*
 * MTA-STS and TLS-RPT: whatever a record, a media type and a policy hold, each
 * check comes to an end with a sentence, and the policy's parts keep to their
 * bounds. The input: the TXT record, NUL, a byte for the HTTP status, the
 * media type, NUL, the policy.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check/sts.h"
#include "check/sts_policy.h"
#include "check/tls_rpt.h"
#include "core/finding.h"
#include "knowledge/check_words.h"
#include "tests/fuzz/fuzz.h"
#include "util/xalloc.h"

const char *const fuzz_inputs[] = { "sts", NULL };

enum { STRING_MAX = 255, RECORD_MAX = 4096, WIRE_MAX = RECORD_MAX + 512 };

struct input {
	const uint8_t *record, *policy;
	size_t record_len, policy_len;
	char *type; /* owned */
	int status;
};

static const uint8_t *after_nul(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *nul = memchr(p, '\0', (size_t)(end - p));

	return nul ? nul + 1 : end;
}

static void take_apart(struct input *in, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *p = after_nul(data, end), *type;

	in->record = data;
	in->record_len = (size_t)(p - data) - (p > data && p[-1] == '\0');
	in->status = p < end ? *p++ : 0;
	type = p;
	p = after_nul(p, end);
	in->type = xmemdup0(type, (size_t)(p - type));
	in->policy = p;
	in->policy_len = (size_t)(end - p);
}

static void add_answer(struct facts *f, const char *name, uint16_t type,
                       const uint8_t *rdata, size_t len)
{
	static uint8_t wire[WIRE_MAX];
	struct dns_writer w;
	struct dns_name n;
	struct dns_answer *a;

	dns_name_parse(&n, name);
	dns_write_begin(&w, wire, sizeof wire, 0, DNS_QR);
	dns_write_question(&w, &n, type);
	if (rdata)
		dns_write_rr(&w, DNS_ANSWER, &(struct dns_record){
			.owner = &n, .rdata = rdata, .rdlen = len,
			.ttl = 60, .type = type });
	a = answer_new(&n, type);
	answer_fold(a, wire, w.len, false);
	facts_add(f, a);
}

/* The record as character-strings. */
static void add_txt(struct facts *f, const char *name, const struct input *in)
{
	uint8_t rdata[RECORD_MAX];
	size_t n = 0;

	for (size_t at = 0; at < in->record_len || n == 0;) {
		size_t len = in->record_len - at;

		if (len > STRING_MAX)
			len = STRING_MAX;
		if (n + len + 1 > sizeof rdata)
			break;
		rdata[n++] = (uint8_t)len;
		memcpy(rdata + n, in->record + at, len);
		n += len;
		at += len;
	}
	add_answer(f, name, RR_TXT, rdata, n);
}

static void look_at_sentence(const char *id)
{
	assert(check_say_find(id) || finding_find(id));
}

static void look_at(struct check *c)
{
	assert(c->n_needs == 0 && !c->needs_policy);
	look_at_sentence(c->say);
	assert(c->n_steps <= CHECK_TRACE_MAX + 1);
	for (size_t i = 0; i < c->n_steps; i++)
		look_at_sentence(c->steps[i].say);
	check_clear(c);
}

static void look_at_policy(const struct input *in)
{
	struct sts_policy p;

	sts_policy_parse(&p, (const char *)in->policy, in->policy_len);
	assert(p.max_age <= STS_AGE_MAX && p.n_faults <= STS_FAULTS_MAX);
	assert(!p.valid || p.mode != STS_NO_MODE);
	assert(!p.valid || p.n_mx || p.mode == STS_NONE);
	for (size_t i = 0; i < p.n_mx; i++)
		assert(sts_pattern_fits(p.mx[i], p.mx[i]) ||
		       p.mx[i][0] == '*');
	sts_policy_clear(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	static char host[] = "mx.test";
	struct route_host hosts[] = { { .host = host, .why = "" } };
	const struct route route = { .kind = ROUTE_MX, .hosts = hosts,
		.n_hosts = 1 };
	struct input in;
	struct sts_fetch got = { .done = true, .available = true,
		.error = "", .location = "" };
	struct check_query q = { .domain = "test", .route = &route,
		.policy = &got };
	struct facts *f = facts_new();
	struct check c = { .id = NULL };

	take_apart(&in, data, size);
	got.status = in.status;
	got.type = in.type;
	got.body = (const char *)in.policy;
	got.body_len = in.policy_len;
	add_txt(f, "_mta-sts.test", &in);
	add_txt(f, "_smtp._tls.test", &in);
	add_answer(f, "mta-sts.test", RR_A, address, sizeof address);
	add_answer(f, "mta-sts.test", RR_AAAA, NULL, 0);
	sts_check(&c, f, &q, 0);
	look_at(&c);
	tls_rpt_check(&c, f, &q, 0);
	look_at(&c);
	look_at_policy(&in);
	facts_free(f);
	free(in.type);
	return 0;
}
