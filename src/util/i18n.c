#include "config.h"

#include "util/i18n.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct text {
	const char *id, *text;
};

#define PO(id, text) { id, text },
static const struct text german[] = {
#include "util/de.inc"
};
#undef PO

/* English has no catalogue: its texts are the ids. */
static const struct {
	const char *tag;
	const struct text *texts; /* sorted by id, as strcmp() sorts */
	size_t count;
} languages[LANG_COUNT] = {
	[LANG_EN] = { .tag = "en" },
	[LANG_DE] = { "de", german, sizeof german / sizeof *german },
};

static enum i18n_lang current = LANG_EN;
static bool ascii;

static const char *tag_of_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return value;
	}
	return "C";
}

/* The language is what stands before the country, codeset or modifier. */
static bool tag_is(const char *tag, const char *language)
{
	size_t len = strcspn(tag, "_-.@");

	return len == strlen(language) && !strncasecmp(tag, language, len);
}

bool i18n_set(const char *tag)
{
	if (!tag)
		tag = tag_of_environment();
	if (tag_is(tag, "C") || tag_is(tag, "POSIX"))
		tag = "en";
	for (size_t i = 0; i < LANG_COUNT; i++) {
		if (tag_is(tag, languages[i].tag)) {
			current = (enum i18n_lang)i;
			return true;
		}
	}
	return false;
}

enum i18n_lang i18n_lang(void)
{
	return current;
}

const char *i18n_tag(void)
{
	return languages[current].tag;
}

static int compare_id(const void *id, const void *entry)
{
	return strcmp(id, ((const struct text *)entry)->id);
}

const char *i18n_text(const char *msgid)
{
	const struct text *found = NULL;

	if (languages[current].count > 0)
		found = bsearch(msgid, languages[current].texts,
		                languages[current].count,
		                sizeof(struct text), compare_id);
	return found ? found->text : msgid;
}

const char *i18n_pick(const char *en, const char *de)
{
	return current == LANG_DE ? de : en;
}

void i18n_ascii(bool on)
{
	ascii = on;
}

bool i18n_is_ascii(void)
{
	return ascii;
}

/* What our own texts and frames hold, sorted by code point. */
static const struct {
	uint32_t cp;
	const char *ascii;
} folds[] = {
	{ 0x00a0, " " },  { 0x00a7, "sec. " }, { 0x00ab, "\"" },
	{ 0x00ad, "" },   { 0x00b0, " deg" },  { 0x00b5, "u" },
	{ 0x00b7, "-" },  { 0x00bb, "\"" },    { 0x00c4, "Ae" },
	{ 0x00d6, "Oe" }, { 0x00d7, "x" },     { 0x00dc, "Ue" },
	{ 0x00df, "ss" }, { 0x00e4, "ae" },    { 0x00e9, "e" },
	{ 0x00f6, "oe" }, { 0x00fc, "ue" },    { 0x2010, "-" },
	{ 0x2011, "-" },  { 0x2012, "-" },     { 0x2013, "-" },
	{ 0x2014, "--" }, { 0x2018, "'" },     { 0x2019, "'" },
	{ 0x201a, "'" },  { 0x201c, "\"" },    { 0x201d, "\"" },
	{ 0x201e, "\"" }, { 0x2022, "*" },     { 0x2026, "..." },
	{ 0x202f, " " },  { 0x2039, "'" },     { 0x203a, "'" },
	{ 0x20ac, "EUR" }, { 0x2190, "<" },    { 0x2191, "^" },
	{ 0x2192, ">" },  { 0x2193, "v" },     { 0x2212, "-" },
	{ 0x2264, "<=" }, { 0x2265, ">=" },    { 0x2500, "-" },
	{ 0x2502, "|" },  { 0x250c, "+" },     { 0x2510, "+" },
	{ 0x2514, "+" },  { 0x2518, "+" },     { 0x251c, "+" },
	{ 0x2524, "+" },  { 0x252c, "+" },     { 0x2534, "+" },
	{ 0x253c, "+" },  { 0x2550, "=" },     { 0x2551, "|" },
	{ 0x2588, "#" },  { 0x258c, ">" },     { 0x258f, "|" },
	{ 0x25a0, "#" },  { 0x25b2, "^" },     { 0x25b8, ">" },
	{ 0x25ba, ">" },  { 0x25bc, "v" },     { 0x25be, "v" },
	{ 0x25c6, "*" },  { 0x25cb, "o" },     { 0x25cf, "*" },
	{ 0x2713, "+" },  { 0x2714, "+" },     { 0x2717, "x" },
	{ 0x2718, "x" },
};

static int compare_cp(const void *key, const void *entry)
{
	const uint32_t a = *(const uint32_t *)key;
	const uint32_t b = *(const uint32_t *)entry; /* its first member */

	return (a > b) - (a < b);
}

static const char *fold_of(uint32_t cp)
{
	const void *found = bsearch(&cp, folds, sizeof folds / sizeof *folds,
	                            sizeof *folds, compare_cp);
	size_t i;

	if (!found)
		return "?";
	i = (size_t)((const char *)found - (const char *)folds) / sizeof *folds;
	return folds[i].ascii;
}

/*
 * The code point at s and its length. Our texts are UTF-8 that the compiler
 * has seen; a stray byte all the same counts as one unknown character.
 */
static size_t utf8_next(const char *s, uint32_t *cp)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t len = u[0] < 0xc2 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;

	*cp = u[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80) {
			*cp = 0xfffd;
			return i;
		}
		*cp = *cp << 6 | (u[i] & 0x3fu);
	}
	if (len == 1)
		*cp = u[0] < 0x80 ? u[0] : 0xfffd;
	return len;
}

const char *i18n_fold(const char *s, char *out, size_t size)
{
	size_t used = 0;

	while (*s && used + 1 < size) {
		uint32_t cp;
		size_t len = utf8_next(s, &cp), add;
		const char *with = cp < 0x80 ? s : fold_of(cp);

		add = cp < 0x80 ? 1 : strlen(with);
		if (add > size - 1 - used)
			add = size - 1 - used;
		memcpy(out + used, with, add);
		used += add;
		s += len;
	}
	if (size > 0)
		out[used] = '\0';
	return out;
}
