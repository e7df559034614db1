#include "config.h"

#include "import/piece.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

bool piece_is(struct piece s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

bool piece_begins(struct piece s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && memcmp(s.p, text, len) == 0;
}

bool piece_begins_as(struct piece s, const char *text)
{
	size_t len = strlen(text);

	return s.len >= len && strncasecmp(s.p, text, len) == 0;
}

size_t piece_find(struct piece s, const char *text)
{
	const char *at = s.len ? memmem(s.p, s.len, text, strlen(text)) : NULL;

	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

bool piece_has(struct piece s, const char *text)
{
	return piece_find(s, text) != SIZE_MAX;
}

struct piece piece_from(struct piece s, size_t at)
{
	return (struct piece){ s.p + at, s.len - at };
}

bool piece_skip(struct piece *s, const char *text)
{
	if (!piece_begins(*s, text))
		return false;
	*s = piece_from(*s, strlen(text));
	return true;
}

struct piece piece_until(struct piece *s, const char *text)
{
	size_t at = piece_find(*s, text);
	struct piece before = *s;

	if (at == SIZE_MAX) {
		*s = piece_from(*s, s->len);
		return before;
	}
	before.len = at;
	*s = piece_from(*s, at + strlen(text));
	return before;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct piece piece_trim(struct piece s)
{
	while (s.len && is_blank(s.p[0]))
		s = piece_from(s, 1);
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool piece_number(struct piece *s, unsigned *out)
{
	uint64_t n = 0;

	while (s->len && !is_digit(s->p[0]))
		*s = piece_from(*s, 1);
	if (s->len == 0)
		return false;
	while (s->len && is_digit(s->p[0])) {
		n = n * 10 + (uint64_t)(s->p[0] - '0');
		n = n > UINT32_MAX ? UINT32_MAX : n;
		*s = piece_from(*s, 1);
	}
	*out = (unsigned)n;
	return true;
}

bool piece_is_reply(struct piece s)
{
	return s.len >= 3 && s.p[0] >= '2' && s.p[0] <= '5' &&
	       is_digit(s.p[1]) && is_digit(s.p[2]) &&
	       (s.len == 3 || s.p[3] == ' ' || s.p[3] == '-');
}

unsigned piece_code(struct piece s)
{
	return (unsigned)(s.p[0] - '0') * 100 + (unsigned)(s.p[1] - '0') * 10 +
	       (unsigned)(s.p[2] - '0');
}

bool piece_is_last(struct piece s)
{
	return s.len == 3 || s.p[3] != '-';
}
