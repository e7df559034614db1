/*
 * dkim_key: the public key of a DKIM selector (RFC 6376 §3.6, RFC 8301, RFC
 * 8463), and the check "dkim" of each selector that the user names. Whether a
 * message is signed with it is not known before DATA. Pure; any thread.
 */
#ifndef CHECK_DKIM_KEY_H
#define CHECK_DKIM_KEY_H

#include "check/checks.h"

enum {
	DKIM_RSA_MIN = 1024,  /* bits; shorter never verifies (RFC 8301 §3.2) */
	DKIM_RSA_GOOD = 2048, /* what signers should have (ditto) */
	DKIM_RSA_MAX = 4096,  /* verifiers need not take more (ditto) */
	DKIM_ED25519_SIZE = 32, /* octets, RFC 8463 §4.2 */
};

/* Why a record is no key to verify with; in the order of looking. */
enum dkim_fault {
	DKIM_OK,
	DKIM_VERSION, /* v= is not DKIM1, or not first: discarded */
	DKIM_SYNTAX,  /* something that is no tag=value */
	DKIM_TWICE,   /* a tag stands there twice (§3.2) */
	DKIM_NO_KEY,  /* no p= */
	DKIM_REVOKED, /* p= is empty */
	DKIM_TYPE,    /* k= that nobody knows */
	DKIM_SERVICE, /* s= without email and * */
	DKIM_HASH,    /* h= without sha256 */
	DKIM_BASE64,
	DKIM_BROKEN,  /* the octets are no key of that type */
	DKIM_PACKED,  /* ed25519: in a SubjectPublicKeyInfo */
	DKIM_SHORT,   /* RSA below DKIM_RSA_MIN */
	DKIM_FAULT_COUNT
};

struct dkim_key {
	enum dkim_fault fault;
	bool ed25519;     /* else RSA */
	bool testing;     /* t=y */
	bool strict;      /* t=s */
	bool bare;        /* RSAPublicKey alone: der.h */
	size_t bits;      /* RSA; valid for DKIM_OK, DKIM_SHORT */
	size_t octets;    /* of the decoded key */
	size_t column;    /* of what is wrong, in octets from 1; 0 none */
};
/* text: borrowed, len octets, any. */
void dkim_key_parse(struct dkim_key *out, const char *text, size_t len);

enum dkim_found {
	DKIM_FOUND_NOTHING, /* facts are missing, or no such name can be */
	DKIM_FOUND_FAILURE, /* the lookup failed */
	DKIM_FOUND_ABSENT,
	DKIM_FOUND_MANY,    /* undefined: RFC 6376 §3.6.2.2 */
	DKIM_FOUND_ONE,
};
/* "SELECTOR._domainkey.DOMAIN"; false: there cannot be such a name. */
bool dkim_key_name(struct dns_name *out, const char *selector,
                   const struct dns_name *domain);
/* The key in an answer, NULL: none yet. The record itself goes to text. */
enum dkim_found dkim_key_take(struct dkim_key *out, struct buf *text,
                              const struct dns_answer *a);
/* Both, and the lookup; c's trace is left as it is. */
enum dkim_found dkim_key_find(struct dkim_key *out, struct check *c,
                              const struct facts *f, const char *selector,
                              const struct dns_name *domain);

/* Row of checks.c: once for each selector. */
size_t dkim_count(const struct check_query *q);
void dkim_check(struct check *c, const struct facts *f,
                const struct check_query *q, size_t i);

#endif
