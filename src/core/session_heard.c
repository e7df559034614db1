#include "config.h"

#include "core/session_priv.h"

#include <string.h>

void session_set_heard(struct session *s, const struct session_heard *h)
{
	s->heard = true;
	s->deaf = h->deaf;
	s->mute = h->mute;
	if (h->from == ST_CLOSED)
		return;
	s->state = h->from;
	s->secure = h->secure;
	s->greeted = true;
	if (h->owed)
		session_push(s, VERB_OTHER, EV_UNASKED);
}

void session_hear_reply(struct session *s)
{
	if (s->deaf && !s->fifo_len)
		session_push(s, VERB_OTHER, EV_UNASKED);
}

bool session_hear_end(struct session *s, enum session_input_kind kind)
{
	bool ends = kind == IN_CLOSED || kind == IN_RESET ||
	            kind == IN_DROPPED || kind == IN_END;

	if (!s->heard || !ends)
		return false;
	s->heard_out = true;
	if (!s->ending)
		return false;
	session_close(s, kind == IN_END ? s->by_server : kind != IN_DROPPED,
	              s->clean);
	return true;
}

/* "dXNlcg==" is no command; who cannot tell shows too little, not too much. */
bool session_heard_answer(const struct session *s, const char *line, size_t len)
{
	return s->heard && (session_in_login(s) || s->challenged) &&
	       command_find(line, len) == VERB_OTHER;
}

bool session_heard_blank(const struct session *s, const char *text, size_t len)
{
	size_t stars = strlen(GUIDE_SECRET);

	return s->heard && len >= stars &&
	       memcmp(text + len - stars, GUIDE_SECRET, stars) == 0;
}
