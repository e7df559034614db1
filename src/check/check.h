/*
 * check: the outcome of one check while it is being made: what it still needs
 * to know, the steps that it took, what came out. The evaluators (spf.h,
 * dmarc.h ...) fill it; an EV_CHECK is made of it. Pure; one thread at a time.
 *
 * An evaluator runs from the top each time (study of facts, no coroutines):
 *
 *     do {
 *             check_clear(&c);
 *             evaluator(&c, facts, query, i);
 *             look up c.needs, facts_add() each
 *     } while (c.n_needs);
 *
 * As long as there are needs, nothing else in it counts. An evaluator asks for
 * all that it knows it will need at once, and never for more than
 * CHECK_NEEDS_MAX at a time.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/answer.h"
#include "core/event.h"

enum {
	CHECK_NEEDS_MAX = 128,  /* lookups that one evaluator asks for at once:
	                         * two for each of 32 addresses and its MX */
	CHECK_TRACE_MAX = 400,  /* steps kept; one more says that it was cut */
	CHECK_RECORD_MAX = 2048, /* octets kept of an argument of a step, as a
	                         * record is one; a record has up to 64 KiB */
	CHECK_SENTENCE_MAX = 600, /* octets kept of an argument of what came
	                         * out: what a blocklist says is the longest */
	CHECK_ARGS_MAX = 6,     /* of a sentence */
};

struct check_need {
	struct dns_name name;
	uint16_t type;
};

struct check_step {
	const char *say;             /* static: id of a says_*.tsv row */
	char *args[CHECK_ARGS_MAX];  /* owned; n_args */
	uint8_t n_args, depth;
};

struct check {
	const char *id;      /* static: of check_kinds.tsv; NULL not begun */
	char *subject;       /* owned */
	struct check_need *needs; /* n_needs, no question twice */
	size_t n_needs;
	bool needs_policy;   /* MTA-STS: the policy of subject, over HTTPS */
	struct check_step *steps; /* n_steps */
	size_t n_steps;
	/* set by check_end() */
	enum grade grade;
	const char *result;  /* static: the RFC's word, "" none */
	const char *say;     /* static */
	char *args[CHECK_ARGS_MAX];
	size_t n_args;
	bool temporary;      /* GRADE_UNKNOWN because a lookup failed for now */
};

/* c: zeroed, or cleared. id: static. subject: copied. */
void check_begin(struct check *c, const char *id, const char *subject);
void check_clear(struct check *c);

/*
 * The answer to a question, or NULL: it is noted as a need. The answer may be
 * a failure (dns_status_is_temp()).
 */
const struct dns_answer *check_ask(struct check *c, const struct facts *f,
                                   const struct dns_name *name, uint16_t type);

/* Neither records nor that there are none: SERVFAIL, a timeout, aliases in a
 * circle, a name that cannot be asked. Nothing may be concluded of it. */
bool check_is_failure(const struct dns_answer *a);

/* A step; args are const char *, ended by NULL; copied, the long ones cut. */
void check_step_add(struct check *c, unsigned depth, const char *say, ...)
    __attribute__((sentinel));
/*
 * The answer itself as evidence, as dig shows it: each record a line "name ttl
 * IN TYPE data"; without records "; name IN TYPE: NXDOMAIN" and the like.
 */
void check_evidence(struct check *c, unsigned depth,
                    const struct dns_answer *a);
/* What came out. args as above. */
void check_end(struct check *c, enum grade grade, const char *result,
               const char *say, ...) __attribute__((sentinel));
/* It cannot be judged: a lookup failed. GRADE_UNKNOWN, temporary. */
void check_end_failed(struct check *c, const char *result,
                      const struct dns_answer *a);
/* The same for text that cannot be a name: GRADE_UNKNOWN. */
void check_end_badname(struct check *c, const char *result, const char *text);

/* Begins and fills an EV_CHECK in b; the caller sets n, t_us, target. */
void check_event(struct event_builder *b, const struct check *c);

#endif
