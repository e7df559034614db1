/*
 * base64: bytes as text (RFC 4648 §4, with padding). Pure.
 */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

void base64_encode(struct buf *out, const void *data, size_t len);
/* Strict: no blanks, no missing padding. Returns false and leaves out as it
 * was when text is not base64. */
bool base64_decode(struct buf *out, const char *text, size_t len);

#endif
