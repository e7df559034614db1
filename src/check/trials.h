/*
 * trials: what each experiment (core/trial.h) needs, changes and waits for.
 * The worker asks before it begins, the inspector before it offers: so both
 * say the same. Pure; any thread.
 */
#ifndef CHECK_TRIALS_H
#define CHECK_TRIALS_H

#include "check/check.h"
#include "check/summary.h"
#include "core/plan.h"
#include "core/trial.h"

enum { TRIALS_WAIT_S = 300 }; /* of a greylisting that names no time: what
                               * most of them want (RFC 6647 §5: at least a
                               * minute) */

/* What an experiment begins with. Borrowed. */
struct trial_facts {
	const struct plan *plan;
	const struct summary *base; /* the dialog that is repeated: the newest
	                             * one that was no experiment and that got
	                             * an answer; session 0: there is none */
	bool fits;       /* the route has an address that trials_fits() */
	bool lesson;     /* a classroom's: its connections never leave */
	bool local;      /* a Unix socket or a command: no address, no port */
	bool silent;     /* some address did not answer, and none did */
	bool retried;    /* this dialog has had its second try */
	bool login_lost; /* it logged in, and the password is not known */
};

/*
 * NULL: it can be made. Else the id of the sentence (says_experiment.tsv, no
 * arguments) that says why not.
 */
const char *trials_objection(const struct trial *t,
                             const struct trial_facts *f);
/* Could a connection from base's host and address to these two be the one that
 * t asks for? */
bool trials_fits(const struct trial *t, const struct summary *base,
                 const char *host, const char *address);

bool trials_logged_in(const struct summary *base);

/* The seconds to wait for a greylisting before the next try: those of t, of
 * the lesson's own steps, of the reply, or TRIALS_WAIT_S. */
unsigned trials_wait_s(const struct trial *t, const struct summary *base,
                       const struct plan *p);
/* How many connections it makes. */
size_t trials_visits(const struct trial *t);
/*
 * p, changed into a plan that repeats the dialog of base by itself, up to RCPT
 * at most and never with a message, but for the one thing. Caller owns.
 */
struct plan *trials_plan(const struct trial *t, const struct summary *base,
                         const struct plan *p);

#endif
