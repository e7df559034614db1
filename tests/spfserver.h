/*
 * spfserver: a DNS server on 127.0.0.1, UDP and TCP, that answers from an
 * spfmap, on the loop of whoever asks it.
 */
#ifndef TESTS_SPFSERVER_H
#define TESTS_SPFSERVER_H

#include "io/loop.h"
#include "spfmap.h"

enum {
	SPFSERVER_UDP = 100, /* octets more than the query; longer answers go
	                      * over TCP, so that some of the suite do */
};

struct spfserver;

/* Ends the program when it cannot start. */
struct spfserver *spfserver_start(struct loop *l);
/* What it answers from; borrowed. */
void spfserver_use(struct spfserver *s, const struct spfmap *m);
const char *spfserver_text(const struct spfserver *s); /* "127.0.0.1:4012" */
unsigned spfserver_queries(const struct spfserver *s, bool tcp);
void spfserver_stop(struct spfserver *s);

#endif
