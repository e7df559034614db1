#include "config.h"

#include "crowd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 8000,
	LINE_MAX_LEN = 512,
	FLOOD_LINES = 1000,
	FLOOD_LEN = sizeof "250-flood\r\n" - 1,
	OURS = CROWD_MANNERS + 1, /* descriptors before those of guests */
};

struct guest {
	int fd;
	enum crowd_manner manner;
	size_t len;
	char line[LINE_MAX_LEN];
};

static struct guest guests[CLIENTS_MAX];
static size_t n_guests;
static struct pollfd polled[OURS + CLIENTS_MAX];
static struct crowd *crowd;
static uint32_t limit;
static char flood[FLOOD_LINES * FLOOD_LEN];

static int bound(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    listen(fd, 4096) != 0)
		abort();
	getsockname(fd, (struct sockaddr *)&a, &len);
	*port = ntohs(a.sin_port);
	return fd;
}

static void reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void say(int fd, const char *text)
{
	/* a guest that has gone is noticed by its end */
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		return;
}

static void part(struct guest *g)
{
	crowd->count[g->manner].open--;
	close(g->fd);
	*g = guests[--n_guests];
}

/* False: it is sent away. */
static bool greet(int fd, enum crowd_manner manner)
{
	switch (manner) {
	case CROWD_BUSY:
		say(fd, "421 4.7.0 Too many connections\r\n");
		return false;
	case CROWD_FULL:
		if (crowd->count[manner].open > limit) {
			say(fd, "421 4.7.0 Too many connections\r\n");
			return false;
		}
		break;
	case CROWD_CLOSE:
		return false;
	case CROWD_RESET:
		reset(fd);
		return false;
	case CROWD_SILENT:
		return true;
	default:
		break;
	}
	say(fd, "220 crowd.example ESMTP\r\n");
	return true;
}

static void welcome(enum crowd_manner manner)
{
	struct crowd_count *count = &crowd->count[manner];
	int fd = accept(crowd->listeners[manner], NULL, NULL);

	if (fd < 0 || n_guests == CLIENTS_MAX)
		abort();
	count->total++;
	if (++count->open > count->most)
		count->most = count->open;
	guests[n_guests++] = (struct guest){ .fd = fd, .manner = manner };
	if (!greet(fd, manner))
		part(&guests[n_guests - 1]);
	else if (manner == CROWD_FLOOD)
		fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* One line was heard. False: it is over. */
static bool answer(struct guest *g)
{
	if (strncmp(g->line, "EHLO", 4) == 0) {
		say(g->fd, "250-crowd.example\r\n250 ENHANCEDSTATUSCODES\r\n");
		return true;
	}
	if (g->manner == CROWD_HOLD)
		return true;
	say(g->fd, strncmp(g->line, "QUIT", 4) ? "250 2.0.0 Ok\r\n"
	                                       : "221 2.0.0 Bye\r\n");
	return strncmp(g->line, "QUIT", 4) != 0;
}

static bool hear(struct guest *g)
{
	ssize_t n = read(g->fd, g->line + g->len, sizeof g->line - g->len);
	char *end;

	if (n <= 0)
		return false;
	g->len += (size_t)n;
	while ((end = memchr(g->line, '\n', g->len))) {
		if (!answer(g))
			return false;
		g->len -= (size_t)(end + 1 - g->line);
		memmove(g->line, end + 1, g->len);
	}
	return g->len < sizeof g->line;
}

static void serve_guest(struct guest *g, int events)
{
	bool stays = true;

	if (events & (POLLIN | POLLHUP | POLLERR))
		stays = hear(g);
	else if (events & POLLOUT)
		stays = send(g->fd, flood, sizeof flood,
		             MSG_NOSIGNAL) > 0;
	if (!stays)
		part(g);
}

static void serve(int life)
{
	for (;;) {
		size_t n = n_guests;

		for (int i = 0; i < CROWD_MANNERS; i++)
			polled[i] = (struct pollfd){
				.fd = crowd->listeners[i], .events = POLLIN };
		polled[CROWD_MANNERS] = (struct pollfd){ .fd = life,
			.events = POLLIN };
		for (size_t i = 0; i < n; i++)
			polled[OURS + i] = (struct pollfd){
				.fd = guests[i].fd,
				.events = guests[i].manner == CROWD_FLOOD
				          ? POLLIN | POLLOUT : POLLIN };
		if (poll(polled, OURS + n, -1) < 0 ||
		    polled[CROWD_MANNERS].revents)
			_exit(1);
		for (size_t i = n; i-- > 0;) /* parting fills from the end */
			if (polled[OURS + i].revents)
				serve_guest(&guests[i],
				            polled[OURS + i].revents);
		for (int i = 0; i < CROWD_MANNERS; i++)
			if (polled[i].revents)
				welcome((enum crowd_manner)i);
	}
}

static void prepare(void)
{
	struct rlimit files;

	for (size_t i = 0; i < FLOOD_LINES; i++)
		memcpy(flood + i * FLOOD_LEN, i + 1 < FLOOD_LINES
		       ? "250-flood\r\n" : "250 flood\r\n", FLOOD_LEN);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

void crowd_start(struct crowd *c, uint32_t most)
{
	int life[2];

	*c = (struct crowd){ .pid = -1 };
	c->count = mmap(NULL, CROWD_MANNERS * sizeof *c->count,
	                PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	                0);
	if (c->count == MAP_FAILED || pipe(life) != 0)
		abort();
	for (int i = 0; i < CROWD_MANNERS; i++)
		c->listeners[i] = bound(&c->port[i]);
	c->pid = fork();
	if (c->pid < 0)
		abort();
	if (c->pid == 0) {
		crowd = c;
		limit = most;
		close(life[1]);
		prepare();
		serve(life[0]);
	}
	close(life[0]);
	c->life = life[1];
	for (int i = 0; i < CROWD_MANNERS; i++)
		close(c->listeners[i]);
}

void crowd_stop(struct crowd *c)
{
	close(c->life);
	waitpid(c->pid, NULL, 0);
	munmap(c->count, CROWD_MANNERS * sizeof *c->count);
}
