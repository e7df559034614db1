#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/command.h"
#include "ui/complete.h"
#include "ui/theme.h"
#include "util/xalloc.h"

static bool begins(const char *text, const char *with, size_t len)
{
	return strncasecmp(text, with, len) == 0;
}

bool complete_begins(const struct typing *t, size_t at, const char *candidate)
{
	return begins(candidate, t->text + at, t->len - at);
}

void complete_add(const struct typing *t, size_t at, const char *candidate,
                  struct line_candidates *out)
{
	char *all = xasprintf("%.*s%s", (int)at, t->text, candidate);

	line_candidates_add(out, all);
	free(all);
}

/* Of the form behind a verb: not where the whole first word is in brackets. */
static bool needs_argument(const char *form)
{
	size_t word = *form ? strcspn(form + 1, " ") : 0;

	return word && !(form[1] == '[' && form[word] == ']' &&
	                 !memchr(form + 1, ']', word - 1));
}

/*
 * The beginning of each command that a person goes on typing from: its form up
 * to the "<" of a path, or to the blank before an argument that must follow.
 */
static char *command_start(const struct ui *u, enum verb v)
{
	const char *form = command_info(v)->syntax;
	size_t word = strcspn(form, " ");
	const char *path = strstr(form, ":<");

	if (v == VERB_EHLO || v == VERB_HELO || v == VERB_LHLO)
		return xasprintf("%s %s", command_info(v)->name,
		                 ui_now(u)->helo);
	if (path)
		return xmemdup0(form, (size_t)(path - form) + 2);
	return xmemdup0(form, word + needs_argument(form + word));
}

/* With nothing typed, what every server has and what this one offers; the
 * rest is for those who know what they begin to type. */
static bool belongs(const struct ui *u, enum verb v)
{
	const struct command *c = command_info(v);

	if (*c->needs && dialog_cap(u->link.dialog, c->needs))
		return true;
	return strcmp(c->status, "standard") == 0 &&
	       (!*c->needs || v == VERB_VRFY || v == VERB_EXPN ||
	        v == VERB_HELP);
}

static void complete_verb(const struct ui *u, const char *text, size_t len,
                          struct line_candidates *out)
{
	const struct event *p = ui_now(u)->prompt;

	for (int v = 0; v < VERB_OTHER; v++) {
		const struct command *c = command_info((enum verb)v);
		char *start;

		if (c->name[0] == '(' || !p ||
		    !(p->u.prompt.allowed & (UINT64_C(1) << v)))
			continue;
		if (len == 0 && !belongs(u, (enum verb)v))
			continue;
		start = command_start(u, (enum verb)v);
		if (begins(start, text, len))
			line_candidates_add(out, start);
		free(start);
	}
}

static void complete_address(const struct typing *t,
                             struct line_candidates *out)
{
	const struct plan *plan = &t->ui->plan;
	const char *open = memchr(t->text, '<', t->len);
	size_t at = (size_t)(open - t->text) + 1;
	char *closed;

	if (!begins(t->text, "RCPT", 4)) {
		closed = xasprintf("%s>", plan->from ? plan->from
		                                     : ui_now(t->ui)->from);
		complete_add(t, at, closed, out);
		free(closed);
		return;
	}
	for (size_t i = 0; i < plan->n_to; i++) {
		closed = xasprintf("%s>", plan->to[i]);
		if (complete_begins(t, at, closed))
			complete_add(t, at, closed, out);
		free(closed);
	}
}

void complete_server(void *arg, const char *text, size_t cursor,
                     struct line_candidates *out)
{
	struct typing t = { .ui = arg, .text = text, .word = cursor,
		            .len = cursor };

	if (!t.ui->started)
		return;
	while (t.word > 0 && text[t.word - 1] != ' ')
		t.word--;
	if (memchr(text, '<', cursor) && !memchr(text, '>', cursor))
		complete_address(&t, out);
	else if (t.word == 0)
		complete_verb(t.ui, text, cursor, out);
	else
		complete_argument(&t, out);
}

/* Words that a command takes: "start|previous|clock|none", theme names. */
static void complete_takes(const struct typing *t, enum cmd c,
                           struct line_candidates *out)
{
	const char *takes = cmd_info(c)->takes;

	for (int i = 0; c == CMD_THEME && i < THEME_COUNT; i++)
		if (complete_begins(t, t->word, theme_name((enum theme)i)))
			complete_add(t, t->word, theme_name((enum theme)i),
			             out);
	if (c == CMD_THEME || !strchr(takes, '|'))
		return;
	while (*takes) {
		char one[32];
		size_t n = strcspn(takes, "|");

		snprintf(one, sizeof one, "%.*s", (int)n, takes);
		if (complete_begins(t, t->word, one))
			complete_add(t, t->word, one, out);
		takes += n + (takes[n] == '|');
	}
}

void complete_command(void *arg, const char *text, size_t cursor,
                      struct line_candidates *out)
{
	const struct ui *u = arg;
	const char *blank = memchr(text, ' ', cursor);
	size_t len = blank ? (size_t)(blank - text) : cursor;

	if (u->mode != PROMPT_COMMAND)
		return;
	if (blank) {
		struct typing t = { .ui = u, .text = text, .word = len + 1,
			            .len = cursor };

		complete_takes(&t, cmd_find(text, len), out);
		return;
	}
	for (int c = CMD_NONE + 1; c < CMD_COUNT; c++)
		if (begins(cmd_info((enum cmd)c)->name, text, len))
			line_candidates_add(out, cmd_info((enum cmd)c)->name);
}
