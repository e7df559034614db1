#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "ui/ui.h"
#include "util/i18n.h"

static void prompt_words(const struct ui *u, char *out, size_t size)
{
	char state[48];

	switch (u->mode) {
	case PROMPT_COMMAND:
		snprintf(out, size, ":");
		return;
	case PROMPT_SEARCH:
		snprintf(out, size, "/");
		return;
	case PROMPT_FILTER:
		snprintf(out, size, "& ");
		return;
	case PROMPT_SEND_WORD:
		snprintf(out, size, "%s> ", _("type send"));
		return;
	case PROMPT_SERVER:
		break;
	}
	state_prompt(u, state, sizeof state);
	if (!u->started)
		*out = '\0';
	else if (state[0] && state[strlen(state) - 1] == '?')
		snprintf(out, size, "%s ", state);
	else
		snprintf(out, size, "%s> ", state);
}

/* The command that is waited for: the newest step of the strip, none of it
 * when several are under way. */
static void reply_to(const struct ui *u, char *out, size_t size)
{
	const struct event *p = ui_now(u)->prompt;
	const struct strip_step *s = u->strip.n ? &u->strip.step[u->strip.n - 1]
	                                        : NULL;
	char word[32];

	if (p && p->u.prompt.pending > 1)
		snprintf(out, size, _("waiting for %u replies"),
		         (unsigned)p->u.prompt.pending);
	else if (!s || s->mark != MARK_TRYING)
		snprintf(out, size, "%s", _("waiting for the reply"));
	else
		snprintf(out, size, _("waiting for the reply to %s"),
		         ui_safe(s->word, word, sizeof word));
}

/* Between the connections of an experiment: how long until the next. */
static bool counts_down(const struct ui *u)
{
	const struct dialog_now *now = ui_now(u);
	const struct event *p = now->prompt;

	return now->trial && !now->connecting && p && !p->u.prompt.open &&
	       (!now->connected || now->closed) &&
	       p->u.prompt.deadline_us > 0;
}

static void count_down(const struct ui *u, char *out, size_t size)
{
	int64_t us = ui_now(u)->prompt->u.prompt.deadline_us - u->clock_us;
	int s = us > 0 ? (int)((us + 999999) / 1000000) : 0;

	if (ui_now(u)->trial == TRIAL_PORT)
		snprintf(out, size,
		         _("trying other ports: at most %d:%02d  %s"), s / 60,
		         s % 60, _("Ctrl-C cancels"));
	else
		snprintf(out, size, _("next connection in %d:%02d  %s"), s / 60,
		         s % 60, _("Ctrl-C cancels"));
}

static void waiting_for(const struct ui *u, char *out, size_t size)
{
	const struct dialog_now *now = ui_now(u);
	const char *to = *now->address ? now->address : now->host;
	char address[64];

	if (now->connecting)
		snprintf(out, size, _("connecting to %s"),
		         ui_safe(to, address, sizeof address));
	else if (u->asked_us || !now->connected)
		snprintf(out, size, "%s", _("looking up"));
	else if (now->state == ST_CONNECTED)
		snprintf(out, size, "%s", _("waiting for the greeting"));
	else if (now->state == ST_TLS)
		snprintf(out, size, "%s", _("TLS handshake"));
	else
		reply_to(u, out, size);
}

/* Words first, then a spinner; seconds after 2 s, the limit after 10 s. */
static void wait_words(const struct ui *u, char *out, size_t size)
{
	const struct dialog_now *now = ui_now(u);
	const struct event *p = now->prompt;
	int64_t since = u->asked_us ? u->asked_us : now->last_us;
	int64_t us = u->clock_us > since ? u->clock_us - since : 0;
	char what[96], span[24];
	size_t len;

	if (counts_down(u)) {
		count_down(u, out, size);
		return;
	}
	waiting_for(u, what, sizeof what);
	snprintf(out, size, "%s", what);
	if (us < 1000000)
		return;
	len = strlen(out);
	snprintf(out + len, size - len, " %c",
	         "-\\|/"[u->now_ms / SPIN_MS % 4]);
	if (us < 2000000)
		return;
	len = strlen(out);
	snprintf(out + len, size - len, " %d s", (int)(us / 1000000));
	if (us >= 10000000 && p && p->u.prompt.deadline_us > since) {
		time_span(span, p->u.prompt.deadline_us - since);
		len = strlen(out);
		snprintf(out + len, size - len, _(" of %s"), span);
	}
	len = strlen(out);
	snprintf(out + len, size - len, "  %s", _("Ctrl-C cancels"));
}

/* What needs an extension is only named where the server has it, and where it
 * was not had yet. */
static bool is_offered(const struct ui *u, enum verb v)
{
	const struct dialog_now *now = ui_now(u);

	if (v == VERB_STARTTLS)
		return !now->tls && dialog_cap(u->link.dialog, "STARTTLS");
	if (v == VERB_AUTH)
		return now->auth_mark != MARK_OK &&
		       dialog_cap(u->link.dialog, "AUTH");
	return true;
}

/* The commands that are legal now, most likely first; those that fit. */
static void allowed_words(const struct ui *u, char *out, size_t size, int room)
{
	static const enum verb order[] = {
		VERB_EHLO, VERB_HELO, VERB_STARTTLS, VERB_AUTH,
		VERB_MAIL, VERB_RCPT, VERB_DATA, VERB_RSET,
		VERB_NOOP, VERB_VRFY, VERB_HELP, VERB_QUIT,
	};
	const struct event *p = ui_now(u)->prompt;
	bool greeted = p && p->u.prompt.projected == ST_GREETED, any = false;
	size_t len;

	snprintf(out, size, "Tab:");
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (!p || !(p->u.prompt.allowed & (UINT64_C(1) << order[i])))
			continue;
		if (!greeted && (order[i] == VERB_EHLO ||
		                 order[i] == VERB_HELO))
			continue;
		if (!is_offered(u, order[i]))
			continue;
		len = strlen(out);
		if ((int)len + 6 > room)
			break;
		snprintf(out + len, size - len, " %s ",
		         command_info(order[i])->name);
		any = true;
	}
	if (!any)
		*out = '\0';
}

/* The keys of the pane that has the focus, where it has some of its own. */
static const char *pane_hint(const struct ui *u)
{
	if (u->typing)
		return "";
	return u->pane == PANE_CHECKS ? checks_hint(u)
	       : u->pane == PANE_GRID ? grid_hint() : "";
}

static const char *mode_hint(const struct ui *u, int room)
{
	const struct event *p = ui_now(u)->prompt;
	bool pane = u->layout.hint.h == 0 && *pane_hint(u) &&
	            canvas_width(pane_hint(u)) <= room;

	if (u->mode == PROMPT_SEND_WORD)
		return _("a real message may be delivered; Esc: not now");
	if (!u->typing)
		return pane ? pane_hint(u)
		            : _("i or a capital letter: back to typing");
	if (u->mode == PROMPT_SERVER && p && p->u.prompt.open &&
	    p->u.prompt.state == ST_AUTH)
		return p->u.prompt.line.len > 1 && u->guided
		           ? _("Enter sends the prepared answer; * cancels")
		           : _("hidden while you type; * cancels the login");
	return "";
}

/* What stands at the right end of the input row. */
static void input_right(const struct ui *u, char *out, size_t size, int room)
{
	const struct event *p = ui_now(u)->prompt;

	*out = '\0';
	if (ui_busy(u) && u->mode == PROMPT_SERVER && u->started)
		wait_words(u, out, size);
	else if (*mode_hint(u, room))
		snprintf(out, size, "%s", mode_hint(u, room));
	else if (u->mode == PROMPT_SERVER && p && p->u.prompt.open &&
	         p->u.prompt.state != ST_DATA)
		allowed_words(u, out, size, room);
}

static void draw_start_input(struct ui *u, struct rect r)
{
	const char *right = _("Enter: look up its MX");
	int w = canvas_width(right);

	line_draw(ui_prompt_line(u), &u->canvas, r,
	          u->mode == PROMPT_COMMAND ? ":" : "", u->typing);
	if (r.x + r.w + w + 1 < u->w - 1)
		canvas_text(&u->canvas, u->w - w - 8, r.y, w, STYLE_DIM,
		            right);
}

void draw_input(struct ui *u)
{
	struct rect r = u->layout.input;
	char prompt[64], right[300];
	int used, w, room;

	u->reel.bar = (struct rect){ .w = 0 };
	if (r.h == 0)
		return;
	if (!u->started) {
		draw_start_input(u, r);
		return;
	}
	prompt_words(u, prompt, sizeof prompt);
	r.x++;
	r.w--;
	if (u->link.replay && u->mode == PROMPT_SERVER) {
		if (u->popup.kind != POPUP_MANY) /* it is of no one dialog */
			draw_replay_bar(u, r);
		return;
	}
	used = line_draw(ui_prompt_line(u), &u->canvas, r, prompt, u->typing);
	room = r.w - used - 4;
	input_right(u, right, sizeof right, room);
	w = canvas_width(right);
	if (w > 0 && w <= room)
		canvas_text(&u->canvas, r.x + r.w - w - 1, r.y, w, STYLE_DIM,
		            right);
}

static void draw_recent(struct ui *u, struct rect r)
{
	const struct recent *list = &u->recent;
	struct doc doc;
	char target[160];

	if (list->n == 0)
		return;
	doc_init(&doc, DOC_UNWRAPPED);
	doc_put(&doc, STYLE_DIM, _("recent:"));
	for (size_t i = 0; i < list->n; i++) {
		doc_put(&doc, STYLE_DIM, i ? "   " : " ");
		doc_put(&doc, i == list->chosen ? STYLE_BOLD : STYLE_TEXT,
		        ui_shown(u, list->target[i], target, sizeof target));
	}
	r.x++;
	r.w -= 2;
	doc_draw_line(&doc, 0, &u->canvas, r, 0);
	doc_clear(&doc);
}

void draw_hint(struct ui *u)
{
	struct rect r = u->layout.hint;
	const struct explanation *x;

	if (r.h == 0)
		return;
	if (u->toast) {
		canvas_text(&u->canvas, r.x + 1, r.y, r.w - 2, STYLE_NOTE,
		            u->toast);
		return;
	}
	if (!u->started) {
		draw_recent(u, r);
		return;
	}
	x = explain_get(u);
	canvas_text(&u->canvas, r.x + 1, r.y, r.w - 2, STYLE_DIM,
	            *pane_hint(u) ? pane_hint(u)
	            : x->n_notes  ? x->notes[0]
	                          : x->who);
}
