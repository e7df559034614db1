/*
 * block: an explanation laid out as indented lines with labels.
 */
#ifndef REPORT_BLOCK_H
#define REPORT_BLOCK_H

#include <stdbool.h>

#include "knowledge/explain.h"
#include "report/paper.h"

enum { BLOCK_INDENT = 4 };

enum ink block_ink(enum reply_class c);
const char *block_mark(enum reply_class c); /* "✔" ... , "" none */
/* "Label    text", wrapped below itself; nothing when text is empty. */
void block_row(struct paper *p, const char *label, const char *text);
/* The same for bytes from outside. */
void block_bytes(struct paper *p, const char *label, const char *data);
/* A line of our own, indented; nothing when text is empty. */
void block_line(struct paper *p, enum ink ink, const char *text);
/*
 * What to do about a reply that is not just good: Likely, who must act, what a
 * mail server does, suggestions, similar codes.
 */
void block_advice(struct paper *p, const struct explanation *x);
/* Is this for a reader? The others are keys of the inspector. */
bool block_is_advice(const struct explain_try *t);
void block_tries(struct paper *p, const struct explanation *x);
void block_refs(struct paper *p, const struct explanation *x);
/* Everything that is known: --explain. */
void block_all(struct paper *p, const struct explanation *x);

#endif
