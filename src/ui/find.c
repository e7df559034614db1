#include "config.h"

#include <stdlib.h>

#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void find_stop(struct ui *u)
{
	seek_clear(&u->search.seek);
	free(u->search.at);
	u->search = (struct search){ .active = false };
}

/* A new text: what was found before is looked for anew, in slices. */
void find_set(struct ui *u, const char *text)
{
	struct search *s = &u->search;
	size_t index = view_index(u);

	if (!s->active)
		s->origin = index == SIZE_MAX ? 0 : index;
	s->active = true;
	seek_set(&s->seek, text);
	s->n = 0;
	s->scanned = 0;
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

/* First hit from the origin on, else the first of all: while typing, the
 * selection goes where Enter would leave it. */
static void jump(struct ui *u, size_t index)
{
	size_t row = rows_rank(&u->rows, index);

	if (row < u->rows.n && u->rows.at[row] != index)
		view_turn_lookups(u, index); /* it is folded in there */
	view_goto(u, rows_rank(&u->rows, index));
}

static bool search_slice(struct ui *u)
{
	struct search *s = &u->search;
	size_t count = dialog_count(u->link.dialog);
	bool jumped = s->n > 0 && s->at[s->n - 1] >= s->origin;
	size_t end = s->scanned + SCAN_BUDGET;

	if (!s->active || s->seek.len == 0 || s->scanned >= count)
		return false;
	for (; s->scanned < count && s->scanned < end; s->scanned++) {
		if (!entry_shown(u->link.dialog, s->scanned) ||
		    !seek_entry(&s->seek, u->link.dialog, s->scanned) ||
		    !on_view(u, s->scanned))
			continue;
		add_hit(s, s->scanned);
		if (!jumped && s->scanned >= s->origin &&
		    u->mode == PROMPT_SEARCH)
			jump(u, s->scanned);
		jumped = jumped || s->scanned >= s->origin;
	}
	if (s->scanned >= count && !jumped && s->n > 0 &&
	    u->mode == PROMPT_SEARCH)
		jump(u, s->at[0]);
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

bool find_slice(struct ui *u)
{
	bool more = filter_slice(u);

	return search_slice(u) || more;
}

void find_step(struct ui *u, int step)
{
	struct search *s = &u->search;
	size_t index = view_index(u), i = 0;

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
