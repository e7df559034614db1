/*
 * share: what runs beside each other ask the DNS alike, for all of them: an
 * answer is used again while its TTL lasts, by whoever asks the same. Keeps the
 * exchanges that brought it as well, so that each run can tell where its answer
 * comes from; they are marked as cached then.
 *
 * Pure: the time comes in. Answers are shared, not copied. One thread.
 */
#ifndef NET_SHARE_H
#define NET_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/answer.h"

enum {
	SHARE_MAX = 4096,          /* questions; the one not asked for longest
	                            * goes first */
	SHARE_BYTES_MAX = 16 << 20, /* of all exchanges, as they came */
	/* A failure is not asked for again so soon: RFC 2308 §7 allows five
	 * minutes, this is the time in which a dead name server holds up one
	 * lookup and the next. */
	SHARE_FAILED_S = 30,
};

struct share;
struct share_entry; /* one question; valid until share_forget(), or the next
                     * share_find() or share_add() once it is known */

struct share *share_new(void);
void share_free(struct share *s); /* NULL is fine */

/* The entry for this question; NULL: nobody has asked, or too long ago. */
struct share_entry *share_find(struct share *s, const struct dns_name *name,
                               uint16_t type, int64_t now_us);
/* A new one, after share_find() found none: it is being asked. owner: of the
 * caller, who answers for it until it is known. */
struct share_entry *share_add(struct share *s, const struct dns_name *name,
                              uint16_t type, void *owner);
void *share_owner(const struct share_entry *e); /* NULL: it is known */
void share_set_owner(struct share_entry *e, void *owner);
void share_forget(struct share *s, struct share_entry *e);

/* x, on the way to the answer, is copied. */
void share_keep(struct share *s, struct share_entry *e,
                const struct dns_exchange *x);
/* That was all. a: borrowed; another reference to it is kept. Once it is known
 * the entry may go, unless its TTL lasts. */
void share_known(struct share *s, struct share_entry *e, struct dns_answer *a,
                 int64_t now_us);
/* Of a known one: a reference, for answer_free(). */
struct dns_answer *share_answer(struct share_entry *e);
/* The i-th exchange, marked as cached; borrowed. False: there are no more. */
bool share_exchange(const struct share_entry *e, size_t i,
                    struct dns_exchange *out);

#endif
