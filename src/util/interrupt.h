/*
 * interrupt: Ctrl-C as something to be asked about, for the front ends that
 * leave the terminal as it is (batch and line mode).
 *
 * SIGINT is held back except while the main thread waits with the mask that
 * interrupt_catch() gives: no Ctrl-C is missed between a look and a wait. Main
 * thread only; the worker has its signals blocked already.
 */
#ifndef UTIL_INTERRUPT_H
#define UTIL_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* wait_mask: for pselect(), which then ends with EINTR at a Ctrl-C. */
void interrupt_catch(sigset_t *wait_mask);
/* As interrupt_catch(), and SIGTERM is taken for a Ctrl-C, too. */
void interrupt_catch_term(sigset_t *wait_mask);
/* Was there one since the last call? */
bool interrupt_taken(void);

#endif
