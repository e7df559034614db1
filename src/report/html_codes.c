#include "config.h"

#include <stdio.h>
#include <string.h>

#include "knowledge/tables.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "util/i18n.h"

enum { CODE_MAX = 1000 };

static void note_enhanced(struct html_codes *c, const char *code, size_t len)
{
	if (len == 0 || len >= sizeof c->enhanced[0] ||
	    c->n_enhanced == HTML_ENHANCED_MAX)
		return;
	for (size_t i = 0; i < c->n_enhanced; i++)
		if (strcmp(c->enhanced[i], code) == 0)
			return;
	memcpy(c->enhanced[c->n_enhanced++], code, len + 1);
}

void html_codes_note(struct html_codes *c, const struct event *e)
{
	uint16_t code = e->u.reply.code;

	if (code < CODE_MAX)
		c->plain[code / 64] |= UINT64_C(1) << code % 64;
	note_enhanced(c, event_text(e, e->u.reply.enhanced),
	              e->u.reply.enhanced.len);
}

static void row(struct buf *out, const char *code, const char *title,
                const char *text)
{
	buf_adds(out, "<tr><th scope=\"row\">");
	html_bytes(out, code, strlen(code));
	buf_adds(out, "</th><td><strong>");
	html_text(out, title);
	buf_adds(out, "</strong> ");
	html_text(out, text);
	buf_adds(out, "</td></tr>\n");
}

static void plain_row(struct buf *out, unsigned code)
{
	const struct reply_code *r = reply_code_find(code);
	char number[8];

	snprintf(number, sizeof number, "%03u", code);
	if (r)
		row(out, number, i18n_pick(r->title_en, r->title_de),
		    i18n_pick(r->explain_en, r->explain_de));
}

static void enhanced_row(struct buf *out, const char *code)
{
	const struct enhanced_code *r = enhanced_detail(code);

	if (r)
		row(out, code, i18n_pick(r->title_en, r->title_de),
		    i18n_pick(r->explain_en, r->explain_de));
}

void html_codes_list(const struct html_codes *c, struct buf *out)
{
	size_t begin = out->len, rows;

	buf_adds(out, "<section class=\"codes\">\n<h2>");
	html_text(out, _("The codes that came up"));
	buf_adds(out, "</h2>\n<table>\n<tbody>\n");
	rows = out->len;
	for (unsigned code = 0; code < CODE_MAX; code++)
		if (c->plain[code / 64] >> code % 64 & 1)
			plain_row(out, code);
	for (size_t i = 0; i < c->n_enhanced; i++)
		enhanced_row(out, c->enhanced[i]);
	if (out->len == rows)
		out->len = begin;
	else
		buf_adds(out, "</tbody>\n</table>\n</section>\n");
}
