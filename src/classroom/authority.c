#include "config.h"

#include "classroom/authority.h"

#include <netinet/in.h>
#include <string.h>

#include "core/dns.h"

enum {
	UDP_PLAIN = 512, /* without EDNS, RFC 1035 §4.2.1 */
	NEGATIVE_TTL = 60,
};

/* One answer in the making. */
struct work {
	const struct authority_data *d;
	const struct dns_msg *query;
	const struct sock_addr *local;
	struct dns_writer *w;
	struct dns_name name; /* the question's, then along the CNAMEs */
	bool found;           /* a record that was asked for */
};

/* The address that the query came in on, when it is of that type. */
static size_t local_address(const struct work *k, uint16_t type,
                            uint8_t out[16])
{
	const struct sockaddr_storage *ss = &k->local->ss;

	if (type == RR_A && ss->ss_family == AF_INET) {
		memcpy(out, &((const struct sockaddr_in *)ss)->sin_addr, 4);
		return 4;
	}
	if (type == RR_AAAA && ss->ss_family == AF_INET6) {
		memcpy(out, &((const struct sockaddr_in6 *)ss)->sin6_addr, 16);
		return 16;
	}
	return 0;
}

static void put(struct work *k, uint16_t type, uint32_t ttl,
                const uint8_t *rdata, size_t len)
{
	struct dns_record r = {
		.owner = &k->name,
		.rdata = rdata,
		.rdlen = len,
		.ttl = ttl,
		.type = type,
	};

	dns_write_rr(k->w, DNS_ANSWER, &r);
	k->found = true;
}

/* A host of the lesson is where this classroom is: one address, ours. */
static void put_served_address(struct work *k, uint16_t type)
{
	const struct zone *z = &k->d->lesson->zone;
	size_t a = 0, aaaa = 0, len;
	uint8_t address[16];

	len = local_address(k, type, address);
	if (len && (zone_next(z, &k->name, RR_A, &a) ||
	            zone_next(z, &k->name, RR_AAAA, &aaaa)))
		put(k, type, AUTHORITY_TTL, address, len);
}

/* The TXT record that tells --join a host's real port. */
static void put_port(struct work *k)
{
	for (size_t i = 0; i < k->d->n_ports; i++) {
		const struct authority_port *p = &k->d->ports[i];
		size_t len = strlen(p->txt);
		uint8_t rdata[256];

		if (!dns_name_equal(&p->host, &k->name) || len > 255)
			continue;
		rdata[0] = (uint8_t)len;
		memcpy(rdata + 1, p->txt, len);
		put(k, RR_TXT, AUTHORITY_TTL, rdata, len + 1);
	}
}

static void put_records(struct work *k, uint16_t type)
{
	const struct zone *z = &k->d->lesson->zone;
	const struct zone_rr *rr;
	size_t at = 0;

	while ((rr = zone_next(z, &k->name, type, &at))) {
		bool address = rr->type == RR_A || rr->type == RR_AAAA;

		if (!k->d->serve || !address)
			put(k, rr->type, rr->ttl, rr->rdata, rr->rdata_len);
	}
	if (!k->d->serve)
		return;
	if (type == RR_A || type == RR_ANY)
		put_served_address(k, RR_A);
	if (type == RR_AAAA || type == RR_ANY)
		put_served_address(k, RR_AAAA);
	if (type == RR_TXT || type == RR_ANY)
		put_port(k);
}

/* Moves on along the CNAMEs (RFC 1034 §3.6.2), each told on the way. A chain
 * that returns is cut where it is long enough for the client to see it. */
static void follow_cnames(struct work *k)
{
	const struct zone *z = &k->d->lesson->zone;

	if (k->query->qtype == RR_CNAME || k->query->qtype == RR_ANY)
		return;
	for (int i = 0; i < AUTHORITY_CHAIN_MAX; i++) {
		size_t at = 0, from = 0;
		const struct zone_rr *rr =
		    zone_next(z, &k->name, RR_CNAME, &at);

		if (!rr)
			return;
		put(k, RR_CNAME, rr->ttl, rr->rdata, rr->rdata_len);
		dns_name_read(&k->name, rr->rdata, rr->rdata_len,
		              rr->rdata_len, &from);
	}
}

/* Authority of a negative answer (RFC 2308 §3): the zone's, or the root's. */
static void put_soa(struct work *k)
{
	static const uint8_t made_up[] =
	    "\2ns\11classroom\7example\0" "\12hostmaster\11classroom\7example\0"
	    "\0\0\0\1" "\0\0\16\20" "\0\0\3\204" "\0\11\72\200" "\0\0\0\74";
	const struct zone_rr *rr = zone_soa(&k->d->lesson->zone, &k->name);
	struct dns_name root;
	struct dns_record r = {
		.owner = &root,
		.rdata = made_up,
		.rdlen = sizeof made_up - 1,
		.ttl = NEGATIVE_TTL,
		.type = RR_SOA,
	};

	dns_name_parse(&root, ".");
	if (rr) {
		r.owner = &rr->owner;
		r.rdata = rr->rdata;
		r.rdlen = rr->rdata_len;
		r.ttl = rr->ttl;
	}
	dns_write_rr(k->w, DNS_AUTHORITY, &r);
}

/* How it went, and our OPT when the query had one (RFC 6891 §6.1.1). */
static void put_end(struct work *k, unsigned rcode)
{
	dns_write_rcode(k->w, rcode);
	if (k->query->has_opt)
		dns_write_opt(k->w, DNS_UDP_PAYLOAD, rcode, -1, NULL);
}

static void answer_question(struct work *k)
{
	unsigned rcode = RCODE_NOERROR;

	follow_cnames(k);
	k->found = false;
	put_records(k, k->query->qtype);
	if (!k->found) {
		if (!zone_has_name(&k->d->lesson->zone, &k->name))
			rcode = RCODE_NXDOMAIN;
		put_soa(k);
	}
	put_end(k, rcode);
}

/* Header and question, to begin with or to begin again. */
static void begin(struct work *k, struct dns_writer *w, uint8_t *out,
                  size_t size)
{
	const uint16_t copied = DNS_OPCODE | DNS_RD;
	const struct dns_msg *q = k->query;

	*w = (struct dns_writer){ 0 };
	k->w = w;
	dns_write_begin(w, out, size, q->id,
	                (uint16_t)(DNS_QR | DNS_AA | (q->flags & copied)));
	if (q->has_question)
		dns_write_question(w, &q->qname, q->qtype);
}

/* An answer that says only how it went. */
static size_t only_rcode(struct work *k, unsigned rcode)
{
	dns_write_flags(k->w, 0, DNS_AA);
	put_end(k, rcode);
	return k->w->len;
}

static size_t only_truncated(struct work *k)
{
	dns_write_flags(k->w, DNS_TC, 0);
	put_end(k, RCODE_NOERROR);
	return k->w->len;
}

/* The fault that the lesson has for the name, or NULL. */
static const struct lesson_fault *fault_of(const struct work *k, bool tcp)
{
	const struct lesson *l = k->d->lesson;

	for (size_t i = 0; i < l->n_faults; i++) {
		const struct lesson_fault *f = &l->faults[i];

		if (dns_name_under(&k->query->qname, &f->name) &&
		    !(tcp && f->what == LESSON_DNS_TRUNCATE))
			return f;
	}
	return NULL;
}

static size_t play_fault(struct work *k, const struct lesson_fault *f)
{
	switch (f->what) {
	case LESSON_DNS_SERVFAIL:
		return only_rcode(k, RCODE_SERVFAIL);
	case LESSON_DNS_REFUSED:
		return only_rcode(k, RCODE_REFUSED);
	case LESSON_DNS_TRUNCATE:
		return only_truncated(k);
	default:
		return 0;
	}
}

static size_t room(const struct dns_msg *q, bool tcp, size_t size)
{
	size_t most = UDP_PLAIN;

	if (tcp)
		return size;
	if (q->has_opt && q->payload > most)
		most = q->payload < DNS_UDP_PAYLOAD ? q->payload
		                                    : DNS_UDP_PAYLOAD;
	return most < size ? most : size;
}

/* What is wrong with the query as such; RCODE_NOERROR: nothing. */
static unsigned query_error(const struct dns_msg *q, bool whole)
{
	if (!whole || !q->has_question)
		return q->flags & DNS_OPCODE ? RCODE_NOTIMP : RCODE_FORMERR;
	if (q->flags & DNS_OPCODE)
		return RCODE_NOTIMP;
	return q->qclass == DNS_CLASS_IN ? RCODE_NOERROR : RCODE_REFUSED;
}

size_t authority_answer(const struct authority_data *d,
                        const struct authority_query *query, uint8_t *out,
                        size_t size)
{
	struct dns_msg q;
	struct dns_writer w;
	struct work k = { .d = d, .query = &q, .local = query->local };
	const struct lesson_fault *fault;
	bool whole = dns_msg_parse(&q, query->data, query->len);
	unsigned wrong = query_error(&q, whole);
	size_t n = 0;

	if (query->len < DNS_HEADER_SIZE || q.flags & DNS_QR)
		goto done;
	k.name = q.qname;
	begin(&k, &w, out, room(&q, query->tcp, size));
	if (wrong) {
		n = only_rcode(&k, wrong);
		goto done;
	}
	fault = fault_of(&k, query->tcp);
	if (fault) {
		n = play_fault(&k, fault);
		goto done;
	}
	answer_question(&k);
	if (w.full) {
		begin(&k, &w, out, room(&q, query->tcp, size));
		only_truncated(&k);
	}
	n = w.len;
done:
	dns_msg_clear(&q);
	return n;
}
