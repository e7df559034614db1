/*
 * examine: makes the checks of check/checks.h: looks up what they need, asks
 * them again, and hands over each that is finished, in the order of their
 * table. One thread: the loop's.
 */
#ifndef NET_EXAMINE_H
#define NET_EXAMINE_H

#include "check/checks.h"
#include "core/answer.h"
#include "io/loop.h"
#include "net/policy.h"
#include "net/resolve.h"

enum {
	EXAMINE_ROUNDS_MAX = 64, /* evaluations of one check: the longest walk,
	                          * SPF's ten terms, takes under twenty */
};

struct examine;

struct examine_calls {
	/* Every exchange with a DNS server, in the order they end; borrowed. */
	void (*exchange)(void *arg, const struct dns_exchange *x);
	/* A check that is finished, c->n_needs is 0; borrowed. */
	void (*checked)(void *arg, const struct check *c);
	/* Once, at the end. May call examine_free(). */
	void (*done)(void *arg);
	void *arg;
};

struct examine_way { /* how lookups are made; borrowed until examine_free() */
	struct loop *loop;
	struct resolver *resolver;
	struct facts *facts; /* what is known already; answers are added */
	/* How MTA-STS's policy is fetched; its addresses are found here. */
	struct policy_config policy;
};

/*
 * query: copied, what it points to is borrowed until examine_free(). Its
 * route and policy are found here. Callbacks run from the loop, never from
 * inside this call.
 */
struct examine *examine_start(const struct examine_way *way,
                              const struct check_query *query,
                              const struct examine_calls *calls);
/* Also the way to cancel: no callback comes after it. NULL is fine. */
void examine_free(struct examine *e);

#endif
