#include "config.h"

#include "util/interrupt.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

void interrupt_catch(sigset_t *wait_mask)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	sigset_t block;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, wait_mask);
	sigdelset(wait_mask, SIGINT);
}

/* One that is still held back: a wait that found something ready at once did
 * not let it through. */
static bool take_pending(void)
{
	sigset_t set;
	int signal;

	sigpending(&set);
	if (!sigismember(&set, SIGINT))
		return false;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	return sigwait(&set, &signal) == 0;
}

bool interrupt_taken(void)
{
	bool taken = interrupted;

	interrupted = 0;
	return take_pending() || taken;
}
