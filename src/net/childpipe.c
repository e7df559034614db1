#include "config.h"

#include "net/childpipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/xalloc.h"

struct childpipe {
	struct loop_child *child;
	struct loop_fd *watch;
	int err; /* what it writes to its standard error */
	struct buf errors;
	bool over;
	struct childpipe_end end;
	void (*ended)(void *arg);
	void *arg;
};

/* Reads on when there is no more room, so that the command is not held up. */
static void drain(struct childpipe *p)
{
	char data[CHILDPIPE_ERR_MAX];
	ssize_t n;

	for (;;) {
		n = read(p->err, data, sizeof data);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if ((size_t)n > CHILDPIPE_ERR_MAX - p->errors.len)
			n = (ssize_t)(CHILDPIPE_ERR_MAX - p->errors.len);
		buf_add(&p->errors, data, (size_t)n);
	}
	if (n == 0)
		loop_fd_want(p->watch, 0);
}

static void on_errors(void *arg, int events)
{
	(void)events;
	drain(arg);
}

static void on_end(void *arg, int status, int signal)
{
	struct childpipe *p = arg;

	drain(p);
	p->over = true;
	p->end = (struct childpipe_end){ .status = status, .signal = signal };
	p->ended(p->arg);
}

static bool set_flags(int fd, int status)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	       (status == 0 || fcntl(fd, F_SETFL, status) == 0);
}

/* in_out: ours and the command's; err: ours and the command's. */
static bool start(struct childpipe *p, struct loop *l, const char *command,
                  const int in_out[2], const int err[2])
{
	const int fds[3] = { in_out[1], in_out[1], err[1] };

	if (!set_flags(in_out[0], 0) || !set_flags(in_out[1], 0) ||
	    !set_flags(err[0], O_NONBLOCK) || !set_flags(err[1], 0))
		return false;
	p->watch = loop_fd_new(l, err[0], on_errors, p);
	if (!p->watch)
		return false;
	loop_fd_want(p->watch, LOOP_READ);
	p->err = err[0];
	p->child = loop_child_new(l, command, fds, on_end, p);
	return p->child;
}

static void close_both(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

struct childpipe *childpipe_new(struct loop *l, const char *command, int *fd,
                                void (*ended)(void *arg), void *arg)
{
	struct childpipe *p;
	int in_out[2], err[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, in_out) < 0)
		return NULL;
	if (pipe(err) < 0) {
		close_both(in_out);
		return NULL;
	}
	p = xcalloc(1, sizeof *p);
	p->ended = ended;
	p->arg = arg;
	if (start(p, l, command, in_out, err)) {
		close(in_out[1]);
		close(err[1]);
		*fd = in_out[0];
		return p;
	}
	error = errno;
	loop_fd_free(p->watch);
	close_both(in_out);
	close_both(err);
	free(p);
	errno = error;
	return NULL;
}

const struct childpipe_end *childpipe_end(const struct childpipe *p)
{
	return p->over ? &p->end : NULL;
}

const char *childpipe_errors(struct childpipe *p)
{
	while (p->errors.len && p->errors.data[p->errors.len - 1] == '\n')
		p->errors.data[--p->errors.len] = '\0';
	return buf_str(&p->errors);
}

void childpipe_free(struct childpipe *p)
{
	if (!p)
		return;
	loop_child_free(p->child);
	loop_fd_free(p->watch);
	close(p->err);
	buf_clear(&p->errors);
	free(p);
}
