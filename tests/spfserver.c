#include "config.h"

#include "spfserver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/xalloc.h"

enum { CONNS_MAX = 64, QUERY_MAX = 600, TRIES = 50 };

struct conn { /* one query over TCP; fd -1: free */
	struct spfserver *s;
	int fd;
	struct loop_fd *handle;
	uint8_t in[2 + QUERY_MAX];
	size_t len;
};

struct spfserver {
	struct loop *loop;
	const struct spfmap *map;
	int udp, tcp;
	struct loop_fd *udp_handle, *tcp_handle;
	char text[32];
	unsigned queries[2];
	struct conn conns[CONNS_MAX];
};

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(99);
}

static size_t reply(struct spfserver *s, const uint8_t *in, size_t len,
                    uint8_t *out, size_t size)
{
	struct dns_msg q;
	size_t n = 0;

	if (dns_msg_parse(&q, in, len) && q.has_question)
		n = spfmap_reply(s->map, q.id, &q.qname, q.qtype, out, size);
	dns_msg_clear(&q);
	return n;
}

static void on_udp(void *arg, int events)
{
	struct spfserver *s = arg;
	uint8_t in[QUERY_MAX], out[QUERY_MAX + SPFSERVER_UDP];
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	ssize_t n = recvfrom(s->udp, in, sizeof in, 0,
	                     (struct sockaddr *)&from, &size);
	size_t len;

	(void)events;
	if (n <= 0)
		return;
	s->queries[false]++;
	len = reply(s, in, (size_t)n, out, (size_t)n + SPFSERVER_UDP);
	if (len > 0)
		sendto(s->udp, out, len, 0, (struct sockaddr *)&from, size);
}

static void close_conn(struct conn *c)
{
	loop_fd_free(c->handle);
	close(c->fd);
	c->fd = -1;
}

/* The socket's buffer holds a whole message: nothing here waits. */
static void answer_tcp(struct conn *c)
{
	static uint8_t out[2 + DNS_MESSAGE_MAX];
	size_t len = reply(c->s, c->in + 2, c->len - 2, out + 2,
	                   DNS_MESSAGE_MAX);

	c->s->queries[true]++;
	out[0] = (uint8_t)(len >> 8);
	out[1] = (uint8_t)len;
	if (len > 0 && send(c->fd, out, 2 + len, MSG_NOSIGNAL) < 0)
		perror("send");
	c->len = 0;
}

static void on_conn(void *arg, int events)
{
	struct conn *c = arg;
	ssize_t n = recv(c->fd, c->in + c->len, sizeof c->in - c->len, 0);

	(void)events;
	if (n <= 0) {
		close_conn(c);
		return;
	}
	c->len += (size_t)n;
	if (c->len > 2 && c->len == 2u + ((unsigned)c->in[0] << 8 | c->in[1]))
		answer_tcp(c);
}

static void on_tcp(void *arg, int events)
{
	struct spfserver *s = arg;
	int fd = accept(s->tcp, NULL, NULL);

	(void)events;
	for (size_t i = 0; fd >= 0 && i < CONNS_MAX; i++) {
		struct conn *c = &s->conns[i];

		if (c->fd >= 0)
			continue;
		*c = (struct conn){ .s = s, .fd = fd };
		c->handle = loop_fd_new(s->loop, fd, on_conn, c);
		loop_fd_want(c->handle, LOOP_READ);
		return;
	}
	if (fd >= 0)
		close(fd);
}

/* Both sockets on one free port. */
static bool bind_both(struct spfserver *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof a;

	s->udp = socket(AF_INET, SOCK_DGRAM, 0);
	s->tcp = socket(AF_INET, SOCK_STREAM, 0);
	if (s->udp < 0 || s->tcp < 0 ||
	    bind(s->tcp, (struct sockaddr *)&a, sizeof a) < 0 ||
	    getsockname(s->tcp, (struct sockaddr *)&a, &size) < 0 ||
	    listen(s->tcp, CONNS_MAX) < 0)
		fail("tcp");
	snprintf(s->text, sizeof s->text, "127.0.0.1:%u", ntohs(a.sin_port));
	if (bind(s->udp, (struct sockaddr *)&a, sizeof a) == 0)
		return true;
	close(s->udp);
	close(s->tcp);
	return false;
}

struct spfserver *spfserver_start(struct loop *l)
{
	struct spfserver *s = xcalloc(1, sizeof *s);
	unsigned tries = 0;

	s->loop = l;
	for (size_t i = 0; i < CONNS_MAX; i++)
		s->conns[i].fd = -1;
	while (!bind_both(s))
		if (++tries == TRIES)
			fail("udp");
	s->udp_handle = loop_fd_new(l, s->udp, on_udp, s);
	s->tcp_handle = loop_fd_new(l, s->tcp, on_tcp, s);
	loop_fd_want(s->udp_handle, LOOP_READ);
	loop_fd_want(s->tcp_handle, LOOP_READ);
	return s;
}

void spfserver_use(struct spfserver *s, const struct spfmap *m)
{
	s->map = m;
}

const char *spfserver_text(const struct spfserver *s)
{
	return s->text;
}

unsigned spfserver_queries(const struct spfserver *s, bool tcp)
{
	return s->queries[tcp];
}

void spfserver_stop(struct spfserver *s)
{
	for (size_t i = 0; i < CONNS_MAX; i++)
		if (s->conns[i].fd >= 0)
			close_conn(&s->conns[i]);
	loop_fd_free(s->udp_handle);
	loop_fd_free(s->tcp_handle);
	close(s->udp);
	close(s->tcp);
	free(s);
}
