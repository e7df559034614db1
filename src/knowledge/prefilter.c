#include "config.h"

#include "knowledge/match.h"

#include <ctype.h>
#include <stdio.h>
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
static bool code_may_fit(const char *pattern, unsigned code)
{
	const char *p = pattern;
	char digits[12];

	if (*p++ != '^')
		return true;
	snprintf(digits, sizeof digits, "%03u", code % 1000);
	for (int i = 0; i < 3; i++) {
		const char *end = strchr(p, ']');

		if (isdigit((unsigned char)*p)) {
			if (*p++ != digits[i])
				return false;
		} else if (*p == '[' && p[1] != '^' && end) {
			if (!in_bracket(p, end, digits[i]))
				return false;
			p = end + 1;
		} else {
			return true;
		}
	}
	return true;
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

bool pattern_may_fit(const char *pattern, unsigned code, const char *lower)
{
	char word[LITERAL_MAX];

	if (has_alternatives(pattern))
		return true;
	if (!code_may_fit(pattern, code))
		return false;
	literal(pattern, word);
	return !*word || strstr(lower, word);
}
