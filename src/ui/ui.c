#include "config.h"

#include "ui/ui.h"

#include <stdlib.h>
#include <string.h>

#include "core/command.h"
#include "core/escape.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void ui_init(struct ui *u, const struct ui_config *cfg)
{
	*u = (struct ui){
		.cfg = cfg,
		.typing = true,
		.pane = PANE_DIALOG,
		.guided = cfg->guided,
		.mouse = !cfg->no_mouse,
		.dirty = true,
	};
	u->line = line_new(complete_server, u);
	line_find_secret(u->line, command_secret_from);
	u->aux = line_new(complete_command, u);
	plan_init(&u->plan);
	u->veil.mode = cfg->mask;
	ui_attach(u, &cfg->link);
}

static void forget_view(struct ui *u)
{
	replay_leave(u);
	rows_clear(&u->rows);
	find_stop(u);
	if (u->explain.valid)
		explanation_clear(&u->explain.x);
	u->explain = (struct explain_cache){ .valid = false };
	u->view = (struct view){ .follow = true };
	u->strip = (struct strip){ .n = 0 };
	u->asked_at = 0;
	u->old_run = false;
	u->sent_waits = false;
	u->marked = 0;
	grid_forget(u);
}

static void copy_plan(struct ui *u, const struct plan *from)
{
	struct plan *copy;

	plan_clear(&u->plan);
	if (!from) {
		plan_init(&u->plan);
		return;
	}
	copy = plan_copy(from);
	u->plan = *copy;
	free(copy); /* the shell: what it owned is in u->plan now */
}

void ui_attach(struct ui *u, const struct ui_link *link)
{
	const char *target;
	enum mask_mode mode = u->veil.mode;

	forget_view(u);
	veil_clear(&u->veil);
	u->link = *link;
	veil_on(&u->veil, &u->link, mode);
	u->demo = link->title && *link->title;
	copy_plan(u, link->plan);
	rows_init(&u->rows, u->link.dialog);
	strip_make(&u->strip, u->link.dialog);
	rows_scan(&u->rows, SIZE_MAX);
	replay_attach(u);
	view_follow(u);
	target = u->plan.target.text;
	u->started = link->replay || dialog_count(link->dialog) > 0 ||
	             (target && *target);
	u->typing = !link->replay;
	u->dirty = true;
	if (u->started && grid_wanted(u))
		grid_show(u);
}

/* What is looked at stays: both dialogs have the same entries. What was found
 * by searching is another text now. */
void ui_mask(struct ui *u, enum mask_mode mode)
{
	size_t index = view_index(u);

	popup_close(u);
	find_stop(u);
	if (u->explain.valid)
		explanation_clear(&u->explain.x);
	u->explain = (struct explain_cache){ .valid = false };
	rows_clear(&u->rows);
	if (u->link.replay)
		replay_mask(u, mode);
	else
		veil_on(&u->veil, &u->link, mode);
	rows_init(&u->rows, u->link.dialog);
	rows_scan(&u->rows, SIZE_MAX);
	view_keep(u, index);
	ui_prefill(u);
	u->dirty = true;
}

void ui_clear(struct ui *u)
{
	forget_view(u);
	popup_close(u);
	buf_clear(&u->popup.filter);
	buf_clear(&u->batch);
	plan_clear(&u->plan);
	recent_clear(&u->recent);
	line_free(u->line);
	line_free(u->aux);
	veil_clear(&u->veil);
	free(u->last_sent);
	free(u->toast);
	for (size_t i = 0; i < MESSAGES_MAX; i++)
		free(u->messages[i]);
	canvas_clear(&u->canvas);
}

/* What must not reach a cell becomes a token; our own tokens stay. */
static char *drawable(const char *s)
{
	size_t len = strlen(s), i = 0;
	struct buf b = { 0 };

	while (i < len) {
		struct escape_piece p = escape_next(s + i, len - i, false,
		                                    ESCAPE_COMBINING_MAX);

		buf_adds(&b, p.text);
		i += p.used;
	}
	return buf_steal(&b);
}

void ui_say(struct ui *u, const char *fmt, ...)
{
	char **slot = &u->messages[u->n_messages++ % MESSAGES_MAX];
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	free(*slot);
	*slot = drawable(text);
	free(text);
	free(u->toast);
	u->toast = xstrdup(*slot);
	u->toast_until_ms = u->now_ms + TOAST_MS;
	u->dirty = true;
}

const struct dialog_now *ui_now(const struct ui *u)
{
	return dialog_now(u->link.dialog);
}

bool ui_session_open(const struct ui *u)
{
	const struct dialog_now *now = ui_now(u);

	return !u->link.replay && now->connected && !now->closed;
}

/* What has begun or ended is followed by a prompt that says so: until it is
 * there, more is to come. */
static bool prompt_is_late(const struct dialog_now *now)
{
	const struct event *p = now->prompt;

	if (!p || now->ended)
		return false;
	if (now->failed && now->fail_phase == PHASE_CONNECT)
		return !p->u.prompt.open && p->u.prompt.deadline_us > 0;
	if (now->closed)
		return p->u.prompt.open;
	return now->connected &&
	       (!p->u.prompt.open || p->u.prompt.pending > 0 ||
	        p->u.prompt.state == ST_CONNECTED);
}

bool ui_busy(const struct ui *u)
{
	const struct dialog_now *now = ui_now(u);

	if (u->link.replay || now->ask)
		return false;
	return u->sent_waits || u->asked_us || now->connecting || now->trial ||
	       prompt_is_late(now);
}

/* What answers a question of the worker is nobody's name. */
static char *true_text(const struct ui *u, enum request_kind kind,
                       const char *s)
{
	if (!s)
		return NULL;
	return kind == REQ_ANSWER || kind == REQ_LOGIN ? xstrdup(s)
	                                               : veil_true(&u->veil, s);
}

bool ui_replays(struct ui *u)
{
	if (u->link.replay)
		ui_say(u, "%s", _("This is a recording: nothing can be sent."));
	return u->link.replay;
}

void ui_request(struct ui *u, enum request_kind kind, const char *text,
                const char *text2, bool yes)
{
	if (ui_replays(u) || !u->cfg->calls.request)
		return;
	u->cfg->calls.request(u->cfg->calls.arg,
	                      request_new(kind, NULL, true_text(u, kind, text),
	                                  true_text(u, kind, text2), yes));
}

unsigned ui_where(const struct ui *u)
{
	if (!u->started)
		return IN_START;
	if (u->typing)
		return IN_LINE;
	if (u->present.on)
		return u->link.replay ? IN_SHOW : IN_PRESENT;
	return ui_panes(u);
}

unsigned ui_panes(const struct ui *u)
{
	return u->link.replay ? IN_REPLAY : IN_PANES;
}

struct line *ui_prompt_line(const struct ui *u)
{
	return u->mode == PROMPT_SERVER ? u->line : u->aux;
}

const char *ui_shown(const struct ui *u, const char *s, char *out, size_t size)
{
	char *masked = veil_text(&u->veil, s);

	ui_safe(masked, out, size);
	free(masked);
	return out;
}

const char *ui_safe(const char *s, char *out, size_t size)
{
	struct buf b = { 0 };
	size_t len;

	escape_text(&b, s, strlen(s), i18n_is_ascii());
	len = b.len < size ? b.len : size - 1;
	if (len < b.len) /* not in the middle of a character */
		while (len > 0 && ((unsigned char)b.data[len] & 0xC0) == 0x80)
			len--;
	memcpy(out, buf_str(&b), len);
	out[len] = '\0';
	buf_clear(&b);
	return out;
}

int ui_number(const char *s)
{
	int n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n < 10000 ? n * 10 + (*s - '0') : n;
	return *s ? 0 : n;
}
