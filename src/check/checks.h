/*
 * checks: which checks there are, and what they are told. Each is a pure
 * function over facts (check.h says how they are run); this is their one
 * table. Any thread.
 */
#ifndef CHECK_CHECKS_H
#define CHECK_CHECKS_H

#include <stddef.h>
#include <stdint.h>

#include "check/check.h"
#include "core/route.h"

/* Where an address was learnt. In ascending order of trust. */
enum address_source {
	ADDRESS_LOCAL,   /* getsockname(): this end of the connection */
	ADDRESS_REFUSAL, /* the text of a refusal names it */
	ADDRESS_GREETED, /* the reply to EHLO names it */
	ADDRESS_ASKED,   /* a third party was asked (--ask-myip) */
	ADDRESS_GIVEN,   /* --ip */
	ADDRESS_SOURCE_COUNT
};

struct address_seen {
	enum address_source source;
	const char *text;  /* numeric */
	const char *where; /* the host that said so; "" for LOCAL, GIVEN */
};

/* Outcome of fetching a policy (RFC 8461 §3.3); the worker's to fill. */
struct sts_fetch {
	bool done;         /* until then nothing else is set */
	bool available;    /* false: this build cannot fetch, or no libcurl */
	bool is_private;   /* no public address, so it was not asked */
	bool tls_failed;   /* the certificate was not accepted */
	bool timed_out;    /* no whole answer in the time given */
	bool cut;          /* longer than STS_POLICY_MAX: the rest was left */
	int status;        /* of HTTP; 0: it did not come to that */
	const char *error; /* words of the library, "" no failure */
	const char *type;  /* media type as it came, "" none */
	const char *location; /* where a redirect leads, "" none */
	const char *body;  /* as it came, body_len octets */
	size_t body_len;
};

struct mta_settings;

/* All borrowed; NULL or 0: not known, not wanted. */
struct check_query {
	/* who sends */
	const struct address_seen *seen; /* n_seen */
	size_t n_seen;
	bool behind;          /* a proxy or a command in between: the local
	                       * address says nothing */
	const char *helo;
	const char *mail_from; /* address; "" is the null sender */
	const char *author;   /* domain of the From: line */
	const char *const *selectors; /* n_selectors */
	size_t n_selectors;
	const char *const *dnsbls;    /* n_dnsbls, zones */
	size_t n_dnsbls;
	const struct mta_settings *mta; /* mail server of this machine */
	/* whom to */
	const char *domain;   /* that takes the mail, A-label text */
	const struct route *route; /* of domain */
	uint16_t port;        /* of its servers */
	const struct sts_fetch *policy; /* of domain */
	bool trusted;         /* AD of the resolver counts */
};

struct check_row {
	const char *id; /* check_kinds.tsv */
	/* How often it is made for q: once for each list, selector ... */
	size_t (*count)(const struct check_query *q);
	/* c is empty; i < count(q). Begins c. */
	void (*run)(struct check *c, const struct facts *f,
	            const struct check_query *q, size_t i);
};

/* In the order in which they are shown; NULL past the end. */
const struct check_row *check_row_at(size_t i);

/* ---- what several of them ask of a query ---- */

/* The address that sends, by the most trusted source; "" not known. */
const char *check_sender_ip(const struct check_query *q);
/* Domain of MAIL FROM; the HELO name for <> (RFC 7208 §2.4); "" not known. */
const char *check_sender_domain(const struct check_query *q);
/* Is there a mail domain to look at, whose MX count? Not for a host that was
 * named, nor for an address. */
bool check_mail_domain(const struct check_query *q);
/* Domain of the From: line: author, else that of MAIL FROM; "" not known. */
const char *check_author_domain(const struct check_query *q);

#endif
