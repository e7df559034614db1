/*
 * print: events on standard output, as annotated text or as JSON lines. main
 * only.
 */
#ifndef PRINT_H
#define PRINT_H

#include <stdbool.h>

#include "core/event.h"

struct print;

/* color, width: of the text; width 0 for 80. */
struct print *print_new(bool json, bool color, int width);
/* False when standard output cannot be written any more: errno. */
bool print_event(struct print *p, const struct event *e);
void print_free(struct print *p);

#endif
