/*
 * authority: what the classroom's DNS server says to one query. Pure: a message
 * in, a message out, no socket. Any thread.
 *
 * It is authoritative for every name there is: what the lesson's zone does
 * not hold does not exist (NXDOMAIN or NODATA, with the zone's SOA or one of
 * the root's, RFC 2308 §3).
 *
 * For others (--serve) the lesson's own addresses are of no use: an address
 * query is answered with the address that the query came in on, and a host's
 * real port stands in one TXT record at its name, which --join reads:
 *
 *     "smtpscope-port=40123"                the port that stands for 25
 *     "smtpscope-port=40123 587=40124"      and those for others
 */
#ifndef CLASSROOM_AUTHORITY_H
#define CLASSROOM_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classroom/lesson.h"
#include "classroom/sock.h"

enum {
	AUTHORITY_TTL = 60,      /* of what is made up here, seconds */
	AUTHORITY_CHAIN_MAX = 16, /* CNAMEs followed in one answer */
};

/* What --serve adds for one host name of the zone. */
struct authority_port {
	struct dns_name host;
	char *txt; /* "smtpscope-port=..."; owned by whoever made the list */
};

struct authority_data {
	const struct lesson *lesson;
	bool serve;                      /* the two changes above */
	const struct authority_port *ports; /* n_ports, serve only */
	size_t n_ports;
};

/* A query as it came in. All borrowed. */
struct authority_query {
	const uint8_t *data;
	size_t len;
	bool tcp;
	const struct sock_addr *local; /* where it came in; serve only */
};

/*
 * size: of out, at least 512; on UDP the answer keeps to what the query's OPT
 * allows (RFC 6891 §6.2.5) and sets TC when it is longer.
 * Returns the length of the answer, 0 for none (no query, or a silent name).
 */
size_t authority_answer(const struct authority_data *d,
                        const struct authority_query *query, uint8_t *out,
                        size_t size);

#endif
