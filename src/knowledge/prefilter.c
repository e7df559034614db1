#include "config.h"

#include "knowledge/match.h"

#include <ctype.h>
#include <string.h>

enum { LITERAL_MIN = 3, LITERAL_MAX = 64 };

/* A | outside parentheses: neither beginning nor literal hold for all. */
static bool has_alternatives(const char *pattern)
{
	int depth = 0;

	for (const char *p = pattern; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
		else if (*p == '|' && !depth)
			return true;
	}
	return false;
}

/* Does the bracket expression at p ("[45]", "[0-9]") hold c? */
static bool in_bracket(const char *p, const char *end, char c)
{
	for (p++; p < end; p++) {
		if (p + 2 < end && p[1] == '-') {
			if (c >= p[0] && c <= p[2])
				return true;
			p += 2;
		} else if (*p == c) {
			return true;
		}
	}
	return false;
}

/* Digits and brackets of digits after ^; anything else may fit. */
static void find_digits(const char *pattern, uint16_t digits[3])
{
	const char *p = pattern + (*pattern == '^');
	int i = *pattern == '^' ? 0 : 3;

	for (; i < 3; i++) {
		const char *end = *p == '[' && p[1] != '^' ? strchr(p, ']')
		                                           : NULL;

		if (!end && !isdigit((unsigned char)*p))
			return;
		digits[i] = 0;
		for (int d = 0; d <= 9; d++)
			if (end ? in_bracket(p, end, (char)('0' + d))
			        : *p == '0' + d)
				digits[i] |= (uint16_t)(1u << d);
		p = end ? end + 1 : p + 1;
	}
}

static uint64_t mark(char c)
{
	if (c >= 'a' && c <= 'z')
		return UINT64_C(1) << (c - 'a');
	if (c >= '0' && c <= '9')
		return UINT64_C(1) << (26 + c - '0');
	return UINT64_C(1) << (36 + (unsigned char)c % 28);
}

static uint64_t marks_of(const char *s)
{
	uint64_t marks = 0;

	for (; *s; s++)
		marks |= mark(*s);
	return marks;
}

/* Behind the group or bracket that begins at p. */
static const char *behind(const char *p)
{
	int depth = 0;

	if (*p == '[') {
		p += p[1] == '^' ? 2 : 1;
		p += *p == ']';
		p += strcspn(p, "]");
		return *p ? p + 1 : p;
	}
	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return p;
}

/*
 * The longest run of plain characters that every match holds, in lower case;
 * "" when there is none worth looking for. Brackets and groups end a run, and
 * what a ? * or { follows is no part of it.
 */
static void literal(const char *pattern, char out[LITERAL_MAX])
{
	char run[LITERAL_MAX];
	size_t n = 0, best = 0;

	out[0] = '\0';
	for (const char *p = pattern; ; ) {
		size_t used = *p == '\\' && p[1] ? 2 : 1;
		char c = p[used - 1];

		if (used == 2 || (c && !strchr("^$.*+?{}()[]|", c))) {
			if (n + 1 < sizeof run) /* else its beginning will do */
				run[n++] = (char)tolower((unsigned char)c);
			p += used;
			continue;
		}
		if (n && c && strchr("?*{", c))
			n--;
		if (n > best && n >= LITERAL_MIN) {
			best = n;
			memcpy(out, run, n);
			out[n] = '\0';
		}
		n = 0;
		if (!c)
			return;
		if (c == '{')
			p += strcspn(p, "}");
		p = c == '(' || c == '[' ? behind(p) : p + !!*p;
	}
}

/*
 * Where no run is worth looking for: the alternatives of a group of plain
 * words, "(XVERP|XEXDATA)", one of which every match holds.
 */
static void alternatives(const char *pattern, char out[PATTERN_WORDS])
{
	const char *group = strchr(pattern, '('), *end;
	size_t n = 0, run = 0;

	out[0] = out[1] = '\0';
	end = group ? strchr(group, ')') : NULL;
	if (!end || (end[1] && strchr("?*{", end[1])) ||
	    (size_t)(end - group) + 1 >= PATTERN_WORDS)
		return;
	for (const char *p = group + 1; p <= end; p++) {
		bool plain = !strchr("^$.*+?{}()[]|\\", *p);

		if (!plain && (run < LITERAL_MIN || (*p != '|' && p < end))) {
			out[0] = '\0';
			return;
		}
		out[n++] = plain ? (char)tolower((unsigned char)*p) : '\0';
		run = plain ? run + 1 : 0;
	}
	out[n] = '\0';
}

void pattern_prepare(const char *pattern, struct pattern_hint *out)
{
	*out = (struct pattern_hint){ .pattern = pattern,
		.digits = { UINT16_MAX, UINT16_MAX, UINT16_MAX } };
	if (has_alternatives(pattern))
		return;
	find_digits(pattern, out->digits);
	literal(pattern, out->words);
	if (*out->words)
		out->words[strlen(out->words) + 1] = '\0';
	else
		alternatives(pattern, out->words);
	out->marks = *out->words ? UINT64_MAX : 0;
	for (const char *w = out->words; *w; w += strlen(w) + 1)
		out->marks &= marks_of(w);
}

struct pattern_text pattern_text(unsigned code, const char *lower)
{
	return (struct pattern_text){ code, lower, marks_of(lower) };
}

bool pattern_hint_fits(const struct pattern_hint *h,
                       const struct pattern_text *text)
{
	unsigned code = text->code;

	if ((h->marks & ~text->marks) || !(h->digits[2] >> code % 10 & 1) ||
	    !(h->digits[1] >> code / 10 % 10 & 1) ||
	    !(h->digits[0] >> code / 100 % 10 & 1))
		return false;
	for (const char *w = h->words; *w; w += strlen(w) + 1)
		if (strstr(text->lower, w))
			return true;
	return !*h->words;
}

bool pattern_may_fit(const char *pattern, unsigned code, const char *lower)
{
	const struct pattern_text text = pattern_text(code, lower);
	struct pattern_hint h;

	pattern_prepare(pattern, &h);
	return pattern_hint_fits(&h, &text);
}
