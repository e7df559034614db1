#include "config.h"

#include "report/markdown.h"

#include <stdlib.h>
#include <string.h>

#include "check/grid_words.h"
#include "check/odd.h"
#include "check/verdict.h"
#include "core/dialog.h"
#include "core/dns.h"
#include "core/escape.h"
#include "core/finding.h"
#include "knowledge/check_words.h"
#include "report/block.h"
#include "report/grid_table.h"
#include "report/md_text.h"
#include "report/mx_table.h"
#include "report/sayings.h"
#include "report/tls_text.h"
#include "report/turn.h"
#include "report/verdict_block.h"
#include "util/i18n.h"
#include "util/xalloc.h"

struct markdown {
	struct dialog *dialog; /* of the target that is under way */
	struct buf text;
	unsigned left_out;     /* targets */
};

struct markdown *markdown_new(void)
{
	struct markdown *m = xcalloc(1, sizeof *m);

	m->dialog = dialog_new();
	return m;
}

void markdown_free(struct markdown *m)
{
	if (!m)
		return;
	dialog_free(m->dialog);
	buf_clear(&m->text);
	free(m);
}

static bool is_full(const struct markdown *m)
{
	return m->text.len >= MARKDOWN_BYTES_MAX;
}

static void heading(struct markdown *m, const char *text)
{
	buf_adds(&m->text, "\n## ");
	md_words(&m->text, text, false);
	buf_adds(&m->text, "\n\n");
}

static void title(struct markdown *m)
{
	const struct event *e = dialog_at(m->dialog, 0);

	buf_addf(&m->text, "%s# %s: ", m->text.len ? "\n" : "",
	         _("SMTP dialog"));
	md_ref(&m->text, e, e->target, false);
	buf_adds(&m->text, "\n\n");
	if (e->kind != EV_START)
		return;
	md_ref(&m->text, e, e->u.start.time, false);
	buf_adds(&m->text, e->u.start.time.len ? " " : "");
	md_ref(&m->text, e, e->u.start.program, false);
	buf_adds(&m->text, e->u.start.program.len ? " " : "");
	md_ref(&m->text, e, e->u.start.version, false);
	buf_addc(&m->text, '\n');
}

/* --- the result */

static const struct event *verdict_at(const struct markdown *m, size_t i)
{
	const struct event *e = dialog_at(m->dialog, i);

	return e->kind == EV_VERDICT && !dialog_verdict_old(m->dialog, i)
	               ? e : NULL;
}

static void table_head(struct markdown *m, const char *const *names)
{
	buf_adds(&m->text, "|");
	for (size_t i = 0; names[i]; i++)
		buf_addf(&m->text, " %s |", names[i]);
	buf_adds(&m->text, "\n|");
	for (size_t i = 0; names[i]; i++)
		buf_adds(&m->text, "---|");
	buf_addc(&m->text, '\n');
}

static void recipient_row(struct markdown *m, const struct event *e)
{
	const struct ev_verdict *v = &e->u.verdict;
	char *who = verdict_who(v);

	buf_adds(&m->text, "| ");
	md_ref(&m->text, e, v->recipient, true);
	buf_addf(&m->text, " | %s %s | ", block_mark(verdict_class(v->outcome)),
	         outcome_label(v->outcome));
	md_words(&m->text, who, true);
	buf_adds(&m->text, " |\n");
	free(who);
}

static void recipients(struct markdown *m)
{
	const char *const names[] = { _("Recipient"), _("Result"),
		_("Must act"), NULL };
	bool begun = false;

	for (size_t i = 0; i < dialog_count(m->dialog) && !is_full(m); i++) {
		const struct event *e = verdict_at(m, i);

		if (!e || !e->u.verdict.recipient.len)
			continue;
		if (!begun)
			table_head(m, names);
		begun = true;
		recipient_row(m, e);
	}
	buf_adds(&m->text, begun ? "\n" : "");
}

/* " (`mx.test` `192.0.2.1`)", where there were several sessions. */
static void place_of(struct markdown *m, size_t index)
{
	const struct event *e = verdict_server(m->dialog, index);

	if (!e)
		return;
	buf_adds(&m->text, " (");
	md_ref(&m->text, e, e->u.connect.host, false);
	if (e->u.connect.host.len && e->u.connect.address.len)
		buf_addc(&m->text, ' ');
	md_ref(&m->text, e, e->u.connect.address, false);
	buf_addc(&m->text, ')');
}

static void verdict(struct markdown *m, size_t index)
{
	const struct event *e = dialog_at(m->dialog, index);
	char *text = saying_text(e), *next = saying_next(e);
	char *who = verdict_who(&e->u.verdict);

	buf_adds(&m->text, "- ");
	if (e->u.verdict.recipient.len)
		md_ref(&m->text, e, e->u.verdict.recipient, false);
	else
		buf_addf(&m->text, "**%s:** %s", _("Result"),
		         outcome_label(e->u.verdict.outcome));
	place_of(m, index);
	buf_adds(&m->text, e->u.verdict.recipient.len ? ": " : ". ");
	md_words(&m->text, text ? text : "", false);
	buf_addc(&m->text, '\n');
	md_item(&m->text, 2, _("Must act"), who);
	md_item(&m->text, 2, _("Try"), next ? next : "");
	free(text);
	free(next);
	free(who);
}

static void result(struct markdown *m)
{
	heading(m, _("Result"));
	recipients(m);
	for (int of_one = 0; of_one < 2; of_one++)
		for (size_t i = 0; i < dialog_count(m->dialog) && !is_full(m);
		     i++) {
			const struct event *e = verdict_at(m, i);

			if (e && (e->u.verdict.recipient.len > 0) == of_one &&
			    verdict_tells(m->dialog, i))
				verdict(m, i);
		}
}

/* --- every address, with --all */

static void grid_row(struct markdown *m, const struct grid *g,
                     const struct grid_row *r)
{
	char *why = grid_why(r);

	buf_adds(&m->text, "| ");
	md_code(&m->text, r->host, strlen(r->host), true);
	buf_addc(&m->text, ' ');
	md_code(&m->text, r->address, strlen(r->address), true);
	buf_adds(&m->text, *why ? " " : "");
	md_words(&m->text, why, true);
	for (int c = 0; c < GRID_COLUMNS; c++) {
		char text[GRID_TEXT_MAX];

		if (!g->used[c])
			continue;
		grid_cell_text(r, (enum grid_step)c, GRID_WHOLE, text);
		buf_addf(&m->text, " | %s ", grid_table_mark(r->cell[c].state));
		md_code(&m->text, text, strlen(text), true);
		buf_adds(&m->text, r->odd & 1u << c ? " **!**" : "");
	}
	buf_adds(&m->text, " |\n");
	free(why);
}

static void grid_table_of(struct markdown *m, const struct grid *g)
{
	const char *names[GRID_COLUMNS + 2] = { _("Address") };
	char *text = odd_sentence(g);
	size_t n = 1;

	for (int c = 0; c < GRID_COLUMNS; c++)
		if (g->used[c])
			names[n++] = grid_step_word((enum grid_step)c, false);
	heading(m, _("Every address"));
	md_words(&m->text, text, false);
	buf_adds(&m->text, "\n\n");
	table_head(m, names);
	for (size_t i = 0; i < g->n && !is_full(m); i++)
		grid_row(m, g, &g->rows[i]);
	free(text);
}

static void every_address(struct markdown *m)
{
	struct grid g = { .n = 0 };

	for (size_t i = 0; i < dialog_count(m->dialog); i++)
		grid_see(&g, dialog_at(m->dialog, i));
	grid_settle(&g);
	if (g.all && grid_tried(&g) > 1)
		grid_table_of(m, &g);
	grid_clear(&g);
}

/* --- the mail servers */

static void host(struct markdown *m, const struct event *e,
                 const struct ev_host *h)
{
	buf_adds(&m->text, "| ");
	if (e->u.route.kind == ROUTE_MX || e->u.route.kind == ROUTE_NULL)
		buf_addf(&m->text, "%u", h->preference);
	buf_adds(&m->text, " | ");
	md_ref(&m->text, e, h->host, true);
	buf_adds(&m->text, " | ");
	for (uint32_t i = 0; i < h->addresses.len; i++) {
		buf_adds(&m->text, i ? " " : "");
		md_ref(&m->text, e, event_item(e, h->addresses, i), true);
	}
	md_words(&m->text, saying_reason(event_text(e, h->why)), true);
	buf_adds(&m->text, " |\n");
}

static void route(struct markdown *m, size_t index)
{
	const char *const names[] = { _("Pref"), _("Host"), _("Address"),
		NULL };
	const struct event *e = dialog_at(m->dialog, index);
	struct explanation x;

	explain_event(m->dialog, index, &x);
	heading(m, x.title);
	if (e->u.route.hosts.len)
		table_head(m, names);
	for (uint32_t i = 0; i < e->u.route.hosts.len && !is_full(m); i++)
		host(m, e, event_host(e, i));
	if (e->u.route.hosts.len)
		buf_addc(&m->text, '\n');
	md_item(&m->text, 0, x.headline, x.summary);
	explanation_clear(&x);
}

/* --- the dialog, as it went over the wire */

static void line(struct buf *out, const char *before, const struct event *e,
                 struct ev_ref r)
{
	buf_adds(out, before);
	escape_text(out, event_text(e, r), r.len, false);
	buf_addc(out, '\n');
}

static void connecting(struct buf *out, const struct event *e)
{
	const struct ev_connect *c = &e->u.connect;

	buf_addf(out, "%s* %s", out->len ? "\n" : "", _("Connecting to "));
	escape_text(out, event_text(e, c->host), c->host.len, false);
	if (c->address.len) {
		buf_adds(out, c->host.len ? " [" : "[");
		escape_text(out, event_text(e, c->address), c->address.len,
		            false);
		buf_addc(out, ']');
	}
	if (c->port)
		buf_addf(out, ":%u", c->port);
	if (!c->host.len && !c->address.len)
		buf_adds(out, _("a server that is not named"));
	buf_addc(out, '\n');
}

static void handshake(struct buf *out, const struct event *e)
{
	struct buf agreed = { 0 };

	tls_agreed(&agreed, e);
	buf_adds(out, "* TLS: ");
	escape_text(out, buf_str(&agreed), agreed.len, false);
	buf_addf(out, "; %s\n", tls_is_trusted(e)
	                            ? _("the other side is who it should be")
	                            : _("who the other side is, is not "
	                                "certain"));
	buf_clear(&agreed);
}

static void wire(struct markdown *m, struct buf *out, size_t index)
{
	const struct event *e = dialog_at(m->dialog, index);

	switch (e->kind) {
	case EV_CONNECTING: connecting(out, e); break;
	case EV_TLS: handshake(out, e); break;
	case EV_SENT:
		if (!turn_is_body(e))
			line(out, "C: ", e, e->u.sent.line);
		break;
	case EV_REPLY:
		for (uint32_t i = 0; i < e->u.reply.lines.len; i++)
			line(out, "S: ", e, event_item(e, e->u.reply.lines, i));
		break;
	case EV_BYTES:
		line(out, "* ", e, e->u.bytes.data);
		break;
	case EV_CLOSED:
		buf_addf(out, "* %s\n", e->u.closed.by_server
			? _("The server closed the connection")
			: _("The connection was closed from here"));
		break;
	default: break;
	}
}

static void dialog(struct markdown *m)
{
	struct buf lines = { 0 };
	size_t n = dialog_count(m->dialog), i;

	for (i = 0; i < n && m->text.len + lines.len < MARKDOWN_BYTES_MAX; i++)
		wire(m, &lines, i);
	if (lines.len) {
		heading(m, _("Dialog"));
		md_block(&m->text, buf_str(&lines));
	}
	if (i < n) {
		buf_addc(&m->text, '\n');
		md_words(&m->text, _("The dialog is longer: the recording "
		                     "holds all of it."), false);
		buf_addc(&m->text, '\n');
	}
	buf_clear(&lines);
}

/* --- what is to be said of it */

static void advice(struct markdown *m, const struct explanation *x)
{
	md_item(&m->text, 2, _("Likely"), x->likely);
	md_item(&m->text, 2, _("Must act"), x->who);
	md_item(&m->text, 2, _("A mail server"), x->mta);
	for (size_t i = 0; i < x->n_tries; i++)
		if (block_is_advice(&x->tries[i]))
			md_item(&m->text, 2, _("Try"), x->tries[i].text);
	md_item(&m->text, 2, _("Refs"), x->refs);
}

/* The command and the code of what is explained. */
static void explained(struct markdown *m, size_t index)
{
	const struct event *e = dialog_at(m->dialog, index), *sent = NULL;
	size_t to = e->kind == EV_REPLY && e->u.reply.to != EV_GREETING &&
	            e->u.reply.to != EV_UNASKED
	                    ? dialog_find(m->dialog, e->u.reply.to) : SIZE_MAX;
	struct explanation x;

	explain_event(m->dialog, index, &x);
	if (x.cls == CLASS_OK || x.cls == CLASS_GO_ON) {
		explanation_clear(&x);
		return;
	}
	if (to != SIZE_MAX)
		sent = dialog_at(m->dialog, to);
	buf_adds(&m->text, "- ");
	if (sent && sent->kind == EV_SENT) {
		md_ref(&m->text, sent, sent->u.sent.line, false);
		buf_adds(&m->text, ": ");
	}
	buf_addf(&m->text, "**%s%s%s.** ", x.chip, *x.chip ? " " : "",
	         x.headline);
	md_words(&m->text, *x.code_text ? x.code_text : x.summary, false);
	buf_addc(&m->text, '\n');
	advice(m, &x);
	explanation_clear(&x);
}

static void finding(struct markdown *m, const struct event *e)
{
	char *text;

	if (e->u.finding.level == LEVEL_INFO)
		return;
	text = finding_sentence(e);
	md_item(&m->text, 0, _("Note"), text);
	free(text);
}

static void check(struct markdown *m, const struct event *e)
{
	char *label, *text, *next;

	if (e->u.check.grade != GRADE_BAD && e->u.check.grade != GRADE_WARN)
		return;
	label = check_label(e);
	text = check_text(e);
	next = check_next(e);
	buf_addf(&m->text, "- %s ",
	         e->u.check.grade == GRADE_BAD ? "✘" : "▲");
	md_words(&m->text, label, false);
	buf_addc(&m->text, ' ');
	md_ref(&m->text, e, e->u.check.subject, false);
	buf_adds(&m->text, ": ");
	md_words(&m->text, text, false);
	buf_addc(&m->text, '\n');
	md_item(&m->text, 2, _("Try"), next);
	free(label);
	free(text);
	free(next);
}

static void remarks(struct markdown *m)
{
	size_t before = m->text.len, begun;

	heading(m, _("What it means"));
	begun = m->text.len;
	for (size_t i = 0; i < dialog_count(m->dialog) && !is_full(m); i++) {
		const struct event *e = dialog_at(m->dialog, i);

		if (e->kind == EV_REPLY || e->kind == EV_FAILED)
			explained(m, i);
		else if (e->kind == EV_FINDING)
			finding(m, e);
		else if (e->kind == EV_CHECK)
			check(m, e);
	}
	if (m->text.len == begun)
		m->text.len = before;
}

static void finish_target(struct markdown *m)
{
	if (dialog_count(m->dialog) == 0)
		return;
	if (is_full(m)) {
		m->left_out++;
	} else {
		title(m);
		result(m);
		every_address(m);
		for (size_t i = 0; i < dialog_count(m->dialog) && !is_full(m);
		     i++)
			if (dialog_at(m->dialog, i)->kind == EV_ROUTE)
				route(m, i);
		dialog(m);
		remarks(m);
	}
	dialog_free(m->dialog);
	m->dialog = dialog_new();
}

void markdown_event(struct markdown *m, const struct event *e)
{
	if (e->kind == EV_START)
		finish_target(m);
	if (e->kind != EV_PROMPT && e->kind != EV_ASK)
		dialog_append(m->dialog, e);
}

void markdown_finish(struct markdown *m, struct buf *out)
{
	finish_target(m);
	buf_add(out, buf_str(&m->text), m->text.len);
	if (!m->left_out)
		return;
	buf_addc(out, '\n');
	buf_addf(out, _("%u more targets are not in this text; the recording "
	                "holds all of them."), m->left_out);
	buf_addc(out, '\n');
}
