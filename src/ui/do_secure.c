#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ui/do.h"
#include "util/i18n.h"

/* Encryption and login as commands: the lines that they send are the
 * session's, and seen in the dialog like all others. */

static bool has_session(struct ui *u)
{
	if (ui_replays(u))
		return false;
	if (!ui_session_open(u))
		ui_say(u, "%s", _("There is no connection."));
	return ui_session_open(u);
}

void do_starttls(struct ui *u)
{
	if (!has_session(u))
		return;
	if (ui_now(u)->tls) {
		ui_say(u, "%s", _("The connection is encrypted already."));
		return;
	}
	ui_request(u, REQ_SEND, "STARTTLS", NULL, false);
	u->sent_waits = true;
}

void do_login(struct ui *u, const char *arg)
{
	size_t user = strcspn(arg, " ");
	const char *mech = arg + user + strspn(arg + user, " ");

	if (!has_session(u))
		return;
	if (user == 0 || strchr(mech, ' ')) {
		ui_say(u, "%s", _(":login USER [MECHANISM]; the password is "
		                  "asked for."));
		return;
	}
	ask_login(u, arg);
}
