#include "config.h"

#include "ui/app.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ui/term.h"
#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { HISTORY_LINE_MAX = 4096 };

static int64_t monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void read_clock(struct ui *u)
{
	int64_t us = monotonic_us();

	u->now_ms = us / 1000;
	u->clock_us = u->clock_base_us ? us - u->clock_base_us : 0;
}

/* --- history of typed lines, without secrets (line.h keeps those out) */

static char *state_path(const struct ui_config *cfg, const char *name)
{
	return *cfg->state_dir ? xasprintf("%s/%s", cfg->state_dir, name)
	                       : NULL;
}

static void load_history(struct ui *u)
{
	char *path = state_path(u->cfg, "history"), line[HISTORY_LINE_MAX];
	FILE *f = path ? fopen(path, "re") : NULL;

	while (f && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = '\0';
		line_history_add(u->line, line);
	}
	if (f)
		fclose(f);
	free(path);
}

static void save_history(const struct ui *u)
{
	char *path = state_path(u->cfg, "history");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
	                           O_CLOEXEC, 0600)
	              : -1;
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	size_t n = line_history_count(u->line);

	for (size_t i = 0; f && i < n; i++) {
		const char *line = line_history_at(u->line, i);

		if (!strchr(line, '\n'))
			fprintf(f, "%s\n", line);
	}
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	free(path);
}

static void load_recent(struct ui *u)
{
	char *path = u->cfg->no_recent ? NULL : state_path(u->cfg, "recent");

	if (path)
		recent_load(&u->recent, path);
	free(path);
}

static void save_recent(const struct ui *u)
{
	char *path = u->cfg->no_recent || u->recent.n == 0
	                 ? NULL : state_path(u->cfg, "recent");

	if (path)
		recent_save(&u->recent, path);
	free(path);
}

/* --- the loop */

static int event_fd(const struct ui *u)
{
	if (u->cfg->many)
		return u->cfg->many->fd;
	return u->link.events ? queue_fd(u->link.events) : -1;
}

/* Takes what waits, but stops in time for a frame: a flood is drawn, too. */
static bool take_events(struct ui *u)
{
	int64_t until = monotonic_us() + FRAME_MS * 1000;
	struct event *e;

	if (u->cfg->many)
		return many_take(u);
	if (!u->link.events)
		return false;
	for (int i = 0; (e = queue_take(u->link.events)) != NULL; i++) {
		ui_take(u, e);
		if (i % 64 == 63 && monotonic_us() >= until)
			return true;
	}
	return false;
}

static void take_keys(struct ui *u)
{
	struct key k;

	while (!u->leaving && term_key(&k)) {
		ui_layout(u);
		ui_key(u, &k);
	}
}

static void expire(struct ui *u)
{
	if (u->toast && u->now_ms >= u->toast_until_ms) {
		free(u->toast);
		u->toast = NULL;
		u->dirty = true;
	}
	if (u->waiting_to_leave && u->now_ms >= u->leave_by_ms)
		u->leaving = true;
}

static int sooner(int a, int64_t b)
{
	int ms = b < 0 ? 0 : b > 60000 ? 60000 : (int)b;

	return a < 0 || ms < a ? ms : a;
}

/* -1 when nothing can change by itself: no wake-up then. */
static int wait_ms(const struct ui *u, bool more)
{
	int ms = -1;

	if (more)
		return 0;
	if (ui_busy(u))
		ms = SPIN_MS - (int)(u->now_ms % SPIN_MS);
	if (many_wait_ms(u) >= 0)
		ms = sooner(ms, many_wait_ms(u));
	if (u->toast)
		ms = sooner(ms, u->toast_until_ms - u->now_ms);
	if (u->waiting_to_leave)
		ms = sooner(ms, u->leave_by_ms - u->now_ms);
	if (replay_due_ms(u) >= 0)
		ms = sooner(ms, replay_due_ms(u) - u->now_ms);
	return ms;
}

static void draw(struct ui *u, int64_t *drawn_us)
{
	term_size(&u->w, &u->h);
	ui_draw(u);
	term_draw(&u->canvas);
	u->dirty = false;
	*drawn_us = monotonic_us();
}

static bool ended(struct ui *u, int what)
{
	if (what & TERM_GONE)
		u->result.end = UI_HANGUP;
	else if (what & TERM_QUIT)
		u->result.end = term_signal() == SIGHUP ? UI_HANGUP
		                                        : UI_TERMINATED;
	else
		return false;
	return true;
}

static void loop(struct ui *u)
{
	int64_t drawn_us = 0;
	bool more = false, spinning = false;

	while (!u->leaving) {
		int what;

		if (u->dirty && (!more ||
		    monotonic_us() - drawn_us >= FRAME_MS * 1000))
			draw(u, &drawn_us);
		what = term_wait(event_fd(u), wait_ms(u, more),
		                 ui_busy(u) || more || many_wait_ms(u) >= 0);
		read_clock(u);
		if (ended(u, what))
			return;
		if (what & TERM_KEYS)
			take_keys(u);
		more = take_events(u);
		replay_tick(u);
		more = replay_slice(u) || more;
		more = find_slice(u) || more;
		expire(u);
		if (what & TERM_RESIZED)
			u->dirty = true;
		if (ui_busy(u) || spinning)
			u->dirty = true;
		spinning = ui_busy(u);
	}
}

static void set_keys(struct ui *u)
{
	for (const char *const *k = u->cfg->keys; k && *k; k++) {
		char *error = keymap_set(*k);

		if (error)
			ui_say(u, "%s", error);
		free(error);
	}
}

static void last_words(const struct ui_config *cfg)
{
	char *text;

	if (!*cfg->record_path)
		return;
	text = xasprintf(_("smtpscope: the dialog so far is in %s\n"),
	                 cfg->record_path);
	term_last_words(text);
	free(text);
}

static void begin(struct ui *u, const char *fallback)
{
	u->terminal = true;
	if (getenv("SMTPSCOPE_TEST_READY_FD")) /* keys come fast there */
		line_set_guard(u->line, 0);
	u->theme = term_theme();
	read_clock(u);
	set_keys(u);
	load_history(u);
	load_recent(u);
	ui_note_target(u);
	last_words(u->cfg);
	if (fallback)
		ui_say(u, _("This TERM is not known here; %s is used instead."),
		       fallback);
	if (u->link.note)
		ui_say(u, "%s", u->link.note);
	if (u->cfg->many)
		many_open(u);
	if (u->started && !u->link.replay &&
	    dialog_count(u->link.dialog) == 0)
		ui_asked(u);
}

struct ui_result ui_run(const struct ui_config *cfg)
{
	struct term_options options = {
		.no_color = cfg->no_color,
		.no_mouse = cfg->no_mouse,
		.theme = *cfg->theme ? cfg->theme : NULL,
	};
	struct ui_result result;
	const char *fallback = NULL;
	struct ui *u;

	if (term_start(&options, &fallback) != TERM_STARTED)
		return (struct ui_result){ .end = UI_NO_TERMINAL };
	u = xmalloc(sizeof *u);
	ui_init(u, cfg);
	begin(u, fallback);
	loop(u);
	term_stop();
	save_history(u);
	save_recent(u);
	result = u->result;
	result.mask = u->veil.mode;
	ui_clear(u);
	free(u);
	return result;
}
