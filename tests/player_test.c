/*
 * player_test: a recording cut into turns, the play head in it, and its clock,
 * with a time that the test makes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ui/player.h"
#include "ui_dialog.h"

/* --- turns. A letter an event: S start, D lookup, R route, c connecting, C
 * connected, g greeting, s command, r its reply, u a reply nobody asked for, q
 * 221, b a line of a message, m the message, . its dot, B a chunk, T TLS, F
 * failure, X closed, n state, f finding, v verdict, k check, e end. */

static void put(struct script *s, enum event_kind kind, const char *verb)
{
	struct event_builder b;
	struct event *e;

	event_begin(&b, kind);
	b.e.n = ++s->n;
	b.e.session = s->session;
	b.e.t_us = s->t_us += 1000;
	if (kind == EV_SENT) {
		b.e.u.sent.verb = event_puts(&b, verb);
		b.e.u.sent.line = event_puts(&b, verb);
		s->sent = s->n;
	} else if (kind == EV_REPLY) {
		b.e.u.reply.to = *verb == 'g'   ? EV_GREETING
		                 : *verb == 'u' ? EV_UNASKED : s->sent;
		b.e.u.reply.code = *verb == 'q' ? 221 : 250;
	}
	e = event_finish(&b);
	dialog_append(s->dialog, e);
	free(e);
}

static const struct {
	char letter;
	enum event_kind kind;
	const char *verb;
} letters[] = {
	{ 'S', EV_START, "" }, { 'D', EV_DNS, "" }, { 'R', EV_ROUTE, "" },
	{ 'c', EV_CONNECTING, "" }, { 'C', EV_CONNECTED, "" },
	{ 'g', EV_REPLY, "g" }, { 's', EV_SENT, "NOOP" },
	{ 'r', EV_REPLY, "r" }, { 'u', EV_REPLY, "u" },
	{ 'q', EV_REPLY, "q" }, { 'b', EV_SENT, "(DATA BLOCK)" },
	{ 'm', EV_MESSAGE, "" }, { '.', EV_SENT, "(END OF DATA)" },
	{ 'B', EV_SENT, "BDAT" }, { 'T', EV_TLS, "" },
	{ 'F', EV_FAILED, "" }, { 'X', EV_CLOSED, "" },
	{ 'n', EV_STATE, "" }, { 'f', EV_FINDING, "" },
	{ 'v', EV_VERDICT, "" }, { 'k', EV_CHECK, "" }, { 'e', EV_END, "" },
};

static void put_letters(struct script *s, const char *text)
{
	for (; *text; text++)
		for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
			if (letters[i].letter == *text)
				put(s, letters[i].kind, letters[i].verb);
}

static const struct {
	const char *what;
	const char *turns; /* separated by blanks; "S" before the first alone
	                    * is no turn */
} cuts[] = {
	{ "a session that sends nothing",
	  "S| DDDR cCn gn srn srn srnv sqnXve" },
	{ "no start", "DR cCn gn" },
	{ "only a start", "S|" },
	{ "nothing", "" },
	{ "two tries to connect", "S| DR cF cCn gn sqX" },
	{ "no route: all of it is the lookup", "S| DDFve" },
	{ "the greeting does not come", "S| R cCn FXve" },
	{ "lost while a reply is awaited", "R cC gn srn sFXve" },
	{ "closed while a reply is awaited", "R cC gn sXv" },
	{ "closed by the server for no reason", "R cC gn srn Xv" },
	{ "421 out of the blue", "R cC gn srn uf X" },
	{ "TLS", "R cCn gn srn srn Tn srn" },
	{ "TLS that fails", "R cCn gn srn Fve" },
	{ "a message", "gn srn srn srn bbbm.rnf sqnXv" },
	{ "a message typed", "gn srn bbb.rn sq" },
	{ "the same for three recipients (LMTP)", "srn bm.rnv rnv rnv sq" },
	{ "chunks", "srn Brn mBrn sqX" },
	{ "commands in one go", "gn ssssrn rnv rnv qnXv" },
	{ "more commands before the replies are in", "ssrn srn rn" },
	{ "findings belong to what they are about", "sffrnf srf" },
	{ "checks beside a dialog", "S| DR cCn gn srn DDkDk srn DDk" },
	{ "a lookup while a reply is awaited", "gn sDkrn Dk" },
	{ "a second target in one file", "S| DR cC gn sqXe SDR cC gn sqXe" },
};

/* What was cut, as it is written in the table. */
static void join(const struct turns *t, const char *events, char *out)
{
	size_t at = 0, turn = 0;

	for (; *events; events++, at++) {
		if (at == t->from && at > 0)
			*out++ = '|';
		if (turn < t->n && at == turns_begin(t, turn)) {
			if (at > 0)
				*out++ = ' ';
			turn++;
		}
		*out++ = *events;
	}
	if (at == t->from && at > 0)
		*out++ = '|';
	*out = '\0';
}

static void test_turns_cut_as_a_teacher_tells_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		char events[80] = "", got[160];
		struct turns t = { .n = 0 };
		struct script s;
		size_t n = 0;

		for (const char *c = cuts[i].turns; *c; c++)
			if (*c != ' ' && *c != '|')
				events[n++] = *c;
		script_new(&s);
		put_letters(&s, events);
		turns_make(&t, s.dialog);
		join(&t, events, got);
		if (strcmp(got, cuts[i].turns) != 0)
			fail_msg("%s: %s, not %s", cuts[i].what, got,
			         cuts[i].turns);
		turns_clear(&t);
		dialog_free(s.dialog);
	}
}

static void test_turns_find_their_reply(void **state)
{
	struct turns t = { .n = 0 };
	struct script s;

	(void)state;
	script_new(&s);
	put_letters(&s, "SDRcCngnsfrn");
	turns_make(&t, s.dialog);
	assert_int_equal(t.n, 4);
	assert_int_equal(turns_reply(&t, s.dialog, 0), SIZE_MAX);
	assert_int_equal(turns_reply(&t, s.dialog, 2), 6);
	assert_int_equal(turns_reply(&t, s.dialog, 3), 10);
	assert_int_equal(turns_begun(&t, 0), 0);
	assert_int_equal(turns_begun(&t, 1), 0);
	assert_int_equal(turns_begun(&t, 2), 1);
	assert_int_equal(turns_begun(&t, 3), 1);
	assert_int_equal(turns_begun(&t, 4), 2);
	assert_int_equal(turns_begun(&t, 12), 4);
	turns_clear(&t);
	dialog_free(s.dialog);
}

/* --- the head */

/* Events at these milliseconds. */
static void put_times(struct script *s, const int *ms, size_t n)
{
	script_new(s);
	for (size_t i = 0; i < n; i++) {
		s->t_us = (int64_t)ms[i] * 1000 - 1000;
		put(s, i == 0 ? EV_START : i % 2 ? EV_SENT : EV_REPLY,
		    i % 2 ? "NOOP" : "r");
	}
}

static const int slow[] = { 0, 1000, 1200, 2000, 2050, 62050, 62100, 63000,
	                    63010 };
enum { SLOW = sizeof slow / sizeof *slow };

static void settle(struct player *p)
{
	for (int i = 0; i < 100 && player_slice(p, 3); i++)
		;
	assert_false(player_moving(p));
}

static void go(struct player *p, size_t events)
{
	player_go(p, events);
	settle(p);
}

static void test_player_opens_whole_and_keeps_no_copy(void **state)
{
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, slow, SLOW);
	player_init(&p, s.dialog);
	assert_ptr_equal(player_shown(&p), s.dialog);
	assert_true(player_at_end(&p));
	assert_false(player_moving(&p));
	go(&p, 3);
	assert_ptr_not_equal(player_shown(&p), s.dialog);
	assert_ptr_equal(dialog_at(player_shown(&p), 2),
	                 dialog_at(s.dialog, 2));
	assert_true(dialog_bytes(player_shown(&p)) == 0);
	go(&p, SIZE_MAX);
	assert_ptr_equal(player_shown(&p), s.dialog);
	assert_null(p.part);
	player_clear(&p);
	dialog_free(s.dialog);
}

static void test_player_steps_by_turns_and_stops_at_the_ends(void **state)
{
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, slow, SLOW);
	player_init(&p, s.dialog);
	assert_int_equal(p.turns.n, 4);
	go(&p, 0);
	assert_int_equal(player_head(&p), 1); /* the start is always there */
	assert_int_equal(player_previous(&p), 1);
	for (size_t i = 1; i <= 4; i++) {
		go(&p, player_next(&p));
		assert_int_equal(player_head(&p), 1 + 2 * i);
	}
	assert_true(player_at_end(&p));
	assert_int_equal(player_next(&p), SLOW);
	go(&p, 6); /* in the middle of the third */
	assert_int_equal(player_next(&p), 7);
	assert_int_equal(player_previous(&p), 5);
	player_clear(&p);
	dialog_free(s.dialog);
}

/* What is on screen stays until the way back is over; forward it grows. */
static void test_player_never_shows_what_is_between(void **state)
{
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, slow, SLOW);
	player_init(&p, s.dialog);
	player_go(&p, 7);
	assert_true(player_slice(&p, 3));
	assert_int_equal(player_head(&p), SLOW);
	assert_true(player_slice(&p, 3));
	assert_int_equal(player_head(&p), SLOW);
	assert_false(player_slice(&p, 3));
	assert_int_equal(player_head(&p), 7);
	/* another goal on the way: nearer, then behind what is folded */
	player_go(&p, 5);
	assert_true(player_slice(&p, 3));
	player_go(&p, 4);
	assert_false(player_slice(&p, 3));
	assert_int_equal(player_head(&p), 4);
	player_go(&p, 3);
	assert_true(player_slice(&p, 2));
	player_go(&p, 1);
	assert_false(player_slice(&p, 2));
	assert_int_equal(player_head(&p), 1);
	player_go(&p, 8);
	assert_true(player_slice(&p, 3));
	assert_int_equal(player_head(&p), 4);
	player_go(&p, 2); /* back in the middle of it */
	assert_false(player_slice(&p, 3));
	assert_int_equal(player_head(&p), 2);
	player_clear(&p);
	dialog_free(s.dialog);
}

static void test_player_places(void **state)
{
	static const struct {
		const char *text;
		size_t head; /* SIZE_MAX: no place */
	} places[] = {
		{ "0", 1 }, { "1", 3 }, { "3", 7 }, { "4", 9 }, { "99", 9 },
		{ "99999999999999999999", 9 }, { "0s", 1 }, { "1s", 2 },
		{ "1.2s", 3 }, { "1.199 s", 2 }, { "2050ms", 5 },
		{ "1:02", 5 }, { "1:02.05", 6 }, { "0:01:03", 8 },
		{ "63.01s", 9 }, { "9:00:00", 9 }, { "", SIZE_MAX },
		{ "s", SIZE_MAX }, { "-1", SIZE_MAX }, { "1x", SIZE_MAX },
		{ "1:", SIZE_MAX }, { "1:2:3:4", SIZE_MAX },
		{ "1:30s", SIZE_MAX }, { "1:x", SIZE_MAX }, { ".5s", SIZE_MAX },
		{ "12 turns", SIZE_MAX },
	};
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, slow, SLOW);
	player_init(&p, s.dialog);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		size_t head = SIZE_MAX;

		if (!player_place(&p, places[i].text, &head))
			head = SIZE_MAX;
		if (head != places[i].head)
			fail_msg("%s: %zu, not %zu", places[i].text, head,
			         places[i].head);
	}
	player_clear(&p);
	dialog_free(s.dialog);
}

/* --- the clock */

static size_t at(struct player *p, int64_t ms)
{
	player_tick(p, ms * 1000);
	settle(p);
	return player_head(p);
}

static void test_player_plays_at_recorded_times(void **state)
{
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, slow, SLOW);
	player_init(&p, s.dialog);
	assert_int_equal(p.pace, PLAYER_RECORDED);
	assert_int_equal(player_due_us(&p), -1);
	player_play(&p, 500000); /* at the end: from the beginning */
	settle(&p);
	assert_int_equal(player_head(&p), 1);
	assert_int_equal(player_due_us(&p), 1500000);
	assert_int_equal(at(&p, 1499), 1);
	assert_int_equal(at(&p, 1500), 2);
	assert_int_equal(at(&p, 1699), 2);
	assert_int_equal(at(&p, 1700), 3);
	assert_int_equal(player_cut_us(&p), 0);
	assert_int_equal(at(&p, 2550), 5); /* two were due */
	/* a minute of waiting: three seconds, and it is said */
	assert_int_equal(player_cut_us(&p), 60000000);
	assert_int_equal(player_due_us(&p), 5550000);
	player_pause(&p);
	assert_int_equal(player_due_us(&p), -1);
	assert_int_equal(player_cut_us(&p), 0);
	assert_int_equal(at(&p, 9000), 5);
	player_play(&p, 20000000);
	assert_int_equal(at(&p, 22999), 5);
	assert_int_equal(at(&p, 23050), 7);
	assert_int_equal(at(&p, 23960), 9);
	assert_false(p.playing);
	assert_true(player_at_end(&p));
	assert_int_equal(player_due_us(&p), -1);
	player_clear(&p);
	dialog_free(s.dialog);
}

static void test_player_pace(void **state)
{
	static const struct {
		int steps;
		enum pace pace;
		int64_t due_us; /* of an event 1 s after the one before */
	} paces[] = {
		{ 0, PLAYER_RECORDED, 1000000 }, { 1, PLAYER_2, 500000 },
		{ 4, PLAYER_16, 62500 }, { 9, PLAYER_16, 62500 },
		{ -1, PLAYER_HALF, 2000000 },
		{ -2, PLAYER_QUARTER, PLAYER_WAIT_MAX_US },
		{ -3, PLAYER_STEADY, PLAYER_TURN_US },
		{ -9, PLAYER_STEADY, PLAYER_TURN_US },
	};

	(void)state;
	for (size_t i = 0; i < sizeof paces / sizeof *paces; i++) {
		int step = paces[i].steps < 0 ? -1 : 1;
		struct script s;
		struct player p;

		put_times(&s, slow, SLOW);
		player_init(&p, s.dialog);
		for (int n = 0; n != paces[i].steps; n += step)
			player_set_pace(&p, step);
		assert_int_equal(p.pace, paces[i].pace);
		player_play(&p, 0);
		assert_int_equal(player_due_us(&p), paces[i].due_us);
		player_clear(&p);
		dialog_free(s.dialog);
	}
}

/* Of a recording that nobody could follow: two seconds a turn. */
static void test_player_brisk_recording_goes_turn_by_turn(void **state)
{
	static const int brisk[] = { 0, 1, 2, 3, 4 };
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, brisk, 5);
	player_init(&p, s.dialog);
	assert_int_equal(p.pace, PLAYER_STEADY);
	player_play(&p, 0);
	settle(&p);
	assert_int_equal(at(&p, 1999), 1);
	assert_int_equal(at(&p, 2000), 3);
	assert_int_equal(at(&p, 3999), 3);
	assert_int_equal(at(&p, 4000), 5);
	assert_false(p.playing);
	player_clear(&p);
	dialog_free(s.dialog);
}

/* On a way back that is not over yet: from where it leads. */
static void test_player_plays_from_where_it_goes(void **state)
{
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, slow, SLOW);
	player_init(&p, s.dialog);
	player_go(&p, 7);
	assert_true(player_slice(&p, 3));
	player_play(&p, 0);
	assert_int_equal(at(&p, 0), 7);
	assert_int_equal(at(&p, 899), 7);
	assert_int_equal(at(&p, 900), 8);
	player_clear(&p);
	dialog_free(s.dialog);
}

/* A stopped program (Ctrl-Z, sleep) does not rush through what it missed. */
static void test_player_goes_on_after_a_stop(void **state)
{
	struct script s;
	struct player p;

	(void)state;
	put_times(&s, slow, SLOW);
	player_init(&p, s.dialog);
	player_play(&p, 0);
	settle(&p);
	assert_int_equal(at(&p, 3600000), 2);
	assert_int_equal(player_due_us(&p), INT64_C(3600200000));
	player_clear(&p);
	dialog_free(s.dialog);
}

/* Times that run backwards or leap by centuries are only waits. */
static void test_player_bears_hostile_times(void **state)
{
	struct script s;
	struct player p;

	(void)state;
	script_new(&s);
	for (int i = 0; i < 6; i++) {
		s.t_us = i % 2 ? INT64_MAX / 2 - 2000 : 0;
		put(&s, EV_SENT, "NOOP");
	}
	player_init(&p, s.dialog);
	for (int i = 0; i < 6; i++)
		player_set_pace(&p, i < 3 ? 1 : -1);
	player_play(&p, 0);
	settle(&p);
	for (int64_t ms = 0; p.playing && ms < 60000; ms += 500)
		at(&p, ms);
	assert_true(player_at_end(&p));
	player_clear(&p);
	dialog_free(s.dialog);
}

static void test_player_of_nothing_does_nothing(void **state)
{
	static const char *const recordings[] = { "", "S" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct script s;
		struct player p;
		size_t to;

		script_new(&s);
		put_letters(&s, recordings[i]);
		player_init(&p, s.dialog);
		go(&p, 0);
		go(&p, player_next(&p));
		go(&p, player_previous(&p));
		assert_true(player_place(&p, "3", &to));
		assert_int_equal(to, i);
		player_play(&p, 0);
		assert_false(p.playing);
		player_clear(&p);
		dialog_free(s.dialog);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turns_cut_as_a_teacher_tells_it),
		cmocka_unit_test(test_turns_find_their_reply),
		cmocka_unit_test(test_player_opens_whole_and_keeps_no_copy),
		cmocka_unit_test(
		    test_player_steps_by_turns_and_stops_at_the_ends),
		cmocka_unit_test(test_player_never_shows_what_is_between),
		cmocka_unit_test(test_player_places),
		cmocka_unit_test(test_player_plays_at_recorded_times),
		cmocka_unit_test(test_player_pace),
		cmocka_unit_test(
		    test_player_brisk_recording_goes_turn_by_turn),
		cmocka_unit_test(test_player_plays_from_where_it_goes),
		cmocka_unit_test(test_player_goes_on_after_a_stop),
		cmocka_unit_test(test_player_bears_hostile_times),
		cmocka_unit_test(test_player_of_nothing_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
