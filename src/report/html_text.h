/*
 * html_text: text as HTML. Nothing else of html writes what it did not make.
 * Pure; any thread.
 */
#ifndef REPORT_HTML_TEXT_H
#define REPORT_HTML_TEXT_H

#include <stddef.h>

#include "core/event.h"
#include "util/buf.h"

/* A sentence of ours; & < > " ' ` are escaped (reliability E01). */
void html_text(struct buf *out, const char *text);
void html_textf(struct buf *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Bytes from outside in a <bdi> of their own, tokens of the escaper in <i>.
 * What a reader sees, or copies, is escape_text() of them. */
void html_bytes(struct buf *out, const char *data, size_t len);
/* The same as plain text, for where no element may stand; heap. */
char *html_plain(const char *data, size_t len);
void html_ref(struct buf *out, const struct event *e, struct ev_ref r);
/* "<p class=...>text</p>"; nothing when text is empty. */
void html_paragraph(struct buf *out, const char *class, const char *text);
/* "<dt>label</dt><dd>text</dd>"; nothing when text is empty. */
void html_row(struct buf *out, const char *label, const char *text);
void html_row_bytes(struct buf *out, const char *label, const char *data,
                    size_t len);
/* "RFC 5321 4.2.1, 4.3 · RFC 3463 3.3" as a row of links. */
void html_row_refs(struct buf *out, const char *refs);

#endif
