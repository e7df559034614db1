#include "config.h"

#include "blackhole.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void black_hole_open(struct black_hole *h)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	h->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(h->listener, (struct sockaddr *)&a, len) != 0 ||
	    listen(h->listener, 0) != 0)
		abort();
	getsockname(h->listener, (struct sockaddr *)&a, &len);
	h->port = ntohs(a.sin_port);
	for (size_t i = 0; i < 4; i++) {
		h->filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(h->filler[i], (struct sockaddr *)&a, len);
	}
}

void black_hole_close(struct black_hole *h)
{
	for (size_t i = 0; i < 4; i++)
		close(h->filler[i]);
	close(h->listener);
}
