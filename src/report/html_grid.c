#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check/grid_words.h"
#include "check/odd.h"
#include "report/grid_table.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "util/i18n.h"

static const char *const classes[GRID_STATES] = {
	[GRID_OPEN] = "note", [GRID_RUNNING] = "note", [GRID_NONE] = "note",
	[GRID_OK] = "ok", [GRID_LATER] = "later", [GRID_NO] = "no",
	[GRID_FAILED] = "no",
};

static void head(struct html_section *s, const struct grid *g)
{
	buf_adds(s->out, "<table class=\"grid\">\n<thead><tr>"
	                 "<th scope=\"col\">");
	html_text(s->out, _("Address"));
	buf_adds(s->out, "</th>");
	for (int c = 0; c < GRID_COLUMNS; c++) {
		if (!g->used[c])
			continue;
		buf_adds(s->out, "<th scope=\"col\">");
		html_text(s->out, grid_step_word((enum grid_step)c, false));
		buf_adds(s->out, "</th>");
	}
	buf_adds(s->out, "</tr></thead>\n<tbody>\n");
}

/* What differs has a sign, an edge and bold letters. */
static void cell(struct html_section *s, const struct grid_row *r,
                 enum grid_step step)
{
	enum grid_state state = r->cell[step].state;
	bool odd = r->odd & 1u << step;
	char text[GRID_TEXT_MAX];

	grid_cell_text(r, step, GRID_WHOLE, text);
	buf_addf(s->out, "<td class=\"%s%s\">", classes[state],
	         odd ? " odd" : "");
	html_mark(s->out, grid_table_mark(state));
	html_bytes(s->out, text, strlen(text));
	buf_adds(s->out, odd ? " <strong>!</strong></td>" : "</td>");
}

static void row(struct html_section *s, const struct grid *g,
                const struct grid_row *r)
{
	char *why = grid_why(r);

	buf_adds(s->out, "<tr><th scope=\"row\">");
	html_bytes(s->out, r->host, strlen(r->host));
	buf_adds(s->out, "<br>");
	html_bytes(s->out, r->address, strlen(r->address));
	if (!r->sum.session) {
		buf_adds(s->out, "<br>");
		html_text(s->out, *why ? why : _("not tried"));
	}
	buf_adds(s->out, "</th>");
	for (int c = 0; c < GRID_COLUMNS; c++)
		if (g->used[c])
			cell(s, r, (enum grid_step)c);
	buf_adds(s->out, "</tr>\n");
	free(why);
}

static void table(struct html_section *s, const struct grid *g)
{
	char *text = odd_sentence(g);

	html_heading(s, _("Every address"));
	html_paragraph(s->out, "head", text);
	head(s, g);
	for (size_t i = 0; i < g->n; i++)
		row(s, g, &g->rows[i]);
	buf_adds(s->out, "</tbody>\n</table>\n");
	free(text);
}

void html_grid(struct html_section *s)
{
	struct grid g = { .n = 0 };

	for (size_t i = 0; i < dialog_count(s->dialog) && !s->quiz; i++)
		grid_see(&g, dialog_at(s->dialog, i));
	grid_settle(&g);
	if (g.all && grid_tried(&g) > 1)
		table(s, &g);
	grid_clear(&g);
}
