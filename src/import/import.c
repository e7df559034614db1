#include "config.h"

#include "import/import.h"

#include <stdlib.h>

#include "import/form.h"
#include "import/player.h"
#include "util/i18n.h"
#include "util/xalloc.h"

static char *fault_text(enum text_fault fault)
{
	switch (fault) {
	case TEXT_EMPTY:
		return xstrdup(_("the file is empty"));
	case TEXT_BIG:
		return xasprintf(_("more than %d MiB: no transcript is that "
		                   "long"), IMPORT_BYTES_MAX >> 20);
	case TEXT_UTF16:
		return xstrdup(_("the file is in UTF-16; iconv -f UTF-16 "
		                 "-t UTF-8 makes it readable"));
	case TEXT_NUL:
		return xstrdup(_("a NUL byte: this is no text"));
	case TEXT_LONG:
		return xasprintf(_("longer than %d bytes: this is no line of a "
		                   "transcript"), TEXT_LINE_MAX);
	case TEXT_MANY:
		return xasprintf(_("more than %d lines: no transcript is that "
		                   "long"), TEXT_LINES_MAX);
	case TEXT_FINE:
		break;
	}
	return NULL;
}

/* why: given away. */
static char *sentence(const char *name, size_t line, char *why)
{
	char *text = line ? xasprintf(_("%s, line %llu: %s"), name,
	                              (unsigned long long)line, why)
	                  : xasprintf("%s: %s", name, why);

	free(why);
	return text;
}

/* The first line that is not empty. */
static size_t first_line(const struct text *t)
{
	size_t i = 0;

	while (i < t->n && piece_trim(t->lines[i]).len == 0)
		i++;
	return i < t->n ? i + 1 : 1;
}

static enum import_result play(const struct import_source *s,
                               const struct text *t,
                               const struct player_calls *calls, char **error)
{
	const struct form *form = form_find(t);
	struct items items = { 0 };
	enum import_result result = IMPORT_BAD;
	char *why = NULL;

	if (form)
		form->read(t, &items);
	if (!form)
		why = xstrdup(_("neither a recording nor a transcript that is "
		                "known (telnet, swaks, openssl s_client, "
		                "curl -v, posttls-finger, Postfix's log, "
		                "C: and S:)"));
	else if (!player_has_session(&items))
		why = xasprintf(_("this looks like %s, but no line of a dialog "
		                  "is there"), form->program);
	else
		result = player_run(form->program, s->name, &items, calls)
		                 ? IMPORT_DONE : IMPORT_STOPPED;
	items_clear(&items);
	if (why)
		*error = sentence(s->name, first_line(t), why);
	return result;
}

enum import_result import_play(const struct import_source *s,
                               bool (*see)(void *arg, const struct event *e),
                               void *arg, char **error)
{
	const struct player_calls calls = { .see = see, .arg = arg };
	struct text text;
	size_t line;
	enum text_fault fault = text_read(&text, s->data, s->len, &line);
	enum import_result result;

	if (fault != TEXT_FINE) {
		*error = sentence(s->name, line, fault_text(fault));
		return IMPORT_BAD;
	}
	result = play(s, &text, &calls, error);
	text_clear(&text);
	return result;
}
