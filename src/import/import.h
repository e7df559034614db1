/*
 * import: a transcript of a dialog (telnet, nc, swaks, openssl s_client, curl
 * -v, posttls-finger, the log of Postfix, C: and S: as in an RFC, our own batch
 * text) becomes the events that a live session would have given: its lines go
 * through the session machine, the same verdicts are given. What it does not
 * tell stays unknown: times are 0, names are empty. Secrets of logins are
 * masked as in a live session. The file is never trusted: text.h has its
 * bounds, core/reply.h those of replies.
 *
 *     bytes -> text (lines) -> form (items) -> guess, player (events)
 *
 * This folder stands above check and below main; net, ui, report and classroom
 * do not know of it. Pure; any thread.
 */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"

enum {
	IMPORT_BYTES_MAX = 16 << 20, /* what a session may send is kept as long
	                              * (SESSION_RAW_MAX); a log of days is for
	                              * grep */
};

struct import_source {
	const char *name; /* of the file, for sentences; borrowed */
	const char *data; /* len bytes, borrowed */
	size_t len;
};

enum import_result { IMPORT_DONE, IMPORT_STOPPED, IMPORT_BAD };

/*
 * Hands each event to see(); false from it stops. BAD: nothing was handed out
 * and *error (heap) is one sentence with the line that is wrong: no transcript
 * that is known, no text, over a bound.
 */
enum import_result import_play(const struct import_source *s,
                               bool (*see)(void *arg, const struct event *e),
                               void *arg, char **error);

#endif
