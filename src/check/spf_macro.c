#include "config.h"

#include "check/spf_macro.h"

#include <ctype.h>
#include <string.h>

enum {
	KEEP_PARTS_MAX = SPF_VALUE_MAX + 1, /* no value has more */
	LETTER_MAX = IP_DOTTED_MAX,
};

/* One macro-expand as it is written. */
struct macro {
	char letter;     /* lower case, or one of "%_-" */
	bool escaped;    /* the letter was upper case */
	bool reverse;
	size_t keep;     /* parts on the right; 0: all */
	struct spf_slice delimiters;
	size_t len;      /* octets of the whole */
};

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Digits, "r", delimiters, from text.at[at] on to the "}". */
static bool read_transformers(struct macro *m, struct spf_slice text,
                              size_t at)
{
	bool digits = false;

	for (; at < text.len && isdigit((unsigned char)text.at[at]); at++) {
		digits = true;
		m->keep = m->keep * 10 + (size_t)(text.at[at] - '0');
		if (m->keep > KEEP_PARTS_MAX)
			m->keep = KEEP_PARTS_MAX;
	}
	if (digits && m->keep == 0)
		return false; /* RFC 7208 §7.3: nonzero */
	if (at < text.len && (text.at[at] == 'r' || text.at[at] == 'R')) {
		m->reverse = true;
		at++;
	}
	m->delimiters.at = text.at + at;
	while (at < text.len && is_one_of(text.at[at], ".-+,/_="))
		at++;
	m->delimiters.len = (size_t)(text.at + at - m->delimiters.at);
	m->len = at + 1;
	return at < text.len && text.at[at] == '}';
}

/* The macro at the "%" that text begins with; false: it is none. */
static bool read_macro(struct macro *m, struct spf_slice text)
{
	char c;

	*m = (struct macro){ .len = 2 };
	if (text.len < 2)
		return false;
	m->letter = text.at[1];
	if (is_one_of(m->letter, "%_-"))
		return true;
	if (m->letter != '{' || text.len < 3)
		return false;
	c = text.at[2];
	m->escaped = isupper((unsigned char)c);
	m->letter = (char)tolower((unsigned char)c);
	return is_one_of(m->letter, "slodiphvcrt") &&
	       read_transformers(m, text, 3);
}

static struct spf_slice rest(struct spf_slice text, size_t from)
{
	return (struct spf_slice){ text.at + from, text.len - from };
}

size_t spf_macro_check(struct spf_slice text, bool explain)
{
	struct macro m;

	for (size_t at = 0; at < text.len;) {
		char c = text.at[at];

		if (c == '%') {
			if (!read_macro(&m, rest(text, at)) ||
			    (!explain && is_one_of(m.letter, "crt")))
				return at;
			at += m.len;
			continue;
		}
		if ((c < '!' || c > '~') && !(explain && c == ' '))
			return at;
		at++;
	}
	return text.len;
}

/* The next macro from *at on; *at moves behind it. false: no more. */
static bool next_macro(struct macro *m, struct spf_slice text, size_t *at)
{
	const char *p = NULL;

	if (*at < text.len)
		p = memchr(text.at + *at, '%', text.len - *at);
	if (!p || !read_macro(m, rest(text, (size_t)(p - text.at))))
		return false;
	*at = (size_t)(p - text.at) + m->len;
	return true;
}

size_t spf_macro_end(struct spf_slice text)
{
	struct macro m;
	size_t at = 0;

	while (next_macro(&m, text, &at))
		;
	return at;
}

bool spf_macro_uses(struct spf_slice text, const char *letters)
{
	struct macro m;
	size_t at = 0;

	while (next_macro(&m, text, &at))
		if (is_one_of(m.letter, letters))
			return true;
	return false;
}

/* ---- expansion ---- */

/* text: where an address is written out. */
static struct spf_slice value_of(char letter, const struct spf_values *v,
                                 char text[LETTER_MAX])
{
	const char *s = "unknown"; /* r, t */

	switch (letter) {
	case 's': s = v->sender; break;
	case 'l': s = v->local; break;
	case 'o': s = v->origin; break;
	case 'd': s = v->domain; break;
	case 'h': s = v->helo; break;
	case 'p': s = v->validated ? v->validated : s; break;
	case 'v': s = v->ip.size == 4 ? "in-addr" : "ip6"; break;
	case 'i': s = ip_dotted(&v->ip, text); break;
	case 'c': s = ip_text(&v->ip, text); break;
	default: break;
	}
	return (struct spf_slice){ s, strnlen(s, SPF_VALUE_MAX) };
}

static size_t split(struct spf_slice value, struct spf_slice delimiters,
                    struct spf_slice *parts)
{
	size_t n = 1;

	parts[0] = (struct spf_slice){ value.at, 0 };
	for (size_t i = 0; i < value.len; i++) {
		const char *at = value.at + i;

		if (memchr(delimiters.at, *at, delimiters.len))
			parts[n++] = (struct spf_slice){ at + 1, 0 };
		else
			parts[n - 1].len++;
	}
	return n;
}

/* RFC 3986 §2.3: all but the unreserved characters. */
static void add_escaped(struct buf *out, struct spf_slice part)
{
	for (size_t i = 0; i < part.len; i++) {
		unsigned char c = (unsigned char)part.at[i];

		if (c < 0x80 && (isalnum(c) || is_one_of((char)c, "-._~")))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static void add_value(struct buf *out, const struct macro *m,
                      const struct spf_values *v)
{
	static const struct spf_slice dot = { ".", 1 };
	struct spf_slice parts[KEEP_PARTS_MAX];
	char text[LETTER_MAX];
	size_t n = split(value_of(m->letter, v, text),
	                 m->delimiters.len ? m->delimiters : dot, parts);
	size_t first = m->keep && m->keep < n ? n - m->keep : 0;

	for (size_t i = first; i < n; i++) {
		struct spf_slice part = parts[m->reverse ? n - 1 - i : i];

		if (i > first)
			buf_addc(out, '.');
		if (m->escaped)
			add_escaped(out, part);
		else
			buf_add(out, part.at, part.len);
	}
}

static void add_macro(struct buf *out, const struct macro *m,
                      const struct spf_values *v)
{
	if (m->letter == '%')
		buf_addc(out, '%');
	else if (m->letter == '_')
		buf_addc(out, ' ');
	else if (m->letter == '-')
		buf_adds(out, "%20");
	else
		add_value(out, m, v);
}

/* Leaves max octets of out, at one of its ends. */
static bool cut(struct buf *out, size_t max, enum spf_keep keep)
{
	if (out->len <= max)
		return false;
	if (keep == SPF_KEEP_END)
		buf_drop(out, out->len - max);
	else
		out->len = max;
	return true;
}

bool spf_macro_expand(struct buf *out, struct spf_slice text,
                      const struct spf_values *v, size_t max,
                      enum spf_keep keep)
{
	bool was_cut = false;

	for (size_t at = 0; at < text.len;) {
		struct macro m;

		if (text.at[at] == '%' && read_macro(&m, rest(text, at))) {
			add_macro(out, &m, v);
			at += m.len;
		} else {
			buf_addc(out, text.at[at++]);
		}
		/* twice as much, so that little is moved often */
		if (out->len > 2 * max)
			was_cut |= cut(out, max, keep);
		if (was_cut && keep == SPF_KEEP_START)
			break;
	}
	was_cut |= cut(out, max, keep);
	buf_str(out);
	return !was_cut;
}
