#include "config.h"

#include "util/wipe.h"

#include <stdlib.h>
#include <string.h>

/* Through a volatile pointer: what it calls cannot be known to be idle. */
static void *(*const volatile fill)(void *, int, size_t) = memset;

void wipe(void *p, size_t len)
{
	if (len)
		fill(p, 0, len);
}

void wipe_free(char *s)
{
	if (!s)
		return;
	wipe(s, strlen(s));
	free(s);
}

void wipe_buf(struct buf *b)
{
	wipe(b->data, b->size);
	buf_clear(b);
}
