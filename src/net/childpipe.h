/*
 * childpipe: a command that speaks SMTP on its standard input and output, as
 * "sendmail -bs" and "exim -bh" do (--pipe). Its standard error is collected;
 * it lives no longer than its childpipe. The loop's thread only.
 */
#ifndef NET_CHILDPIPE_H
#define NET_CHILDPIPE_H

#include <stdbool.h>

#include "io/loop.h"

enum { CHILDPIPE_ERR_MAX = 4096 }; /* bytes of standard error kept: its first */

struct childpipe;

struct childpipe_end {
	int status;
	int signal;      /* that ended it, else 0 */
};

/* fd: our end of its standard input and output, the caller's to close; it may
 * block. ended: once, when the command is gone. NULL: errno says why. */
struct childpipe *childpipe_new(struct loop *l, const char *command, int *fd,
                                void (*ended)(void *arg), void *arg);
/* NULL while it lives. Borrowed. */
const struct childpipe_end *childpipe_end(const struct childpipe *p);
/* What it wrote to its standard error so far, without the last line end; ""
 * nothing. Borrowed, until the loop goes on. */
const char *childpipe_errors(struct childpipe *p);
void childpipe_free(struct childpipe *p); /* ends it too; NULL is fine */

#endif
