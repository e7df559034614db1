/*
 * buf: a growable run of bytes. Owns its memory; no thread of its own.
 *
 * A zeroed struct is an empty buffer. A NUL stands behind the bytes whenever
 * there were any, so that data may be read as text; buf_str() is safe always.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;  /* owned; NULL while nothing was ever put in */
	size_t len;  /* bytes in use */
	size_t size; /* bytes allocated */
};

void buf_clear(struct buf *b);                 /* frees; b is empty again */
void buf_reset(struct buf *b);                 /* len = 0, keeps the memory */
void buf_reserve(struct buf *b, size_t extra); /* room for extra more bytes */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
void buf_drop(struct buf *b, size_t n);        /* take n bytes off the front */
const char *buf_str(struct buf *b);            /* NUL-terminated; "" if empty */
char *buf_steal(struct buf *b);                /* gives the text away */

#endif
