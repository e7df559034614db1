/*
 * verdict_block: a verdict as indented text: how it ended, who must act and
 * on what grounds, what a mail server does next.
 */
#ifndef REPORT_VERDICT_BLOCK_H
#define REPORT_VERDICT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/dialog.h"
#include "knowledge/explain.h"
#include "report/paper.h"

/* index: of an EV_VERDICT in d. */
void verdict_block(struct paper *p, const struct dialog *d, size_t index);

/* Does a verdict say what another does not? Of a single recipient nothing else
 * is told than of its session. index: of an EV_VERDICT in d. */
bool verdict_tells(const struct dialog *d, size_t index);
/* Where there were several sessions, the EV_CONNECTING of the one that the
 * verdict is on; else NULL. */
const struct event *verdict_server(const struct dialog *d, size_t index);
enum reply_class verdict_class(enum outcome o);
/* "sending server (likely)"; "" for nobody and unclear. Heap. */
char *verdict_who(const struct ev_verdict *v);

#endif
