/*
 * own_address: the address from which this host's mail comes, as the other
 * side sees it (RFC 5321 §4.1.3 and what servers write beyond it). Nobody is
 * asked: servers often name it in their reply to EHLO and in refusals. Behind
 * a NAT it is not the one of the socket. Pure; any thread.
 */
#ifndef CHECK_OWN_ADDRESS_H
#define CHECK_OWN_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "check/checks.h"
#include "check/ip.h"

/* What must not be taken for the client's address. Borrowed; "" none. */
struct own_address_talk {
	const char *server; /* the address that was connected to, numeric */
	const char *helo;   /* what was sent: a literal in it may come back */
};

/*
 * Each writes a global unicast address in numeric form to out and returns
 * true, or returns false: none is named, or it is not clear which it is.
 * Better none than a wrong one: a server may write anything.
 */

/* line: the first of the reply to EHLO, with its code or without; len octets.
 * The last address in brackets counts, "[IPv6:...]" and "[...]". */
bool own_address_greeted(const char *line, size_t len,
                         const struct own_address_talk *talk,
                         char out[IP_TEXT_MAX]);
/*
 * text: of a refusal, its lines joined by whatever; len octets. A number with
 * three dots may be a version, and an address that of someone else, so it
 * counts only where the words or the brackets around it say what it is.
 */
bool own_address_refused(const char *text, size_t len,
                         const struct own_address_talk *talk,
                         char out[IP_TEXT_MAX]);

/* check_row: "own-address", once. */
void own_address_check(struct check *c, const struct facts *f,
                       const struct check_query *q, size_t i);

#endif
