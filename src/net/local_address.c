#include "config.h"

#include "net/local_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOME_PORT = 25 }; /* a route could depend on it */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Its size; 0: text is no address. */
static socklen_t parse(const char *text, uint16_t port, union address *out)
{
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		return sizeof out->v4;
	}
	if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		return sizeof out->v6;
	}
	return 0;
}

static bool bind_to(int fd, const char *source, sa_family_t family)
{
	union address from;
	socklen_t len = parse(source, 0, &from);

	return len == 0 || from.any.sa_family != family ||
	       bind(fd, &from.any, len) == 0;
}

static bool name_of(int fd, char out[LOCAL_ADDRESS_MAX])
{
	union address own;
	socklen_t len = sizeof own;

	if (getsockname(fd, &own.any, &len) < 0)
		return false;
	return inet_ntop(own.any.sa_family, own.any.sa_family == AF_INET
	                 ? (void *)&own.v4.sin_addr
	                 : (void *)&own.v6.sin6_addr, out,
	                 LOCAL_ADDRESS_MAX) != NULL;
}

bool local_address(const char *towards, const char *source,
                   char out[LOCAL_ADDRESS_MAX])
{
	union address to;
	socklen_t len = parse(towards, SOME_PORT, &to);
	bool ok;
	int fd;

	if (len == 0)
		return false;
	fd = socket(to.any.sa_family, SOCK_DGRAM, 0);
	if (fd < 0)
		return false;
	ok = (!source || bind_to(fd, source, to.any.sa_family)) &&
	     connect(fd, &to.any, len) == 0 && name_of(fd, out);
	close(fd);
	return ok;
}
