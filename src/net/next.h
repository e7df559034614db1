/*
 * next: what a mail server does once a session is over: try the next address,
 * or leave it at that. Pure.
 *
 * RFC 5321 §5.1: each address in order "until a delivery attempt succeeds".
 * RFC 5321 §4.2.1: 4yz may succeed elsewhere or later, 5yz must not be
 * repeated. RFC 7672 §2.2: without the TLS that is demanded, the next server.
 * As Postfix does it, recipients are told apart: who was put off is taken to
 * the next server, who was accepted or refused is done with. One difference:
 * Postfix also goes on behind a 5yz greeting (smtp_skip_5xx_greeting).
 */
#ifndef NET_NEXT_H
#define NET_NEXT_H

#include "check/judge.h"
#include "core/plan.h"
#include "core/session.h"

enum next_step {
	NEXT_NONE,     /* it is decided, or a person is to decide */
	NEXT_ADDRESS,  /* the same again at the next address */
	NEXT_DEFERRED, /* there with those recipients only that were put off */
	NEXT_CLEAR,    /* at the same address without TLS (RFC 7435 §3) */
};

/* Of a session that nobody cancelled. The caller knows whether there is a next
 * address, and what a lesson's steps want. */
enum next_step next_after(const struct plan *plan,
                          const struct session_result *r,
                          const struct judge_sum *sum);

#endif
