#include "config.h"

#include "record/json.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "core/escape.h"
#include "util/base64.h"
#include "record/fields.h"
#include "util/xalloc.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* jansson says NULL only when memory is out: end as xalloc does. */
static json_t *have(json_t *value)
{
	if (!value)
		xmalloc(SIZE_MAX);
	return value;
}

static void set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, have(value)) < 0)
		xmalloc(SIZE_MAX);
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, have(value)) < 0)
		xmalloc(SIZE_MAX);
}

static bool is_utf8(const char *s, size_t len)
{
	uint32_t cp;

	for (size_t used; len > 0; s += used, len -= used)
		if (!(used = utf8_decode(s, len, &cp)))
			return false;
	return true;
}

static json_t *lossy_text(const char *s, size_t len)
{
	struct buf b = { 0 };
	json_t *text;
	uint32_t cp;

	while (len > 0) {
		size_t used = utf8_decode(s, len, &cp);

		if (used > 0)
			buf_add(&b, s, used);
		else
			buf_adds(&b, replacement);
		s += used ? used : 1;
		len -= used ? used : 1;
	}
	text = json_stringn_nocheck(buf_str(&b), b.len);
	buf_clear(&b);
	return text;
}

static json_t *text_value(const char *s, size_t len)
{
	return is_utf8(s, len) ? json_stringn_nocheck(s, len)
	                       : lossy_text(s, len);
}

static json_t *base64_value(const void *data, size_t len)
{
	struct buf b = { 0 };
	json_t *text;

	base64_encode(&b, data, len);
	text = json_stringn_nocheck(buf_str(&b), b.len);
	buf_clear(&b);
	return text;
}

static void set_exact(json_t *o, const char *name, json_t *value)
{
	char *exact = xasprintf("%s_base64", name);

	set(o, exact, value);
	free(exact);
}

static void set_text(json_t *o, const char *name, const struct event *e,
                     struct ev_ref r)
{
	const char *s = event_text(e, r);

	set(o, name, text_value(s, r.len));
	if (!is_utf8(s, r.len))
		set_exact(o, name, base64_value(s, r.len));
}

/* A reference to an array of texts; one that is not UTF-8 stands in
 * NAME_base64 at its place, the others are null there. */
static void set_texts(json_t *o, const char *name, const struct event *e,
                      struct ev_ref r)
{
	json_t *texts = have(json_array()), *exact = have(json_array());
	bool all_utf8 = true;

	for (uint32_t i = 0; i < r.len; i++) {
		struct ev_ref item = event_item(e, r, i);
		const char *s = event_text(e, item);
		bool utf8 = is_utf8(s, item.len);

		append(texts, text_value(s, item.len));
		append(exact, utf8 ? json_null() : base64_value(s, item.len));
		all_utf8 &= utf8;
	}
	set(o, name, texts);
	if (all_utf8)
		json_decref(exact);
	else
		set_exact(o, name, exact);
}

static void set_answers(json_t *o, const char *name, const struct event *e)
{
	json_t *list = have(json_array());
	char type[10];

	for (uint32_t i = 0; i < e->u.dns.answers.len; i++) {
		const struct ev_rr *rr = event_rr(e, i);
		json_t *item = have(json_object());

		set_text(item, "name", e, rr->name);
		set(item, "type", json_string(dns_type_text(rr->type, type)));
		set(item, "ttl", json_integer(rr->ttl));
		set_text(item, "data", e, rr->data);
		append(list, item);
	}
	set(o, name, list);
}

static void set_said(json_t *o, const char *name, char *text)
{
	if (text)
		set(o, name, text_value(text, strlen(text)));
	free(text);
}

static void set_voice(json_t *o, const char *name, const struct event *e,
                      const struct json_voice *voice, enum json_say what)
{
	if (voice)
		set_said(o, name, voice->say(e, what, 0));
}

static void set_hosts(json_t *o, const char *name, const struct event *e,
                      const struct json_voice *voice)
{
	json_t *list = have(json_array());

	for (uint32_t i = 0; i < e->u.route.hosts.len; i++) {
		const struct ev_host *h = event_host(e, i);
		json_t *item = have(json_object());

		set(item, "preference", json_integer(h->preference));
		set_text(item, "host", e, h->host);
		set_texts(item, "addresses", e, h->addresses);
		set(item, "unusable", json_boolean(h->unusable));
		if (voice && h->why.len)
			set_said(item, "why", voice->say(e, JSON_SAY_WHY, i));
		set_text(item, "reason", e, h->why);
		append(list, item);
	}
	set(o, name, list);
}

static void set_trace(json_t *o, const char *name, const struct event *e,
                      const struct json_voice *voice)
{
	json_t *list = have(json_array());

	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		const struct ev_trace *step = event_trace(e, i);
		json_t *item = have(json_object());

		set(item, "depth", json_integer(step->depth));
		if (voice)
			set_said(item, "text",
			         voice->say(e, JSON_SAY_STEP, i));
		set_text(item, "say", e, step->say);
		set_texts(item, "args", e, step->args);
		append(list, item);
	}
	set(o, name, list);
}

/* What lines cannot say in UTF-8 is in raw even where the session saw no need
 * to keep the bytes apart: lines joined by CRLF are what came. */
static void set_raw(json_t *o, const char *name, const struct event *e)
{
	const struct ev_reply *r = &e->u.reply;
	struct buf b = { 0 };
	bool all_utf8 = true;

	if (r->raw.len) {
		set(o, name, base64_value(event_text(e, r->raw), r->raw.len));
		return;
	}
	for (uint32_t i = 0; i < r->lines.len; i++) {
		struct ev_ref item = event_item(e, r->lines, i);

		all_utf8 &= is_utf8(event_text(e, item), item.len);
		buf_add(&b, event_text(e, item), item.len);
		buf_adds(&b, "\r\n");
	}
	if (!all_utf8)
		set(o, name, base64_value(b.data, b.len));
	buf_clear(&b);
}

static void set_cert_field(json_t *o, const struct field *f,
                           const struct event *e, const struct ev_cert *c)
{
	const struct ev_ref *r = (const void *)((const char *)c + f->offset);

	if (f->type == FIELD_TEXTS)
		set_texts(o, f->name, e, *r);
	else
		set_text(o, f->name, e, *r);
}

static void set_chain(json_t *o, const char *name, const struct event *e)
{
	json_t *list = have(json_array());

	for (uint32_t i = 0; i < e->u.tls.chain.len; i++) {
		json_t *item = have(json_object());

		for (const struct field *f = fields_of_cert(); f->name; f++)
			set_cert_field(item, f, e, event_cert(e, i));
		append(list, item);
	}
	set(o, name, list);
}

/* What most look for, where they need not dig for it. */
static void set_leaf(json_t *o, const char *name, const struct event *e)
{
	const struct field *f = fields_of_cert();

	while (strcmp(f->name, name) != 0)
		f++;
	if (e->u.tls.chain.len)
		set_cert_field(o, f, e, event_cert(e, 0));
	else
		set(o, name, json_null());
}

static json_t *milliseconds(uint32_t us)
{
	return us % 1000 ? json_real(us / 1e3) : json_integer(us / 1000);
}

/* The fields that are one plain value. at: the member in the event. */
static json_t *plain_value(const struct field *f, const void *at)
{
	const uint32_t *u32 = at;
	const uint16_t *u16 = at;
	const uint8_t *u8 = at;
	const bool *flag = at;
	char type[10];

	switch (f->type) {
	case FIELD_U32: return json_integer(*u32);
	case FIELD_TO: return *u32 == EV_UNASKED ? json_null()
	                                         : json_integer(*u32);
	case FIELD_MS: return milliseconds(*u32);
	case FIELD_MS_KNOWN: return *u32 ? milliseconds(*u32) : json_null();
	case FIELD_COLUMN: return json_integer(*(const int32_t *)at);
	case FIELD_U16: return json_integer(*u16);
	case FIELD_RRTYPE: return json_string(dns_type_text(*u16, type));
	case FIELD_WORD: return json_string(f->words->name(*u8));
	case FIELD_BOOL: return json_boolean(*flag);
	case FIELD_DIRECTION: return json_string(*flag ? "in" : "out");
	default: return json_integer(*u8);
	}
}

static void set_base64(json_t *o, const char *name, const struct event *e,
                       struct ev_ref r)
{
	if (r.len)
		set(o, name, base64_value(event_text(e, r), r.len));
}

/* The fields that are a piece of the payload; false: f is none of them. */
static bool set_piece(json_t *o, const struct field *f, const struct event *e,
                      const struct json_voice *voice)
{
	const struct ev_ref *r = (const void *)((const char *)e + f->offset);

	switch (f->type) {
	case FIELD_TEXT: set_text(o, f->name, e, *r); return true;
	case FIELD_TEXTS: set_texts(o, f->name, e, *r); return true;
	case FIELD_TEXT_NULL:
		if (r->len)
			set_text(o, f->name, e, *r);
		else
			set(o, f->name, json_null());
		return true;
	case FIELD_TEXT_SET:
		if (r->len)
			set_text(o, f->name, e, *r);
		return true;
	case FIELD_WIRE:
		if (voice && voice->wire)
			set_base64(o, f->name, e, *r);
		return true;
	case FIELD_BASE64: set_base64(o, f->name, e, *r); return true;
	default: return false;
	}
}

static void set_field(json_t *o, const struct field *f, const struct event *e,
                      const struct json_voice *voice)
{
	if (set_piece(o, f, e, voice))
		return;
	switch (f->type) {
	case FIELD_ANSWERS: set_answers(o, f->name, e); return;
	case FIELD_HOSTS: set_hosts(o, f->name, e, voice); return;
	case FIELD_CHAIN: set_chain(o, f->name, e); return;
	case FIELD_TRACE: set_trace(o, f->name, e, voice); return;
	case FIELD_LEAF: set_leaf(o, f->name, e); return;
	case FIELD_RAW: set_raw(o, f->name, e); return;
	case FIELD_SAY_TEXT:
		set_voice(o, f->name, e, voice, JSON_SAY_TEXT);
		return;
	case FIELD_SAY_NEXT:
		set_voice(o, f->name, e, voice, JSON_SAY_NEXT);
		return;
	case FIELD_SAY_WHY:
		set_voice(o, f->name, e, voice, JSON_SAY_WHY);
		return;
	case FIELD_SAY_MTA:
		set_voice(o, f->name, e, voice, JSON_SAY_MTA);
		return;
	default:
		set(o, f->name,
		    plain_value(f, (const char *)e + f->offset));
	}
}

/* 15 digits hold microseconds for 31 years. */
static json_t *seconds(int64_t us)
{
	return us % 1000000 ? json_real((double)us / 1e6)
	                    : json_integer(us / 1000000);
}

static int to_buf(const char *data, size_t len, void *out)
{
	buf_add(out, data, len);
	return 0;
}

static void add_escape(struct buf *out, uint32_t cp)
{
	if (cp < 0x10000) {
		buf_addf(out, "\\u%04x", (unsigned)cp);
		return;
	}
	cp -= 0x10000; /* RFC 8259 section 7: a surrogate pair */
	buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 | cp >> 10),
	         (unsigned)(0xdc00 | (cp & 0x3ff)));
}

/*
 * JSON lets DEL, C1, bidi and invisible characters through as they are, but
 * lines go to terminals, too: what must be a token there is \u here. Such
 * characters stand in strings only.
 */
static void add_harmless(struct buf *out, const struct buf *json)
{
	uint32_t cp;

	for (size_t i = 0, used; i < json->len; i += used) {
		used = utf8_decode(json->data + i, json->len - i, &cp);
		if (char_columns(cp) < 0)
			add_escape(out, cp);
		else
			buf_add(out, json->data + i, used);
	}
}

void json_write(struct buf *out, const struct event *e,
                const struct json_voice *voice)
{
	struct buf line = { 0 };
	json_t *o;

	if (e->kind == EV_PROMPT || e->kind == EV_ASK)
		return;
	o = have(json_object());
	set(o, "v", json_integer(JSON_VERSION));
	set(o, "t", seconds(e->t_us));
	set(o, "n", json_integer(e->n));
	set(o, "session", json_integer(e->session));
	set_text(o, "target", e, e->target);
	set(o, "event", json_string(event_kind_name(e->kind)));
	for (const struct field *f = fields_of(e->kind); f->name; f++)
		set_field(o, f, e, voice);
	if (json_dump_callback(o, to_buf, &line,
	                       JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
		xmalloc(SIZE_MAX);
	add_harmless(out, &line);
	buf_clear(&line);
	buf_addc(out, '\n');
	json_decref(o);
}
