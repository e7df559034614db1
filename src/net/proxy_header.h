/*
 * proxy_header: the header of the PROXY protocol, which tells a server behind
 * a balancer who connects to whom (HAProxy's proxy-protocol.txt: §2.1 the line
 * of version 1, §2.2 the block of version 2). Pure.
 */
#ifndef NET_PROXY_HEADER_H
#define NET_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROXY_HEADER_MAX = 107, /* §2.1, CRLF included; version 2: 16 + 36 */
	PROXY_SHOWN_MAX = 160,
};

struct proxy_header {
	uint8_t data[PROXY_HEADER_MAX];
	size_t len;
	char shown[PROXY_SHOWN_MAX]; /* the line, or what the block says */
};

/* One end of the connection. */
struct proxy_end {
	const char *said;    /* "ADDR", "ADDR:PORT", "[ADDR]:PORT"; NULL: the
	                      * real one; without a port the real one's */
	const char *address; /* the real one, numeric; "" none */
	uint16_t port;
};

/* version: 1 or 2. Where an end has no address, the header says so (UNKNOWN,
 * LOCAL). An IPv4 address beside an IPv6 one is written as ::ffff:ADDR. False:
 * what is said is no address. */
bool proxy_header_make(struct proxy_header *h, int version,
                       const struct proxy_end *from,
                       const struct proxy_end *to);

#endif
