/*
 * myip: asks an outside service by DNS which address it sees (--ask-myip):
 * such a service answers a question of its own with the address of whoever
 * sent it, so the question goes straight to its server and not through a
 * resolver. Never done unless the user asked for it. The loop's thread only.
 */
#ifndef NET_MYIP_H
#define NET_MYIP_H

#include <stdint.h>

#include "core/answer.h"
#include "io/loop.h"
#include "net/resolve.h"

enum {
	MYIP_TOTAL_MS = 4000, /* for one service; the next one is asked then */
};

struct myip_service {
	const char *server;   /* host name; NULL: the end of the table */
	uint16_t port;        /* 0: 53 */
	const char *name;     /* the question, without its last dot */
	bool txt;             /* its answer is a TXT record, else an address */
};

struct myip;

struct myip_calls {
	/* Every exchange with a DNS server; borrowed. */
	void (*exchange)(void *arg, const struct dns_exchange *x);
	/* address: numeric; where: who said so. Once for each family. */
	void (*seen)(void *arg, const char *address, const char *where);
	void (*done)(void *arg); /* once, at the end; may call myip_free() */
	void *arg;
};

/*
 * resolver: for the names of the servers; borrowed until myip_free().
 * services: the table, in the order in which they are asked until one answers;
 * NULL: the one built in. family: 0 both, 4, 6. Callbacks run from the loop.
 */
struct myip *myip_start(struct loop *l, struct resolver *resolver,
                        const struct myip_service *services, int family,
                        const struct myip_calls *calls);
void myip_free(struct myip *m); /* cancels, too; NULL is fine */

#endif
