#include "config.h"

#include "io/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "util/xalloc.h"

/* libuv closes handles later, from its loop; each of ours is therefore freed
 * by the close callback, and "free" only cuts it off from its owner. */
struct loop {
	uv_loop_t uv;
	struct loop_child *children; /* that live, given back or not */
	uv_prepare_t before_wait;    /* begun where there is a callback */
	void (*before)(void *arg);   /* NULL: none */
	void *before_arg;
};

struct loop_timer {
	uv_timer_t uv;
	void (*cb)(void *arg);
	void *arg;
	int64_t when_us;
};

struct loop_fd {
	uv_poll_t uv;
	void (*cb)(void *arg, int events);
	void *arg;
	int want;
};

struct loop_wake {
	uv_async_t uv;
	void (*cb)(void *arg);
	void *arg;
};

struct loop_child {
	uv_process_t uv;
	pid_t pid; /* and the number of its group */
	struct loop *loop;
	struct loop_timer *kill;                         /* freed, not ended */
	void (*ended)(void *arg, int status, int signal); /* NULL: freed */
	void *arg;
	struct loop_child *next, **link; /* of loop.children; NULL: ended */
};

static void kill_children(struct loop *l);

struct loop *loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof *l);

	if (uv_loop_init(&l->uv) != 0) {
		free(l);
		return NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	int left;

	if (!l)
		return;
	kill_children(l);
	if (l->before)
		uv_close((uv_handle_t *)&l->before_wait, NULL);
	/* handles given back but not yet closed; twice, because a loop_stop()
	 * that nobody has seen yet makes the first call do nothing */
	uv_run(&l->uv, UV_RUN_NOWAIT);
	uv_run(&l->uv, UV_RUN_NOWAIT);
	left = uv_loop_close(&l->uv);
	assert(left == 0);
	(void)left;
	free(l);
}

void loop_run(struct loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
	uv_stop(&l->uv);
}

int64_t loop_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void on_prepare(uv_prepare_t *uv)
{
	struct loop *l = uv->data;

	l->before(l->before_arg);
}

void loop_before_wait(struct loop *l, void (*cb)(void *arg), void *arg)
{
	assert(!l->before);
	l->before = cb;
	l->before_arg = arg;
	uv_prepare_init(&l->uv, &l->before_wait);
	l->before_wait.data = l;
	uv_prepare_start(&l->before_wait, on_prepare);
}

static void freed(uv_handle_t *h)
{
	free(h->data);
}

/* ---- timers ---- */

struct loop_timer *loop_timer_new(struct loop *l, void (*cb)(void *arg),
                                  void *arg)
{
	struct loop_timer *t = xcalloc(1, sizeof *t);

	t->cb = cb;
	t->arg = arg;
	uv_timer_init(&l->uv, &t->uv);
	t->uv.data = t;
	return t;
}

static void on_timer(uv_timer_t *uv)
{
	struct loop_timer *t = uv->data;

	/* libuv counts from a cached time: never be early */
	if (t->when_us > loop_now_us())
		loop_timer_at(t, t->when_us);
	else
		t->cb(t->arg);
}

void loop_timer_at(struct loop_timer *t, int64_t when_us)
{
	int64_t wait_us = when_us - loop_now_us();

	t->when_us = when_us;
	if (when_us == INT64_MAX) {
		uv_timer_stop(&t->uv);
		return;
	}
	uv_update_time(t->uv.loop);
	/* rounded up, or the last millisecond would be a busy wait */
	uv_timer_start(&t->uv, on_timer,
	               wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}

void loop_timer_free(struct loop_timer *t)
{
	if (t)
		uv_close((uv_handle_t *)&t->uv, freed);
}

/* ---- descriptors ---- */

struct loop_fd *loop_fd_new(struct loop *l, int fd,
                            void (*cb)(void *arg, int events), void *arg)
{
	struct loop_fd *f = xcalloc(1, sizeof *f);

	f->cb = cb;
	f->arg = arg;
	if (uv_poll_init(&l->uv, &f->uv, fd) != 0) {
		free(f);
		return NULL;
	}
	f->uv.data = f;
	return f;
}

static void on_ready(uv_poll_t *uv, int status, int events)
{
	struct loop_fd *f = uv->data;
	int ready = 0;

	if (status < 0 || events & UV_READABLE)
		ready |= LOOP_READ;
	if (events & UV_WRITABLE)
		ready |= LOOP_WRITE;
	/* libuv stops a handle that has an error (ICMP, RST). The owner reads
	 * the error from the socket and decides. */
	if (status < 0)
		loop_fd_want(f, f->want);
	f->cb(f->arg, ready);
}

void loop_fd_want(struct loop_fd *f, int events)
{
	int uv = 0;

	f->want = events;
	if (events & LOOP_READ)
		uv |= UV_READABLE;
	if (events & LOOP_WRITE)
		uv |= UV_WRITABLE;
	if (uv)
		uv_poll_start(&f->uv, uv, on_ready);
	else
		uv_poll_stop(&f->uv);
}

void loop_fd_free(struct loop_fd *f)
{
	if (f)
		uv_close((uv_handle_t *)&f->uv, freed);
}

#ifdef SOCK_NONBLOCK
int loop_socket(int family, int type, int protocol)
{
	return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}
#else
int loop_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd < 0 || (fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	               fcntl(fd, F_SETFD, FD_CLOEXEC) == 0))
		return fd;
	close(fd);
	return -1;
}
#endif

/* ---- wake-ups ---- */

static void on_wake(uv_async_t *uv)
{
	struct loop_wake *w = uv->data;

	w->cb(w->arg);
}

struct loop_wake *loop_wake_new(struct loop *l, void (*cb)(void *arg),
                                void *arg)
{
	struct loop_wake *w = xcalloc(1, sizeof *w);

	w->cb = cb;
	w->arg = arg;
	if (uv_async_init(&l->uv, &w->uv, on_wake) != 0) {
		free(w);
		return NULL;
	}
	w->uv.data = w;
	return w;
}

void loop_wake_now(struct loop_wake *w)
{
	uv_async_send(&w->uv);
}

void loop_wake_free(struct loop_wake *w)
{
	if (w)
		uv_close((uv_handle_t *)&w->uv, freed);
}

/* ---- processes ---- */

static void unlink_child(struct loop_child *c)
{
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	c->link = NULL;
}

static void close_child(struct loop_child *c)
{
	loop_timer_free(c->kill);
	uv_close((uv_handle_t *)&c->uv, freed);
}

/* While the group has a member, nobody else gets its number. */
static void on_exit_of(uv_process_t *uv, int64_t status, int signal)
{
	struct loop_child *c = uv->data;

	kill(-c->pid, SIGKILL);
	unlink_child(c);
	if (c->ended)
		c->ended(c->arg, (int)status, signal);
	else
		close_child(c);
}

static int spawn(struct loop_child *c, char *const args[], const int fds[3])
{
	uv_stdio_container_t stdio[3];
	uv_process_options_t options = {
		.exit_cb = on_exit_of, .file = args[0],
		.args = (char **)args, /* libuv changes nothing in it */
		.flags = UV_PROCESS_DETACHED, /* setsid(): no terminal */
		.stdio = stdio, .stdio_count = 3,
	};

	for (int i = 0; i < 3; i++) {
		stdio[i].flags = UV_INHERIT_FD;
		stdio[i].data.fd = fds[i];
	}
	return uv_spawn(&c->loop->uv, &c->uv, &options);
}

struct loop_child *loop_child_new(struct loop *l, const char *command,
                                  const int fds[3],
                                  void (*ended)(void *arg, int status,
                                                int signal),
                                  void *arg)
{
	char *const args[] = { (char *)"/bin/sh", (char *)"-c",
		(char *)command, NULL };

	return loop_child_run(l, args, fds, ended, arg);
}

struct loop_child *loop_child_run(struct loop *l, char *const args[],
                                  const int fds[3],
                                  void (*ended)(void *arg, int status,
                                                int signal),
                                  void *arg)
{
	struct loop_child *c = xcalloc(1, sizeof *c);
	int error;

	c->loop = l;
	c->ended = ended;
	c->arg = arg;
	error = spawn(c, args, fds);
	c->uv.data = c;
	if (error) {
		close_child(c);
		errno = -error; /* libuv's numbers are those of errno here */
		return NULL;
	}
	c->pid = c->uv.pid;
	c->next = l->children;
	c->link = &l->children;
	if (c->next)
		c->next->link = &c->next;
	l->children = c;
	return c;
}

static void on_kill(void *arg)
{
	struct loop_child *c = arg;

	kill(-c->pid, SIGKILL);
}

void loop_child_free(struct loop_child *c)
{
	if (!c)
		return;
	c->ended = NULL;
	if (!c->link) {
		close_child(c);
		return;
	}
	kill(-c->pid, SIGTERM);
	c->kill = loop_timer_new(c->loop, on_kill, c);
	loop_timer_at(c->kill,
	              loop_now_us() + (int64_t)LOOP_CHILD_TERM_MS * 1000);
}

static void kill_children(struct loop *l)
{
	while (l->children) {
		struct loop_child *c = l->children;

		kill(-c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
		unlink_child(c);
		close_child(c);
	}
}
