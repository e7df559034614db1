/*
 * dialogs_seen: what all dialogs together have shown. Which rows of the rules
 * fired and which of the guide were proposed; that no secret of a dialog
 * stands in one of its events, plain or in Base64; and that nobody's name is in
 * one behind a mask.
 */
#ifndef TESTS_DIALOGS_SEEN_H
#define TESTS_DIALOGS_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"
#include "core/mask.h"

enum { SEEN_SECRETS_MAX = 16 };

struct seen_secrets {
	char *texts[SEEN_SECRETS_MAX]; /* owned */
	size_t n;
	struct mask *mask; /* of the dialog; owned, made when needed */
};

/* The text, and its Base64 form. */
void seen_add_secret(struct seen_secrets *s, const char *text);
void seen_clear_secrets(struct seen_secrets *s);
/* The secret that stands in e, or the name that does in its masked copy; NULL:
 * none. Borrowed. */
const char *seen_leak(struct seen_secrets *s, const struct event *e);

/* EV_STATE and EV_PROMPT: the rows that they name. */
void seen_note(const struct event *e);
/* Prints the rows that no event named; returns how many. */
size_t seen_missing(void);

#endif
