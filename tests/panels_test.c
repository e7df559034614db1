/*
 * panels_test: what takes the place of the panes or of rows in them: the
 * port-25 panel, the presenter's view, folded lookups, the start screen.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui/recent.h"
#include "ui_dialog.h"
#include "util/xalloc.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;

static int open_greylisted(void **state)
{
	(void)state;
	stage_greylisted(&st, false);
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

static void take(enum event_kind kind)
{
	struct event_builder b;

	event_begin(&b, kind);
	if (kind == EV_ROUTE)
		b.e.u.route.domain = event_puts(&b, "example.com");
	ui_take(&st.ui, event_finish(&b));
}

/* What the run before says to its end is no answer, nor is a way alone. */
static void test_ui_lookup_is_awaited_until_its_own_end(void **state)
{
	(void)state;
	ui_open_target(&st.ui, "example.com");
	take(EV_VERDICT);
	assert_true(ui_busy(&st.ui));
	take(EV_END);
	assert_true(ui_busy(&st.ui));
	take(EV_ROUTE);
	assert_true(ui_busy(&st.ui));
	take(EV_VERDICT);
	assert_false(ui_busy(&st.ui));
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

static void test_recent_targets_are_kept_newest_first(void **state)
{
	static const char *const seen[] = {
		"one.example.org", "two.example.org", "[2001:db8::25]:587",
		"four.example.org", "TWO.example.org", "five.example.org",
		"six.example.org",
	};
	static const char *const kept[] = {
		"six.example.org", "five.example.org", "TWO.example.org",
		"four.example.org", "[2001:db8::25]:587",
	};
	char dir[] = "/tmp/ui-recent-XXXXXX", *path;
	struct recent a = { .n = 0 }, b = { .n = 0 };
	struct stat info;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/recent", dir);
	recent_load(&a, path);
	assert_int_equal(a.n, 0);
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
		recent_add(&a, seen[i]);
	recent_save(&a, path);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	f = fopen(path, "a"); /* somebody has edited it */
	assert_non_null(f);
	fputs("\033[2J\n", f);
	fclose(f);
	recent_load(&b, path);
	assert_int_equal(b.n, RECENT_MAX);
	for (size_t i = 0; i < RECENT_MAX; i++)
		assert_string_equal(b.target[i], kept[i]);
	assert_string_equal(recent_next(&b), kept[0]);
	assert_string_equal(recent_next(&b), kept[1]);
	unlink(path);
	rmdir(dir);
	free(path);
	recent_clear(&a);
	recent_clear(&b);
}

static void test_ui_down_chooses_a_recent_target(void **state)
{
	size_t len;

	(void)state;
	st.ui.started = false;
	recent_add(&st.ui.recent, "mail.example.net:587");
	recent_add(&st.ui.recent, "example.com");
	stage_draw(&st);
	assert_true(stage_shows(&st, "recent: example.com   "
	                             "mail.example.net:587"));
	stage_keys(&st, KEYS_OF("Down", "Down"));
	assert_string_equal(line_text(st.ui.line, &len),
	                    "mail.example.net:587");
	stage_keys(&st, KEYS_OF("Down", "Enter"));
	assert_int_equal(st.last->kind, REQ_OPEN);
	assert_string_equal(st.last->plan->target.text, "example.com");
	assert_string_equal(st.ui.recent.target[0], "example.com");
	assert_int_equal(st.ui.recent.n, 2);
}

static void test_ui_unrecorded_targets_are_not_recent(void **state)
{
	(void)state;
	st.cfg.no_recent = true;
	ui_open_target(&st.ui, "example.com");
	assert_int_equal(st.last->kind, REQ_OPEN);
	assert_int_equal(st.ui.recent.n, 0);
}

#define ON(test, setup) \
	cmocka_unit_test_setup_teardown(test, setup, close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON(test_ui_silent_addresses_open_the_port_panel, open_empty),
		ON(test_ui_refused_port_is_no_block, open_empty),
		ON(test_ui_lookup_is_awaited_until_its_own_end,
		   open_greylisted),
		ON(test_ui_enter_opens_and_folds_the_lookups, open_empty),
		ON(test_ui_search_opens_the_lookups_that_hold_it, open_empty),
		ON(test_ui_presenter_uncovers_step_by_step, open_greylisted),
		cmocka_unit_test(test_recent_targets_are_kept_newest_first),
		ON(test_ui_down_chooses_a_recent_target, open_empty),
		ON(test_ui_unrecorded_targets_are_not_recent, open_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
