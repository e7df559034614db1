/*
 * check_block: a check as indented text: its outcome, its trace, what to do.
 */
#ifndef REPORT_CHECK_BLOCK_H
#define REPORT_CHECK_BLOCK_H

#include "core/event.h"
#include "report/paper.h"

void check_block(struct paper *p, const struct event *check);

#endif
