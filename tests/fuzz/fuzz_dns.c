/*
 * The DNS codec: whatever comes, nothing is read past the message, the text of
 * every record can be made, a lookup ends, and a good message that is written
 * again reads as the same.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/answer.h"
#include "core/dns.h"
#include "tests/fuzz/fuzz.h"
#include "util/buf.h"

const char *const fuzz_inputs[] = { "dns", "@data/c-ares-fuzzinput",
	                            "@data/c-ares-fuzznames", NULL };

static void all_texts(const struct dns_msg *m)
{
	struct buf text = { 0 };
	char name[DNS_NAME_TEXT_MAX];

	for (size_t i = 0; i < m->n; i++) {
		const struct dns_rr *rr = &m->rr[i];
		struct dns_name owner, again;

		dns_rr_owner(m, rr, &owner);
		dns_name_text(&owner, name);
		assert(dns_name_parse(&again, name) == DNS_NAME_OK);
		assert(again.len == owner.len);
		assert(memcmp(again.wire, owner.wire, owner.len) == 0);
		buf_reset(&text);
		dns_rr_text(m, rr, &text);
		assert(text.len > 0);
		if (!rr->bad && strchr(dns_type_layout(rr->type), 'n'))
			dns_rr_target(m, rr, &owner);
		dns_rr_soa_minimum(m, rr);
		if (!rr->bad && rr->type == RR_TXT)
			dns_rr_txt(m, rr, &text);
	}
	buf_clear(&text);
}

/* The RDATA of a record as the writer wants it; false: it has names, which may
 * be compressed. */
static bool is_plain(const struct dns_rr *rr)
{
	return rr->bad || !strchr(dns_type_layout(rr->type), 'n');
}

/* Writes the plain records of m, reads them back, compares. */
static void write_again(const struct dns_msg *m)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	struct dns_writer w;
	struct dns_msg again;
	size_t n = 0;

	dns_write_begin(&w, out, sizeof out, m->id, m->flags);
	if (m->has_question)
		dns_write_question(&w, &m->qname, m->qtype);
	for (size_t i = 0; i < m->n; i++) {
		struct dns_name owner;
		struct dns_record r = {
			.owner = &owner,
			.rdata = m->data + m->rr[i].rdata,
			.rdlen = m->rr[i].rdlen,
			.ttl = m->rr[i].ttl,
			.type = m->rr[i].type,
		};

		dns_rr_owner(m, &m->rr[i], &owner);
		if (is_plain(&m->rr[i]) && m->rr[i].type != RR_OPT)
			n += dns_write_rr(&w, m->rr[i].section, &r);
	}
	assert(dns_msg_parse(&again, out, w.len));
	assert(again.n == n && again.id == m->id && again.flags == m->flags);
	dns_msg_clear(&again);
}

static void whole_lookup(const struct dns_msg *m)
{
	struct dns_answer *a = answer_new(&m->qname, m->qtype);
	struct dns_exchange x = { .name = &m->qname, .type = m->qtype,
		                  .server = "", .wire = m->data,
		                  .len = m->len };
	struct event_builder b;
	unsigned turns = 0;

	while (answer_fold(a, m->data, m->len, true))
		assert(++turns <= DNS_CHAIN_MAX);
	for (size_t i = 0; i < a->n; i++)
		assert(answer_rr(a, i)->type == m->qtype);
	answer_free(a);
	exchange_event(&b, &x);
	free(event_finish(&b));
}

static void one_name(const uint8_t *data, size_t size)
{
	struct dns_name n;
	size_t at = 0;
	char text[DNS_NAME_TEXT_MAX];

	if (dns_name_read(&n, data, size, size, &at)) {
		assert(at <= size);
		dns_name_text(&n, text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_msg m;

	dns_msg_parse(&m, data, size);
	all_texts(&m);
	if (size >= DNS_HEADER_SIZE)
		write_again(&m);
	if (m.has_question)
		whole_lookup(&m);
	dns_msg_clear(&m);
	one_name(data, size);
	return 0;
}
