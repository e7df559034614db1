#include "config.h"

#include "classroom/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A list that is tried with thousands of --jobs; the kernel has a bound of its
 * own. Who finds no room there may wait minutes for a greeting. */
enum { BACKLOG = 4096 };

/* Splits "HOST:PORT", "[HOST]:PORT" or "HOST" (one that may hold colons). */
static bool split(const char *text, char host[SOCK_TEXT_MAX], const char **port)
{
	const char *first = strchr(text, ':');
	const char *end = text + strlen(text);
	size_t len;

	*port = "0";
	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		if (end[1])
			*port = end + 2;
	} else if (first && !strchr(first + 1, ':')) {
		end = first;
		*port = first + 1;
	}
	len = (size_t)(end - text);
	if (!len || len >= SOCK_TEXT_MAX)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return true;
}

static bool port_ok(const char *port)
{
	size_t n = strspn(port, "0123456789");

	return n && n <= 5 && !port[n] && strtol(port, NULL, 10) <= 65535;
}

bool sock_parse(const char *text, struct sock_addr *out)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *info;
	char host[SOCK_TEXT_MAX];
	const char *port;

	if (!split(text, host, &port) || !port_ok(port) ||
	    getaddrinfo(host, port, &hints, &info) != 0)
		return false;
	*out = (struct sock_addr){ .len = info->ai_addrlen };
	memcpy(&out->ss, info->ai_addr, info->ai_addrlen);
	freeaddrinfo(info);
	return true;
}

const char *sock_text(const struct sock_addr *a, char out[SOCK_TEXT_MAX])
{
	if (getnameinfo((const struct sockaddr *)&a->ss, a->len, out,
	                SOCK_TEXT_MAX, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(out, SOCK_TEXT_MAX, "?");
	return out;
}

uint16_t sock_addr_port(const struct sock_addr *a)
{
	if (a->ss.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a->ss)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
}

void sock_set_port(struct sock_addr *a, uint16_t port)
{
	if (a->ss.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
}

bool sock_is_any(const struct sock_addr *a)
{
	if (a->ss.ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(
		    &((const struct sockaddr_in6 *)&a->ss)->sin6_addr);
	return ((const struct sockaddr_in *)&a->ss)->sin_addr.s_addr ==
	       htonl(INADDR_ANY);
}

static bool make_ready(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int sock_bind(const struct sock_addr *a, int type)
{
	int fd = socket(a->ss.ss_family, type, 0);
	int one = 1;
	bool ok;

	if (fd < 0)
		return -1;
	/*
	 * A lesson on a port of its own may be served again while its last
	 * connections linger. A free port is exclusive: Linux would else give
	 * the same one to two sockets that do not listen yet.
	 */
	if (type == SOCK_STREAM && sock_addr_port(a))
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (a->ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	ok = make_ready(fd) &&
	     bind(fd, (const struct sockaddr *)&a->ss, a->len) == 0;
	if (!ok) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

bool sock_listen(int fd)
{
	return listen(fd, BACKLOG) == 0;
}

void sock_local(int fd, struct sock_addr *out)
{
	*out = (struct sock_addr){ .len = sizeof out->ss };
	if (getsockname(fd, (struct sockaddr *)&out->ss, &out->len) != 0)
		out->ss.ss_family = AF_UNSPEC;
}

uint16_t sock_port(int fd)
{
	struct sock_addr a;

	sock_local(fd, &a);
	return sock_addr_port(&a);
}

int sock_accept(int fd, struct sock_addr *peer)
{
	int one = 1;
	int got;

	*peer = (struct sock_addr){ .len = sizeof peer->ss };
	got = accept(fd, (struct sockaddr *)&peer->ss, &peer->len);
	if (got < 0)
		return -1;
	if (!make_ready(got)) {
		close(got);
		return -1;
	}
	/* a lesson's bytes are to be seen when they are sent */
	setsockopt(got, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return got;
}

void sock_reset_on_close(int fd)
{
	const struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}
