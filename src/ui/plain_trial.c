#include "config.h"

#include <stdlib.h>

#include "ui/plain_state.h"
#include "ui/trial_view.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static void list(struct plain *p, const struct trial_view *v)
{
	for (int k = TRIAL_NONE + 1; k < TRIAL_COUNT; k++) {
		struct trial t = { .kind = (enum trial_kind)k };
		const char *why = trial_view_objection(v, &t);
		char *line = xasprintf(":try %-12s %s", trial_word(t.kind),
		                       why ? why : trial_view_label(t.kind));

		plain_print(p, "", line);
		free(line);
	}
}

static void ask(struct plain *p, const struct trial_view *v,
                const struct trial *t)
{
	const char *why = trial_view_objection(v, t);
	char *text;

	if (why) {
		plain_print(p, "", why);
		return;
	}
	text = trial_view_question(v, t);
	plain_print(p, "", text);
	plain_print(p, "", _("y begins, anything else does not."));
	free(text);
	p->trial = trial_text(t);
}

void plain_try(struct plain *p, const char *text)
{
	bool demo = p->link.title && *p->link.title;
	struct trial t = { .kind = TRIAL_NONE };
	char *error = *text ? trial_parse(text, &t) : NULL;
	struct trial_view v;

	trial_view_fill(&v, p->link.dialog, &p->plan, demo);
	if (error)
		plain_print(p, ":try: ", error);
	else if (t.kind == TRIAL_NONE)
		list(p, &v);
	else
		ask(p, &v, &t);
	trial_view_clear(&v);
	trial_clear(&t);
	free(error);
}
