/*
 * dnsd: the classroom's DNS server: UDP and TCP sockets around authority.h.
 * Runs on a loop; all calls are from that loop's thread.
 */
#ifndef CLASSROOM_DNSD_H
#define CLASSROOM_DNSD_H

#include <stddef.h>

#include "classroom/authority.h"
#include "io/loop.h"

enum {
	DNSD_CONNS_MAX = 64,       /* TCP connections at once; more wait */
	DNSD_QUERY_MAX = 4096,     /* of one TCP query; longer: closed */
	DNSD_IDLE_MS = 10000,      /* of a TCP connection, RFC 7766 §6.2.3 */
};

struct dnsd;

/*
 * d: borrowed. udp: n_udp bound sockets, each on one address of this machine;
 * tcp: a listening one. The sockets are borrowed, and closed by their owner
 * after dnsd_free().
 */
struct dnsd *dnsd_new(struct loop *l, const struct authority_data *d,
                      const int *udp, size_t n_udp, int tcp);
void dnsd_free(struct dnsd *s); /* NULL is fine */

#endif
