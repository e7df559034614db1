#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ui/do.h"
#include "util/i18n.h"

static bool is_replay(struct ui *u)
{
	if (!u->link.replay)
		ui_say(u, "%s", _("That is for a recording: :replay FILE "
		                  "opens one."));
	return u->link.replay;
}

static void say_end(struct ui *u, int step)
{
	ui_say(u, "%s", step > 0 ? _("The recording ends here.")
	                         : _("The recording begins here."));
}

void do_turn(struct ui *u, int step)
{
	struct player *p = &u->reel.player;
	size_t to;

	if (!is_replay(u))
		return;
	to = step > 0 ? player_next(p) : player_previous(p);
	if (to == p->goal)
		say_end(u, step);
	else
		replay_go(u, to, SIZE_MAX);
}

void do_play(struct ui *u)
{
	struct player *p = &u->reel.player;

	if (!is_replay(u))
		return;
	if (p->playing) {
		player_pause(p);
		return;
	}
	u->present.revealed = PRESENT_ALL;
	u->reel.select = SIZE_MAX;
	player_play(p, u->now_ms * 1000);
	view_follow(u);
	replay_slice(u);
}

void do_wind(struct ui *u, bool to_end)
{
	if (is_replay(u))
		replay_go(u, to_end ? SIZE_MAX : 0, SIZE_MAX);
}

void do_pace(struct ui *u, int step)
{
	if (is_replay(u))
		player_set_pace(&u->reel.player, step);
}

void do_goto(struct ui *u, const char *arg)
{
	struct player *p = &u->reel.player;
	size_t to;
	char safe[40];

	if (!is_replay(u))
		return;
	if (!*arg && view_index(u) != SIZE_MAX)
		replay_show(u, view_index(u));
	else if (player_place(p, arg, &to))
		replay_go(u, to, SIZE_MAX);
	else
		ui_say(u, _("%s is no place in a recording: 12 is a turn, 12s "
		            "and 1:30 are times."),
		       ui_safe(arg, safe, sizeof safe));
}
