/*
 * mx_table: DNS answers and the route as people know them from host, nslookup
 * and dig: preference, host, addresses, TTL, server, time, flags.
 */
#ifndef REPORT_MX_TABLE_H
#define REPORT_MX_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dialog.h"
#include "report/paper.h"

/* The EV_DNS at index. */
void mx_table_lookup(struct paper *p, const struct dialog *d, size_t index);
/* The EV_ROUTE at index, with what the lookups before it said. */
void mx_table_print(struct paper *p, const struct dialog *d, size_t index);

/* Addresses of a mail exchanger as they should be: the table of the route shows
 * them, a line for each would only hide the others. */
bool mx_table_is_usual(const struct event *dns);
/* The TTL of the record before index that says this host or address, or
 * MX_NO_TTL. what: the last word of its data. */
enum { MX_NO_TTL = -1 };
int64_t mx_table_ttl(const struct dialog *d, size_t before, unsigned type,
                     const char *what);

#endif
