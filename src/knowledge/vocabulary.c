#include "config.h"

#include "knowledge/vocabulary.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "knowledge/tables.h"

enum { NAME_MAX_LEN = 128 }; /* of a name in a table, its dots as "\." */

/* Does the text hold it, not as a part of a longer word? */
static bool holds(const char *text, const char *word, size_t len)
{
	for (const char *p = text; (p = strpbrk(p, (char[]){ word[0],
	     (char)toupper((unsigned char)word[0]), '\0' })); p++)
		if (strncasecmp(p, word, len) == 0 &&
		    (p == text || !isalnum((unsigned char)p[-1])) &&
		    !isalnum((unsigned char)p[len]))
			return true;
	return false;
}

static bool in_patterns(const char *word, size_t len)
{
	const struct provider_row *p;

	for (size_t i = 0; (p = provider_at(i)); i++)
		if (holds(p->pattern, word, len))
			return true;
	return false;
}

static bool in_tables(const char *word, size_t len)
{
	const struct wording *w;
	const struct banner *b;
	const struct operator_row *o;
	const struct contradiction *c;

	for (size_t i = 0; (w = wording_at(i)); i++)
		if (holds(w->words, word, len))
			return true;
	for (size_t i = 0; (b = banner_at(i)); i++)
		if (holds(b->pattern, word, len) ||
		    holds(b->software, word, len))
			return true;
	for (size_t i = 0; (o = operator_at(i)); i++)
		if (holds(o->name, word, len) || holds(o->hosts, word, len))
			return true;
	for (size_t i = 0; (c = contradiction_at(i)); i++)
		if (holds(c->words, word, len))
			return true;
	return in_patterns(word, len);
}

static bool word_is_ordinary(const char *text, size_t len)
{
	return len > 0 && in_tables(text, len);
}

/* A name of patterns, in which its dots are escaped. */
static bool is_pattern_name(const char *name, size_t len)
{
	char escaped[NAME_MAX_LEN];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (n + 2 >= sizeof escaped)
			return false;
		if (name[i] == '.')
			escaped[n++] = '\\';
		escaped[n++] = name[i];
	}
	escaped[n] = '\0';
	return memchr(name, '.', len) && in_patterns(escaped, n);
}

/* Tables have these with alternatives or without their end, so that no search
 * finds them. */
static bool is_known_page(const char *name, size_t len)
{
	static const char *const pages[] = { "openspf.org", "openspf.net",
		"openspf.com", "open-spf.org", "open-spf.net", "open-spf.com",
		"sorbs.net" };

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		size_t n = strlen(pages[i]);

		if (n <= len && memcmp(name + len - n, pages[i], n) == 0 &&
		    (n == len || name[len - n - 1] == '.'))
			return true;
	}
	return false;
}

/* It, a domain that it is in, or what it begins with ("RESOLVER.ADR."). */
static bool name_is_public(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((i == 0 || text[i - 1] == '.') &&
		    is_pattern_name(text + i, len - i))
			return true;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '.' && is_pattern_name(text, i))
			return true;
	return is_known_page(text, len);
}

const struct mask_keep vocabulary = { .word = word_is_ordinary,
	.name = name_is_public };
