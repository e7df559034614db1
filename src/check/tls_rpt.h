/*
 * tls_rpt: where a domain wants reports of failed TLS (RFC 8460 §3). Pure; any
 * thread.
 */
#ifndef CHECK_TLS_RPT_H
#define CHECK_TLS_RPT_H

#include "check/checks.h"

size_t tls_rpt_count(const struct check_query *q);
void tls_rpt_check(struct check *c, const struct facts *f,
                   const struct check_query *q, size_t i);

#endif
