#include "config.h"

#include "core/dns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

enum {
	RR_MIN = 11,        /* root owner, type, class, TTL, RDLENGTH */
	OPT_EDE = 15,       /* RFC 8914 §2 */
	TTL_MAX = INT32_MAX, /* RFC 2181 §8 */
	JUMPS_MAX = 127      /* as many as a name has labels: pointers that
	                      * lead to pointers only cost time */
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

/*
 * Where the next label is read. floor: no pointer may go there or beyond; it
 * falls with every pointer, so that a chain of them ends; each name costs no
 * more than 255 octets and JUMPS_MAX pointers.
 */
struct name_reader {
	const uint8_t *data;
	size_t at, end, floor, len;
	size_t behind; /* of the name in its place, once a pointer was met */
	unsigned jumps;
};

/* Follows a pointer; false when it does not go backwards, or is one of too
 * many. */
static bool follow(struct name_reader *r)
{
	size_t to;

	if (r->at + 2 > r->end || r->jumps++ == JUMPS_MAX)
		return false;
	to = get16(r->data + r->at) & 0x3fffu;
	if (to >= r->floor)
		return false;
	if (!r->behind) {
		r->behind = r->at + 2;
		r->end = r->len;
	}
	r->floor = r->at = to;
	return true;
}

/* Copies one label; false when it does not fit or is no label. */
static bool copy_label(struct name_reader *r, struct dns_name *n, size_t *used)
{
	size_t size = r->data[r->at] + 1u;

	if (size > DNS_LABEL_MAX + 1 || r->at + size > r->end ||
	    *used + size > DNS_NAME_MAX)
		return false;
	memcpy(n->wire + *used, r->data + r->at, size);
	*used += size;
	r->at += size;
	return true;
}

bool dns_name_read(struct dns_name *n, const uint8_t *data, size_t len,
                   size_t end, size_t *at)
{
	struct name_reader r = {
		.data = data, .at = *at, .end = end, .floor = *at, .len = len,
	};
	size_t used = 0;
	bool root = false;

	while (!root) {
		if (r.at >= r.end)
			return false;
		if (data[r.at] >= 0xc0) {
			if (!follow(&r))
				return false;
			continue;
		}
		root = data[r.at] == 0;
		if (!copy_label(&r, n, &used))
			return false;
	}
	n->len = (uint8_t)used;
	*at = r.behind ? r.behind : r.at;
	return true;
}

/* ---- messages ---- */

/* Octets that field f of the RDATA at at takes; -1: it does not fit. */
static long field_size(const struct dns_msg *m, char f, size_t at, size_t end)
{
	struct dns_name name;
	size_t start = at;

	switch (f) {
	case '1':
		return 1;
	case '2':
	case 't':
		return 2;
	case '4':
	case 'a':
		return 4;
	case '6':
		return 16;
	case 'n':
		if (!dns_name_read(&name, m->data, m->len, end, &at))
			return -1;
		return (long)(at - start);
	case 's':
		do
			at += at < end ? 1u + m->data[at] : 1u;
		while (at < end);
		return (long)(at - start);
	default: /* h b x */
		return (long)(end - at);
	}
}

/* Does the RDATA have the fields of its type, no octet more or less? */
static bool rdata_fits(const struct dns_msg *m, const struct dns_rr *rr)
{
	size_t at = rr->rdata, end = at + rr->rdlen;

	for (const char *f = dns_type_layout(rr->type); *f; f++) {
		long size = field_size(m, *f, at, end);

		if (size < 0 || (size_t)size > end - at)
			return false;
		at += (size_t)size;
	}
	return at == end;
}

static void read_ede(struct dns_msg *m, size_t at, size_t len)
{
	if (m->has_ede || len < 2)
		return;
	m->has_ede = true;
	m->ede = get16(m->data + at);
	m->ede_text = (uint32_t)(at + 2);
	m->ede_len = (uint16_t)(len - 2);
}

/* RFC 6891 §6.1: class and TTL hold other things; options are {code, len}. */
static void read_opt(struct dns_msg *m, const struct dns_rr *rr)
{
	const uint8_t *ttl = m->data + rr->rdata - 6;
	size_t at = rr->rdata, end = at + rr->rdlen;

	if (m->has_opt || rr->section != DNS_ADDITIONAL)
		return;
	m->has_opt = true;
	m->payload = rr->class;
	m->rcode |= (unsigned)ttl[0] << 4;
	m->dnssec_ok = ttl[2] & 0x80;
	while (at + 4 <= end) {
		uint16_t code = get16(m->data + at);
		size_t len = get16(m->data + at + 2);

		at += 4;
		if (len > end - at)
			return;
		if (code == OPT_EDE)
			read_ede(m, at, len);
		at += len;
	}
}

static bool read_rr(struct dns_msg *m, struct dns_rr *rr, size_t *at)
{
	struct dns_name owner;
	const uint8_t *p;
	uint32_t ttl;

	rr->owner = (uint32_t)*at;
	if (!dns_name_read(&owner, m->data, m->len, m->len, at) ||
	    m->len - *at < RR_MIN - 1)
		return false;
	p = m->data + *at;
	ttl = get32(p + 4);
	rr->type = get16(p);
	rr->class = get16(p + 2);
	rr->ttl = ttl > TTL_MAX ? 0 : ttl;
	rr->rdlen = get16(p + 8);
	*at += RR_MIN - 1;
	rr->rdata = (uint32_t)*at;
	if (rr->rdlen > m->len - *at)
		return false;
	*at += rr->rdlen;
	rr->bad = !rdata_fits(m, rr);
	if (rr->type == RR_OPT)
		read_opt(m, rr);
	return true;
}

static bool read_section(struct dns_msg *m, enum dns_section s, size_t *at)
{
	unsigned count = get16(m->data + 6 + 2 * s);

	while (count-- > 0) {
		struct dns_rr rr = { .section = (uint8_t)s };

		if (!read_rr(m, &rr, at))
			return false;
		/* sizes 1, 2, 4 ...: no count of the message is trusted */
		if ((m->n & (m->n - 1)) == 0)
			m->rr = xreallocarray(m->rr, m->n ? 2 * m->n : 1,
			                      sizeof *m->rr);
		m->rr[m->n++] = rr;
	}
	return true;
}

/* All questions are read over; the first one is kept. */
static bool read_questions(struct dns_msg *m, size_t *at)
{
	unsigned count = get16(m->data + 4);

	for (unsigned i = 0; i < count; i++) {
		struct dns_name name;

		if (!dns_name_read(&name, m->data, m->len, m->len, at) ||
		    m->len - *at < 4)
			return false;
		if (i == 0) {
			m->has_question = true;
			m->qname = name;
			m->qtype = get16(m->data + *at);
			m->qclass = get16(m->data + *at + 2);
		}
		*at += 4;
	}
	return true;
}

bool dns_msg_parse(struct dns_msg *m, const uint8_t *data, size_t len)
{
	size_t at = DNS_HEADER_SIZE;

	memset(m, 0, sizeof *m);
	m->data = data;
	m->len = len;
	if (len < DNS_HEADER_SIZE || len > DNS_MESSAGE_MAX)
		return false;
	m->id = get16(data);
	m->flags = get16(data + 2);
	m->rcode = m->flags & DNS_RCODE;
	return read_questions(m, &at) && read_section(m, DNS_ANSWER, &at) &&
	       read_section(m, DNS_AUTHORITY, &at) &&
	       read_section(m, DNS_ADDITIONAL, &at);
}

void dns_msg_clear(struct dns_msg *m)
{
	free(m->rr);
	memset(m, 0, sizeof *m);
}

/* A name that dns_msg_parse() has found good. */
static void reread_name(const struct dns_msg *m, size_t at,
                        struct dns_name *out)
{
	bool ok = dns_name_read(out, m->data, m->len, m->len, &at);

	assert(ok);
	(void)ok;
}

void dns_rr_owner(const struct dns_msg *m, const struct dns_rr *rr,
                  struct dns_name *out)
{
	reread_name(m, rr->owner, out);
}

void dns_rr_target(const struct dns_msg *m, const struct dns_rr *rr,
                   struct dns_name *out)
{
	size_t at = rr->rdata;
	const char *f = dns_type_layout(rr->type);

	assert(!rr->bad && strchr(f, 'n'));
	for (; *f != 'n'; f++)
		at += (size_t)field_size(m, *f, at, at + rr->rdlen);
	reread_name(m, at, out);
}

uint16_t dns_rr_preference(const struct dns_msg *m, const struct dns_rr *rr)
{
	assert(!rr->bad && rr->rdlen >= 2);
	return get16(m->data + rr->rdata);
}

const uint8_t *dns_rr_address(const struct dns_msg *m, const struct dns_rr *rr)
{
	assert(!rr->bad && (rr->type == RR_A || rr->type == RR_AAAA));
	return m->data + rr->rdata;
}

void dns_rr_txt(const struct dns_msg *m, const struct dns_rr *rr,
                struct buf *out)
{
	size_t at = rr->rdata, end = at + rr->rdlen;

	assert(!rr->bad && rr->type == RR_TXT);
	while (at < end) {
		buf_add(out, m->data + at + 1, m->data[at]);
		at += 1u + m->data[at];
	}
}

uint32_t dns_rr_soa_minimum(const struct dns_msg *m, const struct dns_rr *rr)
{
	uint32_t ttl;

	if (rr->bad || rr->type != RR_SOA)
		return 0;
	ttl = get32(m->data + rr->rdata + rr->rdlen - 4);
	return ttl > TTL_MAX ? 0 : ttl;
}
