/*
 * dmarc_record: one TXT record at _dmarc.DOMAIN, read as RFC 9989 §4.7 and §4.8
 * want it. Pure; any thread.
 *
 * Beyond "v=DMARC1" at its very beginning nothing makes a record invalid as a
 * whole but a tag that stands there twice (RFC 6376 §3.2): what is wrong is
 * ignored, and the default holds. Only for p, sp and np there is a rule of
 * its own (§4.10.1).
 */
#ifndef CHECK_DMARC_RECORD_H
#define CHECK_DMARC_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "check/check.h"
#include "check/taglist.h"

/* In ascending order of severity, from DMARC_NONE on. */
enum dmarc_policy {
	DMARC_UNSET,   /* there is no such tag, or it has no "=" */
	DMARC_INVALID,
	DMARC_NONE, DMARC_QUARANTINE, DMARC_REJECT,
	DMARC_POLICY_COUNT
};

enum dmarc_class {
	DMARC_OTHER,     /* something else */
	DMARC_LOOKALIKE, /* meant to be one: v=dmarc1, p=none; v=DMARC1 */
	/* these count as a record */
	DMARC_VALID,
	DMARC_NO_P,      /* without p: as p=none (§4.7) */
	DMARC_AS_NONE,   /* p, sp or np is invalid, but there is an address for
	                  * reports: as p=none (§4.10.1) */
	DMARC_IGNORED,   /* the same without one: no DMARC (§4.10.1) */
	DMARC_TWICE,     /* a tag stands there twice: invalid as a whole */
	DMARC_CLASS_COUNT
};

struct dmarc_record {
	enum dmarc_class class;
	enum dmarc_policy p, sp, np;  /* as they stand there */
	char psd;                     /* 'y', 'n', 'u' */
	bool strict_dkim, strict_spf; /* adkim=s, aspf=s */
	bool test;                    /* t=y */
	size_t rua, ruf;              /* addresses listed */
	size_t rua_good, ruf_good;    /* of them, those that are a URI */
};

/* text: borrowed, len octets, any. */
void dmarc_record_parse(struct dmarc_record *out, const char *text,
                        size_t len);
/* Does it count as a record? */
bool dmarc_record_counts(const struct dmarc_record *r);
const char *dmarc_policy_word(enum dmarc_policy p); /* "reject"; "" none */

/* ---- report addresses ---- */

enum dmarc_uri_kind {
	DMARC_URI_BAD,   /* RFC 3986 §3, RFC 6068 §2: it is none */
	DMARC_URI_MAIL,
	DMARC_URI_OTHER, /* another scheme: receivers need not support it */
};

struct dmarc_uri {
	enum dmarc_uri_kind kind;
	struct tag_item text; /* without the obsolete size behind "!" */
	struct tag_item host; /* MAIL: the domain */
	bool sized;           /* "!10m": RFC 7489 §6.2, gone in RFC 9989 */
};
void dmarc_uri_parse(struct dmarc_uri *out, const struct tag_item *item);

/* ---- in words ---- */

/* A step for each tag: what it means, or why it is ignored. */
void dmarc_record_tell(struct check *c, unsigned depth, const char *text,
                       size_t len);

#endif
