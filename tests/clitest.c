#include "config.h"

#include "clitest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "util/i18n.h"
#include "util/xalloc.h"

enum { WORDS = 16 };

struct options o;

int cli_begin(void **state)
{
	(void)state;
	i18n_set("en");
	unsetenv("SMTPSCOPE_OPTIONS");
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	options_init(&o);
	return 0;
}

int cli_end(void **state)
{
	(void)state;
	options_clear(&o);
	return 0;
}

/* words: separated by one blank each. */
char *cli_read(const char *line)
{
	char *copy = xstrdup(line), *words[WORDS], *error, *rest = copy;
	size_t n = 0;

	while (rest && *rest)
		words[n++] = strsep(&rest, " ");
	error = options_read_args(&o, n, words, SOURCE_ARGS);
	free(copy);
	return error;
}

void cli_accept(const char *line)
{
	char *error = cli_read(line);

	if (error)
		fail_msg("%s: %s", line, error);
}

void cli_refuse(char *error, const char *what, const char *why)
{
	if (!error)
		fail_msg("accepted: %s", what);
	if (!strstr(error, why))
		fail_msg("%s: \"%s\" does not say \"%s\"", what, error, why);
	if (strchr(error, '\n'))
		fail_msg("more than a line: %s", error);
	free(error);
}
