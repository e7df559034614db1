#include "config.h"

#include "util/interrupt.h"

#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static sigset_t caught; /* SIGINT, maybe SIGTERM */

static void catch_all(sigset_t *wait_mask)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	int signals[] = { SIGINT, SIGTERM };

	sigemptyset(&action.sa_mask);
	sigprocmask(SIG_BLOCK, &caught, wait_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (sigismember(&caught, signals[i])) {
			sigaction(signals[i], &action, NULL);
			sigdelset(wait_mask, signals[i]);
		}
}

void interrupt_catch(sigset_t *wait_mask)
{
	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	catch_all(wait_mask);
}

void interrupt_catch_term(sigset_t *wait_mask)
{
	sigemptyset(&caught);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGTERM);
	catch_all(wait_mask);
}

/* One that is still held back: a wait that found something ready at once did
 * not let it through. */
static bool take_pending(void)
{
	sigset_t set;
	int signal;

	sigpending(&set);
	if ((!sigismember(&set, SIGINT) || !sigismember(&caught, SIGINT)) &&
	    (!sigismember(&set, SIGTERM) || !sigismember(&caught, SIGTERM)))
		return false;
	return sigwait(&caught, &signal) == 0;
}

bool interrupt_taken(void)
{
	bool taken = interrupted;

	interrupted = 0;
	return take_pending() || taken;
}
