#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dnsfault_priv.h"
#include "rdata.h"

enum { TTL = 300 };

/* With the first len octets of k->rdata. */
static void write_rr(struct work *k, enum dns_section section,
                     const struct dns_name *owner, uint16_t type, size_t len)
{
	dns_write_rr(&k->w, section, &(struct dns_record){
		.owner = owner,
		.rdata = k->rdata,
		.rdlen = len,
		.ttl = TTL,
		.type = type,
	});
}

static void put(struct work *k, enum dns_section section, const char *owner,
                uint16_t type, const char *text)
{
	struct dns_name name = k->q.qname;
	int len = rdata_parse(type, text, k->rdata, sizeof k->rdata);

	if (len < 0 || (owner && dns_name_parse(&name, owner) != DNS_NAME_OK))
		dnsfault_fail(text);
	write_rr(k, section, &name, type, (size_t)len);
}

/* One record of the type asked for. */
static void good(struct work *k)
{
	static const struct {
		uint16_t type;
		const char *text;
	} data[] = {
		{ RR_A, "192.0.2.1" },
		{ RR_AAAA, "2001:db8::1" },
		{ RR_MX, "10 mx.good.test." },
		{ RR_TLSA, "3 1 1 00ff" },
	};
	const char *text = "\"ok\"";
	uint16_t type = RR_TXT;

	for (size_t i = 0; i < sizeof data / sizeof *data; i++)
		if (data[i].type == k->q.qtype) {
			type = data[i].type;
			text = data[i].text;
		}
	put(k, DNS_ANSWER, NULL, type, text);
}

static void soa(struct work *k)
{
	put(k, DNS_AUTHORITY, "test.", RR_SOA,
	    "ns.test. hostmaster.test. 1 3600 900 604800 30");
}

static void drop(struct work *k)
{
	k->drop = true;
}

static void drop_edns(struct work *k)
{
	good(k);
	k->drop = k->q.has_opt;
}

/* The answer as it is so far, with id (a wrong one) and nothing else. */
static void send_bad_id(struct work *k)
{
	good(k);
	k->out[0] ^= 0x55;
	dnsfault_send(k, k->udp, k->out, k->w.len);
	k->out[0] ^= 0x55;
}

static void bad_id(struct work *k)
{
	send_bad_id(k);
	k->drop = true;
}

static void bad_id_good(struct work *k)
{
	send_bad_id(k);
}

static void empty_good(struct work *k)
{
	dnsfault_send(k, k->udp, "", 0);
	good(k);
}

static void short_good(struct work *k)
{
	dnsfault_send(k, k->udp, k->out, DNS_HEADER_SIZE - 1);
	good(k);
}

static void other_port(struct work *k)
{
	good(k);
	dnsfault_send(k, k->other, k->out, k->w.len);
	k->drop = true;
}

static void other_question(struct work *k)
{
	good(k);
	k->out[DNS_HEADER_SIZE + 1] ^= 1;
	dnsfault_send(k, k->udp, k->out, k->w.len);
	k->drop = true;
}

/* FORMERR for whoever sends an OPT, as very old servers do. */
static void formerr(struct work *k)
{
	k->edns = false;
	if (k->q.has_opt)
		dns_write_rcode(&k->w, RCODE_FORMERR);
	else
		good(k);
}

static void formerr_always(struct work *k)
{
	k->edns = false;
	dns_write_rcode(&k->w, RCODE_FORMERR);
}

static void ede(struct work *k)
{
	k->edns = false;
	dns_write_opt(&k->w, DNS_UDP_PAYLOAD, RCODE_SERVFAIL, 6,
	              "no \033 key");
}

static void badvers(struct work *k)
{
	k->edns = false;
	dns_write_opt(&k->w, DNS_UDP_PAYLOAD, 16, -1, NULL);
}

static void no_question(struct work *k)
{
	k->edns = false;
	dns_write_begin(&k->w, k->out, sizeof k->out, k->q.id,
	                DNS_QR | RCODE_REFUSED);
}

static void nxdomain(struct work *k)
{
	dns_write_rcode(&k->w, RCODE_NXDOMAIN);
	soa(k);
}

static void authentic(struct work *k)
{
	good(k);
	if (k->q.flags & DNS_AD)
		dns_write_flags(&k->w, DNS_AD, 0);
}

static void bad_rdata(struct work *k)
{
	put(k, DNS_ANSWER, NULL, k->q.qtype, "\\# 3 c00002");
}

static void bad_count(struct work *k)
{
	good(k);
	k->out[7] = 9;
}

static void truncated(struct work *k)
{
	char text[256];

	if (!k->tcp) {
		dns_write_flags(&k->w, DNS_TC, 0);
		return;
	}
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof text, "\"%04d%0200d\"", i, 0);
		put(k, DNS_ANSWER, NULL, RR_TXT, text);
	}
}

static void truncated_close(struct work *k)
{
	truncated(k);
	k->close = k->tcp;
}

static void truncated_silent(struct work *k)
{
	truncated(k);
	k->drop = k->tcp;
}

static void truncated_always(struct work *k)
{
	dns_write_flags(&k->w, DNS_TC, 0);
}

static void later(struct work *k)
{
	good(k);
	k->late = !k->tcp;
	k->drop = k->tcp;
}

/* endless.N.test -> endless.N+1.test */
static void endless(struct work *k)
{
	char name[DNS_NAME_TEXT_MAX], next[64];
	long n;

	dns_name_text(&k->q.qname, name);
	n = strtol(name + strlen("endless."), NULL, 10);
	snprintf(next, sizeof next, "endless.%ld.test.", n + 1);
	put(k, DNS_ANSWER, NULL, RR_CNAME, next);
}

/* below.old.test: a DNAME without the CNAME that should come with it */
static void dname(struct work *k)
{
	struct dns_name above = k->q.qname;
	char name[DNS_NAME_TEXT_MAX];

	dns_name_parent(&above);
	put(k, DNS_ANSWER, dns_name_text(&above, name), RR_DNAME,
	    "new.test.");
}

static void strange_names(struct work *k)
{
	put(k, DNS_ANSWER, NULL, RR_MX, "10 a\\.b\\027\\000\\255.test.");
}

/* ---- wrong inside ---- */

/* The RDATA of the answer's only record begins here: the owner is a pointer to
 * the question. */
static size_t rdata_at(const struct work *k)
{
	return DNS_HEADER_SIZE + k->q.qname.len + 4u + 12;
}

static void long_rdata(struct work *k)
{
	good(k);
	k->out[rdata_at(k) - 2] = 0x7f;
	k->edns = false;
}

/* An owner that is a pointer to offset to. */
static void point_owner(struct work *k, size_t to)
{
	size_t at = k->w.len;

	good(k);
	k->out[at] = (uint8_t)(0xc0 | to >> 8);
	k->out[at + 1] = (uint8_t)to;
	k->edns = false;
}

static void pointer_loop(struct work *k)
{
	point_owner(k, k->w.len);
}

static void pointer_end(struct work *k)
{
	point_owner(k, 0x3fff);
}

static void pointer_forward(struct work *k)
{
	point_owner(k, k->w.len + 2);
}

static void only_tcp(struct work *k)
{
	if (!k->tcp)
		dns_write_flags(&k->w, DNS_TC, 0);
}

/* A record full of pointers, each to the one before it and the first to the
 * question; then as many records as fit, whose owner is the last of them. */
static void jumps(struct work *k)
{
	enum { LAST = 0x3ffe, RECORD = 16 };
	size_t first = k->w.len + 12, at, n;

	only_tcp(k);
	if (!k->tcp)
		return;
	for (at = first, n = 0; at <= LAST; at += 2, n += 2) {
		size_t to = n ? at - 2 : DNS_HEADER_SIZE;

		k->rdata[n] = (uint8_t)(0xc0 | to >> 8);
		k->rdata[n + 1] = (uint8_t)to;
	}
	write_rr(k, DNS_ANSWER, &k->q.qname, 65280, n);
	for (n = 0; k->w.len + 2 * RECORD < sizeof k->out; n++) {
		size_t owner = k->w.len;

		put(k, DNS_ANSWER, NULL, RR_A, "192.0.2.1");
		k->out[owner] = (uint8_t)(0xc0 | (at - 2) >> 8);
		k->out[owner + 1] = (uint8_t)(at - 2);
	}
	k->edns = false;
}

/* "10 <target>", the target on the wire being n octets before its root. */
static void raw_mx(struct work *k, const uint8_t *target, size_t n)
{
	k->rdata[0] = 0;
	k->rdata[1] = 10;
	memcpy(k->rdata + 2, target, n);
	k->rdata[2 + n] = 0;
	write_rr(k, DNS_ANSWER, &k->q.qname, RR_MX, n + 3);
}

/* Labels that make a name of size octets on the wire. */
static void name_of(struct work *k, size_t size)
{
	uint8_t target[DNS_NAME_MAX + 1];
	size_t n = 0;

	while (n + 1 < size) {
		size_t len = size - n - 2;

		if (len > DNS_LABEL_MAX)
			len = size - n - 2 == DNS_LABEL_MAX + 1
			              ? DNS_LABEL_MAX - 1 : DNS_LABEL_MAX;
		target[n++] = (uint8_t)len;
		memset(target + n, 'a', len);
		n += len;
	}
	raw_mx(k, target, n);
}

static void name_longest(struct work *k)
{
	name_of(k, DNS_NAME_MAX);
}

static void name_too_long(struct work *k)
{
	name_of(k, DNS_NAME_MAX + 1);
}

/* One label of len octets; over 63 the length octet means something else. */
static void label_of(struct work *k, uint8_t len)
{
	uint8_t target[UINT8_MAX + 1];

	target[0] = len;
	memset(target + 1, 'b', len);
	raw_mx(k, target, len + 1u);
}

static void label_longest(struct work *k)
{
	label_of(k, DNS_LABEL_MAX);
}

static void label_too_long(struct work *k)
{
	label_of(k, DNS_LABEL_MAX + 1);
}

/* ---- much ---- */

/* n character-strings of len octets each, the first beginning with text. */
static void chunks(struct work *k, size_t n, size_t len, const char *text)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		k->rdata[at++] = (uint8_t)len;
		memset(k->rdata + at, 'a' + (int)(i % 26), len);
		at += len;
	}
	memcpy(k->rdata + 1, text, strlen(text));
	write_rr(k, DNS_ANSWER, &k->q.qname, RR_TXT, at);
}

static void chunks_255(struct work *k)
{
	chunks(k, 4, 255, "");
}

static void chunks_4000(struct work *k)
{
	chunks(k, 4000, 15, "");
}

/* As much as a message holds, and a policy at its beginning. */
static void chunks_full(struct work *k)
{
	chunks(k, 255, 255, "v=spf1 exists:%{i}.test -all ");
}

/* A whole certificate, as it is, that is none. */
static void tlsa_of(struct work *k, uint8_t usage)
{
	enum { CERTIFICATE = 65000 };

	memset(k->rdata, 0, CERTIFICATE);
	k->rdata[0] = usage;
	write_rr(k, DNS_ANSWER, &k->q.qname, RR_TLSA, CERTIFICATE);
}

static void tlsa_full(struct work *k)
{
	tlsa_of(k, 3);
}

static void tlsa_full_pkix(struct work *k)
{
	tlsa_of(k, 0);
}

static void many_mx(struct work *k)
{
	char text[32];

	if (k->q.qtype != RR_MX) {
		good(k);
		return;
	}
	for (int i = 0; i < DNSFAULT_MANY; i++) {
		snprintf(text, sizeof text, "10 mx%03d.test.", i);
		put(k, DNS_ANSWER, NULL, RR_MX, text);
	}
}

static void many_addresses(struct work *k)
{
	char text[32];

	for (int i = 0; k->q.qtype == RR_A && i < DNSFAULT_MANY; i++) {
		snprintf(text, sizeof text, "192.0.%d.%d", 2 + i / 250,
		         1 + i % 250);
		put(k, DNS_ANSWER, NULL, RR_A, text);
	}
	if (k->q.qtype != RR_A)
		soa(k);
}

/* Wrong ones, and the right one behind them. */
static void flood(struct work *k)
{
	for (int i = 0; i < DNSFAULT_FLOOD; i++) {
		k->out[0] ^= 0x55;
		dnsfault_send(k, k->udp, k->out, k->w.len);
		k->out[0] ^= 0x55;
	}
	good(k);
}

/* ---- never the same, or not for everyone ---- */

/* Another address for each query. */
static void flux(struct work *k)
{
	char text[32];

	snprintf(text, sizeof text, "127.0.0.%u", 2 + k->serial % 200);
	if (k->q.qtype == RR_A)
		put(k, DNS_ANSWER, NULL, RR_A, text);
	else
		soa(k);
}

/* The question comes back in capitals. */
static void other_case(struct work *k)
{
	good(k);
	for (size_t i = DNS_HEADER_SIZE; k->out[i]; i += 1u + k->out[i])
		for (size_t at = i + 1; at <= i + k->out[i]; at++)
			if (k->out[at] >= 'a' && k->out[at] <= 'z')
				k->out[at] = (uint8_t)(k->out[at] - 'a' + 'A');
}

/* What a validating resolver says of signatures that are wrong: only who does
 * not want them checked (CD) gets the records. */
static void bogus(struct work *k)
{
	k->is_unsigned = true;
	if (k->q.flags & DNS_CD) {
		good(k);
		return;
	}
	k->edns = false;
	dns_write_opt(&k->w, DNS_UDP_PAYLOAD, RCODE_SERVFAIL, 6, "wrong key");
}

/* ---- frames ---- */

static void framed(struct work *k, enum frame frame)
{
	only_tcp(k);
	if (k->tcp)
		good(k);
	k->frame = frame;
}

static void frame_empty(struct work *k) { framed(k, FRAME_EMPTY); }
static void frame_short(struct work *k) { framed(k, FRAME_SHORT); }
static void frame_close(struct work *k) { framed(k, FRAME_CLOSE); }
static void frame_drip(struct work *k) { framed(k, FRAME_DRIP); }
static void frame_good(struct work *k) { framed(k, FRAME_GOOD); }

static const struct fault {
	const char *label;
	void (*make)(struct work *k); /* or, where that is NULL, */
	unsigned rcode;               /* nothing but this, or */
	const char *alias;            /* nothing but this CNAME */
} faults[] = {
	{ "drop", drop, 0, NULL }, { "dropedns", drop_edns, 0, NULL },
	{ "badid", bad_id, 0, NULL }, { "badidgood", bad_id_good, 0, NULL },
	{ "emptygood", empty_good, 0, NULL },
	{ "shortgood", short_good, 0, NULL },
	{ "otherport", other_port, 0, NULL },
	{ "otherquestion", other_question, 0, NULL },
	{ "servfail", NULL, RCODE_SERVFAIL, NULL },
	{ "refused", NULL, RCODE_REFUSED, NULL },
	{ "notimp", NULL, RCODE_NOTIMP, NULL },
	{ "yxdomain", NULL, 6, NULL },
	{ "nosoa", NULL, RCODE_NOERROR, NULL },
	{ "formerr", formerr, 0, NULL },
	{ "formerralways", formerr_always, 0, NULL },
	{ "ede", ede, 0, NULL }, { "badvers", badvers, 0, NULL },
	{ "noquestion", no_question, 0, NULL },
	{ "nxdomain", nxdomain, 0, NULL }, { "nodata", soa, 0, NULL },
	{ "ad", authentic, 0, NULL }, { "badrdata", bad_rdata, 0, NULL },
	{ "badcount", bad_count, 0, NULL },
	{ "pointerloop", pointer_loop, 0, NULL },
	{ "trunc", truncated, 0, NULL },
	{ "truncclose", truncated_close, 0, NULL },
	{ "truncsilent", truncated_silent, 0, NULL },
	{ "truncalways", truncated_always, 0, NULL },
	{ "slow", later, 0, NULL }, { "endless", endless, 0, NULL },
	{ "below", dname, 0, NULL }, { "strange", strange_names, 0, NULL },
	{ "rdatalong", long_rdata, 0, NULL },
	{ "pointerend", pointer_end, 0, NULL },
	{ "pointerforward", pointer_forward, 0, NULL },
	{ "jumps", jumps, 0, NULL },
	{ "name255", name_longest, 0, NULL },
	{ "name256", name_too_long, 0, NULL },
	{ "label63", label_longest, 0, NULL },
	{ "label64", label_too_long, 0, NULL },
	{ "chunks255", chunks_255, 0, NULL },
	{ "chunks4000", chunks_4000, 0, NULL },
	{ "chunksfull", chunks_full, 0, NULL },
	{ "tlsafull", tlsa_full, 0, NULL },
	{ "tlsafullpkix", tlsa_full_pkix, 0, NULL },
	{ "mx500", many_mx, 0, NULL }, { "a500", many_addresses, 0, NULL },
	{ "flood", flood, 0, NULL }, { "flux", flux, 0, NULL },
	{ "othercase", other_case, 0, NULL }, { "bogus", bogus, 0, NULL },
	{ "frameempty", frame_empty, 0, NULL },
	{ "frameshort", frame_short, 0, NULL },
	{ "frameclose", frame_close, 0, NULL },
	{ "framedrip", frame_drip, 0, NULL },
	{ "framegood", frame_good, 0, NULL },
	/* one alias a message; the records are at hop3 */
	{ "hop1", NULL, 0, "hop2.test." }, { "hop2", NULL, 0, "HOP3.test." },
	{ "torefused", NULL, 0, "refused.test." },
	{ "loop1", NULL, 0, "loop2.test." },
	{ "loop2", NULL, 0, "loop1.test." },
};

static const struct fault *find_fault(const char *word)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strcmp(faults[i].label, word) == 0)
			return &faults[i];
	return NULL;
}

bool dnsfault_knows(const char *word)
{
	return find_fault(word) != NULL;
}

static void misbehave(struct work *k, const char *word)
{
	const struct fault *f = find_fault(word);

	if (!f)
		good(k);
	else if (f->make)
		f->make(k);
	else if (f->alias)
		put(k, DNS_ANSWER, NULL, RR_CNAME, f->alias);
	else
		dns_write_rcode(&k->w, f->rcode);
}

/* ---- rows ---- */

static bool is_at(const struct dnsfault_row *row, const struct dns_name *name)
{
	struct dns_name at;

	if (dns_name_parse(&at, row->name) != DNS_NAME_OK)
		dnsfault_fail(row->name);
	return dns_name_equal(&at, name);
}

/* An alias is the answer to whatever else is asked (RFC 1034 §4.3.2). */
static void answer_row(struct work *k, const struct dnsfault_row *row)
{
	if (!row->data) {
		misbehave(k, row->word);
		return;
	}
	k->is_unsigned |= row->word && strcmp(row->word, "unsigned") == 0;
	put(k, DNS_ANSWER, NULL, dns_type_find(row->type), row->data);
}

static void answer_rows(struct work *k)
{
	bool exists = false, found = false;

	for (const struct dnsfault_row *r = k->cfg->rows; r->name; r++) {
		uint16_t type = r->type ? dns_type_find(r->type) : RR_ANY;

		if (!is_at(r, &k->q.qname))
			continue;
		exists = true;
		if (type != RR_ANY && type != RR_CNAME && type != k->q.qtype)
			continue;
		found = true;
		answer_row(k, r);
	}
	if (!exists)
		nxdomain(k);
	else if (!found)
		soa(k);
}

/* ---- the whole ---- */

/* What does not fit into a datagram is asked for again over TCP. */
static void cut(struct work *k)
{
	size_t limit = k->q.has_opt ? k->q.payload : 512; /* RFC 1035 §2.3.4 */

	if (k->tcp || k->w.len <= limit)
		return;
	dns_write_begin(&k->w, k->out, sizeof k->out, k->q.id,
	                DNS_QR | DNS_RA | DNS_TC | DNS_RD);
	dns_write_question(&k->w, &k->q.qname, k->q.qtype);
}

static void answer(struct work *k)
{
	dns_write_begin(&k->w, k->out, sizeof k->out, k->q.id,
	                DNS_QR | DNS_RA | (k->q.flags & DNS_RD));
	dns_write_question(&k->w, &k->q.qname, k->q.qtype);
	if (k->cfg->rows)
		answer_rows(k);
	else
		misbehave(k, k->cfg->always ? k->cfg->always : k->label);
	if (k->cfg->ad && !k->is_unsigned)
		dns_write_flags(&k->w, DNS_AD, 0);
	if (k->edns)
		dns_write_opt(&k->w, DNS_UDP_PAYLOAD, k->out[3] & DNS_RCODE,
		              -1, NULL);
	cut(k);
}

bool dnsfault_make(struct work *k, const uint8_t *query, size_t len)
{
	bool ok = dns_msg_parse(&k->q, query, len) && k->q.has_question;

	if (ok) {
		k->edns = k->q.has_opt;
		memcpy(k->label, k->q.qname.wire + 1, k->q.qname.wire[0]);
		answer(k);
	}
	dns_msg_clear(&k->q);
	return ok;
}
