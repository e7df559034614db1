#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ui/do.h"
#include "ui/glyph.h"
#include "ui/term.h"
#include "util/i18n.h"

static void move_mx(struct ui *u, enum cmd c)
{
	size_t n = mx_count(u);

	if (c == CMD_UP && u->mx_row > 0)
		u->mx_row--;
	else if (c == CMD_DOWN && u->mx_row + 1 < n)
		u->mx_row++;
	else if (c == CMD_TOP)
		u->mx_row = 0;
	else if (c == CMD_FOLLOW && n > 0)
		u->mx_row = n - 1;
}

static void move_text(size_t *top, enum cmd c, int page)
{
	size_t step = c == CMD_UP || c == CMD_DOWN ? 1
	              : page > 1 ? (size_t)page : 1;

	if (c == CMD_DOWN || c == CMD_PAGE_DOWN || c == CMD_HALF_DOWN)
		*top += step;
	else if (c == CMD_UP || c == CMD_PAGE_UP || c == CMD_HALF_UP)
		*top -= *top < step ? *top : step;
	else if (c == CMD_TOP)
		*top = 0;
}

static void move_dialog(struct ui *u, enum cmd c)
{
	switch (c) {
	case CMD_UP: view_move(u, -1); break;
	case CMD_DOWN: view_move(u, 1); break;
	case CMD_PAGE_UP: view_page(u, -1, false); break;
	case CMD_PAGE_DOWN: view_page(u, 1, false); break;
	case CMD_HALF_UP: view_page(u, -1, true); break;
	case CMD_HALF_DOWN: view_page(u, 1, true); break;
	case CMD_TOP: view_goto(u, 0); break;
	case CMD_FOLLOW: view_follow(u); break;
	case CMD_LEFT: view_enter(u, -1); break;
	case CMD_RIGHT: view_enter(u, 1); break;
	default: break;
	}
	if (u->present.on)
		u->present.revealed = 1;
}

/* Each turn is looked at as it was then: the recording goes along. */
static void move_present(struct ui *u, enum cmd c)
{
	if (c == CMD_UP || c == CMD_DOWN)
		replay_move(u, c == CMD_UP ? -1 : 1);
	else if (c == CMD_FOLLOW)
		do_wind(u, true);
}

/* Moves act on the focused pane; from the line, and for pages, on the
 * dialog. */
void do_move(struct ui *u, enum cmd c)
{
	int page = u->layout.pane[PANE_EXPLAIN].body.h;
	bool dialog = u->typing || u->present.on || u->pane == PANE_DIALOG;

	if (u->present.on && u->link.replay)
		move_present(u, c);
	else if (!dialog && u->pane == PANE_MX)
		move_mx(u, c);
	else if (!dialog && u->pane == PANE_CHECKS)
		checks_move(u, c);
	else if (!dialog && u->pane == PANE_GRID)
		grid_move(u, c);
	else if (!dialog && u->pane == PANE_EXPLAIN)
		move_text(&u->explain.top, c, page);
	else if (!dialog && u->pane != PANE_STEPS)
		move_text(&u->pane_top[u->pane], c, page);
	else
		move_dialog(u, c);
}

void do_open_entry(struct ui *u, const char *arg)
{
	size_t index = view_index(u);
	const char *host, *address;

	(void)arg;
	if (u->pane == PANE_MX && !u->typing) {
		if (mx_at(u, u->mx_row, &host, &address))
			ui_request(u, REQ_CONNECT, host, address, false);
		return;
	}
	if (u->pane == PANE_CHECKS && !u->typing) {
		checks_turn(u);
		return;
	}
	if (u->pane == PANE_GRID && !u->typing) {
		grid_open(u);
		return;
	}
	if (index != SIZE_MAX &&
	    dialog_at(u->link.dialog, index)->kind == EV_TLS) {
		tls_open(u, TLS_PAGE_TLS);
		return;
	}
	if (index == SIZE_MAX || view_turn_lookups(u, index) ||
	    entry_more(dialog_at(u->link.dialog, index)) == 0)
		return;
	rows_turn(&u->rows, index);
	u->view.sub = 0;
	view_goto(u, u->view.row);
}

/* Does a phase of the session begin with this entry? */
static bool begins_phase(const struct event *e)
{
	static const char *const verbs[] = { "EHLO", "HELO", "LHLO",
		                             "STARTTLS", "AUTH", "MAIL",
		                             "DATA", "BDAT", "QUIT" };

	if (e->kind == EV_CONNECTING || e->kind == EV_DNS ||
	    (e->kind == EV_TLS && e->u.tls.wrapped))
		return true;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (e->kind == EV_SENT &&
		    strcmp(event_text(e, e->u.sent.verb), verbs[i]) == 0)
			return true;
	return false;
}

static bool is_bad(const struct event *e)
{
	return (e->kind == EV_REPLY &&
	        mark_of_code(e->u.reply.code) != MARK_OK) ||
	       e->kind == EV_FAILED;
}

static void goto_next(struct ui *u, int step,
                      bool (*wanted)(const struct event *))
{
	long row = (long)u->view.row + step;
	size_t ahead;

	for (; row >= 0 && row < (long)u->rows.n; row += step) {
		size_t index = u->rows.at[row];

		if (wanted(dialog_at(u->link.dialog, index))) {
			view_goto(u, (size_t)row);
			return;
		}
	}
	ahead = step > 0 ? replay_find(u, wanted) : SIZE_MAX;
	if (ahead != SIZE_MAX) {
		replay_show(u, ahead);
		return;
	}
	ui_say(u, "%s", step > 0 ? _("No other one below.")
	                         : _("No other one above."));
}

void do_phase(struct ui *u, int step)
{
	goto_next(u, step, begins_phase);
}

void do_bad(struct ui *u, int step)
{
	if (u->pane == PANE_CHECKS && !u->typing && !u->present.on)
		checks_bad(u, step);
	else if (u->pane == PANE_GRID && !u->typing && !u->present.on)
		grid_bad(u, step);
	else
		goto_next(u, step, is_bad);
}

void do_filter_menu(struct ui *u, const char *arg)
{
	static const struct {
		const char *key, *text, *arg;
	} items[] = {
		{ "c", N_("client lines only"), "client" },
		{ "s", N_("server lines only"), "server" },
		{ "4", N_("4xx and 5xx only"), "bad" },
		{ "t", N_("answers slower than 1 s"), "slow" },
		{ "e", N_("events: DNS, connections, remarks"), "events" },
		{ "x", N_("everything"), "off" },
	};

	(void)arg;
	popup_open(u, POPUP_LIST, _("Show"), NULL);
	for (size_t i = 0; i < sizeof items / sizeof *items; i++)
		popup_add(u, &(struct popup_row){
			.key = items[i].key, .text = _(items[i].text),
			.arg = items[i].arg, .cmd = CMD_FILTER });
}

void do_filter(struct ui *u, const char *arg)
{
	static const struct {
		const char *word;
		enum filter_kind kind;
	} kinds[] = {
		{ "client", FILTER_CLIENT }, { "server", FILTER_SERVER },
		{ "bad", FILTER_BAD },       { "slow", FILTER_SLOW },
		{ "events", FILTER_EVENTS }, { "off", FILTER_NONE },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].word, arg) == 0) {
			filter_set(u, kinds[i].kind, "");
			return;
		}
	filter_set(u, FILTER_TEXT, arg);
}

/* Index of arg among words, the one after now for "", -1: no such word, and
 * that was said. */
static int pick(struct ui *u, const char *arg, const char *const *words,
                int n, int now)
{
	char safe[40];

	if (!*arg)
		return (now + 1) % n;
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], arg) == 0)
			return i;
	ui_say(u, _("%s is none of the words that this takes."),
	       ui_safe(arg, safe, sizeof safe));
	return -1;
}

void do_time(struct ui *u, const char *arg)
{
	static const char *const words[] = { "start", "previous", "clock",
		                             "none" };
	static const char *const said[] = { N_("time since the start"),
		                            N_("time since the entry before"),
		                            N_("wall clock"),
		                            N_("no times") };
	int i = pick(u, arg, words, TIME_MODES, (int)u->time);

	if (i < 0)
		return;
	u->time = (enum time_mode)i;
	u->time_chosen = true;
	ui_say(u, "%s", _(said[i]));
}

void do_show(struct ui *u, const char *arg)
{
	static const char *const words[] = { "text", "ends", "hex" };
	int i = pick(u, arg, words, SHOW_MODES, (int)u->show);

	if (i < 0)
		return;
	u->show = (enum show_mode)i;
	view_reveal(u);
}

void do_pane(struct ui *u, const char *arg)
{
	int p = ui_number(arg);

	if (p == PANE_CHECKS)
		do_checks(u);
	else if (p == PANE_GRID)
		do_grid(u);
	else if (p >= PANE_MX && p < PANE_COUNT)
		ui_focus(u, (enum pane)p);
	else
		ui_say(u, "%s", _("Panes are 1 MX, 2 Dialog, 3 Explain, "
		                  "4 Steps, 5 Envelope, 6 Checks, 7 Grid."));
}

/* One step outward each time; it never destroys anything. */
void do_back(struct ui *u)
{
	if (u->typing) {
		ui_focus(u, u->pane);
	} else if (u->pane == PANE_CHECKS && checks_back(u)) {
		return;
	} else if (u->view.sub > 0) {
		u->view.sub = 0;
	} else if (u->search.active) {
		find_stop(u);
	} else if (u->rows.filter.kind != FILTER_NONE) {
		filter_set(u, FILTER_NONE, "");
	} else if (grid_back(u)) {
		return;
	} else if (u->open_pane != PANE_NONE || u->zoom != PANE_NONE ||
	           u->pane != PANE_DIALOG) {
		u->zoom = PANE_NONE;
		ui_focus(u, PANE_DIALOG);
	} else if (u->cfg->many) {
		many_open(u);
	} else {
		ui_say(u, "%s", u->link.replay
		                    ? _(":q leaves.")
		                    : _("i or any capital letter: back to "
		                        "typing; :q leaves."));
	}
}

void do_size(struct ui *u, int step)
{
	if (u->present.on) {
		u->present.density = (u->present.density + 3 - step) % 3;
		return;
	}
	if (u->explain_permille == 0)
		u->explain_permille = 400;
	u->explain_permille += 50 * step;
	if (u->explain_permille < 100)
		u->explain_permille = 100;
	if (u->explain_permille > 900)
		u->explain_permille = 900;
}

void do_present(struct ui *u)
{
	u->present.on = !u->present.on;
	u->present.revealed = PRESENT_ALL;
	u->typing = false;
	if (u->present.on && u->link.replay)
		replay_present(u);
	if (u->present.on)
		ui_say(u, "%s", _("Enlarge the terminal's font (Ctrl +); 60x20 "
		                  "is enough."));
	else
		ui_focus(u, u->link.replay ? PANE_DIALOG : PANE_NONE);
}

void do_reveal(struct ui *u, int step)
{
	struct presenter *p = &u->present;

	if (u->link.replay) {
		if (!replay_reveal(u, step))
			ui_say(u, "%s", step > 0
			                    ? _("The recording ends here.")
			                    : _("The recording begins here."));
		return;
	}
	if (step > 0 && p->revealed < PRESENT_ALL) {
		p->revealed++;
	} else if (step < 0 && p->revealed > 1) {
		p->revealed--;
	} else {
		view_move(u, step);
		p->revealed = step > 0 ? 1 : PRESENT_ALL;
	}
}

void do_theme(struct ui *u, const char *arg)
{
	enum theme t = theme_next(u->theme);
	char safe[40];

	if (*arg && !theme_find(arg, &t)) {
		ui_say(u, _("There is no theme %s: cvd-dark, cvd-light, ansi, "
		            "mono, ascii."), ui_safe(arg, safe, sizeof safe));
		return;
	}
	u->theme = t;
	if (u->terminal)
		term_set_theme(t);
	ui_say(u, _("theme %s"), theme_name(t));
}

void do_lang(struct ui *u, const char *arg)
{
	char safe[20];

	if (!*arg || !i18n_set(arg))
		ui_say(u, _("There are en and de; now it is %s, not %s."),
		       i18n_tag(), ui_safe(arg, safe, sizeof safe));
	if (u->explain.valid)
		explanation_clear(&u->explain.x);
	u->explain.valid = false;
}

static const char *const off_on[] = { "off", "on" };

void do_mouse(struct ui *u, const char *arg)
{
	int on = pick(u, arg, off_on, 2, u->mouse);

	if (on < 0)
		return;
	u->mouse = on;
	if (u->terminal)
		term_set_mouse(u->mouse);
	ui_say(u, "%s", u->mouse ? _("The mouse is ours: click selects.")
	                         : _("The mouse belongs to the terminal."));
}

void do_guide(struct ui *u, const char *arg)
{
	int on = ui_replays(u) ? -1 : pick(u, arg, off_on, 2, u->guided);

	if (on < 0)
		return;
	u->guided = on;
	ui_request(u, REQ_GUIDE, NULL, NULL, u->guided);
	ui_prefill(u);
	ui_say(u, "%s", u->guided
	                    ? _("Guided: the next command is prepared.")
	                    : _("Free: you type every command."));
}

void do_set(struct ui *u, const char *arg)
{
	char name[24];
	size_t len = strcspn(arg, " =");
	const char *value = arg + len;
	enum cmd c;

	while (*value == ' ' || *value == '=')
		value++;
	c = cmd_find(arg, len);
	if (c == CMD_THEME || c == CMD_TIME || c == CMD_VIEW ||
	    c == CMD_WRAP || c == CMD_MOUSE || c == CMD_GUIDE ||
	    c == CMD_LANG) {
		ui_do(u, c, value);
		return;
	}
	ui_say(u, _("%s cannot be set: theme, time, view, wrap, mouse, guide, "
	            "lang."), ui_safe(arg, name, sizeof name));
}

void do_pin(struct ui *u)
{
	u->explain.pinned = !u->explain.pinned && u->explain.valid;
	ui_say(u, "%s", u->explain.pinned
	                    ? _("Explain stays; p lets it go again.")
	                    : _("Explain follows the selection."));
}

void do_recent(struct ui *u)
{
	const char *target = recent_next(&u->recent);
	char *shown = target ? veil_text(&u->veil, target) : NULL;

	if (shown)
		line_set(u->line, shown);
	else
		ui_say(u, "%s", _("Nothing was looked up yet."));
	free(shown);
}
