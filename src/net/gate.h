/*
 * gate: who may connect now, where many runs want to: at most so many
 * connections at once to one address and port, the others in the order in which
 * they came; none for a while after a server has said that it is too much; and
 * no more in all than there are descriptors for. A host that is busy holds up
 * nobody who wants to go elsewhere.
 *
 * Pure: the time comes in, on one clock that never falls. One thread.
 */
#ifndef NET_GATE_H
#define NET_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* After 421, or 4yz instead of a greeting: by then the connection that
	 * was one too many is surely gone from the server's count. */
	GATE_PAUSE_MS = 5000,
	/* Twice as long each time, up to this: servers count by the minute
	 * (Postfix: anvil_rate_time_unit), so longer would gain nothing. */
	GATE_PAUSE_MAX_MS = 60000,
	/* So many pauses in a row, with half a minute of waiting in them, or so
	 * many connections in a row that nobody answered: "a client SHOULD keep
	 * a list of hosts it cannot reach" (RFC 5321 §4.5.4.1). */
	GATE_REFUSALS = 4,
	GATE_SILENCES = 3,
	/* Then nobody tries there for as long as a mail server leaves its
	 * queue for such a host alone (Postfix: minimal_backoff_time). */
	GATE_SHUT_MS = 300000,
	/* No descriptor was left although none of ours is open: others hold
	 * them (ENFILE). Asked again this often ... */
	GATE_FILES_MS = 500,
	/* ... and for half a minute, as long as a connection may take. */
	GATE_FILES_TRIES = 60,
};

struct gate;
struct gate_pass; /* of one run, from gate_ask() to gate_leave() */

enum gate_state {
	GATE_OPEN,  /* it may connect, or has */
	GATE_HOST,  /* waits: as many as may be are connected there */
	GATE_PAUSE, /* waits: the server said that it is too much */
	GATE_FILES, /* waits for a descriptor */
	GATE_SHUT,  /* it must not connect there, and need not wait */
};

struct gate_config {
	size_t per_host;   /* > 0; connections to one address and port */
	size_t total;      /* > 0; in all */
	uint32_t pause_ms; /* 0: GATE_PAUSE_MS */
};
struct gate *gate_new(const struct gate_config *cfg);
void gate_free(struct gate *g); /* every pass has left; NULL is fine */

struct gate_calls {
	/* It is its turn, or it need not wait: GATE_SHUT. From gate_turn()
	 * alone, and not where gate_state() is one of these at once. */
	void (*go)(void *arg);
	void *arg;
};
/* Wants to connect to address (copied) and port. */
struct gate_pass *gate_ask(struct gate *g, const char *address, uint16_t port,
                           const struct gate_calls *calls, int64_t now_us);
enum gate_state gate_state(const struct gate_pass *p, int64_t now_us);
/* GATE_PAUSE: when it ends. */
int64_t gate_pause_us(const struct gate_pass *p);
/* Closed, or not wanted any more. NULL is fine. */
void gate_leave(struct gate_pass *p, int64_t now_us);

/* What the server said to an open one: it takes us, or we are too many. */
void gate_welcome(struct gate_pass *p, int64_t now_us);
void gate_busy(struct gate_pass *p, int64_t now_us);
/* Nothing, until its time was over. */
void gate_silent(struct gate_pass *p, int64_t now_us);
/*
 * There was no descriptor for an open one after all: it waits, before all
 * others, until another leaves. False: that was tried often enough; it is still
 * open, and may fail.
 */
bool gate_no_files(struct gate_pass *p, int64_t now_us);

/* When gate_turn() has something to do; INT64_MAX: nothing before the next
 * call of the above. */
int64_t gate_due_us(const struct gate *g);
/* Lets those go whose turn it is. They may ask and leave. */
void gate_turn(struct gate *g, int64_t now_us);

#endif
