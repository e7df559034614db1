/*
 * netclient: the front end's side of a worker, for tests: posts requests,
 * collects events, waits with a deadline and without sleeping.
 */
#ifndef TESTS_NETCLIENT_H
#define TESTS_NETCLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"
#include "core/plan.h"
#include "net/worker.h"
#include "util/buf.h"

struct client {
	struct worker *worker;
	struct event **events; /* all that came, in order; owned */
	size_t n, size;
	size_t at;             /* client_wait() looks from here on */
	int64_t start_us;
};

/* cfg: may be NULL (the system's DNS, which the test then does not need). */
void client_start(struct client *c, const struct worker_config *cfg);
void client_stop(struct client *c); /* within a second, or the test fails */

/* A batch plan: helo, from, one recipient, what target says. Caller owns. */
struct plan *client_plan(const char *target);
/* "127.0.0.1:port" in the same way. */
struct plan *client_plan_port(uint16_t port);

void client_open(struct client *c, struct plan *plan); /* gives plan away */
void client_ask(struct client *c, enum request_kind kind, const char *text,
                const char *text2, bool yes);
void client_send(struct client *c, const char *line);

/*
 * The next event of that kind after the one that the last call gave, or NULL
 * when none came within ms. Borrowed.
 */
const struct event *client_wait(struct client *c, enum event_kind kind,
                                int ms);
/* Takes what is there now; returns how many. */
size_t client_take(struct client *c);
/* Opens the plan and waits for its EV_END; NULL: none within ms. */
const struct event *client_run(struct client *c, struct plan *plan, int ms);

/* The i-th event of a kind, NULL when there are fewer. */
const struct event *client_find(const struct client *c, enum event_kind kind,
                                size_t i);
size_t client_count(const struct client *c, enum event_kind kind);
/* Is there a finding with that id? */
bool client_finding(const struct client *c, const char *id);
/* Every byte of the server that the events hold, in order. */
void client_heard(const struct client *c, struct buf *out);
/* Numbers rise by one, times never fall. */
bool client_in_order(const struct client *c);
void client_forget(struct client *c); /* drops the events so far */

int client_open_fds(void); /* descriptors of this process */

#endif
