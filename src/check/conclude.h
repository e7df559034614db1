/*
 * conclude: what an experiment (core/trial.h) has shown, as a check (check.h):
 * its trace is the table of both dialogs, its sentence the conclusion. What
 * was not seen is not concluded: GRADE_UNKNOWN says so. Pure; any thread.
 */
#ifndef CHECK_CONCLUDE_H
#define CHECK_CONCLUDE_H

#include "check/check.h"
#include "check/summary.h"
#include "core/trial.h"

enum port_state { PORT_UNKNOWN, PORT_UP, PORT_REFUSED, PORT_SILENT,
	PORT_UNREACHABLE };

enum { PORTS = 3 }; /* that of the dialog, and two others of the same host */

struct port_try { /* one address; texts owned by whoever has it */
	char *host, *address;
	struct {
		uint16_t port;
		uint8_t state; /* enum port_state */
		uint32_t us;   /* PORT_UP: it took */
	} port[PORTS];
};
enum port_state port_state_of(enum fail_kind kind);

/* What was seen; all borrowed. */
struct trial_seen {
	const struct summary *base;
	const struct summary *sums; /* n of the experiment's own */
	size_t n;
	size_t wanted;              /* TRIAL_SEVERAL_HOSTS: so many */
	unsigned waited_s;          /* TRIAL_GREYLIST */
	const struct port_try *ports; /* TRIAL_PORT: n_ports */
	size_t n_ports;
};

/* c: zeroed or cleared. */
void conclude(struct check *c, const struct trial *t,
              const struct trial_seen *seen);
/* It was not made, or stopped: say is the id of the reason. */
void conclude_not(struct check *c, const struct trial *t,
                  const struct summary *base, const char *say);

#endif
