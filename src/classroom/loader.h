/*
 * loader: what lesson_read.c and lesson_server.c share while a lesson is read.
 * Used by nobody else.
 */
#ifndef CLASSROOM_LOADER_H
#define CLASSROOM_LOADER_H

#include <stdbool.h>

#include "classroom/lesson.h"
#include "classroom/script.h"

/* The sections of a lesson, and the ids of its words. */
enum { HEAD, ZONE, SERVER, STEPS };
enum word {
	W_TITLE = 1, W_ABOUT, W_TARGET, W_FROM, W_TO, W_HELO, W_EXPECT,
	W_ZONE, W_SERVER, W_STEPS,
	W_DNS,
	W_CLIENT, W_REPLY, W_BYTES, W_LF, W_WAIT, W_DRIBBLE, W_SILENT,
	W_CLOSE, W_RESET, W_ONCE, W_ALWAYS, W_AFTER, W_REFUSE, W_TLS,
	W_SAY, W_ASK, W_CONNECT,
};

struct loader {
	struct lesson *lesson;
	const struct script *script;
	bool lf;     /* S: lines of this rule end in a bare LF */
	char *error; /* owned */
};

/* Keeps the first error, with file and line before it. */
void loader_complain(struct loader *b, const struct script_item *item,
                     const char *text);

/* lesson_server.c: the line @server itself, and each line after it. */
void loader_add_server(struct loader *b, const struct script_item *item);
void loader_server_item(struct loader *b, const struct script_item *item);
/* The last rule so far must do something. item: where that is seen. */
void loader_check_rule(struct loader *b, const struct script_item *item);
/* When all is read: each host has an address, and each address one server. */
void loader_check_hosts(struct loader *b);

#endif
