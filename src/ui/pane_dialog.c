#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

static void count_words(struct ui *u, char *out, size_t size)
{
	size_t n = u->rows.n, at = n ? u->view.row + 1 : 0;

	if (u->rows.scanned < dialog_count(u->link.dialog)) {
		size_t all = dialog_count(u->link.dialog);

		snprintf(out, size, _("looking %d %%"),
		         (int)(u->rows.scanned * 100 / all));
	} else if (u->view.follow) {
		snprintf(out, size, _("follow %zu/%zu"), n, n);
	} else if (n > u->view.seen) {
		snprintf(out, size, _("%s %zu new  G  %zu/%zu"),
		         glyph(GLYPH_MORE_DOWN), n - u->view.seen, at, n);
	} else {
		snprintf(out, size, "%zu/%zu", at, n);
	}
}

static const char *show_words(enum show_mode m)
{
	return m == SHOW_ENDS ? _("line ends")
	       : m == SHOW_HEX ? _("hex")
	                       : "";
}

/* "3 of 17", or how far the search has come. */
static void search_words(struct ui *u, char *out, size_t size)
{
	const struct search *s = &u->search;
	size_t index = view_index(u), place = 0;

	if (!s->active || s->seek.len == 0)
		return;
	while (place < s->n && s->at[place] < index)
		place++;
	if (s->scanned < dialog_count(u->link.dialog) && s->n == 0)
		snprintf(out, size, "%s", _("searching"));
	else if (s->n == 0 && s->ahead != SIZE_MAX)
		snprintf(out, size, "%s", _("further on"));
	else if (s->n == 0)
		snprintf(out, size, "%s", _("not found"));
	else if (place < s->n && s->at[place] == index)
		snprintf(out, size, _("%zu of %zu"), place + 1, s->n);
	else
		snprintf(out, size, _("%zu found"), s->n);
}

void dialog_edge(struct ui *u, struct pane_edge *e)
{
	char filter[40], found[32] = "";
	const char *show = show_words(u->show);

	filter_words(&u->rows.filter, filter, sizeof filter);
	search_words(u, found, sizeof found);
	snprintf(e->title, sizeof e->title, "2 %s%s%s%s%s%s%s",
	         _("Dialog"), *show ? "  " : "", show, *found ? "  " : "",
	         found, *filter ? "  " : "", filter);
	count_words(u, e->right, sizeof e->right);
}

/* The moment of a row, as the user wants to see it. */
static void time_words(struct ui *u, size_t row, char out[16])
{
	const struct event *e = dialog_at(u->link.dialog, u->rows.at[row]);
	size_t count = dialog_count(u->link.dialog);
	int64_t from = 0;

	*out = '\0';
	if (dialog_at(u->link.dialog, count - 1)->t_us == 0)
		return; /* a transcript has no clock */
	if (u->time == TIME_CLOCK) {
		const struct event *first = dialog_at(u->link.dialog, 0);

		time_clock(out, first->kind == EV_START
		                    ? event_text(first, first->u.start.time)
		                    : "", e->t_us);
		return;
	}
	if (u->time == TIME_PREVIOUS && row > 0)
		from = dialog_at(u->link.dialog, u->rows.at[row - 1])->t_us;
	if (u->time != TIME_NONE)
		time_since(out, e->t_us - from);
}

struct row_pen {
	struct rect r; /* one row */
	int text_x;
};

static struct row_pen draw_margin(struct ui *u, struct rect r, size_t row,
                                  bool first)
{
	struct entry_head head;
	struct row_pen pen = { .r = r };
	int x = r.x + 1;
	char time[16];

	entry_head(u->link.dialog, u->rows.at[row], &head);
	time_words(u, row, time);
	if (time_columns(u->time)) {
		if (first)
			canvas_text(&u->canvas, x, r.y, time_columns(u->time),
			            STYLE_DIM, time);
		x += time_columns(u->time) + 1;
	}
	canvas_text(&u->canvas, x, r.y, 1, head.gutter_style, head.gutter);
	if (first && *head.direction) {
		bool client = *head.direction == 'C';

		canvas_text(&u->canvas, x + 1, r.y, 1, head.direction_style,
		            head.direction);
		canvas_text(&u->canvas, x + 2, r.y, 1, head.direction_style,
		            glyph(client ? GLYPH_TO_SERVER
		                         : GLYPH_TO_CLIENT));
	}
	pen.text_x = x + ENTRY_HEAD_COLUMNS;
	return pen;
}

static bool line_selected(struct ui *u, size_t row, size_t line, size_t lines)
{
	struct entry_opts o;

	if (row != u->view.row)
		return false;
	if (u->view.sub == 0)
		return line == 0 || lines == 1;
	o = ui_entry_opts(u, row);
	return line == entry_line_of(u->link.dialog, u->rows.at[row], &o,
	                             u->view.sub);
}

static void draw_line(struct ui *u, const struct doc *doc, struct rect r,
                      size_t row, size_t line)
{
	struct row_pen pen = draw_margin(u, r, row, line == 0);
	int left = u->wrap ? 0 : u->view.left;

	doc_draw_line(doc, line, &u->canvas,
	              (struct rect){ pen.text_x, r.y,
	                             r.x + r.w - pen.text_x, 1 }, left);
	if (line_selected(u, row, line, doc->n_lines))
		draw_selected(u, r);
}

/* An empty pane says why, and how to undo it. */
static void draw_empty(struct ui *u, struct rect body)
{
	char filter[96];
	struct doc doc;

	doc_init(&doc, body.w - 2);
	filter_words(&u->rows.filter, filter, sizeof filter);
	if (u->rows.scanned < dialog_count(u->link.dialog))
		doc_put(&doc, STYLE_DIM, _("Looking ..."));
	else if (u->rows.filter.kind != FILTER_NONE)
		doc_putf(&doc, STYLE_NOTE,
		         _("0 of %zu entries match %s. Esc clears the filter."),
		         dialog_count(u->link.dialog), filter);
	else if (ui_busy(u))
		doc_put(&doc, STYLE_NOTE, _("Looking up the mail servers ..."));
	else if (u->link.replay)
		doc_put(&doc, STYLE_NOTE, _("The recording begins here. Space "
		                            "shows the next turn, . plays "
		                            "it."));
	else
		doc_put(&doc, STYLE_NOTE, _("Nothing was said yet."));
	body.x++;
	body.w -= 2;
	doc_draw(&doc, &u->canvas, body, 0, 0);
	doc_clear(&doc);
}

void dialog_draw(struct ui *u, struct rect body)
{
	size_t row = u->view.top, line = u->view.top_line;
	struct doc doc;

	if (u->rows.n == 0) {
		draw_empty(u, body);
		return;
	}
	doc_init(&doc, body.w);
	for (int y = 0; y < body.h && row < u->rows.n; row++, line = 0) {
		struct entry_opts o = ui_entry_opts(u, row);

		entry_doc(u->link.dialog, u->rows.at[row], &o, &doc);
		for (; line < doc.n_lines && y < body.h; line++, y++)
			draw_line(u, &doc, (struct rect){ body.x, body.y + y,
			                                  body.w, 1 },
			          row, line);
	}
	doc_clear(&doc);
}

size_t dialog_row_at(struct ui *u, int y, struct rect body, size_t *line)
{
	size_t row = u->view.top, above = u->view.top_line;
	struct doc doc;
	size_t left = (size_t)(y - body.y);

	doc_init(&doc, body.w);
	for (; row < u->rows.n; row++, above = 0) {
		struct entry_opts o = ui_entry_opts(u, row);

		entry_doc(u->link.dialog, u->rows.at[row], &o, &doc);
		if (left + above < doc.n_lines)
			break;
		left -= doc.n_lines - above;
	}
	*line = left + above;
	doc_clear(&doc);
	return row < u->rows.n ? row : SIZE_MAX;
}
