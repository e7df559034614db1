/* What is seen of a recording that stops, and of one that cannot be read. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ui/glyph.h"
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

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static const char *room_up_to_39(void *arg, const struct event *e)
{
	(void)arg;
	return e->n == 40 ? "recording stopped at event 40: x: no room" : NULL;
}

static void take(uint32_t n)
{
	struct event_builder b;

	event_begin(&b, EV_BYTES);
	b.e.n = n;
	ui_take(&st.ui, event_finish(&b));
	stage_draw(&st);
}

/* The sentence at once; the mark for as long as it lasts. */
static void test_ui_recording_that_stops_is_seen_from_then_on(void **state)
{
	(void)state;
	st.cfg.calls.record = room_up_to_39;
	st.cfg.record_path = "/state/x.jsonl";
	take(39);
	assert_false(stage_shows(&st, "REC ✘"));
	take(40);
	assert_true(stage_shows(&st, "REC ✘ 40"));
	assert_true(stage_shows(&st, "recording stopped at event 40: x"));
	take(41);
	ui_say(&st.ui, "%s", "something else");
	stage_draw(&st);
	assert_false(stage_shows(&st, "recording stopped"));
	assert_true(stage_shows(&st, "REC ✘ 40"));
	stage_type(&st, ":messages");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "recording stopped at event 40: x"));
}

static void test_ui_stopped_recording_keeps_its_mark_at_any_width(void **state)
{
	static const int widths[] = { 200, 120, 100, 80, 60, 40, 30, 24 };

	(void)state;
	st.cfg.calls.record = room_up_to_39;
	st.cfg.record_path = "/state/x.jsonl";
	take(40);
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		st.ui.w = widths[i];
		stage_draw(&st);
		if (!stage_shows(&st, "REC ✘ 40"))
			fail_msg("no mark at %d columns", widths[i]);
	}
	glyph_use(GLYPHS_ASCII);
	stage_draw(&st);
	assert_true(stage_shows(&st, "REC X 40"));
	glyph_use(GLYPHS_UNICODE);
}

static char *open_cut(void *arg, const char *file, struct ui_link *out)
{
	(void)file;
	*out = ((struct ui_stage *)arg)->cfg.link;
	out->replay = true;
	out->note = "x.jsonl was cut off in line 7";
	return NULL;
}

static void test_ui_recording_that_was_cut_says_so_on_screen(void **state)
{
	(void)state;
	st.cfg.calls.open_replay = open_cut;
	stage_type(&st, ":replay x.jsonl");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_true(stage_shows(&st, "x.jsonl was cut off in line 7"));
}

#define GREY(test)                                                             \
	cmocka_unit_test_setup_teardown(test, open_greylisted, close_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GREY(test_ui_recording_that_stops_is_seen_from_then_on),
		GREY(test_ui_stopped_recording_keeps_its_mark_at_any_width),
		GREY(test_ui_recording_that_was_cut_says_so_on_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
