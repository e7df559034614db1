#include "config.h"

#include "check/conclude.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/compare.h"
#include "check/conclude_priv.h"
#include "util/xalloc.h"

/* The value, else the host that it is about. */
static const char *subject(const struct trial *t, const struct summary *base)
{
	if (t->kind == TRIAL_NULL_SENDER)
		return "<>";
	if (t->value && t->kind != TRIAL_GREYLIST &&
	    t->kind != TRIAL_SEVERAL_HOSTS)
		return t->value;
	return base->host ? base->host : "";
}

static void begin(struct check *c, const struct trial *t,
                  const struct summary *base)
{
	check_begin(c, trial_check(t->kind), subject(t, base));
}

void conclude_not(struct check *c, const struct trial *t,
                  const struct summary *base, const char *say)
{
	begin(c, t, base);
	check_end(c, GRADE_UNKNOWN, "", say, NULL);
}

bool conclude_nothing(struct check *c, const struct summary *b)
{
	const char *say = NULL;

	if (b->shut)
		say = "try-stopped";
	else if (!summary_replied(b))
		say = "try-unreached";
	else if (b->failed)
		say = "try-lost";
	if (say)
		check_end(c, GRADE_UNKNOWN, "", say,
		          b->failed ? fail_kind_name(b->fail) : "", NULL);
	return say != NULL;
}

/* ---- one thing changed ---- */

static const struct change {
	enum trial_kind kind;
	const char *helps, *hurts; /* refused, then not; and the other way */
} changes[] = {
	{ TRIAL_NULL_SENDER, "try-null-helps", "try-null-hurts" },
	{ TRIAL_HELO, "try-helo-helps", "try-helo-hurts" },
	{ TRIAL_MX, "try-mx-helps", "try-mx-hurts" },
	{ TRIAL_FAMILY, "try-family-helps", "try-family-hurts" },
	{ TRIAL_SOURCE, "try-source-helps", "try-source-hurts" },
	{ TRIAL_TLS, "try-tls-helps", "try-tls-hurts" },
	{ TRIAL_CLEAR, "try-clear-helps", "try-clear-hurts" },
};

static const struct change *find_change(enum trial_kind k)
{
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		if (changes[i].kind == k)
			return &changes[i];
	return NULL;
}

static bool is_other_way(enum trial_kind k)
{
	return k == TRIAL_MX || k == TRIAL_FAMILY || k == TRIAL_SOURCE;
}

/* The connection itself is what differs. */
static bool conclude_way(struct check *c, const struct trial *t,
                         const struct summary *a, const struct summary *b)
{
	if (!is_other_way(t->kind) || a->connected == b->connected ||
	    (b->failed && b->fail == FAIL_LOCAL))
		return false;
	if (b->connected)
		check_end(c, GRADE_WARN, "", "try-way-works",
		          fail_kind_name(a->fail), NULL);
	else
		check_end(c, GRADE_WARN, "", "try-way-fails",
		          fail_kind_name(b->fail), NULL);
	return true;
}

static bool conclude_no_tls(struct check *c, const struct trial *t,
                            const struct summary *b)
{
	if (t->kind != TRIAL_TLS || b->secure)
		return false;
	if (b->esmtp && !b->starttls)
		check_end(c, GRADE_UNKNOWN, "", "try-no-starttls", NULL);
	else
		check_end(c, GRADE_UNKNOWN, "", "try-tls-failed", NULL);
	return true;
}

static bool is_later(const struct summary_row *row)
{
	return row->code / 100 == 4;
}

static bool is_same(const struct summary_row *a, const struct summary_row *b)
{
	return a->verb == b->verb && a->code == b->code &&
	       strcmp(a->enhanced, b->enhanced) == 0;
}

static void conclude_refusals(struct check *c, const struct change *k,
                              const struct summary_row *a,
                              const struct summary_row *b)
{
	char *before = compare_code(a), *after = compare_code(b);

	if (!a && !b)
		check_end(c, GRADE_PASS, "", "try-same-ok", NULL);
	else if (!b && is_later(a))
		check_end(c, GRADE_NOTE, "", "try-passed", before, NULL);
	else if (!b)
		check_end(c, GRADE_WARN, "", k->helps, before, NULL);
	else if (!a && is_later(b))
		check_end(c, GRADE_NOTE, "", "try-put-off", after, NULL);
	else if (!a)
		check_end(c, GRADE_WARN, "", k->hurts, after, NULL);
	else if (is_same(a, b))
		check_end(c, GRADE_NOTE, "", "try-same-no", after, NULL);
	else
		check_end(c, GRADE_NOTE, "", "try-differs", before, after,
		          NULL);
	free(before);
	free(after);
}

static void conclude_change(struct check *c, const struct trial *t,
                            const struct trial_seen *seen)
{
	const struct summary *a = seen->base, *b = seen->sums;

	compare_trace(c, a, b);
	if (conclude_way(c, t, a, b) || conclude_no_tls(c, t, b) ||
	    conclude_nothing(c, b))
		return;
	conclude_refusals(c, find_change(t->kind), summary_refusal(a),
	                  summary_refusal(b));
}

/* ---- greylisting ---- */

struct second_try {
	size_t yes, again, no, lost;
	const struct summary_row *row; /* that is not accepted, or the first */
};

/* Of those alone that were put off. */
static void count_second(const struct summary *a, const struct summary *b,
                         struct second_try *out)
{
	struct comparison both;

	*out = (struct second_try){ .yes = 0 };
	compare(a, b, &both);
	for (size_t i = 0; i < both.n; i++) {
		const struct summary_row *was = both.pairs[i].a;
		const struct summary_row *is = both.pairs[i].b;
		unsigned now = is ? is->code / 100 : 0;

		if (!was || was->code / 100 != 4 || was->code == 421 ||
		    (was->verb != VERB_RCPT && was->verb != VERB_MAIL))
			continue;
		out->yes += now == 2;
		out->again += now == 4;
		out->no += now == 5;
		out->lost += now == 0;
		if (is && now != 2)
			out->row = is;
	}
	compare_clear(&both);
}

static bool names_greylisting(const struct summary *a)
{
	const struct summary_row *row = summary_deferral(a);

	return row && (strcasestr(row->text, "greylist") ||
	               strcasestr(row->text, "graylist"));
}

static void conclude_greylist(struct check *c, const struct trial_seen *seen)
{
	const struct summary *a = seen->base, *b = seen->sums;
	struct second_try s;
	char seconds[16], *code;

	compare_trace(c, a, b);
	if (conclude_nothing(c, b))
		return;
	count_second(a, b, &s);
	snprintf(seconds, sizeof seconds, "%u", seen->waited_s);
	code = compare_code(s.row);
	if (s.no)
		check_end(c, GRADE_BAD, "", "try-grey-no", code, seconds,
		          NULL);
	else if (s.again)
		check_end(c, GRADE_NOTE, "", "try-grey-again", code, seconds,
		          NULL);
	else if (s.lost || !s.yes)
		check_end(c, GRADE_UNKNOWN, "", "try-lost", "", NULL);
	else if (names_greylisting(a))
		check_end(c, GRADE_PASS, "", "try-grey-yes", "", seconds,
		          NULL);
	else
		check_end(c, GRADE_PASS, "", "try-grey-passed", "", seconds,
		          NULL);
	free(code);
}

/* ---- is STARTTLS enforced? ---- */

/* RFC 3207 §4: "530 Must issue a STARTTLS command first". But 530 is also what
 * asks for a login (RFC 4954 §6). */
static bool demands_tls(const struct summary_row *r)
{
	return strcasestr(r->text, "TLS") ||
	       (r->code == 530 && !strcasestr(r->text, "auth"));
}

static void conclude_enforce(struct check *c, const struct trial_seen *seen)
{
	const struct summary *b = seen->sums;
	const struct summary_row *no;
	bool public = b->port == 25;
	char *code;

	compare_trace(c, seen->base, b);
	if (conclude_nothing(c, b))
		return;
	no = summary_refusal(b);
	code = compare_code(no);
	if (b->esmtp && !b->starttls)
		check_end(c, GRADE_UNKNOWN, "", "try-no-starttls", NULL);
	else if (!no)
		check_end(c, public ? GRADE_NOTE : GRADE_WARN, "",
		          public ? "try-open" : "try-open-submit", NULL);
	else if (demands_tls(no))
		check_end(c, public ? GRADE_NOTE : GRADE_PASS, "",
		          public ? "try-enforced" : "try-enforced-submit",
		          command_info(no->verb)->name, code, NULL);
	else if (no->code == 530)
		check_end(c, GRADE_UNKNOWN, "", "try-login-first", code, NULL);
	else
		check_end(c, GRADE_UNKNOWN, "", "try-other-reason", code,
		          NULL);
	free(code);
}

void conclude(struct check *c, const struct trial *t,
              const struct trial_seen *seen)
{
	begin(c, t, seen->base);
	switch (t->kind) {
	case TRIAL_GREYLIST:
		conclude_greylist(c, seen);
		break;
	case TRIAL_ENFORCE:
		conclude_enforce(c, seen);
		break;
	case TRIAL_SEVERAL_HOSTS:
		conclude_several(c, seen);
		break;
	case TRIAL_PORT:
		conclude_ports(c, seen);
		break;
	default:
		conclude_change(c, t, seen);
		break;
	}
}
