#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/command.h"
#include "core/params.h"
#include "ui/complete.h"
#include "util/xalloc.h"

enum { WORD_MAX = 80 }; /* longer than every keyword and value offered */

static const struct now_cap *offered(const struct typing *t,
                                     const char *keyword)
{
	return dialog_cap(t->ui->link.dialog, keyword);
}

/* The candidate where it fits what is typed from at on. */
static void offer(const struct typing *t, size_t at, const char *candidate,
                  struct line_candidates *out)
{
	if (complete_begins(t, at, candidate))
		complete_add(t, at, candidate, out);
}

/* Is one of the words before this one "KEYWORD" or "KEYWORD=..."? */
static bool used(const struct typing *t, const char *keyword)
{
	size_t len = strlen(keyword);

	for (size_t at = 0; at < t->word;) {
		const char *word = t->text + at;
		size_t end = strcspn(word, " ");
		size_t key = strcspn(word, "= ");

		if (key == len && strncasecmp(word, keyword, len) == 0)
			return true;
		at += end + 1;
	}
	return false;
}

/* Each word of a list; with is put behind it. */
static void complete_list(const struct typing *t, const char *list,
                          const char *with, struct line_candidates *out)
{
	char *copy = xstrdup(list), *save = NULL;

	for (char *w = strtok_r(copy, " \t", &save); w;
	     w = strtok_r(NULL, " \t", &save)) {
		char *one = xasprintf("%s%s", w, with);

		if (!*with || !used(t, w))
			offer(t, t->word, one, out);
		free(one);
	}
	free(copy);
}

/* ---- MAIL and RCPT ---- */

static bool takes_list(const struct param *p)
{
	return strcmp(p->form, "notify") == 0;
}

/* The values of a list: what is not there yet; NEVER only alone. */
static void complete_values(const struct typing *t, const struct param *p,
                            size_t from, struct line_candidates *out)
{
	const char *comma = NULL;
	size_t at = from, len;

	for (size_t i = from; takes_list(p) && i < t->len; i++)
		if (t->text[i] == ',')
			comma = t->text + i;
	if (comma)
		at = (size_t)(comma - t->text) + 1;
	for (size_t i = 0;; i++) {
		const char *value = param_value(p, i, &len);
		char one[WORD_MAX];
		const char *there = t->text + from;
		bool twice = false;

		if (!len || len >= sizeof one)
			return;
		snprintf(one, sizeof one, "%.*s", (int)len, value);
		for (; there < t->text + at; there += strcspn(there, ",") + 1)
			twice = twice || strncasecmp(there, one, len) == 0;
		if (twice || (comma && strcmp(one, "NEVER") == 0) ||
		    !offered(t, param_needs(p, one, len)))
			continue;
		offer(t, at, one, out);
	}
}

/* The recipient of this very line, as the sender would say it. */
static void complete_orcpt(const struct typing *t, size_t from,
                           struct line_candidates *out)
{
	char *line = xmemdup0(t->text, t->word), *path = command_path(line);
	char *xtext = param_xtext(path);
	char *value = xasprintf("rfc822;%s", xtext);

	if (*path)
		offer(t, from, value, out);
	free(value);
	free(xtext);
	free(path);
	free(line);
}

static void complete_value(const struct typing *t, size_t from,
                           const struct param *p, struct line_candidates *out)
{
	if (strcmp(p->form, "orcpt") == 0)
		complete_orcpt(t, from, out);
	else if (strcmp(p->form, "auth") == 0)
		offer(t, from, "<>", out);
	else
		complete_values(t, p, from, out);
}

/* Parameters that the server's EHLO list allows and that are not there. */
static void complete_keys(const struct typing *t, enum verb v,
                          struct line_candidates *out)
{
	const struct param *p;
	char one[WORD_MAX];

	for (size_t i = 0; (p = param_at(i)); i++) {
		if (!strstr(p->command, command_info(v)->name) ||
		    !offered(t, p->needs) || used(t, p->keyword))
			continue;
		snprintf(one, sizeof one, "%s%s", p->keyword,
		         *p->value && p->value[0] != '[' ? "=" : "");
		offer(t, t->word, one, out);
	}
}

static void complete_param(const struct typing *t, enum verb v,
                           struct line_candidates *out)
{
	const char *word = t->text + t->word;
	const char *sign = memchr(word, '=', t->len - t->word);
	const struct param *p;

	if (!memchr(t->text, '>', t->word))
		return;
	if (!sign) {
		complete_keys(t, v, out);
		return;
	}
	p = param_find(word, (size_t)(sign - word), v);
	if (p)
		complete_value(t, (size_t)(sign - t->text) + 1, p, out);
}

/* ---- the others ---- */

/* Which word of the line it is; the verb is 0. */
static size_t position(const struct typing *t)
{
	size_t n = 0;

	for (size_t i = 1; i < t->word; i++)
		n += t->text[i] != ' ' && t->text[i - 1] == ' ';
	return n + 1;
}

void complete_argument(const struct typing *t, struct line_candidates *out)
{
	enum verb v = command_find(t->text, t->len);
	const char *name = command_info(v)->name;
	const struct now_cap *cap = *name ? offered(t, name) : NULL;

	switch (v) {
	case VERB_MAIL:
	case VERB_RCPT: complete_param(t, v, out); break;
	case VERB_AUTH:
		cap = cap ? cap : offered(t, "AUTH=");
		/* fallthrough */
	case VERB_X_EXPS:
		if (cap && position(t) == 1)
			complete_list(t, cap->params, "", out);
		break;
	case VERB_XCLIENT:
	case VERB_XFORWARD:
		if (cap)
			complete_list(t, cap->params, "=", out);
		break;
	case VERB_BDAT:
	case VERB_BURL:
		if (position(t) == 2)
			offer(t, t->word, "LAST", out);
		break;
	case VERB_VRFY:
	case VERB_EXPN:
		if (position(t) == 2 && offered(t, "SMTPUTF8"))
			offer(t, t->word, "SMTPUTF8", out);
		break;
	default: break;
	}
}
