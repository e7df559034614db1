#include "config.h"

#include "report/batch.h"

#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/dialog.h"
#include "core/finding.h"
#include "knowledge/check_words.h"
#include "report/block.h"
#include "report/check_block.h"
#include "report/grid_table.h"
#include "report/mx_table.h"
#include "report/paper.h"
#include "report/sayings.h"
#include "report/tls_text.h"
#include "report/turn.h"
#include "report/verdict_block.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { BYTES_SHOWN = 512 }; /* of what is no reply */

struct batch {
	struct paper paper;
	struct dialog *dialog; /* what explanations are made from */
	bool begun;            /* something was printed before */
	bool recipients;       /* some of this target were judged */
	uint64_t explained;    /* verbs that were, bit (1 << enum verb) */
	size_t *verdicts;      /* n_verdicts on recipients, not yet printed */
	size_t n_verdicts;
	bool routed;           /* of this target, or it had no route */
	size_t *lookups;       /* n_lookups since, not yet printed */
	size_t n_lookups;
	const char *side;      /* of the check printed last, "" none yet */
};

struct batch *batch_new(FILE *out, bool color, int width)
{
	struct batch *b = xcalloc(1, sizeof *b);

	paper_init(&b->paper, out, color, width);
	b->dialog = dialog_new();
	b->side = "";
	return b;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	paper_clear(&b->paper);
	dialog_free(b->dialog);
	free(b->verdicts);
	free(b->lookups);
	free(b);
}

static size_t newest(const struct batch *b)
{
	return dialog_count(b->dialog) - 1;
}

static void span(struct paper *p, uint32_t us)
{
	char *text = turn_span(us);

	paper_text(p, text);
	free(text);
}

/* Our own line between those of the dialog. */
static void star(struct paper *p, enum ink ink)
{
	paper_ink(p, ink);
	paper_text(p, "* ");
}

static void end_star(struct paper *p)
{
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

static void bytes_of(struct paper *p, const struct event *e, struct ev_ref r)
{
	paper_bytes(p, event_text(e, r), r.len);
}

/* What a transcript does not tell is left out. */
static void add_part(struct paper *p, const char *between,
                     const struct event *e, struct ev_ref r)
{
	if (!r.len)
		return;
	paper_text(p, between);
	bytes_of(p, e, r);
}

static void print_start(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;

	if (b->begun)
		paper_newline(p);
	b->begun = true;
	b->recipients = false;
	b->explained = 0;
	star(p, INK_BOLD);
	bytes_of(p, e, e->target);
	paper_ink(p, INK_DIM);
	add_part(p, "  ", e, e->u.start.time);
	add_part(p, "  ", e, e->u.start.program);
	add_part(p, " ", e, e->u.start.version);
	end_star(p);
}

/* A server's name where it has one, and the address that was really used. */
static void place(struct paper *p, const struct event *e)
{
	const struct ev_connect *c = &e->u.connect;

	bytes_of(p, e, c->host);
	if (c->address.len) {
		paper_text(p, c->host.len ? " [" : "[");
		bytes_of(p, e, c->address);
		paper_text(p, "]");
	}
	if (c->port)
		paper_textf(p, ":%u", c->port);
	if (!c->host.len && !c->address.len)
		paper_text(p, _("a server that is not named"));
	if (c->via.len) {
		paper_text(p, _(" via "));
		bytes_of(p, e, c->via);
	}
}

static void print_connecting(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;

	paper_newline(p);
	star(p, INK_BOLD);
	paper_text(p, _("Connecting to "));
	place(p, e);
	end_star(p);
}

static void print_connected(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;

	star(p, INK_PLAIN);
	paper_text(p, _("Connected"));
	if (e->u.connect.us) {
		paper_text(p, _(" in "));
		span(p, e->u.connect.us);
	}
	if (e->u.connect.local.len) {
		paper_text(p, _(" from "));
		bytes_of(p, e, e->u.connect.local);
	}
	paper_text(p, _("; the server speaks first"));
	end_star(p);
}

static void print_failed(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;
	struct explanation x;

	explain_event(b->dialog, newest(b), &x);
	star(p, block_ink(x.cls));
	paper_textf(p, "%s %s", block_mark(CLASS_NO), x.headline);
	if (e->u.failed.detail.len) {
		paper_text(p, ": ");
		bytes_of(p, e, e->u.failed.detail);
	}
	end_star(p);
	block_line(p, INK_PLAIN, x.summary);
	if (x.act != ACT_UNKNOWN && x.act != ACT_NOBODY)
		block_row(p, _("Must act"), x.who);
	block_row(p, _("MTA"), x.mta);
	block_tries(p, &x);
	block_refs(p, &x);
	explanation_clear(&x);
}

/* Each command is explained the first time that a target gets it. */
static bool is_new(struct batch *b, const struct event *e)
{
	enum verb v = command_find(event_text(e, e->u.sent.line),
	                           e->u.sent.line.len);
	uint64_t bit = UINT64_C(1) << v;
	bool new = !(b->explained & bit);

	b->explained |= bit;
	return new || v == VERB_OTHER;
}

static void print_sent(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;
	struct explanation x;

	paper_ink(p, INK_CLIENT);
	paper_text(p, "C: ");
	bytes_of(p, e, e->u.sent.line);
	end_star(p);
	if (turn_is_body(e) || !is_new(b, e))
		return;
	explain_event(b->dialog, newest(b), &x);
	block_line(p, INK_DIM, x.summary);
	explanation_clear(&x);
}

/* One keyword of the EHLO reply and what it offers. */
static void print_keyword(struct paper *p, const struct event *e, uint32_t i)
{
	const char *word;
	size_t len;
	const struct extension *ext = turn_keyword(e, i, &word, &len);

	if (!ext)
		return;
	paper_to(p, BLOCK_INDENT);
	paper_ink(p, INK_BOLD);
	paper_bytes(p, word, len);
	paper_ink(p, INK_PLAIN);
	paper_text(p, "  ");
	paper_words(p, i18n_pick(ext->explain_en, ext->explain_de),
	            BLOCK_INDENT + 2);
	paper_newline(p);
}

static void print_lines(struct paper *p, const struct event *e)
{
	for (uint32_t i = 0; i < e->u.reply.lines.len; i++) {
		paper_text(p, "S: ");
		bytes_of(p, e, event_item(e, e->u.reply.lines, i));
		paper_newline(p);
	}
}

/* "✔ 250 2.1.0 OK  0.4 ms" */
static void print_headline(struct paper *p, const struct event *e,
                           const struct explanation *x)
{
	paper_to(p, BLOCK_INDENT);
	paper_ink(p, block_ink(x->cls));
	paper_textf(p, "%s %s %s", block_mark(x->cls), x->chip, x->headline);
	paper_ink(p, INK_DIM);
	if (e->u.reply.us) { /* else nobody has measured it */
		paper_text(p, "  ");
		span(p, e->u.reply.us);
	}
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

static void print_answered(struct batch *b, const struct event *e)
{
	const struct ev_reply *r = &e->u.reply;
	const struct event *sent = turn_answered(b->dialog, newest(b));

	if (r->recipient.len) /* LMTP: many replies to one dot */
		block_bytes(&b->paper, _("To"), event_text(e, r->recipient));
	else if (sent)
		block_bytes(&b->paper, _("Answers"),
		            event_text(sent, sent->u.sent.line));
}

static bool is_good(const struct explanation *x)
{
	return x->cls == CLASS_OK || x->cls == CLASS_GO_ON;
}

static void print_reply(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;
	struct explanation x;

	print_lines(p, e);
	print_answered(b, e);
	explain_event(b->dialog, newest(b), &x);
	print_headline(p, e, &x);
	if (!is_good(&x) || !*x.code_text)
		block_line(p, INK_PLAIN, x.summary);
	block_line(p, INK_PLAIN, x.code_text);
	for (uint32_t i = 1; turn_answers_ehlo(b->dialog, newest(b)) &&
	     i < e->u.reply.lines.len; i++)
		print_keyword(p, e, i);
	if (!is_good(&x))
		block_advice(p, &x);
	if (!is_good(&x))
		block_refs(p, &x);
	explanation_clear(&x);
}

static void print_tls(struct batch *b, const struct event *e)
{
	struct explanation x;

	explain_event(b->dialog, newest(b), &x);
	tls_text(&b->paper, e, &x);
	explanation_clear(&x);
}

static void print_bytes(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;
	struct ev_ref data = e->u.bytes.data;
	size_t shown = data.len < BYTES_SHOWN ? data.len : BYTES_SHOWN;

	star(p, INK_LATER);
	paper_textf(p, e->u.bytes.from_server
	                   ? _("%u bytes came that are no whole reply")
	                   : _("%u bytes were sent that are no command"),
	            e->u.bytes.count);
	end_star(p);
	if (shown == 0)
		return;
	paper_to(p, BLOCK_INDENT);
	paper_bytes(p, event_text(e, data), shown);
	if (shown < e->u.bytes.count)
		paper_textf(p, _(" ... %u bytes more"),
		            e->u.bytes.count - (uint32_t)shown);
	paper_newline(p);
}

static void print_message(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;
	const struct ev_message *m = &e->u.message;

	star(p, INK_PLAIN);
	if (m->sha256.len || m->bytes)
		paper_textf(p, _("Message: %u lines, %u bytes, dots doubled: "
		                 "%u"), m->lines, m->bytes, m->stuffed);
	else if (m->lines) /* a transcript told no more */
		paper_textf(p, _("Message: %u lines"), m->lines);
	else
		paper_text(p, _("Message: not shown in the transcript"));
	add_part(p, ", SHA-256 ", e, m->sha256);
	end_star(p);
}

/* The line that a finding is about, with a mark under the place. */
static void print_caret(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;
	size_t i = dialog_find(b->dialog, e->u.finding.about);
	const struct event *sent;
	struct ev_ref line;
	size_t caret = (size_t)e->u.finding.caret;

	if (e->u.finding.caret < 0 || i == SIZE_MAX)
		return;
	sent = dialog_at(b->dialog, i);
	if (sent->kind != EV_SENT || caret > sent->u.sent.line.len)
		return;
	line = sent->u.sent.line;
	paper_to(p, BLOCK_INDENT + 2);
	bytes_of(p, sent, line);
	paper_newline(p);
	paper_to(p, BLOCK_INDENT + 2 +
	              paper_columns(event_text(sent, line), caret));
	paper_ink(p, INK_LATER);
	paper_text(p, "^");
	paper_ink(p, INK_PLAIN);
	paper_newline(p);
}

static void print_finding(struct batch *b, const struct event *e)
{
	static const struct {
		const char *mark;
		enum ink ink;
	} looks[LEVEL_COUNT] = { { "·", INK_NOTE }, { "▲", INK_LATER },
		                 { "✘", INK_NO } };
	struct paper *p = &b->paper;
	char *text = finding_sentence(e);

	paper_to(p, BLOCK_INDENT);
	paper_ink(p, looks[e->u.finding.level].ink);
	paper_textf(p, "%s ", looks[e->u.finding.level].mark);
	paper_ink(p, INK_PLAIN);
	paper_words(p, text, BLOCK_INDENT + 2);
	paper_newline(p);
	print_caret(b, e);
	free(text);
}

/* Behind the route a lookup may be the evidence of a check, which shows it
 * itself: what comes next tells. */
static void print_lookup(struct batch *b)
{
	if (!b->routed) {
		mx_table_lookup(&b->paper, b->dialog, newest(b));
		return;
	}
	b->lookups = xreallocarray(b->lookups, b->n_lookups + 1,
	                           sizeof *b->lookups);
	b->lookups[b->n_lookups++] = newest(b);
}

static void flush_lookups(struct batch *b, const struct event *next)
{
	bool evidence = next->kind == EV_CHECK || *b->side;

	for (size_t i = 0; i < b->n_lookups && !evidence; i++)
		mx_table_lookup(&b->paper, b->dialog, b->lookups[i]);
	b->n_lookups = 0;
}

static void print_check(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;

	paper_newline(p);
	if (strcmp(b->side, check_side(e)) != 0) {
		b->side = check_side(e);
		star(p, INK_BOLD);
		paper_text(p, b->side);
		end_star(p);
	}
	check_block(p, e);
}

static void flush_verdicts(struct batch *b)
{
	for (size_t i = 0; i < b->n_verdicts; i++)
		if (!dialog_verdict_old(b->dialog, b->verdicts[i]))
			verdict_block(&b->paper, b->dialog, b->verdicts[i]);
	b->n_verdicts = 0;
}

/* A recipient's verdict is known in the middle of the dialog, maybe when the
 * next command is out already: it stands with the others at its end. */
static void print_verdict(struct batch *b, const struct event *e)
{
	if (e->u.verdict.recipient.len) {
		b->recipients = true;
		b->verdicts = xreallocarray(b->verdicts, b->n_verdicts + 1,
		                            sizeof *b->verdicts);
		b->verdicts[b->n_verdicts++] = newest(b);
		return;
	}
	flush_verdicts(b);
	verdict_block(&b->paper, b->dialog, newest(b));
}

static void print_closed(struct batch *b, const struct event *e)
{
	struct paper *p = &b->paper;

	star(p, INK_PLAIN);
	paper_text(p, e->u.closed.by_server
	                  ? _("The server closed the connection")
	                  : _("The connection was closed from here"));
	end_star(p);
}

static void print_end(struct batch *b, const struct event *e)
{
	const struct ev_end *end = &e->u.end;
	struct paper *p = &b->paper;

	flush_verdicts(b);
	grid_table(p, b->dialog);
	paper_newline(p);
	star(p, INK_BOLD);
	paper_textf(p, _("Exit status %u"), end->exit);
	paper_ink(p, INK_PLAIN);
	if (b->recipients)
		paper_textf(p, _("; recipients: %u accepted, %u put off, "
		                 "%u refused"), end->accepted, end->deferred,
		            end->refused);
	end_star(p);
}

/* One target has nothing to do with the one before: what explanations look
 * back at, and the memory for it, begin anew. */
static void forget(struct batch *b)
{
	flush_verdicts(b);
	dialog_free(b->dialog);
	b->dialog = dialog_new();
	b->side = "";
	b->routed = false;
	b->n_lookups = 0;
}

static void print_route(struct batch *b)
{
	b->routed = true;
	mx_table_print(&b->paper, b->dialog, newest(b));
}

static void print_event(struct batch *b, const struct event *e)
{
	if (e->kind != EV_DNS && e->kind != EV_STATE)
		flush_lookups(b, e);
	switch (e->kind) {
	case EV_START: print_start(b, e); break;
	case EV_DNS: print_lookup(b); break;
	case EV_ROUTE: print_route(b); break;
	case EV_CONNECTING: print_connecting(b, e); break;
	case EV_CONNECTED: print_connected(b, e); break;
	case EV_TLS: print_tls(b, e); break;
	case EV_FAILED: print_failed(b, e); break;
	case EV_SENT: print_sent(b, e); break;
	case EV_REPLY: print_reply(b, e); break;
	case EV_BYTES: print_bytes(b, e); break;
	case EV_MESSAGE: print_message(b, e); break;
	case EV_FINDING: print_finding(b, e); break;
	case EV_CHECK: print_check(b, e); break;
	case EV_VERDICT: print_verdict(b, e); break;
	case EV_CLOSED: print_closed(b, e); break;
	case EV_END: print_end(b, e); break;
	default: break; /* states are for the panes */
	}
}

bool batch_event(struct batch *b, const struct event *e)
{
	if (e->kind == EV_PROMPT || e->kind == EV_ASK)
		return true;
	if (e->kind == EV_START)
		forget(b);
	dialog_append(b->dialog, e);
	print_event(b, e);
	return paper_flush(&b->paper);
}
