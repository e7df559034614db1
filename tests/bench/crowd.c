/*
 * crowd: the least that many SMTP sessions at once cost: one thread, epoll, a
 * buffer each, replies read as far as their code.
 *
 *   crowd ADDRESS PORT SESSIONS AT-ONCE     EHLO MAIL RCPT RSET QUIT
 *
 * Exit 0 when each reply was 2yz.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_MAX = 256, ROOM = 1024, AT_ONCE_MAX = 10000 };

static const char *const lines[] = {
	"EHLO client.example\r\n",
	"MAIL FROM:<a@client.example>\r\n",
	"RCPT TO:<b@client.example>\r\n",
	"RSET\r\n",
	"QUIT\r\n",
};
enum { LINES = sizeof lines / sizeof *lines };

struct talker {
	int fd;
	size_t next; /* of lines */
	size_t len;
	char input[ROOM];
};

static struct sockaddr_in to = { .sin_family = AF_INET };
static long left, open_now, failed;
static int watched;

static void dial(struct talker *t)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = t };
	const int on = 1;

	*t = (struct talker){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK,
	                                   0) };
	if (t->fd < 0)
		give_up("socket");
	setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(t->fd, (struct sockaddr *)&to, sizeof to) &&
	    errno != EINPROGRESS)
		give_up("connect");
	if (epoll_ctl(watched, EPOLL_CTL_ADD, t->fd, &e))
		give_up("epoll_ctl");
	left--;
	open_now++;
}

static void hang_up(struct talker *t, bool good)
{
	close(t->fd);
	failed += !good;
	open_now--;
	if (left > 0)
		dial(t);
}

/* One whole reply is taken off the input: its first digit, or 0. */
static char take_reply(struct talker *t)
{
	char *line = t->input, *end = t->input + t->len, *lf;

	while ((lf = memchr(line, '\n', (size_t)(end - line)))) {
		bool last = lf - line >= 3 && line[3] != '-';
		char digit = *line;

		line = lf + 1;
		if (!last)
			continue;
		t->len = (size_t)(end - line);
		memmove(t->input, line, t->len);
		return digit;
	}
	return 0;
}

static void hear(struct talker *t)
{
	ssize_t n = read(t->fd, t->input + t->len, ROOM - t->len);
	char digit;

	if (n <= 0) {
		hang_up(t, false);
		return;
	}
	t->len += (size_t)n;
	while ((digit = take_reply(t))) {
		size_t len;

		if (digit != '2' || t->next == LINES) {
			hang_up(t, digit == '2');
			return;
		}
		len = strlen(lines[t->next]);
		if (write(t->fd, lines[t->next++], len) != (ssize_t)len) {
			hang_up(t, false);
			return;
		}
	}
}

int main(int argc, char **argv)
{
	struct epoll_event e[EVENTS_MAX];
	struct rlimit files;
	long at_once;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: crowd ADDRESS PORT SESSIONS AT-ONCE\n");
		return 64;
	}
	to.sin_port = htons((uint16_t)option_number(argv[2], 1, 65535));
	left = option_number(argv[3], 1, 10000000);
	at_once = option_number(argv[4], 1, AT_ONCE_MAX);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	watched = epoll_create1(0);
	for (struct talker *t = calloc((size_t)at_once, sizeof *t);
	     left > 0 && open_now < at_once; t++)
		dial(t);
	while (open_now > 0) {
		int n = epoll_wait(watched, e, EVENTS_MAX, -1);

		for (int i = 0; i < n; i++)
			hear(e[i].data.ptr);
	}
	return failed ? 1 : 0;
}
