/*
 * spf: may this address send mail in the name of this domain? check_host() of
 * RFC 7208 over facts (check.h says how a check is run), and the checks
 * "spf-mail" and "spf-helo" that it makes. Pure; any thread.
 *
 * Limits (§4.6.4), each over the whole evaluation unless said otherwise:
 *
 *   - terms that look something up: include, a, mx, ptr, exists, redirect. The
 *     eleventh is a permerror. What a term needs beyond its own lookup, %{p}
 *     and exp= do not count.
 *   - of an mx more than 10 names are a permerror; of a ptr or %{p} the names
 *     after the tenth are not used
 *   - void lookups: a term counts once, when its own lookup finds nothing. The
 *     third is a permerror.
 *   - time is not known here: a lookup that timed out is a temperror
 *
 * What is looked up in advance, so that there are few rounds, does not count.
 */
#ifndef CHECK_SPF_H
#define CHECK_SPF_H

#include "check/checks.h"

enum {
	SPF_LOOKUPS_MAX = 10, /* RFC 7208 §4.6.4, as the next two */
	SPF_VOIDS_MAX = 2,
	SPF_NAMES_MAX = 10,   /* of one mx, ptr, %{p} */
	SPF_EXPLANATION_MAX = 1000, /* octets shown; RFC 7208 §6.2 lets us cut;
	                       * two SMTP reply lines (RFC 5321 §4.5.3.1.5) */
};

/* Rows of checks.c. The results are the words of RFC 7208 §2.6; "" when the
 * address is not known or a name cannot be asked (DNS_BADNAME). */
size_t spf_count_mail(const struct check_query *q);
size_t spf_count_helo(const struct check_query *q);
void spf_check_mail(struct check *c, const struct facts *f,
                    const struct check_query *q, size_t i);
void spf_check_helo(struct check *c, const struct facts *f,
                    const struct check_query *q, size_t i);

#endif
