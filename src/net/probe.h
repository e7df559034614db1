/*
 * probe: does a port take connections? One TCP connection, closed as soon as
 * it is there; not a byte is sent. The worker's thread only.
 */
#ifndef NET_PROBE_H
#define NET_PROBE_H

#include "net/conn.h"

struct probe;

struct probe_end {
	bool up;
	enum fail_kind kind; /* when it is not up */
	uint32_t us;         /* that it took */
};

/* over: once, from the loop; may free the probe. to: as for conn_open(). */
struct probe *probe_new(struct loop *l, const struct conn_to *to,
                        uint32_t limit_ms,
                        void (*over)(void *arg, struct probe_end end),
                        void *arg);
void probe_free(struct probe *p); /* NULL is fine */

#endif
