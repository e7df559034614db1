#include "config.h"

#include "record/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dns.h"
#include "util/base64.h"
#include "record/fields.h"
#include "record/scan.h"
#include "util/i18n.h"
#include "util/xalloc.h"

struct json_reader {
	struct scan scan;
	struct event_builder b;
	struct buf text;       /* one string with its escapes undone */
	struct ev_ref *refs;   /* items of the array under way */
	size_t refs_size;
	struct buf error;
};

enum { NONE = 0 }; /* no token: 0 is the object itself, never a value */

struct json_reader *json_reader_new(void)
{
	return xcalloc(1, sizeof(struct json_reader));
}

void json_reader_free(struct json_reader *r)
{
	if (!r)
		return;
	scan_clear(&r->scan);
	buf_clear(&r->b.payload);
	buf_clear(&r->text);
	buf_clear(&r->error);
	free(r->refs);
	free(r);
}

const char *json_error(struct json_reader *r)
{
	return buf_str(&r->error);
}

bool json_broken(const struct json_reader *r)
{
	return r->scan.error && !r->scan.over;
}

static bool wrong(struct json_reader *r, const char *name, const char *form)
{
	buf_reset(&r->error);
	buf_addf(&r->error, _("field \"%s\": %s expected"), name, form);
	return false;
}

static const struct token *token(const struct json_reader *r, size_t i)
{
	return &r->scan.tokens[i];
}

/* The value of the field name in object, or NONE. Of two, the first. */
static size_t find(const struct json_reader *r, size_t object,
                   const char *name)
{
	size_t i = object + 1;

	while (i < token(r, object)->next) {
		if (scan_is(&r->scan, i, name))
			return i + 1;
		i = token(r, i + 1)->next;
	}
	return NONE;
}

static const char *string(struct json_reader *r, size_t i)
{
	buf_reset(&r->text);
	scan_string(&r->scan, i, &r->text);
	return buf_str(&r->text);
}

static bool put_base64(struct json_reader *r, size_t i, const char *name,
                       struct ev_ref *out)
{
	const struct token *t = token(r, i);

	buf_reset(&r->text);
	if (t->kind != TOKEN_STRING ||
	    !base64_decode(&r->text, r->scan.line + t->start, t->len))
		return wrong(r, name, _("a text in base64"));
	*out = event_put(&r->b, r->text.data, r->text.len);
	return true;
}

static bool put_string(struct json_reader *r, size_t i, const char *name,
                       struct ev_ref *out)
{
	const struct token *t = token(r, i);

	if (t->kind != TOKEN_STRING)
		return wrong(r, name, _("a text"));
	if (!t->escaped) {
		*out = event_put(&r->b, r->scan.line + t->start, t->len);
		return true;
	}
	string(r, i);
	*out = event_put(&r->b, r->text.data, r->text.len);
	return true;
}

/* The exact bytes of a text that is not UTF-8: field NAME_base64, or NONE. */
static size_t find_exact(const struct json_reader *r, size_t object,
                         const char *name)
{
	char exact[64];
	size_t len = strlen(name);
	static const char suffix[] = "_base64";

	if (len + sizeof suffix > sizeof exact)
		return NONE;
	memcpy(exact, name, len);
	memcpy(exact + len, suffix, sizeof suffix);
	return find(r, object, exact);
}

/* i: the value of name in object, NONE when it is missing: then empty. */
static bool put_text(struct json_reader *r, size_t object, const char *name,
                     struct ev_ref *out)
{
	size_t i = find(r, object, name), exact;

	*out = (struct ev_ref){ 0, 0 };
	if (i == NONE || token(r, i)->kind == TOKEN_NULL)
		return true;
	/* only a text with a replacement character can have been changed */
	exact = memchr(r->scan.line + token(r, i)->start, '\xef',
	               token(r, i)->len) ? find_exact(r, object, name) : NONE;
	return exact == NONE ? put_string(r, i, name, out)
	                     : put_base64(r, exact, name, out);
}

static void reserve_refs(struct json_reader *r, size_t n)
{
	if (n <= r->refs_size)
		return;
	r->refs_size = n > 16 ? 2 * n : 32;
	r->refs = xreallocarray(r->refs, r->refs_size, sizeof *r->refs);
}

static bool put_texts(struct json_reader *r, size_t object, const char *name,
                      struct ev_ref *out)
{
	size_t list = find(r, object, name), exact, n = 0, x = NONE;

	*out = (struct ev_ref){ 0, 0 };
	if (list == NONE)
		return true;
	if (token(r, list)->kind != TOKEN_ARRAY)
		return wrong(r, name, _("a list of texts"));
	exact = find_exact(r, object, name);
	if (exact != NONE && token(r, exact)->kind == TOKEN_ARRAY)
		x = exact + 1;
	for (size_t i = list + 1; i < token(r, list)->next;
	     i = token(r, i)->next, n++) {
		bool bytes = x != NONE && x < token(r, exact)->next &&
		             token(r, x)->kind == TOKEN_STRING;

		reserve_refs(r, n + 1);
		if (!(bytes ? put_base64(r, x, name, &r->refs[n])
		            : put_string(r, i, name, &r->refs[n])))
			return false;
		x = x == NONE ? NONE : token(r, x)->next;
	}
	*out = event_put_array(&r->b, r->refs, sizeof *r->refs, n);
	return true;
}

static bool get_integer(struct json_reader *r, size_t i, const char *name,
                        const int64_t range[2], int64_t *out)
{
	char form[80];

	if (scan_integer(&r->scan, i, range[0], range[1], out))
		return true;
	snprintf(form, sizeof form, _("a whole number from %lld to %lld"),
	         (long long)range[0], (long long)range[1]);
	return wrong(r, name, form);
}

static bool get_bool(struct json_reader *r, size_t object, const char *name,
                     bool *out)
{
	size_t i = find(r, object, name);

	if (i == NONE)
		return true;
	if (token(r, i)->kind != TOKEN_TRUE && token(r, i)->kind != TOKEN_FALSE)
		return wrong(r, name, "true | false");
	*out = token(r, i)->kind == TOKEN_TRUE;
	return true;
}

static bool get_rrtype(struct json_reader *r, size_t i, uint16_t *out)
{
	*out = token(r, i)->kind == TOKEN_STRING
	           ? dns_type_find(string(r, i)) : 0;
	/* so is written what had no type: 0, which is none */
	return *out || scan_is(&r->scan, i, "TYPE0") ||
	       wrong(r, "type", _("a record type such as MX"));
}

static bool get_ms(struct json_reader *r, size_t i, const char *name,
                   uint32_t *out)
{
	int64_t us = 0;

	if (token(r, i)->kind != TOKEN_NULL &&
	    !scan_fixed(&r->scan, i, 3, UINT32_MAX, &us))
		return wrong(r, name, _("milliseconds"));
	*out = (uint32_t)us;
	return true;
}

/* Items of the lists of objects: each fills the struct at out. */

static bool read_answer(struct json_reader *r, size_t item, void *out)
{
	static const int64_t ttl_range[2] = { 0, UINT32_MAX };
	size_t type = find(r, item, "type"), ttl = find(r, item, "ttl");
	struct ev_rr *rr = out;
	int64_t seconds = 0;

	if (ttl != NONE && !get_integer(r, ttl, "ttl", ttl_range, &seconds))
		return false;
	rr->ttl = (uint32_t)seconds;
	return (type == NONE || get_rrtype(r, type, &rr->type)) &&
	       put_text(r, item, "name", &rr->name) &&
	       put_text(r, item, "data", &rr->data);
}

static bool read_host(struct json_reader *r, size_t item, void *out)
{
	static const int64_t range[2] = { 0, UINT16_MAX };
	size_t preference = find(r, item, "preference");
	struct ev_host *h = out;
	int64_t v = 0;

	if (preference != NONE &&
	    !get_integer(r, preference, "preference", range, &v))
		return false;
	h->preference = (uint16_t)v;
	return get_bool(r, item, "unusable", &h->unusable) &&
	       put_text(r, item, "host", &h->host) &&
	       put_text(r, item, "reason", &h->why) &&
	       put_texts(r, item, "addresses", &h->addresses);
}

static bool read_cert(struct json_reader *r, size_t item, void *out)
{
	bool ok = true;

	for (const struct field *f = fields_of_cert(); ok && f->name; f++) {
		struct ev_ref *at = (void *)((char *)out + f->offset);

		ok = f->type == FIELD_TEXTS ? put_texts(r, item, f->name, at)
		                            : put_text(r, item, f->name, at);
	}
	return ok;
}

static bool read_step(struct json_reader *r, size_t item, void *out)
{
	static const int64_t range[2] = { 0, UINT32_MAX };
	size_t depth = find(r, item, "depth");
	struct ev_trace *step = out;
	int64_t v = 0;

	if (depth != NONE && !get_integer(r, depth, "depth", range, &v))
		return false;
	step->depth = (uint32_t)v;
	return put_text(r, item, "say", &step->say) &&
	       put_texts(r, item, "args", &step->args);
}

struct list_form {
	bool (*read)(struct json_reader *r, size_t item, void *out);
	size_t size; /* of the struct that it fills, zeroed before */
};

/* How many values list holds; each must be an object. */
static bool count_objects(struct json_reader *r, size_t list,
                          const char *name, size_t *n)
{
	*n = 0;
	if (token(r, list)->kind != TOKEN_ARRAY)
		return wrong(r, name, _("a list"));
	for (size_t i = list + 1; i < token(r, list)->next;
	     i = token(r, i)->next, ++*n)
		if (token(r, i)->kind != TOKEN_OBJECT)
			return wrong(r, name, _("a list of objects"));
	return true;
}

static bool put_list(struct json_reader *r, const struct field *f, size_t list,
                     const struct list_form *form, struct ev_ref *out)
{
	size_t n, done = 0;
	bool ok = true;
	char *items;

	if (!count_objects(r, list, f->name, &n))
		return false;
	items = xcalloc(n, form->size);
	for (size_t i = list + 1; ok && done < n; i = token(r, i)->next)
		ok = form->read(r, i, items + form->size * done++);
	if (ok)
		*out = event_put_array(&r->b, items, form->size, n);
	free(items);
	return ok;
}

/* False: f is no list of objects. */
static bool list_form(const struct field *f, struct list_form *out)
{
	static const struct {
		enum field_type type;
		struct list_form form;
	} forms[] = {
		{ FIELD_ANSWERS, { read_answer, sizeof(struct ev_rr) } },
		{ FIELD_HOSTS, { read_host, sizeof(struct ev_host) } },
		{ FIELD_CHAIN, { read_cert, sizeof(struct ev_cert) } },
		{ FIELD_TRACE, { read_step, sizeof(struct ev_trace) } },
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].type == f->type) {
			*out = forms[i].form;
			return true;
		}
	return false;
}

/* raw is in the file also where only JSON needed it (json_write.c): then the
 * lines, exact by now, say it all. */
static bool put_raw(struct json_reader *r, size_t i, struct ev_ref *out)
{
	struct ev_ref lines = r->b.e.u.reply.lines, raw;
	const char *payload = r->b.payload.data;
	struct buf joined = { 0 };

	if (!put_base64(r, i, "raw", &raw))
		return false;
	payload = r->b.payload.data;
	for (uint32_t n = 0; n < lines.len; n++) {
		struct ev_ref line;

		memcpy(&line, payload + lines.off + n * sizeof line,
		       sizeof line);
		buf_add(&joined, payload + line.off, line.len);
		buf_adds(&joined, "\r\n");
	}
	if (joined.len != raw.len || raw.len == 0 ||
	    memcmp(joined.data, payload + raw.off, raw.len) != 0)
		*out = raw;
	buf_clear(&joined);
	return true;
}

static bool get_word(struct json_reader *r, const struct field *f, size_t i,
                     uint8_t *out)
{
	int value = token(r, i)->kind == TOKEN_STRING
	                ? f->words->find(string(r, i)) : -1;

	if (value < 0)
		return wrong(r, f->name, _("a word that this version knows"));
	*out = (uint8_t)value;
	return true;
}

static bool get_direction(struct json_reader *r, size_t i, bool *out)
{
	if (!scan_is(&r->scan, i, "in") && !scan_is(&r->scan, i, "out"))
		return wrong(r, "dir", "\"in\" | \"out\"");
	*out = scan_is(&r->scan, i, "in");
	return true;
}

static bool get_number(struct json_reader *r, const struct field *f, size_t i,
                       void *at)
{
	static const int64_t u8[2] = { 0, UINT8_MAX },
	                     u16[2] = { 0, UINT16_MAX },
	                     u32[2] = { 0, UINT32_MAX },
	                     column[2] = { -1, INT32_MAX };
	const int64_t *range = f->type == FIELD_U8 ? u8
	                       : f->type == FIELD_U16 ? u16
	                       : f->type == FIELD_COLUMN ? column : u32;
	int64_t v;

	if (f->type == FIELD_TO && token(r, i)->kind == TOKEN_NULL)
		v = EV_UNASKED;
	else if (!get_integer(r, i, f->name, range, &v))
		return false;
	if (f->type == FIELD_U8)
		*(uint8_t *)at = (uint8_t)v;
	else if (f->type == FIELD_U16)
		*(uint16_t *)at = (uint16_t)v;
	else if (f->type == FIELD_COLUMN)
		*(int32_t *)at = (int32_t)v;
	else
		*(uint32_t *)at = (uint32_t)v;
	return true;
}

static bool read_field(struct json_reader *r, const struct field *f)
{
	void *at = (char *)&r->b.e + f->offset;
	struct list_form form;
	size_t i;

	if (f->type == FIELD_TEXT || f->type == FIELD_TEXT_NULL ||
	    f->type == FIELD_TEXT_SET)
		return put_text(r, 0, f->name, at);
	if (f->type == FIELD_TEXTS)
		return put_texts(r, 0, f->name, at);
	if (f->type == FIELD_BOOL || f->type == FIELD_BOOL_SET)
		return get_bool(r, 0, f->name, at);
	i = find(r, 0, f->name);
	if (i == NONE)
		return true;
	if (list_form(f, &form))
		return put_list(r, f, i, &form, at);
	switch (f->type) {
	case FIELD_LEAF:
	case FIELD_SAY_TEXT:
	case FIELD_SAY_NEXT:
	case FIELD_SAY_WHY:
	case FIELD_SAY_MTA: return true;
	case FIELD_WIRE:
	case FIELD_BASE64: return put_base64(r, i, f->name, at);
	case FIELD_RAW: return put_raw(r, i, at);
	case FIELD_WORD: return get_word(r, f, i, at);
	case FIELD_DIRECTION: return get_direction(r, i, at);
	case FIELD_RRTYPE: return get_rrtype(r, i, at);
	case FIELD_MS:
	case FIELD_MS_KNOWN: return get_ms(r, i, f->name, at);
	default: return get_number(r, f, i, at);
	}
}

/* v, t, n, session, target: what every event has. */
static bool read_common(struct json_reader *r)
{
	static const int64_t u32[2] = { 0, UINT32_MAX };
	size_t t = find(r, 0, "t"), n = find(r, 0, "n");
	size_t session = find(r, 0, "session");
	int64_t n_value = 0, session_value = 0;

	if (t == NONE ||
	    !scan_fixed(&r->scan, t, 6, INT64_MAX / 2, &r->b.e.t_us))
		return wrong(r, "t", _("seconds since the start"));
	if ((n != NONE && !get_integer(r, n, "n", u32, &n_value)) ||
	    (session != NONE &&
	     !get_integer(r, session, "session", u32, &session_value)))
		return false;
	r->b.e.n = (uint32_t)n_value;
	r->b.e.session = (uint32_t)session_value;
	return put_text(r, 0, "target", &r->b.e.target);
}

static bool check_version(struct json_reader *r)
{
	size_t v = find(r, 0, "v");
	int64_t version;

	if (v != NONE &&
	    scan_integer(&r->scan, v, JSON_VERSION, JSON_VERSION, &version))
		return true;
	return wrong(r, "v", _("1, the version of the format that this "
	                       "program reads,"));
}

static bool scan(struct json_reader *r, const char *line, size_t len)
{
	buf_reset(&r->error);
	r->scan.error = NULL;
	if (len > JSON_LINE_MAX) {
		buf_adds(&r->error, _("the line is longer than 8 MiB"));
		return false;
	}
	if (!scan_line(&r->scan, line, len)) {
		buf_addf(&r->error, _("no JSON, column %zu: %s"),
		         r->scan.at + 1, _(r->scan.error));
		return false;
	}
	if (token(r, 0)->kind != TOKEN_OBJECT) {
		buf_adds(&r->error, _("an object {...} expected"));
		return false;
	}
	return true;
}

/* Begins the event of that kind, keeping the payload's memory. */
static void begin(struct json_reader *r, int kind)
{
	struct buf payload = r->b.payload;

	r->b = (struct event_builder){ .e.kind = (uint8_t)kind };
	buf_reset(&payload);
	r->b.payload = payload;
}

enum json_result json_read(struct json_reader *r, const char *line,
                           size_t len, struct event **out)
{
	size_t event;
	int kind;

	if (!scan(r, line, len) || !check_version(r))
		return JSON_ERROR;
	event = find(r, 0, "event");
	if (event == NONE || token(r, event)->kind != TOKEN_STRING) {
		wrong(r, "event", _("a text"));
		return JSON_ERROR;
	}
	kind = event_kind_find(string(r, event));
	if (kind < 0 || kind == EV_PROMPT || kind == EV_ASK)
		return JSON_UNKNOWN;
	begin(r, kind);
	if (!read_common(r))
		return JSON_ERROR;
	for (const struct field *f = fields_of((enum event_kind)kind); f->name;
	     f++)
		if (!read_field(r, f))
			return JSON_ERROR;
	*out = event_finish(&r->b);
	return JSON_EVENT;
}
