/*
 * resolve_priv: the inside of the resolver, for resolver.c (its life, its
 * servers), resolve_lookup.c (one lookup from server to server) and
 * resolve_queue.c (whose turn it is, and who asks the same). Nobody else
 * includes this.
 */
#ifndef NET_RESOLVE_PRIV_H
#define NET_RESOLVE_PRIV_H

#include <sys/stat.h>

#include "net/resolve.h"
#include "net/resolve_channel.h"
#include "net/share.h"

struct server {
	struct server_address address;
	char text[RESOLVE_SERVER_TEXT];
	bool trusted;         /* its AD bit counts (RFC 6698 appendix A.3) */
	struct channel **idle; /* n_idle channels that may be used again */
	size_t n_idle, size_idle;
};

struct line { /* lookups, first come first */
	struct lookup *first, *last;
};

struct resolver {
	struct loop *loop;
	struct server servers[RESOLVE_SERVERS_MAX];
	size_t n_servers;
	bool guesses;                 /* resolver_guesses() */
	char *conf;                   /* resolv.conf; NULL: servers named */
	struct stat conf_was;         /* all zero: it was not there */
	uint32_t try_ms, total_ms;
	size_t max, in_flight;
	struct lookup *all;           /* every one, wherever it is */
	struct line waiting;          /* until fewer are in flight */
	struct line served;           /* others have asked the same */
	struct loop_timer *kick;      /* for both */
	struct share *share;          /* NULL: each is asked by itself */
	size_t serving;               /* callbacks that are on the stack */
	uint16_t ids[100];            /* n_ids random numbers not used yet */
	size_t n_ids;
};

struct lookup {
	struct resolver *r;
	struct lookup *next, **link;  /* in r->all */
	struct lookup *later;         /* in its line */
	struct line *line;            /* NULL: running */
	struct share_entry *entry;    /* running: others may join it */
	struct line *joined;          /* then: those who did; on the heap */
	struct resolve_calls calls;
	struct dns_answer *a;
	struct channel *channel;      /* of the query under way */
	struct loop_timer *timer;     /* its deadline */
	struct dns_name asked;
	size_t round, server;         /* of the query under way */
	uint32_t out_of_it;           /* bit per server: has answered badly */
	enum dns_status worst;        /* the most telling failure so far */
	size_t failed;                /* server that said SERVFAIL first */
	bool cd;                      /* the query under way has CD */
	unsigned queries;
	int64_t began_us, sent_us, end_us;
};

/* ---- resolve_lookup.c ---- */

void lookup_start(struct lookup *l); /* its first query goes out */
/* Out of every list, without a word. */
void lookup_free(struct lookup *l);

/* ---- resolve_queue.c ---- */

void line_add(struct line *line, struct lookup *l);
void line_remove(struct lookup *l);
/* Something may be started or served: from the loop. */
void lookups_kick(struct resolver *r);
void lookups_run(void *arg); /* arg: the resolver; what the kick does */
/* l->a is the answer: done() for l and all who joined it; l is gone. */
void lookup_finish(struct lookup *l);
/* l is given up: whoever joined it asks by himself. */
void lookup_part(struct lookup *l);

#endif
