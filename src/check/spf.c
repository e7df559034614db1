#include "config.h"

#include "check/spf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/spf_parts.h"
#include "core/idn.h"
#include "util/xalloc.h"

/* What each result is worth, and its sentence: of MAIL FROM and of HELO, where
 * a record is good to have and nothing more (RFC 7208 §2.3). */
static const struct {
	const char *word, *say;
	enum grade mail, helo;
} results[] = {
	[SPF_NONE] = { "none", "spf-none", GRADE_WARN, GRADE_NOTE },
	[SPF_NEUTRAL] = { "neutral", "spf-neutral", GRADE_WARN, GRADE_WARN },
	[SPF_PASS] = { "pass", "spf-pass", GRADE_PASS, GRADE_PASS },
	[SPF_FAIL] = { "fail", "spf-fail", GRADE_BAD, GRADE_BAD },
	[SPF_SOFTFAIL] = { "softfail", "spf-softfail", GRADE_WARN, GRADE_WARN },
	/* these end where they are found */
	[SPF_TEMPERROR] = { "temperror", "", GRADE_UNKNOWN, GRADE_UNKNOWN },
	[SPF_PERMERROR] = { "permerror", "", GRADE_BAD, GRADE_BAD },
	[SPF_UNDECIDED] = { "", "", GRADE_UNKNOWN, GRADE_UNKNOWN },
};

const char *spf_result_word(enum spf_result r)
{
	return results[r].word;
}

/* ---- who ---- */

struct identity {
	char *local, *domain, *sender; /* owned */
	bool helo;                     /* it is about the HELO name */
};

/* The A-label form (RFC 7208 §4.3), or the text itself: a name that has none
 * is told as it is. Without its last dot. Heap. */
static char *to_ascii(const char *domain)
{
	char *out = NULL;
	size_t len;

	if (idn_is_ascii(domain) ||
	    idn_to_ascii(domain, &out) > IDN_TRANSITIONAL) {
		free(out);
		out = xstrdup(domain);
	}
	len = strlen(out);
	if (len > 1 && out[len - 1] == '.')
		out[len - 1] = '\0';
	return out;
}

/* address: "" or of another domain than the HELO name. */
static void identity_init(struct identity *id, const char *address,
                          const char *domain)
{
	const char *at = strrchr(address, '@');

	id->local = at && at > address
		? xmemdup0(address, (size_t)(at - address))
		: xstrdup("postmaster"); /* RFC 7208 §2.4, §4.3 */
	id->domain = to_ascii(domain);
	id->sender = xasprintf("%s@%s", id->local, id->domain);
}

static void identity_clear(struct identity *id)
{
	free(id->local);
	free(id->domain);
	free(id->sender);
}

/* ---- what came out ---- */

/* Some publish their record where nobody looks for it. */
static bool is_elsewhere(struct spf *s)
{
	char *below = xasprintf("_spf.%s", s->identity);
	const struct dns_answer *a = NULL;
	struct buf text = { 0 };
	struct dns_name name;
	bool found = false;

	if (spf_name(&name, below))
		a = check_ask(s->c, s->f, &name, RR_TXT);
	if (a && a->status == DNS_NOERROR && spf_select(a, &text) > 0) {
		check_evidence(s->c, 0, a);
		found = true;
	}
	buf_clear(&text);
	free(below);
	return found;
}

static const char *none_sentence(struct spf *s)
{
	const struct dns_answer *a = NULL;
	struct dns_name name;

	if (spf_name(&name, s->identity))
		a = facts_find(s->f, &name, RR_TXT);
	if (!a)
		return "spf-none-name";
	if (a->status == DNS_NXDOMAIN)
		return "spf-none-nxdomain";
	return is_elsewhere(s) ? "spf-none-elsewhere" : "spf-none";
}

static void end(struct spf *s, enum spf_result r, enum grade g,
                const char *say)
{
	check_end(s->c, g, results[r].word, say, s->identity, s->ip_text,
	          s->record, s->term, NULL);
}

static void tell_decision(struct spf *s, enum spf_result r)
{
	if (s->term)
		check_step_add(s->c, 0, "spf-decided", s->term, s->record,
		               results[r].word, NULL);
	else if (s->no_match)
		check_step_add(s->c, 0, "spf-decided-open", s->record, NULL);
}

/* terms: that look something up, all in all. A pass that is worth less than it
 * seems is a warning. */
static void conclude(struct spf *s, enum spf_result r, bool helo,
                     unsigned terms)
{
	enum grade g = helo ? results[r].helo : results[r].mail;
	const char *say = results[r].say;
	char count[12];

	if (terms > SPF_LOOKUPS_MAX) {
		snprintf(count, sizeof count, "%u", terms);
		check_step_add(s->c, 0, "spf-lint-lookups", count, NULL);
	}
	tell_decision(s, r);
	if (r == SPF_NONE) {
		say = none_sentence(s);
	} else if (r == SPF_PASS && (s->by_all || terms > SPF_LOOKUPS_MAX)) {
		g = GRADE_WARN;
		say = s->by_all ? "spf-pass-all" : "spf-pass-lookups";
	} else if (r == SPF_NEUTRAL && s->no_match) {
		say = "spf-neutral-open";
	}
	end(s, r, g, say);
}

static void evaluate(struct spf *s, const struct identity *id)
{
	enum spf_result r = spf_evaluate(s, id->domain, 0);
	unsigned terms = 0;

	if (s->lacking || (r != SPF_NONE && s->stop == SPF_NONE))
		terms = spf_look_ahead(s, id->domain, s->lacking);
	if (s->stop == SPF_NONE)
		conclude(s, r, id->helo, terms);
	free(s->term);
	free(s->record);
}

static void run(struct check *c, const struct facts *f,
                const struct check_query *q, const struct identity *id)
{
	struct spf s = {
		.c = c, .f = f, .identity = id->domain,
		.wide_local = !idn_is_ascii(id->local),
		.values = {
			.sender = id->sender, .local = id->local,
			.origin = id->domain, .domain = id->domain,
			.helo = q->helo ? q->helo : "unknown",
		},
	};

	if (!ip_parse(&s.values.ip, check_sender_ip(q))) {
		check_end(c, GRADE_UNKNOWN, "", "no-address", NULL);
		return;
	}
	ip_text(&s.values.ip, s.ip_text);
	check_step_add(c, 0, id->helo ? "spf-ask-helo" : "spf-ask", s.ip_text,
	               id->helo ? id->domain : id->sender, NULL);
	evaluate(&s, id);
}

/* ---- rows of checks.c ---- */

size_t spf_count_mail(const struct check_query *q)
{
	return q->mail_from && *check_sender_domain(q) ? 1 : 0;
}

size_t spf_count_helo(const struct check_query *q)
{
	return q->helo && *q->helo ? 1 : 0;
}

void spf_check_mail(struct check *c, const struct facts *f,
                    const struct check_query *q, size_t i)
{
	struct identity id = { .helo = false };

	(void)i;
	identity_init(&id, q->mail_from, check_sender_domain(q));
	check_begin(c, "spf-mail", id.domain);
	run(c, f, q, &id);
	identity_clear(&id);
}

void spf_check_helo(struct check *c, const struct facts *f,
                    const struct check_query *q, size_t i)
{
	struct identity id = { .helo = true };

	(void)i;
	identity_init(&id, "", q->helo);
	check_begin(c, "spf-helo", id.domain);
	run(c, f, q, &id);
	identity_clear(&id);
}
