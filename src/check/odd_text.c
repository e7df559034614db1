#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/compare.h"
#include "check/grid_words.h"
#include "check/odd.h"
#include "check/verdict.h"
#include "knowledge/fail_words.h"
#include "knowledge/say.h"
#include "knowledge/tls_words.h"
#include "util/xalloc.h"

enum { WORDS_MAX = 60 }; /* octets of a reply that a sentence repeats */

/* ---- who ---- */

static char *number(size_t n)
{
	return xasprintf("%zu", n);
}

static char *host_name(const struct grid_row *r)
{
	return shown(r->host, strlen(r->host));
}

static char *preference_name(const struct grid_row *r)
{
	char *n = number(r->preference);
	char *name = say(DIFF_PREFERENCE, n, NULL);

	free(n);
	return name;
}

static char *family_name(const struct grid_row *r)
{
	return xstrdup(strchr(r->address, ':') ? "IPv6" : "IPv4");
}

static char *some_name(const struct odd *o)
{
	char *n = number(o->count), *all = number(o->total);
	char *name = say(DIFF_OF, n, all, NULL);

	free(n);
	free(all);
	return name;
}

/* Those that differ. */
static char *name_of(const struct grid *g, const struct odd *o)
{
	const struct grid_row *r = &g->rows[o->row];

	switch (o->who) {
	case ODD_HOST: return host_name(r);
	case ODD_ADDRESS: return grid_place(r);
	case ODD_FAMILY: return family_name(r);
	case ODD_PREFERENCE: return preference_name(r);
	default: return some_name(o);
	}
}

/* Have the others something in common, too? Then it names them: the one host
 * or preference there is beside it. */
static bool rest_is_one(const struct grid *g, const struct odd *o)
{
	const struct grid_row *rest = &g->rows[o->rest];

	for (size_t i = 0; i < g->n; i++) {
		const struct grid_row *r = &g->rows[i];
		bool odd = o->who == ODD_PREFERENCE
		               ? r->preference == g->rows[o->row].preference
		               : strcmp(r->host, g->rows[o->row].host) == 0;

		if (!grid_row_over(r) || odd)
			continue;
		if (o->who == ODD_PREFERENCE ? r->preference != rest->preference
		                             : strcmp(r->host, rest->host) != 0)
			return false;
	}
	return true;
}

/* NULL: they are "the others". */
static char *rest_name(const struct grid *g, const struct odd *o)
{
	const struct grid_row *r = &g->rows[o->rest];

	switch (o->who) {
	case ODD_FAMILY: return family_name(r);
	case ODD_HOST: return rest_is_one(g, o) ? host_name(r) : NULL;
	case ODD_PREFERENCE:
		return rest_is_one(g, o) ? preference_name(r) : NULL;
	case ODD_ADDRESS: return o->total == 2 ? grid_place(r) : NULL;
	default: return NULL;
	}
}

static char *rest_words(const struct grid *g, const struct odd *o)
{
	char *name = rest_name(g, o);

	return name ? name : xstrdup(phrase(DIFF_OTHERS));
}

/* ---- what decided ---- */

/* "550 5.7.1", fit to be shown. */
static char *code_of(const struct grid_cell *c)
{
	char *raw = compare_code(c->row), *code = shown(raw, strlen(raw));

	free(raw);
	return code;
}

/* Not in the middle of a character. */
static char *first_words(const char *text)
{
	size_t len = strlen(text);

	if (len > WORDS_MAX)
		for (len = WORDS_MAX; len > 0 &&
		     ((unsigned char)text[len] & 0xC0) == 0x80;)
			len--;
	return shown(text, len);
}

static char *reply_detail(const struct grid_row *r, const struct grid_cell *c)
{
	char *code = code_of(c), *words, *all;
	const char *cause = c->state != GRID_OK && r->sum.cause
	                        ? verdict_cause(r->sum.cause) : "";

	words = *cause || c->state == GRID_OK ? xstrdup(cause)
	                                      : first_words(c->row->text);
	all = xasprintf("%s%s%s", code, !*words ? "" : *cause ? ", " : " ",
	                words);
	free(code);
	free(words);
	return all;
}

char *odd_detail(const struct grid_row *r)
{
	enum grid_step step = grid_decisive(r);
	const struct grid_cell *c = &r->cell[step == GRID_COLUMNS ? 0 : step];

	if (step == GRID_COLUMNS)
		return xstrdup("");
	if (c->code)
		return reply_detail(r, c);
	if (c->state == GRID_FAILED)
		return xasprintf("%s (%s)", fail_words(c->fail),
		                 grid_step_word(step, false));
	return xstrdup("");
}

/* ---- outcomes ---- */

struct outcome_words {
	enum phrase is, all;
};

static const struct outcome_words *outcome(const struct grid_row *r)
{
	static const struct outcome_words
		ok = { DIFF_IS_OK, DIFF_ALL_OK },
		fine = { DIFF_IS_FINE, DIFF_ALL_FINE },
		later = { DIFF_IS_LATER, DIFF_ALL_LATER },
		no = { DIFF_IS_NO, DIFF_ALL_NO },
		unreached = { DIFF_IS_UNREACHED, DIFF_ALL_UNREACHED },
		broken = { DIFF_IS_BROKEN, DIFF_ALL_BROKEN };
	enum grid_step step = grid_decisive(r);

	if (step == GRID_COLUMNS)
		return &broken;
	switch (r->cell[step].state) {
	case GRID_LATER: return &later;
	case GRID_NO: return &no;
	case GRID_FAILED: return step == GRID_TCP ? &unreached : &broken;
	default: return step < GRID_MAIL ? &fine : &ok;
	}
}

/* The sentence for one among others, PHRASE_COUNT: none of its own. */
static enum phrase lone_sentence(const struct grid_row *odd,
                                 const struct grid_row *rest)
{
	static const struct {
		enum phrase rest, odd, say;
	} all[] = {
		{ DIFF_IS_OK, DIFF_IS_NO, DIFF_REFUSES },
		{ DIFF_IS_OK, DIFF_IS_LATER, DIFF_DELAYS },
		{ DIFF_IS_NO, DIFF_IS_OK, DIFF_ACCEPTS },
		{ DIFF_IS_LATER, DIFF_IS_OK, DIFF_TAKES },
		{ DIFF_IS_UNREACHED, DIFF_IS_OK, DIFF_ANSWERS },
		{ DIFF_IS_UNREACHED, DIFF_IS_FINE, DIFF_ANSWERS },
		{ DIFF_IS_OK, DIFF_IS_UNREACHED, DIFF_UNREACHED },
		{ DIFF_IS_FINE, DIFF_IS_UNREACHED, DIFF_UNREACHED },
		{ DIFF_IS_OK, DIFF_IS_BROKEN, DIFF_BREAKS },
		{ DIFF_IS_FINE, DIFF_IS_BROKEN, DIFF_BREAKS },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i].rest == outcome(rest)->is &&
		    all[i].odd == outcome(odd)->is)
			return all[i].say;
	return PHRASE_COUNT;
}

static bool is_good(const struct grid_row *r)
{
	enum grid_step step = grid_decisive(r);

	return step != GRID_COLUMNS && r->cell[step].state == GRID_OK;
}

/* "A so, B so": the good first, else the larger. */
static char *split(const struct grid *g, const struct odd *o, char *odd,
                   char *rest)
{
	const struct grid_row *a = &g->rows[o->row], *b = &g->rows[o->rest];
	bool odd_first = is_good(a) && !is_good(b);

	return say(DIFF_SPLIT, odd_first ? odd : rest,
	           phrase(outcome(odd_first ? a : b)->is),
	           odd_first ? rest : odd,
	           phrase(outcome(odd_first ? b : a)->is), NULL);
}

/* "2 accepted, 1 refused", in the order in which they were met. */
static char *counts(const struct grid *g)
{
	static const enum phrase words[] = { DIFF_IS_OK, DIFF_IS_FINE,
		DIFF_IS_LATER, DIFF_IS_NO, DIFF_IS_BROKEN, DIFF_IS_UNREACHED };
	struct buf b = { 0 };

	for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
		size_t n = 0;

		for (size_t i = 0; i < g->n; i++)
			n += grid_row_over(&g->rows[i]) &&
			     outcome(&g->rows[i])->is == words[k];
		if (n)
			buf_addf(&b, "%s%zu %s", b.len ? ", " : "", n,
			         phrase(words[k]));
	}
	buf_str(&b);
	return buf_steal(&b);
}

/* Takes text and detail; ": detail" behind it where there is one. */
static char *with_detail(char *text, char *detail)
{
	char *both;

	if (!*detail) {
		free(detail);
		return text;
	}
	both = say(DIFF_WHY, text, detail, NULL);
	free(text);
	free(detail);
	return both;
}

static char *outcome_counts(const struct grid *g, const struct odd *o)
{
	char *n = number(o->total), *list = counts(g);
	char *text = say(DIFF_COUNTS, n, list, NULL);

	free(n);
	free(list);
	return text;
}

static char *outcome_text(const struct grid *g, const struct odd *o)
{
	const struct grid_row *odd = &g->rows[o->row];
	const struct grid_row *rest = &g->rows[o->rest], *bad;
	enum phrase alone = lone_sentence(odd, rest);
	char *name, *others, *text;

	if (o->who == ODD_SOME || o->who == ODD_MANY)
		return outcome_counts(g, o);
	name = name_of(g, o);
	others = rest_name(g, o);
	bad = is_good(odd) ? rest : odd;
	if (!others && alone != PHRASE_COUNT) {
		text = say(alone, name, NULL);
	} else {
		if (!others)
			others = xstrdup(phrase(DIFF_OTHERS));
		text = split(g, o, name, others);
	}
	free(name);
	free(others);
	return with_detail(text, odd_detail(bad));
}

static char *all_text(const struct grid *g, const struct odd *o)
{
	char *n = number(grid_over(g));
	char *text = say(outcome(&g->rows[o->rest])->all, n, NULL);

	free(n);
	return text;
}

/* ---- other differences ---- */

static char *starttls_text(const struct grid *g, const struct odd *o)
{
	bool some = o->who == ODD_SOME || o->who == ODD_PREFERENCE;
	bool lacks = !g->rows[o->row].sum.starttls;
	bool one = !some || o->count == 1;
	char *name = name_of(g, o);
	char *text = say(lacks ? one ? DIFF_STARTTLS : DIFF_STARTTLS_SOME
	                       : one ? DIFF_STARTTLS_ONLY : DIFF_STARTTLS_FEW,
	                 name, NULL);

	free(name);
	return text;
}

static char *verify_value(const struct grid_row *r)
{
	const char *id = r->sum.handshake.verify;

	return strcmp(id, "ok") == 0 ? xstrdup(phrase(DIFF_GOOD))
	                             : tls_reason_words(id);
}

static char *value_of(const struct grid_row *r, const struct odd *o)
{
	const struct grid_cell *c = &r->cell[o->step];
	char text[GRID_TEXT_MAX];

	switch (o->what) {
	case ODD_VERIFY: return verify_value(r);
	case ODD_ISSUER:
		return shown(r->sum.handshake.issuer,
		             strlen(r->sum.handshake.issuer));
	case ODD_VERSION:
		return c->state == GRID_FAILED
		           ? xstrdup(fail_words(c->fail))
		           : shown(r->sum.handshake.version,
		                   strlen(r->sum.handshake.version));
	default:
		grid_cell_text(r, o->step, GRID_WHOLE, text);
		return c->count > 1 || !c->row ? xstrdup(text) : code_of(c);
	}
}

static const char *label_of(const struct odd *o)
{
	switch (o->what) {
	case ODD_VERIFY: return phrase(DIFF_GENUINE);
	case ODD_ISSUER: return phrase(DIFF_ISSUER);
	default: return grid_step_word(o->step, false);
	}
}

static char *value_text(const struct grid *g, const struct odd *o)
{
	char *name, *others, *odd, *rest, *text;

	if (o->who == ODD_MANY)
		return say(DIFF_VARIES, label_of(o), NULL);
	name = name_of(g, o);
	others = rest_words(g, o);
	odd = value_of(&g->rows[o->row], o);
	rest = value_of(&g->rows[o->rest], o);
	text = say(DIFF_VALUE, label_of(o), name, odd, others, rest, NULL);
	free(name);
	free(others);
	free(odd);
	free(rest);
	return text;
}

static char *cert_text(const struct grid *g, const struct odd *o)
{
	char *name = grid_place(&g->rows[o->row]);
	char *others = grid_place(&g->rows[o->rest]);
	char *text = say(DIFF_CERT, name, others, NULL);

	free(name);
	free(others);
	return text;
}

/* Keywords of some that others has not; STARTTLS is told elsewhere. */
static char *only_in(const struct ehlo *some, const struct ehlo *others)
{
	struct buf b = { 0 };
	char *word;

	for (size_t i = 0; i < some->n; i++) {
		const char *k = some->caps[i].keyword;

		if (ehlo_find(others, k) || strcmp(k, "STARTTLS") == 0)
			continue;
		word = shown(k, strlen(k));
		buf_addf(&b, "%s%s", b.len ? ", " : "", word);
		free(word);
	}
	buf_str(&b);
	return buf_steal(&b);
}

static char *keywords_text(const struct grid *g, const struct odd *o)
{
	const struct ehlo *a = &g->rows[o->row].sum.ehlo;
	const struct ehlo *b = &g->rows[o->rest].sum.ehlo;
	char *gone, *more, *name, *text;

	if (o->who == ODD_MANY)
		return say(DIFF_VARIES, grid_step_word(o->step, false), NULL);
	gone = only_in(b, a);
	more = only_in(a, b);
	name = name_of(g, o);
	text = !*more ? say(DIFF_LACKS, name, gone, NULL)
	       : *gone ? say(DIFF_EHLO, name, gone, more, NULL)
	               : say(DIFF_MORE, name, more, NULL);
	free(gone);
	free(more);
	free(name);
	return text;
}

static char *time_text(const struct grid *g, const struct odd *o)
{
	uint32_t most = 0, slow = g->rows[o->row].cell[o->step].us;
	char took[16], others[16], *name = name_of(g, o), *text;

	for (size_t i = 0; i < g->n; i++) {
		const struct grid_row *r = &g->rows[i];
		uint32_t us = r->cell[o->step].us;

		if (grid_row_over(r) && us > most &&
		    (uint64_t)us * ODD_SLOW_TIMES <= slow)
			most = us;
	}
	grid_time(took, slow);
	grid_time(others, most);
	text = say(DIFF_SLOW, grid_step_word(o->step, false), name, took,
	           others, NULL);
	free(name);
	return text;
}

static char *difference(const struct grid *g, const struct odd *o)
{
	switch (o->what) {
	case ODD_STARTTLS: return starttls_text(g, o);
	case ODD_CERT: return cert_text(g, o);
	case ODD_KEYWORDS: return keywords_text(g, o);
	case ODD_TIME: return time_text(g, o);
	default: return value_text(g, o);
	}
}

static char *both(enum phrase id, char *a, char *b)
{
	char *text = say(id, a, b, NULL);

	free(a);
	free(b);
	return text;
}

static char *alike_text(const struct grid *g, const struct odd *o)
{
	return with_detail(all_text(g, o), odd_detail(&g->rows[o->rest]));
}

static char *core_text(const struct grid *g, const struct odd *o)
{
	if (grid_over(g) < 2)
		return xstrdup(phrase(grid_over(g) ? DIFF_ONE : DIFF_NONE));
	if (o->what == ODD_OUTCOME)
		return outcome_text(g, o);
	if (o->what == ODD_SAME)
		return alike_text(g, o);
	return both(DIFF_BUT, all_text(g, o), difference(g, o));
}

/* ---- how far it went ---- */

static char *so_far(const struct grid *g, char *text)
{
	char *n = number(grid_over(g)), *all = number(grid_addresses(g));
	char *out = grid_over(g) > 1 ? say(DIFF_SO_FAR, n, all, text, NULL)
	                             : say(DIFF_WAIT, n, all, NULL);

	free(n);
	free(all);
	free(text);
	return out;
}

static char *tried(const struct grid *g, char *text)
{
	char *n = number(grid_tried(g)), *all = number(grid_addresses(g));
	char *out = say(DIFF_TRIED, text, n, all, NULL);

	free(n);
	free(all);
	free(text);
	return out;
}

char *odd_text(const struct grid *g, const struct odd *o)
{
	char *text = core_text(g, o);

	if (grid_tried(g) > grid_over(g) && grid_addresses(g) > 1)
		return so_far(g, text);
	if (grid_over(g) > 1 && grid_tried(g) < grid_addresses(g))
		return tried(g, text);
	return text;
}

char *odd_sentence(const struct grid *g)
{
	struct odd o;

	odd_find(g, &o);
	return odd_text(g, &o);
}
