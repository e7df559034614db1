#include "config.h"

#include "report/verdict_block.h"

#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "knowledge/cause_words.h"
#include "knowledge/explain.h"
#include "report/block.h"
#include "report/sayings.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* The verdict on a session is behind those on its recipients, and little is in
 * between. */
enum { SESSION_AHEAD = 64 };

static bool says_the_same(const struct event *a, const struct event *b)
{
	char *one = saying_text(a), *other = saying_text(b);
	bool same = one && other && strcmp(one, other) == 0;

	free(one);
	free(other);
	return same;
}

bool verdict_tells(const struct dialog *d, size_t index)
{
	const struct event *v = dialog_at(d, index);
	size_t end = dialog_count(d);

	if (v->u.verdict.recipient.len == 0 || dialog_now(d)->n_rcpts != 1)
		return true;
	if (end > index + SESSION_AHEAD)
		end = index + SESSION_AHEAD;
	for (size_t i = index + 1; i < end; i++) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_VERDICT && e->session == v->session &&
		    e->u.verdict.recipient.len == 0 &&
		    !dialog_verdict_old(d, i))
			return !says_the_same(v, e);
	}
	return true;
}

const struct event *verdict_server(const struct dialog *d, size_t index)
{
	uint32_t session = dialog_at(d, index)->session;
	size_t i = session && dialog_now(d)->session > 1
	               ? dialog_before(d, index, EV_CONNECTING, session)
	               : SIZE_MAX;

	return i == SIZE_MAX ? NULL : dialog_at(d, i);
}

enum reply_class verdict_class(enum outcome o)
{
	return o == OUT_ACCEPTED ? CLASS_OK
	       : o == OUT_MIXED || o == OUT_DEFERRED ? CLASS_LATER : CLASS_NO;
}

static void title(struct paper *p, const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);
	const struct ev_verdict *v = &e->u.verdict;

	paper_newline(p);
	paper_ink(p, INK_BOLD);
	paper_text(p, "* ");
	paper_text(p, v->recipient.len ? "" : _("Result"));
	paper_bytes(p, event_text(e, v->recipient), v->recipient.len);
	if (dialog_verdict_again(d, index))
		paper_text(p, _(", now with the checks"));
	paper_text(p, ": ");
	paper_ink(p, block_ink(verdict_class(v->outcome)));
	paper_text(p, outcome_label(v->outcome));
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

char *verdict_who(const struct ev_verdict *v)
{
	static const char *const sure[CONFIDENCE_COUNT] = {
		N_("certain"), N_("likely"), N_("a guess"),
	};

	if (v->act == ACT_NOBODY || v->act == ACT_UNKNOWN)
		return xstrdup("");
	return xasprintf("%s (%s)", act_label(v->act), _(sure[v->confidence]));
}

static void who(struct paper *p, const struct ev_verdict *v)
{
	char *text = verdict_who(v);

	block_row(p, _("Must act"), text);
	free(text);
}

/* Which rule fired, what supports and what contradicts it. */
static void grounds(struct paper *p, const struct event *e)
{
	struct grounds g;
	char *text;

	grounds_of_verdict(e, &g);
	text = grounds_why(&g);
	block_row(p, _("Because"), text);
	free(text);
	for (unsigned i = 0; (text = grounds_note(&g, i)); i++) {
		block_line(p, INK_NOTE, text);
		free(text);
	}
}

void verdict_block(struct paper *p, const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);
	char *text = saying_text(e), *next = saying_next(e);
	char *mta = saying_mta(e);

	title(p, d, index);
	block_line(p, INK_PLAIN, text ? text : "");
	who(p, &e->u.verdict);
	grounds(p, e);
	block_row(p, _("Try"), next ? next : "");
	if (e->u.verdict.outcome != OUT_ACCEPTED)
		block_row(p, _("MTA"), mta ? mta : "");
	free(text);
	free(next);
	free(mta);
}
