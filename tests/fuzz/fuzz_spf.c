/*
 * SPF: whatever a record says and whatever the DNS answers, the evaluation
 * ends, asks for little at a time, comes to one of the results of the RFC, and
 * to the same one when it is made again or when the answers come one by one.
 *
 * An input is the address, MAIL FROM and HELO, a line each, then records:
 * "owner TYPE data" as spfmap_line() takes them; what is no record is left out.
 * All of it is also read as one SPF record.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check/spf.h"
#include "check/spf_record.h"
#include "tests/fuzz/fuzz.h"
#include "tests/rdata.h"
#include "tests/spfmap.h"
#include "util/xalloc.h"

const char *const fuzz_inputs[] = { "spf", NULL };

enum {
	/* Ten terms, each a PTR, its addresses, a lookup of its own and the
	 * hosts of an mx; the record, the explanation; and the last run. */
	ROUNDS_MAX = 10 * 4 + 6,
	/* The same when each answer comes alone: ten hosts, ten names. */
	SINGLE_MAX = 10 * 32 + 40,
	RDATA_MAX = 1024,
};

/* ---- the input as DNS data ---- */

/* The next line of data, without its end; text is NUL-terminated. */
static char *next_line(struct spf_slice *data)
{
	const char *end = data->len ? memchr(data->at, '\n', data->len) : NULL;
	size_t len = end ? (size_t)(end - data->at) : data->len;
	char *line = xmemdup0(data->at ? data->at : "", len);

	data->at += len + (end ? 1 : 0);
	data->len -= len + (end ? 1 : 0);
	return line;
}

/* The word at *at, which moves behind it; "" there is none. In line. */
static char *next_word(char **at)
{
	char *word = *at;

	*at += strcspn(*at, " ");
	if (**at)
		*(*at)++ = '\0';
	return word;
}

/* TXT keeps its zero octets: its length comes from the input. */
static void add_line(struct spfmap *m, char *line, size_t len)
{
	char *at = line, *owner = next_word(&at), *type = next_word(&at);
	uint16_t t = dns_type_find(type);
	uint8_t rdata[RDATA_MAX];
	struct dns_name name;
	int status, n;

	if (!spfmap_name(&name, owner, strlen(owner)))
		return;
	if (*at == '!') {
		status = dns_status_find(at + 1);
		if (status > DNS_NOERROR && status < DNS_STATUS_COUNT)
			spfmap_fail(m, &name, (enum dns_status)status);
	} else if (t == RR_TXT) {
		spfmap_add_txt(m, &name, at, len - (size_t)(at - line));
	} else if ((n = rdata_parse(t, at, rdata, sizeof rdata)) >= 0) {
		spfmap_add(m, &name, t, rdata, (size_t)n);
	}
}

static void add_lines(struct spfmap *m, struct spf_slice data)
{
	while (data.len > 0) {
		size_t before = data.len;
		char *line = next_line(&data);
		size_t len = before - data.len;

		len -= len > 0 && data.at[-1] == '\n';
		add_line(m, line, len);
		free(line);
	}
}

/* ---- invariants ---- */

static void check_needs(const struct check *c, const struct facts *f)
{
	assert(c->n_needs <= CHECK_NEEDS_MAX);
	for (size_t i = 0; i < c->n_needs; i++)
		assert(!facts_find(f, &c->needs[i].name, c->needs[i].type));
}

static void check_outcome(const struct check *c)
{
	static const char *const words[] = { "", "none", "neutral", "pass",
		"fail", "softfail", "temperror", "permerror" };
	bool known = false;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		known = known || strcmp(c->result, words[i]) == 0;
	assert(known && *c->say);
	assert(c->n_steps <= CHECK_TRACE_MAX + 1);
	assert(c->temporary == (strcmp(c->result, "temperror") == 0));
	if (c->grade == GRADE_PASS)
		assert(strcmp(c->result, "pass") == 0);
}

static void check_same(const struct check *a, const struct check *b)
{
	assert(strcmp(a->result, b->result) == 0 && a->say == b->say);
	assert(a->grade == b->grade && a->n_steps == b->n_steps);
	for (size_t i = 0; i < a->n_steps; i++) {
		const struct check_step *s = &a->steps[i], *t = &b->steps[i];

		assert(s->say == t->say && s->n_args == t->n_args);
		for (size_t k = 0; k < s->n_args; k++)
			assert(strcmp(s->args[k], t->args[k]) == 0);
	}
}

/* ---- evaluation ---- */

struct subject {
	struct check_query q;
	bool helo;
};

static void run(struct check *c, const struct facts *f,
                const struct subject *s)
{
	check_clear(c);
	if (s->helo)
		spf_check_helo(c, f, &s->q, 0);
	else
		spf_check_mail(c, f, &s->q, 0);
}

/* single: only the first need is met each time. */
static void run_to_end(struct check *c, const struct spfmap *m,
                       const struct subject *s, bool single)
{
	struct facts *f = facts_new();
	struct check again = { .id = NULL };
	unsigned rounds = 0;

	for (;;) {
		run(c, f, s);
		assert(++rounds <= (single ? SINGLE_MAX : ROUNDS_MAX));
		check_needs(c, f);
		if (c->n_needs == 0)
			break;
		for (size_t i = 0; i < (single ? 1 : c->n_needs); i++)
			facts_add(f, spfmap_look_up(m, &c->needs[i].name,
			                            c->needs[i].type));
	}
	check_outcome(c);
	run(&again, f, s);
	check_same(c, &again);
	check_clear(&again);
	facts_free(f);
}

static void evaluate(const struct spfmap *m, const struct subject *s)
{
	struct check at_once = { .id = NULL }, one_by_one = { .id = NULL };

	run_to_end(&at_once, m, s, false);
	run_to_end(&one_by_one, m, s, true);
	check_same(&at_once, &one_by_one);
	check_clear(&at_once);
	check_clear(&one_by_one);
}

static void evaluate_both(struct spf_slice data)
{
	struct spfmap *m = spfmap_new();
	char *ip = next_line(&data), *mail = next_line(&data);
	char *helo = next_line(&data);
	struct address_seen seen = { ADDRESS_GIVEN, ip, "" };
	struct subject s = { .q = { .seen = &seen, .n_seen = 1,
		.mail_from = mail, .helo = helo } };

	add_lines(m, data);
	if (spf_count_mail(&s.q))
		evaluate(m, &s);
	s.helo = true;
	if (spf_count_helo(&s.q))
		evaluate(m, &s);
	free(ip);
	free(mail);
	free(helo);
	spfmap_free(m);
}

/* ---- the input as a record ---- */

static void expand(struct spf_slice text)
{
	static const struct spf_values v = { .sender = "a.b@c.d",
		.local = "a.b", .origin = "c.d", .domain = "e.f", .helo = "g.h",
		.ip = { { 192, 0, 2, 1 }, 4 } };
	struct buf out = { 0 };

	if (spf_macro_check(text, true) == text.len) {
		spf_macro_expand(&out, text, &v, 100, SPF_KEEP_END);
		assert(out.len <= 100);
	}
	assert(spf_macro_end(text) <= text.len);
	buf_clear(&out);
}

static void read_record(const uint8_t *data, size_t size)
{
	struct buf text = { 0 };
	struct spf_record r;

	buf_adds(&text, "v=spf1 ");
	buf_add(&text, data, size);
	spf_record_parse(&r, text.data, text.len);
	assert(r.n_terms <= size / 2 + 1);
	for (size_t i = 0; i < r.n_errors; i++) {
		char *quote = spf_quote(r.errors[i].term);

		assert(r.errors[i].column >= 8);
		assert(r.errors[i].column <= text.len + 1);
		free(quote);
	}
	for (size_t i = 0; i < r.n_terms; i++)
		expand(r.terms[i].text);
	spf_record_clear(&r);
	buf_clear(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_record(data, size);
	evaluate_both((struct spf_slice){ (const char *)data, size });
	return 0;
}
