#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/wipe.h"
#include "util/xalloc.h"

/* RFC 4422 §3.1. Who forgets the mechanism types the secret in its place. */
static bool is_mechanism(const char *word, size_t len)
{
	if (sasl_mech_find(word, len))
		return true;
	for (size_t i = 0; i < len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", word[i]))
			return false;
	return len > 0 && len <= 20;
}

/* "AUTH PLAIN AGEAYg==" -> "AUTH PLAIN ****"; the mechanism is no secret. */
static char *mask(const char *line, size_t len, enum verb v, bool *secret)
{
	size_t keep = 0;

	*secret = false;
	if (v == VERB_AUTH_RESPONSE) {
		*secret = !(len == 1 && line[0] == '*');
		return *secret ? xstrdup("****") : xstrdup("*");
	}
	if (v != VERB_AUTH && v != VERB_X_EXPS)
		return xmemdup0(line, len);
	for (int word = 0; word < 2; word++) {
		size_t begin = keep;

		while (keep < len && line[keep] != ' ')
			keep++;
		if (word == 1 && !is_mechanism(line + begin, keep - begin)) {
			keep = begin;
			break;
		}
		while (keep < len && line[keep] == ' ')
			keep++;
	}
	*secret = keep < len;
	return *secret ? xasprintf("%.*s****", (int)keep, line) :
	                 xmemdup0(line, len);
}

static bool too_many(struct session *s, enum verb v)
{
	char number[24];

	if (v == VERB_RCPT && s->rcpt_total >= SESSION_RCPT_MAX) {
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

	if (!s->fifo_len)
		return false;
	v = s->fifo[s->fifo_len - 1].verb;
	return v == VERB_DATA || v == VERB_STARTTLS || v == VERB_AUTH ||
	       v == VERB_AUTH_RESPONSE || v == VERB_END_OF_DATA ||
	       v == VERB_TLS_HANDSHAKE;
}

static void say_remarks(struct session *s, const struct typed *t,
                        uint32_t about, const struct outgoing *o)
{
	bool ahead = s->fifo_len > 0;

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

static void note_sent(struct session *s, enum verb v, const char *line)
{
	if (v == VERB_MAIL)
		session_end_txn(s);
	if (v != VERB_RCPT)
		return;
	s->rcpt_sent++;
	s->rcpt_total++;
	s->txn = xreallocarray(s->txn, s->n_txn + 1, sizeof *s->txn);
	s->txn[s->n_txn] = (struct txn_rcpt){ .address = command_path(line) };
	session_newest(s)->rcpt = (uint32_t)s->n_txn++;
}

static bool is_login(enum verb v)
{
	return v == VERB_AUTH || v == VERB_X_EXPS || v == VERB_AUTH_RESPONSE;
}

/* What is said before it goes out, wrong or not. Returns the event's n. */
static uint32_t announce(struct session *s, const char *line, size_t len,
                         enum verb v)
{
	struct outgoing o = { .line = line, .len = len, .verb = v };
	struct typed typed = { 0 };
	char *shown = mask(line, len, v, &o.secret);
	const char *judged = line;
	uint32_t n;

	o.shown = shown;
	o.shown_len = strlen(shown);
	/* remarks quote words: none that is a secret, and where there is no
	 * mechanism, it is one that stands in its place */
	if (secrets_blot_one(s->secrets, shown, o.shown_len) ||
	    (v == VERB_AUTH && strchr(shown, ' ') &&
	     strcmp(strchr(shown, ' '), " " GUIDE_SECRET) == 0))
		judged = shown;
	if (v != VERB_AUTH_RESPONSE)
		typed_check(judged, judged == shown ? o.shown_len : len,
		            session_projected(s),
		            s->has_offers ? &s->offers : NULL, &typed);
	n = say_sent(s, &o);
	say_remarks(s, &typed, n, &o);
	free(shown);
	return n;
}

static void send_line(struct session *s, const char *line, size_t len,
                      enum verb v)
{
	uint32_t n = announce(s, line, len, v);

	write_line(s, line, len);
	session_push(s, v, n);
	note_sent(s, v, line);
	if (is_login(v))
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

static void send_command(struct session *s, const char *line, size_t len)
{
	enum verb v = session_projected(s) == ST_AUTH ? VERB_AUTH_RESPONSE :
	                                                command_find(line, len);

	if (too_many(s, v) || (v == VERB_MAIL && !session_may_mail(s)))
		return;
	if (v == VERB_BDAT && session_send_chunk(s, line, len))
		return;
	if (is_login(v))
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

static void refuse_line(struct session *s, const char *id, const char *line,
                        size_t len)
{
	struct typed_remark r = { .id = id, .caret = -1 };
	enum verb v = s->state == ST_AUTH ? VERB_AUTH_RESPONSE :
	                                    command_find(line, len);
	struct typed t;
	size_t shown_len = len;
	bool secret;
	char *shown;

	typed_check(line, len, s->state, NULL, &t);
	if (t.refused)
		r = t.remarks[0];
	shown = mask(line, len, v, &secret);
	if (secret)
		shown_len = strlen(shown);
	secrets_blot_one(s->secrets, shown, shown_len);
	say_typed(s, &r, 0, shown, shown_len);
	free(shown);
}

void session_send(struct session *s, const char *line, size_t len)
{
	bool broken = memchr(line, '\r', len) || memchr(line, '\n', len) ||
	              memchr(line, '\0', len);

	if (s->over || s->state == ST_CLOSED)
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
	else if (s->state == ST_DATA)
		session_send_data(s, line, len);
	else
		send_command(s, line, len);
}
