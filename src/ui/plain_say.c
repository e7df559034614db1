#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/escape.h"
#include "knowledge/explain.h"
#include "ui/doc.h"
#include "ui/echo.h"
#include "ui/entry.h"
#include "ui/plain_state.h"
#include "ui/words.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { WIDTH = 76 };

const struct dialog_now *plain_now(const struct plain *p)
{
	return dialog_now(p->link.dialog);
}

bool plain_is_open(const struct plain *p)
{
	const struct dialog_now *now = plain_now(p);

	return !p->link.replay && now->connected && !now->closed;
}

/* --- what must not be seen */

bool plain_asks_password(const struct plain *p)
{
	const struct event *ask = plain_now(p)->ask;

	return p->login ||
	       (ask && strcmp(event_text(ask, ask->u.ask.id), "password") == 0);
}

/* An answer to a challenge, or a password. */
static bool is_secret(const struct plain *p)
{
	return plain_asks_password(p) ||
	       (plain_is_open(p) && plain_now(p)->state == ST_AUTH);
}

void plain_print(struct plain *p, const char *indent, const char *text)
{
	char folded[4096];

	fprintf(p->out, "%s%s\n", indent,
	        i18n_is_ascii() ? i18n_fold(text, folded, sizeof folded)
	                        : text);
}

void plain_part(struct plain *p, const char *label, const char *text)
{
	struct doc doc;

	if (!*text)
		return;
	doc_init(&doc, WIDTH - 6);
	doc_line(&doc, 2);
	if (*label)
		doc_putf(&doc, STYLE_LABEL, "%s: ", label);
	doc_put(&doc, STYLE_TEXT, text);
	for (size_t i = 0; i < doc.n_lines; i++) {
		char *line = doc_text(&doc, i);

		plain_print(p, "      ", line);
		free(line);
	}
	doc_clear(&doc);
}

void plain_explain(struct plain *p, size_t index, bool whole)
{
	struct explanation x;

	if (index == SIZE_MAX)
		explain_now(p->link.dialog, &x);
	else
		explain_event(p->link.dialog, index, &x);
	plain_part(p, "", x.headline);
	plain_part(p, "", x.summary);
	plain_part(p, _("Likely"), x.likely);
	if (whole) {
		plain_part(p, _("Code"), x.code_text);
		plain_part(p, _("Who"), x.who);
		plain_part(p, _("MTA"), x.mta);
		for (size_t i = 0; i < x.n_tries; i++)
			plain_part(p, _("Try"), x.tries[i].text);
		plain_part(p, _("Refs"), x.refs);
	}
	explanation_clear(&x);
}

/* The prompt is taken back by a new line: nothing is ever redrawn. */
void plain_leave_prompt(struct plain *p)
{
	if (p->prompted)
		fputc('\n', p->out);
	p->prompted = false;
}

void plain_entry(struct plain *p, size_t index)
{
	const struct event *e = dialog_at(p->link.dialog, index);
	struct buf text = { 0 };
	char *save = NULL;

	if (!entry_shown(p->link.dialog, index))
		return;
	plain_leave_prompt(p);
	entry_text(p->link.dialog, index, &text);
	for (char *l = strtok_r((char *)buf_str(&text), "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save))
		fprintf(p->out, "%4zu %s\n", ++p->number, l);
	buf_clear(&text);
	if (e->kind == EV_REPLY) {
		p->last_reply = index;
		plain_explain(p, index, false);
	} else if (e->kind == EV_FAILED) {
		plain_explain(p, index, true);
	}
}

void plain_show_new(struct plain *p)
{
	while (p->shown < dialog_count(p->link.dialog))
		plain_entry(p, p->shown++);
}

/* The arguments of the question, as they came and made safe; heap. */
static char *ask_words(const struct event *ask)
{
	struct buf what = { 0 };

	for (uint32_t i = 0; i < ask->u.ask.args.len; i++) {
		struct ev_ref r = event_item(ask, ask->u.ask.args, i);

		buf_adds(&what, i ? " " : "");
		escape_text(&what, event_text(ask, r), r.len, i18n_is_ascii());
	}
	buf_str(&what);
	return buf_steal(&what);
}

void plain_ask(struct plain *p)
{
	const struct event *ask = plain_now(p)->ask;
	const char *id = event_text(ask, ask->u.ask.id);
	char *what = ask_words(ask);

	plain_leave_prompt(p);
	if (strcmp(id, "private-address") == 0)
		fprintf(p->out, _("Question: public DNS gives %s, a private "
		                  "address. Connect all the same? y or n\n"),
		        what);
	else if (strcmp(id, "auth-clear") == 0)
		plain_print(p, "", _("Question: this connection is in clear. "
		                     "Send user name and password all the "
		                     "same? y or n"));
	else if (strcmp(id, "password") != 0)
		fprintf(p->out, _("Question: %s %s? y or n\n"), id, what);
	free(what);
}

/* Who is asked, where a prompt asks for a password. */
static void print_password_prompt(struct plain *p)
{
	char *who = p->login ? xmemdup0(p->login, strcspn(p->login, " "))
	                     : ask_words(plain_now(p)->ask);

	fprintf(p->out, _("Password of %s (not shown; empty: none)> "), who);
	free(who);
	p->prompted = true;
}

void plain_prompt(struct plain *p)
{
	const struct event *e = plain_now(p)->prompt;
	const char *line = "";
	char *safe;
	struct buf b = { 0 };

	if (p->prompted || p->at_end || p->waiting || plain_replay_plays(p))
		return;
	echo_show(p->in, !is_secret(p));
	if (plain_asks_password(p)) {
		print_password_prompt(p);
		return;
	}
	if (p->link.replay) {
		plain_replay_prompt(p);
		p->prompted = true;
		return;
	}
	if (p->held) {
		fprintf(p->out, "%s> ", _("type send"));
		p->prompted = true;
		return;
	}
	if (p->cfg->guided && plain_is_open(p) && e)
		line = event_text(e, e->u.prompt.line);
	escape_text(&b, line, strlen(line), i18n_is_ascii());
	safe = buf_steal(&b);
	if (*safe)
		fprintf(p->out, _("%s (Enter alone sends: %s)> "),
		        state_words(plain_now(p)), safe);
	else
		fprintf(p->out, "%s> ", state_words(plain_now(p)));
	free(safe);
	p->prompted = true;
}

static void print_lines(struct plain *p, const char *const *lines)
{
	for (; *lines; lines++)
		plain_print(p, "  ", _(*lines));
}

void plain_help(struct plain *p)
{
	static const char *const recording[] = {
		N_("Enter     shows the next turn: a command and its reply"),
		N_(":back     the turn before; :rewind, :whole: the ends"),
		N_(":goto 12  goes to a turn; :goto 12s or 1:30 to a time"),
		N_(":search X goes to the next turn that holds X"),
		N_(":play     plays it, Enter pauses; :faster, :slower"),
		N_("?         explains the last reply again, in full"),
		N_(":checks   tells what DNS says of both sides"),
		N_(":grid     tells what each address said"),
		N_(":compare 1 2 lays two sessions side by side"),
		N_(":ticket   what a provider needs to know of a refusal"),
		N_(":mask     aliases from now on, or none again"),
		N_(":save F   writes file F: .html .md .jsonl, else text"),
		N_(":q        leaves"),
		NULL,
	};
	static const char *const lines[] = {
		N_("A line goes to the server as it is typed."),
		N_("Enter alone sends the line that the guide proposes."),
		N_("?        explains the last reply again, in full"),
		N_(":q       sends QUIT and leaves; :q! leaves at once"),
		N_(":open X  looks up another domain or host"),
		N_(":login U logs in; the password is asked for, not shown"),
		N_(":try lists experiments; :try NAME asks before it begins"),
		N_(":checks  tells what DNS says of both sides; :check anew"),
		N_(":grid    tells what each address said; :all visits them"),
		N_(":compare 1 2 lays two sessions side by side"),
		N_(":ticket  what a provider needs to know of a refusal"),
		N_(":mask    aliases from now on, or none again"),
		N_(":save F  writes file F: .html .md .jsonl, else text"),
		N_(":help    this list"),
		NULL,
	};

	print_lines(p, p->link.replay ? recording : lines);
}
