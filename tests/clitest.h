/*
 * clitest: options under test: read from a line, taken or refused.
 */
#ifndef TESTS_CLITEST_H
#define TESTS_CLITEST_H

#include "cli/options.h"

extern struct options o; /* of the running test */

/* Before and after each test, for cmocka: nobody's settings, English. */
int cli_begin(void **state);
int cli_end(void **state);

/* words: separated by one blank each. NULL, or what is wrong; caller frees. */
char *cli_read(const char *line);
void cli_accept(const char *line); /* else the test fails */
/* error must be there, one line, and say why. Frees it. */
void cli_refuse(char *error, const char *what, const char *why);

#endif
