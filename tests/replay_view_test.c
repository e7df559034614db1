/*
 * replay_view_test: what the inspector shows of a recording at its play head
 * is what it shows of a recording that ends there, whichever way one came:
 * for recordings of lessons and for kept ones, event for event.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/replay.h"
#include "ui/do.h"
#include "ui_dialog.h"
#include "util/xalloc.h"

enum { EVENTS_MAX = 400, W = 200, H = 50 };

struct recording {
	struct event *events[EVENTS_MAX];
	size_t n;
};

/* Lessons that take no time, and every kind of event between them. */
static const char *const lessons[] = { "first", "tls", "pipelining", "lmtp",
	                               "message", "chunks", "mx-routes",
	                               "auth", "mailbox-full", "wrapped" };
static const char *const kept[] = { "blocked", "checks", "lmtp", "tls-bad",
	                            "tls" };
enum { LESSONS = sizeof lessons / sizeof *lessons,
	KEPT = sizeof kept / sizeof *kept };

static const char *folder(const char *variable)
{
	const char *value = getenv(variable);

	return value ? value : ".";
}

static void load(struct recording *r, const char *path)
{
	char *error = NULL;
	struct replay *in = replay_open(path, &error);
	struct event *e;

	*r = (struct recording){ .n = 0 };
	if (!in)
		fail_msg("%s", error);
	while (replay_next(in, &e) == REPLAY_EVENT) {
		assert_true(r->n < EVENTS_MAX);
		r->events[r->n++] = e;
	}
	replay_close(in);
	assert_true(r->n >= 10);
}

static void load_lesson(struct recording *r, const char *lesson)
{
	char path[] = "/tmp/smtpscope-lesson-XXXXXX";
	int fd = mkstemp(path);
	char *command = xasprintf("%s/smtpscope --demo=%s --batch --seed 1 "
	                          "--record %s >/dev/null 2>&1 </dev/null",
	                          folder("builddir"), lesson, path);
	int status = system(command);

	if (fd < 0 || status != 0)
		fail_msg("%s: %d", command, status);
	close(fd);
	free(command);
	load(r, path);
	unlink(path);
}

static void load_any(struct recording *r, size_t i)
{
	char *path;

	if (i < LESSONS) {
		load_lesson(r, lessons[i]);
		return;
	}
	path = xasprintf("%s/tests/data/inspector/%s.jsonl", folder("srcdir"),
	                 kept[i - LESSONS]);
	load(r, path);
	free(path);
}

static void forget(struct recording *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->events[i]);
}

/* The first n events, and an inspector of them. */
static void fill_cut(struct script *s, const struct recording *r, size_t n)
{
	script_new(s);
	for (size_t i = 0; i < n; i++)
		dialog_append(s->dialog, r->events[i]);
}

static void open_cut(struct ui_stage *st, const struct recording *r, size_t n)
{
	fill_cut(&st->script, r, n);
	stage_open(st, W, H, true);
}

/* --- all of what is true now, as text */

static void add_caps(struct buf *b, const struct now_cap *caps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, " %s=%s", caps[i].keyword, caps[i].params);
	buf_addc(b, '\n');
}

static void add_hosts(struct buf *b, const struct dialog_now *now)
{
	for (size_t i = 0; i < now->n_hosts; i++) {
		const struct now_host *h = &now->hosts[i];

		buf_addf(b, "%s %d %d %s %d", h->host, h->preference,
		         h->unusable, h->why, h->mark);
		for (size_t j = 0; j < h->n_addresses; j++)
			buf_addf(b, " %s %d %u %d %d", h->addresses[j].address,
			         h->addresses[j].mark, h->addresses[j].us,
			         h->addresses[j].fail, h->addresses[j].failed);
		buf_addc(b, '\n');
	}
}

static void add_transaction(struct buf *b, const struct dialog_now *now)
{
	buf_addf(b, "%s %s %s %d %u %u %d", now->greeting_name, now->helo,
	         now->from, now->from_mark, now->from_n, now->helo_n,
	         now->transaction_over);
	for (size_t i = 0; i < now->n_rcpts; i++)
		buf_addf(b, " %s %u %d %u %d %u %d", now->rcpts[i].address,
		         now->rcpts[i].n, now->rcpts[i].mark,
		         now->rcpts[i].code, now->rcpts[i].final_mark,
		         now->rcpts[i].final_code, now->rcpts[i].act);
	buf_addf(b, " %d %u %s %d %u %d %u\n", now->lmtp, now->auth_n,
	         now->auth_mech, now->auth_mark, now->data_n, now->data_mark,
	         now->data_code);
}

static void add_rest(struct buf *b, const struct dialog_now *now)
{
	buf_addf(b, "%s %s %d %d %u %u %d %s\n", now->target, now->domain,
	         now->route, now->has_route, now->dns_us, now->dns_ttl,
	         now->dns_ad, now->dns_server);
	buf_addf(b, "%u %s %s %s %s %u %d %d %d %d %d %d %d\n", now->session,
	         now->host, now->address, now->via, now->local, now->port,
	         now->state, now->connecting, now->connected, now->closed,
	         now->failed, now->fail_phase, now->fail_kind);
	buf_addf(b, "%llu %d %d %u %u %d %d %u %lld %lld\n",
	         (unsigned long long)now->size_limit, now->esmtp, now->trial,
	         now->own_session, now->base_session, now->base_replied,
	         now->ended, now->exit, (long long)now->first_us,
	         (long long)now->last_us);
	buf_addf(b, "tls %u checks", now->tls ? now->tls->n : 0);
	for (size_t i = 0; i < now->n_checks; i++)
		buf_addf(b, " %u", now->checks[i]->n);
	buf_addf(b, " %d %d\n", now->prompt != NULL, now->ask != NULL);
}

static void add_now(struct buf *b, const struct dialog *d)
{
	const struct dialog_now *now = dialog_now(d);

	add_rest(b, now);
	add_hosts(b, now);
	add_transaction(b, now);
	add_caps(b, now->caps, now->n_caps);
	add_caps(b, now->caps_before, now->n_caps_before);
	for (size_t i = 0; i < dialog_count(d); i++)
		buf_addf(b, "%u %d %d %zu %d %d\n", dialog_at(d, i)->n,
		         dialog_state_at(d, i), dialog_secure_at(d, i),
		         dialog_verdict_on(d, i),
		         dialog_at(d, i)->kind == EV_VERDICT &&
		             dialog_verdict_old(d, i),
		         dialog_at(d, i)->kind == EV_VERDICT &&
		             dialog_verdict_again(d, i));
	for (size_t i = 0; dialog_check(d, i) != SIZE_MAX; i++)
		buf_addf(b, "check %zu\n", dialog_check(d, i));
}

static void assert_same_now(const struct dialog *a, const struct dialog *b,
                            size_t head)
{
	struct buf x = { 0 }, y = { 0 };

	add_now(&x, a);
	add_now(&y, b);
	if (strcmp(buf_str(&x), buf_str(&y)) != 0)
		fail_msg("after %zu events:\n%s\n--- not\n%s", head,
		         buf_str(&x), buf_str(&y));
	buf_clear(&x);
	buf_clear(&y);
}

/* --- the screens: every cell but those of the progress bar */

static bool same_row(struct ui *a, struct ui *b, int y)
{
	for (int x = 0; x < a->w; x++)
		if (memcmp(canvas_at(&a->canvas, x, y),
		           canvas_at(&b->canvas, x, y),
		           sizeof(struct cell)) != 0)
			return false;
	return true;
}

static void assert_same_screen(struct ui_stage *a, struct ui_stage *b,
                               const char *view)
{
	stage_draw(a);
	stage_draw(b);
	for (int y = 0; y < a->ui.h; y++) {
		if (y == a->ui.layout.input.y || same_row(&a->ui, &b->ui, y))
			continue;
		fail_msg("%s, %zu events, row %d:\n%s\nnot\n%s", view,
		         dialog_count(b->ui.link.dialog), y, stage_row(a, y),
		         stage_row(b, y));
	}
}

/* What shows the most of a dialog, one after the other. */
static void assert_same_views(struct ui_stage *a, struct ui_stage *b)
{
	static const char *const commands[] = { "pane 6", "tls", "caps",
		                                "rules" };

	assert_same_screen(a, b, "panes"); /* MX to Explain, all five */
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		ui_command_line(&a->ui, commands[i]);
		ui_command_line(&b->ui, commands[i]);
		assert_same_screen(a, b, commands[i]);
		popup_close(&a->ui);
		popup_close(&b->ui);
		ui_focus(&a->ui, PANE_DIALOG);
		ui_focus(&b->ui, PANE_DIALOG);
	}
}

static void assert_prefix(struct ui_stage *st, const struct recording *r,
                          bool views)
{
	size_t head = dialog_count(st->ui.link.dialog);
	struct ui_stage cut;

	open_cut(&cut, r, head);
	assert_same_now(st->ui.link.dialog, cut.ui.link.dialog, head);
	assert_memory_equal(&st->ui.strip, &cut.ui.strip, sizeof cut.ui.strip);
	assert_int_equal(st->ui.rows.n, cut.ui.rows.n);
	if (views)
		assert_same_views(st, &cut);
	else
		assert_same_screen(st, &cut, "panes");
	stage_close(&cut);
}

/* Turns forward one by one and back one by one, then jumps to each event, on
 * which only what is known is compared. */
static void walk(const struct recording *r)
{
	struct ui_stage st;
	struct script cut;
	size_t turns, first;

	open_cut(&st, r, r->n);
	turns = st.ui.reel.player.turns.n;
	first = player_first(&st.ui.reel.player);
	assert_true(turns >= 1);
	ui_command_line(&st.ui, "rewind");
	assert_int_equal(dialog_count(st.ui.link.dialog), first);
	for (size_t i = 0; i < turns; i++) {
		stage_keys(&st, (const char *[]){ "Space", NULL });
		assert_prefix(&st, r, true);
	}
	assert_ptr_equal(st.ui.link.dialog, st.script.dialog);
	for (size_t i = 0; i + 1 < turns; i++) {
		stage_keys(&st, (const char *[]){ "b", NULL });
		assert_prefix(&st, r, false);
	}
	for (size_t i = 1; i < r->n; i++) {
		size_t head = i * 37 % r->n;

		if (head < first || head == 0)
			continue;
		replay_go(&st.ui, head, SIZE_MAX);
		assert_int_equal(dialog_count(st.ui.link.dialog), head);
		fill_cut(&cut, r, head);
		assert_same_now(st.ui.link.dialog, cut.dialog, head);
		dialog_free(cut.dialog);
	}
	stage_close(&st);
}

static void test_replay_is_what_a_cut_recording_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < LESSONS + KEPT; i++) {
		struct recording r;

		load_any(&r, i);
		walk(&r);
		forget(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay_is_what_a_cut_recording_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
