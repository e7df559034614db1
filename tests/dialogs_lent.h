/*
 * dialogs_lent: what test dialogs lend to their session in place of libraries.
 * The digest of the message is its text, to be looked at; HMAC-MD5 knows the
 * example of RFC 2195 §2.
 */
#ifndef TESTS_DIALOGS_LENT_H
#define TESTS_DIALOGS_LENT_H

#include "core/session.h"
#include "util/buf.h"

/* digested: borrowed for as long as s lives; begun anew for each message. */
void dialogs_lend(struct session *s, struct buf *digested);

#endif
