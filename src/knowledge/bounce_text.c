#include "config.h"

#include "knowledge/bounce_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

enum { BOUNDARY_MAX = 70 /* RFC 2046 §5.1.1 */, HEADER_MAX = 2048 };

enum coding { AS_IS, QUOTED, BASE64 };

struct reader {
	struct bounce_text *out;
	const char *p, *end;
	size_t number;         /* of the line under way */
	bool header;           /* of the message or a part */
	bool skip, html, tag;  /* the part's body; inside <...> */
	enum coding coding;
	unsigned bits, n_bits; /* base64 */
	size_t start;          /* of the line being put together */
	struct buf field;      /* a header field, unfolded */
	char boundaries[BOUNCE_DEPTH_MAX][BOUNDARY_MAX + 1];
	size_t n_boundaries;
};

/* ---- lines out ---- */

static void end_line(struct reader *r, bool whole)
{
	struct bounce_text *t = r->out;

	if (t->n == BOUNCE_LINES_MAX) {
		t->cut = true;
		return;
	}
	if (t->n == t->size) {
		t->size = t->size ? 2 * t->size : 64;
		t->lines = xreallocarray(t->lines, t->size, sizeof *t->lines);
	}
	t->lines[t->n++] = (struct bounce_line){ .off = r->start,
		.len = t->text.len - r->start, .number = r->number,
		.whole = whole };
	r->start = t->text.len;
}

static void put(struct reader *r, char c)
{
	if (r->out->text.len >= BOUNCE_TEXT_MAX)
		r->out->cut = true;
	else if (c == '\n')
		end_line(r, true);
	else if (!c)
		buf_adds(&r->out->text, "\xEF\xBF\xBD");
	else if (c != '\r')
		buf_addc(&r->out->text, c);
}

/* What is marked up as <a href=...> says nothing here. */
static void put_html(struct reader *r, const char *s, size_t len)
{
	static const struct {
		const char *name;
		char c;
	} names[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' },
		      { "&quot;", '"' }, { "&#39;", '\'' },
		      { "&nbsp;", ' ' } };
	enum { COUNT = sizeof names / sizeof *names };

	for (size_t i = 0; i < len;) {
		size_t k = 0, n = 1;
		char c = s[i];

		while (k < COUNT && (n = strlen(names[k].name)) &&
		       (n > len - i || strncmp(s + i, names[k].name, n) != 0))
			k++;
		if (k == COUNT)
			n = 1;
		if (c == '<')
			r->tag = true;
		if (!r->tag)
			put(r, k < COUNT ? names[k].c : c);
		if (c == '>')
			r->tag = false;
		i += n;
	}
}

static void put_text(struct reader *r, const char *s, size_t len)
{
	if (r->html)
		put_html(r, s, len);
	else
		for (size_t i = 0; i < len; i++)
			put(r, s[i]);
}

/* ---- bodies ---- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2045 §6.7; what is not encoded well stays as it is. */
static void quoted_line(struct reader *r, const char *s, size_t len, bool whole)
{
	for (size_t i = 0; i < len; i++) {
		int a = i + 2 < len ? hex(s[i + 1]) : -1;
		int b = i + 2 < len ? hex(s[i + 2]) : -1;

		if (s[i] == '=' && i + 1 == len)
			return; /* a soft break */
		if (s[i] == '=' && a >= 0 && b >= 0) {
			char c = (char)(a * 16 + b);

			put_text(r, &c, 1);
			i += 2;
		} else {
			put_text(r, s + i, 1);
		}
	}
	if (whole)
		put(r, '\n');
}

/* RFC 2045 §6.8: other characters are passed over. */
static void base64_line(struct reader *r, const char *s, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i++) {
		const char *d = s[i] ? strchr(digits, s[i]) : NULL;
		char c;

		if (!d)
			continue;
		r->bits = r->bits << 6 | (unsigned)(d - digits);
		r->n_bits += 6;
		if (r->n_bits < 8)
			continue;
		r->n_bits -= 8;
		c = (char)(r->bits >> r->n_bits & 0xff);
		put_text(r, &c, 1);
	}
}

static void body_line(struct reader *r, const char *s, size_t len, bool whole)
{
	if (r->skip)
		return;
	if (r->coding == BASE64)
		base64_line(r, s, len);
	else if (r->coding == QUOTED)
		quoted_line(r, s, len, whole);
	else {
		put_text(r, s, len);
		if (whole)
			put(r, '\n');
	}
}

/* ---- headers ---- */

static const char *value_of(const char *field, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(field, name, n) != 0 || field[n] != ':')
		return NULL;
	return field + n + 1 + strspn(field + n + 1, " \t");
}

static void remember_boundary(struct reader *r, const char *value)
{
	static const char name[] = "boundary=";
	const char *p = value;
	size_t n;

	while (*p && strncasecmp(p, name, sizeof name - 1) != 0)
		p++;
	if (!*p || r->n_boundaries == BOUNCE_DEPTH_MAX)
		return;
	p += sizeof name - 1;
	if (*p == '"')
		n = strcspn(++p, "\"");
	else
		n = strcspn(p, " \t;");
	if (n == 0 || n > BOUNDARY_MAX)
		return;
	memcpy(r->boundaries[r->n_boundaries], p, n);
	r->boundaries[r->n_boundaries++][n] = '\0';
}

static bool begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

static void set_type(struct reader *r, const char *type)
{
	r->html = begins(type, "text/html");
	r->skip = !begins(type, "multipart/") && !r->html &&
	          !begins(type, "text/plain") &&
	          !begins(type, "message/delivery-status") &&
	          !begins(type, "message/global-delivery-status");
	if (begins(type, "multipart/"))
		remember_boundary(r, type);
}

static void end_field(struct reader *r)
{
	const char *field = buf_str(&r->field), *value;

	value = value_of(field, "Content-Type");
	if (value)
		set_type(r, value);
	value = value_of(field, "Content-Transfer-Encoding");
	if (value)
		r->coding = begins(value, "base64") ? BASE64
		          : begins(value, "quoted-printable") ? QUOTED : AS_IS;
	buf_reset(&r->field);
}

static void header_line(struct reader *r, const char *s, size_t len)
{
	if (len == 0) {
		end_field(r);
		r->header = false;
		return;
	}
	if (*s != ' ' && *s != '\t')
		end_field(r);
	if (r->field.len + len < HEADER_MAX) /* no wanted field is as long */
		for (size_t i = 0; i < len; i++)
			buf_addc(&r->field, s[i] ? s[i] : '?');
}

/* A message begins with one of these; a log or a reply does not. */
static bool begins_message(const char *s, size_t len)
{
	static const char *const names[] = { "From ", "Return-Path:",
		"Received:", "Delivered-To:", "From:", "To:", "Date:",
		"Subject:", "Message-ID:", "MIME-Version:", "Content-Type:",
		"X-Original-To:", "Reply-To:", "Auto-Submitted:", "Sender:" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (len >= strlen(names[i]) && begins(s, names[i]))
			return true;
	return false;
}

/* ---- the whole ---- */

/* "--boundary" begins a part, "--boundary--" ends them all (RFC 2046 §5.1.1);
 * a closing one of an outer level forgets those within. */
static bool boundary_line(struct reader *r, const char *s, size_t len)
{
	for (size_t i = r->n_boundaries; i-- > 0;) {
		size_t n = strlen(r->boundaries[i]);

		if (len < n + 2 || s[0] != '-' || s[1] != '-' ||
		    memcmp(s + 2, r->boundaries[i], n) != 0)
			continue;
		if (r->out->text.len > r->start)
			end_line(r, true);
		r->skip = len >= n + 4 && s[n + 2] == '-' && s[n + 3] == '-';
		r->n_boundaries = r->skip ? i : i + 1;
		r->header = !r->skip;
		r->coding = AS_IS;
		r->html = r->tag = false;
		r->bits = r->n_bits = 0;
		buf_reset(&r->field);
		return true;
	}
	return false;
}

/* The next line without its end; false: there is none. */
static bool next_line(struct reader *r, const char **s, size_t *len,
                      bool *whole)
{
	const char *p = r->p;

	if (p == r->end)
		return false;
	while (p < r->end && *p != '\n' && *p != '\r')
		p++;
	*s = r->p;
	*len = (size_t)(p - r->p);
	*whole = p < r->end;
	if (p + 1 < r->end && p[0] == '\r' && p[1] == '\n')
		p++;
	r->p = p < r->end ? p + 1 : p;
	r->number++;
	return true;
}

void bounce_text_read(struct bounce_text *out, const char *data, size_t len)
{
	struct reader r = { .out = out, .p = data, .end = data + len };
	const char *s;
	size_t n;
	bool whole;

	*out = (struct bounce_text){ 0 };
	if (len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
		r.p += 3;
	r.header = begins_message(r.p, (size_t)(r.end - r.p));
	while (!out->cut && next_line(&r, &s, &n, &whole)) {
		if (boundary_line(&r, s, n))
			continue;
		if (r.header)
			header_line(&r, s, n);
		else
			body_line(&r, s, n, whole);
	}
	if (out->text.len > r.start)
		end_line(&r, false);
	buf_str(&out->text);
	buf_clear(&r.field);
}

void bounce_text_clear(struct bounce_text *t)
{
	buf_clear(&t->text);
	free(t->lines);
	*t = (struct bounce_text){ 0 };
}
