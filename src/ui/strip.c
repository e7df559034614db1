#include "config.h"

#include "ui/strip.h"

#include <stdio.h>
#include <string.h>

#include "knowledge/tls_words.h"
#include "ui/words.h"

/* The order of a session that sends one message (RFC 5321 §3.3). */
static const char *const usual[] = { "TCP", "220", "EHLO", "MAIL",
	                             "RCPT", "DATA", "QUIT" };
enum { USUAL = sizeof usual / sizeof *usual, AFTER_RSET = 3 };

static struct strip_step *add_step(struct strip *s, const char *word)
{
	struct strip_step *step;

	if (s->n == STRIP_MAX) {
		memmove(s->step, s->step + 1,
		        (STRIP_MAX - 1) * sizeof *s->step);
		s->n--;
	}
	step = &s->step[s->n++];
	*step = (struct strip_step){ .mark = MARK_TRYING, .count = 1 };
	snprintf(step->word, sizeof step->word, "%s", word);
	return step;
}

static struct strip_step *find(struct strip *s, const char *word)
{
	for (size_t i = s->n; i-- > 0;)
		if (strcmp(s->step[i].word, word) == 0)
			return &s->step[i];
	return NULL;
}

const struct strip_step *strip_find(const struct strip *s, const char *word)
{
	return find((struct strip *)s, word);
}

static const char *step_word(const char *verb)
{
	if (strcmp(verb, "(END OF DATA)") == 0)
		return ".";
	if (*verb == '(')
		return ""; /* lines of a message, of a login: no steps */
	return *verb ? verb : "?";
}

/* The step that a reply to this verb is about: a login's lines are one. */
static const char *step_answered(const char *verb)
{
	return strcmp(verb, "(AUTH RESPONSE)") == 0 ? "AUTH" : step_word(verb);
}

static void note_sent(struct strip *s, const struct event *e)
{
	const char *word = step_word(event_text(e, e->u.sent.verb));
	struct strip_step *last = s->n ? &s->step[s->n - 1] : NULL;

	if (!*word)
		return;
	if (last && strcmp(last->word, word) == 0) {
		last->count++;
		last->mark = MARK_TRYING;
		return;
	}
	add_step(s, word);
}

static void note_reply(struct strip *s, const struct dialog *d,
                       const struct event *e)
{
	struct strip_step *step = NULL;
	size_t i;

	if (e->u.reply.to == EV_GREETING) {
		step = add_step(s, "220");
	} else if (e->u.reply.to != EV_UNASKED) {
		i = dialog_find(d, e->u.reply.to);
		if (i != SIZE_MAX && dialog_at(d, i)->kind == EV_SENT)
			step = find(s, step_answered(event_text(
			                   dialog_at(d, i),
			                   dialog_at(d, i)->u.sent.verb)));
	}
	if (!step)
		return;
	step->mark = mark_of_code(e->u.reply.code);
	step->us = e->u.reply.us;
}

/* The handshake: begun by the state, ended by EV_TLS. */
static void note_tls(struct strip *s, const struct event *e)
{
	struct strip_step *last = s->n ? &s->step[s->n - 1] : NULL;

	if (e->session != s->session)
		return;
	if (!last || strcmp(last->word, "TLS") != 0)
		last = add_step(s, "TLS");
	if (e->kind != EV_TLS)
		return;
	last->mark = tls_verified(e) ? MARK_OK : MARK_LATER;
	last->us = e->u.tls.us;
}

static void note_connect(struct strip *s, const struct event *e)
{
	struct strip_step *tcp = find(s, "TCP");

	if (!tcp || e->session != s->session) {
		*s = (struct strip){ .session = e->session };
		tcp = add_step(s, "TCP");
	}
	if (e->kind == EV_CONNECTED) {
		tcp->mark = MARK_OK;
		tcp->us = e->u.connect.us;
	}
}

void strip_event(struct strip *s, const struct dialog *d,
                 const struct event *e)
{
	switch (e->kind) {
	case EV_START:
	case EV_ROUTE: /* another target: no session of it yet */
		*s = (struct strip){ .n = 0 };
		break;
	case EV_CONNECTING:
	case EV_CONNECTED:
		note_connect(s, e);
		break;
	case EV_TLS:
		note_tls(s, e);
		break;
	case EV_STATE:
		if (e->u.state.to == ST_TLS)
			note_tls(s, e);
		break;
	case EV_SENT:
		note_sent(s, e);
		break;
	case EV_REPLY:
		note_reply(s, d, e);
		break;
	case EV_FAILED:
		if (s->n && e->session == s->session)
			s->step[s->n - 1].mark = MARK_NO;
		break;
	default:
		break;
	}
}

static bool forgets(const struct event *e)
{
	return e->kind == EV_START || e->kind == EV_ROUTE;
}

static bool connects(const struct event *e)
{
	return e->kind == EV_CONNECTING || e->kind == EV_CONNECTED;
}

/* From where on nothing before counts any more. */
static size_t last_forgotten(const struct dialog *d)
{
	const struct event *newer = NULL;
	size_t from = 0;

	for (size_t i = dialog_count(d); i-- > 0;) {
		const struct event *e = dialog_at(d, i);

		if (forgets(e))
			return newer ? from : i;
		if (!connects(e))
			continue;
		if (newer && newer->session != e->session)
			return from;
		newer = e;
		from = i;
	}
	return 0;
}

void strip_make(struct strip *s, const struct dialog *d)
{
	*s = (struct strip){ .n = 0 };
	for (size_t i = last_forgotten(d); i < dialog_count(d); i++)
		strip_event(s, d, dialog_at(d, i));
}

/* How far into the usual order this step is; -1: not a step of it. After a
 * handshake comes EHLO (RFC 3207 §4.2), or the greeting, where TLS was there
 * from the start. */
static int usual_index(const struct strip *s, const char *word)
{
	if (strcmp(word, "RSET") == 0)
		return AFTER_RSET - 1;
	if (strcmp(word, "HELO") == 0 || strcmp(word, "LHLO") == 0)
		word = "EHLO";
	if (strcmp(word, "TLS") == 0 || strcmp(word, "STARTTLS") == 0)
		word = strip_find(s, "220") ? "220" : "TCP";
	if (strcmp(word, "BDAT") == 0 || strcmp(word, ".") == 0)
		word = "DATA";
	for (int i = 0; i < USUAL; i++)
		if (strcmp(usual[i], word) == 0)
			return i;
	return -1;
}

size_t strip_future(const struct strip *s, const char **out, size_t max)
{
	int from = 0;
	size_t n = 0;

	for (size_t i = s->n; i-- > 0;) {
		int at = usual_index(s, s->step[i].word);

		if (at >= 0) {
			from = at + 1;
			break;
		}
	}
	for (int i = from; i < USUAL && n < max; i++)
		out[n++] = usual[i];
	return n;
}
