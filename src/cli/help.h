/*
 * help: what is printed of the table of options: --help, --version,
 * --print-config and the completions of the shells. Used by main only.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/options.h"

/* width: columns of the terminal, or 80. */
void help_print(FILE *out, int width);
void help_version(FILE *out);
/* A config file that says what options say now; what was not said is there
 * as a comment. */
void help_config(FILE *out, const struct options *o);
/* shell: bash, zsh or fish. lessons: names, NULL at the end. */
void help_completions(FILE *out, const char *shell,
                      const char *const *lessons);

#endif
