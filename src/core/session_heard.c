#include "config.h"

#include "core/session_priv.h"

#include <string.h>

void session_set_heard(struct session *s, const struct session_heard *h)
{
	s->heard = true;
	if (h->from == ST_CLOSED)
		return;
	s->state = h->from;
	s->secure = h->secure;
	s->greeted = true;
	if (h->owed)
		session_push(s, VERB_OTHER, EV_UNASKED);
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
