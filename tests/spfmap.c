#include "config.h"

#include "spfmap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rdata.h"
#include "util/xalloc.h"

enum { TTL = 300, STRING_MAX = 255, LINE_RDATA_MAX = 1024 };

struct record {
	struct dns_name owner;
	uint16_t type;
	enum dns_status fails; /* DNS_NOERROR: it is a record */
	uint8_t *rdata;
	size_t len;
};

struct spfmap {
	struct record *records; /* n */
	size_t n;
};

struct spfmap *spfmap_new(void)
{
	return xcalloc(1, sizeof(struct spfmap));
}

void spfmap_free(struct spfmap *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->records[i].rdata);
	free(m->records);
	free(m);
}

bool spfmap_name(struct dns_name *out, const char *text, size_t len)
{
	size_t from = 0;

	out->len = 0;
	if (len > 0 && text[len - 1] == '.')
		len--;
	for (size_t i = 0; len > 0 && i <= len; i++) {
		size_t label = i - from;

		if (i < len && text[i] != '.')
			continue;
		if (label == 0 || label > DNS_LABEL_MAX ||
		    out->len + 1 + label + 1 > DNS_NAME_MAX)
			return false;
		out->wire[out->len++] = (uint8_t)label;
		memcpy(out->wire + out->len, text + from, label);
		out->len = (uint8_t)(out->len + label);
		from = i + 1;
	}
	out->wire[out->len++] = 0;
	return true;
}

static struct record *new_record(struct spfmap *m,
                                 const struct dns_name *owner)
{
	m->records = xreallocarray(m->records, m->n + 1, sizeof *m->records);
	m->records[m->n] = (struct record){ .owner = *owner,
		.fails = DNS_NOERROR };
	return &m->records[m->n++];
}

void spfmap_add(struct spfmap *m, const struct dns_name *owner, uint16_t type,
                const void *rdata, size_t len)
{
	struct record *r = new_record(m, owner);

	r->type = type;
	r->rdata = (uint8_t *)xmemdup0(rdata, len);
	r->len = len;
}

void spfmap_add_txt(struct spfmap *m, const struct dns_name *owner,
                    const void *text, size_t len)
{
	struct buf out = { 0 };
	const char *at = text;

	do {
		size_t n = len < STRING_MAX ? len : STRING_MAX;

		buf_addc(&out, (char)n);
		buf_add(&out, at, n);
		at += n;
		len -= n;
	} while (len > 0);
	spfmap_add(m, owner, RR_TXT, out.data, out.len);
	buf_clear(&out);
}

void spfmap_fail(struct spfmap *m, const struct dns_name *owner,
                 enum dns_status status)
{
	new_record(m, owner)->fails = status;
}

void spfmap_line(struct spfmap *m, const char *line)
{
	const char *type = strchr(line, ' '), *data;
	uint8_t rdata[LINE_RDATA_MAX];
	struct dns_name owner;
	char word[16] = { 0 };
	uint16_t t;
	int len;

	assert(type && spfmap_name(&owner, line, (size_t)(type - line)));
	type++;
	data = strchr(type, ' ');
	assert(data && (size_t)(data - type) < sizeof word);
	memcpy(word, type, (size_t)(data - type));
	t = dns_type_find(word);
	data++;
	if (*data == '!') {
		spfmap_fail(m, &owner,
		            (enum dns_status)dns_status_find(data + 1));
	} else if (t == RR_TXT) {
		spfmap_add_txt(m, &owner, data, strlen(data));
	} else {
		len = rdata_parse(t, data, rdata, sizeof rdata);
		assert(len >= 0);
		spfmap_add(m, &owner, t, rdata, (size_t)len);
	}
}

void spfmap_lines(struct spfmap *m, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		char *line = xmemdup0(lines, len);

		spfmap_line(m, line);
		free(line);
		lines += len;
		lines += *lines == '\n';
	}
}

/* What becomes of a query for name. */
struct found {
	enum dns_status fails; /* DNS_NOERROR: it does not */
	const struct record *alias;
	bool exists, any; /* the name, a record of the type */
};

static struct found find(const struct spfmap *m, const struct dns_name *name,
                         uint16_t type)
{
	struct found f = { .fails = DNS_NOERROR };

	for (size_t i = 0; i < m->n; i++) {
		const struct record *r = &m->records[i];

		if (!dns_name_under(&r->owner, name))
			continue;
		f.exists = true; /* RFC 8020: also by what is below it */
		if (!dns_name_equal(&r->owner, name))
			continue;
		if (r->fails != DNS_NOERROR)
			f.fails = r->fails;
		else if (r->type == type)
			f.any = true;
		else if (r->type == RR_CNAME)
			f.alias = r;
	}
	return f;
}

static void write_records(const struct spfmap *m, struct dns_writer *w,
                          const struct dns_name *name, uint16_t type)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct record *r = &m->records[i];

		if (r->fails == DNS_NOERROR && r->type == type &&
		    dns_name_equal(&r->owner, name))
			dns_write_rr(w, DNS_ANSWER, &(struct dns_record){
				.owner = name, .rdata = r->rdata,
				.rdlen = r->len, .ttl = TTL, .type = type });
	}
}

static unsigned rcode_of(const struct found *f)
{
	switch (f->any ? DNS_NOERROR : f->fails) {
	case DNS_SERVFAIL: return RCODE_SERVFAIL;
	case DNS_REFUSED: return RCODE_REFUSED;
	default: return f->exists ? RCODE_NOERROR : RCODE_NXDOMAIN;
	}
}

size_t spfmap_reply(const struct spfmap *m, uint16_t id,
                    const struct dns_name *name, uint16_t type, uint8_t *out,
                    size_t size)
{
	struct found f = find(m, name, type);
	struct dns_writer w;

	if (!f.any && f.fails == DNS_TIMEOUT)
		return 0;
	dns_write_begin(&w, out, size, id, DNS_QR | DNS_AA | DNS_RD);
	dns_write_question(&w, name, type);
	if (f.any)
		write_records(m, &w, name, type);
	else if (f.alias)
		write_records(m, &w, name, RR_CNAME);
	dns_write_rcode(&w, rcode_of(&f));
	if (w.full)
		dns_write_flags(&w, DNS_TC, 0);
	return w.len;
}

struct dns_answer *spfmap_look_up(const struct spfmap *m,
                                  const struct dns_name *name, uint16_t type)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	struct dns_answer *a = answer_new(name, type);
	bool more = true;

	while (more) {
		const struct dns_name *at = answer_end(a);
		struct found f = find(m, at, type);
		size_t len;

		if (!f.any && f.fails == DNS_BADNAME)
			len = 0;
		else
			len = spfmap_reply(m, 0, at, type, out, sizeof out);
		if (len == 0)
			answer_fail(a, f.fails);
		more = len > 0 && answer_fold(a, out, len, false);
	}
	return a;
}

unsigned spfmap_run(const struct spfmap *m, struct check *c, struct facts *f,
                    void (*run)(struct check *c, const struct facts *f,
                                const void *arg), const void *arg)
{
	unsigned rounds = 0;

	do {
		check_clear(c);
		run(c, f, arg);
		for (size_t i = 0; i < c->n_needs; i++)
			facts_add(f, spfmap_look_up(m, &c->needs[i].name,
			                            c->needs[i].type));
		rounds++;
	} while (c->n_needs > 0);
	return rounds;
}
