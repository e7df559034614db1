/*
 * onetxt: the one TXT record at a name that begins with certain words, as
 * MTA-STS and TLS-RPT want it. Pure; any thread.
 */
#ifndef CHECK_ONETXT_H
#define CHECK_ONETXT_H

#include <stddef.h>

#include "check/check.h"
#include "check/taglist.h"
#include "util/buf.h"

enum onetxt_status {
	ONETXT_NEEDED, /* must be looked up first: noted in c */
	ONETXT_FAILED, /* the lookup failed */
	ONETXT_ABSENT, /* no TXT record at all */
	ONETXT_OTHERS, /* records, but none of them begins so */
	ONETXT_ONE,
	ONETXT_MANY,   /* not one: as if none (RFC 8461 §3.1, RFC 8460 §3) */
};

struct onetxt {
	enum onetxt_status status;
	const struct dns_answer *answer; /* borrowed from the facts */
	struct buf text; /* ONE: the whole record, its strings joined; OTHERS:
	                  * the first of them that was meant to be one, else
	                  * the first */
};

/* What two checks make of it, and their sentences. */
struct onetxt_kind {
	const char *label; /* in front of the domain */
	const char *begin; /* "v=STSv1;", as it stands there; "" any */
	const char *like;  /* a record with this was meant to be one */
	/* ids of says_*.tsv */
	const char *absent, *wrong_begin, *many;
};

/* Of k, begin and like count. Out is the caller's to clear. Aliases are
 * followed; the answer is put into c's trace. */
void onetxt_find(struct onetxt *out, struct check *c, const struct facts *f,
                 const struct dns_name *name, const struct onetxt_kind *k);
void onetxt_clear(struct onetxt *t);
/*
 * The record of domain, c->subject. True: out holds it, ONETXT_ONE; else c has
 * ended or has a need. out is the caller's to clear in both cases.
 */
bool onetxt_record(struct onetxt *out, struct check *c, const struct facts *f,
                   const struct onetxt_kind *k);
/* label, a dot and domain; false: that cannot be a name. */
bool onetxt_name(struct dns_name *out, const char *label, const char *domain);

/* The first tag that is no field as both RFCs want it (RFC 8461 §3.1, RFC 8460
 * §3): no "=", blanks around it, no name, no value. NULL: all are fields. */
const struct tag *onetxt_bad_field(const struct taglist *l);

#endif
