/*
 * grid: every address of every MX as a row, each step of a session as a
 * column, so that the one that differs is seen (odd.h). Made of the events of
 * one target, wherever they come from. Pure; one thread at a time.
 */
#ifndef CHECK_GRID_H
#define CHECK_GRID_H

#include "check/summary.h"

enum {
	GRID_ROWS_MAX = 1024, /* beyond the limits of a route (core/route.h):
	                       * only a hostile recording has more */
};

/* id, name in tests and tables (a step as the dialog calls it) */
#define GRID_STEPS(X)                                                          \
	X(GRID_TCP, "TCP")                                                     \
	X(GRID_GREETING, "220")                                                \
	X(GRID_EHLO, "EHLO")                                                   \
	X(GRID_TLS, "TLS")                                                     \
	X(GRID_AUTH, "AUTH")                                                   \
	X(GRID_MAIL, "MAIL")                                                   \
	X(GRID_RCPT, "RCPT")                                                   \
	X(GRID_DATA, "DATA")
enum grid_step {
#define GRID_STEP_ENUM(id, name) id,
	GRID_STEPS(GRID_STEP_ENUM)
#undef GRID_STEP_ENUM
	GRID_COLUMNS
};

enum grid_state {
	GRID_OPEN,    /* not got so far, or not yet */
	GRID_RUNNING, /* an answer is awaited */
	GRID_NONE,    /* left out: TLS that is not offered, or not wanted */
	GRID_OK,
	GRID_LATER,   /* 4yz */
	GRID_NO,      /* 5yz */
	GRID_FAILED,  /* no connection, no answer, no TLS */
	GRID_STATES
};

struct grid_cell {
	enum grid_state state;
	enum fail_kind fail; /* GRID_FAILED */
	uint16_t code;       /* 0: it is no reply */
	uint16_t count, good; /* RCPT: of so many recipients so many accepted;
	                       * the code is that of the worst */
	uint32_t us;         /* it took; 0 unknown */
	uint32_t n;          /* of the event that decided it, 0 none */
	const struct summary_row *row; /* of that reply, or NULL */
};

struct grid_row {
	char *host, *address; /* owned; address "" for a host without one */
	uint16_t preference;
	char *why;            /* owned; id of the route's reason or of the
	                       * finding why it was not used, "" none */
	bool unusable;        /* the route says so */
	uint32_t why_n;       /* of that finding, 0 none */
	struct summary sum;   /* newest session there that is no
	                       * experiment's; session 0: none */
	uint32_t lost_n;      /* of the EV_FAILED of a session before: TLS did
	                       * not come up, and it went on in clear; 0 none */
	enum fail_kind lost;
	struct grid_cell cell[GRID_COLUMNS];
	unsigned odd;         /* bit (1 << enum grid_step): differs from most */
};

struct grid {
	bool all;             /* --all: each address is visited */
	bool ended;           /* EV_END was seen */
	struct grid_row *rows; /* n, owned; in the order of the route */
	size_t n;
	bool used[GRID_COLUMNS]; /* some row has something there, or may */
	/* since the last grid_settle() */
	bool stale;
	/* while events come in */
	bool trial, again;
	size_t current;       /* row of the newest session */
};

/* Does this EV_START belong to a run with --all? false: another event. */
bool grid_asks_all(const struct event *start);

/* g: zeroed or cleared. EV_START begins anew: a grid is of one target. */
void grid_see(struct grid *g, const struct event *e);
/* Cells and oddities from what was seen; cheap where nothing was. */
void grid_settle(struct grid *g);
void grid_clear(struct grid *g);

/* Has the session of this row come to its end? */
bool grid_row_over(const struct grid_row *r);
/* The step that decided: the first that is bad, else the last that went well;
 * GRID_COLUMNS: none. */
enum grid_step grid_decisive(const struct grid_row *r);
/* Rows with a session, sessions that are over. */
size_t grid_tried(const struct grid *g);
size_t grid_over(const struct grid *g);
/* Rows with an address that was tried or may be. */
size_t grid_addresses(const struct grid *g);

const char *grid_step_name(enum grid_step s); /* "MAIL" */

#endif
