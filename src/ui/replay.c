#include "config.h"

#include "ui/ui.h"

void replay_attach(struct ui *u)
{
	if (!u->link.replay)
		return;
	player_init(&u->reel.player, u->link.dialog);
	u->reel.select = SIZE_MAX;
	u->present.revealed = PRESENT_ALL;
}

/* The player goes on in the other dialog, at the same place. */
void replay_mask(struct ui *u, enum mask_mode mode)
{
	struct player *p = &u->reel.player;
	size_t head = player_head(p);
	enum pace pace = p->pace;

	u->link.dialog = p->whole;
	player_clear(p);
	veil_on(&u->veil, &u->link, mode);
	player_init(p, u->link.dialog);
	p->pace = pace;
	player_go(p, head);
	while (player_slice(p, PLAYER_SLICE))
		;
	u->link.dialog = player_shown(p);
}

void replay_leave(struct ui *u)
{
	player_clear(&u->reel.player);
	u->reel = (struct reel){ .select = SIZE_MAX };
}

bool replay_is_whole(const struct ui *u)
{
	return !u->link.replay || player_at_end(&u->reel.player);
}

static void tell_strip(struct ui *u, size_t before)
{
	const struct dialog *d = u->link.dialog;
	size_t count = dialog_count(d);

	if (count < before || count - before > PLAYER_SLICE) {
		strip_make(&u->strip, d);
		return;
	}
	for (size_t i = before; i < count; i++)
		strip_event(&u->strip, d, dialog_at(d, i));
}

/* What was kept of a place that is not shown any more. */
static void forget_later(struct ui *u)
{
	size_t count = dialog_count(u->link.dialog);
	struct explain_cache *c = &u->explain;

	find_cut(u);
	if (!c->valid || (c->index < count && c->count <= count))
		return;
	explanation_clear(&c->x);
	*c = (struct explain_cache){ .valid = false };
}

static void look(struct ui *u)
{
	struct reel *r = &u->reel;

	if (r->select == SIZE_MAX) {
		view_follow(u);
		return;
	}
	view_goto(u, rows_rank(&u->rows, r->select));
	r->select = SIZE_MAX;
}

/* The views of what is shown now; before: events that were. */
static void show(struct ui *u, size_t before)
{
	struct reel *r = &u->reel;
	size_t count;

	u->link.dialog = player_shown(&r->player);
	count = dialog_count(u->link.dialog);
	tell_strip(u, before);
	rows_turn_to(&u->rows, u->link.dialog);
	rows_scan(&u->rows, SCAN_BUDGET);
	if (count < before)
		forget_later(u);
	else
		find_on(u);
	if (player_moving(&r->player))
		view_follow(u);
	else if (count < before || !r->player.playing || u->view.follow)
		look(u);
	u->dirty = true;
}

bool replay_slice(struct ui *u)
{
	struct player *p = &u->reel.player;
	size_t before;
	bool more;

	if (!u->link.replay || !player_moving(p))
		return false;
	before = player_head(p);
	more = player_slice(p, PLAYER_SLICE);
	if (!p->next)
		show(u, before);
	return more;
}

void replay_go(struct ui *u, size_t events, size_t select)
{
	struct player *p = &u->reel.player;

	player_pause(p);
	u->present.revealed = PRESENT_ALL;
	u->reel.select = select;
	player_go(p, events);
	if (player_moving(p))
		replay_slice(u);
	else
		look(u);
	u->dirty = true;
}

void replay_show(struct ui *u, size_t index)
{
	replay_go(u, player_turn_end(&u->reel.player, index), index);
}

size_t replay_find(const struct ui *u, bool (*wanted)(const struct event *))
{
	const struct dialog *whole = u->reel.player.whole;

	if (replay_is_whole(u))
		return SIZE_MAX;
	for (size_t i = dialog_count(u->link.dialog);
	     i < dialog_count(whole); i++)
		if (entry_shown(whole, i) && wanted(dialog_at(whole, i)))
			return i;
	return SIZE_MAX;
}

/* --- the presenter: a turn is uncovered part by part. Until all of it is, the
 * dialog ends before its reply: no view can tell of it. */

/* Turns whose beginning is on show, the one that is being uncovered too. */
static size_t turns_on_show(const struct ui *u)
{
	const struct player *p = &u->reel.player;

	return u->present.revealed < PRESENT_ALL
	           ? u->reel.turn + 1 : turns_begun(&p->turns, p->goal);
}

static void go_to_turn(struct ui *u, size_t turn, int revealed)
{
	const struct player *p = &u->reel.player;
	size_t reply = turns_reply(&p->turns, p->whole, turn);

	if (reply == SIZE_MAX || revealed == PRESENT_ALL) {
		replay_go(u, turns_end(&p->turns, turn), reply);
		return;
	}
	replay_go(u, reply, SIZE_MAX);
	u->reel.turn = turn;
	u->present.revealed = revealed;
}

static void go_before(struct ui *u, size_t turn, int revealed)
{
	if (turn > 0)
		go_to_turn(u, turn - 1, revealed);
	else
		replay_go(u, player_first(&u->reel.player), SIZE_MAX);
}

/* What is left of it may be its reply. */
static bool is_partly_shown(const struct ui *u, size_t turn)
{
	const struct player *p = &u->reel.player;

	return p->goal > turns_begin(&p->turns, turn) &&
	       p->goal < turns_end(&p->turns, turn);
}

void replay_present(struct ui *u)
{
	const struct player *p = &u->reel.player;
	size_t index = view_index(u), turn;

	if (index == SIZE_MAX)
		return;
	turn = turns_of(&p->turns, index);
	go_to_turn(u, turn, is_partly_shown(u, turn) ? 1 : PRESENT_ALL);
}

bool replay_move(struct ui *u, int step)
{
	const struct player *p = &u->reel.player;
	size_t shown = turns_on_show(u);

	if (step > 0 && shown < p->turns.n)
		go_to_turn(u, shown, 1);
	else if (step < 0 && shown > 0)
		go_before(u, shown - 1, 1);
	else
		return false;
	return true;
}

static bool has_reply(const struct ui *u, size_t turn)
{
	const struct player *p = &u->reel.player;

	return turns_reply(&p->turns, p->whole, turn) != SIZE_MAX;
}

bool replay_reveal(struct ui *u, int step)
{
	size_t shown = turns_on_show(u);
	int to = u->present.revealed + step;

	if (shown == 0)
		return replay_move(u, step);
	if (to > PRESENT_ALL && !is_partly_shown(u, shown - 1))
		return replay_move(u, 1);
	if (to > PRESENT_ALL)
		to = PRESENT_ALL;
	if (to < 1 || (step < 0 && !has_reply(u, shown - 1)))
		go_before(u, shown - 1, PRESENT_ALL);
	else
		go_to_turn(u, shown - 1, to);
	return true;
}

const struct event *replay_covered(const struct ui *u)
{
	const struct player *p = &u->reel.player;

	if (!u->link.replay || !u->present.on ||
	    u->present.revealed == PRESENT_ALL)
		return NULL;
	return dialog_at(p->whole, turns_reply(&p->turns, p->whole,
	                                       u->reel.turn));
}

/* --- the clock */

void replay_tick(struct ui *u)
{
	if (u->link.replay)
		player_tick(&u->reel.player, u->now_ms * 1000);
}

int64_t replay_due_ms(const struct ui *u)
{
	int64_t us = u->link.replay ? player_due_us(&u->reel.player) : -1;

	return us < 0 ? -1 : (us + 999) / 1000;
}
