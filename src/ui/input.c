#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void ui_focus(struct ui *u, enum pane p)
{
	u->dirty = true;
	u->grid.left = false;
	u->open_pane = PANE_NONE;
	if (p == PANE_NONE) {
		u->typing = !u->link.replay;
		return;
	}
	u->typing = false;
	u->pane = p;
	ui_layout(u);
	if (!ui_pane_visible(u, p))
		u->open_pane = p;
}

/* Keys that the line itself knows; they are in the table for the help. */
static bool is_lines_own(enum cmd c)
{
	return c == CMD_SEND || c == CMD_COMPLETE || c == CMD_HISTORY ||
	       c == CMD_SEARCH_HISTORY;
}

static bool is_data(const struct ui *u)
{
	const struct event *p = ui_now(u)->prompt;

	return ui_session_open(u) && p && p->u.prompt.state == ST_DATA;
}

/* A colon is a command of ours where no command of SMTP could begin: at the
 * start of a line that nobody has touched. A message may hold anything. */
static bool colon_is_ours(const struct ui *u)
{
	return (line_is_empty(u->line) || !line_is_touched(u->line)) &&
	       !is_data(u);
}

static void add_to_batch(struct ui *u)
{
	size_t len, lines = 0;
	const char *text = line_text(u->line, &len);

	if (line_holds_secret(u->line)) {
		ui_say(u, "%s", _("A login goes alone (RFC 4954), not into a "
		                  "batch."));
		return;
	}
	buf_add(&u->batch, text, len);
	buf_addc(&u->batch, '\n');
	line_accept(u->line);
	for (size_t i = 0; i < u->batch.len; i++)
		lines += u->batch.data[i] == '\n';
	ui_say(u, _("%zu waiting: Enter sends all in one go (pipelining)."),
	       lines);
}

static void server_line_key(struct ui *u, const struct key *k)
{
	switch (line_key(u->line, k, u->now_ms)) {
	case LINE_SEND:
		ui_submit(u);
		break;
	case LINE_ADD:
		add_to_batch(u);
		break;
	case LINE_AGAIN:
		ui_say(u, "%s", _("The line had just changed: press Enter "
		                  "again if you mean this one."));
		break;
	case LINE_END:
		line_set(u->line, "QUIT");
		break;
	default:
		break;
	}
	ui_ghost(u);
}

/* Back to the line; a recording has none. */
static void leave_prompt(struct ui *u)
{
	u->mode = PROMPT_SERVER;
	if (u->link.replay)
		u->typing = false;
}

static void leave_mode(struct ui *u)
{
	if (u->mode == PROMPT_SEARCH)
		find_stop(u);
	leave_prompt(u);
	line_clear(u->aux);
}

/* While it is not through, it goes on to lead to the first hit. */
static void accept_search(struct ui *u, bool wanted)
{
	struct search *s = &u->search;

	if (!wanted) {
		find_stop(u);
		return;
	}
	if (s->scanned < dialog_count(u->link.dialog))
		return;
	s->leads = false;
	if (s->n == 0)
		find_ahead(u);
}

static void accept_aux(struct ui *u)
{
	size_t len;
	const char *text = line_text(u->aux, &len);
	enum prompt_mode mode = u->mode;

	leave_prompt(u);
	if (mode == PROMPT_COMMAND) {
		char *copy = xstrdup(text);

		line_accept(u->aux);
		ui_command_line(u, copy);
		free(copy);
		return;
	}
	if (mode == PROMPT_SEND_WORD && strcmp(text, "send") == 0) {
		line_accept(u->aux);
		text = line_text(u->line, &len);
		ui_send_all(u, text, len);
		return;
	}
	if (mode == PROMPT_SEND_WORD)
		ui_say(u, "%s", _("Not sent."));
	if (mode == PROMPT_SEARCH || mode == PROMPT_FILTER)
		ui_focus(u, PANE_DIALOG);
	if (mode == PROMPT_SEARCH)
		accept_search(u, len > 0);
	line_accept(u->aux);
}

/* Search and filter act while they are typed. */
static void aux_changed(struct ui *u)
{
	size_t len;
	const char *text = line_text(u->aux, &len);

	if (u->mode == PROMPT_SEARCH)
		find_set(u, text);
	else if (u->mode == PROMPT_FILTER)
		filter_set(u, FILTER_TEXT, text);
}

static void aux_key(struct ui *u, const struct key *k)
{
	bool cancel = k->code == K_ESC ||
	              (k->code == K_CHAR && k->ch == 'c' &&
	               k->mods == MOD_CTRL) ||
	              (k->code == K_BACKSPACE && line_is_empty(u->aux));

	if (cancel) {
		if (u->mode == PROMPT_FILTER)
			filter_set(u, FILTER_NONE, "");
		leave_mode(u);
		return;
	}
	switch (line_key(u->aux, k, u->now_ms)) {
	case LINE_SEND:
		accept_aux(u);
		break;
	case LINE_CHANGED:
		aux_changed(u);
		break;
	default:
		break;
	}
}

/* Alt-r does in the line what r does in a pane, and typing goes on. Alt-B,
 * Alt-F, Alt-D keep readline's meaning. */
static enum cmd alt_command(const struct key *k, unsigned where)
{
	struct key plain = *k;

	if (k->code != K_CHAR || k->mods != MOD_ALT)
		return CMD_NONE;
	if ((where & IN_LINE) &&
	    (k->ch == 'b' || k->ch == 'f' || k->ch == 'd'))
		return CMD_NONE;
	plain.mods = 0;
	return keymap_find(where & (IN_REPLAY | IN_SHOW) ? IN_REPLAY
	                                                 : IN_PANES, &plain);
}

static void line_focus_key(struct ui *u, const struct key *k, unsigned where)
{
	enum cmd c = keymap_find(where, k);
	bool busy_line = line_search(u->line) != NULL;

	if (c == CMD_PALETTE && k->code == K_CHAR && k->mods == 0 &&
	    !colon_is_ours(u))
		c = CMD_NONE;
	if (where == IN_START && k->code == K_ENTER)
		c = CMD_SEND;
	if (busy_line || is_lines_own(c)) {
		server_line_key(u, k);
		return;
	}
	if (c == CMD_NONE)
		c = alt_command(k, where);
	if (c == CMD_NONE && where == IN_START && k->code == K_CHAR &&
	    k->ch == ':' && line_is_empty(u->line))
		c = CMD_PALETTE;
	if (c != CMD_NONE)
		ui_do(u, c, "");
	else
		server_line_key(u, k);
}

static bool is_capital(const struct key *k)
{
	return k->code == K_CHAR && k->mods == 0 && k->ch >= 'A' &&
	       k->ch <= 'Z';
}

static void pane_focus_key(struct ui *u, const struct key *k, unsigned where)
{
	enum cmd c = keymap_find(where, k);

	if (c == CMD_SEARCH_PREV && !u->search.active)
		c = CMD_NONE; /* then it begins NOOP */
	if (c == CMD_NONE)
		c = alt_command(k, where);
	if (c != CMD_NONE) {
		ui_do(u, c, "");
	} else if (is_capital(k) && !u->link.replay) {
		ui_focus(u, PANE_NONE);
		server_line_key(u, k);
	} else if (k->code == K_CHAR) {
		ui_say(u, "%s", u->link.replay
		                    ? _("That key does nothing here; ? helps.")
		                    : _("i or any capital letter: back to "
		                        "typing; ? helps."));
	}
}

static void paste(struct ui *u, const struct key *k)
{
	struct line *l = ui_prompt_line(u);

	if (u->popup.kind == POPUP_PASSWORD)
		ask_paste(u, k);
	if (u->popup.kind != POPUP_NONE || u->link.replay)
		return;
	if (!u->started && bounce_open(u, k->text, k->text_len))
		return;
	ui_focus(u, PANE_NONE);
	if (u->mode == PROMPT_SERVER && !line_is_touched(l))
		line_clear(l); /* a paste is not meant for behind a prefill */
	line_insert(l, k->text, k->text_len);
	if (memchr(k->text, '\n', k->text_len))
		ui_say(u, "%s", _("Several lines: nothing was sent. Enter "
		                  "sends them one at a time."));
	if (u->mode != PROMPT_SERVER)
		aux_changed(u);
	else
		ui_ghost(u);
}

static bool in_rect(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static void click_dialog(struct ui *u, int y)
{
	size_t line, row = dialog_row_at(u, y,
	                                 u->layout.pane[PANE_DIALOG].body,
	                                 &line);
	bool again = row == u->view.row;

	ui_focus(u, PANE_DIALOG);
	if (row == SIZE_MAX)
		return;
	view_goto(u, row);
	if (again)
		ui_do(u, CMD_OPEN_ENTRY, "");
}

/* First what was meant: the focus may lay the screen out anew. */
static void click_checks(struct ui *u, int y)
{
	checks_click(u, y);
	ui_focus(u, PANE_CHECKS);
}

/* The second click on a row leaves the grid. */
static void click_grid(struct ui *u, int y)
{
	ui_focus(u, PANE_GRID);
	grid_click(u, y);
}

static void click(struct ui *u, int x, int y)
{
	enum pane p = layout_pane_at(&u->layout, x, y);

	if (u->popup.kind != POPUP_NONE || !u->started ||
	    replay_click(u, x, y))
		return;
	if (in_rect(u->layout.input, x, y))
		ui_focus(u, PANE_NONE);
	else if (in_rect(u->layout.mx_line, x, y))
		ui_focus(u, PANE_MX);
	else if (p == PANE_DIALOG)
		click_dialog(u, y);
	else if (p == PANE_CHECKS)
		click_checks(u, y);
	else if (p == PANE_GRID)
		click_grid(u, y);
	else if (p != PANE_NONE)
		ui_focus(u, p);
}

static void wheel(struct ui *u, const struct key *k, int lines)
{
	enum pane p = layout_pane_at(&u->layout, k->x, k->y);

	if (p == PANE_EXPLAIN) {
		if (lines > 0)
			u->explain.top += 3;
		else
			u->explain.top -= u->explain.top < 3 ? u->explain.top
			                                     : 3;
	} else if (p == PANE_DIALOG) {
		view_wheel(u, lines);
	} else if (p == PANE_CHECKS) {
		checks_wheel(u, lines > 0);
	} else if (p == PANE_GRID) {
		grid_wheel(u, lines > 0);
	}
}

static void mouse(struct ui *u, const struct key *k)
{
	if (k->mouse == MOUSE_PRESS)
		click(u, k->x, k->y);
	else if (k->mouse == MOUSE_WHEEL_UP)
		wheel(u, k, -3);
	else if (k->mouse == MOUSE_WHEEL_DOWN)
		wheel(u, k, 3);
	else if (k->mouse == MOUSE_DRAG)
		ui_say(u, "%s", _("Shift-drag selects text, y copies, F12 "
		                  "frees the mouse."));
}

/* The presenter shows which keys were pressed; secrets are no keys. */
static void note_key(struct ui *u, const struct key *k)
{
	if (u->typing && k->code == K_CHAR && !(k->mods & (MOD_ALT | MOD_CTRL)))
		return;
	memmove(u->keys[0], u->keys[1], sizeof u->keys - sizeof u->keys[0]);
	key_label(k, u->keys[3], sizeof u->keys[3]);
}

void ui_key(struct ui *u, const struct key *k)
{
	unsigned where = ui_where(u);

	u->dirty = true;
	if (k->code == K_MOUSE) {
		mouse(u, k);
		return;
	}
	note_key(u, k);
	free(u->toast);
	u->toast = NULL;
	if (u->waiting_to_leave) {
		u->leaving = true; /* enough of waiting for 221 */
	} else if (k->code == K_PASTE) {
		paste(u, k);
	} else if (popup_key(u, k)) {
		return;
	} else if (u->mode != PROMPT_SERVER) {
		aux_key(u, k);
	} else if (where & (IN_LINE | IN_START)) {
		line_focus_key(u, k, where);
	} else {
		u->search.leads = false;
		pane_focus_key(u, k, where);
	}
}
