#include "config.h"

#include <stdlib.h>

#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void find_stop(struct ui *u)
{
	seek_clear(&u->search.seek);
	free(u->search.at);
	u->search = (struct search){ .ahead = SIZE_MAX };
}

static void look_ahead_anew(struct ui *u)
{
	u->search.ahead = SIZE_MAX;
	u->search.ahead_from = dialog_count(u->link.dialog);
	u->search.ahead_wanted = false;
}

/* A new text: what was found before is looked for anew, in slices. */
void find_set(struct ui *u, const char *text)
{
	struct search *s = &u->search;
	size_t index = view_index(u);

	if (!s->active)
		s->origin = index == SIZE_MAX ? 0 : index;
	s->active = true;
	s->leads = true;
	seek_set(&s->seek, text);
	s->n = 0;
	s->scanned = 0;
	look_ahead_anew(u);
	u->dirty = true;
}

static void add_hit(struct search *s, size_t index)
{
	if (s->n == s->size) {
		s->size = s->size ? s->size * 2 : 64;
		s->at = xreallocarray(s->at, s->size, sizeof *s->at);
	}
	s->at[s->n++] = (uint32_t)index;
}

static bool on_view(const struct ui *u, size_t index)
{
	return rows_has(&u->rows, index);
}

static void jump(struct ui *u, size_t index)
{
	size_t row = rows_rank(&u->rows, index);

	if (row < u->rows.n && u->rows.at[row] != index)
		view_turn_lookups(u, index); /* it is folded in there */
	view_goto(u, rows_rank(&u->rows, index));
}

/* The first hit from the origin on, else the first of all: while typing, the
 * selection goes where Enter would leave it; after Enter, where it was to go,
 * unless it has been moved in the meantime. */
static void lead(struct ui *u)
{
	struct search *s = &u->search;
	bool done = s->scanned >= dialog_count(u->link.dialog);

	if (s->n > 0 && s->at[s->n - 1] >= s->origin)
		jump(u, s->at[s->n - 1]);
	else if (done && s->n > 0)
		jump(u, s->at[0]);
	else if (done && u->mode != PROMPT_SEARCH && !find_ahead(u))
		ui_say(u, "%s", _("Not found."));
	else if (!done || u->mode == PROMPT_SEARCH)
		return;
	s->leads = false;
}

static bool search_slice(struct ui *u)
{
	struct search *s = &u->search;
	size_t count = dialog_count(u->link.dialog);
	size_t end = s->scanned + SCAN_BUDGET;

	if (!s->active || s->seek.len == 0 || s->scanned >= count)
		return false;
	for (; s->scanned < count && s->scanned < end; s->scanned++) {
		if (!entry_shown(u->link.dialog, s->scanned) ||
		    !seek_entry(&s->seek, u->link.dialog, s->scanned) ||
		    !on_view(u, s->scanned))
			continue;
		add_hit(s, s->scanned);
		if (s->leads && s->scanned >= s->origin)
			lead(u);
	}
	if (s->leads)
		lead(u);
	u->dirty = true;
	return s->scanned < count;
}

static bool filter_slice(struct ui *u)
{
	size_t index = u->rows.n ? view_index(u) : SIZE_MAX;

	if (u->rows.scanned >= dialog_count(u->link.dialog))
		return false;
	if (rows_scan(&u->rows, SCAN_BUDGET) && !u->view.follow)
		view_keep(u, index);
	u->dirty = true;
	return u->rows.scanned < dialog_count(u->link.dialog);
}

/* What is not shown yet of a recording: only whether there is a hit. */
static bool ahead_slice(struct ui *u)
{
	struct search *s = &u->search;
	const struct dialog *whole = u->reel.player.whole;
	size_t end = s->ahead_from + SCAN_BUDGET;
	bool more;

	if (!s->active || s->seek.len == 0 || replay_is_whole(u) ||
	    s->ahead != SIZE_MAX || s->ahead_from >= dialog_count(whole))
		return false;
	for (; s->ahead_from < dialog_count(whole) && s->ahead_from < end;
	     s->ahead_from++)
		if (entry_shown(whole, s->ahead_from) &&
		    seek_entry(&s->seek, whole, s->ahead_from)) {
			s->ahead = s->ahead_from;
			break;
		}
	u->dirty = true;
	more = s->ahead == SIZE_MAX && s->ahead_from < dialog_count(whole);
	if (s->ahead_wanted && s->ahead != SIZE_MAX)
		replay_show(u, s->ahead);
	else if (s->ahead_wanted && !more)
		ui_say(u, "%s", _("Not found."));
	s->ahead_wanted = s->ahead_wanted && more;
	return more;
}

bool find_slice(struct ui *u)
{
	bool more = filter_slice(u);

	more = search_slice(u) || more;
	return more || ahead_slice(u);
}

void find_cut(struct ui *u)
{
	struct search *s = &u->search;
	size_t count = dialog_count(u->link.dialog);

	while (s->n > 0 && s->at[s->n - 1] >= count)
		s->n--;
	if (s->scanned > count)
		s->scanned = count;
	look_ahead_anew(u);
}

void find_on(struct ui *u)
{
	size_t count = dialog_count(u->link.dialog);

	if (u->search.ahead != SIZE_MAX ? u->search.ahead < count
	                                : u->search.ahead_from < count)
		look_ahead_anew(u);
}

bool find_ahead(struct ui *u)
{
	struct search *s = &u->search;

	if (replay_is_whole(u))
		return false;
	if (s->ahead != SIZE_MAX) {
		replay_show(u, s->ahead);
		return true;
	}
	s->ahead_wanted = s->ahead_from < dialog_count(u->reel.player.whole);
	return s->ahead_wanted;
}

void find_step(struct ui *u, int step)
{
	struct search *s = &u->search;
	size_t index = view_index(u), i = 0;

	if (s->active && step > 0 &&
	    (s->n == 0 || s->at[s->n - 1] <= index) && find_ahead(u))
		return;
	if (!s->active || s->n == 0) {
		ui_say(u, "%s", s->active ? _("Not found.")
		                          : _("/ begins a search."));
		return;
	}
	while (i < s->n && s->at[i] < index)
		i++;
	if (step > 0) {
		if (i < s->n && s->at[i] == index)
			i++;
		if (i >= s->n)
			ui_say(u, "%s", _("Search goes on at the top."));
		jump(u, s->at[i < s->n ? i : 0]);
		return;
	}
	if (i == 0)
		ui_say(u, "%s", _("Search goes on at the end."));
	jump(u, s->at[i > 0 ? i - 1 : s->n - 1]);
}

void filter_set(struct ui *u, enum filter_kind kind, const char *arg)
{
	size_t index = view_index(u);
	uint32_t slow = 1000000;

	if (kind == FILTER_SLOW && arg && ui_number(arg) > 0)
		slow = (uint32_t)ui_number(arg) * 1000u;
	rows_filter(&u->rows, kind, arg ? arg : "", slow);
	if (rows_scan(&u->rows, SCAN_BUDGET))
		view_keep(u, index);
	else
		u->view.top = u->view.top_line = u->view.row = 0;
	u->dirty = true;
}
