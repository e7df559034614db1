#include "config.h"

#include "ui/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "core/escape.h"
#include "core/target.h"
#include "knowledge/explain.h"
#include "ui/doc.h"
#include "ui/entry.h"
#include "ui/keymap.h"
#include "ui/words.h"
#include "util/i18n.h"
#include "util/interrupt.h"
#include "util/xalloc.h"

enum {
	WIDTH = 76,
	STILL_MS = 10000, /* "still waiting" once in so long */
	LEAVE_MS = 6000,
	LINE_MAX_BYTES = 1 << 20,
};

struct plain {
	const struct ui_config *cfg;
	struct ui_link link;
	struct plan plan;
	FILE *out;
	struct buf input;    /* bytes of a line that is not whole yet */
	size_t shown;        /* entries of the dialog that were printed */
	size_t number;       /* of the last printed line */
	size_t last_reply;   /* index in the dialog; SIZE_MAX none */
	bool waiting;        /* for a lookup, a connection, a reply */
	bool unsent;         /* a line was given away, not seen sent yet */
	bool prompted;       /* the prompt stands at the end of the output */
	bool at_end;         /* no more input */
	bool leaving, asked_to_stop;
	int waited_ms;
	sigset_t wait_mask;  /* lets Ctrl-C through */
	struct ui_result result;
};

static const struct dialog_now *now_of(const struct plain *p)
{
	return dialog_now(p->link.dialog);
}

static bool is_open(const struct plain *p)
{
	const struct dialog_now *now = now_of(p);

	return !p->link.replay && now->connected && !now->closed;
}

static void request(struct plain *p, enum request_kind kind, struct plan *plan,
                    const char *text, bool yes)
{
	if (p->link.replay || !p->cfg->calls.request) {
		plan_free(plan);
		return;
	}
	p->cfg->calls.request(p->cfg->calls.arg,
	                      request_new(kind, plan,
	                                  text ? xstrdup(text) : NULL, NULL,
	                                  yes));
}

/* --- printing */

static void print(struct plain *p, const char *indent, const char *text)
{
	char folded[4096];

	fprintf(p->out, "%s%s\n", indent,
	        i18n_is_ascii() ? i18n_fold(text, folded, sizeof folded)
	                        : text);
}

/* One part of an explanation, wrapped and indented; nothing when empty. */
static void print_part(struct plain *p, const char *label, const char *text)
{
	struct doc doc;

	if (!*text)
		return;
	doc_init(&doc, WIDTH - 6);
	doc_line(&doc, 2);
	if (*label)
		doc_putf(&doc, STYLE_LABEL, "%s: ", label);
	doc_put(&doc, STYLE_TEXT, text);
	for (size_t i = 0; i < doc.n_lines; i++) {
		char *line = doc_text(&doc, i);

		print(p, "      ", line);
		free(line);
	}
	doc_clear(&doc);
}

static void print_explanation(struct plain *p, size_t index, bool whole)
{
	struct explanation x;

	if (index == SIZE_MAX)
		explain_now(p->link.dialog, &x);
	else
		explain_event(p->link.dialog, index, &x);
	print_part(p, "", x.headline);
	print_part(p, "", x.summary);
	print_part(p, _("Likely"), x.likely);
	if (whole) {
		print_part(p, _("Code"), x.code_text);
		print_part(p, _("Who"), x.who);
		print_part(p, _("MTA"), x.mta);
		for (size_t i = 0; i < x.n_tries; i++)
			print_part(p, _("Try"), x.tries[i].text);
		print_part(p, _("Refs"), x.refs);
	}
	explanation_clear(&x);
}

/* The prompt is taken back by a new line: nothing is ever redrawn. */
static void leave_prompt(struct plain *p)
{
	if (p->prompted)
		fputc('\n', p->out);
	p->prompted = false;
}

static void print_entry(struct plain *p, size_t index)
{
	const struct event *e = dialog_at(p->link.dialog, index);
	struct buf text = { 0 };
	char *save = NULL;

	if (!entry_shown(p->link.dialog, index))
		return;
	leave_prompt(p);
	entry_text(p->link.dialog, index, &text);
	for (char *l = strtok_r((char *)buf_str(&text), "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save))
		fprintf(p->out, "%4zu %s\n", ++p->number, l);
	buf_clear(&text);
	if (e->kind == EV_REPLY) {
		p->last_reply = index;
		print_explanation(p, index, false);
	} else if (e->kind == EV_FAILED) {
		print_explanation(p, index, true);
	}
}

static void print_ask(struct plain *p)
{
	const struct event *ask = now_of(p)->ask;
	struct buf what = { 0 };

	leave_prompt(p);
	for (uint32_t i = 0; i < ask->u.ask.args.len; i++) {
		struct ev_ref r = event_item(ask, ask->u.ask.args, i);

		buf_adds(&what, i ? " " : "");
		escape_text(&what, event_text(ask, r), r.len, i18n_is_ascii());
	}
	fprintf(p->out, _("Question: public DNS gives %s, a private address. "
	                  "Connect all the same? y or n\n"), buf_str(&what));
	buf_clear(&what);
}

static void print_prompt(struct plain *p)
{
	const struct event *e = now_of(p)->prompt;
	const char *line = "";
	char *safe;
	struct buf b = { 0 };

	if (p->prompted || p->at_end || p->waiting)
		return;
	if (p->cfg->guided && is_open(p) && e)
		line = event_text(e, e->u.prompt.line);
	escape_text(&b, line, strlen(line), i18n_is_ascii());
	safe = buf_steal(&b);
	if (*safe)
		fprintf(p->out, _("%s (Enter alone sends: %s)> "),
		        state_words(now_of(p)), safe);
	else
		fprintf(p->out, "%s> ", state_words(now_of(p)));
	free(safe);
	p->prompted = true;
}

/* --- events */

static bool still_waiting(const struct plain *p)
{
	const struct dialog_now *now = now_of(p);
	const struct event *e = now->prompt;

	if (now->ask || p->link.replay)
		return false;
	if (now->connecting)
		return true;
	return is_open(p) && e && e->u.prompt.open &&
	       (e->u.prompt.pending > 0 || now->state == ST_CONNECTED);
}

/* Has the session seen our line? It was sent, or refused with a finding; a
 * prompt before that is about the line before. */
static bool takes_line(const struct event *e)
{
	return e->kind == EV_SENT || e->kind == EV_CLOSED ||
	       e->kind == EV_END ||
	       (e->kind == EV_FINDING && e->u.finding.level == LEVEL_BAD);
}

/* A prompt without a connection is one of a lookup that still runs. */
static bool ends_waiting(const struct event *e)
{
	if (e->kind == EV_PROMPT)
		return e->u.prompt.open;
	return e->kind == EV_CLOSED || e->kind == EV_END ||
	       e->kind == EV_ASK ||
	       (e->kind == EV_VERDICT && e->session == 0);
}

static void show_new(struct plain *p)
{
	while (p->shown < dialog_count(p->link.dialog))
		print_entry(p, p->shown++);
}

static void take(struct plain *p, struct event *e)
{
	enum event_kind kind = (enum event_kind)e->kind;
	bool answer;

	if (takes_line(e))
		p->unsent = false;
	answer = ends_waiting(e) && !p->unsent;

	if (p->cfg->calls.record && !p->link.replay)
		p->cfg->calls.record(p->cfg->calls.arg, e);
	dialog_append(p->link.dialog, e);
	free(e);
	show_new(p);
	if (answer)
		p->waiting = still_waiting(p);
	if (kind == EV_ASK)
		print_ask(p);
	if (kind == EV_END && p->asked_to_stop)
		p->leaving = true;
	p->waited_ms = 0;
}

static void take_events(struct plain *p)
{
	struct event *e;

	while (p->link.events && (e = queue_take(p->link.events)) != NULL)
		take(p, e);
}

/* --- what is typed */

static void stop(struct plain *p)
{
	if (is_open(p) || p->waiting) {
		request(p, REQ_STOP, NULL, NULL, true);
		p->asked_to_stop = true;
		p->waited_ms = 0;
	} else {
		p->leaving = true;
	}
}

static void help(struct plain *p)
{
	static const char *const lines[] = {
		N_("A line goes to the server as it is typed."),
		N_("Enter alone sends the line that the guide proposes."),
		N_("?        explains the last reply again, in full"),
		N_(":q       sends QUIT and leaves; :q! leaves at once"),
		N_(":open X  looks up another domain or host"),
		N_(":help    this list"),
	};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		print(p, "  ", _(lines[i]));
}

static void open_target(struct plain *p, const char *text)
{
	struct target t;
	enum target_error e = target_parse(text, &t);
	char *why;

	if (e != TARGET_OK) {
		why = target_error_text(e, text);
		print(p, "", why);
		free(why);
		return;
	}
	target_clear(&p->plan.target);
	p->plan.target = t;
	if (t.recipient && p->plan.n_to == 0)
		plan_add_to(&p->plan, t.recipient);
	request(p, REQ_OPEN, plan_copy(&p->plan), NULL, false);
	p->waiting = !p->link.replay;
}

static void command(struct plain *p, const char *text)
{
	size_t len = strcspn(text, " ");
	enum cmd c = cmd_find(text, len);
	const char *near;

	text += len + strspn(text + len, " ");
	if (c == CMD_QUIT) {
		stop(p);
	} else if (c == CMD_QUIT_PRINT) {
		p->leaving = true;
	} else if (c == CMD_HELP) {
		help(p);
	} else if (c == CMD_OPEN && *text) {
		open_target(p, text);
	} else if (c == CMD_CANCEL) {
		request(p, REQ_CANCEL, NULL, NULL, false);
	} else {
		near = cmd_nearest(text - len, len);
		print(p, "", near && c == CMD_NONE
		                 ? _("No such command. :help lists them.")
		                 : _("Not in line mode. :help lists what is."));
	}
}

static void send_line(struct plain *p, const char *text)
{
	const struct event *e = now_of(p)->prompt;

	if (!*text && p->cfg->guided && e && !p->waiting)
		text = event_text(e, e->u.prompt.line);
	if (!*text && now_of(p)->state != ST_DATA)
		return;
	request(p, REQ_SEND, NULL, text, false);
	p->waiting = p->unsent = true;
}

static void line(struct plain *p, const char *text)
{
	bool data = is_open(p) && now_of(p)->state == ST_DATA;

	p->prompted = false;
	if (now_of(p)->ask && *text) {
		dialog_answered(p->link.dialog);
		request(p, REQ_ANSWER, NULL, NULL,
		        *text == 'y' || *text == 'j');
		p->waiting = true;
	} else if (!data && strcmp(text, "?") == 0) {
		print_explanation(p, p->last_reply, true);
	} else if (!data && *text == ':') {
		command(p, text + 1);
	} else if (is_open(p)) {
		send_line(p, text);
	} else if (*text && !p->link.replay) {
		open_target(p, text);
	}
}

static void take_lines(struct plain *p)
{
	char *lf;

	/* one line at a time: its reply comes before the next one */
	while (!p->leaving && !p->waiting && p->input.len &&
	       (lf = memchr(p->input.data, '\n', p->input.len)) != NULL) {
		size_t len = (size_t)(lf - p->input.data);
		char *text = xmemdup0(p->input.data, len);

		if (len > 0 && text[len - 1] == '\r')
			text[len - 1] = '\0';
		buf_drop(&p->input, len + 1);
		line(p, text);
		free(text);
	}
}

static void read_input(struct plain *p, int in)
{
	char block[4096];
	ssize_t n = read(in, block, sizeof block);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		p->at_end = true;
		return;
	}
	if (p->input.len < LINE_MAX_BYTES)
		buf_add(&p->input, block, (size_t)n);
}

/* --- the loop */

static void pass_time(struct plain *p, int ms)
{
	p->waited_ms += ms;
	if (p->asked_to_stop && p->waited_ms >= LEAVE_MS)
		p->leaving = true;
	else if (p->waiting && p->waited_ms % STILL_MS == 0)
		fprintf(p->out, _("still waiting, %d s\n"),
		        p->waited_ms / 1000);
}

/* Ctrl-C cancels what is waited for; it never leaves (:q does). */
static void cancel(struct plain *p)
{
	p->prompted = false;
	fputc('\n', p->out);
	buf_reset(&p->input);
	if (p->waiting)
		request(p, REQ_CANCEL, NULL, NULL, false);
	else
		print(p, "", _("Ctrl-C cancels; :q leaves."));
}

static void watch(fd_set *set, int fd, int *highest)
{
	if (fd < 0)
		return;
	FD_SET(fd, set);
	if (fd > *highest)
		*highest = fd;
}

static bool wait_once(struct plain *p, int in)
{
	int ms = p->asked_to_stop ? LEAVE_MS : p->waiting ? STILL_MS : -1;
	struct timespec limit = { .tv_sec = ms / 1000 };
	int highest = -1, n;
	fd_set set;

	FD_ZERO(&set);
	watch(&set, p->at_end ? -1 : in, &highest);
	watch(&set, p->link.events ? queue_fd(p->link.events) : -1, &highest);
	n = pselect(highest + 1, &set, NULL, NULL, ms < 0 ? NULL : &limit,
	            &p->wait_mask);
	if (n < 0 && errno != EINTR)
		return false;
	if (interrupt_taken())
		cancel(p);
	if (n == 0)
		pass_time(p, ms);
	if (n > 0 && !p->at_end && FD_ISSET(in, &set))
		read_input(p, in);
	return true;
}

static void run(struct plain *p, int in)
{
	for (;;) {
		take_events(p);
		take_lines(p);
		if (!p->leaving && p->at_end && !p->waiting &&
		    !p->asked_to_stop)
			stop(p);
		if (p->leaving)
			return;
		print_prompt(p);
		if (fflush(p->out) != 0) {
			p->result.end = UI_HANGUP;
			return;
		}
		if (!wait_once(p, in))
			return;
	}
}

struct ui_result plain_run(const struct ui_config *cfg, int in, FILE *out)
{
	struct plain p = {
		.cfg = cfg, .link = cfg->link, .out = out,
		.last_reply = SIZE_MAX,
	};
	struct plan *copy = cfg->link.plan ? plan_copy(cfg->link.plan) : NULL;

	plan_init(&p.plan);
	if (copy)
		p.plan = *copy;
	free(copy);
	interrupt_catch(&p.wait_mask);
	show_new(&p);
	if (p.plan.target.text && *p.plan.target.text && !p.link.replay) {
		p.waiting = true;
	} else if (!p.link.replay) {
		print(&p, "", _("Type a domain or a host. :help helps."));
	}
	run(&p, in);
	leave_prompt(&p);
	fflush(out);
	buf_clear(&p.input);
	plan_clear(&p.plan);
	return p.result;
}
