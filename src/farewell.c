#include "config.h"

#include "farewell.h"

#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "core/escape.h"
#include "util/buf.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* The newest verdict on the newest session that is no experiment's, or on a way
 * where there is none behind it; NULL. One on an earlier session says nothing
 * about this one, even when checks have renewed it since. */
static const struct event *last_verdict(const struct dialog *d)
{
	uint32_t session = dialog_now(d)->own_session;

	for (size_t i = dialog_count(d); i-- > 0;) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_CONNECTING && e->session == session)
			return NULL;
		if (e->kind == EV_VERDICT && e->u.verdict.recipient.len == 0 &&
		    (e->session == 0 || e->session == session))
			return e;
	}
	return NULL;
}

/* The verb that e answers; "" for a greeting or what nobody asked for. */
static const char *verb_answered(const struct dialog *d, const struct event *e)
{
	size_t i = dialog_find(d, e->u.reply.to);
	const struct event *sent = i == SIZE_MAX ? NULL : dialog_at(d, i);

	if (!sent || sent->kind != EV_SENT)
		return "";
	return event_text(sent, sent->u.sent.verb);
}

/* The reply that the newest session had come to; its goodbye is none. */
static const struct event *last_reply(const struct dialog *d)
{
	uint32_t session = dialog_now(d)->own_session;

	for (size_t i = dialog_count(d); i-- > 0;) {
		const struct event *e = dialog_at(d, i);

		if (e->session != 0 && e->session < session)
			break;
		if (e->kind == EV_REPLY && e->session == session &&
		    strcmp(verb_answered(d, e), "QUIT") != 0)
			return e;
	}
	return NULL;
}

/* The host of the newest session that is the user's own. */
static const char *own_host(const struct dialog *d)
{
	const struct dialog_now *now = dialog_now(d);
	size_t i = dialog_before(d, dialog_count(d) - 1, EV_CONNECTING,
	                         now->own_session);
	const struct event *e = i == SIZE_MAX ? NULL : dialog_at(d, i);

	return e ? event_text(e, e->u.connect.host) : now->host;
}

static char *reached(const struct dialog *d)
{
	const struct dialog_now *now = dialog_now(d);
	const struct event *e = now->own_session ? last_reply(d) : NULL;
	unsigned code = e ? e->u.reply.code : 0;

	if (!now->own_session)
		return xstrdup(_("left before there was a connection."));
	if (!e)
		return xasprintf(_("left before %s had greeted."), own_host(d));
	if (e->u.reply.to == EV_GREETING)
		return xasprintf(_("left after the greeting %03u of %s."),
		                 code, own_host(d));
	return xasprintf(_("left after %s, which %s had answered with %03u."),
	                 verb_answered(d, e), own_host(d), code);
}

char *farewell_result(const struct dialog *d)
{
	const struct event *v = last_verdict(d);
	const struct dialog_now *now = dialog_now(d);
	struct buf line = { .len = 0 };
	char *text;

	if (dialog_count(d) == 0)
		return xstrdup("");
	if (v && v->u.verdict.outcome != OUT_CANCELLED)
		text = verdict_text(v);
	else
		text = reached(d);
	escape_text(&line, now->target, strlen(now->target), i18n_is_ascii());
	buf_adds(&line, ": ");
	escape_text(&line, text, strlen(text), i18n_is_ascii());
	free(text);
	buf_str(&line);
	return buf_steal(&line);
}

int farewell_status(const struct dialog *d)
{
	const struct dialog_now *now = dialog_now(d);
	const struct event *v = last_verdict(d);
	int exit = EXIT_ACCEPTED;

	if (now->ended)
		exit = now->exit;
	else if (v)
		exit = v->u.verdict.exit;
	return exit == EXIT_CANCELLED ? EXIT_ACCEPTED : exit;
}
