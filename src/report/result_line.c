#include "config.h"

#include "report/result_line.h"

#include <stdlib.h>
#include <string.h>

#include "check/result.h"
#include "check/verdict.h"
#include "core/escape.h"
#include "knowledge/explain.h"
#include "report/paper.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { /* columns; a longer target moves what is behind it */
	AT_OUTCOME = 32,
	OUTCOME_WIDTH = 18, /* "Protokoll verletzt" */
	CODE_WIDTH = 12,    /* "550 5.7.133" */
	ACT_WIDTH = 18,     /* "sendender Server" */
};

struct result_line {
	struct paper paper;
	int width;
	struct result result;
};

struct result_line *result_line_new(FILE *out, bool color, int width)
{
	struct result_line *r = xcalloc(1, sizeof *r);

	paper_init(&r->paper, out, color, width);
	r->width = width;
	return r;
}

void result_line_free(struct result_line *r)
{
	if (!r)
		return;
	paper_clear(&r->paper);
	result_clear(&r->result);
	free(r);
}

static enum ink ink_of(uint8_t outcome)
{
	return outcome == OUT_ACCEPTED ? INK_OK
	       : outcome == OUT_MIXED || outcome == OUT_DEFERRED ? INK_LATER
	                                                         : INK_NO;
}

/* At least one blank, and the next column where it is expected if it can be. */
static void next_column(struct paper *p, int column)
{
	paper_text(p, " ");
	paper_to(p, column);
}

static void put_code(struct paper *p, const struct result *r)
{
	if (r->code)
		paper_textf(p, r->enhanced[0] ? "%u %s" : "%u", r->code,
		            r->enhanced);
	else
		paper_text(p, "-");
}

/* As much of text as fits; it is ours, and holds what was escaped. */
static void put_cut(struct paper *p, const char *text, int width)
{
	char *part;
	size_t len = 0, used;
	uint32_t cp;
	int room = width - p->at - 1, columns = paper_measure(text);

	if (width == 0 || columns <= room + 1) {
		paper_text(p, text);
		return;
	}
	for (int at = 0; (used = utf8_decode(text + len,
					   strlen(text + len), &cp)) > 0;) {
		at += char_columns(cp) > 0 ? char_columns(cp) : 0;
		if (at > room)
			break;
		len += used;
	}
	part = xmemdup0(text, len);
	paper_textf(p, "%s…", part);
	free(part);
}

static void put_line(struct result_line *l)
{
	const struct result *r = &l->result;
	char *text = r->verdict ? verdict_text(r->verdict) : xstrdup("");
	struct paper *p = &l->paper;
	int column;

	paper_bytes(p, r->target, strlen(r->target));
	next_column(p, AT_OUTCOME);
	column = p->at;
	paper_ink(p, ink_of(r->outcome));
	paper_text(p, outcome_label(r->outcome));
	paper_ink(p, INK_PLAIN);
	next_column(p, column += OUTCOME_WIDTH);
	put_code(p, r);
	next_column(p, column += CODE_WIDTH);
	paper_text(p, r->act == ACT_NOBODY ? "-" : act_label(r->act));
	next_column(p, column + ACT_WIDTH);
	put_cut(p, text, l->width);
	paper_newline(p);
	free(text);
}

bool result_line_event(struct result_line *r, const struct event *e)
{
	result_event(&r->result, e);
	if (e->kind != EV_END)
		return true;
	put_line(r);
	return paper_flush(&r->paper);
}
