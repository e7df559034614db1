/*
 * swaks: the dialog with the marks of swaks (Debian's 20201014), so that it
 * can be put into a thread whose readers know them:
 *
 *     ===  what the client does       ***  what went wrong for it
 *      ->  sent     ~>  inside TLS
 *     <-   reply   <~   inside TLS    <**  <~*  not the reply hoped for
 *
 * Explanations, findings and verdicts have no place in it; a verdict that came
 * without any connection is told behind ***. One thread.
 */
#ifndef REPORT_SWAKS_H
#define REPORT_SWAKS_H

#include <stdbool.h>
#include <stdio.h>

#include "core/event.h"

struct swaks;

struct swaks *swaks_new(FILE *out); /* borrowed */
void swaks_free(struct swaks *s);   /* NULL is fine */
/* Prints what e (borrowed) adds; flushed. False: it could not be written:
 * errno. */
bool swaks_event(struct swaks *s, const struct event *e);

/* "CN=mx, O=Example" (RFC 4514, most special first) as OpenSSL's one line:
 * "/O=Example/CN=mx". Heap. For tests. */
char *swaks_dn(const char *subject);
/* Key bits of a cipher by its name, 0: unknown. For tests. */
int swaks_bits(const char *cipher);

#endif
