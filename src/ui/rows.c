#include "config.h"

#include "ui/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/entry.h"
#include "ui/words.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { FOLD_LINES = 6 }; /* a reply with more lines after the first starts
                            folded: it would push all else out of view */

void rows_init(struct rows *r, const struct dialog *d)
{
	*r = (struct rows){ .dialog = d };
}

void rows_clear(struct rows *r)
{
	seek_clear(&r->filter.text);
	free(r->at);
	free(r->turned);
	lookups_clear(&r->lookups);
	*r = (struct rows){ 0 };
}

void rows_filter(struct rows *r, enum filter_kind kind, const char *text,
                 uint32_t slow_us)
{
	r->filter.kind = kind;
	seek_set(&r->filter.text, kind == FILTER_TEXT ? text : "");
	r->filter.slow_us = slow_us;
	if (kind == FILTER_TEXT && r->filter.text.len == 0)
		r->filter.kind = FILTER_NONE;
	r->n = 0;
	r->lookups.n = 0;
	r->scanned = 0;
}

static bool is_bad(const struct event *e)
{
	return (e->kind == EV_REPLY &&
	        mark_of_code(e->u.reply.code) != MARK_OK) ||
	       e->kind == EV_FAILED;
}

static bool passes(const struct rows *r, size_t i)
{
	const struct event *e = dialog_at(r->dialog, i);

	switch (r->filter.kind) {
	case FILTER_NONE:
		return true;
	case FILTER_TEXT:
		return seek_entry(&r->filter.text, r->dialog, i);
	case FILTER_CLIENT:
		return e->kind == EV_SENT || e->kind == EV_MESSAGE;
	case FILTER_SERVER:
		return e->kind == EV_REPLY || e->kind == EV_BYTES;
	case FILTER_BAD:
		return is_bad(e);
	case FILTER_SLOW:
		return e->kind == EV_REPLY &&
		       e->u.reply.us > r->filter.slow_us;
	case FILTER_EVENTS:
		return e->kind != EV_SENT && e->kind != EV_REPLY;
	}
	return true;
}

static void make_room(struct rows *r, size_t more)
{
	if (r->n + more <= r->size)
		return;
	r->size = r->size ? r->size + r->size / 2 + more : 256 + more;
	r->at = xreallocarray(r->at, r->size, sizeof *r->at);
}

/* First place in a sorted list whose value is not below index. */
static size_t lower_bound(const uint32_t *list, size_t n, size_t index)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (list[mid] < index)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void rows_turn_to(struct rows *r, const struct dialog *d)
{
	struct lookups_list *l = &r->lookups;
	size_t end = dialog_count(d);

	r->dialog = d;
	if (end >= r->scanned)
		return;
	if (r->filter.kind == FILTER_TEXT)
		end = 0; /* a verdict reads otherwise once it is replaced */
	while (l->n > 0 && l->list[l->n - 1].first +
	                           (size_t)l->list[l->n - 1].n > end)
		if (l->list[--l->n].first < end)
			end = l->list[l->n].first;
	r->n = lower_bound(r->at, r->n, end);
	r->scanned = end;
}

size_t rows_rank(const struct rows *r, size_t index)
{
	const struct lookups *g = lookups_of(&r->lookups, index);
	size_t row = lower_bound(r->at, r->n, index);

	if (g && (row == r->n || r->at[row] != index))
		row = lower_bound(r->at, r->n, g->first);
	return row;
}

static bool is_turned(const struct rows *r, size_t index)
{
	size_t i = lower_bound(r->turned, r->n_turned, index);

	return i < r->n_turned && r->turned[i] == index;
}

/* Is the next entry, which is on view, hidden in a group that is folded? */
static bool is_hidden(struct rows *r, size_t index)
{
	const struct lookups *g;

	if (r->filter.kind != FILTER_NONE ||
	    !lookups_takes(dialog_at(r->dialog, index)))
		return false;
	g = lookups_add(&r->lookups, r->dialog, index);
	return g->first != index && !is_turned(r, g->first);
}

bool rows_scan(struct rows *r, size_t budget)
{
	size_t count = dialog_count(r->dialog);

	for (; r->scanned < count && budget > 0; r->scanned++, budget--) {
		if (!entry_shown(r->dialog, r->scanned) ||
		    !passes(r, r->scanned) || is_hidden(r, r->scanned))
			continue;
		make_room(r, 1);
		r->at[r->n++] = (uint32_t)r->scanned;
	}
	return r->scanned == count;
}

static bool starts_folded(const struct rows *r, size_t index)
{
	const struct event *e = dialog_at(r->dialog, index);
	size_t more = entry_more(e);

	if (entry_is_ehlo(r->dialog, e))
		return !r->open_all;
	return more > FOLD_LINES;
}

bool rows_folded(const struct rows *r, size_t index)
{
	if (entry_more(dialog_at(r->dialog, index)) == 0)
		return false;
	return starts_folded(r, index) != is_turned(r, index);
}

const struct lookups *rows_lookups(const struct rows *r, size_t index)
{
	const struct lookups *g = lookups_of(&r->lookups, index);

	return g && g->first == index && !is_turned(r, index) ? g : NULL;
}

bool rows_has(const struct rows *r, size_t index)
{
	size_t row = rows_rank(r, index);

	return row < r->n && (r->at[row] == index ||
	                      lookups_of(&r->lookups, index));
}

/* The first lookup has a row in any case: that of the group. */
bool rows_turn_lookups(struct rows *r, size_t index)
{
	const struct lookups *g = lookups_of(&r->lookups, index);
	size_t row = g ? lower_bound(r->at, r->n, g->first) + 1 : 0;
	size_t more = g ? g->n - 1u : 0, after = r->n - row;

	if (!g)
		return false;
	rows_turn(r, g->first);
	if (!is_turned(r, g->first)) {
		memmove(r->at + row, r->at + row + more,
		        (after - more) * sizeof *r->at);
		r->n -= more;
		return true;
	}
	make_room(r, more);
	memmove(r->at + row + more, r->at + row, after * sizeof *r->at);
	for (size_t i = 0; i < more; i++)
		r->at[row + i] = (uint32_t)(g->first + 1 + i);
	r->n += more;
	return true;
}

void rows_turn(struct rows *r, size_t index)
{
	size_t i = lower_bound(r->turned, r->n_turned, index);

	if (i < r->n_turned && r->turned[i] == index) {
		memmove(r->turned + i, r->turned + i + 1,
		        (r->n_turned - i - 1) * sizeof *r->turned);
		r->n_turned--;
		return;
	}
	if (r->n_turned == r->turned_size) {
		r->turned_size = r->turned_size ? r->turned_size * 2 : 16;
		r->turned = xreallocarray(r->turned, r->turned_size,
		                          sizeof *r->turned);
	}
	memmove(r->turned + i + 1, r->turned + i,
	        (r->n_turned - i) * sizeof *r->turned);
	r->turned[i] = (uint32_t)index;
	r->n_turned++;
}

void filter_words(const struct filter *f, char *out, size_t size)
{
	static const char *const words[] = {
		[FILTER_NONE] = "",
		[FILTER_TEXT] = "",
		[FILTER_CLIENT] = N_("client lines"),
		[FILTER_SERVER] = N_("server lines"),
		[FILTER_BAD] = N_("4xx and 5xx"),
		[FILTER_SLOW] = N_("slow answers"),
		[FILTER_EVENTS] = N_("events"),
	};

	struct buf text = { 0 };

	if (f->kind == FILTER_TEXT)
		escape_text(&text, f->text.text, f->text.len, i18n_is_ascii());
	if (text.len > 24) /* whole characters are left */
		for (text.len = 24; text.len > 0; text.len--)
			if (((unsigned char)text.data[text.len] & 0xC0) != 0x80)
				break;
	if (f->kind == FILTER_TEXT)
		snprintf(out, size, "& %s", buf_str(&text));
	else
		snprintf(out, size, "%s", *words[f->kind] ? _(words[f->kind])
		                                          : "");
	buf_clear(&text);
}

size_t rows_bytes(const struct rows *r)
{
	return r->size * sizeof *r->at + r->turned_size * sizeof *r->turned +
	       r->lookups.size * sizeof *r->lookups.list;
}
