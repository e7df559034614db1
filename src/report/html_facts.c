#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "check/verdict.h"
#include "core/dns.h"
#include "knowledge/cause_words.h"
#include "knowledge/check_words.h"
#include "report/block.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/mx_table.h"
#include "report/sayings.h"
#include "report/turn.h"
#include "report/verdict_block.h"
#include "util/i18n.h"

enum { DEPTH_MAX = 6 /* steps inside steps that are indented further */ };

const char *html_class(enum reply_class c)
{
	static const char *const classes[] = {
		[CLASS_NONE] = "no",     [CLASS_OK] = "ok",
		[CLASS_GO_ON] = "go-on", [CLASS_LATER] = "later",
		[CLASS_NO] = "no",       [CLASS_NOTE] = "note",
		[CLASS_CLIENT] = "client",
	};

	return classes[c];
}

void html_mark(struct buf *out, const char *mark)
{
	if (*mark)
		buf_addf(out, "<span class=\"mark\" aria-hidden=\"true\">%s"
		         "</span> ", mark);
}

void html_heading(struct html_section *s, const char *text)
{
	buf_adds(s->out, "<h3>");
	html_text(s->out, text);
	buf_adds(s->out, "</h3>\n");
}

void html_blanks(struct buf *out, const char *const *questions)
{
	for (; *questions; questions++) {
		html_paragraph(out, "ask", *questions);
		buf_adds(out, "<p class=\"line\"></p>\n");
	}
}

void html_advice(struct buf *out, const struct explanation *x)
{
	bool good = x->cls == CLASS_OK || x->cls == CLASS_GO_ON;
	size_t begin = out->len, rows;

	buf_adds(out, "<dl>\n");
	rows = out->len;
	if (*x->likely) {
		buf_adds(out, "<dt>");
		html_text(out, _("Likely"));
		buf_adds(out, "</dt><dd>");
		html_text(out, x->likely);
		html_textf(out, *x->evidence ? " (%s)" : "%s", x->evidence);
		buf_adds(out, "</dd>\n");
	}
	html_row(out, _("Must act"), good ? "" : x->who);
	html_row(out, _("A mail server"), x->mta);
	for (size_t i = 0; i < x->n_tries && !good; i++)
		if (block_is_advice(&x->tries[i]))
			html_row(out, _("Try"), x->tries[i].text);
	html_row(out, _("Not"), good ? "" : x->not_same);
	html_row_refs(out, x->refs);
	if (out->len == rows)
		out->len = begin;
	else
		buf_adds(out, "</dl>\n");
}

/* --- the result */

static void grounds(struct buf *out, const struct event *e)
{
	struct grounds g;
	char *text;

	grounds_of_verdict(e, &g);
	text = grounds_why(&g);
	html_row(out, _("Because"), text);
	free(text);
	for (unsigned i = 0; (text = grounds_note(&g, i)); i++) {
		html_row(out, _("Note"), text);
		free(text);
	}
}

static void verdict_rows(struct buf *out, const struct event *e)
{
	char *who = verdict_who(&e->u.verdict), *next = saying_next(e);
	char *mta = saying_mta(e);
	size_t begin = out->len, rows;

	buf_adds(out, "<dl>\n");
	rows = out->len;
	html_row(out, _("Must act"), who);
	grounds(out, e);
	html_row(out, _("Try"), next ? next : "");
	if (e->u.verdict.outcome != OUT_ACCEPTED)
		html_row(out, _("A mail server"), mta ? mta : "");
	if (out->len == rows)
		out->len = begin;
	else
		buf_adds(out, "</dl>\n");
	free(who);
	free(next);
	free(mta);
}

static void place_of(struct html_section *s, size_t index)
{
	const struct event *e = verdict_server(s->dialog, index);

	if (!e)
		return;
	buf_adds(s->out, " <span class=\"dim\">");
	html_ref(s->out, e, e->u.connect.host);
	if (e->u.connect.address.len) {
		buf_adds(s->out, " [");
		html_ref(s->out, e, e->u.connect.address);
		buf_addc(s->out, ']');
	}
	buf_adds(s->out, "</span>");
}

static void verdict(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);
	enum reply_class cls = verdict_class(e->u.verdict.outcome);
	char *text = saying_text(e);

	buf_addf(s->out, "<div class=\"verdict %s\">\n<p class=\"head\">",
	         html_class(cls));
	html_mark(s->out, block_mark(cls));
	buf_adds(s->out, "<strong>");
	html_text(s->out, e->u.verdict.recipient.len ? "" : _("Result"));
	if (e->u.verdict.recipient.len)
		html_ref(s->out, e, e->u.verdict.recipient);
	buf_adds(s->out, ": ");
	html_text(s->out, outcome_label(e->u.verdict.outcome));
	buf_adds(s->out, "</strong>");
	place_of(s, index);
	buf_adds(s->out, "</p>\n");
	html_paragraph(s->out, "text", text ? text : "");
	verdict_rows(s->out, e);
	buf_adds(s->out, "</div>\n");
	free(text);
}

static const struct event *end_of(const struct dialog *d)
{
	size_t n = dialog_count(d);
	const struct event *e = n ? dialog_at(d, n - 1) : NULL;

	return e && e->kind == EV_END ? e : NULL;
}

/* How the whole target ended, which its last event says. */
static void ending(struct html_section *s)
{
	const struct event *e = end_of(s->dialog);

	buf_adds(s->out, "<p class=\"dim\">");
	if (e)
		html_textf(s->out, _("Exit status %u"), e->u.end.exit);
	else
		html_text(s->out, _("This is what had come when the session "
		                    "was stopped: it has no end."));
	if (e && dialog_now(s->dialog)->n_rcpts)
		html_textf(s->out, _("; recipients: %u accepted, %u put off, "
		                     "%u refused"), e->u.end.accepted,
		           e->u.end.deferred, e->u.end.refused);
	buf_adds(s->out, "</p>\n");
}

static void verdicts(struct html_section *s, bool recipients)
{
	for (size_t i = 0; i < dialog_count(s->dialog) &&
	     s->out->len < s->limit; i++) {
		const struct event *e = dialog_at(s->dialog, i);

		if (e->kind == EV_VERDICT &&
		    (e->u.verdict.recipient.len > 0) == recipients &&
		    !dialog_verdict_old(s->dialog, i) &&
		    verdict_tells(s->dialog, i))
			verdict(s, i);
	}
}

void html_result(struct html_section *s)
{
	const char *const questions[] = { _("How does it end, and for whom?"),
		_("Whose turn is it to act, and why?"), NULL };

	if (s->quiz) {
		buf_adds(s->out, "<div class=\"verdict blank\">\n");
		html_blanks(s->out, questions);
		buf_adds(s->out, "</div>\n");
		return;
	}
	verdicts(s, false);
	verdicts(s, true);
	ending(s);
}

/* --- where the mail goes */

static void cells_begin(struct html_section *s, const char *const *names)
{
	buf_adds(s->out, "<table>\n<thead><tr>");
	for (; *names; names++) {
		buf_adds(s->out, "<th scope=\"col\">");
		html_text(s->out, *names);
		buf_adds(s->out, "</th>");
	}
	buf_adds(s->out, "</tr></thead>\n<tbody>\n");
}

static void cells_end(struct html_section *s)
{
	buf_adds(s->out, "</tbody>\n</table>\n");
}

static void addresses(struct html_section *s, const struct event *e,
                      const struct ev_host *h)
{
	for (uint32_t i = 0; i < h->addresses.len; i++) {
		buf_adds(s->out, i ? "<br>" : "");
		html_ref(s->out, e, event_item(e, h->addresses, i));
	}
	if (!h->unusable)
		return;
	buf_adds(s->out, h->addresses.len ? "<br>" : "");
	html_mark(s->out, "✘");
	html_text(s->out, saying_reason(event_text(e, h->why)));
}

static void host(struct html_section *s, size_t index,
                 const struct ev_host *h)
{
	const struct event *e = dialog_at(s->dialog, index);
	bool by_mx = e->u.route.kind == ROUTE_MX ||
	             e->u.route.kind == ROUTE_NULL;
	int64_t ttl = mx_table_ttl(s->dialog, index, RR_MX,
	                           event_text(e, h->host));

	buf_adds(s->out, "<tr><td class=\"number\">");
	if (by_mx)
		buf_addf(s->out, "%u", h->preference);
	buf_adds(s->out, "</td><td>");
	html_ref(s->out, e, h->host);
	buf_adds(s->out, "</td><td>");
	addresses(s, e, h);
	buf_adds(s->out, "</td><td class=\"number\">");
	if (ttl != MX_NO_TTL)
		buf_addf(s->out, "%lld", (long long)ttl);
	buf_adds(s->out, "</td></tr>\n");
}

void html_route(struct html_section *s, size_t index)
{
	const char *const names[] = { _("Pref"), _("Host"), _("Address"),
		"TTL", NULL };
	const char *const questions[] = { _("Which host does a mail server try "
		"first, and why?"), NULL };
	const struct event *e = dialog_at(s->dialog, index);
	struct explanation x;

	explain_event(s->dialog, index, &x);
	html_heading(s, x.title);
	if (e->u.route.hosts.len) {
		cells_begin(s, names);
		for (uint32_t i = 0; i < e->u.route.hosts.len &&
		     s->out->len < s->limit; i++)
			host(s, index, event_host(e, i));
		cells_end(s);
	}
	if (s->quiz) {
		html_blanks(s->out, questions);
	} else {
		buf_addf(s->out, "<p class=\"head %s\">", html_class(x.cls));
		html_mark(s->out, block_mark(x.cls));
		buf_adds(s->out, "<strong>");
		html_text(s->out, x.headline);
		buf_adds(s->out, "</strong></p>\n");
		html_paragraph(s->out, "text", x.summary);
		html_advice(s->out, &x);
	}
	explanation_clear(&x);
}

static void lookup(struct html_section *s, const struct event *e)
{
	char type[10], *span = turn_span(e->u.dns.us);

	buf_adds(s->out, "<tr><td class=\"number\">");
	html_text(s->out, dns_type_text(e->u.dns.type, type));
	buf_adds(s->out, "</td><td>");
	html_ref(s->out, e, e->u.dns.name);
	buf_adds(s->out, "</td><td>");
	for (const char *w = dns_status_name(e->u.dns.status); *w; w++)
		buf_addc(s->out, (char)toupper((unsigned char)*w));
	for (uint32_t i = 0; i < e->u.dns.answers.len; i++) {
		buf_adds(s->out, "<br>");
		html_ref(s->out, e, event_rr(e, i)->data);
	}
	buf_adds(s->out, "</td><td>");
	html_ref(s->out, e, e->u.dns.server);
	buf_adds(s->out, "</td><td class=\"number\">");
	html_text(s->out, span);
	buf_adds(s->out, "</td></tr>\n");
	free(span);
}

/* As in the annotated text: what the route shows, and what a check shows as
 * its evidence, is not said twice. */
void html_lookups(struct html_section *s)
{
	const char *const names[] = { "RR", _("Name"), _("Answer"),
		_("Server"), _("Time"), NULL };
	bool begun = false;

	for (size_t i = 0; i < dialog_count(s->dialog) &&
	     s->out->len < s->limit; i++) {
		const struct event *e = dialog_at(s->dialog, i);

		if (e->kind == EV_CHECK)
			break;
		if (e->kind != EV_DNS || mx_table_is_usual(e))
			continue;
		if (!begun) {
			html_heading(s, _("Asked of the DNS"));
			cells_begin(s, names);
		}
		begun = true;
		lookup(s, e);
	}
	if (begun)
		cells_end(s);
}

void html_envelope(struct html_section *s)
{
	const struct dialog_now *now = dialog_now(s->dialog);

	if (!*now->helo && !now->from_n)
		return;
	html_heading(s, _("Envelope"));
	buf_adds(s->out, "<dl>\n");
	html_row_bytes(s->out, "HELO", now->helo, strlen(now->helo));
	if (now->from_n)
		html_row_bytes(s->out, "MAIL FROM", *now->from ? now->from
		                                               : "<>",
		               *now->from ? strlen(now->from) : 2);
	for (size_t i = 0; i < now->n_rcpts; i++)
		html_row_bytes(s->out, "RCPT TO", now->rcpts[i].address,
		               strlen(now->rcpts[i].address));
	buf_adds(s->out, "</dl>\n");
}

/* --- checks */

static void trace(struct html_section *s, const struct event *e)
{
	if (e->u.check.trace.len == 0)
		return;
	buf_adds(s->out, "<ul class=\"trace\">\n");
	for (uint32_t i = 0; i < e->u.check.trace.len; i++) {
		uint32_t depth = event_trace(e, i)->depth;
		char *text = check_step(e, i);

		buf_addf(s->out, "<li class=\"d%u\">",
		         depth < DEPTH_MAX ? depth : DEPTH_MAX);
		html_text(s->out, text);
		buf_adds(s->out, "</li>\n");
		free(text);
	}
	buf_adds(s->out, "</ul>\n");
}

static void check(struct html_section *s, const struct event *e)
{
	static const struct {
		const char *mark, *class;
	} looks[GRADE_COUNT] = {
		[GRADE_PASS] = { "✔", "ok" },   [GRADE_NOTE] = { "·", "note" },
		[GRADE_WARN] = { "▲", "later" }, [GRADE_BAD] = { "✘", "no" },
		[GRADE_UNKNOWN] = { "?", "note" },
	};
	char *label = check_label(e), *text = check_text(e);
	char *next = check_next(e);

	buf_addf(s->out, "<div class=\"check %s\">\n<p class=\"head\">",
	         looks[e->u.check.grade].class);
	html_mark(s->out, looks[e->u.check.grade].mark);
	buf_adds(s->out, "<strong>");
	html_text(s->out, label);
	buf_adds(s->out, "</strong> ");
	html_ref(s->out, e, e->u.check.subject);
	buf_adds(s->out, e->u.check.result.len ? ": <strong>" : "");
	if (e->u.check.result.len)
		html_ref(s->out, e, e->u.check.result);
	buf_addf(s->out, "%s <span class=\"dim\">",
	         e->u.check.result.len ? "</strong>" : "");
	html_textf(s->out, "(%s)", check_grade_word(e->u.check.grade));
	buf_adds(s->out, "</span></p>\n");
	html_paragraph(s->out, "text", text);
	trace(s, e);
	if (*next) {
		buf_adds(s->out, "<dl>\n");
		html_row(s->out, _("Try"), next);
		buf_adds(s->out, "</dl>\n");
	}
	buf_adds(s->out, "</div>\n");
	free(label);
	free(text);
	free(next);
}

/* A worksheet has none: they judge. */
void html_checks(struct html_section *s)
{
	const char *side = "";

	for (size_t i = 0; i < dialog_count(s->dialog) && !s->quiz &&
	     s->out->len < s->limit; i++) {
		const struct event *e = dialog_at(s->dialog, i);

		if (e->kind != EV_CHECK)
			continue;
		if (strcmp(side, check_side(e)) != 0) {
			side = check_side(e);
			html_heading(s, side);
		}
		check(s, e);
	}
}
