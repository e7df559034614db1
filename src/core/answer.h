/*
 * answer: what one lookup brought, over all its messages; and the store of
 * such facts that pure evaluators read. Pure; one thread at a time.
 *
 * A lookup asks for (name, type) and follows CNAME and DNAME from record to
 * record, and from message to message when an answer ends in a name that it
 * does not hold (RFC 1034 §3.6.2, RFC 6672), at most DNS_CHAIN_MAX times.
 */
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dns.h"
#include "core/event.h"

enum { DNS_CHAIN_MAX = 10 }; /* aliases of one lookup; Postfix: the same */

struct dns_answer {
	unsigned refs;   /* beside the first one: answer_ref() */
	struct dns_name name; /* asked for, lower case */
	uint16_t type;
	enum dns_status status;
	bool ad;         /* every message authenticated by a trusted resolver */
	bool ad_claimed; /* ... by whoever answered */
	bool no_soa;     /* negative, without SOA: RFC 2308 §5 is broken */
	uint32_t ttl;    /* least TTL of the chain and the records; negative
	                  * answers: how long they hold (RFC 2308 §5) */
	struct dns_name *chain; /* n_chain names after name; the last is where
	                         * the records are */
	size_t n_chain;
	struct dns_msg msg;     /* the last message; wire is its memory */
	uint8_t *wire;
	size_t *rr;             /* n indexes into msg.rr: the records asked for,
	                         * in the order of the answer */
	size_t n;               /* > 0 only for DNS_NOERROR, DNS_MALFORMED */
	unsigned messages;      /* folded in that were no failures */
	bool bogus;  /* DNS_SERVFAIL, but whoever does not want signatures
	              * checked (CD) gets an answer: RFC 4035 §5.5 */
	struct {     /* DNS_TIMEOUT: how much silence that was */
		unsigned queries, servers;
		uint32_t ms;
	} silence;
};

/* A new answer, nothing folded in: status DNS_CANCELLED. Caller owns. */
struct dns_answer *answer_new(const struct dns_name *name, uint16_t type);
/* Another reference to a, which nobody changes any more; each is freed. */
struct dns_answer *answer_ref(struct dns_answer *a);
void answer_free(struct dns_answer *a); /* NULL is fine */

/*
 * Folds the next message in: wire (len octets, copied) answers a query for
 * answer_end(a). trusted: the AD bit of this server counts.
 * Returns true when the lookup goes on: ask again for answer_end(a).
 * Otherwise a->status is final, unless it is a failure and another server is
 * asked the same: then fold that answer in too.
 */
bool answer_fold(struct dns_answer *a, const uint8_t *wire, size_t len,
                 bool trusted);
/* Ends the lookup without a message: DNS_TIMEOUT, DNS_UNREACHABLE ... */
void answer_fail(struct dns_answer *a, enum dns_status status);
/* The name at the end of the chain: where the records are or should be. */
const struct dns_name *answer_end(const struct dns_answer *a);
/* Record i (i < a->n) and its message. */
const struct dns_rr *answer_rr(const struct dns_answer *a, size_t i);
/* No verdict: ask again later (SERVFAIL, timeout ...). Not a loop. */
bool dns_status_is_temp(enum dns_status s);
/* Does wire answer a query for (name, type)? RFC 5452 §9.1, id apart. */
bool answer_fits(const uint8_t *wire, size_t len, const struct dns_name *name,
                 uint16_t type);

/* ---- one exchange with one server: what an EV_DNS event says ---- */

struct dns_exchange {
	const struct dns_name *name;
	uint16_t type;
	const char *server;     /* "192.0.2.53:53", "[::1]:5353" */
	uint32_t us;            /* from sending to the answer or giving up */
	enum dns_status status; /* DNS_NOERROR: or an alias leads on */
	bool tcp;
	bool cached;            /* it was made for another target, and its TTL
	                         * lasts; us is 0 */
	bool no_edns;           /* asked without OPT, after a timeout */
	bool cd;                /* asked once more after SERVFAIL, now without
	                         * a check of signatures (RFC 4035 §3.2.2) */
	const char *bogus;      /* with cd: there is an answer. What the
	                         * SERVFAIL said of it, "" nothing; else NULL */
	unsigned strays;        /* datagrams that were no answer to this */
	const uint8_t *wire;    /* the answer, NULL none */
	size_t len;
};
/* The Extended DNS Error of m, appended: "6 DNSSEC Bogus: signature missing";
 * nothing when there is none. */
void answer_ext(const struct dns_msg *m, struct buf *out);
/* Begins and fills an EV_DNS in b. The name is without its last dot; owners
 * and data of the records have it. ext: the Extended DNS Error, "" none. */
void exchange_event(struct event_builder *b, const struct dns_exchange *x);

/* ---- facts ---- */

struct facts; /* answers by (name, type) */

struct facts *facts_new(void);
void facts_free(struct facts *f); /* NULL is fine */
/* Gives a away; replaces an older answer to the same question. */
void facts_add(struct facts *f, struct dns_answer *a);
/* NULL: not looked up yet. */
const struct dns_answer *facts_find(const struct facts *f,
                                    const struct dns_name *name,
                                    uint16_t type);
size_t facts_count(const struct facts *f);

#endif
