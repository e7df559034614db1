/*
 * madefacts: answers of the DNS made by hand, without a socket.
 */
#ifndef TESTS_MADEFACTS_H
#define TESTS_MADEFACTS_H

#include "core/answer.h"

/*
 * One record, or how the lookup ended. data: "10 mx.test", "\\# 3 030101" (RFC
 * 3597), "CNAME other.test" (what follows belongs to that), "TTL0 ..." first;
 * "!nxdomain" (a status). "AD ..." in the first record: the answer is verified;
 * "AD " alone: verified that there is none.
 * "CLAIM " in its place: a resolver says so that is not trusted.
 */
struct fact {
	const char *name, *type, *data;
};

/* Adds the answer of the n that begin at f: one question. */
void add_answer(struct facts *to, const struct fact *f, size_t n);
/* The answer made of f and those behind it that are of the same question; ends
 * where a name is NULL. Caller owns. */
struct dns_answer *made_answer(const struct fact *f);
/* All up to the one without a name; those of a question stand together. Caller
 * owns. */
struct facts *facts_of(const struct fact *f);

#endif
