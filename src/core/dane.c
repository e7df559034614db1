#include "config.h"

#include "core/dane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/xalloc.h"

/* What the facts say of the host's addresses. */
struct host_facts {
	bool secure, failed, claimed;
	enum dns_status cause;
	const struct dns_answer *positive; /* one with addresses, or NULL */
};

static void need(struct dane *d, const struct dns_name *name, uint16_t type)
{
	d->needs[d->n_needs].name = *name;
	d->needs[d->n_needs++].type = type;
}

static void see_address(struct host_facts *h, const struct dns_answer *a)
{
	if (a->status == DNS_NOERROR && a->n > 0) {
		h->secure &= a->ad;
		h->claimed &= a->ad_claimed;
		h->positive = a;
	} else if (dns_status_is_temp(a->status)) {
		h->failed = true;
		h->cause = a->status;
	}
}

/* False: something must be looked up first. */
static bool see_host(struct dane *d, const struct facts *f,
                     const struct dns_name *host, int family,
                     struct host_facts *h)
{
	static const struct { uint16_t type; int but; } lookups[] = {
		{ RR_AAAA, 4 }, { RR_A, 6 },
	};

	*h = (struct host_facts){ .secure = true, .claimed = true };
	for (size_t i = 0; i < 2; i++) {
		const struct dns_answer *a;

		if (lookups[i].but == family)
			continue;
		a = facts_find(f, host, lookups[i].type);
		if (a)
			see_address(h, a);
		else
			need(d, host, lookups[i].type);
	}
	return d->n_needs == 0;
}

/* ---- one record ---- */

static size_t digest_len(uint8_t matching)
{
	return matching == 1 ? 32 : matching == 2 ? 64 : 0;
}

static const char *unusable(const struct dane_record *r)
{
	if (r->usage != 2 && r->usage != 3)
		return "dane-usage";
	if (r->selector > 1 || r->matching > 2 || r->len == 0)
		return "dane-form";
	if (r->matching && r->len != digest_len(r->matching))
		return "dane-form";
	return NULL;
}

static void add_record(struct dane *d, const struct dns_answer *a, size_t i)
{
	const struct dns_rr *rr = answer_rr(a, i);
	const unsigned char *p = a->msg.data + rr->rdata;
	struct dane_record *r = &d->records[d->n_records++];
	struct buf text = { 0 };

	*r = (struct dane_record){ .usable = false };
	dns_rr_text(&a->msg, rr, &text);
	if (text.len > DANE_TEXT_MAX) {
		text.len = DANE_TEXT_MAX;
		buf_adds(&text, "...");
	}
	r->text = buf_steal(&text);
	if (rr->bad || rr->rdlen < 3) {
		r->why = "dane-form";
		return;
	}
	r->usage = p[0];
	r->selector = p[1];
	r->matching = p[2];
	r->len = rr->rdlen - 3u;
	r->data = xmalloc(r->len);
	memcpy(r->data, p + 3, r->len);
	r->why = unusable(r);
	r->usable = !r->why;
}

static void take_records(struct dane *d, const struct dns_answer *a)
{
	size_t n = a->n < DANE_RECORDS_MAX ? a->n : DANE_RECORDS_MAX;

	d->records = xcalloc(n, sizeof *d->records);
	d->verdict = DANE_UNUSABLE;
	for (size_t i = 0; i < n; i++) {
		add_record(d, a, i);
		if (d->records[i].usable)
			d->verdict = DANE_USABLE;
	}
}

/* ---- the names under which records may stand ---- */

static char *host_text(const struct dns_name *n)
{
	char text[DNS_NAME_TEXT_MAX];

	return xstrdup(dns_name_host(n, text));
}

/* "_25._tcp." in front; false: the name becomes too long to be asked for. */
static bool tlsa_name(const struct dns_name *base, uint16_t port,
                      struct dns_name *out)
{
	char text[DNS_NAME_TEXT_MAX], *full;
	bool ok;

	full = xasprintf("_%u._tcp.%s", port, dns_name_text(base, text));
	ok = dns_name_parse(out, full) == DNS_NAME_OK;
	free(full);
	return ok;
}

/* What the TLSA records of one base say; false: go on with the next. */
static bool try_base(struct dane *d, const struct facts *f,
                     const struct dns_name *base, uint16_t port)
{
	const struct dns_answer *a;
	struct dns_name name;

	if (!tlsa_name(base, port, &name))
		return false;
	a = facts_find(f, &name, RR_TLSA);
	if (!a) {
		need(d, &name, RR_TLSA);
		return true;
	}
	/* one record that is too short makes no other one useless, nor is
	 * the lookup a failure (RFC 7671 §9) */
	if (!a->n && (dns_status_is_temp(a->status) ||
	              a->status == DNS_LOOP)) {
		d->verdict = DANE_FAILED;
		d->cause = a->status;
		return true;
	}
	if (!a->ad || a->n == 0) {
		d->verdict = a->ad ? DANE_NONE : DANE_INSECURE;
		return false;
	}
	free(d->base);
	d->base = host_text(base);
	take_records(d, a);
	return true;
}

/* Would this resolver verify anything? The root is signed: Postfix asks the
 * same (dnssec_probe). Only where the host's addresses are not verified. */
static void find_doubt(struct dane *d, const struct facts *f,
                       const struct host_facts *h)
{
	struct dns_name root = { .len = 1 };
	const struct dns_answer *a;

	if (h->claimed) {
		d->doubt = DANE_UNTRUSTED;
		return;
	}
	a = facts_find(f, &root, RR_NS);
	if (!a)
		need(d, &root, RR_NS);
	else if (!dns_status_is_temp(a->status) && !a->ad_claimed)
		d->doubt = DANE_UNCHECKED;
}

/* RFC 7672 §3.2.2: with a verified MX the mail domain is a name, too. */
static void note_next_hop(struct dane *d, const struct facts *f,
                          const char *domain)
{
	const struct dns_answer *mx;
	struct dns_name name;

	if (!domain || dns_name_parse(&name, domain) != DNS_NAME_OK)
		return;
	mx = facts_find(f, &name, RR_MX);
	if (!mx || !mx->ad)
		return;
	free(d->next_hop);
	d->next_hop = xstrdup(domain);
}

void dane_find(struct dane *out, const struct facts *f,
               const struct dane_query *q)
{
	struct dns_name host;
	struct host_facts h;

	*out = (struct dane){ .verdict = DANE_INSECURE,
		.base = xstrdup(""), .next_hop = xstrdup("") };
	if (dns_name_parse(&host, q->host) != DNS_NAME_OK ||
	    !see_host(out, f, &host, q->family, &h))
		return;
	if (!h.positive) {
		out->verdict = h.failed ? DANE_FAILED : DANE_INSECURE;
		out->cause = h.cause;
		return;
	}
	if (!h.secure) {
		find_doubt(out, f, &h);
		return;
	}
	note_next_hop(out, f, q->domain);
	/* RFC 7672 §2.2.3: the end of the aliases, then the name itself */
	if (h.positive->n_chain &&
	    try_base(out, f, answer_end(h.positive), q->port))
		return;
	try_base(out, f, &host, q->port);
}

void dane_clear(struct dane *d)
{
	for (size_t i = 0; i < d->n_records; i++) {
		free(d->records[i].data);
		free(d->records[i].text);
	}
	free(d->records);
	free(d->base);
	free(d->next_hop);
	*d = (struct dane){ .n_records = 0 };
}
