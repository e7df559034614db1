/*
 * mta: asks the mail server that is installed on this machine how it sends:
 * runs postconf, or exim -bP, as the user, without a shell, and has their
 * output read by check/mta_settings.h. The loop's thread only.
 */
#ifndef NET_MTA_H
#define NET_MTA_H

#include "check/mta_settings.h"
#include "io/loop.h"

enum {
	MTA_LIMIT_MS = 5000, /* for all programs together: postconf takes a
	                      * tenth of a second, more where DNS is slow */
};

struct mta_reading;

struct mta_calls {
	/* Once, from the loop; s: borrowed. NULL: there is no mail server, or
	 * it does not tell. May call mta_free(). */
	void (*done)(void *arg, const struct mta_settings *s);
	void *arg;
};

/*
 * path: where programs are looked for, as in PATH, NULL nowhere; then the
 * folders of the system's own programs. What is not absolute in it is left
 * out. Copied.
 */
struct mta_reading *mta_start(struct loop *l, const char *path,
                              const struct mta_calls *calls);
void mta_free(struct mta_reading *m); /* cancels, too; NULL is fine */

#endif
