/*
 * worker: the second thread. It owns every socket, the DNS lookups and the
 * session machines, and shares nothing with the front end but two queues:
 * requests in (core/request.h), events out (core/event.h).
 *
 * Posting an event gives it away. When the event queue is full the worker
 * stops reading its sockets until there is room. All signals are blocked in it
 * but those of its own faults and SIGCHLD.
 */
#ifndef NET_WORKER_H
#define NET_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/request.h"
#include "io/loop.h"
#include "util/queue.h"

/* Where a connection to a lesson's address really goes (design §7). */
struct redirect {
	const char *address; /* numeric, as DNS answers; NULL: any address */
	uint16_t port;       /* 0: any port */
	uint16_t to_port;    /* on 127.0.0.1 */
};

enum { WORKER_PER_HOST = 1 }; /* as one person at a telnet would */

struct worker_config {
	const char *dns;        /* "192.0.2.53:53", "[::1]:53"; NULL: system */
	const char *resolv_conf; /* for dns == NULL; NULL: the system's */
	uint32_t dns_try_ms;     /* 0: RESOLVE_TRY_MS */
	uint32_t policy_ms;      /* for a policy of MTA-STS; 0:
	                          * POLICY_TOTAL_MS */
	bool trust_ad;
	bool join;              /* a host's port is in its TXT record */
	const struct redirect *redirects; /* borrowed, n_redirects */
	size_t n_redirects;
	size_t per_host; /* of runs beside each other: connections at once to
	                  * one address and port; 0: WORKER_PER_HOST */
	uint32_t pause_ms; /* after 421; 0: GATE_PAUSE_MS */
	bool no_mta; /* checks do not look at this machine's mail server
	              * unless plan.checks.like_mta says so: for tests */
	const struct myip_service *myip; /* borrowed; NULL: those built in */
	const char *trust_pem;  /* a lesson's own authority, or NULL */
	int64_t start_us;       /* loop_now_us() of t = 0 */
	/* Each event, just before it is posted, on the worker's thread: how
	 * main gives tests a clock that is the same in each run. NULL: none. */
	void (*stamp)(struct event *e);
	/* Run on the worker's thread with its loop, before anything else and
	 * at the end: how main puts the classroom on it. May be NULL. */
	void (*attach)(struct loop *l, void *arg);
	void (*detach)(void *arg);
	void *arg;
};

struct worker;

/* NULL: errno says why (threads, descriptors). cfg is copied; the texts and
 * the redirects in it are borrowed until worker_stop() returns. */
struct worker *worker_start(const struct worker_config *cfg);
void worker_request(struct worker *w, struct request *r); /* gives r away */
struct queue *worker_events(struct worker *w);            /* struct event * */
/* Asks it to stop, waits for the thread (at most a second), frees it. */
void worker_stop(struct worker *w);

#endif
