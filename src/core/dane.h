/*
 * dane: what the DNS demands of a mail server's certificate (RFC 6698, RFC
 * 7671, RFC 7672). Pure functions over facts, like route.h: what is missing is
 * named, the caller looks it up and asks again.
 *
 *     do {
 *             dane_clear(&d);
 *             dane_find(&d, facts, &query);
 *             look up d.needs, facts_add() each
 *     } while (d.n_needs);
 */
#ifndef CORE_DANE_H
#define CORE_DANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/answer.h"

enum {
	DANE_RECORDS_MAX = 64,   /* of one host; more are dropped */
	DANE_DATA_MAX = 65535,   /* octets of one, RFC 1035 §4.2.2 */
	DANE_NEEDS_MAX = 4,
	DANE_TEXT_MAX = 160,     /* of a record: a SHA-512 digest is whole, a
	                          * certificate is no reading matter */
};

enum dane_verdict {
	DANE_INSECURE, /* not verified by DNSSEC: DANE says nothing */
	DANE_NONE,     /* verified: there are no TLSA records */
	DANE_USABLE,   /* the certificate must match one of records */
	DANE_UNUSABLE, /* records, none of them usable: TLS with any
	                * certificate (RFC 7672 §2.2) */
	DANE_FAILED,   /* a lookup failed: do not deliver (RFC 7672 §2.1.2) */
	DANE_VERDICT_COUNT
};

/* DANE_INSECURE: whose doing it is. */
enum dane_doubt {
	DANE_UNSIGNED,  /* the zone is not signed, or nobody knows better */
	DANE_UNTRUSTED, /* the resolver says it is verified, but is reached
	                 * over a network that is not trusted */
	DANE_UNCHECKED, /* the resolver verifies nothing, not even the root */
	DANE_DOUBT_COUNT
};

/* Why a record is not used: words of tls_reasons.tsv, or NULL for usable. */
struct dane_record {
	uint8_t usage, selector, matching; /* RFC 6698 §2.1 */
	unsigned char *data;
	size_t len;
	char *text;      /* "3 1 1 0b9f", owned; cut with "..." */
	bool usable;
	const char *why; /* "dane-usage" (0, 1: RFC 7672 §3.1.3), "dane-form"
	                  * (unknown selector or matching type, a digest of
	                  * wrong length, no data); NULL usable */
};

struct dane {
	enum dane_verdict verdict; /* valid when n_needs is 0 */
	enum dane_doubt doubt;     /* DANE_INSECURE */
	enum dns_status cause;     /* DANE_FAILED: how the lookup ended */
	char *base;                /* TLSA base domain, no last dot; "" none */
	char *next_hop;            /* mail domain, where its MX is verified
	                            * (RFC 7672 §3.2.2); "" else */
	struct dane_record *records;
	size_t n_records;
	struct { struct dns_name name; uint16_t type; } needs[DANE_NEEDS_MAX];
	size_t n_needs;
};

struct dane_query {
	const char *host;   /* of the MX record, or named by the user */
	const char *domain; /* the mail domain; NULL: no MX was looked up */
	uint16_t port;      /* of _PORT._tcp. */
	int family;         /* of the address lookups: 0 both, 4, 6 */
};

void dane_find(struct dane *out, const struct facts *f,
               const struct dane_query *q);
void dane_clear(struct dane *d);

#endif
