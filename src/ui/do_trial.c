#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "knowledge/check_words.h"
#include "ui/do.h"
#include "ui/trial_view.h"
#include "util/i18n.h"
#include "util/xalloc.h"

/* The letters of the list; j and k move in it. */
static const struct {
	enum trial_kind kind;
	const char *key;
} letters[] = {
	{ TRIAL_GREYLIST, "g" },    { TRIAL_NULL_SENDER, "n" },
	{ TRIAL_HELO, "h" },        { TRIAL_MX, "m" },
	{ TRIAL_FAMILY, "f" },      { TRIAL_SOURCE, "s" },
	{ TRIAL_TLS, "t" },         { TRIAL_CLEAR, "c" },
	{ TRIAL_PORT, "p" },        { TRIAL_ENFORCE, "e" },
	{ TRIAL_SEVERAL_HOSTS, "v" },
};

static void fill(struct ui *u, struct trial_view *v)
{
	trial_view_fill(v, u->link.dialog, &u->plan, u->demo);
}

/* possible: those that can be made; else those that cannot, and why. */
static void add_items(struct ui *u, const struct trial_view *v, bool possible)
{
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
		struct trial t = { .kind = letters[i].kind };
		const char *why = trial_view_objection(v, &t);

		if (possible != !why)
			continue;
		popup_add(u, &(struct popup_row){
			.key = why ? "" : letters[i].key,
			.text = trial_view_label(t.kind),
			.more = why ? why : trial_word(t.kind),
			.arg = trial_word(t.kind), .cmd = CMD_TRY });
	}
}

static void open_list(struct ui *u)
{
	struct trial_view v;

	fill(u, &v);
	popup_open(u, POPUP_LIST, _("Experiments"), NULL);
	add_items(u, &v, true);
	add_items(u, &v, false);
	trial_view_clear(&v);
}

static void ask(struct ui *u, const struct trial *t)
{
	struct trial_view v;
	const char *why;
	char *question, *text;

	fill(u, &v);
	why = trial_view_objection(&v, t);
	if (why) {
		ui_say(u, "%s", why);
	} else {
		question = trial_view_question(&v, t);
		text = xasprintf("%s %s", question,
		                 _("y begins, Esc does not."));
		popup_open(u, POPUP_TRIAL, trial_view_label(t->kind), text);
		u->trial = trial_text(t);
		free(text);
		free(question);
	}
	trial_view_clear(&v);
}

/* One that wants a value, without it: may it be made at all? */
static void ask_value(struct ui *u, enum trial_kind k)
{
	struct trial t = { .kind = k };
	struct trial_view v;
	const char *why;
	char *text;

	fill(u, &v);
	why = trial_view_objection(&v, &t);
	if (why) {
		ui_say(u, "%s", why);
	} else {
		text = xasprintf("%s %s ", cmd_info(CMD_TRY)->name,
		                 trial_word(k));
		ui_ask_words(u, text);
		free(text);
	}
	trial_view_clear(&v);
}

void do_trial(struct ui *u, const char *arg)
{
	struct trial t = { .kind = TRIAL_NONE };
	enum trial_kind k = trial_find(arg);
	char *error;

	if (ui_replays(u))
		return;
	if (!*arg) {
		open_list(u);
		return;
	}
	if (strcmp(arg, trial_word(k)) == 0 &&
	    trial_takes(k) == TRIAL_TAKES_VALUE) {
		ask_value(u, k);
		return;
	}
	error = trial_parse(arg, &t);
	if (error)
		ui_say(u, ":try: %s", error);
	else
		ask(u, &t);
	free(error);
	trial_clear(&t);
}

bool do_trial_if(struct ui *u, const char *arg)
{
	struct trial t = { .kind = trial_find(arg) };
	struct trial_view v;
	bool can;

	fill(u, &v);
	can = !u->link.replay && !trial_view_objection(&v, &t);
	trial_view_clear(&v);
	if (can)
		do_trial(u, arg);
	return can;
}

void do_trial_begin(struct ui *u)
{
	ui_request(u, REQ_TRY, u->trial, NULL, true);
	popup_close(u);
	view_follow(u);
}
