#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/command.h"
#include "knowledge/check_words.h"
#include "ui/do.h"
#include "ui/real.h"
#include "util/i18n.h"
#include "util/wipe.h"
#include "util/xalloc.h"

enum { LEAVE_MS = 6000 }; /* for 221; the worker itself gives up after 5 s */

/* --- sending */

/* Of what answers a login nothing is kept, nor of a line that holds one. */
static bool is_secret(const struct ui *u, const char *line)
{
	return ui_now(u)->state == ST_AUTH ||
	       command_secret_from(line, strlen(line)) != SIZE_MAX;
}

/* What is typed behind AUTH may be a password before the server has asked. */
static bool begins_login(const char *line)
{
	enum verb v = command_find(line, strlen(line));

	return v == VERB_AUTH || v == VERB_X_EXPS;
}

static void note_last_sent(struct ui *u, const char *line)
{
	if (is_secret(u, line))
		return;
	free(u->last_sent);
	u->last_sent = xstrdup(line);
}

void ui_send(struct ui *u, const char *text, size_t len)
{
	const char *end;
	bool many = memchr(text, '\n', len) != NULL;
	char *line, *rest = NULL;

	/* of a paste one line goes out; in a message all of it */
	end = many ? memchr(text, '\n', len) : text + len;
	line = xmemdup0(text, (size_t)(end - text));
	if (many)
		rest = xmemdup0(end + 1, len - (size_t)(end + 1 - text));
	ui_request(u, REQ_SEND, line, NULL, false);
	u->sent_waits = true;
	note_last_sent(u, line);
	if (many) {
		line_clear(u->line);
		line_set(u->line, rest);
	} else {
		line_accept(u->line);
	}
	if (!many && begins_login(line))
		line_set_secret(u->line, true);
	wipe_free(rest);
	wipe_free(line);
}

static void send_batch(struct ui *u)
{
	char *text = buf_str(&u->batch)[0] ? buf_steal(&u->batch) : NULL;
	char *save = NULL;

	if (!text)
		return;
	for (char *l = strtok_r(text, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save))
		ui_request(u, REQ_SEND, l, NULL, false);
	free(text);
}

void ui_send_all(struct ui *u, const char *text, size_t len)
{
	send_batch(u);
	ui_send(u, text, len);
}

/* The lines that wait for Enter, Alt-Enter has put them there. */
static void look_at_batch(struct ui *u, bool *message, size_t *rcpts)
{
	const char *text = buf_str(&u->batch);

	while (*text) {
		size_t len = strcspn(text, "\n");

		*message = *message || command_begins_message(text, len);
		*rcpts += command_find(text, len) == VERB_RCPT;
		text += len + (text[len] == '\n');
	}
}

/* DATA to a real host may deliver a real message: it takes a word. */
static bool ask_send_word(struct ui *u, const char *text, size_t len)
{
	const struct dialog_now *now = ui_now(u);
	size_t rcpts = real_recipients(now);
	bool message = command_begins_message(text, len);
	char host[120];

	if (real_stays_here(now, &u->plan, u->demo) ||
	    now->state == ST_DATA || now->state == ST_BDAT)
		return false;
	look_at_batch(u, &message, &rcpts);
	if (!message || rcpts == 0)
		return false;
	u->mode = PROMPT_SEND_WORD;
	line_clear(u->aux);
	ui_say(u, _("This may deliver a real message to %zu recipient(s) at "
	            "%s. Type the word send, or Esc."), rcpts,
	       ui_safe(now->domain[0] ? now->domain : now->host, host,
	               sizeof host));
	return true;
}

/* In a login an empty line is an answer, too; but where the guide has nothing
 * better than to give up, Enter alone does not do that. */
static bool login_line(struct ui *u, size_t len)
{
	const struct event *p = ui_now(u)->prompt;
	const char *line = p ? event_text(p, p->u.prompt.line) : "";

	if (len > 0 || !u->guided || ui_now(u)->state != ST_AUTH || !*line)
		return false;
	if (strcmp(line, "*") == 0) {
		ui_say(u, "%s", _("Type the answer; * cancels the login."));
		return true;
	}
	ui_send(u, line, strlen(line)); /* the session's own answer */
	return true;
}

/* Guided, Enter on an emptied line brings the proposal back: an empty command
 * is nothing that anybody means. Raw mode sends it. */
static bool bring_back(struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;

	if (!u->guided || !p || p->u.prompt.line.len == 0)
		return false;
	line_clear(u->line);
	ui_prefill(u);
	ui_say(u, "%s", _("The prepared line is back; Enter sends it."));
	return true;
}

static void submit_line(struct ui *u, const char *text, size_t len)
{
	const struct dialog_now *now = ui_now(u);

	if (now->state != ST_DATA && len > 1 && text[0] == '\\' &&
	    text[1] == ':') {
		text++; /* \: sends a colon */
		len--;
	}
	if (len == 0 && u->batch.len == 0 && ui_busy(u)) {
		ui_say(u, "%s", _("Nothing is typed, and an answer is still "
		                  "awaited: nothing was sent."));
		return;
	}
	if (login_line(u, len))
		return;
	if (len == 0 && u->batch.len == 0 && now->state != ST_DATA &&
	    bring_back(u))
		return;
	if (ask_send_word(u, text, len))
		return;
	ui_send_all(u, text, len);
}

/* Sessions of --all have no prompt of their own. */
static bool walks(const struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;

	return u->plan.all && ui_session_open(u) && p && !p->u.prompt.open;
}

void ui_submit(struct ui *u)
{
	size_t len;
	const char *text = line_text(u->line, &len);

	if (ui_replays(u))
		return;
	if (ui_now(u)->trial) {
		ui_say(u, "%s", _("An experiment is under way: Ctrl-C stops "
		                  "it."));
		return;
	}
	if (walks(u)) {
		ui_say(u, "%s", _("Each address is visited by itself (--all): "
		                  "Ctrl-C stops it."));
		return;
	}
	if (ui_session_open(u)) {
		submit_line(u, text, len);
		return;
	}
	if (len == 0) {
		ui_say(u, "%s", _("Type a domain or a host, for example "
		                  "example.org or mx.example.org:25."));
		return;
	}
	ui_open_target(u, text);
}

/* --- targets and connections */

void ui_asked(struct ui *u)
{
	u->asked_us = u->clock_us > 0 ? u->clock_us : 1;
	u->asked_at = dialog_count(u->link.dialog);
	u->old_run = u->asked_at > 0 && !ui_now(u)->ended;
	u->started = true;
	view_follow(u);
	ui_focus(u, PANE_NONE);
	u->checks = (struct check_view){ .asked = u->plan.checks.wanted };
	if (u->checks.asked)
		ui_focus(u, PANE_CHECKS);
	else if (u->plan.all)
		grid_show(u);
}

void ui_reopen(struct ui *u)
{
	if (u->link.replay || !u->cfg->calls.request)
		return;
	u->cfg->calls.request(u->cfg->calls.arg,
	                      request_new(REQ_OPEN, plan_copy(&u->plan), NULL,
	                                  NULL, false));
	ui_asked(u);
}

/* Names that no network has (RFC 6761 §6.2, §6.5): in a demo they are the
 * lesson's own. */
static bool is_lesson_name(const char *domain)
{
	static const char *const ends[] = { ".example", ".test" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t len = strlen(domain), tail = strlen(ends[i]);

		if (len > tail && strcmp(domain + len - tail, ends[i]) == 0)
			return true;
	}
	return false;
}

/* A demo's DNS knows only its own names, a recording none: first back to the
 * real network. */
static bool leave_link(struct ui *u, const char *domain)
{
	struct ui_link link;
	char *error;

	if ((!u->demo && !u->link.replay) ||
	    (u->demo && is_lesson_name(domain)))
		return true;
	if (!u->cfg->calls.open_net) { /* the list of targets has the net */
		ui_say(u, "%s", _("That is not possible here."));
		return false;
	}
	error = u->cfg->calls.open_net(u->cfg->calls.arg, &link);
	if (error) {
		ui_say(u, "%s", error);
		free(error);
		return false;
	}
	ui_attach(u, &link);
	return true;
}

static void set_target(struct ui *u, const struct target *t)
{
	target_clear(&u->plan.target);
	target_copy(&u->plan.target, t);
	free(u->plan.server);
	u->plan.server = NULL;
	u->plan.port = 0;
	if (t->recipient) {
		for (size_t i = 0; i < u->plan.n_to; i++)
			free(u->plan.to[i]);
		u->plan.n_to = 0;
		plan_add_to(&u->plan, t->recipient);
	}
}

void ui_note_target(struct ui *u)
{
	const struct target *t = &u->plan.target;

	if (u->cfg->no_recent || u->link.replay || u->demo || !t->text ||
	    !*t->text)
		return;
	recent_add(&u->recent, t->text);
}

/* What was typed may be an alias. False: it is no target, and that was said. */
static bool read_target(struct ui *u, const char *text, struct target *out)
{
	char *whom = veil_true(&u->veil, text), *why;
	enum target_error e = target_parse(whom, out);

	free(whom);
	if (e == TARGET_OK)
		return true;
	if (!u->started && bounce_open(u, text, strlen(text)))
		return false;
	why = target_error_text(e, text);
	ui_say(u, "%s", why);
	free(why);
	return false;
}

void ui_open_target(struct ui *u, const char *text)
{
	struct target t;

	if (!read_target(u, text, &t))
		return;
	if (leave_link(u, t.domain)) {
		set_target(u, &t);
		ui_note_target(u);
		line_accept(u->line);
		ui_reopen(u);
	}
	target_clear(&t);
}

/* What a hidden reply told may be in a check, or beside another session. */
bool ui_presents(struct ui *u)
{
	if (u->present.on)
		ui_say(u, "%s", _("The presenter shows the dialog alone; Esc "
		                  "leaves it."));
	return u->present.on;
}

void do_open(struct ui *u, const char *arg)
{
	if (*arg)
		ui_open_target(u, arg);
	else if (!u->started)
		ui_submit(u);
	else if (u->link.replay && *ui_now(u)->target)
		ui_open_target(u, ui_now(u)->target);
	else
		ui_say(u, "%s", _(":open DOMAIN looks up another one."));
}

void do_connect(struct ui *u, const char *arg)
{
	const struct dialog_now *now = ui_now(u);
	char *host = xstrdup(*arg ? arg : now->host), *address;

	address = strchr(host, ' ');
	if (address)
		*address++ = '\0';
	if (!*host)
		ui_say(u, "%s", _(":connect HOST: a host of the MX list."));
	else
		ui_request(u, REQ_CONNECT, host, address ? address : "",
		           false);
	free(host);
}

/* RFC 7505 §3: a sender must not do so. To see for oneself is another thing,
 * but it takes a second key. */
void do_connect_anyway(struct ui *u)
{
	const struct dialog_now *now = ui_now(u);
	char *text, domain[160];

	if (!now->has_route || now->route != ROUTE_NULL) {
		ui_say(u, "%s", _("This domain has no null MX: :connect is "
		                  "enough."));
		return;
	}
	text = xasprintf(_("%s says that it takes no mail (null MX, RFC 7505). "
	                   "A mail server must not try.\ny connects to the "
	                   "domain's own address on port 25 all the same, Esc "
	                   "stays."),
	                 ui_safe(now->domain, domain, sizeof domain));
	popup_open(u, POPUP_ANYWAY, _("Connect all the same?"), text);
	free(text);
}

void do_next_mx(struct ui *u)
{
	const struct dialog_now *now = ui_now(u);
	size_t n = now->n_hosts, at = n;

	for (size_t i = 0; i < n; i++)
		if (strcasecmp(now->hosts[i].host, now->host) == 0)
			at = i;
	for (size_t i = 1; i <= n; i++) {
		size_t next = (at + i) % n;

		if (at < n && next != at && !now->hosts[next].unusable) {
			ui_request(u, REQ_CONNECT, now->hosts[next].host, "",
			           false);
			return;
		}
	}
	ui_say(u, "%s", _("There is no other mail server."));
}

void do_drop(struct ui *u)
{
	if (!ui_session_open(u)) {
		ui_say(u, "%s", _("There is no connection."));
		return;
	}
	popup_open(u, POPUP_DROP, _("Drop the connection?"),
	           _("y drops it without QUIT; what the server has accepted "
	             "of this transaction is forgotten.\nEsc stays."));
}

/* --- classroom and recordings, through main */

static void open_link(struct ui *u, const char *arg, bool demo)
{
	char *(*open)(void *, const char *, struct ui_link *) =
	    demo ? u->cfg->calls.open_demo : u->cfg->calls.open_replay;
	struct ui_link link = { .events = NULL };
	char *error;

	if (!open) {
		ui_say(u, "%s", _("That is not possible here."));
		return;
	}
	error = open(u->cfg->calls.arg, arg, &link);
	if (error) {
		ui_say(u, "%s", error);
		free(error);
		return;
	}
	ui_attach(u, &link);
	if (link.note)
		ui_say(u, "%s", link.note);
	line_clear(u->line);
	if (demo)
		ui_asked(u);
}

void do_demo(struct ui *u, const char *arg)
{
	open_link(u, arg, true);
}

void do_replay(struct ui *u, const char *arg)
{
	open_link(u, arg, false);
}

/* --- the line */

void do_cancel(struct ui *u)
{
	if (!line_is_empty(u->line) && line_is_touched(u->line)) {
		line_clear(u->line);
		ui_prefill(u);
	} else if (ui_busy(u)) {
		ui_request(u, REQ_CANCEL, NULL, NULL, false);
		u->asked_us = 0;
		u->sent_waits = false;
		ui_say(u, "%s", _("Cancelled."));
	} else {
		buf_reset(&u->batch);
		line_clear(u->line);
		ui_say(u, "%s", _(":q leaves."));
	}
}

void do_again(struct ui *u)
{
	if (!u->last_sent) {
		ui_say(u, "%s", _("Nothing was sent yet."));
		return;
	}
	line_set(u->line, u->last_sent);
	ui_focus(u, PANE_NONE);
}

void do_edit(struct ui *u)
{
	size_t index = view_index(u);
	const struct event *e;

	if (index == SIZE_MAX)
		return;
	e = dialog_at(u->link.dialog, index);
	if (e->kind != EV_SENT || e->u.sent.secret) {
		ui_say(u, "%s", _("Select a client line first."));
		return;
	}
	line_set(u->line, event_text(e, e->u.sent.line));
	ui_focus(u, PANE_NONE);
}

/* --- leaving */

void do_quit(struct ui *u, bool at_once)
{
	const struct dialog_now *now = ui_now(u);
	char state[48], host[160], *text;

	if (at_once) {
		u->result.print_dialog = true;
		ui_leave(u, false);
		return;
	}
	if (u->cfg->many && u->popup.kind != POPUP_MANY) {
		many_open(u); /* others may be under way */
		return;
	}
	if (!ui_session_open(u)) {
		ui_leave(u, false);
		return;
	}
	state_prompt(u, state, sizeof state);
	text = xasprintf(_("%s is waiting (%s).\ny sends QUIT and leaves, x "
	                   "drops it and leaves, Esc stays."),
	                 ui_safe(now->host, host, sizeof host), state);
	popup_open(u, POPUP_QUIT, _("Leave?"), text);
	free(text);
}

void ui_leave(struct ui *u, bool quit_first)
{
	popup_close(u);
	if (!ui_session_open(u) || !quit_first) {
		if (ui_session_open(u))
			ui_request(u, REQ_CLOSE, NULL, NULL, false);
		u->leaving = true;
		return;
	}
	ui_request(u, REQ_STOP, NULL, NULL, true);
	u->waiting_to_leave = true;
	u->leave_by_ms = u->now_ms + LEAVE_MS;
	ui_say(u, "%s", _("QUIT sent; waiting for the goodbye. Any key leaves "
	                  "at once."));
}
