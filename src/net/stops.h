/*
 * stops: the addresses of a route in the order of trying (RFC 5321 §5.1), and
 * how far the run has come. Pure; the worker's thread only.
 */
#ifndef NET_STOPS_H
#define NET_STOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/route.h"

struct stop {
	char *host;
	char *address;
	enum address_class class;
	uint16_t port; /* 0: not known yet (join), or local */
	bool local;    /* a Unix socket or a command: no address, no port */
	bool tried;
};

struct stops {
	struct stop *list; /* n, owned */
	size_t n;
	size_t at, end;    /* the next is list[at]; no further than end */
};

/* Empty or cleared before. port: of every stop. */
void stops_fill(struct stops *s, const struct route *route, uint16_t port);
/* The only stop is a Unix socket or a command, name for people. */
void stops_fill_local(struct stops *s, const char *name);
void stops_clear(struct stops *s);
/*
 * What the user picked: that address, with address "" all of host, and with
 * both "" (or NULL) the last one that was taken. Forgets what was tried.
 * Returns false, and changes nothing, when the route has no such stop.
 */
bool stops_pick(struct stops *s, const char *host, const char *address);
/* The next one, not yet taken; NULL: none is left. */
struct stop *stops_peek(struct stops *s);
void stops_take(struct stops *s); /* the one of stops_peek() is being tried */
void stops_skip(struct stops *s);
void stops_again(struct stops *s); /* the one that was taken last, once more */
/* Was the same address and port tried under another name? */
bool stops_tried(const struct stops *s, const struct stop *stop);

#endif
