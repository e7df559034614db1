#include "config.h"

#include "ui/player.h"

#include <string.h>

enum { STALLED_US = 1000000 }; /* later than that: we were stopped */
#define GAP_MAX_US INT64_C(1000000000000) /* 11 days, of a time made up */
#define NUMBER_MAX INT64_C(100000000)     /* a turn, a second: three years */

/* Quarters of the recorded speed. */
static const int64_t quarters[PACE_COUNT] = {
	[PLAYER_QUARTER] = 1, [PLAYER_HALF] = 2, [PLAYER_RECORDED] = 4,
	[PLAYER_2] = 8, [PLAYER_4] = 16, [PLAYER_8] = 32, [PLAYER_16] = 64,
};

static size_t total(const struct player *p)
{
	return dialog_count(p->whole);
}

/* Between the event at index and the one before it, no less than 0. */
static int64_t gap_us(const struct player *p, size_t index)
{
	int64_t us = index == 0 ? 0
	                        : dialog_at(p->whole, index)->t_us -
	                              dialog_at(p->whole, index - 1)->t_us;

	return us < 0 ? 0 : us < GAP_MAX_US ? us : GAP_MAX_US;
}

void player_init(struct player *p, struct dialog *whole)
{
	*p = (struct player){ .whole = whole, .pace = PLAYER_RECORDED };
	turns_make(&p->turns, whole);
	p->goal = total(p);
	if (player_time(p, p->goal) - player_time(p, p->goal > 0) <
	    (int64_t)p->turns.n * PLAYER_BRISK_US)
		p->pace = PLAYER_STEADY;
}

void player_clear(struct player *p)
{
	dialog_free(p->part);
	dialog_free(p->next);
	turns_clear(&p->turns);
	*p = (struct player){ .whole = NULL };
}

struct dialog *player_shown(const struct player *p)
{
	return p->part ? p->part : p->whole;
}

size_t player_head(const struct player *p)
{
	return dialog_count(player_shown(p));
}

size_t player_first(const struct player *p)
{
	return p->turns.from;
}

bool player_at_end(const struct player *p)
{
	return p->part == NULL;
}

static void drop(struct dialog **d)
{
	dialog_free(*d);
	*d = NULL;
}

static void set_out(struct player *p, size_t events)
{
	p->goal = events > total(p)          ? total(p)
	          : events < player_first(p) ? player_first(p)
	                                     : events;
	if (p->next && dialog_count(p->next) > p->goal)
		drop(&p->next);
	if (p->goal >= player_head(p))
		drop(&p->next);
	else if (!p->next)
		p->next = dialog_part(p->whole);
}

void player_go(struct player *p, size_t events)
{
	set_out(p, events);
	p->timed = false;
}

bool player_moving(const struct player *p)
{
	return p->goal != player_head(p) || (p->part && p->goal == total(p));
}

bool player_slice(struct player *p, size_t budget)
{
	struct dialog *d = p->next ? p->next : p->part;
	size_t left;

	if (!player_moving(p))
		return false;
	if (p->goal == total(p)) { /* it is there already */
		drop(&p->next);
		drop(&p->part);
		return false;
	}
	left = p->goal - dialog_count(d);
	dialog_grow(d, left < budget ? left : budget);
	if (dialog_count(d) < p->goal)
		return true;
	if (p->next) {
		drop(&p->part);
		p->part = p->next;
		p->next = NULL;
	}
	return false;
}

/* --- positions */

size_t player_turn_end(const struct player *p, size_t index)
{
	return p->turns.n && index < total(p)
	           ? turns_end(&p->turns, turns_of(&p->turns, index))
	           : total(p);
}

size_t player_next(const struct player *p)
{
	return player_turn_end(p, p->goal);
}

size_t player_previous(const struct player *p)
{
	if (p->goal <= player_first(p))
		return player_first(p);
	return turns_begin(&p->turns, turns_of(&p->turns, p->goal - 1));
}

int64_t player_time(const struct player *p, size_t events)
{
	int64_t us = events ? dialog_at(p->whole, events - 1)->t_us : 0;

	return us > 0 ? us : 0;
}

size_t player_at_time(const struct player *p, int64_t us)
{
	size_t low = 0, high = total(p);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (player_time(p, mid + 1) <= us)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Digits, at most a dot with digits behind it: in millionths. */
static bool take_number(const char **text, int64_t *micro)
{
	const char *s = *text;
	int64_t n = 0, unit = 1000000;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n < NUMBER_MAX ? n * 10 + (*s - '0') : n;
	n *= unit;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9'; s++)
			n += (*s - '0') * (unit /= 10);
	*text = s;
	*micro = n;
	return true;
}

/* The rest of "1:30", "1:02:03.5": minutes or hours were read. */
static bool take_sixtieths(const char **text, int64_t *micro)
{
	int64_t more;

	for (int i = 0; i < 2 && **text == ':'; i++) {
		++*text;
		if (!take_number(text, &more))
			return false;
		*micro = *micro * 60 + more;
	}
	return true;
}

static size_t after_turns(const struct player *p, size_t n)
{
	if (n == 0)
		return player_first(p);
	return n > p->turns.n ? total(p) : turns_end(&p->turns, n - 1);
}

bool player_place(const struct player *p, const char *text, size_t *events)
{
	bool clock = strchr(text, ':') != NULL;
	int64_t n;

	if (!take_number(&text, &n) || !take_sixtieths(&text, &n))
		return false;
	text += strspn(text, " ");
	if (clock ? !*text : strcmp(text, "s") == 0)
		*events = player_at_time(p, n);
	else if (!clock && strcmp(text, "ms") == 0)
		*events = player_at_time(p, n / 1000);
	else if (!clock && !*text)
		*events = after_turns(p, (size_t)(n / 1000000));
	else
		return false;
	return true;
}

/* --- the clock */

/* How long the event that comes next is waited for, were nothing cut. */
static int64_t wait_us(const struct player *p)
{
	return gap_us(p, p->goal) * 4 / quarters[p->pace];
}

static int64_t delay_us(const struct player *p)
{
	int64_t us;

	if (p->pace == PLAYER_STEADY)
		return PLAYER_TURN_US;
	us = wait_us(p);
	return us < PLAYER_WAIT_MAX_US ? us : PLAYER_WAIT_MAX_US;
}

int64_t player_cut_us(const struct player *p)
{
	if (!p->playing || p->pace == PLAYER_STEADY || p->goal >= total(p) ||
	    wait_us(p) <= PLAYER_WAIT_MAX_US)
		return 0;
	return gap_us(p, p->goal);
}

static void arm(struct player *p, int64_t from_us)
{
	p->timed = true;
	p->due_us = from_us + delay_us(p);
}

void player_play(struct player *p, int64_t now_us)
{
	if (total(p) <= player_first(p))
		return;
	if (p->goal >= total(p))
		player_go(p, player_first(p));
	p->playing = true;
	arm(p, now_us);
}

void player_pause(struct player *p)
{
	p->playing = false;
}

void player_set_pace(struct player *p, int step)
{
	int pace = (int)p->pace + step;

	if (pace < 0 || pace >= PACE_COUNT)
		return;
	p->pace = (enum pace)pace;
	p->timed = false;
}

static size_t step_from(const struct player *p, size_t events)
{
	return p->pace == PLAYER_STEADY ? player_turn_end(p, events)
	                                : events + 1;
}

void player_tick(struct player *p, int64_t now_us)
{
	size_t goal = p->goal;

	if (!p->playing || player_moving(p))
		return;
	if (goal >= total(p)) {
		p->playing = false;
		return;
	}
	if (!p->timed)
		arm(p, now_us);
	if (now_us - p->due_us > STALLED_US)
		p->due_us = now_us;
	for (int i = 0; i < PLAYER_SLICE && p->due_us <= now_us &&
	                p->goal < total(p); i++) {
		p->goal = step_from(p, p->goal);
		if (p->goal < total(p))
			arm(p, p->due_us);
	}
	if (p->goal >= total(p))
		p->playing = false;
	if (p->goal > goal)
		set_out(p, p->goal);
}

int64_t player_due_us(const struct player *p)
{
	if (!p->playing)
		return -1;
	return p->timed ? p->due_us : 0;
}
