/*
 * visit: one connection to one address, from "connecting" to the verdict: the
 * socket (conn), the session machine and the clock, joined. It carries bytes,
 * events and time between them and decides nothing itself.
 *
 * The worker's thread only. Callbacks run from the loop or from inside the
 * calls that send or end something, always as the last thing they do.
 */
#ifndef NET_VISIT_H
#define NET_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/judge.h"
#include "core/dane.h"
#include "core/plan.h"
#include "core/session.h"
#include "io/loop.h"
#include "io/tls.h"
#include "net/docket.h"
#include "net/outlet.h"

enum {
	VISIT_CONNECT_MS = 30000, /* design §4; Postfix waits as long */
	VISIT_CLASSROOM_MS = 10000, /* a class does not wait that long */
	VISIT_LEAVE_MS = 500,     /* for 221 when something else is wanted */
};

struct visit;

struct visit_to { /* texts borrowed, copied by visit_new() */
	const char *host;
	const char *address; /* "" for a Unix socket or a command */
	const char *own_name; /* of this host (hostname.h); NULL: none */
	const struct dane *dane; /* what the DNS demands; borrowed, outlives
	                          * the visit; NULL: DANE is not asked for */
	struct tls_setup **setup; /* made when first needed; the owner frees */
	struct docket *docket; /* borrowed, outlives the visit */
	const char *trust_pem;    /* a lesson's own authority, or NULL */
	bool clear;               /* no STARTTLS: it failed here before */
	bool may_wait;            /* for a descriptor: see visit_new() */
	uint16_t port;
	bool local;        /* it is one of these two; host names it */
	uint16_t via_port; /* 0: direct; else really 127.0.0.1:via_port */
	uint32_t session;  /* the number of this connection */
	size_t step;       /* of plan.steps to begin with */
};

struct visit_calls {
	/* Once: it is over, the verdict is posted. May free the visit. */
	void (*over)(void *arg);
	void *arg;
};

/* plan: borrowed, outlives the visit. Never calls back at once. NULL: there was
 * no descriptor left, and to->may_wait. */
struct visit *visit_new(struct loop *l, struct outlet *out,
                        const struct plan *plan, const struct visit_to *to,
                        const struct visit_calls *calls);
void visit_free(struct visit *v); /* without a word; NULL is fine */

/* When the try to connect is given up, on the events' clock. */
int64_t visit_deadline_us(const struct visit *v);

/* One typed line, without CRLF. Ignored before the connection is there. */
void visit_send(struct visit *v, const char *line);
/* Ends a wait: for the connection, or for a reply; false: it waits for none
 * but the user, nothing was done. */
bool visit_cancel(struct visit *v);
void visit_close(struct visit *v); /* now, without QUIT */
/* QUIT and at most VISIT_LEAVE_MS where the state allows it, else close. */
void visit_leave(struct visit *v);
/* The user answers what was asked (EV_ASK) before a line went out. */
void visit_answer(struct visit *v, bool yes);
/* The plan has a login now that it had not. */
void visit_new_login(struct visit *v);
/* There is room in the queue again. */
void visit_resume(struct visit *v);

/* Valid once it is over. */
struct visit_end {
	struct session_result result;
	struct judge_sum sum;
	size_t step;    /* of plan.steps that is next */
	bool cancelled; /* by the user */
};
struct visit_end visit_end(const struct visit *v);
/* Its plan for the recipients alone that were put off; caller owns. */
struct plan *visit_rest(const struct visit *v);

#endif
