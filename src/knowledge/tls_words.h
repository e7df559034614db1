/*
 * tls_words: short words about a handshake (EV_TLS) and its certificates, in
 * the user's language: for the dialog's line, the TLS view and Explain. What a
 * peer sent is escaped in them. Pure; any thread.
 */
#ifndef KNOWLEDGE_TLS_WORDS_H
#define KNOWLEDGE_TLS_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/dialog.h"
#include "util/buf.h"

/* RFC 9325 §3.1, §4.2; RFC 8996: what may be used, and what no more. */
enum tls_grade {
	TLS_GRADE_GOOD,
	TLS_GRADE_WEAK, /* TLS 1.2 without forward secrecy or without AEAD */
	TLS_GRADE_OLD,  /* SSL, TLS 1.0, TLS 1.1 */
	TLS_GRADE_UNKNOWN, /* a transcript need not tell the version */
};
enum tls_grade tls_grade(const struct event *tls);

bool tls_verified(const struct event *tls);
/* Why the certificate was not verified, or DANE did not fit, by the id in the
 * event: its first sentence without the full stop. Heap; "" for
 * "ok". */
char *tls_reason_words(const char *id);
/* The name that the certificate had to hold, "" none. Borrowed, raw. */
const char *tls_wanted_name(const struct event *tls);

enum cert_when { CERT_UNKNOWN, CERT_VALID, CERT_EXPIRED, CERT_NOT_YET };
/* now_s: seconds since 1970. days: left, since the end, or until it begins. */
enum cert_when cert_when(const struct event *tls, uint32_t cert, int64_t now_s,
                         int64_t *days);
/* "63 days left", "expired 3 days ago"; "" when it cannot be told. Heap. */
char *cert_days_words(const struct event *tls, uint32_t cert, int64_t now_s);

/* "TLSv1.3, certificate matches mx1.example.org, 63 days left", and behind it
 * what there may be room for. index: of an EV_TLS. */
void tls_line(const struct dialog *d, size_t index, struct buf *out);
/* Added and gone capabilities: "+ AUTH, − STARTTLS"; appends nothing when both
 * lists are the same. before, after: EHLO replies. */
void caps_words(const struct event *before, const struct event *after,
                struct buf *out);

#endif
