/*
 * tls_text: a handshake as annotated text: what was agreed, whether the other
 * side is who it should be, each certificate, the TLSA records.
 */
#ifndef REPORT_TLS_TEXT_H
#define REPORT_TLS_TEXT_H

#include "core/event.h"
#include "knowledge/explain.h"
#include "report/paper.h"

/* e: an EV_TLS; x: its explanation. Both borrowed. */
void tls_text(struct paper *p, const struct event *e,
              const struct explanation *x);

#endif
