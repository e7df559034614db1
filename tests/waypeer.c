#include "config.h"

#include "waypeer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/xalloc.h"

enum { DRIP_MS = 20 };

struct waypeer {
	pthread_t thread;
	int listener, stop[2];
	const struct way_step *steps;
	pthread_mutex_t lock; /* guards what follows */
	unsigned served;
	struct buf heard;
};

static int must(int n)
{
	if (n < 0)
		abort();
	return n;
}

int way_listen_tcp(const char *address, uint16_t port, int backlog)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	bool six = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (six)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	else if (inet_pton(AF_INET, address, &v4.sin_addr) != 1)
		abort();
	if (bind(fd, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
	         six ? sizeof v6 : sizeof v4) < 0 || listen(fd, backlog) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int way_listen_unix(const char *path, int backlog)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = must(socket(AF_UNIX, SOCK_STREAM, 0));

	memcpy(a.sun_path, path, strlen(path) + 1);
	unlink(path);
	must(bind(fd, (struct sockaddr *)&a, sizeof a));
	must(listen(fd, backlog));
	return fd;
}

uint16_t way_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a;
	socklen_t len = sizeof a;

	must(getsockname(fd, &a.any, &len));
	return ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port
	                                        : a.v6.sin6_port);
}

/* ---- the thread ---- */

/* False when the test is over, or, with ms >= 0, after that time. */
static bool wait_for(struct waypeer *w, int fd, int ms)
{
	struct pollfd p[] = { { .fd = w->stop[0], .events = POLLIN },
		              { .fd = fd, .events = POLLIN } };
	int n;

	do
		n = poll(p, fd < 0 ? 1 : 2, ms);
	while (n < 0 && errno == EINTR);
	return n > 0 && !p[0].revents;
}

/* One byte; false: the client has gone, or the test is over. */
static bool hear(struct waypeer *w, int fd, char *c)
{
	ssize_t n;

	if (!wait_for(w, fd, -1))
		return false;
	n = read(fd, c, 1);
	if (n <= 0)
		return false;
	pthread_mutex_lock(&w->lock);
	buf_addc(&w->heard, *c);
	pthread_mutex_unlock(&w->lock);
	return true;
}

static bool say(int fd, const char *data, size_t len)
{
	return send(fd, data, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool say_text(int fd, const char *text)
{
	return say(fd, text, strlen(text));
}

static bool drip(struct waypeer *w, int fd, const struct way_step *s)
{
	for (size_t i = 0; i < s->len; i++) {
		if (!say(fd, s->data + i, 1))
			return false;
		wait_for(w, -1, DRIP_MS);
	}
	return true;
}

static void smtp(struct waypeer *w, int fd)
{
	char line[512], c;
	size_t len = 0;

	say_text(fd, "220 way.example ESMTP\r\n");
	while (hear(w, fd, &c)) {
		if (len < sizeof line - 1)
			line[len++] = c;
		if (c != '\n')
			continue;
		line[len] = '\0';
		len = 0;
		if (strncasecmp(line, "QUIT", 4) == 0) {
			say_text(fd, "221 Bye\r\n");
			return;
		}
		say_text(fd, "250 OK\r\n");
	}
}

/* False: the connection is over. */
static bool do_step(struct waypeer *w, int fd, const struct way_step *s)
{
	char c;

	switch (s->kind) {
	case WAY_READ:
		for (size_t i = 0; i < s->len; i++)
			if (!hear(w, fd, &c))
				return false;
		return true;
	case WAY_SAY: return say(fd, s->data, s->len);
	case WAY_DRIP: return drip(w, fd, s);
	case WAY_URGENT: return send(fd, "!", 1, MSG_OOB) == 1;
	case WAY_421:
		say_text(fd, "421 4.7.0 Too many connections\r\n");
		return false;
	case WAY_SILENT:
		while (hear(w, fd, &c))
			;
		return false;
	case WAY_SMTP: smtp(w, fd); return false;
	case WAY_CLOSE: return false;
	}
	return false;
}

static void *serve(void *arg)
{
	struct waypeer *w = arg;

	while (wait_for(w, w->listener, -1)) {
		const struct way_step *s = w->steps;
		int fd = accept(w->listener, NULL, NULL);

		if (fd < 0)
			continue;
		while (do_step(w, fd, s))
			s++;
		close(fd);
		pthread_mutex_lock(&w->lock);
		w->served++;
		pthread_mutex_unlock(&w->lock);
	}
	return NULL;
}

struct waypeer *waypeer_start(int listener, const struct way_step *steps)
{
	struct waypeer *w = xcalloc(1, sizeof *w);

	w->listener = must(listener);
	w->steps = steps;
	must(pipe(w->stop));
	pthread_mutex_init(&w->lock, NULL);
	if (pthread_create(&w->thread, NULL, serve, w) != 0)
		abort();
	return w;
}

void waypeer_stop(struct waypeer *w)
{
	must((int)write(w->stop[1], "", 1));
	pthread_join(w->thread, NULL);
	close(w->listener);
	close(w->stop[0]);
	close(w->stop[1]);
	pthread_mutex_destroy(&w->lock);
	buf_clear(&w->heard);
	free(w);
}

unsigned waypeer_served(struct waypeer *w)
{
	unsigned n;

	pthread_mutex_lock(&w->lock);
	n = w->served;
	pthread_mutex_unlock(&w->lock);
	return n;
}

char *waypeer_heard(struct waypeer *w, size_t *len)
{
	char *copy;

	pthread_mutex_lock(&w->lock);
	*len = w->heard.len;
	copy = xmemdup0(buf_str(&w->heard), w->heard.len);
	pthread_mutex_unlock(&w->lock);
	return copy;
}
