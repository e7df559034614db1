#include "config.h"

#include "report/many_text.h"

#include <string.h>

#include "check/verdict.h"
#include "core/escape.h"
#include "knowledge/explain.h"
#include "util/i18n.h"

enum {
	SECOND_US = 1000000,
	OPERATORS_TOLD = 5, SLOWEST_TOLD = 3, /* what fits in a line */
};

#define LLU(n) ((unsigned long long)(n))

/* 65 s: "1:05"; 3,665 s: "1:01:05". */
static void add_time(struct buf *out, uint64_t s)
{
	if (s >= 3600)
		buf_addf(out, "%llu:%02u:%02u", LLU(s / 3600),
		         (unsigned)(s / 60 % 60), (unsigned)(s % 60));
	else
		buf_addf(out, "%u:%02u", (unsigned)(s / 60),
		         (unsigned)(s % 60));
}

static uint64_t done_now(const struct many_state *s)
{
	uint64_t done = tally_done(s->tally);

	return done > s->before ? done - s->before : 0;
}

/* Targets in a thousand seconds: what a slow list needs, too. */
static uint64_t rate(const struct many_state *s)
{
	uint64_t ms = (uint64_t)(s->elapsed_us / 1000);

	return ms ? done_now(s) * 1000000 / ms : 0;
}

static void add_rate(struct buf *out, const struct many_state *s)
{
	uint64_t r = rate(s);

	if (r >= 10000)
		buf_addf(out, "%llu/s", LLU(r / 1000));
	else
		buf_addf(out, "%llu.%llu/s", LLU(r / 1000),
		         LLU(r % 1000 / 100));
}

static void add_outcomes(struct buf *out, const struct tally *t)
{
	const char *between = "";

	for (int o = 0; o < OUTCOME_COUNT; o++) {
		uint64_t n = tally_outcome(t, (enum outcome)o);

		if (!n)
			continue;
		buf_addf(out, "%s%s %llu", between,
		         outcome_label((enum outcome)o), LLU(n));
		between = ", ";
	}
}

void many_text_how_far(struct buf *out, const struct many_state *s)
{
	uint64_t done = tally_done(s->tally), r = rate(s);

	if (s->total)
		buf_addf(out, _("%llu of %llu (%u %%)"), LLU(done),
		         LLU(s->total), (unsigned)(done * 100 / s->total));
	else
		buf_addf(out, _("%llu done"), LLU(done));
	buf_adds(out, ", ");
	add_rate(out, s);
	if (s->running && s->total > done && r) { /* else it was stopped */
		buf_adds(out, ", ");
		add_time(out, (s->total - done) * 1000 / r);
		buf_adds(out, _(" left"));
	}
	buf_addf(out, _(", %zu under way"), s->running);
}

void many_text_progress(struct buf *out, const struct many_state *s)
{
	many_text_how_far(out, s);
	if (tally_done(s->tally))
		buf_adds(out, ": ");
	add_outcomes(out, s->tally);
}

static void add_ends(struct buf *out, const struct many_state *s)
{
	buf_addf(out, _("targets: %llu in "), LLU(done_now(s)));
	add_time(out, (uint64_t)(s->elapsed_us / SECOND_US));
	buf_adds(out, " (");
	add_rate(out, s);
	buf_addc(out, ')');
	if (s->before)
		buf_addf(out, _(", with those of before %llu"),
		         LLU(tally_done(s->tally)));
	if (tally_done(s->tally))
		buf_adds(out, ": ");
	add_outcomes(out, s->tally);
}

static void add_acts(struct buf *out, const struct many_state *s)
{
	const char *between = "";

	for (int a = ACT_NOBODY + 1; a < ACT_COUNT; a++) {
		uint64_t n = tally_act(s->tally, (enum act)a);

		if (!n)
			continue;
		if (!*between)
			buf_adds(out, _("must act: "));
		buf_addf(out, "%s%s %llu", between, act_label((enum act)a),
		         LLU(n));
		between = ", ";
	}
}

static void add_operators(struct buf *out, const struct many_state *s)
{
	const struct tally_operator *o = tally_operator(s->tally, 0);

	if (!o || (!o->name && !tally_operator(s->tally, 1)))
		return; /* nobody is known */
	buf_adds(out, _("mail servers of: "));
	for (size_t i = 0; i < OPERATORS_TOLD &&
	     (o = tally_operator(s->tally, i)); i++)
		buf_addf(out, "%s%s %llu", i ? ", " : "",
		         o->name ? o->name : _("others"), LLU(o->n));
	if (tally_operator(s->tally, OPERATORS_TOLD))
		buf_adds(out, ", …");
}

static void add_slowest(struct buf *out, const struct many_state *s)
{
	const struct tally_row *row;

	if (tally_done(s->tally) < SLOWEST_TOLD)
		return;
	buf_adds(out, _("slowest: "));
	for (size_t i = 0; i < SLOWEST_TOLD &&
	     (row = tally_slowest(s->tally, i)); i++) {
		uint64_t tenths = (uint64_t)row->took_us * 10 / SECOND_US;

		buf_adds(out, i ? ", " : "");
		escape_text(out, row->target, strlen(row->target), false);
		buf_addf(out, " %llu.%llu s", LLU(tenths / 10),
		         LLU(tenths % 10));
	}
}

bool many_text_summary(struct buf *out, const struct many_state *s, int i)
{
	static void (*const lines[])(struct buf *out,
	                             const struct many_state *s) = {
		add_ends, add_acts, add_operators, add_slowest,
	};

	if (i >= (int)(sizeof lines / sizeof *lines))
		return false;
	lines[i](out, s);
	return true;
}
