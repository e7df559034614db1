#include "config.h"

#include "check/spf_parts.h"

#include <string.h>

struct ahead {
	struct spf *s;
	bool addresses;
	unsigned terms; /* so far that look something up */
};

static void ask(struct ahead *w, const struct dns_name *name, uint16_t type)
{
	check_ask(w->s->c, w->s->f, name, type);
}

static void ask_hosts(struct ahead *w, const struct dns_name *name)
{
	const struct dns_answer *mx =
		check_ask(w->s->c, w->s->f, name, RR_MX);

	if (!mx || mx->status != DNS_NOERROR || mx->n > SPF_NAMES_MAX)
		return;
	for (size_t i = 0; i < mx->n; i++) {
		struct dns_name host;

		if (answer_rr(mx, i)->bad)
			continue;
		dns_rr_target(&mx->msg, answer_rr(mx, i), &host);
		if (!dns_name_is_root(&host))
			ask(w, &host, spf_address_type(w->s));
	}
}

static void ask_addresses(struct ahead *w, enum spf_kind kind,
                          const struct dns_name *name)
{
	const struct dns_answer *ptr;
	struct spf_names names;

	switch (kind) {
	case SPF_A:
		ask(w, name, spf_address_type(w->s));
		break;
	case SPF_EXISTS:
		ask(w, name, RR_A);
		break;
	case SPF_MX:
		ask_hosts(w, name);
		break;
	case SPF_PTR:
		spf_validated(w->s, &names, &ptr);
		break;
	default:
		break;
	}
}

static void read_record(struct ahead *w, const char *domain);

/* Counts the term of domain's record and looks at what it names. */
static void look_at(struct ahead *w, const struct spf_term *t,
                    const char *domain)
{
	char target[SPF_DOMAIN_MAX + 2]; /* with its last dot */
	struct dns_name name;

	if (++w->terms > SPF_LOOKUPS_MAX || t->spec.len >= sizeof target ||
	    spf_macro_end(t->spec) > 0)
		return;
	if (t->spec.len > 0) {
		memcpy(target, t->spec.at, t->spec.len);
		target[t->spec.len] = '\0';
		domain = target;
	}
	if (!spf_name(&name, domain))
		return;
	if (t->kind == SPF_INCLUDE || t->kind == SPF_REDIRECT)
		read_record(w, domain);
	else if (w->addresses)
		ask_addresses(w, t->kind, &name);
}

static void read_terms(struct ahead *w, const struct spf_record *r,
                       const char *domain)
{
	for (size_t i = 0; i < r->n_terms; i++) {
		const struct spf_term *t = &r->terms[i];

		if (t == r->all)
			break;
		if (spf_kind_looks_up(t->kind) && t->kind != SPF_REDIRECT)
			look_at(w, t, domain);
	}
	if (r->redirect && !r->all)
		look_at(w, r->redirect, domain);
}

/* Calls itself at most SPF_LOOKUPS_MAX times: each has counted a term. */
static void read_record(struct ahead *w, const char *domain)
{
	const struct dns_answer *a;
	struct spf_record record;
	struct buf text = { 0 };
	struct dns_name name;

	if (!spf_name(&name, domain) || dns_name_labels(&name) < 2)
		return;
	a = check_ask(w->s->c, w->s->f, &name, RR_TXT);
	if (a && a->status == DNS_NOERROR && spf_select(a, &text) == 1) {
		spf_record_parse(&record, text.data, text.len);
		if (record.n_errors == 0)
			read_terms(w, &record, domain);
		spf_record_clear(&record);
	}
	buf_clear(&text);
}

unsigned spf_look_ahead(struct spf *s, const char *domain, bool addresses)
{
	struct ahead w = { .s = s, .addresses = addresses };

	read_record(&w, domain);
	return w.terms;
}
