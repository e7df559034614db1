#include "config.h"

#include "classroom/acceptor.h"

#include <errno.h>
#include <stdlib.h>

#include "util/xalloc.h"

enum { RETRY_US = 200000 }; /* until a descriptor may be free again */

struct acceptor {
	struct loop_fd *handle;
	struct loop_timer *retry;
	int listener;
	bool paused;
	void (*got)(void *arg, int fd, const struct sock_addr *peer);
	void *arg;
};

static bool out_of_descriptors(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
	       errno == ENOMEM;
}

static void on_ready(void *arg, int events)
{
	struct acceptor *a = arg;
	struct sock_addr peer;
	int fd = sock_accept(a->listener, &peer);

	(void)events;
	if (fd >= 0) {
		a->got(a->arg, fd, &peer);
	} else if (out_of_descriptors()) {
		loop_fd_want(a->handle, 0);
		loop_timer_at(a->retry, loop_now_us() + RETRY_US);
	}
}

static void on_retry(void *arg)
{
	struct acceptor *a = arg;

	loop_fd_want(a->handle, a->paused ? 0 : LOOP_READ);
}

struct acceptor *acceptor_new(struct loop *l, int listener,
                              void (*got)(void *arg, int fd,
                                          const struct sock_addr *peer),
                              void *arg)
{
	struct acceptor *a = xcalloc(1, sizeof *a);

	a->listener = listener;
	a->got = got;
	a->arg = arg;
	a->handle = loop_fd_new(l, listener, on_ready, a);
	a->retry = loop_timer_new(l, on_retry, a);
	loop_fd_want(a->handle, LOOP_READ);
	return a;
}

void acceptor_pause(struct acceptor *a, bool pause)
{
	if (a->paused == pause)
		return;
	a->paused = pause;
	loop_fd_want(a->handle, pause ? 0 : LOOP_READ);
}

void acceptor_free(struct acceptor *a)
{
	if (!a)
		return;
	loop_fd_free(a->handle);
	loop_timer_free(a->retry);
	free(a);
}
