/*
 * dmarc_walk: the DNS tree walk of RFC 9989 §4.10 from a domain up to its top,
 * over facts: its organizational domain, and which record is its policy. Pure;
 * any thread.
 *
 * Never more than eight queries: of a domain with more than eight labels the
 * ones between itself and its last seven are left out. All are asked for at
 * once, though a record with psd=n or psd=y ends the walk; what would not have
 * been asked does not count.
 */
#ifndef CHECK_DMARC_WALK_H
#define CHECK_DMARC_WALK_H

#include "check/check.h"
#include "check/dmarc_record.h"

enum {
	DMARC_QUERIES_MAX = 8,  /* RFC 9989 §4.10 */
	DMARC_RECORDS_MAX = 50, /* TXT records of one name that are read */
};

enum dmarc_found {
	DMARC_FOUND_NOTHING,
	DMARC_FOUND_LOOKALIKE, /* nothing, but something was meant to be it */
	DMARC_FOUND_MANY,      /* more than one: as if none (§4.10, step 2) */
	DMARC_FOUND_ONE,
	DMARC_FOUND_FAILURE,   /* the lookup failed */
};

struct dmarc_level {
	struct dns_name domain;
	const struct dns_answer *answer; /* borrowed of the facts; NULL: the
	                                  * name is too long for a "_dmarc." */
	enum dmarc_found found;
	size_t rr;                  /* ONE, LOOKALIKE: which record of answer */
	struct dmarc_record record; /* ONE */
};

struct dmarc_walk {
	struct dmarc_level levels[DMARC_QUERIES_MAX]; /* n, going up */
	size_t n;
	const struct dns_answer *failed; /* a lookup that failed: org is not
	                                  * known. NULL: none */
	struct dns_name org; /* organizational domain (§4.10.2) */
};

/* False: facts are missing, noted in c. */
bool dmarc_walk(struct dmarc_walk *out, struct check *c,
                const struct facts *f, const struct dns_name *from);

/*
 * The level whose record is the policy of the domain that the walk began at
 * (§4.10.1): its own, else that of its organizational domain, else that of the
 * public suffix. NULL: there is none, or w->failed hides it.
 */
const struct dmarc_level *dmarc_walk_policy(const struct dmarc_walk *w);

/* The text of a record: appended to out. level: ONE or LOOKALIKE. */
void dmarc_level_text(const struct dmarc_level *level, struct buf *out);

/* What is to be done with mail of the domain that fails. */
struct dmarc_request {
	const char *tag;             /* "p", "sp" or "np" it was taken from */
	enum dmarc_policy published; /* DMARC_NONE where p is missing */
	enum dmarc_policy applied;   /* t=y: one step milder (§4.7) */
};
/* inherited: the record is not the domain's own. exists: the domain does. */
void dmarc_request(struct dmarc_request *out, const struct dmarc_record *r,
                   bool inherited, bool exists);

#endif
