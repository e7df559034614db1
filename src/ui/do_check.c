#include "config.h"

#include <stdlib.h>

#include "knowledge/check_words.h"
#include "ui/do.h"
#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

void do_check(struct ui *u)
{
	if (ui_presents(u))
		return;
	if (u->link.replay) {
		ui_say(u, "%s", _("A recording is shown: nothing is asked."));
		return;
	}
	if (!u->started || ui_now(u)->ended) {
		ui_say(u, "%s", _("Who sends and who receives is "
		                  "checked: first type a domain."));
		return;
	}
	u->checks.asked = true;
	ui_request(u, REQ_CHECK, NULL, NULL, false);
	ui_focus(u, PANE_CHECKS);
}

void do_checks(struct ui *u)
{
	if (ui_presents(u))
		return;
	if (u->started && (checks_made(ui_now(u)) || u->checks.asked ||
	                   u->link.replay))
		ui_focus(u, PANE_CHECKS);
	else
		do_check(u);
}

static void forget(char **text)
{
	free(*text);
	*text = NULL;
}

/* What the user said of these is what is taken back here. */
void do_like_mta(struct ui *u)
{
	struct plan *p = &u->plan;

	if (u->link.replay || u->demo) {
		ui_say(u, "%s", _("That is for real targets: here nothing is "
		                  "sent as this machine's mail server."));
	} else if (!u->started || ui_session_open(u)) {
		ui_say(u, "%s", _("A connection is open: QUIT ends it, then "
		                  ":like-mta starts anew."));
	} else {
		p->checks.like_mta = true;
		forget(&p->helo);
		forget(&p->source);
		p->family = 0;
		ui_reopen(u);
	}
}
