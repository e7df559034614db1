/* Names that look like others, and those that only look foreign. */
#include "config.h"

#include "core/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	uint32_t cp;
	enum script script;
} letters[] = {
	{ 'a', SCRIPT_LATIN }, { 'Z', SCRIPT_LATIN }, { '0', SCRIPT_COMMON },
	{ '-', SCRIPT_COMMON }, { 0xdf, SCRIPT_LATIN },
	{ 0xb7, SCRIPT_COMMON }, { 0x3b1, SCRIPT_GREEK },
	{ 0x430, SCRIPT_CYRILLIC }, { 0x4cf, SCRIPT_CYRILLIC },
	{ 0x561, SCRIPT_ARMENIAN }, { 0x5d0, SCRIPT_HEBREW },
	{ 0x628, SCRIPT_ARABIC }, { 0x915, SCRIPT_DEVANAGARI },
	{ 0xe01, SCRIPT_THAI }, { 0x3042, SCRIPT_HIRAGANA },
	{ 0x30a2, SCRIPT_KATAKANA }, { 0x30fc, SCRIPT_COMMON },
	{ 0x4e00, SCRIPT_HAN }, { 0x20000, SCRIPT_HAN },
	{ 0xac00, SCRIPT_HANGUL }, { 0x301, SCRIPT_COMMON },
	{ 0x1f600, SCRIPT_COMMON }, { 0x10ffff, SCRIPT_COMMON },
};

static void test_script_of_each_letter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		assert_int_equal(script_of(letters[i].cp), letters[i].script);
}

#define MIXED(a, b, label) LOOK_MIXED, SCRIPT_##a, SCRIPT_##b, label
#define LATIN(a, label) LOOK_LATIN, SCRIPT_##a, SCRIPT_COMMON, label
#define PLAIN LOOK_PLAIN, SCRIPT_COMMON, SCRIPT_COMMON, NULL

static const struct {
	const char *name;
	enum script_look look;
	enum script first, second;
	const char *label;
} names[] = {
	/* ordinary */
	{ "example.org", PLAIN }, { "", PLAIN }, { ".", PLAIN },
	{ "münchen.de", PLAIN }, { "straße.example", PLAIN },
	{ "пример.рф", PLAIN }, { "яндекс.рф", PLAIN },
	{ "яндекс.com", PLAIN }, { "mail.яндекс.com", PLAIN },
	{ "παράδειγμα.gr", PLAIN }, { "موقع.وزارة-الاتصالات.مصر", PLAIN },
	{ "例え.jp", PLAIN }, { "カタカナとひらがなabc.jp", PLAIN },
	{ "中文abc.cn", PLAIN }, { "한국abc漢字.kr", PLAIN },
	{ "ㄅㄆ中文a.tw", PLAIN }, { "123-456.com", PLAIN },
	{ "\xff\xfe.com", PLAIN },
	/* of letters that have twins, where that is a word */
	{ "сосо.рф", PLAIN }, { "осе.ru", PLAIN }, { "ухо.bg", PLAIN },
	{ "οινο.gr", PLAIN }, { "сухо", LATIN(CYRILLIC, "сухо") },
	/* imitations */
	{ "раypal.example", MIXED(LATIN, CYRILLIC, "раypal") },
	{ "www.раypal.ru", MIXED(LATIN, CYRILLIC, "раypal") },
	{ "gοοgle.com", MIXED(LATIN, GREEK, "gοοgle") },
	{ "аррӏе.com", LATIN(CYRILLIC, "аррӏе") },
	{ "mx.аррӏе.com", LATIN(CYRILLIC, "аррӏе") },
	{ "еѕоо1.com", LATIN(CYRILLIC, "еѕоо1") },
	{ "υαν.com", LATIN(GREEK, "υαν") },
	{ "օոս.com", LATIN(ARMENIAN, "օոս") },
	{ "сосо.c", LATIN(CYRILLIC, "сосо") },
	{ "сосо.u", LATIN(CYRILLIC, "сосо") }, /* part of "ru" */
	{ "абγ.com", MIXED(CYRILLIC, GREEK, "абγ") },
	{ "カтe.jp", MIXED(LATIN, CYRILLIC, "カтe") },
	{ "한ひ.com", MIXED(HANGUL, HIRAGANA, "한ひ") },
	{ "ab.cdש", MIXED(LATIN, HEBREW, "cdש") },
};

static void test_script_judge_tells_imitations_from_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct script_remark r = script_judge(names[i].name);

		if (r.look != names[i].look)
			print_error("%s\n", names[i].name);
		assert_int_equal(r.look, names[i].look);
		if (r.look == LOOK_PLAIN)
			continue;
		assert_int_equal(r.first, names[i].first);
		assert_int_equal(r.second, names[i].second);
		assert_int_equal(r.len, strlen(names[i].label));
		assert_memory_equal(names[i].name + r.at, names[i].label,
		                    r.len);
	}
}

static void test_script_name_is_that_of_unicode(void **state)
{
	(void)state;
	assert_string_equal(script_name(SCRIPT_CYRILLIC), "Cyrillic");
	assert_string_equal(script_name(SCRIPT_COMMON), "Common");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_script_of_each_letter),
		cmocka_unit_test(test_script_judge_tells_imitations_from_words),
		cmocka_unit_test(test_script_name_is_that_of_unicode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
