#include "config.h"

#include "ui/entry.h"

#include <stdlib.h>
#include <string.h>

#include "core/caps.h"
#include "core/command.h"
#include "core/escape.h"
#include "core/finding.h"
#include "knowledge/tls_words.h"
#include "ui/glyph.h"
#include "ui/words.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum {
	CHIP_COLUMNS = 4,  /* "250 " */
	TEXT_COLUMN = 6,   /* behind "250 ✔ " */
	PACK_GAP = 3,      /* between two capabilities in one row */
};

bool entry_is_remark(const struct event *e)
{
	return e->kind == EV_FINDING || e->kind == EV_VERDICT ||
	       (e->kind == EV_CLOSED && e->u.closed.clean);
}

bool entry_shown(const struct dialog *d, size_t index)
{
	const struct event *e = dialog_at(d, index);

	switch (e->kind) {
	case EV_START:
	case EV_STATE:
	case EV_END:
	case EV_PROMPT:
	case EV_ASK:
		return false;
	case EV_CHECK: /* the others have a pane of their own */
		return trial_of_check(event_text(e, e->u.check.id));
	case EV_ROUTE: /* the DNS answer above it says the same */
		return e->u.route.kind != ROUTE_MX &&
		       e->u.route.kind != ROUTE_HOST &&
		       e->u.route.kind != ROUTE_LITERAL;
	default:
		return true;
	}
}

size_t entry_more(const struct event *e)
{
	if (e->kind != EV_REPLY || e->u.reply.lines.len < 2)
		return 0;
	return e->u.reply.lines.len - 1;
}

bool entry_is_ehlo(const struct dialog *d, const struct event *e)
{
	return caps_is_reply(d, e);
}

void entry_head(const struct dialog *d, size_t index, struct entry_head *out)
{
	const struct event *e = dialog_at(d, index);
	bool secure = dialog_secure_at(d, index);

	*out = (struct entry_head){
		.gutter = glyph(secure ? GLYPH_TLS : GLYPH_PLAIN),
		.gutter_style = secure ? STYLE_TLS : STYLE_DIM,
		.direction = "",
		.direction_style = STYLE_TEXT,
	};
	switch (e->kind) {
	case EV_SENT:
	case EV_MESSAGE:
		out->direction = "C";
		out->direction_style = STYLE_CLIENT;
		break;
	case EV_REPLY:
		out->direction = "S";
		out->direction_style = STYLE_SERVER;
		break;
	case EV_BYTES:
		out->direction = e->u.bytes.from_server ? "S" : "C";
		break;
	case EV_FINDING:
	case EV_VERDICT:
	case EV_CHECK:
	case EV_TLS:
		break;
	default:
		out->gutter = glyph(GLYPH_NOTE);
		out->gutter_style = STYLE_DIM;
	}
}

const char *reply_line(const struct event *e, size_t i, size_t *len)
{
	struct ev_ref r = event_item(e, e->u.reply.lines, (uint32_t)i);
	const char *text = event_text(e, r);
	size_t code = 0;

	*len = r.len;
	while (code < 3 && code < r.len && text[code] >= '0' &&
	       text[code] <= '9')
		code++;
	if (code < 3 || e->u.reply.code == 0)
		return text;
	if (code < r.len && (text[3] == ' ' || text[3] == '-'))
		code++;
	*len = r.len - code;
	return text + code;
}

/* Server bytes with the places that the search found marked. */
static void put_found(struct doc *out, const struct entry_opts *o,
                      const char *data, size_t len)
{
	size_t from = 0;

	while (o->match && o->match->len) {
		size_t hit = seek_find(o->match, data, len, from);

		if (hit == SIZE_MAX)
			break;
		doc_server(out, STYLE_TEXT, data + from, hit - from);
		doc_server(out, STYLE_MATCH, data + hit, o->match->len);
		from = hit + o->match->len;
	}
	doc_server(out, STYLE_TEXT, data + from, len - from);
}

static void put_ends(struct doc *out, const struct entry_opts *o)
{
	if (o->show == SHOW_ENDS)
		doc_put(out, STYLE_TOKEN, "\\r\\n");
}

/* "(+ AUTH, − STARTTLS)" behind the second EHLO: what TLS has changed. */
static bool put_compared(const struct dialog *d, size_t index,
                         struct doc *out)
{
	size_t before = caps_before_tls(d, index);
	struct buf words = { 0 };

	if (before == SIZE_MAX)
		return false;
	caps_words(dialog_at(d, before), dialog_at(d, index), &words);
	doc_putf(out, STYLE_TLS, " (%s)",
	         words.len ? buf_str(&words) : _("as before TLS"));
	buf_clear(&words);
	return true;
}

/* The number of lines that are not shown is; in words where there is room. */
static void put_fold(const struct dialog *d, size_t index,
                     const struct entry_opts *o, struct doc *out)
{
	const struct event *e = dialog_at(d, index);
	size_t more = entry_more(e);
	const char *words = entry_is_ehlo(d, e)
	                        ? _("capabilities (Enter opens)")
	                        : _("lines (Enter opens)");

	doc_putf(out, STYLE_DIM, "  %s +%zu", glyph(GLYPH_FOLDED), more);
	if (put_compared(d, index, out))
		return;
	if (doc_column(out) + 1 + canvas_width(words) <= o->width)
		doc_putf(out, STYLE_DIM, " %s", words);
}

static const char *branch(bool more)
{
	return glyph(more ? GLYPH_BRANCH : GLYPH_LAST_BRANCH);
}

/* Capabilities side by side, as many as fit in a row. */
static void put_packed(const struct event *e, const struct entry_opts *o,
                       struct doc *out)
{
	size_t n = e->u.reply.lines.len;

	for (size_t i = 1; i < n; i++) {
		size_t len;
		const char *text = reply_line(e, i, &len);
		int columns = escape_columns(text, len, i18n_is_ascii()) + 2;

		if (i == 1 || doc_column(out) + PACK_GAP + columns > o->width) {
			doc_line(out, CHIP_COLUMNS);
			doc_tab(out, CHIP_COLUMNS);
		} else {
			doc_tab(out, doc_column(out) + PACK_GAP);
		}
		doc_putf(out, STYLE_DIM, "%s ", branch(i + 1 < n));
		put_found(out, o, text, len);
	}
}

static void put_more(const struct event *e, const struct entry_opts *o,
                     struct doc *out)
{
	size_t n = e->u.reply.lines.len;

	for (size_t i = 1; i < n; i++) {
		size_t len;
		const char *text = reply_line(e, i, &len);

		doc_line(out, TEXT_COLUMN);
		doc_tab(out, CHIP_COLUMNS);
		doc_putf(out, STYLE_DIM, "%s ", branch(i + 1 < n));
		put_found(out, o, text, len);
		put_ends(out, o);
	}
}

enum { FLIGHT_BACK = 256 }; /* events: more commands are never in flight */

/* The event of that session before i that is no remark of ours. */
static size_t wire_before(const struct dialog *d, size_t i)
{
	uint32_t session = dialog_at(d, i)->session;

	for (size_t back = 0; i-- > 0 && back < FLIGHT_BACK; back++) {
		const struct event *e = dialog_at(d, i);

		if (e->session == session && e->kind != EV_FINDING &&
		    e->kind != EV_STATE)
			return i;
	}
	return SIZE_MAX;
}

static bool is_command(const struct event *e)
{
	return e->kind == EV_SENT && *event_text(e, e->u.sent.verb) != '(';
}

/* Was another command in flight together with the one at sent, so that one
 * cannot see at once which of them the reply at i answers? */
static bool in_flight(const struct dialog *d, size_t sent, size_t i)
{
	size_t at = wire_before(d, sent);

	if (at != SIZE_MAX && is_command(dialog_at(d, at)))
		return true;
	for (at = wire_before(d, i); at != SIZE_MAX && at > sent;
	     at = wire_before(d, at))
		if (is_command(dialog_at(d, at)))
			return true;
	return false;
}

static void put_command(const struct event *sent, struct doc *out)
{
	const char *line = event_text(sent, sent->u.sent.line);
	const char *verb = event_text(sent, sent->u.sent.verb);
	char *path = strcmp(verb, "RCPT") == 0 ? command_path(line)
	                                       : xstrdup("");

	doc_put(out, STYLE_LABEL, "[");
	doc_server(out, STYLE_LABEL, verb, strlen(verb));
	doc_put(out, STYLE_LABEL, *path ? " " : "");
	doc_server(out, STYLE_LABEL, path, strlen(path));
	doc_put(out, STYLE_LABEL, "] ");
	free(path);
}

/* Whom or what the reply is about, where its place does not tell. */
static void put_about(const struct dialog *d, size_t index, struct doc *out)
{
	const struct event *e = dialog_at(d, index);
	struct ev_ref whom = e->u.reply.recipient;
	size_t sent;

	if (whom.len) {
		doc_put(out, STYLE_LABEL, "[");
		doc_server(out, STYLE_LABEL, event_text(e, whom), whom.len);
		doc_put(out, STYLE_LABEL, "] ");
		return;
	}
	if (e->u.reply.to == EV_GREETING || e->u.reply.to == EV_UNASKED)
		return;
	sent = dialog_find(d, e->u.reply.to);
	if (sent != SIZE_MAX && is_command(dialog_at(d, sent)) &&
	    in_flight(d, sent, index))
		put_command(dialog_at(d, sent), out);
}

static void reply_doc(const struct dialog *d, size_t index,
                      const struct entry_opts *o, struct doc *out)
{
	const struct event *e = dialog_at(d, index);
	enum reply_class cls = class_of(e->u.reply.code);
	size_t more = entry_more(e), len = 0;
	const char *text = "";

	if (e->u.reply.lines.len)
		text = reply_line(e, 0, &len);
	doc_line(out, TEXT_COLUMN);
	if (e->u.reply.code)
		doc_putf(out, class_chip(cls), "%03u", e->u.reply.code);
	else
		doc_put(out, STYLE_CHIP_NO, "???");
	doc_putf(out, class_style(cls), " %s ", class_glyph(cls));
	doc_tab(out, TEXT_COLUMN);
	put_about(d, index, out);
	put_found(out, o, text, len);
	put_ends(out, o);
	if (!o->folded && more)
		put_compared(d, index, out);
	if (o->folded && more)
		put_fold(d, index, o, out);
	else if (more && o->pack && o->show == SHOW_TEXT &&
	         entry_is_ehlo(d, e))
		put_packed(e, o, out);
	else
		put_more(e, o, out);
}

/* Everything received, line end for line end, as it came. */
static void raw_doc(const struct event *e, const struct entry_opts *o,
                    struct doc *out)
{
	const char *raw = event_text(e, e->u.reply.raw);
	size_t len = e->u.reply.raw.len, from = 0;

	while (from < len) {
		const char *lf = memchr(raw + from, '\n', len - from);
		size_t end = lf ? (size_t)(lf - raw) : len;
		size_t text = end;
		bool cr = text > from && raw[text - 1] == '\r';

		doc_line(out, CHIP_COLUMNS);
		put_found(out, o, raw + from, text - (cr ? 1 : 0) - from);
		doc_put(out, STYLE_TOKEN, cr ? "\\r" : "");
		doc_put(out, STYLE_TOKEN, lf ? "\\n" : "");
		from = end + 1;
	}
}

static void hex_row(struct doc *out, const char *data, size_t len, size_t at,
                    size_t row)
{
	doc_line(out, 0);
	doc_putf(out, STYLE_DIM, "%04zx ", at);
	for (size_t i = 0; i < row; i++)
		if (at + i < len)
			doc_putf(out, STYLE_TEXT, " %02x",
			         (unsigned char)data[at + i]);
		else
			doc_put(out, STYLE_TEXT, "   ");
	doc_put(out, STYLE_TEXT, "  ");
	for (size_t i = 0; i < row && at + i < len; i++) {
		char c = data[at + i];
		char shown[2] = { c >= ' ' && c <= '~' ? c : '.', '\0' };

		doc_put(out, c >= ' ' && c <= '~' ? STYLE_TEXT : STYLE_TOKEN,
		        shown);
	}
}

static void hex_doc(const struct event *e, const struct entry_opts *o,
                    struct doc *out)
{
	struct buf bytes = { 0 };
	size_t row = o->width >= 6 + 16 * 4 + 2 ? 16 : 8;

	if (e->kind == EV_SENT) {
		buf_add(&bytes, event_text(e, e->u.sent.line),
		        e->u.sent.line.len);
		buf_adds(&bytes, "\r\n");
	} else if (e->u.reply.raw.len) {
		buf_add(&bytes, event_text(e, e->u.reply.raw),
		        e->u.reply.raw.len);
	} else {
		for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
			struct ev_ref r = event_item(e, e->u.reply.lines, i);

			buf_add(&bytes, event_text(e, r), r.len);
			buf_adds(&bytes, "\r\n");
		}
	}
	for (size_t at = 0; at < bytes.len; at += row)
		hex_row(out, bytes.data, bytes.len, at, row);
	buf_clear(&bytes);
}

/* Columns before byte caret of the line that a finding is about; -1 unknown. */
static int caret_column(const struct dialog *d, const struct event *e)
{
	const struct event *about;
	struct ev_ref line;
	size_t i;

	if (e->u.finding.caret < 0 || e->u.finding.about == 0)
		return -1;
	i = dialog_find(d, e->u.finding.about);
	if (i == SIZE_MAX)
		return -1;
	about = dialog_at(d, i);
	if (about->kind != EV_SENT)
		return -1;
	line = about->u.sent.line;
	if ((uint32_t)e->u.finding.caret > line.len)
		return -1;
	return escape_columns(event_text(about, line),
	                      (size_t)e->u.finding.caret, i18n_is_ascii());
}

static enum mark grade_mark(const struct event *check)
{
	switch ((enum grade)check->u.check.grade) {
	case GRADE_PASS: return MARK_OK;
	case GRADE_WARN: return MARK_LATER;
	case GRADE_BAD: return MARK_NO;
	default: return MARK_UNTRIED;
	}
}

static enum style note_style(const struct event *e)
{
	if (e->kind == EV_FINDING)
		return e->u.finding.level == LEVEL_INFO ? STYLE_NOTE
		                                        : STYLE_WARN;
	if (e->kind == EV_FAILED)
		return STYLE_NO;
	if (e->kind == EV_VERDICT)
		return STYLE_NOTE;
	if (e->kind == EV_CHECK)
		return mark_style(grade_mark(e));
	if (e->kind == EV_TLS)
		return tls_verified(e) ? STYLE_TLS : STYLE_WARN;
	if (e->kind == EV_BYTES && e->u.bytes.why == BYTES_AFTER_STARTTLS)
		return STYLE_WARN;
	return STYLE_DIM;
}

/* The mark before a note; a blank follows when there is one. */
static const char *note_glyph(const struct event *e)
{
	switch (e->kind) {
	case EV_FAILED:
		return glyph(GLYPH_NO);
	case EV_FINDING:
		return e->u.finding.level == LEVEL_INFO ? "" : "!";
	case EV_VERDICT:
		return "=";
	case EV_CHECK:
		return mark_glyph(grade_mark(e));
	case EV_CLOSED:
		return e->u.closed.clean ? "" : glyph(GLYPH_NO);
	case EV_TLS:
		return glyph(tls_verified(e) ? GLYPH_OK : GLYPH_NO);
	default:
		return "";
	}
}

static void note_doc(const struct dialog *d, size_t index,
                     const struct entry_opts *o, struct doc *out)
{
	const struct event *e = dialog_at(d, index);
	struct buf text = { 0 };
	int caret = e->kind == EV_FINDING ? caret_column(d, e) : -1;
	enum style s = note_style(e);

	entry_note(d, index, &text);
	if (o->roomy)
		out->width = o->width;
	doc_line(out, 2);
	if (caret >= 0 && caret < o->width) {
		doc_tab(out, caret);
		doc_put(out, STYLE_WARN, "^ ");
		if (canvas_width(buf_str(&text)) > o->width - caret - 2)
			doc_line(out, 2);
	} else {
		doc_put(out, s, note_glyph(e));
		doc_put(out, s, *note_glyph(e) ? " " : "");
	}
	doc_put(out, s, buf_str(&text));
	buf_clear(&text);
}

static void lookups_doc(const struct entry_opts *o, struct doc *out)
{
	const char *words = _("(Enter opens)");
	struct buf text = { 0 };

	lookups_note(o->lookups, &text);
	doc_line(out, 2);
	doc_put(out, STYLE_DIM, buf_str(&text));
	doc_putf(out, STYLE_DIM, " %s", glyph(GLYPH_FOLDED));
	if (doc_column(out) + 1 + canvas_width(words) <= o->width)
		doc_putf(out, STYLE_DIM, " %s", words);
	buf_clear(&text);
}

void entry_doc(const struct dialog *d, size_t index,
               const struct entry_opts *o, struct doc *out)
{
	const struct event *e = dialog_at(d, index);
	bool wire = e->kind == EV_SENT || e->kind == EV_REPLY;

	doc_reset(out, o->wrap || o->show == SHOW_HEX ? o->width
	                                              : DOC_UNWRAPPED);
	if (o->lookups) {
		lookups_doc(o, out);
	} else if (wire && o->show == SHOW_HEX) {
		out->width = DOC_UNWRAPPED;
		hex_doc(e, o, out);
	} else if (e->kind == EV_REPLY && o->show == SHOW_ENDS &&
	           e->u.reply.raw.len) {
		raw_doc(e, o, out);
	} else if (e->kind == EV_REPLY) {
		reply_doc(d, index, o, out);
	} else if (e->kind == EV_SENT) {
		doc_line(out, 2);
		put_found(out, o, event_text(e, e->u.sent.line),
		          e->u.sent.line.len);
		put_ends(out, o);
	} else {
		note_doc(d, index, o, out);
	}
}

size_t entry_line_of(const struct dialog *d, size_t index,
                     const struct entry_opts *o, size_t sub)
{
	const struct event *e = dialog_at(d, index);
	struct doc doc;
	size_t line = 0;

	if (sub == 0 || sub > entry_more(e) || o->folded)
		return 0;
	if (!o->wrap)
		return sub;
	doc_init(&doc, o->width);
	doc_line(&doc, TEXT_COLUMN);
	for (size_t i = 0; i < sub; i++) {
		size_t len;
		const char *text = reply_line(e, i, &len);

		doc_tab(&doc, TEXT_COLUMN);
		doc_server(&doc, STYLE_TEXT, text, len);
		put_ends(&doc, o);
		line = doc.n_lines;
		doc_line(&doc, TEXT_COLUMN);
	}
	doc_clear(&doc);
	return line;
}
