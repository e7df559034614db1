#include "config.h"

#include "check/odd.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

/* Rows are put into groups by a text for each, their key: those with the same
 * one are alike. NULL: the question does not arise there. */
struct partition {
	size_t *group; /* of each row; NO_GROUP */
	size_t *size;  /* of each group */
	size_t *first; /* row of each group */
	size_t n_groups, total;
	size_t main;   /* the group that the others differ from */
};

#define NO_GROUP SIZE_MAX

/* A question, and where its answer is marked. */
struct question {
	enum odd_what what;
	enum grid_step step;
};

/* ---- keys ---- */

static char *outcome_key(const struct grid_row *r)
{
	enum grid_step step = grid_decisive(r);

	return step == GRID_COLUMNS ? NULL
	                            : xasprintf("%d", r->cell[step].state);
}

static char *starttls_key(const struct grid_row *r)
{
	if (r->cell[GRID_EHLO].state != GRID_OK || !r->sum.esmtp ||
	    r->sum.wrapped)
		return NULL;
	return xstrdup(r->sum.starttls ? "yes" : "no");
}

static char *version_key(const struct grid_row *r)
{
	switch (r->cell[GRID_TLS].state) {
	case GRID_OK: return xstrdup(r->sum.handshake.version);
	case GRID_FAILED: return xstrdup("");
	default: return NULL;
	}
}

static char *handshake_key(const struct grid_row *r, const char *text)
{
	return r->sum.secure && *text ? xstrdup(text) : NULL;
}

static char *cert_key(const struct grid_row *r)
{
	return r->sum.secure && *r->sum.handshake.sha256
	           ? xasprintf("%s %s", r->host, r->sum.handshake.sha256)
	           : NULL;
}

static char *reply_key(const struct grid_row *r, enum grid_step step)
{
	const struct grid_cell *c = &r->cell[step];

	if (!c->code)
		return NULL;
	return xasprintf("%u %s %u/%u", c->code, c->row->enhanced, c->good,
	                 c->count);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* STARTTLS is a question of its own. */
static char *keywords_key(const struct grid_row *r)
{
	const struct ehlo *e = &r->sum.ehlo;
	const char **words;
	struct buf b = { 0 };

	if (!r->sum.esmtp)
		return NULL;
	words = xcalloc(e->n + 1, sizeof *words);
	for (size_t i = 0; i < e->n; i++)
		words[i] = e->caps[i].keyword;
	qsort(words, e->n, sizeof *words, by_text);
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(words[i], "STARTTLS") != 0)
			buf_addf(&b, " %s", words[i]);
	free(words);
	buf_str(&b);
	return buf_steal(&b);
}

/* ---- time ---- */

static uint32_t time_of(const struct grid_row *r, enum grid_step step)
{
	const struct grid_cell *c = &r->cell[step];

	return grid_row_over(r) && c->state >= GRID_OK &&
	       c->state != GRID_FAILED ? c->us : 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The middle one, the lower of two; 0: there are none. */
static uint32_t middle(const struct grid *g, enum grid_step step)
{
	uint32_t *us = xcalloc(g->n + 1, sizeof *us), m;
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		if (time_of(&g->rows[i], step))
			us[n++] = time_of(&g->rows[i], step);
	qsort(us, n, sizeof *us, by_number);
	m = n ? us[(n - 1) / 2] : 0;
	free(us);
	return m;
}

static char *time_key(const struct grid_row *r, enum grid_step step,
                      uint32_t usual)
{
	uint64_t us = time_of(r, step);

	if (us == 0)
		return NULL;
	return xstrdup(us >= (uint64_t)usual * ODD_SLOW_TIMES &&
	               us >= (uint64_t)usual + ODD_SLOW_US ? "slow" : "");
}

/* ---- groups ---- */

static char *key_of(const struct question *q, const struct grid_row *r,
                    uint32_t usual)
{
	if (!grid_row_over(r))
		return NULL;
	switch (q->what) {
	case ODD_OUTCOME: return outcome_key(r);
	case ODD_STARTTLS: return starttls_key(r);
	case ODD_VERSION: return version_key(r);
	case ODD_VERIFY: return handshake_key(r, r->sum.handshake.verify);
	case ODD_ISSUER: return handshake_key(r, r->sum.handshake.issuer);
	case ODD_CERT: return cert_key(r);
	case ODD_REPLY: return reply_key(r, q->step);
	case ODD_KEYWORDS: return keywords_key(r);
	case ODD_TIME: return time_key(r, q->step, usual);
	default: return NULL;
	}
}

static enum grid_state outcome_of(const struct grid_row *r)
{
	enum grid_step step = grid_decisive(r);

	return step == GRID_COLUMNS ? GRID_OPEN : r->cell[step].state;
}

/* The largest one; of two as large the better, then the first. */
static size_t main_group(const struct grid *g, const struct partition *p)
{
	size_t best = 0;

	for (size_t k = 1; k < p->n_groups; k++) {
		enum grid_state is = outcome_of(&g->rows[p->first[k]]);
		enum grid_state was = outcome_of(&g->rows[p->first[best]]);

		if (p->size[k] > p->size[best] ||
		    (p->size[k] == p->size[best] && is < was))
			best = k;
	}
	return best;
}

static size_t group_of(struct partition *p, char *const *keys, size_t row)
{
	for (size_t k = 0; k < p->n_groups; k++)
		if (strcmp(keys[p->first[k]], keys[row]) == 0)
			return k;
	p->first[p->n_groups] = row;
	return p->n_groups++;
}

static void part(const struct grid *g, const struct question *q,
                 struct partition *p)
{
	char **keys = xcalloc(g->n + 1, sizeof *keys);
	uint32_t usual = q->what == ODD_TIME ? middle(g, q->step) : 0;

	*p = (struct partition){
		.group = xcalloc(g->n + 1, sizeof *p->group),
		.size = xcalloc(g->n + 1, sizeof *p->size),
		.first = xcalloc(g->n + 1, sizeof *p->first),
	};
	for (size_t i = 0; i < g->n; i++) {
		keys[i] = key_of(q, &g->rows[i], usual);
		p->group[i] = keys[i] ? group_of(p, keys, i) : NO_GROUP;
		if (!keys[i])
			continue;
		p->size[p->group[i]]++;
		p->total++;
	}
	p->main = main_group(g, p);
	for (size_t i = 0; i < g->n; i++)
		free(keys[i]);
	free(keys);
}

static void part_clear(struct partition *p)
{
	free(p->group);
	free(p->size);
	free(p->first);
}

static bool differs(const struct partition *p, size_t row)
{
	return p->group[row] != NO_GROUP && p->group[row] != p->main;
}

static bool rests(const struct partition *p, size_t row)
{
	return p->group[row] == p->main;
}

/* ---- who? ---- */

static bool is_v6(const struct grid_row *r)
{
	return strchr(r->address, ':') != NULL;
}

/* Is what is asked the same within those that differ, and never so with one
 * of the others? */
static bool tells(const struct grid *g, const struct partition *p,
                  bool (*same)(const struct grid_row *,
                               const struct grid_row *))
{
	const struct grid_row *one = NULL;

	for (size_t i = 0; i < g->n; i++)
		if (differs(p, i) && !one)
			one = &g->rows[i];
	for (size_t i = 0; one && i < g->n; i++) {
		bool alike = same(one, &g->rows[i]);

		if ((differs(p, i) && !alike) || (rests(p, i) && alike))
			return false;
	}
	return one != NULL;
}

static bool same_host(const struct grid_row *a, const struct grid_row *b)
{
	return strcmp(a->host, b->host) == 0;
}

static bool same_preference(const struct grid_row *a, const struct grid_row *b)
{
	return a->preference == b->preference;
}

static bool same_family(const struct grid_row *a, const struct grid_row *b)
{
	return is_v6(a) == is_v6(b);
}

/* Only where one host has both is it the family that makes the difference. */
static bool host_is_split(const struct grid *g, const struct partition *p)
{
	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; differs(p, i) && k < g->n; k++)
			if (rests(p, k) &&
			    same_host(&g->rows[i], &g->rows[k]))
				return true;
	return false;
}

static enum odd_who who(const struct grid *g, const struct partition *p,
                        size_t count)
{
	if (p->n_groups > 2)
		return ODD_MANY;
	if (tells(g, p, same_family) && host_is_split(g, p))
		return ODD_FAMILY;
	if (tells(g, p, same_host))
		return ODD_HOST;
	if (count == 1)
		return ODD_ADDRESS;
	return tells(g, p, same_preference) ? ODD_PREFERENCE : ODD_SOME;
}

/* ---- certificates ---- */

/* Another host has another certificate; within a host they are compared. */
static bool same_cert(const struct grid_row *a, const struct grid_row *b)
{
	return strcmp(a->sum.handshake.sha256, b->sum.handshake.sha256) == 0;
}

static bool has_cert(const struct grid_row *r)
{
	return grid_row_over(r) && r->sum.secure && *r->sum.handshake.sha256;
}

/* Addresses of that host with the certificate of row i, or with another. */
static size_t count_certs(const struct grid *g, size_t i, bool same)
{
	size_t n = 0;

	for (size_t k = 0; k < g->n; k++)
		n += has_cert(&g->rows[k]) &&
		     same_host(&g->rows[i], &g->rows[k]) &&
		     same_cert(&g->rows[i], &g->rows[k]) == same;
	return n;
}

/* Is there one that more of the other addresses show? Of two it is the
 * second that differs. */
static bool is_cert_odd(const struct grid *g, size_t i)
{
	size_t own;

	if (!has_cert(&g->rows[i]))
		return false;
	own = count_certs(g, i, true);
	for (size_t k = 0; k < g->n; k++) {
		size_t other;

		if (!has_cert(&g->rows[k]) ||
		    !same_host(&g->rows[i], &g->rows[k]) ||
		    same_cert(&g->rows[i], &g->rows[k]))
			continue;
		other = count_certs(g, k, true);
		if (other > own || (other == own && k < i))
			return true;
	}
	return false;
}

static size_t cert_peer(const struct grid *g, size_t i)
{
	for (size_t k = 0; k < g->n; k++)
		if (has_cert(&g->rows[k]) &&
		    same_host(&g->rows[i], &g->rows[k]) &&
		    !same_cert(&g->rows[i], &g->rows[k]))
			return k;
	return i;
}

static bool find_cert(const struct grid *g, struct odd *out)
{
	for (size_t i = 0; i < g->n; i++)
		if (is_cert_odd(g, i)) {
			*out = (struct odd){ .what = ODD_CERT,
				.who = ODD_ADDRESS, .step = GRID_TLS,
				.row = i, .rest = cert_peer(g, i),
				.count = 1, .total = g->n };
			return true;
		}
	return false;
}

/* ---- all questions ---- */

static const struct question questions[] = {
	{ ODD_OUTCOME, GRID_COLUMNS },
	{ ODD_STARTTLS, GRID_TLS },
	{ ODD_VERSION, GRID_TLS },
	{ ODD_VERIFY, GRID_TLS },
	{ ODD_ISSUER, GRID_TLS },
	{ ODD_CERT, GRID_TLS },
	{ ODD_REPLY, GRID_GREETING },
	{ ODD_REPLY, GRID_EHLO },
	{ ODD_REPLY, GRID_AUTH },
	{ ODD_REPLY, GRID_MAIL },
	{ ODD_REPLY, GRID_RCPT },
	{ ODD_REPLY, GRID_DATA },
	{ ODD_KEYWORDS, GRID_EHLO },
	{ ODD_TIME, GRID_TCP },
	{ ODD_TIME, GRID_GREETING },
	{ ODD_TIME, GRID_EHLO },
	{ ODD_TIME, GRID_TLS },
	{ ODD_TIME, GRID_AUTH },
	{ ODD_TIME, GRID_MAIL },
	{ ODD_TIME, GRID_RCPT },
	{ ODD_TIME, GRID_DATA },
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

/* Keywords inside TLS and in clear differ by rights (RFC 3207 §4.2). */
static bool comparable(const struct grid *g, const struct question *q)
{
	bool clear = false, secure = false;

	for (size_t i = 0; i < g->n; i++) {
		const struct grid_row *r = &g->rows[i];

		if (!grid_row_over(r) || !r->sum.esmtp)
			continue;
		clear |= !r->sum.secure;
		secure |= r->sum.secure;
	}
	return q->what != ODD_KEYWORDS || !clear || !secure;
}

static bool ask(const struct grid *g, const struct question *q,
                struct odd *out)
{
	struct partition p;
	bool found;

	if (q->what == ODD_CERT)
		return find_cert(g, out);
	if (!comparable(g, q))
		return false;
	part(g, q, &p);
	found = p.n_groups > 1;
	if (found) {
		*out = (struct odd){ .what = q->what, .step = q->step,
			.count = p.total - p.size[p.main],
			.total = p.total, .rest = p.first[p.main],
			.row = p.first[p.main ? 0 : 1] };
		out->who = who(g, &p, out->count);
	}
	part_clear(&p);
	return found;
}

void odd_find(const struct grid *g, struct odd *out)
{
	*out = (struct odd){ .what = ODD_SAME, .step = GRID_COLUMNS,
		.total = grid_over(g) };
	while (out->rest + 1 < g->n && !grid_row_over(&g->rows[out->rest]))
		out->rest++;
	for (size_t i = 0; i < QUESTIONS; i++)
		if (ask(g, &questions[i], out))
			return;
}

/* Where each is of its own kind, none of them is odd. */
static bool has_main(const struct question *q, const struct partition *p)
{
	return p->n_groups > 1 && (p->size[p->main] > 1 || p->n_groups == 2 ||
	                           q->what == ODD_OUTCOME);
}

static void mark_by(struct grid *g, const struct question *q)
{
	struct partition p;

	part(g, q, &p);
	for (size_t i = 0; i < g->n && has_main(q, &p); i++) {
		enum grid_step step = q->step == GRID_COLUMNS
		                          ? grid_decisive(&g->rows[i])
		                          : q->step;

		if (differs(&p, i))
			g->rows[i].odd |= 1u << step;
	}
	part_clear(&p);
}

void odd_mark(struct grid *g)
{
	for (size_t i = 0; i < g->n; i++)
		g->rows[i].odd = is_cert_odd(g, i) ? 1u << GRID_TLS : 0;
	for (size_t i = 0; i < QUESTIONS; i++)
		if (questions[i].what != ODD_CERT &&
		    comparable(g, &questions[i]))
			mark_by(g, &questions[i]);
}
