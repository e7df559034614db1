/*
 * checktest: runs an evaluator of check/ over facts until it needs nothing
 * more, and says in one line what came out.
 */
#ifndef TESTS_CHECKTEST_H
#define TESTS_CHECKTEST_H

#include "check/checks.h"
#include "madefacts.h"

enum { CHECKTEST_ROUNDS_MAX = 20 };

/* As in struct check_row. */
typedef void check_run(struct check *c, const struct facts *f,
                       const struct check_query *q, size_t i);

struct checktest_world { /* where answers come from */
	/* NULL: NXDOMAIN. Caller owns. */
	struct dns_answer *(*look)(void *arg, const struct dns_name *name,
	                           uint16_t type);
	void *arg;
	struct buf asked; /* "7.2.0.192.in-addr.arpa/PTR ...", in order */
};

/* As look: arg is a list of facts that ends where a name is NULL, or NULL. */
struct dns_answer *look_known(void *arg, const struct dns_name *name,
                              uint16_t type);
/* c: zeroed; the caller clears it. */
void make_check(struct check *c, check_run *run, const struct check_query *q,
                size_t i, struct checktest_world *w);
/* "grade say [args] | subject"; heap. */
char *check_line(const struct check *c);
/* known: up to the one without a name, NULL none; what is not in there does
 * not exist. The first of them is made. */
void want_check(check_run *run, const struct fact *known,
                const struct check_query *q, const char *want);
/* Text of tests/data/name, "" when it cannot be read; heap. */
char *read_data(const char *name);
/* What a person reads of it, with its trace, in the language set; appended. */
void put_check(struct buf *out, const struct check *c);

#endif
