#include "config.h"

#include "record/scan.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* Where we are in the line; the tokens go to s. */
struct reader {
	struct scan *s;
	const char *p, *end;
};

static bool fail(struct reader *r, const char *error)
{
	if (!r->s->error) {
		r->s->error = error;
		r->s->at = (size_t)(r->p - r->s->line);
	}
	return false;
}

static bool exceed(struct reader *r, const char *error)
{
	r->s->over = true;
	return fail(r, error);
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
		r->p++;
}

static struct token *add_token(struct reader *r, enum token_kind kind)
{
	struct scan *s = r->s;

	if (s->n == s->size) {
		s->size = s->size ? 2 * s->size : 64;
		s->tokens = xreallocarray(s->tokens, s->size,
		                          sizeof *s->tokens);
	}
	s->tokens[s->n] = (struct token){
		.start = (uint32_t)(r->p - s->line), .kind = (uint8_t)kind,
		.next = (uint32_t)s->n + 1,
	};
	return &s->tokens[s->n++];
}

static bool is_hex4(const char *p, const char *end)
{
	if (end - p < 4)
		return false;
	for (int i = 0; i < 4; i++)
		if (!strchr("0123456789abcdefABCDEF", p[i]) || !p[i])
			return false;
	return true;
}

/* r->p is behind a backslash; steps over the escape. */
static bool skip_escape(struct reader *r)
{
	if (r->p < r->end && *r->p == 'u') {
		if (!is_hex4(r->p + 1, r->end))
			return fail(r, N_("\\u needs four hex digits"));
		r->p += 5;
		return true;
	}
	if (r->p == r->end || !*r->p || !strchr("\"\\/bfnrt", *r->p))
		return fail(r, N_("unknown escape in a string"));
	r->p++;
	return true;
}

/* One character of a string that is neither quote nor plain ASCII. */
static bool skip_odd(struct reader *r, struct token *t)
{
	size_t used;
	uint32_t cp;

	if (*r->p == '\\') {
		t->escaped = true;
		r->p++;
		return skip_escape(r);
	}
	used = utf8_decode(r->p, (size_t)(r->end - r->p), &cp);
	if (used == 0)
		return fail(r, N_("bytes that are not UTF-8"));
	if (cp < 0x20)
		return fail(r, N_("a control character in a string"));
	r->p += used;
	return true;
}

static bool read_string(struct reader *r)
{
	struct token *t;

	r->p++; /* the quote */
	t = add_token(r, TOKEN_STRING);
	for (;;) {
		while (r->p < r->end && *r->p >= 0x20 && *r->p < 0x7f &&
		       *r->p != '"' && *r->p != '\\')
			r->p++;
		if (r->p == r->end)
			return fail(r, N_("a string without its end"));
		if (*r->p == '"')
			break;
		if (!skip_odd(r, t))
			return false;
	}
	t->len = (uint32_t)(r->p - r->s->line) - t->start;
	r->p++;
	return true;
}

static size_t skip_digits(struct reader *r)
{
	const char *from = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return (size_t)(r->p - from);
}

static bool take(struct reader *r, const char *any)
{
	if (r->p == r->end || !*r->p || !strchr(any, *r->p))
		return false;
	r->p++;
	return true;
}

static bool read_number(struct reader *r)
{
	struct token *t = add_token(r, TOKEN_NUMBER);
	const char *whole;

	take(r, "-");
	whole = r->p;
	if (skip_digits(r) == 0 || (*whole == '0' && r->p - whole > 1))
		return fail(r, N_("not a number"));
	if (take(r, ".") && skip_digits(r) == 0)
		return fail(r, N_("not a number"));
	if (take(r, "eE")) {
		take(r, "+-");
		if (skip_digits(r) == 0)
			return fail(r, N_("not a number"));
	}
	t->len = (uint32_t)(r->p - r->s->line) - t->start;
	return true;
}

static bool read_word(struct reader *r, const char *word, enum token_kind kind)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len) != 0)
		return fail(r, N_("not a JSON value"));
	add_token(r, kind)->len = (uint32_t)len;
	r->p += len;
	return true;
}

static bool read_value(struct reader *r, unsigned depth);

static bool read_key(struct reader *r)
{
	skip_blanks(r);
	if (r->p == r->end || *r->p != '"')
		return fail(r, N_("a name in quotes is missing"));
	if (!read_string(r))
		return false;
	skip_blanks(r);
	if (!take(r, ":"))
		return fail(r, N_("a colon is missing"));
	return true;
}

/* An object or an array; r->p is on its bracket. */
static bool read_group(struct reader *r, unsigned depth)
{
	bool object = *r->p == '{';
	const char *close = object ? "}" : "]";
	size_t self = r->s->n;

	if (depth >= SCAN_DEPTH_MAX)
		return exceed(r, N_("nested too deep"));
	add_token(r, object ? TOKEN_OBJECT : TOKEN_ARRAY);
	r->p++;
	skip_blanks(r);
	if (!take(r, close)) {
		do {
			if (object && !read_key(r))
				return false;
			if (!read_value(r, depth + 1))
				return false;
		} while (take(r, ","));
		if (!take(r, close))
			return fail(r, N_("a comma or a bracket is missing"));
	}
	r->s->tokens[self].next = (uint32_t)r->s->n;
	return true;
}

static bool read_one(struct reader *r, unsigned depth)
{
	if (r->p == r->end)
		return fail(r, N_("the line ends too early"));
	if (r->s->n >= SCAN_TOKENS_MAX)
		return exceed(r, N_("too many values in one line"));
	switch (*r->p) {
	case '{':
	case '[': return read_group(r, depth);
	case '"': return read_string(r);
	case 't': return read_word(r, "true", TOKEN_TRUE);
	case 'f': return read_word(r, "false", TOKEN_FALSE);
	case 'n': return read_word(r, "null", TOKEN_NULL);
	}
	if (*r->p == '-' || (*r->p >= '0' && *r->p <= '9'))
		return read_number(r);
	return fail(r, N_("not a JSON value"));
}

static bool read_value(struct reader *r, unsigned depth)
{
	skip_blanks(r);
	if (!read_one(r, depth))
		return false;
	skip_blanks(r);
	return true;
}

bool scan_line(struct scan *s, const char *line, size_t len)
{
	struct reader r = { s, line, line + len };

	s->line = line;
	s->n = 0;
	s->error = NULL;
	s->at = 0;
	s->over = false;
	if (!read_value(&r, 0))
		return false;
	if (r.p != r.end)
		return fail(&r, N_("something stands behind the value"));
	return true;
}

void scan_clear(struct scan *s)
{
	free(s->tokens);
	*s = (struct scan){ 0 };
}

bool scan_is(const struct scan *s, size_t i, const char *word)
{
	const struct token *t = &s->tokens[i];

	return t->kind == TOKEN_STRING && strlen(word) == t->len &&
	       memcmp(s->line + t->start, word, t->len) == 0;
}

static uint32_t hex4(const char *p)
{
	char digits[5] = { p[0], p[1], p[2], p[3], '\0' };

	return (uint32_t)strtoul(digits, NULL, 16);
}

/* p is behind \u; returns the bytes used, 4 or, for a pair, 10. */
static size_t add_unicode(struct buf *out, const char *p, const char *end)
{
	uint32_t cp = hex4(p), low;
	size_t used = 4;
	char utf8[4];

	if (cp >= 0xd800 && cp < 0xdc00 && end - p >= 10 && p[4] == '\\' &&
	    p[5] == 'u') {
		low = hex4(p + 6);
		if (low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			used = 10;
		}
	}
	if (cp >= 0xd800 && cp < 0xe000)
		cp = 0xfffd;
	buf_add(out, utf8, utf8_encode(cp, utf8));
	return used;
}

void scan_string(const struct scan *s, size_t i, struct buf *out)
{
	const struct token *t = &s->tokens[i];
	const char *p = s->line + t->start, *end = p + t->len;
	const char *slash;
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

	while (t->escaped && (slash = memchr(p, '\\', (size_t)(end - p)))) {
		buf_add(out, p, (size_t)(slash - p));
		p = slash + 2;
		if (slash[1] == 'u')
			p += add_unicode(out, p, end);
		else if (strchr(from, slash[1]))
			buf_addc(out, to[strchr(from, slash[1]) - from]);
		else
			buf_addc(out, slash[1]);
	}
	buf_add(out, p, (size_t)(end - p));
}

/* The common form, digits with a fraction, without the cost of strtod(). */
static bool plain_fixed(const char *p, const char *end, unsigned digits,
                        int64_t *out)
{
	bool fraction = false;
	int64_t v = 0;

	if (end - p > 17)
		return false;
	for (; p < end; p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		if (*p < '0' || *p > '9' || (fraction && digits-- == 0))
			return false;
		v = 10 * v + (*p - '0');
	}
	while (digits--)
		v *= 10;
	*out = v;
	return true;
}

bool scan_fixed(const struct scan *s, size_t i, unsigned digits, int64_t high,
                int64_t *out)
{
	const struct token *t = &s->tokens[i];
	const char *p = s->line + t->start;
	char text[64];
	double v;

	if (t->kind != TOKEN_NUMBER || t->len >= sizeof text)
		return false;
	if (t->len + digits <= 17 &&
	    plain_fixed(p, p + t->len, digits, out))
		return *out <= high;
	memcpy(text, p, t->len);
	text[t->len] = '\0';
	v = strtod(text, NULL);
	for (unsigned d = 0; d < digits; d++)
		v *= 10;
	if (!(v >= 0 && v <= (double)high))
		return false;
	*out = (int64_t)(v + 0.5);
	return *out <= high;
}

bool scan_integer(const struct scan *s, size_t i, int64_t low, int64_t high,
                  int64_t *out)
{
	const struct token *t = &s->tokens[i];
	const char *p = s->line + t->start;
	bool negative = t->len > 0 && *p == '-';
	int64_t v;

	if (t->kind != TOKEN_NUMBER || t->len > 17 ||
	    !plain_fixed(p + negative, p + t->len, 0, &v) ||
	    memchr(p, '.', t->len))
		return false;
	v = negative ? -v : v;
	if (v < low || v > high)
		return false;
	*out = v;
	return true;
}
