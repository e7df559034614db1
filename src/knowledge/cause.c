#include "config.h"

#include "knowledge/cause.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "knowledge/cause_checks.h"

/* What the words say, before anything else is asked. */
struct said {
	struct wording_text all, line;
	const struct provider_row *row; /* of one server or generic, or NULL */
	const struct wording *wording;  /* or NULL */
	enum act act;                   /* ACT_UNKNOWN: no cause named */
	bool specific;                  /* row is that of one server */
};

const char *contradiction_id(unsigned i)
{
	static const char *const ids[CONTRADICTIONS] = { "class", "cause",
		"words", "lines", "check" };

	return ids[i];
}

bool cause_by_code(const struct cause *j)
{
	return j->evidence == EVIDENCE_ENHANCED ||
	       (j->agreed && (!j->row || provider_is_generic(j->row)));
}

static enum act act_of(const char *name)
{
	int a = act_find(name);

	return a < 0 ? ACT_UNKNOWN : (enum act)a;
}

static enum act category_act(const char *id, const char *own)
{
	const struct category *c = category_find(id);

	if (*own)
		return act_of(own);
	return c ? act_of(c->act) : ACT_UNKNOWN;
}

static enum act row_act(const struct provider_row *row)
{
	return category_act(row->category, row->act);
}

static enum act wording_act(const struct wording *w)
{
	return category_act(w->category, w->act);
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

static bool is_sender(enum act a)
{
	return a == ACT_SENDER_ADDRESS || a == ACT_SENDER_HOST ||
	       a == ACT_SENDER_AUTH || a == ACT_RATE;
}

static bool opposite(enum act a, enum act b)
{
	return (a == ACT_RECIPIENT && is_sender(b)) ||
	       (b == ACT_RECIPIENT && is_sender(a));
}

/* X.1.0 and the like name a subject only. */
static enum act detail_act(const struct enhanced_code *detail)
{
	return detail ? act_of(detail->act) : ACT_UNKNOWN;
}

static void quote(struct cause *j, const struct wording_text *t, size_t from,
                  size_t to)
{
	size_t len;

	if (from < t->head)
		from = t->head;
	len = to > from ? to - from : 0;
	if (len > WORDS_MAX) {
		from += len - WORDS_MAX;
		len = WORDS_MAX;
	}
	memcpy(j->words, t->said + from, len);
	j->words[len] = '\0';
}

/* ---- the words ---- */

/* The wording of one server: the last line alone first, then all that says
 * something together, for many rows know more than one line. */
static void find_row(const struct reply_view *v, struct said *s)
{
	struct wording_text whole = s->all;

	if (v->n_end > 1) {
		s->row = provider_find_text(v->code, s->line.lower, false);
		if (s->row)
			whole = s->line;
	}
	if (!s->row)
		s->row = provider_find_text(v->code, s->all.lower, false);
	if (!s->row && v->n_end > 1) { /* with what stands in every refusal */
		memcpy(whole.said, v->match, sizeof whole.said);
		memcpy(whole.lower, v->lower, sizeof whole.lower);
		s->row = provider_find_text(v->code, whole.lower, false);
	}
	s->specific = s->row;
	if (s->row)
		s->all = whole;
}

static bool is_line_said(const struct reply_view *v, size_t i,
                         struct wording_text *line)
{
	wording_text(v, i, line);
	return wording_says(line);
}

/* The last line that says something; the last of all where none does. */
static size_t last_line(const struct reply_view *v, struct said *s)
{
	for (size_t i = v->n_end; i-- > 0;)
		if (is_line_said(v, i, &s->line))
			return i;
	if (v->n_end)
		wording_text(v, v->n_end - 1, &s->line);
	else
		wording_text(v, SIZE_MAX, &s->line);
	return v->n_end ? v->n_end - 1 : 0;
}

/* Words of any server, from the last line up. A line further up that speaks
 * of the other side makes a contradiction. */
static void find_wording(const struct reply_view *v, size_t last,
                         struct said *s, struct cause *j)
{
	struct wording_text line = s->line;
	size_t from, to;

	for (size_t i = last + 1; i-- > 0 && v->n_end;) {
		const struct wording *w;

		if (i != last && !is_line_said(v, i, &line))
			continue;
		w = wording_find(&line, &from, &to);
		if (w && !s->wording) {
			s->wording = w;
			quote(j, &line, from, to);
		} else if (w && opposite(wording_act(w),
		                         wording_act(s->wording))) {
			j->contradictions |= CONTRA_LINES;
		}
	}
}

/* Whose words count: those of one server, unless they name no cause and the
 * others do. */
static void read_words(const struct reply_view *v, struct said *s,
                       struct cause *j)
{
	size_t last = last_line(v, s), from, to;
	const struct provider_row *generic;

	wording_text(v, SIZE_MAX, &s->all);
	find_row(v, s);
	find_wording(v, last, s, j);
	s->act = s->row ? row_act(s->row) : ACT_UNKNOWN;
	if (s->row && (s->act != ACT_UNKNOWN || !s->wording ||
	               wording_act(s->wording) == ACT_UNKNOWN)) {
		provider_words(s->row, s->all.lower, &from, &to);
		quote(j, &s->all, from, to);
		return;
	}
	s->row = NULL;
	s->specific = false;
	generic = provider_find_text(v->code, s->all.lower, true);
	if (s->wording) {
		s->act = wording_act(s->wording);
		if (generic && strcmp(generic->category,
		                      s->wording->category) == 0)
			s->row = generic; /* it says it in more words */
	} else if (generic) {
		s->row = generic;
		s->act = row_act(generic);
		provider_words(generic, s->all.lower, &from, &to);
		quote(j, &s->all, from, to);
	}
}

/* ---- weighing ---- */

static void by_words(struct cause *j, const struct said *s)
{
	bool wording = s->wording && !s->specific;
	const char *lower = s->all.lower;

	j->row = s->row;
	j->category = category_find(wording ? s->wording->category
	                                    : s->row->category);
	j->act = s->act;
	j->evidence = EVIDENCE_WORDING;
	j->confidence = CONF_LIKELY;
	snprintf(j->rule, sizeof j->rule, "wording:%s",
	         wording ? s->wording->id : s->row->id);
	if (j->category && words_in(j->category->words, lower)) {
		j->evidence = EVIDENCE_TEXT;
		j->confidence = CONF_SURE;
	} else if (!wording && strcmp(s->row->confidence, "high") != 0) {
		j->confidence = CONF_GUESS;
	}
}

static void by_enhanced(struct cause *j, const struct reply_view *v,
                        enum act act)
{
	j->act = act;
	j->evidence = EVIDENCE_ENHANCED;
	j->confidence = CONF_LIKELY;
	snprintf(j->rule, sizeof j->rule, "enhanced:%s", v->enhanced);
	snprintf(j->words, sizeof j->words, "%s", v->enhanced);
}

/* Words that name no cause, or none at all, and an enhanced code that does. */
static void by_code_alone(struct cause *j, const struct reply_view *v,
                          const struct said *s)
{
	enum act act = detail_act(j->detail);
	bool other_side = act == ACT_RECIPIENT
	                      ? wording_hints_sender(s->all.lower)
	                      : is_sender(act) &&
	                            wording_hints_recipient(s->all.lower) &&
	                            !wording_hints_sender(s->all.lower);

	if ((s->wording || s->row) && act == ACT_RECIPIENT)
		other_side = true; /* "policy" is no word for a mailbox */
	if (other_side) {
		j->contradictions |= CONTRA_CAUSE;
		return;
	}
	by_enhanced(j, v, act);
}

/* Both name a cause. */
static void both(struct cause *j, const struct said *s)
{
	enum act code = detail_act(j->detail);

	by_words(j, s);
	if (code == s->act) {
		j->agreed = true;
		j->confidence = CONF_SURE;
		return;
	}
	j->contradictions |= CONTRA_CAUSE;
	if (!s->specific && opposite(code, s->act))
		j->confidence = CONF_GUESS;
}

/* "5.1.X" says whose address it is about only where the words do not speak of
 * the other side. */
static void by_subject(struct cause *j, const struct reply_view *v,
                       const struct said *s)
{
	const struct enhanced_code *subject = enhanced_subject(v->enhanced);
	enum act act = subject ? act_of(subject->act) : ACT_UNKNOWN;

	if (act == ACT_UNKNOWN ||
	    (act == ACT_RECIPIENT && wording_hints_sender(s->all.lower)))
		return;
	if (strcmp(subject->code, "X.1.X") == 0 &&
	    !wording_hints_recipient(s->all.lower))
		return; /* an address: the sender has one, too */
	if (act == ACT_SERVER && v->code / 100 == 5)
		return; /* 5.3.0 is what some servers refuse anything with */
	by_enhanced(j, v, act);
	j->confidence = CONF_GUESS;
	snprintf(j->rule, sizeof j->rule, "subject:%.*s.X",
	         (int)(strrchr(v->enhanced, '.') - v->enhanced), v->enhanced);
}

/* The code in reply to this command. The recipient is blamed for it only
 * where nothing speaks of the sending side (RFC 5321 §4.2.3: 550 and 553 are
 * given for either). */
static void by_command(struct cause *j, const struct reply_view *v,
                       const struct said *s,
                       const struct explain_context *ctx)
{
	enum act act = j->meaning ? act_of(j->meaning->act) : ACT_UNKNOWN;
	bool policy = strncmp(v->enhanced + 1, ".7.", 3) == 0;

	if (act == ACT_UNKNOWN)
		return;
	if (act == ACT_RECIPIENT &&
	    (policy || wording_hints_sender(s->all.lower)))
		return;
	if (is_sender(act) && !before_mail(ctx->verb) &&
	    strcmp(ctx->verb, "MAIL") != 0 &&
	    wording_hints_recipient(s->all.lower) &&
	    !wording_hints_sender(s->all.lower))
		return;
	j->act = act;
	j->confidence = act == ACT_RECIPIENT ? CONF_GUESS : CONF_LIKELY;
	if (j->evidence)
		return; /* words there are, and they do not say who */
	j->evidence = EVIDENCE_CODE;
	snprintf(j->rule, sizeof j->rule, "code:%s%s%03u", ctx->verb,
	         *ctx->verb ? " " : "", v->code % 1000);
	snprintf(j->words, sizeof j->words, "%03u", v->code % 1000);
}

static void weigh(struct cause *j, const struct reply_view *v,
                  const struct said *s, const struct explain_context *ctx)
{
	bool code = detail_act(j->detail) != ACT_UNKNOWN;
	bool words = s->act != ACT_UNKNOWN;

	if (words && code)
		both(j, s);
	else if (words)
		by_words(j, s);
	else if (code)
		by_code_alone(j, v, s);
	if (j->act == ACT_UNKNOWN && (s->wording || s->row) && !j->evidence)
		by_words(j, s);
	if (j->act == ACT_UNKNOWN && !words && !code)
		by_subject(j, v, s);
	if (j->act == ACT_UNKNOWN && !(j->contradictions & CONTRA_CAUSE))
		by_command(j, v, s, ctx);
}

static unsigned digit_contradictions(const struct reply_view *v,
                                     const char *lower)
{
	char first = (char)('0' + v->code / 100 % 10);
	bool class = *v->enhanced && v->enhanced[0] != first;
	unsigned bits = class ? CONTRA_CLASS : 0;

	/* 450 5.1.1 "user unknown": the enhanced code said it already */
	if (contradiction_find(first, lower) && !(first == '4' && class))
		bits |= CONTRA_WORDS;
	return bits;
}

/* What has been found without a doubt is doubted when two sources differ. */
static void settle(struct cause *j)
{
	if (j->contradictions && j->confidence == CONF_SURE)
		j->confidence = CONF_LIKELY;
	if (j->act == ACT_UNKNOWN)
		j->confidence = CONF_GUESS;
}

/* Nothing has to be blamed. */
static void find_good(struct cause *j, const struct reply_view *v)
{
	unsigned first = v->code / 100;

	j->act = j->meaning ? act_of(j->meaning->act)
	       : first == 2 || first == 3 ? ACT_NOBODY : ACT_SERVER;
	j->evidence = EVIDENCE_CODE;
	j->confidence = CONF_SURE;
	j->contradictions = digit_contradictions(v, v->lower);
}

void cause_find(const struct reply_view *v, const struct explain_context *ctx,
           struct cause *out)
{
	unsigned first = v->code / 100;
	struct said s = { .act = ACT_UNKNOWN };
	enum act act;

	*out = (struct cause){ .act = ACT_UNKNOWN,
		               .confidence = CONF_GUESS };
	out->meaning = *ctx->verb ? meaning_find(ctx->verb, v->code, ctx->state)
	                          : meaning_find("", v->code, ctx->state);
	out->detail = enhanced_detail(v->enhanced);
	if (first != 4 && first != 5) {
		find_good(out, v);
		settle(out);
		return;
	}
	read_words(v, &s, out);
	weigh(out, v, &s, ctx);
	out->contradictions |= digit_contradictions(v, s.all.lower);
	act = possible(out, ctx->verb);
	if (act != out->act && out->confidence == CONF_SURE)
		out->confidence = CONF_LIKELY;
	out->act = act;
	cause_checks(out, v, ctx);
	settle(out);
}
