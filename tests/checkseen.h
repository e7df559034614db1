/*
 * checkseen: what a check came to, as a line for tests.
 */
#ifndef TESTS_CHECKSEEN_H
#define TESTS_CHECKSEEN_H

#include "check/check.h"
#include "util/buf.h"

/*
 * "needs _mta-sts.test/TXT policy", or "bad enforce: sts-enforce-none test".
 * Appended. Fails the test when a sentence of c is missing in a language, or
 * wants more arguments than it is given.
 */
void put_check(struct buf *out, const struct check *c);
/* The steps that are no records: "sts-policy test; sts-mx-fits mx.test mx.test"
 * appended. */
void put_steps(struct buf *out, const struct check *c);
/* Is there a step with this sentence? */
bool has_step(const struct check *c, const char *say);

#endif
