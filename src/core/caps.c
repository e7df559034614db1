#include "config.h"

#include "core/caps.h"

#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

bool caps_is_reply(const struct dialog *d, const struct event *e)
{
	const struct event *sent;
	const char *verb;
	size_t i;

	if (e->kind != EV_REPLY || e->u.reply.code != 250 ||
	    e->u.reply.to == EV_GREETING || e->u.reply.to == EV_UNASKED)
		return false;
	i = dialog_find(d, e->u.reply.to);
	if (i == SIZE_MAX)
		return false;
	sent = dialog_at(d, i);
	if (sent->kind != EV_SENT)
		return false;
	verb = event_text(sent, sent->u.sent.verb);
	return strcmp(verb, "EHLO") == 0 || strcmp(verb, "LHLO") == 0;
}

void caps_read(const struct event *reply, struct ehlo *out)
{
	struct ev_ref lines = reply->u.reply.lines;

	for (uint32_t i = 1; i < lines.len; i++) {
		struct ev_ref r = event_item(reply, lines, i);

		if (r.len > 4)
			ehlo_add_line(out, event_text(reply, r) + 4,
			              r.len - 4);
	}
}

/* The newest event of that session before i that is a TLS handshake's end. */
static size_t tls_before(const struct dialog *d, size_t i)
{
	uint32_t session = dialog_at(d, i)->session;

	for (size_t j = i + 1, back = 0; j-- > 0 && back < CAPS_BACK_MAX;
	     back++) {
		const struct event *e = dialog_at(d, j);

		if (e->session != session)
			continue;
		if (e->kind == EV_TLS)
			return j;
		if (e->kind == EV_CONNECTING)
			break;
	}
	return SIZE_MAX;
}

size_t caps_before_tls(const struct dialog *d, size_t i)
{
	const struct event *e = dialog_at(d, i);
	uint32_t session = e->session;
	size_t tls;

	if ((e->kind != EV_TLS && !caps_is_reply(d, e)) || session == 0)
		return SIZE_MAX;
	tls = tls_before(d, i);
	if (tls == SIZE_MAX)
		return SIZE_MAX;
	for (size_t j = tls, back = 0; j-- > 0 && back < CAPS_BACK_MAX;
	     back++) {
		e = dialog_at(d, j);
		if (e->session != session)
			continue;
		if (e->kind == EV_CONNECTING)
			break;
		if (caps_is_reply(d, e))
			return j;
	}
	return SIZE_MAX;
}

size_t caps_after_tls(const struct dialog *d, size_t i)
{
	uint32_t session = dialog_at(d, i)->session;
	size_t end = dialog_count(d);

	if (end - i > CAPS_BACK_MAX)
		end = i + CAPS_BACK_MAX;
	for (size_t j = i + 1; j < end; j++) {
		const struct event *e = dialog_at(d, j);

		if (e->session == session && caps_is_reply(d, e))
			return j;
	}
	return SIZE_MAX;
}

static const struct ehlo_cap *find(const struct ehlo *list,
                                   const char *keyword)
{
	for (size_t i = 0; i < list->n && i < CAPS_COMPARED_MAX; i++)
		if (strcmp(list->caps[i].keyword, keyword) == 0)
			return &list->caps[i];
	return NULL;
}

static void add_row(struct caps_pair *p, const struct ehlo_cap *before,
                    const struct ehlo_cap *after)
{
	enum cap_fate fate = !before ? CAP_ADDED
	                     : !after ? CAP_GONE
	                     : strcmp(before->params, after->params) != 0
	                         ? CAP_CHANGED : CAP_KEPT;

	p->rows[p->n++] = (struct cap_row){
		.fate = fate,
		.keyword = after ? after->keyword : before->keyword,
		.before = before ? before->params : NULL,
		.after = after ? after->params : NULL,
	};
	p->count[fate]++;
}

void caps_compare(const struct event *before, const struct event *after,
                  struct caps_pair *out)
{
	*out = (struct caps_pair){ 0 };
	caps_read(before, &out->before);
	caps_read(after, &out->after);
	out->rows = xcalloc(out->before.n + out->after.n + 1,
	                    sizeof *out->rows);
	for (size_t i = 0; i < out->after.n && i < CAPS_COMPARED_MAX; i++)
		add_row(out, find(&out->before, out->after.caps[i].keyword),
		        &out->after.caps[i]);
	for (size_t i = 0; i < out->before.n && i < CAPS_COMPARED_MAX; i++)
		if (!find(&out->after, out->before.caps[i].keyword))
			add_row(out, &out->before.caps[i], NULL);
}

void caps_pair_clear(struct caps_pair *p)
{
	ehlo_clear(&p->before);
	ehlo_clear(&p->after);
	free(p->rows);
	*p = (struct caps_pair){ 0 };
}
