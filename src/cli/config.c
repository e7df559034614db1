#include "config.h"

#include "cli/options.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/checks.h"
#include "util/i18n.h"
#include "util/xalloc.h"

enum { WORDS_MAX = 256 }; /* of SMTPSCOPE_OPTIONS */

/* What the handler, which inih calls line by line, works on. */
struct reading {
	struct options *o;
	char *error; /* the first */
};

static void add_key(struct options *o, const char *name, const char *value)
{
	o->keys = xreallocarray(o->keys, o->n_keys + 2, sizeof *o->keys);
	o->keys[o->n_keys++] = xasprintf("%s = %s", name, value);
	o->keys[o->n_keys] = NULL;
}

static char *unknown_section(const char *section)
{
	struct buf b = { 0 };

	buf_adds(&b, _("unknown section "));
	checks_quote(&b, section);
	buf_adds(&b, _("; options stand before any section, keys in [keys]"));
	return buf_steal(&b);
}

/* inih's: 0 stops counting lines as good; the first such line is returned. */
static int handle(void *user, const char *section, const char *name,
                  const char *value)
{
	struct reading *r = user;

	if (r->error)
		return 0;
	if (strcmp(section, "keys") == 0)
		add_key(r->o, name, value);
	else if (*section)
		r->error = unknown_section(section);
	else
		r->error = options_set(r->o, name, value, SOURCE_CONFIG);
	return r->error == NULL;
}

char *config_path(void)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (config && *config == '/')
		return xasprintf("%s/smtpscope/config", config);
	if (home && *home)
		return xasprintf("%s/.config/smtpscope/config", home);
	return NULL;
}

static char *located(const char *path, int line, char *error)
{
	char *text = xasprintf("%s:%d: %s", path, line,
	                       error ? error : _("\"name = value\" expected"));

	free(error);
	return text;
}

char *config_read(struct options *o, const char *path)
{
	struct reading r = { .o = o };
	FILE *f = fopen(path, "r");
	char *error = NULL;
	int line;

	if (!f && errno == ENOENT)
		return NULL;
	if (!f)
		return xasprintf("%s: %s", path, strerror(errno));
	line = ini_parse_file(f, handle, &r);
	if (line > 0)
		error = located(path, line, r.error);
	else if (ferror(f) || line < 0)
		error = xasprintf(_("%s cannot be read"), path);
	fclose(f);
	return error;
}

/* Takes one word off text, quotes and backslashes undone; NULL at the end.
 * *open: a quote was not closed. */
static char *next_word(const char **text, bool *open)
{
	const char *p = *text + strspn(*text, " \t\n");
	struct buf b = { 0 };
	char quote = 0;

	if (!*p)
		return NULL;
	for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (quote == *p)
			quote = 0;
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == '\\' && quote != '\'' && p[1])
			buf_addc(&b, *++p);
		else
			buf_addc(&b, *p);
	}
	*open = quote != 0;
	*text = p;
	buf_str(&b);
	return buf_steal(&b);
}

char *options_read_words(struct options *o, const char *text,
                         enum source source)
{
	char *words[WORDS_MAX], *error = NULL;
	bool open = false;
	size_t n = 0;

	while (n < WORDS_MAX && (words[n] = next_word(&text, &open)))
		n++;
	if (open || n == WORDS_MAX)
		error = xstrdup(open ? _("a quote is not closed")
		                     : _("too many words"));
	else
		error = options_read_args(o, n, words, source);
	while (n > 0)
		free(words[--n]);
	return error;
}

static char *read_environment(struct options *o)
{
	const char *text = getenv("SMTPSCOPE_OPTIONS");
	char *error = text ? options_read_words(o, text, SOURCE_ENVIRONMENT)
	                   : NULL;
	char *named;

	if (!error)
		return NULL;
	named = xasprintf("SMTPSCOPE_OPTIONS: %s", error);
	free(error);
	return named;
}

static char *read_config(struct options *o)
{
	char *path = config_path();
	char *error = path ? config_read(o, path) : NULL;

	free(path);
	return error;
}

static const char *language_in_args(int argc, char *const *argv)
{
	const char *lang = NULL;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], "--lang=", 7) == 0)
			lang = argv[i] + 7;
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			lang = argv[i + 1];
	}
	return lang;
}

/* What is wrong with an option should be said in the language that another
 * one asks for, wherever that stands. */
static void choose_language(int argc, char *const *argv)
{
	const char *lang = language_in_args(argc, argv);
	struct options o;

	i18n_set(NULL);
	if (lang) {
		i18n_set(lang);
		return;
	}
	options_init(&o);
	free(read_environment(&o)); /* --lang in it sets the language */
	free(read_config(&o));
	options_clear(&o);
}

static char *check_words(const struct options *o)
{
	struct buf b = { 0 };

	for (size_t i = 0; o->job != JOB_EXPLAIN && i < o->n_words; i++)
		for (const char *p = o->words[i]; *p; p++)
			if ((unsigned char)*p < 0x20 || *p == 0x7f) {
				checks_quote(&b, o->words[i]);
				buf_adds(&b, _(" holds a line break or "
				               "another control character"));
				return buf_steal(&b);
			}
	return NULL;
}

char *options_read(struct options *o, int argc, char *const *argv)
{
	char *error;

	choose_language(argc, argv);
	error = options_read_args(o, argc > 0 ? (size_t)argc - 1 : 0, argv + 1,
	                          SOURCE_ARGS);
	/* help must be had even where the config file is broken */
	if (error || o->job == JOB_HELP || o->job == JOB_VERSION)
		return error;
	error = check_words(o);
	if (!error)
		error = read_environment(o);
	if (!error)
		error = read_config(o);
	return error;
}
