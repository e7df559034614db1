#include "config.h"

#include "report/check_block.h"

#include <stdlib.h>

#include "knowledge/check_words.h"
#include "report/block.h"
#include "util/i18n.h"

enum { STEP_INDENT = 6, LEVEL_INDENT = 2, DEPTH_MAX = 12 };

static void trace(struct paper *p, const struct event *e)
{
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		uint32_t depth = event_trace(e, i)->depth;
		char *text = check_step(e, i);
		int column;

		depth = depth < DEPTH_MAX ? depth : DEPTH_MAX;
		column = STEP_INDENT + LEVEL_INDENT * (int)depth;
		paper_to(p, column);
		paper_ink(p, INK_DIM);
		paper_words(p, text, column + LEVEL_INDENT);
		paper_ink(p, INK_PLAIN);
		paper_newline(p);
		free(text);
	}
}

void check_block(struct paper *p, const struct event *e)
{
	static const struct {
		const char *mark;
		enum ink ink;
	} looks[GRADE_COUNT] = {
		[GRADE_PASS] = { "✔", INK_OK },
		[GRADE_NOTE] = { "·", INK_NOTE },
		[GRADE_WARN] = { "▲", INK_LATER },
		[GRADE_BAD] = { "✘", INK_NO },
		[GRADE_UNKNOWN] = { "?", INK_DIM },
	};
	char *label = check_label(e), *text = check_text(e);
	char *next = check_next(e);

	paper_ink(p, looks[e->u.check.grade].ink);
	paper_textf(p, "%s ", looks[e->u.check.grade].mark);
	paper_ink(p, INK_BOLD);
	paper_text(p, label);
	paper_ink(p, INK_PLAIN);
	if (e->u.check.subject.len)
		paper_text(p, " ");
	paper_bytes(p, event_text(e, e->u.check.subject),
	            e->u.check.subject.len);
	if (e->u.check.result.len) {
		paper_text(p, ": ");
		paper_bytes(p, event_text(e, e->u.check.result),
		            e->u.check.result.len);
	}
	paper_newline(p);
	block_line(p, INK_PLAIN, text);
	trace(p, e);
	block_row(p, _("Try"), next);
	free(label);
	free(text);
	free(next);
}
