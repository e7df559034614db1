#include "config.h"

#include "report/sayings.h"

#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "core/dialog.h"
#include "core/finding.h"
#include "core/rules.h"
#include "knowledge/cause_words.h"
#include "knowledge/check_words.h"
#include "knowledge/explain.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* Explained as if nothing had happened before: the sentence depends on the
 * event alone, so that a replay says the same. */
static char *failed_text(const struct event *e)
{
	const char *detail = event_text(e, e->u.failed.detail);
	struct dialog *alone = dialog_new();
	struct explanation x;
	struct buf b = { 0 };

	dialog_append(alone, e);
	explain_event(alone, 0, &x);
	buf_adds(&b, x.summary);
	if (*detail)
		buf_addf(&b, " (%s)", detail);
	explanation_clear(&x);
	dialog_free(alone);
	buf_str(&b);
	return buf_steal(&b);
}

char *saying_text(const struct event *e)
{
	switch (e->kind) {
	case EV_FAILED: return failed_text(e);
	case EV_FINDING: return finding_sentence(e);
	case EV_CHECK: return check_text(e);
	case EV_VERDICT: return verdict_text(e);
	default: return NULL;
	}
}

char *saying_next(const struct event *e)
{
	switch (e->kind) {
	case EV_CHECK: return check_next(e);
	case EV_VERDICT: return verdict_next(e);
	default: return NULL;
	}
}

char *saying_mta(const struct event *e)
{
	const char *text = e->kind == EV_VERDICT
	                       ? cause_mta(event_text(e, e->u.verdict.mta))
	                       : "";

	return *text ? xstrdup(text) : NULL;
}

char *saying_step(const struct event *e, uint32_t item)
{
	return e->kind == EV_CHECK ? check_step(e, item) : NULL;
}

char *saying_why(const struct event *e, uint32_t item)
{
	const struct rule *rule;

	if (e->kind == EV_ROUTE)
		return xstrdup(saying_reason(
			event_text(e, event_host(e, item)->why)));
	if (e->kind != EV_STATE)
		return NULL;
	rule = rules_find(event_text(e, e->u.state.rule));
	return rule ? xstrdup(_(rule->why)) : NULL;
}

const char *saying_reason(const char *reason)
{
	return *reason ? explain_reason(reason) : "";
}
