#include "config.h"

#include "ui/layout.h"

enum {
	LEFT_TWO = 34, /* columns of the left column */
	LEFT_THREE = 38,
	LEFT_MIN = 20,
	EXPLAIN_WIDTH_MAX = 68, /* longer lines are hard to read */
	EXPLAIN_ROWS_MIN = 6,
	EXPLAIN_ROWS_MAX = 10,
	DIALOG_ROWS_MIN = 3,
	DIALOG_WIDTH_MIN = 40,
	HINT_FROM_ROWS = 28,
	TABS_FROM_ROWS = 8,
	BRIEF_FROM_ROWS = 12,
	START_FRAME_FROM_ROWS = 10,
	START_FRAME_FROM_COLUMNS = 40,
	OVERLAY_COLUMNS = 64,
	OVERLAY_MARGIN = 2,
};

static int clamp(int value, int low, int high)
{
	if (value > high)
		value = high;
	return value < low ? low : value;
}

static enum layout_class classify(int w, int h)
{
	if (w < 12 || h < 2)
		return LAYOUT_MESSAGE;
	if (w < 24 || h < 6)
		return LAYOUT_TINY;
	if (w < 60 || h < 20)
		return LAYOUT_TABS;
	if (w < 100)
		return LAYOUT_STACK;
	if (h < 28)
		return LAYOUT_SIDE;
	return w >= 160 && h >= 30 ? LAYOUT_THREE : LAYOUT_TWO;
}

static struct rect row(const struct layout_wish *wish, int y)
{
	return (struct rect){0, y, wish->w, 1};
}

static void set_frame(struct layout_box *box, struct rect frame, bool joined)
{
	box->frame = frame;
	box->joined = joined;
	if (frame.w > 2 && frame.h > 2)
		box->body = (struct rect){frame.x + 1, frame.y + 1,
		                          frame.w - 2, frame.h - 2};
}

/* Two panes on each other with one edge between; low: rows inside of lower. */
static void stand(struct layout_box *upper, struct layout_box *lower,
                  struct rect area, int low)
{
	int upper_h = area.h - low - 1;

	set_frame(upper, (struct rect){area.x, area.y, area.w, upper_h}, false);
	set_frame(lower, (struct rect){area.x, area.y + upper_h - 1, area.w,
	                               low + 2}, true);
}

/* Rows inside of Explain where it stands under the dialog. */
static int explain_rows(const struct layout_wish *wish,
                        enum layout_class size_class, int area_h)
{
	int both = area_h - 3; /* three edges */
	int rows;

	if (wish->explain_permille > 0)
		rows = both * wish->explain_permille / 1000;
	else if (8 * wish->h > 5 * wish->w) /* portrait */
		rows = wish->h / 3;
	else if (size_class == LAYOUT_TWO)
		rows = EXPLAIN_ROWS_MAX;
	else
		rows = clamp(both * 2 / 5, EXPLAIN_ROWS_MIN, EXPLAIN_ROWS_MAX);
	return clamp(rows, 1, both - DIALOG_ROWS_MIN);
}

static int left_columns(const struct layout_wish *wish, int usual)
{
	if (wish->left_columns <= 0)
		return usual;
	return clamp(wish->left_columns, LEFT_MIN, wish->w / 3);
}

static void place_stack(const struct layout_wish *wish, struct layout *out,
                        struct rect area)
{
	stand(&out->pane[PANE_DIALOG], &out->pane[PANE_EXPLAIN], area,
	      explain_rows(wish, out->size_class, area.h));
}

/* Rows for MX above Steps. What it cannot fill is for the words of a step. */
static int mx_rows(const struct layout_wish *wish, int both)
{
	int most = both / 3;

	if (wish->mx_rows <= 0)
		return most;
	return wish->mx_rows < most ? wish->mx_rows : most;
}

static void place_side(const struct layout_wish *wish, struct layout *out,
                       struct rect area)
{
	int left = left_columns(wish, LEFT_TWO);
	struct rect column = {area.x, area.y, left, area.h};
	struct rect rest = {left, area.y, area.w - left, area.h};

	if (out->size_class == LAYOUT_SIDE)
		set_frame(&out->pane[PANE_MX], column, false);
	else
		stand(&out->pane[PANE_MX], &out->pane[PANE_STEPS], column,
		      column.h - 3 - mx_rows(wish, column.h - 3));
	place_stack(wish, out, rest);
}

static int explain_columns(const struct layout_wish *wish, int both)
{
	int usual = clamp(both * 3 / 7, 0, EXPLAIN_WIDTH_MAX);

	if (wish->explain_permille <= 0)
		return usual;
	return clamp(both * wish->explain_permille / 1000, LEFT_MIN,
	             both - DIALOG_WIDTH_MIN);
}

static void place_three(const struct layout_wish *wish, struct layout *out,
                        struct rect area)
{
	int left = left_columns(wish, LEFT_THREE);
	int right = explain_columns(wish, area.w - left);
	int inside = area.h - 4; /* of the left column; four edges */
	int mx = inside / 3;
	int steps = (inside - mx) / 2;
	struct rect lower = {area.x, area.y + mx + 1, left, area.h - mx - 1};

	/* the edge between MX and Steps belongs to both */
	stand(&out->pane[PANE_STEPS], &out->pane[PANE_ENVELOPE], lower,
	      inside - mx - steps);
	out->pane[PANE_STEPS].joined = true;
	set_frame(&out->pane[PANE_MX],
	          (struct rect){area.x, area.y, left, mx + 2}, false);
	set_frame(&out->pane[PANE_DIALOG],
	          (struct rect){left, area.y, area.w - left - right, area.h},
	          false);
	set_frame(&out->pane[PANE_EXPLAIN],
	          (struct rect){area.w - right, area.y, right, area.h}, false);
}

/* Input, hint and footer from below; returns the first row they take. */
static int place_bottom(const struct layout_wish *wish, struct layout *out)
{
	int y = wish->h;

	out->footer = row(wish, --y);
	if (wish->h >= HINT_FROM_ROWS)
		out->hint = row(wish, --y);
	out->input = row(wish, --y);
	return y;
}

static void place_panes(const struct layout_wish *wish, struct layout *out,
                        struct rect area)
{
	if (wish->zoom != PANE_NONE)
		set_frame(&out->pane[wish->zoom], area, false);
	else if (out->size_class == LAYOUT_STACK)
		place_stack(wish, out, area);
	else if (out->size_class == LAYOUT_THREE)
		place_three(wish, out, area);
	else
		place_side(wish, out, area);
}

/* In the place of the dialog, and of Explain below it: records are long. */
static struct rect checks_place(const struct layout_wish *wish,
                                const struct layout *out)
{
	struct rect upper = out->pane[PANE_DIALOG].frame;
	struct rect lower = out->pane[PANE_EXPLAIN].frame;

	if (wish->zoom != PANE_NONE)
		return out->pane[wish->zoom].frame;
	if (lower.x == upper.x)
		upper.h = lower.y + lower.h - upper.y;
	return upper;
}

/* Where a pane that has no room of its own is shown; area: of all panes. */
static void place_open(const struct layout_wish *wish, struct layout *out,
                       struct rect area)
{
	struct layout_box *box = &out->pane[wish->open];

	if (wish->open == PANE_NONE || box->body.h > 0)
		return;
	out->opened = wish->open;
	if (wish->open == PANE_GRID)
		set_frame(box, area, false);
	else if (wish->open == PANE_CHECKS)
		set_frame(box, checks_place(wish, out), false);
	else
		*box = layout_popup(wish, OVERLAY_COLUMNS,
		                    area.h - OVERLAY_MARGIN);
}

static void place_framed(const struct layout_wish *wish, struct layout *out)
{
	int y = 0;
	int end = place_bottom(wish, out);
	bool mx_pane = wish->zoom == PANE_MX ||
	               (wish->zoom == PANE_NONE &&
	                out->size_class != LAYOUT_STACK);

	out->title = row(wish, y++);
	out->strip = row(wish, y++);
	if (!mx_pane)
		out->mx_line = row(wish, y++);
	place_panes(wish, out, (struct rect){0, y, wish->w, end - y});
	place_open(wish, out, (struct rect){0, y, wish->w, end - y});
}

/* The pane that has the screen where there is room for one only. */
static enum pane only_pane(const struct layout_wish *wish)
{
	if (wish->open != PANE_NONE)
		return wish->open;
	if (wish->zoom != PANE_NONE)
		return wish->zoom;
	return wish->tab != PANE_NONE ? wish->tab : PANE_DIALOG;
}

static void place_tabs(const struct layout_wish *wish, struct layout *out)
{
	enum pane pane = only_pane(wish);
	int end = place_bottom(wish, out);
	int y = 0;

	out->title = row(wish, y++);
	if (wish->h >= TABS_FROM_ROWS)
		out->tabs = row(wish, y++);
	if (pane != PANE_MX)
		out->mx_line = row(wish, y++);
	if (pane == PANE_DIALOG && wish->h >= BRIEF_FROM_ROWS &&
	    wish->zoom == PANE_NONE) {
		out->rule[1] = row(wish, --end);
		end -= 2;
		out->brief = (struct rect){0, end, wish->w, 2};
		out->rule[0] = row(wish, --end);
	}
	out->pane[pane].body = (struct rect){0, y, wish->w, end - y};
}

static void place_tiny(const struct layout_wish *wish, struct layout *out)
{
	int y = 0;

	if (wish->h >= 3)
		out->title = row(wish, y++);
	out->input = row(wish, wish->h - 1);
	out->pane[only_pane(wish)].body =
		(struct rect){0, y, wish->w, wish->h - 1 - y};
}

/* Start screen and presenter where there is no room for a frame. */
static void place_bare(const struct layout_wish *wish, struct layout *out)
{
	int y = 0;
	int end = wish->h;

	if (wish->h >= 3)
		out->title = row(wish, y++);
	if (wish->h >= 6)
		out->footer = row(wish, --end);
	out->input = row(wish, --end);
	out->main.body = (struct rect){0, y, wish->w, end - y};
}

static void place_start(const struct layout_wish *wish, struct layout *out)
{
	struct rect body;

	if (wish->w < START_FRAME_FROM_COLUMNS ||
	    wish->h < START_FRAME_FROM_ROWS) {
		place_bare(wish, out);
		return;
	}
	out->title = row(wish, 0);
	out->footer = row(wish, wish->h - 1);
	out->hint = row(wish, wish->h - 2);
	set_frame(&out->main, (struct rect){0, 1, wish->w, wish->h - 3}, false);
	body = out->main.body;
	/* blank, question, blank, input; what Enter does stands beside it */
	out->input = (struct rect){body.x + 3, body.y + 3, body.w - 6, 1};
	if (body.w >= 70)
		out->input.w -= 26;
}

void layout_compute(const struct layout_wish *wish, struct layout *out)
{
	*out = (struct layout){.size_class = classify(wish->w, wish->h)};
	if (out->size_class == LAYOUT_MESSAGE) {
		if (wish->w > 0 && wish->h > 0)
			out->message = row(wish, 0);
	} else if (wish->view == VIEW_START) {
		place_start(wish, out);
	} else if (wish->view == VIEW_PRESENTER) {
		place_bare(wish, out);
	} else if (out->size_class == LAYOUT_TINY) {
		place_tiny(wish, out);
	} else if (out->size_class == LAYOUT_TABS) {
		place_tabs(wish, out);
	} else {
		place_framed(wish, out);
	}
}

static bool holds(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static bool box_holds(const struct layout_box *box, int x, int y)
{
	return holds(box->body, x, y) || holds(box->frame, x, y);
}

enum pane layout_pane_at(const struct layout *l, int x, int y)
{
	if (l->opened != PANE_NONE && box_holds(&l->pane[l->opened], x, y))
		return l->opened;
	/* bodies first: an edge belongs to two, and means the lower one */
	for (int i = PANE_COUNT - 1; i > PANE_NONE; i--)
		if (holds(l->pane[i].body, x, y))
			return (enum pane)i;
	for (int i = PANE_COUNT - 1; i > PANE_NONE; i--)
		if (holds(l->pane[i].frame, x, y))
			return (enum pane)i;
	return PANE_NONE;
}

enum pane layout_next_pane(const struct layout *l, enum pane from, int step)
{
	int count = PANE_COUNT - 1;
	int at = from == PANE_NONE && step > 0 ? 0 : (int)from;

	for (int i = 0; i < count; i++) {
		at += step;
		if (at < 1)
			at = count;
		else if (at > count)
			at = 1;
		if (l->pane[at].body.h > 0)
			return (enum pane)at;
	}
	return from;
}

/* What a popup may cover: all between the title and the input line. */
static struct rect popup_room(const struct layout_wish *wish)
{
	int below = wish->h >= HINT_FROM_ROWS ? 3 : 2;

	if (wish->h < 6)
		return (struct rect){0, 0, wish->w, wish->h};
	return (struct rect){0, 1, wish->w, wish->h - 1 - below};
}

struct layout_box layout_popup(const struct layout_wish *wish, int w, int h)
{
	struct rect room = popup_room(wish);
	struct layout_box box = {.joined = false};
	struct rect frame;

	frame.w = clamp(w, 0, room.w);
	frame.h = clamp(h, 0, room.h);
	frame.x = room.x + (room.w - frame.w) / 2;
	frame.y = room.y + (room.h - frame.h) / 2;
	if (wish->w < 12 || wish->h < 6)
		box.body = room; /* no room for a frame */
	else
		set_frame(&box, frame, false);
	return box;
}

struct layout_box layout_menu(const struct layout_wish *wish, int x, int w,
                              int h)
{
	struct layout_box box = layout_popup(wish, w, h);
	struct rect room = popup_room(wish);
	struct rect frame = box.frame;

	if (frame.h == 0)
		return box;
	frame.x = clamp(x, 0, room.w - frame.w);
	frame.y = room.y + room.h - frame.h;
	set_frame(&box, frame, false);
	return box;
}
