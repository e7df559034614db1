#include "config.h"

#include <string.h>

#include "ui/ui.h"
#include "util/i18n.h"

void palette_draw(struct ui *u)
{
	struct layout_wish want = { .w = u->w, .h = u->h };
	struct layout_box box;
	struct doc doc;
	size_t len;
	const char *text = line_text(u->aux, &len);

	if (u->mode != PROMPT_COMMAND || memchr(text, ' ', len))
		return;
	doc_init(&doc, DOC_UNWRAPPED);
	for (int c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		const struct cmd_info *info = cmd_info((enum cmd)c);

		if (strncmp(info->name, text, len) != 0)
			continue;
		doc_line(&doc, 0);
		doc_putf(&doc, STYLE_KEY, " :%s", info->name);
		doc_tab(&doc, 19);
		doc_put(&doc, STYLE_DIM, keymap_key((enum cmd)c, ui_panes(u)));
		doc_tab(&doc, 26);
		doc_put(&doc, STYLE_TEXT, _(info->help));
		if (*info->takes)
			doc_putf(&doc, STYLE_DIM, "  %s", _(info->takes));
	}
	if (doc.n_lines > 0) {
		int rows = doc.n_lines < 10 ? (int)doc.n_lines : 10;

		box = layout_menu(&want, 0, u->w < 84 ? u->w : 84, rows + 2);
		canvas_fill(&u->canvas, box.frame, STYLE_TEXT, ' ');
		canvas_frame(&u->canvas, box.frame, true, false, _("Commands"),
		             "");
		doc_draw(&doc, &u->canvas, box.body, 0, 0);
	}
	doc_clear(&doc);
}
