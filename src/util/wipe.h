/*
 * wipe: memory that held a secret is emptied before it is given back. The
 * compiler cannot leave it out. Any thread.
 */
#ifndef UTIL_WIPE_H
#define UTIL_WIPE_H

#include <stddef.h>

#include "util/buf.h"

void wipe(void *p, size_t len);
void wipe_free(char *s);        /* NUL-terminated text; NULL is fine */
void wipe_buf(struct buf *b);   /* all that was allocated; b is empty again */

#endif
