/*
 * term: the terminal; the one user of curses. UI thread only.
 *
 * It starts the terminal, shows canvases (only changed cells are sent, one
 * update a frame), reads keys, and gives the terminal back whatever happens:
 * normal end, suspension, SEGV BUS ABRT FPE ILL QUIT (restored in the handler
 * by async-signal-safe calls, then raised again), TERM HUP INT (through
 * term_wait(); by the handler when the loop does not answer within 200 ms),
 * a vanished terminal (TERM_GONE). All other threads must block all signals but
 * SEGV BUS FPE ILL ABRT: a blocked one of those ends us without the handler.
 *
 * For tests: where SMTPSCOPE_TEST_READY_FD names a descriptor, term_wait()
 * writes a line "BYTES WIDTH HEIGHT\n" to it whenever it is about to block
 * after something had happened (frame, key, resize, extra fd): bytes read from
 * the keyboard so far and the size of the last frame. While busy it does not.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"
#include "ui/glyph.h"
#include "ui/key.h"
#include "ui/theme.h"

struct term_options {
	bool no_color;     /* --no-color; NO_COLOR is looked at here */
	bool no_mouse;     /* nothing about the mouse is sent then */
	const char *theme; /* a theme's name, or NULL: what fits */
};

enum term_start {
	TERM_STARTED,
	TERM_NOT_A_TTY, /* stdin or stdout is none: use batch */
	TERM_IS_DUMB,   /* TERM unset, dumb or without cursor motion: --plain */
};

/*
 * setlocale() must have been called. Tries $TERM, then xterm, then vt100 for a
 * TERM that is not known (and says so in fallback, may be NULL: the TERM used
 * instead, static; NULL when $TERM was fine).
 */
enum term_start term_start(const struct term_options *o, const char **fallback);
void term_stop(void); /* gives the terminal back; may be called twice */
/* Async-signal-safe: the same without memory or locks. For xalloc_on_exit()
 * and handlers. */
void term_restore(void);
/* What a fatal signal prints on stderr after the terminal is back, e.g. where
 * the recording is. Copied, cut at 511 bytes. */
void term_last_words(const char *text);

void term_size(int *w, int *h);
int term_colors(void);       /* 0, 8, 16, 256; 0 with NO_COLOR */
bool term_is_utf8(void);
enum theme term_theme(void);
void term_set_theme(enum theme t); /* also the glyph set; draws all anew */
bool term_has_mouse(void);
void term_set_mouse(bool on);

/* Shows the canvas: one update; the cursor is parked where the canvas wants
 * it, also when it is not shown. A canvas of another size is cut. */
void term_draw(const struct canvas *c);
void term_redraw(void); /* Ctrl-L: forget what is on screen */
void term_suspend(void); /* Ctrl-Z; returns after fg. Draw again then. */
/* Runs argv on the restored terminal (pager, editor), waits; -1 or status. */
int term_run(char *const argv[]);

enum {
	TERM_KEYS = 1,    /* call term_key() until it says no */
	TERM_RESIZED = 2, /* term_size() has changed (also after fg) */
	TERM_FD = 4,      /* the extra fd is readable */
	TERM_TIMEOUT = 8,
	TERM_GONE = 16,   /* hang-up or read error: leave at once */
	TERM_QUIT = 32,   /* TERM, HUP or INT came: leave, see term_signal() */
};

/*
 * Waits for the keyboard, fd (-1: none) and signals. timeout_ms: -1 for ever.
 * busy: something that was asked for is not answered yet (lookup, connection,
 * reply, replay): only the tests' ready line depends on it.
 * Returns TERM_ bits, never 0.
 */
int term_wait(int fd, int timeout_ms, bool busy);
bool term_key(struct key *out);
/* The signal behind TERM_QUIT, 0 none. After term_stop() let it end us:
 * signal(s, SIG_DFL); raise(s). */
int term_signal(void);

#endif
