#include "config.h"

#include "knowledge/explain_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ehlo.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const char *const unasked = "(UNASKED)";

static enum reply_class class_of(unsigned code)
{
	switch (code / 100) {
	case 2:
		return CLASS_OK;
	case 3:
		return CLASS_GO_ON;
	case 4:
		return CLASS_LATER;
	case 5:
		return CLASS_NO;
	default:
		return CLASS_NONE;
	}
}

static void headline(const char *verb, struct explanation *x)
{
	static const struct {
		enum phrase head, summary;
	} texts[] = {
		[CLASS_NONE] = { HEAD_NONE, SUM_NONE },
		[CLASS_OK] = { HEAD_OK, SUM_OK },
		[CLASS_GO_ON] = { HEAD_GO_ON, SUM_GO_ON },
		[CLASS_LATER] = { HEAD_LATER, SUM_LATER },
		[CLASS_NO] = { HEAD_NO, SUM_NO },
	};

	part_copy(&x->headline, phrase(texts[x->cls].head));
	part_copy(&x->summary, phrase(texts[x->cls].summary));
	if (x->cls == CLASS_OK && strcmp(verb, "QUIT") == 0)
		part_copy(&x->summary, phrase(SUM_BYE));
	else if (x->cls == CLASS_OK && strcmp(verb, "(CONNECT)") == 0)
		part_copy(&x->summary, phrase(SUM_READY));
}

/* "450 4.2.0 after RCPT" */
static void title(const struct reply_view *v, const char *verb,
                  struct explanation *x)
{
	char codes[32];

	snprintf(codes, sizeof codes, "%03u%s%s", v->code % 1000,
	         *v->enhanced ? " " : "", v->enhanced);
	if (strcmp(verb, "(CONNECT)") == 0)
		part_set(&x->title, say(TITLE_GREETING, codes, NULL));
	else if (strcmp(verb, "(EARLY)") == 0)
		part_set(&x->title, say(TITLE_EARLY, codes, NULL));
	else if (strcmp(verb, unasked) == 0)
		part_set(&x->title, say(TITLE_UNASKED, codes, NULL));
	else if (strcmp(verb, "(END OF DATA)") == 0)
		part_set(&x->title, say(TITLE_AFTER_DOT, codes, NULL));
	else if (*verb)
		part_set(&x->title, say(TITLE_AFTER, codes, verb, NULL));
	else
		part_copy(&x->title, codes);
	codes[3] = '\0';
	part_copy(&x->chip, codes);
}

static void part(struct explain_part *p, char *key, const char *brief,
                 char *text)
{
	*p = (struct explain_part){ key, xstrdup(brief), text };
}

/* Another code of the table that differs in the last digit only; 0 none. */
static unsigned sibling(unsigned code)
{
	static const unsigned well_known[] = { 450, 451, 250, 251, 550, 551,
		500, 501, 220, 221, 530, 535, 211, 214 };

	for (size_t i = 0; i < sizeof well_known / sizeof *well_known; i++)
		if (well_known[i] / 10 == code / 10 && well_known[i] != code)
			return well_known[i];
	return 0;
}

static void third_digit(const struct reply_view *v, struct explanation *x)
{
	char here[12], other[12];
	unsigned near = sibling(v->code);

	snprintf(here, sizeof here, "%03u", v->code % 1000);
	snprintf(other, sizeof other, "%03u", near);
	part(&x->digits[2], xstrdup(here + 2), phrase(DIGIT3_BRIEF),
	     near ? say(DIGIT3_TELLS, here, other, NULL)
	          : xstrdup(phrase(DIGIT3_BRIEF)));
	x->n_digits = 3;
}

static void digits(const struct reply_view *v, struct explanation *x)
{
	char first = (char)('0' + v->code / 100 % 10);
	char second = (char)('0' + v->code / 10 % 10);
	const struct first_digit *one = first_digit_find(first);
	const struct second_digit *two = second_digit_find(second);

	if (!one) { /* 0, 6 to 9: no reply code at all, RFC 5321 §4.2 */
		part(&x->digits[0], xmemdup0(&first, 1), phrase(DIGIT1_BAD),
		     xstrdup(phrase(DIGIT1_BAD)));
		x->n_digits = 1;
		return;
	}
	part(&x->digits[0], xmemdup0(&first, 1),
	     i18n_pick(one->brief_en, one->brief_de),
	     xstrdup(i18n_pick(one->line_en, one->line_de)));
	part(&x->digits[1], xmemdup0(&second, 1),
	     two ? i18n_pick(two->brief_en, two->brief_de)
	         : phrase(DIGIT_UNDEFINED),
	     xstrdup(two ? i18n_pick(two->line_en, two->line_de)
	                 : phrase(DIGIT_UNDEFINED)));
	third_digit(v, x);
}

static void enhanced_part(struct explain_part *p, const char *number,
                          size_t len, const struct enhanced_code *row)
{
	const char *brief, *text;

	if (!row) {
		brief = text = phrase(ENHANCED_UNKNOWN);
	} else if (*row->brief_en) {
		brief = i18n_pick(row->brief_en, row->brief_de);
		text = i18n_pick(row->line_en, row->line_de);
	} else {
		brief = text = i18n_pick(row->title_en, row->title_de);
	}
	part(p, xmemdup0(number, len), brief, xstrdup(text));
}

static void enhanced(const struct reply_view *v, struct explanation *x)
{
	const char *subject = strchr(v->enhanced, '.');
	const char *detail = subject ? strchr(subject + 1, '.') : NULL;

	if (!detail)
		return;
	enhanced_part(&x->enhanced[0], v->enhanced,
	              (size_t)(subject - v->enhanced),
	              enhanced_class(v->enhanced));
	enhanced_part(&x->enhanced[1], subject + 1,
	              (size_t)(detail - subject - 1),
	              enhanced_subject(v->enhanced));
	enhanced_part(&x->enhanced[2], detail + 1, strlen(detail + 1),
	              enhanced_detail(v->enhanced));
	x->n_enhanced = 3;
}

/* The code as the answer to this command; else what it means in general. */
static void code_text(const struct reply_view *v,
                      const struct explain_context *ctx,
                      const struct cause *j, struct explanation *x)
{
	const struct reply_code *known = reply_code_find(v->code);
	const struct meaning *m = j->meaning;

	if (m && !*m->verb && (!*ctx->verb || strchr(m->code, 'x')))
		m = NULL; /* the table of codes says more than the class */
	if (m)
		part_copy(&x->code_text, i18n_pick(m->text_en, m->text_de));
	else if (known)
		part_copy(&x->code_text,
		          i18n_pick(known->explain_en, known->explain_de));
	else if (x->cls != CLASS_NONE)
		part_copy(&x->code_text, phrase(CODE_UNLISTED));
	else
		part_copy(&x->code_text, phrase(CODE_NONE));
	if (m)
		part_refs(x, m->source);
	else if (known)
		part_refs(x, known->source);
	else
		part_refs(x, "RFC 5321 §4.2.1, §4.3.2");
	if (known && (strcmp(known->status, "nonstandard") == 0 ||
	              strcmp(known->status, "unofficial") == 0))
		part_note(x, say(NOTE_NOT_STANDARD, NULL));
}

static const char *cause_label(const struct cause *j)
{
	if (j->category)
		return i18n_pick(j->category->label_en, j->category->label_de);
	return "";
}

/* How the cause came to be known, beside the cause. */
static void evidence(const struct reply_view *v,
                     const struct explain_context *ctx,
                     const struct cause *j, struct explanation *x)
{
	struct grounds g;

	grounds_of_cause(j, v, ctx, &g);
	if (j->agreed && cause_by_code(j))
		part_copy(&x->evidence, phrase(EVIDENCE_BOTH));
	else if (j->evidence == EVIDENCE_TEXT)
		part_copy(&x->evidence, phrase(EVIDENCE_SAYS));
	else if (j->evidence == EVIDENCE_WORDING)
		part_copy(&x->evidence, phrase(EVIDENCE_TYPICAL));
	else
		part_set(&x->evidence, grounds_why(&g));
}

/* The first check that supports the cause, as a label and what it means. */
static void likely_check(const struct explain_context *ctx,
                         const struct cause *j, struct explanation *x)
{
	for (size_t i = 0; ctx->checks && i < ctx->checks->n; i++) {
		const struct check_kind *k = ctx->checks->items[i].kind;

		if (!(j->supports >> i & 1))
			continue;
		part_set(&x->likely,
		         say(LIKELY_CAUSE, i18n_pick(k->label_en, k->label_de),
		             i18n_pick(k->meaning_en, k->meaning_de), NULL));
		return;
	}
}

static void likely(const struct reply_view *v,
                   const struct explain_context *ctx, const struct cause *j,
                   struct explanation *x)
{
	const struct enhanced_code *d = j->detail;
	const struct category *c = j->category;
	bool by_code = cause_by_code(j);

	if (x->cls != CLASS_LATER && x->cls != CLASS_NO)
		return;
	if (j->evidence == EVIDENCE_CHECK)
		likely_check(ctx, j, x);
	else if (j->row && !by_code)
		part_set(&x->likely,
		         say(LIKELY_CAUSE, cause_label(j),
		             i18n_pick(j->row->meaning_en, j->row->meaning_de),
		             NULL));
	else if (c && !by_code)
		part_copy(&x->likely, i18n_pick(c->label_en, c->label_de));
	else if (d && !*d->brief_en)
		part_set(&x->likely,
		         say(LIKELY_CAUSE, i18n_pick(d->title_en, d->title_de),
		             i18n_pick(d->explain_en, d->explain_de), NULL));
	if (x->likely)
		evidence(v, ctx, j, x);
}

/* "any" of the table stands for no provider in particular. */
static void provider(const struct cause *j, struct explanation *x)
{
	if (j->row && strncmp(j->row->provider, "any", 3) != 0)
		part_copy(&x->provider, j->row->provider);
}

static void who(const struct cause *j, struct explanation *x)
{
	const struct category *c = j->category;
	enum phrase act = (enum phrase)(WHO_NOBODY + (int)j->act);

	part_act(x, j->act);
	if (c && !(j->row && *j->row->act) &&
	    strcmp(c->act, act_name(j->act)) == 0)
		part_copy(&x->who, i18n_pick(c->who_en, c->who_de));
	else if (j->row && *j->row->act)
		part_set(&x->who,
		         say(WHO_ROW, phrase(act),
		             i18n_pick(j->row->next_en, j->row->next_de),
		             NULL));
}

static void mta(const struct explain_context *ctx, const struct cause *j,
                struct explanation *x)
{
	if (x->cls == CLASS_NONE)
		part_copy(&x->mta, phrase(MTA_NONE));
	else if (j->meaning)
		part_copy(&x->mta, cause_mta(j->meaning->mta));
	if (x->cls == CLASS_LATER)
		part_refs(x, "RFC 5321 §4.5.4.1");
	if (strcmp(ctx->verb, "RCPT") == 0 && x->cls == CLASS_NO &&
	    ctx->rcpt_ok)
		part_note(x, say(NOTE_OTHERS_STAY, NULL));
}

void explain_grounds(const struct grounds *g, struct explanation *x)
{
	char *note;

	for (unsigned i = 0; (note = grounds_note(g, i)); i++)
		part_note(x, note);
	if (g->contradictions & CONTRA_CLASS)
		part_refs(x, "RFC 2034 §4");
}

/* Where code, enhanced code, words, order and checks do not go together. */
static void contradictions(const struct reply_view *v,
                           const struct explain_context *ctx,
                           const struct cause *j, struct explanation *x)
{
	struct grounds g;
	char code[12];

	snprintf(code, sizeof code, "%03u", v->code % 1000);
	grounds_of_cause(j, v, ctx, &g);
	explain_grounds(&g, x);
	if (*ctx->verb && ctx->verb[0] != '(' && x->cls != CLASS_NONE) {
		enum verb verb = command_find(ctx->verb, strlen(ctx->verb));

		if (verb != VERB_OTHER && !command_expects(verb, v->code) &&
		    !reply_code_find(v->code))
			part_note(x, say(NOTE_UNEXPECTED, code, ctx->verb,
			                 NULL));
	}
}

static void more_refs(const struct cause *j, struct explanation *x)
{
	if (j->detail)
		part_refs(x, j->detail->source);
	if (j->category)
		part_refs(x, j->category->source);
}

void explain_software(const struct identity *i, struct explanation *x)
{
	char *title = identity_title(i);

	part_copy(&x->provider, i->name);
	part_set(&x->likely,
	         say(i->hosted ? LIKELY_OPERATOR : LIKELY_SOFTWARE, title,
	             i18n_pick(i->note_en, i->note_de), NULL));
	part_copy(&x->evidence, phrase(EVIDENCE_TYPICAL));
	x->confidence = i->confidence;
	free(title);
}

/* The server's software, where its wording gives it away. */
static void software(const struct reply_view *v,
                     const struct explain_context *ctx, struct explanation *x)
{
	bool greeting = v->code == 220 && strcmp(ctx->verb, "STARTTLS") != 0;
	enum identify_place place =
	    greeting ? PLACE_GREETING
	             : v->code == 211 || v->code == 214 ? PLACE_HELP
	                                                : PLACE_REPLY;
	struct identity i;

	if (identify_one(place, v->match, strlen(v->match), &i))
		explain_software(&i, x);
}

void explain_reply_view(const struct reply_view *v,
                        const struct explain_context *ctx,
                        const struct surroundings *at, struct explanation *x)
{
	const struct contrast *c = contrast_find(v->code);
	struct cause j;

	cause_find(v, ctx, &j);
	x->cls = class_of(v->code);
	x->confidence = j.confidence;
	title(v, ctx->verb, x);
	headline(ctx->verb, x);
	digits(v, x);
	enhanced(v, x);
	code_text(v, ctx, &j, x);
	part_set(&x->said, xmemdup0(v->said.data, v->said.len));
	likely(v, ctx, &j, x);
	provider(&j, x);
	who(&j, x);
	mta(ctx, &j, x);
	if (c)
		part_copy(&x->not_same, i18n_pick(c->text_en, c->text_de));
	contradictions(v, ctx, &j, x);
	more_refs(&j, x);
	if (x->cls == CLASS_OK)
		software(v, ctx, x);
	explain_tries(v, ctx, &j, at, x);
}
