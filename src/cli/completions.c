#include "config.h"

#include "cli/help.h"

#include <stdlib.h>
#include <string.h>

#include "util/i18n.h"
#include "util/xalloc.h"

static char *listed(const struct option *row)
{
	struct buf b = { 0 };
	const char *word;

	for (int i = 0; (word = row->word(i)); i++)
		buf_addf(&b, "%s%s", i ? " " : "", word);
	return buf_steal(&b);
}

/* What may follow an option: the words of its form, or of the lessons. */
static char *words_of(const struct option *row, const char *lessons)
{
	char *words;

	if (row->form && strcmp(row->form, "LESSON") == 0)
		return xstrdup(lessons);
	if (row->type == OPTION_WORD)
		return listed(row);
	if (strcmp(row->name, "lang") == 0)
		return xstrdup("en de");
	if (strcmp(row->name, "theme") == 0)
		return xstrdup("cvd-dark cvd-light ansi mono ascii");
	if (strcmp(row->name, "timeout") == 0)
		return xstrdup("classroom");
	if (strcmp(row->name, "pipelining") == 0)
		return xstrdup("always");
	if (!row->form || !strchr(row->form, '|'))
		return xstrdup("");
	words = xstrdup(row->form);
	for (char *p = words; *p; p++)
		if (*p == '|')
			*p = ' ';
	return words;
}

static bool takes_file(const struct option *row)
{
	return row->form && strcmp(row->form, "FILE") == 0;
}

static char *join(const char *const *words)
{
	struct buf b = { 0 };

	for (; *words; words++)
		buf_addf(&b, "%s%s", b.len ? " " : "", *words);
	buf_str(&b);
	return buf_steal(&b);
}

/* "--from|-f" */
static void bash_pattern(FILE *out, const struct option *row)
{
	fprintf(out, "\t--%s", row->name);
	if (row->letter)
		fprintf(out, "|-%c", row->letter);
	fputs(")\n", out);
}

static void bash_case(FILE *out, const struct option *row, const char *lessons)
{
	char *words = words_of(row, lessons);

	if (row->arg != ARG_NONE) {
		bash_pattern(out, row);
		if (takes_file(row))
			fputs("\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n",
			      out);
		else
			fprintf(out, "\t\tCOMPREPLY=($(compgen -W '%s' -- "
			             "\"$cur\"))\n", words);
		fputs("\t\treturn;;\n", out);
	}
	free(words);
}

static void print_bash(FILE *out, const char *lessons)
{
	const struct option *row;

	fputs("# bash completion for smtpscope\n"
	      "_smtpscope()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	      "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tif [[ $prev == \"=\" ]]; then\n"
	      "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	      "\telif [[ $cur == \"=\" ]]; then\n"
	      "\t\tcur=\n"
	      "\tfi\n"
	      "\tcase $prev in\n", out);
	for (size_t i = 0; (row = option_at(i)); i++)
		bash_case(out, row, lessons);
	fputs("\tesac\n\tCOMPREPLY=($(compgen -W '", out);
	for (size_t i = 0; (row = option_at(i)); i++)
		fprintf(out, "%s--%s", i ? " " : "", row->name);
	fputs("' -- \"$cur\"))\n}\n"
	      "complete -o default -F _smtpscope smtpscope\n", out);
}

/* text inside '...' of a shell; brackets and colons are zsh's own. */
static void quoted(FILE *out, const char *text, bool zsh)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (zsh && strchr("[]:\\", *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void zsh_action(FILE *out, const struct option *row,
                       const char *lessons)
{
	char *words = words_of(row, lessons);

	if (row->arg == ARG_OPTIONAL)
		fputc(':', out);
	if (row->arg != ARG_NONE) {
		fputc(':', out);
		quoted(out, option_form_text(row), true);
		if (takes_file(row))
			fputs(":_files", out);
		else if (*words)
			fprintf(out, ":(%s)", words);
		else
			fputs(": ", out);
	}
	free(words);
}

static void zsh_spec(FILE *out, const struct option *row, const char *lessons)
{
	const char *equals = row->arg == ARG_OPTIONAL ? "=-"
	                     : row->arg == ARG_NEEDED ? "=" : "";

	fprintf(out, "\t'--%s%s[", row->name, equals);
	quoted(out, _(row->help), true);
	fputc(']', out);
	zsh_action(out, row, lessons);
	fputs("' \\\n", out);
	if (!row->letter)
		return;
	fprintf(out, "\t'-%c%s[", row->letter,
	        row->arg == ARG_NEEDED ? "+" : "");
	quoted(out, _(row->help), true);
	fputc(']', out);
	zsh_action(out, row, lessons);
	fputs("' \\\n", out);
}

static void print_zsh(FILE *out, const char *lessons)
{
	const struct option *row;

	fputs("#compdef smtpscope\n_arguments -s -S \\\n", out);
	for (size_t i = 0; (row = option_at(i)); i++)
		zsh_spec(out, row, lessons);
	fputs("\t'*:target:_hosts'\n", out);
}

static void fish_line(FILE *out, const struct option *row,
                      const char *lessons)
{
	char *words = words_of(row, lessons);

	fprintf(out, "complete -c smtpscope -l %s", row->name);
	if (row->letter)
		fprintf(out, " -s %c", row->letter);
	if (row->arg == ARG_NEEDED)
		fputs(takes_file(row) ? " -r -F" : " -x", out);
	if (row->arg != ARG_NONE && *words)
		fprintf(out, " -a '%s'", words);
	fputs(" -d '", out);
	quoted(out, _(row->help), false);
	fputs("'\n", out);
	free(words);
}

static void print_fish(FILE *out, const char *lessons)
{
	const struct option *row;

	fputs("# fish completion for smtpscope\n"
	      "complete -c smtpscope -f\n", out);
	for (size_t i = 0; (row = option_at(i)); i++)
		fish_line(out, row, lessons);
}

void help_completions(FILE *out, const char *shell, const char *const *lessons)
{
	char *names = join(lessons);

	if (strcmp(shell, "bash") == 0)
		print_bash(out, names);
	else if (strcmp(shell, "zsh") == 0)
		print_zsh(out, names);
	else
		print_fish(out, names);
	free(names);
}
