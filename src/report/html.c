#include "config.h"

#include "report/html.h"

#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "core/dialog.h"
#include "report/block.h"
#include "report/html_parts.h"
#include "report/html_style.h"
#include "report/html_text.h"
#include "report/verdict_block.h"
#include "util/i18n.h"
#include "util/xalloc.h"

struct html {
	struct dialog *dialog; /* of the target that is under way */
	struct buf body;       /* sections */
	struct buf contents;   /* rows */
	struct buf name;       /* of the first target, for the title */
	struct html_codes codes;
	unsigned targets, sections, rows;
	bool quiz;
};

struct html *html_new(bool quiz)
{
	struct html *h = xcalloc(1, sizeof *h);

	h->dialog = dialog_new();
	h->quiz = quiz;
	return h;
}

void html_free(struct html *h)
{
	if (!h)
		return;
	dialog_free(h->dialog);
	buf_clear(&h->body);
	buf_clear(&h->contents);
	buf_clear(&h->name);
	free(h);
}

/* The newest verdict on a session: what the contents say of the target. */
static const struct event *last_verdict(const struct dialog *d)
{
	for (size_t i = dialog_count(d); i-- > 0;) {
		const struct event *e = dialog_at(d, i);

		if (e->kind == EV_VERDICT && e->u.verdict.recipient.len == 0)
			return e;
	}
	return NULL;
}

static void outcome_cell(struct html *h)
{
	const struct event *v = last_verdict(h->dialog);
	enum reply_class cls = v ? verdict_class(v->u.verdict.outcome)
	                         : CLASS_NOTE;

	if (h->quiz)
		return;
	buf_addf(&h->contents, "<td class=\"%s\">", html_class(cls));
	html_mark(&h->contents, block_mark(cls));
	html_text(&h->contents, v ? outcome_label(v->u.verdict.outcome)
	                          : _("not ended"));
	buf_adds(&h->contents, "</td>");
}

static void contents_row(struct html *h, bool has_section)
{
	const struct event *e = dialog_at(h->dialog, 0);

	if (h->rows == HTML_ROWS_MAX)
		return;
	h->rows++;
	buf_addf(&h->contents, "<tr><td class=\"number\">%u</td><td>",
	         h->targets);
	if (has_section)
		buf_addf(&h->contents, "<a href=\"#t%u\">", h->targets);
	html_ref(&h->contents, e, e->target);
	buf_adds(&h->contents, has_section ? "</a></td>" : "</td>");
	outcome_cell(h);
	buf_adds(&h->contents, "</tr>\n");
}

static void section(struct html *h)
{
	struct html_section s = {
		.out = &h->body,
		.dialog = h->dialog,
		.codes = &h->codes,
		.limit = HTML_BYTES_MAX,
		.number = h->targets,
		.quiz = h->quiz,
	};

	h->sections++;
	html_dialog(&s);
}

/* The target that was under way is over. */
static void finish_target(struct html *h)
{
	const struct event *e;
	bool has_section = h->sections < HTML_TARGETS_MAX &&
	                   h->body.len < HTML_BYTES_MAX;

	if (dialog_count(h->dialog) == 0)
		return;
	e = dialog_at(h->dialog, 0);
	if (h->targets++ == 0)
		buf_add(&h->name, event_text(e, e->target), e->target.len);
	contents_row(h, has_section);
	if (has_section)
		section(h);
	dialog_free(h->dialog);
	h->dialog = dialog_new();
}

void html_event(struct html *h, const struct event *e)
{
	if (e->kind == EV_START)
		finish_target(h);
	if (e->kind != EV_PROMPT && e->kind != EV_ASK)
		dialog_append(h->dialog, e);
}

/* --- the page */

static const char *kind(const struct html *h)
{
	return h->quiz ? _("Worksheet: an SMTP dialog") : _("SMTP dialog");
}

static void head(struct html *h, struct buf *out)
{
	buf_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	         "<meta charset=\"utf-8\">\n"
	         "<meta http-equiv=\"Content-Security-Policy\" content=\""
	         "default-src 'none'; style-src 'sha256-%s'\">\n"
	         "<meta name=\"referrer\" content=\"no-referrer\">\n"
	         "<meta name=\"viewport\" content=\"width=device-width, "
	         "initial-scale=1\">\n"
	         "<meta name=\"color-scheme\" content=\"light dark\">\n"
	         "<title>", i18n_tag(), html_style_hash);
	html_text(out, kind(h));
	/* a title takes no element: escaped as elsewhere, without <bdi> */
	if (h->targets == 1) {
		char *shown = html_plain(h->name.data, h->name.len);

		buf_adds(out, ": ");
		html_text(out, shown);
		free(shown);
	}
	buf_adds(out, "</title>\n<style>");
	for (size_t i = 0; html_style[i]; i++)
		buf_adds(out, html_style[i]);
	buf_adds(out, "</style>\n</head>\n<body>\n");
}

static void top(struct html *h, struct buf *out)
{
	buf_adds(out, "<header>\n<h1>");
	html_text(out, kind(h));
	buf_adds(out, "</h1>\n");
	if (h->quiz) {
		buf_adds(out, "<p class=\"names\"><span>");
		html_text(out, _("Name:"));
		buf_adds(out, "</span><span>");
		html_text(out, _("Date:"));
		buf_adds(out, "</span></p>\n");
		html_paragraph(out, "text", _("C: is what the client sends, "
			"S: what the server answers. Write down what each "
			"answer means, who must act and what comes next."));
	} else {
		html_paragraph(out, "dim", _("C: is what the client sends, "
			"S: what the server answers. What cannot be printed "
			"stands as its code, such as <1B>, underlined."));
	}
	buf_adds(out, "</header>\n");
}

static void contents(struct html *h, struct buf *out)
{
	if (h->targets < 2)
		return;
	buf_adds(out, "<nav>\n<h2>");
	html_textf(out, _("%u targets"), h->targets);
	buf_adds(out, "</h2>\n<table>\n<thead><tr><th scope=\"col\">#</th>"
	         "<th scope=\"col\">");
	html_text(out, _("Target"));
	buf_adds(out, "</th>");
	if (!h->quiz) {
		buf_adds(out, "<th scope=\"col\">");
		html_text(out, _("Result"));
		buf_adds(out, "</th>");
	}
	buf_adds(out, "</tr></thead>\n<tbody>\n");
	buf_add(out, buf_str(&h->contents), h->contents.len);
	buf_adds(out, "</tbody>\n</table>\n");
	if (h->sections < h->targets) {
		buf_adds(out, "<p class=\"cut\">");
		html_textf(out, _("The dialogs of the first %u are on this "
			"page, %u targets are listed; the recording holds "
			"all of them."), h->sections, h->rows);
		buf_adds(out, "</p>\n");
	}
	buf_adds(out, "</nav>\n");
}

void html_finish(struct html *h, struct buf *out)
{
	finish_target(h);
	buf_str(&h->name);
	head(h, out);
	top(h, out);
	contents(h, out);
	buf_adds(out, "<main>\n");
	buf_add(out, buf_str(&h->body), h->body.len);
	if (!h->quiz)
		html_codes_list(&h->codes, out);
	buf_adds(out, "</main>\n<footer>\n<p>");
	html_text(out, h->quiz
		? _("The same page without --quiz holds the answers.")
		: _("The result never says more than was tested."));
	buf_adds(out, "</p>\n</footer>\n</body>\n</html>\n");
}
