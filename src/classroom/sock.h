/*
 * sock: the few calls on sockets that the classroom's servers share.
 * Every descriptor is non-blocking and closed on exec. Any thread.
 */
#ifndef CLASSROOM_SOCK_H
#define CLASSROOM_SOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { SOCK_TEXT_MAX = 64 }; /* an IPv6 address with its scope, and NUL */

struct sock_addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

/*
 * "127.0.0.1", "0.0.0.0:5353", "::1", "[::1]:53": numeric only, a listener is
 * no place for a lookup. Port 0 where none is given. False: none of these.
 */
bool sock_parse(const char *text, struct sock_addr *out);
/* Numeric text without the port; returns out. */
const char *sock_text(const struct sock_addr *a, char out[SOCK_TEXT_MAX]);
uint16_t sock_addr_port(const struct sock_addr *a);
void sock_set_port(struct sock_addr *a, uint16_t port);
bool sock_is_any(const struct sock_addr *a); /* 0.0.0.0 or :: */

/* A socket of type SOCK_STREAM or SOCK_DGRAM bound to a; -1 with errno
 * (EADDRINUSE, EADDRNOTAVAIL, EACCES, EMFILE). Close it. */
int sock_bind(const struct sock_addr *a, int type);
bool sock_listen(int fd);
uint16_t sock_port(int fd);                       /* it is bound to */
void sock_local(int fd, struct sock_addr *out);   /* our end */
/* The next waiting connection, -1 when there is none (or no descriptor). */
int sock_accept(int fd, struct sock_addr *peer);
/* Closing it resets the connection (RST) and drops what was not sent. */
void sock_reset_on_close(int fd);

#endif
