/*
 * verdict_block: a verdict as indented text: how it ended, who must act and
 * on what grounds, what a mail server does next.
 */
#ifndef REPORT_VERDICT_BLOCK_H
#define REPORT_VERDICT_BLOCK_H

#include "core/dialog.h"
#include "knowledge/explain.h"
#include "report/paper.h"

/* index: of an EV_VERDICT in d. */
void verdict_block(struct paper *p, const struct dialog *d, size_t index);

enum reply_class verdict_class(enum outcome o);
/* "sending server (likely)"; "" for nobody and unclear. Heap. */
char *verdict_who(const struct ev_verdict *v);

#endif
