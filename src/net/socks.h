/*
 * socks: the client's side of a SOCKS5 handshake (RFC 1928), without login: a
 * machine that says which bytes to send and how many to read, no more, so that
 * nothing of what comes behind it is ever taken. Pure.
 *
 * The proxy is asked for an address, never for a name: names have been looked
 * up before, as a mail server does it, and the way there is shown.
 */
#ifndef NET_SOCKS_H
#define NET_SOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

enum {
	SOCKS_SEND_MAX = 22,  /* CONNECT to an IPv6 address, §4 */
	SOCKS_READ_MAX = 262, /* a reply with a name of 255 octets, §6 */
};

enum socks_state { SOCKS_METHOD, SOCKS_REPLY, SOCKS_DONE, SOCKS_FAILED };

struct socks {
	enum socks_state state;
	uint8_t send[SOCKS_SEND_MAX];
	size_t send_len;  /* to be sent now; the sender sets it to 0 */
	uint8_t request[SOCKS_SEND_MAX];
	size_t request_len;
	uint8_t got[SOCKS_READ_MAX];
	size_t got_len, need; /* socks_wants() is the difference */
	enum fail_kind kind;  /* SOCKS_FAILED */
	const char *why;      /* SOCKS_FAILED: English msgid, a half sentence */
};

/* address: numeric, IPv4 or IPv6; anything else fails at once. */
void socks_begin(struct socks *s, const char *address, uint16_t port);
/* How many bytes to read at most; 0 once it is done or failed. */
size_t socks_wants(const struct socks *s);
/* data: len bytes, at most socks_wants(). */
void socks_take(struct socks *s, const uint8_t *data, size_t len);

#endif
