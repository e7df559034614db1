/*
 * md_text: text as CommonMark, so that nothing in it can be markup: no HTML, no
 * link, no name that somebody is told about, whatever it says. Pure; any
 * thread.
 */
#ifndef REPORT_MD_TEXT_H
#define REPORT_MD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"
#include "util/buf.h"

/*
 * Bytes from outside, escaped, as a code span (CommonMark §6.1); nothing when
 * len is 0. cell: in a table, where a bar would end the cell even in code: it
 * is shown as <7C>.
 */
void md_code(struct buf *out, const char *data, size_t len, bool cell);
void md_ref(struct buf *out, const struct event *e, struct ev_ref r, bool cell);
/*
 * A sentence of ours. What it quotes from outside was escaped when it was
 * made; each word of it that is more than letters, digits and punctuation is a
 * code span here, so that an address, a domain or a "<!--" stays what it is.
 */
void md_words(struct buf *out, const char *text, bool cell);
/* "- **Label:** words" with indent columns before it; nothing when text is
 * empty. */
void md_item(struct buf *out, int indent, const char *label, const char *text);
/* Lines as a code block, fenced by more backticks than they hold anywhere. */
void md_block(struct buf *out, const char *lines);

#endif
