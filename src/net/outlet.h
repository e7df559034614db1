/*
 * outlet: where the events of a run leave. It numbers and stamps them and
 * posts them; all outlets of a worker share a box, which knows when the queue
 * is full. The worker's thread only.
 */
#ifndef NET_OUTLET_H
#define NET_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "util/queue.h"

enum { OUTBOX_MAX = 64 }; /* events that go into the queue together */

struct outbox {
	struct queue *events; /* borrowed */
	struct queue_item waiting[OUTBOX_MAX]; /* n of them */
	size_t n;
	int64_t start_us;     /* loop_now_us() of t = 0 */
	bool full;            /* stop reading sockets until there is room */
	void (*stamp)(struct event *e); /* worker_config.stamp */
};

/* Runs one after the other go on counting; one beside others has its own. */
struct outlet_count {
	uint32_t next_n;   /* number of the next event; sessions share it */
	uint32_t sessions; /* number of the newest connection */
};

struct outlet {
	struct outbox *box;         /* borrowed */
	struct outlet_count *count; /* borrowed */
	uint32_t run;         /* request.run of all that goes out */
	const char *target;   /* of the run; borrowed */
	bool checking;        /* checks are being made: each prompt says so */
	struct event *prompt; /* the newest one of the run, NULL none; owned */
	/* Each event on its way out, or NULL; must not post any itself. */
	void (*see)(void *arg, const struct event *e);
	void *see_arg;
};

/* What waits goes into the queue: whenever the loop has nothing more to do. */
void outbox_flush(struct outbox *b);

/* Time on the clock of the events' t_us. */
int64_t outlet_now_us(const struct outlet *o);
/* Sets n, t_us, session and target, finishes b and posts it. PROMPT and ASK
 * get no number: they are never recorded. Returns n. */
uint32_t outlet_post(struct outlet *o, struct event_builder *b,
                     uint32_t session);
/* The same, for what was known at t_us: times never fall in a recording. */
uint32_t outlet_post_at(struct outlet *o, struct event_builder *b,
                        uint32_t session, int64_t t_us);
/* Posts an event of the session, which has its number already; takes it. */
void outlet_give(struct outlet *o, struct event *e);
/* The newest prompt once more, where checking has changed; not from see(). */
void outlet_again(struct outlet *o);
void outlet_clear(struct outlet *o);
/* A finding about the event with number about, 0 none. */
void outlet_finding(struct outlet *o, const char *id, const char *arg,
                    uint32_t session, uint32_t about);

#endif
