/*
 * password: the file of --auth-password-file. Used by main only, before the
 * second thread starts.
 */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include "core/plan.h"

enum { PASSWORD_MAX = 65536 }; /* octets; an OAuth token may be long */

/*
 * The first line of path ("-" is standard input), without its line end, becomes
 * the plan's password; nothing else keeps it. *warning: NULL, or a sentence
 * (heap): others may read the file. Returns NULL, or what is wrong (heap):
 * exit 64.
 */
char *password_read(struct plan *p, const char *path, char **warning);

#endif
