/*
 * receiver: checks of the side that takes the mail: its MX records, the names
 * of their addresses, DNSSEC, DANE. Pure; any thread.
 *
 * All go by query->route, which was found with the same facts; without a route
 * there is nothing to check.
 */
#ifndef CHECK_RECEIVER_H
#define CHECK_RECEIVER_H

#include "check/checks.h"

enum {
	PTR_ADDRESSES_MAX = 32, /* of all MX, whose names are asked for */
	PTR_NAMES_MAX = 10,     /* of one address; RFC 7208 §4.6.4 has the same
	                         * limit */
};

/* MX records: their kind, and what core/route found odd in them. Result: the
 * kind of route. */
size_t receiver_mx_count(const struct check_query *q);
void receiver_mx_check(struct check *c, const struct facts *f,
              const struct check_query *q, size_t i);
/* PTR of each MX address, and back. */
size_t receiver_ptr_count(const struct check_query *q);
void receiver_ptr_check(struct check *c, const struct facts *f,
                  const struct check_query *q, size_t i);
/* Are the MX and their addresses verified? Result: "secure", "insecure",
 * "bogus" (RFC 4033 §5). */
size_t receiver_dnssec_count(const struct check_query *q);
void receiver_dnssec_check(struct check *c, const struct facts *f,
                  const struct check_query *q, size_t i);
/* TLSA records of usable host i of the route. Result: "usable", "unusable",
 * "none", "insecure", "failed". */
size_t receiver_dane_count(const struct check_query *q);
void receiver_dane_check(struct check *c, const struct facts *f,
                const struct check_query *q, size_t i);

/* ---- for receiver_*.c ---- */

/* The usable hosts of the route by number, NULL past the end. */
const struct route_host *receiver_host(const struct check_query *q, size_t i);
/* A and AAAA of a host; false: noted as needed. */
bool receiver_addresses(struct check *c, const struct facts *f,
                        const char *host, const struct dns_answer *out[2]);
/* The first address lookup of an MX host, usable or not, that failed: what is
 * said of all hosts is not known then. NULL: none did. */
const struct dns_answer *receiver_failed(const struct facts *f,
                                         const struct check_query *q);

#endif
