#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static void count_line(struct session *s, const char *line, size_t len,
                       bool stuffed)
{
	s->message_bytes += (uint32_t)len + 2;
	s->message_lines++;
	s->message_stuffed += stuffed;
	if (s->digest.update) {
		s->digest.update(s->digest.arg, line, len);
		s->digest.update(s->digest.arg, "\r\n", 2);
	}
}

/* A line of the message, dot-stuffed (RFC 5321 §4.5.2). len: no CRLF in it. */
static void write_message_line(struct session *s, struct buf *out,
                               const char *line, size_t len)
{
	bool stuffed = len && line[0] == '.';

	if (stuffed)
		buf_addc(out, '.');
	buf_add(out, line, len);
	buf_adds(out, "\r\n");
	count_line(s, line, len, stuffed);
}

static void write_dot(struct session *s)
{
	struct outgoing o = { .line = ".", .len = 1, .shown = ".",
		              .shown_len = 1, .verb = VERB_END_OF_DATA };
	uint32_t n;

	say_message(s);
	n = say_sent(s, &o);
	s->commands++;
	write_out(s, ".\r\n", 3, true);
	session_push(s, VERB_END_OF_DATA, n);
}

/* The plan's message, line by line: any line end becomes CRLF. */
void session_write_message(struct session *s)
{
	const char *p = s->plan->message, *end = p + s->plan->message_len;
	struct buf out = { 0 };

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((lf ? lf : end) - p);

		write_message_line(s, &out, p,
		                   len && p[len - 1] == '\r' ? len - 1 : len);
		p = lf ? lf + 1 : end;
	}
	write_out(s, buf_str(&out), out.len, false);
	buf_clear(&out);
	write_dot(s);
}

static void send_data_line(struct session *s, const char *line, size_t len)
{
	struct outgoing o = { .line = line, .len = len, .shown = line,
		              .shown_len = len, .verb = VERB_DATA_BLOCK };
	struct buf out = { 0 };

	if (len == 1 && line[0] == '.') {
		write_dot(s);
		return;
	}
	say_sent(s, &o);
	write_message_line(s, &out, line, len);
	write_out(s, buf_str(&out), out.len, false);
	buf_clear(&out);
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
		while (keep < len && line[keep] != ' ')
			keep++;
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
	       v == VERB_AUTH_RESPONSE || v == VERB_END_OF_DATA;
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
	char *wire = xmalloc(len + 2);

	memcpy(wire, line, len);
	memcpy(wire + len, "\r\n", 2);
	s->commands++;
	write_out(s, wire, len + 2, true);
	free(wire);
}

static void note_sent(struct session *s, enum verb v)
{
	if (v == VERB_MAIL)
		s->rcpt_sent = 0;
	if (v == VERB_RCPT) {
		s->rcpt_sent++;
		s->rcpt_total++;
	}
}

static void send_command(struct session *s, const char *line, size_t len)
{
	enum state before = session_projected(s);
	struct outgoing o = { .line = line, .len = len };
	struct typed typed = { 0 };
	char *shown;
	uint32_t n;

	o.verb = before == ST_AUTH ? VERB_AUTH_RESPONSE :
	                             command_find(line, len);
	if (too_many(s, o.verb))
		return;
	shown = mask(line, len, o.verb, &o.secret);
	o.shown = shown;
	o.shown_len = strlen(shown);
	if (o.verb != VERB_AUTH_RESPONSE)
		typed_check(line, len, before,
		            s->has_offers ? &s->offers : NULL, &typed);
	n = say_sent(s, &o);
	say_remarks(s, &typed, n, &o);
	write_line(s, line, len);
	session_push(s, o.verb, n);
	note_sent(s, o.verb);
	free(shown);
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
	struct typed t;

	typed_check(line, len, s->state, NULL, &t);
	if (t.refused)
		r = t.remarks[0];
	say_typed(s, &r, 0, line, len);
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
	if (s->state == ST_DATA)
		send_data_line(s, line, len);
	else
		send_command(s, line, len);
}
