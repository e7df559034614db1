#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "knowledge/again.h"
#include "ui/do.h"
#include "util/base64.h"
#include "util/i18n.h"
#include "util/outfile.h"
#include "util/xalloc.h"

enum { OSC52_MAX = 70000 }; /* terminals drop longer ones without a word */

extern char **environ;

/* --- what is copied */

static void session_text(struct ui *u, struct buf *out)
{
	size_t n = dialog_count(u->link.dialog);

	for (size_t i = 0; i < n; i++)
		if (entry_shown(u->link.dialog, i))
			entry_text(u->link.dialog, i, out);
}

/* The command and its reply, whichever of them is selected. */
static void turn_text(struct ui *u, size_t index, struct buf *out)
{
	const struct dialog *d = u->link.dialog;
	const struct event *e = dialog_at(d, index);
	size_t other = SIZE_MAX, end = dialog_count(d);

	if (e->kind == EV_REPLY && e->u.reply.to != EV_UNASKED &&
	    e->u.reply.to != EV_GREETING)
		other = dialog_find(d, e->u.reply.to);
	if (other != SIZE_MAX)
		entry_text(d, other, out);
	entry_text(d, index, out);
	for (size_t i = index + 1; e->kind == EV_SENT && i < end; i++) {
		const struct event *r = dialog_at(d, i);

		if (r->kind == EV_REPLY && r->u.reply.to == e->n) {
			entry_text(d, i, out);
			return;
		}
	}
}

static void explanation_text(struct ui *u, struct buf *out)
{
	struct rect tall = { .w = 80, .h = 100 };
	struct doc doc;

	doc_init(&doc, tall.w);
	explain_doc(u, tall, &doc);
	for (size_t i = 0; i < doc.n_lines; i++) {
		char *line = doc_text(&doc, i);

		buf_addf(out, "%s\n", line);
		free(line);
	}
	doc_clear(&doc);
}

/* --- where to: the ladder. Each says whether it took the text. */

/* Runs argv with text on its standard input. The text goes through a file
 * without a name, so that nobody has to wait for a pipe. */
static bool give_to(char *const argv[], const char *text, size_t len)
{
	posix_spawn_file_actions_t actions;
	FILE *file = tmpfile();
	pid_t pid;
	int status = 1;

	if (!file)
		return false;
	fwrite(text, 1, len, file);
	rewind(file);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(file), 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	posix_spawn_file_actions_destroy(&actions);
	fclose(file);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool to_tmux(const char *text, size_t len)
{
	char *const argv[] = { "tmux", "load-buffer", "-w", "-", NULL };

	return getenv("TMUX") && give_to(argv, text, len);
}

static bool to_desktop(const char *text, size_t len)
{
	char *const wayland[] = { "wl-copy", NULL };
	char *const x11[] = { "xclip", "-selection", "clipboard", NULL };

	if (getenv("WAYLAND_DISPLAY") && give_to(wayland, text, len))
		return true;
	return getenv("DISPLAY") && give_to(x11, text, len);
}

/* OSC 52: the terminal takes it or not, and never says. */
static bool to_terminal(const struct ui *u, const char *text, size_t len)
{
	struct buf b = { 0 };
	ssize_t n;

	if (!u->terminal || getenv("TMUX") || len > OSC52_MAX)
		return false;
	buf_adds(&b, "\033]52;c;");
	base64_encode(&b, text, len);
	buf_adds(&b, "\033\\");
	n = write(STDOUT_FILENO, b.data, b.len);
	buf_clear(&b);
	return n > 0;
}

static bool to_file(const struct ui *u, const char *text, size_t len)
{
	char *path, *error;
	bool done;

	if (!*u->cfg->state_dir)
		return false;
	path = xasprintf("%s/clipboard.txt", u->cfg->state_dir);
	error = outfile_write(path, OUTFILE_REPLACE, text, len);
	done = !error;
	free(error);
	free(path);
	return done;
}

static size_t count_lines(const struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

void do_copy_text(struct ui *u, const struct buf *b)
{
	const char *how = NULL, *also = "";

	if (to_tmux(b->data, b->len))
		how = _("tmux");
	else if (u->terminal && to_desktop(b->data, b->len))
		how = _("clipboard");
	else if (to_terminal(u, b->data, b->len))
		how = _("sent to the terminal");
	if (to_file(u, b->data, b->len))
		also = _(" Also in clipboard.txt of the state folder.");
	if (how)
		ui_say(u, _("Copied %zu line(s) (%s).%s"), count_lines(b), how,
		       also);
	else if (*also)
		ui_say(u, _("%zu line(s) are in %s/clipboard.txt."),
		       count_lines(b), u->cfg->state_dir);
	else
		ui_say(u, "%s", _("There is no clipboard here; :save FILE "
		                  "writes a file."));
}

static void copy_menu(struct ui *u)
{
	bool checks = ui_now(u)->n_checks > 0;
	static const struct {
		const char *key, *text, *arg;
	} items[] = {
		{ "g", N_("the grid of all addresses"), "grid" },
		{ "k", N_("this check"), "check" },
		{ "a", N_("all checks"), "checks" },
		{ "l", N_("this line"), "line" },
		{ "t", N_("this turn: command and reply"), "turn" },
		{ "s", N_("the session"), "session" },
		{ "e", N_("the explanation"), "explanation" },
		{ "p", N_("the ticket for a provider"), "ticket" },
		{ "c", N_("a command that does it again"), "command" },
	};

	popup_open(u, POPUP_LIST, _("Copy"), NULL);
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		if ((i == 0 && u->pane != PANE_GRID) ||
		    ((i == 1 || i == 2) && !checks))
			continue;
		popup_add(u, &(struct popup_row){
			.key = items[i].key, .text = _(items[i].text),
			.arg = items[i].arg, .cmd = CMD_COPY });
	}
}

static const struct {
	const char *key, *name;
	enum again_kind kind;
} again[] = {
	{ "s", "swaks", AGAIN_SWAKS },
	{ "o", "openssl", AGAIN_OPENSSL },
	{ "n", "nc", AGAIN_NC },
	{ "m", "smtpscope", AGAIN_SELF },
};
enum { AGAIN = sizeof again / sizeof *again };

/* The lines themselves, so that one sees what one gets; only those that can do
 * what is on screen. */
static void again_menu(struct ui *u)
{
	size_t n = 0;

	popup_open(u, POPUP_LIST, _("Copy a command that does it again"),
	           NULL);
	for (size_t i = 0; i < AGAIN; i++) {
		char *line = again_line(again[i].kind, u->link.dialog);

		if (!line)
			continue;
		popup_add(u, &(struct popup_row){
			.key = again[i].key, .text = line,
			.arg = again[i].name, .cmd = CMD_COPY });
		free(line);
		n++;
	}
	if (n > 0)
		return;
	popup_close(u);
	ui_say(u, "%s", _("There was no connection yet."));
}

/* False: arg is no name of such a command. */
static bool copy_again(struct ui *u, const char *arg)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < AGAIN; i++) {
		char *line, *lacks;

		if (strcmp(arg, again[i].name) != 0)
			continue;
		line = again_line(again[i].kind, u->link.dialog);
		if (!line) {
			ui_say(u, _("%s cannot do what is on screen."), arg);
			return true;
		}
		buf_addf(&b, "%s\n", line);
		do_copy_text(u, &b);
		lacks = again_lacks(again[i].kind, u->link.dialog);
		if (lacks)
			ui_say(u, _("Copied; %s has no option for: %s"), arg,
			       lacks);
		free(lacks);
		free(line);
		buf_clear(&b);
		return true;
	}
	return false;
}

/* What is selected, as it is in the dialog: of folded lookups each one. */
static void entries_text(struct ui *u, size_t index, struct buf *out)
{
	const struct lookups *g = rows_lookups(&u->rows, index);

	for (size_t i = 0; i < (g ? g->n : 1u); i++)
		entry_text(u->link.dialog, index + i, out);
}

static void ticket_text(struct ui *u, int width, struct buf *out)
{
	char *text = u->cfg->ticket ? u->cfg->ticket(u->link.dialog, width,
	                                             u->veil.mode) : NULL;

	buf_adds(out, text ? text : "");
	free(text);
}

void do_ticket(struct ui *u)
{
	struct buf b = { 0 };

	ticket_text(u, popup_text_width(u), &b);
	if (b.len)
		popup_open(u, POPUP_TEXT, _("Ticket (:copy ticket)"),
		           buf_str(&b));
	buf_clear(&b);
}

/* Without a word: on, and off again. */
void do_mask(struct ui *u, const char *arg)
{
	int mode = *arg ? mask_mode_find(arg)
	           : u->veil.mask ? MASK_OFF : MASK_ALL;

	if (mode < 0) {
		ui_say(u, "%s", _("Write :mask all, :mask people or :mask "
		                  "off."));
		return;
	}
	ui_mask(u, (enum mask_mode)mode);
	ui_say(u, "%s", mode == MASK_OFF
	       ? _("MASK is off: addresses, names and IPs as they are.")
	       : mode == MASK_ALL
	       ? _("MASK is on: aliases here, in copies and files, not in the "
	           "recording.")
	       : _("MASK is on: the local parts of addresses are aliases."));
}

void do_copy(struct ui *u, const char *arg)
{
	size_t index = view_index(u);
	struct buf b = { 0 };

	if (!*arg) {
		copy_menu(u);
		return;
	}
	if (strcmp(arg, "command") == 0) {
		again_menu(u);
		return;
	}
	if (copy_again(u, arg))
		return;
	if (strcmp(arg, "session") == 0)
		session_text(u, &b);
	else if (strcmp(arg, "explanation") == 0)
		explanation_text(u, &b);
	else if (strcmp(arg, "ticket") == 0)
		ticket_text(u, 0, &b);
	else if (strcmp(arg, "check") == 0 || strcmp(arg, "checks") == 0)
		checks_text(u, strcmp(arg, "checks") == 0, &b);
	else if (strcmp(arg, "grid") == 0)
		grid_text(u, &b);
	else if (index != SIZE_MAX && strcmp(arg, "turn") == 0)
		turn_text(u, index, &b);
	else if (index != SIZE_MAX)
		entries_text(u, index, &b);
	if (b.len)
		do_copy_text(u, &b);
	else
		ui_say(u, "%s", _("There is nothing to copy."));
	buf_clear(&b);
}
