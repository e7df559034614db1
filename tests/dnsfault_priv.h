/*
 * dnsfault_priv: the inside of dnsfault, for dnsfault.c (the sockets) and
 * dnsfault_make.c (the answers). Nobody else includes this.
 */
#ifndef TESTS_DNSFAULT_PRIV_H
#define TESTS_DNSFAULT_PRIV_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dns.h"
#include "dnsfault.h"

/* How an answer goes out over TCP, when not as it should. */
enum frame {
	FRAME_GOOD,
	FRAME_EMPTY, /* a frame of no octets, and then nothing more */
	FRAME_SHORT, /* promises 65535 octets, sends few, closes */
	FRAME_CLOSE, /* whole, and then closes */
	FRAME_DRIP,  /* one octet at a time, too slowly to be of use */
};

/* One query and the answer in the making. */
struct work {
	const struct dnsfault_config *cfg;
	unsigned serial;  /* queries over UDP and TCP before this one */
	int udp, other;   /* sockets: the server's, and one of another port */
	bool tcp, drop, close, edns, late, is_unsigned;
	enum frame frame;
	struct sockaddr_in from;
	struct dns_msg q;
	struct dns_writer w;
	char label[DNS_LABEL_MAX + 1]; /* the first one of the name */
	uint8_t out[DNS_MESSAGE_MAX];
	uint8_t rdata[DNS_MESSAGE_MAX];
};

/* Makes the answer to query in k->out; false: it is no query. The first
 * fields of k, up to from, are set. */
bool dnsfault_make(struct work *k, const uint8_t *query, size_t len);
/* To whoever asked, when that was over UDP. */
void dnsfault_send(struct work *k, int fd, const void *data, size_t len);
_Noreturn void dnsfault_fail(const char *what);

#endif
