/*
 * zone: the DNS data of a lesson, from master-file lines (RFC 1035 §5.1).
 *
 *     mx0.mail.example.  300 IN A   127.0.0.10      ; owner, TTL, class, type
 *                        300 IN TXT "a" "b"         ; a blank: owner as above
 *     mail.example.      MX 10 mx0.mail.example.    ; TTL, class may be missing
 *
 * One record a line, whole names with a dot at the end; $ORIGIN and
 * parentheses are refused with a clear word. Built by one thread, then only
 * read.
 */
#ifndef CLASSROOM_ZONE_H
#define CLASSROOM_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dns.h"

enum {
	ZONE_RECORDS_MAX = 2000, /* five hundred MX records with an address */
	ZONE_RDATA_MAX = 4096,   /* of one record; a TXT of sixteen strings */
	ZONE_TTL = 300,          /* of a record that gives none */
};

struct zone_rr {
	struct dns_name owner;
	uint8_t *rdata; /* wire form, names uncompressed; owned */
	size_t rdata_len;
	uint32_t ttl;   /* seconds */
	uint16_t type;  /* enum dns_type */
};

struct zone {
	struct zone_rr *rrs;
	size_t n;
	struct dns_name last_owner; /* for a line that begins with a blank */
	bool has_owner;
};

/*
 * Adds the record of one line (borrowed, NUL-terminated); a line with only a
 * comment adds nothing. Returns NULL, or what was expected (caller frees).
 */
char *zone_add(struct zone *z, const char *line);
void zone_clear(struct zone *z);

/* The next record after index *at of owner (any case) and type (RR_ANY: every
 * one); NULL at the end. Start with *at = 0. */
const struct zone_rr *zone_next(const struct zone *z,
                                const struct dns_name *owner, uint16_t type,
                                size_t *at);
/* Is there a record at name, or below it (RFC 8020: then no NXDOMAIN)? */
bool zone_has_name(const struct zone *z, const struct dns_name *name);
/* The SOA at name or nearest above it; NULL: none. */
const struct zone_rr *zone_soa(const struct zone *z,
                               const struct dns_name *name);

#endif
