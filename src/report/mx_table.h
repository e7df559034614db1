/*
 * mx_table: DNS answers and the route as people know them from host, nslookup
 * and dig: preference, host, addresses, TTL, server, time, flags.
 */
#ifndef REPORT_MX_TABLE_H
#define REPORT_MX_TABLE_H

#include "core/dialog.h"
#include "report/paper.h"

/* The EV_DNS at index. */
void mx_table_lookup(struct paper *p, const struct dialog *d, size_t index);
/* The EV_ROUTE at index, with what the lookups before it said. */
void mx_table_print(struct paper *p, const struct dialog *d, size_t index);

#endif
