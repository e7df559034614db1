#include "config.h"

#include "core/session_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

void session_set_message(struct session *s, const char *data, size_t len)
{
	struct buf out = { 0 };

	free(s->message);
	message_look(data, len, &s->message_facts);
	message_normalise(data, len, &out);
	s->message_len = out.len;
	s->message = out.len ? buf_steal(&out) : xstrdup("");
	s->has_message = true;
	s->chunk_at = 0;
}

void session_open_message(struct session *s)
{
	s->message_bytes = s->message_lines = s->message_stuffed = 0;
	if (s->digest.begin)
		s->digest.begin(s->digest.arg);
}

static void digest(struct session *s, const char *data, size_t len)
{
	s->message_bytes += (uint32_t)len;
	for (size_t i = 0; i < len; i++)
		s->message_lines += data[i] == '\n';
	if (s->digest.update)
		s->digest.update(s->digest.arg, data, len);
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
	s->message_stuffed += stuffed;
	digest(s, line, len);
	digest(s, "\r\n", 2);
}

/* Whom the replies that are due judge: in LMTP each accepted recipient. */
static void push_replies(struct session *s, enum verb v, uint32_t n,
                         bool last)
{
	bool each = s->plan->protocol == PROTO_LMTP && last;
	size_t pushed = 0;

	s->result.all_sent |= last;
	for (size_t i = 0; each && i < s->n_txn; i++) {
		if (!s->txn[i].accepted || s->fifo_len == SESSION_PENDING_MAX)
			continue;
		session_push(s, v, n);
		session_newest(s)->rcpt = s->txn[i].n;
		session_newest(s)->last = session_newest(s)->more = last;
		pushed++;
	}
	if (pushed)
		session_newest(s)->more = false;
	if (pushed == 0) {
		session_push(s, v, n);
		session_newest(s)->last = last;
	}
}

void session_write_dot(struct session *s)
{
	struct outgoing o = { .line = ".", .len = 1, .shown = ".",
		              .shown_len = 1, .verb = VERB_END_OF_DATA };
	uint32_t n;

	say_message(s);
	n = say_sent(s, &o);
	s->commands++;
	write_out(s, ".\r\n", 3, true);
	push_replies(s, VERB_END_OF_DATA, n, true);
}

static void say_normalised(struct session *s)
{
	const struct message_facts *f = &s->message_facts;
	char count[24];

	snprintf(count, sizeof count, "%zu", f->bare_lf + f->bare_cr);
	if (f->bare_lf + f->bare_cr)
		say_finding(s, "message-line-ends", 0, count, "");
	if (f->dots) {
		snprintf(count, sizeof count, "%zu", f->dots);
		say_finding(s, "message-dots", 0, count, "");
	}
}

/* The next CRLF: the message is normalised, so each LF is of one. */
static size_t line_len(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return (size_t)((lf ? lf - 1 : end) - p);
}

/* The message is normalised already: CRLF at each line's end. */
void session_write_message(struct session *s)
{
	const char *p = s->message, *end = p + s->message_len;
	struct buf out = { 0 };

	say_normalised(s);
	while (p < end) {
		size_t len = line_len(p, end);

		write_message_line(s, &out, p, len);
		p += len + 2;
	}
	write_out(s, buf_str(&out), out.len, false);
	buf_clear(&out);
	session_write_dot(s);
}

/* A typed line of the message, with stars where a secret stands in it. */
static void say_line(struct session *s, const char *line, size_t len)
{
	char *shown = xmemdup0(line, len);
	struct outgoing o = { .line = line, .len = len, .shown = shown,
		              .shown_len = len, .verb = VERB_DATA_BLOCK };

	o.secret = secrets_blot_one(s->secrets, shown, len);
	say_sent(s, &o);
	free(shown);
}

void session_send_data(struct session *s, const char *line, size_t len)
{
	struct buf out = { 0 };

	if (len == 1 && line[0] == '.') {
		session_write_dot(s);
		return;
	}
	say_line(s, line, len);
	write_message_line(s, &out, line, len);
	write_out(s, buf_str(&out), out.len, false);
	buf_clear(&out);
}

/* ---- BDAT, RFC 3030 §2 ---- */

/* What goes out in chunks: with BINARYMIME the bytes as they are. */
static const char *chunk_source(const struct session *s, size_t *len)
{
	*len = s->binary ? s->plan->message_len : s->message_len;
	return s->binary ? s->plan->message : s->message;
}

size_t session_chunk_size(const struct session *s)
{
	size_t len;

	chunk_source(s, &len);
	return s->has_message ? len - s->chunk_at : 0;
}

struct chunk {
	const char *line; /* borrowed, len bytes */
	size_t len;
	size_t size;
	bool last;
};

/* "BDAT 17 LAST"; false: not of that form. */
static bool parse_chunk(const char *line, size_t len, struct chunk *c)
{
	char *copy = xmemdup0(line, len), *end;
	const char *p = copy + 4;
	bool ok;

	*c = (struct chunk){ .line = line, .len = len };
	while (*p == ' ')
		p++;
	c->size = strtoull(p, &end, 10);
	ok = end > p && p[0] >= '0' && p[0] <= '9';
	while (*end == ' ')
		end++;
	c->last = strcasecmp(end, "LAST") == 0;
	ok = ok && (c->last || *end == '\0') && c->size <= SESSION_CHUNK_MAX;
	free(copy);
	return ok;
}

/* The line; data: the octets behind it in the same segment, NULL: they are
 * still to come, and with them the end of the command. */
static void put_chunk(struct session *s, const struct chunk *c,
                      const char *data)
{
	struct buf wire = { 0 };

	buf_add(&wire, c->line, c->len);
	buf_adds(&wire, "\r\n");
	if (data)
		buf_add(&wire, data, c->size);
	write_out(s, buf_str(&wire), wire.len, data != NULL);
	buf_clear(&wire);
}

static void write_chunk(struct session *s, const struct chunk *c,
                        const char *data)
{
	uint32_t n;

	digest(s, data, c->size);
	if (c->last)
		say_message(s);
	n = session_announce(s, c->line, c->len, VERB_BDAT);
	s->commands++;
	put_chunk(s, c, data);
	push_replies(s, VERB_BDAT, n, c->last);
}

/* Octets that nobody has seen: their number is known. */
static void pass_chunk(struct session *s, const struct chunk *c)
{
	uint32_t n;

	s->message_bytes += (uint32_t)c->size;
	if (c->last)
		say_message(s);
	n = session_announce(s, c->line, c->len, VERB_BDAT);
	s->commands++;
	push_replies(s, VERB_BDAT, n, c->last);
}

/* A typed BDAT without a message: its octets are typed, too. The line goes out
 * at once; the reply is due when the last octet is there. */
static void open_chunk(struct session *s, const struct chunk *c)
{
	s->chunk_n = session_announce(s, c->line, c->len, VERB_BDAT);
	put_chunk(s, c, NULL);
	s->chunk_left = c->size;
	s->chunk_last = c->last;
}

bool session_send_chunk(struct session *s, const char *line, size_t len)
{
	size_t left = session_chunk_size(s), all;
	const char *source = chunk_source(s, &all);
	struct chunk c;

	if (!parse_chunk(line, len, &c))
		return false;
	if (session_projected(s) != ST_BDAT)
		session_open_message(s); /* the first of it */
	if (s->unseen) {
		pass_chunk(s, &c);
		return true;
	}
	if (c.size > left) {
		open_chunk(s, &c);
		return true;
	}
	write_chunk(s, &c, c.size ? source + s->chunk_at : "");
	s->chunk_at += c.size;
	return true;
}

bool session_chunk_open(const struct session *s)
{
	return s->chunk_left > 0;
}

/* The octets of the line and its CRLF, as far as the chunk has room. */
void session_add_chunk(struct session *s, const char *line, size_t len)
{
	struct buf wire = { 0 };
	char left[24];

	if (len > s->chunk_left) {
		snprintf(left, sizeof left, "%zu", s->chunk_left);
		say_finding(s, "chunk-room", 0, left, "");
		return;
	}
	buf_add(&wire, line, len);
	buf_adds(&wire, "\r\n");
	if (wire.len > s->chunk_left)
		wire.len = s->chunk_left;
	say_line(s, line, len);
	digest(s, wire.data, wire.len);
	s->chunk_left -= wire.len;
	if (s->chunk_left == 0) {
		s->commands++;
		if (s->chunk_last)
			say_message(s);
	}
	write_out(s, buf_str(&wire), wire.len, s->chunk_left == 0);
	buf_clear(&wire);
	if (s->chunk_left == 0)
		push_replies(s, VERB_BDAT, s->chunk_n, s->chunk_last);
}

/* ---- how recipients fared ---- */

void session_end_txn(struct session *s, uint32_t before)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n_txn; i++)
		if (s->txn[i].n < before)
			free(s->txn[i].address);
		else
			s->txn[kept++] = s->txn[i];
	s->n_txn = s->rcpt_sent = kept;
	if (kept)
		return;
	s->chunk_at = 0;
	s->chunk_left = 0;
}

struct txn_rcpt *session_rcpt(const struct session *s, uint32_t n)
{
	for (size_t i = 0; i < s->n_txn; i++)
		if (s->txn[i].n == n)
			return &s->txn[i];
	return NULL;
}

void session_note_delivery(struct session *s, const struct pending *p,
                           enum answer a)
{
	struct session_result *r = &s->result;

	if (p->rcpt == NO_RCPT || p->verb == VERB_RCPT || a == GOOD)
		return;
	r->accepted -= r->accepted > 0;
	r->deferred += a == LATER;
	r->refused += a == NO || a == NOTKNOWN;
}

/* ---- what the message needs of this server ---- */

void session_needs(const struct session *s, struct needs *out)
{
	bool goes = s->has_message && s->plan->stage >= STAGE_DATA;

	message_needs(goes ? &s->message_facts : NULL,
	              s->has_offers ? &s->offers : NULL, s->plan, s->secure,
	              out);
}

static void add_param(struct buf *b, const char *param)
{
	buf_addf(b, " %s", param);
}

char *session_mail_params(const struct session *s, const struct needs *needs)
{
	const struct plan *p = s->plan;
	struct buf b = { 0 };

	for (size_t i = 0; i < needs->n_params; i++)
		add_param(&b, needs->params[i]);
	for (size_t i = 0; i < p->n_mail_params; i++)
		add_param(&b, p->mail_params[i]);
	return b.len ? buf_steal(&b) : xstrdup("");
}

char *session_rcpt_params(const struct session *s)
{
	const struct plan *p = s->plan;
	struct buf b = { 0 };

	for (size_t i = 0; i < p->n_rcpt_params; i++)
		add_param(&b, p->rcpt_params[i]);
	return b.len ? buf_steal(&b) : xstrdup("");
}

bool session_may_mail(struct session *s)
{
	struct needs needs;

	session_needs(s, &needs);
	for (size_t i = 0; i < needs.n_missing; i++)
		say_finding(s, needs.missing[i].id, 0, needs.missing[i].args[0],
		            needs.missing[i].args[1]);
	s->binary = needs.binary && s->plan->message;
	if (!needs.fatal || !s->plan->hold_enter)
		return true; /* a person may want to see what happens */
	s->result.needs_lack = true;
	s->gave_up = true;
	return false;
}
