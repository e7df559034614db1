/*
 * sink: a mail server that takes everything and keeps nothing, and a name
 * server that knows every domain; what the bench talks to.
 *
 *   sink [-t] ADDRESS     prints "SMTP-PORT DNS-PORT" (free ones), then
 *                         serves until its standard input ends
 *
 * -t offers STARTTLS (RFC 3207) with a certificate that it signed itself. The
 * sender <hold@...> gets no reply.
 * MX of any name are 10 mx1.NAME and 20 mx2.NAME, their address is ADDRESS.
 * IPv4; one thread; a UDP query is answered from its own question.
 */
#include "config.h"

#include "tests/bench/measure.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/tls.h"
#include "util/buf.h"

enum {
	CLIENTS_MAX = 4096,
	EVENTS_MAX = 256,   /* of one wait */
	LINE_MAX_LEN = 1024,
	WEEK_S = 7 * 24 * 3600,
	NAME_OFFSET = 0xc00c, /* a pointer to the question's name */
	TYPE_A = 1,
	TYPE_MX = 15,
};

struct client {
	int fd;
	struct client *next; /* while the place is free */
	struct tls *tls; /* NULL: in clear */
	size_t len;
	char line[LINE_MAX_LEN];
};

static const struct row {
	const char *verb, *reply;
	bool offer; /* only while STARTTLS is on offer */
} replies[] = {
	{ "EHLO", "250-sink.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n"
	          "250-SIZE 10485760\r\n250 ENHANCEDSTATUSCODES\r\n", true },
	{ "STARTTLS", "220 2.0.0 Ready\r\n", true },
	{ "EHLO", "250-sink.example\r\n250-PIPELINING\r\n"
	          "250-SIZE 10485760\r\n250 ENHANCEDSTATUSCODES\r\n", false },
	{ "MAIL FROM:<hold@", "", false }, /* waits for ever */
	{ "HELO", "250 sink.example\r\n", false },
	{ "MAIL", "250 2.1.0 Ok\r\n", false },
	{ "RCPT", "250 2.1.5 Ok\r\n", false },
	{ "RSET", "250 2.0.0 Ok\r\n", false },
	{ "NOOP", "250 2.0.0 Ok\r\n", false },
	{ "QUIT", "221 2.0.0 Bye\r\n", false },
	{ "", "500 5.5.2 Not known here\r\n", false },
};

static struct in_addr self;
static struct tls_setup *setup; /* NULL: without STARTTLS */
static struct client clients[CLIENTS_MAX], *free_places;
static int watched; /* epoll */

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
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	getsockname(fd, (struct sockaddr *)&at, &len);
	*port = ntohs(at.sin_port);
	return fd;
}

static void watch(int fd, void *who)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = who };

	if (epoll_ctl(watched, EPOLL_CTL_ADD, fd, &e))
		give_up("epoll_ctl");
}

static bool welcome(int listener)
{
	static const char greeting[] = "220 sink.example ESMTP\r\n";
	const int on = 1;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct client *c = free_places;

	if (fd < 0)
		return false;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (!c || write(fd, greeting, sizeof greeting - 1) < 0) {
		close(fd);
		return true;
	}
	free_places = c->next;
	c->fd = fd;
	c->tls = NULL;
	c->len = 0;
	watch(fd, c);
	return true;
}

static void welcome_all(int listener)
{
	while (welcome(listener))
		continue;
}

static const struct row *row_for(const struct client *c)
{
	bool offered = setup && !c->tls;
	size_t i = 0;

	while ((replies[i].offer && !offered) ||
	       strncasecmp(c->line, replies[i].verb, strlen(replies[i].verb)))
		i++;
	return &replies[i];
}

/* In one write, with what TLS itself has to say; last: nothing follows. */
static bool send_out(struct client *c, struct buf *out, bool last)
{
	bool sent;

	if (c->tls) {
		tls_write(c->tls, out->data, out->len);
		if (last)
			tls_close(c->tls);
		buf_reset(out);
		tls_take(c->tls, out);
	}
	sent = out->len == 0 ||
	       write(c->fd, out->data, out->len) == (ssize_t)out->len;
	buf_clear(out);
	return sent;
}

/* Answers the whole lines of c. False: it is over. */
static bool reply_to(struct client *c)
{
	struct buf out = { 0 };
	bool quit = false, start = false;
	char *end;

	while (!quit && !start && (end = memchr(c->line, '\n', c->len))) {
		const struct row *row = row_for(c);
		size_t len = (size_t)(end + 1 - c->line);

		buf_adds(&out, row->reply);
		quit = !strcmp(row->verb, "QUIT");
		start = !strcmp(row->verb, "STARTTLS");
		c->len -= len;
		memmove(c->line, c->line + len, c->len);
	}
	if (!send_out(c, &out, quit))
		return false;
	if (start) { /* what came behind it in clear is nobody's */
		c->tls = tls_new(setup, NULL);
		c->len = 0;
	}
	return !quit && c->len < sizeof c->line;
}

/* What came inside TLS goes to c's line piece by piece. */
static bool reply_inside(struct client *c, const char *data, size_t len)
{
	enum tls_status status = tls_feed(c->tls, data, len);
	struct buf text = { 0 };
	bool goes_on = true;

	while (goes_on && tls_read(c->tls, &text, sizeof c->line - c->len)) {
		memcpy(c->line + c->len, text.data, text.len);
		c->len += text.len;
		buf_reset(&text);
		goes_on = reply_to(c);
	}
	return send_out(c, &text, false) && goes_on &&
	       (status == TLS_HANDSHAKE || status == TLS_UP);
}

static void part(struct client *c)
{
	tls_free(c->tls);
	close(c->fd);
	c->next = free_places;
	free_places = c;
}

static void hear(struct client *c)
{
	char data[LINE_MAX_LEN];
	size_t room = c->tls ? sizeof data : sizeof data - c->len;
	ssize_t n = read(c->fd, data, room);
	bool goes_on = n > 0;

	if (goes_on && c->tls) {
		goes_on = reply_inside(c, data, (size_t)n);
	} else if (goes_on) {
		memcpy(c->line + c->len, data, (size_t)n);
		c->len += (size_t)n;
		goes_on = reply_to(c);
	}
	if (!goes_on)
		part(c);
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
	static char in, mail, names; /* only their addresses are used */
	struct epoll_event e[EVENTS_MAX];

	watch(STDIN_FILENO, &in);
	watch(smtp, &mail);
	watch(dns, &names);
	for (;;) {
		int n = epoll_wait(watched, e, EVENTS_MAX, -1);

		for (int i = 0; i < n; i++) {
			if (e[i].data.ptr == &in)
				return;
			else if (e[i].data.ptr == &names)
				resolve(dns);
			else if (e[i].data.ptr != &mail)
				hear(e[i].data.ptr);
			else
				welcome_all(smtp);
		}
	}
}

static void offer_tls(void)
{
	static const struct tls_setup_config config = { .server = true };
	static const char *const names[] = { "sink.example" };
	char *error;

	setup = tls_setup_new(&config, &error);
	if (setup && tls_setup_self_signed(setup, names, 1, 0, WEEK_S))
		return;
	fprintf(stderr, "sink: %s\n", error ? error : "no certificate");
	exit(1);
}

int main(int argc, char **argv)
{
	bool with_tls = argc > 1 && !strcmp(argv[1], "-t");
	uint16_t smtp_port, dns_port;
	int smtp, dns;

	argv += with_tls;
	if (argc - with_tls != 2 || inet_pton(AF_INET, argv[1], &self) != 1) {
		fprintf(stderr, "usage: sink [-t] ADDRESS\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	if (with_tls)
		offer_tls();
	watched = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		clients[i].next = free_places;
		free_places = &clients[i];
	}
	smtp = bound(SOCK_STREAM, &smtp_port);
	dns = bound(SOCK_DGRAM, &dns_port);
	printf("%u %u\n", smtp_port, dns_port);
	fflush(stdout);
	serve(smtp, dns);
	tls_setup_free(setup);
	return 0;
}
