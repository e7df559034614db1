/*
 * spf_record: one SPF record as its terms (RFC 7208 §4.5 to §6). The whole
 * record is read before any of it counts (§4.6), and each error keeps its
 * place. Pure; any thread. Linear in the length of the record.
 */
#ifndef CHECK_SPF_RECORD_H
#define CHECK_SPF_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/ip.h"
#include "check/spf_macro.h"

/*
 * id, name, whether a domain-spec follows (NONE, MAY, MUST; or NET, an IP
 * network), whether prefix lengths may end it, whether it makes lookups
 */
#define SPF_KINDS(X)                                                           \
	X(SPF_ALL, "all", NONE, false, false)                                  \
	X(SPF_INCLUDE, "include", MUST, false, true)                           \
	X(SPF_A, "a", MAY, true, true)                                         \
	X(SPF_MX, "mx", MAY, true, true)                                       \
	X(SPF_PTR, "ptr", MAY, false, true)                                    \
	X(SPF_IP4, "ip4", NET, false, false)                                   \
	X(SPF_IP6, "ip6", NET, false, false)                                   \
	X(SPF_EXISTS, "exists", MUST, false, true)                             \
	/* modifiers */                                                        \
	X(SPF_REDIRECT, "redirect", MUST, false, true)                         \
	X(SPF_EXP, "exp", MUST, false, false)                                  \
	X(SPF_OTHER, "", MAY, false, false)

#define SPF_KIND_ENUM(id, name, spec, cidr, lookup) id,
enum spf_kind { SPF_KINDS(SPF_KIND_ENUM) SPF_KIND_COUNT };
#undef SPF_KIND_ENUM

struct spf_term {
	enum spf_kind kind;
	char qualifier;        /* '+' '-' '~' '?'; modifiers: '+' */
	uint8_t bits[2];       /* prefix lengths: of IPv4, of IPv6 */
	struct ip net;         /* SPF_IP4, SPF_IP6 */
	struct spf_slice text; /* all of it, as written */
	struct spf_slice spec; /* the domain-spec, len 0: none */
};

enum {
	SPF_ERRORS_MAX = 8,  /* told of one record; one is enough to fail */
	SPF_QUOTE_MAX = 80,  /* octets of a term in a sentence */
};

struct spf_error {
	const char *say;       /* static: of says_spf.tsv */
	size_t column;         /* in the record, from 1, in octets */
	struct spf_slice term; /* it is in */
};

struct spf_record {
	char *text;              /* owned; len octets, may hold NUL */
	size_t len;
	struct spf_term *terms;  /* n_terms, in their order */
	size_t n_terms;
	const struct spf_term *all, *redirect, *exp; /* the first; NULL none */
	struct spf_error errors[SPF_ERRORS_MAX];
	size_t n_errors;         /* > 0: permerror */
};

/* Does text begin with the version section (RFC 7208 §4.5)? */
bool spf_record_is(const char *text, size_t len);
/* text: spf_record_is(); copied. The caller clears r. */
void spf_record_parse(struct spf_record *r, const char *text, size_t len);
void spf_record_clear(struct spf_record *r);

/* Does it count for the limit of ten (RFC 7208 §4.6.4)? */
bool spf_kind_looks_up(enum spf_kind k);
/* A slice as text for a sentence: cut at SPF_QUOTE_MAX, NUL as "\000". Heap. */
char *spf_quote(struct spf_slice s);

#endif
