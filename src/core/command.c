#include "config.h"

#include "core/command.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "util/xalloc.h"

static const struct command commands[VERB_COUNT] = {
#define COMMAND(id, word, form, at, then, good, more, later, no, seconds,      \
                piping, extension, standing, en, de, rfc)                      \
	[id] = { .name = word, .syntax = form, .states = at,                   \
		 .next_state = then, .success = good, .intermediate = more,    \
		 .transient = later, .permanent = no, .timeout_s = seconds,    \
		 .pipeline = piping, .needs = extension, .status = standing,   \
		 .explain_en = en, .explain_de = de, .source = rfc },
#include "core/commands.inc"
#undef COMMAND
	[VERB_OTHER] = { .name = "", .syntax = "", .next_state = "",
			 .success = "", .intermediate = "", .transient = "",
			 .permanent = "", .pipeline = PIPE_NO, .needs = "",
			 .status = "", .explain_en = "", .explain_de = "",
			 .source = "" },
};

const struct command *command_info(enum verb v)
{
	return &commands[v];
}

enum verb command_find(const char *line, size_t len)
{
	int first = len ? tolower((unsigned char)*line) : 0;
	size_t word = 0;

	while (word < len && line[word] != ' ' && line[word] != '\t')
		word++;
	for (enum verb v = 0; v < VERB_OTHER; v++) {
		const char *name = commands[v].name;

		if (tolower((unsigned char)name[0]) == first &&
		    name[0] != '(' && strlen(name) == word &&
		    strncasecmp(name, line, word) == 0)
			return v;
	}
	return VERB_OTHER;
}

char *command_path(const char *line)
{
	const char *open = strchr(line, '<');
	const char *colon = strchr(line, ':');
	const char *from = open ? open + 1 : colon ? colon + 1 : "";

	while (!open && *from == ' ')
		from++;
	return xmemdup0(from, strcspn(from, open ? ">" : " "));
}

bool command_allowed(enum verb v, enum state s)
{
	return (commands[v].states >> s) & 1u;
}

/* Is code a word of the list "250 251"? */
static bool in_list(const char *list, unsigned code)
{
	const char word[] = { (char)('0' + code / 100 % 10),
		(char)('0' + code / 10 % 10), (char)('0' + code % 10), '\0' };
	size_t n = sizeof word - 1;

	for (const char *p = list; (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

bool command_expects(enum verb v, unsigned code)
{
	const struct command *c = &commands[v];

	return code == 421 || (code >= 500 && code <= 504) ||
	       in_list(c->success, code) || in_list(c->intermediate, code) ||
	       in_list(c->transient, code) || in_list(c->permanent, code);
}

size_t command_skip(const char *line, size_t len, size_t at,
                    bool blanks)
{
	while (at < len && (line[at] == ' ' || line[at] == '\t') == blanks)
		at++;
	return at;
}

size_t command_secret_from(const char *line, size_t len)
{
	size_t from = command_skip(line, len, 0, true);
	size_t word = command_skip(line, len, from, false);
	enum verb v = command_find(line + from, word - from);
	size_t mech, end;

	if (v != VERB_AUTH && v != VERB_X_EXPS)
		return SIZE_MAX;
	mech = command_skip(line, len, word, true);
	end = command_skip(line, len, mech, false);
	return end > mech && end < len ? end + 1 : SIZE_MAX;
}

bool command_begins_message(const char *line, size_t len)
{
	const char *end = memchr(line, '\n', len);
	size_t from;
	enum verb v;

	len = end ? (size_t)(end - line) : len;
	from = command_skip(line, len, 0, true);
	v = command_find(line + from, len - from);
	return v == VERB_DATA || v == VERB_BDAT || v == VERB_BURL;
}
