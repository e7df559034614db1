#include "config.h"

#include "ui/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/xalloc.h"

/* Feeds bytes step at a time; all keys by name, with a blank between. */
static char *names_of(const char *bytes, size_t len, size_t step)
{
	struct key_reader *r = key_reader_new();
	struct buf out = {.len = 0};
	struct key k;
	char name[64];

	key_reader_define(r, "\033OX", K_F11, 0);
	for (size_t i = 0; i <= len; i += step) {
		size_t n = len - i < step ? len - i : step;

		key_feed(r, bytes + i, n, true);
		if (i + step > len)
			key_flush(r);
		while (key_next(r, &k)) {
			if (out.len > 0)
				buf_addc(&out, ' ');
			buf_adds(&out, key_label(&k, name, sizeof(name)));
			if (k.code == K_MOUSE)
				buf_addf(&out, ":%d@%d,%d", k.mouse, k.x, k.y);
			if (k.code == K_PASTE) {
				buf_addc(&out, ':');
				buf_add(&out, k.text, k.text_len);
			}
		}
	}
	assert_false(key_is_partial(r));
	key_reader_free(r);
	buf_str(&out);
	return buf_steal(&out);
}

static void assert_names(const char *bytes, size_t len, const char *wanted)
{
	for (size_t step = 1; step <= len; step += len > 1 ? len - 1 : 1) {
		char *got = names_of(bytes, len, step);

		assert_string_equal(got, wanted);
		free(got);
	}
}

static void test_key_decode_known_sequences_give_keys(void **state)
{
	static const struct {
		const char *bytes, *names;
	} rows[] = {
		{"aG:", "a G :"},
		{"\r\n\t\177\b ", "Enter Enter Tab Backspace Backspace Space"},
		{"\001\003\032\037\034", "Ctrl-A Ctrl-C Ctrl-Z Ctrl-_ Ctrl-\\"},
		{"\303\251\342\202\254", "é €"},
		{"\377x", "\357\277\275 x"},
		{"\033[A\033OB\033[1;2C\033[1;5D",
		 "Up Down Shift-Right Ctrl-Left"},
		{"\033[1;3A\033[1;6B", "Alt-Up Ctrl-Shift-Down"},
		{"\033\033[A", "Alt-Up"},
		{"\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~",
		 "Home End Home End Home End Home End"},
		{"\033[5~\033[6~\033[2~\033[3~\033[Z\033[5;5~",
		 "PgUp PgDn Ins Del Shift-Tab Ctrl-PgUp"},
		{"\033OP\033[[A\033[[E\033[11~\033[15~\033[24~\033[21~",
		 "F1 F1 F5 F1 F5 F12 F10"},
		{"\033[1;2R\033[28~", "Shift-F3 Shift-F3"},
		{"\033Oa\033[a\033[5^", "Ctrl-Up Shift-Up Ctrl-PgUp"},
		{"\033a\033A\033\r\033\177\0331",
		 "Alt-A Alt-Shift-A Alt-Enter Alt-Backspace Alt-1"},
		{"\033\303\251", "Alt-é"},
		{"\033[27;5;13~\033[97;5u\033[27u", "Ctrl-Enter Ctrl-A Esc"},
		{"\033OX", "F11"},
		{"\033Op\033OM\033Ok", "0 Enter +"},
		{"\033", "Esc"},
		{"\033\033", "Esc Esc"},
		{"\033O", "Alt-Shift-O"},
		{"\033[", "Alt-["},
		{"\033[<0;3;4M\033[<0;3;4m\033[<64;1;1M\033[<65;10;2M",
		 "Mouse:1@2,3 Mouse:3@2,3 Mouse:4@0,0 Mouse:5@9,1"},
		{"\033[<32;300;2M\033[M !!", "Mouse:2@299,1 Mouse:1@0,0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_names(rows[i].bytes, strlen(rows[i].bytes),
		             rows[i].names);
}

static void test_key_decode_unknown_sequences_leave_no_trace(void **state)
{
	static const char *const rows[] = {
		"\033[?62;22c",            /* DA1 */
		"\033[>0;276;0c",          /* DA2 */
		"\033[24;80R",             /* cursor report */
		"\033[?2026;2$y",          /* DECRPM */
		"\033[8;24;80t",           /* window size */
		"\033[I", "\033[O",        /* focus */
		"\033]11;rgb:0000/0000/0000\007",
		"\033]11;rgb:0000/0000/0000\033\\",
		"\033P1$r0m\033\\",
		"\033P>|XTerm(379)\033\\",
		"\033_Gi=1;OK\033\\",
		"\033[<2;1;1M",            /* the right button */
		"\033[<35;1;1M",           /* motion without a button */
		"\033[<0;0;0M",
		"\033[201~",               /* an end without a paste */
		"\033[99999999999;5A",
		"\033[1;2;3;4;5;6;7;8z",
		"\033O5A",
		"\033[?!x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *with = xasprintf("%sq", rows[i]);

		assert_names(with, strlen(with), "q");
		free(with);
	}
}

static void test_key_paste_is_one_key_with_line_ends(void **state)
{
	static const char paste[] =
		"x\033[200~one\rtwo\r\nq\033[A\033[20\n\033[201~y";
	static const char open[] = "\033[200~never closed";

	(void)state;
	assert_names(paste, sizeof(paste) - 1,
	             "x Paste:one\ntwo\nq\033[A\033[20\n y");
	assert_names(open, sizeof(open) - 1, "Paste:never closed");
}

static void test_key_feed_latin1_terminal_gives_characters(void **state)
{
	struct key_reader *r = key_reader_new();
	struct key k;

	(void)state;
	key_feed(r, "\344", 1, false);
	assert_true(key_next(r, &k));
	assert_int_equal(k.ch, 0xe4);
	key_reader_free(r);
}

static void test_key_label_each_key_parses_back(void **state)
{
	(void)state;
	for (int code = K_CHAR; code < K_PASTE; code++) {
		for (unsigned mods = 0; mods < 8; mods++) {
			struct key k = {.code = (enum key_code)code,
			                .mods = mods, .ch = 'q'};
			struct key back;
			char name[64];

			if (code == K_CHAR)
				k.mods &= ~(unsigned)MOD_SHIFT;
			key_label(&k, name, sizeof(name));
			assert_true(key_parse(name, &back));
			assert_true(key_is(&k, &back));
		}
	}
}

static void test_key_parse_spellings_give_the_same_key(void **state)
{
	static const struct {
		const char *name, *canonical; /* NULL: refused */
	} rows[] = {
		{"alt-a", "Alt-A"}, {"ALT-SHIFT-A", "Alt-Shift-A"},
		{"Ctrl-_", "Ctrl-_"}, {"ctrl-alt-x", "Ctrl-Alt-X"},
		{"Ctrl-Shift-X", "Ctrl-X"}, {"pgdn", "PgDn"}, {"g", "g"},
		{"G", "G"}, {"-", "-"}, {"Alt--", "Alt--"}, {"space", "Space"},
		{"Alt-", NULL}, {"", NULL}, {"F13", NULL}, {"ab", NULL},
		{"\033", NULL}, {"\377", NULL},
	};
	struct key k;
	char name[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool good = key_parse(rows[i].name, &k);

		assert_int_equal(good, rows[i].canonical != NULL);
		if (good)
			assert_string_equal(key_label(&k, name, sizeof(name)),
			                    rows[i].canonical);
	}
}

static void test_key_feed_any_bytes_ends_and_leaves_nothing(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		static const char alphabet[] =
			"\033\033\033[[O]P<;0123456789~MmAu"
			"\007\\\r\tab\303\251 $?>";
		char bytes[24];
		size_t len;
		char *got;

		seed = seed * 1103515245u + 12345u;
		len = 1 + (seed >> 16) % sizeof(bytes);
		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = alphabet[(seed >> 16) %
			                    (sizeof(alphabet) - 1)];
		}
		got = names_of(bytes, len, 1 + (seed >> 20) % 5);
		free(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_key_decode_known_sequences_give_keys),
		cmocka_unit_test(
			test_key_decode_unknown_sequences_leave_no_trace),
		cmocka_unit_test(test_key_paste_is_one_key_with_line_ends),
		cmocka_unit_test(
			test_key_feed_latin1_terminal_gives_characters),
		cmocka_unit_test(test_key_label_each_key_parses_back),
		cmocka_unit_test(test_key_parse_spellings_give_the_same_key),
		cmocka_unit_test(
			test_key_feed_any_bytes_ends_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
