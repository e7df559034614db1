#include "config.h"

#include <stdlib.h>

#include "knowledge/check_words.h"
#include "knowledge/explain_parts.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { INDENT = 2 }; /* columns a level of the trace */

static enum reply_class class_of(enum grade g)
{
	switch (g) {
	case GRADE_PASS: return CLASS_OK;
	case GRADE_BAD: return CLASS_NO;
	case GRADE_WARN: return CLASS_LATER;
	default: return CLASS_NOTE;
	}
}

static void add_steps(const struct event *e, struct explanation *x)
{
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		uint32_t depth = event_trace(e, i)->depth;
		char *text = check_step(e, i);

		part_step(x, xasprintf("%*s%s", (int)(INDENT * depth), "",
		                       text));
		free(text);
	}
}

/* What it is, what came out, what to do; the trace is in the steps. */
void explain_check(const struct event *e, struct explanation *x)
{
	const struct check_kind *k =
		check_kind_find(event_text(e, e->u.check.id));
	const struct check_say *say =
		check_say_find(event_text(e, e->u.check.say));
	enum grade grade = (enum grade)e->u.check.grade;
	char *label = check_label(e), *next = check_next(e);
	char *subject = shown(event_text(e, e->u.check.subject),
	                      e->u.check.subject.len);

	x->cls = class_of(grade);
	x->confidence = CONF_SURE;
	part_set(&x->title, *subject ? xasprintf("%s: %s", label, subject)
	                             : xstrdup(label));
	part_set(&x->headline, xstrdup(check_grade_word(grade)));
	part_set(&x->summary, check_text(e));
	if (k)
		part_copy(&x->code_text, i18n_pick(k->meaning_en,
		                                   k->meaning_de));
	if (*next)
		part_try(x, TRY_TEXT, xstrdup(next), NULL);
	add_steps(e, x);
	if (k)
		part_refs(x, k->source);
	if (say)
		part_refs(x, say->source);
	free(subject);
	free(next);
	free(label);
}
