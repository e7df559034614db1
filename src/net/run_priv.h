/*
 * run_priv: the inside of a run, for run.c (its life, the route),
 * run_request.c (what the user wants), run_next.c (the addresses, one visit
 * after the other), run_dane.c, run_check.c and run_trial.c (experiments).
 * Nobody else includes this.
 */
#ifndef NET_RUN_PRIV_H
#define NET_RUN_PRIV_H

#include "check/checks.h"
#include "check/mta_settings.h"
#include "check/sums.h"
#include "core/dane.h"
#include "net/docket.h"
#include "net/examine.h"
#include "net/fetch.h"
#include "net/join.h"
#include "net/mta.h"
#include "net/myip.h"
#include "net/routing.h"
#include "net/run.h"
#include "net/stops.h"
#include "net/visit.h"

enum doing {
	DO_ROUTING, /* DNS for the route */
	DO_SCOUT,   /* what the local mail server does, and our address */
	DO_PORT,    /* DNS for the port of a host (join) */
	DO_CHECKS,  /* the checks, which come first where they are wanted */
	DO_DANE,    /* DNS for the TLSA records of a host */
	DO_ASKING,  /* may this private address be used? */
	DO_GATE,    /* until it is its turn to connect */
	DO_VISIT,   /* a connection, or the try to get one */
	DO_WAIT,    /* a lesson's pause before its next connection */
	DO_TRIAL,   /* an experiment, between its visits */
	DO_NOTHING, /* until the user wants something */
};

enum { RUN_SEEN_MAX = 16 }; /* views of our own address; each once */

struct run_check { /* run_check.c */
	struct examine *examine; /* under way, or NULL */
	bool wanted;             /* as soon as the route is known */
	bool again;              /* once more when it is done */
	bool ends;               /* the run waits for it to end itself */
	struct check_query query; /* what examine is told; texts are ours */
	struct address_seen seen[RUN_SEEN_MAX]; /* n_seen; texts are ours */
	size_t n_seen;
	char *host, *server;     /* of the newest connection: name, address */
	char *helo, *from;       /* what EHLO and MAIL said last, NULL none */
	uint32_t helo_n;         /* its number */
	struct event **told;     /* n_told, what was posted, by its place */
	size_t n_told, place;
};

struct run_scout { /* run_scout.c */
	struct mta_reading *mta;  /* under way, or NULL */
	bool read;                /* it is, or was */
	struct mta_settings settings; /* valid with has_settings */
	bool has_settings;
	struct myip *myip;        /* under way, or NULL */
	void (*go)(struct run *r); /* when it is over */
};

struct run {
	struct run_env *env;
	struct outlet out;
	struct outlet_count count; /* of out, where the run is not alone */
	struct plan *plan;
	struct run_calls calls;
	struct target server; /* plan.server taken apart; empty without it */
	enum doing doing;
	struct routing *routing;
	struct join *join;
	struct event *route;   /* copy, or NULL before it is known */
	struct facts *facts;   /* what routing looked up, and for DANE */
	struct fetch *fetch;   /* of DO_DANE */
	struct dane dane;      /* of dane_host */
	char *dane_host;       /* NULL: none was looked up yet */
	uint16_t dane_port;
	struct run_check check;
	struct run_scout scout;
	struct docket *docket; /* refusals, and what the checks found */
	struct tls_setup *tls; /* of its visits alone, or NULL */
	bool clear;            /* the next visit goes without STARTTLS */
	struct stops stops;
	struct wish { /* the visit that is wanted next; both borrowed */
		const struct stop *stop;
		const struct plan *plan;
		bool told; /* that it waits */
	} wish;
	bool shut; /* a stop was passed by: the gate is shut for its host */
	struct gate_pass *pass; /* of DO_GATE and DO_VISIT; NULL: alone */
	struct visit *visit;
	struct loop_timer *timer;   /* of DO_WAIT, and to begin */
	struct plan *rest; /* plan for those only whom an address has put off
	                    * and others may take; NULL: for all */
	uint32_t yes, no;  /* recipients that are not in rest any more */
	struct request *connect;    /* wanted once the visit is over, or NULL */
	uint16_t port;
	size_t step;                /* of plan.steps, for the next visit */
	bool walking;      /* --all where a person looks on: each address is
	                    * visited by itself, one after the other */
	struct plan *walk; /* with this plan; NULL: never */
	unsigned tries;             /* connections that came of themselves */
	bool named;                 /* the user named the host: never ask */
	bool private_ok, private_no; /* what the user said */
	bool leaving;
	bool cancelled;             /* the user wanted no more */
	struct trials *trials;      /* for experiments; NULL: none can be */
	struct trial_run *trial;    /* under way, or NULL: visits are its own */
	struct trial wanted;        /* once the visit is over */
	struct sums sums;
};

/* ---- run.c ---- */

/* Nothing more happens by itself: batch is over, a person may go on. r may be
 * gone afterwards, as after everything below that goes on. */
void run_rest(struct run *r);
/* The route is known and the checks that come first are made. */
void run_begin(struct run *r);
/* It failed before there was a connection to fail. */
void run_fail(struct run *r, enum fail_phase phase, enum fail_kind kind,
              const char *detail);
/* No address is left; where none was tried the route says why. */
void run_conclude(struct run *r);
/* What the front end shows while there is no connection. deadline_us: on the
 * events' clock, 0 none. */
void run_prompt(struct run *r, int64_t deadline_us);
void run_note_exit(struct run *r, uint8_t status, enum outcome outcome);
void run_finish(struct run *r); /* EV_END and done() */
/* A dns_exchange becomes an EV_DNS. arg: the run. */
void run_post_exchange(void *arg, const struct dns_exchange *x);

/* ---- run_env.c ---- */

void run_env_enter(struct run_env *env); /* one run more */
void run_env_leave(struct run_env *env);
/* The DNS server, made when first needed; false: none is known. */
bool run_resolver(struct run *r);
/* The name of this host for EHLO, where the plan has none; NULL: it has none.
 * Read anew for each visit of a run that is alone. */
const char *run_own_name(struct run *r);
/* Where its visits make their TLS setup, or find one: the certificates of all
 * authorities are read once and not for each of ten thousand runs. */
struct tls_setup **run_tls_setup(struct run *r);

/* ---- run_walk.c ---- */

/* The addresses are known: from here on run_go_on() goes from one to the next,
 * where that was asked for. */
void run_walk_begin(struct run *r);
/* What the next visit of the run's own is made with. */
const struct plan *run_plan(const struct run *r);

/* ---- run_dane.c ---- */

/* Are the TLSA records of this stop being looked up? Else they are known, or
 * not asked for. */
bool run_find_dane(struct run *r, const struct stop *stop);
/* What the certificate of stop must match; NULL: DANE was not asked for. */
const struct dane *run_dane(const struct run *r, const struct stop *stop);
/* DANE forbids to deliver there: the id of a finding, NULL: it does not. */
const char *run_dane_objection(const struct run *r, const struct stop *stop);
void run_forget_dane(struct run *r);

/* ---- run_check.c ---- */

/* Makes the checks, or makes them anew; waits for the route first. What did
 * not change is not posted again. */
void run_check(struct run *r);
/* The route is known, or there is none to be found. True: the checks are being
 * made and the rest waits for them (DO_CHECKS). */
bool run_check_first(struct run *r);
/* The run could end. True: checks that it is for are still being made; it goes
 * on with run_rest() when they are (DO_CHECKS). */
bool run_check_last(struct run *r);
/* Somebody may want them; else nothing need be remembered for them. */
bool run_check_can(const struct run *r);
void run_check_see(struct run *r, const struct event *e);
void run_check_stop(struct run *r); /* without a word */
void run_check_clear(struct run *r);

/* A view of our own address; what was said without it is looked at anew. */
void run_check_learn(struct run *r, enum address_source source,
                     const char *text, const char *where);

/* ---- run_scout.c ---- */

/*
 * Before anything else: reads how the local mail server sends, where the
 * checks want it or --like-mta takes it over, and asks for our address with
 * --ask-myip. Then, or at once, go(r).
 */
void run_scout(struct run *r, void (*go)(struct run *r));
/* The checks are wanted in the middle of a run: true: the local mail server is
 * being read first, once; run_check() comes again. */
bool run_scout_first(struct run *r);
void run_scout_stop(struct run *r);  /* without a word */
void run_scout_clear(struct run *r);

/* ---- run_next.c ---- */

/* Decides about the next address: look up, ask, pass over, or go there. */
void run_go_on(struct run *r);
void run_answer(struct run *r, bool yes);
/* q: a REQ_CONNECT, while there is no visit. */
void run_connect(struct run *r, const struct request *q);
void run_end_wait(struct run *r); /* the lesson's pause is over */
/* A connection to stop, once it is its turn; plan: borrowed until it is
 * over. */
void run_visit(struct run *r, const struct stop *stop,
               const struct plan *plan);
void run_enter(struct run *r); /* it is */
/* The port of 127.0.0.1 where it really goes, 0: no other. */
uint16_t run_redirected(const struct run *r, const struct stop *stop);
/* It goes to where nobody listens: a classroom's answer to all that is not in
 * its lesson. */
bool run_is_dead_end(const struct run *r, const struct stop *stop);
/* A private address out of public DNS, which nobody has allowed. */
bool run_is_doubtful(const struct run *r, const struct stop *stop);

/* ---- run_gate.c ---- */

/* May it connect at once? Else run_enter() comes when it is its turn, or the
 * run has gone on without it: r may be gone. */
bool run_gate_open(struct run *r);
/* There was no descriptor: the same, or false: it must fail. */
bool run_gate_wait(struct run *r);
void run_gate_leave(struct run *r); /* closed, or not wanted any more */
void run_gate_see(struct run *r, const struct event *e);

/* ---- run_trial.c ---- */

/* Before the first event, and at the end of the run. */
void run_trials_begin(struct run *r);
void run_trials_free(struct run *r);
/* Each event on its way out. */
void run_trial_see(struct run *r, const struct event *e);
void run_try(struct run *r, const struct request *q); /* a REQ_TRY */
/* A visit is over: was an experiment asked for in the meantime, or is it time
 * for the one of the plan? Then it begins. */
bool run_trial_wanted(struct run *r);
bool run_trial_due(struct run *r);
void run_trial_over(struct run *r, const struct visit_end *e);
void run_trial_time(struct run *r); /* DO_TRIAL: the pause is over */
/* Ends the experiment, if there is one, and says so; nothing follows. Not while
 * a visit is open. */
void run_trial_stop(struct run *r);

#endif
