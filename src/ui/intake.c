#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ui/ui.h"
#include "util/i18n.h"

/* The events' clock is read off the newest event: it cannot be later than
 * now, and the earliest such reading is the best one. */
static void set_clock(struct ui *u, const struct event *e)
{
	struct timespec ts;
	int64_t base;

	if (u->link.replay || e->t_us <= 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	base = (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 - e->t_us;
	if (u->clock_base_us == 0 || base < u->clock_base_us)
		u->clock_base_us = base;
}

/* A way is not yet the end of a lookup: a connection or a verdict follows.
 * What the run before has still to say, up to its END, is no answer. */
static void note_answer(struct ui *u, const struct event *e)
{
	bool ends = e->kind == EV_VERDICT || e->kind == EV_END;

	if (e->kind == EV_CONNECTING || (ends && !u->old_run))
		u->asked_us = 0;
	if (e->kind == EV_CONNECTING || e->kind == EV_END)
		u->old_run = false;
}

/* A reply that somebody waits for, below what is on screen. */
static void announce(struct ui *u, const struct event *e)
{
	if (!u->view.follow && e->kind == EV_REPLY)
		ui_say(u, _("%03u arrived (below; G goes there)"),
		       (unsigned)e->u.reply.code);
	if (!u->view.follow && e->kind == EV_CLOSED && e->u.closed.by_server)
		ui_say(u, "%s", _("The server has closed the connection."));
}

/* What → would add: the guide's line, where the text is its beginning. */
void ui_ghost(struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;
	const char *line = "", *text;
	size_t len;

	text = line_text(u->line, &len);
	if (p && p->u.prompt.open && !p->u.prompt.pending && !u->sent_waits)
		line = event_text(p, p->u.prompt.line);
	if (strncmp(line, text, len) != 0)
		line = "";
	line_set_ghost(u->line, *line ? line + len : "");
}

/* What is legal and proposed now; a lost connection takes a prefill away. */
void ui_prefill(struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;
	const char *line = "";

	if (u->link.replay || !u->started || u->sent_waits)
		return;
	if (p && p->u.prompt.pending > 0)
		return;
	if (u->guided && p && p->u.prompt.open)
		line = event_text(p, p->u.prompt.line);
	line_prefill(u->line, line, u->now_ms);
	line_set_secret(u->line, p && p->u.prompt.state == ST_AUTH);
	ui_ghost(u);
}

/* Has the session seen our line? It was sent, or refused with a finding; a
 * prompt before that is about the line before. */
static bool takes_line(const struct event *e)
{
	return e->kind == EV_SENT || e->kind == EV_CLOSED ||
	       e->kind == EV_END ||
	       (e->kind == EV_FINDING && e->u.finding.level == LEVEL_BAD);
}

/* A prompt follows each command that was sent: a reply is pending then. Lines
 * of a message change nothing but by the dot. */
static bool prompt_follows(const struct ui *u, const struct event *e)
{
	return e->kind == EV_SENT &&
	       (ui_now(u)->state != ST_DATA ||
	        strcmp(event_text(e, e->u.sent.line), ".") == 0);
}

static void note_sent(struct ui *u, const struct event *e)
{
	if (u->sent_told && e->kind == EV_FINDING)
		return; /* a remark on the line that was sent */
	if (e->kind == EV_ASK) /* the line may not go out at all */
		u->sent_waits = u->sent_told = false;
	if (takes_line(e) && u->sent_waits && prompt_follows(u, e)) {
		u->sent_told = true;
	} else if (takes_line(e) || (e->kind == EV_PROMPT && u->sent_told)) {
		u->sent_waits = false;
		u->sent_told = false;
	}
}

static void note_checks(struct check_view *v, bool running)
{
	if (v->running && !running)
		v->asked = false;
	v->running = running;
}

static void apply(struct ui *u, const struct event *e)
{
	struct event *copy;

	e = veil_append(&u->veil, &u->link, e, &copy);
	strip_event(&u->strip, u->link.dialog, e);
	rows_scan(&u->rows, SCAN_BUDGET);
	note_answer(u, e);
	note_sent(u, e);
	if (e->kind == EV_PROMPT) {
		note_checks(&u->checks, e->u.prompt.checking);
		ui_prefill(u);
	} else if (e->kind == EV_ASK) {
		popup_ask(u);
	}
	announce(u, e);
	free(copy);
}

static void record(struct ui *u, const struct event *e)
{
	const char *stopped = NULL;

	if (u->cfg->calls.record && !u->link.replay)
		stopped = u->cfg->calls.record(u->cfg->calls.arg, e);
	if (!stopped)
		return;
	u->record_stopped = true;
	u->record_stopped_n = e->n;
	ui_say(u, "%s", stopped);
}

void ui_take(struct ui *u, struct event *e)
{
	set_clock(u, e);
	record(u, e);
	apply(u, e);
	if (u->waiting_to_leave &&
	    (e->kind == EV_CLOSED || e->kind == EV_END))
		u->leaving = true;
	free(e);
	u->dirty = true;
}
