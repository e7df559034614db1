/*
 * ask_secret: the password, asked for on the terminal, and what keeps a secret
 * in this process. Used by main before anything is sent.
 */
#ifndef ASK_SECRET_H
#define ASK_SECRET_H

#include <stddef.h>

#include "core/plan.h"

enum { ASK_SECRET_MAX = 4094 }; /* octets; a terminal's line has no more */

/*
 * From now on there is no core file of this process, and no debugger of
 * another process looks into it (C08). For good: the secret is held until the
 * end.
 */
void ask_secret_guard(void);

/*
 * Asks on the controlling terminal, whatever stdin and stdout are, with echo
 * off; the terminal is as before when this returns, when a signal ends the
 * process, and while it is suspended (the question is put again after it).
 *
 * user: for whom. *secret: heap, to be given to wipe_free(). Returns NULL, or
 * one line (heap): there is no terminal, or nothing was typed: exit 64.
 */
char *ask_secret(const char *user, char **secret);

/* For n plans that want the same login, unless they have its password or need
 * none. NULL, or one line as above. */
char *ask_secret_for(struct plan **plans, size_t n);

/* Part of the guard that not every system has (one of no_dump_*.c). */
void no_dump(void);

#endif
