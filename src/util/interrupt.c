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

bool interrupt_taken(void)
{
	bool taken = interrupted;

	interrupted = 0;
	return taken;
}
