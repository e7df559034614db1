#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "knowledge/check_words.h"
#include "ui/check_list.h"
#include "ui/plain_state.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* What speaks against someone comes first; who listens may stop then. */
static const enum grade order[] = { GRADE_BAD, GRADE_WARN, GRADE_UNKNOWN,
	                            GRADE_NOTE, GRADE_PASS };
enum { ORDER = sizeof order / sizeof *order };

/* "bad 2, warning 1": of those that there are. */
static void say_counts(struct plain *p)
{
	struct buf b = { 0 };

	for (size_t g = 0; g < ORDER; g++) {
		size_t n = check_count(plain_now(p), order[g]);

		if (n > 0)
			buf_addf(&b, "%s%s %zu", b.len ? ", " : "",
			         check_grade_word(order[g]), n);
	}
	buf_adds(&b, ".");
	plain_part(p, _("Checks"), buf_str(&b));
	buf_clear(&b);
}

static void say_check(struct plain *p, const struct event *e)
{
	char *label = check_label(e), *text = check_text(e);
	char *next = check_next(e);
	char *head = xasprintf("%s, %s", label,
	                       check_grade_word((enum grade)e->u.check.grade));

	plain_part(p, head, text);
	plain_part(p, _("Try"), next);
	free(head);
	free(next);
	free(text);
	free(label);
}

void plain_checks(struct plain *p)
{
	const struct dialog_now *now = plain_now(p);
	struct check_list list;

	check_list_fill(now, &list);
	if (list.n == 0) {
		plain_print(p, "", p->link.replay
		                       ? _("No check is recorded up to here.")
		                       : _("No check was made."));
		return;
	}
	say_counts(p);
	for (size_t g = 0; g < ORDER; g++)
		for (size_t i = 0; i < list.n; i++) {
			const struct event *e = now->checks[list.at[i]];

			if (e->u.check.grade == order[g])
				say_check(p, e);
		}
}

bool plain_checks_see(struct plain *p, bool checking)
{
	bool ended = p->check_runs && !checking && p->check_asked;
	bool last = ended && !p->check_first;

	p->check_runs = checking;
	if (!ended)
		return false;
	p->check_asked = p->check_first = false;
	plain_leave_prompt(p);
	plain_checks(p);
	return last;
}
