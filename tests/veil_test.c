/* MASK in the inspector: what is shown, copied and saved has aliases, what is
 * sent and recorded has none. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui_dialog.h"
#include "util/xalloc.h"

#define KEYS_OF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct ui_stage st;
static size_t recorded; /* true texts among the events that were recorded */

static const char *keep_record(void *arg, const struct event *e)
{
	(void)arg;
	recorded += e->kind == EV_SENT &&
	            strstr(event_text(e, e->u.sent.line), "bob@example.org");
	return NULL;
}

static char *make_ticket(const struct dialog *d, int width,
                         enum mask_mode mask)
{
	(void)width;
	return xasprintf("%s %s", mask_mode_name(mask), dialog_now(d)->host);
}

static int open_greylisted(void **state)
{
	(void)state;
	recorded = 0;
	stage_greylisted(&st, false);
	st.cfg.calls.record = keep_record;
	st.cfg.ticket = make_ticket;
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_close(&st);
	return 0;
}

static void assert_hidden(const char *where)
{
	static const char *const truths[] = { "example.org", "example.net",
		"alice", "bob", "192.0.2.25", "lab." };

	for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
		if (stage_shows(&st, truths[i]))
			fail_msg("%s: \"%s\" is on the screen", where,
			         truths[i]);
	assert_true(stage_shows(&st, "MASK"));
}

static void command(const char *text)
{
	stage_type(&st, text);
	stage_keys(&st, KEYS_OF("Enter"));
}

static void test_mask_every_pane_shows_aliases(void **state)
{
	static const char *const panes[] = { "1", "2", "3", "4", "5", "6" };

	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*"));
	assert_hidden("80x24");
	assert_true(stage_shows(&st, "user2@domain1.example"));
	assert_true(stage_shows(&st, "mx1.domain1.example"));
	assert_true(stage_shows(&st, "[192.0.2.2]:25"));
	for (size_t i = 0; i < sizeof panes / sizeof *panes; i++) {
		stage_keys(&st, KEYS_OF(panes[i], "z"));
		assert_hidden(panes[i]);
		stage_keys(&st, KEYS_OF("z"));
	}
	st.ui.w = 200;
	st.ui.h = 50;
	stage_draw(&st);
	assert_hidden("200x50");
	st.ui.w = 60;
	st.ui.h = 16;
	stage_draw(&st);
	assert_hidden("60x16");
}

static void test_mask_off_shows_the_dialog_again(void **state)
{
	size_t row = st.ui.view.row;

	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*", "*"));
	assert_false(stage_shows(&st, "domain1"));
	assert_true(stage_shows(&st, "bob@example.org"));
	assert_ptr_equal(st.ui.link.dialog, st.script.dialog);
	assert_int_equal(st.ui.view.row, row);
}

/* On a projector a typing mistake must not uncover anything. */
static void test_mask_wrong_word_changes_nothing(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*", ":"));
	command("mask al");
	assert_hidden("wrong word");
	assert_true(stage_shows(&st, "Write :mask all"));
	stage_keys(&st, KEYS_OF(":"));
	command("mask off");
	assert_false(stage_shows(&st, "domain1"));
}

static void test_mask_windows_show_aliases(void **state)
{
	static const char *const keys[] = { "c", "y", "a", "!" };

	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*"));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		stage_keys(&st, KEYS_OF(keys[i]));
		assert_hidden(keys[i]);
		stage_keys(&st, KEYS_OF("Esc"));
	}
	stage_keys(&st, KEYS_OF(":"));
	command("copy command");
	assert_hidden("commands");
	stage_keys(&st, KEYS_OF("Esc", ":"));
	command("ticket");
	assert_hidden("ticket");
	assert_true(stage_shows(&st, "all mx1.domain1.example"));
}

/* Before a dialog: whom one has looked at lately, and what is pasted. */
static void test_mask_start_screen_shows_aliases(void **state)
{
	static const char bounce[] = "<bob@example.org>: host mx.example.net"
		"[192.0.2.25] said: 550 5.1.1 User unknown\n";
	struct key k = { .code = K_PASTE, .text = bounce,
		         .text_len = strlen(bounce) };

	(void)state;
	recent_add(&st.ui.recent, "alice@example.net");
	ui_mask(&st.ui, MASK_ALL);
	st.ui.started = false;
	stage_draw(&st);
	assert_false(stage_shows(&st, "alice"));
	assert_true(stage_shows(&st, "recent: user"));
	ui_key(&st.ui, &k);
	stage_draw(&st);
	assert_int_equal(st.ui.popup.kind, POPUP_BOUNCE);
	assert_true(stage_shows(&st, "PERMANENT FAILURE"));
	assert_true(stage_shows(&st, "For: user2@domain1.example"));
	assert_false(stage_shows(&st, "example.net"));
}

static void take_sent(const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_SENT);
	b.e.n = ++st.script.n;
	b.e.session = 1;
	b.e.t_us = 8000000;
	b.e.u.sent.line = event_puts(&b, line);
	b.e.u.sent.verb = event_puts(&b, "RCPT");
	ui_take(&st.ui, event_finish(&b));
}

static void test_mask_events_that_come_are_kept_true(void **state)
{
	size_t n = dialog_count(st.script.dialog);

	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*"));
	take_sent("RCPT TO:<bob@example.org> NOTIFY=NEVER");
	stage_draw(&st);
	assert_hidden("a new event");
	assert_int_equal(recorded, 1);
	assert_int_equal(dialog_count(st.script.dialog), n + 1);
	assert_int_equal(dialog_count(st.ui.link.dialog), n + 1);
	stage_keys(&st, KEYS_OF("*"));
	assert_true(stage_shows(&st, "RCPT TO:<bob@example.org> NOTIFY"));
}

static void propose(const char *line)
{
	struct event_builder b;

	event_begin(&b, EV_PROMPT);
	b.e.u.prompt.line = event_puts(&b, line);
	b.e.u.prompt.state = b.e.u.prompt.projected = ST_MAIL;
	b.e.u.prompt.open = true;
	ui_take(&st.ui, event_finish(&b));
}

static void test_mask_what_is_sent_is_true(void **state)
{
	size_t len;

	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*", "i"));
	propose("RCPT TO:<Bob@example.org>");
	assert_string_equal(line_text(st.ui.line, &len),
	                    "RCPT TO:<user2@domain1.example>");
	stage_keys(&st, KEYS_OF("Enter"));
	assert_int_equal(st.last->kind, REQ_SEND);
	assert_string_equal(st.last->text, "RCPT TO:<bob@example.org>");
}

static void test_mask_typed_aliases_are_whom_they_stand_for(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*", ":"));
	command("connect mx1.domain1.example 192.0.2.2");
	assert_int_equal(st.last->kind, REQ_CONNECT);
	assert_string_equal(st.last->text, "mx1.example.org");
	assert_string_equal(st.last->text2, "192.0.2.25");
	stage_keys(&st, KEYS_OF("Esc", ":"));
	command("open user2@domain1.example");
	assert_int_equal(st.last->kind, REQ_OPEN);
	assert_string_equal(st.last->plan->target.domain, "example.org");
	assert_string_equal(st.last->plan->target.recipient,
	                    "bob@example.org");
}

static struct buf saved;

/* What main is given to write. */
static char *take_save(const struct dialog *d, enum ui_save_form form,
                       const char *file, bool replace)
{
	(void)form;
	(void)file;
	(void)replace;
	for (size_t i = 0; i < dialog_count(d); i++)
		entry_text(d, i, &saved);
	return NULL;
}

static void test_mask_what_is_saved_has_aliases(void **state)
{
	(void)state;
	st.cfg.calls.save = take_save;
	stage_keys(&st, KEYS_OF("Esc", "*", ":"));
	command("save text a");
	assert_non_null(strstr(buf_str(&saved), "user2@domain1.example"));
	assert_null(strstr(saved.data, "example.org"));
	buf_clear(&saved);
	stage_keys(&st, KEYS_OF("Esc", "s", "t"));
	assert_null(strstr(line_text(st.ui.aux, &(size_t){ 0 }),
	                   "example.org"));
}

static void test_mask_people_keeps_the_names_of_hosts(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", ":"));
	command("mask people");
	assert_true(stage_shows(&st, "MASK"));
	assert_true(stage_shows(&st, "user2@example.org"));
	assert_false(stage_shows(&st, "bob"));
}

/* :demo and :open bring another dialog. */
static void test_mask_stays_on_for_the_next_dialog(void **state)
{
	(void)state;
	stage_keys(&st, KEYS_OF("Esc", "*"));
	ui_attach(&st.ui, &st.cfg.link);
	stage_draw(&st);
	assert_hidden("attached anew");
	assert_true(stage_shows(&st, "user2@domain1.example"));
	stage_keys(&st, KEYS_OF("Esc", ":"));
	command("mask off");
	assert_ptr_equal(st.ui.link.dialog, st.script.dialog);
}

static int open_recording(void **state)
{
	(void)state;
	stage_greylisted(&st, true);
	return 0;
}

/* In the middle of a recording one stays there. */
static void test_mask_recording_goes_on_at_its_place(void **state)
{
	size_t whole = dialog_count(st.script.dialog), at;

	(void)state;
	replay_go(&st.ui, whole / 2, SIZE_MAX);
	stage_draw(&st);
	at = dialog_count(st.ui.link.dialog);
	assert_true(at < whole);
	stage_keys(&st, KEYS_OF("*"));
	assert_hidden("half of a recording");
	assert_int_equal(dialog_count(st.ui.link.dialog), at);
	replay_go(&st.ui, SIZE_MAX, SIZE_MAX);
	stage_draw(&st);
	assert_hidden("all of it");
	assert_true(stage_shows(&st, "user2@domain1.example"));
	replay_go(&st.ui, at, SIZE_MAX);
	stage_keys(&st, KEYS_OF("*"));
	assert_int_equal(dialog_count(st.ui.link.dialog), at);
	assert_ptr_equal(st.ui.reel.player.whole, st.script.dialog);
	assert_false(stage_shows(&st, "domain1"));
	replay_go(&st.ui, SIZE_MAX, SIZE_MAX);
	stage_draw(&st);
	assert_true(stage_shows(&st, "bob@example.org"));
}

int main(void)
{
#define STAGE(f) \
	cmocka_unit_test_setup_teardown(f, open_greylisted, close_stage)
	const struct CMUnitTest tests[] = {
		STAGE(test_mask_every_pane_shows_aliases),
		STAGE(test_mask_off_shows_the_dialog_again),
		STAGE(test_mask_wrong_word_changes_nothing),
		STAGE(test_mask_windows_show_aliases),
		STAGE(test_mask_start_screen_shows_aliases),
		STAGE(test_mask_events_that_come_are_kept_true),
		STAGE(test_mask_what_is_sent_is_true),
		STAGE(test_mask_typed_aliases_are_whom_they_stand_for),
		STAGE(test_mask_what_is_saved_has_aliases),
		STAGE(test_mask_stays_on_for_the_next_dialog),
		cmocka_unit_test_setup_teardown(
		    test_mask_recording_goes_on_at_its_place, open_recording,
		    close_stage),
		STAGE(test_mask_people_keeps_the_names_of_hosts),
	};

	return cmocka_run_group_tests_name("mask in the inspector", tests,
	                                   NULL, NULL);
}
