#include "config.h"

#include "vt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "core/escape.h"
#include "ui/key.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum {
	DEADLINE_S = 30,
	READY_FD = 9, /* in the program */
	STATUS_FD = 8, /* in the shell's stand-in only */
	OWN_FDS = 30,  /* ours are from here on, out of the way of those */
};

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
	bool alt, cursor_shown, mouse;
	int64_t deadline_ms;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void die(struct vt *v, const char *what)
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

static int on_prop(VTermProp prop, VTermValue *value, void *arg)
{
	struct vt *v = arg;

	if (prop == VTERM_PROP_ALTSCREEN)
		v->alt = value->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		v->cursor_shown = value->boolean;
	else if (prop == VTERM_PROP_MOUSE)
		v->mouse = value->number != VTERM_PROP_MOUSE_NONE;
	return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_prop};

/* The same file at a number that nobody else uses. */
static int move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, OWN_FDS);

	if (fd >= 0)
		close(fd);
	return up;
}

static void open_terminal(struct vt *v)
{
	struct winsize size = {
		.ws_row = (unsigned short)v->h,
		.ws_col = (unsigned short)v->w,
	};
	const char *name;

	v->master = move_up(posix_openpt(O_RDWR | O_NOCTTY));
	if (v->master < 0 || grantpt(v->master) || unlockpt(v->master))
		die(v, "no pseudo terminal");
	name = ptsname(v->master);
	v->slave = move_up(open(name, O_RDWR | O_NOCTTY));
	if (v->slave < 0)
		die(v, "cannot open the terminal");
	ioctl(v->slave, TIOCSWINSZ, &size);
	fcntl(v->master, F_SETFL, O_NONBLOCK);
	v->vterm = vterm_new(v->h, v->w);
	vterm_set_utf8(v->vterm, 1);
	v->screen = vterm_obtain_screen(v->vterm);
	vterm_screen_set_callbacks(v->screen, &callbacks, v);
	vterm_screen_enable_altscreen(v->screen, 1);
	vterm_screen_reset(v->screen, 1);
	v->cursor_shown = true;
}

static void set_environment(const struct vt *v, const struct vt_options *o)
{
	char ready[16];

	snprintf(ready, sizeof(ready), "%d", READY_FD);
	setenv("SMTPSCOPE_TEST_READY_FD", ready, 1);
	setenv("SMTPSCOPE_TEST_CLOCK", "2026-01-05T10:41:02Z", 1);
	setenv("HOME", v->folder, 1);
	setenv("XDG_STATE_HOME", v->folder, 1);
	setenv("XDG_CONFIG_HOME", v->folder, 1);
	setenv("TZ", "UTC", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TERM", "xterm-256color", 1);
	unsetenv("COLORFGBG");
	unsetenv("NO_COLOR");
	unsetenv("ESCDELAY");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	unsetenv("SMTPSCOPE_OPTIONS");
	for (size_t i = 0; o->env != NULL && o->env[i] != NULL; i++) {
		char *name = xstrdup(o->env[i]);
		char *value = strchr(name, '=');

		if (value != NULL)
			*value++ = '\0';
		if (value != NULL)
			setenv(name, value, 1);
		else
			unsetenv(name);
		free(name);
	}
}

static void tell_status(enum vt_job job, int value, pid_t pid)
{
	struct status s = {.job = job, .value = value, .pid = pid};
	ssize_t n = write(STATUS_FD, &s, sizeof(s));

	(void)n; /* the test is gone: nobody to tell */
}

static void run_job(const struct vt *v, const struct vt_options *o)
{
	sigset_t none;

	setpgid(0, 0);
	tcsetpgrp(STDIN_FILENO, getpid());
	signal(SIGTTOU, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close(STATUS_FD);
	set_environment(v, o);
	execvp(o->argv[0], (char *const *)o->argv);
	fprintf(stderr, "%s: %s\r\n", o->argv[0], strerror(errno));
	_exit(127);
}

/* What a shell does: starts the job, takes the terminal when it stops, tells of
 * it. The test says fg by SIGUSR1, which is blocked but here. */
static void wait_for_fg(void)
{
	sigset_t fg;
	int number;

	sigemptyset(&fg);
	sigaddset(&fg, SIGUSR1);
	while (sigwait(&fg, &number) != 0)
		continue;
}

static void watch_job(pid_t pid)
{
	int how;

	for (;;) {
		if (waitpid(pid, &how, WUNTRACED) < 0) {
			if (errno != EINTR)
				return;
			continue;
		}
		if (WIFSTOPPED(how)) {
			tcsetpgrp(STDIN_FILENO, getpid());
			tell_status(VT_STOPPED, WSTOPSIG(how), pid);
			wait_for_fg();
			tcsetpgrp(STDIN_FILENO, pid);
			tell_status(VT_RUNNING, 0, pid);
			kill(-pid, SIGCONT);
			continue;
		}
		if (WIFEXITED(how))
			tell_status(VT_EXITED, WEXITSTATUS(how), pid);
		else
			tell_status(VT_KILLED, WTERMSIG(how), pid);
		return;
	}
}

static void run_shell(struct vt *v, const struct vt_options *o)
{
	sigset_t fg;
	pid_t pid;

	sigemptyset(&fg);
	sigaddset(&fg, SIGUSR1);
	sigprocmask(SIG_BLOCK, &fg, NULL);
	setsid();
	ioctl(v->slave, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	for (int fd = 0; fd < 3; fd++)
		dup2(v->slave, fd);
	dup2(v->status[1], STATUS_FD);
	dup2(v->ready[1], READY_FD);
	pid = fork();
	if (pid == 0)
		run_job(v, o);
	setpgid(pid, pid);
	close(READY_FD);
	close(v->slave);
	close(v->master);
	close(v->ready[1]);
	tell_status(VT_RUNNING, 0, pid);
	watch_job(pid);
	_exit(0);
}

static int deadline_s(void)
{
	const char *text = getenv("VT_DEADLINE_S");

	return text != NULL && atoi(text) > 0 ? atoi(text) : DEADLINE_S;
}

static void renew_deadline(struct vt *v)
{
	v->deadline_ms = now_ms() + 1000 * (int64_t)deadline_s();
}

static void open_pipe(struct vt *v, int ends[2])
{
	if (pipe(ends) != 0)
		die(v, "no pipe");
	for (int i = 0; i < 2; i++)
		ends[i] = move_up(ends[i]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static void pump(struct vt *v);

struct vt *vt_start(const struct vt_options *o)
{
	struct vt *v = xcalloc(1, sizeof(*v));

	v->w = o->w;
	v->h = o->h;
	v->master = v->slave = -1;
	for (int i = 0; i < 2; i++)
		v->ready[i] = v->status[i] = -1;
	strcpy(v->folder, "/tmp/smtpscope-vt-XXXXXX");
	if (mkdtemp(v->folder) == NULL)
		die(NULL, "no folder in /tmp");
	open_pipe(v, v->ready);
	open_pipe(v, v->status);
	open_terminal(v);
	renew_deadline(v);
	v->shell = fork();
	if (v->shell == 0)
		run_shell(v, o);
	close(v->ready[1]);
	close(v->status[1]);
	while (v->job.pid == 0)
		pump(v);
	return v;
}

static void remove_folder(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char *inner = xasprintf("%s/%s", path, e->d_name);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0
		    && unlink(inner) != 0)
			remove_folder(inner);
		free(inner);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

void vt_free(struct vt *v)
{
	if (v == NULL)
		return;
	if (v->job.pid > 0 && v->job.job < VT_EXITED)
		kill(v->job.pid, SIGKILL);
	if (v->shell > 0) {
		kill(v->shell, SIGKILL);
		waitpid(v->shell, NULL, 0);
	}
	if (v->master >= 0)
		close(v->master);
	if (v->slave >= 0)
		close(v->slave);
	close(v->ready[0]);
	close(v->status[0]);
	if (v->vterm != NULL)
		vterm_free(v->vterm);
	buf_clear(&v->raw);
	buf_clear(&v->ready_in);
	remove_folder(v->folder);
	free(v);
}

static void read_screen(struct vt *v)
{
	char bytes[16384];
	ssize_t n = read(v->master, bytes, sizeof(bytes));

	if (n <= 0)
		return;
	buf_add(&v->raw, bytes, (size_t)n);
	vterm_input_write(v->vterm, bytes, (size_t)n);
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
	while (v->ready_in.len > 0 &&
	       (end = memchr(v->ready_in.data, '\n', v->ready_in.len)) != NULL) {
		*end = '\0';
		if (sscanf(v->ready_in.data, "%llu %d %d", &v->read,
		           &v->ready_w, &v->ready_h) != 3)
			die(v, "the ready line has another form");
		v->ready_now = true;
		buf_drop(&v->ready_in, (size_t)(end + 1 - v->ready_in.data));
	}
}

/* Waits for anything to come from the program and takes it. */
static void pump(struct vt *v)
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
		die(v, "nothing came before the deadline");
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
	char mark[32];
	size_t len;
	size_t from = v->raw.len;

	if (v->master < 0)
		return;
	len = (size_t)snprintf(mark, sizeof(mark), "\033]9999;%u\007",
	                       ++v->syncs);
	if (write(v->slave, mark, len) != (ssize_t)len)
		die(v, "cannot write to the terminal");
	while (memmem(v->raw.data + from, v->raw.len - from, mark, len) == NULL)
		pump(v);
}

bool vt_settle(struct vt *v)
{
	renew_deadline(v);
	while (!v->ready_now || v->read != v->sent || v->ready_w != v->w ||
	       v->ready_h != v->h) {
		if (v->job.job >= VT_EXITED) {
			sync_screen(v);
			return false;
		}
		pump(v);
	}
	sync_screen(v);
	return true;
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
	renew_deadline(v);
	while (!has_text(v, text)) {
		if (v->job.job >= VT_EXITED) {
			sync_screen(v);
			return has_text(v, text);
		}
		pump(v);
	}
	return true;
}

enum vt_job vt_wait_job(struct vt *v, int *value)
{
	renew_deadline(v);
	while (v->job.job == VT_RUNNING)
		pump(v);
	if (v->master >= 0)
		sync_screen(v);
	if (value != NULL)
		*value = v->job.value;
	return v->job.job;
}

void vt_send(struct vt *v, const char *bytes, size_t len)
{
	renew_deadline(v);
	v->sent += len;
	v->ready_now = false;
	while (len > 0) {
		ssize_t n = write(v->master, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			pump(v);
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
	renew_deadline(v);
	v->ready_now = false;
	kill(v->shell, SIGUSR1);
	while (v->job.job == VT_STOPPED)
		pump(v);
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
