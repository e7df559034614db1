#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/keymap.h"

static void test_keymap_key_is_bound_once_in_a_place(void **state)
{
	const struct binding *a, *b;

	(void)state;
	for (size_t i = 0; (a = keymap_at(i)) != NULL; i++) {
		struct key ka, kb;

		assert_true(key_parse(a->key, &ka));
		for (size_t j = i + 1; (b = keymap_at(j)) != NULL; j++) {
			assert_true(key_parse(b->key, &kb));
			if ((a->where & b->where) && key_is(&ka, &kb))
				fail_msg("%s is bound twice", a->key);
		}
	}
}

static void test_keymap_command_has_name_and_help(void **state)
{
	(void)state;
	for (int c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		const struct cmd_info *info = cmd_info((enum cmd)c);

		assert_true(*info->name != '\0');
		assert_true(strlen(info->help) > 3);
		assert_int_equal(cmd_find(info->name, strlen(info->name)), c);
		assert_int_not_equal(info->help[strlen(info->help) - 1], '.');
	}
}

/* EHLO, MAIL, RCPT ... typed in the wrong place have to land in the line. */
static void test_keymap_no_capital_in_panes_but_three(void **state)
{
	(void)state;
	for (uint32_t ch = 'A'; ch <= 'Z'; ch++) {
		struct key k = { .code = K_CHAR, .ch = ch };
		bool free = keymap_find(IN_PANES, &k) == CMD_NONE;

		assert_int_equal(free, !strchr("GNF", (int)ch));
	}
}

/* Terminals take F1, F10 and Alt-digits for themselves. */
static void test_keymap_function_key_is_never_alone(void **state)
{
	const struct binding *b;

	(void)state;
	for (size_t i = 0; (b = keymap_at(i)) != NULL; i++)
		if (b->key[0] == 'F' && b->key[1] != '\0')
			assert_true(*cmd_info(b->cmd)->name != '\0');
}

static bool has(const struct binding **items, size_t n, enum cmd c)
{
	for (size_t i = 0; i < n; i++)
		if (items[i]->cmd == c)
			return true;
	return false;
}

static void test_footer_narrow_keeps_help_and_quit(void **state)
{
	static const unsigned places[] = { IN_LINE, IN_PANES, IN_START,
		                           IN_PRESENT, IN_REPLAY, IN_SHOW };
	const struct binding *items[32];

	(void)state;
	for (size_t p = 0; p < 4; p++)
		for (int width = 1; width <= 220; width++) {
			size_t n = keymap_footer(places[p], width, items, 32);

			assert_true(n >= 2);
			assert_true(has(items, n, CMD_HELP));
			assert_int_equal(items[n - 1]->cmd, CMD_QUIT);
		}
}

static void test_footer_grows_with_width(void **state)
{
	const struct binding *items[32];
	size_t last = 0;

	(void)state;
	for (int width = 20; width <= 220; width++) {
		size_t n = keymap_footer(IN_LINE, width, items, 32);

		assert_true(n >= last);
		last = n;
	}
	assert_true(last >= 10);
}

static void test_cmd_nearest_wrong_name_suggests(void **state)
{
	static const struct {
		const char *typed, *meant; /* NULL: nothing is near */
	} cases[] = {
		{ "them", "theme" },  { "theem", "theme" }, { "quti", "quit" },
		{ "sav", "save" },    { "presnt", "present" },
		{ "xyzzyplugh", NULL }, { "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *near = cmd_nearest(cases[i].typed,
		                               strlen(cases[i].typed));

		if (cases[i].meant)
			assert_string_equal(near, cases[i].meant);
		else
			assert_null(near);
	}
}

static void test_keymap_set_wrong_line_says_what(void **state)
{
	static const char *const lines[] = { "nonsense = F5", "zoom",
		                             "zoom = Hyper-Q", "" };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char *error = keymap_set(lines[i]);

		assert_non_null(error);
		assert_true(strlen(error) > 10);
		free(error);
	}
}

/* Runs last: it changes the table. */
static void test_keymap_set_moves_the_command(void **state)
{
	struct key old, new;

	(void)state;
	assert_true(key_parse("z", &old));
	assert_true(key_parse("Ctrl-O", &new));
	assert_null(keymap_set("zoom = Ctrl-O"));
	assert_int_equal(keymap_find(IN_PANES, &new), CMD_ZOOM);
	assert_int_equal(keymap_find(IN_PANES, &old), CMD_NONE);
	assert_string_equal(keymap_key(CMD_ZOOM, IN_PANES), "Ctrl-O");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keymap_key_is_bound_once_in_a_place),
		cmocka_unit_test(test_keymap_command_has_name_and_help),
		cmocka_unit_test(test_keymap_no_capital_in_panes_but_three),
		cmocka_unit_test(test_keymap_function_key_is_never_alone),
		cmocka_unit_test(test_footer_narrow_keeps_help_and_quit),
		cmocka_unit_test(test_footer_grows_with_width),
		cmocka_unit_test(test_cmd_nearest_wrong_name_suggests),
		cmocka_unit_test(test_keymap_set_wrong_line_says_what),
		cmocka_unit_test(test_keymap_set_moves_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
