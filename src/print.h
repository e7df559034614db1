/*
 * print: events on standard output in one of its forms (annotated text, JSON
 * lines, as swaks shows them, a ticket, a line a target), behind the mask, and
 * in the reports beside it. main only.
 */
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>

#include "core/event.h"
#include "front.h"

struct print;

struct print *print_new(const struct front_look *look);
/* From now on JSON lines leave at print_flush(), many at a time. */
void print_hold(struct print *p);
bool print_flush(struct print *p); /* false: errno */
/* False when standard output cannot be written any more: errno. */
bool print_event(struct print *p, const struct event *e);
/* For a text beside the events (the sum of many targets); NULL without --mask.
 * Borrowed. */
struct mask *print_mask(struct print *p);
/* At the end: writes the reports, says what went wrong with them. Returns exit,
 * or what it becomes when one could not be written. */
int print_reports(struct print *p, int exit);
void print_free(struct print *p);

#endif
