#include "config.h"

#include "core/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xalloc.h"

static char *escaped(const char *data, size_t len, bool ascii)
{
	struct buf out = {.len = 0};

	escape_text(&out, data, len, ascii);
	buf_str(&out);
	return buf_steal(&out);
}

static void assert_escaped(const char *data, size_t len, const char *wanted)
{
	char *got = escaped(data, len, false);

	assert_string_equal(got, wanted);
	free(got);
}

/* Control sequences, control bytes, C1, line ends, formats, our own marks. */
static void test_escape_text_hostile_bytes_become_tokens(void **state)
{
	static const struct {
		const char *data, *wanted;
	} rows[] = {
		{"\033[2J\033[H", "<1B>[2J<1B>[H"},
		{"\033[31mred\033[?1049l\033c", "<1B>[31mred<1B>[?1049l<1B>c"},
		{"\033]0;title\007", "<1B>]0;title<07>"},
		{"\033]52;c;aGk=\033\\", "<1B>]52;c;aGk=<1B>\\"},
		{"\033]8;;http://x\033\\", "<1B>]8;;http://x<1B>\\"},
		{"\033P$qm\033\\\033[6n\033[c\033Z\005",
		 "<1B>P$qm<1B>\\<1B>[6n<1B>[c<1B>Z<05>"},
		{"\233\220\235\205", "<9B><90><9D><85>"},
		{"\302\233" "31m", "<U+009B>31m"},
		{"ok\rforged", "ok<0D>forged"},
		{"a\bb\v\f\016\017\007\177", "a<08>b<0B><0C><0E><0F><07><7F>"},
		{"250 ok\nC: QUIT", "250 ok<0A>C: QUIT"},
		{"tab\there", "tab<09>here"},
		{"\342\200\256txt.exe", "<U+202E>txt.exe"},
		{"\342\201\246a\342\201\251\342\200\216\330\234",
		 "<U+2066>a<U+2069><U+200E><U+061C>"},
		{"a\342\200\213b\342\201\240\357\273\277\302\255",
		 "a<U+200B>b<U+2060><U+FEFF><U+00AD>"},
		{"\341\240\216\315\217\363\240\201\201\357\270\217",
		 "<U+180E><U+034F><U+E0041><U+FE0F>"},
		{"\342\200\250\342\200\251\302\240",
		 "<U+2028><U+2029><U+00A0>"},
		{"%s%n%x", "%s%n%x"},
		{"\\x1b \\", "\\x1b \\"},
		{"<1B> <U+202E> <B> <1b> <bob@x> <",
		 "<3C>1B> <3C>U+202E> <B> <1b> <bob@x> <"},
		{"<AB", "<AB"}, {"<ABC>", "<ABC>"}, {"<U+1>", "<U+1>"},
		{"\377\376", "<FF><FE>"},
		{"\300\200\340\200\200\355\240\200\364\220\200\200",
		 "<C0><80><E0><80><80><ED><A0><80><F4><90><80><80>"},
		{"\303", "<C3>"}, {"\342\202", "<E2><82>"},
		{"\360\237\224\222", "\360\237\224\222"},
		{"\360\237\221\250\342\200\215\360\237\222\273",
		 "\360\237\221\250<U+200D>\360\237\222\273"},
		{"Gr\303\274\303\237e \344\275\240",
		 "Gr\303\274\303\237e \344\275\240"},
		{"\357\277\276\357\277\277", "<U+FFFE><U+FFFF>"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_escaped(rows[i].data, strlen(rows[i].data),
		               rows[i].wanted);
	assert_escaped("a\0b", 3, "a<00>b");
}

static void test_escape_text_marks_are_bounded(void **state)
{
	static const char mark[] = "\314\201";
	char text[1 + 1000 * 2];
	char *got;

	(void)state;
	text[0] = 'e';
	for (size_t i = 0; i < 1000; i++)
		memcpy(text + 1 + 2 * i, mark, 2);
	got = escaped(text, sizeof(text), false);
	assert_memory_equal(got, "e\314\201\314\201<U+0301>", 13);
	assert_int_equal(strlen(got), 5 + 998 * 8);
	free(got);
	/* no cell to join at the beginning, and never a token */
	assert_escaped(mark, 2, "<U+0301>");
	assert_escaped("\033\314\201", 3, "<1B><U+0301>");
}

static void test_escape_text_ascii_terminal_loses_nothing(void **state)
{
	char *got = escaped("Gr\303\274\303\237e \377 \342\202\254", 13, true);

	(void)state;
	assert_string_equal(got, "Gr<U+00FC><U+00DF>e <FF> <U+20AC>");
	free(got);
}

static void test_char_columns_each_kind(void **state)
{
	static const struct {
		uint32_t cp;
		int columns;
	} rows[] = {
		{'a', 1}, {' ', 1}, {0, -1}, {0x7f, -1}, {0x9f, -1}, {0xa0, -1},
		{0xa1, 1}, {0xad, -1}, {0x300, 0}, {0x34f, -1}, {0x378, -1},
		{0x1100, 2}, {0x1160, -1}, {0x1161, 0}, {0x200b, -1},
		{0x2026, 1}, {0x202e, -1}, {0x2500, 1}, {0x25b2, 1},
		{0x2714, 1}, {0x2800, -1}, {0x3000, -1}, {0x3042, 2},
		{0x4e00, 2}, {0xac00, 2}, {0xd800, -1}, {0xe000, 1},
		{0xfe0f, -1}, {0xff21, 2}, {0xff61, 1}, {0x1f1e6, 1},
		{0x1f512, 2}, {0x20000, 2}, {0xe0041, -1}, {0x10ffff, -1},
		{0x110000, -1}, {UINT32_MAX, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (char_columns(rows[i].cp) != rows[i].columns)
			fail_msg("U+%04X is %d", (unsigned)rows[i].cp,
			         char_columns(rows[i].cp));
}

static void test_utf8_each_code_point_comes_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char text[4];
		size_t len = utf8_encode(cp, text);
		uint32_t back = 0;
		bool surrogate = cp >= 0xd800 && cp <= 0xdfff;

		assert_int_equal(utf8_decode(text, len, &back),
		                 surrogate ? 0 : len);
		if (!surrogate)
			assert_int_equal(back, cp);
		assert_int_equal(utf8_decode(text, len - 1, &back), 0);
	}
}

/* What no output of ours may hold, whatever came in. */
static void assert_fit_to_show(const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		uint32_t cp;
		size_t used = utf8_decode(text, len, &cp);

		assert_true(used > 0);
		assert_true(char_columns(cp) >= 0);
		text += used;
		len -= used;
	}
}

/* Digits of the token at text, 0 when there is none. */
static size_t token_digits(const char *text, size_t skip)
{
	size_t digits = strspn(text + skip, "0123456789ABCDEF");

	return text[skip + digits] == '>' ? digits : 0;
}

/* Undoes escape_text(). */
static void read_back(const char *text, struct buf *out)
{
	char utf8[4];

	while (*text != '\0') {
		if (text[0] == '<' && token_digits(text, 1) == 2) {
			buf_addc(out, (char)strtoul(text + 1, NULL, 16));
			text = strchr(text, '>') + 1;
		} else if (strncmp(text, "<U+", 3) == 0 &&
		           token_digits(text, 3) >= 4 &&
		           token_digits(text, 3) <= 6) {
			uint32_t cp = (uint32_t)strtoul(text + 3, NULL, 16);

			buf_add(out, utf8, utf8_encode(cp, utf8));
			text = strchr(text, '>') + 1;
		} else {
			buf_addc(out, *text++);
		}
	}
}

static void check_text(const char *data, size_t len)
{
	for (int ascii = 0; ascii < 2; ascii++) {
		char *got = escaped(data, len, ascii);
		struct buf back = {.len = 0};
		int columns = 0;

		assert_fit_to_show(got);
		read_back(got, &back);
		assert_int_equal(back.len, len);
		if (len > 0)
			assert_memory_equal(back.data, data, len);
		for (size_t i = 0; ascii && got[i] != '\0'; i++)
			assert_true((unsigned char)got[i] < 0x80);
		columns = escape_columns(data, len, ascii);
		assert_true(columns >= 0 && (size_t)columns <= 8 * len + 8);
		buf_clear(&back);
		free(got);
	}
}

static void check_file(const char *folder, const char *name)
{
	char *path = xasprintf("%s/data/display/%s", folder, name);
	FILE *f = fopen(path, "rb");
	struct buf all = {.len = 0};
	char bytes[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_add(&all, bytes, n);
	fclose(f);
	assert_true(all.len > 10000);
	check_text(all.data, all.len);
	for (size_t at = 0; at < all.len; at += 777)
		check_text(all.data + at, all.len - at < 200 ? all.len - at
		                                             : 200);
	buf_clear(&all);
	free(path);
}

static void test_escape_text_known_corpora_can_be_read_back(void **state)
{
	const char *shared = getenv("SMTPSCOPE_SHARED");

	(void)state;
	if (shared == NULL)
		skip();
	check_file(shared, "UTF-8-test.txt");
	check_file(shared, "blns.txt");
}

static void test_escape_text_random_bytes_can_be_read_back(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		static const char alphabet[] =
			"<<>U+09AF1B\033\r\302\233\342\200\256\314\201a\377";
		char text[32];
		size_t len;

		seed = seed * 1103515245u + 12345u;
		len = (seed >> 16) % sizeof(text);
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = alphabet[(seed >> 16) % sizeof(alphabet)];
		}
		check_text(text, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape_text_hostile_bytes_become_tokens),
		cmocka_unit_test(test_escape_text_marks_are_bounded),
		cmocka_unit_test(test_escape_text_ascii_terminal_loses_nothing),
		cmocka_unit_test(test_char_columns_each_kind),
		cmocka_unit_test(test_utf8_each_code_point_comes_back),
		cmocka_unit_test(
			test_escape_text_known_corpora_can_be_read_back),
		cmocka_unit_test(
			test_escape_text_random_bytes_can_be_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
