/*
 * strip: the steps of the newest session in one line: TCP, 220, EHLO, MAIL
 * ... each with how it went. Folded from events one by one. Pure; UI thread.
 */
#ifndef UI_STRIP_H
#define UI_STRIP_H

#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"

enum { STRIP_MAX = 24 }; /* the oldest go first: no screen shows more */

struct strip_step {
	char word[16]; /* "TCP", "220", "RCPT" */
	enum mark mark;
	uint32_t us;    /* until its answer, 0 unknown */
	uint32_t count; /* the same command several times in a row */
};

struct strip {
	struct strip_step step[STRIP_MAX];
	size_t n;
	uint32_t session;
};

/* d: the dialog that e was appended to (or is about to be). */
void strip_event(struct strip *s, const struct dialog *d,
                 const struct event *e);
/* As after strip_event() with each event of d, without a look at more of them
 * than the newest session has. */
void strip_make(struct strip *s, const struct dialog *d);
/* The newest step with that word, NULL when there is none. A greeting is
 * "220" whatever its code was. */
const struct strip_step *strip_find(const struct strip *s, const char *word);
/* What is still to come, in order: words, at most max. Returns how many. */
size_t strip_future(const struct strip *s, const char **out, size_t max);

#endif
