#include "config.h"

#include "util/i18n.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PO(id, text) { id, text },
static const struct {
	const char *id, *text;
} german[] = {
#include "util/de.inc"
};
#undef PO
#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
	const char *tag;
	bool known;
	const char *result;
} tags[] = {
	{ "de", true, "de" },          { "de_DE.UTF-8", true, "de" },
	{ "de-AT", true, "de" },       { "DE", true, "de" },
	{ "de@euro", true, "de" },     { "en_GB", true, "en" },
	{ "C", true, "en" },           { "C.UTF-8", true, "en" },
	{ "POSIX", true, "en" },       { "fr_FR", false, "en" },
	{ "deutsch", false, "en" },    { "d", false, "en" },
	{ "", false, "en" },
};

static void test_set_tag_chooses_language(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tags); i++) {
		i18n_set("en");
		assert_int_equal(i18n_set(tags[i].tag), tags[i].known);
		assert_string_equal(i18n_tag(), tags[i].result);
	}
}

static const struct {
	const char *all, *messages, *lang, *result;
} environments[] = {
	{ NULL, NULL, NULL, "en" },
	{ NULL, NULL, "de_DE.UTF-8", "de" },
	{ NULL, "de_DE", "en_US", "de" },
	{ "C", "de_DE", "de_DE", "en" },
	{ "", "", "de_AT", "de" },
};

static void put_env(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void test_set_null_asks_environment_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(environments); i++) {
		put_env("LC_ALL", environments[i].all);
		put_env("LC_MESSAGES", environments[i].messages);
		put_env("LANG", environments[i].lang);
		i18n_set("en");
		assert_true(i18n_set(NULL));
		assert_string_equal(i18n_tag(), environments[i].result);
	}
}

static void test_text_every_row_is_found(void **state)
{
	(void)state;
	i18n_set("de");
	for (size_t i = 0; i < COUNT(german); i++)
		assert_string_equal(i18n_text(german[i].id), german[i].text);
	for (size_t i = 1; i < COUNT(german); i++)
		assert_true(strcmp(german[i - 1].id, german[i].id) < 0);
}

static void test_text_unknown_or_english_is_itself(void **state)
{
	const char *unknown = "in no catalogue of any language";

	(void)state;
	i18n_set("de");
	assert_ptr_equal(i18n_text(unknown), unknown);
	i18n_set("en");
	for (size_t i = 0; i < COUNT(german); i++)
		assert_ptr_equal(i18n_text(german[i].id), german[i].id);
	assert_string_equal(i18n_pick("one", "eins"), "one");
	i18n_set("de");
	assert_string_equal(i18n_pick("one", "eins"), "eins");
}

/* Only the tests of the catalogue's text may look at what printf will read:
 * a conversion that is other in German would read the wrong argument. */
static size_t conversions(const char *s, char *out, size_t size)
{
	size_t n = 0;

	for (; (s = strchr(s, '%')); s++) {
		s += 1 + strspn(s + 1, "-+ #0123456789.*");
		while (n + 1 < size && *s && strchr("hlzjt", *s))
			out[n++] = *s++;
		if (n + 1 < size && *s)
			out[n++] = *s;
		if (!*s)
			break;
	}
	out[n] = '\0';
	return n;
}

static void test_text_conversions_are_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(german); i++) {
		char id[64], text[64];

		conversions(german[i].id, id, sizeof id);
		conversions(german[i].text, text, sizeof text);
		if (*german[i].id)
			assert_string_equal(id, text);
	}
}

static const struct {
	const char *text;
	size_t size;
	const char *folded;
} folds[] = {
	{ "plain", 40, "plain" },
	{ "Zuständig: Empfänger", 40, "Zustaendig: Empfaenger" },
	{ "„Ein Mailserver würde …“", 40, "\"Ein Mailserver wuerde ...\"" },
	{ "a · b ▸ c – d", 40, "a - b > c - d" },
	{ "§4.2", 40, "sec. 4.2" },
	{ "├─┤│", 40, "+-+|" },
	{ "\xe6\xbc\xa2\xf0\x9f\x98\x80.", 40, "??." },
	{ "\xff\xc3", 40, "??" },
	{ "äää", 4, "aea" },
	{ "abc", 1, "" },
	{ "", 1, "" },
};

static void test_fold_text_becomes_ascii(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(folds); i++) {
		char out[40];

		memset(out, 'x', sizeof out);
		assert_ptr_equal(i18n_fold(folds[i].text, out, folds[i].size),
		                 out);
		assert_string_equal(out, folds[i].folded);
	}
}

/* What the catalogue says must survive a terminal without UTF-8. */
static void test_fold_catalogue_has_no_unknown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(german); i++) {
		size_t size = 8 * strlen(german[i].text) + 1, marks = 0;
		char *out = malloc(size);

		assert_non_null(out);
		for (const char *s = german[i].text; *s; s++)
			marks += *s == '?';
		i18n_fold(german[i].text, out, size);
		for (const char *s = out; *s; s++) {
			assert_true((unsigned char)*s < 0x80);
			marks -= *s == '?';
		}
		assert_int_equal(marks, 0);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_tag_chooses_language),
		cmocka_unit_test(test_set_null_asks_environment_in_order),
		cmocka_unit_test(test_text_every_row_is_found),
		cmocka_unit_test(test_text_unknown_or_english_is_itself),
		cmocka_unit_test(test_text_conversions_are_the_same),
		cmocka_unit_test(test_fold_text_becomes_ascii),
		cmocka_unit_test(test_fold_catalogue_has_no_unknown),
	};

	return cmocka_run_group_tests_name("i18n", tests, NULL, NULL);
}
