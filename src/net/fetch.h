/*
 * fetch: looks up what a pure evaluator (core/route.h, core/dane.h) lacks, all
 * at once, and adds it to its facts. One thread: the loop's.
 */
#ifndef NET_FETCH_H
#define NET_FETCH_H

#include "core/answer.h"
#include "net/resolve.h"

struct fetch;

struct fetch_need {
	struct dns_name name;
	uint16_t type;
};

struct fetch_calls {
	/* Every exchange with a DNS server, in the order they end; borrowed. */
	void (*exchange)(void *arg, const struct dns_exchange *x);
	/* Once: facts holds all of them. May call fetch_free(). */
	void (*done)(void *arg);
	void *arg;
};

/* needs: n > 0, copied. facts: borrowed. Callbacks run from the loop, never
 * from inside this call. */
struct fetch *fetch_start(struct resolver *r, struct facts *facts,
                          const struct fetch_need *needs, size_t n,
                          const struct fetch_calls *calls);
/* Also the way to cancel: no callback comes after it. NULL is fine. */
void fetch_free(struct fetch *f);

#endif
