#include "config.h"

#include "ui/do.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/i18n.h"
#include "util/outfile.h"
#include "util/xalloc.h"

static const struct form {
	const char *key, *word, *suffix;
	const char *text; /* msgid */
	enum ui_save_form form;
} forms[] = { /* of two with the same suffix a file's name means the first */
	{ "h", "html", ".html", N_("a page to read, print and hand out"),
	  UI_SAVE_HTML },
	{ "q", "worksheet", "-worksheet.html",
	  N_("a worksheet: meanings left blank"), UI_SAVE_WORKSHEET },
	{ "m", "markdown", ".md", N_("Markdown, for a ticket"),
	  UI_SAVE_MARKDOWN },
	{ "t", "text", ".txt", N_("text with explanations"), UI_SAVE_TEXT },
	{ "r", "json", ".jsonl", N_("a recording, for --replay"),
	  UI_SAVE_JSON },
	{ "s", "swaks", ".swaks.txt", N_("as swaks prints it"),
	  UI_SAVE_SWAKS },
};
enum { FORMS = sizeof forms / sizeof *forms };

static const struct form *find_word(const char *word, size_t len)
{
	for (size_t i = 0; i < FORMS; i++)
		if (strlen(forms[i].word) == len &&
		    memcmp(forms[i].word, word, len) == 0)
			return &forms[i];
	return NULL;
}

/* By the longest suffix of the name; text when it has none of ours. */
static const struct form *find_suffix(const char *file)
{
	const struct form *best = find_word("text", 4);
	size_t best_len = 0, len = strlen(file);

	for (size_t i = 0; i < FORMS; i++) {
		size_t n = strlen(forms[i].suffix);

		if (n > best_len && n < len &&
		    strcmp(file + len - n, forms[i].suffix) == 0) {
			best = &forms[i];
			best_len = n;
		}
	}
	return best;
}

enum ui_save_form save_form(const char *arg, const char **file)
{
	size_t len = strcspn(arg, " ");
	const struct form *f = find_word(arg, len);

	*file = f ? arg + len + strspn(arg + len, " ") : arg;
	return f ? f->form : find_suffix(arg)->form;
}

/* When what is on screen began. */
static const char *start_time(const struct ui *u)
{
	for (size_t i = dialog_count(u->link.dialog); i-- > 0;) {
		const struct event *e = dialog_at(u->link.dialog, i);

		if (e->kind == EV_START)
			return event_text(e, e->u.start.time);
	}
	return "";
}

static char *proposed(const struct ui *u, const struct form *f)
{
	return outfile_name(ui_now(u)->target, start_time(u), f->suffix);
}

static void save_menu(struct ui *u)
{
	popup_open(u, POPUP_LIST, _("Save"), NULL);
	for (size_t i = 0; i < FORMS; i++)
		popup_add(u, &(struct popup_row){
			.key = forms[i].key, .text = _(forms[i].text),
			.more = forms[i].suffix, .arg = forms[i].word,
			.cmd = CMD_SAVE });
}

/* The name can be changed, and Enter saves. */
static void ask_name(struct ui *u, const struct form *f)
{
	char *name = proposed(u, f);
	char *words = xasprintf("%s %s %s", cmd_info(CMD_SAVE)->name, f->word,
	                        name);

	ui_ask_words(u, words);
	free(words);
	free(name);
}

/* Enter takes the choice that loses nothing. */
static void ask_replace(struct ui *u, const struct form *f, const char *file)
{
	char *arg = xasprintf("!%s %s", f->word, file);
	char name[200];

	ui_safe(file, name, sizeof name);
	popup_open(u, POPUP_LIST, _("There is such a file already"), name);
	popup_add(u, &(struct popup_row){ .key = "n",
		.text = _("another name"), .arg = f->word, .cmd = CMD_SAVE });
	popup_add(u, &(struct popup_row){ .key = "y", .text = _("replace it"),
		.arg = arg, .cmd = CMD_SAVE });
	free(arg);
}

static void save(struct ui *u, const struct form *f, const char *file,
                 bool replace)
{
	char name[200], *error;

	error = u->cfg->calls.save(u->link.dialog, f->form, file, replace);
	if (!error)
		ui_say(u, _("Saved in %s."), ui_safe(file, name, sizeof name));
	else if (errno == EEXIST && !replace)
		ask_replace(u, f, file);
	else
		ui_say(u, "%s", ui_safe(error, name, sizeof name));
	free(error);
}

/* "", "FORM", "FORM FILE", "FILE"; "!" before it: replaces what is there. */
void do_save(struct ui *u, const char *arg)
{
	bool replace = *arg == '!';
	size_t len = strcspn(arg + replace, " ");
	const struct form *f = find_word(arg + replace, len);
	const char *file = f ? arg + replace + len : arg;

	file += strspn(file, " ");
	if (dialog_count(u->link.dialog) == 0 || !u->cfg->calls.save)
		ui_say(u, "%s", _("There is nothing to save yet."));
	else if (!*arg)
		save_menu(u);
	else if (strcmp(file, "-") == 0)
		ui_say(u, "%s", _("Standard output is the screen here; name a "
		                  "file."));
	else if (f && !*file)
		ask_name(u, f);
	else
		save(u, f ? f : find_suffix(file), file, f && replace);
}
