/*
 * domain: names as mail writes them, and the check "sender-domain": can the
 * domain of MAIL FROM exist, and take the bounces? Pure; any thread.
 */
#ifndef CHECK_DOMAIN_H
#define CHECK_DOMAIN_H

#include "check/checks.h"

/* Of an address or a From line: A-labels are made where it needs them. False:
 * it is no name that could be asked for ("", "[192.0.2.1]", "a..b"). */
bool domain_parse(struct dns_name *out, const char *text);
/* The name below suffix, "_dmarc" or "sel._domainkey": presentation form.
 * False: it is none, or would be longer than a name can be. */
bool domain_below(struct dns_name *out, const char *labels,
                  const struct dns_name *suffix);
/* The end that makes it a name that is never in the public DNS: one for
 * examples, tests and home networks. NULL: none. */
const char *domain_reserved(const struct dns_name *n);

/* Row of checks.c. */
size_t sender_domain_count(const struct check_query *q);
void sender_domain_check(struct check *c, const struct facts *f,
                         const struct check_query *q, size_t i);

#endif
