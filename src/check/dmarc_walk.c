#include "config.h"

#include "check/dmarc_walk.h"

#include "check/domain.h"

enum { KEPT_LABELS = 7 }; /* of a long name; RFC 9989 §4.10, step 4 */

/* ---- one level ---- */

static void take_record(struct dmarc_level *l, size_t i)
{
	struct dmarc_record r;
	struct buf text = { 0 };

	dns_rr_txt(&l->answer->msg, answer_rr(l->answer, i), &text);
	dmarc_record_parse(&r, buf_str(&text), text.len);
	buf_clear(&text);
	if (dmarc_record_counts(&r)) {
		l->found = l->found < DMARC_FOUND_MANY ? DMARC_FOUND_ONE
		                                       : DMARC_FOUND_MANY;
		l->record = r;
		l->rr = i;
	} else if (r.class == DMARC_LOOKALIKE &&
	           l->found == DMARC_FOUND_NOTHING) {
		l->found = DMARC_FOUND_LOOKALIKE;
		l->rr = i;
	}
}

static void judge(struct dmarc_level *l)
{
	const struct dns_answer *a = l->answer;

	if (!a)
		return;
	if (check_is_failure(a)) {
		l->found = DMARC_FOUND_FAILURE;
		return;
	}
	for (size_t i = 0; i < a->n && i < DMARC_RECORDS_MAX; i++)
		if (!answer_rr(a, i)->bad)
			take_record(l, i);
}

void dmarc_level_text(const struct dmarc_level *l, struct buf *out)
{
	dns_rr_txt(&l->answer->msg, answer_rr(l->answer, l->rr), out);
}

static bool ends_walk(const struct dmarc_level *l)
{
	return l->found == DMARC_FOUND_ONE && l->record.psd != 'u';
}

/* ---- the walk ---- */

/* The last n labels of name. */
static void shorten(struct dns_name *name, unsigned n)
{
	while (dns_name_labels(name) > n)
		dns_name_parent(name);
}

/* False: facts are missing. */
static bool ask_all(struct dmarc_walk *w, struct check *c,
                    const struct facts *f, const struct dns_name *from)
{
	struct dns_name at = *from, name;
	bool all = true;

	while (w->n < DMARC_QUERIES_MAX && !dns_name_is_root(&at)) {
		struct dmarc_level *l = &w->levels[w->n++];

		*l = (struct dmarc_level){ .domain = at };
		if (domain_below(&name, "_dmarc", &at)) {
			l->answer = check_ask(c, f, &name, RR_TXT);
			all = all && l->answer;
		}
		dns_name_parent(&at);
		shorten(&at, KEPT_LABELS);
	}
	return all;
}

static void find_org(struct dmarc_walk *w)
{
	w->org = w->levels[0].domain;
	for (size_t i = 0; i < w->n; i++) {
		const struct dmarc_level *l = &w->levels[i];

		if (l->found != DMARC_FOUND_ONE)
			continue;
		w->org = l->domain;
		if (l->record.psd == 'y') { /* one label below it, or itself */
			w->org = w->levels[0].domain;
			shorten(&w->org, dns_name_labels(&l->domain) + 1);
		}
	}
}

bool dmarc_walk(struct dmarc_walk *w, struct check *c, const struct facts *f,
                const struct dns_name *from)
{
	size_t i = 0;

	*w = (struct dmarc_walk){ .n = 0 };
	if (!ask_all(w, c, f, from))
		return false;
	while (i < w->n) {
		struct dmarc_level *l = &w->levels[i++];

		judge(l);
		if (l->found == DMARC_FOUND_FAILURE && !w->failed)
			w->failed = l->answer;
		if (ends_walk(l))
			break;
	}
	w->n = i;
	if (w->n > 0)
		find_org(w);
	return true;
}

const struct dmarc_level *dmarc_walk_policy(const struct dmarc_walk *w)
{
	const struct dmarc_level *suffix = NULL;

	if (w->n == 0 || w->levels[0].found == DMARC_FOUND_ONE)
		return w->n > 0 ? &w->levels[0] : NULL;
	for (size_t i = 1; i < w->n && !w->failed; i++) {
		const struct dmarc_level *l = &w->levels[i];

		if (l->found != DMARC_FOUND_ONE)
			continue;
		if (dns_name_equal(&l->domain, &w->org))
			return l;
		if (l->record.psd == 'y')
			suffix = l;
	}
	return suffix;
}

/* ---- what it asks for ---- */

static enum dmarc_policy milder(enum dmarc_policy p)
{
	return p > DMARC_NONE ? p - 1 : p;
}

void dmarc_request(struct dmarc_request *out, const struct dmarc_record *r,
                   bool inherited, bool exists)
{
	*out = (struct dmarc_request){ "p", DMARC_NONE, DMARC_NONE };
	if (r->class != DMARC_VALID && r->class != DMARC_NO_P)
		return;
	if (r->p != DMARC_UNSET)
		out->published = r->p;
	if (inherited && !exists && r->np != DMARC_UNSET)
		*out = (struct dmarc_request){ "np", r->np, r->np };
	else if (inherited && r->sp != DMARC_UNSET)
		*out = (struct dmarc_request){ "sp", r->sp, r->sp };
	out->applied = r->test ? milder(out->published) : out->published;
}
