/*
 * panels_test: what takes the place of the panes: the port-25 panel and the
 * presenter's view.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ui_dialog.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

static int open_greylisted(void **state)
{
	(void)state;
	script_new(&st.script);
	script_greylisted(&st.script);
	stage_open(&st, 80, 24, false);
	return 0;
}

static int open_empty(void **state)
{
	(void)state;
	script_new(&st.script);
	stage_open(&st, 80, 24, false);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static void test_ui_silent_addresses_open_the_port_panel(void **state)
{
	struct script *s = &st.script;

	(void)state;
	script_start(s, "example.org");
	script_route(s, "example.org");
	script_connecting(s, "mx1.example.org", "192.0.2.25");
	script_failed(s, PHASE_CONNECT, FAIL_TIMEOUT);
	stage_draw(&st);
	assert_false(stage_shows(&st, "blocks outgoing port 25"));
	script_connecting(s, "mx2.example.org", "198.51.100.7");
	st.ui.clock_us = s->t_us + 1000000;
	stage_draw(&st);
	assert_false(stage_shows(&st, "no answer on port 25"));
	st.ui.clock_us = s->t_us + 6000000;
	stage_draw(&st);
	assert_true(stage_shows(&st, "no answer on port 25"));
	assert_true(stage_shows(&st, "192.0.2.25 timeout"));
	assert_true(stage_shows(&st, "blocks outgoing port 25"));
}

static void test_ui_refused_port_is_no_block(void **state)
{
	struct script *s = &st.script;

	(void)state;
	script_start(s, "example.org");
	script_route(s, "example.org");
	script_connecting(s, "mx1.example.org", "192.0.2.25");
	script_failed(s, PHASE_CONNECT, FAIL_REFUSED);
	script_connecting(s, "mx2.example.org", "198.51.100.7");
	script_failed(s, PHASE_CONNECT, FAIL_TIMEOUT);
	stage_draw(&st);
	assert_false(stage_shows(&st, "blocks outgoing port 25"));
}

static void looked_up(struct script *s)
{
	script_start(s, "example.org");
	script_dns_mx(s, "example.org");
	script_address(s, "mx1.example.org", "2001:db8::25", DNS_NODATA);
	script_address(s, "mx1.example.org", "192.0.2.25", DNS_NOERROR);
	script_route(s, "example.org");
	stage_draw(&st);
}

static void test_ui_enter_opens_and_folds_the_lookups(void **state)
{
	(void)state;
	looked_up(&st.script);
	assert_true(stage_shows(&st, "addresses of 1 host: 2 lookups, "
	                             "1 address"));
	assert_false(stage_shows(&st, "A mx1.example.org"));
	stage_keys(&st, KEYS_OF("Esc", "g", "j"));
	assert_true(stage_shows(&st, "ADDRESSES"));
	stage_keys(&st, KEYS_OF("Enter"));
	assert_false(stage_shows(&st, "addresses of 1 host"));
	assert_true(stage_shows(&st, "A mx1.example.org: 192.0.2.25"));
	assert_false(stage_shows(&st, "ADDRESSES")); /* this one is explained */
	stage_keys(&st, KEYS_OF("j"));
	assert_int_equal(view_index(&st.ui), 3);
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "addresses of 1 host"));
	assert_int_equal(view_index(&st.ui), 2);
}

static void test_ui_search_opens_the_lookups_that_hold_it(void **state)
{
	(void)state;
	looked_up(&st.script);
	stage_keys(&st, KEYS_OF("Esc", "g", "/"));
	stage_type(&st, "192.0.2.25");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(view_index(&st.ui), 3);
	assert_true(stage_shows(&st, "A mx1.example.org: 192.0.2.25"));
	assert_true(stage_shows(&st, "1 of 1"));
}

static void test_ui_presenter_uncovers_step_by_step(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("F5"));
	assert_true(stage_shows(&st, "███"));
	assert_true(stage_shows(&st, "Greylisted"));
	stage_keys(&st, KEYS_OF("b"));
	assert_false(stage_shows(&st, "TEMPORARY"));
	assert_true(stage_shows(&st, "Greylisted"));
	stage_keys(&st, KEYS_OF("b"));
	assert_false(stage_shows(&st, "Greylisted"));
	assert_true(stage_shows(&st, "450"));
	stage_keys(&st, KEYS_OF("b"));
	assert_false(stage_shows(&st, "450"));
	assert_true(stage_shows(&st, "RCPT TO"));
	stage_keys(&st, KEYS_OF("Space", "Space", "Space", "F5"));
	assert_true(stage_shows(&st, "2 Dialog"));
}

#define ON(test, setup) \
	cmocka_unit_test_setup_teardown(test, setup, close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(test_ui_silent_addresses_open_the_port_panel, open_empty),
		ON(test_ui_refused_port_is_no_block, open_empty),
		ON(test_ui_enter_opens_and_folds_the_lookups, open_empty),
		ON(test_ui_search_opens_the_lookups_that_hold_it, open_empty),
		ON(test_ui_presenter_uncovers_step_by_step, open_greylisted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
