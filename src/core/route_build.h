/*
 * route_build: how core/route notes its findings. For route*.c only.
 */
#ifndef CORE_ROUTE_BUILD_H
#define CORE_ROUTE_BUILD_H

#include "core/route.h"

/* Adds a finding with the arguments up to the first NULL (copied). One that
 * is there with the same id and first argument is not added again. */
void route_find_out(struct route *r, const char *id, const char *arg1,
                    const char *arg2, const char *arg3);
void route_find_number(struct route *r, const char *id, const char *arg1,
                       size_t number);
/* What a lookup of name has come to that its status does not say. */
void route_note_answer(struct route *r, const struct dns_name *name,
                       const struct dns_answer *a);

#endif
