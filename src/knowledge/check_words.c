#include "config.h"

#include "knowledge/check_words.h"

#include <string.h>

#include "core/finding.h"
#include "knowledge/say.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { ARGS_MAX = 9 }; /* %1 to %9 */

static const struct check_kind kinds[] = {
#define CHECK_KIND(...) { __VA_ARGS__ },
#include "knowledge/check_kinds.inc"
#undef CHECK_KIND
};

static const struct check_say says[] = {
#define CHECK_SAY(...) { __VA_ARGS__ },
#include "knowledge/check_says.inc"
#undef CHECK_SAY
};

const struct check_kind *check_kind_at(size_t i)
{
	return i < sizeof kinds / sizeof *kinds ? &kinds[i] : NULL;
}

const struct check_say *check_say_at(size_t i)
{
	return i < sizeof says / sizeof *says ? &says[i] : NULL;
}

const struct check_kind *check_kind_find(const char *id)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].id, id) == 0)
			return &kinds[i];
	return NULL;
}

const struct check_say *check_say_find(const char *id)
{
	for (size_t i = 0; i < sizeof says / sizeof *says; i++)
		if (strcmp(says[i].id, id) == 0)
			return &says[i];
	return NULL;
}

char *check_label(const struct event *e)
{
	const char *id = event_text(e, e->u.check.id);
	const struct check_kind *k = check_kind_find(id);

	return k ? xstrdup(i18n_pick(k->label_en, k->label_de))
	         : shown(id, e->u.check.id.len);
}

static char *render(const struct event *e, const char *text,
                    struct ev_ref list)
{
	const char *args[ARGS_MAX];
	size_t n = list.len < ARGS_MAX ? list.len : ARGS_MAX;

	for (size_t i = 0; i < n; i++)
		args[i] = event_item_text(e, list, (uint32_t)i);
	return say_text(text, args, n);
}

/* A finding may be a step of a check, too. From another version: the name of
 * the sentence is all there is. */
static char *sentence(const struct event *e, struct ev_ref id,
                      struct ev_ref args)
{
	const struct check_say *say = check_say_find(event_text(e, id));
	const struct finding_info *f = finding_find(event_text(e, id));

	if (say)
		return render(e, i18n_pick(say->text_en, say->text_de), args);
	return f ? render(e, i18n_pick(f->text_en, f->text_de), args)
	         : shown(event_text(e, id), id.len);
}

char *check_text(const struct event *e)
{
	return sentence(e, e->u.check.say, e->u.check.args);
}

static char *next_step(const struct event *e, struct ev_ref id,
                       struct ev_ref args)
{
	const struct check_say *say = id.len ? check_say_find(event_text(e, id))
	                                     : NULL;

	return say ? render(e, i18n_pick(say->next_en, say->next_de), args)
	           : xstrdup("");
}

char *check_next(const struct event *e)
{
	return next_step(e, e->u.check.say, e->u.check.args);
}

char *check_advice(const struct event *e)
{
	return next_step(e, e->u.verdict.advice, e->u.verdict.advice_args);
}

char *check_step(const struct event *e, uint32_t i)
{
	const struct ev_trace *step = event_trace(e, i);

	return sentence(e, step->say, step->args);
}

bool checks_made(const struct dialog_now *now)
{
	for (size_t i = 0; i < now->n_checks; i++) {
		const struct event *e = now->checks[i];

		if (!trial_of_check(event_text(e, e->u.check.id)))
			return true;
	}
	return false;
}

const char *check_side(const struct event *e)
{
	const struct check_kind *k =
		check_kind_find(event_text(e, e->u.check.id));

	if (!k)
		return "";
	if (strcmp(k->side, "sender") == 0)
		return _("The sending side");
	return strcmp(k->side, "receiver") == 0 ? _("The receiving side")
	                                        : _("Experiments");
}

const char *check_grade_word(enum grade g)
{
	static const char *const words[GRADE_COUNT] = {
		[GRADE_PASS] = N_("good"), [GRADE_NOTE] = N_("note"),
		[GRADE_WARN] = N_("warning"), [GRADE_BAD] = N_("bad"),
		[GRADE_UNKNOWN] = N_("unknown"),
	};

	return _(words[g]);
}
