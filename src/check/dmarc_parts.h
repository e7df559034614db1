/*
 * dmarc_parts: what the files of dmarc.h share; nobody else includes it.
 *
 *   dmarc.c        the check from the domain to the sentence
 *   dmarc_align.c  who speaks for the domain: SPF, DKIM
 *   dmarc_report.c may the reports go where the record wants them?
 */
#ifndef CHECK_DMARC_PARTS_H
#define CHECK_DMARC_PARTS_H

#include "check/dmarc.h"
#include "check/dmarc_walk.h"

/* What SPF does for DMARC. */
enum dmarc_spf {
	DMARC_SPF_OPEN,    /* the identifier fits; what SPF says of it is not
	                    * known */
	DMARC_SPF_NOBODY,  /* there is no identifier */
	DMARC_SPF_PASS,    /* it fits, and SPF passes */
	DMARC_SPF_FAIL,    /* it fits, and SPF does not pass */
	DMARC_SPF_FOREIGN, /* it does not fit */
	DMARC_SPF_COUNT
};

struct dmarc {
	struct check *c;
	const struct facts *f;
	const struct check_query *q;
	struct dns_name author;
	struct dmarc_walk walk;            /* from author */
	const struct dmarc_level *policy;  /* of walk; NULL none */
	struct dmarc_request request;      /* of policy */
	/* dmarc_align.c sets these */
	char ident[DNS_NAME_TEXT_MAX];     /* SPF identifier, "" none */
	const char *word;                  /* RFC 7208 §2.6, "" not known */
	enum dmarc_spf spf;
	const struct dns_answer *failed;   /* alignment is not known */
	bool dkim;  /* a selector has a key: mail may be signed */
};

/* Levels from (included) to to (not included) of a walk, as steps. */
void dmarc_tell_levels(struct check *c, const struct dmarc_walk *w, size_t from,
                       size_t to);
/* Fills the fields above; where facts are missing c has needs. */
void dmarc_align(struct dmarc *d);
/* Steps about rua and ruf of policy. */
void dmarc_report(struct dmarc *d);

#endif
