#include "config.h"

#include "check/spf_record.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "util/xalloc.h"

static const char version[] = "v=spf1";
enum { VERSION_LEN = sizeof version - 1 };

enum spec { NONE, MAY, MUST, NET };

static const struct kind {
	const char *name;
	enum spec spec;
	bool cidr, lookup;
} kinds[SPF_KIND_COUNT] = {
#define KIND(id, name, spec, cidr, lookup) [id] = { name, spec, cidr, lookup },
	SPF_KINDS(KIND)
#undef KIND
};

struct parser {
	struct spf_record *r;
	size_t size;           /* terms allocated */
	struct spf_slice term; /* at the moment */
	bool had[SPF_KIND_COUNT];
};

bool spf_kind_looks_up(enum spf_kind k)
{
	return kinds[k].lookup;
}

char *spf_quote(struct spf_slice s)
{
	struct buf out = { 0 };
	size_t len = s.len < SPF_QUOTE_MAX ? s.len : SPF_QUOTE_MAX;

	for (size_t i = 0; i < len; i++) {
		if (s.at[i])
			buf_addc(&out, s.at[i]);
		else
			buf_adds(&out, "\\000");
	}
	if (len < s.len)
		buf_adds(&out, "...");
	return buf_steal(&out);
}

bool spf_record_is(const char *text, size_t len)
{
	return len >= VERSION_LEN &&
	       strncasecmp(text, version, VERSION_LEN) == 0 &&
	       (len == VERSION_LEN || text[VERSION_LEN] == ' ');
}

/* Returns false, so that a parser can end with it. */
static bool wrong(struct parser *p, const char *at, const char *say)
{
	struct spf_record *r = p->r;

	if (r->n_errors < SPF_ERRORS_MAX)
		r->errors[r->n_errors++] = (struct spf_error){
			.say = say, .column = (size_t)(at - r->text) + 1,
			.term = p->term };
	return false;
}

static const char *end_of(struct spf_slice s)
{
	return s.at + s.len;
}

static struct spf_slice between(const char *from, const char *to)
{
	return (struct spf_slice){ from, (size_t)(to - from) };
}

/* ---- domain-spec ---- */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* toplabel of RFC 7208 §7.1: not all digits, no "-" at its ends. */
static bool is_toplabel(struct spf_slice s)
{
	bool other = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] != '-' && !is_alnum(s.at[i]))
			return false;
		other = other || !isdigit((unsigned char)s.at[i]);
	}
	return other && s.at[0] != '-' && s.at[s.len - 1] != '-';
}

/* What is behind the last macro: nothing, or it ends in "." toplabel. */
static bool ends_well(struct spf_slice tail)
{
	size_t dot;

	if (tail.len == 0)
		return true;
	if (tail.at[tail.len - 1] == '.')
		tail.len--;
	for (dot = tail.len; dot > 0 && tail.at[dot - 1] != '.'; dot--)
		;
	return dot > 0 && is_toplabel(between(tail.at + dot, end_of(tail)));
}

static bool check_domain(struct parser *p, struct spf_slice spec)
{
	size_t bad = spf_macro_check(spec, false);

	if (bad < spec.len)
		return wrong(p, spec.at + bad, "spf-bad-macro");
	bad = spf_macro_end(spec);
	if (!ends_well(between(spec.at + bad, end_of(spec))))
		return wrong(p, spec.at, "spf-bad-domain");
	return true;
}

/* ---- prefix lengths ---- */

/* "0" or no zero in front; at most max. */
static bool read_bits(struct spf_slice digits, unsigned max, uint8_t *out)
{
	unsigned n = 0;

	if (digits.len == 0 || digits.len > 3 ||
	    (digits.at[0] == '0' && digits.len > 1))
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		if (!isdigit((unsigned char)digits.at[i]))
			return false;
		n = n * 10 + (unsigned)(digits.at[i] - '0');
	}
	*out = (uint8_t)n;
	return n <= max;
}

/* Takes "/digits" off the end of s, if it is there; digits is what it was. */
static bool cut_bits(struct spf_slice *s, struct spf_slice *digits)
{
	size_t at = s->len;

	while (at > 0 && isdigit((unsigned char)s->at[at - 1]))
		at--;
	if (at == s->len || at == 0 || s->at[at - 1] != '/')
		return false;
	*digits = between(s->at + at, end_of(*s));
	s->len = at - 1;
	return true;
}

/* dual-cidr-length, from the end of s: a domain-spec may hold slashes. */
static bool read_dual(struct parser *p, struct spf_slice *s,
                      struct spf_term *t)
{
	struct spf_slice digits;

	if (!cut_bits(s, &digits))
		return true;
	if (s->len > 0 && s->at[s->len - 1] == '/') {
		s->len--;
		if (!read_bits(digits, 128, &t->bits[1]))
			return wrong(p, digits.at, "spf-bad-prefix");
		if (!cut_bits(s, &digits))
			return true;
	}
	if (!read_bits(digits, 32, &t->bits[0]))
		return wrong(p, digits.at, "spf-bad-prefix");
	return true;
}

/* ---- ip4, ip6 ---- */

/* Four numbers without a zero in front: not every inet_pton() looks. */
static bool read_ip4(const char *text, uint8_t out[4])
{
	for (const char *s = text; *s; s++)
		if (s[0] == '0' && isdigit((unsigned char)s[1]) &&
		    (s == text || s[-1] == '.'))
			return false;
	return inet_pton(AF_INET, text, out) == 1;
}

/* Not ip_parse(): "ip6:::ffff:192.0.2.1" is about IPv6. */
static bool read_address(struct spf_term *t, struct spf_slice s)
{
	char text[IP_TEXT_MAX];
	uint8_t octets[16];
	bool v4 = t->kind == SPF_IP4;

	if (s.len >= sizeof text || memchr(s.at, '\0', s.len))
		return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	if (v4 ? !read_ip4(text, octets)
	       : inet_pton(AF_INET6, text, octets) != 1)
		return false;
	t->net.size = v4 ? 4 : 16;
	memcpy(t->net.octets, octets, t->net.size);
	return true;
}

static bool read_net(struct parser *p, struct spf_term *t,
                     struct spf_slice s)
{
	const char *slash = memchr(s.at, '/', s.len);
	bool v4 = t->kind == SPF_IP4;
	const char *end = slash ? slash : end_of(s);

	if (!read_address(t, between(s.at, end)))
		return wrong(p, s.at, v4 ? "spf-bad-ip4" : "spf-bad-ip6");
	if (slash && !read_bits(between(slash + 1, end_of(s)), v4 ? 32 : 128,
	                        &t->bits[!v4]))
		return wrong(p, slash + 1, "spf-bad-prefix");
	return true;
}

/* ---- terms ---- */

static bool read_spec(struct parser *p, struct spf_term *t,
                      struct spf_slice s)
{
	if (s.len == 0)
		return wrong(p, s.at, "spf-no-domain");
	t->spec = s;
	return check_domain(p, s);
}

/* s: what is behind the name of a mechanism. */
static bool read_argument(struct parser *p, struct spf_term *t,
                          struct spf_slice s)
{
	const struct kind *k = &kinds[t->kind];

	if (k->cidr && !read_dual(p, &s, t))
		return false;
	if (s.len > 0 && s.at[0] != ':')
		return wrong(p, s.at, k->cidr ? "spf-bad-prefix"
		                              : "spf-no-prefix");
	if (s.len == 0)
		return k->spec == NONE || k->spec == MAY ||
		       wrong(p, s.at, k->spec == NET ? "spf-no-net"
		                                     : "spf-no-domain");
	if (k->spec == NONE)
		return wrong(p, s.at, "spf-no-argument");
	s = between(s.at + 1, end_of(s));
	return k->spec == NET ? read_net(p, t, s) : read_spec(p, t, s);
}

/* SPF_KIND_COUNT: unknown. */
static enum spf_kind find_kind(struct spf_slice name, enum spf_kind from,
                               enum spf_kind to)
{
	for (unsigned k = from; k < to; k++)
		if (strlen(kinds[k].name) == name.len &&
		    strncasecmp(kinds[k].name, name.at, name.len) == 0)
			return (enum spf_kind)k;
	return SPF_KIND_COUNT;
}

static bool read_mechanism(struct parser *p, struct spf_term *t,
                           struct spf_slice name)
{
	t->kind = find_kind(name, SPF_ALL, SPF_REDIRECT);
	if (t->kind == SPF_KIND_COUNT)
		return wrong(p, name.at, "spf-unknown-mechanism");
	return read_argument(p, t, between(end_of(name), end_of(p->term)));
}

static bool read_modifier(struct parser *p, struct spf_term *t,
                          struct spf_slice name)
{
	struct spf_slice value = between(end_of(name) + 1, end_of(p->term));
	size_t bad;

	if (name.at != p->term.at)
		return wrong(p, p->term.at, "spf-qualified-modifier");
	if (name.len == 0 || !isalpha((unsigned char)name.at[0]))
		return wrong(p, name.at, "spf-bad-name");
	t->kind = find_kind(name, SPF_REDIRECT, SPF_OTHER);
	if (t->kind != SPF_KIND_COUNT) {
		if (p->had[t->kind])
			return wrong(p, name.at, "spf-twice");
		p->had[t->kind] = true;
		return read_spec(p, t, value);
	}
	t->kind = SPF_OTHER;
	bad = spf_macro_check(value, true);
	return bad == value.len || wrong(p, value.at + bad, "spf-bad-macro");
}

static bool is_name_char(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

static bool read_term(struct parser *p, struct spf_term *t)
{
	const char *at = p->term.at, *end = end_of(p->term), *name;

	for (const char *c = at; c < end; c++)
		if (*c < '!' || *c > '~')
			return wrong(p, c, "spf-bad-octet");
	if (memchr("+-?~", *at, 4))
		t->qualifier = *at++;
	for (name = at; at < end && is_name_char(*at); at++)
		;
	if (at < end && *at == '=')
		return read_modifier(p, t, between(name, at));
	return read_mechanism(p, t, between(name, at));
}

static struct spf_term *new_term(struct parser *p)
{
	struct spf_record *r = p->r;

	if (r->n_terms == p->size) {
		p->size = p->size ? 2 * p->size : 16;
		r->terms = xreallocarray(r->terms, p->size, sizeof *r->terms);
	}
	r->terms[r->n_terms] = (struct spf_term){ .qualifier = '+',
		.bits = { 32, 128 }, .text = p->term };
	return &r->terms[r->n_terms++];
}

/* When all terms are there: they move while they become more. */
static void note_first(struct spf_record *r)
{
	for (size_t i = r->n_terms; i-- > 0;) {
		const struct spf_term *t = &r->terms[i];

		if (t->kind == SPF_ALL)
			r->all = t;
		else if (t->kind == SPF_REDIRECT)
			r->redirect = t;
		else if (t->kind == SPF_EXP)
			r->exp = t;
	}
}

void spf_record_parse(struct spf_record *r, const char *text, size_t len)
{
	struct parser p = { .r = r };
	const char *at, *end;

	*r = (struct spf_record){ .text = xmemdup0(text, len), .len = len };
	end = r->text + len;
	for (at = r->text + VERSION_LEN; at < end;) {
		const char *blank;

		if (*at == ' ') {
			at++;
			continue;
		}
		blank = memchr(at, ' ', (size_t)(end - at));
		p.term = between(at, blank ? blank : end);
		read_term(&p, new_term(&p));
		at = end_of(p.term);
	}
	note_first(r);
}

void spf_record_clear(struct spf_record *r)
{
	free(r->text);
	free(r->terms);
	*r = (struct spf_record){ .text = NULL };
}
