#include "config.h"

#include "net/conn_priv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/i18n.h"
#include "util/xalloc.h"

enum fail_kind conn_kind_of(int error)
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
	case ENOENT: /* no such Unix socket, or no way to it */
	case ENOTDIR:
	case ELOOP:
	case EPROTOTYPE: /* it is none for a stream */
	case EACCES: /* a local packet filter, or the file system, says no */
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

static int wanted(const struct conn *c)
{
	int events = 0;

	if (c->ended)
		return 0;
	if (c->phase == CONN_OPENING)
		return conn_retries(c) ? 0 : LOOP_WRITE;
	if (unwritten(c) > 0)
		events |= LOOP_WRITE;
	if (!c->eof && (!c->paused || c->phase == CONN_SOCKS))
		events |= LOOP_READ;
	return events;
}

void conn_want(struct conn *c)
{
	int events = wanted(c);

	if (!c->watch)
		return;
	if (events != c->wanted)
		loop_fd_want(c->watch, events);
	c->wanted = events;
}

void conn_end_with(struct conn *c, enum fail_kind kind, int error)
{
	if (c->ended)
		return;
	c->ended = true;
	c->end = (struct conn_end){ .kind = kind, .error = error };
	conn_want(c);
}

static const char *set_detail(struct conn *c, char *detail)
{
	free(c->detail);
	c->detail = detail;
	return detail;
}

void conn_end_saying(struct conn *c, enum fail_kind kind, char *detail)
{
	if (c->ended) {
		free(detail);
		return;
	}
	conn_end_with(c, kind, 0);
	c->end.detail = set_detail(c, detail);
}

void conn_add_note(struct conn *c, const char *id, char *arg)
{
	assert(c->n_notes < CONN_NOTES_MAX);
	c->notes[c->n_notes++] = (struct conn_note){ .id = id, .arg = arg };
}

bool conn_note(struct conn *c, struct conn_note *out)
{
	if (c->n_notes == 0)
		return false;
	*out = c->notes[0];
	c->n_notes--;
	memmove(c->notes, c->notes + 1, c->n_notes * sizeof *c->notes);
	return true;
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
void conn_push(struct conn *c)
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
	conn_want(c);
}

/* ---- a command instead of a socket ---- */

static void note_end(struct conn *c)
{
	const struct childpipe_end *end = childpipe_end(c->pipe);
	const char *errors = childpipe_errors(c->pipe);

	if (*errors)
		conn_add_note(c, "pipe-errors", xstrdup(errors));
	if (!end)
		conn_add_note(c, "pipe-stays", NULL);
	else if (end->signal)
		conn_add_note(c, "pipe-signal", xasprintf("%d", end->signal));
	else if (end->status)
		conn_add_note(c, "pipe-status", xasprintf("%d", end->status));
}

/* Is there nothing (more) to wait for? */
static bool pipe_is_over(const struct conn *c)
{
	return !c->pipe || c->waited || childpipe_end(c->pipe);
}

/* It is gone, or it had its time. */
static void end_pipe(struct conn *c)
{
	if (c->pipe && !c->noted)
		note_end(c);
	c->noted = true;
}

/* No word is lost: what the command wrote before is still in the socket. */
static void on_pipe_end(void *arg)
{
	struct conn *c = arg;

	if (c->eof || c->bye)
		c->ready(c->arg);
}

bool conn_bye(struct conn *c)
{
	if (!pipe_is_over(c) && !c->bye) {
		c->bye = true;
		c->paused = false;
		shutdown(c->fd, SHUT_WR);
		conn_want(c);
		conn_later(c, CONN_BYE_MS);
	}
	if (!pipe_is_over(c))
		return false;
	end_pipe(c);
	return true;
}

/* ---- what the loop tells ---- */

static void drop_input(struct conn *c)
{
	struct conn_bytes unused;

	while (conn_read(c, &unused) == CONN_DATA)
		;
}

static void on_socket(void *arg, int events)
{
	struct conn *c = arg;

	if (c->phase != CONN_UP) {
		conn_go_on(c);
		conn_want(c);
		if (c->phase == CONN_UP || c->ended)
			c->ready(c->arg);
		return;
	}
	if (events & LOOP_WRITE)
		conn_push(c);
	if (c->bye)
		drop_input(c);
	else if (events & LOOP_READ || c->broken)
		c->ready(c->arg);
}

static void on_soon(void *arg)
{
	struct conn *c = arg;

	if (conn_retries(c)) {
		conn_retry(c);
		conn_want(c);
		if (!c->ended)
			return;
	}
	c->waited |= c->eof || c->bye;
	c->ready(c->arg);
}

void conn_later(struct conn *c, int64_t ms)
{
	if (!c->soon)
		c->soon = loop_timer_new(c->loop, on_soon, c);
	loop_timer_at(c->soon, loop_now_us() + ms * 1000);
}

/* ---- its life ---- */

static void open_pipe(struct conn *c, const char *command)
{
	c->pipe = childpipe_new(c->loop, command, &c->fd, on_pipe_end, c);
	if (!c->pipe)
		conn_end_with(c, FAIL_LOCAL, errno);
	else if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0)
		conn_end_with(c, FAIL_LOCAL, errno);
}

struct conn *conn_open(struct loop *l, const struct conn_to *to,
                       void (*ready)(void *arg), void *arg)
{
	struct conn *c = xcalloc(1, sizeof *c);

	c->fd = -1;
	c->loop = l;
	c->ready = ready;
	c->arg = arg;
	if (to->pipe)
		open_pipe(c, to->pipe);
	conn_begin(c, to);
	if (!c->ended) {
		c->watch = loop_fd_new(l, c->fd, on_socket, c);
		if (!c->watch)
			conn_end_with(c, FAIL_LOCAL, ENOMEM);
	}
	if (c->ended)
		conn_later(c, 0);
	conn_want(c);
	return c;
}

void conn_free(struct conn *c)
{
	if (!c)
		return;
	loop_timer_free(c->soon);
	loop_fd_free(c->watch);
	childpipe_free(c->pipe);
	if (c->fd >= 0)
		close(c->fd);
	for (size_t i = 0; i < c->n_notes; i++)
		free(c->notes[i].arg);
	conn_way_free(c->way);
	buf_clear(&c->out);
	free(c->marks);
	free(c->detail);
	free(c);
}

bool conn_no_files(const struct conn *c)
{
	return c->no_files;
}

bool conn_is_up(const struct conn *c)
{
	return c->phase == CONN_UP;
}

const char *conn_local(const struct conn *c)
{
	return c->local;
}

struct conn_end conn_end(const struct conn *c)
{
	return c->end;
}

struct conn_end conn_late(struct conn *c)
{
	struct conn_end end = { .kind = FAIL_TIMEOUT };
	const char *proxy = c->way ? c->way->proxy : NULL;

	if (!proxy || c->phase == CONN_UP)
		return end;
	if (c->phase == CONN_OPENING || c->way->socks.state == SOCKS_METHOD)
		set_detail(c, xasprintf(_("the proxy %s does not answer"),
		                        proxy));
	else
		set_detail(c, xasprintf(_("the proxy %s did not reach it in "
		                          "time"), proxy));
	end.detail = c->detail;
	return end;
}

/* ---- bytes ---- */

/* The end of what can be read; error: errno, 0 in order. */
static enum conn_got take_end(struct conn *c, int error)
{
	if (!pipe_is_over(c)) { /* how it ended will be known soon */
		if (!c->eof && !c->bye)
			conn_later(c, CONN_BYE_MS);
		c->eof = true;
		conn_want(c);
		return CONN_NOTHING;
	}
	end_pipe(c);
	conn_end_with(c, conn_kind_of(error), error);
	return CONN_ENDED;
}

enum conn_got conn_read(struct conn *c, struct conn_bytes *in)
{
	ssize_t n;

	if (c->ended)
		return CONN_ENDED;
	if (c->phase != CONN_UP)
		return CONN_NOTHING;
	do
		n = read(c->fd, in->data, sizeof in->data);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		in->len = (size_t)n;
		in->written = c->written;
		return CONN_DATA;
	}
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return c->broken ? take_end(c, c->broken) : CONN_NOTHING;
	/* a write that failed took the socket's error with it */
	return take_end(c, n < 0 ? errno : c->broken);
}

void conn_again(struct conn *c)
{
	conn_later(c, 0);
}

void conn_pause(struct conn *c, bool paused)
{
	if (c->paused == paused)
		return;
	c->paused = paused;
	conn_want(c);
	if (!paused && c->eof && pipe_is_over(c))
		conn_later(c, 0); /* its end came while nobody read */
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

void conn_put_raw(struct conn *c, const void *data, size_t len)
{
	buf_add(&c->out, data, len);
	c->fresh += len;
	c->put_total += len;
}

void conn_put(struct conn *c, const char *data, size_t len, bool command)
{
	assert(c->phase == CONN_UP);
	if (c->broken || c->ended)
		return;
	conn_put_raw(c, data, len);
	if (command)
		mark_command(c);
}

void conn_flush(struct conn *c)
{
	if (c->fresh > 0)
		conn_push(c);
}

bool conn_unsent(const struct conn *c)
{
	return c->fresh > 0;
}
