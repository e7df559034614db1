#include "config.h"

#include "check/spf_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/idn.h"
#include "util/xalloc.h"

/* ---- which record ---- */

size_t spf_select(const struct dns_answer *a, struct buf *text)
{
	struct buf one = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct dns_rr *rr = answer_rr(a, i);

		if (rr->bad)
			continue;
		buf_reset(&one);
		dns_rr_txt(&a->msg, rr, &one);
		if (!spf_record_is(buf_str(&one), one.len))
			continue;
		buf_reset(text);
		buf_add(text, one.data, one.len);
		n++;
	}
	buf_clear(&one);
	return n;
}

/* TXT records that somebody takes for SPF, and nobody else does. */
static void tell_lookalikes(struct spf *s, const struct dns_answer *a,
                            unsigned depth)
{
	struct buf one = { 0 };

	for (size_t i = 0; i < a->n; i++) {
		const char *text;

		if (answer_rr(a, i)->bad)
			continue;
		buf_reset(&one);
		dns_rr_txt(&a->msg, answer_rr(a, i), &one);
		text = buf_str(&one);
		text += strspn(text, " \t\"'");
		if (strncasecmp(text, "v=spf", 5) == 0 ||
		    strncasecmp(text, "spf", 3) == 0) {
			char *quote = spf_quote((struct spf_slice){
				one.data, one.len });

			check_step_add(s->c, depth, "spf-almost", quote, NULL);
			free(quote);
		}
	}
	buf_clear(&one);
}

static enum spf_result too_many_records(struct spf *s, const char *domain,
                                        size_t n)
{
	char count[24];

	snprintf(count, sizeof count, "%zu", n);
	check_end(s->c, GRADE_BAD, "permerror", "spf-perm-records",
	          s->identity, s->ip_text, domain, count, NULL);
	return s->stop = SPF_PERMERROR;
}

static enum spf_result bad_record(struct spf *s, const struct spf_place *p)
{
	const struct spf_record *r = p->record;
	char *quote = spf_quote(r->errors[0].term);
	char column[24];

	for (size_t i = 0; i < r->n_errors; i++) {
		char *term = spf_quote(r->errors[i].term);

		snprintf(column, sizeof column, "%zu", r->errors[i].column);
		check_step_add(s->c, p->depth, r->errors[i].say, column, term,
		               NULL);
		free(term);
	}
	snprintf(column, sizeof column, "%zu", r->errors[0].column);
	check_end(s->c, GRADE_BAD, "permerror", "spf-perm-syntax", s->identity,
	          s->ip_text, quote, p->domain, column, NULL);
	free(quote);
	return s->stop = SPF_PERMERROR;
}

/* The first mechanism behind all; NULL: none. */
static const struct spf_term *behind_all(const struct spf_record *r)
{
	bool behind = false;

	for (size_t i = 0; i < r->n_terms; i++) {
		if (behind && r->terms[i].kind < SPF_REDIRECT)
			return &r->terms[i];
		behind = behind || &r->terms[i] == r->all;
	}
	return NULL;
}

static bool has_ptr(const struct spf_record *r)
{
	for (size_t i = 0; i < r->n_terms; i++)
		if (r->terms[i].kind == SPF_PTR)
			return true;
	return false;
}

/* What an admin wants to know of a record that is no error. */
static void lint(struct spf *s, const struct spf_place *p)
{
	const struct spf_record *r = p->record;
	const struct spf_term *after = behind_all(r);

	if (has_ptr(r))
		check_step_add(s->c, p->depth, "spf-lint-ptr", NULL);
	if (!r->all && !r->redirect && p->depth == 0)
		check_step_add(s->c, p->depth, "spf-lint-open", NULL);
	if (r->all && r->all->qualifier == '+')
		check_step_add(s->c, p->depth, "spf-lint-all", NULL);
	if (r->all && r->redirect)
		check_step_add(s->c, p->depth, "spf-lint-redirect", NULL);
	if (after) {
		char *quote = spf_quote(after->text);

		check_step_add(s->c, p->depth, "spf-lint-after", quote, NULL);
		free(quote);
	}
}

/* ---- exp ---- */

/* text: what exp's TXT record says. */
static void tell_explanation(struct spf *s, const struct spf_place *p,
                             struct spf_slice text)
{
	char validated[DNS_NAME_TEXT_MAX];
	struct spf_values v;
	struct buf out = { 0 };

	if (spf_macro_check(text, true) < text.len) {
		check_step_add(s->c, p->depth, "spf-exp-bad", NULL);
		return;
	}
	if (!spf_prepare(s, text, &v, validated))
		return;
	spf_macro_expand(&out, text, &v, SPF_EXPLANATION_MAX, SPF_KEEP_START);
	if (idn_is_ascii(buf_str(&out)))
		check_step_add(s->c, p->depth, "spf-exp", buf_str(&out),
		               p->domain, NULL);
	else
		check_step_add(s->c, p->depth, "spf-exp-bad", NULL);
	buf_clear(&out);
}

/* A fail at p has words of its own (RFC 7208 §6.2). No limit counts it. */
static void explain(struct spf *s, const struct spf_place *p)
{
	struct spf_place at = *p;
	char target[SPF_DOMAIN_MAX + 1];
	const struct dns_answer *a;
	struct dns_name name;
	struct buf text = { 0 };

	at.term = p->record->exp;
	if (!at.term || spf_target(s, &at, target, &name) != SPF_TARGET_OK)
		return;
	a = check_ask(s->c, s->f, &name, RR_TXT);
	if (!a) {
		s->lacking = true;
		return;
	}
	check_evidence(s->c, p->depth + 1, a);
	if (a->status != DNS_NOERROR || a->n != 1) {
		check_step_add(s->c, p->depth, "spf-exp-none", NULL);
		return;
	}
	dns_rr_txt(&a->msg, answer_rr(a, 0), &text);
	tell_explanation(s, p, (struct spf_slice){ buf_str(&text), text.len });
	buf_clear(&text);
}

/* ---- terms ---- */

static enum spf_result by_qualifier(char q)
{
	switch (q) {
	case '-': return SPF_FAIL;
	case '~': return SPF_SOFTFAIL;
	case '?': return SPF_NEUTRAL;
	default: return SPF_PASS;
	}
}

static void go_to(struct spf_place *p, const struct spf_term *t)
{
	free(p->quote);
	p->term = t;
	p->quote = spf_quote(t->text);
	p->lookup[0] = '\0';
	snprintf(p->number, sizeof p->number, "%zu",
	         (size_t)(t - p->record->terms) + 1);
}

/* include, redirect: the domain whose record counts. false: it stops, or (for
 * include) does not match. */
static bool follow_target(struct spf *s, struct spf_place *p,
                          char target[SPF_DOMAIN_MAX + 1])
{
	struct dns_name name;

	if (!spf_count_lookup(s, p))
		return false;
	switch (spf_target(s, p, target, &name)) {
	case SPF_TARGET_OK:
		return true;
	case SPF_TARGET_STOP:
		return false;
	case SPF_TARGET_WIDE:
		check_step_add(s->c, p->depth, "spf-wide", p->number, p->quote,
		               p->lookup, NULL);
		if (p->term->kind == SPF_INCLUDE)
			return false;
		break;
	default:
		break;
	}
	check_end(s->c, GRADE_BAD, "permerror", "spf-perm-name", s->identity,
	          s->ip_text, p->quote, p->domain, target, NULL);
	return spf_stop(s, SPF_PERMERROR);
}

/* The record of target, in place of this one or as part of it. */
static enum spf_result follow(struct spf *s, const struct spf_place *p,
                              const char *target, unsigned depth)
{
	const char *back = s->values.domain;
	enum spf_result r = spf_evaluate(s, target, depth);

	s->values.domain = back;
	if (r != SPF_NONE)
		return r;
	check_end(s->c, GRADE_BAD, "permerror", "spf-perm-none", s->identity,
	          s->ip_text, p->quote, p->domain, target, NULL);
	return s->stop = SPF_PERMERROR;
}

static bool meets_include(struct spf *s, struct spf_place *p)
{
	char target[SPF_DOMAIN_MAX + 1];
	enum spf_result r;

	if (!follow_target(s, p, target))
		return false;
	check_step_add(s->c, p->depth, "spf-include", p->number, p->quote,
	               p->lookup, target, NULL);
	r = follow(s, p, target, p->depth + 1);
	if (s->stop != SPF_NONE)
		return false;
	check_step_add(s->c, p->depth,
	               r == SPF_PASS ? "spf-include-yes" : "spf-include-no",
	               p->number, p->quote, p->lookup, spf_result_word(r),
	               NULL);
	return r == SPF_PASS;
}

static enum spf_result follow_redirect(struct spf *s, struct spf_place *p)
{
	char target[SPF_DOMAIN_MAX + 1];

	go_to(p, p->record->redirect);
	if (!follow_target(s, p, target))
		return s->stop;
	check_step_add(s->c, p->depth, "spf-redirect", p->number, p->quote,
	               p->lookup, target, NULL);
	return follow(s, p, target, p->depth);
}

/* At depth 0: what decided, for the sentence about it all. */
static enum spf_result decided(struct spf *s, const struct spf_place *p)
{
	enum spf_result r = by_qualifier(p->term->qualifier);

	if (p->depth > 0)
		return r;
	s->by_all = p->term->kind == SPF_ALL;
	s->term = xstrdup(p->quote);
	s->record = xstrdup(p->domain);
	if (r == SPF_FAIL)
		explain(s, p);
	return s->lacking ? (s->stop = SPF_UNDECIDED) : r;
}

static enum spf_result default_result(struct spf *s, const struct spf_place *p)
{
	if (p->depth == 0) {
		s->no_match = true;
		s->record = xstrdup(p->domain);
	}
	return SPF_NEUTRAL; /* RFC 7208 §4.7 */
}

static enum spf_result run(struct spf *s, struct spf_place *p)
{
	const struct spf_record *r = p->record;

	for (size_t i = 0; i < r->n_terms; i++) {
		const struct spf_term *t = &r->terms[i];
		bool met;

		if (t->kind >= SPF_REDIRECT)
			continue;
		go_to(p, t);
		met = t->kind == SPF_INCLUDE ? meets_include(s, p)
		                             : spf_meets(s, p);
		if (s->stop != SPF_NONE)
			return s->stop;
		if (met)
			return decided(s, p);
	}
	return r->redirect ? follow_redirect(s, p) : default_result(s, p);
}

static void tell_hidden_nets(struct spf *s, const struct spf_place *p)
{
	char count[12];

	if (p->nets <= SPF_NETS_SHOWN)
		return;
	snprintf(count, sizeof count, "%u", p->nets - SPF_NETS_SHOWN);
	check_step_add(s->c, p->depth, "spf-nets-more", count, NULL);
}

static enum spf_result run_record(struct spf *s, const char *domain,
                                  unsigned depth, const struct buf *text)
{
	struct spf_record record;
	struct spf_place p = { .record = &record, .domain = domain,
		               .depth = depth };
	enum spf_result r;

	spf_record_parse(&record, text->data, text->len);
	if (record.n_errors > 0) {
		r = bad_record(s, &p);
	} else {
		lint(s, &p);
		r = run(s, &p);
		tell_hidden_nets(s, &p);
	}
	free(p.quote);
	spf_record_clear(&record);
	return r;
}

enum spf_result spf_evaluate(struct spf *s, const char *domain,
                             unsigned depth)
{
	const struct dns_answer *a;
	struct buf text = { 0 };
	struct dns_name name;
	struct ip address;
	enum spf_result r = SPF_NONE;
	size_t n;

	s->values.domain = domain;
	/* RFC 7208 §4.3; an address, or a literal, has dots, too */
	if (!spf_name(&name, domain) || dns_name_labels(&name) < 2 ||
	    *domain == '[' || ip_parse(&address, domain))
		return SPF_NONE;
	a = spf_ask(s, &name, RR_TXT, depth);
	if (!a)
		return s->stop;
	check_evidence(s->c, depth, a);
	n = spf_select(a, &text);
	if (n == 0)
		tell_lookalikes(s, a, depth);
	else if (n > 1)
		r = too_many_records(s, domain, n);
	else
		r = run_record(s, domain, depth, &text);
	buf_clear(&text);
	return r;
}
