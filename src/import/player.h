/*
 * player: the items of a transcript through the session machine. Pure.
 */
#ifndef IMPORT_PLAYER_H
#define IMPORT_PLAYER_H

#include <stdbool.h>

#include "core/event.h"
#include "import/item.h"

struct player_calls {
	bool (*see)(void *arg, const struct event *e); /* false: stop */
	void *arg;
};

/* Is there a connection, or a try to get one? */
bool player_has_session(const struct items *items);
/* program: that wrote it; name: of the file, the target where none is named.
 * False: see() wanted no more. */
bool player_run(const char *program, const char *name,
                const struct items *items, const struct player_calls *calls);

#endif
