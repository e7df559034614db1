/*
 * xalloc: memory that is there, or the program ends.
 *
 * Out of memory is not an event of a dialog: nothing useful can be shown
 * without memory. The program gives the terminal back (the hook below), says
 * one line on stderr and exits with 70 (EX_SOFTWARE). Any thread.
 */
#ifndef UTIL_XALLOC_H
#define UTIL_XALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* n bytes, never NULL; n == 0 gives a block that may be freed. Caller owns. */
void *xmalloc(size_t n);
/* n * size zeroed bytes; ends the program when the product overflows. */
void *xcalloc(size_t n, size_t size);
/* As realloc, for n * size bytes; ends the program on overflow. */
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
/* Copy of s[0..len) with a NUL behind it; s may hold NUL bytes. */
char *xmemdup0(const void *s, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap)
    __attribute__((format(printf, 1, 0)));

/* Called once before the out-of-memory message; must be async-signal-safe. */
void xalloc_on_exit(void (*hook)(void));

#endif
