/*
 * waypeer: the other end of a transport, for tests: first what its steps say
 * (a SOCKS5 proxy, the reader of a PROXY header), then a mail server that
 * says yes to everything. One thread; connections are served one after the
 * other. Everything that came is kept.
 */
#ifndef TESTS_WAYPEER_H
#define TESTS_WAYPEER_H

#include <stddef.h>
#include <stdint.h>

enum step_of_way {
	WAY_SMTP,   /* the mail server, until the client goes */
	WAY_READ,   /* len bytes */
	WAY_SAY,    /* len bytes of data */
	WAY_DRIP,   /* the same, one byte every 20 ms */
	WAY_CLOSE,
	WAY_SILENT, /* until the client goes */
	WAY_URGENT, /* a byte out of band (RFC 9293 §3.8.5) */
	WAY_421,    /* a 421, then the end */
};

struct way_step {
	enum step_of_way kind;
	size_t len;
	const char *data;
};

struct waypeer;

/* Listeners, for waypeer_start(). backlog of any size. */
int way_listen_tcp(const char *address, uint16_t port, int backlog);
int way_listen_unix(const char *path, int backlog);
uint16_t way_port(int fd);

/* steps: borrowed, end in WAY_SMTP, WAY_CLOSE, WAY_SILENT or WAY_421.
 * listener: taken. */
struct waypeer *waypeer_start(int listener, const struct way_step *steps);
void waypeer_stop(struct waypeer *w);
unsigned waypeer_served(struct waypeer *w);
/* All that came, len bytes; heap. */
char *waypeer_heard(struct waypeer *w, size_t *len);

#endif
