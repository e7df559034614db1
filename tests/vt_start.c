#include "config.h"

#include "vt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/xalloc.h"
#include "vt_state.h"

enum {
	READY_FD = 9, /* in the program */
	STATUS_FD = 8, /* in the shell's stand-in only */
	OWN_FDS = 30,  /* ours are from here on, out of the way of those */
};

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
		vt_die(v, "no pseudo terminal");
	name = ptsname(v->master);
	v->slave = move_up(open(name, O_RDWR | O_NOCTTY));
	if (v->slave < 0)
		vt_die(v, "cannot open the terminal");
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

static void open_pipe(struct vt *v, int ends[2])
{
	if (pipe(ends) != 0)
		vt_die(v, "no pipe");
	for (int i = 0; i < 2; i++)
		ends[i] = move_up(ends[i]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

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
		vt_die(NULL, "no folder in /tmp");
	open_pipe(v, v->ready);
	open_pipe(v, v->status);
	open_terminal(v);
	vt_renew_deadline(v);
	v->shell = fork();
	if (v->shell == 0)
		run_shell(v, o);
	close(v->ready[1]);
	close(v->status[1]);
	while (v->job.pid == 0)
		vt_pump(v);
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
	buf_clear(&v->unseen);
	buf_clear(&v->ready_in);
	remove_folder(v->folder);
	free(v);
}
