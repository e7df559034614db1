/*
 * term_guard: gives the terminal back, whatever happens; for term*.c only.
 *
 * Owns the signal handlers, the saved terminal settings and the bytes that
 * undo what we switched on. Knows no curses: all of it must be able to run in
 * a signal handler.
 */
#ifndef UI_TERM_GUARD_H
#define UI_TERM_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* Saves the settings of fd and takes the signals. false: no pipe left, or fd
 * is no terminal. Before curses starts: it leaves alone what is taken. */
bool guard_start(int fd);
void guard_stop(void); /* the signals go back to what they were */
/* What undoes our modes; cut at 511 bytes. From then on the terminal is ours
 * to restore. */
void guard_arm(const char *undo);
void guard_disarm(void); /* the terminal is given back in the normal way */
void guard_last_words(const char *text);

enum {
	GUARD_RESIZE = 1,
	GUARD_STOP = 2,     /* SIGTSTP from outside */
	GUARD_CONTINUE = 4, /* SIGCONT: somebody else had the terminal */
	GUARD_QUIT = 8,     /* guard_signal() tells which */
};
int guard_fd(void);        /* readable when guard_take() has something */
unsigned guard_take(void); /* GUARD_ bits since the last call */
int guard_signal(void);    /* TERM, HUP or INT that came; 0 none */
/* Stops the process group as Ctrl-Z does; returns after it was continued. */
void guard_suspend(void);

#endif
