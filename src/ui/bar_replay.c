#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

enum { BAR_MIN = 8, BAR_MAX = 60, WORDS_MAX = 160 };

#define HOUR_US INT64_C(3600000000)

const char *pace_words(enum pace pace)
{
	static const char *const words[PACE_COUNT] = {
		[PLAYER_STEADY] = N_("2 s a turn"),
		[PLAYER_QUARTER] = "×1/4", [PLAYER_HALF] = "×1/2",
		[PLAYER_RECORDED] = "×1", [PLAYER_2] = "×2",
		[PLAYER_4] = "×4", [PLAYER_8] = "×8", [PLAYER_16] = "×16",
	};

	return _(words[pace]);
}

static void moment(char out[24], int64_t us, bool hours)
{
	int64_t tenths = us / 100000;

	if (!hours)
		snprintf(out, 24, "%d:%02d.%d", (int)(tenths / 600),
		         (int)(tenths / 10 % 60), (int)(tenths % 10));
	else
		snprintf(out, 24, "%lld:%02d:%02d",
		         (long long)(tenths / 36000),
		         (int)(tenths / 600 % 60), (int)(tenths / 10 % 60));
}

/* "  0:03.4 / 0:07.4"; nothing of a recording that knows no times. */
static void replay_times(const struct player *p, char *out, size_t size)
{
	int64_t all = player_time(p, dialog_count(p->whole));
	int64_t now = player_time(p, player_head(p));
	bool hours = all >= HOUR_US;
	char at[24], of[24];

	*out = '\0';
	if (all == 0)
		return;
	if (all < 1000000) { /* tenths of a second say nothing here */
		time_span(at, now);
		time_span(of, all);
	} else {
		moment(at, now, hours);
		moment(of, all, hours);
	}
	snprintf(out, size, "  %s / %s", at, of);
}

/* What stands before the bar in room columns; the turn is lost last. */
static void words_before(const struct ui *u, int room, char *out, size_t size)
{
	const struct player *p = &u->reel.player;
	const char *mark = glyph(p->playing ? GLYPH_FOLDED : GLYPH_PAUSE);
	size_t turn = turns_begun(&p->turns, player_head(p));
	char times[64];

	replay_times(p, times, sizeof times);
	snprintf(out, size, _("%s %zu/%zu turns%s  %s"), mark, turn,
	         p->turns.n, times, pace_words(p->pace));
	if (canvas_width(out) > room)
		snprintf(out, size, _("%s %zu/%zu turns%s"), mark, turn,
		         p->turns.n, times);
	if (canvas_width(out) > room)
		snprintf(out, size, "%s %zu/%zu", mark, turn, p->turns.n);
}

/* "waits 5 min, cut to 3 s": what the clock leaves out just now. */
static void words_behind(const struct ui *u, char *out, size_t size)
{
	int64_t us = player_cut_us(&u->reel.player);
	char all[24];

	*out = '\0';
	if (us == 0)
		return;
	time_span(all, us);
	snprintf(out, size, _("waits %s, cut to %d s"), all,
	         PLAYER_WAIT_MAX_US / 1000000);
}

/* Cells of a bar of w that are behind the head. */
static int filled(const struct player *p, int w)
{
	size_t turn = turns_begun(&p->turns, player_head(p));

	return p->turns.n ? (int)(turn * (size_t)w / p->turns.n) : 0;
}

static void draw_cells(struct ui *u, struct rect r)
{
	int n = filled(&u->reel.player, r.w);

	canvas_text(&u->canvas, r.x - 1, r.y, 1, STYLE_DIM, "[");
	for (int i = 0; i < r.w; i++)
		canvas_text(&u->canvas, r.x + i, r.y, 1,
		            i < n ? STYLE_BOLD : STYLE_DIM,
		            i + 1 == n ? ">" : i < n ? "=" : "-");
	canvas_text(&u->canvas, r.x + r.w, r.y, 1, STYLE_DIM, "]");
}

void draw_replay_bar(struct ui *u, struct rect r)
{
	char before[WORDS_MAX], behind[WORDS_MAX];
	int used, room;

	words_before(u, r.w, before, sizeof before);
	words_behind(u, behind, sizeof behind);
	used = canvas_text(&u->canvas, r.x, r.y, r.w, STYLE_TEXT, before) + 3;
	room = r.w - used - 2;
	if (*behind && room - canvas_width(behind) - 2 >= BAR_MIN) {
		room -= canvas_width(behind) + 2;
		canvas_text(&u->canvas, r.x + r.w - canvas_width(behind) - 1,
		            r.y, canvas_width(behind), STYLE_NOTE, behind);
	}
	if (room > BAR_MAX)
		room = BAR_MAX;
	if (room < BAR_MIN)
		return;
	u->reel.bar = (struct rect){ r.x + used, r.y, room, 1 };
	draw_cells(u, u->reel.bar);
}

bool replay_click(struct ui *u, int x, int y)
{
	const struct player *p = &u->reel.player;
	struct rect bar = u->reel.bar;
	size_t turn;

	if (bar.w == 0 || y != bar.y || x < bar.x - 1 || x > bar.x + bar.w)
		return false;
	/* the least turn that is drawn up to there; before it is the start */
	turn = x < bar.x ? 0
	                 : ((size_t)(x - bar.x + 1) * p->turns.n +
	                    (size_t)bar.w - 1) / (size_t)bar.w;
	if (turn > p->turns.n)
		turn = p->turns.n;
	replay_go(u, turn ? turns_end(&p->turns, turn - 1) : 0, SIZE_MAX);
	return true;
}
