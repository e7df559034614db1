#include "config.h"

#include "core/session_priv.h"

#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"
#include "util/xalloc.h"

void session_set_sasl(struct session *s, const struct sasl_lent *lent)
{
	s->lent = *lent;
}

void session_allow_clear(struct session *s)
{
	s->clear_ok = true;
}

void session_new_login(struct session *s)
{
	const char *password = s->plan->auth.password;

	s->login_failed = false;
	if (password)
		secrets_add(s->secrets, password, strlen(password));
}

static bool begins_login(enum verb v)
{
	return v == VERB_AUTH || v == VERB_X_EXPS;
}

bool session_is_login(enum verb v)
{
	return begins_login(v) || v == VERB_AUTH_RESPONSE;
}

bool session_in_login(const struct session *s)
{
	for (size_t i = 0; i < s->fifo_len; i++)
		if (session_is_login(s->fifo[i].verb))
			return true;
	return s->state == ST_AUTH;
}

static bool clear_allowed(const struct session *s)
{
	return s->secure || s->clear_ok || s->plan->auth.clear_ok;
}

bool session_login_in_clear(const struct session *s, const char *line)
{
	return !clear_allowed(s) && s->state != ST_DATA &&
	       begins_login(command_find(line, strlen(line)));
}

bool session_lacks_password(const struct session *s, const char *line)
{
	const struct plan_auth *auth = &s->plan->auth;

	return auth->wanted && auth->user && !auth->password &&
	       s->state != ST_DATA && !strstr(line, " GSSAPI") &&
	       begins_login(command_find(line, strlen(line)));
}

/* The words of "AUTH MECH response": where the second and third begin. */
struct login_words {
	const char *mech, *response;
	size_t mech_len, response_len;
};

static struct login_words split(const char *line, size_t len)
{
	struct login_words w = { 0 };
	size_t verb = command_skip(line, len, 0, false);
	size_t at = command_skip(line, len, verb, true);
	size_t end = command_skip(line, len, at, false);

	w.mech = line + at;
	w.mech_len = end - at;
	at = command_skip(line, len, end, true);
	w.response = line + at;
	w.response_len = len - at;
	return w;
}

/* Who forgets the mechanism types the secret in its place. Heap. */
static char *mech_name(const struct login_words *w)
{
	return sasl_mech_is_name(w->mech, w->mech_len) ?
	       xmemdup0(w->mech, w->mech_len) : xstrdup(GUIDE_SECRET);
}

static bool is_blank(const char *text, size_t len)
{
	return len == strlen(GUIDE_SECRET) &&
	       memcmp(text, GUIDE_SECRET, len) == 0;
}

void session_end_login(struct session *s)
{
	sasl_free(s->sasl);
	s->sasl = NULL;
	wipe_buf(&s->answer);
	s->has_answer = false;
}

static void begin_login(struct session *s, const struct login_words *w)
{
	const struct sasl_with with = { .auth = &s->plan->auth,
		.host = s->host, .lent = &s->lent, .secrets = s->secrets };
	char *name = mech_name(w);

	session_end_login(s);
	s->sasl = sasl_new(sasl_mech_find(w->mech, w->mech_len), name, &with);
	free(name);
}

/* "AUTH PLAIN ****" with the stars filled in. */
static char *fill_in(struct session *s, const char *line,
                     const struct login_words *w)
{
	struct buf response = { 0 };
	struct sasl_note why = { 0 };
	char *wire = NULL;

	if (sasl_initial(s->sasl, &response)) {
		wire = xasprintf("%.*s%s", (int)(w->response - line), line,
		                 buf_str(&response));
	} else {
		sasl_why(s->sasl, &why);
		say_note(s, &why, 0);
	}
	if (!wire && !why.id) /* it goes with the first challenge */
		wire = xmemdup0(line, (size_t)(w->mech - line) + w->mech_len);
	wipe_buf(&response);
	return wire;
}

static char *command_line(struct session *s, const char *line, size_t len)
{
	struct login_words w = split(line, len);

	if (!clear_allowed(s)) {
		say_finding(s, "auth-in-clear", 0, "", "");
		return NULL;
	}
	begin_login(s, &w);
	if (is_blank(w.response, w.response_len) && !s->heard)
		return fill_in(s, line, &w);
	return xmemdup0(line, len);
}

char *session_login_line(struct session *s, const char *line, size_t len,
                         enum verb v)
{
	if (v != VERB_AUTH_RESPONSE)
		return command_line(s, line, len);
	if (!is_blank(line, len) || s->heard)
		return xmemdup0(line, len);
	if (s->has_answer)
		return xmemdup0(buf_str(&s->answer), s->answer.len);
	say_finding(s, "auth-no-answer", 0, "", "");
	return NULL;
}

static void say_mechanism(struct session *s, const char *wire, uint32_t about)
{
	struct login_words w = split(wire, strlen(wire));
	const struct sasl_mech *mech = sasl_mech_find(w.mech, w.mech_len);
	char *name = mech_name(&w);

	secrets_blot_one(s->secrets, name, strlen(name));
	say_finding(s, sasl_mech_about(mech), about, name, "");
	if (s->secure && s->unverified)
		say_finding(s, "auth-unverified", about, "", "");
	free(name);
}

static void take_sent(struct session *s, const char *text, size_t len,
                      struct sasl_note *note)
{
	if (!session_heard_blank(s, text, len))
		sasl_sent(s->sasl, text, len, note);
}

void session_login_sent(struct session *s, const char *wire, enum verb v,
                        uint32_t n)
{
	struct sasl_note note = { 0 };
	struct login_words w;

	if (!s->sasl) {
		if (s->heard && !session_heard_blank(s, wire, strlen(wire)))
			secrets_add(s->secrets, wire, strlen(wire));
		return;
	}
	if (v != VERB_AUTH_RESPONSE)
		say_mechanism(s, wire, n);
	if (v == VERB_AUTH_RESPONSE) {
		s->proved = strcmp(wire, "*") != 0;
		if (s->proved)
			take_sent(s, wire, strlen(wire), &note);
		else
			say_finding(s, "auth-cancelled", n, "", "");
	} else {
		w = split(wire, strlen(wire));
		s->proved = w.response_len > 0;
		if (s->proved)
			take_sent(s, w.response, w.response_len, &note);
	}
	say_note(s, &note, n);
	wipe_buf(&s->answer);
	s->has_answer = false;
}

/* The text of 334 in one piece; more than one line is not RFC 4954's. */
static void take_challenge(struct session *s, uint32_t n)
{
	struct sasl_note note = { 0 }, why = { 0 };
	const struct reply *r = &s->reply;
	const struct reply_line *last = r->lines + r->n_lines - 1;
	const char *text;
	bool scripted = s->step < s->plan->n_steps;
	size_t len, shown;

	if (!s->sasl || r->n_lines == 0)
		return;
	/* the whole of it, also where it is cut to be shown */
	text = reply_line_text(r, r->n_lines - 1, &shown);
	len = last->full - (size_t)(text - (r->raw.data + last->off));
	wipe_buf(&s->answer);
	s->has_answer = sasl_challenge(s->sasl, text, len, &s->answer, &note);
	say_note(s, &note, n);
	if (s->has_answer)
		return;
	sasl_why(s->sasl, &why);
	if (s->plan->auth.password || (s->plan->hold_enter && !scripted))
		say_note(s, &why, n); /* else somebody knows the answer */
}

void session_login_reply(struct session *s, enum answer a, uint32_t n)
{
	if (a == GOOD && !s->proved)
		say_finding(s, "auth-without-proof", n, "", "");
	if (a == MORE)
		take_challenge(s, n);
	else if (a & ANY_REPLY)
		session_end_login(s);
}

/* ---- what the guide proposes ---- */

/* The first mechanism that can be had; NULL: none, and *why says so. */
static const struct sasl_mech *choose(const struct session *s,
                                      const char **why)
{
	const struct ehlo_cap *cap = s->has_offers ?
	                             ehlo_find(&s->offers, "AUTH") : NULL;
	struct plan_auth auth = s->plan->auth;

	if (!s->plan->auth.user && !s->plan->auth.password) {
		*why = "auth-no-password";
		return NULL;
	}
	if (s->plan->hold_enter && !clear_allowed(s)) {
		*why = "auth-in-clear";
		return NULL;
	}
	auth.clear_ok |= clear_allowed(s) || !s->plan->hold_enter; /* it asks */
	return sasl_choose(&auth, cap ? cap->params : "", s->secure, &s->lent,
	                   why);
}

char *session_login_proposal(const struct session *s)
{
	const struct sasl_mech *mech;
	const char *why;

	if (!s->plan->auth.wanted || s->logged_in || s->login_failed)
		return NULL;
	mech = choose(s, &why);
	if (!mech)
		return NULL;
	return mech->initial ? xasprintf("AUTH %s %s", mech->name,
	                                 GUIDE_SECRET) :
	                       xasprintf("AUTH %s", mech->name);
}

void session_check_login(struct session *s, uint32_t about)
{
	const char *why = "auth-not-offered";

	if (!s->plan->auth.wanted || s->logged_in || choose(s, &why))
		return;
	say_finding(s, why, about, "", "");
	s->result.login_lacks = true;
}
