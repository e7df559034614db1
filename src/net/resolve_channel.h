/*
 * resolve_channel: one c-ares channel with at most one query in flight; the
 * part of the resolver that knows c-ares (resolve.c). The loop's thread only.
 *
 * c-ares opens the sockets through us, so that the octets of an answer are
 * kept as they came: 1.34 gives its callback a re-encoded message, and nothing
 * at all for a malformed one. What is not an answer to the query under way
 * (too short, another id, another question) is dropped before c-ares sees it,
 * and counted.
 */
#ifndef NET_RESOLVE_CHANNEL_H
#define NET_RESOLVE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/answer.h"
#include "io/loop.h"
#include "net/resolve.h"

struct server_address {
	int family;       /* AF_INET, AF_INET6 */
	uint8_t addr[16]; /* 4 or 16 octets */
	uint16_t port;
};
/* Text as resolve_server() takes it, and back. */
bool server_parse(const char *text, struct server_address *out);
void server_text(const struct server_address *s, char out[RESOLVE_SERVER_TEXT]);
bool server_is_loopback(const struct server_address *s);
/* resolv_conf: NULL the system's file. Returns how many there are (<= max);
 * 0: c-ares failed. */
size_t server_system(const char *resolv_conf, struct server_address *out,
                     size_t max);
/* Does resolv.conf say "options trust-ad" (resolv.conf(5))? */
bool server_conf_trusts(const char *resolv_conf);
/* Does it name a server at all? */
bool server_conf_names(const char *resolv_conf);

struct channel;

/* edns: the queries will have an OPT. NULL: c-ares failed. */
struct channel *channel_new(struct loop *l, const struct server_address *s,
                            bool edns);
/* Never from inside a callback of c-ares; ready() below is none. */
void channel_free(struct channel *c); /* NULL is fine */

/*
 * Sends query (len octets, copied by c-ares). ready() runs from the loop when
 * channel_answer() has something; it may free the channel.
 * Returns false when the query has already failed: call channel_answer(),
 * ready() will not run.
 */
bool channel_send(struct channel *c, const uint8_t *query, size_t len,
                  void (*ready)(void *arg), void *arg);

struct channel_answer {
	enum dns_status status; /* DNS_NOERROR: there is a wire, judge it */
	const uint8_t *wire;    /* as received, or NULL; borrowed from c */
	size_t len;
	bool tcp;
	unsigned strays; /* datagrams that were dropped meanwhile; what comes
	                  * from another address or port the kernel drops */
};
/* After ready(), or at any time to see what came so far (DNS_TIMEOUT). */
void channel_answer(const struct channel *c, struct channel_answer *out);
/* True when it may carry another query: the last answer came over UDP in good
 * order, and not the third one (design §3). */
bool channel_reusable(const struct channel *c);

#endif
