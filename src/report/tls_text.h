/*
 * tls_text: a handshake as annotated text: what was agreed, whether the other
 * side is who it should be, each certificate, the TLSA records.
 */
#ifndef REPORT_TLS_TEXT_H
#define REPORT_TLS_TEXT_H

#include <stdbool.h>

#include "core/event.h"
#include "knowledge/explain.h"
#include "report/paper.h"
#include "util/buf.h"

/* e: an EV_TLS; x: its explanation. Both borrowed. */
void tls_text(struct paper *p, const struct event *e,
              const struct explanation *x);
/* Is the other side who it should be? By DANE where that was asked for, else
 * by the usual authorities (RFC 7672 §2.2). */
bool tls_is_trusted(const struct event *e);
/* Appends version, cipher, group and ALPN, raw. */
void tls_agreed(struct buf *out, const struct event *e);

#endif
