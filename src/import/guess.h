/*
 * guess: what the user of a session in a transcript seems to have wanted, and
 * where in the session the transcript begins. Pure; any thread.
 */
#ifndef IMPORT_GUESS_H
#define IMPORT_GUESS_H

#include "core/plan.h"
#include "core/session.h"
#include "import/item.h"

struct guess {
	struct plan plan;
	struct session_heard heard;
	char *helo; /* the name given, never empty */
	bool left;  /* the client said QUIT */
};

/* items from..to, of one connection. Caller clears out. */
void guess_session(struct guess *out, const struct items *items, size_t from,
                   size_t to);
void guess_clear(struct guess *g);

#endif
