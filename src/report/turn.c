#include "config.h"

#include "report/turn.h"

#include <string.h>

#include "util/xalloc.h"

enum { BEHIND_CODE = 4 }; /* "250-" */

bool turn_is_body(const struct event *e)
{
	return strcmp(event_text(e, e->u.sent.verb), "(DATA BLOCK)") == 0;
}

/* The EV_SENT that is answered, or NULL. */
static const struct event *command_of(const struct dialog *d,
                                      const struct event *e)
{
	uint32_t to = e->u.reply.to;
	size_t i = to == EV_GREETING || to == EV_UNASKED ? SIZE_MAX
	                                                 : dialog_find(d, to);
	const struct event *sent = i == SIZE_MAX ? NULL : dialog_at(d, i);

	return sent && sent->kind == EV_SENT ? sent : NULL;
}

bool turn_answers_ehlo(const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);
	const struct event *sent = command_of(d, e);

	return sent && e->u.reply.code == 250 &&
	       strcmp(event_text(sent, sent->u.sent.verb), "EHLO") == 0;
}

const struct extension *turn_keyword(const struct event *e, uint32_t i,
                                     const char **text, size_t *len)
{
	struct ev_ref line = event_item(e, e->u.reply.lines, i);
	size_t n = 0, max = line.len - BEHIND_CODE;

	if (i == 0 || line.len <= BEHIND_CODE)
		return NULL;
	*text = event_text(e, line) + BEHIND_CODE;
	while (n < max && (*text)[n] != ' ' && (*text)[n] != '=')
		n++;
	*len = n;
	return extension_find(*text, n);
}

/* The SENT or REPLY of this session before the event at index, or NULL. */
static const struct event *line_before(const struct dialog *d, size_t index)
{
	uint32_t session = dialog_at(d, index)->session;
	size_t least = index > DIALOG_BACK_MAX ? index - DIALOG_BACK_MAX : 0;

	while (index-- > least) {
		const struct event *e = dialog_at(d, index);

		if (e->session == session &&
		    (e->kind == EV_SENT || e->kind == EV_REPLY))
			return e;
	}
	return NULL;
}

const struct event *turn_answered(const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);
	const struct event *sent = command_of(d, e);
	const struct event *before = line_before(d, index);

	return sent && before && before->n != sent->n ? sent : NULL;
}

char *turn_span(uint32_t us)
{
	if (us < 100)
		return xstrdup("< 0.1 ms");
	if (us < 10000)
		return xasprintf("%.1f ms", us / 1e3);
	if (us < 1000000)
		return xasprintf("%u ms", us / 1000);
	return xasprintf("%.1f s", us / 1e6);
}
