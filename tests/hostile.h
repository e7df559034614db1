/*
 * hostile: dialogs whose every field holds what a report must not fall for
 * (reliability E01, E02, E05, E09): one target for each text.
 */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include <stddef.h>

#include "core/event.h"

struct hostile_text {
	const char *data;
	size_t len; /* NULs are in it */
};

/* NULL past the last. */
const struct hostile_text *hostile_at(size_t i);
/* All events of a target made of the text; see() borrows them. */
void hostile_target(const struct hostile_text *t,
                    void (*see)(void *arg, const struct event *e), void *arg);

#endif
