/*
 * fcrdns: reverse DNS of an address, and whether one of its names leads back
 * to it: forward-confirmed reverse DNS (RFC 1912 §2.1), "iprev" in RFC 8601 §3.
 * Pure; any thread.
 */
#ifndef CHECK_FCRDNS_H
#define CHECK_FCRDNS_H

#include <stdbool.h>
#include <stddef.h>

#include "check/checks.h"
#include "check/ip.h"

enum { FCRDNS_NAMES_MAX = 10 }; /* RFC 8601 §3 bounds them, RFC 7208 §4.6.4
                                 * says to what */

enum fcrdns_verdict {
	FCRDNS_WAIT,     /* lookups are needed: nothing else is set */
	FCRDNS_PASS,     /* a name leads back */
	FCRDNS_NO_PTR,   /* there is no name */
	FCRDNS_MISMATCH, /* there is, and none leads back */
	FCRDNS_FAILED,   /* not known now: a lookup failed */
};

struct fcrdns {
	enum fcrdns_verdict verdict;
	struct dns_name name; /* that leads back, else the first one; with
	                       * PASS and MISMATCH */
	size_t n_names;       /* PTR records */
	size_t n_good;        /* of the first FCRDNS_NAMES_MAX that lead back */
	bool is_generic;      /* name: see fcrdns_is_generic() */
	bool is_host;         /* name may be one of a host in the Internet */
	const struct dns_answer *failed; /* with FAILED: which; of the facts */
};

/* Judges one address; needs and steps (at depth and below) go to c. */
void fcrdns_find(struct fcrdns *out, struct check *c, unsigned depth,
                 const struct facts *f, const struct ip *ip);
/*
 * Does the name look made by a provider for the address of any customer, and
 * not chosen for a mail server? It does when the address is in it, and when
 * one of its words is "dyn", "dsl", "pool" and there is a number in it; it
 * does not when its first label says "mail", "mx", "smtp" or the like.
 */
bool fcrdns_is_generic(const struct dns_name *name, const struct ip *ip);

/* check_row: "ptr", once. */
void fcrdns_check(struct check *c, const struct facts *f,
                  const struct check_query *q, size_t i);

#endif
