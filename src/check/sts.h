/*
 * sts: MTA-STS (RFC 8461): the record of a domain, its policy, and whether the
 * policy names each of its MX. Pure; any thread.
 *
 * The policy itself comes over HTTPS: with the record and the addresses of the
 * policy host known, needs_policy is set until query->policy is done.
 */
#ifndef CHECK_STS_H
#define CHECK_STS_H

#include "check/checks.h"
#include "check/ip.h"

enum { STS_ADDRESSES_MAX = 16 }; /* of one policy host that are tried */

size_t sts_count(const struct check_query *q);
void sts_check(struct check *c, const struct facts *f,
               const struct check_query *q, size_t i);

/* "mta-sts." and domain (RFC 8461 §3.2). False: too long for a name. */
bool sts_host(struct dns_name *out, const char *domain);
/* Numeric addresses of the policy host as far as the facts know them, IPv6
 * first; returns how many. out: STS_ADDRESSES_MAX of them. */
size_t sts_addresses(const struct facts *f, const char *domain,
                     char out[][IP_TEXT_MAX]);

#endif
