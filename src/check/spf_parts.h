/*
 * spf_parts: what the files of spf.h share; nobody else includes it.
 *
 *   spf.c        the two checks, whom they are about, what came out
 *   spf_eval.c   records: selection, terms in order, include, redirect, exp
 *   spf_meet.c   the mechanisms that look at addresses
 *   spf_lookup.c names and lookups, their limits
 *   spf_ahead.c  what will be asked for later, and how much in all
 */
#ifndef CHECK_SPF_PARTS_H
#define CHECK_SPF_PARTS_H

#include "check/check.h"
#include "check/spf.h"
#include "check/spf_record.h"

enum {
	SPF_DOMAIN_MAX = 253, /* RFC 7208 §7.3, without the last dot */
	SPF_NETS_SHOWN = 20,  /* steps of ip4, ip6 of one record: eleven such
	                       * records leave room for the rest */
};

enum spf_result { /* RFC 7208 §2.6 */
	SPF_NONE, SPF_NEUTRAL, SPF_PASS, SPF_FAIL, SPF_SOFTFAIL, SPF_TEMPERROR,
	SPF_PERMERROR,
	SPF_UNDECIDED, /* a fact is missing, or a name cannot be asked */
};
const char *spf_result_word(enum spf_result r); /* "" undecided */

/* One evaluation; fresh each time it runs. */
struct spf {
	struct check *c;
	const struct facts *f;
	struct spf_values values; /* domain: that of the record at hand */
	const char *identity;     /* domain that the check is about */
	char ip_text[IP_TEXT_MAX];
	unsigned lookups, voids;  /* of the limits */
	enum spf_result stop;     /* why a mechanism stopped everything */
	bool lacking;             /* a fact that decides is missing */
	bool wide_local;          /* RFC 8616 §4: not ASCII */
	/* set where an evaluation at depth 0 ends by a term */
	bool by_all, no_match;
	char *term, *record;      /* owned: the deciding one, whose it is */
};

/* Where an evaluation is. */
struct spf_place {
	const struct spf_record *record;
	const char *domain;
	unsigned depth;
	const struct spf_term *term;
	char *quote;         /* owned: term->text for sentences */
	char number[12], lookup[12]; /* "4"; "3" of ten, "" none */
	unsigned nets;       /* of this record that do not match */
};

/* ---- spf_lookup.c ---- */

/* A name from text that may be anything: labels between dots, no escapes; one
 * last dot is ignored. false: not possible (RFC 1035 §2.3.4). */
bool spf_name(struct dns_name *out, const char *text);
/* Stops with permerror or undecided; returns false. */
bool spf_stop(struct spf *s, enum spf_result r);
/* Counts the term at p, which makes a lookup; false: it was one too many. */
bool spf_count_lookup(struct spf *s, struct spf_place *p);
/* A void lookup, told as the outcome of the term; false: one too many. */
bool spf_count_void(struct spf *s, const struct spf_place *p,
                    const struct dns_answer *a);
bool spf_is_void(const struct dns_answer *a);
/* The answer, with or without records, or NULL: it stops here; a failure is
 * in the trace at depth. */
const struct dns_answer *spf_ask(struct spf *s, const struct dns_name *name,
                                 uint16_t type, unsigned depth);
/* A or AAAA, as the client's address is (RFC 7208 §5). */
uint16_t spf_address_type(const struct spf *s);
/* Is the client's address, cut at bits, among those of a? */
bool spf_has_address(const struct spf *s, const struct dns_answer *a,
                     const uint8_t bits[2]);

enum spf_target {
	SPF_TARGET_OK,
	SPF_TARGET_BAD,  /* no name can be made of it */
	SPF_TARGET_WIDE, /* the local part is not ASCII: RFC 8616 §4 */
	SPF_TARGET_STOP, /* %{p} lacks a fact */
};
/* What the domain-spec of the term at p stands for, or the domain itself
 * (RFC 7208 §4.8): as text and as a name. */
enum spf_target spf_target(struct spf *s, const struct spf_place *p,
                           char text[SPF_DOMAIN_MAX + 1],
                           struct dns_name *name);
/* What the macros of text stand for. validated: memory for %{p}. false: %{p}
 * lacks a fact. */
bool spf_prepare(struct spf *s, struct spf_slice text, struct spf_values *v,
                 char validated[DNS_NAME_TEXT_MAX]);

struct spf_names {
	struct dns_name name[SPF_NAMES_MAX]; /* n */
	size_t n;
};
/* The validated names of the address (RFC 7208 §5.5); lookups that fail count
 * as names that are not valid. *ptr: the answer that named them. false: facts
 * are missing. */
bool spf_validated(struct spf *s, struct spf_names *out,
                   const struct dns_answer **ptr);

/* ---- spf_meet.c ---- */

/* Does the mechanism at p (not include) match? Tells it in the trace.
 * false with s->stop set: it stops. */
bool spf_meets(struct spf *s, struct spf_place *p);

/* ---- spf_eval.c ---- */

/* check_host() for domain; s->stop is SPF_NONE as long as nothing stops. */
enum spf_result spf_evaluate(struct spf *s, const char *domain,
                             unsigned depth);
/* The SPF record in an answer: how many there are; the last into text. */
size_t spf_select(const struct dns_answer *a, struct buf *text);

/* ---- spf_ahead.c ---- */

/*
 * Follows every include and redirect without macros, whatever matched. Asks
 * for their records, and with addresses for those of a, mx, exists, ptr, too,
 * as far as ten terms go. Returns the terms that look something up: exact up
 * to SPF_LOOKUPS_MAX, more are at least so many.
 */
unsigned spf_look_ahead(struct spf *s, const char *domain, bool addresses);

#endif
