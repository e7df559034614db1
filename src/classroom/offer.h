/*
 * offer: the extensions that the built-in server offers: its answer to EHLO,
 * and the parameters of MAIL and RCPT that come with each. Those that a lesson
 * has to switch on stand in one table. Pure; part of receiver.c and judge.c.
 */
#ifndef CLASSROOM_OFFER_H
#define CLASSROOM_OFFER_H

#include "classroom/judge.h"
#include "classroom/receiver.h"
#include "util/buf.h"

/* The bit of a keyword of @offer, 0: there is no such keyword. */
uint32_t offer_find(const char *word, size_t len);
/* "CHUNKING, BINARYMIME, ..." for messages; appended. */
void offer_names(struct buf *out);

/* Is it offered now? REQUIRETLS is not, in clear. */
bool offer_has(const struct receiver *r, enum lesson_offer what);
bool offer_starttls(const struct receiver *r);
bool offer_auth(const struct receiver *r);

/* The whole answer to EHLO or LHLO, with line ends; appended. */
void offer_hello(const struct receiver *r, struct buf *out);

/*
 * The parameters behind the path of MAIL or RCPT (RFC 5321 §4.1.1.11). NULL:
 * they are fine, and j has what they ask for; else the answer: 555 for what is
 * not offered, 501 for a wrong value or one given twice.
 */
const char *offer_check(const struct receiver *r, const char *params,
                        bool mail, struct judgement *j);

#endif
