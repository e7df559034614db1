#include "config.h"

#include "core/dns.h"

#include <assert.h>
#include <string.h>

enum { POINTER_MAX = 0x3fff }; /* RFC 1035 §4.1.4: 14 bits of offset */

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static unsigned get16(const uint8_t *p)
{
	return (unsigned)(p[0] << 8 | p[1]);
}

static bool put(struct dns_writer *w, const void *data, size_t len)
{
	if (len > w->size - w->len) {
		w->full = true;
		return false;
	}
	if (len)
		memcpy(w->out + w->len, data, len);
	w->len += len;
	return true;
}

static bool put_number(struct dns_writer *w, uint32_t v, unsigned octets)
{
	uint8_t b[4];

	for (unsigned i = 0; i < octets; i++)
		b[i] = (uint8_t)(v >> 8 * (octets - 1 - i));
	return put(w, b, octets);
}

/* Is the name written at offset exactly these len octets, case included? */
static bool is_at(const struct dns_writer *w, size_t offset,
                  const uint8_t *wire, size_t len)
{
	struct dns_name there;

	return dns_name_read(&there, w->out, w->len, w->len, &offset) &&
	       there.len == len && memcmp(there.wire, wire, len) == 0;
}

/* Offset of an earlier name that is the same as wire, or 0. */
static unsigned find_name(const struct dns_writer *w, const uint8_t *wire,
                          size_t len)
{
	for (unsigned i = 0; i < w->n_names; i++)
		if (is_at(w, w->names[i], wire, len))
			return w->names[i];
	return 0;
}

static void remember_name(struct dns_writer *w, size_t offset)
{
	if (w->n_names < DNS_COMPRESS_MAX && offset <= POINTER_MAX)
		w->names[w->n_names++] = (uint16_t)offset;
}

/* Labels until the rest is already somewhere, then a pointer to that. The
 * offsets of a name that was not finished are dropped by the caller. */
static bool put_name(struct dns_writer *w, const struct dns_name *name,
                     bool compress)
{
	size_t at = 0;

	while (name->wire[at]) {
		const uint8_t *rest = name->wire + at;
		unsigned found = 0;
		size_t start = w->len;

		if (compress)
			found = find_name(w, rest, name->len - at);
		if (found)
			return put_number(w, 0xc000u | found, 2);
		if (!put(w, rest, 1u + *rest))
			return false;
		remember_name(w, start);
		at += 1u + *rest;
	}
	return put(w, "", 1);
}

void dns_write_begin(struct dns_writer *w, uint8_t *out, size_t size,
                     uint16_t id, uint16_t flags)
{
	assert(size >= DNS_HEADER_SIZE);
	*w = (struct dns_writer){ .out = out, .len = DNS_HEADER_SIZE };
	w->size = size < DNS_MESSAGE_MAX ? size : DNS_MESSAGE_MAX;
	memset(out, 0, DNS_HEADER_SIZE);
	put16(out, id);
	put16(out + 2, flags);
}

/* What to go back to when an item does not fit. */
struct mark {
	size_t len;
	unsigned n_names;
};

static bool undo(struct dns_writer *w, struct mark m)
{
	w->len = m.len;
	w->n_names = m.n_names;
	w->full = true;
	return false;
}

static void count_up(struct dns_writer *w, unsigned field)
{
	put16(w->out + 4 + 2 * field, get16(w->out + 4 + 2 * field) + 1);
}

bool dns_write_question(struct dns_writer *w, const struct dns_name *name,
                        uint16_t type)
{
	struct mark m = { w->len, w->n_names };

	if (!put_name(w, name, true) || !put_number(w, type, 2) ||
	    !put_number(w, DNS_CLASS_IN, 2))
		return undo(w, m);
	count_up(w, 0);
	return true;
}

/* RFC 3597 §4: names in RDATA only of the types of RFC 1035. */
static bool may_compress(uint16_t type)
{
	return type == RR_NS || type == RR_CNAME || type == RR_SOA ||
	       type == RR_PTR || type == RR_MX;
}

/* The octets before the first name, the names, the octets behind. */
static bool put_compressed(struct dns_writer *w, uint16_t type,
                           const uint8_t *rdata, size_t len)
{
	size_t at = type == RR_MX ? 2 : 0;
	unsigned names = type == RR_SOA ? 2 : 1;

	if (len < at)
		return put(w, rdata, len);
	if (!put(w, rdata, at))
		return false;
	while (names-- > 0) {
		struct dns_name name;
		size_t start = at;

		if (!dns_name_read(&name, rdata, len, len, &at))
			return put(w, rdata + start, len - start);
		if (!put_name(w, &name, true))
			return false;
	}
	return put(w, rdata + at, len - at);
}

bool dns_write_rr(struct dns_writer *w, enum dns_section section,
                  const struct dns_record *r)
{
	struct mark m = { w->len, w->n_names };
	size_t start;
	bool ok;

	for (unsigned later = section + 1; later <= DNS_ADDITIONAL; later++)
		assert(get16(w->out + 6 + 2 * later) == 0);
	ok = put_name(w, r->owner, true) && put_number(w, r->type, 2) &&
	     put_number(w, DNS_CLASS_IN, 2) && put_number(w, r->ttl, 4) &&
	     put_number(w, 0, 2);
	start = w->len;
	if (!ok)
		return undo(w, m);
	ok = may_compress(r->type) ?
	     put_compressed(w, r->type, r->rdata, r->rdlen) :
	     put(w, r->rdata, r->rdlen);
	if (!ok)
		return undo(w, m);
	put16(w->out + start - 2, (unsigned)(w->len - start));
	count_up(w, 1u + section);
	return true;
}

bool dns_write_opt(struct dns_writer *w, uint16_t payload, unsigned rcode,
                   int ede, const char *text)
{
	struct mark m = { w->len, w->n_names };
	size_t text_len = text ? strlen(text) : 0;
	size_t option = ede < 0 ? 0 : 2 + text_len;
	bool ok;

	ok = put(w, "", 1) && put_number(w, RR_OPT, 2) &&
	     put_number(w, payload, 2) &&
	     put_number(w, (rcode >> 4 & 0xff) << 24, 4) &&
	     put_number(w, (uint32_t)(option ? option + 4 : 0), 2);
	if (ok && option)
		ok = put_number(w, 15, 2) &&
		     put_number(w, (uint32_t)option, 2) &&
		     put_number(w, (uint32_t)ede, 2) && put(w, text, text_len);
	if (!ok)
		return undo(w, m);
	count_up(w, 1u + DNS_ADDITIONAL);
	dns_write_rcode(w, rcode);
	return true;
}

void dns_write_flags(struct dns_writer *w, uint16_t set, uint16_t clear)
{
	put16(w->out + 2, (get16(w->out + 2) & ~(unsigned)clear) | set);
}

void dns_write_rcode(struct dns_writer *w, unsigned rcode)
{
	dns_write_flags(w, (uint16_t)(rcode & DNS_RCODE), DNS_RCODE);
}

size_t dns_query(uint8_t *out, uint16_t id, const struct dns_name *name,
                 uint16_t type, bool edns)
{
	struct dns_writer w;

	/* AD asks for the AD bit in the answer, RFC 6840 §5.7 */
	dns_write_begin(&w, out, DNS_QUERY_MAX, id, DNS_RD | DNS_AD);
	dns_write_question(&w, name, type);
	if (edns)
		dns_write_opt(&w, DNS_UDP_PAYLOAD, 0, -1, NULL);
	assert(!w.full);
	return w.len;
}
