/*
 * resolve: DNS lookups over the loop; the one user of c-ares.
 *
 * Queries are our own octets (core/dns.h), sent with ares_send(); what comes
 * back is read by our own parser. A c-ares channel carries one query at a time
 * and at most three in its life, and none after anything but a clean answer.
 * Timeouts, the choice of the server and the retry without EDNS are ours, and
 * each exchange with a server is told to the caller. One thread: the loop's.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/answer.h"
#include "io/loop.h"

enum {
	RESOLVE_IN_FLIGHT = 32,      /* lookups at once, the rest waits */
	RESOLVE_TRY_MS = 2000,       /* first try; the later ones: twice that */
	RESOLVE_TOTAL_MS = 20000,    /* one lookup with all its aliases */
	RESOLVE_SERVERS_MAX = 8,     /* of resolv.conf */
	RESOLVE_SERVER_TEXT = 64,    /* "[v6]:port" and a NUL */
};

#define RESOLVE_CONF "/etc/resolv.conf" /* resolv.conf(5) */

struct resolve_config {
	const char *server;   /* NULL: the system's; else see resolve_server();
	                       * several with commas between: asked in order */
	const char *resolv_conf; /* NULL: the system's; for server == NULL */
	bool trust_ad;        /* believe AD of a server that is not loopback */
	uint32_t try_ms;      /* 0: RESOLVE_TRY_MS */
	uint32_t total_ms;    /* 0: RESOLVE_TOTAL_MS */
	size_t in_flight;     /* 0: RESOLVE_IN_FLIGHT */
	bool share;           /* who asks the same gets the same: share.h */
};

struct resolver;
struct lookup;

/* Once in main() before any thread, and at its end. false: c-ares refused. */
bool resolve_library_init(void);
void resolve_library_cleanup(void);

/*
 * Checks "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:53"
 * and writes it with its port. A v6 address with a port needs the brackets,
 * ports are 1-65535. Returns false when it is anything else.
 */
bool resolve_server(const char *text, char out[RESOLVE_SERVER_TEXT]);

/* NULL: cfg->server is not valid, or the system's servers cannot be read.
 * cfg is copied. Use resolve_server() first to tell the user. */
struct resolver *resolver_new(struct loop *l, const struct resolve_config *cfg);
/* Cancels what is under way, without callbacks. NULL is fine. */
void resolver_free(struct resolver *r);
size_t resolver_servers(const struct resolver *r);
const char *resolver_server(const struct resolver *r, size_t i);
/* Does the AD bit of every server count? */
bool resolver_is_trusted(const struct resolver *r);
/* Does resolv.conf name no server, so that this machine itself is asked
 * (resolv.conf(5))? */
bool resolver_guesses(const struct resolver *r);
/* Has resolv.conf changed since (another network, a VPN), and is no lookup
 * under way? Then a new resolver knows better. */
bool resolver_is_stale(const struct resolver *r);

struct resolve_calls {
	/* After each exchange with a server, good or not; x is borrowed. */
	void (*exchange)(void *arg, const struct dns_exchange *x);
	/* Once, at the end; a is given away. Not called after a cancel. */
	void (*done)(void *arg, struct dns_answer *a);
	void *arg;
};
/*
 * Starts a lookup, or queues it. name: copied, asked in lower case.
 * Callbacks run from the loop, never from inside this call; they may start,
 * and cancel, other lookups. The handle is valid until done() is called.
 */
struct lookup *resolve_start(struct resolver *r, const struct dns_name *name,
                             uint16_t type, const struct resolve_calls *calls);
void resolve_cancel(struct lookup *l);

#endif
