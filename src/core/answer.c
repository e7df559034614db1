#include "config.h"

#include "core/answer.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

struct dns_answer *answer_new(const struct dns_name *name, uint16_t type)
{
	struct dns_answer *a = xcalloc(1, sizeof *a);

	a->name = *name;
	dns_name_lower(&a->name);
	a->type = type;
	a->status = DNS_CANCELLED;
	a->ttl = UINT32_MAX;
	return a;
}

struct dns_answer *answer_ref(struct dns_answer *a)
{
	a->refs++;
	return a;
}

void answer_free(struct dns_answer *a)
{
	if (!a)
		return;
	if (a->refs > 0) {
		a->refs--;
		return;
	}
	dns_msg_clear(&a->msg);
	free(a->chain);
	free(a->wire);
	free(a->rr);
	free(a);
}

const struct dns_name *answer_end(const struct dns_answer *a)
{
	return a->n_chain ? &a->chain[a->n_chain - 1] : &a->name;
}

const struct dns_rr *answer_rr(const struct dns_answer *a, size_t i)
{
	return &a->msg.rr[a->rr[i]];
}

bool dns_status_is_temp(enum dns_status s)
{
	switch (s) {
	case DNS_SERVFAIL:
	case DNS_REFUSED:
	case DNS_FORMERR:
	case DNS_NOTIMP:
	case DNS_OTHER_RCODE:
	case DNS_TIMEOUT:
	case DNS_UNREACHABLE:
	case DNS_MALFORMED:
	case DNS_CANCELLED:
		return true;
	default:
		return false;
	}
}

static enum dns_status rcode_status(unsigned rcode)
{
	switch (rcode) {
	case RCODE_NOERROR:
		return DNS_NOERROR;
	case RCODE_FORMERR:
		return DNS_FORMERR;
	case RCODE_SERVFAIL:
		return DNS_SERVFAIL;
	case RCODE_NXDOMAIN:
		return DNS_NXDOMAIN;
	case RCODE_NOTIMP:
		return DNS_NOTIMP;
	case RCODE_REFUSED:
		return DNS_REFUSED;
	default:
		return DNS_OTHER_RCODE;
	}
}

static void least_ttl(struct dns_answer *a, uint32_t ttl)
{
	if (ttl < a->ttl)
		a->ttl = ttl;
}

static bool finish(struct dns_answer *a, enum dns_status status)
{
	a->status = status;
	if (a->ttl == UINT32_MAX)
		a->ttl = 0;
	return false;
}

static bool is_owner(const struct dns_msg *m, const struct dns_rr *rr,
                     const struct dns_name *name)
{
	struct dns_name owner;

	dns_rr_owner(m, rr, &owner);
	return dns_name_equal(&owner, name);
}

/* Notes the records of the type asked for at name. Are there any? */
static bool collect(struct dns_answer *a, const struct dns_name *name)
{
	const struct dns_msg *m = &a->msg;

	for (size_t i = 0; i < m->n; i++) {
		const struct dns_rr *rr = &m->rr[i];

		if (rr->section != DNS_ANSWER || rr->type != a->type ||
		    rr->class != DNS_CLASS_IN || !is_owner(m, rr, name))
			continue;
		a->rr = xreallocarray(a->rr, a->n + 1, sizeof *a->rr);
		a->rr[a->n++] = i;
		least_ttl(a, rr->ttl);
	}
	return a->n > 0;
}

static bool any_bad(const struct dns_answer *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (answer_rr(a, i)->bad)
			return true;
	return false;
}

/* Where rr leads from name: a CNAME there or a DNAME above (RFC 6672 §2.2). */
static bool leads_from(const struct dns_msg *m, const struct dns_rr *rr,
                       const struct dns_name *name, struct dns_name *to)
{
	struct dns_name owner, target;

	if (rr->section != DNS_ANSWER || rr->class != DNS_CLASS_IN || rr->bad)
		return false;
	if (rr->type != RR_CNAME && rr->type != RR_DNAME)
		return false;
	dns_rr_owner(m, rr, &owner);
	dns_rr_target(m, rr, &target);
	if (rr->type == RR_CNAME) {
		*to = target;
		return dns_name_equal(&owner, name);
	}
	*to = *name;
	return !dns_name_equal(&owner, name) && dns_name_under(name, &owner) &&
	       dns_name_replace(to, &owner, &target);
}

/* The alias that leads on from name, or NULL. */
static const struct dns_rr *find_alias(const struct dns_answer *a,
                                       const struct dns_name *name,
                                       struct dns_name *to)
{
	if (a->type == RR_CNAME)
		return NULL;
	for (size_t i = 0; i < a->msg.n; i++)
		if (leads_from(&a->msg, &a->msg.rr[i], name, to))
			return &a->msg.rr[i];
	return NULL;
}

static bool was_there(const struct dns_answer *a, const struct dns_name *name)
{
	if (dns_name_equal(&a->name, name))
		return true;
	for (size_t i = 0; i < a->n_chain; i++)
		if (dns_name_equal(&a->chain[i], name))
			return true;
	return false;
}

enum walk { WALK_RECORDS, WALK_END, WALK_LOOP };

/* Follows the aliases inside this message. */
static enum walk walk_chain(struct dns_answer *a)
{
	struct dns_name next;
	const struct dns_rr *alias;

	while (!collect(a, answer_end(a))) {
		alias = find_alias(a, answer_end(a), &next);
		if (!alias)
			return WALK_END;
		least_ttl(a, alias->ttl);
		if (was_there(a, &next) || a->n_chain == DNS_CHAIN_MAX)
			return WALK_LOOP;
		a->chain = xreallocarray(a->chain, a->n_chain + 1,
		                         sizeof *a->chain);
		a->chain[a->n_chain++] = next;
	}
	return WALK_RECORDS;
}

/* RFC 2308 §5: a negative answer holds as long as its SOA says. */
static void note_soa(struct dns_answer *a)
{
	a->no_soa = true;
	for (size_t i = 0; i < a->msg.n; i++) {
		const struct dns_rr *rr = &a->msg.rr[i];

		if (rr->section != DNS_AUTHORITY || rr->type != RR_SOA)
			continue;
		a->no_soa = false;
		least_ttl(a, rr->ttl);
		least_ttl(a, dns_rr_soa_minimum(&a->msg, rr));
	}
}

static bool take_message(struct dns_answer *a, const uint8_t *wire, size_t len)
{
	bool ok;

	dns_msg_clear(&a->msg);
	free(a->wire);
	a->wire = (uint8_t *)xmemdup0(wire, len);
	a->n = 0;
	ok = dns_msg_parse(&a->msg, a->wire, len);
	/* whoever asks over TCP where UDP is cut never sees TC */
	return ok && !(a->msg.flags & DNS_TC);
}

/* A lookup is as authentic as the least of its messages. */
static void note_ad(struct dns_answer *a, bool trusted)
{
	bool first = a->messages == 0;
	bool ad = a->msg.flags & DNS_AD;

	a->ad_claimed = ad && (first || a->ad_claimed);
	a->ad = ad && trusted && (first || a->ad);
	a->messages++;
}

bool answer_fold(struct dns_answer *a, const uint8_t *wire, size_t len,
                 bool trusted)
{
	size_t links = a->n_chain;
	enum dns_status status;
	enum walk w;

	if (!take_message(a, wire, len))
		return finish(a, DNS_MALFORMED);
	status = rcode_status(a->msg.rcode);
	if (status != DNS_NOERROR && status != DNS_NXDOMAIN)
		return finish(a, status);
	note_ad(a, trusted);
	w = walk_chain(a);
	if (w == WALK_LOOP)
		return finish(a, DNS_LOOP);
	if (w == WALK_RECORDS)
		return finish(a, any_bad(a) ? DNS_MALFORMED : DNS_NOERROR);
	if (status == DNS_NOERROR && a->n_chain > links)
		return true;
	note_soa(a);
	return finish(a, status == DNS_NOERROR ? DNS_NODATA : status);
}

void answer_fail(struct dns_answer *a, enum dns_status status)
{
	finish(a, status);
}

bool answer_fits(const uint8_t *wire, size_t len, const struct dns_name *name,
                 uint16_t type)
{
	struct dns_msg m;
	bool fits;

	dns_msg_parse(&m, wire, len);
	fits = len >= DNS_HEADER_SIZE && m.flags & DNS_QR;
	/* some servers leave the question out of a refusal */
	if (m.has_question)
		fits = fits && m.qtype == type && m.qclass == DNS_CLASS_IN &&
		       dns_name_equal(&m.qname, name);
	else
		fits = fits && m.rcode != RCODE_NOERROR;
	dns_msg_clear(&m);
	return fits;
}

/* ---- the event ---- */

static struct ev_rr put_rr(struct event_builder *b, const struct dns_msg *m,
                           const struct dns_rr *rr)
{
	struct ev_rr out = { .ttl = rr->ttl, .type = rr->type };
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name owner;
	struct buf data = { 0 };

	dns_rr_owner(m, rr, &owner);
	out.name = event_puts(b, dns_name_text(&owner, text));
	dns_rr_text(m, rr, &data);
	out.data = event_puts(b, buf_str(&data));
	buf_clear(&data);
	return out;
}

static struct ev_ref put_answers(struct event_builder *b,
                                 const struct dns_msg *m)
{
	struct ev_rr *rrs = xcalloc(m->n, sizeof *rrs);
	struct ev_ref r;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->rr[i].section == DNS_ANSWER)
			rrs[n++] = put_rr(b, m, &m->rr[i]);
	r = event_put_array(b, rrs, sizeof *rrs, n);
	free(rrs);
	return r;
}

void answer_ext(const struct dns_msg *m, struct buf *out)
{
	if (!m->has_ede)
		return;
	buf_addf(out, "%u", m->ede);
	if (*dns_ede_text(m->ede))
		buf_addf(out, " %s", dns_ede_text(m->ede));
	if (m->ede_len) {
		buf_adds(out, ": ");
		buf_add(out, m->data + m->ede_text, m->ede_len);
	}
}

static struct ev_ref put_ext(struct event_builder *b, const struct dns_msg *m)
{
	struct buf text = { 0 };
	struct ev_ref r = { 0, 0 };

	answer_ext(m, &text);
	if (text.len)
		r = event_put(b, text.data, text.len);
	buf_clear(&text);
	return r;
}

void exchange_event(struct event_builder *b, const struct dns_exchange *x)
{
	char name[DNS_NAME_TEXT_MAX];
	struct ev_dns *dns;
	struct dns_msg m;

	event_begin(b, EV_DNS);
	dns = &b->e.u.dns;
	dns->name = event_puts(b, dns_name_host(x->name, name));
	dns->server = event_puts(b, x->server);
	dns->us = x->us;
	dns->type = x->type;
	dns->status = (uint8_t)x->status;
	dns->tcp = x->tcp;
	dns->cd = x->cd;
	dns->cached = x->cached;
	if (!x->wire)
		return;
	dns_msg_parse(&m, x->wire, x->len);
	dns->ad = m.flags & DNS_AD;
	dns->aa = m.flags & DNS_AA;
	dns->answers = put_answers(b, &m);
	dns->ext = put_ext(b, &m);
	dns->wire = event_put(b, x->wire, x->len);
	dns_msg_clear(&m);
}
