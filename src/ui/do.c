#include "config.h"

#include "ui/do.h"

#include <stdlib.h>
#include <string.h>

#include "ui/term.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static void open_prompt(struct ui *u, enum prompt_mode mode, const char *text)
{
	u->mode = mode;
	u->typing = true;
	line_clear(u->aux);
	if (*text)
		line_set(u->aux, text);
}

void ui_ask_words(struct ui *u, const char *text)
{
	open_prompt(u, PROMPT_COMMAND, text);
}

static void ask_words(struct ui *u, enum cmd c)
{
	char *text = xasprintf("%s ", cmd_info(c)->name);

	ui_ask_words(u, text);
	free(text);
}

static void do_search(struct ui *u, const char *arg)
{
	if (*arg) {
		find_set(u, arg);
		return;
	}
	find_stop(u);
	open_prompt(u, PROMPT_SEARCH, "");
}

static void do_suspend(struct ui *u)
{
	if (u->terminal)
		term_suspend();
	u->dirty = true;
}

/* Commands about the program: help, palette, leaving. */
static bool do_program(struct ui *u, enum cmd c, const char *arg)
{
	switch (c) {
	case CMD_HELP: popup_help(u, arg); break;
	case CMD_PALETTE: open_prompt(u, PROMPT_COMMAND, ""); break;
	case CMD_MESSAGES: popup_messages(u); break;
	case CMD_RULES: rules_open(u); break;
	case CMD_MASK: do_mask(u, arg); break;
	case CMD_TICKET: do_ticket(u); break;
	case CMD_TLS: tls_open(u, TLS_PAGE_TLS); break;
	case CMD_CAPS: tls_open(u, TLS_PAGE_CAPS); break;
	case CMD_CANCEL: do_cancel(u); break;
	case CMD_REDRAW:
		if (u->terminal)
			term_redraw();
		break;
	case CMD_SUSPEND: do_suspend(u); break;
	case CMD_MOUSE: do_mouse(u, arg); break;
	case CMD_THEME: do_theme(u, arg); break;
	case CMD_LANG: do_lang(u, arg); break;
	case CMD_SET: do_set(u, arg); break;
	case CMD_QUIT: do_quit(u, false); break;
	case CMD_QUIT_PRINT: do_quit(u, true); break;
	default: return false;
	}
	return true;
}

static bool do_session(struct ui *u, enum cmd c, const char *arg)
{
	switch (c) {
	case CMD_SEND: ui_submit(u); break;
	case CMD_ACT: do_act(u, arg); break;
	case CMD_AGAIN: do_again(u); break;
	case CMD_EDIT: do_edit(u); break;
	case CMD_NEXT_MX: do_next_mx(u); break;
	case CMD_DROP: do_drop(u); break;
	case CMD_OPEN: do_open(u, arg); break;
	case CMD_CONNECT: do_connect(u, arg); break;
	case CMD_LIKE_MTA: do_like_mta(u); break;
	case CMD_DEMO: do_demo(u, arg); break;
	case CMD_REPLAY:
		if (*arg)
			do_replay(u, arg);
		else
			ask_words(u, c);
		break;
	case CMD_GUIDE: do_guide(u, arg); break;
	case CMD_TOUR: do_tour(u); break;
	case CMD_RECENT: do_recent(u); break;
	case CMD_CONNECT_ANYWAY: do_connect_anyway(u); break;
	case CMD_STARTTLS: do_starttls(u); break;
	case CMD_TRY: do_trial(u, arg); break;
	case CMD_LOGIN:
		if (*arg)
			do_login(u, arg);
		else
			ask_words(u, c);
		break;
	default: return false;
	}
	return true;
}

static bool do_pane_command(struct ui *u, enum cmd c, const char *arg)
{
	switch (c) {
	case CMD_PANE: do_pane(u, arg); break;
	case CMD_PANE_1: ui_focus(u, PANE_MX); break;
	case CMD_PANE_2: ui_focus(u, PANE_DIALOG); break;
	case CMD_PANE_3: ui_focus(u, PANE_EXPLAIN); break;
	case CMD_PANE_4: ui_focus(u, PANE_STEPS); break;
	case CMD_PANE_5: ui_focus(u, PANE_ENVELOPE); break;
	case CMD_PANE_6: do_checks(u); break;
	case CMD_PANE_7: do_grid(u); break;
	case CMD_ALL: do_all(u); break;
	case CMD_COMPARE: do_compare(u, arg); break;
	case CMD_CHECK: do_check(u); break;
	case CMD_NEXT_PANE:
		ui_focus(u, layout_next_pane(&u->layout, u->pane, 1));
		break;
	case CMD_PREV_PANE:
		ui_focus(u, layout_next_pane(&u->layout, u->pane, -1));
		break;
	case CMD_ZOOM:
		u->zoom = u->zoom == PANE_NONE ? u->pane : PANE_NONE;
		break;
	case CMD_BIGGER: do_size(u, 1); break;
	case CMD_SMALLER: do_size(u, -1); break;
	case CMD_BROWSE: do_back(u); break;
	case CMD_TYPE: ui_focus(u, PANE_NONE); break;
	case CMD_PIN: do_pin(u); break;
	case CMD_PRESENT: do_present(u); break;
	case CMD_REVEAL: do_reveal(u, 1); break;
	case CMD_COVER: do_reveal(u, -1); break;
	default: return false;
	}
	return true;
}

static bool do_recording(struct ui *u, enum cmd c, const char *arg)
{
	switch (c) {
	case CMD_NEXT_TURN: do_turn(u, 1); break;
	case CMD_PREV_TURN: do_turn(u, -1); break;
	case CMD_PLAY: do_play(u); break;
	case CMD_REWIND: do_wind(u, false); break;
	case CMD_WHOLE: do_wind(u, true); break;
	case CMD_FASTER: do_pace(u, 1); break;
	case CMD_SLOWER: do_pace(u, -1); break;
	case CMD_GOTO: do_goto(u, arg); break;
	default: return false;
	}
	return true;
}

static void do_view(struct ui *u, enum cmd c, const char *arg)
{
	switch (c) {
	case CMD_OPEN_ENTRY: do_open_entry(u, arg); break;
	case CMD_PREV_PHASE: do_phase(u, -1); break;
	case CMD_NEXT_PHASE: do_phase(u, 1); break;
	case CMD_PREV_BAD: do_bad(u, -1); break;
	case CMD_NEXT_BAD: do_bad(u, 1); break;
	case CMD_SEARCH: do_search(u, arg); break;
	case CMD_SEARCH_NEXT: find_step(u, 1); break;
	case CMD_SEARCH_PREV: find_step(u, -1); break;
	case CMD_FILTER:
		if (*arg)
			do_filter(u, arg);
		else
			open_prompt(u, PROMPT_FILTER, "");
		break;
	case CMD_FILTER_MENU: do_filter_menu(u, arg); break;
	case CMD_TIME: do_time(u, arg); break;
	case CMD_WRAP:
		u->wrap = !u->wrap;
		u->view.left = 0;
		break;
	case CMD_VIEW: do_show(u, arg); break;
	case CMD_COPY: do_copy(u, arg); break;
	case CMD_SAVE: do_save(u, arg); break;
	default: do_move(u, c); break;
	}
}

void ui_do(struct ui *u, enum cmd c, const char *arg)
{
	u->dirty = true;
	if (!do_program(u, c, arg) && !do_session(u, c, arg) &&
	    !do_pane_command(u, c, arg) && !do_recording(u, c, arg))
		do_view(u, c, arg);
}

void ui_command_line(struct ui *u, const char *text)
{
	size_t len;
	const char *near;
	char name[60], *word;
	enum cmd c;

	while (*text == ' ' || *text == ':')
		text++;
	len = strcspn(text, " ");
	if (len == 0)
		return;
	c = cmd_find(text, len);
	if (c != CMD_NONE) {
		text += len;
		while (*text == ' ')
			text++;
		ui_do(u, c, text);
		return;
	}
	word = xmemdup0(text, len);
	ui_safe(word, name, sizeof name);
	near = cmd_nearest(text, len);
	free(word);
	if (near)
		ui_say(u, _("There is no command %s. Did you mean :%s?"), name,
		       near);
	else
		ui_say(u, _("There is no command %s. ? lists them."), name);
}
