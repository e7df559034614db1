#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/finding.h"
#include "util/xalloc.h"

static void put(struct session *s, struct session_output o)
{
	if (s->out_len == s->out_size) {
		s->out_size = s->out_size ? s->out_size * 2 : 16;
		s->out = xreallocarray(s->out, s->out_size, sizeof *s->out);
	}
	s->out[s->out_len++] = o;
}

void say_start_tls(struct session *s)
{
	put(s, (struct session_output){ .kind = OUT_HANDSHAKE });
}

void session_say(struct session *s, struct event_builder *b)
{
	b->e.n = (*s->next_n)++;
	b->e.session = s->id;
	b->e.t_us = s->now_us;
	b->e.target = event_puts(b, s->plan->target.text ?
	                                s->plan->target.text : "");
	put(s, (struct session_output){ .kind = OUT_EVENT,
	                                .event = event_finish(b) });
}

void write_out(struct session *s, const char *data, size_t len, bool command)
{
	put(s, (struct session_output){ .kind = OUT_WRITE,
	                                .data = xmemdup0(data, len),
	                                .len = len,
	                                .command = command });
}

uint32_t say_sent(struct session *s, const struct outgoing *o)
{
	struct event_builder b;
	uint32_t n = *s->next_n;

	event_begin(&b, EV_SENT);
	b.e.u.sent.line = event_put(&b, o->shown, o->shown_len);
	b.e.u.sent.verb = event_puts(&b, command_info(o->verb)->name);
	b.e.u.sent.bytes = (uint32_t)o->len + 2; /* CRLF */
	b.e.u.sent.secret = o->secret;
	session_say(s, &b);
	return n;
}

/* Do the lines, joined by CRLF, say all that came? */
static bool lines_say_all(const struct reply *r)
{
	size_t expected = 0;

	for (size_t i = 0; i < r->n_lines; i++)
		expected += r->lines[i].full + 2;
	return expected == r->raw.len && !(r->flags & (REPLY_BARE_LF |
	       REPLY_OVERLONG | REPLY_NOT_UTF8 | REPLY_NUL | REPLY_BLANK));
}

static struct ev_ref put_lines(struct event_builder *b, const struct reply *r)
{
	struct ev_ref *refs = xcalloc(r->n_lines, sizeof *refs);
	struct ev_ref array;

	for (size_t i = 0; i < r->n_lines; i++)
		refs[i] = event_put(b, r->raw.data + r->lines[i].off,
		                    r->lines[i].len);
	array = event_put_array(b, refs, sizeof *refs, r->n_lines);
	free(refs);
	return array;
}

uint32_t say_reply(struct session *s, const struct pending *to)
{
	const struct reply *r = &s->reply;
	struct event_builder b;
	char enhanced[16];
	uint32_t n = *s->next_n;

	event_begin(&b, EV_REPLY);
	b.e.u.reply.to = to ? to->n : EV_UNASKED;
	b.e.u.reply.us = to ? (uint32_t)(s->now_us - to->sent_us) : 0;
	b.e.u.reply.code = (uint16_t)r->code;
	b.e.u.reply.lines = put_lines(&b, r);
	if (to && to->verb != VERB_RCPT && session_rcpt(s, to->rcpt))
		b.e.u.reply.recipient =
		    event_puts(&b, session_rcpt(s, to->rcpt)->address);
	b.e.u.reply.enhanced =
	    event_put(&b, enhanced, reply_enhanced(r, enhanced));
	if (!lines_say_all(r) && s->raw_kept + r->raw.len <= SESSION_RAW_MAX) {
		b.e.u.reply.raw = event_put(&b, r->raw.data, r->raw.len);
		s->raw_kept += r->raw.len;
	}
	session_say(s, &b);
	return n;
}

/* Remarks about the form of the reply just said. */
void say_form(struct session *s, uint32_t about)
{
	static const struct { unsigned flag; const char *id; } form[] = {
		{ REPLY_BARE_LF, "reply-bare-lf" },
		{ REPLY_BARE_CR, "reply-bare-cr" },
		{ REPLY_NUL, "reply-nul" },
		{ REPLY_8BIT, "reply-8bit" },
		{ REPLY_NOT_UTF8, "reply-not-utf8" },
		{ REPLY_CONTROL, "reply-control" },
		{ REPLY_NO_TEXT, "reply-no-text" },
		{ REPLY_BLANK, "reply-blank" },
		{ REPLY_CODES_DIFFER, "reply-codes-differ" },
		{ REPLY_NOT_SMTP, "reply-not-smtp" },
	};
	const struct reply *r = &s->reply;
	char number[24];

	for (size_t i = 0; i < sizeof form / sizeof *form; i++)
		if (r->flags & form[i].flag)
			say_finding(s, form[i].id, about, "", "");
	if (r->flags & REPLY_RANGE) {
		snprintf(number, sizeof number, "%03u", r->code);
		say_finding(s, "reply-range", about, number, "");
	}
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct reply_line *l = &r->lines[i];

		if (l->full <= l->len)
			continue;
		snprintf(number, sizeof number, "%zu", l->full);
		say_finding(s, "reply-overlong", about, number, "");
		say_bytes(s, BYTES_OVERLONG, r->raw.data + l->off + l->len,
		          l->full - l->len);
	}
	if ((r->flags & REPLY_LONG) && !(r->flags & REPLY_OVERLONG))
		say_finding(s, "reply-long", about, "", "");
}

void say_state(struct session *s, const struct rule *r, enum state to)
{
	struct event_builder b;

	event_begin(&b, EV_STATE);
	b.e.u.state.rule = event_puts(&b, r->id);
	b.e.u.state.from = (uint8_t)s->state;
	b.e.u.state.to = (uint8_t)to;
	session_say(s, &b);
}

void say_failed(struct session *s, enum fail_phase phase,
                enum fail_kind kind, const char *detail)
{
	struct event_builder b;

	if (s->ending) /* heard on, behind its end */
		return;
	event_begin(&b, EV_FAILED);
	b.e.u.failed.phase = (uint8_t)phase;
	b.e.u.failed.kind = (uint8_t)kind;
	b.e.u.failed.detail = event_puts(&b, detail ? detail : "");
	session_say(s, &b);
	s->result.failed = true;
	s->result.phase = phase;
	s->result.fail = kind;
}

void say_finding(struct session *s, const char *id, uint32_t about,
                 const char *arg, const char *arg2)
{
	const char *args[2] = { arg ? arg : "", arg2 ? arg2 : "" };
	struct event_builder b;

	finding_begin(&b, id, args, args[1][0] ? 2 : args[0][0] ? 1 : 0,
	              about);
	session_say(s, &b);
}

void say_note(struct session *s, const struct sasl_note *note, uint32_t about)
{
	const char *args[3];
	struct sasl_note copy = *note;
	struct event_builder b;

	if (!note->id)
		return;
	for (size_t i = 0; i < copy.n_args; i++) {
		secrets_blot_one(s->secrets, copy.args[i],
		                 strlen(copy.args[i]));
		args[i] = copy.args[i];
	}
	finding_begin(&b, note->id, args, copy.n_args, about);
	session_say(s, &b);
}

void say_typed(struct session *s, const struct typed_remark *r,
               uint32_t about, const char *line, size_t len)
{
	struct typed_remark copy = *r;
	const char *args[1] = { copy.arg };
	struct event_builder b;

	secrets_blot_one(s->secrets, copy.arg, strlen(copy.arg));
	finding_begin(&b, r->id, args, r->arg[0] ? 1 : 0, about);
	b.e.u.finding.caret = r->caret;
	b.e.u.finding.evidence = event_put(&b, line, len);
	session_say(s, &b);
}

void say_bytes(struct session *s, enum bytes_why why, const char *data,
               size_t len)
{
	bool fits = s->raw_kept + len <= SESSION_RAW_MAX;
	struct event_builder b;

	event_begin(&b, EV_BYTES);
	b.e.u.bytes.from_server = true;
	b.e.u.bytes.why = (uint8_t)(fits ? why : BYTES_DROPPED);
	b.e.u.bytes.count = (uint32_t)len;
	if (fits) {
		char *copy = xmemdup0(data, len);

		secrets_blot_one(s->secrets, copy, len);
		b.e.u.bytes.data = event_put(&b, copy, len);
		free(copy);
		s->raw_kept += len;
	}
	session_say(s, &b);
}

void say_message(struct session *s)
{
	struct event_builder b;
	char hex[65] = "";

	event_begin(&b, EV_MESSAGE);
	if (s->digest.hex)
		s->digest.hex(s->digest.arg, hex);
	b.e.u.message.sha256 = event_puts(&b, hex);
	b.e.u.message.bytes = s->message_bytes;
	b.e.u.message.lines = s->message_lines;
	b.e.u.message.stuffed = s->message_stuffed;
	session_say(s, &b);
}

void say_closed(struct session *s, bool by_server, bool clean)
{
	struct event_builder b;

	event_begin(&b, EV_CLOSED);
	b.e.u.closed.by_server = by_server;
	b.e.u.closed.clean = clean;
	session_say(s, &b);
	put(s, (struct session_output){ .kind = OUT_CLOSE });
}

struct session_output session_take(struct session *s)
{
	if (s->out_taken == s->out_len) {
		s->out_taken = s->out_len = 0;
		return (struct session_output){ .kind = OUT_NONE };
	}
	return s->out[s->out_taken++];
}
