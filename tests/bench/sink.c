/*
 * sink: a mail server that takes everything and keeps nothing, and a name
 * server that knows every domain; what the bench talks to.
 *
 *   sink ADDRESS      prints "SMTP-PORT DNS-PORT" (free ones), then serves
 *                     until its standard input ends
 *
 * MX of any name are 10 mx1.NAME and 20 mx2.NAME, their address is ADDRESS.
 * IPv4; one thread; a UDP query is answered from its own question.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 1000,
	LINE_MAX_LEN = 1024,
	NAME_OFFSET = 0xc00c, /* a pointer to the question's name */
	TYPE_A = 1,
	TYPE_MX = 15,
};

struct client {
	int fd;
	size_t len;
	char line[LINE_MAX_LEN];
};

static const struct {
	const char *verb, *reply;
} replies[] = {
	{ "EHLO", "250-sink.example\r\n250-PIPELINING\r\n"
	          "250-SIZE 10485760\r\n250 ENHANCEDSTATUSCODES\r\n" },
	{ "HELO", "250 sink.example\r\n" },
	{ "MAIL", "250 2.1.0 Ok\r\n" },
	{ "RCPT", "250 2.1.5 Ok\r\n" },
	{ "RSET", "250 2.0.0 Ok\r\n" },
	{ "NOOP", "250 2.0.0 Ok\r\n" },
	{ "QUIT", "221 2.0.0 Bye\r\n" },
	{ "", "500 5.5.2 Not known here\r\n" },
};

static struct in_addr self;
static struct client clients[CLIENTS_MAX];
static size_t n_clients;

static int bound(int type, uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = self };
	socklen_t len = sizeof at;
	const int room = 4 << 20;
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at))
		give_up("bind");
	if (type == SOCK_STREAM && listen(fd, CLIENTS_MAX))
		give_up("listen");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*port = ntohs(at.sin_port);
	return fd;
}

static void welcome(int listener)
{
	static const char greeting[] = "220 sink.example ESMTP\r\n";
	const int on = 1;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (n_clients == CLIENTS_MAX ||
	    write(fd, greeting, sizeof greeting - 1) < 0) {
		close(fd);
		return;
	}
	clients[n_clients++] = (struct client){ .fd = fd };
}

/* Answers the whole lines of c in one write. False: it is over. */
static bool reply_to(struct client *c)
{
	char out[8 * LINE_MAX_LEN];
	size_t used = 0;
	bool quit = false;
	char *end;

	while (!quit && (end = memchr(c->line, '\n', c->len))) {
		size_t i = 0, len = (size_t)(end + 1 - c->line), add;

		while (strncasecmp(c->line, replies[i].verb,
		                   strlen(replies[i].verb)))
			i++;
		add = strlen(replies[i].reply);
		if (used + add > sizeof out)
			return false;
		memcpy(out + used, replies[i].reply, add);
		used += add;
		quit = !strcmp(replies[i].verb, "QUIT");
		memmove(c->line, c->line + len, c->len - len);
		c->len -= len;
	}
	if (used > 0 && write(c->fd, out, used) != (ssize_t)used)
		return false;
	return !quit && c->len < sizeof c->line;
}

static void hear(size_t i)
{
	struct client *c = &clients[i];
	ssize_t n = read(c->fd, c->line + c->len, sizeof c->line - c->len);

	c->len += n > 0 ? (size_t)n : 0;
	if (n > 0 && reply_to(c))
		return;
	close(c->fd);
	*c = clients[--n_clients];
}

static uint8_t *put16(uint8_t *p, unsigned v)
{
	*p++ = (uint8_t)(v >> 8);
	*p++ = (uint8_t)v;
	return p;
}

/* owner: a pointer to a name in the packet. Class IN, a TTL of an hour. */
static uint8_t *put_head(uint8_t *p, unsigned owner, unsigned type,
                         unsigned len)
{
	p = put16(p, owner);
	p = put16(p, type);
	p = put16(p, 1);
	p = put16(put16(p, 0), 3600);
	return put16(p, len);
}

static uint8_t *put_a(uint8_t *p, unsigned owner)
{
	p = put_head(p, owner, TYPE_A, sizeof self);
	memcpy(p, &self, sizeof self);
	return p + sizeof self;
}

/* Two MX; *exchange is where the name of each begins, for the A beside it. */
static uint8_t *put_mx(uint8_t *p, const uint8_t *packet, int which,
                       unsigned *exchange)
{
	p = put_head(p, NAME_OFFSET, TYPE_MX, 2 + 4 + 2);
	p = put16(p, (unsigned)which * 10);
	*exchange = 0xc000u | (unsigned)(p - packet);
	memcpy(p, "\3mx", 3);
	p[3] = (uint8_t)('0' + which);
	return put16(p + 4, NAME_OFFSET);
}

static void resolve(int fd)
{
	uint8_t packet[512 + 128], *p = packet + 12;
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	ssize_t n = recvfrom(fd, packet, 512, 0, (struct sockaddr *)&from,
	                     &len);
	unsigned type, exchange[2], answers = 0, extra = 0;

	if (n < 17)
		return;
	while (p < packet + n && *p)
		p += *p + 1;
	if (p + 5 > packet + n || p > packet + 270)
		return;
	type = (unsigned)p[1] << 8 | p[2];
	p += 5;
	if (type == TYPE_A) {
		p = put_a(p, NAME_OFFSET);
		answers = 1;
	} else if (type == TYPE_MX) {
		p = put_mx(p, packet, 1, &exchange[0]);
		p = put_mx(p, packet, 2, &exchange[1]);
		p = put_a(put_a(p, exchange[0]), exchange[1]);
		answers = extra = 2;
	}
	packet[2] = (uint8_t)(0x84 | (packet[2] & 1)); /* QR AA, RD copied */
	packet[3] = 0;
	put16(put16(put16(put16(packet + 4, 1), answers), 0), extra);
	sendto(fd, packet, (size_t)(p - packet), 0, (struct sockaddr *)&from,
	       len);
}

static void serve(int smtp, int dns)
{
	static struct pollfd p[3 + CLIENTS_MAX];

	for (;;) {
		p[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = smtp, .events = POLLIN };
		p[2] = (struct pollfd){ .fd = dns, .events = POLLIN };
		for (size_t i = 0; i < n_clients; i++)
			p[3 + i] = (struct pollfd){ .fd = clients[i].fd,
			                            .events = POLLIN };
		if (poll(p, (nfds_t)(3 + n_clients), -1) < 0)
			give_up("poll");
		for (size_t i = n_clients; i-- > 0;)
			if (p[3 + i].revents)
				hear(i);
		if (p[2].revents)
			resolve(dns);
		if (p[1].revents)
			welcome(smtp);
		if (p[0].revents)
			return;
	}
}

int main(int argc, char **argv)
{
	uint16_t smtp_port, dns_port;
	int smtp, dns;

	if (argc != 2 || inet_pton(AF_INET, argv[1], &self) != 1) {
		fprintf(stderr, "usage: sink ADDRESS\n");
		return 64;
	}
	smtp = bound(SOCK_STREAM, &smtp_port);
	dns = bound(SOCK_DGRAM, &dns_port);
	printf("%u %u\n", smtp_port, dns_port);
	fflush(stdout);
	serve(smtp, dns);
	return 0;
}
