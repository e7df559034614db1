#include "config.h"

#include "check/dmarc.h"

#include <stdio.h>
#include <string.h>

#include "check/dmarc_parts.h"
#include "check/domain.h"

/* ---- the walk, in words ---- */

static const char *level_say(const struct dmarc_level *l)
{
	static const char *const says[] = {
		[DMARC_FOUND_NOTHING] = "dmarc-level-nothing",
		[DMARC_FOUND_LOOKALIKE] = "dmarc-level-lookalike",
		[DMARC_FOUND_MANY] = "dmarc-level-many",
		[DMARC_FOUND_ONE] = "dmarc-level-one",
		[DMARC_FOUND_FAILURE] = "dmarc-level-failure",
	};

	if (!l->answer)
		return "dmarc-level-long";
	if (l->found == DMARC_FOUND_ONE && l->record.psd != 'u')
		return l->record.psd == 'y' ? "dmarc-level-psd-y"
		                            : "dmarc-level-psd-n";
	if (l->found == DMARC_FOUND_NOTHING && dns_name_labels(&l->domain) == 1)
		return "dmarc-level-top";
	return says[l->found];
}

void dmarc_tell_levels(struct check *c, const struct dmarc_walk *w, size_t from,
                       size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct dmarc_level *l = &w->levels[i];
		char domain[DNS_NAME_TEXT_MAX], number[24], all[24];

		snprintf(number, sizeof number, "%zu", i + 1);
		snprintf(all, sizeof all, "%d", DMARC_QUERIES_MAX);
		dns_name_host(&l->domain, domain);
		check_step_add(c, 0, "dmarc-query", domain, number, all, NULL);
		if (l->answer)
			check_evidence(c, 1, l->answer);
		check_step_add(c, 1, level_say(l), domain, NULL);
	}
}

/* How much of the walk is about the policy: its own record ends the search. */
static size_t policy_levels(const struct dmarc *d)
{
	return d->policy == &d->walk.levels[0] ? 1 : d->walk.n;
}

/* ---- what the record asks for ---- */

/* It does unless MX, A and AAAA all say NXDOMAIN (RFC 9989 §3.2.13). failed:
 * set to a lookup that failed where no other speaks for it. */
static bool does_exist(struct dmarc *d, const struct dns_answer **failed)
{
	static const uint16_t types[] = { RR_MX, RR_A, RR_AAAA };
	size_t denied = 0, n = sizeof types / sizeof *types;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct dns_answer *a = check_ask(d->c, d->f, &d->author,
		                                       types[i]);

		if (!a)
			continue;
		if (a->status == DNS_NXDOMAIN && a->n_chain == 0)
			denied++;
		else if (dns_status_is_temp(a->status))
			*failed = a;
		else
			any = true;
	}
	if (any)
		*failed = NULL;
	return denied < n;
}

static void tell_request(struct dmarc *d, bool inherited, bool exists)
{
	const char *published = dmarc_policy_word(d->request.published);
	char where[DNS_NAME_TEXT_MAX];

	dns_name_host(&d->policy->domain, where);
	check_step_add(d->c, 0, !inherited ? "dmarc-own" : exists ?
	               "dmarc-inherited" : "dmarc-inherited-gone",
	               d->c->subject, where, d->request.tag, published, NULL);
	if (d->policy->record.test)
		check_step_add(d->c, 0, "dmarc-test", published,
		               dmarc_policy_word(d->request.applied), NULL);
}

/* False: facts are missing, or the check has ended. */
static bool take_request(struct dmarc *d)
{
	const struct dmarc_record *r = &d->policy->record;
	const struct dns_answer *failed = NULL;
	bool inherited = d->policy != &d->walk.levels[0];
	bool exists = !inherited || does_exist(d, &failed);

	if (d->c->n_needs > 0)
		return false;
	dmarc_request(&d->request, r, inherited, exists);
	if (failed) {
		struct dmarc_request other;

		dmarc_request(&other, r, inherited, false);
		if (other.applied != d->request.applied) {
			check_evidence(d->c, 0, failed);
			check_end_failed(d->c, "temperror", failed);
			return false;
		}
	}
	tell_request(d, inherited, exists);
	return true;
}

/* ---- the sentence ---- */

static void end(struct dmarc *d, enum grade g, const char *result,
                const char *say)
{
	char where[DNS_NAME_TEXT_MAX] = "";

	if (d->policy)
		dns_name_host(&d->policy->domain, where);
	check_end(d->c, g, result, say, d->c->subject, where, d->ident, d->word,
	          dmarc_policy_word(d->request.applied), NULL);
}

/* "p=reject" */
static const char *result_of(const struct dmarc *d)
{
	static const char *const words[DMARC_POLICY_COUNT] = {
		[DMARC_NONE] = "p=none", [DMARC_QUARANTINE] = "p=quarantine",
		[DMARC_REJECT] = "p=reject",
	};

	return words[d->request.applied];
}

/* By what SPF does, of policies none, quarantine and reject. */
static const char *const says[DMARC_SPF_COUNT][3] = {
	[DMARC_SPF_OPEN] = { "dmarc-none-open", "dmarc-open", "dmarc-open" },
	[DMARC_SPF_NOBODY] = { "dmarc-none-nobody", "dmarc-nobody",
		               "dmarc-nobody" },
	[DMARC_SPF_PASS] = { "dmarc-none-pass", "dmarc-pass", "dmarc-pass" },
	[DMARC_SPF_FAIL] = { "dmarc-none-fail", "dmarc-fail-quarantine",
		             "dmarc-fail-reject" },
	[DMARC_SPF_FOREIGN] = { "dmarc-none-foreign",
		                "dmarc-foreign-quarantine",
		                "dmarc-foreign-reject" },
};

static enum grade grade_of(const struct dmarc *d)
{
	if (d->request.applied == DMARC_NONE)
		return GRADE_NOTE;
	if (d->spf == DMARC_SPF_PASS)
		return GRADE_PASS;
	if (d->spf == DMARC_SPF_OPEN && strcmp(d->word, "temperror") == 0)
		return GRADE_UNKNOWN;
	if (d->spf == DMARC_SPF_OPEN || d->spf == DMARC_SPF_NOBODY)
		return GRADE_NOTE;
	return d->dkim ? GRADE_WARN : GRADE_BAD;
}

static void conclude(struct dmarc *d)
{
	enum dmarc_class class = d->policy->record.class;

	if (class == DMARC_AS_NONE) {
		end(d, GRADE_BAD, result_of(d), "dmarc-as-none");
	} else if (class == DMARC_NO_P) {
		end(d, GRADE_WARN, result_of(d), "dmarc-no-p");
	} else if (d->failed) {
		check_end_failed(d->c, "temperror", d->failed);
	} else {
		end(d, grade_of(d), result_of(d),
		    says[d->spf][d->request.applied - DMARC_NONE]);
		d->c->temporary = d->c->grade == GRADE_UNKNOWN;
	}
}

/* Below the policy, something was meant to be one. "" nothing. */
static const char *blemish(const struct dmarc *d, const char **result)
{
	bool none = !d->policy;

	for (size_t i = 0; i < d->walk.n && &d->walk.levels[i] != d->policy;
	     i++) {
		enum dmarc_found found = d->walk.levels[i].found;

		*result = none ? "permerror" : result_of(d);
		if (found == DMARC_FOUND_MANY)
			return none ? "dmarc-many" : "dmarc-many-inherited";
		if (found == DMARC_FOUND_LOOKALIKE)
			return none ? "dmarc-lookalike" :
			              "dmarc-lookalike-inherited";
	}
	return "";
}

static void end_without(struct dmarc *d)
{
	const char *result, *say;

	if (d->walk.failed) {
		check_end_failed(d->c, "temperror", d->walk.failed);
		return;
	}
	say = blemish(d, &result);
	if (*say)
		end(d, GRADE_BAD, result, say);
	else
		end(d, GRADE_WARN, "none", "dmarc-none");
}

static bool is_useless(const struct dmarc *d)
{
	enum dmarc_class class = d->policy->record.class;

	return class == DMARC_IGNORED || class == DMARC_TWICE;
}

static void judge_policy(struct dmarc *d)
{
	struct buf text = { 0 };
	const char *say, *result;
	char where[DNS_NAME_TEXT_MAX];

	check_step_add(d->c, 0, "dmarc-record",
	               dns_name_host(&d->policy->domain, where), NULL);
	dmarc_level_text(d->policy, &text);
	dmarc_record_tell(d->c, 1, buf_str(&text), text.len);
	buf_clear(&text);
	if (is_useless(d)) {
		end(d, GRADE_BAD, "permerror",
		    d->policy->record.class == DMARC_TWICE ? "dmarc-twice" :
		    "dmarc-ignored");
		return;
	}
	if (!take_request(d))
		return;
	dmarc_align(d);
	dmarc_report(d);
	if (d->c->n_needs > 0)
		return;
	say = blemish(d, &result);
	if (*say)
		end(d, GRADE_BAD, result, say);
	else
		conclude(d);
}

static void judge(struct dmarc *d)
{
	if (!dmarc_walk(&d->walk, d->c, d->f, &d->author))
		return;
	d->policy = dmarc_walk_policy(&d->walk);
	check_step_add(d->c, 0, "dmarc-author", d->c->subject, NULL);
	dmarc_tell_levels(d->c, &d->walk, 0, policy_levels(d));
	if (d->policy)
		judge_policy(d);
	else
		end_without(d);
}

size_t dmarc_count(const struct check_query *q)
{
	return q->author || q->mail_from ? 1 : 0;
}

void dmarc_check(struct check *c, const struct facts *f,
                 const struct check_query *q, size_t i)
{
	struct dmarc d = { .c = c, .f = f, .q = q, .word = "" };
	const char *author = check_author_domain(q);
	char text[DNS_NAME_TEXT_MAX];

	(void)i;
	if (domain_parse(&d.author, author)) {
		dns_name_lower(&d.author);
		check_begin(c, "dmarc", dns_name_host(&d.author, text));
		judge(&d);
		return;
	}
	check_begin(c, "dmarc", author);
	if (*author)
		check_end_badname(c, "", author);
	else
		check_end(c, GRADE_UNKNOWN, "", "dmarc-no-author", NULL);
}
