#include "config.h"

#include "classroom/zone.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	STRING_MAX = 255,    /* <character-string>, RFC 1035 §3.3 */
	FIELD_MAX = 1024,    /* bytes of one field of a line */
	TTL_MAX = 604800,    /* a week; a lesson needs minutes */
};

/* A line being read: its fields one after the other. */
struct fields {
	const char *at;
	char text[FIELD_MAX];
	size_t len;
	bool quoted;
};

struct record {
	uint8_t rdata[ZONE_RDATA_MAX];
	size_t len;
	struct fields f;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A "quoted string", with \" and \\ in it. */
static bool take_quoted(struct fields *f)
{
	const char *p = f->at + 1;

	for (; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		if (f->len == FIELD_MAX - 1)
			return false;
		f->text[f->len++] = *p;
	}
	if (!*p)
		return false;
	f->at = p + 1;
	f->quoted = true;
	return true;
}

/* The next field into f->text; false at the end, or one that is no field. */
static bool take_field(struct fields *f)
{
	f->len = 0;
	f->quoted = false;
	f->text[0] = '\0';
	while (is_blank(*f->at))
		f->at++;
	if (!*f->at || *f->at == ';')
		return false;
	if (*f->at == '"') {
		if (!take_quoted(f))
			return false;
	} else {
		while (*f->at && !is_blank(*f->at) && *f->at != ';' &&
		       f->len < FIELD_MAX - 1)
			f->text[f->len++] = *f->at++;
	}
	f->text[f->len] = '\0';
	return true;
}

static bool at_end(const struct fields *f)
{
	const char *p = f->at;

	while (is_blank(*p))
		p++;
	return !*p || *p == ';';
}

/* A whole name, with the dot at its end. */
static bool whole_name(const struct fields *f, struct dns_name *out)
{
	return f->len && !f->quoted && f->text[f->len - 1] == '.' &&
	       dns_name_parse(out, f->text) == DNS_NAME_OK;
}

/* ---- RDATA ----------------------------------------------------------- */

static bool put(struct record *r, const void *data, size_t len)
{
	if (r->len + len > ZONE_RDATA_MAX)
		return false;
	memcpy(r->rdata + r->len, data, len);
	r->len += len;
	return true;
}

static bool put_u32(struct record *r, uint32_t n)
{
	const uint8_t b[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		               (uint8_t)(n >> 8), (uint8_t)n };

	return put(r, b, sizeof b);
}

static bool take_number(struct record *r, uint32_t max, uint32_t *out)
{
	uint64_t n = 0;
	const char *p;

	if (!take_field(&r->f) || r->f.quoted)
		return false;
	for (p = r->f.text; *p >= '0' && *p <= '9' && n <= max; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	*out = (uint32_t)n;
	return !*p && p != r->f.text && n <= max;
}

static bool put_name(struct record *r)
{
	struct dns_name name;

	return take_field(&r->f) && whole_name(&r->f, &name) &&
	       put(r, name.wire, name.len);
}

static bool put_address(struct record *r, int family, size_t len)
{
	uint8_t address[16];

	return take_field(&r->f) && !r->f.quoted &&
	       inet_pton(family, r->f.text, address) == 1 &&
	       put(r, address, len);
}

static bool put_a(struct record *r)
{
	return put_address(r, AF_INET, 4);
}

static bool put_aaaa(struct record *r)
{
	return put_address(r, AF_INET6, 16);
}

static bool put_mx(struct record *r)
{
	uint32_t preference;
	uint8_t b[2];

	if (!take_number(r, 65535, &preference))
		return false;
	b[0] = (uint8_t)(preference >> 8);
	b[1] = (uint8_t)preference;
	return put(r, b, 2) && put_name(r);
}

static bool put_txt(struct record *r)
{
	do {
		uint8_t len;

		if (!take_field(&r->f) || r->f.len > STRING_MAX)
			return false;
		len = (uint8_t)r->f.len;
		if (!put(r, &len, 1) || !put(r, r->f.text, r->f.len))
			return false;
	} while (!at_end(&r->f));
	return true;
}

static bool put_soa(struct record *r)
{
	if (!put_name(r) || !put_name(r))
		return false;
	for (int i = 0; i < 5; i++) {
		uint32_t n;

		if (!take_number(r, UINT32_MAX, &n) || !put_u32(r, n))
			return false;
	}
	return true;
}

static const struct record_type {
	const char *name;
	uint16_t type;
	bool (*read)(struct record *r);
	const char *form; /* what a message shows */
} types[] = {
	{ "A", RR_A, put_a, "A 192.0.2.25" },
	{ "AAAA", RR_AAAA, put_aaaa, "AAAA 2001:db8::25" },
	{ "MX", RR_MX, put_mx, "MX 10 mx.example." },
	{ "CNAME", RR_CNAME, put_name, "CNAME other.example." },
	{ "NS", RR_NS, put_name, "NS ns.example." },
	{ "PTR", RR_PTR, put_name, "PTR host.example." },
	{ "TXT", RR_TXT, put_txt, "TXT \"text\"" },
	{ "SOA", RR_SOA, put_soa,
	  "SOA ns.example. hostmaster.example. 1 3600 900 604800 60" },
};

static const struct record_type *find_type(const char *word)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcasecmp(types[i].name, word) == 0)
			return &types[i];
	return NULL;
}

/* ---- one line -------------------------------------------------------- */

static bool parse_ttl(const char *text, uint32_t *ttl)
{
	uint32_t n = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && n <= TTL_MAX; p++)
		n = n * 10 + (uint32_t)(*p - '0');
	if (*p || p == text || n > TTL_MAX)
		return false;
	*ttl = n;
	return true;
}

/* [TTL] [IN] TYPE, the first two in any order (RFC 1035 §5.1). */
static const struct record_type *take_type(struct fields *f, uint32_t *ttl)
{
	for (int i = 0; i < 3 && take_field(f) && !f->quoted; i++) {
		const struct record_type *t;

		if (strcasecmp(f->text, "IN") == 0 || parse_ttl(f->text, ttl))
			continue;
		t = find_type(f->text);
		if (t)
			return t;
		break;
	}
	return NULL;
}

static char *take_owner(struct zone *z, struct fields *f)
{
	struct dns_name owner;

	if (is_blank(*f->at))
		return z->has_owner ? NULL : xstrdup(
		    _("expected a name at the start of the first record"));
	take_field(f);
	if (f->text[0] == '$' || f->quoted)
		return xasprintf(_("expected a record, found \"%s\": a lesson "
		                   "writes every name in full and every record "
		                   "on one line"), f->text);
	if (!whole_name(f, &owner))
		return xasprintf(_("expected a whole name with a dot at its "
		                   "end such as mail.example., found \"%s\""),
		                 f->text);
	dns_name_lower(&owner);
	z->last_owner = owner;
	z->has_owner = true;
	return NULL;
}

static void append(struct zone *z, const struct record *r, uint16_t type,
                   uint32_t ttl)
{
	if (z->n % 32 == 0)
		z->rrs = xreallocarray(z->rrs, z->n + 32, sizeof *z->rrs);
	z->rrs[z->n++] = (struct zone_rr){
		.owner = z->last_owner,
		.rdata = (uint8_t *)xmemdup0(r->rdata, r->len),
		.rdata_len = r->len,
		.ttl = ttl,
		.type = type,
	};
}

/* RFC 1034 §3.6.2: where a CNAME is, nothing else may be. */
static bool cname_clash(const struct zone *z, uint16_t type)
{
	const struct zone_rr *rr;
	size_t at = 0;

	while ((rr = zone_next(z, &z->last_owner, RR_ANY, &at)))
		if (rr->type == RR_CNAME || type == RR_CNAME)
			return true;
	return false;
}

char *zone_add(struct zone *z, const char *line)
{
	struct record r = { .f.at = line };
	const struct record_type *t;
	uint32_t ttl = ZONE_TTL;
	char *error;

	if (at_end(&r.f))
		return NULL;
	if (z->n == ZONE_RECORDS_MAX)
		return xasprintf(_("expected at most %d records"),
		                 ZONE_RECORDS_MAX);
	error = take_owner(z, &r.f);
	if (error)
		return error;
	t = take_type(&r.f, &ttl);
	if (!t)
		return xasprintf(_("expected one of the types A, AAAA, MX, "
		                   "CNAME, TXT, NS, SOA, PTR, found \"%s\""),
		                 r.f.text);
	if (!t->read(&r) || !at_end(&r.f))
		return xasprintf(_("expected the form \"%s\""), t->form);
	if (cname_clash(z, t->type))
		return xstrdup(_("expected nothing beside the CNAME of a name "
		                 "(RFC 1034 §3.6.2)"));
	append(z, &r, t->type, ttl);
	return NULL;
}

void zone_clear(struct zone *z)
{
	for (size_t i = 0; i < z->n; i++)
		free(z->rrs[i].rdata);
	free(z->rrs);
	*z = (struct zone){ 0 };
}

/* ---- looking up ------------------------------------------------------ */

const struct zone_rr *zone_next(const struct zone *z,
                                const struct dns_name *owner, uint16_t type,
                                size_t *at)
{
	while (*at < z->n) {
		const struct zone_rr *rr = &z->rrs[(*at)++];

		if ((type == RR_ANY || rr->type == type) &&
		    dns_name_equal(&rr->owner, owner))
			return rr;
	}
	return NULL;
}

bool zone_has_name(const struct zone *z, const struct dns_name *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (dns_name_under(&z->rrs[i].owner, name))
			return true;
	return false;
}

const struct zone_rr *zone_soa(const struct zone *z,
                               const struct dns_name *name)
{
	const struct zone_rr *best = NULL;

	for (size_t i = 0; i < z->n; i++) {
		const struct zone_rr *rr = &z->rrs[i];

		if (rr->type == RR_SOA && dns_name_under(name, &rr->owner) &&
		    (!best || rr->owner.len > best->owner.len))
			best = rr;
	}
	return best;
}
