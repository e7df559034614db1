/*
 * Records of tags: whatever stands in a TXT record, the list of its tags lies
 * inside it, the checks of DMARC and of a DKIM key come to an end within their
 * bounds, and each of their sentences is a row of the table. The input is the
 * record, and once more the octets of a key.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check/der.h"
#include "check/dkim_key.h"
#include "check/dmarc.h"
#include "check/dmarc_record.h"
#include "check/taglist.h"
#include "knowledge/check_words.h"
#include "tests/fuzz/fuzz.h"
#include "util/xalloc.h"

enum {
	STRING_MAX = 255,     /* RFC 1035 §3.3 */
	RECORD_MAX = 60000,   /* what a message has room for */
	ROUNDS_MAX = 10,
};

const char *const fuzz_inputs[] = { "records", NULL };

/* ---- the list ---- */

static void inside(const char *p, size_t len, const char *text, size_t size)
{
	assert(len == 0 || (p >= text && p + len <= text + size));
}

static void look_at_tag(const struct tag *t, const char *text, size_t size)
{
	struct tag_item item;
	size_t at = 0, items = 0;

	inside(t->name, t->name_len, text, size);
	inside(t->value, t->value_len, text, size);
	assert(t->column >= 1 && t->column <= size + 1);
	assert(t->fault_column >= 1 && t->fault_column <= size + 1);
	while (tag_next_item(t, ',', &at, &item)) {
		struct dmarc_uri u;

		inside(item.text, item.len, text, size);
		dmarc_uri_parse(&u, &item);
		inside(u.text.text, u.text.len, text, size);
		inside(u.host.text, u.host.len, text, size);
		assert(u.kind != DMARC_URI_MAIL || u.host.len > 0);
		items++;
	}
	assert(items > 0 && items <= t->value_len + 1);
}

static void list(const char *text, size_t size)
{
	struct taglist l;
	size_t semicolons = 0;

	taglist_parse(&l, text, size);
	assert(l.n >= 1 && l.n <= TAGLIST_MAX);
	assert(l.dropped == 0 || l.n == TAGLIST_MAX);
	for (size_t i = 0; i < size; i++)
		semicolons += text[i] == ';';
	assert(l.n + l.dropped == semicolons ||
	       l.n + l.dropped == semicolons + 1);
	for (size_t i = 0; i < l.n; i++) {
		look_at_tag(&l.tags[i], text, size);
		assert(i == 0 || l.tags[i].column > l.tags[i - 1].column);
	}
}

static void key(const uint8_t *data, size_t size)
{
	struct dkim_key k;
	size_t bits;
	enum der_key form = der_public_key(data, size, &bits);

	assert(bits <= size * 8);
	assert((bits > 0) == (form == DER_KEY_RSA || form == DER_KEY_RSA_BARE));
	dkim_key_parse(&k, (const char *)data, size);
	assert(k.column <= size);
	assert(k.fault != DKIM_OK || k.ed25519 || k.bits >= DKIM_RSA_MIN);
}

/* ---- the checks ---- */

/* As a server would answer that holds the record everywhere. */
static struct dns_answer *answer(const struct check_need *need,
                                 const char *text, size_t size)
{
	static uint8_t rdata[RECORD_MAX + RECORD_MAX / STRING_MAX + 1];
	static uint8_t wire[DNS_MESSAGE_MAX];
	struct dns_answer *a = answer_new(&need->name, need->type);
	struct dns_writer w;
	size_t len = 0;

	if (need->type != RR_TXT) {
		answer_fail(a, DNS_NXDOMAIN);
		return a;
	}
	do {
		size_t n = size < STRING_MAX ? size : STRING_MAX;

		rdata[len++] = (uint8_t)n;
		if (n > 0)
			memcpy(rdata + len, text, n);
		len += n;
		text += n;
		size -= n;
	} while (size > 0);
	dns_write_begin(&w, wire, sizeof wire, 0, DNS_QR);
	dns_write_question(&w, &need->name, need->type);
	dns_write_rr(&w, DNS_ANSWER, &(struct dns_record){
		.owner = &need->name, .rdata = rdata, .rdlen = len,
		.ttl = 1, .type = need->type });
	answer_fold(a, wire, w.len, false);
	return a;
}

static void say_all(const struct check *c)
{
	struct event_builder b;
	struct event *e;

	check_event(&b, c);
	e = event_finish(&b);
	assert(check_say_find(c->say));
	free(check_text(e));
	free(check_next(e));
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		char *text = check_step(e, i);

		assert(check_say_find(c->steps[i].say));
		assert(!strpbrk(text, "\x1b\r\n\x7f"));
		free(text);
	}
	free(e);
}

static void run(void (*evaluate)(struct check *, const struct facts *,
                                 const struct check_query *, size_t),
                const char *text, size_t size)
{
	static const char *const selectors[] = { "s" };
	const struct check_query q = { .mail_from = "x@b.test",
		.author = "a.test", .helo = "h.test",
		.selectors = selectors, .n_selectors = 1 };
	struct facts *f = facts_new();
	struct check c = { .id = NULL };
	unsigned rounds = 0;

	do {
		check_clear(&c);
		evaluate(&c, f, &q, 0);
		assert(c.n_needs <= CHECK_NEEDS_MAX);
		for (size_t i = 0; i < c.n_needs; i++)
			facts_add(f, answer(&c.needs[i], text, size));
		assert(++rounds < ROUNDS_MAX);
	} while (c.n_needs > 0);
	assert(c.n_steps <= CHECK_TRACE_MAX + 1);
	say_all(&c);
	check_clear(&c);
	facts_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	list(text, size);
	key(data, size);
	if (size <= RECORD_MAX) {
		run(dmarc_check, text, size);
		run(dkim_check, text, size);
	}
	return 0;
}
