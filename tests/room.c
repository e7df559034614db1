#include "config.h"

#include "tests/room.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void stop_loop(void *arg)
{
	struct room *r = arg;

	classroom_detach(r->classroom);
	loop_wake_free(r->stop);
	loop_stop(r->loop);
}

static void *serve(void *arg)
{
	struct room *r = arg;

	classroom_attach(r->loop, r->classroom);
	loop_run(r->loop);
	return NULL;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "room: %s: %s\n", what, strerror(errno));
	abort();
}

void room_open(struct room *r, const char *name, const char *text,
               const char *listen)
{
	const struct classroom_config cfg = {
		.serve = listen != NULL,
		.listen = listen,
	};
	char *error = NULL;

	*r = (struct room){ 0 };
	r->lesson = text ? lesson_parse(name, text, strlen(text), &error)
	                 : lesson_find(name, &error);
	must(r->lesson != NULL, error ? error : name);
	r->classroom = classroom_open(r->lesson, &cfg, &error);
	must(r->classroom != NULL, error ? error : "classroom_open");
	r->loop = loop_new();
	must(r->loop != NULL, "loop_new");
	r->stop = loop_wake_new(r->loop, stop_loop, r);
	must(pthread_create(&r->thread, NULL, serve, r) == 0, "thread");
}

void room_close(struct room *r)
{
	loop_wake_now(r->stop);
	pthread_join(r->thread, NULL);
	loop_free(r->loop);
	classroom_close(r->classroom);
	lesson_free(r->lesson);
}

uint16_t room_port(const struct room *r, const char *address, uint16_t port)
{
	size_t n;
	const struct classroom_redirect *d =
	    classroom_redirects(r->classroom, &n);

	for (size_t i = 0; i < n; i++)
		if ((!d[i].address || strcmp(d[i].address, address) == 0) &&
		    (!d[i].port || d[i].port == port))
			return d[i].to_port;
	return 0;
}

int room_dial(uint16_t port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd >= 0, "socket");
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A server that closes early is no error here: what it said counts. */
void room_send(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

static bool ends_with(const struct buf *b, const char *text)
{
	size_t n = strlen(text);

	return b->len >= n && memcmp(b->data + b->len - n, text, n) == 0;
}

int room_read(int fd, struct buf *out, const char *until)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (until && ends_with(out, until))
			return 1;
		must(poll(&p, 1, ROOM_WAIT_MS) == 1, "nothing came");
		buf_reserve(out, 4096);
		n = recv(fd, out->data + out->len, 4096, 0);
		if (n <= 0)
			return (int)n;
		out->len += (size_t)n;
	}
}

char *room_talk(uint16_t port, const char *sent, size_t chunk)
{
	struct buf out = { 0 };
	size_t len = strlen(sent);
	int fd = room_dial(port);

	must(fd >= 0, "connect");
	for (size_t i = 0, n; i < len; i += n) {
		n = chunk && len - i > chunk ? chunk : len - i;
		room_send(fd, sent + i, n);
	}
	room_read(fd, &out, NULL);
	close(fd);
	buf_str(&out);
	return buf_steal(&out);
}
