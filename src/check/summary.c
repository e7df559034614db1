#include "config.h"

#include "check/summary.h"

#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "core/caps.h"
#include "util/xalloc.h"

static char *cut_copy(const char *s, size_t len)
{
	return xmemdup0(s, len < SUMMARY_TEXT_MAX ? len : SUMMARY_TEXT_MAX);
}

static void begin(struct summary *s, const struct event *e)
{
	if (s->session)
		return;
	s->session = e->session;
	s->first_n = e->n;
	s->t_us = e->t_us;
	s->host = xstrdup(event_text(e, e->u.connect.host));
	s->address = xstrdup(event_text(e, e->u.connect.address));
	s->port = e->u.connect.port;
}

static struct summary_row *add_row(struct summary *s)
{
	if (s->n == SUMMARY_ROWS_MAX)
		return NULL;
	s->rows = xreallocarray(s->rows, s->n + 1, sizeof *s->rows);
	s->rows[s->n] = (struct summary_row){ .secure = s->secure };
	return &s->rows[s->n++];
}

static bool tells(enum verb v)
{
	switch (v) {
	case VERB_EHLO:
	case VERB_HELO:
	case VERB_LHLO:
	case VERB_STARTTLS:
	case VERB_AUTH:
	case VERB_MAIL:
	case VERB_RCPT:
		return true;
	default:
		return false;
	}
}

static void see_sent(struct summary *s, const struct event *e)
{
	const char *line = event_text(e, e->u.sent.line);
	const char *name = event_text(e, e->u.sent.verb);
	enum verb verb = command_find(name, strlen(name));
	struct summary_row *row = s->whole || tells(verb) ? add_row(s) : NULL;

	if (!row)
		return;
	row->verb = verb;
	row->n = e->n;
	row->line = cut_copy(line, e->u.sent.line.len);
	row->text = xstrdup("");
}

/* "250-2.1.0 Ok" to "Ok" */
static char *words_of(const struct event *e, const char *enhanced)
{
	struct ev_ref lines = e->u.reply.lines, last;
	const char *text;
	size_t len, skip = strlen(enhanced);

	if (lines.len == 0)
		return xstrdup("");
	last = event_item(e, lines, lines.len - 1);
	text = event_text(e, last);
	len = last.len < 4 ? last.len : 4;
	text += len;
	len = last.len - len;
	if (skip && len > skip && memcmp(text, enhanced, skip) == 0 &&
	    text[skip] == ' ') {
		text += skip + 1;
		len -= skip + 1;
	}
	return cut_copy(text, len);
}

static void take_offers(struct summary *s, const struct event *e)
{
	ehlo_clear(&s->ehlo);
	caps_read(e, &s->ehlo);
	s->esmtp = true;
	if (!s->secure)
		s->starttls = ehlo_find(&s->ehlo, "STARTTLS") != NULL;
}

static void take_name(struct summary *s, const struct event *e)
{
	struct ev_ref lines = e->u.reply.lines;
	const char *line = lines.len ? event_item_text(e, lines, 0) : "";

	free(s->name);
	s->name = strlen(line) > 4 ? cut_copy(line + 4, strcspn(line + 4, " "))
	                           : NULL;
}

static struct summary_row *row_of(struct summary *s, uint32_t to)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->rows[i].n == to && s->rows[i].verb != VERB_CONNECT)
			return &s->rows[i];
	return NULL;
}

static struct summary_row *greeting_row(struct summary *s)
{
	struct summary_row *row = add_row(s);

	if (!row)
		return NULL;
	row->verb = VERB_CONNECT;
	row->line = xstrdup("");
	row->text = xstrdup("");
	return row;
}

static bool is_hello(enum verb v)
{
	return v == VERB_EHLO || v == VERB_LHLO;
}

static void clear_lines(struct summary_row *row)
{
	for (size_t i = 0; i < row->n_lines; i++)
		free(row->lines[i]);
	free(row->lines);
	row->lines = NULL;
	row->n_lines = 0;
}

static void keep_lines(struct summary_row *row, const struct event *e)
{
	struct ev_ref lines = e->u.reply.lines;
	size_t n = lines.len < SUMMARY_LINES_MAX ? lines.len
	                                         : SUMMARY_LINES_MAX;

	clear_lines(row);
	row->lines = xcalloc(n + 1, sizeof *row->lines);
	for (; row->n_lines < n; row->n_lines++) {
		struct ev_ref line = event_item(e, lines,
		                                (uint32_t)row->n_lines);

		row->lines[row->n_lines] = cut_copy(event_text(e, line),
		                                    line.len);
	}
}

/* LMTP judges each recipient alone: the worst of them stands for all. */
static bool is_milder(const struct summary_row *row, const struct event *e)
{
	return e->u.reply.recipient.len && row->code / 100 > 2 &&
	       e->u.reply.code / 100 <= row->code / 100;
}

static void see_reply(struct summary *s, const struct event *e)
{
	const struct ev_reply *r = &e->u.reply;
	bool greets = r->to == EV_GREETING;
	struct summary_row *row = greets ? greeting_row(s) : row_of(s, r->to);
	size_t len = r->enhanced.len;

	s->shut |= r->code == 421;
	if (greets)
		take_name(s, e);
	if (!row || is_milder(row, e))
		return;
	len = len < sizeof row->enhanced ? len : sizeof row->enhanced - 1;
	memcpy(row->enhanced, event_text(e, r->enhanced), len);
	row->enhanced[len] = '\0';
	free(row->text);
	row->text = words_of(e, row->enhanced);
	row->reply_n = e->n;
	row->code = r->code;
	row->us = r->us;
	row->t_us = e->t_us;
	if (s->whole)
		keep_lines(row, e);
	if (is_hello(row->verb) && r->code == 250)
		take_offers(s, e);
}

static void clear_handshake(struct summary_tls *t)
{
	free(t->version);
	free(t->cipher);
	free(t->verify);
	free(t->subject);
	free(t->issuer);
	free(t->not_before);
	free(t->not_after);
	free(t->sha256);
	*t = (struct summary_tls){ .n = 0 };
}

static char *copy_ref(const struct event *e, struct ev_ref r)
{
	return cut_copy(event_text(e, r), r.len);
}

static void take_handshake(struct summary_tls *out, const struct event *e)
{
	static const struct ev_cert none;
	const struct ev_tls *t = &e->u.tls;
	const struct ev_cert *c = t->chain.len ? event_cert(e, 0) : &none;

	clear_handshake(out);
	*out = (struct summary_tls){
		.version = copy_ref(e, t->version),
		.cipher = copy_ref(e, t->cipher),
		.verify = copy_ref(e, t->verify),
		.subject = copy_ref(e, c->subject),
		.issuer = copy_ref(e, c->issuer),
		.not_before = copy_ref(e, c->not_before),
		.not_after = copy_ref(e, c->not_after),
		.sha256 = copy_ref(e, c->sha256),
		.n = e->n,
		.us = t->us,
	};
}

static void see_tls(struct summary *s, const struct event *e)
{
	const struct ev_tls *t = &e->u.tls;

	s->secure = true;
	s->wrapped = t->wrapped;
	free(s->tls);
	s->tls = xasprintf("%s %s", event_text(e, t->version),
	                   event_text(e, t->cipher));
	free(s->cert);
	s->cert = t->chain.len
	              ? xstrdup(event_text(e, event_cert(e, 0)->sha256))
	              : NULL;
	take_handshake(&s->handshake, e);
}

static void see_failed(struct summary *s, const struct event *e)
{
	s->failed = true;
	s->over |= e->u.failed.phase == PHASE_CONNECT;
	s->fail_n = e->n;
	s->phase = (enum fail_phase)e->u.failed.phase;
	s->fail = (enum fail_kind)e->u.failed.kind;
}

/* One on a recipient and then one on the session say the same. */
static void see_verdict(struct summary *s, const struct event *e)
{
	const char *cause = verdict_cause_id(e);

	if (!*cause)
		return;
	free(s->cause);
	s->cause = xstrdup(cause);
}

void summary_see(struct summary *s, const struct event *e)
{
	if (e->kind == EV_CONNECTING)
		begin(s, e);
	if (s->session == 0 || e->session != s->session)
		return;
	switch (e->kind) {
	case EV_CONNECTED:
		s->connected = true;
		s->connect_us = e->u.connect.us;
		break;
	case EV_FAILED:
		see_failed(s, e);
		break;
	case EV_SENT:
		see_sent(s, e);
		break;
	case EV_REPLY:
		see_reply(s, e);
		break;
	case EV_TLS:
		see_tls(s, e);
		break;
	case EV_VERDICT:
		see_verdict(s, e);
		break;
	case EV_CLOSED:
		s->over = true;
		break;
	default:
		break;
	}
}

void summary_clear(struct summary *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->rows[i].line);
		free(s->rows[i].text);
		clear_lines(&s->rows[i]);
	}
	free(s->rows);
	free(s->host);
	free(s->address);
	free(s->name);
	free(s->tls);
	free(s->cert);
	free(s->cause);
	clear_handshake(&s->handshake);
	ehlo_clear(&s->ehlo);
	*s = (struct summary){ .session = 0 };
}

bool summary_replied(const struct summary *s)
{
	return s->n > 0 && s->rows[0].code > 0;
}

const struct summary_row *summary_last(const struct summary *s, enum verb v)
{
	for (size_t i = s->n; i-- > 0;)
		if (s->rows[i].verb == v)
			return &s->rows[i];
	return NULL;
}

/* Where the last transaction begins, or all of it. */
static size_t first_row(const struct summary *s)
{
	const struct summary_row *mail = summary_last(s, VERB_MAIL);

	return mail ? (size_t)(mail - s->rows) : 0;
}

const struct summary_row *summary_refusal(const struct summary *s)
{
	for (size_t i = first_row(s); i < s->n; i++)
		if (s->rows[i].code >= 400)
			return &s->rows[i];
	return NULL;
}

const struct summary_row *summary_deferral(const struct summary *s)
{
	for (size_t i = first_row(s); i < s->n; i++) {
		const struct summary_row *r = &s->rows[i];

		if ((r->verb == VERB_MAIL || r->verb == VERB_RCPT) &&
		    r->code / 100 == 4 && r->code != 421)
			return r;
	}
	return NULL;
}
