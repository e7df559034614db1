/* A bounce, a log or a reply pasted into the start screen. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui_dialog.h"
#include "util/i18n.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

static int open_start(void **state)
{
	(void)state;
	script_new(&st.script);
	stage_open(&st, 100, 40, false);
	st.ui.started = false;
	line_clear(st.ui.line);
	stage_draw(&st);
	return 0;
}

static int close_start(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static void paste(const char *text)
{
	struct key k = { .code = K_PASTE, .text = text,
		         .text_len = strlen(text) };

	ui_key(&st.ui, &k);
	stage_draw(&st);
}

static const char two[] =
	"<bert@example.com>: host mx.example.com[192.0.2.25] said: 550 5.1.1\n"
	"    User unknown (in reply to RCPT TO command)\n\n"
	"<cora@example.net>: host mx.example.net[192.0.2.26] said: 552 5.2.2\n"
	"    \x1B[31mMailbox full (in reply to RCPT TO command)\n";

static void test_start_paste_of_a_bounce_explains_it(void **state)
{
	(void)state;
	paste(two);
	assert_int_equal(st.ui.popup.kind, POPUP_BOUNCE);
	assert_int_equal(st.requests, 0);
	assert_true(stage_shows(&st, "Pasted: 1 of 2"));
	assert_true(stage_shows(&st, "PERMANENT FAILURE"));
	assert_true(stage_shows(&st, "For: bert@example.com"));
	assert_true(stage_shows(&st, "check the spelling"));
	stage_keys(&st, KEYS_OF("n"));
	assert_true(stage_shows(&st, "Pasted: 2 of 2"));
	assert_true(stage_shows(&st, "For: cora@example.net"));
	assert_true(stage_shows(&st, "<1B>[31mMailbox full"));
	stage_keys(&st, KEYS_OF("n"));
	assert_true(stage_shows(&st, "Pasted: 2 of 2"));
	stage_keys(&st, KEYS_OF("p"));
	assert_true(stage_shows(&st, "Pasted: 1 of 2"));
	stage_keys(&st, KEYS_OF("Esc"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	assert_null(st.ui.bounce);
	assert_true(stage_shows(&st, "Which mail domain or server?"));
	assert_false(st.ui.leaving);
}

static void test_start_paste_in_german(void **state)
{
	(void)state;
	i18n_set("de");
	paste(two);
	assert_true(stage_shows(&st, "Eingefügt: 1 von 2"));
	assert_true(stage_shows(&st, "Betrifft: bert@example.com"));
	i18n_set("en");
}

static void test_start_paste_without_a_refusal_says_so(void **state)
{
	(void)state;
	paste("Dear Anna,\nhow are you?\n");
	assert_true(stage_shows(&st, "No refusal of a mail server was found"));
	stage_keys(&st, KEYS_OF("n", "p", "Esc"));
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
}

static void test_start_reply_typed_is_explained(void **state)
{
	(void)state;
	stage_type(&st, "450 4.2.0 Greylisted");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.ui.popup.kind, POPUP_BOUNCE);
	assert_true(stage_shows(&st, "Greylisting"));
	assert_int_equal(st.requests, 0);
}

static void test_start_target_pasted_is_a_target(void **state)
{
	(void)state;
	paste("example.net");
	assert_int_equal(st.ui.popup.kind, POPUP_NONE);
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.requests, 1);
	assert_int_equal(st.last->kind, REQ_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_start_paste_of_a_bounce_explains_it, open_start,
		    close_start),
		cmocka_unit_test_setup_teardown(test_start_paste_in_german,
		                                open_start, close_start),
		cmocka_unit_test_setup_teardown(
		    test_start_paste_without_a_refusal_says_so, open_start,
		    close_start),
		cmocka_unit_test_setup_teardown(
		    test_start_reply_typed_is_explained, open_start,
		    close_start),
		cmocka_unit_test_setup_teardown(
		    test_start_target_pasted_is_a_target, open_start,
		    close_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
