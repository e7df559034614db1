/*
 * maskseen: events with an identity in each of their texts, and the search for
 * what is left of it.
 */
#ifndef TESTS_MASKSEEN_H
#define TESTS_MASKSEEN_H

#include <stdbool.h>

#include "core/event.h"

/*
 * Every text of it that is no id holds zqwren@mx.zqnest.test and the address
 * 5.67.8.9, plain, in Base64 or as the place demands. Caller frees.
 */
struct event *maskseen_event(enum event_kind kind);
/*
 * Does the payload hold the text, in any case, also percent-encoded,
 * quoted-printable, in hex or Base64, or across texts?
 */
bool maskseen_leaks(const struct event *e, const char *text);
/* The same for bytes. */
bool maskseen_holds(const char *data, size_t len, const char *text);

#endif
