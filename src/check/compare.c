#include "config.h"

#include "check/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/xalloc.h"

static const char none[] = "—";

/* Rows of the same command that come before row. */
static size_t ordinal(const struct summary *s, const struct summary_row *row)
{
	size_t n = 0;

	for (const struct summary_row *r = s->rows; r < row; r++)
		n += r->verb == row->verb;
	return n;
}

static bool is_hello(enum verb v)
{
	return v == VERB_EHLO || v == VERB_HELO || v == VERB_LHLO;
}

/* The newest of its kind; HELO may stand for EHLO. */
static const struct summary_row *last_hello(const struct summary *s)
{
	for (size_t i = s->n; i-- > 0;)
		if (is_hello(s->rows[i].verb))
			return &s->rows[i];
	return NULL;
}

/* The row of other that answers to row of s. */
static const struct summary_row *match(const struct summary *s,
                                       const struct summary_row *row,
                                       const struct summary *other)
{
	size_t nth = ordinal(s, row);

	if (is_hello(row->verb) && s->secure != other->secure)
		return row == last_hello(s) ? last_hello(other) : NULL;
	for (size_t i = 0; i < other->n; i++)
		if (other->rows[i].verb == row->verb && nth-- == 0)
			return &other->rows[i];
	return NULL;
}

static bool same(const struct summary_row *a, const struct summary_row *b)
{
	return a && b && a->code == b->code &&
	       strcmp(a->enhanced, b->enhanced) == 0;
}

static void add_pair(struct comparison *c, const struct summary_row *a,
                     const struct summary_row *b)
{
	c->pairs[c->n++] = (struct compare_pair){ a, b, same(a, b) };
}

/* Those of b, from *next on and before end, that a has not. */
static void add_alone(struct comparison *c, const struct summary *a,
                      const struct summary *b, size_t *next, size_t end)
{
	for (; *next < end; (*next)++)
		if (!match(b, &b->rows[*next], a))
			add_pair(c, NULL, &b->rows[*next]);
}

void compare(const struct summary *a, const struct summary *b,
             struct comparison *out)
{
	size_t next = 0;

	*out = (struct comparison){
		.pairs = xcalloc(a->n + b->n + 1, sizeof *out->pairs),
	};
	for (size_t i = 0; i < a->n; i++) {
		const struct summary_row *r = match(a, &a->rows[i], b);

		if (r)
			add_alone(out, a, b, &next, (size_t)(r - b->rows));
		add_pair(out, &a->rows[i], r);
	}
	add_alone(out, a, b, &next, b->n);
	while (out->first < out->n && out->pairs[out->first].same)
		out->first++;
}

void compare_clear(struct comparison *c)
{
	free(c->pairs);
	*c = (struct comparison){ .pairs = NULL };
}

/* ---- the trace ---- */

char *compare_code(const struct summary_row *row)
{
	if (!row || row->code == 0)
		return xstrdup(none);
	return xasprintf("%03u%s%s", row->code, *row->enhanced ? " " : "",
	                 row->enhanced);
}

/* The line that was sent the second time, which is the changed one. */
static const char *label(const struct compare_pair *p)
{
	const struct summary_row *row = p->b ? p->b : p->a;

	return row->verb == VERB_CONNECT ? "(CONNECT)" : row->line;
}

static void trace_words(struct check *c, const struct summary_row *row)
{
	if (row && row->code && *row->text)
		check_step_add(c, 1, "record", row->text, NULL);
}

static void trace_pair(struct check *c, const struct compare_pair *p,
                       bool first)
{
	char *a = compare_code(p->a), *b = compare_code(p->b);

	if (p->same)
		check_step_add(c, 0, "try-same", label(p), a, NULL);
	else
		check_step_add(c, 0, "try-pair", label(p), a, b, NULL);
	if (first) {
		trace_words(c, p->a);
		trace_words(c, p->b);
	}
	free(a);
	free(b);
}

static const char *end_word(const struct summary *s)
{
	if (s->failed)
		return fail_kind_name(s->fail);
	return s->connected ? "ok" : none;
}

static void trace_ends(struct check *c, const struct summary *a,
                       const struct summary *b)
{
	if (a->failed || b->failed)
		check_step_add(c, 0, "try-ends", end_word(a), end_word(b),
		               NULL);
}

/* Keywords of some that others has not. */
static char *only_in(const struct ehlo *some, const struct ehlo *others)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < some->n; i++)
		if (!ehlo_find(others, some->caps[i].keyword))
			buf_addf(&b, "%s%s", b.len ? " " : "",
			         some->caps[i].keyword);
	return buf_steal(&b);
}

static void trace_offers(struct check *c, const struct summary *a,
                         const struct summary *b)
{
	char *gone, *more;

	if (!a->esmtp || !b->esmtp)
		return;
	gone = only_in(&a->ehlo, &b->ehlo);
	more = only_in(&b->ehlo, &a->ehlo);
	if (*gone)
		check_step_add(c, 0, "try-gone", gone, NULL);
	if (*more)
		check_step_add(c, 0, "try-more", more, NULL);
	free(gone);
	free(more);
}

static bool equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void trace_tls(struct check *c, const struct summary *a,
                      const struct summary *b)
{
	if (!equal(a->tls, b->tls))
		check_step_add(c, 0, "try-tls-pair", a->tls ? a->tls : none,
		               b->tls ? b->tls : none, NULL);
	if (a->cert && b->cert && !equal(a->cert, b->cert))
		check_step_add(c, 0, "try-cert-pair", a->cert, b->cert, NULL);
}

static void trace_time(struct check *c, const struct compare_pair *p)
{
	char before[24], after[24];
	uint32_t gap;

	if (!p->a || !p->b || !p->a->code || !p->b->code)
		return;
	gap = p->a->us > p->b->us ? p->a->us - p->b->us
	                          : p->b->us - p->a->us;
	if (gap < COMPARE_SLOW_US)
		return;
	snprintf(before, sizeof before, "%.1f", p->a->us / 1e6);
	snprintf(after, sizeof after, "%.1f", p->b->us / 1e6);
	check_step_add(c, 0, "try-slow", label(p), before, after, NULL);
}

void compare_trace(struct check *c, const struct summary *a,
                   const struct summary *b)
{
	struct comparison both;

	compare(a, b, &both);
	for (size_t i = 0; i < both.n; i++)
		trace_pair(c, &both.pairs[i], i == both.first);
	trace_ends(c, a, b);
	trace_tls(c, a, b);
	trace_offers(c, a, b);
	for (size_t i = 0; i < both.n; i++)
		trace_time(c, &both.pairs[i]);
	compare_clear(&both);
}
