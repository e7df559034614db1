#include "config.h"

#include "check/sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/onetxt.h"
#include "check/sts_policy.h"
#include "util/xalloc.h"

enum {
	ID_MAX = 32,         /* RFC 8461 §3.1, sts-id */
	LINES_SHOWN = 40,    /* of a policy, in the trace */
	LINE_SHOWN = 200,    /* octets of one */
	AGE_LEAST = 86400,   /* RFC 8461 §3.3: refreshed once a day */
	AGE_USUAL = 604800,  /* RFC 8461 §3.2: weeks or greater */
	NUMBER_MAX = 24,
};

size_t sts_count(const struct check_query *q)
{
	return check_mail_domain(q) ? 1 : 0;
}

/* ---- the record ---- */

bool sts_host(struct dns_name *out, const char *domain)
{
	return onetxt_name(out, "mta-sts", domain);
}

static bool is_id(const char *s, size_t len)
{
	if (len == 0 || len > ID_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= '0' && s[i] <= '9') ||
		      (s[i] >= 'a' && s[i] <= 'z') ||
		      (s[i] >= 'A' && s[i] <= 'Z')))
			return false;
	return true;
}

static void end_record(struct check *c, const char *say, const char *text,
                       size_t len)
{
	char *arg = xmemdup0(text, len);

	check_end(c, GRADE_BAD, "", say, arg, NULL);
	free(arg);
}

/* True: it is valid; else c has ended. The first id counts (RFC 8461 §3.2). */
static bool judge_record(struct check *c, struct buf *record)
{
	const char *text = buf_str(record);
	const struct tag *bad, *id;
	struct taglist fields;

	taglist_parse(&fields, text, record->len);
	bad = onetxt_bad_field(&fields);
	id = taglist_find(&fields, "id");
	if (bad)
		end_record(c, "sts-record-syntax", bad->name, bad->name_len);
	else if (!id)
		end_record(c, "sts-record-no-id", text, record->len);
	else if (!is_id(id->value, id->value_len))
		end_record(c, "sts-record-bad-id", id->value, id->value_len);
	else
		return true;
	return false;
}

/* True: go on; else c has ended, or has a need. */
static bool has_record(struct check *c, const struct facts *f)
{
	static const struct onetxt_kind kind = {
		.label = "_mta-sts", .begin = "v=STSv1;", .like = "STSv",
		.absent = "sts-absent", .wrong_begin = "sts-record-begin",
		.many = "sts-many",
	};
	struct onetxt t;
	bool good = onetxt_record(&t, c, f, &kind) && judge_record(c, &t.text);

	onetxt_clear(&t);
	return good;
}

/* ---- the policy host ---- */

size_t sts_addresses(const struct facts *f, const char *domain,
                     char out[][IP_TEXT_MAX])
{
	static const uint16_t types[] = { RR_AAAA, RR_A };
	struct dns_name host;
	size_t n = 0;

	if (!sts_host(&host, domain))
		return 0;
	for (size_t t = 0; t < 2; t++) {
		const struct dns_answer *a = facts_find(f, &host, types[t]);

		for (size_t i = 0; a && i < a->n && n < STS_ADDRESSES_MAX;
		     i++) {
			const struct dns_rr *rr = answer_rr(a, i);
			struct ip ip;

			if (rr->bad)
				continue;
			ip_from_octets(&ip, dns_rr_address(&a->msg, rr),
			               types[t] == RR_A ? 4 : 16);
			ip_text(&ip, out[n++]);
		}
	}
	return n;
}

/* True: it has an address; else c has ended, or has a need. */
static bool has_host(struct check *c, const struct facts *f)
{
	const struct dns_answer *v6, *v4;
	char text[DNS_NAME_TEXT_MAX];
	struct dns_name host;

	if (!sts_host(&host, c->subject)) {
		check_end_badname(c, "", c->subject);
		return false;
	}
	v6 = check_ask(c, f, &host, RR_AAAA);
	v4 = check_ask(c, f, &host, RR_A);
	if (!v6 || !v4)
		return false;
	check_evidence(c, 0, v6);
	check_evidence(c, 0, v4);
	if (v6->n || v4->n)
		return true;
	if (dns_status_is_temp(v6->status) || dns_status_is_temp(v4->status))
		check_end_failed(c, "", dns_status_is_temp(v4->status) ? v4
		                                                       : v6);
	else
		check_end(c, GRADE_BAD, "", "sts-no-host",
		          dns_name_host(&host, text), NULL);
	return false;
}

/* ---- the answer over HTTPS ---- */

/* "text/plain; charset=utf-8" */
static bool is_plain(const char *type)
{
	size_t len = strcspn(type, "; \t");

	return len == strlen("text/plain") &&
	       strncasecmp(type, "text/plain", len) == 0;
}

/* It is not text/plain: that is warned of, as RFC 8461 §3.2 says SHOULD. */
static const char *type_say(const char *type)
{
	return *type ? "sts-media-type" : "sts-no-type";
}

/* What stood there would have been one, but for the status. */
static bool is_policy(const struct sts_fetch *got)
{
	struct sts_policy p;
	bool valid;

	sts_policy_parse(&p, got->body, got->body_len);
	valid = p.valid;
	sts_policy_clear(&p);
	return valid;
}

static void judge_status(struct check *c, const struct sts_fetch *got)
{
	char status[NUMBER_MAX];

	snprintf(status, sizeof status, "%d", got->status);
	if (got->status / 100 == 3)
		check_end(c, GRADE_BAD, "", "sts-redirect", status,
		          got->location, NULL);
	else
		check_end(c, GRADE_BAD, "", is_policy(got)
		          ? "sts-status-policy" : "sts-status", status, NULL);
}

static const char *no_answer(const struct sts_fetch *got)
{
	if (got->tls_failed)
		return "sts-certificate";
	return got->timed_out ? "sts-timeout" : "sts-no-answer";
}

/* True: there is a body to be read; else c has ended. */
static bool judge_fetch(struct check *c, const struct sts_fetch *got)
{
	if (!got->available)
		check_end(c, GRADE_UNKNOWN, "", "sts-no-curl", c->subject,
		          NULL);
	else if (got->is_private)
		check_end(c, GRADE_UNKNOWN, "", "sts-private", c->subject,
		          NULL);
	else if (got->cut)
		check_end(c, GRADE_BAD, "", "sts-long", NULL);
	else if (*got->error || got->tls_failed || got->timed_out)
		check_end(c, GRADE_BAD, "", no_answer(got), got->error,
		          c->subject, NULL);
	else if (got->status != 200)
		judge_status(c, got);
	else
		return true;
	return false;
}

/* ---- the policy ---- */

static void show_lines(struct check *c, const char *p, size_t len)
{
	for (size_t n = 0; len && n < LINES_SHOWN; n++) {
		const char *lf = memchr(p, '\n', len);
		size_t used = lf ? (size_t)(lf - p) + 1 : len;
		size_t end = lf ? used - 1 : used;
		char *line;

		if (end && p[end - 1] == '\r')
			end--;
		line = xmemdup0(p, end < LINE_SHOWN ? end : LINE_SHOWN);
		check_step_add(c, 1, "record", line, NULL);
		free(line);
		p += used;
		len -= used;
	}
	if (len)
		check_step_add(c, 1, "sts-more-lines", NULL);
}

static void show_faults(struct check *c, const struct sts_policy *p)
{
	char line[NUMBER_MAX];

	for (size_t i = 0; i < p->n_faults; i++) {
		snprintf(line, sizeof line, "%u", p->faults[i].line);
		check_step_add(c, 1, p->faults[i].say, line, p->faults[i].text,
		               NULL);
	}
	if (p->more_faults) {
		snprintf(line, sizeof line, "%zu", p->more_faults);
		check_step_add(c, 1, "sts-more-faults", line, NULL);
	}
}

/* How the MX of the route stand to the policy. */
struct matches {
	size_t fit, miss;
	const char *missed; /* the first one */
};

static void match_hosts(struct check *c, const struct sts_policy *p,
                        const struct route *route, struct matches *m)
{
	*m = (struct matches){ .missed = "" };
	for (size_t i = 0; route && i < route->n_hosts; i++) {
		const char *host = route->hosts[i].host;
		const char *pattern = sts_policy_match(p, host);

		if (strcmp(host, ".") == 0)
			continue; /* null MX */
		if (pattern) {
			m->fit++;
			check_step_add(c, 1, "sts-mx-fits", host, pattern,
			               NULL);
			continue;
		}
		if (m->miss++ == 0)
			m->missed = host;
		check_step_add(c, 1, "sts-mx-misses", host, NULL);
	}
}

static void end_misses(struct check *c, const struct sts_policy *p,
                       const struct matches *m)
{
	const char *mode = sts_mode_name(p->mode);

	if (p->mode == STS_TESTING)
		check_end(c, GRADE_WARN, mode, "sts-testing-misses", m->missed,
		          NULL);
	else if (m->fit)
		check_end(c, GRADE_WARN, mode, "sts-enforce-some", m->missed,
		          NULL);
	else
		check_end(c, GRADE_BAD, mode, "sts-enforce-none", c->subject,
		          NULL);
}

/* All MX are named. */
static void end_good(struct check *c, const struct sts_policy *p,
                     const struct matches *m, const char *type)
{
	const char *mode = sts_mode_name(p->mode);
	char age[NUMBER_MAX];

	snprintf(age, sizeof age, "%lu", (unsigned long)p->max_age);
	if (!is_plain(type))
		check_end(c, GRADE_WARN, mode, type_say(type), type, NULL);
	else if (p->max_age < AGE_LEAST)
		check_end(c, GRADE_WARN, mode, "sts-short-age", age, NULL);
	else if (p->mode == STS_TESTING)
		check_end(c, GRADE_NOTE, mode, "sts-testing", NULL);
	else
		check_end(c, GRADE_PASS, mode, m->fit ? "sts-enforce"
		          : "sts-enforce-alone", age, NULL);
}

/* The lookup that keeps the MX hosts from being known, or NULL. */
static const struct dns_answer *mx_failure(const struct check *c,
                                           const struct facts *f)
{
	const struct dns_answer *a = NULL;
	struct dns_name name;

	if (dns_name_parse(&name, c->subject) == DNS_NAME_OK)
		a = facts_find(f, &name, RR_MX);
	return a && check_is_failure(a) ? a : NULL;
}

static void judge_policy(struct check *c, const struct facts *f,
                         const struct sts_policy *p,
                         const struct check_query *q)
{
	const char *type = q->policy->type;
	const struct dns_answer *failed;
	struct matches m;

	if (!is_plain(type))
		check_step_add(c, 1, type_say(type), type, NULL);
	if (p->mode == STS_NONE) {
		check_end(c, GRADE_NOTE, "none", "sts-none", NULL);
		return;
	}
	if (p->max_age < AGE_USUAL && p->max_age >= AGE_LEAST)
		check_step_add(c, 1, "sts-age-days", NULL);
	match_hosts(c, p, q->route, &m);
	if (!m.fit && !m.miss && (failed = mx_failure(c, f)))
		check_end_failed(c, sts_mode_name(p->mode), failed);
	else if (m.miss)
		end_misses(c, p, &m);
	else
		end_good(c, p, &m, type);
}

void sts_check(struct check *c, const struct facts *f,
               const struct check_query *q, size_t i)
{
	const struct sts_fetch *got = q->policy;
	struct sts_policy p;

	(void)i;
	check_begin(c, "mta-sts", q->domain);
	if (!has_record(c, f) || !has_host(c, f))
		return;
	c->needs_policy = !got || !got->done;
	if (c->needs_policy || !judge_fetch(c, got))
		return;
	check_step_add(c, 0, "sts-policy", c->subject, NULL);
	show_lines(c, got->body, got->body_len);
	sts_policy_parse(&p, got->body, got->body_len);
	show_faults(c, &p);
	if (p.valid)
		judge_policy(c, f, &p, q);
	else
		check_end(c, GRADE_BAD, "", "sts-invalid", c->subject, NULL);
	sts_policy_clear(&p);
}
