#include "config.h"

#include <stdlib.h>

#include "ui/ui.h"
#include "util/i18n.h"

enum { USUAL_WIDTH = 76, USUAL_ROWS = 10, PACK_FROM_WIDTH = 60,
	ONE_A_LINE_FROM_ROWS = 30, ROOMY_ROWS = 14,
	NEWEST_WITHIN = 128 /* entries that end a session, or of checks */ };

static struct rect dialog_body(const struct ui *u)
{
	struct rect body = u->layout.pane[PANE_DIALOG].body;

	if (body.w <= 0 || body.h <= 0)
		return (struct rect){ .w = USUAL_WIDTH, .h = USUAL_ROWS };
	return body;
}

/* The mark of the selection, then the time and a blank. */
static int text_width(const struct ui *u)
{
	int time = time_columns(u->time);

	return dialog_body(u).w - 1 - (time ? time + 1 : 0) -
	       ENTRY_HEAD_COLUMNS;
}

struct entry_opts ui_entry_opts(const struct ui *u, size_t row)
{
	struct rect body = dialog_body(u);
	int width = text_width(u);
	bool inside = row == u->view.row && u->view.sub > 0;

	return (struct entry_opts){
		.width = width > 8 ? width : 8,
		.wrap = u->wrap,
		.roomy = body.h >= ROOMY_ROWS,
		.pack = body.w >= PACK_FROM_WIDTH &&
		        body.h < ONE_A_LINE_FROM_ROWS && !inside,
		.folded = rows_folded(&u->rows, u->rows.at[row]),
		.show = u->show,
		.lookups = rows_lookups(&u->rows, u->rows.at[row]),
		.match = u->search.active ? &u->search.seek : NULL,
	};
}

static size_t row_lines(const struct ui *u, size_t row)
{
	struct entry_opts o = ui_entry_opts(u, row);
	struct doc doc;
	size_t n;

	doc_init(&doc, o.width);
	entry_doc(u->link.dialog, u->rows.at[row], &o, &doc);
	n = doc.n_lines;
	doc_clear(&doc);
	return n ? n : 1;
}

size_t view_index(const struct ui *u)
{
	return u->view.row < u->rows.n ? u->rows.at[u->view.row] : SIZE_MAX;
}

/* The last line of row comes to stand on the last line of the screen; where
 * all before it needs less, the view begins at the top. */
static void end_with(struct ui *u, size_t row)
{
	size_t h = (size_t)dialog_body(u).h;
	size_t lines = row_lines(u, row);

	while (lines < h && row > 0)
		lines += row_lines(u, --row);
	u->view.top = row;
	u->view.top_line = lines > h ? lines - h : 0;
}

/* First and last line of what is selected, from the top of its row. */
static void selected_lines(const struct ui *u, size_t *first, size_t *last)
{
	struct entry_opts o = ui_entry_opts(u, u->view.row);
	size_t index = u->rows.at[u->view.row];

	*first = 0;
	*last = row_lines(u, u->view.row) - 1;
	if (u->view.sub > 0) {
		*first = entry_line_of(u->link.dialog, index, &o, u->view.sub);
		*last = *first;
	}
}

static void begin_with(struct ui *u, size_t line)
{
	u->view.top = u->view.row;
	u->view.top_line = line;
}

/* Lines between the top of the screen and the selected row, at most max. */
static size_t lines_above(const struct ui *u, size_t max)
{
	size_t lines = 0;

	for (size_t i = u->view.top; i < u->view.row && lines <= max; i++)
		lines += row_lines(u, i) -
		         (i == u->view.top ? u->view.top_line : 0);
	return lines;
}

void view_reveal(struct ui *u)
{
	size_t h = (size_t)dialog_body(u).h, first, last, above;

	if (u->rows.n == 0)
		return;
	if (u->view.row >= u->rows.n)
		u->view.row = u->rows.n - 1;
	selected_lines(u, &first, &last);
	if (u->view.row < u->view.top ||
	    (u->view.row == u->view.top && first < u->view.top_line)) {
		begin_with(u, first);
		return;
	}
	above = u->view.row == u->view.top ? 0 : lines_above(u, h);
	if (u->view.row == u->view.top)
		last -= last >= u->view.top_line ? u->view.top_line : last;
	if (above + last < h)
		return;
	if (last - first + 1 >= h && above < h)
		return; /* taller than the screen, and its begin is seen */
	end_with(u, u->view.row);
	if (u->view.row == u->view.top && first < u->view.top_line)
		begin_with(u, first);
}

/* Where a session broke: of the connection's end above which it stands, the
 * failure says why and who must act. row itself when nothing failed. */
static size_t failure_row(const struct ui *u, size_t row)
{
	const struct event *e = dialog_at(u->link.dialog, u->rows.at[row]);

	if (e->kind != EV_CLOSED)
		return row;
	for (size_t i = row; i > 0 && row - i < NEWEST_WITHIN; i--) {
		e = dialog_at(u->link.dialog, u->rows.at[i - 1]);
		if (e->kind == EV_FAILED)
			return i - 1;
		if (e->kind != EV_BYTES && !entry_is_remark(e))
			return row;
	}
	return row;
}

/* Behind a connection only checks look something up; they have a pane of their
 * own, and the reply is what one wants to see. */
static bool is_aside(const struct ui *u, const struct event *e)
{
	return entry_is_remark(e) ||
	       (e->kind == EV_DNS && ui_now(u)->own_session);
}

/* What follow selects: the newest entry that is no remark on another. */
static size_t newest_row(const struct ui *u)
{
	size_t row = u->rows.n - 1;

	for (int i = 0; i < NEWEST_WITHIN && row > 0; i++, row--)
		if (!is_aside(u, dialog_at(u->link.dialog, u->rows.at[row])))
			return failure_row(u, row);
	return u->rows.n - 1;
}

void view_follow(struct ui *u)
{
	u->view.follow = true;
	u->view.sub = 0;
	if (u->rows.n == 0) {
		u->view.row = u->view.top = u->view.top_line = 0;
		return;
	}
	u->view.row = newest_row(u);
	end_with(u, u->rows.n - 1);
	view_reveal(u);
}

static void leave_follow(struct ui *u)
{
	if (u->view.follow)
		u->view.seen = u->rows.n;
	u->view.follow = false;
}

void view_goto(struct ui *u, size_t row)
{
	if (u->rows.n == 0)
		return;
	u->view.row = row < u->rows.n ? row : u->rows.n - 1;
	u->view.sub = 0;
	leave_follow(u);
	view_reveal(u);
}

static bool move_inside(struct ui *u, long rows)
{
	const struct event *e = dialog_at(u->link.dialog, view_index(u));
	long sub = (long)u->view.sub + rows;

	if (u->view.sub == 0 || sub > (long)entry_more(e))
		return false;
	u->view.sub = sub > 0 ? (size_t)sub : 0;
	view_reveal(u);
	return true;
}

bool view_turn_lookups(struct ui *u, size_t index)
{
	size_t fresh;

	if (!lookups_of(&u->rows.lookups, index))
		return false;
	leave_follow(u);
	fresh = u->rows.n > u->view.seen ? u->rows.n - u->view.seen : 0;
	rows_turn_lookups(&u->rows, index);
	/* what is opened is not new */
	u->view.seen = u->rows.n > fresh ? u->rows.n - fresh : 0;
	u->view.row = rows_rank(&u->rows, index);
	if (u->view.top > u->view.row) {
		u->view.top = u->view.row;
		u->view.top_line = 0;
	}
	view_goto(u, u->view.row);
	return true;
}

void view_move(struct ui *u, long rows)
{
	long row = (long)u->view.row + rows;

	if (u->rows.n == 0 || move_inside(u, rows))
		return;
	if (row < 0)
		row = 0;
	if (row >= (long)u->rows.n && rows > 0) {
		view_follow(u);
		return;
	}
	view_goto(u, (size_t)row);
}

void view_page(struct ui *u, int pages, bool half)
{
	long step = pages < 0 ? -1 : 1;
	size_t h = (size_t)dialog_body(u).h;
	size_t want = half ? (h + 1) / 2 : h > 2 ? h - 1 : 1, got = 0;
	size_t row = u->view.row;

	if (u->rows.n == 0)
		return;
	while (got < want) {
		got += row_lines(u, row);
		if ((step < 0 && row == 0) ||
		    (step > 0 && row + 1 >= u->rows.n))
			break;
		row = (size_t)((long)row + step);
	}
	if (step > 0 && row + 1 >= u->rows.n)
		view_follow(u);
	else
		view_goto(u, row);
}

void view_enter(struct ui *u, int step)
{
	size_t index = view_index(u);
	const struct event *e;

	if (index == SIZE_MAX)
		return;
	e = dialog_at(u->link.dialog, index);
	if (step > 0 && rows_lookups(&u->rows, index)) {
		view_turn_lookups(u, index);
		return;
	}
	if (step < 0) {
		if (u->view.sub > 0)
			u->view.sub = 0;
		else
			u->view.left -= u->view.left < 8 ? u->view.left : 8;
		return;
	}
	if (u->view.sub == 0 && entry_more(e) > 0) {
		if (rows_folded(&u->rows, index))
			rows_turn(&u->rows, index);
		u->view.sub = 1;
		leave_follow(u);
		view_reveal(u);
	} else if (!u->wrap) {
		u->view.left += 8;
	}
}

void view_wheel(struct ui *u, int lines)
{
	while (lines < 0) {
		if (u->view.top_line > 0)
			u->view.top_line--;
		else if (u->view.top > 0)
			u->view.top_line = row_lines(u, --u->view.top) - 1;
		leave_follow(u);
		lines++;
	}
	while (lines > 0 && u->view.top + 1 < u->rows.n) {
		if (u->view.top_line + 1 < row_lines(u, u->view.top)) {
			u->view.top_line++;
		} else {
			u->view.top++;
			u->view.top_line = 0;
		}
		lines--;
	}
}

void view_keep(struct ui *u, size_t index)
{
	size_t row;

	if (u->rows.n == 0) {
		u->view.row = u->view.top = u->view.top_line = 0;
		return;
	}
	row = index == SIZE_MAX ? u->rows.n - 1 : rows_rank(&u->rows, index);
	u->view.row = row < u->rows.n ? row : u->rows.n - 1;
	u->view.sub = 0;
	if (u->view.top >= u->rows.n)
		u->view.top = u->view.row;
	u->view.top_line = 0;
	view_reveal(u);
}
