/*
 * run: one target from its name to its last verdict: the route, the addresses
 * one after the other (RFC 5321 §5.1, no happy eyeballs: no mail server does
 * that), the questions to the user, a lesson's new connections.
 *
 * In batch (plan.hold_enter) a run ends by itself; else it connects by itself,
 * with plan.all to each address and speaks there as far as recipients, and
 * then waits for requests until run_end(). The worker's thread only.
 */
#ifndef NET_RUN_H
#define NET_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/plan.h"
#include "core/request.h"
#include "io/loop.h"
#include "net/gate.h"
#include "net/outlet.h"
#include "net/resolve.h"
#include "net/worker.h"

/* What all runs of a worker share. */
struct run_env {
	struct loop *loop;
	struct outbox box;
	struct outlet_count count; /* of the runs with number 0 */
	const struct worker_config *cfg;
	struct resolver *resolver; /* NULL until a run needs it */
	size_t runs;               /* that there are */
	char *own_name;            /* of this host, NULL: none */
	bool named;                /* own_name was looked for */
	struct tls_setup *tls;     /* of runs beside each other, or NULL */
	char *tls_key;             /* what it is made of; NULL: of nothing */
	struct gate *gate;         /* of runs beside each other, or NULL */
	struct loop_timer *gate_timer;
	int64_t gate_due_us;       /* what the timer is set to */
};
/* Every run is freed. */
void run_env_clear(struct run_env *env);

struct run;

struct run_calls {
	/* Once, after EV_END; never from inside run_new(). May free the run. */
	void (*done)(void *arg);
	void *arg;
};

/*
 * plan: given away. number: 0 for the only run there is, else that of one
 * beside others (request.run). Posts EV_START and begins to look for the
 * route.
 */
struct run *run_new(struct run_env *env, struct plan *plan, uint32_t number,
                    const struct run_calls *calls);
void run_free(struct run *r); /* NULL is fine */

/* SEND, CONNECT, ANSWER, CANCEL, CLOSE, GUIDE; r may be gone afterwards. */
void run_request(struct run *r, const struct request *q);
/* Something else is wanted: QUIT where that is possible, then EV_END and
 * done(), VISIT_LEAVE_MS later at most. polite: false: at once. */
void run_end(struct run *r, bool polite);
void run_resume(struct run *r); /* there is room in the event queue again */

#endif
