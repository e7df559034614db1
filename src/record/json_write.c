#include "config.h"

#include "record/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "core/escape.h"
#include "util/base64.h"
#include "record/fields.h"

/* Written by hand and not with a library's tree: a run over a long list writes
 * hundreds of thousands of lines. */

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* ---- the pieces of JSON ---- */

/* A comma, unless it is the first one of its object or array. */
static void part(struct buf *b)
{
	char last = b->data[b->len - 1];

	if (last != '{' && last != '[')
		buf_addc(b, ',');
}

/* name: one of ours, in ASCII and plain. In one go: there are so many. */
static void key(struct buf *b, const char *name)
{
	size_t len = strlen(name);
	char *to;

	part(b);
	buf_reserve(b, len + 3);
	to = b->data + b->len;
	*to++ = '"';
	memcpy(to, name, len);
	memcpy(to + len, "\":", 3);
	b->len += len + 3;
}

static void add_unsigned(struct buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10));
	buf_add(b, digits + at, sizeof digits - at);
}

static void add_integer(struct buf *b, int64_t n)
{
	if (n < 0)
		buf_addc(b, '-');
	add_unsigned(b, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

/* n in units of 1/scale, a power of ten; without zeros at its end. */
static void add_decimal(struct buf *b, uint64_t n, uint32_t scale)
{
	uint64_t rest = n % scale;

	add_unsigned(b, n / scale);
	if (rest)
		buf_addc(b, '.');
	for (; rest; rest %= scale) {
		scale /= 10;
		buf_addc(b, (char)('0' + rest / scale));
	}
}

static void add_hex(struct buf *b, uint32_t unit, const char digits[16])
{
	buf_add(b, "\\u", 2);
	for (int shift = 12; shift >= 0; shift -= 4)
		buf_addc(b, digits[unit >> shift & 15]);
}

/* What has a short escape of its own (RFC 8259 section 7); else NUL. */
static char short_escape(uint32_t cp)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = cp && cp < 0x80 ? strchr(from, (char)cp) : NULL;

	return at ? to[at - from] : '\0';
}

/*
 * JSON lets DEL, C1, bidi and invisible characters through as they are, but
 * lines go to terminals, too: what must be a token there is \u here.
 */
static void add_character(struct buf *b, const char *s, size_t len,
                          uint32_t cp)
{
	static const char lower[] = "0123456789abcdef";
	char escape = short_escape(cp);

	if (escape) {
		buf_addc(b, '\\');
		buf_addc(b, escape);
	} else if (cp < 0x20) {
		add_hex(b, cp, "0123456789ABCDEF");
	} else if (char_columns(cp) >= 0) {
		buf_add(b, s, len);
	} else if (cp < 0x10000) {
		add_hex(b, cp, lower);
	} else { /* a surrogate pair */
		add_hex(b, 0xd800 | (cp - 0x10000) >> 10, lower);
		add_hex(b, 0xdc00 | (cp & 0x3ff), lower);
	}
}

/* How much of s needs no thought. */
static size_t plain_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= ' ' && s[n] <= '~' && s[n] != '"' &&
	       s[n] != '\\')
		n++;
	return n;
}

/* True: it is UTF-8; else U+FFFD stands for each byte that is none. */
static bool add_string(struct buf *b, const char *s, size_t len)
{
	bool good = true;
	uint32_t cp;

	buf_reserve(b, len + 2); /* most need no more */
	b->data[b->len++] = '"';
	for (size_t used; len > 0; s += used, len -= used) {
		if ((used = plain_len(s, len))) {
			buf_add(b, s, used);
		} else if ((used = utf8_decode(s, len, &cp))) {
			add_character(b, s, used, cp);
		} else {
			buf_add(b, replacement, sizeof replacement - 1);
			good = false;
			used = 1;
		}
	}
	buf_addc(b, '"');
	return good;
}

static bool is_utf8(const char *s, size_t len)
{
	uint32_t cp;

	for (size_t used; len > 0; s += used, len -= used)
		if (!(used = plain_len(s, len)) &&
		    !(used = utf8_decode(s, len, &cp)))
			return false;
	return true;
}

static void add_base64(struct buf *b, const void *data, size_t len)
{
	buf_addc(b, '"');
	base64_encode(b, data, len);
	buf_addc(b, '"');
}

/* ---- fields ---- */

static void set_integer(struct buf *b, const char *name, int64_t n)
{
	key(b, name);
	add_integer(b, n);
}

static void set_bool(struct buf *b, const char *name, bool flag)
{
	key(b, name);
	buf_adds(b, flag ? "true" : "false");
}

static void set_null(struct buf *b, const char *name)
{
	key(b, name);
	buf_adds(b, "null");
}

static void set_word(struct buf *b, const char *name, const char *word)
{
	key(b, name);
	add_string(b, word, strlen(word));
}

static void set_base64(struct buf *b, const char *name, const void *data,
                       size_t len)
{
	key(b, name);
	add_base64(b, data, len);
}

static void exact_key(struct buf *b, const char *name)
{
	part(b);
	buf_addc(b, '"');
	buf_adds(b, name);
	buf_adds(b, "_base64\":");
}

static void set_text(struct buf *b, const char *name, const struct event *e,
                     struct ev_ref r)
{
	const char *s = event_text(e, r);

	key(b, name);
	if (add_string(b, s, r.len))
		return;
	exact_key(b, name);
	add_base64(b, s, r.len);
}

/* Those that are not UTF-8 at their places, null at the others. */
static void add_exact(struct buf *b, const struct event *e, struct ev_ref r)
{
	buf_addc(b, '[');
	for (uint32_t i = 0; i < r.len; i++) {
		struct ev_ref item = event_item(e, r, i);
		const char *s = event_text(e, item);

		part(b);
		if (is_utf8(s, item.len))
			buf_adds(b, "null");
		else
			add_base64(b, s, item.len);
	}
	buf_addc(b, ']');
}

/* A reference to an array of texts. */
static void set_texts(struct buf *b, const char *name, const struct event *e,
                      struct ev_ref r)
{
	bool all_utf8 = true;

	key(b, name);
	buf_addc(b, '[');
	for (uint32_t i = 0; i < r.len; i++) {
		struct ev_ref item = event_item(e, r, i);

		part(b);
		all_utf8 &= add_string(b, event_text(e, item), item.len);
	}
	buf_addc(b, ']');
	if (all_utf8)
		return;
	exact_key(b, name);
	add_exact(b, e, r);
}

static void begin_list(struct buf *b, const char *name)
{
	key(b, name);
	buf_addc(b, '[');
}

static void begin_item(struct buf *b)
{
	part(b);
	buf_addc(b, '{');
}

static void set_answers(struct buf *b, const char *name,
                        const struct event *e)
{
	char type[10];

	begin_list(b, name);
	for (uint32_t i = 0; i < e->u.dns.answers.len; i++) {
		const struct ev_rr *rr = event_rr(e, i);

		begin_item(b);
		set_text(b, "name", e, rr->name);
		set_word(b, "type", dns_type_text(rr->type, type));
		set_integer(b, "ttl", rr->ttl);
		set_text(b, "data", e, rr->data);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

static void set_said(struct buf *b, const char *name, char *text)
{
	if (text)
		set_word(b, name, text);
	free(text);
}

static void set_voice(struct buf *b, const char *name, const struct event *e,
                      const struct json_voice *voice, enum json_say what)
{
	if (voice)
		set_said(b, name, voice->say(e, what, 0));
}

static void set_hosts(struct buf *b, const char *name, const struct event *e,
                      const struct json_voice *voice)
{
	begin_list(b, name);
	for (uint32_t i = 0; i < e->u.route.hosts.len; i++) {
		const struct ev_host *h = event_host(e, i);

		begin_item(b);
		set_integer(b, "preference", h->preference);
		set_text(b, "host", e, h->host);
		set_texts(b, "addresses", e, h->addresses);
		set_bool(b, "unusable", h->unusable);
		if (voice && h->why.len)
			set_said(b, "why", voice->say(e, JSON_SAY_WHY, i));
		set_text(b, "reason", e, h->why);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

static void set_trace(struct buf *b, const char *name, const struct event *e,
                      const struct json_voice *voice)
{
	begin_list(b, name);
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		const struct ev_trace *step = event_trace(e, i);

		begin_item(b);
		set_integer(b, "depth", step->depth);
		if (voice)
			set_said(b, "text",
			         voice->say(e, JSON_SAY_STEP, i));
		set_text(b, "say", e, step->say);
		set_texts(b, "args", e, step->args);
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

/* What lines cannot say in UTF-8 is in raw even where the session saw no need
 * to keep the bytes apart: lines joined by CRLF are what came. */
static void set_raw(struct buf *b, const char *name, const struct event *e)
{
	const struct ev_reply *r = &e->u.reply;
	struct buf all = { 0 };
	bool all_utf8 = true;

	if (r->raw.len) {
		set_base64(b, name, event_text(e, r->raw), r->raw.len);
		return;
	}
	for (uint32_t i = 0; all_utf8 && i < r->lines.len; i++) {
		struct ev_ref item = event_item(e, r->lines, i);

		all_utf8 = is_utf8(event_text(e, item), item.len);
	}
	if (all_utf8)
		return;
	for (uint32_t i = 0; i < r->lines.len; i++) {
		struct ev_ref item = event_item(e, r->lines, i);

		buf_add(&all, event_text(e, item), item.len);
		buf_adds(&all, "\r\n");
	}
	set_base64(b, name, all.data, all.len);
	buf_clear(&all);
}

static void set_cert_field(struct buf *b, const struct field *f,
                           const struct event *e, const struct ev_cert *c)
{
	const struct ev_ref *r = (const void *)((const char *)c + f->offset);

	if (f->type == FIELD_TEXTS)
		set_texts(b, f->name, e, *r);
	else
		set_text(b, f->name, e, *r);
}

static void set_chain(struct buf *b, const char *name, const struct event *e)
{
	begin_list(b, name);
	for (uint32_t i = 0; i < e->u.tls.chain.len; i++) {
		begin_item(b);
		for (const struct field *f = fields_of_cert(); f->name; f++)
			set_cert_field(b, f, e, event_cert(e, i));
		buf_addc(b, '}');
	}
	buf_addc(b, ']');
}

/* What most look for, where they need not dig for it. */
static void set_leaf(struct buf *b, const char *name, const struct event *e)
{
	const struct field *f = fields_of_cert();

	while (strcmp(f->name, name) != 0)
		f++;
	if (e->u.tls.chain.len)
		set_cert_field(b, f, e, event_cert(e, 0));
	else
		set_null(b, name);
}

/* A plain number. at: the member in the event. */
static int64_t number(const struct field *f, const void *at)
{
	switch (f->type) {
	case FIELD_U32:
	case FIELD_TO: return *(const uint32_t *)at;
	case FIELD_COLUMN: return *(const int32_t *)at;
	case FIELD_U16: return *(const uint16_t *)at;
	default: return *(const uint8_t *)at;
	}
}

static void set_ms(struct buf *b, const char *name, uint32_t us)
{
	key(b, name);
	add_decimal(b, us, 1000);
}

static void set_plain(struct buf *b, const struct field *f, const void *at)
{
	char type[10];

	switch (f->type) {
	case FIELD_MS: set_ms(b, f->name, *(const uint32_t *)at); return;
	case FIELD_MS_KNOWN:
		if (*(const uint32_t *)at)
			set_ms(b, f->name, *(const uint32_t *)at);
		else
			set_null(b, f->name);
		return;
	case FIELD_RRTYPE:
		set_word(b, f->name,
		         dns_type_text(*(const uint16_t *)at, type));
		return;
	case FIELD_WORD:
		set_word(b, f->name, f->words->name(*(const uint8_t *)at));
		return;
	case FIELD_BOOL: set_bool(b, f->name, *(const bool *)at); return;
	case FIELD_BOOL_SET:
		if (*(const bool *)at)
			set_bool(b, f->name, true);
		return;
	case FIELD_DIRECTION:
		set_word(b, f->name, *(const bool *)at ? "in" : "out");
		return;
	default: break;
	}
	if (f->type == FIELD_TO && *(const uint32_t *)at == EV_UNASKED)
		set_null(b, f->name);
	else
		set_integer(b, f->name, number(f, at));
}

static void set_bytes(struct buf *b, const char *name, const struct event *e,
                      struct ev_ref r)
{
	if (r.len)
		set_base64(b, name, event_text(e, r), r.len);
}

/* The fields that are a piece of the payload; false: f is none of them. */
static bool set_piece(struct buf *b, const struct field *f,
                      const struct event *e, const struct json_voice *voice)
{
	const struct ev_ref *r = (const void *)((const char *)e + f->offset);

	switch (f->type) {
	case FIELD_TEXT: set_text(b, f->name, e, *r); return true;
	case FIELD_TEXTS: set_texts(b, f->name, e, *r); return true;
	case FIELD_TEXT_NULL:
		if (r->len)
			set_text(b, f->name, e, *r);
		else
			set_null(b, f->name);
		return true;
	case FIELD_TEXT_SET:
		if (r->len)
			set_text(b, f->name, e, *r);
		return true;
	case FIELD_WIRE:
		if (voice && voice->wire)
			set_bytes(b, f->name, e, *r);
		return true;
	case FIELD_BASE64: set_bytes(b, f->name, e, *r); return true;
	default: return false;
	}
}

static void set_field(struct buf *b, const struct field *f,
                      const struct event *e, const struct json_voice *voice)
{
	if (set_piece(b, f, e, voice))
		return;
	switch (f->type) {
	case FIELD_ANSWERS: set_answers(b, f->name, e); return;
	case FIELD_HOSTS: set_hosts(b, f->name, e, voice); return;
	case FIELD_CHAIN: set_chain(b, f->name, e); return;
	case FIELD_TRACE: set_trace(b, f->name, e, voice); return;
	case FIELD_LEAF: set_leaf(b, f->name, e); return;
	case FIELD_RAW: set_raw(b, f->name, e); return;
	case FIELD_SAY_TEXT:
		set_voice(b, f->name, e, voice, JSON_SAY_TEXT);
		return;
	case FIELD_SAY_NEXT:
		set_voice(b, f->name, e, voice, JSON_SAY_NEXT);
		return;
	case FIELD_SAY_WHY:
		set_voice(b, f->name, e, voice, JSON_SAY_WHY);
		return;
	case FIELD_SAY_MTA:
		set_voice(b, f->name, e, voice, JSON_SAY_MTA);
		return;
	default: set_plain(b, f, (const char *)e + f->offset);
	}
}

void json_write(struct buf *out, const struct event *e,
                const struct json_voice *voice)
{
	if (e->kind == EV_PROMPT || e->kind == EV_ASK)
		return;
	buf_addc(out, '{');
	set_integer(out, "v", JSON_VERSION);
	key(out, "t");
	add_decimal(out, (uint64_t)e->t_us, 1000000);
	set_integer(out, "n", e->n);
	set_integer(out, "session", e->session);
	set_text(out, "target", e, e->target);
	set_word(out, "event", event_kind_name(e->kind));
	for (const struct field *f = fields_of(e->kind); f->name; f++)
		set_field(out, f, e, voice);
	buf_add(out, "}\n", 2);
}
