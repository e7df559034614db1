#include "config.h"

#include "classroom/dnsd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "classroom/acceptor.h"
#include "util/buf.h"
#include "util/xalloc.h"

enum {
	UDP_BURST = 64, /* datagrams a turn; others want the loop as well */
	UDP_QUERY_MAX = 1500,
};

struct udp {
	struct dnsd *server;
	int fd;
	struct sock_addr local;
	struct loop_fd *handle;
};

struct conn {
	struct dnsd *server;
	struct conn *next;
	int fd;
	struct loop_fd *handle;
	struct loop_timer *timer;
	struct sock_addr local;
	struct buf in;  /* at most one query and what one read gave */
	struct buf out; /* at most one answer */
};

struct dnsd {
	struct loop *loop;
	const struct authority_data *data;
	struct udp *udp;
	size_t n_udp;
	struct acceptor *acceptor;
	struct conn *conns;
	size_t n_conns;
	uint8_t out[2 + DNS_MESSAGE_MAX];
};

/* ---- UDP ------------------------------------------------------------- */

static void on_udp(void *arg, int events)
{
	struct udp *u = arg;
	uint8_t query[UDP_QUERY_MAX];
	struct authority_query q = { .data = query, .local = &u->local };

	(void)events;
	for (int i = 0; i < UDP_BURST; i++) {
		struct sock_addr peer = { .len = sizeof peer.ss };
		ssize_t n = recvfrom(u->fd, query, sizeof query, 0,
		                     (struct sockaddr *)&peer.ss, &peer.len);
		size_t len;

		if (n < 0)
			return;
		q.len = (size_t)n;
		len = authority_answer(u->server->data, &q, u->server->out,
		                       DNS_MESSAGE_MAX);
		/* an answer that cannot be sent is a lost datagram */
		if (len && sendto(u->fd, u->server->out, len, 0,
		                  (struct sockaddr *)&peer.ss, peer.len) < 0)
			return;
	}
}

/* ---- TCP, RFC 7766: two octets of length before each message ---------- */

static void listen_again(struct dnsd *s)
{
	acceptor_pause(s->acceptor, s->n_conns >= DNSD_CONNS_MAX);
}

static void conn_free(struct conn *c)
{
	struct dnsd *s = c->server;
	struct conn **p = &s->conns;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	s->n_conns--;
	loop_fd_free(c->handle);
	loop_timer_free(c->timer);
	close(c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	free(c);
}

static void restart_timer(struct conn *c)
{
	loop_timer_at(c->timer, loop_now_us() + DNSD_IDLE_MS * INT64_C(1000));
}

/* Answers the first whole query. False: close. */
static bool answer_one(struct conn *c, bool *more)
{
	struct dnsd *s = c->server;
	const uint8_t *in = (const uint8_t *)c->in.data;
	struct authority_query q;
	size_t len, n;

	*more = false;
	if (c->in.len < 2)
		return true;
	len = (size_t)in[0] << 8 | in[1];
	if (len > DNSD_QUERY_MAX)
		return false;
	if (c->in.len < len + 2)
		return true;
	q = (struct authority_query){
		.data = in + 2, .len = len, .tcp = true, .local = &c->local,
	};
	n = authority_answer(s->data, &q, s->out + 2, DNS_MESSAGE_MAX);
	buf_drop(&c->in, len + 2);
	*more = true;
	s->out[0] = (uint8_t)(n >> 8);
	s->out[1] = (uint8_t)n;
	if (n)
		buf_add(&c->out, s->out, n + 2);
	return true;
}

/* Writes what waits; false: the connection is gone. */
static bool flush(struct conn *c)
{
	ssize_t n;

	if (!c->out.len)
		return true;
	n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	buf_drop(&c->out, (size_t)n);
	return true;
}

/* One query after the other; the next only when the answer is out. */
static bool work(struct conn *c)
{
	bool more = true;

	while (more && !c->out.len)
		if (!answer_one(c, &more) || !flush(c))
			return false;
	loop_fd_want(c->handle, c->out.len ? LOOP_WRITE : LOOP_READ);
	return true;
}

/* False: at its end or lost. */
static bool take_bytes(struct conn *c)
{
	ssize_t n;

	buf_reserve(&c->in, DNSD_QUERY_MAX);
	n = recv(c->fd, c->in.data + c->in.len, DNSD_QUERY_MAX, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->in.len += (size_t)n;
	restart_timer(c);
	return n > 0;
}

static void on_conn(void *arg, int events)
{
	struct conn *c = arg;
	struct dnsd *s = c->server;
	bool ok = true;

	if (events & LOOP_WRITE)
		ok = flush(c);
	else if (events & LOOP_READ)
		ok = take_bytes(c);
	if (ok && work(c))
		return;
	conn_free(c);
	listen_again(s);
}

static void on_idle(void *arg)
{
	struct conn *c = arg;
	struct dnsd *s = c->server;

	conn_free(c);
	listen_again(s);
}

static void on_accept(void *arg, int fd, const struct sock_addr *peer)
{
	struct dnsd *s = arg;
	struct conn *c;

	(void)peer;
	c = xcalloc(1, sizeof *c);
	c->server = s;
	c->fd = fd;
	c->next = s->conns;
	sock_local(fd, &c->local);
	s->conns = c;
	s->n_conns++;
	c->handle = loop_fd_new(s->loop, fd, on_conn, c);
	c->timer = loop_timer_new(s->loop, on_idle, c);
	restart_timer(c);
	loop_fd_want(c->handle, LOOP_READ);
	listen_again(s);
}

/* ---- the whole ------------------------------------------------------- */

struct dnsd *dnsd_new(struct loop *l, const struct authority_data *d,
                      const int *udp, size_t n_udp, int tcp)
{
	struct dnsd *s = xcalloc(1, sizeof *s);

	s->loop = l;
	s->data = d;
	s->udp = xcalloc(n_udp, sizeof *s->udp);
	s->n_udp = n_udp;
	for (size_t i = 0; i < n_udp; i++) {
		struct udp *u = &s->udp[i];

		u->server = s;
		u->fd = udp[i];
		sock_local(u->fd, &u->local);
		u->handle = loop_fd_new(l, u->fd, on_udp, u);
		loop_fd_want(u->handle, LOOP_READ);
	}
	s->acceptor = acceptor_new(l, tcp, on_accept, s);
	return s;
}

void dnsd_free(struct dnsd *s)
{
	if (!s)
		return;
	while (s->conns)
		conn_free(s->conns);
	for (size_t i = 0; i < s->n_udp; i++)
		loop_fd_free(s->udp[i].handle);
	acceptor_free(s->acceptor);
	free(s->udp);
	free(s);
}
