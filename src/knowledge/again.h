/*
 * again: the command line that does again what a dialog shows, with this
 * program or another. Pure; any thread.
 *
 * What is needed is taken from the events (host, TLS, login, envelope), so
 * that a recording gives it as well. Every value is one word for a POSIX
 * shell; what no terminal may get is '?' in it. A password is never in it: the
 * other program is told to ask.
 */
#ifndef KNOWLEDGE_AGAIN_H
#define KNOWLEDGE_AGAIN_H

#include "core/dialog.h"

enum again_kind {
	AGAIN_SELF,    /* smtpscope, with the options of the start */
	AGAIN_SWAKS,
	AGAIN_OPENSSL, /* openssl s_client: up to the TLS session */
	AGAIN_NC,      /* the bare connection */
	AGAIN_COUNT
};

/*
 * One line without its end, heap. NULL: that program cannot do it (nc no TLS,
 * openssl nothing without TLS, both and swaks not every proxy), there was no
 * connection to repeat, or the host was a lesson's (AGAIN_SELF).
 */
char *again_line(enum again_kind kind, const struct dialog *d);

/* The value of an option of the start, "--pipe"; heap, NULL: not given. */
char *again_option(const struct dialog *d, const char *name);

/* What the line leaves out since the program has no option for it, "SIZE=10
 * BODY=8BITMIME"; heap, NULL: nothing. Raw: to be escaped. */
char *again_lacks(enum again_kind kind, const struct dialog *d);

#endif
