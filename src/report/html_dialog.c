#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/finding.h"
#include "report/block.h"
#include "report/html_parts.h"
#include "report/html_text.h"
#include "report/turn.h"
#include "util/i18n.h"

enum {
	BYTES_SHOWN = 512,   /* of what is no reply */
	FINDINGS_AHEAD = 64, /* events behind a line that may be about it */
};

/* --- an entry: its number, what went over the wire, what it means */

static void begin_entry(struct html_section *s, const char *class)
{
	buf_addf(s->out, "<li class=\"%s\"><span class=\"n\">%u</span>\n"
	         "<div class=\"wire\">", class, ++s->entries);
}

static void begin_note(struct html_section *s)
{
	buf_adds(s->out, "</div>\n<div class=\"note\">\n");
}

static void end_entry(struct html_section *s)
{
	buf_adds(s->out, "</div></li>\n");
}

static void wire_line(struct html_section *s, const char *who,
                      const char *data, size_t len)
{
	buf_addf(s->out, "<code><b>%s</b> ", who);
	html_bytes(s->out, data, len);
	buf_adds(s->out, "\n</code>");
}

/* What happened, in our words, where no line went over the wire. */
static void begin_event(struct html_section *s, const char *class,
                        const char *text)
{
	begin_entry(s, class);
	buf_adds(s->out, "<p class=\"event\">");
	html_text(s->out, text);
}

/* Of an imported transcript nobody has measured it: 0. */
static void took(struct html_section *s, const char *before, uint32_t us)
{
	char *span = turn_span(us);

	if (us) {
		html_text(s->out, before);
		buf_adds(s->out, "<span class=\"dim\">");
		html_text(s->out, span);
		buf_adds(s->out, "</span>");
	}
	free(span);
}

static void heading_of(struct html_section *s, const struct event *e,
                       const struct explanation *x)
{
	buf_adds(s->out, "<p class=\"head\">");
	html_mark(s->out, block_mark(x->cls));
	buf_adds(s->out, "<strong>");
	html_text(s->out, x->chip);
	buf_addf(s->out, "%s", e->u.reply.enhanced.len ? " " : "");
	if (e->u.reply.enhanced.len)
		html_ref(s->out, e, e->u.reply.enhanced);
	buf_addc(s->out, ' ');
	html_text(s->out, x->headline);
	buf_adds(s->out, "</strong>");
	took(s, " ", e->u.reply.us);
	buf_adds(s->out, "</p>\n");
}

/* --- commands and replies */

/* Is the note a finding, which has an entry of its own behind this one? */
static bool is_finding(const struct html_section *s, size_t index,
                       const char *note)
{
	uint32_t n = dialog_at(s->dialog, index)->n;
	size_t end = dialog_count(s->dialog);
	bool found = false;

	if (end > index + FINDINGS_AHEAD)
		end = index + FINDINGS_AHEAD;
	for (size_t i = index + 1; i < end && !found; i++) {
		const struct event *e = dialog_at(s->dialog, i);
		char *text;

		if (e->kind != EV_FINDING || e->u.finding.about != n)
			continue;
		text = finding_sentence(e);
		found = strcmp(text, note) == 0;
		free(text);
	}
	return found;
}

static void notes(struct html_section *s, size_t index,
                  const struct explanation *x)
{
	for (size_t i = 0; i < x->n_notes; i++)
		if (!is_finding(s, index, x->notes[i]))
			html_paragraph(s->out, "text", x->notes[i]);
}

static void sent(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);
	struct explanation x;

	if (turn_is_body(e))
		return;
	begin_entry(s, s->quiz ? "client alone" : "client");
	buf_adds(s->out, "<pre>");
	wire_line(s, "C:", event_text(e, e->u.sent.line), e->u.sent.line.len);
	buf_adds(s->out, "</pre>");
	begin_note(s);
	if (!s->quiz) {
		explain_event(s->dialog, index, &x);
		html_paragraph(s->out, "text", x.summary);
		notes(s, index, &x);
		explanation_clear(&x);
	}
	end_entry(s);
}

static void keywords(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);
	bool begun = false;

	for (uint32_t i = 1; i < e->u.reply.lines.len; i++) {
		const char *word;
		size_t len;
		const struct extension *ext = turn_keyword(e, i, &word, &len);

		if (!ext)
			continue;
		buf_adds(s->out, begun ? "" : "<dl class=\"keywords\">\n");
		html_row(s->out, ext->keyword,
		         i18n_pick(ext->explain_en, ext->explain_de));
		begun = true;
	}
	buf_adds(s->out, begun ? "</dl>\n" : "");
}

/* Whom or what it answers, where that is not the line above. */
static void answered(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);
	const struct event *command = turn_answered(s->dialog, index);
	struct ev_ref to = e->u.reply.recipient;

	if (!to.len && !command)
		return;
	buf_adds(s->out, "<dl>\n");
	if (to.len)
		html_row_bytes(s->out, _("To"), event_text(e, to), to.len);
	else
		html_row_bytes(s->out, _("Answers"),
		               event_text(command, command->u.sent.line),
		               command->u.sent.line.len);
	buf_adds(s->out, "</dl>\n");
}

static void meaning(struct html_section *s, size_t index,
                    const struct explanation *x)
{
	const struct event *e = dialog_at(s->dialog, index);
	bool good = x->cls == CLASS_OK || x->cls == CLASS_GO_ON;

	heading_of(s, e, x);
	if (!good || !*x->code_text)
		html_paragraph(s->out, "text", x->summary);
	html_paragraph(s->out, "text", x->code_text);
	if (turn_answers_ehlo(s->dialog, index))
		keywords(s, index);
	else
		notes(s, index, x);
	html_advice(s->out, x);
}

static void blanks(struct html_section *s)
{
	const char *const questions[] = { _("What does it mean?"),
		_("Who must act?"), _("What comes next?"), NULL };

	html_blanks(s->out, questions);
}

static void reply(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);
	struct ev_ref lines = e->u.reply.lines;
	struct explanation x;

	explain_event(s->dialog, index, &x);
	html_codes_note(s->codes, e);
	begin_entry(s, s->quiz ? "blank" : html_class(x.cls));
	buf_adds(s->out, "<pre>");
	for (uint32_t i = 0; i < lines.len; i++) {
		struct ev_ref line = event_item(e, lines, i);

		wire_line(s, "S:", event_text(e, line), line.len);
	}
	buf_adds(s->out, "</pre>");
	begin_note(s);
	answered(s, index);
	if (s->quiz)
		blanks(s);
	else
		meaning(s, index, &x);
	end_entry(s);
	explanation_clear(&x);
}

/* --- what else happens */

/* What a transcript does not tell is left out. */
static void after(struct html_section *s, const char *between,
                  const struct event *e, struct ev_ref r)
{
	if (!r.len)
		return;
	html_text(s->out, between);
	html_ref(s->out, e, r);
}

static void connected(struct html_section *s, const struct event *e)
{
	begin_event(s, "note alone", _("Connected"));
	took(s, _(" in "), e->u.connect.us);
	after(s, _(" from "), e, e->u.connect.local);
	html_text(s->out, _("; the server speaks first"));
	buf_adds(s->out, "</p>");
	begin_note(s);
	end_entry(s);
}

static void failed(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);
	struct explanation x;

	explain_event(s->dialog, index, &x);
	begin_event(s, s->quiz ? "blank" : "no", x.headline);
	buf_adds(s->out, "</p>\n");
	if (e->u.failed.detail.len) {
		buf_adds(s->out, "<pre>");
		html_ref(s->out, e, e->u.failed.detail);
		buf_adds(s->out, "\n</pre>");
	}
	begin_note(s);
	if (s->quiz) {
		blanks(s);
	} else {
		html_paragraph(s->out, "text", x.summary);
		html_advice(s->out, &x);
	}
	end_entry(s);
	explanation_clear(&x);
}

static void bytes(struct html_section *s, const struct event *e)
{
	struct ev_ref data = e->u.bytes.data;
	size_t shown = data.len < BYTES_SHOWN ? data.len : BYTES_SHOWN;

	begin_entry(s, "later");
	buf_adds(s->out, "<pre>");
	if (shown)
		html_bytes(s->out, event_text(e, data), shown);
	if (shown < e->u.bytes.count) {
		buf_addc(s->out, '\n');
		html_textf(s->out, _(" ... %u bytes more"),
		           e->u.bytes.count - (uint32_t)shown);
	}
	buf_adds(s->out, "\n</pre>");
	begin_note(s);
	buf_adds(s->out, "<p class=\"text\">");
	html_textf(s->out, e->u.bytes.from_server
	                       ? _("%u bytes came that are no whole reply")
	                       : _("%u bytes were sent that are no command"),
	           e->u.bytes.count);
	buf_adds(s->out, "</p>\n");
	end_entry(s);
}

static void message(struct html_section *s, const struct event *e)
{
	const struct ev_message *m = &e->u.message;

	begin_entry(s, "client alone");
	buf_adds(s->out, "<p class=\"event\">");
	if (m->sha256.len || m->bytes)
		html_textf(s->out, _("Message: %u lines, %u bytes, dots "
		                     "doubled: %u"), m->lines, m->bytes,
		           m->stuffed);
	else if (m->lines) /* a transcript told no more */
		html_textf(s->out, _("Message: %u lines"), m->lines);
	else
		html_text(s->out, _("Message: not shown in the transcript"));
	after(s, ", SHA-256 ", e, m->sha256);
	buf_adds(s->out, "</p>");
	begin_note(s);
	end_entry(s);
}

static void tls(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);

	begin_event(s, "note tls",
	            e->u.tls.wrapped ? _("TLS from the start: ") : "TLS: ");
	html_tls(s, index);
	end_entry(s);
}

/* The line that a finding is about, with a mark under the place. */
static void caret(struct html_section *s, const struct event *e)
{
	size_t i = dialog_find(s->dialog, e->u.finding.about);
	const struct event *line = i == SIZE_MAX ? NULL
	                                         : dialog_at(s->dialog, i);
	size_t at = (size_t)e->u.finding.caret;

	if (e->u.finding.caret < 0 || !line || line->kind != EV_SENT ||
	    at > line->u.sent.line.len)
		return;
	buf_adds(s->out, "<pre>");
	html_bytes(s->out, event_text(line, line->u.sent.line), at);
	buf_adds(s->out, "<mark>");
	html_bytes(s->out, event_text(line, line->u.sent.line) + at,
	           line->u.sent.line.len - at);
	buf_adds(s->out, "</mark>\n</pre>");
}

static void finding(struct html_section *s, const struct event *e)
{
	static const struct {
		const char *mark, *class;
	} looks[LEVEL_COUNT] = { { "·", "finding note" },
		{ "▲", "finding later" }, { "✘", "finding no" } };
	char *text = finding_sentence(e);

	if (s->quiz) { /* it would be an answer */
		free(text);
		return;
	}
	buf_addf(s->out, "<li class=\"%s\"><span class=\"n\"></span>\n"
	         "<div class=\"wire\">", looks[e->u.finding.level].class);
	caret(s, e);
	begin_note(s);
	buf_adds(s->out, "<p class=\"text\">");
	html_mark(s->out, looks[e->u.finding.level].mark);
	html_text(s->out, text);
	buf_adds(s->out, "</p>\n");
	end_entry(s);
	free(text);
}

static void closed(struct html_section *s, const struct event *e)
{
	begin_event(s, "note alone", e->u.closed.by_server
	                           ? _("The server closed the connection")
	                           : _("The connection was closed from here"));
	buf_adds(s->out, "</p>");
	begin_note(s);
	end_entry(s);
}

static void connecting(struct html_section *s, const struct event *e)
{
	const struct ev_connect *c = &e->u.connect;

	buf_adds(s->out, "<h3>");
	html_text(s->out, _("Dialog with "));
	if (!c->host.len && !c->address.len)
		html_text(s->out, _("a server that is not named"));
	html_ref(s->out, e, c->host);
	buf_adds(s->out, " <span class=\"dim\">");
	after(s, "[", e, c->address);
	buf_adds(s->out, c->address.len ? "]" : "");
	if (c->port)
		buf_addf(s->out, ":%u", c->port);
	buf_adds(s->out, "</span></h3>\n");
}

static void entry(struct html_section *s, size_t index)
{
	const struct event *e = dialog_at(s->dialog, index);

	switch (e->kind) {
	case EV_CONNECTED: connected(s, e); break;
	case EV_TLS: tls(s, index); break;
	case EV_FAILED: failed(s, index); break;
	case EV_SENT: sent(s, index); break;
	case EV_REPLY: reply(s, index); break;
	case EV_BYTES: bytes(s, e); break;
	case EV_MESSAGE: message(s, e); break;
	case EV_FINDING: finding(s, e); break;
	case EV_CLOSED: closed(s, e); break;
	default: break;
	}
}

static bool is_entry(const struct event *e)
{
	return e->kind == EV_CONNECTED || e->kind == EV_TLS ||
	       (e->kind >= EV_FAILED && e->kind <= EV_FINDING &&
	        e->kind != EV_STATE) || e->kind == EV_CLOSED;
}

static void turns(struct html_section *s)
{
	size_t n = dialog_count(s->dialog), i;
	bool open = false;

	for (i = 0; i < n && s->out->len < s->limit; i++) {
		const struct event *e = dialog_at(s->dialog, i);
		bool begins = e->kind == EV_CONNECTING;

		if (begins) {
			buf_adds(s->out, open ? "</ol>\n" : "");
			connecting(s, e);
		}
		if (begins || (is_entry(e) && !open)) {
			buf_adds(s->out, "<ol class=\"turns\">\n");
			open = true;
		}
		entry(s, i);
	}
	buf_adds(s->out, open ? "</ol>\n" : "");
	if (i < n)
		html_paragraph(s->out, "cut", _("The page ends here, the "
			"dialog does not: it is too long for a page. The "
			"recording holds all of it."));
}

static void title(struct html_section *s)
{
	const struct event *e = dialog_at(s->dialog, 0);

	buf_addf(s->out, "<section class=\"target\" id=\"t%u\">\n<h2>",
	         s->number);
	html_ref(s->out, e, e->target);
	buf_adds(s->out, "</h2>\n");
	if (e->kind != EV_START)
		return;
	buf_adds(s->out, "<p class=\"dim\">");
	html_ref(s->out, e, e->u.start.time);
	after(s, e->u.start.time.len ? " · " : "", e, e->u.start.program);
	after(s, " ", e, e->u.start.version);
	buf_adds(s->out, "</p>\n");
}

void html_dialog(struct html_section *s)
{
	title(s);
	html_result(s);
	html_grid(s);
	for (size_t i = 0; i < dialog_count(s->dialog) &&
	     s->out->len < s->limit; i++)
		if (dialog_at(s->dialog, i)->kind == EV_ROUTE)
			html_route(s, i);
	html_lookups(s);
	html_envelope(s);
	turns(s);
	html_checks(s);
	buf_adds(s->out, "</section>\n");
}
