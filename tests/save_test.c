/* save: s, F2 and :save of the inspector, up to what it asks main to write. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui_dialog.h"
#include "util/i18n.h"
#include "util/xalloc.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;
static struct saved {
	enum ui_save_form form;
	char *file;  /* owned, NULL: main was not asked */
	bool replace;
	int errno_of; /* what it is answered with; 0: it is written */
} saved;

static char *take_save(const struct dialog *d, enum ui_save_form form,
                       const char *file, bool replace)
{
	assert_ptr_equal(d, st.script.dialog);
	free(saved.file);
	saved.form = form;
	saved.file = xstrdup(file);
	saved.replace = replace;
	if (!saved.errno_of || (saved.errno_of == EEXIST && replace))
		return NULL;
	errno = saved.errno_of;
	return xasprintf("cannot write %s: \033[2Jno", file);
}

static int open_stage(void **state)
{
	(void)state;
	i18n_set("en");
	saved = (struct saved){ .file = NULL };
	stage_greylisted(&st, false);
	st.cfg.calls.save = take_save;
	return 0;
}

static int open_empty(void **state)
{
	(void)state;
	saved = (struct saved){ .file = NULL };
	script_new(&st.script);
	stage_open(&st, 80, 24, false);
	st.cfg.calls.save = take_save;
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	free(saved.file);
	return 0;
}

/* From both keys to a form, a name that is proposed, and the file. */
static void test_save_menu_proposes_a_name(void **state)
{
	static const struct {
		const char *key, *end;
		enum ui_save_form form;
	} rows[] = {
		{ "h", ".html", UI_SAVE_HTML },
		{ "q", "-worksheet.html", UI_SAVE_WORKSHEET },
		{ "m", ".md", UI_SAVE_MARKDOWN },
		{ "t", ".txt", UI_SAVE_TEXT },
		{ "r", ".jsonl", UI_SAVE_JSON },
		{ "s", ".swaks.txt", UI_SAVE_SWAKS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len;

		stage_keys(&st, KEYS_OF("Esc"));
		stage_keys(&st, KEYS_OF(i % 2 ? "s" : "F2", rows[i].key));
		assert_int_equal(st.ui.mode, PROMPT_COMMAND);
		assert_null(saved.file);
		stage_keys(&st, KEYS_OF("Enter"));
		assert_non_null(saved.file);
		assert_int_equal(saved.form, rows[i].form);
		assert_false(saved.replace);
		len = strlen(saved.file) - strlen(rows[i].end);
		assert_string_equal(saved.file + len, rows[i].end);
		assert_memory_equal(saved.file, "example.org", 11);
		assert_true(stage_shows(&st, "Saved in example.org"));
		free(saved.file);
		saved.file = NULL;
	}
}

static void test_save_by_words(void **state)
{
	static const struct {
		const char *words, *file;
		enum ui_save_form form;
	} rows[] = {
		{ "save a.html", "a.html", UI_SAVE_HTML },
		{ "save a-worksheet.html", "a-worksheet.html",
		  UI_SAVE_WORKSHEET },
		{ "save b.md", "b.md", UI_SAVE_MARKDOWN },
		{ "save c.jsonl", "c.jsonl", UI_SAVE_JSON },
		{ "save d", "d", UI_SAVE_TEXT },
		{ "w d.doc", "d.doc", UI_SAVE_TEXT },
		{ "save .md", ".md", UI_SAVE_TEXT },
		{ "save markdown  my notes", "my notes", UI_SAVE_MARKDOWN },
		{ "save swaks ./-", "./-", UI_SAVE_SWAKS },
		{ "save htmlx", "htmlx", UI_SAVE_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ui_command_line(&st.ui, rows[i].words);
		assert_non_null(saved.file);
		assert_string_equal(saved.file, rows[i].file);
		assert_int_equal(saved.form, rows[i].form);
		assert_false(saved.replace);
	}
}

static void test_save_asks_before_it_replaces(void **state)
{
	(void)state;
	saved.errno_of = EEXIST;
	ui_command_line(&st.ui, "save markdown a");
	stage_draw(&st);
	assert_true(stage_shows(&st, "There is such a file already"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_false(saved.replace);
	ui_command_line(&st.ui, "save markdown a");
	stage_keys(&st, KEYS_OF("Enter")); /* another name */
	assert_int_equal(st.ui.mode, PROMPT_COMMAND);
	assert_false(saved.replace);
	stage_keys(&st, KEYS_OF("Esc"));
	ui_command_line(&st.ui, "save markdown a");
	stage_keys(&st, KEYS_OF("y"));
	assert_true(saved.replace);
	assert_string_equal(saved.file, "a");
	assert_int_equal(saved.form, UI_SAVE_MARKDOWN);
	assert_true(stage_shows(&st, "Saved in a."));
}

static void test_save_that_fails_says_why(void **state)
{
	(void)state;
	saved.errno_of = EACCES;
	ui_command_line(&st.ui, "save html a");
	stage_draw(&st);
	assert_true(stage_shows(&st, "cannot write a: <1B>[2Jno"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
}

static void test_save_never_writes_to_the_screen(void **state)
{
	(void)state;
	ui_command_line(&st.ui, "save text -");
	ui_command_line(&st.ui, "save -");
	assert_null(saved.file);
	assert_non_null(strstr(st.ui.toast, "name a file"));
}

static void test_save_of_nothing_says_so(void **state)
{
	(void)state;
	ui_command_line(&st.ui, "save html a");
	assert_null(saved.file);
	assert_non_null(strstr(st.ui.toast, "nothing to save"));
}

#define ON(test, setup) \
	cmocka_unit_test_setup_teardown(test, setup, close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(test_save_menu_proposes_a_name, open_stage),
		ON(test_save_by_words, open_stage),
		ON(test_save_asks_before_it_replaces, open_stage),
		ON(test_save_that_fails_says_why, open_stage),
		ON(test_save_never_writes_to_the_screen, open_stage),
		ON(test_save_of_nothing_says_so, open_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
