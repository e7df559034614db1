#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/do.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static void act_menu(struct ui *u, const struct explanation *x)
{
	if (x->n_tries == 0) {
		ui_say(u, "%s", _("There is nothing to suggest here."));
		return;
	}
	popup_open(u, POPUP_LIST, _("What could be done"), NULL);
	for (size_t i = 0; i < x->n_tries; i++) {
		char key[24];

		snprintf(key, sizeof key, "%zu", i + 1);
		popup_add(u, &(struct popup_row){
			.key = key, .text = x->tries[i].text, .arg = key,
			.cmd = CMD_ACT });
	}
}

static void open_port(struct ui *u, const char *port)
{
	const struct dialog_now *now = ui_now(u);
	bool v6 = strchr(now->host, ':') != NULL;
	char *text = xasprintf(v6 ? "[IPv6:%s]:%s" : "%s:%s", now->host, port);

	ui_open_target(u, text);
	free(text);
}

static void put_line(struct ui *u, const char *line)
{
	line_set(u->line, line);
	ui_focus(u, PANE_NONE);
}

void do_try(struct ui *u, const struct explain_try *t)
{
	switch (t->kind) {
	case TRY_TEXT:
		ui_say(u, "%s", t->text);
		break;
	case TRY_LINE:
		put_line(u, t->arg);
		break;
	case TRY_TRIAL:
		do_trial(u, t->arg);
		break;
	case TRY_QUIT_LATER:
		if (do_trial_if(u, trial_word(TRIAL_GREYLIST)))
			break; /* the same, made for the user */
		put_line(u, "QUIT");
		ui_say(u, _("Send QUIT, then :connect again in %s s: a new "
		            "connection is what counts."), t->arg);
		break;
	case TRY_NEXT_MX:
		do_next_mx(u);
		break;
	case TRY_RECONNECT:
		if (*ui_now(u)->host && ui_now(u)->has_route)
			do_connect(u, "");
		else
			ui_reopen(u);
		break;
	case TRY_OPEN:
		ui_open_target(u, t->arg);
		break;
	case TRY_PORT:
		open_port(u, t->arg);
		break;
	case TRY_CHECK:
		do_checks(u);
		break;
	case TRY_ANYWAY:
		do_connect_anyway(u);
		break;
	case TRY_DEMO:
		do_demo(u, "");
		break;
	case TRY_REPLAY: case TRY_TLS:
		ui_do(u, t->kind == TRY_TLS ? CMD_TLS : CMD_REPLAY, "");
		break;
	}
}

void do_act(struct ui *u, const char *arg)
{
	const struct explanation *x = explain_get(u);
	struct explain_try t;
	size_t i = (size_t)ui_number(arg);

	if (!*arg) {
		act_menu(u, x);
		return;
	}
	if (i < 1 || i > x->n_tries)
		return;
	/* carrying it out may make a new explanation */
	t = (struct explain_try){
		.kind = x->tries[i - 1].kind,
		.text = xstrdup(x->tries[i - 1].text),
		.arg = xstrdup(x->tries[i - 1].arg),
	};
	do_try(u, &t);
	free(t.text);
	free(t.arg);
}
