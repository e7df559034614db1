#include "config.h"

#include "net/conn.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/xalloc.h"

struct conn {
	int fd; /* -1: there never was one */
	struct loop_fd *watch;
	void (*ready)(void *arg);
	void *arg;
	int wanted; /* events the watch is set to; setting it costs calls */
	bool up, ended, paused;
	int broken; /* errno of a failed write; told after the last data */
	struct conn_end end;
	char local[INET6_ADDRSTRLEN];
	struct buf out; /* from out_off on: not taken by the kernel yet */
	size_t out_off;
	size_t fresh;    /* bytes of out since the last conn_flush() */
	uint64_t *marks; /* where in the stream each unwritten command ends */
	size_t n_marks, marks_size;
	uint64_t put_total, sent_total; /* bytes of the whole stream */
	uint32_t written; /* commands given to the kernel */
	struct loop_timer *soon; /* tells an end that came with conn_open() */
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Length of the address, 0 when text is none. */
static socklen_t parse_address(const char *text, uint16_t port,
                               union address *a)
{
	memset(a, 0, sizeof *a);
	if (inet_pton(AF_INET, text, &a->v4.sin_addr) == 1) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(port);
		return sizeof a->v4;
	}
	if (inet_pton(AF_INET6, text, &a->v6.sin6_addr) == 1) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(port);
		return sizeof a->v6;
	}
	return 0;
}

static enum fail_kind kind_of(int error)
{
	switch (error) {
	case 0:
		return FAIL_CLOSED;
	case ECONNREFUSED:
		return FAIL_REFUSED;
	case ETIMEDOUT:
		return FAIL_TIMEOUT;
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED:
	case ENOTCONN:
		return FAIL_RESET;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EAFNOSUPPORT:  /* no IPv6 here */
	case EADDRNOTAVAIL: /* no address of ours to come from */
	case EACCES: /* a local packet filter says no */
	case EPERM:
		return FAIL_UNREACHABLE;
	default: /* no descriptor left, an address that is not ours ... */
		return FAIL_LOCAL;
	}
}

static size_t unwritten(const struct conn *c)
{
	return c->out.len - c->out_off;
}

static void want(struct conn *c)
{
	int events = 0;

	if (!c->watch)
		return;
	if (!c->ended && (!c->up || unwritten(c) > 0))
		events |= LOOP_WRITE;
	if (!c->ended && c->up && !c->paused)
		events |= LOOP_READ;
	if (events != c->wanted)
		loop_fd_want(c->watch, events);
	c->wanted = events;
}

static void end_with(struct conn *c, enum fail_kind kind, int error)
{
	if (c->ended)
		return;
	c->ended = true;
	c->end = (struct conn_end){ .kind = kind, .error = error };
	want(c);
}

static void note_local(struct conn *c)
{
	union address a;
	socklen_t len = sizeof a;

	if (getsockname(c->fd, &a.any, &len) < 0)
		return;
	if (a.any.sa_family == AF_INET6)
		inet_ntop(AF_INET6, &a.v6.sin6_addr, c->local, sizeof c->local);
	else
		inet_ntop(AF_INET, &a.v4.sin_addr, c->local, sizeof c->local);
}

/*
 * The handshake is over, well or not: SO_ERROR says which. A reset is no
 * refusal (that is ECONNREFUSED): the connection was there and is gone again.
 */
static void finish_connect(struct conn *c)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error == ECONNRESET || error == EPIPE) {
		c->broken = error;
	} else if (error) {
		end_with(c, kind_of(error), error);
		return;
	}
	c->up = true;
	note_local(c);
}

/* Counts the commands whose last byte the kernel now has. */
static void count_written(struct conn *c)
{
	size_t done = 0;

	while (done < c->n_marks && c->marks[done] <= c->sent_total)
		done++;
	if (done == 0)
		return;
	c->written += (uint32_t)done;
	c->n_marks -= done;
	memmove(c->marks, c->marks + done, c->n_marks * sizeof *c->marks);
}

/* As much as the kernel takes; SIGPIPE is blocked in the worker's thread. */
static void push(struct conn *c)
{
	ssize_t n = 0;

	while (unwritten(c) > 0) {
		n = write(c->fd, c->out.data + c->out_off, unwritten(c));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		c->sent_total += (size_t)n;
		c->out_off += (size_t)n;
	}
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
		c->broken = errno;
		c->out_off = c->out.len;
	}
	if (unwritten(c) == 0) {
		buf_reset(&c->out);
		c->out_off = 0;
	}
	c->fresh = 0;
	count_written(c);
	want(c);
}

static void on_socket(void *arg, int events)
{
	struct conn *c = arg;

	if (!c->up) {
		finish_connect(c);
		want(c);
		c->ready(c->arg);
		return;
	}
	if (events & LOOP_WRITE)
		push(c);
	if (events & LOOP_READ || c->broken)
		c->ready(c->arg);
}

static void on_soon(void *arg)
{
	struct conn *c = arg;

	c->ready(c->arg);
}

static bool prepare(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* --source: 0, or the errno that made it impossible. */
static int bind_source(int fd, const char *source)
{
	union address from;
	socklen_t len = parse_address(source, 0, &from);

	if (len == 0)
		return EINVAL;
	return bind(fd, &from.any, len) < 0 ? errno : 0;
}

/* 0, or the errno that made it impossible; *kind then says what that is. */
static int start_connect(struct conn *c, struct loop *l,
                         const struct conn_to *to, enum fail_kind *kind)
{
	union address a;
	socklen_t len = parse_address(to->address, to->port, &a);
	int error;

	*kind = FAIL_LOCAL;
	if (len == 0)
		return EINVAL;
	c->fd = socket(a.any.sa_family, SOCK_STREAM, 0);
	if (c->fd < 0 || !prepare(c->fd)) {
		*kind = kind_of(errno);
		return errno;
	}
	error = to->source ? bind_source(c->fd, to->source) : 0;
	if (error)
		return error;
	if (connect(c->fd, &a.any, len) < 0 && errno != EINPROGRESS &&
	    errno != EINTR) {
		*kind = kind_of(errno);
		return errno;
	}
	c->watch = loop_fd_new(l, c->fd, on_socket, c);
	return c->watch ? 0 : ENOMEM;
}

struct conn *conn_open(struct loop *l, const struct conn_to *to,
                       void (*ready)(void *arg), void *arg)
{
	struct conn *c = xcalloc(1, sizeof *c);
	enum fail_kind kind;
	int error;

	c->fd = -1;
	c->ready = ready;
	c->arg = arg;
	error = start_connect(c, l, to, &kind);
	if (error) {
		end_with(c, kind, error);
		c->soon = loop_timer_new(l, on_soon, c);
		loop_timer_at(c->soon, 0);
	}
	want(c);
	return c;
}

void conn_free(struct conn *c)
{
	if (!c)
		return;
	loop_timer_free(c->soon);
	loop_fd_free(c->watch);
	if (c->fd >= 0)
		close(c->fd);
	buf_clear(&c->out);
	free(c->marks);
	free(c);
}

bool conn_is_up(const struct conn *c)
{
	return c->up;
}

const char *conn_local(const struct conn *c)
{
	return c->local;
}

struct conn_end conn_end(const struct conn *c)
{
	return c->end;
}

enum conn_got conn_read(struct conn *c, struct conn_bytes *in)
{
	ssize_t n;

	if (c->ended)
		return CONN_ENDED;
	if (!c->up)
		return CONN_NOTHING;
	do
		n = read(c->fd, in->data, sizeof in->data);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		in->len = (size_t)n;
		in->written = c->written;
		return CONN_DATA;
	}
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		if (!c->broken)
			return CONN_NOTHING;
		end_with(c, kind_of(c->broken), c->broken);
	} else {
		/* a write that failed took the socket's error with it */
		int error = n < 0 ? errno : c->broken;

		end_with(c, kind_of(error), error);
	}
	return CONN_ENDED;
}

void conn_pause(struct conn *c, bool paused)
{
	if (c->paused == paused)
		return;
	c->paused = paused;
	want(c);
}

static void mark_command(struct conn *c)
{
	if (c->n_marks == c->marks_size) {
		c->marks_size = c->marks_size ? 2 * c->marks_size : 8;
		c->marks = xreallocarray(c->marks, c->marks_size,
		                         sizeof *c->marks);
	}
	c->marks[c->n_marks++] = c->put_total;
}

void conn_put(struct conn *c, const char *data, size_t len, bool command)
{
	assert(c->up);
	if (c->broken || c->ended)
		return;
	buf_add(&c->out, data, len);
	c->fresh += len;
	c->put_total += len;
	if (command)
		mark_command(c);
}

void conn_flush(struct conn *c)
{
	if (c->fresh > 0)
		push(c);
}

bool conn_unsent(const struct conn *c)
{
	return c->fresh > 0;
}
