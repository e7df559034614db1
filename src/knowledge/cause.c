#include "config.h"

#include "knowledge/cause.h"

#include <string.h>

static enum act act_of(const char *name)
{
	int a = act_find(name);

	return a < 0 ? ACT_UNKNOWN : (enum act)a;
}

static bool is_generic(const struct provider_row *row)
{
	return strncmp(row->id, "generic-", strlen("generic-")) == 0;
}

static enum act row_act(const struct cause *j)
{
	if (*j->row->act)
		return act_of(j->row->act);
	return j->category ? act_of(j->category->act) : ACT_UNKNOWN;
}

static bool verb_in(const char *verb, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(verb, *list) == 0)
			return true;
	return false;
}

static bool before_mail(const char *verb)
{
	static const char *const verbs[] = { "(CONNECT)", "EHLO", "HELO",
		"LHLO", NULL };

	return verb_in(verb, verbs);
}

static bool before_message(const char *verb)
{
	static const char *const verbs[] = { "MAIL", "RCPT", "DATA", NULL };

	return before_mail(verb) || verb_in(verb, verbs);
}

/* Filters of content cannot have read what has not been sent yet. */
static bool about_content(const struct category *c)
{
	return c && (strcmp(c->id, "spam-content") == 0 ||
	             strcmp(c->id, "virus") == 0 ||
	             strcmp(c->id, "policy-content") == 0);
}

/* What the dialog has not named yet cannot be the reason. */
static enum act possible(const struct cause *j, const char *verb)
{
	if (j->act == ACT_RECIPIENT && before_mail(verb))
		return ACT_SENDER_HOST;
	if (j->act == ACT_RECIPIENT && strcmp(verb, "MAIL") == 0)
		return ACT_SENDER_ADDRESS;
	if (j->act == ACT_SENDER_ADDRESS && before_mail(verb))
		return ACT_SENDER_HOST;
	if (j->act == ACT_MESSAGE && about_content(j->category) &&
	    before_message(verb))
		return ACT_SENDER_HOST;
	return j->act;
}

/* X.1.0 and the like name a subject only. */
static bool names_cause(const struct enhanced_code *detail)
{
	return detail && act_of(detail->act) != ACT_UNKNOWN;
}

static void weigh(struct cause *j, const struct reply_view *v)
{
	const struct enhanced_code *subject = enhanced_subject(v->enhanced);
	bool specific = j->row && !is_generic(j->row);

	j->confidence = CONF_LIKELY;
	if (j->row && (specific || !names_cause(j->detail))) {
		j->act = row_act(j);
		j->evidence = EVIDENCE_WORDING;
		if (j->category && words_in(j->category->words, v->lower)) {
			j->evidence = EVIDENCE_TEXT;
			j->confidence = CONF_SURE;
		} else if (strcmp(j->row->confidence, "high") != 0) {
			j->confidence = CONF_GUESS;
		}
	} else if (names_cause(j->detail)) {
		j->act = act_of(j->detail->act);
		j->evidence = EVIDENCE_ENHANCED;
		if (j->row && row_act(j) == j->act)
			j->confidence = CONF_SURE;
	} else if (subject && act_of(subject->act) != ACT_UNKNOWN) {
		j->act = act_of(subject->act);
		j->evidence = EVIDENCE_ENHANCED;
		j->confidence = CONF_GUESS;
	}
	if (j->act == ACT_UNKNOWN && j->meaning) {
		j->act = act_of(j->meaning->act);
		if (!j->evidence)
			j->evidence = EVIDENCE_CODE;
	}
	if (j->act == ACT_UNKNOWN)
		j->confidence = CONF_GUESS;
}

/* Two sources that disagree: neither is sure. */
static void compare(struct cause *j, const struct reply_view *v)
{
	char first = (char)('0' + v->code / 100 % 10);

	j->class_differs = *v->enhanced && v->enhanced[0] != first;
	if (j->row && names_cause(j->detail)) {
		enum act by_row = row_act(j);

		j->act_differs = by_row != ACT_UNKNOWN &&
		                 by_row != act_of(j->detail->act);
	}
	if ((j->class_differs || j->act_differs) && j->confidence == CONF_SURE)
		j->confidence = CONF_LIKELY;
}

void cause_find(const struct reply_view *v, const struct explain_context *ctx,
           struct cause *out)
{
	unsigned first = v->code / 100;

	*out = (struct cause){ .act = ACT_UNKNOWN };
	out->meaning = *ctx->verb ? meaning_find(ctx->verb, v->code, ctx->state)
	                          : meaning_find("", v->code, ctx->state);
	out->detail = enhanced_detail(v->enhanced);
	if (first != 4 && first != 5) { /* nothing has to be blamed */
		out->act = out->meaning ? act_of(out->meaning->act)
		         : first == 2 || first == 3 ? ACT_NOBODY
		                                    : ACT_SERVER;
		out->evidence = EVIDENCE_CODE;
		out->confidence = CONF_SURE;
		out->class_differs = *v->enhanced &&
		                     v->enhanced[0] != (char)('0' + first);
		return;
	}
	out->row = provider_find(v);
	if (out->row)
		out->category = category_find(out->row->category);
	weigh(out, v);
	compare(out, v);
	out->act = possible(out, ctx->verb);
}
