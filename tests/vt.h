/*
 * vt: runs a program in a terminal that the test can look into.
 *
 * The terminal is libvterm's; the program has a real pseudo terminal, job
 * control and signals. Nothing here sleeps: the program tells through
 * SMTPSCOPE_TEST_READY_FD (src/ui/term.h) that it has dealt with what was sent
 * and is idle; each wait has an absolute deadline (30 s, $VT_DEADLINE_S), after
 * which it fails with a picture of the screen.
 *
 * The program gets: TZ=UTC, LC_ALL=C.UTF-8, TERM=xterm-256color, HOME and the
 * XDG folders in a new folder that vt_free() removes, and
 * SMTPSCOPE_TEST_CLOCK=2026-01-05T10:41:02Z (src/clock.h), so that two runs of
 * a lesson look the same; with several equal MX add --seed 1.
 */
#ifndef TESTS_VT_H
#define TESTS_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include "ui/theme.h"

struct vt;

struct vt_options {
	int w, h;
	const char *const *argv; /* NULL-terminated */
	const char *const *env;  /* "NAME=VALUE", or "NAME" to unset; may be
	                            NULL */
};

/* How the program stands, as a shell would see it. */
enum vt_job { VT_RUNNING, VT_STOPPED, VT_EXITED, VT_KILLED };

/* Ends the test (message, exit 1) when the program cannot be started. */
struct vt *vt_start(const struct vt_options *o);
/* Kills what still runs, frees; NULL is fine. */
void vt_free(struct vt *v);

void vt_send(struct vt *v, const char *bytes, size_t len);
/*
 * Keys as written in screen files: text as it is, names in <> ("<Enter>",
 * "<Alt-A>", "<Shift-Up>", "<F5>", "<lt>" for <), "<paste:TEXT>" (\n is a line
 * end), "<click:X,Y>", "<wheel-up:X,Y>", "<wheel-down:X,Y>", "<raw:HEX>".
 * Each key is waited for when wait is set. false: no such key.
 */
bool vt_keys(struct vt *v, const char *keys, bool wait);
void vt_resize(struct vt *v, int w, int h);
void vt_signal(struct vt *v, int number);
void vt_continue(struct vt *v); /* fg: to the foreground, SIGCONT */
void vt_hang_up(struct vt *v);  /* closes the terminal */

/* All that was sent is dealt with and the program is idle at the present
 * size. false: it ended instead. */
bool vt_settle(struct vt *v);
/* text is on the screen (any row); false: the program ended before. */
bool vt_wait_text(struct vt *v, const char *text);
/* Until the job is no longer running (or stopped); its value: exit status or
 * signal. */
enum vt_job vt_wait_job(struct vt *v, int *value);
/* What the program sent so far, raw. */
const char *vt_raw(struct vt *v, size_t *len);

void vt_size(const struct vt *v, int *w, int *h);
bool vt_alt_screen(const struct vt *v);
bool vt_cursor(const struct vt *v, int *x, int *y); /* false: hidden */
bool vt_mouse(const struct vt *v);
bool vt_paste_mode(const struct vt *v);
pid_t vt_pid(const struct vt *v);
void vt_termios(const struct vt *v, struct termios *out);

/* One row as UTF-8, trailing blanks kept; caller frees. */
char *vt_row(const struct vt *v, int y);
/* The same row, a letter for what each cell means (vt_legend). */
char *vt_attr_row(const struct vt *v, int y, enum theme t, int colors);
extern const char vt_legend[];

/* What a picture needs of a cell. */
struct vt_cell {
	char text[28];    /* UTF-8; "" for the right half of a wide one */
	int columns;      /* 1, 2, 0 */
	struct look look; /* as sent: -1 default */
};
void vt_cell(const struct vt *v, int x, int y, struct vt_cell *out);
/* The screen as SVG, byte for byte the same for the same screen. */
char *vt_svg(const struct vt *v, bool light);

#endif
