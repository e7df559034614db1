#include "config.h"

#include "ui/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "core/command.h"
#include "core/target.h"
#include "knowledge/check_words.h"
#include "ui/do.h"
#include "ui/echo.h"
#include "ui/entry.h"
#include "ui/keymap.h"
#include "ui/plain_state.h"
#include "ui/real.h"
#include "util/i18n.h"
#include "util/interrupt.h"
#include "util/wipe.h"
#include "util/xalloc.h"

enum {
	STILL_MS = 10000, /* "still waiting" once in so long */
	LEAVE_MS = 6000,
	LINE_MAX_BYTES = 1 << 20,
};

static void request(struct plain *p, enum request_kind kind, struct plan *plan,
                    const char *text, bool yes)
{
	char *given = NULL;

	if (p->link.replay || !p->cfg->calls.request) {
		plan_free(plan);
		return;
	}
	if (text) /* an answer, maybe a password, is nobody's name */
		given = kind == REQ_ANSWER ? xstrdup(text)
		                           : veil_true(&p->veil, text);
	p->cfg->calls.request(p->cfg->calls.arg,
	                      request_new(kind, plan, given, NULL, yes));
}

/* --- events */

static bool still_waiting(const struct plain *p)
{
	const struct dialog_now *now = plain_now(p);
	const struct event *e = now->prompt;

	if (now->ask || p->link.replay)
		return false;
	if (p->walks)
		return true;
	if (now->connecting || p->trying || p->check_runs || p->check_asked)
		return true;
	return plain_is_open(p) && e && e->u.prompt.open &&
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

static bool is_outcome(const struct event *e)
{
	return e->kind == EV_CHECK &&
	       trial_of_check(event_text(e, e->u.check.id));
}

static void take(struct plain *p, struct event *e)
{
	enum event_kind kind = (enum event_kind)e->kind;
	bool walked = plain_walk_ends(p, e);
	bool answer = ends_waiting(e) || is_outcome(e) || walked;
	const char *stopped = NULL;
	struct event *copy;

	if (kind == EV_END || is_outcome(e))
		p->trying = false;
	if (kind == EV_END)
		p->check_asked = p->check_runs = false;
	if (takes_line(e) || kind == EV_ASK) /* it may not go out at all */
		p->unsent = false;
	if (kind == EV_PROMPT && plain_checks_see(p, e->u.prompt.checking))
		answer = true;
	answer = answer && !p->unsent;

	if (p->cfg->calls.record && !p->link.replay)
		stopped = p->cfg->calls.record(p->cfg->calls.arg, e);
	veil_append(&p->veil, &p->link, e, &copy);
	free(copy);
	free(e);
	plain_show_new(p);
	if (walked)
		plain_grid(p);
	if (stopped)
		plain_print(p, "", stopped);
	if (answer)
		p->waiting = still_waiting(p);
	if (kind == EV_ASK)
		plain_ask(p);
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
	if (plain_is_open(p) || p->waiting) {
		request(p, REQ_STOP, NULL, NULL, true);
		p->asked_to_stop = true;
		p->waited_ms = 0;
	} else {
		p->leaving = true;
	}
}

static void open_plan(struct plain *p)
{
	request(p, REQ_OPEN, plan_copy(&p->plan), NULL, false);
	p->waiting = !p->link.replay;
	p->walks = p->plan.all && p->waiting;
	p->walk_begun = false;
}

static void open_target(struct plain *p, const char *text)
{
	struct target t;
	char *whom = veil_true(&p->veil, text), *why;
	enum target_error e = target_parse(whom, &t);

	free(whom);
	if (e != TARGET_OK) {
		why = target_error_text(e, text);
		plain_print(p, "", why);
		free(why);
		return;
	}
	target_clear(&p->plan.target);
	p->plan.target = t;
	if (t.recipient && p->plan.n_to == 0)
		plan_add_to(&p->plan, t.recipient);
	open_plan(p);
}

static void send_now(struct plain *p, const char *text)
{
	request(p, REQ_SEND, NULL, text, false);
	p->waiting = p->unsent = true;
}

static void check(struct plain *p)
{
	const struct dialog_now *now = plain_now(p);

	if (p->link.replay) {
		plain_print(p, "", _("A recording is shown: nothing is "
		                     "asked."));
	} else if (!*now->target || now->ended) {
		plain_print(p, "", _("Who sends and who receives is "
		                     "checked: first type a domain."));
	} else {
		request(p, REQ_CHECK, NULL, NULL, false);
		p->check_asked = p->waiting = true;
	}
}

static void checks(struct plain *p)
{
	if (checks_made(plain_now(p)) || p->link.replay)
		plain_checks(p);
	else
		check(p);
}

static void ticket(struct plain *p)
{
	char *text = p->cfg->ticket ? p->cfg->ticket(p->link.dialog, 0,
	                                             p->veil.mode) : NULL;

	fputs(text ? text : "", p->out);
	free(text);
}

/* Of what is printed from now on. */
static void mask(struct plain *p, const char *arg)
{
	int mode = p->veil.mask ? MASK_OFF : MASK_ALL;

	if (*arg)
		mode = mask_mode_find(arg);
	if (mode < 0) {
		plain_print(p, "", _("Write :mask all, :mask people or "
		                     ":mask off."));
		return;
	}
	if (p->link.replay)
		plain_replay_mask(p, (enum mask_mode)mode);
	else
		veil_on(&p->veil, &p->link, (enum mask_mode)mode);
	plain_print(p, "", p->veil.mask ? _("MASK is on.")
	                                : _("MASK is off."));
}

static void save(struct plain *p, const char *arg)
{
	const char *file;
	enum ui_save_form form = save_form(arg, &file);
	char *error;

	if (!*file || dialog_count(p->link.dialog) == 0) {
		plain_print(p, "", *file ? _("There is nothing to save yet.")
		                         : _("Write :save FILE."));
		return;
	}
	error = p->cfg->calls.save(p->link.dialog, form, file, false);
	if (error && errno == EEXIST)
		plain_print(p, "", _("There is such a file already: give "
		                     "another name."));
	else if (error)
		plain_print(p, "", error);
	else
		fprintf(p->out, _("Saved in %s.\n"), file);
	free(error);
}

static void command(struct plain *p, const char *text)
{
	size_t len = strcspn(text, " ");
	enum cmd c = cmd_find(text, len);

	text += len + strspn(text + len, " ");
	if (plain_replay(p, c, text))
		return;
	if (c == CMD_QUIT) {
		stop(p);
	} else if (c == CMD_QUIT_PRINT) {
		p->leaving = true;
	} else if (c == CMD_HELP) {
		plain_help(p);
	} else if (c == CMD_OPEN && *text) {
		open_target(p, text);
	} else if (c == CMD_LOGIN && *text && plain_is_open(p)) {
		p->login = xstrdup(text);
	} else if (c == CMD_STARTTLS && plain_is_open(p)) {
		send_now(p, "STARTTLS");
	} else if (c == CMD_TRY && !p->link.replay) {
		plain_try(p, text);
	} else if (c == CMD_PANE_6) {
		checks(p);
	} else if (c == CMD_ALL && p->plan.target.text) {
		p->plan.all = true;
		open_plan(p);
	} else if (c == CMD_PANE_7) {
		plain_grid(p);
	} else if (c == CMD_COMPARE) {
		plain_compare(p, text);
	} else if (c == CMD_CHECK) {
		check(p);
	} else if (c == CMD_MASK) {
		mask(p, text);
	} else if (c == CMD_TICKET) {
		ticket(p);
	} else if (c == CMD_CANCEL) {
		request(p, REQ_CANCEL, NULL, NULL, false);
	} else if (c == CMD_SAVE && p->cfg->calls.save) {
		save(p, text);
	} else {
		plain_print(p, "", c == CMD_NONE
		                 ? _("No such command. :help lists them.")
		                 : _("Not in line mode. :help lists what is."));
	}
}

/* A message for a real host takes a word, as in the inspector. */
static bool hold(struct plain *p, const char *text)
{
	const struct dialog_now *now = plain_now(p);
	bool demo = p->link.title && *p->link.title;
	size_t n = real_recipients(now);

	if (now->state == ST_DATA || now->state == ST_BDAT || n == 0 ||
	    p->link.replay || !command_begins_message(text, strlen(text)) ||
	    real_stays_here(now, &p->plan, demo))
		return false;
	fprintf(p->out, _("This may deliver a real message to %zu "
	                  "recipient(s). Type the word send, or nothing.\n"),
	        n);
	p->held = xstrdup(text);
	return true;
}

static void send_line(struct plain *p, const char *text)
{
	const struct event *e = plain_now(p)->prompt;
	enum state state = plain_now(p)->state;

	if (!*text && p->cfg->guided && e && !p->waiting)
		text = event_text(e, e->u.prompt.line);
	if (!*text && state != ST_DATA && state != ST_AUTH)
		return;
	if (!hold(p, text))
		send_now(p, text);
}

static void held_line(struct plain *p, const char *text)
{
	if (strcmp(text, "send") == 0)
		send_now(p, p->held);
	else
		plain_print(p, "", _("Not sent."));
	free(p->held);
	p->held = NULL;
}

static void answer(struct plain *p, bool yes, const char *text)
{
	veil_answered(&p->veil, &p->link);
	request(p, REQ_ANSWER, NULL, text, yes);
	p->waiting = true;
}

static void password_line(struct plain *p, const char *text)
{
	if (!p->login) {
		answer(p, *text, text);
		return;
	}
	if (*text && p->cfg->calls.request) {
		p->cfg->calls.request(p->cfg->calls.arg,
		                      request_new(REQ_LOGIN, NULL, p->login,
		                                  xstrdup(text), true));
		p->login = NULL;
		p->waiting = p->unsent = true;
	}
	free(p->login);
	p->login = NULL;
}

/* The answer to the question of an experiment. */
static void trial_line(struct plain *p, const char *text)
{
	if (*text == 'y' || *text == 'j') {
		request(p, REQ_TRY, NULL, p->trial, true);
		p->waiting = p->trying = true;
	} else {
		plain_print(p, "", _("Not begun."));
	}
	free(p->trial);
	p->trial = NULL;
}

static void line(struct plain *p, const char *text)
{
	bool data = plain_is_open(p) && plain_now(p)->state == ST_DATA;

	p->prompted = false;
	if (plain_asks_password(p)) {
		password_line(p, text);
	} else if (p->held) {
		held_line(p, text);
	} else if (p->trial) {
		trial_line(p, text);
	} else if (plain_now(p)->ask && *text) {
		answer(p, *text == 'y' || *text == 'j', NULL);
	} else if (!data && strcmp(text, "?") == 0) {
		plain_explain(p, p->last_reply, true);
	} else if (!data && *text == ':') {
		command(p, text + 1);
	} else if (plain_is_open(p)) {
		send_line(p, text);
	} else if (!*text && p->link.replay) {
		plain_replay_step(p);
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
		wipe(p->input.data, len);
		buf_drop(&p->input, len + 1);
		line(p, text);
		wipe_free(text);
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
	wipe(block, sizeof block);
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
	free(p->held);
	free(p->login);
	free(p->trial);
	p->held = p->login = p->trial = NULL;
	if (p->waiting)
		request(p, REQ_CANCEL, NULL, NULL, false);
	else if (plain_replay_plays(p))
		player_pause(&p->player);
	else
		plain_print(p, "", _("Ctrl-C cancels; :q leaves."));
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
	int ms = p->asked_to_stop          ? LEAVE_MS
	         : p->waiting              ? STILL_MS
	         : plain_replay_plays(p) ? plain_replay_wait_ms(p)
	                                   : -1;
	struct timespec limit = { .tv_sec = ms / 1000,
		                  .tv_nsec = ms % 1000 * 1000000L };
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
		plain_replay_tick(p);
		take_lines(p);
		if (!p->leaving && p->at_end && !p->waiting &&
		    !p->asked_to_stop && !plain_replay_plays(p))
			stop(p);
		if (p->leaving)
			return;
		plain_prompt(p);
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
		.cfg = cfg, .link = cfg->link, .out = out, .in = in,
		.last_reply = SIZE_MAX,
	};
	struct plan *copy = cfg->link.plan ? plan_copy(cfg->link.plan) : NULL;

	plan_init(&p.plan);
	if (copy)
		p.plan = *copy;
	free(copy);
	veil_on(&p.veil, &p.link, cfg->mask);
	interrupt_catch(&p.wait_mask);
	plain_show_new(&p);
	plain_replay_open(&p);
	if (p.link.note)
		plain_print(&p, "", p.link.note);
	if (p.plan.target.text && *p.plan.target.text && !p.link.replay) {
		p.waiting = true;
		p.walks = p.plan.all;
		p.check_asked = p.check_first = p.plan.checks.wanted;
	} else if (!p.link.replay) {
		plain_print(&p, "", _("Type a domain or a host. :help helps."));
	}
	run(&p, in);
	plain_leave_prompt(&p);
	fflush(out);
	echo_show(in, true);
	wipe_buf(&p.input);
	free(p.held);
	free(p.trial);
	free(p.login);
	plan_clear(&p.plan);
	p.result.mask = p.veil.mode;
	veil_clear(&p.veil);
	player_clear(&p.player);
	return p.result;
}
