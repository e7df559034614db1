#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/command.h"
#include "core/ehlo.h"
#include "ui/theme.h"
#include "ui/ui.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static bool begins(const char *text, const char *with, size_t len)
{
	return strncasecmp(text, with, len) == 0;
}

/* The beginning of each command that a person goes on typing from. */
static char *command_start(const struct ui *u, enum verb v)
{
	const struct dialog_now *now = ui_now(u);
	const char *name = command_info(v)->name;

	switch (v) {
	case VERB_MAIL:
		return xstrdup("MAIL FROM:<");
	case VERB_RCPT:
		return xstrdup("RCPT TO:<");
	case VERB_EHLO:
	case VERB_HELO:
		return xasprintf("%s %s", name, now->helo);
	case VERB_VRFY:
	case VERB_EXPN:
	case VERB_AUTH:
	case VERB_BDAT:
		return xasprintf("%s ", name);
	default:
		return xstrdup(name);
	}
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
		if (len == 0 && strcmp(c->status, "standard") != 0)
			continue;
		start = command_start(u, (enum verb)v);
		if (begins(start, text, len))
			line_candidates_add(out, start);
		free(start);
	}
}

/* Puts text[0..word) and one candidate together. */
static void add_word(struct line_candidates *out, const char *text,
                     size_t word, const char *candidate)
{
	char *all = xasprintf("%.*s%s", (int)word, text, candidate);

	line_candidates_add(out, all);
	free(all);
}

static void complete_auth(const struct ui *u, const char *text, size_t word,
                          size_t len, struct line_candidates *out)
{
	const struct now_cap *auth = dialog_cap(u->link.dialog, "AUTH");
	char *copy, *save = NULL;

	if (!auth)
		return;
	copy = xstrdup(auth->params);
	for (char *m = strtok_r(copy, " ", &save); m;
	     m = strtok_r(NULL, " ", &save))
		if (begins(m, text + word, len - word))
			add_word(out, text, word, m);
	free(copy);
}

/* Parameters of MAIL and RCPT that the server's EHLO list allows. */
static void complete_param(const struct ui *u, const char *text, size_t word,
                           size_t len, struct line_candidates *out)
{
	bool mail = begins(text, "MAIL", 4);
	const struct dialog_now *now = ui_now(u);

	for (size_t i = 0; i < now->n_caps; i++) {
		const char *key = now->caps[i].keyword;
		const struct extension *e = extension_find(key, strlen(key));
		const char *params = !e     ? ""
		                     : mail ? e->mail_params
		                            : e->rcpt_params;
		char one[64];
		size_t n = strcspn(params, " =");

		if (n == 0 || n >= sizeof one - 1)
			continue;
		snprintf(one, sizeof one, "%.*s%s", (int)n, params,
		         params[n] == '=' ? "=" : "");
		if (begins(one, text + word, len - word))
			add_word(out, text, word, one);
	}
}

static void complete_address(const struct ui *u, const char *text, size_t len,
                             struct line_candidates *out)
{
	const struct dialog_now *now = ui_now(u);
	const char *open = memchr(text, '<', len);
	size_t at = open ? (size_t)(open - text) + 1 : len;
	char *closed;

	if (memchr(text, '>', len))
		return;
	if (!begins(text, "RCPT", 4)) {
		closed = xasprintf("%s>", u->plan.from ? u->plan.from
		                                       : now->from);
		add_word(out, text, at, closed);
		free(closed);
		return;
	}
	for (size_t i = 0; i < u->plan.n_to; i++) {
		closed = xasprintf("%s>", u->plan.to[i]);
		if (begins(closed, text + at, len - at))
			add_word(out, text, at, closed);
		free(closed);
	}
}

void complete_server(void *arg, const char *text, size_t cursor,
                     struct line_candidates *out)
{
	const struct ui *u = arg;
	size_t word = cursor;

	if (!u->started)
		return;
	while (word > 0 && text[word - 1] != ' ')
		word--;
	if (memchr(text, '<', cursor) && !memchr(text, '>', cursor))
		complete_address(u, text, cursor, out);
	else if (word == 0)
		complete_verb(u, text, cursor, out);
	else if (begins(text, "AUTH", 4))
		complete_auth(u, text, word, cursor, out);
	else if (begins(text, "MAIL", 4) || begins(text, "RCPT", 4))
		complete_param(u, text, word, cursor, out);
}

/* Words that a command takes: "start|previous|clock|none", theme names. */
static void complete_takes(enum cmd c, const char *text, size_t word,
                           size_t len, struct line_candidates *out)
{
	const char *takes = cmd_info(c)->takes;

	if (c == CMD_THEME) {
		for (int t = 0; t < THEME_COUNT; t++)
			if (begins(theme_name((enum theme)t), text + word,
			           len - word))
				add_word(out, text, word,
				         theme_name((enum theme)t));
		return;
	}
	if (!strchr(takes, '|'))
		return;
	while (*takes) {
		char one[32];
		size_t n = strcspn(takes, "|");

		snprintf(one, sizeof one, "%.*s", (int)n, takes);
		if (begins(one, text + word, len - word))
			add_word(out, text, word, one);
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
		complete_takes(cmd_find(text, len), text, len + 1, cursor, out);
		return;
	}
	for (int c = CMD_NONE + 1; c < CMD_COUNT; c++)
		if (begins(cmd_info((enum cmd)c)->name, text, len))
			line_candidates_add(out, cmd_info((enum cmd)c)->name);
}
