#include "config.h"

#include "core/trial.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/route.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static const struct {
	const char *word, *check;
	enum trial_takes takes;
} kinds[TRIAL_COUNT] = {
	[TRIAL_NONE] = { "", "", TRIAL_TAKES_NOTHING },
#define TRIAL_ROW(id, word, check, takes) [id] = { word, check, takes },
	TRIALS(TRIAL_ROW)
#undef TRIAL_ROW
};

const char *trial_word(enum trial_kind k)
{
	return kinds[k].word;
}

const char *trial_check(enum trial_kind k)
{
	return kinds[k].check;
}

enum trial_takes trial_takes(enum trial_kind k)
{
	return kinds[k].takes;
}

enum trial_kind trial_of_check(const char *check)
{
	for (int k = TRIAL_NONE + 1; k < TRIAL_COUNT; k++)
		if (strcmp(kinds[k].check, check) == 0)
			return (enum trial_kind)k;
	return TRIAL_NONE;
}

enum trial_kind trial_find(const char *text)
{
	size_t len = strcspn(text, "= ");

	for (int k = TRIAL_NONE + 1; k < TRIAL_COUNT; k++)
		if (strlen(kinds[k].word) == len &&
		    memcmp(kinds[k].word, text, len) == 0)
			return (enum trial_kind)k;
	return TRIAL_NONE;
}

static bool is_number(const char *s, unsigned low, unsigned high)
{
	unsigned long n = strtoul(s, NULL, 10);

	for (size_t i = 0; s[i]; i++)
		if (!isdigit((unsigned char)s[i]) || i > 8)
			return false;
	return n >= low && n <= high;
}

/* A name or a literal: one word that no command line can be broken with. */
static bool is_word(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '<' || s[i] == '>')
			return false;
	return len <= TRIAL_VALUE_MAX;
}

/* NULL, or what it should have been. */
static const char *value_error(enum trial_kind k, const char *value)
{
	switch (k) {
	case TRIAL_GREYLIST:
		return is_number(value, 1, TRIAL_WAIT_MAX_S)
		           ? NULL : N_("seconds, 1 to 14400");
	case TRIAL_SEVERAL_HOSTS:
		return is_number(value, 2, TRIAL_SEVERAL_MAX)
		           ? NULL : N_("a number of connections, 2 to 20");
	case TRIAL_FAMILY:
		return strcmp(value, "4") == 0 || strcmp(value, "6") == 0
		           ? NULL : N_("4 or 6");
	case TRIAL_SOURCE:
		return address_classify(value) != ADDR_INVALID
		           ? NULL : N_("a numeric address of this machine");
	default:
		return is_word(value) ? NULL : N_("one word, a host's name");
	}
}

static char *all_words(void)
{
	struct buf b = { 0 };

	for (int k = TRIAL_NONE + 1; k < TRIAL_COUNT; k++)
		buf_addf(&b, "%s%s", k > TRIAL_NONE + 1 ? " " : "",
		         kinds[k].word);
	return buf_steal(&b);
}

static char *unknown(void)
{
	char *words = all_words();
	char *error = xasprintf(_("no such experiment; there are %s"), words);

	free(words);
	return error;
}

char *trial_parse(const char *text, struct trial *out)
{
	size_t len = strcspn(text, "= ");
	enum trial_kind k = trial_find(text);
	const char *value = text + len + (text[len] != '\0'), *wrong;

	value += strspn(value, " ");
	if (k == TRIAL_NONE)
		return unknown();
	if (!*value && kinds[k].takes == TRIAL_TAKES_VALUE)
		return xasprintf(_("a value is needed, such as %s"),
		                 k == TRIAL_SOURCE ? "source=192.0.2.1"
		                                   : "helo=mx.example.org");
	if (*value && kinds[k].takes == TRIAL_TAKES_NOTHING)
		return xasprintf(_("%s takes no value"), kinds[k].word);
	wrong = *value ? value_error(k, value) : NULL;
	if (wrong)
		return xasprintf(_("%s wants %s"), kinds[k].word, _(wrong));
	*out = (struct trial){ .kind = k,
		.value = *value ? xstrdup(value) : NULL };
	return NULL;
}

char *trial_text(const struct trial *t)
{
	return t->value ? xasprintf("%s=%s", kinds[t->kind].word, t->value)
	                : xstrdup(kinds[t->kind].word);
}

unsigned trial_number(const struct trial *t, unsigned otherwise)
{
	return t->value ? (unsigned)strtoul(t->value, NULL, 10) : otherwise;
}

void trial_copy(struct trial *to, const struct trial *from)
{
	*to = (struct trial){ .kind = from->kind,
		.value = from->value ? xstrdup(from->value) : NULL };
}

void trial_clear(struct trial *t)
{
	free(t->value);
	*t = (struct trial){ .kind = TRIAL_NONE };
}
