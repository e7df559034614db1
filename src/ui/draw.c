#include "config.h"

#include "ui/glyph.h"
#include "ui/ui.h"
#include "util/i18n.h"

static const struct {
	void (*edge)(struct ui *, struct pane_edge *);
	void (*draw)(struct ui *, struct rect);
} panes[PANE_COUNT] = {
	[PANE_MX] = { mx_edge, mx_draw },
	[PANE_DIALOG] = { dialog_edge, dialog_draw },
	[PANE_EXPLAIN] = { explain_edge, explain_draw },
	[PANE_STEPS] = { steps_edge, steps_draw },
	[PANE_ENVELOPE] = { envelope_edge, envelope_draw },
	[PANE_CHECKS] = { checks_edge, checks_draw },
	[PANE_GRID] = { grid_edge, grid_draw },
};

static struct layout_wish wish(const struct ui *u)
{
	return (struct layout_wish){
		.w = u->w,
		.h = u->h,
		.view = !u->started      ? VIEW_START
		        : u->present.on ? VIEW_PRESENTER
		                        : VIEW_SESSION,
		.tab = u->pane,
		.zoom = u->zoom,
		.open = u->open_pane,
		.explain_permille = u->explain_permille,
		.mx_rows = mx_rows(u),
	};
}

/* A transcript has none. */
static bool has_clock(const struct ui *u)
{
	size_t n = dialog_count(u->link.dialog);

	return !u->link.replay || n == 0 ||
	       dialog_at(u->link.dialog, n - 1)->t_us != 0;
}

/* Times are shown as they fit until the user chooses. */
static void choose_defaults(struct ui *u)
{
	if (!u->time_chosen && !has_clock(u))
		u->time = TIME_NONE;
	else if (!u->time_chosen)
		u->time = u->w >= 100 ? TIME_CLOCK : TIME_START;
	u->rows.open_all = u->w >= 100;
}

void ui_layout(struct ui *u)
{
	struct layout_wish want = wish(u);

	layout_compute(&want, &u->layout);
	choose_defaults(u);
	if (u->view.follow)
		view_follow(u);
}

bool ui_pane_visible(const struct ui *u, enum pane p)
{
	return u->layout.pane[p].body.h > 0;
}

static void draw_pane(struct ui *u, enum pane p)
{
	const struct layout_box *box = &u->layout.pane[p];
	struct pane_edge edge = { .title = "" };
	bool focus = (!u->typing && u->pane == p) || tour_shows(u, p);

	if (box->body.h <= 0 || box->body.w <= 0)
		return;
	if (u->layout.opened == p)
		canvas_fill(&u->canvas, box->frame, STYLE_TEXT, ' ');
	if (box->frame.h > 0) {
		panes[p].edge(u, &edge);
		canvas_frame(&u->canvas, box->frame, focus, box->joined,
		             edge.title, edge.right);
	}
	panes[p].draw(u, box->body);
}

static void draw_panes(struct ui *u)
{
	for (int p = PANE_MX; p < PANE_COUNT; p++)
		if (u->layout.opened != (enum pane)p)
			draw_pane(u, (enum pane)p);
	if (u->layout.opened != PANE_NONE)
		draw_pane(u, u->layout.opened);
}

static void draw_session(struct ui *u)
{
	draw_strip(u);
	draw_mx_line(u);
	draw_tabs(u);
	draw_panes(u);
	draw_brief(u);
}

static void draw_start(struct ui *u)
{
	const struct layout_box *box = &u->layout.main;

	if (box->frame.h > 0)
		canvas_frame(&u->canvas, box->frame, false, false, _("Start"),
		             "");
	start_draw(u, box->body);
}

void draw_selected(struct ui *u, struct rect row)
{
	canvas_text(&u->canvas, row.x, row.y, 1, STYLE_BOLD,
	            glyph(GLYPH_SELECT));
	canvas_select_row(&u->canvas, row.x, row.y, row.w);
	canvas_cursor(&u->canvas, row.x, row.y, false);
}

void draw_popup_frame(struct ui *u, const struct layout_box *box,
                      const char *title, const char *right)
{
	canvas_fill(&u->canvas, box->frame, STYLE_TEXT, ' ');
	canvas_fill(&u->canvas, box->body, STYLE_TEXT, ' ');
	canvas_frame(&u->canvas, box->frame, true, false, title, right);
}

void ui_draw(struct ui *u)
{
	ui_layout(u);
	if (u->canvas.w != u->w || u->canvas.h != u->h)
		canvas_resize(&u->canvas, u->w, u->h);
	canvas_blank(&u->canvas);
	if (u->layout.size_class == LAYOUT_MESSAGE) {
		canvas_text(&u->canvas, 0, 0, u->w, STYLE_TEXT,
		            _("smtpscope needs 12x2"));
		return;
	}
	draw_title(u);
	if (!u->started)
		draw_start(u);
	else if (u->present.on)
		present_draw(u, u->layout.main.body);
	else
		draw_session(u);
	draw_hint(u);
	draw_footer(u);
	draw_input(u);
	palette_draw(u);
	popup_draw(u);
}
