/*
 * free_ports N: prints N ports of 127.0.0.1 that nobody holds now, neither for
 * UDP nor for TCP. All are held until all are found, so that they differ.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORTS_MAX = 16, TRIES = 100 };

static int bound(int type, uint16_t port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, type, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* 0: try again */
static uint16_t find_port(void)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;
	int fd = bound(SOCK_STREAM, 0);

	if (fd < 0 || getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return 0;
	return bound(SOCK_DGRAM, ntohs(a.sin_port)) < 0 ? 0 :
	       ntohs(a.sin_port);
}

int main(int argc, char **argv)
{
	long want = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	if (want < 1 || want > PORTS_MAX)
		return 64;
	for (long i = 0, tries = 0; i < want && tries < TRIES; tries++) {
		uint16_t port = find_port();

		if (port)
			printf("%s%u", i++ ? " " : "", port);
		if (i == want) {
			putchar('\n');
			return 0;
		}
	}
	return 1;
}
