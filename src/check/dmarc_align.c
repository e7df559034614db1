/* dmarc_parts.h: is the domain that SPF or DKIM vouches for the author's? RFC
 * 9989 §4.4, §4.10.2. */
#include "config.h"

#include "check/dmarc_parts.h"

#include <string.h>

#include "check/dkim_key.h"
#include "check/domain.h"
#include "check/spf.h"

/* What SPF says of MAIL FROM: its check, run beside ours. "" not known. */
static const char *spf_word(struct dmarc *d)
{
	struct check spf = { .id = NULL };
	const char *word = "";

	if (spf_count_mail(d->q) == 0)
		return word;
	spf_check_mail(&spf, d->f, d->q, 0);
	for (size_t i = 0; i < spf.n_needs; i++)
		check_ask(d->c, d->f, &spf.needs[i].name, spf.needs[i].type);
	if (spf.n_needs == 0)
		word = spf.result;
	check_clear(&spf);
	return word;
}

/* Both organizational domains, in relaxed mode. */
static bool same_org(struct dmarc *d, const struct dns_name *ident)
{
	char mine[DNS_NAME_TEXT_MAX], theirs[DNS_NAME_TEXT_MAX];
	struct dmarc_walk w;

	if (!dmarc_walk(&w, d->c, d->f, ident))
		return false;
	check_step_add(d->c, 0, "dmarc-orgs", d->c->subject,
	               dns_name_host(ident, theirs), NULL);
	d->failed = d->walk.failed ? d->walk.failed : w.failed;
	if (d->policy == &d->walk.levels[0])
		dmarc_tell_levels(d->c, &d->walk, 1, d->walk.n);
	dmarc_tell_levels(d->c, &w, 0, w.n);
	if (d->failed)
		return false;
	dns_name_host(&d->walk.org, mine);
	dns_name_host(&w.org, theirs);
	check_step_add(d->c, 1, "dmarc-orgs-are", mine, theirs, NULL);
	return dns_name_equal(&d->walk.org, &w.org);
}

static bool is_aligned(struct dmarc *d, const struct dns_name *ident)
{
	bool strict = d->policy->record.strict_spf, aligned;

	if (dns_name_equal(&d->author, ident)) {
		check_step_add(d->c, 0, "dmarc-identical", d->ident, NULL);
		return true;
	}
	aligned = !strict && same_org(d, ident);
	if (d->c->n_needs == 0 && !d->failed)
		check_step_add(d->c, 0, aligned ? "dmarc-aligned" :
		               strict ? "dmarc-not-identical" :
		               "dmarc-not-aligned", d->ident, NULL);
	return aligned;
}

static enum dmarc_spf judge_spf(struct dmarc *d, const struct dns_name *ident)
{
	bool aligned = is_aligned(d, ident);

	d->word = spf_word(d);
	if (d->c->n_needs > 0 || d->failed)
		return DMARC_SPF_OPEN;
	check_step_add(d->c, 0, *d->word ? "dmarc-spf" : "dmarc-spf-unknown",
	               d->ident, d->word, NULL);
	if (!aligned)
		return DMARC_SPF_FOREIGN;
	if (!*d->word || strcmp(d->word, "temperror") == 0)
		return DMARC_SPF_OPEN;
	return strcmp(d->word, "pass") == 0 ? DMARC_SPF_PASS : DMARC_SPF_FAIL;
}

/* A signature with d= of the author's domain is aligned in both modes. */
static void look_for_keys(struct dmarc *d)
{
	for (size_t i = 0; i < d->q->n_selectors; i++) {
		const char *selector = d->q->selectors[i];
		struct dkim_key k;
		bool good = dkim_key_find(&k, d->c, d->f, selector,
		                          &d->author) == DKIM_FOUND_ONE &&
		            k.fault == DKIM_OK;

		check_step_add(d->c, 0, good ? "dmarc-dkim-key" :
		               "dmarc-dkim-no-key", selector, d->c->subject,
		               NULL);
		d->dkim = d->dkim || good;
	}
	if (d->q->n_selectors == 0)
		check_step_add(d->c, 0, "dmarc-dkim-unknown", d->c->subject,
		               NULL);
}

void dmarc_align(struct dmarc *d)
{
	const char *from = d->q->mail_from;
	struct dns_name ident;

	d->spf = DMARC_SPF_NOBODY;
	if (from && domain_parse(&ident, check_sender_domain(d->q))) {
		dns_name_host(&ident, d->ident);
		check_step_add(d->c, 0, *from ? "dmarc-ident" :
		               "dmarc-ident-helo", d->ident, NULL);
		d->spf = judge_spf(d, &ident);
	} else {
		check_step_add(d->c, 0, "dmarc-ident-none", NULL);
	}
	look_for_keys(d);
}
