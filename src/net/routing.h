/*
 * routing: finds the route of one target: asks core/route what it needs,
 * looks that up, asks again, until there is a verdict. One thread: the loop's.
 */
#ifndef NET_ROUTING_H
#define NET_ROUTING_H

#include "core/route.h"
#include "net/resolve.h"

struct routing;

struct routing_calls {
	/* Every exchange with a DNS server, in the order they end; borrowed. */
	void (*exchange)(void *arg, const struct dns_exchange *x);
	/* Once, at the end. route: borrowed, complete, findings of the target
	 * included; gone when this returns. May call routing_free(). */
	void (*done)(void *arg, const struct route *route);
	void *arg;
};

/* target and query are copied; query->domain may differ from target->domain
 * (--server). Callbacks run from the loop, never from inside this call. */
struct routing *routing_start(struct loop *l, struct resolver *r,
                              const struct target *target,
                              const struct route_query *query,
                              const struct routing_calls *calls);
/* From done(): what was looked up; the caller owns it. */
struct facts *routing_take_facts(struct routing *r);
/* Also the way to cancel: no callback comes after it. NULL is fine. */
void routing_free(struct routing *r);

#endif
