#include "config.h"

#include "check/spf_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool spf_name(struct dns_name *out, const char *text)
{
	size_t len = strlen(text), from = 0;

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > SPF_DOMAIN_MAX)
		return false;
	out->len = 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != '.')
			continue;
		if (i == from || i - from > DNS_LABEL_MAX)
			return false;
		out->wire[out->len++] = (uint8_t)(i - from);
		memcpy(out->wire + out->len, text + from, i - from);
		out->len = (uint8_t)(out->len + (i - from));
		from = i + 1;
	}
	out->wire[out->len++] = 0;
	return true;
}

bool spf_stop(struct spf *s, enum spf_result r)
{
	s->stop = r;
	return false;
}

/* ---- limits ---- */

bool spf_count_lookup(struct spf *s, struct spf_place *p)
{
	s->lookups++;
	snprintf(p->lookup, sizeof p->lookup, "%u", s->lookups);
	if (s->lookups <= SPF_LOOKUPS_MAX)
		return true;
	check_step_add(s->c, p->depth, "spf-over-lookups", p->number,
	               p->quote, p->lookup, NULL);
	check_end(s->c, GRADE_BAD, "permerror", "spf-perm-lookups",
	          s->identity, s->ip_text, p->quote, p->domain, NULL);
	return spf_stop(s, SPF_PERMERROR);
}

bool spf_is_void(const struct dns_answer *a)
{
	return a->status == DNS_NXDOMAIN || a->status == DNS_NODATA ||
	       (a->status == DNS_NOERROR && a->n == 0);
}

bool spf_count_void(struct spf *s, const struct spf_place *p,
                    const struct dns_answer *a)
{
	char count[12];

	snprintf(count, sizeof count, "%u", ++s->voids);
	check_step_add(s->c, p->depth, "spf-void", p->number, p->quote,
	               p->lookup, count, NULL);
	check_evidence(s->c, p->depth + 1, a);
	if (s->voids <= SPF_VOIDS_MAX)
		return true;
	check_end(s->c, GRADE_BAD, "permerror", "spf-perm-voids",
	          s->identity, s->ip_text, p->quote, p->domain, NULL);
	return spf_stop(s, SPF_PERMERROR);
}

/* ---- lookups ---- */

static void cannot_ask(struct spf *s, const struct dns_answer *a)
{
	char name[DNS_NAME_TEXT_MAX];

	check_end(s->c, GRADE_UNKNOWN, "", "spf-cannot-ask", s->identity,
	          s->ip_text, dns_name_host(&a->name, name), NULL);
	s->stop = SPF_UNDECIDED;
}

static void failed(struct spf *s, const struct dns_answer *a)
{
	char name[DNS_NAME_TEXT_MAX], type[10];

	check_end(s->c, GRADE_UNKNOWN, "temperror", "spf-temperror",
	          s->identity, s->ip_text, dns_name_host(&a->name, name),
	          dns_type_text(a->type, type), dns_status_name(a->status),
	          NULL);
	s->c->temporary = true;
	s->stop = SPF_TEMPERROR;
}

const struct dns_answer *spf_ask(struct spf *s, const struct dns_name *name,
                                 uint16_t type, unsigned depth)
{
	const struct dns_answer *a = check_ask(s->c, s->f, name, type);

	if (!a) {
		s->lacking = true;
		s->stop = SPF_UNDECIDED;
		return NULL;
	}
	if (a->status == DNS_NOERROR || spf_is_void(a))
		return a;
	check_evidence(s->c, depth, a);
	if (a->status == DNS_BADNAME)
		cannot_ask(s, a);
	else
		failed(s, a);
	return NULL;
}

uint16_t spf_address_type(const struct spf *s)
{
	return s->values.ip.size == 4 ? RR_A : RR_AAAA;
}

bool spf_has_address(const struct spf *s, const struct dns_answer *a,
                     const uint8_t bits[2])
{
	return ip_near_answer(a, &s->values.ip, bits);
}

/* ---- the names of the address ---- */

/* Puts the names of ptr that lead back into out. */
static bool validate(struct spf *s, const struct dns_answer *ptr,
                     struct spf_names *out)
{
	static const uint8_t whole[2] = { 32, 128 };
	bool all_there = true;

	for (size_t i = 0; i < ptr->n && i < SPF_NAMES_MAX; i++) {
		const struct dns_rr *rr = answer_rr(ptr, i);
		const struct dns_answer *a;
		struct dns_name name;

		if (rr->bad)
			continue;
		dns_rr_target(&ptr->msg, rr, &name);
		a = check_ask(s->c, s->f, &name, spf_address_type(s));
		if (!a)
			all_there = false;
		else if (a->status == DNS_NOERROR &&
		         spf_has_address(s, a, whole))
			out->name[out->n++] = name;
	}
	return all_there;
}

bool spf_validated(struct spf *s, struct spf_names *out,
                   const struct dns_answer **ptr)
{
	struct dns_name reverse;

	out->n = 0;
	ip_reverse_name(&reverse, &s->values.ip);
	*ptr = check_ask(s->c, s->f, &reverse, RR_PTR);
	if (*ptr && ((*ptr)->status != DNS_NOERROR || validate(s, *ptr, out)))
		return true;
	s->lacking = true;
	return spf_stop(s, SPF_UNDECIDED);
}

/* %{p}: the domain itself, else a name below it, else any (RFC 7208 §7.3). */
static const struct dns_name *best_name(const struct spf_names *names,
                                        const struct dns_name *domain)
{
	const struct dns_name *best = names->n ? &names->name[0] : NULL;

	for (size_t i = names->n; i-- > 0;)
		if (dns_name_under(&names->name[i], domain))
			best = &names->name[i];
	for (size_t i = 0; i < names->n; i++)
		if (dns_name_equal(&names->name[i], domain))
			best = &names->name[i];
	return best;
}

/* ---- the target of a term ---- */

/* out: what text stands for, at most SPF_DOMAIN_MAX octets of it that begin
 * with a label (RFC 7208 §7.3). */
static void expand(struct buf *out, struct spf_slice text,
                   const struct spf_values *v)
{
	const char *dot;

	/* one more for a last dot, one to see the dot before the first */
	spf_macro_expand(out, text, v, SPF_DOMAIN_MAX + 2, SPF_KEEP_END);
	if (out->len > 0 && out->data[out->len - 1] == '.')
		out->len--;
	buf_str(out);
	while (out->len > SPF_DOMAIN_MAX) {
		dot = memchr(out->data, '.', out->len);
		buf_drop(out, dot ? (size_t)(dot - out->data) + 1 : out->len);
	}
}

bool spf_prepare(struct spf *s, struct spf_slice text, struct spf_values *v,
                 char validated[DNS_NAME_TEXT_MAX])
{
	const struct dns_answer *ptr;
	const struct dns_name *best;
	struct spf_names names;
	struct dns_name domain;

	*v = s->values;
	if (!spf_macro_uses(text, "p"))
		return true;
	if (!spf_validated(s, &names, &ptr))
		return false;
	spf_name(&domain, s->values.domain);
	best = best_name(&names, &domain);
	v->validated = best ? dns_name_host(best, validated) : NULL;
	return true;
}

enum spf_target spf_target(struct spf *s, const struct spf_place *p,
                           char text[SPF_DOMAIN_MAX + 1],
                           struct dns_name *name)
{
	struct spf_slice spec = p->term->spec;
	char validated[DNS_NAME_TEXT_MAX];
	struct buf out = { 0 };
	struct spf_values v;
	enum spf_target r;

	if (!spf_prepare(s, spec, &v, validated))
		return SPF_TARGET_STOP;
	if (spec.len == 0)
		buf_adds(&out, p->domain);
	else
		expand(&out, spec, &v);
	snprintf(text, SPF_DOMAIN_MAX + 1, "%s", buf_str(&out));
	if (s->wide_local && spf_macro_uses(spec, "sl"))
		r = SPF_TARGET_WIDE;
	else
		r = spf_name(name, text) ? SPF_TARGET_OK : SPF_TARGET_BAD;
	buf_clear(&out);
	return r;
}
