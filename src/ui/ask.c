#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "ui/do.h"
#include "util/i18n.h"
#include "util/wipe.h"
#include "util/xalloc.h"

/*
 * Questions that stop everything else: those of the worker (EV_ASK), and the
 * password for :login. A password is typed into a line of its own that shows
 * bullets, goes to the worker in one request, and is wiped on both sides.
 */

static const char *ask_arg(const struct event *ask, uint32_t i)
{
	struct ev_ref args = ask->u.ask.args;

	return i < args.len ? event_item_text(ask, args, i) : "";
}

static void ask_private(struct ui *u, const struct event *ask)
{
	char what[300], host[200], *text;

	text = xasprintf(_("Public DNS gives %s %s: an address of a private "
	                   "network or of this machine. Whoever runs that "
	                   "domain chooses where we connect to.\n"
	                   "y connects all the same, n leaves it out."),
	                 ui_safe(ask_arg(ask, 0), what, sizeof what),
	                 ui_safe(ask_arg(ask, 1), host, sizeof host));
	popup_open(u, POPUP_PRIVATE, _("A private address"), text);
	free(text);
}

static void ask_clear(struct ui *u)
{
	popup_open(u, POPUP_CLEAR, _("Log in without encryption?"),
	           _("This connection is in clear: everybody on the way can "
	             "read user name and password.\n"
	             "y sends them all the same, n does not."));
}

static void ask_other(struct ui *u, const struct event *ask)
{
	char id[80], arg[200], *text;

	text = xasprintf("%s %s\n%s",
	                 ui_safe(event_text(ask, ask->u.ask.id), id, sizeof id),
	                 ui_safe(ask_arg(ask, 0), arg, sizeof arg),
	                 _("y yes   n no"));
	popup_open(u, POPUP_PRIVATE, _("A question"), text);
	free(text);
}

/* login: "USER" or "USER MECH" of :login, NULL: the worker asks. */
static void open_password(struct ui *u, const char *user, const char *login)
{
	char name[160], *text;

	text = xasprintf(_("Password of %s: Enter hands it over, Esc does "
	                   "not. It is neither shown nor kept."),
	                 ui_safe(user, name, sizeof name));
	popup_open(u, POPUP_PASSWORD, _("Password"), text);
	free(text);
	u->password = line_new(NULL, NULL);
	line_set_secret(u->password, true);
	u->login = login ? xstrdup(login) : NULL;
}

void popup_ask(struct ui *u)
{
	const struct event *ask = ui_now(u)->ask;
	const char *id;

	if (!ask)
		return;
	id = event_text(ask, ask->u.ask.id);
	if (strcmp(id, "private-address") == 0)
		ask_private(u, ask);
	else if (strcmp(id, "auth-clear") == 0)
		ask_clear(u);
	else if (strcmp(id, "password") == 0)
		open_password(u, ask_arg(ask, 0), NULL);
	else
		ask_other(u, ask);
}

void ask_login(struct ui *u, const char *login)
{
	char *user = xmemdup0(login, strcspn(login, " "));

	open_password(u, user, login);
	free(user);
}

void ask_forget(struct ui *u)
{
	line_free(u->password);
	free(u->login);
	u->password = NULL;
	u->login = NULL;
}

static void answer(struct ui *u, bool yes, const char *text)
{
	veil_answered(&u->veil, &u->link);
	ui_request(u, REQ_ANSWER, text, NULL, yes);
	popup_close(u);
}

static void give_password(struct ui *u)
{
	size_t len;
	const char *password = line_text(u->password, &len);

	if (!u->login) {
		answer(u, true, password);
		return;
	}
	ui_request(u, REQ_LOGIN, u->login, password, true);
	popup_close(u);
}

static void password_key(struct ui *u, const struct key *k)
{
	switch (line_key(u->password, k, u->now_ms)) {
	case LINE_SEND:
	case LINE_ADD:
		give_password(u);
		break;
	default:
		break;
	}
}

void ask_paste(struct ui *u, const struct key *k)
{
	size_t len = k->text_len;

	while (len > 0 && (k->text[len - 1] == '\n' ||
	                   k->text[len - 1] == '\r'))
		len--;
	line_insert(u->password, k->text, len);
}

void ask_cancel(struct ui *u)
{
	if (u->popup.kind == POPUP_PASSWORD && u->login)
		popup_close(u);
	else
		answer(u, false, NULL);
}

bool ask_is_open(const struct ui *u)
{
	return u->popup.kind == POPUP_PRIVATE ||
	       u->popup.kind == POPUP_CLEAR ||
	       u->popup.kind == POPUP_PASSWORD;
}

void ask_key(struct ui *u, const struct key *k)
{
	uint32_t ch = k->code == K_CHAR && k->mods == 0 ? k->ch : 0;

	if (u->popup.kind == POPUP_PASSWORD)
		password_key(u, k);
	else if (ch == 'y' || ch == 'j')
		answer(u, true, NULL);
	else if (ch == 'n')
		answer(u, false, NULL);
}
