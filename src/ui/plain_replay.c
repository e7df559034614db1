#include "config.h"

#include <time.h>

#include "ui/plain_state.h"
#include "ui/seek.h"
#include "ui/ui.h"
#include "util/i18n.h"

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void arrive(struct plain *p)
{
	while (player_slice(&p->player, PLAYER_SLICE))
		;
	p->link.dialog = player_shown(&p->player);
}

/* What is new is printed, as it is of a session that goes on. */
static void go_on(struct plain *p, size_t events)
{
	player_go(&p->player, events);
	arrive(p);
	plain_show_new(p);
}

/* The turn that ends there is printed, however far away it was. */
static void jump(struct plain *p, size_t events)
{
	const struct turns *t = &p->player.turns;
	size_t turn;

	player_pause(&p->player);
	player_go(&p->player, events);
	arrive(p);
	turn = turns_begun(t, player_head(&p->player));
	p->last_reply = SIZE_MAX;
	p->shown = turn ? turns_begin(t, turn - 1) : t->from;
	plain_show_new(p);
	if (turn == 0)
		plain_print(p, "", _("The recording begins here."));
}

void plain_replay_open(struct plain *p)
{
	if (p->link.replay)
		player_init(&p->player, p->link.dialog);
}

void plain_replay_mask(struct plain *p, enum mask_mode mode)
{
	size_t head = player_head(&p->player);

	p->link.dialog = p->player.whole;
	player_clear(&p->player);
	veil_on(&p->veil, &p->link, mode);
	player_init(&p->player, p->link.dialog);
	player_go(&p->player, head);
	arrive(p);
}

void plain_replay_step(struct plain *p)
{
	if (p->player.playing)
		player_pause(&p->player);
	else if (player_at_end(&p->player))
		plain_print(p, "", _("The recording ends here."));
	else
		go_on(p, player_next(&p->player));
}

static void play(struct plain *p)
{
	if (player_at_end(&p->player))
		jump(p, 0);
	player_play(&p->player, now_us());
}

static void set_pace(struct plain *p, int step)
{
	player_set_pace(&p->player, step);
	plain_print(p, "", pace_words(p->player.pace));
}

static void go_to(struct plain *p, const char *text)
{
	size_t events;

	if (player_place(&p->player, text, &events))
		jump(p, events);
	else
		plain_print(p, "", _("Write :goto 12 for a turn, :goto 12s or "
		                     ":goto 1:30 for a time."));
}

/* The first entry in a range that holds the text, SIZE_MAX none. */
static size_t find(const struct plain *p, const struct seek *s, size_t from,
                   size_t end)
{
	const struct dialog *whole = p->player.whole;

	for (size_t i = from; i < end; i++)
		if (entry_shown(whole, i) && seek_entry(s, whole, i))
			return i;
	return SIZE_MAX;
}

static void search(struct plain *p, const char *text)
{
	size_t head = player_head(&p->player), at;
	struct seek s = { .len = 0 };

	seek_set(&s, text);
	at = find(p, &s, head, dialog_count(p->player.whole));
	if (at == SIZE_MAX) {
		at = find(p, &s, 0, head);
		if (at != SIZE_MAX)
			plain_print(p, "", _("Search goes on at the top."));
	}
	if (at == SIZE_MAX)
		plain_print(p, "", _("Not found."));
	else
		jump(p, player_turn_end(&p->player, at));
	seek_clear(&s);
}

bool plain_replay(struct plain *p, enum cmd c, const char *arg)
{
	if (!p->link.replay)
		return false;
	switch (c) {
	case CMD_NEXT_TURN: plain_replay_step(p); break;
	case CMD_PREV_TURN: jump(p, player_previous(&p->player)); break;
	case CMD_PLAY: play(p); break;
	case CMD_REWIND: jump(p, 0); break;
	case CMD_WHOLE: jump(p, SIZE_MAX); break;
	case CMD_FASTER: set_pace(p, 1); break;
	case CMD_SLOWER: set_pace(p, -1); break;
	case CMD_GOTO: go_to(p, arg); break;
	case CMD_SEARCH: search(p, arg); break;
	default: return false;
	}
	return true;
}

bool plain_replay_plays(const struct plain *p)
{
	return p->link.replay && p->player.playing;
}

int plain_replay_wait_ms(const struct plain *p)
{
	int64_t us = player_due_us(&p->player) - now_us();

	return us <= 0 ? 0 : (int)((us + 999) / 1000);
}

void plain_replay_tick(struct plain *p)
{
	int64_t cut;

	if (!plain_replay_plays(p))
		return;
	player_tick(&p->player, now_us());
	if (!player_moving(&p->player))
		return;
	arrive(p);
	plain_show_new(p);
	cut = player_cut_us(&p->player);
	if (cut)
		fprintf(p->out, _("a wait of %d s, cut to %d s\n"),
		        (int)(cut / 1000000),
		        PLAYER_WAIT_MAX_US / 1000000);
}

void plain_replay_prompt(struct plain *p)
{
	fprintf(p->out, _("recording, turn %zu of %zu> "),
	        turns_begun(&p->player.turns, player_head(&p->player)),
	        p->player.turns.n);
}
