#include "config.h"

#include "check/spf_parts.h"

#include <stdlib.h>

#include "util/xalloc.h"

/* The line of the term; a and b, which may be NULL, follow the three that each
 * has: number, text, lookup. */
static void tell(struct spf *s, const struct spf_place *p, const char *say,
                 const char *a, const char *b)
{
	check_step_add(s->c, p->depth, say, p->number, p->quote, p->lookup, a,
	               b, NULL);
}

/* ---- ip4, ip6 ---- */

static bool meets_net(struct spf *s, struct spf_place *p)
{
	const struct spf_term *t = p->term;
	const struct ip *ip = &s->values.ip;
	uint8_t bits = t->bits[t->kind == SPF_IP6];
	bool same = t->net.size == ip->size;
	bool met = same && ip_under(ip, &t->net, bits);
	char text[IP_TEXT_MAX], *net;

	if (!met && ++p->nets > SPF_NETS_SHOWN)
		return false;
	net = xasprintf("%s/%u", ip_text(&t->net, text), bits);
	tell(s, p, met ? "spf-net-yes" : same ? "spf-net-no"
	                                      : "spf-net-family",
	     s->ip_text, net);
	free(net);
	return met;
}

/* ---- those that look something up ---- */

/* What the macros became, and an answer, below the term. */
static void show(struct spf *s, const struct spf_place *p, const char *target,
                 const struct dns_answer *a)
{
	if (spf_macro_end(p->term->spec) > 0)
		check_step_add(s->c, p->depth + 1, "spf-expanded", target,
		               NULL);
	check_evidence(s->c, p->depth + 1, a);
}

static bool meets_a(struct spf *s, struct spf_place *p, const char *target,
                    const struct dns_name *name)
{
	bool exists = p->term->kind == SPF_EXISTS, met;
	const struct dns_answer *a =
		spf_ask(s, name, exists ? RR_A : spf_address_type(s),
		        p->depth + 1);

	if (!a)
		return false;
	if (spf_is_void(a)) {
		spf_count_void(s, p, a);
		return false;
	}
	met = exists || spf_has_address(s, a, p->term->bits);
	if (exists)
		tell(s, p, "spf-exists", target, NULL);
	else
		tell(s, p, met ? "spf-a-yes" : "spf-a-no", s->ip_text, target);
	show(s, p, target, a);
	return met;
}

/* The host of MX record i; false: none can be there (RFC 7505). */
static bool mx_host(const struct dns_answer *mx, size_t i,
                    struct dns_name *out)
{
	const struct dns_rr *rr = answer_rr(mx, i);

	if (rr->bad)
		return false;
	dns_rr_target(&mx->msg, rr, out);
	return !dns_name_is_root(out);
}

/* Which of the hosts has the address: its number, mx->n none of them; *seen:
 * how many were looked at. */
static size_t find_host(struct spf *s, const struct spf_place *p,
                        const struct dns_answer *mx, size_t *seen)
{
	struct dns_name host;

	for (size_t i = 0; i < mx->n; i++) /* all at once */
		if (mx_host(mx, i, &host))
			check_ask(s->c, s->f, &host, spf_address_type(s));
	for (*seen = 0; *seen < mx->n; ++*seen) {
		const struct dns_answer *a;

		if (!mx_host(mx, *seen, &host))
			continue;
		a = spf_ask(s, &host, spf_address_type(s), p->depth + 1);
		if (!a)
			break;
		if (spf_has_address(s, a, p->term->bits))
			return (*seen)++;
	}
	return mx->n;
}

static void too_many_hosts(struct spf *s, const struct spf_place *p,
                           const struct dns_answer *mx)
{
	char *count = xasprintf("%zu", mx->n);

	tell(s, p, "spf-over-mx", count, NULL);
	check_evidence(s->c, p->depth + 1, mx);
	check_end(s->c, GRADE_BAD, "permerror", "spf-perm-mx", s->identity,
	          s->ip_text, p->quote, p->domain, count, NULL);
	spf_stop(s, SPF_PERMERROR);
	free(count);
}

static bool meets_mx(struct spf *s, struct spf_place *p, const char *target,
                     const struct dns_name *name)
{
	const struct dns_answer *mx = spf_ask(s, name, RR_MX, p->depth + 1);
	size_t seen, which;
	struct dns_name host;

	if (!mx)
		return false;
	if (spf_is_void(mx)) {
		spf_count_void(s, p, mx);
		return false;
	}
	if (mx->n > SPF_NAMES_MAX) {
		too_many_hosts(s, p, mx);
		return false;
	}
	which = find_host(s, p, mx, &seen);
	if (s->stop != SPF_NONE)
		return false;
	tell(s, p, which < mx->n ? "spf-mx-yes" : "spf-mx-no", s->ip_text,
	     target);
	show(s, p, target, mx);
	for (size_t i = 0; i < seen; i++)
		if (mx_host(mx, i, &host))
			check_evidence(s->c, p->depth + 1,
			               facts_find(s->f, &host,
			                          spf_address_type(s)));
	return which < mx->n;
}

static void show_names(struct spf *s, const struct spf_place *p,
                       const struct dns_answer *ptr)
{
	struct dns_name name;

	for (size_t i = 0; i < ptr->n && i < SPF_NAMES_MAX; i++) {
		const struct dns_answer *a;

		if (answer_rr(ptr, i)->bad)
			continue;
		dns_rr_target(&ptr->msg, answer_rr(ptr, i), &name);
		a = facts_find(s->f, &name, spf_address_type(s));
		if (a)
			check_evidence(s->c, p->depth + 1, a);
	}
}

static bool meets_ptr(struct spf *s, struct spf_place *p, const char *target,
                      const struct dns_name *name)
{
	const struct dns_answer *ptr;
	struct spf_names names;
	char text[DNS_NAME_TEXT_MAX];
	size_t i = 0;

	if (!spf_validated(s, &names, &ptr))
		return false;
	if (spf_is_void(ptr)) {
		spf_count_void(s, p, ptr);
		return false;
	}
	while (i < names.n && !dns_name_under(&names.name[i], name))
		i++;
	if (i < names.n)
		tell(s, p, "spf-ptr-yes", s->ip_text,
		     dns_name_host(&names.name[i], text));
	else
		tell(s, p, "spf-ptr-no", s->ip_text, target);
	show(s, p, target, ptr);
	show_names(s, p, ptr);
	return i < names.n;
}

static bool meets_name(struct spf *s, struct spf_place *p, const char *target,
                       const struct dns_name *name)
{
	switch (p->term->kind) {
	case SPF_MX: return meets_mx(s, p, target, name);
	case SPF_PTR: return meets_ptr(s, p, target, name);
	default: return meets_a(s, p, target, name);
	}
}

static bool meets_by_lookup(struct spf *s, struct spf_place *p)
{
	char target[SPF_DOMAIN_MAX + 1];
	struct dns_name name;

	if (!spf_count_lookup(s, p))
		return false;
	switch (spf_target(s, p, target, &name)) {
	case SPF_TARGET_OK:
		return meets_name(s, p, target, &name);
	case SPF_TARGET_BAD:
		tell(s, p, "spf-no-name", target, NULL);
		return false;
	case SPF_TARGET_WIDE:
		tell(s, p, "spf-wide", NULL, NULL);
		return false;
	default:
		return false;
	}
}

bool spf_meets(struct spf *s, struct spf_place *p)
{
	switch (p->term->kind) {
	case SPF_ALL:
		tell(s, p, "spf-all", NULL, NULL);
		return true;
	case SPF_IP4:
	case SPF_IP6:
		return meets_net(s, p);
	default:
		return meets_by_lookup(s, p);
	}
}
