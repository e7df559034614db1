/*
 * vt_state: the inside of a test terminal; for vt*.c only.
 */
#ifndef TESTS_VT_STATE_H
#define TESTS_VT_STATE_H

#include <stdint.h>
#include <vterm.h>

#include "util/buf.h"
#include "vt.h"

/* What the shell's stand-in tells of the program. */
struct status {
	enum vt_job job;
	int value;
	pid_t pid;
};

struct vt {
	VTerm *vterm;
	VTermScreen *screen;
	int w, h;
	int master, slave;
	int ready[2], status[2];
	pid_t shell; /* stands in for the user's shell */
	struct status job;
	char folder[64];
	struct buf raw;
	struct buf ready_in;
	unsigned long long sent; /* bytes typed */
	unsigned long long read; /* of these, read by the program when idle */
	int ready_w, ready_h;
	bool ready_now; /* a ready line came and nothing was done since */
	unsigned syncs;
	char mark[32];     /* of sync_screen(), until it has come back */
	size_t mark_len;   /* 0: none is on its way */
	struct buf unseen; /* came, but its end may be the begin of a mark */
	bool alt, cursor_shown, mouse;
	int64_t deadline_ms;
};

/* Says what went wrong, shows the screen, ends the test. */
void vt_die(struct vt *v, const char *what);
void vt_renew_deadline(struct vt *v);
/* Waits for anything to come from the program and takes it. */
void vt_pump(struct vt *v);

#endif
