/*
 * join: a student's side of a classroom (design §7, --join). Every host has
 * the address of the teacher's machine there, and its real port stands in one
 * TXT record at its name:
 *
 *     "smtpscope-port=40123"               the port that stands for 25
 *     "smtpscope-port=40123 587=40124"     and those for others
 *
 * The loop's thread only.
 */
#ifndef NET_JOIN_H
#define NET_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "net/resolve.h"

struct join;

struct join_calls {
	void (*exchange)(void *arg, const struct dns_exchange *x);
	/* Once; port 0: the host has none. May call join_free(). */
	void (*done)(void *arg, uint16_t port);
	void *arg;
};

/* Looks up what port of host really is. Never calls back at once. NULL: host
 * is no name that can be asked for. */
struct join *join_start(struct resolver *r, const char *host, uint16_t port,
                        const struct join_calls *calls);
void join_free(struct join *j); /* also cancels; NULL is fine */

/* What txt (len bytes, as above) says about port; 0: nothing. */
uint16_t join_port(const char *txt, size_t len, uint16_t port);

#endif
