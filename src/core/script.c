#include "config.h"

#include "core/script.h"

#include <stdbool.h>
#include <string.h>

#include "core/escape.h"

struct script_range {
	uint32_t first, last;
	enum script script;
};

#include "core/script_table.h"

#define BIT(script) (1u << (script))

static const char *const names[SCRIPT_COUNT] = {
#define SCRIPT_NAME(id, name) name,
	SCRIPTS(SCRIPT_NAME)
#undef SCRIPT_NAME
};

/* UTS 39 §5.2: written together by many, and told apart by all. */
static const uint32_t together[] = {
	BIT(SCRIPT_LATIN) | BIT(SCRIPT_HAN) | BIT(SCRIPT_HIRAGANA) |
	    BIT(SCRIPT_KATAKANA),
	BIT(SCRIPT_LATIN) | BIT(SCRIPT_HAN) | BIT(SCRIPT_BOPOMOFO),
	BIT(SCRIPT_LATIN) | BIT(SCRIPT_HAN) | BIT(SCRIPT_HANGUL),
};

/*
 * Small letters that have the shape of a Latin one. home: domains of countries
 * where the script is written every day, so that a word of such letters is
 * just a word; with a blank around each.
 */
static const struct twin {
	enum script script;
	const char *letters, *home;
} twins[] = {
	{ SCRIPT_CYRILLIC, "аеорсухіјѕԁԛԝһӏѵ",
	  " bg by kg kz mk mn rs ru su tj ua uz " },
	{ SCRIPT_GREEK, "αγικνορσυ", " cy gr " },
	{ SCRIPT_ARMENIAN, "գզհյնոսցօ", " am " },
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum script script_of(uint32_t cp)
{
	size_t from = 0, to = COUNT(script_table);

	while (from < to) {
		size_t middle = (from + to) / 2;
		const struct script_range *r = &script_table[middle];

		if (cp > r->last)
			from = middle + 1;
		else if (cp < r->first)
			to = middle;
		else
			return r->script;
	}
	return SCRIPT_COMMON;
}

const char *script_name(enum script s)
{
	return names[s];
}

/* A bit for each script in text, len octets. */
static uint32_t scripts_in(const char *text, size_t len)
{
	uint32_t found = 0, cp;

	for (size_t at = 0, n; at < len; at += n) {
		n = utf8_decode(text + at, len - at, &cp);
		if (n)
			found |= BIT(script_of(cp));
		else
			n = 1;
	}
	return found & ~BIT(SCRIPT_COMMON);
}

static bool may_be_together(uint32_t scripts)
{
	if ((scripts & (scripts - 1)) == 0)
		return true; /* one or none */
	for (size_t i = 0; i < COUNT(together); i++)
		if ((scripts & ~together[i]) == 0)
			return true;
	return false;
}

static enum script lowest(uint32_t scripts)
{
	enum script s = SCRIPT_COMMON;

	while (scripts && !(scripts >> s & 1))
		s++;
	return s;
}

/* Is each letter of the label one of letters? Digits and hyphens look like
 * themselves. */
static bool all_of(const char *label, size_t len, const char *letters)
{
	uint32_t cp;

	for (size_t at = 0, n; at < len; at += n) {
		char one[5] = { 0 };

		n = utf8_decode(label + at, len - at, &cp);
		if (!n)
			return false;
		memcpy(one, label + at, n);
		if (script_of(cp) != SCRIPT_COMMON && !strstr(letters, one))
			return false;
	}
	return true;
}

static bool is_home(const struct twin *t, const char *top)
{
	size_t len = strlen(top);

	if (!len)
		return false;
	for (const char *p = strstr(t->home, top); p; p = strstr(p + 1, top))
		if (p[-1] == ' ' && p[len] == ' ')
			return true;
	return false;
}

/* Below a top-level domain of the same script no one expects Latin letters. */
static bool looks_latin(const char *label, size_t len, const char *top,
                        uint32_t scripts)
{
	for (size_t i = 0; i < COUNT(twins); i++) {
		const struct twin *t = &twins[i];

		if (scripts == BIT(t->script))
			return !(scripts_in(top, strlen(top)) & scripts) &&
			       !is_home(t, top) &&
			       all_of(label, len, t->letters);
	}
	return false;
}

struct script_remark script_judge(const char *name)
{
	const char *dot = strrchr(name, '.');
	const char *top = dot ? dot + 1 : "";
	struct script_remark r = { .look = LOOK_PLAIN };

	for (r.at = 0; name[r.at]; r.at += r.len + (name[r.at + r.len] != 0)) {
		uint32_t scripts;

		r.len = strcspn(name + r.at, ".");
		scripts = scripts_in(name + r.at, r.len);
		r.first = lowest(scripts);
		r.second = lowest(scripts & ~BIT(r.first));
		if (!may_be_together(scripts))
			r.look = LOOK_MIXED;
		else if (looks_latin(name + r.at, r.len, top, scripts))
			r.look = LOOK_LATIN;
		if (r.look != LOOK_PLAIN)
			return r;
	}
	return (struct script_remark){ .look = LOOK_PLAIN };
}
