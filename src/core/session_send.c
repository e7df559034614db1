#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/wipe.h"
#include "util/xalloc.h"

/* A line with a login in it, and where its secret begins. */
struct login_line {
	size_t from; /* len: there is none */
	bool odd;    /* no login is made of it: a blank before AUTH, or the
	              * secret where the mechanism should be */
};

/* "AUTH PLAIN AGEAYg==": behind PLAIN; the mechanism is no secret. */
static struct login_line look(const char *line, size_t len, enum verb v)
{
	size_t verb = command_skip(line, len, 0, true), mech, end;
	enum verb said = command_find(line + verb, len - verb);

	if (v == VERB_AUTH_RESPONSE) {
		bool star = len == 1 && *line == '*';

		return (struct login_line){ star ? len : 0, false };
	}
	if (said != VERB_AUTH && said != VERB_X_EXPS)
		return (struct login_line){ len, false };
	mech = command_skip(line, len,
	                    command_skip(line, len, verb, false), true);
	end = command_skip(line, len, mech, false);
	if (!sasl_mech_is_name(line + mech, end - mech))
		return (struct login_line){ mech, true };
	end = command_skip(line, len, end, true);
	return (struct login_line){ end, verb > 0 };
}

static char *with_stars(const char *line, size_t from)
{
	return xasprintf("%.*s" GUIDE_SECRET, (int)from, line);
}

/* A line as it may be seen: "AUTH PLAIN ****". */
struct masked {
	char *text; /* owned, len bytes */
	size_t len;
	bool secret;
	bool quoted; /* remarks may quote this only, not the line itself */
};

/* What is secret in a line that no login is made of is noted here. */
static struct masked mask(struct session *s, const char *line, size_t len,
                          enum verb v)
{
	struct login_line l = look(line, len, v);
	struct masked m = { .len = len, .quoted = l.odd };

	m.secret = l.from < len || (v == VERB_AUTH_RESPONSE && len == 0);
	if (m.secret && l.odd)
		secrets_add(s->secrets, line + l.from, len - l.from);
	m.text = m.secret ? with_stars(line, l.from) : xmemdup0(line, len);
	if (m.secret)
		m.len = strlen(m.text);
	m.quoted |= secrets_blot_one(s->secrets, m.text, m.len);
	return m;
}

char *session_shown(const struct session *s, const char *line)
{
	bool answer = session_in_login(s) && *line;
	size_t len = strlen(line);
	struct login_line l = look(line, len,
	                           answer ? VERB_AUTH_RESPONSE : VERB_OTHER);
	char *shown = l.from < len ? with_stars(line, l.from) : xstrdup(line);

	secrets_blot_one(s->secrets, shown, strlen(shown));
	return shown;
}

/* What the prompt has shown with stars is the line of this step. */
static const char *step_meant(const struct session *s, const char *line,
                              size_t len)
{
	const char *own = NULL;
	char *shown;

	if (s->step < s->plan->n_steps &&
	    s->plan->steps[s->step].kind == STEP_SEND)
		own = s->plan->steps[s->step].line;
	if (!own)
		return line;
	shown = session_shown(s, own);
	if (strlen(shown) != len || memcmp(shown, line, len) != 0)
		own = line;
	free(shown);
	return own;
}

static bool too_many(struct session *s, enum verb v)
{
	char number[24];

	if (v == VERB_RCPT && s->rcpt_total >= SESSION_RCPT_MAX && !s->heard) {
		snprintf(number, sizeof number, "%d", SESSION_RCPT_MAX);
		say_finding(s, "rcpt-limit", 0, number, "");
		s->rcpt_sent++; /* passed over, so that the guide goes on */
		return true;
	}
	if (s->fifo_len == SESSION_PENDING_MAX) {
		snprintf(number, sizeof number, "%d", SESSION_PENDING_MAX);
		say_finding(s, "pending-limit", 0, number, "");
		return true;
	}
	return false;
}

/* Must the reply to what is under way come first? RFC 2920 §3.1 */
static bool must_wait(const struct session *s)
{
	enum verb v;

	if (!s->fifo_len || s->heard)
		return false;
	v = s->fifo[s->fifo_len - 1].verb;
	return v == VERB_DATA || v == VERB_STARTTLS || session_is_login(v) ||
	       v == VERB_END_OF_DATA || v == VERB_TLS_HANDSHAKE;
}

static void say_remarks(struct session *s, const struct typed *t,
                        uint32_t about, const struct outgoing *o)
{
	bool ahead = s->fifo_len > 0 && !s->mute && !s->ending;

	for (size_t i = 0; i < t->count; i++)
		say_typed(s, &t->remarks[i], about, o->shown, o->shown_len);
	if (ahead && s->fifo[0].verb == VERB_CONNECT)
		say_finding(s, "early-talker", about, "", "");
	else if (ahead && !(s->has_offers &&
	                    ehlo_find(&s->offers, "PIPELINING")))
		say_finding(s, "pipelining-not-offered", about, "", "");
}

static void write_line(struct session *s, const char *line, size_t len)
{
	struct buf wire = { 0 };

	buf_add(&wire, line, len);
	buf_adds(&wire, "\r\n");
	s->commands++;
	write_out(s, wire.data, wire.len, true);
	wipe_buf(&wire);
}

/* "BURL imap://a@b.example/x LAST", RFC 4468 §3 */
static bool is_last(const char *line)
{
	const char *word = strrchr(line, ' ');

	return word && strcasecmp(word + 1, "LAST") == 0;
}

static void note_sent(struct session *s, enum verb v, const char *line)
{
	uint32_t n = session_newest(s)->n;

	/* one that is refused, or only one of many, has ended nothing yet */
	if (v == VERB_MAIL && s->fifo_len == 1 &&
	    (s->state == ST_GREETED || s->state == ST_READY))
		session_end_txn(s, n);
	if (v == VERB_BURL)
		session_newest(s)->last = is_last(line);
	if (v != VERB_RCPT)
		return;
	s->rcpt_sent++;
	s->rcpt_total++;
	s->txn = xreallocarray(s->txn, s->n_txn + 1, sizeof *s->txn);
	s->txn[s->n_txn++] = (struct txn_rcpt){ .n = n,
		.address = command_path(line) };
	session_newest(s)->rcpt = n;
}

uint32_t session_announce(struct session *s, const char *line, size_t len,
                          enum verb v)
{
	struct masked m = mask(s, line, len, v);
	struct outgoing o = { .line = line, .len = len, .verb = v,
		.shown = m.text, .shown_len = m.len, .secret = m.secret };
	struct typed typed = { 0 };
	uint32_t n;

	if (v != VERB_AUTH_RESPONSE && !s->ending &&
	    !session_heard_blank(s, line, len))
		typed_check(m.quoted ? m.text : line, m.quoted ? m.len : len,
		            session_projected(s),
		            s->has_offers ? &s->offers : NULL, &typed);
	n = say_sent(s, &o);
	say_remarks(s, &typed, n, &o);
	free(m.text);
	return n;
}

static void send_line(struct session *s, const char *line, size_t len,
                      enum verb v)
{
	uint32_t n = session_announce(s, line, len, v);

	write_line(s, line, len);
	session_push(s, v, n);
	note_sent(s, v, line);
	if (session_is_login(v))
		session_login_sent(s, line, v, n);
}

static void send_login(struct session *s, const char *line, size_t len,
                       enum verb v)
{
	char *wire = session_login_line(s, line, len, v);

	if (wire)
		send_line(s, wire, strlen(wire), v);
	wipe_free(wire);
}

static void refuse_line(struct session *s, const char *id, const char *line,
                        size_t len)
{
	struct typed_remark r = { .id = id, .caret = -1 };
	enum verb v = session_in_login(s) ? VERB_AUTH_RESPONSE :
	                                    command_find(line, len);
	struct typed t;
	struct masked m = mask(s, line, len, v);

	typed_check(line, len, s->state, NULL, &t);
	if (t.refused)
		r = t.remarks[0];
	say_typed(s, &r, 0, m.text, m.len);
	free(m.text);
}

/* LMTP: how many replies a last chunk gets is known when each RCPT has its
 * own (RFC 2033 §4.2). */
static bool unknown_judges(const struct session *s)
{
	return s->plan->protocol == PROTO_LMTP && !s->heard &&
	       session_is_pending(s, VERB_RCPT);
}

static void send_command(struct session *s, const char *line, size_t len)
{
	bool answer = session_projected(s) == ST_AUTH ||
	              session_heard_answer(s, line, len);
	enum verb v = answer ? VERB_AUTH_RESPONSE : command_find(line, len);

	if (too_many(s, v)) {
		if (s->heard) /* its reply cannot be told from others */
			session_announce(s, line, len, v);
		return;
	}
	if (v == VERB_MAIL && !session_may_mail(s))
		return;
	if (v == VERB_BDAT && unknown_judges(s)) {
		refuse_line(s, "command-wait", line, len);
		return;
	}
	if (v == VERB_BDAT && session_send_chunk(s, line, len))
		return;
	if (session_is_login(v))
		send_login(s, line, len, v);
	else
		send_line(s, line, len, v);
}

/* A lesson goes on when the student sent what its step proposed. */
static void pass_step(struct session *s, const char *line, size_t len)
{
	const struct step *step;

	if (s->step >= s->plan->n_steps)
		return;
	step = &s->plan->steps[s->step];
	if (step->kind != STEP_SEND)
		return;
	if ((strlen(step->line) == len && memcmp(step->line, line, len) == 0) ||
	    (command_find(line, len) != VERB_OTHER &&
	     command_find(line, len) ==
	         command_find(step->line, strlen(step->line))))
		s->step++;
}

/* What is heard may have been sent ahead of 354. */
static bool in_message(const struct session *s)
{
	return s->heard ? session_projected(s) == ST_DATA
	                : s->state == ST_DATA;
}

static bool is_broken(const char *line, size_t len)
{
	return memchr(line, '\r', len) || memchr(line, '\n', len) ||
	       memchr(line, '\0', len);
}

void session_send(struct session *s, const char *typed, size_t typed_len)
{
	const char *line = step_meant(s, typed, typed_len);
	size_t len = line == typed ? typed_len : strlen(line);
	bool broken = is_broken(line, len);

	if (s->over || (s->state == ST_CLOSED && !s->ending))
		return;
	if (broken || len > SESSION_LINE_MAX) {
		refuse_line(s, broken ? "line-break" : "command-long", line,
		            len);
		return;
	}
	if (must_wait(s)) {
		refuse_line(s, "command-wait", line, len);
		return;
	}
	pass_step(s, line, len);
	if (session_chunk_open(s))
		session_add_chunk(s, line, len);
	else if (in_message(s))
		session_send_data(s, line, len);
	else
		send_command(s, line, len);
}
