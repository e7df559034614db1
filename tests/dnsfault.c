#include "config.h"

#include "dnsfault.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dnsfault_priv.h"
#include "util/xalloc.h"

enum { CONNS_MAX = 16, LATE_MAX = 16, DRIP_MS = 50 };

struct conn { /* one TCP connection; fd -1: free */
	int fd;
	uint8_t in[1024];
	size_t len;
	uint8_t *drip; /* what still goes out slowly, owned; NULL nothing */
	size_t drip_at, drip_len;
	int64_t due_ms;
};

struct late { /* an answer that is sent later; len 0: free */
	int64_t due_ms;
	struct sockaddr_in to;
	uint8_t data[512];
	size_t len;
};

struct dnsfault {
	pthread_t thread;
	struct dnsfault_config cfg;
	int udp, tcp, other; /* other: a UDP socket on another port */
	int stop[2];
	char server[32];
	atomic_uint queries[2], counted;
	struct conn conns[CONNS_MAX];
	struct late late[LATE_MAX];
};

_Noreturn void dnsfault_fail(const char *what)
{
	perror(what);
	exit(99);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void dnsfault_send(struct work *k, int fd, const void *data, size_t len)
{
	if (!k->tcp)
		sendto(fd, data, len, 0, (struct sockaddr *)&k->from,
		       sizeof k->from);
}

static void begin(struct dnsfault *d, struct work *k, bool tcp)
{
	k->cfg = &d->cfg;
	k->udp = d->udp;
	k->other = d->other;
	k->tcp = tcp;
	k->serial = atomic_load(&d->queries[0]) + atomic_load(&d->queries[1]);
}

static void count(struct dnsfault *d, const struct work *k)
{
	atomic_fetch_add(&d->queries[k->tcp], 1);
	if (d->cfg.counted && strcmp(k->label, d->cfg.counted) == 0)
		atomic_fetch_add(&d->counted, 1);
}

/* ---- UDP ---- */

/* DNSFAULT_SLOW_MS late */
static void keep_for_later(struct dnsfault *d, const struct work *k)
{
	struct late *l = d->late;

	while (l < d->late + LATE_MAX && l->len)
		l++;
	if (l == d->late + LATE_MAX || k->w.len > sizeof l->data)
		return;
	l->due_ms = now_ms() + DNSFAULT_SLOW_MS;
	l->to = k->from;
	l->len = k->w.len;
	memcpy(l->data, k->out, l->len);
}

static void serve_udp(struct dnsfault *d)
{
	struct work *k = xcalloc(1, sizeof *k);
	socklen_t size = sizeof k->from;
	uint8_t query[1024];
	ssize_t n = recvfrom(d->udp, query, sizeof query, 0,
	                     (struct sockaddr *)&k->from, &size);

	begin(d, k, false);
	if (n > 0 && dnsfault_make(k, query, (size_t)n)) {
		count(d, k);
		if (k->late)
			keep_for_later(d, k);
		else if (!k->drop)
			dnsfault_send(k, d->udp, k->out, k->w.len);
	}
	free(k);
}

/* ---- TCP ---- */

static void accept_one(struct dnsfault *d)
{
	int fd = accept(d->tcp, NULL, NULL);

	for (size_t i = 0; fd >= 0 && i < CONNS_MAX; i++) {
		if (d->conns[i].fd >= 0)
			continue;
		d->conns[i] = (struct conn){ .fd = fd };
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void hang_up(struct conn *c)
{
	close(c->fd);
	free(c->drip);
	*c = (struct conn){ .fd = -1 };
}

static void send_all(struct conn *c, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL);

		if (n <= 0) {
			perror("dnsfault: send");
			return;
		}
		data += n;
		len -= (size_t)n;
	}
}

/* The length (RFC 1035 §4.2.2) and the answer, each as it is wanted. */
static void send_frame(struct conn *c, const struct work *k)
{
	uint8_t head[2] = { (uint8_t)(k->w.len >> 8), (uint8_t)k->w.len };

	switch (k->frame) {
	case FRAME_EMPTY:
		send_all(c, (const uint8_t[]){ 0, 0 }, 2);
		break;
	case FRAME_SHORT:
		send_all(c, (const uint8_t[]){ 0xff, 0xff }, 2);
		send_all(c, k->out, DNS_HEADER_SIZE);
		hang_up(c);
		break;
	case FRAME_DRIP:
		c->drip = xmalloc(k->w.len + 2);
		memcpy(c->drip, head, 2);
		memcpy(c->drip + 2, k->out, k->w.len);
		c->drip_len = k->w.len + 2;
		break;
	case FRAME_GOOD:
	case FRAME_CLOSE:
		send_all(c, head, 2);
		send_all(c, k->out, k->w.len);
		if (k->frame == FRAME_CLOSE)
			hang_up(c);
		break;
	}
}

static void answer_tcp(struct dnsfault *d, struct conn *c)
{
	struct work *k = xcalloc(1, sizeof *k);
	bool ok;

	begin(d, k, true);
	ok = dnsfault_make(k, c->in + 2, c->len - 2);
	if (ok)
		count(d, k);
	c->len = 0;
	if (!ok || k->close)
		hang_up(c);
	else if (!k->drop)
		send_frame(c, k);
	free(k);
}

static void serve_tcp(struct dnsfault *d, struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->len, sizeof c->in - c->len, 0);

	if (n <= 0) {
		hang_up(c);
		return;
	}
	c->len += (size_t)n;
	if (c->len >= 2 && (int)c->len - 2 >= (c->in[0] << 8 | c->in[1]))
		answer_tcp(d, c);
}

/* ---- the thread ---- */

/* The sooner of wait (-1: never) and due; both from now on. */
static int64_t sooner(int64_t wait, int64_t due, int64_t now)
{
	return wait < 0 || due - now < wait ? due - now : wait;
}

/* Sends what is due; milliseconds until the next, -1 when none waits. */
static int serve_late(struct dnsfault *d)
{
	int64_t now = now_ms(), wait = -1;

	for (struct late *l = d->late; l < d->late + LATE_MAX; l++) {
		if (!l->len)
			continue;
		if (l->due_ms <= now) {
			sendto(d->udp, l->data, l->len, 0,
			       (struct sockaddr *)&l->to, sizeof l->to);
			l->len = 0;
		} else {
			wait = sooner(wait, l->due_ms, now);
		}
	}
	for (struct conn *c = d->conns; c < d->conns + CONNS_MAX; c++) {
		if (c->fd < 0 || c->drip_at == c->drip_len)
			continue;
		if (c->due_ms <= now) {
			send_all(c, c->drip + c->drip_at++, 1);
			c->due_ms = now + DRIP_MS;
		}
		wait = sooner(wait, c->due_ms, now);
	}
	return (int)wait;
}

static void *run(void *arg)
{
	struct dnsfault *d = arg;
	struct pollfd p[3 + CONNS_MAX];

	for (;;) {
		int wait = serve_late(d);

		p[0] = (struct pollfd){ .fd = d->stop[0], .events = POLLIN };
		p[1] = (struct pollfd){ .fd = d->udp, .events = POLLIN };
		p[2] = (struct pollfd){ .fd = d->tcp, .events = POLLIN };
		for (size_t i = 0; i < CONNS_MAX; i++)
			p[3 + i] = (struct pollfd){ .fd = d->conns[i].fd,
				                    .events = POLLIN };
		if (poll(p, 3 + CONNS_MAX, wait) < 0)
			continue;
		if (p[0].revents)
			return NULL;
		if (p[1].revents)
			serve_udp(d);
		for (size_t i = 0; i < CONNS_MAX; i++)
			if (d->conns[i].fd >= 0 && p[3 + i].revents)
				serve_tcp(d, &d->conns[i]);
		if (p[2].revents)
			accept_one(d);
	}
}

/* port 0: any. Returns the descriptor, the port in *port. */
static int open_socket(int type, uint16_t *port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(*port),
	};
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		dnsfault_fail("socket");
	if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
	    (type == SOCK_STREAM && listen(fd, CONNS_MAX) < 0)) {
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&a, &len);
	*port = ntohs(a.sin_port);
	return fd;
}

struct dnsfault *dnsfault_start_with(const struct dnsfault_config *cfg)
{
	struct dnsfault *d = xcalloc(1, sizeof *d);
	uint16_t port = 0, other = 0;

	d->cfg = *cfg;
	d->tcp = -1;
	/* the same port for both: another process may hold the second one */
	for (int tries = 0; d->tcp < 0 && tries < 50; tries++) {
		port = 0;
		d->udp = open_socket(SOCK_DGRAM, &port);
		d->tcp = open_socket(SOCK_STREAM, &port);
		if (d->tcp < 0)
			close(d->udp);
	}
	d->other = open_socket(SOCK_DGRAM, &other);
	if (d->tcp < 0 || d->other < 0 || pipe(d->stop) < 0)
		dnsfault_fail("dnsfault");
	if (cfg->no_tcp) {
		close(d->tcp);
		d->tcp = -1;
	}
	for (size_t i = 0; i < CONNS_MAX; i++)
		d->conns[i].fd = -1;
	snprintf(d->server, sizeof d->server, "127.0.0.1:%u", port);
	if (pthread_create(&d->thread, NULL, run, d) != 0)
		dnsfault_fail("pthread_create");
	return d;
}

struct dnsfault *dnsfault_start(const char *always)
{
	return dnsfault_start_with(&(struct dnsfault_config){
		.always = always });
}

const char *dnsfault_server(const struct dnsfault *d)
{
	return d->server;
}

unsigned dnsfault_queries(struct dnsfault *d, bool tcp)
{
	return atomic_load(&d->queries[tcp]);
}

unsigned dnsfault_counted(struct dnsfault *d)
{
	return atomic_load(&d->counted);
}

void dnsfault_stop(struct dnsfault *d)
{
	if (!d)
		return;
	if (write(d->stop[1], "", 1) != 1)
		dnsfault_fail("write");
	pthread_join(d->thread, NULL);
	for (size_t i = 0; i < CONNS_MAX; i++)
		if (d->conns[i].fd >= 0)
			hang_up(&d->conns[i]);
	close(d->udp);
	if (d->tcp >= 0)
		close(d->tcp);
	close(d->other);
	close(d->stop[0]);
	close(d->stop[1]);
	free(d);
}
