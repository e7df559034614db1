#include "config.h"

#include "vt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "core/escape.h"
#include "vt_state.h"

enum { DEADLINE_S = 30 };

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void vt_die(struct vt *v, const char *what)
{
	fprintf(stderr, "vt: %s\n", what);
	if (v != NULL && v->vterm != NULL) {
		for (int y = 0; y < v->h; y++) {
			char *row = vt_row(v, y);

			fprintf(stderr, "|%s|\n", row);
			free(row);
		}
		fprintf(stderr, "sent %llu, read %llu, job %d value %d\n",
		        v->sent, v->read, v->job.job, v->job.value);
	}
	vt_free(v);
	exit(1);
}

static int deadline_s(void)
{
	const char *text = getenv("VT_DEADLINE_S");

	return text != NULL && atoi(text) > 0 ? atoi(text) : DEADLINE_S;
}

void vt_renew_deadline(struct vt *v)
{
	v->deadline_ms = now_ms() + 1000 * (int64_t)deadline_s();
}

/* How many bytes at the end of v->unseen may be the begin of the mark. */
static size_t begun_mark(const struct vt *v)
{
	size_t n = v->mark_len < v->unseen.len ? v->mark_len : v->unseen.len;

	while (n > 0 && memcmp(v->unseen.data + v->unseen.len - n, v->mark,
	                       n) != 0)
		n--;
	return n;
}

/* Our mark may stand between two writes of one frame, in the middle of a
 * sequence: the terminal must not see it. */
static void take_mark_out(struct vt *v)
{
	char *mark = v->mark_len == 0 ? NULL
	             : memmem(v->unseen.data, v->unseen.len, v->mark,
	                      v->mark_len);

	if (mark == NULL)
		return;
	memmove(mark, mark + v->mark_len,
	        (size_t)(v->unseen.data + v->unseen.len - mark) -
	            v->mark_len);
	v->unseen.len -= v->mark_len;
	v->mark_len = 0;
}

static void read_screen(struct vt *v)
{
	char bytes[16384];
	ssize_t n = read(v->master, bytes, sizeof(bytes));
	size_t len;

	if (n <= 0)
		return;
	buf_add(&v->unseen, bytes, (size_t)n);
	take_mark_out(v);
	len = v->unseen.len - begun_mark(v);
	buf_add(&v->raw, v->unseen.data, len);
	vterm_input_write(v->vterm, v->unseen.data, len);
	buf_drop(&v->unseen, len);
}

static void read_status(struct vt *v)
{
	struct status s;

	if (read(v->status[0], &s, sizeof(s)) == (ssize_t)sizeof(s))
		v->job = s;
}

static void read_ready(struct vt *v)
{
	char bytes[4096];
	ssize_t n = read(v->ready[0], bytes, sizeof(bytes));
	char *end;

	if (n <= 0)
		return;
	buf_add(&v->ready_in, bytes, (size_t)n);
	for (;;) {
		end = v->ready_in.len == 0 ? NULL : memchr(v->ready_in.data,
		                                           '\n',
		                                           v->ready_in.len);
		if (end == NULL)
			return;
		*end = '\0';
		if (strcmp(v->ready_in.data, "-") == 0)
			v->ready_now = false;
		else if (sscanf(v->ready_in.data, "%llu %d %d", &v->read,
		           &v->ready_w, &v->ready_h) != 3)
			vt_die(v, "the ready line has another form");
		else
			v->ready_now = true;
		buf_drop(&v->ready_in, (size_t)(end + 1 - v->ready_in.data));
	}
}

/* What it says by now, without waiting. */
static void take_ready(struct vt *v)
{
	struct pollfd p = {.fd = v->ready[0], .events = POLLIN};

	while (v->job.job < VT_EXITED && poll(&p, 1, 0) > 0 &&
	       (p.revents & POLLIN))
		read_ready(v);
}

void vt_pump(struct vt *v)
{
	struct pollfd all[] = {
		{.fd = v->master, .events = POLLIN},
		{.fd = v->ready[0], .events = POLLIN},
		{.fd = v->status[0], .events = POLLIN},
	};
	int64_t left = v->deadline_ms - now_ms();

	/* a pipe whose writer has gone stays "readable" */
	if (v->job.job >= VT_EXITED) {
		all[1].fd = -1;
		all[2].fd = -1;
	}
	if (left <= 0)
		vt_die(v, "nothing came before the deadline");
	if (poll(all, 3, (int)left) <= 0)
		return;
	if (all[2].revents & POLLIN)
		read_status(v);
	if (all[1].revents & POLLIN)
		read_ready(v);
	if (all[0].revents & POLLIN)
		read_screen(v);
}

/*
 * What the program wrote before it said ready may still be on its way through
 * the kernel: a mark of ours, written behind it, tells when all has come.
 */
static void sync_screen(struct vt *v)
{
	if (v->master < 0)
		return;
	v->mark_len = (size_t)snprintf(v->mark, sizeof(v->mark),
	                               "\033]9999;%u\007", ++v->syncs);
	if (write(v->slave, v->mark, v->mark_len) != (ssize_t)v->mark_len)
		vt_die(v, "cannot write to the terminal");
	while (v->mark_len > 0)
		vt_pump(v);
}

static bool is_settled(const struct vt *v)
{
	return v->ready_now && v->read == v->sent && v->ready_w == v->w &&
	       v->ready_h == v->h;
}

/* When the mark has come back, is it still ready? Else a frame was begun, and
 * not all of it may have come. */
bool vt_settle(struct vt *v)
{
	bool ended = false;

	vt_renew_deadline(v);
	do {
		while (!is_settled(v) && v->job.job < VT_EXITED)
			vt_pump(v);
		ended = v->job.job >= VT_EXITED;
		sync_screen(v);
		take_ready(v);
	} while (!ended && !is_settled(v));
	return !ended;
}

static bool has_text(const struct vt *v, const char *text)
{
	bool found = false;

	for (int y = 0; y < v->h && !found; y++) {
		char *row = vt_row(v, y);

		found = strstr(row, text) != NULL;
		free(row);
	}
	return found;
}

bool vt_wait_text(struct vt *v, const char *text)
{
	vt_renew_deadline(v);
	while (!has_text(v, text)) {
		if (v->job.job >= VT_EXITED) {
			sync_screen(v);
			return has_text(v, text);
		}
		vt_pump(v);
	}
	return true;
}

enum vt_job vt_wait_job(struct vt *v, int *value)
{
	vt_renew_deadline(v);
	while (v->job.job == VT_RUNNING)
		vt_pump(v);
	if (v->master >= 0)
		sync_screen(v);
	if (value != NULL)
		*value = v->job.value;
	return v->job.job;
}

void vt_send(struct vt *v, const char *bytes, size_t len)
{
	vt_renew_deadline(v);
	v->sent += len;
	v->ready_now = false;
	while (len > 0) {
		ssize_t n = write(v->master, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			vt_pump(v);
		} else {
			return;
		}
	}
}

void vt_resize(struct vt *v, int w, int h)
{
	struct winsize size = {
		.ws_row = (unsigned short)h, .ws_col = (unsigned short)w,
	};

	v->w = w;
	v->h = h;
	v->ready_now = false;
	vterm_set_size(v->vterm, h, w);
	ioctl(v->master, TIOCSWINSZ, &size);
}

void vt_signal(struct vt *v, int number)
{
	kill(v->job.pid, number);
}

void vt_continue(struct vt *v)
{
	vt_renew_deadline(v);
	v->ready_now = false;
	kill(v->shell, SIGUSR1);
	while (v->job.job == VT_STOPPED)
		vt_pump(v);
}

void vt_hang_up(struct vt *v)
{
	close(v->master);
	close(v->slave);
	v->master = -1;
	v->slave = -1;
}

const char *vt_raw(struct vt *v, size_t *len)
{
	*len = v->raw.len;
	return buf_str(&v->raw);
}

void vt_size(const struct vt *v, int *w, int *h)
{
	*w = v->w;
	*h = v->h;
}

bool vt_alt_screen(const struct vt *v)
{
	return v->alt;
}

bool vt_cursor(const struct vt *v, int *x, int *y)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(v->vterm), &pos);
	*x = pos.col;
	*y = pos.row;
	return v->cursor_shown;
}

bool vt_mouse(const struct vt *v)
{
	return v->mouse;
}

/* Where text was sent last, or NULL. */
static const char *last_sent(const struct vt *v, const char *text)
{
	const char *found = NULL;
	const char *at = v->raw.data;
	size_t len = strlen(text);

	while (at != NULL) {
		size_t left = v->raw.len - (size_t)(at - v->raw.data);

		at = memmem(at, left, text, len);
		if (at != NULL)
			found = at++;
	}
	return found;
}

bool vt_paste_mode(const struct vt *v)
{
	const char *on = last_sent(v, "\033[?2004h");
	const char *off = last_sent(v, "\033[?2004l");

	return on != NULL && (off == NULL || off < on);
}

pid_t vt_pid(const struct vt *v)
{
	return v->job.pid;
}

void vt_termios(const struct vt *v, struct termios *out)
{
	tcgetattr(v->slave, out);
}

static struct look look_of(const VTermScreenCell *cell)
{
	struct look look = {-1, -1, 0};

	if (!VTERM_COLOR_IS_DEFAULT_FG(&cell->fg) &&
	    VTERM_COLOR_IS_INDEXED(&cell->fg))
		look.fg = cell->fg.indexed.idx;
	if (!VTERM_COLOR_IS_DEFAULT_BG(&cell->bg) &&
	    VTERM_COLOR_IS_INDEXED(&cell->bg))
		look.bg = cell->bg.indexed.idx;
	look.attrs = (cell->attrs.bold ? LOOK_BOLD : 0u) |
	             (cell->attrs.underline ? LOOK_UNDERLINE : 0u) |
	             (cell->attrs.reverse ? LOOK_REVERSE : 0u);
	return look;
}

void vt_cell(const struct vt *v, int x, int y, struct vt_cell *out)
{
	VTermScreenCell cell;
	VTermPos pos = {.row = y, .col = x};
	size_t used = 0;

	*out = (struct vt_cell){.columns = 1, .look = {-1, -1, 0}};
	if (!vterm_screen_get_cell(v->screen, pos, &cell))
		return;
	out->columns = cell.chars[0] == UINT32_MAX ? 0 : cell.width;
	out->look = look_of(&cell);
	if (out->columns == 0)
		return;
	for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
		used += utf8_encode(cell.chars[i], out->text + used);
	if (used == 0)
		strcpy(out->text, " ");
}
